"""The picture: what a ray brings back, and the loop over a band of the frame that asks for it.

A tile of pixels first gathers the primitives that its cone can meet; a ray then tests only those.
"""

# Array elements are Any to the type checker.
# mypy: disable-error-code="no-any-return"

import math

import numpy as np

from generator.backends.previz.intersection import MAX_NEAR, gather_cone, gather_ray
from generator.backends.previz.layout import (
    FOG_B,
    FOG_G,
    FOG_R,
    GROUND_B,
    GROUND_EXTENT,
    GROUND_G,
    GROUND_ID,
    GROUND_R,
    HORIZON_G,
    HX,
    HY,
    HZ,
    INDOORS,
    PX,
    PY,
    PZ,
    SKY_ID,
    SUN_B,
    SUN_G,
    SUN_R,
    SUN_X,
    SUN_Y,
    SUN_Z,
    TIME,
    WATER,
    WATER_B,
    WATER_G,
    WATER_ID,
    WATER_R,
    WAVES,
    ZENITH_B,
    ZENITH_G,
    ZENITH_R,
)
from generator.backends.previz.lighting import halos, lamp_light, shade, shafts
from generator.backends.previz.shapes import Array, ground_height, kernel, texture
from generator.backends.previz.sky import sky, through_air
from generator.backends.previz.tracer import FAR, aim, first_hit

TILE = 16
#: Which pixels a pass of ``trace_band`` renders.
EVERY, SPARSE, FLAGGED, REFINE = range(4)
#: A tile that holds something thinner than this many pixels is traced twice as densely, or rails and ropes would break.
THIN = 1.6


@kernel
def water_normal(w: Array, noise: Array, x: float, z: float, t: float) -> tuple[float, float, float]:
    """Unit normal of the sea: two crossing swells and a chop that fades with distance."""
    time, waves = w[TIME], w[WAVES]
    calm = 1.0 / (1.0 + t * 0.018)
    u, v = x * 1.3 + time * 1.1, z * 1.3 + time * 0.6
    p, q = x * 3.9 - time * 1.7, z * 3.9 + time * 1.2
    nx = (texture(noise, u + 0.7, v) - texture(noise, u - 0.7, v)) * 0.8
    nz = (texture(noise, u, v + 0.7) - texture(noise, u, v - 0.7)) * 0.8
    nx += (texture(noise, p + 0.8, q) - texture(noise, p - 0.8, q)) * 0.5
    nz += (texture(noise, p, q + 0.8) - texture(noise, p, q - 0.8)) * 0.5
    swell = math.cos(x * 0.21 + z * 0.34 + time * 1.15) * 0.05
    nx, nz = (nx + swell * 0.5) * waves * calm, (nz + swell) * waves * calm
    n = 1.0 / math.sqrt(nx * nx + nz * nz + 1.0)
    return nx * n, n, nz * n


@kernel
def radiance(
    w: Array,
    lights: Array,
    objects: Array,
    primitives: Array,
    materials: Array,
    heights: Array,
    noise: Array,
    chosen: Array,
    count: int,
    near: Array,
    second: Array,
    ox: float,
    oy: float,
    oz: float,
    dx: float,
    dy: float,
    dz: float,
    jitter: float,
) -> tuple[float, float, float, float, int]:
    """Colour that a ray brings back, the distance it went in metres, and the id of what it met."""
    t, seen, kept = first_hit(w, primitives, heights, chosen, count, near, ox, oy, oz, dx, dy, dz, 110)
    if seen == SKY_ID:
        r, g, b = sky(w, noise, dx, dy, dz, True)
        if w[INDOORS] > 0.5:
            if dy < 0.0:
                r, g, b = w[FOG_R] * 0.55, w[FOG_G] * 0.55, w[FOG_B] * 0.55
        elif dy < 0.0 and w[WATER] < 0.5:
            # beyond the height field the land goes on, flat
            light_r = w[SUN_R] * max(w[SUN_Y], 0.0) + 0.6 * w[ZENITH_R]
            light_g = w[SUN_G] * max(w[SUN_Y], 0.0) + 0.6 * w[ZENITH_G]
            light_b = w[SUN_B] * max(w[SUN_Y], 0.0) + 0.6 * w[ZENITH_B]
            r, g, b = w[GROUND_R] * light_r * 0.8, w[GROUND_G] * light_g * 0.8, w[GROUND_B] * light_b * 0.8
            r, g, b = through_air(w, r, g, b, oy, dx, dy, dz, min((oy + 3.0) / -dy, FAR))
        elif dy < 0.01:
            r, g, b = through_air(w, r, g, b, oy, dx, dy, dz, FAR)
    elif seen == WATER_ID:
        x, z = ox + dx * t, oz + dz * t
        nx, ny, nz = water_normal(w, noise, x, z, t)
        towards = max(-(dx * nx + dy * ny + dz * nz), 0.02)
        rx, ry, rz = dx + 2.0 * towards * nx, abs(dy + 2.0 * towards * ny) + 0.004, dz + 2.0 * towards * nz
        n = 1.0 / math.sqrt(rx * rx + ry * ry + rz * rz)
        rx, ry, rz = rx * n, ry * n, rz * n
        others = gather_ray(objects, primitives, x, 0.02, z, rx, ry, rz, 200.0, 0.0, second)
        far, what, held = first_hit(w, primitives, heights, second, others, near, x, 0.02, z, rx, ry, rz, 36)
        if what >= GROUND_ID and what != WATER_ID:
            r, g, b = shade(
                w, lights, objects, primitives, materials, heights, noise, second, others, near, held, x,
                0.02, z, rx, ry, rz, far, what, False,
            )  # fmt: skip
            r, g, b = through_air(w, r, g, b, 0.0, rx, ry, rz, far)
        else:
            r, g, b = sky(w, noise, rx, ry, rz, True)
        fresnel = 0.03 + 0.97 * (1.0 - min(towards, 1.0)) ** 5
        fresnel = fresnel * (1.0 - 0.45 * min(t * 0.004, 1.0)) if w[WAVES] > 0.3 else fresnel
        depth = 0.0 - ground_height(heights, w[GROUND_EXTENT], x, z)
        shallow = math.exp(-max(depth, 0.0) * 0.55)
        light = 0.35 * (w[ZENITH_R] + w[ZENITH_G] + w[ZENITH_B]) + 0.25 * w[SUN_G] * max(w[SUN_Y], 0.0)
        body_r = w[WATER_R] * light * (1.0 + 1.6 * shallow)
        body_g = w[WATER_G] * light * (1.0 + 1.5 * shallow)
        body_b = w[WATER_B] * light * (1.0 + 0.9 * shallow)
        r, g, b = body_r + (r - body_r) * fresnel, body_g + (g - body_g) * fresnel, body_b + (b - body_b) * fresnel
        hx, hy, hz = w[SUN_X] - dx, w[SUN_Y] - dy, w[SUN_Z] - dz
        n = 1.0 / math.sqrt(hx * hx + hy * hy + hz * hz)
        glint = max((hx * nx + hy * ny + hz * nz) * n, 0.0) ** 220 * 5.0
        r, g, b = r + w[SUN_R] * glint, g + w[SUN_G] * glint, b + w[SUN_B] * glint
        lr, lg, lb = lamp_light(w, lights, objects, primitives, heights, x, 0.0, z, 0.0, 1.0, 0.0)
        r, g, b = r + lr * 0.035, g + lg * 0.035, b + lb * 0.035
        # foam where the water is thin and where the wind breaks it
        surf = shallow * max(math.sin(depth * 5.0 - w[TIME] * 1.4 + 5.0 * texture(noise, x * 1.1, z * 1.1)), 0.0)
        crest = max(texture(noise, x * 2.1 + w[TIME], z * 2.1) - 0.86 + 0.16 * max(w[WAVES] - 0.45, 0.0), 0.0) * 3.5
        white = min(surf * 0.75 + crest, 0.9) * texture(noise, x * 11.0, z * 11.0 + w[TIME])
        level = 0.55 * (w[HORIZON_G] + w[ZENITH_G]) + 0.4 * w[SUN_G] * max(w[SUN_Y], 0.1)
        r, g, b = r + (level - r) * white, g + (level - g) * white, b + (level - b) * white
    else:
        r, g, b = shade(
            w, lights, objects, primitives, materials, heights, noise, chosen, count, near, kept, ox,
            oy, oz, dx, dy, dz, t, seen, True,
        )  # fmt: skip
    if seen != SKY_ID and w[INDOORS] < 0.5:
        r, g, b = through_air(w, r, g, b, oy, dx, dy, dz, t)
    if w[INDOORS] > 0.5:
        dust = shafts(w, ox, oy, oz, dx, dy, dz, min(t, 14.0), jitter)
        r, g, b = r + w[SUN_R] * dust, g + w[SUN_G] * dust, b + w[SUN_B] * dust
    hr, hg, hb = halos(w, lights, ox, oy, oz, dx, dy, dz, min(t, 250.0))
    return r + hr, g + hg, b + hb, t, seen


@kernel
def has_thin(primitives: Array, chosen: Array, count: int, ox: float, oy: float, oz: float, scale: float) -> bool:
    """Whether one of the chosen primitives is thinner than ``THIN`` pixels; ``scale`` is pixels a metre at one metre."""
    for n in range(count):
        part = primitives[chosen[n]]
        two = part[HX] + part[HY] + part[HZ] - max(part[HX], max(part[HY], part[HZ]))
        two -= min(part[HX], min(part[HY], part[HZ]))
        x, y, z = part[PX] - ox, part[PY] - oy, part[PZ] - oz
        if 2.0 * two * scale < THIN * math.sqrt(x * x + y * y + z * z):
            return True
    return False


@kernel
def tile_cone(
    camera: Array, width: int, height: int, left: int, top: int, right: int, bottom: int
) -> tuple[float, float, float, float]:
    """The cone around the rays of a tile: unit axis, and the tangent of its half-angle."""
    ax, ay, az = aim(camera, width, height, 0.5 * (left + right), 0.5 * (top + bottom))
    cx, cy, cz = aim(camera, width, height, left, top)
    cosine = min(max(ax * cx + ay * cy + az * cz, 0.1), 1.0)
    ex, ey, ez = aim(camera, width, height, right, bottom)
    cosine = min(cosine, max(ax * ex + ay * ey + az * ez, 0.1))
    return ax, ay, az, math.sqrt(1.0 - cosine * cosine) / cosine * 1.05


@kernel
def within(n: int, refine: bool) -> tuple[float, float]:
    """Where in its pixel ray ``n`` goes: through the centre, or for REFINE beside it."""
    if not refine:
        return 0.5, 0.5
    return 0.15 if n == 0 else (0.85 if n == 1 else 0.6), 0.35 if n == 0 else (0.6 if n == 1 else 0.1)


@kernel
def trace_pixel(
    w: Array,
    camera: Array,
    lights: Array,
    objects: Array,
    primitives: Array,
    materials: Array,
    heights: Array,
    noise: Array,
    chosen: Array,
    count: int,
    near: Array,
    second: Array,
    colour: Array,
    depth: Array,
    ids: Array,
    px: int,
    py: int,
    refine: bool,
) -> None:
    """One pixel into ``colour``, ``depth`` (m) and ``ids``; with ``refine`` three more rays, averaged with its first."""
    height, width = depth.shape
    r, g, b = 0.0, 0.0, 0.0
    for n in range(3 if refine else 1):
        sx, sy = within(n, refine)
        dx, dy, dz = aim(camera, width, height, px + sx, py + sy)
        jitter = ((px * 7 + py * 13 + n * 5) % 16) / 16.0
        sr, sg, sb, t, seen = radiance(
            w, lights, objects, primitives, materials, heights, noise, chosen, count, near, second,
            camera[0], camera[1], camera[2], dx, dy, dz, jitter,
        )  # fmt: skip
        r, g, b = r + min(sr, 6.0), g + min(sg, 6.0), b + min(sb, 6.0)
        if not refine:
            depth[py, px] = t
            ids[py, px] = seen
    if refine:
        colour[py, px, 0] = (colour[py, px, 0] + r) * 0.25
        colour[py, px, 1] = (colour[py, px, 1] + g) * 0.25
        colour[py, px, 2] = (colour[py, px, 2] + b) * 0.25
    else:
        colour[py, px, 0], colour[py, px, 1], colour[py, px, 2] = r, g, b


@kernel
def is_edge(depth: Array, ids: Array, x: int, y: int) -> bool:
    """Whether what is seen, or how far it is, changes at a pixel."""
    height, width = depth.shape
    here, far = ids[y, x], depth[y, x]
    if x + 1 < width and (ids[y, x + 1] != here or abs(depth[y, x + 1] - far) > 0.06 * far + 0.02):
        return True
    if y + 1 < height and (ids[y + 1, x] != here or abs(depth[y + 1, x] - far) > 0.10 * far + 0.03):
        return True
    return (x > 0 and ids[y, x - 1] != here) or (y > 0 and ids[y - 1, x] != here)


@kernel
def trace_band(
    w: Array,
    camera: Array,
    lights: Array,
    objects: Array,
    primitives: Array,
    materials: Array,
    heights: Array,
    noise: Array,
    colour: Array,
    depth: Array,
    ids: Array,
    flags: Array,
    part: int,
    top: int,
    bottom: int,
) -> None:
    """Renders rows ``top`` to ``bottom`` (exclusive) into ``colour`` (h, w, 3), ``depth`` (m) and ``ids``.

    ``part`` EVERY: a ray through each pixel's centre. SPARSE: through one pixel of four, or the black squares of a
    chessboard where something thin stands; sets their flags to 2. FLAGGED: through the pixels with ``flags`` set.
    REFINE: three more rays through each flagged pixel, averaged with its first.
    """
    height, width = depth.shape
    chosen, near = np.zeros(MAX_NEAR, np.int64), np.zeros(MAX_NEAR, np.int64)
    second = np.zeros(MAX_NEAR, np.int64)
    ox, oy, oz = camera[0], camera[1], camera[2]
    for ty in range(top, bottom, TILE):
        for tx in range(0, width, TILE):
            y1, x1 = min(ty + TILE, bottom), min(tx + TILE, width)
            if part >= FLAGGED:
                busy = False
                for py in range(ty, y1):
                    for px in range(tx, x1):
                        busy = busy or flags[py, px] != 0
                if not busy:
                    continue
            ax, ay, az, spread = tile_cone(camera, width, height, tx, ty, x1, y1)
            count = gather_cone(objects, primitives, ox, oy, oz, ax, ay, az, spread, 0.3, chosen)
            dense = part == SPARSE and has_thin(primitives, chosen, count, ox, oy, oz, 0.5 * width / camera[12])
            for py in range(ty, y1):
                for px in range(tx, x1):
                    if part >= FLAGGED and flags[py, px] == 0:
                        continue
                    if part == SPARSE:
                        flags[py, px] = 0
                        if (px + py) % 2 != 0 or (px % 2 != 0 and not dense):
                            continue
                        flags[py, px] = 2
                    trace_pixel(
                        w, camera, lights, objects, primitives, materials, heights, noise, chosen, count, near, second,
                        colour, depth, ids, px, py, part == REFINE,
                    )  # fmt: skip


@kernel
def fill_centres(colour: Array, depth: Array, ids: Array, flags: Array, top: int, bottom: int) -> None:
    """After SPARSE: fills the pixel between four traced ones if they agree; flags it to be traced if they don't."""
    height, width = depth.shape
    for y in range(top, bottom):
        for x in range(width):
            if x % 2 == 0 or y % 2 == 0 or flags[y, x] == 2:
                flags[y, x] = 0
                continue
            flags[y, x] = 1
            if x + 1 == width or y + 1 == height:
                continue
            here = ids[y - 1, x - 1]
            if here == WATER_ID and depth[y - 1, x - 1] < 40.0:
                continue
            if ids[y - 1, x + 1] != here or ids[y + 1, x - 1] != here or ids[y + 1, x + 1] != here:
                continue
            rough = False
            for ch in range(3):
                a, b = colour[y - 1, x - 1, ch], colour[y + 1, x + 1, ch]
                c, d = colour[y - 1, x + 1, ch], colour[y + 1, x - 1, ch]
                mean = 0.25 * (a + b + c + d)
                spread = max(max(a, b), max(c, d)) - min(min(a, b), min(c, d))
                rough = rough or spread > 0.09 * mean + 0.003
                colour[y, x, ch] = mean
            if not rough:
                ids[y, x], flags[y, x] = here, 0
                depth[y, x] = 0.25 * (
                    depth[y - 1, x - 1] + depth[y - 1, x + 1] + depth[y + 1, x - 1] + depth[y + 1, x + 1]
                )


@kernel
def fill_between(colour: Array, depth: Array, ids: Array, flags: Array, top: int, bottom: int) -> None:
    """Fills the chessboard's white squares whose four neighbours agree; flags the others to be traced."""
    height, width = depth.shape
    for y in range(top, bottom):
        for x in range(width):
            flags[y, x] = 0
            if (x + y) % 2 == 0:
                continue
            if x == 0 or y == 0 or x + 1 == width or y + 1 == height:
                flags[y, x] = 1
                continue
            here = ids[y, x - 1]
            rough = here == WATER_ID or ids[y, x + 1] != here or ids[y - 1, x] != here or ids[y + 1, x] != here
            for ch in range(3):
                a, b, c, d = colour[y, x - 1, ch], colour[y, x + 1, ch], colour[y - 1, x, ch], colour[y + 1, x, ch]
                mean = 0.25 * (a + b + c + d)
                spread = max(max(a, b), max(c, d)) - min(min(a, b), min(c, d))
                rough = rough or spread > 0.09 * mean + 0.003
                colour[y, x, ch] = mean
            ids[y, x] = here
            depth[y, x] = 0.25 * (depth[y, x - 1] + depth[y, x + 1] + depth[y - 1, x] + depth[y + 1, x])
            flags[y, x] = 1 if rough else 0


@kernel
def mark_edges(depth: Array, ids: Array, flags: Array, top: int, bottom: int) -> None:
    """Flags the pixels of rows ``top``..``bottom`` where what is seen, or how far it is, changes."""
    for y in range(top, bottom):
        for x in range(depth.shape[1]):
            flags[y, x] = 1 if is_edge(depth, ids, x, y) else 0

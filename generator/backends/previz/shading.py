"""Light: what a ray brings back, and the loop over a band of the frame that asks for it."""

import math

import numpy as np

from generator.backends.previz.layout import (
    BEAM_DX,
    BEAM_DY,
    BEAM_DZ,
    BEAM_POWER,
    BEAM_X,
    BEAM_Y,
    BEAM_Z,
    DUST,
    FOG_B,
    FOG_G,
    FOG_R,
    GROUND_EXTENT,
    GROUND_ID,
    HALO,
    HORIZON_B,
    HORIZON_G,
    HORIZON_R,
    INDOORS,
    LB,
    LG,
    LR,
    LSHADOW,
    LX,
    LY,
    LZ,
    MATERIAL,
    OBJECT_ID,
    ROOM_ID,
    ROOM_Z,
    SKY_ID,
    SPECULAR,
    SUN_B,
    SUN_G,
    SUN_R,
    SUN_X,
    SUN_Y,
    SUN_Z,
    TIME,
    WATER_B,
    WATER_G,
    WATER_ID,
    WATER_R,
    WAVES,
    WINDOW_HALF_H,
    WINDOW_HALF_W,
    WINDOW_X,
    WINDOW_Y,
    ZENITH_B,
    ZENITH_G,
    ZENITH_R,
)
from generator.backends.previz.shapes import Array, ground_height, kernel, texture, to_local
from generator.backends.previz.sky import sky, through_air
from generator.backends.previz.surface import ground_colour, paint, room_colour
from generator.backends.previz.tracer import (
    FAR,
    MAX_NEAR,
    aim,
    first_hit,
    gather_cone,
    gather_ray,
    ground_normal,
    in_window,
    object_normal,
    occlusion,
    room_hit,
    shadow,
)

TILE = 16


@kernel
def lamp_light(
    w: Array, lights: Array, objects: Array, primitives: Array, heights: Array,
    x: float, y: float, z: float, nx: float, ny: float, nz: float,
) -> tuple[float, float, float]:
    """Irradiance from the lamps at a point."""
    r, g, b = 0.0, 0.0, 0.0
    for n in range(lights.shape[0]):
        lamp = lights[n]
        vx, vy, vz = lamp[LX] - x, lamp[LY] - y, lamp[LZ] - z
        square = vx * vx + vy * vy + vz * vz
        reach = math.sqrt(square)
        facing = (vx * nx + vy * ny + vz * nz) / max(reach, 1e-4)
        power = (max(facing, 0.0) * 0.85 + 0.15) / (square + 0.25)
        if power * (lamp[LR] + lamp[LG] + lamp[LB]) < 0.004:
            continue
        if lamp[LSHADOW] > 0.5 and facing > 0.0 and power * (lamp[LR] + lamp[LG]) > 0.02:
            inv = 1.0 / max(reach, 1e-4)
            seen = shadow(
                w, objects, primitives, heights, x + nx * 0.02, y + ny * 0.02, z + nz * 0.02,
                vx * inv, vy * inv, vz * inv, max(reach - 0.35, 0.05), 7.0,
            )
            power *= 0.12 + 0.88 * seen
        r, g, b = r + lamp[LR] * power, g + lamp[LG] * power, b + lamp[LB] * power
    return r, g, b


@kernel
def shade(
    w: Array, lights: Array, objects: Array, primitives: Array, materials: Array, heights: Array, noise: Array,
    chosen: Array, count: int, near: Array, kept: int,
    ox: float, oy: float, oz: float, dx: float, dy: float, dz: float, t: float, seen: int, fine: bool,
) -> tuple[float, float, float]:
    """Light from a solid surface (object, ground or room) towards the eye; ``fine`` False skips what mirrors may."""
    x, y, z = ox + dx * t, oy + dy * t, oz + dz * t
    glow, specular = 0.0, 0.0
    if seen >= OBJECT_ID:
        nx, ny, nz = object_normal(primitives, near, kept, seen - OBJECT_ID, x, y, z, t)
        part = primitives[seen - OBJECT_ID]
        material = materials[int(part[MATERIAL])]
        px, py, pz = to_local(part, x, y, z)
        lx, ly, lz = to_local(part, x + nx, y + ny, z + nz)
        r, g, b, glow = paint(material, noise, px, py, pz, lx - px, ly - py, lz - pz)
        specular = material[SPECULAR]
    elif seen == GROUND_ID:
        nx, ny, nz = ground_normal(w, heights, x, z, t)
        r, g, b, specular = ground_colour(w, noise, x, y, z, ny, t)
        if t < 60.0 and fine:
            rough = 0.22 * math.exp(-t * 0.05)
            nx += (texture(noise, x * 9.0, z * 9.0) - 0.5) * rough
            nz += (texture(noise, x * 9.0 + 100.0, z * 9.0 + 50.0) - 0.5) * rough
            n = 1.0 / math.sqrt(nx * nx + ny * ny + nz * nz)
            nx, ny, nz = nx * n, ny * n, nz * n
    else:
        _, nx, ny, nz = room_hit(w, ox, oy, oz, dx, dy, dz)
        r, g, b, specular = room_colour(w, noise, x, y, z, nx, ny, nz)
    open_sky = 1.0
    if fine:
        open_sky = occlusion(primitives, chosen, count, x, y, z, nx, ny, nz)
    lr, lg, lb = lamp_light(w, lights, objects, primitives, heights, x, y, z, nx, ny, nz)
    facing = nx * w[SUN_X] + ny * w[SUN_Y] + nz * w[SUN_Z]
    sun = 0.0
    if w[INDOORS] > 0.5:
        # the window is the lamp: a patch of sky seen from here, and the sun where it shines through the panes
        vx, vy, vz = w[WINDOW_X] - x, w[WINDOW_Y] - y, -w[ROOM_Z] - z
        square = vx * vx + vy * vy + vz * vz + 0.35
        inv = 1.0 / math.sqrt(square)
        panes = 4.0 * w[WINDOW_HALF_W] * w[WINDOW_HALF_H]
        incoming = max((vx * nx + vy * ny + vz * nz) * inv * 0.9 + 0.1, 0.0) * max(-vz * inv, 0.05) * panes / square
        if fine and incoming > 0.01:
            incoming *= 0.25 + 0.75 * shadow(
                w, objects, primitives, heights, x + nx * 0.02, y + ny * 0.02, z + nz * 0.02,
                vx * inv, vy * inv, vz * inv, 1.0 / inv, 3.0,
            )
        day = incoming * 1.15
        lr += (w[ZENITH_R] + w[HORIZON_R]) * day + 0.030 * w[SUN_R] + 0.05 * w[HORIZON_R]
        lg += (w[ZENITH_G] + w[HORIZON_G]) * day + 0.030 * w[SUN_G] + 0.05 * w[HORIZON_G]
        lb += (w[ZENITH_B] + w[HORIZON_B]) * day + 0.030 * w[SUN_B] + 0.05 * w[HORIZON_B]
        if facing > 0.0 and w[SUN_Z] < -0.05:
            s = (-w[ROOM_Z] - z) / w[SUN_Z]
            if s > 0.0 and in_window(w, x + w[SUN_X] * s, y + w[SUN_Y] * s):
                sun = facing
                limit = s
                if fine:
                    sun *= shadow(
                        w, objects, primitives, heights, x + nx * 0.02, y + ny * 0.02, z + nz * 0.02,
                        w[SUN_X], w[SUN_Y], w[SUN_Z], limit, 14.0,
                    )
        lr, lg, lb = lr * open_sky, lg * open_sky, lb * open_sky
    else:
        if facing > 0.0:
            sun = facing * shadow(
                w, objects, primitives, heights, x + nx * 0.03, y + ny * 0.03, z + nz * 0.03,
                w[SUN_X], w[SUN_Y], w[SUN_Z], 160.0, 11.0,
            )
        dome = (0.5 + 0.5 * ny) * open_sky
        under = (0.5 - 0.5 * ny) * open_sky * 0.35
        back = max(-(nx * w[SUN_X] + nz * w[SUN_Z]) * 0.5 + 0.3, 0.0) * 0.10 * open_sky
        lr += (w[ZENITH_R] * 0.62 + w[HORIZON_R] * 0.38) * dome + (w[HORIZON_R] * 0.6 + r * 0.3) * under + w[SUN_R] * back
        lg += (w[ZENITH_G] * 0.62 + w[HORIZON_G] * 0.38) * dome + (w[HORIZON_G] * 0.6 + g * 0.3) * under + w[SUN_G] * back
        lb += (w[ZENITH_B] * 0.62 + w[HORIZON_B] * 0.38) * dome + (w[HORIZON_B] * 0.6 + b * 0.3) * under + w[SUN_B] * back
    cr = r * (lr + w[SUN_R] * sun + glow)
    cg = g * (lg + w[SUN_G] * sun + glow)
    cb = b * (lb + w[SUN_B] * sun + glow)
    towards = -(dx * nx + dy * ny + dz * nz)
    fresnel = (1.0 - min(max(towards, 0.0), 1.0)) ** 4
    if specular > 0.0:
        hx, hy, hz = w[SUN_X] - dx, w[SUN_Y] - dy, w[SUN_Z] - dz
        n = 1.0 / math.sqrt(hx * hx + hy * hy + hz * hz)
        shine = max((hx * nx + hy * ny + hz * nz) * n, 0.0) ** 60 * specular * 2.2 * sun
        cr, cg, cb = cr + w[SUN_R] * shine, cg + w[SUN_G] * shine, cb + w[SUN_B] * shine
        mirror = specular * (0.10 + 0.75 * fresnel)
        if w[INDOORS] < 0.5:
            k = 2.0 * towards
            mr, mg, mb = sky(w, noise, dx + nx * k, max(dy + ny * k, 0.02), dz + nz * k, True)
            cr, cg, cb = cr + mr * mirror, cg + mg * mirror, cb + mb * mirror
            for m in range(lights.shape[0]):
                # wet ground draws lamps out into streaks below them
                lamp = lights[m]
                vx, vy, vz = lamp[LX] - x, lamp[LY] - y, lamp[LZ] - z
                inv = 1.0 / math.sqrt(vx * vx + vy * vy + vz * vz + 1e-6)
                rx, ry, rz = dx + nx * k, dy + ny * k, dz + nz * k
                streak = max((vx * rx + vy * ry * 0.6 + vz * rz) * inv, 0.0) ** 70 * mirror * inv * 2.0
                cr, cg, cb = cr + lamp[LR] * streak, cg + lamp[LG] * streak, cb + lamp[LB] * streak
    if seen >= OBJECT_ID and fine:
        rim = fresnel * 0.35 * open_sky
        if w[INDOORS] < 0.5:
            cr += (w[HORIZON_R] * 0.5 + w[SUN_R] * 0.3 * max(-(dx * w[SUN_X] + dz * w[SUN_Z]) * -1.0, 0.0)) * rim
            cg += (w[HORIZON_G] * 0.5 + w[SUN_G] * 0.3 * max(-(dx * w[SUN_X] + dz * w[SUN_Z]) * -1.0, 0.0)) * rim
            cb += (w[HORIZON_B] * 0.5 + w[SUN_B] * 0.3 * max(-(dx * w[SUN_X] + dz * w[SUN_Z]) * -1.0, 0.0)) * rim
    return cr, cg, cb


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
def halos(
    w: Array, lights: Array, ox: float, oy: float, oz: float, dx: float, dy: float, dz: float, t: float
) -> tuple[float, float, float]:
    """Light scattered towards the eye by the air around lamps (exact for 1/d^2, Quilez) and in a lighthouse's beam."""
    r, g, b = 0.0, 0.0, 0.0
    for n in range(lights.shape[0]):
        lamp = lights[n]
        if lamp[HALO] <= 0.0:
            continue
        vx, vy, vz = ox - lamp[LX], oy - lamp[LY], oz - lamp[LZ]
        along = dx * vx + dy * vy + dz * vz
        c = vx * vx + vy * vy + vz * vz - along * along + 0.02
        inv = 1.0 / math.sqrt(max(c, 1e-4))
        amount = lamp[HALO] * inv * (math.atan((t + along) * inv) - math.atan(along * inv))
        r, g, b = r + lamp[LR] * amount, g + lamp[LG] * amount, b + lamp[LB] * amount
    if w[BEAM_POWER] > 0.0:
        for side in (1.0, -1.0):
            bx, by, bz = w[BEAM_DX] * side, w[BEAM_DY] * side, w[BEAM_DZ] * side
            vx, vy, vz = ox - w[BEAM_X], oy - w[BEAM_Y], oz - w[BEAM_Z]
            cross = dx * bx + dy * by + dz * bz
            dv, bv = dx * vx + dy * vy + dz * vz, bx * vx + by * vy + bz * vz
            denominator = max(1.0 - cross * cross, 1e-3)
            s = min(max((cross * bv - dv) / denominator, 0.0), t)
            q = max(bv + s * cross, 0.0)
            gx, gy, gz = vx + dx * s - bx * q, vy + dy * s - by * q, vz + dz * s - bz * q
            width = 0.45 + 0.055 * q
            miss = (gx * gx + gy * gy + gz * gz) / (width * width)
            if miss < 9.0:
                amount = w[BEAM_POWER] * math.exp(-miss) * math.exp(-q * 0.012) * 0.8 / math.sqrt(denominator)
                amount /= 0.6 + 0.05 * q
                r, g, b = r + amount, g + amount * 0.86, b + amount * 0.62
    return r, g, b


@kernel
def shafts(
    w: Array, ox: float, oy: float, oz: float, dx: float, dy: float, dz: float, t: float, jitter: float
) -> float:
    """Sunlight scattered by a room's dust along the ray: how much of it lies in the light from the window."""
    if w[SUN_Z] >= -0.05 or w[DUST] <= 0.0:
        return 0.0
    lit = 0.0
    step = t / 9.0
    for n in range(9):
        s = (n + jitter) * step
        x, y, z = ox + dx * s, oy + dy * s, oz + dz * s
        back = (-w[ROOM_Z] - z) / w[SUN_Z]
        if back > 0.0 and in_window(w, x + w[SUN_X] * back, y + w[SUN_Y] * back):
            lit += step
    return lit * w[DUST]


@kernel
def radiance(
    w: Array, lights: Array, objects: Array, primitives: Array, materials: Array, heights: Array, noise: Array,
    chosen: Array, count: int, near: Array, second: Array,
    ox: float, oy: float, oz: float, dx: float, dy: float, dz: float, jitter: float,
) -> tuple[float, float, float, float, int]:
    """Colour that a ray brings back, the distance it went in metres, and the id of what it met."""
    t, seen, kept = first_hit(w, primitives, heights, chosen, count, near, ox, oy, oz, dx, dy, dz, 110)
    if seen == SKY_ID:
        r, g, b = sky(w, noise, dx, dy, dz, True)
        if w[INDOORS] > 0.5:
            if dy < 0.0:
                r, g, b = w[FOG_R] * 0.55, w[FOG_G] * 0.55, w[FOG_B] * 0.55
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
                w, lights, objects, primitives, materials, heights, noise, second, others, near, held,
                x, 0.02, z, rx, ry, rz, far, what, False,
            )
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
            w, lights, objects, primitives, materials, heights, noise, chosen, count, near, kept,
            ox, oy, oz, dx, dy, dz, t, seen, True,
        )
    if seen != SKY_ID and w[INDOORS] < 0.5:
        r, g, b = through_air(w, r, g, b, oy, dx, dy, dz, t)
    if w[INDOORS] > 0.5:
        dust = shafts(w, ox, oy, oz, dx, dy, dz, min(t, 14.0), jitter)
        r, g, b = r + w[SUN_R] * dust, g + w[SUN_G] * dust, b + w[SUN_B] * dust
    hr, hg, hb = halos(w, lights, ox, oy, oz, dx, dy, dz, min(t, 250.0))
    return r + hr, g + hg, b + hb, t, seen


@kernel
def trace_band(
    w: Array, camera: Array, lights: Array, objects: Array, primitives: Array, materials: Array, heights: Array,
    noise: Array, colour: Array, depth: Array, ids: Array, flags: Array, top: int, bottom: int, refine: bool,
) -> None:
    """Renders rows ``top`` to ``bottom`` (exclusive) into ``colour`` (h, w, 3), ``depth`` (m) and ``ids``.

    First pass: one ray through each pixel's centre. With ``refine`` True: only pixels with ``flags`` set get three more
    rays, and the four are averaged (adaptive antialiasing).
    """
    height, width = depth.shape
    chosen, near = np.zeros(MAX_NEAR, np.int64), np.zeros(MAX_NEAR, np.int64)
    second = np.zeros(MAX_NEAR, np.int64)
    ox, oy, oz = camera[0], camera[1], camera[2]
    samples = 3 if refine else 1
    for ty in range(top, bottom, TILE):
        for tx in range(0, width, TILE):
            y1, x1 = min(ty + TILE, bottom), min(tx + TILE, width)
            if refine:
                busy = False
                for py in range(ty, y1):
                    for px in range(tx, x1):
                        busy = busy or flags[py, px] != 0
                if not busy:
                    continue
            ax, ay, az = aim(camera, width, height, 0.5 * (tx + x1), 0.5 * (ty + y1))
            cx, cy, cz = aim(camera, width, height, tx, ty)
            cosine = min(max(ax * cx + ay * cy + az * cz, 0.1), 1.0)
            ex, ey, ez = aim(camera, width, height, x1, y1)
            cosine = min(cosine, max(ax * ex + ay * ey + az * ez, 0.1))
            spread = math.sqrt(1.0 - cosine * cosine) / cosine * 1.05
            count = gather_cone(objects, primitives, ox, oy, oz, ax, ay, az, spread, 0.3, chosen)
            for py in range(ty, y1):
                for px in range(tx, x1):
                    if refine and flags[py, px] == 0:
                        continue
                    r, g, b = 0.0, 0.0, 0.0
                    for n in range(samples):
                        sx, sy = 0.5, 0.5
                        if refine:
                            sx = 0.15 if n == 0 else (0.85 if n == 1 else 0.6)
                            sy = 0.35 if n == 0 else (0.6 if n == 1 else 0.1)
                        dx, dy, dz = aim(camera, width, height, px + sx, py + sy)
                        jitter = ((px * 7 + py * 13 + n * 5) % 16) / 16.0
                        sr, sg, sb, t, seen = radiance(
                            w, lights, objects, primitives, materials, heights, noise, chosen, count, near, second,
                            ox, oy, oz, dx, dy, dz, jitter,
                        )
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
def mark_edges(depth: Array, ids: Array, flags: Array, top: int, bottom: int) -> None:
    """Flags the pixels of rows ``top``..``bottom`` where what is seen, or how far it is, changes."""
    height, width = depth.shape
    for y in range(top, bottom):
        for x in range(width):
            here, far = ids[y, x], depth[y, x]
            edge = 0
            if x + 1 < width and (ids[y, x + 1] != here or abs(depth[y, x + 1] - far) > 0.06 * far + 0.02):
                edge = 1
            if y + 1 < height and (ids[y + 1, x] != here or abs(depth[y + 1, x] - far) > 0.10 * far + 0.03):
                edge = 1
            if x > 0 and ids[y, x - 1] != here:
                edge = 1
            if y > 0 and ids[y - 1, x] != here:
                edge = 1
            flags[y, x] = edge if here != WATER_ID or far < 60.0 else min(edge, 1)

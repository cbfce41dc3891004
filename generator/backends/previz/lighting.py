"""Light on surfaces and in the air: sun, sky, lamps, the window of a room, haze around lamps, shafts in dust."""

# Array elements are Any to the type checker.
# mypy: disable-error-code="no-any-return"

import math

from generator.backends.previz.intersection import in_window, room_hit
from generator.backends.previz.layout import (
    BEAM_DX,
    BEAM_DY,
    BEAM_DZ,
    BEAM_POWER,
    BEAM_X,
    BEAM_Y,
    BEAM_Z,
    DUST,
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
    ROOM_Z,
    SPECULAR,
    SUN_B,
    SUN_G,
    SUN_R,
    SUN_X,
    SUN_Y,
    SUN_Z,
    WINDOW_HALF_H,
    WINDOW_HALF_W,
    WINDOW_X,
    WINDOW_Y,
    ZENITH_B,
    ZENITH_G,
    ZENITH_R,
)
from generator.backends.previz.shapes import Array, kernel, texture, to_local
from generator.backends.previz.sky import sky
from generator.backends.previz.surface import ground_colour, paint, room_colour
from generator.backends.previz.tracer import ground_normal, object_normal, occlusion, shadow


@kernel
def lamp_light(
    w: Array,
    lights: Array,
    objects: Array,
    primitives: Array,
    heights: Array,
    x: float,
    y: float,
    z: float,
    nx: float,
    ny: float,
    nz: float,
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
                w,
                objects,
                primitives,
                heights,
                x + nx * 0.02,
                y + ny * 0.02,
                z + nz * 0.02,
                vx * inv,
                vy * inv,
                vz * inv,
                max(reach - 0.35, 0.05),
                7.0,
            )
            power *= 0.12 + 0.88 * seen
        r, g, b = r + lamp[LR] * power, g + lamp[LG] * power, b + lamp[LB] * power
    return r, g, b


@kernel
def shade(
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
    kept: int,
    ox: float,
    oy: float,
    oz: float,
    dx: float,
    dy: float,
    dz: float,
    t: float,
    seen: int,
    fine: bool,
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
    sun, limit = 0.0, 160.0
    if w[INDOORS] > 0.5:
        # the window is the lamp: a patch of sky seen from here, and the sun where it shines through the panes
        vx, vy, vz = w[WINDOW_X] - x, w[WINDOW_Y] - y, -w[ROOM_Z] - z
        square = vx * vx + vy * vy + vz * vz + 0.35
        inv = 1.0 / math.sqrt(square)
        panes = 4.0 * w[WINDOW_HALF_W] * w[WINDOW_HALF_H]
        incoming = max((vx * nx + vy * ny + vz * nz) * inv * 0.9 + 0.1, 0.0) * max(-vz * inv, 0.05) * panes / square
        if fine and incoming > 0.01:
            incoming *= 0.25 + 0.75 * shadow(
                w,
                objects,
                primitives,
                heights,
                x + nx * 0.02,
                y + ny * 0.02,
                z + nz * 0.02,
                vx * inv,
                vy * inv,
                vz * inv,
                1.0 / inv,
                3.0,
            )
        day = incoming * 1.15
        lr += (w[ZENITH_R] + w[HORIZON_R]) * day + 0.030 * w[SUN_R] + 0.05 * w[HORIZON_R]
        lg += (w[ZENITH_G] + w[HORIZON_G]) * day + 0.030 * w[SUN_G] + 0.05 * w[HORIZON_G]
        lb += (w[ZENITH_B] + w[HORIZON_B]) * day + 0.030 * w[SUN_B] + 0.05 * w[HORIZON_B]
        if facing > 0.0 and w[SUN_Z] < -0.05:
            s = (-w[ROOM_Z] - z) / w[SUN_Z]
            if s > 0.0 and in_window(w, x + w[SUN_X] * s, y + w[SUN_Y] * s):
                sun, limit = facing, s
        lr, lg, lb = lr * open_sky, lg * open_sky, lb * open_sky
    else:
        sun = max(facing, 0.0)
        dome = (0.5 + 0.5 * ny) * open_sky
        under = (0.5 - 0.5 * ny) * open_sky * 0.35
        back = max(-(nx * w[SUN_X] + nz * w[SUN_Z]) * 0.5 + 0.3, 0.0) * 0.10 * open_sky
        lr += (
            (w[ZENITH_R] * 0.62 + w[HORIZON_R] * 0.38) * dome + (w[HORIZON_R] * 0.6 + r * 0.3) * under + w[SUN_R] * back
        )
        lg += (
            (w[ZENITH_G] * 0.62 + w[HORIZON_G] * 0.38) * dome + (w[HORIZON_G] * 0.6 + g * 0.3) * under + w[SUN_G] * back
        )
        lb += (
            (w[ZENITH_B] * 0.62 + w[HORIZON_B] * 0.38) * dome + (w[HORIZON_B] * 0.6 + b * 0.3) * under + w[SUN_B] * back
        )
    if sun > 0.0 and (fine or w[INDOORS] < 0.5):
        sun *= shadow(
            w,
            objects,
            primitives,
            heights,
            x + nx * 0.03,
            y + ny * 0.03,
            z + nz * 0.03,
            w[SUN_X],
            w[SUN_Y],
            w[SUN_Z],
            limit,
            11.0,
        )
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

"""The picture: one ray for each pixel through shapes, ground, water, room and air, lit and shadowed.

Objects are sphere traced (Hart 1996), the ground is a marched height field, water and rooms are met exactly. A tile of
pixels first gathers the primitives that its cone can meet; a ray then marches only where their bounding spheres are.
"""

import math

import numpy as np

from generator.backends.previz.layout import (
    BOUND,
    GROUND_EXTENT,
    GROUND_ID,
    GROUND_TOP,
    INDOORS,
    OBJECT_ID,
    OFIRST,
    OLAST,
    ORADIUS,
    OX,
    OY,
    OZ,
    PX,
    PY,
    PZ,
    ROOM_ID,
    ROOM_X,
    ROOM_Y,
    ROOM_Z,
    SKY_ID,
    WATER,
    WATER_ID,
    WINDOW_HALF_H,
    WINDOW_HALF_W,
    WINDOW_X,
    WINDOW_Y,
)
from generator.backends.previz.shapes import Array, ground_height, kernel, nearest, shape_distance

#: Primitives that one ray may march; the crowdest tiles of our stages hold about forty.
MAX_NEAR = 96
FAR = 900.0


@kernel
def gather_cone(
    objects: Array, primitives: Array, ox: float, oy: float, oz: float, ax: float, ay: float, az: float,
    spread: float, margin: float, chosen: Array,
) -> int:
    """Lists the primitives within a cone of half-angle tangent ``spread``, grown by ``margin`` metres; how many."""
    count = 0
    grow = math.sqrt(1.0 + spread * spread)
    for n in range(objects.shape[0]):
        row = objects[n]
        vx, vy, vz = row[OX] - ox, row[OY] - oy, row[OZ] - oz
        along = vx * ax + vy * ay + vz * az
        reach = row[ORADIUS] + margin
        if along < -reach:
            continue
        apart = math.sqrt(max(vx * vx + vy * vy + vz * vz - along * along, 0.0))
        if apart > (reach + max(along, 0.0) * spread) * grow:
            continue
        for p in range(int(row[OFIRST]), int(row[OLAST])):
            part = primitives[p]
            vx, vy, vz = part[PX] - ox, part[PY] - oy, part[PZ] - oz
            along = vx * ax + vy * ay + vz * az
            reach = part[BOUND] + margin
            if along < -reach:
                continue
            apart = math.sqrt(max(vx * vx + vy * vy + vz * vz - along * along, 0.0))
            if apart <= (reach + max(along, 0.0) * spread) * grow and count < chosen.shape[0]:
                chosen[count] = p
                count += 1
    return count


@kernel
def gather_ray(
    objects: Array, primitives: Array, ox: float, oy: float, oz: float, dx: float, dy: float, dz: float,
    limit: float, slack: float, chosen: Array,
) -> int:
    """Lists the primitives whose bounding sphere a ray of ``limit`` metres passes within ``slack`` of; how many."""
    count = 0
    for n in range(objects.shape[0]):
        row = objects[n]
        vx, vy, vz = row[OX] - ox, row[OY] - oy, row[OZ] - oz
        along = vx * dx + vy * dy + vz * dz
        reach = row[ORADIUS] + slack
        if along < -reach or along > limit + reach or vx * vx + vy * vy + vz * vz - along * along > reach * reach:
            continue
        for p in range(int(row[OFIRST]), int(row[OLAST])):
            part = primitives[p]
            vx, vy, vz = part[PX] - ox, part[PY] - oy, part[PZ] - oz
            along = vx * dx + vy * dy + vz * dz
            reach = part[BOUND] + slack
            if along < -reach or vx * vx + vy * vy + vz * vz - along * along > reach * reach:
                continue
            if count < chosen.shape[0]:
                chosen[count] = p
                count += 1
    return count


@kernel
def march_objects(
    primitives: Array, chosen: Array, count: int, near: Array,
    ox: float, oy: float, oz: float, dx: float, dy: float, dz: float, limit: float,
) -> tuple[float, int, int]:
    """Distance along the ray to the first surface (``limit`` if none), its primitive, how many entries ``near`` got."""
    start, end, kept = limit, 0.0, 0
    for n in range(count):
        part = primitives[chosen[n]]
        vx, vy, vz = part[PX] - ox, part[PY] - oy, part[PZ] - oz
        along = vx * dx + vy * dy + vz * dz
        reach = part[BOUND]
        half = reach * reach - (vx * vx + vy * vy + vz * vz - along * along)
        if half <= 0.0:
            continue
        half = math.sqrt(half)
        if along + half > 0.0 and along - half < limit:
            near[kept] = chosen[n]
            kept += 1
            start = min(start, along - half)
            end = max(end, along + half)
    if kept == 0:
        return limit, -1, 0
    t = max(start, 0.01)
    end = min(end, limit)
    for _ in range(90):
        d, winner = nearest(primitives, near, kept, ox + dx * t, oy + dy * t, oz + dz * t)
        if d < 0.0006 * t + 0.0004:
            return t, winner, kept
        t += d
        if t > end:
            break
    return limit, -1, kept


@kernel
def march_ground(
    w: Array, heights: Array, ox: float, oy: float, oz: float, dx: float, dy: float, dz: float, limit: float,
    steps: int,
) -> float:
    """Distance along the ray to the height field; ``limit`` if it is not met before."""
    extent, top = w[GROUND_EXTENT], w[GROUND_TOP]
    t = 0.0
    if oy > top:
        if dy >= -1e-6:
            return limit
        t = (top - oy) / dy
    previous = t
    for _ in range(steps):
        if t >= limit:
            return limit
        x, y, z = ox + dx * t, oy + dy * t, oz + dz * t
        if dy > 0.0 and y > top:
            return limit
        if abs(x) > extent * 1.02 or abs(z) > extent * 1.02:
            return limit
        above = y - ground_height(heights, extent, x, z)
        if above < 0.0015 * t + 0.002:
            low, high = previous, t
            for _ in range(5):
                middle = 0.5 * (low + high)
                y = oy + dy * middle
                if y < ground_height(heights, extent, ox + dx * middle, oz + dz * middle):
                    high = middle
                else:
                    low = middle
            return high
        previous = t
        t += max(above * 0.55, 0.008 * t + 0.02)
    return limit


@kernel
def ground_normal(w: Array, heights: Array, x: float, z: float, distance: float) -> tuple[float, float, float]:
    """Unit normal of the height field, smoothed with distance so that far slopes do not shimmer."""
    e = 0.12 + 0.004 * distance
    extent = w[GROUND_EXTENT]
    nx = ground_height(heights, extent, x - e, z) - ground_height(heights, extent, x + e, z)
    nz = ground_height(heights, extent, x, z - e) - ground_height(heights, extent, x, z + e)
    ny = 2.0 * e
    n = 1.0 / math.sqrt(nx * nx + ny * ny + nz * nz)
    return nx * n, ny * n, nz * n


@kernel
def object_normal(
    primitives: Array, near: Array, count: int, x: float, y: float, z: float, t: float
) -> tuple[float, float, float]:
    """Unit normal by four samples on a tetrahedron (Quilez, "normals for an SDF")."""
    e = 0.0006 * t + 0.0015
    a, _ = nearest(primitives, near, count, x + e, y - e, z - e)
    b, _ = nearest(primitives, near, count, x - e, y - e, z + e)
    c, _ = nearest(primitives, near, count, x - e, y + e, z - e)
    d, _ = nearest(primitives, near, count, x + e, y + e, z + e)
    nx, ny, nz = a - b - c + d, -a - b + c + d, -a + b - c + d
    n = 1.0 / max(math.sqrt(nx * nx + ny * ny + nz * nz), 1e-12)
    return nx * n, ny * n, nz * n


@kernel
def shadow(
    w: Array, objects: Array, primitives: Array, heights: Array, chosen: Array,
    x: float, y: float, z: float, lx: float, ly: float, lz: float, limit: float, softness: float,
) -> float:
    """How much of a lamp is seen from a point, 0..1, with a penumbra (Quilez, "soft shadows", after Aaltonen)."""
    light = 1.0
    count = gather_ray(objects, primitives, x, y, z, lx, ly, lz, limit, 0.25, chosen)
    if count > 0:
        t = 0.03
        for _ in range(28):
            px, py, pz = x + lx * t, y + ly * t, z + lz * t
            d = 1e9
            for n in range(count):
                d = min(d, shape_distance(primitives[chosen[n]], px, py, pz))
            light = min(light, softness * d / t)
            if light < 0.01:
                return 0.0
            t += min(max(d, 0.02 + 0.01 * t), 12.0)
            if t > limit:
                break
    if w[INDOORS] < 0.5:
        extent, top = w[GROUND_EXTENT], w[GROUND_TOP]
        t = 0.5
        for _ in range(14):
            py = y + ly * t
            if py > top or t > limit:
                break
            above = py - ground_height(heights, extent, x + lx * t, z + lz * t)
            light = min(light, softness * 0.6 * (above + 0.05) / t)
            if light < 0.01:
                return 0.0
            t += max(above * 0.8, 0.6 + 0.12 * t)
    return min(max(light, 0.0), 1.0)


@kernel
def occlusion(
    primitives: Array, chosen: Array, count: int, x: float, y: float, z: float, nx: float, ny: float, nz: float
) -> float:
    """Ambient light that reaches a point past the primitives around it, 0..1 (Evans 2006: samples along the normal)."""
    if count == 0:
        return 1.0
    blocked = 0.0
    weight = 1.0
    for n in range(3):
        h = 0.04 + 0.16 * n
        d, _ = nearest(primitives, chosen, count, x + nx * h, y + ny * h, z + nz * h)
        blocked += max(h - d, 0.0) * weight
        weight *= 0.62
    return min(max(1.0 - 1.9 * blocked, 0.12), 1.0)


@kernel
def room_hit(
    w: Array, ox: float, oy: float, oz: float, dx: float, dy: float, dz: float
) -> tuple[float, float, float, float]:
    """Distance to the room's inside wall and that wall's normal; the room spans +-ROOM_X, 0..ROOM_Y, +-ROOM_Z."""
    tx = ((w[ROOM_X] if dx > 0.0 else -w[ROOM_X]) - ox) / (dx if abs(dx) > 1e-9 else 1e-9)
    ty = ((w[ROOM_Y] if dy > 0.0 else 0.0) - oy) / (dy if abs(dy) > 1e-9 else 1e-9)
    tz = ((w[ROOM_Z] if dz > 0.0 else -w[ROOM_Z]) - oz) / (dz if abs(dz) > 1e-9 else 1e-9)
    if tx < ty and tx < tz:
        return tx, (-1.0 if dx > 0.0 else 1.0), 0.0, 0.0
    if ty < tz:
        return ty, 0.0, (-1.0 if dy > 0.0 else 1.0), 0.0
    return tz, 0.0, 0.0, (-1.0 if dz > 0.0 else 1.0)


@kernel
def in_window(w: Array, x: float, y: float) -> bool:
    """Whether a point of the far wall (z = -ROOM_Z) lies in the window."""
    return abs(x - w[WINDOW_X]) < w[WINDOW_HALF_W] and abs(y - w[WINDOW_Y]) < w[WINDOW_HALF_H]


@kernel
def first_hit(
    w: Array, primitives: Array, heights: Array, chosen: Array, count: int, near: Array,
    ox: float, oy: float, oz: float, dx: float, dy: float, dz: float, steps: int,
) -> tuple[float, int, int]:
    """What a ray meets first: distance, id (SKY_ID.. or OBJECT_ID + primitive), entries of ``near``."""
    t, seen = FAR, SKY_ID
    if w[INDOORS] > 0.5:
        t, _, _, nz = room_hit(w, ox, oy, oz, dx, dy, dz)
        seen = ROOM_ID
        if nz > 0.5 and in_window(w, ox + dx * t, oy + dy * t):
            seen = SKY_ID
    else:
        ground = march_ground(w, heights, ox, oy, oz, dx, dy, dz, FAR, steps)
        if ground < t:
            t, seen = ground, GROUND_ID
        if w[WATER] > 0.0 and dy < -1e-5:
            sea = -oy / dy
            if 0.0 < sea < t:
                t, seen = sea, WATER_ID
    hit, winner, kept = march_objects(primitives, chosen, count, near, ox, oy, oz, dx, dy, dz, t)
    if winner >= 0 and hit < t:
        return hit, OBJECT_ID + winner, kept
    return t, seen, kept


@kernel
def aim(camera: Array, width: int, height: int, px: float, py: float) -> tuple[float, float, float]:
    """Unit direction through a point of the frame in pixels, origin top left."""
    u = (2.0 * px / width - 1.0) * camera[12]
    v = (1.0 - 2.0 * py / height) * camera[12] * height / width
    x = camera[9] + camera[3] * u + camera[6] * v
    y = camera[10] + camera[4] * u + camera[7] * v
    z = camera[11] + camera[5] * u + camera[8] * v
    n = 1.0 / math.sqrt(x * x + y * y + z * z)
    return x * n, y * n, z * n


def scratch() -> tuple[Array, Array]:
    """Two index lists for one thread: what a tile gathered, what a ray marches."""
    return np.zeros(MAX_NEAR, np.int64), np.zeros(MAX_NEAR, np.int64)

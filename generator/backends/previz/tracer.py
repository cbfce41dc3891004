"""What rays meet first, and what lies between a point and its light: hits, normals, shadows, occlusion."""

# Array elements are Any to the type checker.
# mypy: disable-error-code="no-any-return"

import math

from generator.backends.previz.intersection import in_window, march_ground, march_objects, room_hit, slab
from generator.backends.previz.layout import (
    BOUND,
    CLOUD,
    GROUND_EXTENT,
    GROUND_ID,
    GROUND_TOP,
    INDOORS,
    MEETING,
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
    SKY_ID,
    TOGETHER,
    WATER,
    WATER_ID,
)
from generator.backends.previz.shapes import Array, ground_height, kernel, nearest, shape_distance

FAR = 900.0


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
    primitives: Array, near: Array, count: int, winner: int, x: float, y: float, z: float, t: float
) -> tuple[float, float, float]:
    """Unit normal by four samples on a tetrahedron (Quilez, "normals for an SDF")."""
    e = 0.0006 * t + 0.0015
    part = primitives[winner]
    if int(part[MEETING]) == TOGETHER:
        a, _ = nearest(primitives, near, count, x + e, y - e, z - e)
        b, _ = nearest(primitives, near, count, x - e, y - e, z + e)
        c, _ = nearest(primitives, near, count, x - e, y + e, z - e)
        d, _ = nearest(primitives, near, count, x + e, y + e, z + e)
    else:
        a = shape_distance(part, x + e, y - e, z - e)
        b = shape_distance(part, x - e, y - e, z + e)
        c = shape_distance(part, x - e, y + e, z - e)
        d = shape_distance(part, x + e, y + e, z + e)
    nx, ny, nz = a - b - c + d, -a - b + c + d, -a + b - c + d
    n = 1.0 / max(math.sqrt(nx * nx + ny * ny + nz * nz), 1e-12)
    return nx * n, ny * n, nz * n


@kernel
def shadow(
    w: Array,
    objects: Array,
    primitives: Array,
    heights: Array,
    x: float,
    y: float,
    z: float,
    lx: float,
    ly: float,
    lz: float,
    limit: float,
    softness: float,
) -> float:
    """How much of a lamp is seen from a point, 0..1, with a penumbra (Quilez, "soft shadows"), primitive by primitive."""
    light = 1.0
    slack = 0.12
    for n in range(objects.shape[0]):
        row = objects[n]
        vx, vy, vz = row[OX] - x, row[OY] - y, row[OZ] - z
        along = vx * lx + vy * ly + vz * lz
        reach = row[ORADIUS] + slack
        if along < -reach or along > limit + reach or vx * vx + vy * vy + vz * vz - along * along > reach * reach:
            continue
        for p in range(int(row[OFIRST]), int(row[OLAST])):
            part = primitives[p]
            vx, vy, vz = part[PX] - x, part[PY] - y, part[PZ] - z
            along = vx * lx + vy * ly + vz * lz
            grow = min(slack, 0.4 * part[BOUND])
            reach = part[BOUND] + grow
            if reach < 0.045 or along < -reach or vx * vx + vy * vy + vz * vz - along * along > reach * reach:
                continue  # an eyebrow's shadow is not worth its price
            enter, leave = slab(part, x, y, z, lx, ly, lz, grow)
            if enter > leave or leave < 0.02 or enter > limit:
                continue
            t, leave = max(enter, 0.02), min(leave, limit)
            least = 0.09 * (leave - t)
            for _ in range(9):
                d = shape_distance(part, x + lx * t, y + ly * t, z + lz * t)
                light = min(light, softness * d / t)
                if light < 0.01:
                    return 0.0
                t += max(d, least)
                if t > leave:
                    break
    if w[INDOORS] < 0.5 and w[GROUND_TOP] > y + 0.3:
        # under a closed sky the land's own shadow is hardly seen: fewer steps
        extent, top = w[GROUND_EXTENT], w[GROUND_TOP]
        t = 0.5
        for _ in range(7 if w[CLOUD] > 0.85 else 14):
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
    low, high = 0.08, 0.30
    hx, hy, hz = x + nx * high, y + ny * high, z + nz * high
    near, far = low, high
    for n in range(count):
        part = primitives[chosen[n]]
        vx, vy, vz = part[PX] - hx, part[PY] - hy, part[PZ] - hz
        reach = part[BOUND] + high
        if part[BOUND] > 0.035 and vx * vx + vy * vy + vz * vz < reach * reach:
            d = shape_distance(part, hx, hy, hz)
            if d < high:
                far = min(far, d)
                near = min(near, shape_distance(part, x + nx * low, y + ny * low, z + nz * low))
    return min(max(1.0 - 3.2 * max(low - near, 0.0) - 1.55 * max(high - far, 0.0), 0.15), 1.0)


@kernel
def first_hit(
    w: Array,
    primitives: Array,
    heights: Array,
    chosen: Array,
    count: int,
    near: Array,
    ox: float,
    oy: float,
    oz: float,
    dx: float,
    dy: float,
    dz: float,
    steps: int,
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

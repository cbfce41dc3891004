"""Where rays meet things: primitives, the height field, a room's walls.

Boxes and ellipsoids are met exactly, the rest is sphere traced (Hart 1996), shapes that blend together.
"""

# Array elements are Any to the type checker.
# mypy: disable-error-code="no-any-return"

import math

from generator.backends.previz.layout import (
    BOUND,
    EXACT_BOX,
    EXACT_ELLIPSOID,
    GROUND_EXTENT,
    GROUND_TOP,
    HX,
    HY,
    HZ,
    MEETING,
    OFIRST,
    OLAST,
    ORADIUS,
    OX,
    OY,
    OZ,
    PX,
    PY,
    PZ,
    R00,
    R01,
    R02,
    R10,
    R11,
    R12,
    R20,
    R21,
    R22,
    ROOM_X,
    ROOM_Y,
    ROOM_Z,
    SA,
    SB,
    SC,
    TOGETHER,
    WINDOW_HALF_H,
    WINDOW_HALF_W,
    WINDOW_X,
    WINDOW_Y,
)
from generator.backends.previz.shapes import Array, ground_height, kernel, nearest, shape_distance, to_local

#: Primitives that one ray may march; the crowdest tiles of our stages hold about forty.
MAX_NEAR = 96


@kernel
def gather_cone(
    objects: Array,
    primitives: Array,
    ox: float,
    oy: float,
    oz: float,
    ax: float,
    ay: float,
    az: float,
    spread: float,
    margin: float,
    chosen: Array,
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
    objects: Array,
    primitives: Array,
    ox: float,
    oy: float,
    oz: float,
    dx: float,
    dy: float,
    dz: float,
    limit: float,
    slack: float,
    chosen: Array,
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
def slab(
    part: Array, ox: float, oy: float, oz: float, dx: float, dy: float, dz: float, grow: float
) -> tuple[float, float]:
    """Where a ray enters and leaves the box around a primitive, grown by ``grow`` metres; entry > exit if it misses."""
    x, y, z = to_local(part, ox, oy, oz)
    u = part[R00] * dx + part[R01] * dy + part[R02] * dz
    v = part[R10] * dx + part[R11] * dy + part[R12] * dz
    w = part[R20] * dx + part[R21] * dy + part[R22] * dz
    iu = 1.0 / (u if abs(u) > 1e-9 else 1e-9)
    iv = 1.0 / (v if abs(v) > 1e-9 else 1e-9)
    iw = 1.0 / (w if abs(w) > 1e-9 else 1e-9)
    hx, hy, hz = abs(iu) * (part[HX] + grow), abs(iv) * (part[HY] + grow), abs(iw) * (part[HZ] + grow)
    return max(-x * iu - hx, max(-y * iv - hy, -z * iw - hz)), min(-x * iu + hx, min(-y * iv + hy, -z * iw + hz))


@kernel
def ellipsoid_hit(part: Array, ox: float, oy: float, oz: float, dx: float, dy: float, dz: float) -> float:
    """Distance along the ray to an ellipsoid, -1 if it misses or starts inside."""
    x, y, z = to_local(part, ox, oy, oz)
    a, b, c = 1.0 / part[SA], 1.0 / part[SB], 1.0 / part[SC]
    u = (part[R00] * dx + part[R01] * dy + part[R02] * dz) * a
    v = (part[R10] * dx + part[R11] * dy + part[R12] * dz) * b
    w = (part[R20] * dx + part[R21] * dy + part[R22] * dz) * c
    x, y, z = x * a, y * b, z * c
    square = u * u + v * v + w * w
    half = u * x + v * y + w * z
    rest = half * half - square * (x * x + y * y + z * z - 1.0)
    return (-half - math.sqrt(rest)) / square if rest > 0.0 else -1.0


@kernel
def march_objects(
    primitives: Array,
    chosen: Array,
    count: int,
    near: Array,
    ox: float,
    oy: float,
    oz: float,
    dx: float,
    dy: float,
    dz: float,
    limit: float,
) -> tuple[float, int, int]:
    """Distance along the ray to the first surface (``limit`` if none), its primitive, how many entries ``near`` got."""
    best, winner = limit, -1
    start, end, kept = limit, 0.0, 0
    for n in range(count):
        p = chosen[n]
        part = primitives[p]
        vx, vy, vz = part[PX] - ox, part[PY] - oy, part[PZ] - oz
        along = vx * dx + vy * dy + vz * dz
        reach = part[BOUND]
        if vx * vx + vy * vy + vz * vz - along * along > reach * reach or along < -reach or along - reach > best:
            continue
        meeting = int(part[MEETING])
        if meeting == EXACT_ELLIPSOID:
            t = ellipsoid_hit(part, ox, oy, oz, dx, dy, dz)
            if 0.01 < t < best:
                best, winner = t, p
            continue
        enter, leave = slab(part, ox, oy, oz, dx, dy, dz, 0.0)
        if enter > leave or leave < 0.0 or enter > best:
            continue
        if meeting == EXACT_BOX:
            if enter > 0.01:
                best, winner = enter, p
        elif meeting == TOGETHER:
            near[kept] = p
            kept += 1
            start, end = min(start, enter), max(end, leave)
        else:
            t = max(enter, 0.01)
            leave = min(leave, best)
            for _ in range(60):
                d = shape_distance(part, ox + dx * t, oy + dy * t, oz + dz * t)
                if d < 0.0006 * t + 0.0004:
                    best, winner = t, p
                    break
                t += d
                if t > leave:
                    break
    if kept > 0:
        t = max(start, 0.01)
        end = min(end, best)
        for _ in range(80):
            if t > end:
                break
            d, which = nearest(primitives, near, kept, ox + dx * t, oy + dy * t, oz + dz * t)
            if d < 0.0006 * t + 0.0004:
                return t, which, kept
            t += d
    return best, winner, kept


@kernel
def march_ground(
    w: Array,
    heights: Array,
    ox: float,
    oy: float,
    oz: float,
    dx: float,
    dy: float,
    dz: float,
    limit: float,
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

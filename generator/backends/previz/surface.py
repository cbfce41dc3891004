"""What surfaces look like: colours and patterns of materials, ground and room walls."""

# Array elements are Any to the type checker.
# mypy: disable-error-code="no-any-return"

import math

from generator.backends.previz.layout import (
    ASHLAR,
    BOARDED,
    BOARDS,
    BRICK,
    CHECKS,
    CONCRETE,
    FLAGS,
    FLOOR_B,
    FLOOR_G,
    FLOOR_KIND,
    FLOOR_R,
    FOLIAGE,
    GLOW,
    GRASS,
    GROUND_B,
    GROUND_G,
    GROUND_KIND,
    GROUND_R,
    LINES,
    M2B,
    M2G,
    M2R,
    MB,
    METAL,
    MG,
    MR,
    PATTERN,
    PATTERN_SIZE,
    PAVED,
    PLAIN,
    PLANKS,
    PLASTER,
    ROOM_Y,
    SAND,
    SKIN,
    SLOPE_B,
    SLOPE_G,
    SLOPE_R,
    SNOWLINE,
    STONE,
    STRIPES,
    TILED,
    TILES,
    WALL_B,
    WALL_G,
    WALL_KIND,
    WALL_R,
    WATER,
    WETNESS,
    WINDOWS,
)
from generator.backends.previz.shapes import Array, hash01, kernel, texture, whole


@kernel
def paint(
    material: Array, noise: Array, x: float, y: float, z: float, nx: float, ny: float, nz: float
) -> tuple[float, float, float, float]:
    """Colour and emitted light (as a factor of that colour) of a material at a point in its primitive's coordinates."""
    r, g, b = material[MR], material[MG], material[MB]
    glow = material[GLOW]
    pattern = int(material[PATTERN])
    if pattern == PLAIN:
        return r, g, b, glow
    s = material[PATTERN_SIZE]
    mix = 0.0
    if pattern == WINDOWS:
        # panes on the sides only; some lit, repeatably; M2 is the light behind them
        side = abs(nx) > abs(nz)
        u, v = (z if side else x) / s, y / s
        cu, cv = math.floor(u), math.floor(v)
        fu, fv = u - cu, v - cv
        shade = 0.85 + 0.3 * texture(noise, x * 9.0, y * 9.0 + z * 7.0)
        if abs(ny) < 0.5 and 0.24 < fu < 0.76 and 0.2 < fv < 0.78:
            lit = hash01(int(cu), int(cv), 3 if side else 5)
            if glow > 0.0 and lit > 0.52:
                # a lamp somewhere inside: brighter towards the ceiling, a curtain drawn on some, a bar across
                room = hash01(int(cu), int(cv), 11)
                warm = (0.25 + 0.75 * room) * (0.35 + 0.9 * (fv - 0.2))
                if (room > 0.6 and (fu < 0.36 or fu > 0.64)) or abs(fu - 0.5) < 0.022 or abs(fv - 0.56) < 0.018:
                    warm *= 0.35
                return material[M2R] * warm, material[M2G] * warm, material[M2B] * warm, glow
            return r * 0.22, g * 0.25, b * 0.30, 0.0
        return r * shade, g * shade, b * shade, 0.0
    if pattern == PLANKS:
        v = y / s if abs(ny) < 0.7 else x / s
        board = math.floor(v)
        mix = 0.5 * hash01(int(board), 1, 1) + 0.35 * texture(noise, (x + z) * 11.0, board * 7.3 + y * 3.0)
        if v - board < 0.07:
            mix += 0.5
    elif pattern == STRIPES:
        mix = 1.0 if (y / s) % 2.0 > 1.0 else 0.0
    elif pattern == TILES:
        v = y / s
        row = math.floor(v)
        u = (x + z) / s + 0.5 * (row % 2.0)
        mix = 0.5 * hash01(whole(u), int(row), 2) + (0.35 if v - row < 0.14 else 0.0)
    elif pattern == FOLIAGE:
        mix = texture(noise, x * s * 9.0 + y * 5.0, z * s * 9.0 + y * 8.0) * 1.3 - 0.2 - 0.25 * min(ny, 0.5)
    elif pattern == STONE:
        mix = texture(noise, (x + y) * s * 6.0, (z - y) * s * 6.0) * 1.1 + 0.25 * texture(
            noise, x * 41.0, z * 41.0 + y * 37.0
        )
    elif pattern == LINES:
        mix = 1.0 if (y / s - math.floor(y / s)) < 0.34 and abs(x) < s * 6.0 else 0.0
    elif pattern == SKIN:
        # a face: a little warmer at the cheeks and lips, darker under the brow; M2 is that blush
        mix = 0.5 * math.exp(-((y + 0.045) ** 2) * 4000.0 - x * x * 900.0) if z > 0.0 else 0.0
    mix = min(max(mix, 0.0), 1.0)
    return (
        r + (material[M2R] - r) * mix,
        g + (material[M2G] - g) * mix,
        b + (material[M2B] - b) * mix,
        glow,
    )


@kernel
def ground_colour(
    w: Array, noise: Array, x: float, y: float, z: float, ny: float, distance: float
) -> tuple[float, float, float, float]:
    """Colour and specularity of the open ground at a world point whose normal rises by ``ny``."""
    kind = int(w[GROUND_KIND])
    broad = texture(noise, x * 1.1, z * 1.1)
    patch = texture(noise, x * 0.21 + 40.0, z * 0.21 + 9.0)
    fine = texture(noise, x * 7.0, z * 7.0)
    fine = 0.5 + (fine - 0.5) * math.exp(-distance * 0.02)
    r, g, b = w[GROUND_R], w[GROUND_G], w[GROUND_B]
    specular = 0.0
    if kind == GRASS:
        dry = min(max(patch * 1.7 - 0.5, 0.0), 1.0)
        r, g, b = r + (r * 1.7 - r) * dry, g + (g * 1.12 - g) * dry, b + (b * 0.8 - b) * dry
        # tufts and blades near the lens, and here and there a flower
        close = math.exp(-distance * 0.05)
        blades = texture(noise, x * 31.0 + z * 9.0, z * 31.0) - 0.5
        tuft = texture(noise, x * 3.1 + 7.0, z * 3.1) - 0.5
        tone = 0.58 + 0.5 * broad + 0.45 * fine + (0.9 * blades + 0.7 * tuft) * close
        r, g = r * (1.0 + 0.5 * max(tuft, 0.0)), g * (1.0 + 0.3 * max(blades, 0.0))
        cu, cv = math.floor(x * 3.0), math.floor(z * 3.0)
        spark = hash01(int(cu), int(cv), 21)
        if spark > 0.955 and patch > 0.42 and distance < 45.0:
            fu = x * 3.0 - cu - 0.3 - 0.4 * hash01(int(cu), int(cv), 22)
            fv = z * 3.0 - cv - 0.3 - 0.4 * hash01(int(cu), int(cv), 23)
            if fu * fu + fv * fv < 0.018:
                tone = 1.0
                r, g, b = (
                    (0.55, 0.52, 0.46)
                    if spark > 0.985
                    else ((0.50, 0.36, 0.03) if spark > 0.97 else (0.30, 0.10, 0.26))
                )
    elif kind == SAND:
        ripple = 0.5 + 0.5 * math.sin((x * 0.8 + z * 0.35) * 5.0 + 9.0 * texture(noise, x * 0.9, z * 0.9))
        tone = 0.84 + 0.16 * ripple * math.exp(-distance * 0.035) + 0.12 * (fine - 0.5)
    elif kind == PAVED:
        u, v = x / 0.62 + 0.5 * (math.floor(z / 0.4) % 2.0), z / 0.4
        joint = u - math.floor(u) < 0.08 or v - math.floor(v) < 0.1
        stone = hash01(whole(u), whole(v), 4)
        near = math.exp(-distance * 0.03)
        tone = 0.9 + (0.35 * stone - 0.17) * near + 0.2 * (broad - 0.5)
        if joint:
            tone *= 1.0 - 0.45 * near
        specular = 0.05
    else:
        tone = 0.7 + 0.35 * broad + 0.35 * fine
    steep = min(max((0.86 - ny + 0.14 * (broad - 0.5)) / 0.16, 0.0), 1.0)
    if kind == PAVED:
        steep = 0.0
    layers = 0.78 + 0.35 * texture(noise, (x + z) * 0.8, y * 6.0)
    r, g, b = r * tone, g * tone, b * tone
    r += (w[SLOPE_R] * layers - r) * steep
    g += (w[SLOPE_G] * layers - g) * steep
    b += (w[SLOPE_B] * layers - b) * steep
    if y > w[SNOWLINE]:
        snow = min((y - w[SNOWLINE]) * 0.6, 1.0) * min(max((ny - 0.62 + 0.25 * (broad - 0.5)) / 0.14, 0.0), 1.0)
        r, g, b = r + (0.80 - r) * snow, g + (0.84 - g) * snow, b + (0.90 - b) * snow
    if w[WATER] > 0.0 and y < 0.55:
        wet = min(max((0.55 - y) / 0.45, 0.0), 1.0)
        r, g, b = r * (1.0 - 0.45 * wet), g * (1.0 - 0.42 * wet), b * (1.0 - 0.38 * wet)
        specular = max(specular, 0.25 * wet)
    if w[WETNESS] > 0.0 and ny > 0.9:
        puddle = min(max((texture(noise, x * 0.55 + 5.0, z * 0.55) - 0.46) * 7.0, 0.0), 1.0)
        wet = w[WETNESS] * (0.35 + 0.65 * puddle)
        r, g, b = r * (1.0 - 0.4 * wet), g * (1.0 - 0.4 * wet), b * (1.0 - 0.4 * wet)
        specular = max(specular, wet * 0.8)
    return r, g, b, specular


@kernel
def floor_colour(w: Array, noise: Array, x: float, z: float) -> tuple[float, float, float, float]:
    """Colour and specularity of a room's floor at a world point: boards, checks, flagstones, concrete or carpet."""
    kind = int(w[FLOOR_KIND])
    tone, shine = 1.0, 0.0
    if kind == BOARDS:
        u = x / 0.17
        board = math.floor(u)
        v = z / 1.9 + hash01(int(board), 3, 1)
        grain = texture(noise, u * 31.0, z * 2.4 + board * 13.0)
        tone, shine = 0.72 + 0.35 * hash01(int(board), whole(v), 6) + 0.25 * (grain - 0.5), 0.16
        if u - board < 0.05 or v - math.floor(v) < 0.006:
            tone *= 0.45
    elif kind == CHECKS:
        odd = (math.floor(x / 0.45) + math.floor(z / 0.45)) % 2.0
        tone, shine = (1.25 if odd > 0.5 else 0.32) * (0.92 + 0.16 * texture(noise, x * 9.0, z * 9.0)), 0.28
    elif kind == FLAGS:
        u, v = x / 0.8 + 0.5 * (math.floor(z / 0.6) % 2.0), z / 0.6
        joint = u - math.floor(u) < 0.03 or v - math.floor(v) < 0.04
        tone = (0.8 + 0.35 * hash01(whole(u), whole(v), 4)) * (0.85 + 0.3 * texture(noise, x * 6.0, z * 6.0))
        tone, shine = tone * (0.55 if joint else 1.0), 0.06
    elif kind == CONCRETE:
        tone, shine = 0.75 + 0.5 * texture(noise, x * 2.0, z * 2.0), 0.05
    else:
        tone = 0.9 + 0.2 * math.sin(x * 14.0) * math.sin(z * 14.0) + 0.15 * (texture(noise, x * 40.0, z * 40.0) - 0.5)
    return w[FLOOR_R] * tone, w[FLOOR_G] * tone, w[FLOOR_B] * tone, shine


@kernel
def room_colour(
    w: Array, noise: Array, x: float, y: float, z: float, nx: float, ny: float, nz: float
) -> tuple[float, float, float, float]:
    """Colour and specularity of a room's floor, walls or ceiling at a world point."""
    if ny > 0.5:
        return floor_colour(w, noise, x, z)
    kind = int(w[WALL_KIND])
    if ny < -0.5:
        pale = 0.5 if kind in (METAL, ASHLAR, BRICK) else 0.82
        return w[WALL_R] * pale, w[WALL_G] * pale * 0.98, w[WALL_B] * pale * 0.95, 0.0
    along = z if abs(nx) > 0.5 else x
    stain = 0.88 + 0.2 * texture(noise, along * 3.0, y * 3.0 + 7.0)
    if kind == PLASTER:
        tone = stain * (0.55 if y < 0.10 else 1.0)
        return w[WALL_R] * tone, w[WALL_G] * tone, w[WALL_B] * tone, 0.0
    if kind == TILED and y < 1.5:
        u, v = along / 0.15, y / 0.15
        joint = u - math.floor(u) < 0.06 or v - math.floor(v) < 0.06
        tone = (0.62 if joint else 1.0) * (0.92 + 0.12 * hash01(whole(u), whole(v), 3))
        return 0.60 * tone, 0.62 * tone, 0.58 * tone, 0.22
    if kind in (BRICK, ASHLAR):
        tall, long = (0.075, 0.22) if kind == BRICK else (0.42, 0.85)
        v = y / tall
        u = along / long + 0.5 * (math.floor(v) % 2.0)
        joint = u - math.floor(u) < 0.045 or v - math.floor(v) < (0.12 if kind == BRICK else 0.03)
        tone = (0.72 + 0.45 * hash01(whole(u), whole(v), 2)) * stain * (0.6 if joint else 1.0)
        return w[WALL_R] * tone, w[WALL_G] * tone, w[WALL_B] * tone, 0.0
    if kind == METAL:
        u, v = along / 1.1, y / 1.25
        seam = u - math.floor(u) < 0.018 or v - math.floor(v) < 0.016
        tone = (0.45 if seam else 1.0) * (0.9 + 0.15 * hash01(whole(u), whole(v), 2)) * stain
        return w[WALL_R] * tone, w[WALL_G] * tone, w[WALL_B] * tone, 0.24
    if kind == BOARDED:
        board = math.floor(y / 0.19)
        tone = 0.72 + 0.30 * hash01(int(board), 2, 1) + 0.25 * (texture(noise, along * 9.0, board * 7.3) - 0.5)
        if y / 0.19 - board < 0.06:
            tone *= 0.5
        return w[WALL_R] * tone, w[WALL_G] * tone, w[WALL_B] * tone, 0.05
    if y < 0.95:
        panel = along / 0.62
        edge = panel - math.floor(panel)
        tone = 0.62 * stain
        if edge < 0.06 or y < 0.12 or y > 0.89:
            tone *= 0.72
        return w[WALL_R] * tone * 0.8, w[WALL_G] * tone * 0.68, w[WALL_B] * tone * 0.58, 0.06
    if y > w[ROOM_Y] - 0.14:
        return w[WALL_R] * 0.62, w[WALL_G] * 0.52, w[WALL_B] * 0.44, 0.0
    motif = 1.0 + 0.05 * math.sin(along * 21.0) * math.sin(y * 21.0)
    return w[WALL_R] * stain * motif, w[WALL_G] * stain * motif, w[WALL_B] * stain * motif, 0.0

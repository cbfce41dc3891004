"""From light to a frame: falling rain and snow, depth of field, tone curve, colour grade, vignette, grain."""

# Array elements are Any to the type checker.
# mypy: disable-error-code="no-any-return"

import math

import numpy as np

from generator.backends.previz.layout import CX, CY, CZ, FX, FY, FZ, RX, RY, RZ, TANX, UX, UY, UZ
from generator.backends.previz.shapes import Array, hash01, kernel

#: Columns of the grade: what the mood does to the picture.
(
    EXPOSURE,
    CONTRAST,
    SATURATION,
    SHADOW_R,
    SHADOW_G,
    SHADOW_B,
    LIGHT_R,
    LIGHT_G,
    LIGHT_B,
    VIGNETTE,
    GRAIN,
    FOCUS,
    BLUR,
    BLOOM,
) = range(14)
GRADE_COLUMNS = 14


@kernel
def project(camera: Array, width: int, height: int, x: float, y: float, z: float) -> tuple[float, float, float]:
    """Pixel position of a world point and its depth in metres along the view axis."""
    vx, vy, vz = x - camera[CX], y - camera[CY], z - camera[CZ]
    ahead = vx * camera[FX] + vy * camera[FY] + vz * camera[FZ]
    if ahead < 0.1:
        return 0.0, 0.0, -1.0
    scale = width * 0.5 / (camera[TANX] * ahead)
    return (
        width * 0.5 + (vx * camera[RX] + vy * camera[RY] + vz * camera[RZ]) * scale,
        height * 0.5 - (vx * camera[UX] + vy * camera[UY] + vz * camera[UZ]) * scale,
        ahead,
    )


@kernel
def fall(
    colour: Array,
    depth: Array,
    camera: Array,
    count: int,
    box: float,
    speed: float,
    drift: float,
    streak: float,
    size: float,
    brightness: float,
    tint: float,
    time: float,
    seed: int,
) -> None:
    """Draws rain (``streak`` > 0, seconds of smear) or snow flakes (radius ``size`` m) in a box around the camera.

    Each drop keeps its own column of the world, so drops pass the camera as it moves; what stands nearer hides them.
    """
    height, width = depth.shape
    for n in range(count):
        a, b, c = hash01(n, 1, seed), hash01(n, 2, seed), hash01(n, 3, seed)
        sway = math.sin(time * 1.7 + n) * 0.25 if streak == 0.0 else 0.0
        x = a * box + drift * time + sway
        y = b * box - speed * (0.8 + 0.4 * c) * time
        z = c * box * 7.31 + 0.3 * drift * time
        x = camera[CX] + (x - camera[CX]) % box - 0.5 * box
        y = camera[CY] + (y - camera[CY]) % box - 0.5 * box
        z = camera[CZ] + (z - camera[CZ]) % box - 0.5 * box
        px, py, ahead = project(camera, width, height, x, y, z)
        if ahead < 1.0 or px < 0.0 or px >= width or py < 0.0 or py >= height:
            continue
        if streak > 0.0:
            qx, qy, other = project(camera, width, height, x - drift * streak, y + speed * streak, z)
            if other < 0.0:
                continue
            steps = int(min(max(abs(qy - py), abs(qx - px)) + 1.0, 220.0))
            alpha = brightness * min(2.2 / ahead, 0.5)
            for s in range(steps):
                f = s / steps
                ix, iy = int(px + (qx - px) * f), int(py + (qy - py) * f)
                if 0 <= ix < width and 0 <= iy < height and depth[iy, ix] > ahead:
                    k = alpha * (1.0 - abs(2.0 * f - 1.0))
                    for ch in range(3):
                        colour[iy, ix, ch] += (tint * (0.9 + 0.1 * ch) - colour[iy, ix, ch]) * k
        else:
            radius = min(size * width * 0.5 / (camera[TANX] * ahead), 7.0)
            reach = int(radius) + 1
            power = brightness * min(radius * radius * 4.0, 1.0) * (0.35 if radius > 2.5 else 0.9)
            for iy in range(int(py) - reach, int(py) + reach + 1):
                for ix in range(int(px) - reach, int(px) + reach + 1):
                    if 0 <= ix < width and 0 <= iy < height and depth[iy, ix] > ahead:
                        d = ((ix + 0.5 - px) ** 2 + (iy + 0.5 - py) ** 2) / max(radius * radius, 0.4)
                        k = power * math.exp(-d * 1.6)
                        for ch in range(3):
                            colour[iy, ix, ch] += (tint - colour[iy, ix, ch]) * k


def spiral() -> Array:
    """Offsets (4 turns, 16 taps, [x, y, radius]) of a sunflower spiral over the unit disc."""
    n = np.arange(16)
    radius, angle = np.sqrt((n + 0.5) / 16.0), n * 2.39996323 + np.arange(4)[:, None]
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), np.broadcast_to(radius, angle.shape)], axis=2)


@kernel
def defocus(
    colour: Array, depth: Array, out: Array, taps: Array, focus: float, strength: float, top: int, bottom: int
) -> None:
    """Depth of field: gathers ``spiral()``'s taps over a disc as wide as the circle of confusion (pixels)."""
    height, width = depth.shape
    limit = width / 64.0
    for y in range(top, bottom):
        for x in range(width):
            near = depth[y, x]
            circle = min(abs(1.0 - focus / max(near, 0.05)) * strength * width, limit)
            if circle < 0.6:
                for ch in range(3):
                    out[y, x, ch] = colour[y, x, ch]
                continue
            r, g, b, total = colour[y, x, 0] * 1.0, colour[y, x, 1] * 1.0, colour[y, x, 2] * 1.0, 1.0
            for n in range(16):
                tap = taps[(x * 3 + y * 5) % 4, n]
                radius = circle * tap[2]
                sx = min(max(int(x + circle * tap[0] + 0.5), 0), width - 1)
                sy = min(max(int(y + circle * tap[1] + 0.5), 0), height - 1)
                other = depth[sy, sx]
                blur = min(abs(1.0 - focus / max(other, 0.05)) * strength * width, limit)
                weight = 1.0 if other >= near or blur > radius * 0.8 else 0.06
                if other > near and blur < radius * 0.5:
                    weight = 0.25
                r += colour[sy, sx, 0] * weight
                g += colour[sy, sx, 1] * weight
                b += colour[sy, sx, 2] * weight
                total += weight
            out[y, x, 0], out[y, x, 1], out[y, x, 2] = r / total, g / total, b / total


@kernel
def film_curve(x: float) -> float:
    """Tone curve from light to print, 0..1 (Narkowicz 2015, fit of the ACES reference curve), then sRGB's gamma."""
    x = max(x, 0.0)
    y = x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14)
    return min(max(y, 0.0), 1.0) ** 0.4545


@kernel
def develop(
    colour: Array, bloom: Array, grade: Array, frame: Array, number: int, seed: int, top: int, bottom: int
) -> None:
    """Exposes, tones, grades and grains rows of linear ``colour`` plus ``bloom`` into 8-bit RGB ``frame``."""
    height, width = frame.shape[0], frame.shape[1]
    for y in range(top, bottom):
        v = 2.0 * (y + 0.5) / height - 1.0
        for x in range(width):
            u = 2.0 * (x + 0.5) / width - 1.0
            fall_off = 1.0 - grade[VIGNETTE] * min(u * u * 0.55 + v * v * 0.45, 1.0) ** 1.3
            k = grade[EXPOSURE] * fall_off
            r = film_curve((colour[y, x, 0] + bloom[y, x, 0] * grade[BLOOM]) * k)
            g = film_curve((colour[y, x, 1] + bloom[y, x, 1] * grade[BLOOM]) * k)
            b = film_curve((colour[y, x, 2] + bloom[y, x, 2] * grade[BLOOM]) * k)
            luma = 0.2126 * r + 0.7152 * g + 0.0722 * b
            r = luma + (r - luma) * grade[SATURATION]
            g = luma + (g - luma) * grade[SATURATION]
            b = luma + (b - luma) * grade[SATURATION]
            low = (1.0 - luma) * (1.0 - luma)
            high = luma * luma
            r += grade[SHADOW_R] * low + grade[LIGHT_R] * high
            g += grade[SHADOW_G] * low + grade[LIGHT_G] * high
            b += grade[SHADOW_B] * low + grade[LIGHT_B] * high
            grain = (hash01(x, y, number * 131 + seed) + hash01(x + 1, y, number * 131 + seed) - 1.0) * grade[GRAIN]
            grain *= 0.4 + 1.2 * luma * (1.0 - luma) * 2.0
            contrast = grade[CONTRAST]
            r = (r - 0.42) * contrast + 0.42 + grain
            g = (g - 0.42) * contrast + 0.42 + grain
            b = (b - 0.42) * contrast + 0.42 + grain
            frame[y, x, 0] = int(min(max(r, 0.0), 1.0) * 255.0 + 0.5)
            frame[y, x, 1] = int(min(max(g, 0.0), 1.0) * 255.0 + 0.5)
            frame[y, x, 2] = int(min(max(b, 0.0), 1.0) * 255.0 + 0.5)

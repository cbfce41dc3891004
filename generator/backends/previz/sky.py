"""The far picture: sky, sun, moon, stars, clouds, distant ridges, and the air between them and the lens."""

# Array elements are Any to the type checker.
# mypy: disable-error-code="no-any-return"

import math

from generator.backends.previz.layout import (
    CLOUD,
    CLOUD_DARK,
    FOG,
    FOG_B,
    FOG_G,
    FOG_HEIGHT,
    FOG_R,
    HORIZON_B,
    HORIZON_G,
    HORIZON_R,
    MOON,
    PEAKS,
    RIDGE,
    RIDGE_B,
    RIDGE_G,
    RIDGE_KIND,
    RIDGE_R,
    SCROLL,
    SEED,
    SKYLINE,
    STARS,
    SUN_B,
    SUN_G,
    SUN_R,
    SUN_SIZE,
    SUN_X,
    SUN_Y,
    SUN_Z,
    TIME,
    ZENITH_B,
    ZENITH_G,
    ZENITH_R,
)
from generator.backends.previz.shapes import Array, hash01, kernel, texture, whole


@kernel
def air(w: Array, dx: float, dy: float, dz: float) -> tuple[float, float, float]:
    """Colour of the haze in a direction: the horizon's, warmer towards the sun."""
    towards = max(dx * w[SUN_X] + dy * w[SUN_Y] + dz * w[SUN_Z], 0.0)
    glow = 0.10 * towards**3 + 0.35 * towards**14
    return w[FOG_R] + w[SUN_R] * glow * 0.5, w[FOG_G] + w[SUN_G] * glow * 0.5, w[FOG_B] + w[SUN_B] * glow * 0.5


@kernel
def ridge_line(w: Array, noise: Array, azimuth: float, layer: int) -> float:
    """Height of a far silhouette as a slope (height over distance), for an azimuth in radians."""
    u = (
        azimuth * 40.7436654 + w[SEED] * 17.0 + layer * 71.0 + w[SCROLL] * (3.0 - layer)
    )  # a whole turn is 256 texels: the ridge closes on itself
    kind = int(w[RIDGE_KIND])
    if kind == SKYLINE:
        block = math.floor(u * (0.55 + 0.25 * layer))
        return w[RIDGE] * (0.25 + 0.75 * hash01(int(block), layer, int(w[SEED])) ** 2.0) * (1.0 - 0.25 * layer)
    base = texture(noise, u * 0.5, 13.0 + 31.0 * layer) * 0.7 + texture(noise, u * 2.0, 77.0 + layer) * 0.3
    if kind == PEAKS:
        sharp = 1.0 - abs(2.0 * base - 1.0)
        return w[RIDGE] * (0.35 + 0.9 * sharp * sharp + 0.12 * texture(noise, u * 5.0, 5.0)) * (1.15 - 0.3 * layer)
    return w[RIDGE] * (0.25 + base) * (1.0 - 0.28 * layer)


@kernel
def cloud_cover(w: Array, noise: Array, x: float, z: float) -> float:
    """Density 0..1 of the cloud deck at a point of its plane."""
    drift = w[TIME] * 0.35
    n = (
        texture(noise, x + drift, z) * 0.55
        + texture(noise, x * 2.3 + drift * 1.4 + 91.0, z * 2.3 + 17.0) * 0.28
        + texture(noise, x * 5.1 + 33.0, z * 5.1 + drift) * 0.17
    )
    low = 0.78 - w[CLOUD] * 0.62
    return min(max((n - low) / 0.28, 0.0), 1.0)


@kernel
def sky(w: Array, noise: Array, dx: float, dy: float, dz: float, ridges: bool) -> tuple[float, float, float]:
    """Radiance from infinitely far away in a unit direction."""
    up = max(dy, 0.0)
    t = 1.0 - (1.0 - min(up, 1.0)) ** 3.2
    r = w[HORIZON_R] + (w[ZENITH_R] - w[HORIZON_R]) * t
    g = w[HORIZON_G] + (w[ZENITH_G] - w[HORIZON_G]) * t
    b = w[HORIZON_B] + (w[ZENITH_B] - w[HORIZON_B]) * t
    towards = dx * w[SUN_X] + dy * w[SUN_Y] + dz * w[SUN_Z]
    clear = max(1.0 - w[CLOUD] * 0.85, 0.0)
    halo = max(towards, 0.0)
    glow = 0.16 * halo**5 + 0.5 * halo**60
    r, g, b = r + w[SUN_R] * glow * clear, g + w[SUN_G] * glow * clear, b + w[SUN_B] * glow * clear
    if w[STARS] > 0.0 and dy > 0.0:
        u, v = math.atan2(dx, dz) * 90.0, dy * 140.0
        cell_u, cell_v = math.floor(u), math.floor(v)
        spark = hash01(int(cell_u), int(cell_v), 7)
        if spark > 0.965:
            ox, oy = hash01(int(cell_u), int(cell_v), 8) - 0.5, hash01(int(cell_u), int(cell_v), 9) - 0.5
            fu, fv = u - cell_u - 0.5 - ox * 0.6, v - cell_v - 0.5 - oy * 0.6
            star = math.exp(-(fu * fu + fv * fv) * 26.0) * w[STARS] * (spark - 0.965) * 50.0
            r, g, b = r + star, g + star, b + star * 1.15
    disc = min(max((towards - (1.0 - w[SUN_SIZE])) / (w[SUN_SIZE] * 0.25), 0.0), 1.0)
    if disc > 0.0:
        face = 1.0
        if w[MOON] > 0.0:
            face = 0.35 + 0.75 * texture(noise, dx * 700.0, dy * 700.0)
        power = (2.2 if w[MOON] > 0.0 else 9.0) * disc * face * clear
        r, g, b = r + w[SUN_R] * power, g + w[SUN_G] * power, b + w[SUN_B] * power
    if w[CLOUD] > 0.02 and dy > 0.012:
        scale = 9.0 / (dy + 0.09)
        x, z = dx * scale + w[SEED] * 37.0, dz * scale + w[SEED] * 11.0
        density = cloud_cover(w, noise, x, z)
        if density > 0.0:
            lit = density - cloud_cover(w, noise, x + w[SUN_X] * 2.2, z + w[SUN_Z] * 2.2)
            light = min(max(0.55 + lit * 0.9, 0.12), 1.25) * (1.0 - w[CLOUD_DARK] * density)
            edge = 0.35 * halo**6 * (1.0 - density)
            mean_r, mean_g, mean_b = (
                0.5 * (w[ZENITH_R] + w[HORIZON_R]),
                0.5 * (w[ZENITH_G] + w[HORIZON_G]),
                0.5 * (w[ZENITH_B] + w[HORIZON_B]),
            )
            cr = mean_r * 0.55 + w[SUN_R] * (0.30 * light + edge)
            cg = mean_g * 0.55 + w[SUN_G] * (0.30 * light + edge)
            cb = mean_b * 0.58 + w[SUN_B] * (0.30 * light + edge)
            a = density * min(dy * 9.0, 1.0) * 0.94
            r, g, b = r + (cr - r) * a, g + (cg - g) * a, b + (cb - b) * a
    if ridges and w[RIDGE] > 0.0 and dy < 0.6:
        flat = math.sqrt(dx * dx + dz * dz)
        slope = dy / max(flat, 1e-6)
        azimuth = math.atan2(dx, dz)
        hr, hg, hb = air(w, dx, dy, dz)
        for layer in (2, 1, 0):
            top = ridge_line(w, noise, azimuth, layer)
            if slope < top:
                haze = min(0.30 + 0.22 * layer + w[FOG] * 22.0, 0.97)
                haze = haze + (1.0 - haze) * 0.5 * (1.0 - min(max(slope / max(top, 1e-4), 0.0), 1.0))
                r = w[RIDGE_R] + (hr - w[RIDGE_R]) * haze
                g = w[RIDGE_G] + (hg - w[RIDGE_G]) * haze
                b = w[RIDGE_B] + (hb - w[RIDGE_B]) * haze
                if int(w[RIDGE_KIND]) == SKYLINE and w[STARS] > 0.0 and layer < 2:
                    u, v = azimuth * 40.7436654 * 9.0, slope * 900.0
                    if hash01(whole(u), whole(v), layer) > 0.80 and 0.2 < v - math.floor(v) < 0.75:
                        r, g, b = r + 0.75 * (1.0 - haze), g + 0.50 * (1.0 - haze), b + 0.22 * (1.0 - haze)
    return r, g, b


@kernel
def through_air(
    w: Array, r: float, g: float, b: float, y0: float, dx: float, dy: float, dz: float, t: float
) -> tuple[float, float, float]:
    """A colour seen through ``t`` metres of haze that thins with height (Quilez, "better fog")."""
    k = 1.0 / max(w[FOG_HEIGHT], 0.5)
    rise = dy * k * t
    column = t if abs(rise) < 1e-4 else (1.0 - math.exp(-min(rise, 60.0))) / max(abs(rise), 1e-9) * t
    if rise < -1e-4:
        column = min(math.exp(min(-rise, 12.0)) - 1.0, 4e4) / -rise * t
    amount = 1.0 - math.exp(-w[FOG] * math.exp(-max(y0, 0.0) * k) * column)
    fr, fg, fb = air(w, dx, dy, dz)
    return r + (fr - r) * amount, g + (fg - g) * amount, b + (fb - b) * amount

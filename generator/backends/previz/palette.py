"""Light and colour: what the hour, the weather and the mood do to sun, sky, air and print."""

import math
from dataclasses import dataclass, replace

import numpy as np

from generator.backends.previz import develop
from generator.backends.previz.parts import Colour
from generator.backends.previz.shapes import Array
from generator.lexicon import Light, Mood, Weather


@dataclass(frozen=True, slots=True)
class Atmosphere:
    """Sun (elevation in degrees, linear colour), sky, haze (density per metre, scale height in metres), exposure."""

    elevation: float
    sun: Colour
    zenith: Colour
    horizon: Colour
    fog: float
    fog_height: float
    exposure: float
    cloud: float
    stars: float = 0.0
    moon: bool = False
    cloud_dark: float = 0.25
    wet: float = 0.0
    waves: float = 0.5
    snow: bool = False
    window_glow: float = 0.0


HOURS: dict[Light, Atmosphere] = {
    "dawn": Atmosphere(
        5.0, (1.75, 0.86, 0.50), (0.17, 0.24, 0.44), (0.92, 0.56, 0.44), 0.0042, 16.0, 1.0, 0.42, window_glow=0.5
    ),
    "morning": Atmosphere(21.0, (2.3, 1.75, 1.2), (0.17, 0.34, 0.66), (0.70, 0.74, 0.78), 0.0026, 22.0, 0.82, 0.36),
    "day": Atmosphere(47.0, (2.5, 2.25, 1.95), (0.13, 0.32, 0.72), (0.52, 0.67, 0.84), 0.0014, 40.0, 0.74, 0.40),
    "afternoon": Atmosphere(28.0, (2.5, 1.95, 1.35), (0.15, 0.31, 0.62), (0.66, 0.68, 0.68), 0.0020, 30.0, 0.80, 0.42),
    "sunset": Atmosphere(
        7.5, (2.5, 1.08, 0.42), (0.16, 0.20, 0.42), (1.02, 0.50, 0.25), 0.0034, 20.0, 0.95, 0.50, window_glow=0.6
    ),
    "dusk": Atmosphere(
        3.0,
        (0.62, 0.30, 0.28),
        (0.065, 0.10, 0.22),
        (0.46, 0.27, 0.29),
        0.0040,
        18.0,
        1.55,
        0.48,
        stars=0.35,
        window_glow=1.0,
    ),
    "night": Atmosphere(
        34.0,
        (0.155, 0.20, 0.31),
        (0.010, 0.018, 0.045),
        (0.034, 0.052, 0.095),
        0.0030,
        22.0,
        2.5,
        0.34,
        stars=1.0,
        moon=True,
        window_glow=1.0,
    ),
}

#: exposure, contrast, saturation, shadow tint, highlight tint, vignette, grain
GRADES: dict[Mood, tuple[float, ...]] = {
    "neutral": (1.0, 1.08, 1.02, 0.0, 0.004, 0.01, 0.008, 0.004, -0.006, 0.34, 0.025),
    "warm": (1.05, 1.04, 1.1, 0.014, 0.004, -0.008, 0.03, 0.012, -0.03, 0.35, 0.025),
    "hopeful": (1.1, 1.05, 1.08, 0.004, 0.006, 0.012, 0.026, 0.014, -0.012, 0.29, 0.022),
    "joyful": (1.12, 1.06, 1.22, 0.01, 0.004, 0.004, 0.02, 0.012, -0.01, 0.24, 0.019),
    "calm": (1.04, 1.0, 0.98, 0.002, 0.008, 0.016, 0.01, 0.008, 0.0, 0.29, 0.021),
    "melancholy": (0.94, 1.06, 0.76, -0.006, 0.006, 0.026, 0.0, 0.002, 0.004, 0.42, 0.03),
    "tense": (0.92, 1.2, 0.86, -0.012, 0.01, 0.02, 0.026, 0.006, -0.026, 0.48, 0.036),
    "eerie": (0.88, 1.14, 0.66, -0.01, 0.02, 0.018, -0.004, 0.012, 0.0, 0.51, 0.036),
}


def _grey(colour: Colour, amount: float, gain: float, tint: Colour = (0.94, 1.0, 1.08)) -> Colour:
    luma = 0.25 * colour[0] + 0.6 * colour[1] + 0.15 * colour[2]
    red, green, blue = ((c + (luma * t - c) * amount) * gain for c, t in zip(colour, tint, strict=True))
    return red, green, blue


def _scaled(colour: Colour, gain: float) -> Colour:
    return colour[0] * gain, colour[1] * gain, colour[2] * gain


def atmosphere(light: Light, weather: Weather) -> Atmosphere:
    """The hour's light under the weather."""
    air = HOURS[light]
    if weather == "clear":
        return replace(air, cloud=0.10, waves=0.4)
    if weather == "cloudy":
        return replace(air, cloud=0.58)
    if weather == "overcast":
        return replace(
            air,
            sun=_scaled(_grey(air.sun, 0.6, 1.0), 0.30),
            zenith=_grey(air.zenith, 0.75, 1.25),
            horizon=_grey(air.horizon, 0.65, 0.92),
            cloud=0.95,
            fog=air.fog * 2.2,
            stars=0.0,
            exposure=air.exposure * 1.25,
            cloud_dark=0.42,
            waves=0.6,
        )
    if weather == "fog":
        return replace(
            air,
            sun=_scaled(_grey(air.sun, 0.3, 1.0), 0.45),
            zenith=_grey(air.zenith, 0.6, 1.3),
            horizon=_grey(air.horizon, 0.45, 0.95),
            cloud=0.5,
            fog=0.030,
            fog_height=13.0,
            stars=air.stars * 0.2,
            exposure=air.exposure * 1.08,
            waves=0.25,
        )
    if weather == "rain":
        return replace(
            air,
            sun=_scaled(_grey(air.sun, 0.7, 1.0), 0.25),
            zenith=_grey(air.zenith, 0.8, 0.95),
            horizon=_grey(air.horizon, 0.6, 0.62),
            cloud=0.97,
            fog=0.0048,
            fog_height=40.0,
            stars=0.0,
            exposure=air.exposure * 1.4,
            wet=1.0,
            cloud_dark=0.5,
            waves=0.85,
            window_glow=max(air.window_glow, 0.6),
        )
    if weather == "storm":
        return replace(
            air,
            sun=_scaled(_grey(air.sun, 0.7, 1.0), 0.22),
            zenith=_grey(air.zenith, 0.8, 0.62),
            horizon=_grey(air.horizon, 0.5, 0.52),
            cloud=0.9,
            fog=0.0042,
            fog_height=40.0,
            stars=0.0,
            exposure=air.exposure * 1.5,
            wet=1.0,
            cloud_dark=0.75,
            waves=1.5,
            window_glow=max(air.window_glow, 0.8),
        )
    return replace(
        air,
        sun=_scaled(_grey(air.sun, 0.5, 1.0), 0.40),
        zenith=_grey(air.zenith, 0.7, 1.35),
        horizon=_grey(air.horizon, 0.6, 0.95),
        cloud=0.92,
        fog=0.0085,
        fog_height=45.0,
        stars=air.stars * 0.2,
        exposure=air.exposure * 1.02,
        snow=True,
        cloud_dark=0.2,
        waves=0.3,
        window_glow=max(air.window_glow, 0.6),
    )


def airless(air: Atmosphere) -> Atmosphere:
    """The light of a world without weather: a black sky with stars by day, hard shadows, thin dust above the ground."""
    sun = (2.6, 2.3, 2.0) if not air.moon else (0.35, 0.38, 0.45)
    return replace(
        air,
        sun=sun,
        elevation=max(air.elevation, 16.0),
        zenith=(0.012, 0.014, 0.022),
        horizon=(0.10, 0.065, 0.05),
        fog=0.0012,
        fog_height=6.0,
        cloud=0.0,
        stars=1.0,
        exposure=0.9 if not air.moon else 1.8,
        wet=0.0,
        snow=False,
    )


def grade(air: Atmosphere, mood: Mood, *, indoors: bool, focus: float, blur: float) -> Array:
    """The develop kernel's row: exposure and look; ``focus`` in metres, ``blur`` the aperture (0 sharp everywhere)."""
    row = np.zeros(develop.GRADE_COLUMNS)
    row[: len(GRADES[mood])] = GRADES[mood]
    row[develop.EXPOSURE] *= air.exposure * (1.75 if indoors else 1.0)
    row[develop.FOCUS], row[develop.BLUR] = focus, blur
    row[develop.BLOOM] = 0.22 if air.moon or air.window_glow > 0.7 else 0.14
    return row


def sun_direction(elevation: float, azimuth: float) -> tuple[float, float, float]:
    """Unit vector towards the sun; degrees above the horizon, azimuth in radians from +z towards +x."""
    e = math.radians(elevation)
    return math.cos(e) * math.sin(azimuth), math.sin(e), math.cos(e) * math.cos(azimuth)

"""Kinds of rooms: their measures, walls, floors, windows and light, before anything stands in them."""

from dataclasses import dataclass

from generator.backends.previz import layout as at
from generator.backends.previz.parts import Colour


@dataclass(frozen=True, slots=True)
class Room:
    """Half width, height and half depth in metres; the window in the far wall; surfaces; ``lamps`` how bright inside."""

    half: tuple[float, float, float]
    window: tuple[float, float, float, float]  # x, y of its middle, half width, half height
    walls: tuple[Colour, ...]
    floor: Colour
    wall: int = at.PANELLED
    ground: int = at.BOARDS
    dust: float = 0.014
    lamps: float = 1.0
    lamp: Colour = (1.0, 0.70, 0.42)
    beams: bool = False
    curtain: Colour | None = None
    table: bool = True


_WARM_WALLS: tuple[Colour, ...] = (
    (0.42, 0.38, 0.27),
    (0.20, 0.27, 0.28),
    (0.36, 0.22, 0.15),
    (0.27, 0.30, 0.21),
    (0.44, 0.40, 0.36),
)
_OAK: Colour = (0.21, 0.11, 0.055)
_COOL: Colour = (0.85, 0.95, 1.0)

#: By the lexicon's names of interiors.
ROOMS: dict[str, Room] = {
    "room": Room((2.8, 2.75, 3.2), (0.1, 1.55, 0.9, 0.68), _WARM_WALLS, _OAK, beams=True, curtain=(0.34, 0.10, 0.07)),
    "kitchen": Room(
        (3.0, 2.7, 3.0),
        (0.0, 1.62, 1.15, 0.55),
        ((0.52, 0.46, 0.30), (0.36, 0.44, 0.40), (0.50, 0.36, 0.26)),
        (0.34, 0.30, 0.26),
        wall=at.TILED,
        ground=at.CHECKS,
        lamps=1.3,
    ),
    "cafe": Room(
        (4.2, 3.0, 3.6),
        (0.0, 1.45, 2.3, 0.95),
        ((0.14, 0.20, 0.17), (0.30, 0.12, 0.09), (0.18, 0.15, 0.22)),
        (0.30, 0.26, 0.22),
        ground=at.CHECKS,
        dust=0.009,
        lamps=0.9,
    ),
    "shop": Room(
        (3.4, 3.0, 3.8), (0.9, 1.5, 1.4, 0.9), ((0.22, 0.26, 0.20), (0.34, 0.24, 0.14)), (0.16, 0.09, 0.05), lamps=1.1
    ),
    "study": Room(
        (2.9, 2.9, 3.4), (0.2, 1.65, 0.7, 0.85), _WARM_WALLS, (0.17, 0.085, 0.045), curtain=(0.07, 0.14, 0.10)
    ),
    "hall": Room(
        (6.5, 6.0, 7.0),
        (0.0, 3.4, 1.5, 1.9),
        ((0.40, 0.36, 0.30), (0.30, 0.10, 0.09), (0.22, 0.28, 0.32)),
        (0.34, 0.30, 0.25),
        ground=at.CHECKS,
        dust=0.005,
        lamps=1.6,
        curtain=(0.30, 0.03, 0.04),
        table=False,
    ),
    "church": Room(
        (4.6, 7.5, 8.0),
        (0.0, 4.6, 0.9, 2.3),
        ((0.34, 0.32, 0.28), (0.40, 0.37, 0.31)),
        (0.26, 0.24, 0.21),
        wall=at.ASHLAR,
        ground=at.FLAGS,
        dust=0.008,
        lamps=0.6,
        table=False,
    ),
    "classroom": Room(
        (3.8, 3.0, 3.8), (0.0, 1.75, 2.4, 0.75), ((0.46, 0.48, 0.40), (0.40, 0.46, 0.48)), (0.26, 0.16, 0.08), lamps=1.4
    ),
    "laboratory": Room(
        (3.6, 2.7, 3.4),
        (0.0, 1.6, 1.6, 0.5),
        ((0.42, 0.45, 0.47), (0.34, 0.38, 0.42)),
        (0.30, 0.32, 0.33),
        wall=at.METAL,
        ground=at.CONCRETE,
        dust=0.004,
        lamps=1.5,
        lamp=_COOL,
    ),
    "observatory": Room(
        (4.4, 6.0, 4.4),
        (0.0, 4.1, 0.75, 1.8),
        ((0.24, 0.26, 0.30), (0.30, 0.27, 0.23)),
        (0.15, 0.09, 0.05),
        wall=at.BOARDED,
        dust=0.004,
        lamps=0.5,
    ),
    "workshop": Room(
        (3.2, 3.0, 3.4),
        (0.2, 1.6, 1.0, 0.6),
        ((0.26, 0.17, 0.09), (0.22, 0.16, 0.11)),
        (0.17, 0.12, 0.075),
        wall=at.BOARDED,
        ground=at.BOARDS,
        dust=0.016,
        beams=True,
    ),
    "factory": Room(
        (7.0, 6.5, 8.0),
        (0.0, 4.2, 3.6, 1.4),
        ((0.26, 0.12, 0.08), (0.24, 0.22, 0.20)),
        (0.22, 0.21, 0.20),
        wall=at.BRICK,
        ground=at.CONCRETE,
        dust=0.006,
        lamps=0.7,
        table=False,
    ),
    "train": Room(
        (1.45, 2.35, 2.1),
        (0.0, 1.45, 1.02, 0.52),
        ((0.26, 0.13, 0.06), (0.15, 0.20, 0.18)),
        (0.13, 0.10, 0.09),
        wall=at.PANELLED,
        ground=at.CARPET,
        dust=0.008,
        curtain=(0.20, 0.03, 0.03),
    ),
    "cabin": Room(
        (2.2, 2.25, 2.6),
        (0.0, 1.45, 0.42, 0.34),
        ((0.22, 0.13, 0.06), (0.16, 0.20, 0.22)),
        (0.16, 0.095, 0.05),
        wall=at.BOARDED,
        beams=True,
    ),
    "ward": Room(
        (3.6, 3.0, 4.2),
        (0.0, 1.75, 1.5, 0.8),
        ((0.46, 0.52, 0.50), (0.50, 0.50, 0.47)),
        (0.30, 0.34, 0.33),
        wall=at.TILED,
        ground=at.CONCRETE,
        dust=0.006,
        lamps=1.3,
        lamp=_COOL,
        table=False,
    ),
}

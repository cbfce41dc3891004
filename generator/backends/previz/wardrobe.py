"""What people wear for their trade: coats, aprons and hats by the words of a role."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from generator.backends.previz.parts import Colour, Paint, Part, ball, box, cone, ring
from generator.lexicon import words


@dataclass(frozen=True, slots=True)
class Outfit:
    """``None`` leaves the choice to chance; ``hat`` names one of ``HATS``, empty for none."""

    coat: Colour | None = None
    trousers: Colour | None = None
    hat: str | None = None
    long: bool | None = None
    apron: Colour | None = None


_WHITE: Colour = (0.62, 0.62, 0.60)
_NAVY: Colour = (0.03, 0.05, 0.11)
_TABLE: tuple[tuple[str, Outfit], ...] = (
    ("conductor postman postwoman pilot captain admiral", Outfit(_NAVY, (0.02, 0.03, 0.06), "peaked", False)),
    (
        "police policeman policewoman guard officer sheriff",
        Outfit((0.03, 0.05, 0.09), (0.02, 0.02, 0.04), "peaked", False),
    ),
    ("sailor fisherman fisherwoman ferryman ferrywoman", Outfit((0.05, 0.08, 0.14), None, "beanie", False)),
    ("doctor scientist chemist physicist pharmacist", Outfit(_WHITE, (0.05, 0.06, 0.08), "", True)),
    ("nurse vet", Outfit((0.24, 0.42, 0.46), (0.24, 0.42, 0.46), "", False)),
    ("baker cook chef", Outfit((0.58, 0.56, 0.52), None, "toque", False, _WHITE)),
    ("waiter waitress barista innkeeper butcher", Outfit((0.04, 0.04, 0.045), (0.02, 0.02, 0.02), "", False, _WHITE)),
    (
        "blacksmith carpenter shoemaker clockmaker watchmaker mechanic",
        Outfit(None, None, "", False, (0.16, 0.08, 0.04)),
    ),
    ("astronaut cosmonaut", Outfit((0.60, 0.60, 0.58), (0.60, 0.60, 0.58), "helmet", False)),
    ("soldier sergeant general", Outfit((0.09, 0.10, 0.05), (0.08, 0.09, 0.05), "peaked", False)),
    ("farmer gardener shepherd scarecrow cowboy rancher", Outfit(None, None, "straw", False)),
    ("detective inspector journalist reporter spy", Outfit((0.26, 0.20, 0.12), None, "brim", True)),
    ("monk nun priest pastor", Outfit((0.05, 0.035, 0.025), (0.03, 0.02, 0.02), "hood", True)),
    ("king queen prince princess", Outfit((0.30, 0.02, 0.05), (0.10, 0.02, 0.03), "crown", True)),
    ("bride", Outfit((0.70, 0.68, 0.64), (0.70, 0.68, 0.64), "", True)),
    ("forester ranger hunter huntress guide", Outfit((0.06, 0.11, 0.05), (0.06, 0.05, 0.03), "brim", False)),
    ("courier cyclist messenger runner athlete", Outfit((0.55, 0.16, 0.03), (0.03, 0.03, 0.04), "cap", False)),
    ("mountaineer climber explorer sledder musher", Outfit((0.50, 0.10, 0.03), (0.04, 0.05, 0.08), "beanie", False)),
    ("violinist pianist musician cellist magician", Outfit((0.02, 0.02, 0.025), (0.02, 0.02, 0.02), "", True)),
    ("clown acrobat dancer", Outfit((0.55, 0.08, 0.10), (0.10, 0.16, 0.40), "cap", False)),
    ("keeper", Outfit((0.42, 0.30, 0.04), None, "beanie", True)),
    ("driver", Outfit(None, None, "cap", False)),
)
OUTFITS: dict[str, Outfit] = {word: outfit for names, outfit in _TABLE for word in words(names)}

#: Places a hat's part on the head: sideways, up from the neck, ahead, in metres.
type At = Callable[[float, float, float], tuple[float, float, float]]


def _beanie(at: At, facing: Any, felt: Paint, coat: Paint) -> list[Part]:
    return [
        ball(at(0.0, 0.180, -0.012), (0.098, 0.085, 0.104), coat, rotation=facing),
        ring(at(0.0, 0.160, -0.008), 0.092, 0.018, felt, rotation=facing),
    ]


def _cap(at: At, facing: Any, felt: Paint, coat: Paint) -> list[Part]:
    return [
        ball(at(0.0, 0.195, -0.012), (0.100, 0.068, 0.106), felt, rotation=facing),
        cone(at(0.0, 0.172, -0.008), 0.102, 0.018, 0.101, felt, rotation=facing),
        ball(at(0.0, 0.168, 0.085), (0.075, 0.012, 0.062), felt, rotation=facing),
    ]


def _peaked(at: At, facing: Any, felt: Paint, coat: Paint) -> list[Part]:
    black, badge = Paint((0.015, 0.015, 0.018), gloss=0.4), Paint((0.42, 0.27, 0.07), gloss=0.6)
    return [
        cone(at(0.0, 0.215, -0.010), 0.100, 0.030, 0.128, coat, round=0.01, rotation=facing),
        cone(at(0.0, 0.178, -0.008), 0.101, 0.022, 0.100, black, rotation=facing),
        ball(at(0.0, 0.166, 0.088), (0.072, 0.010, 0.056), black, rotation=facing),
        ball(at(0.0, 0.200, 0.100), (0.016, 0.018, 0.010), badge, rotation=facing),
    ]


def _toque(at: At, facing: Any, felt: Paint, coat: Paint) -> list[Part]:
    linen = Paint(_WHITE)
    return [
        cone(at(0.0, 0.200, -0.010), 0.097, 0.050, 0.104, linen, rotation=facing),
        ball(at(0.0, 0.275, -0.012), (0.125, 0.062, 0.125), linen, rotation=facing),
    ]


def _brimmed(at: At, facing: Any, felt: Paint, coat: Paint) -> list[Part]:
    return [
        cone(at(0.0, 0.168, -0.008), 0.172, 0.008, 0.166, felt, rotation=facing),
        cone(at(0.0, 0.222, -0.010), 0.100, 0.052, 0.082, felt, round=0.02, rotation=facing),
        ring(at(0.0, 0.184, -0.010), 0.100, 0.010, Paint((0.02, 0.02, 0.02)), rotation=facing),
    ]


def _straw(at: At, facing: Any, felt: Paint, coat: Paint) -> list[Part]:
    straw = Paint((0.50, 0.36, 0.14))
    return [
        cone(at(0.0, 0.166, -0.008), 0.225, 0.008, 0.215, straw, rotation=facing),
        ball(at(0.0, 0.180, -0.010), (0.100, 0.085, 0.104), straw, rotation=facing),
        ring(at(0.0, 0.180, -0.010), 0.100, 0.012, Paint((0.28, 0.03, 0.02)), rotation=facing),
    ]


def _hood(at: At, facing: Any, felt: Paint, coat: Paint) -> list[Part]:
    return [
        ball(at(0.0, 0.130, -0.040), (0.115, 0.145, 0.112), coat, rotation=facing),
        ring(at(0.0, 0.02, 0.0), 0.105, 0.040, coat, rotation=facing),
    ]


def _crown(at: At, facing: Any, felt: Paint, coat: Paint) -> list[Part]:
    gold = Paint((0.55, 0.36, 0.06), gloss=0.7)
    points = [(0.0, 0.095), (0.083, 0.045), (-0.083, 0.045), (0.083, -0.060), (-0.083, -0.060), (0.0, -0.11)]
    return [
        cone(at(0.0, 0.205, -0.008), 0.094, 0.025, 0.098, gold, rotation=facing),
        *[cone(at(x, 0.250, z), 0.020, 0.030, 0.002, gold, rotation=facing) for x, z in points],
    ]


def _helmet(at: At, facing: Any, felt: Paint, coat: Paint) -> list[Part]:
    shell, visor = Paint((0.66, 0.66, 0.64), gloss=0.2), Paint((0.30, 0.18, 0.05), gloss=0.9)
    return [
        ball(at(0.0, 0.110, -0.020), (0.165, 0.175, 0.160), shell, rotation=facing),
        ball(at(0.0, 0.120, 0.045), (0.128, 0.120, 0.115), visor, rotation=facing),
        box(at(0.0, -0.20, -0.18), (0.17, 0.24, 0.09), shell, rotation=facing, round=0.05),
    ]


#: A hat's parts for the function that places them on the head, the head's rotation, a felt and the coat's paint.
HATS: dict[str, Callable[[At, Any, Paint, Paint], list[Part]]] = {
    "beanie": _beanie,
    "cap": _cap,
    "peaked": _peaked,
    "toque": _toque,
    "brim": _brimmed,
    "straw": _straw,
    "hood": _hood,
    "crown": _crown,
    "helmet": _helmet,
}

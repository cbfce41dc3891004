"""How many works are kept back, so that quality and memory of a model can be told on pictures that it never saw."""

from collections.abc import Sequence

from django_site.apps.training.models import ModelKind
from django_site.apps.training.offered import OfferedWork
from django_site.errors import InputError

#: Pictures of unseen works without which nobody can say what a model remembers (``generator.training.memorisation``).
LEAST_UNSEEN = 3
#: Units below which the engine keeps none back (``generator.training.examples``).
_LEAST_UNITS = 4
#: The engine looks at one picture a second of a film, at most so many of one.
_MOST_OF_A_FILM = 120


def held_share(offered: Sequence[OfferedWork], *, kind: str, least: int) -> float:
    """The share of works to keep back (0..0.5): as few as give ``LEAST_UNSEEN`` pictures whichever are drawn, while
    ``least`` are left to learn from. Raises ``InputError`` where the works are too few for both: now, not after hours."""
    units = [sum(_pictures(row.asset, kind) for row in one.files) for one in offered]
    if len(units) < _LEAST_UNITS:  # the engine draws among files then
        units = [_pictures(row.asset, kind) for one in offered for row in one.files]
    units.sort()
    for kept in range(1, len(units) // 2 + 1):
        unseen, learned = sum(units[:kept]), sum(units[: len(units) - kept])
        if unseen >= LEAST_UNSEEN and learned >= least and len(units) >= _LEAST_UNITS:
            return round(kept / len(units), 6)
    what = "clips" if kind == ModelKind.LORA else "pictures"
    raise InputError(
        f"{sum(units)} {what} in {len(units)} works are too few: {least} are learned from, and works with {LEAST_UNSEEN} "
        "pictures are kept back to tell how good the model is and what it remembers; choose more works"
    )


def _pictures(asset, kind: str) -> int:
    """About how many pictures the engine takes of a file; it takes clips alone for an adapter, of nine frames."""
    still = asset.media_type.startswith("image/")
    if kind == ModelKind.LORA:
        return 0 if still else 1
    seconds = float(asset.probe.get("duration") or 0)
    return 1 if still else max(1, min(_MOST_OF_A_FILM, int(seconds)))

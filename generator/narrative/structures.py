"""Structures of stories as data, each with its source: which beats there are, where they lie, what they do.

>>> structure("three-act").beats[0].name
'Set-up'
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from types import MappingProxyType
from typing import Literal

from generator.errors import StoryError

Order = Literal["chronological", "anachronic", "branching", "loop", "frame"]
#: Fewer scenes can't show what the structure is about.
MIN_SCENES: Mapping[Order, int] = MappingProxyType(
    {"chronological": 1, "anachronic": 3, "branching": 5, "loop": 4, "frame": 3}
)
#: What a longer story has more of, in the order in which it is added.
_MORE = ("obstacle", "ally", "games", "strain", "pressure", "dark", "games", "midpoint", "obstacle", "debate", "games")
#: Of a beat sheet's functions, what the middle of each branch lies between (fractions of the sheet).
TRUNK, FIRST = 0.25, 0.62


@dataclass(frozen=True, slots=True)
class Beat:
    """A place in a structure: ``at`` from 0 (beginning) to 1 (end); ``rank`` 1 is what the shortest version keeps.

    ``function`` is what the scene does (a name of ``data/scenes.txt``).
    """

    id: str
    name: str
    function: str
    at: float
    rank: int


@dataclass(frozen=True, slots=True)
class Structure:
    """A named structure and where it comes from. ``order`` says how what happens is told."""

    id: str
    name: str
    kind: Literal["classical", "unconventional"]
    source: str
    order: Order
    beats: tuple[Beat, ...]

    def for_scenes(self, scenes: int) -> tuple[Beat, ...]:
        """The beats of a story of so many scenes, one each, in the order in which they happen.

        Fewer scenes than beats keep those of the lowest rank; more are put where the sheet has the widest gap.
        Raises ``StoryError`` for fewer scenes than the structure needs to be itself.
        """
        least = MIN_SCENES[self.order]
        if scenes < least:
            raise StoryError(
                f"{self.name!r} can't be told in {scenes} scenes; ask for {least} or more, or for 'three-act'"
            )
        if scenes <= len(self.beats):
            kept = sorted(self.beats, key=lambda beat: (beat.rank, beat.at))[:scenes]
            return tuple(sorted(kept, key=lambda beat: beat.at))
        beats = list(self.beats)
        for number in range(scenes - len(beats)):
            gaps = [
                (after.at - before.at, -before.at, place)
                for place, (before, after) in enumerate(pairwise(beats))
                if before.function not in ("climax", "image", "choice", "telling", "resolve", "dark")
            ]
            place = max(gaps)[2]
            before, after = beats[place], beats[place + 1]
            base = before.name.split(":")[0] if self.order != "branching" else before.name
            beats.insert(
                place + 1,
                Beat(
                    f"{before.id}-{number + 1}",
                    f"{base}, further",
                    _MORE[number % len(_MORE)],
                    (before.at + after.at) / 2,
                    20 + number,
                ),
            )
        return tuple(beats)


@cache
def structures() -> Mapping[str, Structure]:
    """All structures by their id."""
    text = resources.files("generator.narrative.data").joinpath("structures.json").read_text("utf-8")
    return MappingProxyType(
        {
            entry["id"]: Structure(
                entry["id"],
                entry["name"],
                entry["kind"],
                entry["source"],
                entry.get("order", "chronological"),
                tuple(Beat(*beat) for beat in entry["beats"]),
            )
            for entry in json.loads(text)["structures"]
        }
    )


def structure(name: str) -> Structure:
    """The structure of that id. Raises ``StoryError`` that names those there are."""
    found = structures().get(name)
    if found is None:
        raise StoryError(f"there is no structure {name!r}; choose one of {', '.join(structures())}")
    return found

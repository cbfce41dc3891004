"""What a query is, what is true of it, and how it is kept: one file in the cache for each, made once."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from auditor.media import Interval
from tests.bench.matching.media import cache_folder

#: Raised whenever edits, media or plans change what a trial's file holds; it names the folder of the cache.
GENERATION = 2

#: ``copy`` holds a registered work; ``negative`` nothing of any; ``hard negative`` another photograph or take of a
#: registered scene, which is no copy.
TrialKind = Literal["copy", "negative", "hard negative"]


@dataclass(frozen=True, slots=True)
class Registered:
    """A reference: its name in claims and its file. ``seconds`` is 0 for a picture."""

    reference_id: str
    path: Path
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Truth:
    """``query`` shows ``reference`` of the work; both whole and 0 to 0 for pictures. ``speed``: reference
    seconds a query second."""

    reference_id: str
    query: Interval
    reference: Interval
    speed: float = 1.0
    reversed: bool = False
    mirrored: bool = False


@dataclass(frozen=True, slots=True)
class Trial:
    """One query file. ``real``: everything that decides about it was made with a camera."""

    trial_id: str
    kind: TrialKind
    edit: str
    parameters: dict[str, Any]
    path: Path
    truth: tuple[Truth, ...]
    real: bool
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """The trial as results carry it, so that a report needs no media."""
        return {
            "trial": self.trial_id, "kind": self.kind, "edit": self.edit, "parameters": self.parameters,
            "real": self.real, "seconds": round(self.seconds, 3),
            "truth": [
                {"reference_id": t.reference_id, "query": t.query.as_list(), "reference": t.reference.as_list(),
                 "speed": t.speed, "reversed": t.reversed, "mirrored": t.mirrored}
                for t in self.truth
            ],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """A trial that may not have been made yet: ``make`` writes its file unless the cache holds it."""

    trial_id: str
    kind: TrialKind
    edit: str
    make: Callable[[], Trial]


def trial_folder(medium: str, split: str) -> Path:
    folder = cache_folder() / f"trials-{GENERATION}" / medium / split
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def in_place(path: Path) -> Path:
    """Where to write a file that is to appear at ``path`` whole or not at all; rename it there afterwards."""
    import os

    return path.with_name(f".{os.getpid()}-{path.name}")

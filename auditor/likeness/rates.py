"""How often strangers are taken for one another, and people for strangers, at a given distance: counted, shipped as JSON.

``face_rates.json`` and ``voice_rates.json`` are written by ``tests/bench/faces.py`` and ``voices.py``. They hold counts of
pairs of people who did not choose the threshold. They are too few, and too unlike film, for a likelihood ratio.
"""

import hashlib
import json
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from auditor.errors import BadInputError

FORMAT = 1
#: Unrelated pairs from which "none was as near" is worth saying: none of a thousand means fewer than 3 in a thousand with
#: 95 % confidence (rule of three; Hanley and Lippman-Hand 1983), if they were independent.
ENOUGH = 1000


@dataclass(frozen=True, slots=True)
class Counts:
    """At one distance: pairs of strangers who are as near or nearer, and pairs of one person who are farther apart."""

    false_matches: int
    unrelated_pairs: int
    false_non_matches: int
    related_pairs: int

    def as_dict(self) -> dict[str, float]:
        return {name: float(value) for name, value in asdict(self).items()}

    def sentence(self, what: str) -> str:
        """``none of 19,000 unrelated pairs of WHAT was as near``; empty where too few were counted to say so."""
        if self.unrelated_pairs < ENOUGH:
            return ""
        number, verb = (f"{self.false_matches:,}", "were") if self.false_matches > 1 else ("one", "was")
        number = number if self.false_matches else "none"
        return f"{number} of {self.unrelated_pairs:,} unrelated pairs of {what} {verb} as near"


@dataclass(frozen=True, slots=True)
class RateTable:
    """Counts over ``distances``, rising; ``digest`` is the SHA-256 of the shipped file, ``people`` how many there were."""

    encoder: str
    digest: str
    people: int
    distances: tuple[float, ...]
    false_matches: tuple[int, ...]
    false_non_matches: tuple[int, ...]
    unrelated_pairs: int
    related_pairs: int

    def at(self, distance: float) -> Counts:
        """At the next distance of the table that is not smaller, so that false matches are never told too few."""
        place = min(bisect_left(self.distances, distance), len(self.distances) - 1)
        near = self.unrelated_pairs if distance > self.distances[-1] else self.false_matches[place]
        return Counts(near, self.unrelated_pairs, self.false_non_matches[place], self.related_pairs)


def face_rates(encoder: str) -> RateTable | None:
    """The counts of an encoder by its version, or ``None`` where nothing was counted."""
    return _read("face_rates.json", encoder)


def voice_rates(encoder: str) -> RateTable | None:
    """The same of voices; distances are 1 minus the cosine."""
    return _read("voice_rates.json", encoder)


def write_rates(
    *,
    encoder: str,
    threshold: float,
    people: int,
    sets: Sequence[str],
    related: Sequence[float],
    unrelated: Sequence[float],
) -> str:
    """The JSON to ship, made of the distances of pairs of one person and of pairs of strangers."""
    distances = [round(0.01 * step, 2) for step in range(101)]
    document = {
        "format": FORMAT,
        "encoder": encoder,
        "threshold": threshold,
        "people": people,
        "sets": list(sets),
        "unrelated_pairs": len(unrelated),
        "related_pairs": len(related),
        "distances": distances,
        "false_matches": [sum(value <= distance for value in unrelated) for distance in distances],
        "false_non_matches": [sum(value > distance for value in related) for distance in distances],
    }
    return json.dumps(document, separators=(",", ":")) + "\n"


@cache
def _read(name: str, encoder: str) -> RateTable | None:
    try:
        content = files("auditor.likeness").joinpath(name).read_bytes()
    except FileNotFoundError:
        return None  # not counted yet: nothing is claimed
    document: dict[str, Any] = json.loads(content)
    if document["format"] != FORMAT:
        raise BadInputError(f"{name}: of another version; install this package anew")
    if document["encoder"] != encoder:
        return None
    return RateTable(
        encoder=encoder,
        digest=hashlib.sha256(content).hexdigest(),
        people=document["people"],
        distances=tuple(document["distances"]),
        false_matches=tuple(document["false_matches"]),
        false_non_matches=tuple(document["false_non_matches"]),
        unrelated_pairs=document["unrelated_pairs"],
        related_pairs=document["related_pairs"],
    )

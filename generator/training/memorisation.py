"""Does a model give back what it learned from? Its samples against the whole training set, by the auditor's own matcher.

Two ways to look, and both must agree before a model is called one that memorised:

- *The matcher*, as in an audit of a film: candidates by descriptors and hashes, registered, compared, judged, with a
  calibrated likelihood ratio (``auditor.matching.likelihood``).
- *The distance to the nearest work*, against that of pictures of unseen works, which can't have been memorised. A sample
  that is nearer than all but about one in a hundred of those would be is flagged.

A look keeps what its input shows. So what the input frame by itself already resembles as much is no memory of the look's.

False alarms are counted, not assumed: the same is done with the unseen works, and how many of them would be called copies
is said with its interval.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from auditor.media.types import Cancelled, OnProgress, Progress, never_cancelled, no_progress
from generator.errors import CancelledError, TrainingError
from generator.proportions import wilson
from generator.training.seeing import Sight

Picture = NDArray[np.uint8]
Verdict = Literal["clean", "suspect", "memorised"]
#: The part of unseen pictures that may be flagged: the first percentile of their distances.
FLAGGED = 0.01
#: log10 of the likelihood ratio from which on a copy counts as one: ten times as probable if it is the same picture.
SURE = 1.0
#: More flagged samples than chance gives with this probability are suspect.
CHANCE = 0.01
#: How much more alike than its input a look's picture must be to count: the noise of descriptors under compression.
MORE_ALIKE = 0.02
#: Fewer unseen pictures than this say nothing about false alarms.
LEAST_UNSEEN = 3
#: Pairs that are kept as pictures.
PAIRS = 6


class Eyes(Protocol):
    """What sees a training set's pictures in others: ``seeing.Works``, or a test's."""

    def nearest(self, picture: Picture) -> tuple[int, float]: ...
    def sights(self, picture: Picture) -> tuple[Sight, ...]: ...


@dataclass(frozen=True, slots=True)
class Nearest:
    """One sample: the ``work`` (by its place in the set, with its ``label``) that it is most alike to, ``similarity`` -1..1,
    whether that is ``flagged``, what the matcher found (``kind``: ``copy``, ``scene`` or nothing) and whether the input
    explains it."""

    sample: int
    work: int
    label: str
    similarity: float
    flagged: bool
    kind: str
    log10_lr: float | None
    explained: bool
    plain: str


@dataclass(frozen=True, slots=True)
class Memory:
    """The verdict with what it rests on. ``threshold`` is the similarity beyond which a sample is flagged, ``flag_rate`` the
    part of unseen pictures expected beyond it, ``chance`` the probability of that many flagged samples or more if samples
    were like unseen pictures. ``false_copies`` of ``unseen`` pictures were called copies; ``false_copy_interval`` is
    Wilson's at 95 %."""

    verdict: Verdict
    reason: str
    samples: int
    works: int
    unseen: int
    threshold: float
    flag_rate: float
    flagged: int
    chance: float
    false_copies: int
    false_copy_interval: tuple[float, float]
    unseen_similarity: tuple[float, float]
    sample_similarity: tuple[float, float]
    nearest: tuple[Nearest, ...]

    def as_dict(self) -> dict[str, Any]:
        """For records: the nearest ``PAIRS`` alone, and figures to four digits."""
        document = asdict(replace(self, nearest=self.nearest[:PAIRS]))
        document["nearest"] = [_rounded(one) for one in document["nearest"]]
        return dict(_rounded(document))


def audit(
    samples: Sequence[Picture],
    *,
    eyes: Eyes,
    labels: Sequence[str],
    unseen: Sequence[Picture],
    inputs: Sequence[Picture] = (),
    on_progress: OnProgress = no_progress,
    cancelled: Cancelled = never_cancelled,
) -> Memory:
    """Audits ``samples`` against the training set behind ``eyes``, whose works ``labels`` name; ``unseen`` are pictures of
    other works, ``inputs`` what each sample was made from (of a look).

    Raises ``TrainingError`` where there are too few pictures to tell anything, ``CancelledError``.
    """
    if not samples or len(unseen) < LEAST_UNSEEN:
        raise TrainingError(
            f"memory can't be audited with {len(samples)} samples and {len(unseen)} pictures of unseen works; hold out "
            f"{LEAST_UNSEEN} pictures at least"
        )
    total, done = len(samples) + len(unseen) + len(inputs), 0

    def looked() -> None:
        nonlocal done
        if cancelled():
            raise CancelledError("the audit of the model's memory was cancelled; publish again to begin it anew")
        done += 1
        on_progress(Progress("audit the memory", done, total, "pictures"))

    shape = samples[0].shape[:2]
    others, false_copies = [], 0
    for picture in unseen:
        like_one = like(picture, shape)
        others.append(eyes.nearest(like_one)[1])
        false_copies += any(_is_copy(sight) for sight in eyes.sights(like_one))
        looked()
    threshold, rate = flag_from(others)
    found = []
    for number, picture in enumerate(samples):
        found.append(_nearest(number, picture, eyes, labels, threshold))
        looked()
    if len(inputs):
        for number, (one, given) in enumerate(zip(found, inputs, strict=True)):
            found[number] = _explained(one, given, eyes) if one.kind or one.flagged else one
            looked()
    return _judged(found, others, threshold, rate, false_copies, len(labels))


def flag_from(similarities: Sequence[float], wanted: float = FLAGGED) -> tuple[float, float]:
    """The similarity beyond which a picture is flagged, and the probability that an unseen one is beyond it.

    The order statistics of n unseen pictures split where one more would fall into n + 1 equally likely parts, whatever its
    distribution (Wilks, "Determination of sample sizes for setting tolerance limits", 1941). With fewer than 99 of them one
    in a hundred can't be told, and the largest, with 1 in n + 1, must do.
    """
    ordered = sorted(similarities, reverse=True)
    place = max(1, math.floor(wanted * (len(ordered) + 1)))
    return ordered[place - 1], place / (len(ordered) + 1)


def chance_of(flagged: int, samples: int, unseen: int, place: int) -> float:
    """The probability that ``flagged`` or more of ``samples`` are beyond the ``place``-th largest of ``unseen``, if all were
    drawn alike: the tail of the negative hypergeometric distribution, exactly."""
    whole = math.comb(samples + unseen, unseen)
    ways = (
        math.comb(k + place - 1, place - 1) * math.comb(samples - k + unseen - place, unseen - place)
        for k in range(flagged, samples + 1)
    )
    return sum(ways) / whole


def like(picture: Picture, shape: tuple[int, int]) -> Picture:
    """The middle of ``picture`` in the proportions of ``shape`` (height, width), at that size: unseen pictures must have
    lost what samples of that size can't have."""
    height, width = picture.shape[:2]
    wide, high = min(width, round(height * shape[1] / shape[0])), min(height, round(width * shape[0] / shape[1]))
    top, left = (height - high) // 2, (width - wide) // 2
    cut = picture[top : top + high, left : left + wide]
    how = cv2.INTER_AREA if wide >= shape[1] else cv2.INTER_CUBIC
    return np.ascontiguousarray(cv2.resize(cut, (shape[1], shape[0]), interpolation=how), dtype=np.uint8)


def _nearest(number: int, picture: Picture, eyes: Eyes, labels: Sequence[str], threshold: float) -> Nearest:
    work, similarity = eyes.nearest(picture)
    sight = next(iter(eyes.sights(picture)), None)
    if sight is not None:
        work = sight.work
    return Nearest(
        number,
        work,
        labels[work],
        similarity,
        similarity > threshold,
        sight.kind if sight else "",
        sight.log10_lr if sight else None,
        False,
        sight.plain if sight else "",
    )


def _explained(one: Nearest, given: Picture, eyes: Eyes) -> Nearest:
    """Whether what the look was given is itself as alike: the look did not remember that, it left it there."""
    nearest = eyes.nearest(given)[1] >= one.similarity - MORE_ALIKE
    seen = any(sight.work == one.work and sight.kind in ("copy", one.kind) for sight in eyes.sights(given))
    return replace(one, explained=seen or (not one.kind and nearest))


def _is_copy(sight: Sight) -> bool:
    return sight.kind == "copy" and (sight.log10_lr is None or sight.log10_lr >= SURE)


def _judged(
    found: Sequence[Nearest], others: Sequence[float], threshold: float, rate: float, false_copies: int, works: int
) -> Memory:
    own = [one for one in found if not one.explained]
    flagged = sum(one.flagged for one in own)
    place = round(rate * (len(others) + 1))
    chance = chance_of(flagged, len(found), len(others), place)
    copies = [one for one in own if one.kind == "copy"]
    sure = [one for one in copies if one.flagged and (one.log10_lr is None or one.log10_lr >= SURE)]
    verdict: Verdict = "clean"
    if sure:
        verdict = "memorised"
        reason = f"{len(sure)} of {len(found)} samples are copies of works that it learned from: {_named(sure)}"
    elif copies:
        verdict = "suspect"
        reason = f"{len(copies)} of {len(found)} samples may be copies, though not surely: {_named(copies)}"
    elif chance < CHANCE:
        verdict = "suspect"
        reason = (
            f"{flagged} of {len(found)} samples are nearer to a work than {1 - rate:.1%} of unseen pictures are; chance "
            f"gives so many once in {1 / max(chance, 1e-12):.0f} times"
        )
    else:
        reason = (
            f"no sample is a copy of a work, and {flagged} of {len(found)} are flagged, where chance gives {rate:.1%}"
        )
    order = sorted(found, key=lambda one: (one not in sure, one not in copies, -one.similarity))
    return Memory(
        verdict,
        reason,
        len(found),
        works,
        len(others),
        threshold,
        rate,
        flagged,
        chance,
        false_copies,
        wilson(false_copies, len(others)),
        _spread(others),
        _spread([one.similarity for one in found]),
        tuple(order),
    )


def _named(found: Sequence[Nearest]) -> str:
    names = list(dict.fromkeys(one.label for one in found))
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _spread(values: Sequence[float]) -> tuple[float, float]:
    """Median and largest."""
    return float(np.median(values)), float(np.max(values))


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return [_rounded(one) for one in value]
    return round(value, 4) if isinstance(value, float) else value

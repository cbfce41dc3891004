"""How good a take is, by measure: so that candidates of a shot can be ranked, and stills and trailers be chosen.

Each figure is 0..1, higher is better, from the decoded picture alone; it says nothing about whether the take shows what was
asked.
Frames are looked at in grey (ITU-R BT.601 luma), at most ``MAX_SIDE`` pixels wide and high, at most ``MAX_FRAMES`` of them.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np

from auditor.media.types import Cancelled, never_cancelled
from generator.edit.sources import Frame, decode, probe
from generator.errors import CancelledError, EditError
from generator.shots.model import ShotRequest

MAX_SIDE = 640
#: A take is a minute at most; a longer file is judged by its first minutes.
MAX_FRAMES = 3600
#: What each figure counts in the total (a weighted geometric mean, so that one that is nought can't be made up for).
WEIGHTS = {"sharpness": 1.0, "exposure": 1.0, "noise": 1.0, "flicker": 1.0, "motion": 1.0, "alive": 2.0}
#: Mean luma (0..255) below which a frame is black: what ffmpeg's blackdetect calls so (pixels under 10 %).
BLACK = 0.1 * 255
#: Mean difference to the frame before (0..255) below which a frame is frozen: -60 dB, ffmpeg's freezedetect.
FROZEN = 0.001 * 255


@dataclass(frozen=True, slots=True)
class TakeScore:
    """``sharpness``: variance of the softened picture's Laplacian over a scale of its own (Pech-Pacheco et al., ICPR 2000).
    ``exposure``: entropy of the histogram over eight bits, less what is crushed to black or blown to white.
    ``noise``: from the deviation that Immerkær's operator finds (CVIU 64, 1996); 1 without any, 0.5 at 8 of 255.
    ``flicker``: from the second difference of the mean luma over time, so that fades don't count; 1 without, 0.5 at 2.
    ``motion``: how even the movement between frames is, by the median of its relative change; 1 for even or none.
    ``alive``: the share of frames that are neither black nor frozen (a static shot still has grain or weather).
    ``total``: the geometric mean of all, weighted by ``WEIGHTS``. ``mean_luma`` and ``movement`` (mean difference between
    frames, 0..255) are given to look at, and don't count. ``realism`` is the mark of a look's critic (without bounds;
    ``None`` where none was asked): it doesn't count either, until its agreement with people is known.
    """

    sharpness: float
    exposure: float
    noise: float
    flicker: float
    motion: float
    alive: float
    total: float
    mean_luma: float
    movement: float
    frames: int
    realism: float | None = None

    def as_dict(self) -> dict[str, float]:
        """All figures that there are, rounded to four digits, as JSON has them."""
        found = {name: getattr(self, name) for name in self.__slots__}
        return {name: round(value, 4) for name, value in found.items() if value is not None}


@dataclass(frozen=True, slots=True)
class FrameMeasure:
    """A frame by itself (sharpness, entropy and noise in their own units) and its difference to the one before."""

    number: int
    luma: float
    laplacian: float
    entropy: float
    clipped: float
    sigma: float
    change: float


def score_take(
    path: Path,
    request: ShotRequest | None = None,
    *,
    critic: Callable[[Path], float] | None = None,
    cancelled: Cancelled = never_cancelled,
) -> TakeScore:
    """Scores a take's file. With a ``request``, darkness that it asks for (night, an eerie mood) is forgiven: the exposure
    is then taken from the entropy alone. ``critic`` (``Critic.take`` of a look) gives its ``realism``. Raises ``EditError``
    for unusable files, ``CancelledError`` on request."""
    found = list(measures(path, cancelled=cancelled))
    dark = request is not None and (request.light == "night" or request.mood == "eerie")
    score = score_of(found, dark_wanted=dark)
    return score if critic is None else replace(score, realism=critic(path))


def measures(path: Path, *, cancelled: Cancelled = never_cancelled) -> Iterator[FrameMeasure]:
    """Each frame's measures in order; one frame and the one before are in memory."""
    before: Any = None
    for number, frame in enumerate(decode(probe(path))):
        if number == MAX_FRAMES:
            return
        if cancelled():
            raise CancelledError(f"scoring {path.name} was cancelled after {number} frames")
        grey = _grey(frame)
        yield _measured(number, grey, before)
        before = grey


def score_of(found: list[FrameMeasure], *, dark_wanted: bool = False) -> TakeScore:
    """The score of a stretch of measured frames."""
    if not found:
        raise EditError("there are no frames to be scored")
    seen = [one for one in found if one.luma >= BLACK] or found
    sharp = float(np.median([one.laplacian for one in seen]))
    sigma = float(np.median([one.sigma for one in seen]))
    # noise sharpens a Laplacian too: what it adds to the variance is taken off
    sharp = max(sharp - _GAIN * sigma**2, 0.0)
    entropy = float(np.median([one.entropy for one in found])) / 8
    clipped = float(np.mean([one.clipped for one in found]))
    lumas = np.array([one.luma for one in found])
    jitter = float(np.abs(np.diff(lumas, 2)).mean()) if len(lumas) > 2 else 0.0
    changes = np.array([one.change for one in found[1:]])
    alive = float(
        np.mean([one.luma >= BLACK and (one.number == found[0].number or one.change >= FROZEN) for one in found])
    )
    exposure = min(entropy / 0.85, 1.0) * (1.0 if dark_wanted else 1.0 - clipped)
    if not dark_wanted:
        # a mean luma of a fifth of the range and more is light enough; below it light is missed in proportion
        exposure *= min(float(lumas.mean()) / (0.2 * 255), 1.0)
    figures = {
        "sharpness": sharp / (sharp + 12.0),
        "exposure": exposure,
        "noise": 1 / (1 + (sigma / 8) ** 2),
        "flicker": 1 / (1 + (jitter / 2) ** 2),
        "motion": _evenness(changes),
        "alive": alive,
    }
    weight = sum(WEIGHTS.values())
    total = math.exp(sum(WEIGHTS[name] * math.log(max(value, 1e-6)) for name, value in figures.items()) / weight)
    return TakeScore(
        **figures,
        total=total,
        mean_luma=float(lumas.mean()),
        movement=float(changes.mean()) if len(changes) else 0.0,
        frames=len(found),
    )


def _evenness(changes: Any) -> float:
    """1 where the picture moves alike from frame to frame (or not at all), towards 0 where it stutters."""
    moving = changes[changes >= FROZEN]
    if len(changes) < 3 or len(moving) < 2:
        return 1.0
    jumps = np.abs(np.diff(changes)) / (changes[1:] + changes[:-1] + 1.0)
    return float(1 / (1 + (float(np.mean(jumps)) / 0.25) ** 2))


def _grey(frame: Frame) -> Any:
    height, width = frame.shape[:2]
    scale = MAX_SIDE / max(height, width)
    if scale < 1:
        frame = cv2.resize(frame, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)


def _gain() -> float:
    """By how much white noise of variance 1 raises the softened Laplacian's variance: the sum of its kernel's squares."""
    point = np.zeros((33, 33), np.float32)
    point[16, 16] = 1.0
    return float((cv2.Laplacian(cv2.GaussianBlur(point, (0, 0), 1.0), cv2.CV_32F) ** 2).sum())


_GAIN = _gain()
#: Immerkær's operator: the difference of two Laplacians, blind to edges that are straight.
_IMMERKAER = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)


def _measured(number: int, grey: Any, before: Any) -> FrameMeasure:
    soft = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 1.0)
    laplacian = float(cv2.Laplacian(soft, cv2.CV_32F).var())
    histogram = np.bincount(grey.ravel(), minlength=256) / grey.size
    there = histogram[histogram > 0]
    sigma = float(np.abs(cv2.filter2D(grey.astype(np.float32), -1, _IMMERKAER)[1:-1, 1:-1]).mean())
    return FrameMeasure(
        number=number,
        luma=float(grey.mean()),
        laplacian=laplacian,
        entropy=float(-(there * np.log2(there)).sum()),
        clipped=float(histogram[:4].sum() + histogram[252:].sum()),
        sigma=sigma * math.sqrt(math.pi / 2) / 6,
        change=0.0 if before is None else float(cv2.absdiff(grey, before).mean()),
    )


#: How decisions of the audit stand to each other: what is blocked comes last, however good it looks.
_OUTCOMES = {"allow": 0, "review": 1, "block": 2}
#: Totals nearer to each other than this look alike; the cheaper take is better then.
ALIKE = 0.02


@dataclass(frozen=True, slots=True)
class Candidate:
    """One take of a shot to choose among. ``outcome`` is the audit's decision (empty: not audited yet, as good as review),
    ``cost`` what it cost, in any one unit."""

    id: str
    score: TakeScore
    outcome: Literal["allow", "review", "block", ""] = ""
    cost: float = 0.0


def ranked(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The best first: by the audit's decision, then by measured quality in steps of ``ALIKE``, then by cost."""

    def place(one: Candidate) -> tuple[int, int, float, float, str]:
        step = math.floor(one.score.total / ALIKE)
        return _OUTCOMES.get(one.outcome, 1), -step, one.cost, -one.score.total, one.id

    return tuple(sorted(candidates, key=place))

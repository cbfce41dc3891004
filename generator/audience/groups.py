"""Differences between groups of viewers, where the groups are large enough to hide in.

Nothing is said of a group of fewer than ``LEAST`` people, nor is anything said from which it could be worked out: where the
people who are left over (groups that are too small, and those who did not say) are few but not none, the smallest group that
would be shown is held back as well.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import scipy

from generator.audience.comparison import is_through, share_watched
from generator.audience.engagement import FALSE_FINDINGS
from generator.audience.signals import Viewing
from generator.audience.statistics import LEVEL, Estimate, benjamini_hochberg, difference, mean, proportion

#: People in a group that is spoken of. Eleven: the cell size policy of the US Centers for Medicare & Medicaid Services ("no
#: cell 10 or less may be displayed"), among the strictest that statistical offices publish; and at eleven a share is known
#: to within 27 points, so that smaller groups would have said little anyway.
LEAST = 11


@dataclass(frozen=True, slots=True)
class GroupReading:
    """A group of ``n`` viewers who are through against all others who answered the question: shares of those who finished,
    their difference, and whether it ``stands`` after the correction (``q``)."""

    question: str
    group: str
    n: int
    finished: Estimate
    watched: Estimate
    apart: Estimate
    p: float
    q: float
    stands: bool

    def as_dict(self) -> dict[str, Any]:
        return {
            "question": self.question,
            "group": self.group,
            "n": self.n,
            "finished": self.finished.as_dict(),
            "watched": self.watched.as_dict(),
            "apart": self.apart.as_dict(),
            "p": round(self.p, 6),
            "q": round(self.q, 6),
            "stands": self.stands,
        }


@dataclass(frozen=True, slots=True)
class Groups:
    """What may be said, and of which questions something is held back (how many people it concerns is not told)."""

    readings: tuple[GroupReading, ...]
    held_back: tuple[str, ...]


def shown(sizes: Mapping[str, int], *, silent: int, least: int = LEAST) -> tuple[set[str], bool]:
    """Which groups may be spoken of, given how many people each has and how many did not say; and whether some may not.

    >>> shown({"under 40": 30, "over 40": 15, "over 80": 3}, silent=0)
    ({'under 40'}, True)
    """
    kept = {name for name, size in sizes.items() if size >= least}
    while kept:
        rest = sum(size for name, size in sizes.items() if name not in kept) + silent
        if rest == 0 or rest >= least:
            break
        kept.remove(min(kept, key=lambda name: (sizes[name], name)))
    held = any(size for name, size in sizes.items() if name not in kept)
    return kept, held


def compare_groups(viewings: Sequence[Viewing], *, least: int = LEAST, level: float = LEVEL) -> Groups:
    """Readings for every question that viewers answered about themselves. Only viewings that are over count. A group is
    compared with the other groups that are shown, never with people who are held back: by Fisher's exact test, adjusted over
    all groups of all questions. Two groups are one comparison, told once for each."""
    through = [one for one in viewings if is_through(one)]
    found: list[tuple[str, str, list[Viewing], list[Viewing], float]] = []
    held_back = []
    for question in sorted({name for one in through for name in one.groups}):
        members: dict[str, list[Viewing]] = {}
        for one in through:
            if one.groups.get(question):
                members.setdefault(one.groups[question], []).append(one)
        silent = len(through) - sum(map(len, members.values()))
        kept, held = shown({name: len(people) for name, people in members.items()}, silent=silent, least=least)
        if held:
            held_back.append(question)
        if len(kept) < 2:
            continue
        for name in sorted(kept):
            others = [one for other in kept if other != name for one in members[other]]
            found.append((question, name, members[name], others, _fisher(members[name], others)))
    adjusted = benjamini_hochberg([one[4] for one in found])
    return Groups(
        tuple(
            GroupReading(
                question,
                name,
                len(own),
                proportion(_finished(own), len(own), level=level),
                mean([share_watched(one) for one in own], lowest=0.0, highest=1.0, level=level),
                difference((_finished(own), len(own)), (_finished(others), len(others)), level=level),
                p,
                q,
                q <= FALSE_FINDINGS,
            )
            for (question, name, own, others, p), q in zip(found, adjusted, strict=True)
        ),
        tuple(held_back),
    )


def _finished(people: Sequence[Viewing]) -> int:
    return sum(1 for one in people if one.finished)


def _fisher(own: Sequence[Viewing], others: Sequence[Viewing]) -> float:
    """Fisher's exact test of two shares (Fisher, "Statistical methods for research workers", 5th ed., 21.02)."""
    done, done_others = _finished(own), _finished(others)
    return float(scipy.stats.fisher_exact([[done, len(own) - done], [done_others, len(others) - done_others]]).pvalue)

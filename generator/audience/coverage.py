"""What of a film's versions people have seen: which were never reviewed, never released, and where two shots meet that
nobody saw meet."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from generator.audience.variants import Plan, VariantPlan
from generator.edit.timeline import Timeline

#: How far a version has come: never begun, begun, seen by a person who approved it, or released.
Stage = Literal["planned", "made", "reviewed", "released"]
_ORDER: tuple[Stage, ...] = ("planned", "made", "reviewed", "released")


@dataclass(frozen=True, slots=True)
class Coverage:
    """Keys of versions by how far they came, and joins (clip, next clip) that no version shows which a person reviewed.

    ``answers`` and ``answered`` count the combinations of answers: all of them, and those that lead to a released
    version."""

    total: int
    released: tuple[str, ...]
    never_reviewed: tuple[str, ...]
    never_released: tuple[str, ...]
    unseen_joins: Mapping[str, tuple[tuple[str, str], ...]]
    answers: int
    answered: int

    @property
    def share(self) -> float:
        """Of all combinations of answers, the share (0 to 1) that leads to a released version."""
        return self.answered / self.answers if self.answers else 0.0


def joins(timeline: Timeline) -> frozenset[tuple[str, str]]:
    """Which clip is followed by which."""
    return frozenset((a.id, b.id) for a, b in pairwise(timeline.clips))


def coverage(plan: Plan, stages: Mapping[str, Stage], *, seen: Iterable[Timeline] = ()) -> Coverage:
    """How far a plan's versions came; ``stages`` by key (a version that is not named is planned), ``seen`` timelines beside
    them that people reviewed, the parent's for example."""
    reached = {one.key: _ORDER.index(stages.get(one.key, "planned")) for one in plan.variants}
    reviewed, released = _ORDER.index("reviewed"), _ORDER.index("released")
    known: set[tuple[str, str]] = set()
    for timeline in (*seen, *(one.timeline for one in plan.variants if reached[one.key] >= reviewed)):
        known |= joins(timeline)
    return Coverage(
        total=len(plan.variants),
        released=_keys(plan.variants, reached, lambda stage: stage == released),
        never_reviewed=_keys(plan.variants, reached, lambda stage: stage < reviewed),
        never_released=_keys(plan.variants, reached, lambda stage: stage < released),
        unseen_joins={one.key: tuple(sorted(new)) for one in plan.variants if (new := joins(one.timeline) - known)},
        answers=sum(len(one.answers) for one in plan.variants),
        answered=sum(len(one.answers) for one in plan.variants if reached[one.key] == released),
    )


def _keys(
    variants: Iterable[VariantPlan], reached: Mapping[str, int], wanted: Callable[[int], bool]
) -> tuple[str, ...]:
    return tuple(one.key for one in variants if wanted(reached[one.key]))

"""Every version of a film that its rules lead to, each once: nothing is put together while people watch.

::

    plan = planned(graph, parent)
    [variant.key for variant in plan.variants]        # "length=short,ending=calm;door=left" ...
    plan.chosen({"length": "short"}, {"door": "left"}) # the version that these answers lead to

Answers that lead to the same clips lead to one version. Versions that differ only by what is chosen at a moment are equal,
frame by frame of the timeline, up to that moment: a player may go from one to the other at the same time of the film.
"""

import itertools
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256

from generator.audience.graph import Choice, Drop, Edit, Ending, Graph, Option, Pace, Swap
from generator.audience.rows import branched, by_place, closed, edited, end_card, hard_join, paced
from generator.edit import operations
from generator.edit.document import as_document
from generator.edit.timeline import Media, Timeline
from generator.errors import EditError, VariantError

#: Versions that people can be asked to look at, one by one, for one film.
MAX_VARIANTS = 32
#: Answers that are tried to find them; planning 512 of a film of 200 clips takes seconds.
MAX_ANSWERS = 512


@dataclass(frozen=True, slots=True)
class Answers:
    """What a viewer said: an option a preference, and a branch for each choice that they came to."""

    preferences: tuple[tuple[str, str], ...]
    path: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        """``length=short,ending=calm;door=left``."""
        said = ",".join(f"{rule}={answer}" for rule, answer in self.preferences)
        chosen = ",".join(f"{rule}={answer}" for rule, answer in self.path)
        return f"{said};{chosen}"


@dataclass(frozen=True, slots=True)
class Moment:
    """A choice as it lies in a version: ``at`` (seconds) its clip is over; ``options`` are (branch, name, key of the version
    that it leads to)."""

    choice: str
    question: str
    at: Fraction
    seconds: float
    options: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class VariantPlan:
    """A version: its ``key`` (the first answers that lead to it), all ``answers`` that do, and its timeline.

    ``digest`` is the SHA-256 (hex) of the timeline's document; ``is_parent`` where it is the parent as it stands."""

    key: str
    answers: tuple[Answers, ...]
    timeline: Timeline
    digest: str
    is_parent: bool

    @property
    def seconds(self) -> Fraction:
        return self.timeline.seconds

    def without(self, graph: Graph) -> frozenset[str]:
        """Topics that it promises to be without, to whoever gets it."""
        return frozenset(
            topic
            for answers in self.answers
            for preference, option in zip(graph.preferences, _options(graph, answers), strict=True)
            for topic in option.without
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """All versions of a film, in the order of its rules."""

    graph: Graph
    parent: Timeline
    variants: tuple[VariantPlan, ...]

    def variant(self, key: str) -> VariantPlan:
        """The version of this key; raises ``VariantError`` for another."""
        found = next((one for one in self.variants if one.key == key), None)
        if found is None:
            raise VariantError(f"there is no version {key[:80]!r} of this film; choose one of those listed")
        return found

    def chosen(self, preferences: Mapping[str, str], path: Mapping[str, str] | None = None) -> VariantPlan:
        """The one version that these answers lead to. What is not said, or not known any more, is the first."""
        wanted = self._answers(preferences, path or {})
        return next(one for one in self.variants if wanted in one.answers)

    def answers(self, preferences: Mapping[str, str], path: Mapping[str, str] | None = None) -> Answers:
        """The answers as they count: one to each preference, and to the choices that they come to."""
        return self._answers(preferences, path or {})

    def _answers(self, preferences: Mapping[str, str], path: Mapping[str, str]) -> Answers:
        said = _said(self.graph, preferences)
        taken = {choice.id: _branch(choice, path.get(choice.id, "")) for choice in self.graph.choices}
        for one in (answers for variant in self.variants for answers in variant.answers):
            if one.preferences == said and all(taken[choice] == branch for choice, branch in one.path):
                return one
        raise VariantError("these answers lead to no version; plan the rules again")  # pragma: no cover

    def moments(self, answers: Answers) -> tuple[Moment, ...]:
        """The choices in the version of these answers, in its order, and where each of their branches leads. What was chosen
        before a moment stays; what comes after it is the first, until it is chosen."""
        variant = self.chosen(dict(answers.preferences), dict(answers.path))
        ends = _ends(variant.timeline)
        reached = sorted((ends[choice.after], choice.id, choice) for choice in self._reached(answers))
        found = []
        for place, (at, _id, choice) in enumerate(reached):
            before = {one.id: dict(answers.path)[one.id] for _, _, one in reached[:place]}
            options = tuple(
                (
                    branch.id,
                    branch.name,
                    self.chosen(dict(answers.preferences), {**before, choice.id: branch.id}).key,
                )
                for branch in choice.branches
            )
            found.append(Moment(choice.id, choice.question, at / variant.timeline.rate, choice.seconds, options))
        return tuple(found)

    def _reached(self, answers: Answers) -> list[Choice]:
        came_to = dict(answers.path)
        return [choice for choice in self.graph.choices if choice.id in came_to]


def planned(graph: Graph, parent: Timeline) -> Plan:
    """Every version of ``parent`` that the rules lead to. Raises ``VariantError`` naming the rule that can't be followed, or
    that makes more versions than ``MAX_VARIANTS``."""
    _known(graph, parent)
    _few_enough(graph)
    found: dict[str, tuple[Timeline, list[Answers]]] = {}
    for answers, timeline in _all(graph, parent):
        _, same = found.setdefault(_digest(timeline), (timeline, []))
        if answers not in same:
            same.append(answers)
    if len(found) > MAX_VARIANTS:
        raise VariantError(_too_many(graph, parent, len(found)))
    own = _digest(parent)
    variants = tuple(
        VariantPlan(several[0].key, tuple(several), timeline, digest, digest == own)
        for digest, (timeline, several) in found.items()
    )
    return Plan(graph, parent, variants)


def _all(graph: Graph, parent: Timeline) -> Iterable[tuple[Answers, Timeline]]:
    options = [[(preference.id, option.id) for option in preference.options] for preference in graph.preferences]
    branches = [[(choice.id, branch.id) for branch in choice.branches] for choice in graph.choices]
    for said in itertools.product(*options):
        for path in itertools.product(*branches):
            yield _followed(graph, parent, Answers(said, path))


def _followed(graph: Graph, parent: Timeline, answers: Answers) -> tuple[Answers, Timeline]:
    """The timeline that answers lead to, and the answers without those to questions that are never asked then."""
    pool = {clip.id: clip for clip in (*graph.spare, *parent.clips)}
    row = [clip.id for clip in parent.clips]
    chosen = _options(graph, answers)
    edits = [edit for option in chosen for edit in option.edits]
    for edit in edits:
        row = edited(row, edit, parent)
    for choice in by_place(graph):
        row = branched(row, choice, dict(answers.path)[choice.id])
    for edit in (one for one in edits if isinstance(one, Drop | Swap)):  # of what the choices brought in
        row = edited(row, edit, parent)
    where = f"the version {answers.key}"
    if not any(isinstance(pool[clip].source, Media) for clip in row):
        raise VariantError(f"{where} shows no shot at all; leave it one")
    if len(set(row)) != len(row):
        twice = next(clip for clip in row if row.count(clip) > 1)
        raise VariantError(f"{where} shows clip {twice} twice; show it once")
    reached = [choice for choice in graph.choices if choice.after in row]
    try:
        timeline = closed(operations.arrange(parent, [pool[clip] for clip in row]), parent)
        for choice in reached:
            timeline = hard_join(timeline, choice.after)
        for edit in edits:
            timeline = paced(timeline, edit.factor) if isinstance(edit, Pace) else timeline
    except EditError as error:
        raise VariantError(f"{where} is no film: {error}") from error
    ids = {choice.id for choice in reached}
    return Answers(answers.preferences, tuple(one for one in answers.path if one[0] in ids)), timeline


def _options(graph: Graph, answers: Answers) -> list[Option]:
    said = dict(answers.preferences)
    return [
        next(option for option in preference.options if option.id == said[preference.id])
        for preference in graph.preferences
    ]


def _said(graph: Graph, preferences: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    found = []
    for preference in graph.preferences:
        ids = [option.id for option in preference.options]
        wanted = preferences.get(preference.id, "")
        found.append((preference.id, wanted if wanted in ids else ids[0]))
    return tuple(found)


def _branch(choice: Choice, wanted: str) -> str:
    ids = [branch.id for branch in choice.branches]
    return wanted if wanted in ids else ids[0]


def _ends(timeline: Timeline) -> dict[str, int]:
    starts = timeline.starts()
    return {clip.id: starts[clip.id] + clip.frames for clip in timeline.clips}


def _digest(timeline: Timeline) -> str:
    text = json.dumps(as_document(timeline), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def _known(graph: Graph, parent: Timeline) -> None:
    """Every clip that a rule names is there, and the end card is nobody's to take out."""
    pool = {clip.id for clip in parent.clips} | {clip.id for clip in graph.spare}
    if shared := {clip.id for clip in parent.clips} & {clip.id for clip in graph.spare}:
        raise VariantError(f"clip {min(shared)} is in the film and among the spare ones; name the spare one otherwise")
    last = end_card(parent)
    named: list[tuple[str, str]] = []
    for preference, option, edit in graph.edits():
        where = f"{option.name!r} of {preference.name!r}"
        named += [(where, clip) for clip in _names(edit)]
    for choice in graph.choices:
        named += [(f"{choice.question!r}", clip) for clip in (choice.after, *sorted(choice.governed))]
    for where, clip in named:
        if clip not in pool:
            raise VariantError(f"{where} names clip {clip[:60]!r}, which there isn't; choose another")
        if clip == last:
            raise VariantError(
                f"{where} names the end card, which says how the film was made; every version ends with it"
            )


def _names(edit: Edit) -> tuple[str, ...]:
    if isinstance(edit, Drop):
        return edit.clips
    if isinstance(edit, Swap):
        return (edit.clip, *edit.play)
    return (edit.start, *edit.play) if isinstance(edit, Ending) else ()


def _counts(graph: Graph) -> list[tuple[int, str]]:
    """How many answers each rule has, and what it is called."""
    return [
        *((len(one.options), one.name) for one in graph.preferences),
        *((len(one.branches), one.question) for one in graph.choices),
    ]


def _few_enough(graph: Graph) -> None:
    answers = math.prod(count for count, _ in _counts(graph))
    if answers > MAX_ANSWERS:
        count, name = max(_counts(graph))
        raise VariantError(
            f"the rules have {answers} combinations, more than {MAX_ANSWERS}; {name!r} alone makes {count} times as many: "
            "give it fewer answers, or leave a rule out"
        )


def _too_many(graph: Graph, parent: Timeline, found: int) -> str:
    """Which rule makes most of them: the one without whose other answers the fewest would be left."""

    def left(rule: str) -> int:
        kept = {
            _digest(timeline)
            for answers, timeline in _all(graph, parent)
            if {**dict(answers.preferences), **dict(answers.path)}.get(rule, _first(graph, rule)) == _first(graph, rule)
        }
        return len(kept)

    rules = [*((one.id, one.name) for one in graph.preferences), *((one.id, one.question) for one in graph.choices)]
    fewest, name = min((left(rule), name) for rule, name in rules)
    return (
        f"the rules make {found} versions, more than the {MAX_VARIANTS} that people can be asked to review; without "
        f"{name!r} there would be {fewest}: leave it out, or give it fewer answers"
    )


def _first(graph: Graph, rule: str) -> str:
    return next((one.options[0].id for one in graph.preferences if one.id == rule), "") or next(
        (one.branches[0].id for one in graph.choices if one.id == rule), ""
    )

"""Rules for versions of a film: what viewers may prefer, and what they may choose while it runs. Read strictly.

A graph belongs to one parent timeline, whose clips it names by id. A **preference** is settled before the film; each of its
options does something to the row of clips (leaves some out, shows others instead, ends otherwise, runs quicker), the first
does as a rule nothing. A **choice** is made at the end of a clip, while the film runs; each of its branches plays other
clips next, and then the film goes on. Clips that the parent doesn't show, alternative endings for example, are ``spare``.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from generator.edit.document import clip_from
from generator.edit.timeline import Card, Clip
from generator.errors import EditError, VariantError

FORMAT = "reelproof-variants/1"
#: What a preference is about, for those who show it; what it does is said by its options' edits.
PreferenceKind = Literal["length", "ending", "content", "pace"]
KINDS: tuple[PreferenceKind, ...] = ("length", "ending", "content", "pace")
#: Each version is seen by people before it is shown: rules that make more than they can see are a mistake.
MAX_PREFERENCES, MAX_OPTIONS, MAX_CHOICES, MAX_SPARE = 8, 6, 12, 200
#: Slower than 4/3 or quicker than 3/4, speech and movement are another performance than the one that was agreed to.
LEAST_PACE, MOST_PACE = 0.75, 4 / 3
#: Seconds for which a choice is offered. WCAG 2.2, 2.2.1 asks for a way to stop the clock as well: the player has one.
LEAST_SECONDS, MOST_SECONDS = 3.0, 60.0
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_MAX_NAME, _MAX_QUESTION = 80, 160


@dataclass(frozen=True, slots=True)
class Drop:
    """Without these clips."""

    clips: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Swap:
    """The clips of ``play`` in the place of ``clip``."""

    clip: str
    play: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ending:
    """From clip ``start`` on, up to the end card, the clips of ``play`` instead."""

    start: str
    play: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pace:
    """Every shot ``factor`` times as long, within its take, its transitions and what is said in it."""

    factor: float


type Edit = Drop | Swap | Ending | Pace


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to a preference. The first of a preference is what viewers get who say nothing."""

    id: str
    name: str
    edits: tuple[Edit, ...] = ()
    #: Topics that this version promises to be without.
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preference:
    """What viewers are asked before the film."""

    id: str
    kind: PreferenceKind
    name: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """One answer to a choice: which clips come next."""

    id: str
    name: str
    play: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A question at the end of clip ``after``, shown for its last ``seconds``; who says nothing gets the first branch."""

    id: str
    question: str
    after: str
    branches: tuple[Branch, ...]
    seconds: float = 8.0

    @property
    def governed(self) -> frozenset[str]:
        """Clips that are shown only as this choice has it."""
        return frozenset(clip for branch in self.branches for clip in branch.play)


@dataclass(frozen=True, slots=True)
class Graph:
    """All rules of a film. Raises ``VariantError`` for the first that contradicts another."""

    preferences: tuple[Preference, ...] = ()
    choices: tuple[Choice, ...] = ()
    spare: tuple[Clip, ...] = field(default_factory=tuple)

    def __post_init__(self) -> None:
        _check(self)

    def edits(self) -> Iterator[tuple[Preference, Option, Edit]]:
        for preference in self.preferences:
            for option in preference.options:
                for edit in option.edits:
                    yield preference, option, edit


def graph_document(graph: Graph) -> dict[str, Any]:
    """The JSON document that ``graph_from`` reads back to an equal value."""
    document = json.loads(json.dumps(asdict(graph)))
    for preference, written in zip(graph.preferences, document["preferences"], strict=True):
        for option, one in zip(preference.options, written["options"], strict=True):
            one["edits"] = [
                {"do": _DO[type(edit)], **body} for edit, body in zip(option.edits, one["edits"], strict=True)
            ]
    return {"format": FORMAT, **document}


_DO: dict[type, str] = {Drop: "drop", Swap: "swap", Ending: "ending", Pace: "pace"}
_EDITS: dict[str, tuple[type, frozenset[str]]] = {
    "drop": (Drop, frozenset({"clips"})),
    "swap": (Swap, frozenset({"clip", "play"})),
    "ending": (Ending, frozenset({"start", "play"})),
    "pace": (Pace, frozenset({"factor"})),
}


def graph_from(document: object) -> Graph:
    """Reads ``graph_document``'s. Raises ``VariantError`` at the first field that is missing, unknown or bad."""
    given = _fields("the rules", document, {"format"}, {"preferences", "choices", "spare"})
    if given["format"] != FORMAT:
        raise VariantError(f"the rules are {str(given['format'])[:40]!r}, not {FORMAT!r}; export them again")
    try:
        spare = tuple(clip_from(one) for one in _several("the spare clips", given.get("spare", []), MAX_SPARE))
    except EditError as error:
        raise VariantError(f"a spare clip can't be read: {error}") from error
    return Graph(
        tuple(_preference(one) for one in _several("preferences", given.get("preferences", []), MAX_PREFERENCES)),
        tuple(_choice(one) for one in _several("choices", given.get("choices", []), MAX_CHOICES)),
        spare,
    )


def _preference(document: object) -> Preference:
    given = _fields("a preference", document, {"id", "kind", "name", "options"}, set())
    if given["kind"] not in KINDS:
        raise VariantError(f"a preference is about {str(given['kind'])[:40]!r}; use one of {', '.join(KINDS)}")
    options = tuple(_option(one) for one in _several("a preference's options", given["options"], MAX_OPTIONS))
    return Preference(given["id"], given["kind"], given["name"], options)


def _option(document: object) -> Option:
    given = _fields("an option", document, {"id", "name"}, {"edits", "without"})
    edits = tuple(_edit(one) for one in _several("an option's edits", given.get("edits", []), 200))
    return Option(given["id"], given["name"], edits, _words("what an option is without", given.get("without", [])))


def _edit(document: object) -> Any:
    given = _fields("an edit", document, {"do"}, {"clips", "clip", "play", "start", "factor"})
    if given["do"] not in _EDITS:
        raise VariantError(f"an edit can't {str(given['do'])[:40]!r}; use one of {', '.join(_EDITS)}")
    kind, wanted = _EDITS[given["do"]]
    body = _fields(f"the edit {given['do']}", {k: v for k, v in given.items() if k != "do"}, wanted, set())
    lists = {name: _words(f"{given['do']}'s {name}", body[name]) for name in wanted & {"clips", "play"}}
    return kind(**{**body, **lists})


def _choice(document: object) -> Choice:
    given = _fields("a choice", document, {"id", "question", "after", "branches"}, {"seconds"})
    branches = []
    for one in _several("a choice's branches", given["branches"], MAX_OPTIONS):
        branch = _fields("a branch", one, {"id", "name", "play"}, set())
        branches.append(Branch(branch["id"], branch["name"], _words("what a branch plays", branch["play"])))
    seconds = given.get("seconds", 8.0)
    return Choice(given["id"], given["question"], given["after"], tuple(branches), seconds)


def _fields(what: str, document: object, needed: set[str] | frozenset[str], may: set[str]) -> dict[str, Any]:
    if not isinstance(document, Mapping):
        raise VariantError(f"{what} must be a JSON object, not {type(document).__name__}")
    if unknown := sorted(str(key) for key in document if key not in needed | may):
        raise VariantError(f"{what} has an unknown field {unknown[0][:40]!r}; remove it")
    if missing := sorted(needed - set(document)):
        raise VariantError(f"{what} lacks {missing[0]!r}; give it one")
    return dict(document)


def _several(what: str, value: object, most: int) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise VariantError(f"{what} must be a list, not {type(value).__name__}")
    if len(value) > most:
        raise VariantError(f"{what} are {len(value)}; at most {most} are read")
    return list(value)


def _words(what: str, value: object) -> tuple[str, ...]:
    words = _several(what, value, 200)
    if not all(isinstance(word, str) and 0 < len(word) <= 100 for word in words):
        raise VariantError(f"{what} must be a list of names")
    if len(set(words)) != len(words):
        raise VariantError(f"{what} names something twice; name it once")
    return tuple(words)


def _check(graph: Graph) -> None:
    rules: list[Preference | Choice] = [*graph.preferences, *graph.choices]
    _ids("rule", [rule.id for rule in rules])
    _ids("spare clip", [clip.id for clip in graph.spare], pattern=None)
    for clip in graph.spare:
        if isinstance(clip.source, Card):
            raise VariantError(f"the spare clip {clip.id} is a card; only takes can be shown instead of others")
    for preference in graph.preferences:
        _name(f"preference {preference.id}", preference.name, _MAX_NAME)
        if len(preference.options) < 2:
            raise VariantError(f"{preference.name!r} leaves viewers no choice; give it at least two options")
        _ids(f"option of {preference.name!r}", [option.id for option in preference.options])
        for option in preference.options:
            _name(f"option {option.id} of {preference.name!r}", option.name, _MAX_NAME)
    for choice in graph.choices:
        _choice_check(choice)
    _owned_once(graph)
    _edits_check(graph)


def _choice_check(choice: Choice) -> None:
    _name(f"choice {choice.id}", choice.question, _MAX_QUESTION)
    seconds = choice.seconds
    if (
        isinstance(seconds, bool)
        or not isinstance(seconds, int | float)
        or not LEAST_SECONDS <= seconds <= MOST_SECONDS
    ):
        raise VariantError(
            f"{choice.question!r} is asked for {str(seconds)[:20]} s; use {LEAST_SECONDS:g} to {MOST_SECONDS:g}"
        )
    if not isinstance(choice.after, str) or not choice.after:
        raise VariantError(f"{choice.question!r} is asked after no clip; name one")
    if len(choice.branches) < 2:
        raise VariantError(f"{choice.question!r} has one answer only; give it at least two")
    _ids(f"answer to {choice.question!r}", [branch.id for branch in choice.branches])
    for branch in choice.branches:
        _name(f"answer {branch.id} to {choice.question!r}", branch.name, _MAX_NAME)
    plays = [branch.play for branch in choice.branches]
    if len(set(plays)) != len(plays):
        raise VariantError(f"two answers to {choice.question!r} play the same; let them differ")
    if choice.after in choice.governed:
        raise VariantError(f"{choice.question!r} would play clip {choice.after}, after which it is asked")


def _owned_once(graph: Graph) -> None:
    """Each clip is governed by one choice at most: what it depends on can be said in one sentence."""
    owner: dict[str, Choice] = {}
    for choice in graph.choices:
        for clip in choice.governed:
            if clip in owner:
                raise VariantError(
                    f"clip {clip} depends on {owner[clip].question!r} and on {choice.question!r}; leave it to one of them"
                )
            owner[clip] = choice
    anchors = [choice.after for choice in graph.choices]
    if twice := next((clip for clip in anchors if anchors.count(clip) > 1), None):
        raise VariantError(f"two choices are made after clip {twice}; ask one question at a time")


def _edits_check(graph: Graph) -> None:
    governed = frozenset(clip for choice in graph.choices for clip in choice.governed)
    anchors = {choice.after: choice for choice in graph.choices}
    for preference, option, edit in graph.edits():
        where = f"{option.name!r} of {preference.name!r}"
        if isinstance(edit, Pace):
            factor = edit.factor
            if isinstance(factor, bool) or not isinstance(factor, int | float) or not LEAST_PACE <= factor <= MOST_PACE:
                raise VariantError(
                    f"{where} runs {str(factor)[:20]} times as long; use {LEAST_PACE:g} to {MOST_PACE:.2f}"
                )
            continue
        gone = edit.clips if isinstance(edit, Drop) else (edit.clip,) if isinstance(edit, Swap) else ()
        for clip in gone:
            if clip in anchors:
                raise VariantError(
                    f"{where} takes out clip {clip}, after which {anchors[clip].question!r} is asked; keep it, or ask "
                    "after another"
                )
        if isinstance(edit, Ending) and edit.start in governed:
            raise VariantError(f"{where} begins at clip {edit.start}, which not everybody sees; begin it at another")
        if not isinstance(edit, Drop) and (taken := governed.intersection(edit.play)):
            raise VariantError(f"{where} plays clip {min(taken)}, which depends on a choice; leave it to one of them")


def _ids(what: str, ids: list[str], *, pattern: re.Pattern[str] | None = _ID) -> None:
    for one in ids:
        if pattern is not None and (not isinstance(one, str) or not pattern.fullmatch(one)):
            raise VariantError(f"{str(one)[:40]!r} is no id of a {what}; use a-z, 0-9 and -, at most 32 of them")
        if ids.count(one) > 1:
            raise VariantError(f"there are two with the id {str(one)[:40]!r}; every {what} needs its own")


def _name(what: str, value: object, most: int) -> None:
    if not isinstance(value, str) or not value.strip() or len(value) > most:
        raise VariantError(f"{what} needs a name of 1 to {most} characters")
    if any(ord(letter) < 32 or 0xD800 <= ord(letter) <= 0xDFFF for letter in value):
        raise VariantError(f"{what}'s name holds a control character; remove it")

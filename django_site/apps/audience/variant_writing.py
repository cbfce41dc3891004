"""Rules as a form says them, added to a document or taken out of it. What they lead to is judged where they are saved."""

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from django_site.errors import InputError
from generator.edit import Clip
from generator.edit.document import part_as_document

#: What each kind of preference is called unless its author says otherwise.
NAMES = {"length": "Length", "ending": "Ending", "content": "Content", "pace": "Pace"}
#: Factors that are offered, within what ``generator.audience.graph`` allows.
PACES = ("0.75", "0.85", "1.15", "1.3")
_RULE = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


def preference_added(document: Mapping[str, Any], given: Mapping[str, Any], *, spare: Sequence[Clip]) -> dict[str, Any]:
    """With another option of a preference, which is made where there is none of that name. ``given``: ``kind``, ``name``,
    ``option``, and ``clips`` (length, content), ``start`` and ``play`` (ending) or ``factor`` (pace); ``without`` topics.
    Raises ``InputError``."""
    kind = str(given.get("kind", ""))
    if kind not in NAMES:
        raise InputError(f"a rule is about {', '.join(NAMES)}, not about {kind[:20]!r}")
    name = _words(given.get("name"), NAMES[kind], 80)
    option = _words(given.get("option"), "", 80)
    if not option:
        raise InputError("give the version a name that viewers understand, such as Shorter")
    edits = _edits(kind, given)
    made = deepcopy(dict(document))
    preferences = made.setdefault("preferences", [])
    rule = next((one for one in preferences if one["name"] == name and one["kind"] == kind), None)
    if rule is None:
        taken = [one["id"] for one in (*preferences, *made.get("choices", []))]
        rule = {"id": _id(name, taken), "kind": kind, "name": name, "options": []}
        rule["options"].append({"id": "as-made", "name": _("As made"), "edits": [], "without": []})
        preferences.append(rule)
    without = [str(topic) for topic in given.get("without", [])]
    ids = [one["id"] for one in rule["options"]]
    rule["options"].append({"id": _id(option, ids), "name": option, "edits": edits, "without": without})
    return _with_spare(made, spare)


def _edits(kind: str, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    if kind == "pace":
        try:
            return [{"do": "pace", "factor": float(given.get("factor", ""))}]
        except ValueError:
            raise InputError("say how much longer or shorter each shot is, for example 0.85") from None
    if kind == "ending":
        if not given.get("start"):
            raise InputError("say from which shot on the film ends otherwise")
        return [{"do": "ending", "start": str(given["start"]), "play": [str(one) for one in given.get("play", [])]}]
    clips = [str(one) for one in given.get("clips", [])]
    if not clips:
        raise InputError("choose the shots that this version leaves out")
    return [{"do": "drop", "clips": clips}]


def choice_added(document: Mapping[str, Any], given: Mapping[str, Any], *, spare: Sequence[Clip]) -> dict[str, Any]:
    """With a choice between two stretches. ``given``: ``question``, ``after``, ``seconds``, ``first``, ``second`` (names),
    ``first_play`` and ``second_play`` (clips). Raises ``InputError``."""
    question = _words(given.get("question"), "", 160)
    if not question:
        raise InputError("write the question that viewers are asked")
    if not given.get("after"):
        raise InputError("say after which shot it is asked")
    try:
        seconds = float(given.get("seconds") or 8)
    except ValueError:
        raise InputError("say for how many seconds the choice is offered, for example 8") from None
    branches = []
    for which in ("first", "second"):
        name = _words(given.get(which), "", 80)
        if not name:
            raise InputError("give both answers a name")
        play = [str(one) for one in given.get(f"{which}_play", [])]
        branches.append({"id": _id(name, [one["id"] for one in branches]), "name": name, "play": play})
    made = deepcopy(dict(document))
    choices = made.setdefault("choices", [])
    taken = [one["id"] for one in (*made.get("preferences", []), *choices)]
    choices.append(
        {
            "id": _id(question, taken),
            "question": question,
            "after": str(given["after"]),
            "seconds": seconds,
            "branches": branches,
        }
    )
    return _with_spare(made, spare)


def rule_removed(document: Mapping[str, Any], rule: str, option: str = "") -> dict[str, Any]:
    """Without a rule, or without one option of a preference; with the last option but the first, the rule goes too."""
    made = deepcopy(dict(document))
    for kind in ("preferences", "choices"):
        for one in list(made.get(kind, [])):
            if one["id"] != rule:
                continue
            if option and kind == "preferences":
                one["options"] = [each for each in one["options"] if each["id"] != option]
            if not option or len(one.get("options", ())) < 2:
                made[kind].remove(one)
            return made
    raise InputError("there is no such rule any more; somebody may have taken it out")


def _with_spare(document: dict[str, Any], spare: Sequence[Clip]) -> dict[str, Any]:
    """With those of the spare clips that a rule names; what was spare before stays as long as it is named."""
    named = _named(document)
    kept = {one["id"]: one for one in document.get("spare", [])} | {one.id: part_as_document(one) for one in spare}
    document["spare"] = [clip for id_, clip in kept.items() if id_ in named]
    return document


def _named(document: Mapping[str, Any]) -> set[str]:
    named: set[str] = set()
    for rule in document.get("preferences", []):
        for option in rule["options"]:
            for edit in option.get("edits", []):
                named |= {*edit.get("play", []), *edit.get("clips", []), edit.get("clip", ""), edit.get("start", "")}
    for choice in document.get("choices", []):
        named |= {choice["after"], *(clip for branch in choice["branches"] for clip in branch["play"])}
    return named


def _words(given: object, otherwise: str, most: int) -> str:
    return " ".join(str(given or "").split())[:most] or otherwise


def _id(name: str, taken: Sequence[str]) -> str:
    """An id of a name that nobody else has."""
    stem = slugify(name)[:28].strip("-") or "rule"
    stem = stem if _RULE.fullmatch(stem) else "rule"
    return stem if stem not in taken else next(f"{stem}-{n}" for n in range(2, 99) if f"{stem}-{n}" not in taken)

"""Which failed checks people may set aside. What a policy rules out stays ruled out, and what can't be told is ruled out.

::

    refusal(bundle.policy("copyright/same-scene"), "same-scene", decision_facts)   # None, or why it can't be set aside

Who agrees, for how long and for which file is the affair of whoever keeps overrides; this says only what is never
overridden: intimate content, minors, missing signatures (the words of a policy's ``override.never_for``).
"""

from collections.abc import Callable, Mapping
from typing import Any

from auditor.policy.document import Policy

#: The topics of *intimate content*, as policies write it.
INTIMATE_TOPICS = frozenset({"nudity", "intimacy"})
_UNTOLD = "the facts do not say who is in it, so nobody can tell that it may be set aside"


def refusal(policy: Policy, check_id: str, facts: Mapping[str, Any]) -> str | None:
    """Why this check can't be set aside for these facts (the plain dictionary of ``as_facts()``), in one plain sentence
    without a full stop; ``None`` where people may.

    It asks of everybody in the facts, not of the record that failed alone: an override clears the whole file.
    """
    if check_id not in {check.id for check in policy.checks}:
        return f"'{policy.title}' has no check called '{check_id}'"
    if not policy.override.allowed:
        return policy.override.why_not.strip().rstrip(".") or f"'{policy.title}' is never set aside"
    for word in policy.override.never_for:
        asked = _NEVER.get(word)
        found = f"'{word}' is unknown here, so it counts as found" if asked is None else _told(asked, facts)
        if found:
            return f"'{policy.title}' is never set aside for {word}: {found}"
    return None


def _told(asked: Callable[[Mapping[str, Any]], str], facts: Mapping[str, Any]) -> str:
    """The answer, or that there can be none: facts that lack what is asked for, or hold something else, let nothing pass."""
    try:
        return asked(facts)
    except (KeyError, TypeError, AttributeError, ValueError):
        return _UNTOLD


def _people(facts: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    people = facts["people"]
    if not isinstance(people, list | tuple) or not all(isinstance(person, Mapping) for person in people):
        raise TypeError("people are no list of records")
    return list(people)


def _intimate(facts: Mapping[str, Any]) -> str:
    """Nudity or intimacy around anybody in it, or anywhere in the film."""
    for person in _people(facts):
        if any(one["topic"] in INTIMATE_TOPICS for one in person["content"]):
            return f"{person['display_name']} is in such a scene"
    return "the film touches it" if set(facts["intended"]["topics"]) & INTIMATE_TOPICS else ""


def _minors(facts: Mapping[str, Any]) -> str:
    for person in _people(facts):
        if person["minor"] is not False:
            return f"{person['display_name']} is a minor"
    return ""


def _unsigned(facts: Mapping[str, Any]) -> str:
    """A person whose grant nobody signed, or not apart from the rest of the contract; a release without a Trusted file."""
    for person in _people(facts):
        grant = person["grant"]
        if grant is None or not grant["signed_at"] or grant["separately_signed"] is not True:
            return f"no separately signed grant of {person['display_name']} is at hand"
    if facts["point"] == "release" and (facts["signature"] or {}).get("state") != "Trusted":
        return "the file's signature was not found Trusted"
    return ""


#: The words that ``override.never_for`` may say, and what finds them in the facts (empty: not found).
_NEVER: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "intimate content": _intimate,
    "minors": _minors,
    "missing signatures": _unsigned,
}

"""What people may set aside: what a policy says about it, what it says must never be, and which facts that depends on.

A policy's ``never_for`` names grounds in words that lawyers use; each word is a question to the facts here, and a word
that nobody has taught this module refuses (fail closed).
"""

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from auditor.canonical import sha256_json
from auditor.policy.document import Policy

#: Topics that are intimate content.
INTIMATE = frozenset({"nudity", "intimacy"})
#: Facts that only tell when and on which signed copy somebody looked: signing again does not make it another film.
#: What the film's own decision said (``standing.outcome``, ``standing.overridden``) does make it another.
_UNSTEADY: dict[str, tuple[str, ...]] = {
    "release": (
        "signature",
        "asset.sha256",
        "review",
        "standing.decided_at",
        "standing.policies_changed_at",
        "standing.consents_changed_at",
        "standing.index_changed_at",
    )
}


def refusal(policy: Policy, check_id: str, facts: Mapping[str, Any]) -> str | None:
    """Why this check of the policy can't be set aside for these facts, in a clause; ``None`` where people may."""
    if not any(check.id == check_id for check in policy.checks):
        return f"{policy.id} has no check {check_id}"
    if not policy.override.allowed:
        return policy.override.why_not.rstrip(".")
    for word in policy.override.never_for:
        found = _GROUNDS[word](facts) if word in _GROUNDS else f"nobody can tell whether it is about {word}"
        if found:
            return found
    return None


def steady_sha256(facts: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON of the facts, without what only tells when and on which copy somebody looked. Facts
    with the same digest are the same film: what was set aside for one is set aside for the other."""
    steady = copy.deepcopy(dict(facts))
    for path in _UNSTEADY.get(str(facts.get("point")), ()):
        *steps, last = path.split(".")
        holder: Any = steady
        for step in steps:
            holder = holder.get(step, {}) if isinstance(holder, dict) else {}
        if isinstance(holder, dict):
            holder.pop(last, None)
    return sha256_json(steady)


def _people(facts: Mapping[str, Any]) -> Iterator[Mapping[str, Any] | None]:
    """The people in the facts; ``None`` for one that is no record."""
    people = facts.get("people", ())
    if not isinstance(people, list | tuple):
        yield None
        return
    for person in people:
        yield person if isinstance(person, Mapping) else None


def _intimate(facts: Mapping[str, Any]) -> str | None:
    """Around anybody in it, or anywhere in the film."""
    intended = facts.get("intended")
    topics = intended.get("topics", ()) if isinstance(intended, Mapping) else ()
    if not isinstance(topics, list | tuple) or not INTIMATE.isdisjoint(map(str, topics)):
        return "intimate content is never set aside"
    for person in _people(facts):
        content = person.get("content") if person is not None else None
        if not isinstance(content, list | tuple):
            return "whether intimate content is in it can't be told"
        for one in content:
            if not isinstance(one, Mapping) or one.get("topic") in INTIMATE:
                return "intimate content is never set aside"
    return None


def _minors(facts: Mapping[str, Any]) -> str | None:
    if facts.get("minor", False) is not False:
        return "what concerns a minor is never set aside"
    for person in _people(facts):
        if person is None or person.get("minor") is not False:
            return "what concerns a minor is never set aside"
    return None


def _unsigned(facts: Mapping[str, Any]) -> str | None:
    for person in _people(facts):
        grant = person.get("grant") if person is not None else None
        if not isinstance(grant, Mapping) or not grant.get("signed_at") or grant.get("separately_signed") is not True:
            return "a missing signature is never set aside"
    signature = facts.get("signature")
    if facts.get("point") == "release" and not (isinstance(signature, Mapping) and signature.get("state") == "Trusted"):
        return "a missing signature is never set aside"
    return None


_GROUNDS: dict[str, Callable[[Mapping[str, Any]], str | None]] = {
    "intimate content": _intimate,
    "minors": _minors,
    "missing signatures": _unsigned,
}

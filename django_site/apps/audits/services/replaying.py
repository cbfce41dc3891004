"""Deciding again what was decided: the same facts under the policies of that day give the same document, byte for byte."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from auditor.canonical import canonical_json, sha256_json
from auditor.policy import ENGINE
from django_site.apps.audits.models import Decision
from django_site.apps.audits.services.decisions import decision_document
from django_site.apps.audits.services.policies_kept import bundle_of
from django_site.errors import WrongStateError


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of deciding again. ``same``: the document is the recorded one, byte for byte; where another engine
    decided then, all of it but the engine's name. ``plain`` says what differs, or why it could not be decided again."""

    decision: Decision
    same: bool
    plain: str = ""
    other_engine: bool = False


def decision_replay(decision: Decision) -> Replay:
    """Decide the recorded facts again, for the recorded moment, under the recorded policies."""
    document = decision_document(decision)
    if sha256_json(document) != decision.sha256:
        return Replay(decision, False, "the record is not the document that its digest is of")
    try:
        bundle = bundle_of(decision.bundle_sha256)
    except WrongStateError as error:
        return Replay(decision, False, str(error))
    again = bundle.decide(decision.facts, at=decision.created_at).as_dict()
    other_engine = decision.engine != ENGINE
    if other_engine:
        again["engine"] = decision.engine
    if canonical_json(again) == canonical_json(document):
        return Replay(decision, True, other_engine=other_engine)
    differs = sorted(name for name in document if document[name] != again.get(name))
    plain = f"decided again it differs in {', '.join(differs)}"
    if again["outcome"] != document["outcome"]:
        plain = f"it was {document['outcome']} and is {again['outcome']} when decided again"
    if other_engine:
        plain += f"; {decision.engine} decided then, {ENGINE} now"
    return Replay(decision, False, plain, other_engine)


def decisions_replay(decisions: Iterable[Decision]) -> Iterator[Replay]:
    """The same for many, as they come."""
    return map(decision_replay, decisions)

"""The words that a model is given, looked at before it is: the same rules as for briefs."""

from collections.abc import Collection

from generator.errors import SubjectError
from generator.narrative.subjects import Refusal, Registry, refusals
from generator.shots.model import ShotRequest


def refuse_words(request: ShotRequest, *, cleared: Collection[str] = (), known: Registry | None = None) -> None:
    """Raises ``SubjectError`` where a shot's prompt, negative prompt or description names somebody who is protected and not
    ``cleared`` (names that a grant or a licence covers). Whoever hands a shot to a backend of a trained model calls this.

    The negative prompt too: a name steers a model from whichever side it stands, and it stays in the record.
    """
    found: dict[str, tuple[str, Refusal]] = {}
    fields = ("prompt", "negative_prompt", "description")
    for field in fields:
        for refusal in refusals(getattr(request, field), cleared=cleared, known=known):
            found.setdefault(refusal.name, (field, refusal))
    if not found:
        return
    field, first = next(iter(found.values()))
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    why = "is somebody's character" if first.kind == "character" else "is a real person"
    offers = "; or ".join(alternative.text for alternative in first.alternatives)
    raise SubjectError(
        f"the {field.replace('_', ' ')} of shot {request.id} names {first.name}{more}, who {why}: write {offers}",
        tuple(refusal for _, refusal in found.values()),
    )

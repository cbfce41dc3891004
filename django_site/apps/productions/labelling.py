"""What the audience sees of how a film was made: labels that policies want burnt in, for its places and languages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from auditor.policy import LabelDemand
from django_site import wiring
from django_site.apps.productions.models import GenerationRecord, Production
from generator.edit import LETTERS, Label

#: Pixels of the shorter side below which no letters can be read; such pictures are trials, and the policies at release see
#: that they carry no label.
LEGIBLE_SIDE = 120


def source_type(records: Sequence[GenerationRecord]) -> str:
    """IPTC's word for what the pictures are: computed by rules, by a trained model, or both side by side."""
    kinds = {record.model_card.get("kind") for record in records}
    if kinds == {"renderer"}:
        return "algorithmicMedia"
    if kinds == {"trained-model"}:
        return "trainedAlgorithmicMedia"
    return "compositeWithTrainedAlgorithmicMedia"


@dataclass(frozen=True, slots=True)
class AskedLabel:
    """A label, and the ids of the policies that want it."""

    policies: tuple[str, ...]
    label: Label

    def as_burnt(self, duration: float) -> dict[str, Any]:
        """How it is kept with the cut that carries it; times in seconds of the cut."""
        end = duration if self.label.shown == "throughout" else min(self.label.seconds, duration)
        return {
            "policies": list(self.policies),
            "words": list(self.label.words),
            "shown": self.label.shown,
            "start": 0,
            "end": round(end, 3),
            "height": self.label.height,
        }


def labels_asked_for(production: Production, records: Sequence[GenerationRecord]) -> list[AskedLabel]:
    """The labels for the places and languages of a production whose takes were made thus: at most one for the opening and
    one throughout. Where several policies want one, it has the words of all and the greatest size and time."""
    if min(production.width, production.height) < LEGIBLE_SIDE:
        return []
    demands = wiring.policy_bundle().labels(production.territories, timezone.now())
    kind = "computed" if source_type(records) == "algorithmicMedia" else "trained"
    found = []
    for shown in ("opening", "throughout"):
        if alike := [demand for demand in demands if demand.shown == shown]:
            found.append(_merged(alike, kind, production.languages))
    return found


def _merged(demands: Sequence[LabelDemand], kind: str, languages: Sequence[str]) -> AskedLabel:
    words: dict[str, str] = {}
    for demand in demands:
        words |= demand.lines(kind, languages)
    letters = {LETTERS.get(code, "AI") for code in words}
    return AskedLabel(
        policies=tuple(sorted(demand.policy for demand in demands)),
        label=Label(
            words=tuple(dict.fromkeys(words.values())),
            letters="" if kind == "computed" else letters.pop() if len(letters) == 1 else "AI",
            height=max(demand.height for demand in demands),
            shown="throughout" if demands[0].shown == "throughout" else "opening",
            seconds=max(demand.seconds for demand in demands),
        ),
    )

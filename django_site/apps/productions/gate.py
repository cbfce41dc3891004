"""Gate 1 before anybody asks for it: what would the policies say to a render of these shots now?

The answer is shown, never relied on: asking for a take decides again, and records it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from auditor.policy import Decision
from auditor.policy.facts import PromptFacts
from django_site import wiring
from django_site.apps.audits.facts import prompt_facts
from django_site.apps.productions.models import Shot
from django_site.apps.productions.voices import voices_lent
from django_site.apps.training.looks import LookUnusableError


@dataclass(frozen=True, slots=True)
class GateLine:
    """One line a shot: clear, or what is missing and who can mend it."""

    clear: bool
    plain: str = ""
    remedy: str = ""
    who_can_fix: str = ""


CLEAR = GateLine(clear=True)


def gate_lines(shots: Sequence[Shot], *, screenplay_text: str) -> dict:
    """A line by shot id. The words of all shots are judged together first; shot by shot only where that names somebody, or
    where a shot casts somebody or has reference pictures."""
    if not shots:
        return {}
    try:
        return _lines(shots, screenplay_text)
    except LookUnusableError as error:  # said where it stands, not instead of the page
        shut = GateLine(False, str(error), "Choose another look for the production.", "the producer")
        return dict.fromkeys((shot.pk for shot in shots), shut)


def _lines(shots: Sequence[Shot], screenplay_text: str) -> dict:
    together = Shot(scene=shots[0].scene, spec={"prompt": "\n".join(_prompts(shot) for shot in shots)})
    facts = prompt_facts(together, screenplay_text=screenplay_text, references=())
    nobody = not facts.people and _decided(facts).outcome == "allow"
    apart = _with_references(shots) | _with_voices(shots) if nobody else set()
    return {
        shot.pk: CLEAR
        if nobody and not shot.cast and shot.pk not in apart
        else _line(_decided(prompt_facts(shot, screenplay_text=screenplay_text)))
        for shot in shots
    }


def _with_references(shots: Sequence[Shot]) -> set:
    """Ids of the shots that are made after pictures."""
    production = shots[0].scene.screenplay.production
    if production.references.filter(shot__isnull=True).exists():
        return {shot.pk for shot in shots}
    return set(production.references.values_list("shot", flat=True))


def _with_voices(shots: Sequence[Shot]) -> set:
    """Ids of the shots in which somebody speaks with a voice that a person lends."""
    return {shot.pk for one in voices_lent(shots[0].scene.screenplay.production, shots) for shot in one.shots}


def _prompts(shot: Shot) -> str:
    return f"{shot.spec.get('prompt', '')}\n{shot.spec.get('negative_prompt', '')}"


def _decided(facts: PromptFacts) -> Decision:
    return wiring.policy_bundle().decide(facts.as_facts(), at=timezone.now())


def _line(decision: Decision) -> GateLine:
    if decision.outcome == "allow" or not decision.failed:
        return CLEAR
    first = decision.failed[0]
    return GateLine(False, first.plain, first.remedy, first.who_can_fix)

"""Gate 1 before anybody asks for it: what would the policies say to a render of these shots now?

The answer is shown, never relied on: asking for a take decides again, and records it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from auditor.policy import Decision
from django_site import wiring
from django_site.apps.audits.facts import prompt_facts
from django_site.apps.productions.models import Shot


@dataclass(frozen=True, slots=True)
class GateLine:
    """One line a shot: clear, or what is missing and who can mend it."""

    clear: bool
    plain: str = ""
    remedy: str = ""
    who_can_fix: str = ""


CLEAR = GateLine(clear=True)


def gate_lines(shots: Sequence[Shot], *, screenplay_text: str) -> dict:
    """A line by shot id. The texts that all shots share are judged once; only if something is named, shot by shot."""
    if not shots:
        return {}
    together = Shot(scene=shots[0].scene, spec={"prompt": "\n".join(_prompts(shot) for shot in shots)})
    if _decided(together, screenplay_text).outcome == "allow":
        return {shot.pk: CLEAR for shot in shots}
    return {shot.pk: _line(_decided(shot, screenplay_text)) for shot in shots}


def _prompts(shot: Shot) -> str:
    return f"{shot.spec.get('prompt', '')}\n{shot.spec.get('negative_prompt', '')}"


def _decided(shot: Shot, text: str) -> Decision:
    return wiring.policy_bundle().decide(prompt_facts(shot, screenplay_text=text).as_facts(), at=timezone.now())


def _line(decision: Decision) -> GateLine:
    if decision.outcome == "allow" or not decision.failed:
        return CLEAR
    first = decision.failed[0]
    return GateLine(False, first.plain, first.remedy, first.who_can_fix)

"""The trailer of a released film: cut from the signed film, audited and decided on as the other use that it is."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.utils import timezone

from auditor.provenance import ISCC, Action, SoftBindingStatement
from django_site import wiring
from django_site.apps.audits.models import Asset, Decision, Outcome
from django_site.apps.audits.output_facts import trailer_edit_facts
from django_site.apps.audits.services.auditing import output_audit
from django_site.apps.audits.services.decisions import STOPPING, failed_checks
from django_site.apps.jobs.work import JobWork
from django_site.apps.productions.labelling import labels_asked_for
from django_site.apps.productions.models import Cut, CutItem, Take
from django_site.apps.productions.services.sounds import sounds_stand
from django_site.apps.provenance.models import Output
from django_site.apps.provenance.services.draft import audit_statement, consents_relied_on
from django_site.apps.provenance.services.making import Made, stretches
from django_site.errors import WrongStateError
from generator.edit import render
from generator.edit.released import film_trailer


def trailer_make(*, work: JobWork, output: Output, film: Path, now: str) -> Made:
    """Choose what is shown, of the takes whose people allow a trailer, and render it. Raises ``WrongStateError`` with the
    reason, the remedy and who can mend it where no take may be shown, or a sound from outside may not be heard any more."""
    cut = output.release.cut
    sounds_stand(cut)
    items = list(cut.items.select_related("take__generation", "take__shot").order_by("position"))
    barred = _barred(cut, items)
    if items and len(barred) == len({item.take_id for item in items}):
        raise WrongStateError(
            f"no shot of this film may be shown in a trailer: {' '.join(dict.fromkeys(barred.values()))}"
        )
    chosen = film_trailer(
        film,
        stretches(cut, but=barred),
        title=cut.title,
        seconds=output.parameters["seconds"],
        cancelled=work.cancelled,
    )
    labels = labels_asked_for(cut.production, [item.take.generation for item in items])
    made = render(
        chosen.timeline,
        chosen.files,
        work.directory / "trailer.mp4",
        labels=[one.label for one in labels],
        on_progress=work.on_progress,
        cancelled=work.cancelled,
    )
    takes = {str(item.position): item.take for item in items}
    pieces = [
        {
            "take": str(takes[piece.id].pk),
            "film_start": round(piece.film_start, 3),
            "start": round(piece.start, 3),
            "end": round(piece.end, 3),
        }
        for piece in chosen.pieces
    ]
    left_out = [{"take": str(take), "why": why} for take, why in barred.items()]
    did = (
        Action(
            "c2pa.edited",
            now,
            description=f"A trailer of {len(pieces)} pieces of the film, none of its ending, with a title and an end card",
        ),
        *(
            Action(
                "c2pa.addedText", now, description=f"Label burnt into the picture: {' / '.join(one.label.words)}"[:400]
            )
            for one in labels
        ),
        Action("c2pa.transcoded", now),
    )
    contents = {"pieces": pieces, "left_out": left_out}
    return Made(made.path, "video/mp4", "trailer", did, contents=contents)


def _barred(cut: Cut, items: Sequence[CutItem]) -> dict[Any, str]:
    """Takes that may not be shown in a trailer, and why not, with what mends it and who can."""
    bundle, now, barred = wiring.policy_bundle(), timezone.now(), {}
    for take in {item.take_id: item.take for item in items}.values():
        verdict = bundle.decide(trailer_edit_facts(cut, take).as_facts(), at=now)
        if verdict.outcome == Outcome.BLOCK:
            barred[take.pk] = _said([check.as_dict() for check in verdict.stopping])
    return barred


def _said(checks: Sequence[dict[str, Any]]) -> str:
    """Why not, what mends it, and who can."""
    first = checks[0]
    why = str(first["plain"]).rstrip(".")
    mend = str(first.get("remedy") or "").rstrip(".")
    return f"{why}. {mend} ({first['who_can_fix']})." if mend else f"{why}."


def trailer_judge(*, work: JobWork, output: Output, asset: Asset) -> Decision:
    """Audit the trailer and go by what the policies say. What only asks for people's eyes passes where people looked at the
    same of the film when they approved it. Raises ``WrongStateError`` with what to do."""
    decision = output_audit(work=work, output=output, asset=asset, takes=takes_in(output))
    if decision.outcome == Outcome.ALLOW:
        return decision
    seen = _seen_in_film(output)
    new = [
        check
        for check in failed_checks(decision)
        if check["severity"] == Outcome.BLOCK or (check["policy"], check["check"]) not in seen
    ]
    if new:
        raise WrongStateError(f"the trailer is not handed out: {_said(new)}")
    return decision


def _seen_in_film(output: Output) -> set[tuple[str, str]]:
    """The checks that failed for the film, and were before those who approved it."""
    film = output.release.manifest.intent.decision
    return {(c["policy"], c["check"]) for c in film.checks if not c["passed"] and c["severity"] in STOPPING}


def takes_in(output: Output) -> list[Take]:
    """The takes that a trailer shows, in its order."""
    pieces = output.contents["pieces"]
    takes = Take.objects.select_related("generation", "shot").in_bulk([piece["take"] for piece in pieces])
    by_id = {str(pk): take for pk, take in takes.items()}
    return [by_id[piece["take"]] for piece in pieces if piece["take"] in by_id]


def trailer_statements(output: Output) -> dict[str, Any]:
    """What a trailer's record states beside its parent: its own audit, the grants relied on, its own fingerprint."""
    decision = output.decisions.select_related("audit__index_snapshot").latest("created_at")
    return {
        "audit": audit_statement(decision, decision.audit),
        "consents": consents_relied_on([take.pk for take in takes_in(output)]),
        "soft_bindings": (SoftBindingStatement(ISCC, decision.audit.iscc),) if decision.audit.iscc else (),
    }

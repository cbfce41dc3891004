"""The schedule for errors and omissions insurance: what an underwriter asks, answered from the record, and what is
open."""

from datetime import timedelta
from typing import Any

from django.db.models import Q

from django_site.apps.audits.people_facts import moment
from django_site.apps.likeness.models import Claim
from django_site.apps.provenance.binder import charts
from django_site.apps.provenance.binder.film import COUNSEL, HEAD, LEGAL, PERFORMER, PRODUCER, Film, gap, sound_of
from django_site.apps.reviews.models import Case, OverrideState
from django_site.pages import sheets

HIGH, MEDIUM, LOW = "high", "medium", "low"
LEVELS = (HIGH, MEDIUM, LOW)
AREAS = ("works", "people", "models", "rules", "disclosure", "claims")
#: A licence that ends within this time of the binder is a risk to a policy's usual term of three years.
TERM = timedelta(days=3 * 365)


def eo_schedule(film: Film) -> dict[str, Any]:
    """``questions`` [{question, answer, evidence}], ``risks`` [{area, level, what, evidence, who}]."""
    risks = [*_works(film), *_people(film), *_models(film), *_rules(film), *_disclosure(film), *_claims(film)]
    return {
        **film.head("eo-schedule", "E&O schedule and open risks"),
        "questions": _questions(film),
        "risks": sorted(risks, key=lambda one: (LEVELS.index(one["level"]), AREAS.index(one["area"]))),
        "gaps": [
            gap("title_report", "A title search report.", COUNSEL),
            gap("copyright_report", "A copyright search report on underlying works.", COUNSEL),
            gap("agreements", "Written agreements with writers, producers and others who contributed.", COUNSEL),
            gap("counsel", "The production counsel's name and whether they agree with this schedule.", PRODUCER),
        ],
    }


def _risk(area: str, level: str, what: str, evidence: str, who: str) -> dict[str, str]:
    return {"area": area, "level": level, "what": what, "evidence": evidence, "who": who}


def _works(film: Film) -> list[dict[str, str]]:
    dismissed = {one.finding_id for one in film.review_actions if one.kind == "dismiss_finding"}
    dismissed |= (
        set(
            film.audit.findings.filter(
                dismissals__lifted_at__isnull=True, dismissals__created_at__lte=film.at
            ).values_list("pk", flat=True)
        )
        if film.audit
        else set()
    )
    risks = []
    for one in film.works_found:
        licence = film.licences[str(one.work_id)]
        if licence and licence["in_force"] and "reproduce" in licence["acts"]:
            if licence["ends"] and licence["ends"] < (moment(film.at + TERM) or ""):
                risks.append(
                    _risk(
                        "works",
                        LOW,
                        f"The licence of “{one.work.title}” ends on {licence['ends'][:10]}.",
                        licence["name"],
                        PRODUCER,
                    )
                )
            continue
        level = LOW if one.pk in dismissed else HIGH if one.kind == "copy" else MEDIUM
        note = "; a reviewer dismissed it" if one.pk in dismissed else ""
        risks.append(
            _risk(
                "works",
                level,
                f"{one.plain[:1].upper()}{one.plain[1:]}; no licence to reproduce it{note}.",
                f"finding {one.pk}",
                LEGAL,
            )
        )
    if film.audit and film.audit.state != "complete":
        risks.append(
            _risk("works", HIGH, f"The audit is not complete: {film.audit.reason}.", str(film.audit.pk), LEGAL)
        )
    return risks


def _people(film: Film) -> list[dict[str, str]]:
    risks = []
    for grant in film.grants:
        state = film.grant_state(grant)
        name = grant.subject.display_name
        if state != "active":
            risks.append(_risk("people", HIGH, f"The grant of {name} is {state}.", str(grant.grant), PERFORMER))
        elif grant.ends and grant.ends < film.at + TERM:
            risks.append(
                _risk("people", LOW, f"The grant of {name} ends on {grant.ends:%Y-%m-%d}.", str(grant.grant), PRODUCER)
            )
    faces = film.audit.unknown_faces.all() if film.audit else []
    for face in faces:
        if face.cleared_at is None or face.cleared_at > film.at:
            risks.append(
                _risk(
                    "people",
                    MEDIUM,
                    f"Somebody unknown recurs for {face.seconds:.1f} s and is not cleared.",
                    f"face {face.number} of audit {film.audit.pk}",
                    PRODUCER,
                )
            )
    return risks


def _models(film: Film) -> list[dict[str, str]]:
    risks = []
    for one in film.generations:
        if not one.commercial_use:
            risks.append(
                _risk(
                    "models", HIGH, f"{one.model_name} is not licensed for commercial use.", one.model_licence, PRODUCER
                )
            )
        if one.model_card.get("kind") != "renderer":
            risks.append(
                _risk(
                    "models",
                    MEDIUM,
                    f"No attestation or indemnity for {one.model_name}'s training data is on record.",
                    one.model_sha256,
                    PRODUCER,
                )
            )
    return risks


def _rules(film: Film) -> list[dict[str, str]]:
    return [
        _risk(
            "rules",
            MEDIUM,
            f"A failed check was set aside until {one.expires_at:%Y-%m-%d}: {one.reason.rstrip('.')}.",
            f"override {one.pk}",
            HEAD,
        )
        for one in film.overrides
        if film.override_state(one) == OverrideState.IN_FORCE
    ]


def _disclosure(film: Film) -> list[dict[str, str]]:
    risks = []
    if not film.cut.audience_notice:
        risks.append(
            _risk("disclosure", MEDIUM, "The film carries no notice to the audience.", str(film.cut.pk), PRODUCER)
        )
    if film.release and film.release.manifest.state != "Trusted":
        risks.append(
            _risk("disclosure", HIGH, "The signed record does not read as Trusted.", film.release.manifest.label, HEAD)
        )
    return risks


def _claims(film: Film) -> list[dict[str, str]]:
    rows = Claim.objects.filter(created_at__lte=film.at).filter(
        Q(production=film.production) | Q(use__in=[one.pk for one in film.uses])
    )
    risks = [
        _risk(
            "claims",
            HIGH,
            f"A claim is open since {one.created_at:%Y-%m-%d}: {one.get_kind_display()}.",
            str(one.pk),
            LEGAL,
        )
        for one in rows.filter(Q(answered_at__isnull=True) | Q(answered_at__gt=film.at)).order_by("created_at", "id")
    ]
    cases = Case.objects.filter(cut=film.cut, created_at__lte=film.at).filter(
        Q(closed_at__isnull=True) | Q(closed_at__gt=film.at)
    )
    risks += [
        _risk("claims", HIGH, f"A case about the film is open since {one.created_at:%Y-%m-%d}.", str(one.pk), LEGAL)
        for one in cases.order_by("created_at", "id")
    ]
    return risks


def _questions(film: Film) -> list[dict[str, str]]:
    audit, release = film.audit, film.release
    approvals = sum(one.kind == "approve" and one.case.cut_id == film.cut.pk for one in film.review_actions)
    silent = bool(film.cut.asset and not film.cut.asset.probe.get("audio_codec"))
    return [
        {
            "question": "Title and form of the production",
            "answer": f"{film.cut.title}; {film.production.get_use_display()}; {film.cut.duration} s",
            "evidence": film.cut.asset.sha256 if film.cut.asset else "",
        },
        {
            "question": "Where it is shown",
            "answer": ", ".join(film.production.territories).replace("*", "everywhere"),
            "evidence": ", ".join(film.production.media),
        },
        {
            "question": "Was it compared with registered works?",
            "answer": f"yes, with {audit.index_snapshot.works} works" if audit else "not on record",
            "evidence": audit.report_sha256 if audit else "",
        },
        {
            "question": "Are identifiable people shown or heard?",
            "answer": f"registered people, under grants: {len({one.subject_id for one in film.uses})}",
            "evidence": "likeness schedule",
        },
        {
            "question": "Are real people portrayed who are not registered here?",
            "answer": {None: "not on record", True: "yes", False: "no"}[film.declared["portrays_real_people"]],
            "evidence": film.declared["portrayal_advice"] or "as the producer declares it",
        },
        {
            "question": "Music",
            "answer": "none: the film has no sound track"
            if silent
            else f"none; {heard}"
            if (heard := sound_of(film))
            else "not on record",
            "evidence": "probe of the file, and the cut's own record of its sound",
        },
        {
            "question": "Decided and approved by people",
            "answer": f"by rules, and by {approvals} of the reviewers",
            "evidence": release.decision.sha256 if release else "",
        },
        {
            "question": "Signed and released",
            "answer": f"{release.created_at:%Y-%m-%d %H:%M} UTC" if release else "no",
            "evidence": release.manifest.asset.sha256 if release else "",
        },
    ]


def eo_parts(document: dict[str, Any]) -> list[dict[str, Any]]:
    svg, alt = charts.risk_chart(document)
    risks = [[one["level"], one["area"], one["what"], one["who"], one["evidence"]] for one in document["risks"]]
    questions = [[one["question"], one["answer"], one["evidence"]] for one in document["questions"]]
    return [
        sheets.part(
            "Open risks",
            *([sheets.chart(svg, alt=alt)] if risks else []),
            *sheets.table(
                ["Level", "Area", "What", "Who can close it", "Evidence"],
                [2, 2, 6, 3, 4],
                risks,
                "The record shows no open risk. What it can't show stands among the gaps.",
            ),
        ),
        sheets.part(
            "What an underwriter asks", *sheets.table(["Question", "Answer", "Evidence"], [4, 5, 5], questions, "")
        ),
    ]

"""What was decided, by rules and by people; and what was kept or destroyed of people in the film."""

from typing import Any

from django_site.apps.audits.models import Decision
from django_site.apps.audits.people_facts import moment
from django_site.apps.audits.services.decisions import failed_checks
from django_site.apps.likeness.models import BiometricConsent, BiometricTemplate, LikenessAsset, RetentionRun
from django_site.apps.provenance.binder.film import ENGINEER, HEAD, Film, gap, person, reason_shown
from django_site.apps.provenance.models import Recall
from django_site.pages import sheets


def decisions(film: Film) -> dict[str, Any]:
    """``decisions`` [{point, outcome, at, about, digests, failed}], ``reviews`` [...], ``overrides`` [...],
    ``recall``."""
    release = film.release
    recall = Recall.objects.filter(release=release, created_at__lte=film.at).first() if release else None
    gaps = [] if release else [gap("release", "A decision on which the film was released.", HEAD)]
    by_id = {one.pk: one for one in film.decisions}
    return {
        **film.head("decisions", "Decisions and overrides"),
        "release_decision": {"id": str(release.decision_id), "sha256": release.decision.sha256} if release else None,
        "decisions": [
            {
                "id": str(one.pk),
                "at": moment(one.created_at),
                "point": one.point,
                "outcome": one.outcome,
                "about": _about(one, film),
                "by": person(one.actor),
                "engine": one.engine,
                "facts_sha256": one.facts_sha256,
                "bundle_sha256": one.bundle_sha256,
                "sha256": one.sha256,
                "checks": len(one.checks),
                "policies": len(one.policies),
                "failed": [
                    {
                        "policy": check.get("policy"),
                        "plain": check.get("plain"),
                        "severity": check.get("severity"),
                        "cite": check.get("cite"),
                        "remedy": check.get("remedy"),
                    }
                    for check in failed_checks(one)
                ],
            }
            for one in film.decisions
        ],
        "reviews": [
            {
                "id": str(one.pk),
                "at": moment(one.created_at),
                "by": person(one.actor),
                "role": one.role,
                "act": one.kind,
                "about": str(one.case.take or film.cut),
                "decision_sha256": one.case.decision.sha256,
                "reason": reason_shown(one),
            }
            for one in film.review_actions
        ],
        "overrides": [
            {
                "id": str(one.pk),
                "at": moment(one.created_at),
                "about": _about(by_id[one.decision_id], film),
                "decision_sha256": by_id[one.decision_id].sha256,
                "checks": one.checks,
                "state": film.override_state(one),
                "reason": one.reason,
                "evidence": one.evidence,
                "requested_by": person(one.requested_by),
                "agreed": [
                    {"by": person(row.actor), "role": row.role, "at": moment(row.created_at), "reason": row.reason}
                    for row in one.approvals.all()
                ],
                "expires_at": moment(one.expires_at),
            }
            for one in film.overrides
        ],
        "recall": {"at": moment(recall.created_at), "reason": recall.reason} if recall else None,
        "gaps": gaps,
    }


def _about(decision: Decision, film: Film) -> str:
    return str(decision.take or decision.shot or film.cut)


def decision_parts(document: dict[str, Any]) -> list[dict[str, Any]]:
    rows = [
        [sheets.moment(one["at"]), one["point"], one["about"], one["outcome"], f"{one['checks']}", one["sha256"]]
        for one in document["decisions"]
    ]
    failed = [
        [
            one["about"],
            check["severity"] or "",
            check["plain"] or "",
            str(check["cite"] or ""),
            str(check["remedy"] or ""),
        ]
        for one in document["decisions"]
        for check in one["failed"]
    ]
    reviews = [
        [
            sheets.moment(one["at"]),
            one["by"]["name"],
            one["role"].replace("_", " "),
            one["act"],
            one["about"],
            one["reason"],
        ]
        for one in document["reviews"]
    ]
    overrides = [
        [
            one["about"],
            f"{one['reason']} ({one['evidence']})",
            one["requested_by"]["name"],
            ", ".join(row["by"]["name"] for row in one["agreed"]) or "nobody yet",
            f"{one['state'].replace('_', ' ')}, until {sheets.moment(one['expires_at'])}",
        ]
        for one in document["overrides"]
    ]
    return [
        sheets.part(
            "Decisions of the policies",
            *sheets.table(
                ["When", "At", "About", "Outcome", "Checks", "Digest"],
                [4, 2, 3, 2, 2, 5],
                rows,
                "None is on record.",
                numbers=(4,),
            ),
        ),
        sheets.part(
            "Checks that did not pass",
            *sheets.table(
                ["About", "Weight", "What", "Rule", "Remedy"], [2, 2, 5, 4, 4], failed, "Every check passed."
            ),
        ),
        sheets.part(
            "Decisions of people",
            *sheets.table(
                ["When", "Who", "As", "Act", "About", "Reason"], [4, 3, 3, 2, 3, 5], reviews, "None is on record."
            ),
        ),
        sheets.part(
            "Overrides",
            *sheets.table(
                ["About", "Reason and evidence", "Asked for by", "Agreed to by", "State"],
                [3, 5, 3, 3, 4],
                overrides,
                "None: no rule was overridden for this film.",
            ),
        ),
    ]


# retention


def retention(film: Film) -> dict[str, Any]:
    """``people`` [{subject, releases, templates, originals}] of the film, ``runs`` that concern them, ``schedule``."""
    subjects = {str(one.subject_id): one.subject for one in film.uses}
    people = [
        {
            "subject": {"id": pk, "name": subject.display_name},
            "releases": [
                {
                    "modality": one.modality,
                    "purpose": one.purpose,
                    "given_at": moment(one.given_at),
                    "destroy_by": moment(one.destroy_by),
                    "withdrawn_at": moment(one.withdrawn_at)
                    if one.withdrawn_at and one.withdrawn_at <= film.at
                    else None,
                }
                for one in BiometricConsent.objects.filter(subject=subject, created_at__lte=film.at).order_by(
                    "given_at", "id"
                )
            ],
            "templates": BiometricTemplate.objects.filter(subject=subject, created_at__lte=film.at).count(),
            "originals": LikenessAsset.objects.filter(subject=subject, created_at__lte=film.at).count(),
        }
        for pk, subject in sorted(subjects.items())
    ]
    runs = []
    for run in RetentionRun.objects.filter(created_at__lte=film.at).order_by("created_at", "id"):
        mine = [one for one in run.destroyed if one["subject"] in subjects]
        if mine:
            runs.append({"at": moment(run.created_at), "destroyed": mine})
    last = RetentionRun.objects.filter(created_at__lte=film.at).order_by("-created_at").first()
    gaps = []
    if subjects and last is None:
        gaps.append(gap("last_run", "A run of the retention schedule: none is on record.", ENGINEER))
    return {
        **film.head("retention-report", "Retention report"),
        "schedule": film.production.organisation.schedule_address,
        "last_run": moment(last.created_at) if last else None,
        "people": people,
        "runs": runs,
        "gaps": gaps,
    }


def retention_parts(document: dict[str, Any]) -> list[dict[str, Any]]:
    people = [
        [
            one["subject"]["name"],
            str(one["templates"]),
            str(one["originals"]),
            "; ".join(
                f"{row['modality']}: until {sheets.moment(row['destroy_by'])}"
                + (f", withdrawn {sheets.moment(row['withdrawn_at'])}" if row["withdrawn_at"] else "")
                for row in one["releases"]
            )
            or "no release on record",
        ]
        for one in document["people"]
    ]
    runs = [
        [
            sheets.moment(one["at"]),
            str(sum(row["templates"] for row in one["destroyed"])),
            ", ".join(sorted({row["why"] for row in one["destroyed"]})),
        ]
        for one in document["runs"]
    ]
    return [
        sheets.part(
            "Biometrics of people in the film",
            *sheets.table(
                ["Person", "Measurements held", "Originals held", "Releases"],
                [3, 2, 2, 6],
                people,
                "Nobody registered is in the film.",
                numbers=(1, 2),
            ),
        ),
        sheets.part(
            "What was destroyed of theirs", *sheets.table(["Run", "Measurements", "Why"], [4, 3, 5], runs, "Nothing.")
        ),
        sheets.part(
            "The schedule",
            sheets.facts(
                ("Published at", document["schedule"]),
                ("Last run", sheets.moment(document["last_run"]) or "none on record"),
            ),
        ),
    ]

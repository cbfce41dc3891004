"""Uses of likenesses: noted under the grant that allowed them, while that grant is held."""

from collections.abc import Iterable, Sequence

from django_site.apps.audits.models import PERSON_KINDS, Audit
from django_site.apps.audits.people_facts import subjects_of
from django_site.apps.likeness.compensation import compensation_record
from django_site.apps.likeness.models import ConsentGrant, GrantState, UseEvent, UseKind
from django_site.apps.likeness.selectors import grant_nearest, grants_by_subject
from django_site.apps.productions.models import Cut, Take
from django_site.apps.productions.voices import voice_spans


def consents_hold(audit: Audit) -> None:
    """Lock the grants of everybody in what was audited until the decision is committed: whoever withdraws one meanwhile
    waits, and then finds a take or cut that was cleared, instead of missing one that is about to be."""
    held = ConsentGrant.objects.select_for_update().filter(subject__in=subjects_of(audit)).order_by("pk")
    list(held.values_list("pk", flat=True))


def uses_record(*, audit: Audit, kind: UseKind, take: Take | None = None, cut: Cut | None = None) -> list[UseEvent]:
    """One use for each registered person whom the audit found or the shots cast, under the grant that allowed it."""
    made = []
    production = audit.production
    spans: dict[str, list] = {}
    for finding in audit.findings.filter(kind__in=PERSON_KINDS, subject__isnull=False).order_by("start"):
        spans.setdefault(str(finding.subject_id), []).append([finding.kind, float(finding.start), float(finding.end)])
    for subject_id, where in _cast_spans(take=take, cut=cut).items():
        spans.setdefault(subject_id, where)
    grants = grants_by_subject(spans)
    for subject_id, where in spans.items():
        standing = [grant for grant in grants.get(subject_id, []) if grant.state == GrantState.ACTIVE]
        grant = grant_nearest(standing, production, modality=where[0][0])
        if grant is None or str(production.pk) not in grant.scope["projects"]:
            continue
        use, created = UseEvent.objects.get_or_create(
            grant=grant,
            take=take,
            cut=cut,
            defaults={
                "subject_id": subject_id,
                "production_id": production.pk,
                "kind": kind,
                "seconds": round(seconds_covered([span[1:] for span in where]), 3),
                "spans": where,
                "territories": production.territories if kind == UseKind.RELEASE else [],
            },
        )
        if created:
            compensation_record(use=use)
            made.append(use)
    return made


def seconds_covered(spans: Iterable[Sequence[float]]) -> float:
    """Seconds that any of the spans covers: whoever is seen and heard at once is used once."""
    covered, reached = 0.0, -1.0
    for start, end in sorted((float(span[0]), float(span[1])) for span in spans):
        covered += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return covered


def _cast_spans(*, take: Take | None, cut: Cut | None) -> dict[str, list]:
    """Where the makers say that somebody is: the whole take, or their shots' stretches of the cut and their lines in it."""
    spans: dict[str, list] = {}
    if take is not None:
        for subject_id in take.shot.cast or []:
            spans[subject_id] = [["face", 0.0, float(take.duration)]]
    elif cut is not None:
        for subject_id, where in voice_spans(cut).items():
            spans.setdefault(subject_id, []).extend(where)
        for item in cut.items.select_related("take__shot").order_by("position"):
            for subject_id in item.take.shot.cast or []:
                if item.start is not None:
                    spans.setdefault(subject_id, []).append(["face", float(item.start), float(item.end)])
    return spans

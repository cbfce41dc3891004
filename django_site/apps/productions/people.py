"""Reading who is in a production: people with grants for it, people it casts, people it shows and nobody knows."""

from dataclasses import dataclass

from django.db.models import QuerySet

from django_site.apps.audits.models import UnknownFace
from django_site.apps.likeness.models import ApprovalState, ConsentGrant, GrantState, Subject, UseApproval
from django_site.apps.likeness.scope import grant_sentence
from django_site.apps.productions.models import Production
from django_site.apps.productions.selectors import shots_current

#: Grants that say something about a production, be it that they once did.
_SAID = [GrantState.NOTICED, GrantState.SIGNED, GrantState.ACTIVE, GrantState.SUSPENDED, GrantState.DISPUTED]


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person of a production: their newest grant for it, the shots that cast them, what they were asked."""

    subject: Subject
    grant: ConsentGrant | None
    sentence: str
    shots: tuple
    approvals: tuple[UseApproval, ...]

    @property
    def waiting(self) -> int:
        return sum(one.state == ApprovalState.REQUESTED for one in self.approvals)


def _grants(production: Production) -> dict[str, ConsentGrant]:
    """The newest grant of each person that names the production, one in force before all others."""
    chosen: dict[str, ConsentGrant] = {}
    naming = ConsentGrant.objects.filter(state__in=_SAID, scope__icontains=str(production.pk))
    for grant in naming.select_related("subject").order_by("created_at"):
        key = str(grant.subject_id)
        if str(production.pk) not in grant.scope["projects"]:
            continue
        held = chosen.get(key)
        if held is None or held.state != GrantState.ACTIVE or grant.state == GrantState.ACTIVE:
            chosen[key] = grant
    return chosen


def subjects_castable(production: Production) -> QuerySet[Subject]:
    """People whose grant names the production, in force or about to be; and those whom its shots cast already."""
    cast = {subject_id for shot in shots_current(production) for subject_id in shot.cast or []}
    return Subject.objects.filter(pk__in={*_grants(production), *cast}).order_by("legal_name", "pk")


def people_of(production: Production) -> list[PersonLine]:
    """Everybody registered who has to do with the production, by name."""
    grants = _grants(production)
    shots: dict[str, list] = {}
    for shot in shots_current(production):
        for subject_id in shot.cast or []:
            shots.setdefault(subject_id, []).append(shot)
    asked: dict[str, list[UseApproval]] = {}
    for approval in production.use_approvals.select_related("scene", "shot").order_by("-created_at"):
        asked.setdefault(str(approval.subject_id), []).append(approval)
    subjects = Subject.objects.filter(pk__in={*grants, *shots, *asked}).order_by("legal_name", "pk")
    titles = {str(production.pk): production.title}
    lines = []
    for subject in subjects:
        key = str(subject.pk)
        grant = grants.get(key)
        lines.append(
            PersonLine(
                subject=subject,
                grant=grant,
                sentence=grant_sentence(grant, projects=titles) if grant else "",
                shots=tuple(shots.get(key, ())),
                approvals=tuple(asked.get(key, ())),
            )
        )
    return lines


def unknown_faces_of(production: Production) -> list[UnknownFace]:
    """People nobody knows in the newest audit of each cut and imported file, those to be cleared first."""
    newest: dict[str, list[UnknownFace]] = {}
    faces = UnknownFace.objects.filter(audit__production=production).select_related(
        "audit__cut", "audit__take__shot", "audit__imported", "picture", "cleared_by"
    )
    for face in faces.order_by("audit__created_at", "number"):
        audit = face.audit
        target = str(audit.cut_id or audit.take_id or audit.imported_id)
        if newest.get(target) and newest[target][0].audit_id != audit.pk:
            newest[target] = []
        newest.setdefault(target, []).append(face)
    return sorted((face for found in newest.values() for face in found), key=lambda face: face.cleared_at is not None)

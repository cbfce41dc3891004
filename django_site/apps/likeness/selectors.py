"""Reading subjects, grants and uses."""

from collections.abc import Hashable, Iterable

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from auditor.policy import RegisteredName
from django_site.apps.accounts.models import REVIEWING_ROLES, Role, User
from django_site.apps.likeness.models import (
    BiometricConsent,
    BiometricTemplate,
    Claim,
    ConsentGrant,
    GrantState,
    Representative,
    Subject,
    UseApproval,
    UseEvent,
)

#: States of a grant in which the person has not said yes.
NOT_SAID = [GrantState.DRAFTED, GrantState.NOTICED, GrantState.DECLINED]


def subjects_visible_to(user: User) -> QuerySet[Subject]:
    """The person's own record, those that they speak for, and those of organisations for which they review."""
    if not user.is_authenticated:
        return Subject.objects.none()
    reviews_for = user.memberships.filter(role__in=REVIEWING_ROLES).values("organisation")
    return Subject.objects.filter(
        Q(user=user) | Q(organisation__in=reviews_for) | Q(pk__in=powers_of(user).values("subject"))
    )


def subjects_nameable_by(user: User) -> QuerySet[Subject]:
    """Whom the person may see, and whose name they may know because they produce for the organisation that registered them:
    enough to offer a grant, no more."""
    if not user.is_authenticated:
        return Subject.objects.none()
    produces_for = user.memberships.filter(role=Role.PRODUCER).values("organisation")
    return Subject.objects.filter(Q(pk__in=subjects_visible_to(user).values("pk")) | Q(organisation__in=produces_for))


def powers_of(user: User) -> QuerySet[Representative]:
    """The person's powers to speak for others that stand today, their proof checked: the same rule as
    ``permissions.representing``, for all subjects at once."""
    today = timezone.localdate()
    held = Representative.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=today),
        user=user,
        proof_checked_at__isnull=False,
        ended_at__isnull=True,
        starts_on__lte=today,
    )
    of_minors = Q(subject__living="minor") & (Q(subject__of_age_on__isnull=True) | Q(subject__of_age_on__gt=today))
    return held.exclude(Q(kind="guardian") & ~of_minors).exclude(Q(kind="estate") & ~Q(subject__living="deceased"))


def proofs_to_read(user: User) -> QuerySet[Representative]:
    """Powers that wait for the legal side to read their proof, the oldest first; never one's own."""
    reviews_for = user.memberships.filter(role__in=REVIEWING_ROLES).values("organisation")
    return (
        Representative.objects.filter(
            subject__organisation__in=reviews_for,
            proof__isnull=False,
            proof_checked_at__isnull=True,
            ended_at__isnull=True,
        )
        .exclude(user=user)
        .select_related("subject", "user")
        .order_by("created_at", "id")
    )


def uses_visible_to(user: User) -> QuerySet[UseEvent]:
    """Uses of the people whom the person may see."""
    return UseEvent.objects.filter(subject__in=subjects_visible_to(user))


def claims_visible_to(user: User) -> QuerySet[Claim]:
    """Claims of the people whom the person may see."""
    return Claim.objects.filter(subject__in=subjects_visible_to(user))


def grants_of(subject: Subject) -> QuerySet[ConsentGrant]:
    """Every version of every grant, newest first."""
    return subject.grants.order_by("-created_at")


def uses_of(subject: Subject) -> QuerySet[UseEvent]:
    """Every use, newest first, with the production it was for."""
    return subject.uses.select_related("production", "grant", "take", "cut").order_by("-created_at")


def templates_usable() -> QuerySet[BiometricTemplate]:
    """Templates that may be compared today: consent stands, the key exists, and their day has not come."""
    return BiometricTemplate.objects.filter(
        consent__withdrawn_at__isnull=True, key__destroyed_at__isnull=True, destroy_by__gt=timezone.now()
    ).select_related("key")


def templates_fingerprint() -> Hashable:
    """Changes whenever the set of usable templates does."""
    summary = templates_usable().aggregate(count=Count("pk"), newest=Max("created_at"))
    return (summary["count"], summary["newest"], BiometricConsent.objects.aggregate(last=Max("withdrawn_at"))["last"])


def subject_labels() -> dict[str, str]:
    """The name that findings show, by subject id."""
    return {str(subject.pk): subject.display_name for subject in Subject.objects.all()}


def registered_names() -> list[RegisteredName]:
    """Everybody registered, by the names that a text might use."""
    return [
        RegisteredName(
            subject_id=str(subject.pk),
            display_name=subject.display_name,
            names=tuple(dict.fromkeys(name for name in (subject.legal_name, subject.stage_name) if name)),
            aliases=tuple(subject.aliases),
        )
        for subject in Subject.objects.all().order_by("pk")
    ]


def grants_by_subject(subject_ids: Iterable) -> dict[str, list[ConsentGrant]]:
    """Every grant that was ever put before each person, with its signature."""
    found: dict[str, list[ConsentGrant]] = {}
    grants = ConsentGrant.objects.filter(subject__in=list(subject_ids)).exclude(state__in=NOT_SAID)
    for grant in grants.select_related("signature").order_by("created_at"):
        found.setdefault(str(grant.subject_id), []).append(grant)
    return found


def grant_nearest(grants: Iterable[ConsentGrant], production, *, modality: str) -> ConsentGrant | None:
    """The grant that speaks for this production: an active one that names it and covers the modality if there is one,
    else what came nearest, so that the decision can say which grant that was."""

    def nearness(grant: ConsentGrant) -> tuple:
        names_it = str(production.pk) in grant.scope.get("projects", [])
        covers = modality in grant.scope.get("modalities", [])
        uses = production.use in grant.scope.get("uses", [])
        return (names_it, grant.state == GrantState.ACTIVE, covers, uses, grant.version, grant.created_at)

    return max(grants, key=nearness, default=None)


def approvals_for(subject_ids: Iterable, production) -> list[UseApproval]:
    """What each person was asked about this production, newest first."""
    asked = UseApproval.objects.filter(subject__in=list(subject_ids), production=production)
    return list(asked.select_related("grant").order_by("-created_at"))


def refused_elsewhere(subjects: Iterable[Subject], production) -> dict[str, str]:
    """Why another registry that the studio asks says no, by subject id. Only a no counts: a yes elsewhere is none here."""
    from django_site.apps.likeness.registries import refusals

    return refusals(subjects, production)

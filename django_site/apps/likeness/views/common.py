"""What every page about a person begins with: who it is, and as what the visitor stands before it."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.likeness.models import ConsentGrant, Subject
from django_site.apps.likeness.selectors import powers_of, subjects_visible_to


def subject_for(user: User, subject_id: UUID, permission: str = "likeness.view") -> Subject:
    """The subject, if the person may see them (else 404) and has the permission (else 403)."""
    subject = get_object_or_404(subjects_visible_to(user).select_related("organisation", "user"), pk=subject_id)
    require(user, permission, subject)
    return subject


def stand(request: HttpRequest, subject: Subject, **more: Any) -> dict[str, Any]:
    """The context of a page about a person: ``own`` for themselves, ``acting`` is the power under which somebody speaks for
    them, ``mine`` whether the visitor may sign, ``stops`` whether they may stop, ``legal`` whether they answer."""
    user = request.user
    own = subject.user_id == user.pk
    return {
        "subject": subject,
        "own": own,
        "acting": None if own else powers_of(user).filter(subject=subject).order_by("-may_sign", "created_at").first(),
        "mine": user.has_perm("likeness.grant", subject),
        "stops": user.has_perm("likeness.stop", subject),
        "legal": user.has_perm("likeness.answer", subject),
        **more,
    }


def grant_for(user: User, grant_id: UUID) -> ConsentGrant:
    """A grant that the person may read: of somebody whom they may see, one that they offered, or one that names a production
    of theirs. For everybody else there is none: 404."""
    grants = ConsentGrant.objects.select_related(
        "subject__organisation", "subject__user", "signed_by", "offered_by", "signature__signed_by", "strike"
    )
    grant = get_object_or_404(grants, pk=grant_id)
    if subjects_visible_to(user).filter(pk=grant.subject_id).exists():
        return grant
    if grant.offered_by_id == user.pk or produced_in(user, grant):
        return grant
    raise Http404("no such grant")


def produced_in(user: User, grant: ConsentGrant) -> set[str]:
    """The productions that the grant names and the person produces."""
    return set(grant.scope["projects"]) & produced_by(user)


def produced_by(user: User) -> set[str]:
    """The productions that the person produces."""
    mine = user.production_memberships.filter(role="producer").values_list("production", flat=True)
    return {str(pk) for pk in mine}

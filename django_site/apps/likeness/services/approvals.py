"""Asking a person for one use within their grant: for the production, a scene or a shot."""

from django.db import transaction
from django.utils import timezone

from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.likeness.models import ApprovalState, ConsentGrant, GrantState, UseApproval
from django_site.apps.productions.models import Production, Scene, Shot
from django_site.apps.provenance.services.ledger import ledger_append
from django_site.errors import InputError, WrongStateError


def approval_request(
    *,
    grant: ConsentGrant,
    production: Production,
    description: str,
    by: User,
    character: str = "",
    scene: Scene | None = None,
    shot: Shot | None = None,
) -> UseApproval:
    """Ask the person. ``description`` is what they would be shown or heard doing, in plain words."""
    require(by, "productions.change", production)
    if str(production.pk) not in grant.scope["projects"]:
        raise InputError(f"the grant of {grant.subject} does not name {production}; offer a grant that does first")
    if grant.state not in (GrantState.SIGNED, GrantState.ACTIVE):
        raise WrongStateError(f"the grant of {grant.subject} is {grant.get_state_display().lower()}")
    if len(description.strip()) < 10:
        raise InputError("say what they would be shown or heard doing, in a sentence")
    return UseApproval.objects.create(
        subject=grant.subject,
        grant=grant,
        production=production,
        scene=None if shot is not None else scene,
        shot=shot,
        character=character.strip(),
        description=description.strip(),
        requested_by=by,
    )


def approval_decide(*, approval: UseApproval, approve: bool, by: User, reason: str = "") -> UseApproval:
    """The person says yes or no."""
    require(by, "likeness.grant", approval.subject)
    if not approve and not reason.strip():
        raise InputError("say why not, in a few words: the producer reads it")
    to = ApprovalState.APPROVED if approve else ApprovalState.DECLINED
    return _move(approval, {ApprovalState.REQUESTED}, to, by, reason)


def approval_take_back(*, approval: UseApproval, by: User, reason: str) -> UseApproval:
    """Take a yes back: what was made under it is looked at again."""
    from django_site.apps.audits.services.repeating import audits_repeat_for_subject

    require(by, "likeness.stop", approval.subject)
    if not reason.strip():
        raise InputError("say why, in a few words: the producer reads it")
    with transaction.atomic():
        moved = _move(approval, {ApprovalState.APPROVED}, ApprovalState.WITHDRAWN, by, reason)
        audits_repeat_for_subject(subject=approval.subject)
    return moved


@transaction.atomic
def _move(approval: UseApproval, came_from: set[str], to: ApprovalState, by: User, reason: str) -> UseApproval:
    moved = UseApproval.objects.filter(pk=approval.pk, state__in=came_from)
    if not moved.update(state=to, decided_by=by, decided_at=timezone.now(), reason=reason.strip()):
        raise WrongStateError("this was answered already; open your page again")
    approval.refresh_from_db()
    ledger_append(
        kind=f"use_{to}",
        event={"approval": approval.pk, "grant": approval.grant.grant, "by": by.pseudonym},
    )
    return approval

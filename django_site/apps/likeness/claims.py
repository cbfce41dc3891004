"""Claims: a person contests a use in three steps; the legal side answers with reasons, in time.

While a claim is looked at the person may ask that nothing new is made under the grant: it is then disputed, and what was
cleared under it is audited again. The answer says what becomes of it.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.audits.models import Finding
from django_site.apps.likeness.lifecycle import grant_move
from django_site.apps.likeness.models import (
    Claim,
    ClaimKind,
    ClaimState,
    ConsentGrant,
    GrantChange,
    GrantState,
    Strike,
    Subject,
    UseEvent,
)
from django_site.apps.likeness.scope import scope_of
from django_site.apps.likeness.services.grants import grant_ended, grant_revoke
from django_site.apps.productions.models import Production
from django_site.apps.provenance.services.ledger import ledger_append
from django_site.errors import InputError, NotAllowedError, WrongStateError

#: How long the legal side has: a month is what GDPR art. 12(3) allows at most; a film moves faster.
DUE_IN = timedelta(days=10)
#: What becomes of a disputed grant once the claim is upheld.
REMEDIES = ("revoke", "suspend")


def claim_raise(
    *,
    subject: Subject,
    kind: ClaimKind,
    text: str,
    by: User,
    wanted: str = "",
    use: UseEvent | None = None,
    finding: Finding | None = None,
    grant: ConsentGrant | None = None,
    production: Production | None = None,
    stop_new_uses: bool = False,
    at: datetime | None = None,
) -> Claim:
    """Contest a use, a grant or a whole production. ``stop_new_uses`` disputes the grant until there is an answer.

    Raises ``InputError`` for something that isn't the person's own, and where there is nothing that could be stopped.
    """
    require(by, "likeness.stop", subject)
    if len(text.strip()) < 10:
        raise InputError("say what is wrong, in a sentence: the legal side reads it")
    if use is not None:
        grant, production = grant or use.grant, use.production
    if finding is not None:
        production = production or finding.audit.production
    for thing in (use, finding, grant):
        if thing is not None and thing.subject_id != subject.pk:
            raise InputError("a claim can be made about uses and grants of the same person only")
    if stop_new_uses and grant is not None:
        grant = version_in_force(grant) or grant
    if stop_new_uses and grant is None:
        raise InputError("nothing can be stopped without a grant: choose the use or the grant that it is about")
    now = at or timezone.now()
    with transaction.atomic():
        claim = Claim.objects.create(
            subject=subject,
            kind=ClaimKind(kind),
            text=text.strip(),
            wanted=wanted.strip(),
            use=use,
            finding=finding,
            grant=grant,
            production=production,
            raised_by=by,
            due_at=now + DUE_IN,
        )
        ledger_append(
            kind="claim_raised",
            event={
                "claim": claim.pk,
                "subject": subject.pk,
                "grant": grant.grant if grant else None,
                "use": use.pk if use else None,
                "by": by.pseudonym,
            },
        )
        if stop_new_uses and grant is not None:
            _dispute(grant, claim, by)
    return claim


def version_in_force(grant: ConsentGrant) -> ConsentGrant | None:
    """The version of a grant that a claim can stop: a use may rest on one that another has replaced since."""
    stoppable = (GrantState.ACTIVE, GrantState.SUSPENDED, GrantState.DISPUTED)
    versions = ConsentGrant.objects.filter(grant=grant.grant, subject=grant.subject_id, state__in=stoppable)
    return versions.order_by("-version").first()


def _dispute(grant: ConsentGrant, claim: Claim, by: User) -> None:
    grant.refresh_from_db()
    if grant.state == GrantState.DISPUTED:
        return  # another claim stopped it already
    if grant.state not in (GrantState.ACTIVE, GrantState.SUSPENDED):
        raise WrongStateError(
            f"this grant is {grant.get_state_display().lower()}: nothing new can be made under it, so there is nothing to "
            "stop; raise the claim without stopping"
        )
    why = f"A claim of {claim.created_at:%d %B %Y} is being looked at."
    grant_move(grant, GrantState.DISPUTED, by=by, reason=why)
    grant_ended(grant, by=by, how=f"{grant.subject} disputes the grant that this film relied on.")


def claim_answer(*, claim: Claim, uphold: bool, answer: str, by: User, remedy: str = "revoke") -> Claim:
    """Answer with reasons. Upheld, a disputed grant ends (``revoke``) or stays stopped until the person lets it go on
    (``suspend``); rejected, it goes on as before.

    Raises ``NotAllowedError`` for whoever raised it, ``WrongStateError`` where it was answered already.
    """
    require(by, "likeness.answer", claim.subject)
    if by.pk == claim.raised_by_id:
        raise NotAllowedError("whoever raised a claim does not answer it; ask another reviewer")
    if len(answer.strip()) < 10:
        raise InputError("give the reasons, in a sentence or more: the person reads them")
    if uphold and remedy not in REMEDIES:
        raise InputError("say what becomes of the grant: it ends, or it stays stopped")
    with transaction.atomic():
        _close(claim, ClaimState.UPHELD if uphold else ClaimState.REJECTED, by, answer)
        _undispute(claim, by, upheld=uphold, remedy=remedy)
    return claim


def claim_take_back(*, claim: Claim, by: User, reason: str = "") -> Claim:
    """The person takes the claim back; what it stopped goes on."""
    require(by, "likeness.stop", claim.subject)
    with transaction.atomic():
        _close(claim, ClaimState.TAKEN_BACK, by, reason)
        _undispute(claim, by, upheld=False)
    return claim


def _close(claim: Claim, to: ClaimState, by: User, answer: str) -> None:
    open_claim = Claim.objects.filter(pk=claim.pk, state=ClaimState.OPEN)
    if not open_claim.update(state=to, answer=answer.strip(), answered_by=by, answered_at=timezone.now()):
        raise WrongStateError("this claim was closed already; open its page again")
    claim.refresh_from_db()
    ledger_append(
        kind=f"claim_{to}", event={"claim": claim.pk, "subject": claim.subject_id, "by": by.pseudonym}
    )  # the reasons stay out of it: they name people


def _undispute(claim: Claim, by: User, *, upheld: bool, remedy: str = "") -> None:
    """Bring a disputed grant where the answer wants it, unless another open claim still holds it."""
    grant = claim.grant
    if grant is None:
        return
    grant.refresh_from_db()
    if grant.state != GrantState.DISPUTED:
        return
    if upheld:
        why = f"The claim of {claim.created_at:%d %B %Y} was upheld."
        if remedy == "revoke":
            grant_revoke(grant=grant, by=by, reason=why)
        else:
            grant_move(grant, GrantState.SUSPENDED, by=by, reason=why)
        return
    if Claim.objects.filter(grant=grant, state=ClaimState.OPEN).exists():
        return
    before = GrantChange.objects.filter(grant=grant, to=GrantState.DISPUTED).order_by("-created_at", "-id").first()
    strike = _strike_over(grant)
    if strike is not None:
        grant_move(grant, GrantState.SUSPENDED, by=by, reason=f"{strike.union} is on strike.", strike=strike)
    elif before is not None and before.came_from == GrantState.SUSPENDED:
        grant_move(grant, GrantState.SUSPENDED, by=by, reason="It was suspended before the claim.")
    else:
        grant_move(grant, GrantState.ACTIVE, by=by)
        _audit_again(grant)


def _strike_over(grant: ConsentGrant) -> Strike | None:
    """The strike that rests the grant today, declared before or while the claim was open."""
    union = grant.subject.union
    if not union or not scope_of(grant)["strike_suspends"]:
        return None
    return Strike.objects.filter(union=union, ended_at__isnull=True).first()


def _audit_again(grant: ConsentGrant) -> None:
    from django_site.apps.audits.services.repeating import audits_repeat_for_subject

    audits_repeat_for_subject(subject=grant.subject)

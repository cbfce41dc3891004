"""Grants: offered, read, signed, stopped. What changes goes through ``lifecycle.grant_move`` and nowhere else."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from auditor.canonical import sha256_json
from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import representing, require
from django_site.apps.likeness.compensation import scan_record
from django_site.apps.likeness.lifecycle import UNION_NOTICE, grant_move
from django_site.apps.likeness.models import (
    STANDING,
    ConsentGrant,
    GrantChange,
    GrantSignature,
    GrantState,
    Subject,
)
from django_site.apps.likeness.scope import check_scope, grant_lines_plain, narrows
from django_site.apps.productions.models import Production
from django_site.apps.provenance.services.ledger import ledger_append, ledger_head_sign
from django_site.errors import InputError, WrongStateError


@dataclass(frozen=True, slots=True)
class Signing:
    """Where a signature came from, as the server saw it: address, browser, how the person was known, and whether the
    limits stood on the screen in full and apart."""

    address: str | None = None
    user_agent: str = ""
    authenticated_by: str = "password"
    conspicuous: bool = True


def text_sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def shown_sha256(*, text: str, summary: str, scope: dict, starts: datetime, ends: datetime | None) -> str:
    """Over everything that stands before the person: legal text, plain sentences, scope and term (RFC 8785, SHA-256)."""
    return sha256_json(
        {
            "text": text,
            "summary": summary,
            "scope": scope,
            "starts": starts.isoformat(),
            "ends": ends.isoformat() if ends else None,
        }
    )


@transaction.atomic
def grant_draft(
    *,
    subject: Subject,
    scope: dict,
    text: str,
    by: User,
    starts: datetime | None = None,
    ends: datetime | None = None,
    amends: ConsentGrant | None = None,
) -> ConsentGrant:
    """Write down a grant: its limits for machines, its text for the person. ``amends`` makes a newer version of one.

    The person who is to sign may draft too: that is how they limit or amend what they gave. Raises ``InputError``.
    """
    if not by.has_perm("likeness.grant", subject):
        require(by, "likeness.enrol", subject.organisation)
    check_scope(scope)
    if not text.strip():
        raise InputError("a grant needs the text that the person will read and sign")
    now = timezone.now()
    starts = starts or now
    if ends is not None and ends <= starts:
        raise InputError(
            f"the grant would end on {ends.date().isoformat()}, before it starts on {starts.date().isoformat()}; "
            "choose a later end"
        )
    if ends is not None and ends <= now:
        raise InputError(f"the grant would have ended on {ends.date().isoformat()} already; choose a later end")
    versions = {}
    if amends is not None:
        if amends.subject_id != subject.pk:
            raise InputError("a grant can be amended only for the person who gave it")
        last = ConsentGrant.objects.filter(grant=amends.grant).aggregate(last=Max("version"))["last"]
        versions = {"grant": amends.grant, "version": last + 1}
    summary = _summary(scope, starts, ends)
    grant = ConsentGrant.objects.create(
        subject=subject,
        scope=scope,
        text=text,
        text_sha256=text_sha256(text),
        summary=summary,
        shown_sha256=shown_sha256(text=text, summary=summary, scope=scope, starts=starts, ends=ends),
        starts=starts,
        ends=ends,
        offered_by=by,
        changed_at=now,
        **versions,
    )
    GrantChange.objects.create(grant=grant, to=GrantState.DRAFTED, by=by)
    return grant


def _summary(scope: dict, starts: datetime, ends: datetime | None) -> str:
    wanted = scope["projects"]
    found = Production.objects.filter(pk__in=[project for project in wanted if _is_uuid(project)])
    titles = {str(pk): title for pk, title in found.values_list("pk", "title")}
    lines = grant_lines_plain(scope, starts=starts, ends=ends, projects=titles)
    return "\n".join(f"{topic}: {sentence}" for topic, sentence in lines)


def _is_uuid(text: str) -> bool:
    from uuid import UUID

    try:
        UUID(text)
    except ValueError:
        return False
    return True


def notice_of(subject: Subject) -> timedelta:
    """How long the person has to think before they can sign: 48 hours where a union agreement asks for it."""
    return UNION_NOTICE if subject.union else timedelta(0)


@transaction.atomic
def grant_notice(*, grant: ConsentGrant, by: User, at: datetime | None = None) -> ConsentGrant:
    """Put the grant before the person; the notice counts from here. A person who only narrows what they signed before needs
    no new notice: what is meant to be done was put before them then."""
    own = by.has_perm("likeness.grant", grant.subject)
    if not own:
        require(by, "likeness.enrol", grant.subject.organisation)
    now = at or timezone.now()
    earlier = _narrowed(grant) if own else None
    if earlier is not None:
        noticed = min(earlier.noticed_at or now, now)
        return grant_move(grant, GrantState.NOTICED, by=by, noticed_at=noticed, may_sign_from=now)
    return grant_move(grant, GrantState.NOTICED, by=by, noticed_at=now, may_sign_from=now + notice_of(grant.subject))


def _narrowed(grant: ConsentGrant) -> ConsentGrant | None:
    """The newest signed version that this one narrows and does nothing else to."""
    signed = ConsentGrant.objects.filter(grant=grant.grant, version__lt=grant.version, signed_at__isnull=False)
    earlier = signed.order_by("-version").first()
    if earlier is None or not narrows(grant.scope, earlier.scope):
        return None
    # Terms are read, and set, in days: the last second of the same day is no longer term.
    longer = earlier.ends is not None and (grant.ends is None or grant.ends.date() > earlier.ends.date())
    return None if longer else earlier


@transaction.atomic
def grant_offer(**fields) -> ConsentGrant:
    """Draft a grant and put it before the person at once."""
    grant = grant_draft(**fields)
    return grant_notice(grant=grant, by=fields["by"])


@transaction.atomic
def grant_sign(
    *, grant: ConsentGrant, by: User, text_sha256_seen: str, shown_sha256_seen: str = "", signing: Signing | None = None
) -> ConsentGrant:
    """The person (or who may sign for them) signs exactly what they saw. The grant is in force once it starts, and replaces
    the versions before it then.

    Raises ``InputError`` where the words on the screen are not those of the grant, ``WrongStateError`` within the notice.
    """
    subject = grant.subject
    require(by, "likeness.grant", subject)
    if text_sha256_seen != grant.text_sha256 or shown_sha256_seen not in ("", grant.shown_sha256):
        raise InputError("the text on your screen is not the text of this grant; open it again and read it")
    now = timezone.now()
    if grant.state == GrantState.DRAFTED:
        raise WrongStateError("this grant was not put before you yet; wait until it is offered")
    if grant.may_sign_from is not None and now < grant.may_sign_from:
        when = timezone.localtime(grant.may_sign_from).strftime("%d %B %Y, %H:%M")
        raise WrongStateError(f"you have until {when} to think it over; nobody can sign before")
    if grant.ends is not None and grant.ends <= now:
        raise WrongStateError("the term of this grant is over; ask for a newer version")
    newer = ConsentGrant.objects.filter(grant=grant.grant, version__gt=grant.version, state__in=STANDING)
    if newer.exists():
        raise WrongStateError("a newer version of this grant was signed already; ask for another one to change that")
    signing = signing or Signing()
    role, power = _signs_as(by, subject)
    _require_state(grant, GrantState.NOTICED)
    GrantSignature.objects.create(
        grant=grant,
        signed_by=by,
        role=role,
        representative=power,
        text_sha256=grant.text_sha256,
        shown_sha256=grant.shown_sha256,
        address=signing.address,
        user_agent=signing.user_agent[:300],
        authenticated_by=signing.authenticated_by,
        conspicuous=signing.conspicuous,
    )
    grant_move(grant, GrantState.SIGNED, by=by, signed_at=now, signed_by=by)
    signature = grant.signature
    ledger_append(
        kind="grant_signature",
        event={
            "grant": grant.grant,
            "version": grant.version,
            "signature_sha256": sha256_json(signature_document(signature)),
            "by": by.pseudonym,
            "as": role,
        },
    )
    if grant.starts <= now:
        _begin(grant, by=by)
    scan_record(subject=subject)
    ledger_head_sign()
    return grant


def _begin(grant: ConsentGrant, *, by: User | None) -> None:
    """A signed grant comes into force and takes the place of the versions before it; until then those stand."""
    older = ConsentGrant.objects.filter(grant=grant.grant, version__lt=grant.version, state__in=STANDING)
    for version in older.order_by("version"):
        grant_move(version, GrantState.AMENDED, by=by, reason=f"Replaced by version {grant.version}.")
    grant_move(grant, GrantState.ACTIVE, by=by)
    _look_again(grant)


def signature_document(signature: GrantSignature) -> dict:
    """A signature as the document whose digest stands in the ledger."""
    return {
        "grant": str(signature.grant.grant),
        "version": signature.grant.version,
        "signed_by": signature.signed_by.pseudonym,
        "role": signature.role,
        "representative": str(signature.representative_id) if signature.representative_id else None,
        "text_sha256": signature.text_sha256,
        "shown_sha256": signature.shown_sha256,
        "address": signature.address,
        "user_agent": signature.user_agent,
        "authenticated_by": signature.authenticated_by,
        "conspicuous": signature.conspicuous,
        "at": signature.created_at.isoformat(),
    }


def _signs_as(by: User, subject: Subject):
    if subject.user_id == by.pk:
        return "self", None
    power = representing(by, subject).filter(may_sign=True).order_by("created_at").first()
    return power.kind, power


def _require_state(grant: ConsentGrant, *states: GrantState) -> None:
    grant.refresh_from_db()
    if grant.state not in states:
        raise WrongStateError("this grant was already signed, declined or withdrawn; open your page again")


def grant_decline(*, grant: ConsentGrant, by: User, reason: str) -> ConsentGrant:
    """Say no. The offer is over; what was in force before stays."""
    if not by.has_perm("likeness.grant", grant.subject):
        require(by, "likeness.stop", grant.subject)
    return grant_move(grant, GrantState.DECLINED, by=by, reason=_reason(reason))


def grant_suspend(*, grant: ConsentGrant, by: User, reason: str) -> ConsentGrant:
    """Stop new uses until further notice."""
    return _stop(grant, by, reason, GrantState.SUSPENDED, "likeness.stop")


def grant_withdraw(*, grant: ConsentGrant, by: User, reason: str) -> ConsentGrant:
    """End the grant for good, on the person's side. What was cleared under it is audited again; what was released goes to a
    person."""
    return _stop(grant, by, reason, GrantState.WITHDRAWN, "likeness.stop")


def grant_revoke(*, grant: ConsentGrant, by: User, reason: str) -> ConsentGrant:
    """Give the grant up, on the licensee's side, or end it because a claim was upheld."""
    return _stop(grant, by, reason, GrantState.REVOKED, "likeness.answer")


@transaction.atomic
def grant_resume(*, grant: ConsentGrant, by: User) -> ConsentGrant:
    """Let a suspended grant go on. One that a strike suspends waits for the end of the strike."""
    require(by, "likeness.grant", grant.subject)
    grant.refresh_from_db()
    if grant.strike_id is not None:
        raise WrongStateError(f"a strike of {grant.strike.union} suspends it; it goes on when the strike ends")
    if grant.state != GrantState.SUSPENDED:
        raise WrongStateError("only a suspended grant can go on")
    if grant.ends is not None and grant.ends <= timezone.now():
        raise WrongStateError("the term of this grant is over; ask for a newer version")
    grant_move(grant, GrantState.ACTIVE, by=by)
    _look_again(grant)
    return grant


def _reason(reason: str) -> str:
    if not reason.strip():
        raise InputError("say why, in a few words: those who relied on the grant will read it")
    return reason.strip()


def _stop(grant: ConsentGrant, by: User, reason: str, to: GrantState, permission: str) -> ConsentGrant:
    require(by, permission, grant.subject)
    reason = _reason(reason)
    with transaction.atomic():
        grant_move(grant, to, by=by, reason=reason)
        grant_ended(grant, by=by)
    return grant


def grant_ended(grant: ConsentGrant, *, by: User | None, how: str = "") -> None:
    """Withdrawn consent reaches everything: renders stop, what is pending is looked at again, what is out goes to a person.
    Called in the transaction of the change; ``how`` is what those who relied on the grant read."""
    from django_site.apps.likeness.reaching import consent_reach

    consent_reach(grant, by=by, how=how)


def _look_again(grant: ConsentGrant) -> None:
    """A grant that came into force may clear what was waiting for it, and a narrower version may stop what was cleared."""
    from django_site.apps.likeness.reaching import consent_reach

    consent_reach(grant, by=None)


def grants_expire(*, now: datetime | None = None) -> int:
    """Say of every grant whose term is over that it is, with all that follows; returns how many."""
    now = now or timezone.now()
    expired = 0
    over = ConsentGrant.objects.filter(state__in=STANDING, ends__lte=now)
    for grant in over.select_related("subject"):
        with transaction.atomic():
            try:
                grant_move(grant, GrantState.EXPIRED, by=None)
            except WrongStateError:
                continue  # another sweeper was first
            grant_ended(grant, by=None)
            expired += 1
    return expired


def grants_settle(*, now: datetime | None = None) -> int:
    """What time alone does to grants: the signed ones begin, those whose term is over end. Called by the sweeper."""
    now = now or timezone.now()
    settled = grants_expire(now=now)
    due = ConsentGrant.objects.filter(state=GrantState.SIGNED, starts__lte=now)
    for grant in due.select_related("subject").order_by("grant", "version"):
        try:
            with transaction.atomic():
                _begin(grant, by=None)
        except WrongStateError:
            continue  # another sweeper was first
        settled += 1
    return settled

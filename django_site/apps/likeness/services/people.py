"""Registering people, making sure who they are, and who may speak for them."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from django_site.apps.accounts.models import Organisation, User
from django_site.apps.accounts.permissions import require
from django_site.apps.audits.services.assets import asset_store
from django_site.apps.likeness.lifecycle import grant_move
from django_site.apps.likeness.models import (
    STANDING,
    GrantState,
    LivingState,
    Representative,
    RepresentativeKind,
    Subject,
)
from django_site.apps.likeness.scope import scope_of
from django_site.apps.provenance.services.ledger import ledger_append
from django_site.errors import InputError, WrongStateError

#: Proof is a scanned document: more than this is a film.
MAX_PROOF_BYTES = 20_000_000
_PROOFS = {b"%PDF-": "application/pdf", b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def subject_register(
    *,
    organisation: Organisation,
    legal_name: str,
    by: User,
    stage_name: str = "",
    aliases: Sequence[str] = (),
    living: LivingState = LivingState.LIVING,
    union: str = "",
    user: User | None = None,
    of_age_on: date | None = None,
    died_on: date | None = None,
) -> Subject:
    """Register a person whose likeness is to be protected; ``user`` if they sign in themselves."""
    require(by, "likeness.enrol", organisation)
    if not legal_name.strip():
        raise InputError("a person needs a legal name; it is what the grant is signed with")
    if living == LivingState.MINOR and of_age_on is None:
        raise InputError("say on which day the minor comes of age: from then on they sign for themselves")
    return Subject.objects.create(
        organisation=organisation,
        user=user,
        legal_name=legal_name.strip(),
        stage_name=stage_name.strip(),
        aliases=[alias.strip() for alias in aliases if alias.strip()],
        living=living,
        union=union.strip(),
        of_age_on=of_age_on,
        died_on=died_on,
    )


def subject_change(*, subject: Subject, by: User, **changes) -> Subject:
    """Change names, aliases or union. Raises ``InputError`` for anything else."""
    if unknown := sorted(set(changes) - {"stage_name", "aliases", "union", "user", "of_age_on"}):
        raise InputError(f"{unknown[0]} of a person can't be changed here")
    if not by.has_perm("likeness.stop", subject):  # the person may correct what others will look for
        require(by, "likeness.enrol", subject.organisation)
    for name, value in changes.items():
        setattr(subject, name, value)
    subject.save(update_fields=list(changes))
    return subject


def identity_verify(*, subject: Subject, method: str, by: User) -> Subject:
    """Note how the person's identity was made sure of; never the document itself."""
    require(by, "likeness.answer", subject)
    if not method.strip():
        raise InputError("say how the identity was made sure of, e.g. 'passport seen on a video call'")
    Subject.objects.filter(pk=subject.pk).update(
        identity_method=method.strip(), identity_verified_at=timezone.now(), identity_verified_by=by
    )
    subject.refresh_from_db()
    ledger_append(kind="identity_verified", event={"subject": subject.pk, "by": by.pseudonym})
    return subject


def subject_died(*, subject: Subject, died_on: date, by: User) -> Subject:
    """The person has died (Cal. Civ. Code § 3344.1; N.Y. Civ. Rights Law § 50-f): each grant goes as it says itself."""
    require(by, "likeness.answer", subject)
    if died_on > timezone.localdate():
        raise InputError(f"{died_on.isoformat()} lies in the future; check the date")
    with transaction.atomic():
        Subject.objects.filter(pk=subject.pk).update(living=LivingState.DECEASED, died_on=died_on)
        subject.refresh_from_db()
        for grant in subject.grants.filter(state__in=STANDING):
            instruction = scope_of(grant)["post_mortem"]
            if instruction == "continues":
                continue
            to = GrantState.TRANSFERRED if instruction == "estate" else GrantState.WITHDRAWN
            why = (
                "The person has died; the estate decides." if instruction == "estate" else "It ended with their death."
            )
            _ended(grant_move(grant, to, by=by, reason=why), by, why)
    return subject


def _ended(grant, by: User, why: str) -> None:
    from django_site.apps.likeness.services.grants import grant_ended

    grant_ended(grant, by=by, how=f"{grant.subject}: {why}")


def representative_add(
    *,
    subject: Subject,
    user: User,
    kind: RepresentativeKind,
    by: User,
    proof: Path | bytes | None = None,
    proof_kind: str = "",
    may_sign: bool = False,
    may_stop: bool = True,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Representative:
    """Put somebody forward to speak for a person. They may do nothing until another person has checked the proof.

    Raises ``InputError`` for a guardian, an estate or an agent without proof, and for proof that is no document.
    """
    if not by.has_perm("likeness.stop", subject):
        require(by, "likeness.enrol", subject.organisation)
    if proof is None or not proof_kind.strip():
        raise InputError(
            f"a {RepresentativeKind(kind).label.lower()} needs proof: a court order, probate, power of attorney or "
            "letter of authority as a PDF or picture, and a word on what it is; nothing was saved"
        )
    if kind == RepresentativeKind.GUARDIAN and subject.living != LivingState.MINOR:
        raise InputError(f"{subject} is not a minor; a guardian speaks for minors only")
    if kind == RepresentativeKind.ESTATE and subject.living != LivingState.DECEASED:
        raise InputError(f"{subject} has not died; an estate speaks for the dead only")
    if may_sign and kind in (RepresentativeKind.COUNSEL, RepresentativeKind.UNION):
        raise InputError("counsel and unions advise; they don't sign for a person")
    starts = starts_on or timezone.localdate()
    if ends_on is not None and ends_on <= starts:
        raise InputError(f"the power ends on {ends_on.isoformat()}, before it begins on {starts.isoformat()}")
    media_type = _proof_type(proof)
    asset = asset_store(source=proof, media_type=media_type)
    if subject.representatives.filter(user=user, kind=kind, ended_at__isnull=True).exists():
        raise WrongStateError(
            f"{user} is {RepresentativeKind(kind).label.lower()} of {subject} already; end that first"
        )
    return Representative.objects.create(
        subject=subject,
        user=user,
        kind=kind,
        proof=asset,
        proof_kind=proof_kind.strip(),
        may_sign=may_sign,
        may_stop=may_stop,
        starts_on=starts,
        ends_on=ends_on,
    )


def _proof_type(proof: Path | bytes) -> str:
    head = proof[:8] if isinstance(proof, bytes) else proof.open("rb").read(8)
    size = len(proof) if isinstance(proof, bytes) else proof.stat().st_size
    if size > MAX_PROOF_BYTES:
        raise InputError(f"the proof has {size:,} bytes, more than {MAX_PROOF_BYTES:,}: scan it at a lower resolution")
    for magic, media_type in _PROOFS.items():
        if head.startswith(magic):
            return media_type
    raise InputError("the proof is not a PDF, PNG or JPEG; scan the document and try again")


def representative_check(*, representative: Representative, by: User) -> Representative:
    """Say that the proof was read and holds. Raises ``NotAllowedError`` for the representative themselves."""
    require(by, "likeness.answer", representative.subject)
    checked = Representative.objects.filter(
        pk=representative.pk, proof__isnull=False, proof_checked_at__isnull=True, ended_at__isnull=True
    ).exclude(user=by)
    with transaction.atomic():
        if not checked.update(proof_checked_at=timezone.now(), proof_checked_by=by):
            raise WrongStateError("there is nothing to check here: no proof, checked already, ended, or your own")
        representative.refresh_from_db()
        ledger_append(
            kind="representative_checked",
            event={
                "subject": representative.subject_id,
                "representative": representative.pk,
                "proof_sha256": representative.proof.sha256,
                "by": by.pseudonym,
            },
        )
    return representative


def representative_end(*, representative: Representative, by: User, reason: str) -> Representative:
    """End somebody's power to speak for a person, at once. The person, the legal side or they themselves may."""
    subject = representative.subject
    if by.pk != representative.user_id and not by.has_perm("likeness.stop", subject):
        require(by, "likeness.answer", subject)
    if not reason.strip():
        raise InputError("say why, in a few words")
    standing = Representative.objects.filter(pk=representative.pk, ended_at__isnull=True)
    with transaction.atomic():
        if not standing.update(ended_at=timezone.now(), ended_reason=reason.strip()):
            raise WrongStateError("this power has ended already")
        representative.refresh_from_db()
        ledger_append(kind="representative_ended", event={"subject": subject.pk, "representative": representative.pk})
    return representative

"""Registering people, measuring their faces with consent, and what they allow."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from auditor.media import probe
from django_site import wiring
from django_site.apps.accounts.models import Organisation, User
from django_site.apps.accounts.permissions import require
from django_site.apps.audits.services.assets import asset_store
from django_site.apps.audits.services.decisions import decide_and_record, reason_of
from django_site.apps.likeness.models import (
    BiometricConsent,
    BiometricTemplate,
    ConsentGrant,
    GrantState,
    LikenessAsset,
    LikenessSource,
    LivingState,
    Subject,
    SubjectKey,
)
from django_site.apps.likeness.scope import check_scope
from django_site.apps.likeness.templates_sealed import subject_key, template_seal
from django_site.apps.provenance.services.ledger import ledger_append
from django_site.errors import InputError, WrongStateError

#: BIPA (740 ILCS 14/15(a)): destroyed when the purpose ends or within three years; we ask again after one.
TEMPLATE_LIFETIME = timedelta(days=365)
#: The purpose of the templates that stop unconsented uses; nothing else is done with them.
PROTECTION = "Finding unconsented uses of the person's face"


def text_sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


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
) -> Subject:
    """Register a person whose likeness is to be protected; ``user`` if they sign in themselves."""
    require(by, "likeness.enrol", organisation)
    return Subject.objects.create(
        organisation=organisation,
        user=user,
        legal_name=legal_name,
        stage_name=stage_name,
        aliases=list(aliases),
        living=living,
        union=union,
    )


def biometric_consent_record(
    *, subject: Subject, text: str, by: User, purpose: str = PROTECTION, given_at: datetime | None = None
) -> BiometricConsent:
    """Record the written release, with the exact text that was signed. ``by`` is who files it."""
    require(by, "likeness.enrol", subject.organisation)
    given = given_at or timezone.now()
    with transaction.atomic():
        consent = BiometricConsent.objects.create(
            subject=subject,
            purpose=purpose,
            text=text,
            text_sha256=text_sha256(text),
            given_at=given,
            destroy_by=given + TEMPLATE_LIFETIME,
        )
        ledger_append(
            kind="biometric_consent_given",
            event={"subject": subject.pk, "consent": consent.pk, "text_sha256": consent.text_sha256},
        )
    return consent


def subject_enrol(
    *, subject: Subject, portraits: Sequence[Path], business_reason: str, source: LikenessSource, by: User
) -> list[BiometricTemplate]:
    """Measure the person's face in each portrait and keep the sealed result. The policies decide first.

    Raises ``WrongStateError`` with the policies' reason where there is no release in force, ``BadInputError`` where a
    portrait shows no face or several.
    """
    from django_site.apps.audits.facts import enrol_facts

    require(by, "likeness.enrol", subject.organisation)
    decision = decide_and_record(facts=enrol_facts(subject), actor=by, subject=subject)
    if decision.outcome != "allow":
        raise WrongStateError(reason_of(decision))
    infos = [probe(path) for path in portraits]
    vectors = wiring.face_encoder().encode_portraits(list(portraits))
    assets = [
        asset_store(source=path, media_type=info.media_type, probe=info.as_dict())
        for path, info in zip(portraits, infos, strict=True)
    ]
    consent = subject.biometric_consents.filter(withdrawn_at__isnull=True).latest("given_at")
    with transaction.atomic():
        key_row, key = subject_key(subject)
        made = []
        for asset, vector in zip(assets, vectors, strict=True):
            likeness, _ = LikenessAsset.objects.get_or_create(
                subject=subject, asset=asset, defaults={"source": source, "business_reason": business_reason}
            )
            made.append(
                BiometricTemplate.objects.create(
                    subject=subject,
                    key=key_row,
                    consent=consent,
                    likeness_asset=likeness,
                    model=wiring.face_encoder().version,
                    ciphertext=template_seal(vector, key=key, subject=subject),
                    destroy_by=consent.destroy_by,
                )
            )
        ledger_append(
            kind="subject_enrolled",
            event={"subject": subject.pk, "templates": [template.pk for template in made], "decision": decision.pk},
        )
    return made


def biometric_consent_withdraw(*, subject: Subject, by: User, reason: str) -> None:
    """Withdraw consent to measuring (GDPR 7(3)): the key is destroyed, the templates go, at once and for good."""
    require(by, "likeness.grant", subject)
    now = timezone.now()
    with transaction.atomic():
        if not subject.biometric_consents.filter(withdrawn_at__isnull=True).update(withdrawn_at=now):
            raise WrongStateError(f"{subject}: there is no consent to withdraw; nothing of yours is measured")
        destroyed = subject.templates.count()
        subject.templates.all().delete()
        SubjectKey.objects.filter(subject=subject).update(wrapped=None, destroyed_at=now)
        ledger_append(
            kind="biometric_consent_withdrawn",
            event={"subject": subject.pk, "templates_destroyed": destroyed, "reason_sha256": text_sha256(reason)},
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
    """Offer a grant to the person: its limits for machines, its text for them. ``amends`` makes a newer version of one.

    The notice period of a union agreement counts from here.
    """
    require(by, "likeness.enrol", subject.organisation)
    check_scope(scope)
    if not text.strip():
        raise InputError("a grant needs the text that the person will read and sign")
    now = timezone.now()
    versions = {}
    if amends is not None:
        last = ConsentGrant.objects.filter(grant=amends.grant).aggregate(last=Max("version"))["last"]
        versions = {"grant": amends.grant, "version": last + 1}
    return ConsentGrant.objects.create(
        subject=subject,
        scope=scope,
        text=text,
        text_sha256=text_sha256(text),
        starts=starts or now,
        ends=ends,
        noticed_at=now,
        changed_at=now,
        **versions,
    )


@transaction.atomic
def grant_sign(*, grant: ConsentGrant, by: User, text_sha256_seen: str) -> ConsentGrant:
    """The person signs the exact text that they saw; an older version of the same grant is replaced."""
    require(by, "likeness.grant", grant.subject)
    if text_sha256_seen != grant.text_sha256:
        raise InputError("the text on your screen is not the text of this grant; open it again and read it")
    now = timezone.now()
    older = ConsentGrant.objects.filter(grant=grant.grant, state__in=[GrantState.ACTIVE, GrantState.SUSPENDED])
    older.update(state=GrantState.AMENDED, changed_at=now)
    moved = ConsentGrant.objects.filter(pk=grant.pk, state=GrantState.DRAFTED)
    if not moved.update(state=GrantState.ACTIVE, signed_at=now, signed_by=by, changed_at=now):
        raise WrongStateError("this grant was already signed or withdrawn; open your page again")
    grant.refresh_from_db()
    _grant_event("grant_signed", grant)
    return grant


def grant_suspend(*, grant: ConsentGrant, by: User, reason: str) -> ConsentGrant:
    """Stop new uses until further notice."""
    return _grant_stop(grant, by, reason, GrantState.SUSPENDED, {GrantState.ACTIVE})


def grant_revoke(*, grant: ConsentGrant, by: User, reason: str) -> ConsentGrant:
    """End the grant. What was cleared under it is audited again; what was released goes to a person."""
    stoppable = {GrantState.ACTIVE, GrantState.SUSPENDED, GrantState.SIGNED}
    return _grant_stop(grant, by, reason, GrantState.REVOKED, stoppable)


def _grant_stop(grant: ConsentGrant, by: User, reason: str, to: GrantState, came_from: set[str]) -> ConsentGrant:
    require(by, "likeness.grant", grant.subject)
    if not reason.strip():
        raise InputError("say why, in a few words: those who relied on the grant will read it")
    with transaction.atomic():
        stopped = ConsentGrant.objects.filter(pk=grant.pk, state__in=came_from)
        if not stopped.update(state=to, reason=reason, changed_at=timezone.now()):
            raise WrongStateError("this grant is not in force; there is nothing to stop")
        grant.refresh_from_db()
        _grant_ended(grant, by=by, how=f"{grant.subject} {_STOPPED[to]} the grant that this film relied on: {reason}")
    return grant


#: What the person did, as the case about a released film says it.
_STOPPED = {GrantState.REVOKED: "revoked", GrantState.SUSPENDED: "suspended"}


def _grant_ended(grant: ConsentGrant, *, by: User | None, how: str) -> None:
    """Withdrawn consent reaches everything: what is on its way is looked at again, what is out goes to a person."""
    from django_site.apps.audits.services.auditing import audits_repeat_for_subject
    from django_site.apps.reviews.withdrawals import released_under_grant, withdrawal_cases_open

    _grant_event(f"grant_{grant.state}", grant)
    audits_repeat_for_subject(subject=grant.subject)
    withdrawal_cases_open(cuts=released_under_grant(grant), reason=how, opened_by=by)


def grants_expire(*, now: datetime | None = None) -> int:
    """Say of every grant whose term is over that it is, with all that follows. Called by the sweeper; returns how many."""
    now = now or timezone.now()
    expired = 0
    over = ConsentGrant.objects.filter(state__in=[GrantState.ACTIVE, GrantState.SUSPENDED], ends__lte=now)
    for grant in over.select_related("subject"):
        with transaction.atomic():
            if not over.filter(pk=grant.pk).update(state=GrantState.EXPIRED, changed_at=now):
                continue
            grant.refresh_from_db()
            day = grant.ends.date().isoformat()
            how = f"The grant of {grant.subject} that this film relied on ended on {day}."
            _grant_ended(grant, by=None, how=how)
            expired += 1
    return expired


def _grant_event(kind: str, grant: ConsentGrant) -> None:
    ledger_append(
        kind=kind,
        event={"grant": grant.grant, "version": grant.version, "text_sha256": grant.text_sha256},
    )

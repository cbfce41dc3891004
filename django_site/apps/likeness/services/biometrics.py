"""Measuring faces and voices: with a written release, sealed under a key that lies elsewhere, and gone when asked."""

import mimetypes
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from auditor.errors import BadInputError
from auditor.media import probe
from django_site import wiring
from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.audits.models import Asset
from django_site.apps.audits.services.assets import asset_store
from django_site.apps.audits.services.decisions import decide_and_record, reason_of
from django_site.apps.likeness.compensation import scan_record
from django_site.apps.likeness.models import (
    BiometricConsent,
    BiometricTemplate,
    CustodyAct,
    CustodyEvent,
    LikenessAsset,
    LikenessSource,
    Modality,
    Subject,
)
from django_site.apps.likeness.services.grants import text_sha256
from django_site.apps.likeness.templates_sealed import subject_key, subject_key_destroy, template_seal
from django_site.apps.provenance.services.ledger import ledger_append
from django_site.errors import InputError, WrongStateError

#: BIPA (740 ILCS 14/15(a)): destroyed when the purpose ends or within three years; we ask again after one.
TEMPLATE_LIFETIME = timedelta(days=365)
#: The purpose of the templates that stop unconsented uses; nothing else is done with them.
PROTECTION = "Finding unconsented uses of the person's likeness"


def biometric_consent_record(
    *,
    subject: Subject,
    text: str,
    by: User,
    purpose: str = PROTECTION,
    modality: Modality = Modality.FACE,
    given_at: datetime | None = None,
) -> BiometricConsent:
    """Record the written release, with the exact text that was signed. ``by`` is who gives it, or who files the paper."""
    own = by.has_perm("likeness.grant", subject)
    if not own:
        require(by, "likeness.enrol", subject.organisation)
    if not text.strip():
        raise InputError("a release needs the text that the person signs")
    if subject.biometric_consents.filter(modality=modality, purpose=purpose, withdrawn_at__isnull=True).exists():
        raise WrongStateError(f"{subject}: such a release stands already; withdraw it first to replace it")
    given = given_at or timezone.now()
    with transaction.atomic():
        consent = BiometricConsent.objects.create(
            subject=subject,
            modality=modality,
            purpose=purpose,
            text=text,
            text_sha256=text_sha256(text),
            given_at=given,
            given_by=by if own else None,
            destroy_by=given + TEMPLATE_LIFETIME,
        )
        ledger_append(
            kind="biometric_consent_given",
            event={
                "subject": subject.pk,
                "consent": consent.pk,
                "modality": modality,
                "text_sha256": consent.text_sha256,
            },
        )
    return consent


def subject_enrol(
    *, subject: Subject, portraits: Sequence[Path], business_reason: str, source: LikenessSource, by: User
) -> list[BiometricTemplate]:
    """Measure the person's face in each portrait and keep the sealed result. The policies decide first.

    Raises ``WrongStateError`` with the policies' reason where there is no release in force, ``BadInputError`` where a
    portrait shows no face or several, and where it resembles somebody else who is registered.
    """
    consent = _released(subject, Modality.FACE, by)
    infos = [probe(path) for path in portraits]
    encoder = wiring.face_encoder()
    vectors = encoder.encode_portraits(list(portraits))
    _refuse_other_people(subject, by, [near.subject_id for v in vectors if (near := wiring.face_gallery().nearest(v))])
    kept = [(path, info.media_type, info.as_dict()) for path, info in zip(portraits, infos, strict=True)]
    return _keep(
        subject, consent, kept, vectors, model=encoder.version, business_reason=business_reason, source=source, by=by
    )


def voice_enrol(
    *, subject: Subject, recordings: Sequence[Path], business_reason: str, source: LikenessSource, by: User
) -> list[BiometricTemplate]:
    """Measure the person's voice in each recording and keep the sealed result, as for faces.

    Raises ``WrongStateError`` without a release for the voice, ``BadInputError`` for silence, noise, two voices, hours of
    sound, and for a voice that is too like that of somebody else who is registered.
    """
    from auditor.likeness.recordings import encode_recordings

    consent = _released(subject, Modality.VOICE, by)
    encoder = wiring.voice_encoder()
    encoded = encode_recordings(list(recordings), encoder)
    vectors = [one.vector for one in encoded]
    gallery = wiring.voice_gallery()
    _refuse_other_people(subject, by, [near.subject_id for v in vectors for near in gallery.resembling(v)])
    kept = [
        (path, sound_type(path), {"spoken_seconds": round(one.spoken, 2)})
        for path, one in zip(recordings, encoded, strict=True)
    ]
    return _keep(
        subject, consent, kept, vectors, model=encoder.version, business_reason=business_reason, source=source, by=by
    )


def sound_type(path: Path) -> str:
    """The media type that a recording's name promises; that it is sound at all was found out by decoding it."""
    guessed, _ = mimetypes.guess_type(path.name)
    return guessed if guessed and guessed.startswith(("audio/", "video/")) else "application/octet-stream"


def _released(subject: Subject, modality: Modality, by: User) -> BiometricConsent:
    from django_site.apps.audits.facts import enrol_facts

    if not by.has_perm("likeness.grant", subject):
        require(by, "likeness.enrol", subject.organisation)
    decision = decide_and_record(facts=enrol_facts(subject, modality), actor=by, subject=subject)
    if decision.outcome != "allow":
        raise WrongStateError(reason_of(decision))
    return subject.biometric_consents.filter(modality=modality, withdrawn_at__isnull=True).latest("given_at")


def _refuse_other_people(subject: Subject, by: User, found: Sequence[str]) -> None:
    """Two records of one person, or a stranger's picture in this one's: a person must look before either is kept.

    Who it resembles is told only to those who may see that person: nobody learns who is registered by handing in pictures.
    """
    others = sorted({subject_id for subject_id in found if subject_id != str(subject.pk)})
    if others:
        other = Subject.objects.filter(pk=others[0]).first()
        named = other if other is not None and by.has_perm("likeness.view", other) else "somebody"
        raise BadInputError(
            f"this resembles {named}, who is registered already; if it is one person, use that record, "
            "and if not, choose a clearer picture or recording; nothing was kept"
        )


def _keep(
    subject: Subject,
    consent: BiometricConsent,
    originals: Sequence[tuple[Path, str, dict]],
    vectors: Sequence,
    *,
    model: str,
    business_reason: str,
    source: LikenessSource,
    by: User,
) -> list[BiometricTemplate]:
    if not business_reason.strip():
        raise InputError("say why the person is measured: the reason stands in the custody log")
    assets = [asset_store(source=path, media_type=kind, probe=info) for path, kind, info in originals]
    modality = consent.modality
    with transaction.atomic():
        key_row, key = subject_key(subject)
        made = []
        for asset, vector in zip(assets, vectors, strict=True):
            likeness, created = LikenessAsset.objects.get_or_create(
                subject=subject,
                asset=asset,
                modality=modality,
                defaults={"source": source, "business_reason": business_reason},
            )
            if created:
                _custody(subject, asset, CustodyAct.RECEIVED, by, business_reason)
            made.append(
                BiometricTemplate.objects.create(
                    subject=subject,
                    key=key_row,
                    consent=consent,
                    likeness_asset=likeness,
                    modality=modality,
                    model=model,
                    ciphertext=template_seal(vector, key=key, subject=subject),
                    destroy_by=consent.destroy_by,
                )
            )
            _custody(subject, asset, CustodyAct.MEASURED, by, model)
        ledger_append(
            kind="subject_enrolled",
            event={
                "subject": subject.pk,
                "modality": modality,
                "templates": [template.pk for template in made],
                "consent": consent.pk,
            },
        )
        scan_record(subject=subject)
    return made


def _custody(subject: Subject, asset: Asset, act: CustodyAct, by: User | None, note: str) -> None:
    CustodyEvent.objects.create(subject=subject, asset_sha256=asset.sha256, act=act, actor=by, note=note[:500])


def biometric_consent_withdraw(*, subject: Subject, by: User, reason: str, modality: Modality | None = None) -> None:
    """Withdraw consent to measuring (GDPR 7(3)): the templates go at once and for good, and with the last of them the key,
    so that no backup can be read either. Without ``modality`` all of it."""
    require(by, "likeness.stop", subject)
    standing = subject.biometric_consents.filter(withdrawn_at__isnull=True)
    if modality is not None:
        standing = standing.filter(modality=modality)
    with transaction.atomic():
        if not standing.update(withdrawn_at=timezone.now()):
            raise WrongStateError(f"{subject}: there is no consent to withdraw; nothing of yours is measured")
        destroyed = biometrics_destroy(subject=subject, modality=modality, by=by, note="consent withdrawn")
        ledger_append(
            kind="biometric_consent_withdrawn",
            event={"subject": subject.pk, "templates_destroyed": destroyed, "reason_sha256": text_sha256(reason)},
        )


def biometrics_destroy(*, subject: Subject, modality: Modality | None, by: User | None, note: str) -> int:
    """Destroy the templates of a modality, or all of them, and the key. Returns how many templates were destroyed."""
    going = subject.templates.all() if modality is None else subject.templates.filter(modality=modality)
    return templates_destroy(subject=subject, going=going, by=by, note=note)


def templates_destroy(*, subject: Subject, going: QuerySet[BiometricTemplate], by: User | None, note: str) -> int:
    """Destroy some of a person's templates, and the key. What stays is sealed anew under a new key first: an old backup must
    not be readable because half of the consent stands. Returns how many templates were destroyed."""
    from django_site.apps.likeness.templates_sealed import template_open

    with transaction.atomic():
        staying = subject.templates.exclude(pk__in=going.values("pk")).select_related("key")
        kept = [(template, template_open(template)) for template in staying]
        for template in going.select_related("likeness_asset__asset"):
            _custody(subject, template.likeness_asset.asset, CustodyAct.DESTROYED, by, f"template: {note}")
        destroyed, _ = going.delete()
        subject_key_destroy(subject)
        if kept:
            key_row, key = subject_key(subject)
            for template, vector in kept:
                BiometricTemplate.objects.filter(pk=template.pk).update(
                    key=key_row, ciphertext=template_seal(vector, key=key, subject=subject)
                )
    return destroyed

"""Consent receipts: what a person agreed to, as a record that other programs can read.

The structure follows ISO/IEC TS 27560:2023, clause 6.3 (record header 6.3.3, PII processing 6.3.4, PII information 6.3.5,
party identification 6.3.6, events 6.3.7) and the receipt's metadata of 6.4.5. Names of persons are left out where an id will
do: whoever holds the record can tell who it is, and nobody else.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django_site.apps.likeness.models import BiometricConsent, ConsentGrant, GrantState, Modality
from django_site.apps.likeness.scope import ACTS, scope_of

SCHEMA = "ISO/IEC TS 27560:2023"
#: Of our use of that structure; a field that goes or changes its meaning raises the first number.
SCHEMA_VERSION = "reelproof-consent-1.0"
#: A grant's state as the state of a consent that a reader of the standard expects.
EVENT_STATES = {
    GrantState.DRAFTED: "requested",
    GrantState.NOTICED: "requested",
    GrantState.SIGNED: "given",
    GrantState.ACTIVE: "given",
    GrantState.SUSPENDED: "suspended",
    GrantState.DISPUTED: "suspended",
    GrantState.AMENDED: "replaced",
    GrantState.EXPIRED: "expired",
    GrantState.DECLINED: "refused",
    GrantState.WITHDRAWN: "withdrawn",
    GrantState.REVOKED: "terminated",
    GrantState.TRANSFERRED: "transferred",
}


def biometric_receipt(consent: BiometricConsent) -> dict[str, Any]:
    """The receipt of a release to be measured."""
    subject = consent.subject
    events = [
        _event(consent.given_at, "given", "explicit", consent.given_by.pseudonym if consent.given_by else "paper")
    ]
    if consent.withdrawn_at:
        events.append(_event(consent.withdrawn_at, "withdrawn", "explicit", "pii_principal"))
    return {
        **_header(consent.pk, subject.pk),
        "pii_processing": {
            "privacy_notice": {"sha256": consent.text_sha256, "text": consent.text, "language": "en"},
            "purposes": [
                {
                    "purpose": consent.purpose,
                    "lawful_basis": "explicit consent (GDPR art. 9(2)(a)); written release (740 ILCS 14/15(b))",
                    "pii_information": _pii([consent.modality], biometric=True),
                    "collection_method": "pictures or recordings handed in by the person or the organisation",
                    "processing_method": "measured once, sealed under a key of the person's own, compared in memory",
                    "retention_period": {"destroy_by": consent.destroy_by.isoformat()},
                    "retention_schedule": subject.organisation.retention_schedule_url or None,
                    "recipient_third_parties": [],
                    "withdrawal_method": "on the person's own page, at any time; templates and key are destroyed at once",
                    "pii_controllers": [_party_id(subject)],
                }
            ],
        },
        "party_identification": [_party(subject)],
        "events": events,
    }


def grant_receipt(grant: ConsentGrant) -> dict[str, Any]:
    """The receipt of one version of a grant."""
    subject, scope = grant.subject, scope_of(grant)
    return {
        **_header(grant.pk, subject.pk),
        "grant": str(grant.grant),
        "version": grant.version,
        "pii_processing": {
            "privacy_notice": {
                "sha256": grant.text_sha256,
                "shown_sha256": grant.shown_sha256 or None,
                "text": grant.text,
                "plain_words": grant.summary,
                "language": "en",
            },
            "purposes": [
                {
                    "purpose": str(ACTS[act]),
                    "purpose_type": act,
                    "services": scope["projects"],
                    "lawful_basis": "contract (licence of a likeness), with the person's consent to each version",
                    "pii_information": _pii(scope["modalities"], biometric=False),
                    "validity": {"starts": grant.starts.isoformat(), "ends": _iso(grant.ends)},
                    "geographic_restrictions": scope["territories"],
                    "uses": scope["uses"],
                    "media": scope["media"],
                    "excluded": scope["exclusions"],
                    "recipient_third_parties": scope["sublicensees"],
                    "withdrawal_method": "on the person's own page, at any time; new uses stop at once",
                    "jurisdiction": scope["governing_law"] or None,
                    "pii_controllers": [_party_id(subject)],
                }
                for act in scope["acts"]
            ],
        },
        "party_identification": [_party(subject)],
        "events": [
            _event(
                change.created_at,
                EVENT_STATES[GrantState(change.to)],
                "explicit" if change.to in (GrantState.SIGNED, GrantState.WITHDRAWN) else "notice",
                change.by.pseudonym if change.by else "time",
                detail=change.to,
            )
            for change in grant.changes.all()
        ],
    }


def _header(record_id: object, principal: object) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "record_id": str(record_id),
        "pii_principal_id": str(principal),
        "receipt": {"receipt_of_record": str(record_id), "kind": "copy of the record"},
    }


def _event(at: datetime, state: str, kind: str, entity: str, *, detail: str = "") -> dict[str, Any]:
    event = {"event_time": at.isoformat(), "event_state": state, "event_type": kind, "entity_id": entity}
    return {**event, "detail": detail} if detail else event


def _pii(modalities: Iterable[str], *, biometric: bool) -> list[dict[str, Any]]:
    return [
        {
            "pii_type": f"biometric template of the {Modality(one).label.lower()}"
            if biometric
            else f"likeness: {Modality(one).label.lower()}",
            "pii_attribute_id": str(Modality(one).value),
            "pii_optional": True,
            "sensitive_pii_category": True,
            "special_pii_category": biometric,
        }
        for one in modalities
    ]


def _party_id(subject) -> str:
    return str(subject.organisation_id)


def _party(subject) -> dict[str, Any]:
    return {
        "party_id": _party_id(subject),
        "party_role": "PII controller",
        "party_name": subject.organisation.name,
        "party_url": subject.organisation.retention_schedule_url or None,
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None

"""Everything that is held about a person, as one document: complete, and the same for the same rows.

The document's fields (``SCHEMA_VERSION`` says of which kind it is; a field that goes or changes its meaning raises it):

    schema_version, made_at, subject{id, legal_name, stage_name, aliases, living, of_age_on, died_on, union,
      identity_method, identity_verified_at, organisation{id, name, retention_schedule_url}}
    representatives[], biometric_consents[], biometrics[] (what is held and until when; never a template)
    originals[] (pictures and recordings by digest), custody[]
    grants[] (every version: scope, text, summary, digests, term, state, reason, signature, changes)
    approvals[], uses[], findings[], claims[], compensation[], compensation_due{currency: amount}
    receipts[] (ISO/IEC TS 27560:2023, see ``receipts``)

Times are ISO 8601 with their zone, amounts and seconds are decimal strings, ids are UUIDs, digests SHA-256 in hexadecimal.
Other people stand in it by pseudonym, except those who speak for the person.
"""

from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from django_site.apps.audits.models import Finding
from django_site.apps.likeness.models import ConsentGrant, Subject
from django_site.apps.likeness.receipts import biometric_receipt, grant_receipt

SCHEMA_VERSION = "reelproof-person-1.0"


def person_document(subject: Subject, *, at: datetime | None = None) -> dict[str, Any]:
    """The document of a person. The number of queries does not grow with what is in it."""
    grants = list(
        ConsentGrant.objects.filter(subject=subject)
        .select_related("signed_by", "offered_by", "signature__signed_by", "subject__organisation")
        .prefetch_related("changes__by")
        .order_by("grant", "version")
    )
    consents = list(
        subject.biometric_consents.select_related("given_by", "subject__organisation").order_by("given_at", "id")
    )
    compensation = list(subject.compensation.select_related("entered_by"))
    return {
        "schema_version": SCHEMA_VERSION,
        "made_at": _plain(at or timezone.now()),
        "subject": _subject(subject),
        "representatives": [
            _row(one, "id", "kind", "proof_kind", "proof_checked_at", "may_sign", "may_stop", "starts_on", "ends_on",
                 "ended_at", "ended_reason")
            | {"name": str(one.user), "proof_sha256": one.proof.sha256 if one.proof else None}
            for one in subject.representatives.select_related("user", "proof").order_by("created_at", "id")
        ],
        "biometric_consents": [
            _row(one, "id", "modality", "purpose", "text", "text_sha256", "given_at", "destroy_by", "withdrawn_at")
            | {"given_by": _who(one.given_by)}
            for one in consents
        ],
        "biometrics": [
            _row(one, "id", "modality", "model", "created_at", "destroy_by")
            | {"consent": str(one.consent_id), "sealed": "AES-256-GCM, key of the person's own"}
            for one in subject.templates.defer("ciphertext").order_by("created_at", "id")
        ],
        "originals": [
            _row(one, "id", "modality", "source", "business_reason", "created_at")
            | {"sha256": one.asset.sha256, "bytes": one.asset.bytes, "media_type": one.asset.media_type}
            for one in subject.likeness_assets.select_related("asset").order_by("created_at", "id")
        ],
        "custody": [
            _row(one, "created_at", "act", "asset_sha256", "note") | {"actor": _who(one.actor)}
            for one in subject.custody.select_related("actor")
        ],
        "grants": [_grant(one) for one in grants],
        "approvals": [
            _row(one, "id", "character", "description", "state", "created_at", "decided_at", "reason")
            | {
                "grant": str(one.grant_id),
                "production": _titled(one.production),
                "scene": str(one.scene_id) if one.scene_id else None,
                "shot": str(one.shot_id) if one.shot_id else None,
                "requested_by": _who(one.requested_by),
                "decided_by": _who(one.decided_by),
            }
            for one in subject.approvals.select_related("production", "requested_by", "decided_by")
            .order_by("created_at", "id")
        ],
        "uses": [
            _row(one, "id", "kind", "what", "seconds", "spans", "territories", "created_at")
            | {
                "grant": str(one.grant_id),
                "production": _titled(one.production),
                "take": str(one.take_id) if one.take_id else None,
                "cut": str(one.cut_id) if one.cut_id else None,
            }
            for one in subject.uses.select_related("production").order_by("created_at", "id")
        ],
        "findings": [
            _row(one, "id", "kind", "start", "end", "score", "created_at") | {"production": _titled(one.audit.production)}
            for one in Finding.objects.filter(subject=subject)
            .select_related("audit__production")
            .defer("known_by", "curve")
            .order_by("created_at", "id")
        ],
        "claims": [
            _row(one, "id", "kind", "text", "wanted", "state", "created_at", "due_at", "answer", "answered_at")
            | {
                "grant": str(one.grant_id) if one.grant_id else None,
                "use": str(one.use_id) if one.use_id else None,
                "production": _titled(one.production),
                "raised_by": _who(one.raised_by),
                "answered_by": _who(one.answered_by),
            }
            for one in subject.claims.select_related("production", "raised_by", "answered_by").order_by("created_at", "id")
        ],
        "compensation": [
            _row(one, "id", "kind", "amount", "currency", "basis", "created_at")
            | {"grant": str(one.grant_id), "use": str(one.use_id) if one.use_id else None}
            for one in compensation
        ],
        "compensation_due": {currency: str(amount) for currency, amount in sums_of(compensation).items()},
        "receipts": [biometric_receipt(one) for one in consents] + [grant_receipt(one) for one in grants],
    }  # fmt: skip


def sums_of(entries) -> dict[str, Decimal]:
    """What is due by currency: owed less paid."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        sums[entry.currency] += entry.amount
    return dict(sorted(sums.items()))


def _grant(grant: ConsentGrant) -> dict[str, Any]:
    signature = getattr(grant, "signature", None)
    return _row(
        grant, "id", "version", "state", "reason", "scope", "text", "text_sha256", "summary", "shown_sha256", "starts",
        "ends", "created_at", "noticed_at", "may_sign_from", "signed_at", "changed_at",
    ) | {
        "grant": str(grant.grant),
        "offered_by": _who(grant.offered_by),
        "signature": None
        if signature is None
        else _row(signature, "created_at", "role", "text_sha256", "shown_sha256", "address", "user_agent",
                  "authenticated_by", "conspicuous")
        | {"signed_by": _who(signature.signed_by)},
        "changes": [
            _row(one, "created_at", "came_from", "to", "reason") | {"by": _who(one.by)} for one in grant.changes.all()
        ],
    }  # fmt: skip


def _subject(subject: Subject) -> dict[str, Any]:
    organisation = subject.organisation
    return _row(
        subject, "id", "legal_name", "stage_name", "aliases", "living", "of_age_on", "died_on", "union", "identity_method",
        "identity_verified_at",
    ) | {"organisation": _row(organisation, "id", "name", "retention_schedule_url")}  # fmt: skip


def _row(thing: Any, *names: str) -> dict[str, Any]:
    return {name: _plain(getattr(thing, name)) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | float | list | dict):
        return value
    return str(value)


def _who(user: Any) -> str | None:
    return user.pseudonym if user is not None else None


def _titled(production: Any) -> dict[str, str] | None:
    return None if production is None else {"id": str(production.pk), "title": production.title}

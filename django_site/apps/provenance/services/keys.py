"""Who signs: the certificates on record, each use of their keys written down before it happens, their end foretold."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.x509.oid import NameOID
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from auditor.provenance import KeyUse as Use
from auditor.provenance import OrganisationIdentity, ReportedSigner, Signer
from django_site import wiring
from django_site.apps.accounts.models import NoticeKind, Role, User
from django_site.apps.accounts.notices import notice_send
from django_site.apps.provenance.models import KeyUse, SigningCertificate, SigningIntent

#: Days before a certificate's end at which people are told: time to order one, time to chase it, the last call.
WARN_DAYS = (60, 30, 14, 7, 3, 1, 0)
#: What the subject of a development certificate says; see ``auditor.provenance.authority``.
_DEVELOPMENT = "DEVELOPMENT ONLY"


def is_development(chain_pem: bytes) -> bool:
    """Whether the leaf of a chain says of itself that it is for development only."""
    subject = x509.load_pem_x509_certificates(chain_pem)[0].subject
    return any(part.value == _DEVELOPMENT for part in subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME))


def certificate_record(signer: Signer) -> SigningCertificate:
    """The row of a signer's certificate; written when it is first met."""
    row, _made = SigningCertificate.objects.get_or_create(
        key_id=signer.key_id,
        defaults={
            "name": signer.name[:200],
            "organisation_name": signer.organisation[:200],
            "algorithm": signer.algorithm,
            "chain_pem": signer.chain_pem.decode("ascii"),
            "not_before": signer.not_before,
            "not_after": signer.not_after,
            "development": is_development(signer.chain_pem),
        },
    )
    if row.retired_at is not None:  # brought back
        SigningCertificate.objects.filter(pk=row.pk).update(retired_at=None)
    return row


def reported_signer(intent: SigningIntent) -> ReportedSigner:
    """Today's signer; each use of its key for this intent is a row, committed before the key is used."""
    return reported(wiring.signer(), intent, "claim")


def reported_organisation(intent: SigningIntent) -> OrganisationIdentity | None:
    """Today's organisation identity, likewise; ``None`` where none is installed."""
    found = wiring.organisation_identity()
    if found is None:
        return None
    return OrganisationIdentity(reported(found.signer, intent, "organisation"), found.roles)


def reported(signer: Signer, intent: SigningIntent | None, purpose: str) -> ReportedSigner:
    """The signer, with each use of its key written down for this purpose and intent."""
    certificate = certificate_record(signer)

    def write_down(use: Use) -> None:
        KeyUse.objects.create(certificate=certificate, purpose=use.purpose, intent=intent, digest_sha256=use.sha256)

    return ReportedSigner(signer, write_down, purpose)


def signers_now() -> list[Signer]:
    """The signers in use: that of claims, and that of the organisation where there is one."""
    organisation = wiring.organisation_identity()
    return [wiring.signer(), *([organisation.signer] if organisation else [])]


def certificates_retire() -> int:
    """Mark certificates that were replaced. What they signed stays trusted while their roots are in the trust list."""
    in_use = [signer.key_id for signer in signers_now()]
    return (
        SigningCertificate.objects.filter(retired_at__isnull=True)
        .exclude(key_id__in=in_use)
        .update(retired_at=timezone.now())
    )


def days_left(not_after: datetime, *, now: datetime | None = None) -> int:
    """Whole days until a certificate ends; negative once it has ended."""
    return (not_after - (now or timezone.now())) // timedelta(days=1)


@transaction.atomic
def certificates_settle(*, now: datetime | None = None) -> int:
    """Record what is in use, retire what is not, and tell heads of legal and administrators of certificates that end
    soon: once for each of ``WARN_DAYS``. Called by the sweeper; returns how many certificates were told of."""
    told = 0
    for signer in signers_now():
        certificate = certificate_record(signer)
        left = days_left(certificate.not_after, now=now)
        due = min((days for days in WARN_DAYS if left <= days), default=None)
        if due is None or (certificate.warned_days is not None and certificate.warned_days <= due):
            continue
        notice_send(
            users=_responsible(),
            kind=NoticeKind.OTHER,
            text=_ending(certificate, left),
            url=reverse("signing:page"),
            key=f"certificate:{certificate.key_id[:32]}:{due}",
        )
        SigningCertificate.objects.filter(pk=certificate.pk).update(warned_days=due)
        told += 1
    certificates_retire()
    return told


def _ending(certificate: SigningCertificate, left: int) -> str:
    values = {"name": certificate.name, "day": certificate.not_after.date().isoformat(), "days": left}
    if left < 0:
        return _("The certificate of “%(name)s” ended on %(day)s: nothing can be signed until it is replaced.") % values
    return (
        _(
            "The certificate of “%(name)s” ends on %(day)s, in %(days)s days. Nothing can be signed then: order the next."
        )
        % values
    )


def _responsible() -> Sequence[User]:
    """Heads of legal, and the administrators of the installation."""
    legal = User.objects.filter(memberships__role=Role.HEAD_OF_LEGAL)
    return (legal | User.objects.filter(is_superuser=True)).filter(is_active=True).distinct()

"""What a reviewer says of one finding: it is right, or it is a false alarm and stays quiet in later audits."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from auditor.matching.negatives import negative_of
from auditor.media import Interval
from auditor.report import EvidencePair
from auditor.report import Finding as Found
from django_site import wiring
from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import made, require
from django_site.apps.audits.models import Confirmation, Dismissal, Finding
from django_site.apps.audits.selectors import reference_of
from django_site.apps.audits.services.assets import asset_path
from django_site.apps.audits.services.repeating import audits_repeat_for_dismissal
from django_site.apps.provenance.services.ledger import ledger_append
from django_site.errors import InputError, NotAllowedError, WrongStateError


def _require(by: User, finding: Finding) -> None:
    production = finding.audit.production
    require(by, "reviews.decide", production)
    if made(by, production):
        raise NotAllowedError("whoever worked on the film does not judge its findings; ask another reviewer")
    require(by, "audits.dismiss", production)


@transaction.atomic
def finding_dismiss(*, finding: Finding, by: User, reason: str) -> Dismissal:
    """Remember a false alarm. The audit and its decision stay as they are; later audits of the organisation keep it quiet.

    Raises ``NotAllowedError``, ``InputError`` (no reason, or nothing to know it by) and ``WrongStateError``.
    """
    _require(by, finding)
    if finding.dismissals.filter(lifted_at__isnull=True).exists():
        raise WrongStateError("this finding is dismissed already; take that back before you dismiss it anew")
    embedder = wiring.embedder()
    negative = negative_of(_as_found(finding), embedder, reason=reason, by=by.pseudonym, at=timezone.now())
    try:
        with transaction.atomic():
            dismissal = Dismissal.objects.create(
                finding=finding,
                by=by,
                reason=negative.reason,
                embedder=embedder.identity.as_dict() if negative.frames else {},
                frames=[list(frame) for frame in negative.frames],
            )
    except IntegrityError:
        raise WrongStateError("somebody else has just dismissed this finding; look at their reason first") from None
    _tell("finding_dismissed", dismissal, by)
    return dismissal


@transaction.atomic
def dismissal_lift(*, dismissal: Dismissal, by: User, reason: str) -> Dismissal:
    """Take a dismissal back. What it kept quiet and is not out yet is audited again."""
    dismissal = Dismissal.objects.select_for_update().select_related("finding__audit__production").get(pk=dismissal.pk)
    _require(by, dismissal.finding)
    if not reason.strip():
        raise InputError("say why: the reason is part of the record")
    if dismissal.lifted_at is not None:
        raise WrongStateError("this dismissal was taken back already")
    dismissal.lifted_at, dismissal.lifted_by, dismissal.lift_reason = timezone.now(), by, reason.strip()
    dismissal.save(update_fields=["lifted_at", "lifted_by", "lift_reason"])
    _tell("dismissal_lifted", dismissal, by)
    audits_repeat_for_dismissal(dismissal=dismissal)
    return dismissal


@transaction.atomic
def finding_confirm(*, finding: Finding, by: User) -> Confirmation:
    """Agree with a finding. Saying so twice changes nothing; a dismissed one is taken back first."""
    _require(by, finding)
    if finding.dismissals.filter(lifted_at__isnull=True).exists():
        raise WrongStateError("this finding is dismissed; take that back before you agree with it")
    confirmation, created = Confirmation.objects.get_or_create(finding=finding, by=by)
    if created:
        ledger_append(kind="finding_confirmed", event={"finding": finding.pk, "reviewer": by.pseudonym})
    return confirmation


def _tell(kind: str, dismissal: Dismissal, by: User) -> None:
    ledger_append(
        kind=kind,
        event={
            "dismissal": dismissal.pk,
            "finding": dismissal.finding_id,
            "report_sha256": dismissal.finding.audit.report_sha256,
            "reviewer": by.pseudonym,
        },
    )


def _as_found(finding: Finding) -> Found:
    """The row as the auditor's own finding, with the film's evidence frames that it is known by."""
    frames = finding.evidence.select_related("query").order_by("position")
    return Found(
        kind=finding.kind,
        query=Interval(float(finding.start), float(finding.end)),
        score=finding.score,
        plain=finding.plain,
        work_id=str(finding.work_id) if finding.work_id else None,
        reference=reference_of(finding),
        speed=finding.speed,
        known_by=bytes(finding.known_by),
        evidence=tuple(EvidencePair(float(f.query_seconds), asset_path(f.query).read_bytes()) for f in frames),
    )

"""The retention schedule, kept: what is due is destroyed, and each run leaves a record of ids and counts.

740 ILCS 14/15(a) asks for a public schedule and for destruction when the purpose ends or within three years; ours asks anew
after one. A template goes when its day has come or its consent is withdrawn. An original (a portrait, a recording) goes when
no consent to measure that modality stands any more, unless something else needs the same file. With the last template goes
the key, so that no backup opens either.
"""

import logging
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from django_site import wiring
from django_site.apps.accounts.models import NoticeKind, Organisation
from django_site.apps.accounts.notices import legal_tell
from django_site.apps.audits.models import Asset, Zone
from django_site.apps.likeness.models import (
    BiometricConsent,
    BiometricTemplate,
    CustodyAct,
    CustodyEvent,
    LikenessAsset,
    Modality,
    RetentionRun,
    Subject,
)
from django_site.apps.likeness.services.biometrics import templates_destroy
from django_site.apps.likeness.templates_sealed import keys_destroy_owed
from django_site.apps.provenance.services.ledger import ledger_append
from django_site.apps.reviews.held import assets_held

logger = logging.getLogger(__name__)

#: How far ahead a run looks, and how often the sweeper runs it.
UPCOMING, DAILY = timedelta(days=30), timedelta(days=1)
#: Modalities that need a consent to be measured; scans of body and motion are kept under the grant alone.
_MEASURED = (Modality.FACE, Modality.VOICE)


@dataclass(slots=True)
class RetentionPlan:
    """What a run would do, or did: ids and counts only. ``why`` is ``due``, ``withdrawn`` or ``no consent``."""

    destroyed: list[dict] = field(default_factory=list)
    upcoming: list[dict] = field(default_factory=list)
    failed: list[dict] = field(default_factory=list)

    @property
    def templates(self) -> int:
        return sum(one["templates"] for one in self.destroyed)

    @property
    def originals(self) -> int:
        return sum(one["originals"] for one in self.destroyed)


def templates_due(now: datetime) -> QuerySet[BiometricTemplate]:
    """Templates whose day has come, or whose consent does not stand any more."""
    return BiometricTemplate.objects.filter(
        Q(destroy_by__lte=now) | Q(consent__withdrawn_at__isnull=False) | Q(consent__destroy_by__lte=now)
    )


def originals_due(now: datetime) -> QuerySet[LikenessAsset]:
    """Portraits and recordings of a modality for which no consent of their person stands. One that a held production's
    rows name too is kept (GDPR article 17(3)(e)): a photograph or recording, never a measurement of one."""
    due = LikenessAsset.objects.filter(modality__in=_MEASURED).exclude(asset__in=assets_held())
    for modality in _MEASURED:
        standing = BiometricConsent.objects.filter(
            modality=modality, withdrawn_at__isnull=True, destroy_by__gt=now
        ).order_by()
        due = due.exclude(modality=modality, subject__in=standing.values("subject"))
    return due


def retention_plan(now: datetime) -> RetentionPlan:
    """What is due now and what comes due within 30 days; nothing is destroyed."""
    plan = RetentionPlan(upcoming=_upcoming(now))
    for subject in _concerned(now):
        templates, originals = _due_of(subject, now)
        plan.destroyed += _counted(subject, templates, list(originals), now)
    return plan


def _concerned(now: datetime) -> QuerySet[Subject]:
    ids = templates_due(now).order_by().values("subject").union(originals_due(now).order_by().values("subject"))
    return Subject.objects.filter(pk__in=ids).select_related("organisation").order_by("pk")


def _due_of(subject: Subject, now: datetime) -> tuple[QuerySet[BiometricTemplate], QuerySet[LikenessAsset]]:
    return templates_due(now).filter(subject=subject), originals_due(now).filter(subject=subject)


def _why(template: BiometricTemplate, now: datetime) -> str:
    return "withdrawn" if template.consent.withdrawn_at is not None else "due"


def _counted(
    subject: Subject, templates: QuerySet[BiometricTemplate], originals: list[LikenessAsset], now: datetime
) -> list[dict]:
    """One entry a reason."""
    counts: dict[str, Counter] = {}
    for template in templates.select_related("consent"):
        counts.setdefault(_why(template, now), Counter())["templates"] += 1
    for original in originals:
        consents = subject.biometric_consents.filter(modality=original.modality)
        last = consents.order_by("-given_at").first()
        why = "no consent" if last is None else "withdrawn" if last.withdrawn_at is not None else "due"
        counts.setdefault(why, Counter())["originals"] += 1
    return [
        {
            "subject": str(subject.pk),
            "why": why,
            "templates": count["templates"],
            "originals": count["originals"],
        }
        for why, count in sorted(counts.items())
    ]


def _upcoming(now: datetime) -> list[dict]:
    rows = BiometricTemplate.objects.filter(
        destroy_by__gt=now, destroy_by__lte=now + UPCOMING, consent__withdrawn_at__isnull=True
    )
    days = Counter((str(row.subject_id), row.destroy_by.date().isoformat()) for row in rows)
    return [{"subject": subject, "day": day, "templates": n} for (subject, day), n in sorted(days.items())]


def retention_run(*, now: datetime | None = None) -> RetentionRun:
    """Destroy what is due, person by person, and record it. What fails for one person is noted and tried again by the next
    run; nobody else waits for it."""
    now = now or timezone.now()
    plan = RetentionPlan()
    for subject in _concerned(now):
        try:
            plan.destroyed += _destroy(subject, now)
        except Exception as error:
            logger.exception("the templates of subject %s could not be destroyed", subject.pk)
            plan.failed.append({"subject": str(subject.pk), "why": type(error).__name__})
    try:
        keys_destroy_owed()
    except Exception as error:
        logger.exception("keys that are owed their destruction could not be destroyed")
        plan.failed.append({"subject": "", "why": f"keys: {type(error).__name__}"})
    plan.upcoming = _upcoming(now)
    with transaction.atomic():
        run = RetentionRun.objects.create(
            created_at=now,
            destroyed=plan.destroyed,
            templates=plan.templates,
            originals=plan.originals,
            upcoming=plan.upcoming,
            failed=plan.failed,
        )
        ledger_append(
            kind="retention_run",
            event={
                "run": run.pk,
                "templates": run.templates,
                "originals": run.originals,
                "failed": len(run.failed),
            },
        )
        _tell(run)
    return run


def _destroy(subject: Subject, now: datetime) -> list[dict]:
    with transaction.atomic():
        templates, originals = _due_of(subject, now)
        going = list(originals.select_related("asset"))
        counted = _counted(subject, templates, going, now)
        if templates.exists():
            why = ", ".join(one["why"] for one in counted if one["templates"])
            templates_destroy(subject=subject, going=templates, by=None, note=f"retention: {why}")
        for original in going:
            if original.templates.exists():  # another purpose's template still stands on it
                continue
            CustodyEvent.objects.create(
                subject=subject,
                asset_sha256=original.asset.sha256,
                act=CustodyAct.DESTROYED,
                note="original: no consent to measure stands any more",
            )
            original.delete()
            _asset_destroy(original.asset, now)
    return counted


def _asset_destroy(asset: Asset, now: datetime) -> None:
    """The file and its row, unless something else refers to it (a reference picture, an import, a proof)."""
    if asset.zone != Zone.QUARANTINE or asset_needed(asset):
        return
    Asset.objects.filter(pk=asset.pk).delete()
    transaction.on_commit(partial(_file_destroy, asset.sha256, now.timestamp()))


def asset_needed(asset: Asset) -> bool:
    """Whether any row of any table refers to the asset."""
    return any(
        relation.related_model._base_manager.filter(**{relation.field.name: asset}).exists()
        for relation in Asset._meta.get_fields(include_hidden=True)
        if (relation.one_to_many or relation.one_to_one) and relation.auto_created
    )


def _file_destroy(sha256: str, before: float) -> None:
    named = lambda digests: set(Asset.objects.filter(sha256__in=digests).values_list("sha256", flat=True))  # noqa: E731
    wiring.zone(Zone.QUARANTINE).remove_unnamed(sha256, referenced=named, before=before)


def _tell(run: RetentionRun) -> None:
    """The legal side of each organisation concerned: what was destroyed or failed, and once for each day to come."""
    owners = dict(Subject.objects.values_list("pk", "organisation"))
    concerned: dict = {}
    for name in ("destroyed", "failed", "upcoming"):
        for one in getattr(run, name):
            owner = next((owner for pk, owner in owners.items() if str(pk) == one["subject"]), None)
            if owner is not None:
                concerned.setdefault(owner, {}).setdefault(name, []).append(one)
    for organisation in Organisation.objects.filter(pk__in=concerned):
        said = concerned[organisation.pk]
        url = reverse("likeness:retention")
        if "destroyed" in said or "failed" in said:
            gone = sum(one["templates"] for one in said.get("destroyed", []))
            originals = sum(one["originals"] for one in said.get("destroyed", []))
            failed = len(said.get("failed", []))
            text = f"Retention: {gone} measurements and {originals} originals were destroyed."
            text += f" {failed} people's could not be; the next run tries again." if failed else ""
            legal_tell(organisation, kind=NoticeKind.RETENTION, text=text, url=url, key=f"retention:{run.pk}")
        for day in sorted({one["day"] for one in said.get("upcoming", [])}):
            people = sum(one["day"] == day for one in said["upcoming"])
            legal_tell(
                organisation,
                kind=NoticeKind.RETENTION,
                text=f"On {day} the measurements of {people} people are destroyed unless they agree anew.",
                url=url,
                key=f"retention-upcoming:{organisation.pk}:{day}:{people}",
            )


def retention_run_daily(*, now: datetime | None = None) -> RetentionRun | None:
    """Run once a day, whoever asks how often; called by the worker's sweeper."""
    now = now or timezone.now()
    if RetentionRun.objects.filter(created_at__gt=now - DAILY).exists():
        return None
    return retention_run(now=now)

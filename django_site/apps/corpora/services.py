"""Registering works with their media and licences."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from auditor.media import MediaError, probe
from auditor.media.types import Cancelled, OnProgress, never_cancelled, no_progress
from django_site import wiring
from django_site.apps.accounts.models import Organisation, User
from django_site.apps.accounts.permissions import require
from django_site.apps.audits.models import Asset, Zone
from django_site.apps.audits.services.assets import asset_path, asset_record, asset_store, file_store
from django_site.apps.corpora.models import (
    Act,
    IndexSnapshot,
    Licence,
    LicensedAct,
    RightsHolder,
    Work,
    WorkAsset,
    WorkKind,
)
from django_site.apps.jobs import claims
from django_site.apps.jobs.models import JobKind
from django_site.apps.jobs.services import job_enqueue
from django_site.apps.jobs.work import JobWork
from django_site.apps.provenance.services.ledger import ledger_append
from django_site.errors import InputError, WrongStateError

#: From here a moving picture is called a film: a feature is longer than 40 minutes (rules of the Academy Awards, rule 2).
FILM_SECONDS = 40 * 60


def index_snapshot_record() -> IndexSnapshot:
    """What the index and the library of words hold now, as a row; a new one only when it differs from the last."""
    info, library = wiring.work_index().info(), wiring.text_library()
    words = library.digest if library is not None else ""
    with transaction.atomic():
        latest = IndexSnapshot.objects.select_for_update().order_by("-created_at", "-id").first()
        if latest and (latest.digest, latest.words) == (info.digest, words):
            return latest
        return IndexSnapshot.objects.create(
            embedder=f"{info.embedder.name} {info.embedder.version}",
            digest=info.digest,
            words=words,
            works=info.works,
            vectors=info.vectors,
        )


def work_register(
    *,
    organisation: Organisation,
    title: str,
    kind: WorkKind,
    rights_holder: str,
    media: Sequence[Path],
    acts: Sequence[Act],
    by: User,
    spdx_id: str = "",
    terms: str = "",
    territories: Sequence[str] = ("*",),
    ends: datetime | None = None,
    reservations: Sequence[str] = (),
    source: str = "",
    identifiers: dict[str, str] | None = None,
    fence: Callable[[], AbstractContextManager] = transaction.atomic,
    on_progress: OnProgress = no_progress,
    cancelled: Cancelled = never_cancelled,
) -> Work:
    """Register a work, its licence and its files, and make it findable. The rows come first: the index never names a
    work that the database doesn't know. Without acts, identifier and terms it has no licence, and whatever shows it is
    stopped. Raises ``MediaError`` for unusable files and ``CancelledError``; then nothing is registered. ``fence`` is the
    transaction in which rows are written."""
    require(by, "corpora.change", organisation)
    if not media:
        raise InputError(f"{title}: a work needs at least one file; give the path of its picture or film")
    probed = [(path, probe(path)) for path in media]
    assets = [asset_store(source=path, media_type=info.media_type, probe=info.as_dict()) for path, info in probed]
    with fence():
        holder, _ = RightsHolder.objects.get_or_create(organisation=organisation, name=rights_holder)
        work = Work.objects.create(
            organisation=organisation,
            rights_holder=holder,
            title=title,
            kind=kind,
            source=source,
            identifiers=identifiers or {},
        )
        WorkAsset.objects.bulk_create(WorkAsset(work=work, asset=asset) for asset in dict.fromkeys(assets))
        if acts or spdx_id or terms:
            stated = {"spdx_id": spdx_id, "terms": terms, "territories": territories, "ends": ends}
            licence_add(work=work, acts=acts, by=by, reservations=reservations, **stated)
    index = wiring.work_index()
    try:
        for asset in dict.fromkeys(assets):
            index.add(str(work.pk), asset_path(asset), title=title, on_progress=on_progress, cancelled=cancelled)
    except Exception:
        with fence():
            if str(work.pk) in index.titles():
                index.remove(str(work.pk))
            work.delete()
        raise
    index_snapshot_record()
    return work


@transaction.atomic
def licence_add(
    *,
    work: Work,
    acts: Sequence[Act],
    by: User,
    spdx_id: str = "",
    terms: str = "",
    territories: Sequence[str] = ("*",),
    starts: datetime | None = None,
    ends: datetime | None = None,
    reservations: Sequence[str] = (),
) -> Licence:
    """A new version of the work's licence; for the acts that it names it takes the place of earlier ones. ``reservations``
    are rights that its owner keeps expressly (``tdm``: text and data mining). Where it no longer lets models learn from the
    work, those that did are flagged."""
    from django_site.apps.training.services.withdrawing import work_reaches_models

    require(by, "corpora.change", work.organisation)
    version = (work.licences.aggregate(last=Max("version"))["last"] or 0) + 1
    licence = Licence.objects.create(
        work=work,
        version=version,
        spdx_id=spdx_id,
        terms=terms,
        territories=list(territories),
        starts=starts or timezone.now(),
        ends=ends,
        reservations=list(reservations),
    )
    LicensedAct.objects.filter(work=work, act__in=acts, current=True).update(current=False)
    LicensedAct.objects.bulk_create(LicensedAct(licence=licence, work=work, act=act) for act in dict.fromkeys(acts))
    if version > 1:
        work_reaches_models(work=work, by=by, how=f"The licence of '{work}' has a new version.")
    return licence


@transaction.atomic
def licence_withdraw(*, licence: Licence, by: User, reason: str) -> Licence:
    """End a licence before its term: what resembles the work and is on its way is audited again, what is out goes to a
    person. Raises ``WrongStateError`` where it has ended already."""
    require(by, "corpora.change", licence.work.organisation)
    if not reason.strip():
        raise InputError("say why the licence ends: those who relied on it will read it")
    now = timezone.now()
    running = Licence.objects.filter(Q(ends__isnull=True) | Q(ends__gt=now), pk=licence.pk, starts__lt=now)
    if not running.update(ends=now, withdrawn_because=reason):
        raise WrongStateError(f"{licence} is not in force; there is nothing to withdraw")
    licence.refresh_from_db()
    _licence_settle(licence, by=by, how=f"The licence of '{licence.work}' was withdrawn: {reason}")
    return licence


def licences_settle(*, now: datetime | None = None) -> int:
    """See to what relied on licences whose term has ended since. Called by the sweeper; returns how many."""
    over = Licence.objects.filter(ends__lte=now or timezone.now(), settled_at__isnull=True)
    settled = 0
    for licence in over.select_related("work"):
        day = licence.ends.date().isoformat()
        with transaction.atomic():
            settled += _licence_settle(licence, by=None, how=f"The licence of '{licence.work}' ended on {day}.")
    return settled


def _licence_settle(licence: Licence, *, by: User | None, how: str) -> bool:
    """Once for each licence: whoever marks it does it."""
    from django_site.apps.audits.services.repeating import audits_repeat_for_work
    from django_site.apps.reviews.withdrawals import released_under_licence, withdrawal_cases_open
    from django_site.apps.training.services.withdrawing import work_reaches_models

    mine = Licence.objects.filter(pk=licence.pk, settled_at__isnull=True)
    if not mine.update(settled_at=timezone.now()):
        return False
    ledger_append(kind="licence_ended", event={"licence": licence.pk, "work": licence.work_id})
    audits_repeat_for_work(work=licence.work)
    withdrawal_cases_open(cuts=released_under_licence(licence), reason=how, opened_by=by)
    work_reaches_models(work=licence.work, by=by, how=how)
    return True


def work_withdraw(*, work: Work, by: User, reason: str) -> Work:
    """Take a work out of the index: nothing is compared with it any more. Its rows stay for the findings that name it.

    Raises ``WrongStateError`` where it is out already, or another file of it is just being read.
    """
    require(by, "corpora.change", work.organisation)
    if not reason.strip():
        raise InputError("say why the work is taken out: whoever looks for it will read it")
    with transaction.atomic():
        free = Work.objects.filter(pk=work.pk, withdrawn_at__isnull=True)
        if work.assets.filter(pending=True).exists() or not free.update(
            withdrawn_at=timezone.now(), withdrawn_because=reason.strip()
        ):
            raise WrongStateError(
                f"'{work}' is out already, or its file is just being replaced; look at its page again"
            )
        ledger_append(kind="work_withdrawn", event={"work": work.pk, "by": by.pseudonym})
        index = wiring.work_index()
        if str(work.pk) in index.titles():
            index.remove(str(work.pk))
        library = wiring.text_library()
        if library is not None and str(work.pk) in library.titles():
            library.remove(str(work.pk))
    index_snapshot_record()
    work.refresh_from_db()
    return work


def work_replace(*, work: Work, source: Path | BinaryIO, by: User) -> WorkAsset:
    """Bring the file that shall stand for a work instead of those that do, and owe its reading. Until it is read the
    earlier ones stand. The licence of the work holds for the new file: the caller has asked the person that.

    Raises ``MediaError`` for an unusable file (nothing of it is kept) and ``WrongStateError``.
    """
    require(by, "corpora.change", work.organisation)
    if work.withdrawn_at:
        raise WrongStateError(f"'{work}' was taken out; register the file as a work of its own")
    stored = file_store(source=source)
    try:
        info = probe(wiring.zone(Zone.QUARANTINE).path(stored.sha256))
    except MediaError as error:
        if not Asset.objects.filter(sha256=stored.sha256).exists():
            wiring.zone(Zone.QUARANTINE).remove(stored.sha256)
        raise type(error)(str(error).replace(stored.sha256, "the file")) from None
    with transaction.atomic():
        asset = asset_record(stored=stored, media_type=info.media_type, probe=info.as_dict())
        if work.assets.filter(asset=asset, replaced_at__isnull=True).exists():
            raise WrongStateError("this very file stands for the work already, or is just being read")
        if work.assets.filter(pending=True).exists():
            raise WrongStateError("another file is just being read for this work; wait for it or cancel it")
        row = WorkAsset.objects.create(work=work, asset=asset, pending=True)
        job_enqueue(
            kind=JobKind.REPLACE_WORK, key=f"{JobKind.REPLACE_WORK}:{row.pk}", organisation=work.organisation,
            target_id=row.pk, requested_by=by,
        )  # fmt: skip
    return row


def work_asset_read(*, work: JobWork) -> None:
    """The job: put the pending file into the index in place of the others."""
    row = WorkAsset.objects.select_related("asset", "work__organisation").get(pk=work.job.target_id)
    index, path, key = wiring.work_index(), asset_path(row.asset), str(row.work_id)
    listen = {"title": row.work.title, "on_progress": work.on_progress, "cancelled": work.cancelled}
    if key in index.titles():
        index.replace(key, path, **listen)
    else:
        index.add(key, path, **listen)
    with claims.fenced(work.job):  # the index has it: calling it off comes too late
        _stands_now(row)
        work.finish(work=key, sha256=row.asset.sha256)
    index_snapshot_record()


def _stands_now(row: WorkAsset) -> None:
    now = timezone.now()
    row.work.assets.filter(pending=False, replaced_at__isnull=True).update(replaced_at=now)
    WorkAsset.objects.filter(pk=row.pk).update(pending=False, created_at=now)
    Work.objects.filter(pk=row.work_id).update(kind=work_kind(row.asset.probe))
    ledger_append(kind="work_replaced", event={"work": row.work_id, "sha256": row.asset.sha256})


def work_asset_unread(*, target_id, reason: str) -> None:
    """The pending file could not be read, or was called off: the others stand. Unless a worker died just after the index
    had taken it: then it stands, as the index says."""
    row = WorkAsset.objects.filter(pk=target_id, pending=True).select_related("work", "asset").first()
    if row is None:
        return
    if row.asset.sha256 in wiring.work_index().assets().get(str(row.work_id), ()):
        _stands_now(row)
    else:
        row.delete()


def work_kind(probed: dict) -> WorkKind:
    """What the prober's description makes of a file."""
    if str(probed.get("media_type", "")).startswith("image/"):
        return WorkKind.PHOTOGRAPH
    return WorkKind.FILM if float(probed.get("duration") or 0) >= FILM_SECONDS else WorkKind.CLIP

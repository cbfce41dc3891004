"""Registering works with their media and licences."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from auditor.media import probe
from auditor.media.types import OnProgress, no_progress
from django_site import wiring
from django_site.apps.accounts.models import Organisation, User
from django_site.apps.accounts.permissions import require
from django_site.apps.audits.services.assets import asset_path, asset_store
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
from django_site.apps.provenance.services.ledger import ledger_append
from django_site.errors import InputError, WrongStateError


def index_snapshot_record() -> IndexSnapshot:
    """What the index holds now, as a row; a new one only when it differs from the last."""
    info = wiring.work_index().info()
    with transaction.atomic():
        latest = IndexSnapshot.objects.select_for_update().order_by("-created_at", "-id").first()
        if latest and latest.digest == info.digest:
            return latest
        return IndexSnapshot.objects.create(
            embedder=f"{info.embedder.name} {info.embedder.version}",
            digest=info.digest,
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
    source: str = "",
    identifiers: dict[str, str] | None = None,
    on_progress: OnProgress = no_progress,
) -> Work:
    """Register a work, its licence and its files, and make it findable. The rows come first: the index never names a
    work that the database doesn't know. Raises ``MediaError`` for unusable files; then nothing is registered."""
    require(by, "corpora.change", organisation)
    if not media:
        raise InputError(f"{title}: a work needs at least one file; give the path of its picture or film")
    probed = [(path, probe(path)) for path in media]
    assets = [asset_store(source=path, media_type=info.media_type, probe=info.as_dict()) for path, info in probed]
    with transaction.atomic():
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
        licence_add(work=work, acts=acts, by=by, spdx_id=spdx_id, terms=terms, territories=territories, ends=ends)
    index = wiring.work_index()
    try:
        for asset in dict.fromkeys(assets):
            index.add(str(work.pk), asset_path(asset), title=title, on_progress=on_progress)
    except Exception:
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
) -> Licence:
    """A new version of the work's licence; for the acts that it names it takes the place of earlier ones."""
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
    )
    LicensedAct.objects.filter(work=work, act__in=acts, current=True).update(current=False)
    LicensedAct.objects.bulk_create(LicensedAct(licence=licence, work=work, act=act) for act in dict.fromkeys(acts))
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
    from django_site.apps.audits.services.auditing import audits_repeat_for_work
    from django_site.apps.reviews.withdrawals import released_under_licence, withdrawal_cases_open

    mine = Licence.objects.filter(pk=licence.pk, settled_at__isnull=True)
    if not mine.update(settled_at=timezone.now()):
        return False
    ledger_append(kind="licence_ended", event={"licence": licence.pk, "work": licence.work_id})
    audits_repeat_for_work(work=licence.work)
    withdrawal_cases_open(cuts=released_under_licence(licence), reason=how, opened_by=by)
    return True


def work_withdraw(*, work: Work, by: User) -> None:
    """Take a work out of the index; its rows stay for the findings that name it."""
    require(by, "corpora.change", work.organisation)
    index = wiring.work_index()
    if str(work.pk) in index.titles():
        index.remove(str(work.pk))
    index_snapshot_record()

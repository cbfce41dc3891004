"""Registering works with their media and licences."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.db.models import Max
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
from django_site.errors import InputError


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


def work_withdraw(*, work: Work, by: User) -> None:
    """Take a work out of the index; its rows stay for the findings that name it."""
    require(by, "corpora.change", work.organisation)
    index = wiring.work_index()
    if str(work.pk) in index.titles():
        index.remove(str(work.pk))
    index_snapshot_record()

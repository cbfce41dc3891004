"""What the engine is told to learn from: rows to the document of its training set, with the paths of this machine."""

from typing import Any

from django_site.apps.audits.models import Asset
from django_site.apps.audits.services.assets import asset_path
from django_site.apps.corpora.models import LicensedAct
from django_site.apps.training.models import TrainingRun
from generator.training.data import OwnRenders, PersonPermission, TrainingFile, TrainingSet, TrainingWork


def training_set(run: TrainingRun) -> TrainingSet:
    """The works with the licence that let each in, the people with their grants, and our own renders. Raises
    ``StorageDamagedError`` where a file is not there any more."""
    rows = list(run.works.select_related("licence", "work").order_by("title", "id"))
    digests = {digest for row in rows for digest in row.files}
    assets = {asset.sha256: asset for asset in Asset.objects.filter(sha256__in=digests)}
    acts: dict[object, list[str]] = {}
    for act in LicensedAct.objects.filter(licence__in=[row.licence_id for row in rows], current=True):
        acts.setdefault(act.licence_id, []).append(str(act.act))
    works = tuple(
        TrainingWork(
            work_id=str(row.work_id),
            title=row.title,
            rights_holder=row.rights_holder,
            licence=row.licence.terms or row.licence.spdx_id,
            spdx_id=row.licence.spdx_id,
            licence_version=f"{row.licence_id}/{row.licence.version}",
            acts=tuple(sorted(acts.get(row.licence_id, ()))),
            territories=tuple(row.licence.territories),
            ends=row.licence.ends,
            reservations=tuple(str(one) for one in row.licence.reservations),
            files=tuple(_file(assets[digest], row.title, number) for number, digest in enumerate(row.files, start=1)),
            begins=row.licence.starts,
        )
        for row in rows
    )
    people = tuple(
        PersonPermission(
            subject_id=str(person.subject_id),
            grant_id=str(person.grant.grant),
            grant_version=person.grant.version,
            modality=person.modality,
            act="third_party_training" if run.shared else "fine_tune",
            signed=person.grant.signed_at.date() if person.grant.signed_at else None,
            ends=person.grant.ends.date() if person.grant.ends else None,
        )
        for person in run.people.select_related("grant").order_by("created_at")
        if person.grant is not None
    )
    renders = OwnRenders(seed=run.seed, **run.renders) if run.renders else None
    return TrainingSet(
        works, people, renders, territories=tuple(run.production.territories), nobody=not people
    )  # fmt: skip


def _file(asset: Asset, title: str, number: int) -> TrainingFile:
    """A file as the lineage names it: by its place in the work, never by a path."""
    return TrainingFile(asset_path(asset), asset.sha256, f"{number:03d}-{asset.sha256[:12]}", title)


def set_document(run: TrainingRun) -> dict[str, Any]:
    """The set as the engine reads it, with paths."""
    return training_set(run).as_dict(paths=True)


def set_sha256(document: dict[str, Any]) -> str:
    """What is fixed when a training is confirmed: the digest of the set without paths."""
    return TrainingSet.from_dict(document).sha256

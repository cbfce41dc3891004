"""Reading works and licences."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from auditor.corpus import WorkLicence, licence_in_words
from django_site.apps.accounts.models import REVIEWING_ROLES, Membership, Role, User
from django_site.apps.corpora.models import CorpusImport, IndexSnapshot, Licence, LicensedAct, Work


def works_visible_to(user: User) -> QuerySet[Work]:
    """Works of the organisations for which the person produces or reviews."""
    return Work.objects.filter(organisation__in=_organisations(user))


def imports_visible_to(user: User) -> QuerySet[CorpusImport]:
    """Corpora that were brought to those organisations."""
    return CorpusImport.objects.filter(organisation__in=_organisations(user))


def _organisations(user: User) -> QuerySet:
    if not user.is_authenticated:
        return Membership.objects.none().values("organisation")
    return user.memberships.filter(role__in=[Role.PRODUCER, *REVIEWING_ROLES]).values("organisation")


def licensed_acts_of(work_ids: Iterable) -> dict[str, list[LicensedAct]]:
    """Current licensed acts by work id, with their licences."""
    found: dict[str, list[LicensedAct]] = {}
    for act in LicensedAct.objects.filter(work__in=list(work_ids), current=True).select_related("licence"):
        found.setdefault(str(act.work_id), []).append(act)
    return found


def licence_chosen(acts: Sequence[LicensedAct], *, at: datetime) -> tuple[Licence, tuple[str, ...], bool] | None:
    """The licence that counts for a work with these current acts: the newest in force, else the newest of all; the acts
    that it permits, and whether it is in force. Acts that an older one permits are not added to it."""
    in_force = [act for act in acts if act.licence.starts <= at and (act.licence.ends is None or at < act.licence.ends)]
    candidates = in_force or list(acts)
    if not candidates:
        return None
    licence = max((act.licence for act in candidates), key=lambda one: one.version)
    return licence, tuple(sorted(act.act for act in candidates if act.licence_id == licence.pk)), bool(in_force)


def licences_said(works: Iterable[Work], *, at: datetime) -> dict[UUID, str]:
    """What each work is licensed for, in a sentence: reproduction, training, not at all, or that nothing is known.
    Whether a use is allowed is for the policies to say."""
    works = {work.pk: work for work in works}
    acts = licensed_acts_of(works)
    newest = {licence.work_id: licence for licence in Licence.objects.filter(work__in=works).order_by("version")}
    return {
        pk: _licence_said(work, acts.get(str(pk), []), newest.get(pk), at=at)
        for pk, work in works.items()
    }  # fmt: skip


def _licence_said(work: Work, acts: list[LicensedAct], newest: Licence | None, *, at: datetime) -> str:
    chosen = licence_chosen(acts, at=at)
    licence, permits, _ = chosen or (newest, (), False)
    if licence is None:
        return licence_in_words(None, at)
    if licence.starts > at:
        return f"Not licensed: its licence begins at {licence.starts:%Y-%m-%d %H:%M} UTC."
    stated = WorkLicence(
        title=work.title,
        rights_holder=work.rights_holder.name,
        licence=licence.terms,
        spdx_id=licence.spdx_id,
        acts=permits,
        territories=tuple(licence.territories),
        ends=licence.ends,
    )
    return licence_in_words(stated, at)


def index_changed_at() -> datetime | None:
    """When the index last changed, as far as it was recorded."""
    return IndexSnapshot.objects.order_by("-created_at").values_list("created_at", flat=True).first()

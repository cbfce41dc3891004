"""Reading works and licences."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from django_site.apps.accounts.models import REVIEWING_ROLES, Membership, Role, User
from django_site.apps.corpora.models import CorpusImport, IndexSnapshot, LicensedAct, Work


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


def index_changed_at() -> datetime | None:
    """When the index last changed, as far as it was recorded."""
    return IndexSnapshot.objects.order_by("-created_at").values_list("created_at", flat=True).first()

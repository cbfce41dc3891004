"""Which works a model may learn from, and of each that it may not why, and what to do. The policies say it, per work."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from auditor.policy.terms import MAX_RECORDS
from django_site import wiring
from django_site.apps.audits.facts import train_facts
from django_site.apps.corpora.models import Licence, Work, WorkAsset
from django_site.apps.corpora.selectors import licence_chosen, licensed_acts_of
from django_site.apps.productions.models import Production
from django_site.apps.training.standing import Why

#: The rules that look at single works.
_PER_WORK = "copyright/training-works"
#: Most works, and most files, in one training: the policies weigh no more in one decision.
MAX_WORKS = MAX_FILES = MAX_RECORDS


@dataclass(frozen=True, slots=True)
class OfferedWork:
    """A work with its licence as it stands, the files that stand for it, and why nothing may be learned from it: empty
    where it may."""

    work: Work
    licence: Licence | None
    files: tuple[WorkAsset, ...]
    against: tuple[Why, ...]
    chosen: bool = False

    @property
    def allowed(self) -> bool:
        return not self.against


def works_of(production: Production) -> QuerySet[Work]:
    """The works of the production's organisation, with their files."""
    standing = WorkAsset.objects.filter(pending=False, replaced_at__isnull=True).select_related("asset")
    return (
        Work.objects.filter(organisation=production.organisation_id)
        .select_related("rights_holder")
        .prefetch_related(Prefetch("assets", queryset=standing, to_attr="standing"))
    )


def works_offered(
    production: Production,
    *,
    shared: bool = False,
    query: str = "",
    limit: int = MAX_WORKS,
    chosen: Iterable[UUID] = (),
) -> list[OfferedWork]:
    """Works that may be learned from first, each group by title; those that are chosen are among them in any case."""
    chosen = set(chosen)
    rows = works_of(production).order_by("title", "id")
    found = list((rows.filter(title__icontains=query) if query else rows)[:limit])
    more = list(rows.filter(pk__in=chosen - {work.pk for work in found}))
    offered = works_judged(production, [*more, *found], shared=shared)
    marked = [OfferedWork(o.work, o.licence, o.files, o.against, o.work.pk in chosen) for o in offered]
    return sorted(marked, key=lambda one: not one.allowed)


def works_judged(production: Production, works: Sequence[Work], *, shared: bool = False) -> list[OfferedWork]:
    """What the policies say today of learning from each of these works (of ``works_of``), in their order."""
    judged: list[OfferedWork] = []
    for at in range(0, len(works), MAX_WORKS):
        judged += _judged(production, works[at : at + MAX_WORKS], shared)
    return judged


def _judged(production: Production, works: Sequence[Work], shared: bool) -> list[OfferedWork]:
    acts, now = licensed_acts_of(work.pk for work in works), timezone.now()
    facts = train_facts(
        production, modalities={}, model="any", act=act_of(shared), works=[work.pk for work in works]
    )  # fmt: skip
    decision = wiring.policy_bundle().decide(facts.as_facts(), at=now)
    said: dict[int, list[Why]] = {}
    for check in decision.failed:
        place = _place(check.item)
        if check.policy == _PER_WORK and place is not None and check.severity == "block":
            said.setdefault(place, []).append(Why(check.plain, check.remedy, check.who_can_fix))
    places = {fact.work_id: place for place, fact in enumerate(facts.works)}
    offered = []
    for work in works:
        licence = licence_chosen(acts.get(str(work.pk), []), at=now)
        against = said.get(places[str(work.pk)], [])
        files = tuple(work.standing)
        if work.withdrawn_at is not None:
            against = [
                Why(_("It was taken out of the index: %(why)s") % {"why": work.withdrawn_because}, "", ""),
                *against,
            ]
        elif not files:
            against = [Why(_("No file stands for it."), _("Bring a file for it on its page."), ""), *against]
        offered.append(OfferedWork(work, licence[0] if licence else None, files, tuple(against)))
    return offered


def _place(item: str | None) -> int | None:
    """``works[3]`` → 3."""
    if item is None or not item.startswith("works["):
        return None
    return int(item.removeprefix("works[").partition("]")[0])


def act_of(shared: bool) -> str:
    """What training is for the people and works in the data: of this production alone, or for others."""
    return "third_party_training" if shared else "fine_tune"

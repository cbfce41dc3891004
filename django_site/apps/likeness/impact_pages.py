"""The impact list as people and programs read it: groups with counts, a page of each, and what must happen to each row."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_site.apps.accounts.models import User
from django_site.apps.likeness.impact import Reach
from django_site.apps.likeness.impact_summary import Summary, impact_summary
from django_site.apps.productions.models import Cut, ImportedMedia, Production, Take
from django_site.apps.productions.selectors import productions_visible_to
from django_site.apps.reviews.models import Case, CaseKind, CaseState
from django_site.pages.paging import PAGE_SIZE, Page, cursor_of, keyset_page

#: Rows that one group shows before it is opened by itself, and rows a query of a download.
FIRST, DOWNLOAD_CHUNK = 10, 2000


@dataclass(frozen=True, slots=True)
class ImpactRow:
    """One thing that is reached. ``state_kind`` and ``state`` are what the chips know; ``manifest`` is the signed file's
    SHA-256 where there is one."""

    group: str
    id: str
    name: str
    production: str
    state: str
    state_kind: str
    at: datetime
    what: str
    url: str = ""
    manifest: str = ""
    manifest_state: str = ""
    case: str = ""


@dataclass(frozen=True, slots=True)
class ImpactGroup:
    """A kind of thing, how many there are, the rows of this page, and what must happen to them all."""

    key: str
    title: str
    what: str
    count: int | None
    page: Page


@dataclass(frozen=True, slots=True)
class _Kind:
    title: str
    what: str
    #: All of the group, or the rows of a set that was chosen already, with what a row is read from.
    rows: Callable[..., QuerySet]
    #: The production's path in the row, for its title.
    production: str
    row: Callable[[str, object], ImpactRow]


_PRODUCTION = "scene__screenplay__production"


def _take(group: str, take) -> ImpactRow:
    return ImpactRow(
        group,
        str(take.pk),
        str(take),
        take.shot.scene.screenplay.production.title,
        take.state,
        "take",
        take.created_at,
        str(_KINDS[group].what),
        reverse("productions:take", args=[take.pk]),
    )


def _shot(group: str, shot) -> ImpactRow:
    return ImpactRow(
        group,
        str(shot.pk),
        str(shot),
        shot.scene.screenplay.production.title,
        "",
        "",
        shot.created_at,
        str(_KINDS[group].what),
        reverse("productions:shot", args=[shot.pk]),
    )


def _cut(group: str, cut) -> ImpactRow:
    release = getattr(cut, "release", None)
    return ImpactRow(
        group,
        str(cut.pk),
        str(cut),
        cut.production.title,
        cut.state,
        "cut",
        release.created_at if release else cut.created_at,
        str(_KINDS[group].what),
        reverse("verify:release", args=[release.pk]) if release else reverse("productions:cut", args=[cut.pk]),
        release.manifest.asset.sha256 if release else "",
        release.manifest.state if release else "",
    )


def _import(group: str, imported) -> ImpactRow:
    return ImpactRow(
        group,
        str(imported.pk),
        imported.name,
        imported.production.title,
        imported.state,
        "import",
        imported.created_at,
        str(_KINDS[group].what),
        reverse("productions:import", args=[imported.pk]),
    )


def _approval(group: str, approval) -> ImpactRow:
    return ImpactRow(
        group,
        str(approval.pk),
        approval.description,
        approval.production.title,
        approval.get_state_display(),
        "",
        approval.created_at,
        str(_KINDS[group].what),
    )


def _model(group: str, use) -> ImpactRow:
    training = getattr(use, "training", None)
    model = getattr(training.run, "model", None) if training else None
    url = ""
    if training is not None:
        url = reverse("training:model", args=[model.pk]) if model else reverse("training:run", args=[training.run_id])
    return ImpactRow(
        group,
        str(use.pk),
        use.what,
        use.production.title,
        model.state if model else training.run.state if training else "",
        "model" if model else "training" if training else "",
        use.created_at,
        str(_KINDS[group].what),
        url,
    )


def _or(rows: QuerySet | None, reach: Reach, name: str) -> QuerySet:
    return getattr(reach, name) if rows is None else rows


_AGAIN = gettext_lazy("Is looked at again, and stopped if nothing else allows it.")

_KINDS: dict[str, _Kind] = {
    "renders": _Kind(
        gettext_lazy("Renders under way"),
        gettext_lazy("Is stopped now; nothing of it is kept."),
        lambda reach: reach.renders.select_related("shot__scene__screenplay__production"),
        "shot__scene__screenplay__production",
        _take,
    ),
    "shots": _Kind(
        gettext_lazy("Shots not rendered yet"),
        gettext_lazy("Can't be rendered until a grant allows it again, or somebody else is cast."),
        lambda reach: reach.shots.select_related("scene__screenplay__production"),
        _PRODUCTION,
        _shot,
    ),
    "takes": _Kind(
        gettext_lazy("Takes that are not out"),
        _AGAIN,
        lambda reach, rows=None: _or(rows, reach, "takes").select_related("shot__scene__screenplay__production"),
        "shot__scene__screenplay__production",
        _take,
    ),
    "cuts": _Kind(
        gettext_lazy("Films in the making"),
        gettext_lazy("Can't be released; is looked at again, and stopped if nothing else allows it."),
        lambda reach, rows=None: _or(rows, reach, "cuts").select_related("production", "release__manifest__asset"),
        "production",
        _cut,
    ),
    "imports": _Kind(
        gettext_lazy("Files from outside"),
        _AGAIN,
        lambda reach, rows=None: _or(rows, reach, "imports").select_related("production"),
        "production",
        _import,
    ),
    "released": _Kind(
        gettext_lazy("Films that are out"),
        gettext_lazy(
            "A person decides within a day whether it stays out or is recalled. Its manifest stays verifiable; a recall is "
            "marked on its page."
        ),
        lambda reach, rows=None: _or(rows, reach, "released").select_related("production", "release__manifest__asset"),
        "production",
        _cut,
    ),
    "recalled": _Kind(
        gettext_lazy("Films already recalled"),
        gettext_lazy("Stays recalled; its manifest stays verifiable and says so."),
        lambda reach, rows=None: _or(rows, reach, "recalled").select_related("production", "release__manifest__asset"),
        "production",
        _cut,
    ),
    "approvals": _Kind(
        gettext_lazy("Uses that were asked for or approved"),
        gettext_lazy("Counts no more: no approval outlives its grant."),
        lambda reach: reach.approvals.select_related("production"),
        "production",
        _approval,
    ),
    "models": _Kind(
        gettext_lazy("Models trained"),
        gettext_lazy(
            "No further training. What was learned can't be taken out of a model: it is used no more, and what it made is "
            "looked at again."
        ),
        lambda reach: reach.models.select_related("production", "training__run__model"),
        "production",
        _model,
    ),
}
GROUPS = tuple(_KINDS)


#: Groups whose sets are large: their counts and first rows come from one statement.
_SUMMED: dict[str, type] = {"takes": Take, "cuts": Cut, "imports": ImportedMedia, "released": Cut, "recalled": Cut}


def impact_groups(reach: Reach, user: User, *, group: str = "", cursor: str = "") -> list[ImpactGroup]:
    """Every group that has something, with its count and first rows; with ``group`` that alone, a whole page of it (behind
    ``cursor`` without a count: it was on the first page)."""
    if group in _KINDS and cursor:
        page = keyset_page(_KINDS[group].rows(reach), order=("-id",), cursor=cursor)
        groups = [ImpactGroup(group, str(_KINDS[group].title), str(_KINDS[group].what), None, page)]
    else:
        size = PAGE_SIZE if group else FIRST
        summed = impact_summary(reach, newest=size + 1) if not group or group in _SUMMED else {}
        groups = [_first(key, reach, summed, size) for key in ([group] if group in _KINDS else GROUPS)]
    seen = set(productions_visible_to(user).filter(pk__in=_production_ids(groups)).values_list("pk", flat=True))
    return [_read(one, seen) for one in groups if one.count or group]


def _first(key: str, reach: Reach, summed: dict[str, Summary], size: int) -> ImpactGroup:
    kind = _KINDS[key]
    if key in _SUMMED:
        said = summed.get(key, Summary(0, ()))
        chosen = kind.rows(reach, _SUMMED[key].objects.filter(pk__in=said.newest[:size]))
        rows = list(chosen.order_by("-id")) if said.newest else []
        after = cursor_of(rows[-1], ("-id",)) if len(said.newest) > size else ""
        return ImpactGroup(key, str(kind.title), str(kind.what), said.count, Page(rows, after, True))
    rows = kind.rows(reach)
    page = keyset_page(rows, order=("-id",), size=size)
    count = rows.order_by().count() if page.next_cursor else len(page.rows)
    return ImpactGroup(key, str(kind.title), str(kind.what), count, page)


def _production_of(key: str, row) -> Production:
    for step in _KINDS[key].production.split("__"):
        row = getattr(row, step)
    return row


def _production_ids(groups: Iterable[ImpactGroup]) -> set[UUID]:
    return {_production_of(group.key, row).pk for group in groups for row in group.page.rows}


def _read(group: ImpactGroup, seen: set[UUID]) -> ImpactGroup:
    """The rows in words; a link only where the person may follow it (what is out is public)."""
    cases = open_cases([row.pk for row in group.page.rows]) if group.key == "released" else {}
    rows = []
    for row in group.page.rows:
        said = asdict(_KINDS[group.key].row(group.key, row))
        said["case"] = cases.get(row.pk, "")
        if group.key not in ("released", "recalled") and _production_of(group.key, row).pk not in seen:
            said["url"] = ""
        rows.append(ImpactRow(**said))
    return ImpactGroup(
        group.key, group.title, group.what, group.count, Page(rows, group.page.next_cursor, group.page.first)
    )


def open_cases(cut_ids: Iterable[UUID]) -> dict[UUID, str]:
    """What people decide, or decided last, about films that are out, by cut."""
    cases = Case.objects.filter(cut__in=list(cut_ids), kind=CaseKind.WITHDRAWAL).order_by("created_at")
    words = {
        CaseState.OPEN: _("A person decides"),
        CaseState.APPROVED: _("Decided: it stays out"),
        CaseState.REJECTED: _("Decided: recalled"),
    }
    return {case.cut_id: words.get(CaseState(case.state), case.get_state_display()) for case in cases}


def impact_rows(reach: Reach) -> Iterator[ImpactRow]:
    """Every row of every group, for a download; read in chunks along the primary key, so that memory stays small."""
    for key, kind in _KINDS.items():
        after = None
        while True:
            rows = kind.rows(reach).order_by("id")
            chunk = list((rows if after is None else rows.filter(id__gt=after))[:DOWNLOAD_CHUNK])
            cases = open_cases([row.pk for row in chunk]) if key == "released" else {}
            for row in chunk:
                said = kind.row(key, row)
                yield ImpactRow(**{**asdict(said), "case": cases.get(row.pk, "")}) if row.pk in cases else said
            if len(chunk) < DOWNLOAD_CHUNK:
                break
            after = chunk[-1].pk

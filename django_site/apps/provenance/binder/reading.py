"""Reading binders, starting from what the person may see; and what the pages show of one that is not made yet."""

import json
import zipfile
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from django_site.apps.accounts.models import User
from django_site.apps.audits.services.assets import asset_path
from django_site.apps.productions.models import Cut, CutState, Production
from django_site.apps.productions.selectors import productions_visible_to
from django_site.apps.provenance.binder import charts
from django_site.apps.provenance.binder.contents import CSV, JSON, PDF, binder_documents, cover
from django_site.apps.provenance.binder.documents import document_of
from django_site.apps.provenance.binder.film import Film
from django_site.apps.provenance.binder.index import INDEX
from django_site.apps.provenance.binder.templates import Addressee
from django_site.apps.provenance.models import Binder

#: What a file of a binder is served as, by the end of its name; anything else is not served alone.
MEDIA_TYPES = {"json": JSON, "pdf": PDF, "csv": CSV, "txt": "text/plain", "pem": "application/x-pem-file"}


def binders_visible_to(user: User) -> QuerySet[Binder]:
    """Binders of the productions that the person works on or reviews."""
    rows = Binder.objects.filter(cut__production__in=productions_visible_to(user))
    return rows.select_related("cut__production", "asset", "made_by", "job", "entry")


def cuts_to_bind(production: Production) -> list[Cut]:
    """The cuts that a binder page can be about, the released ones first, the newest of each first; versions of a film after
    the films."""
    rows = production.cuts.select_related(
        "asset", "release", "variant", "screenplay__asset", "production__organisation"
    )
    out = (CutState.RELEASED, CutState.RECALLED)
    return sorted(rows.order_by("-version"), key=lambda cut: (cut.state not in out, hasattr(cut, "variant")))


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be in a binder now: the cover as data, and the charts with their figures."""

    cover: dict[str, Any]
    charts: list[dict[str, Any]]


def preview(cut: Cut, addressee: Addressee, at: datetime) -> Preview:
    """The documents of the addressee as they would be at this moment; nothing is stored."""
    film = Film(cut, at)
    documents = binder_documents(addressee, film)
    return Preview(cover(addressee, film, documents), _charts(film, documents))


def _charts(film: Film, documents: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """The four drawings where people would rather look, each with the rows of its table."""

    def made(slug: str) -> dict[str, Any]:
        return documents.get(slug) or document_of(slug, film)

    alike, cues, risks, work = (
        made(one) for one in ("similarity-report", "ai-cue-sheet", "eo-schedule", "energy-and-cost")
    )
    judged = [one for one in alike["findings"] if one["judged"] and one["work"]]
    return [
        {
            "id": "similarity",
            "drawing": charts.similarity_chart(alike),
            "rows": [
                (one["work"]["title"], f"{one['start']:.1f}–{one['end']:.1f} s", f"{100 * one['score']:.0f} %")
                for one in judged
            ],
        },
        {
            "id": "origin",
            "drawing": charts.origin_chart(cues),
            "rows": [
                (origin, f"{seconds:.1f} s", _share(seconds, cues["origins"]))
                for origin, seconds in cues["origins"].items()
            ],
        },
        {
            "id": "risks",
            "drawing": charts.risk_chart(risks) if risks["risks"] else None,
            "rows": [(one["what"], one["level"], one["who"]) for one in risks["risks"]],
        },
        {
            "id": "energy",
            "drawing": charts.energy_chart(work) if work["work"] else None,
            "rows": [(one["kind"].replace("_", " "), one["use"], f"{one['seconds']:.1f} s") for one in work["work"]],
        },
    ]


def _share(seconds: float, origins: dict[str, float]) -> str:
    return f"{100 * seconds / (sum(origins.values()) or 1.0):.0f} %"


@dataclass(frozen=True, slots=True)
class Held:
    """A file in a binder that was made."""

    name: str
    bytes: int

    @property
    def form(self) -> str:
        return self.name.rpartition(".")[2].upper()


@dataclass(frozen=True, slots=True)
class Group:
    """A document in its forms."""

    title: str
    files: tuple[Held, ...]


def files_of(binder: Binder) -> list[Group]:
    """A made binder's documents, each with its forms, in order, as its index lists them."""
    with zipfile.ZipFile(asset_path(binder.asset)) as archive:
        index = json.loads(archive.read(INDEX))
    groups: dict[str, list[dict[str, Any]]] = {}
    for one in index.get("files", ()):
        if one["media_type"] in (JSON, PDF, CSV):
            groups.setdefault(one["name"].rpartition(".")[0], []).append(one)
    return [
        Group(files[0]["title"], tuple(Held(one["name"], one["bytes"]) for one in files)) for files in groups.values()
    ]


def file_of(binder: Binder, name: str) -> bytes | None:
    """One file of a made binder; ``None`` where it has none of that name."""
    with zipfile.ZipFile(asset_path(binder.asset)) as archive:
        return archive.read(name) if name in archive.namelist() else None

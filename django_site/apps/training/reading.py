"""A model for its page: its documents in words, and what was made with it."""

import json
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from django_site.apps.accounts.models import User
from django_site.apps.productions.selectors import productions_visible_to
from django_site.apps.training.curves import png_size
from django_site.apps.training.looks import model_folder
from django_site.apps.training.models import TrainedModel
from django_site.apps.training.services.withdrawing import ModelReach

#: Takes and films that a model's page names one by one.
SHOWN = 50


@dataclass(frozen=True, slots=True)
class MadeThing:
    """A take or a film that a model had a part in; no link where the person may not follow it."""

    kind: str
    state: str
    name: str
    production: str
    url: str


@dataclass(frozen=True, slots=True)
class Made:
    """What was made with a model: how many of each, the newest by name."""

    takes: int
    cuts: int
    released: int
    rows: tuple[MadeThing, ...]

    @property
    def anything(self) -> bool:
        return bool(self.takes or self.cuts)


def made_with(model: TrainedModel, user: User) -> Made:
    """Everything that was made with it, in whichever production."""
    reach = ModelReach(model)
    seen = set(productions_visible_to(user).values_list("pk", flat=True))
    takes = reach.takes_all.select_related("shot__scene__screenplay__production").order_by("-id")[:SHOWN]
    cuts = reach.cuts_all.select_related("production", "release").order_by("-id")[:SHOWN]
    rows = []
    for cut in cuts:
        release = getattr(cut, "release", None)
        url = reverse("verify:release", args=[release.pk]) if release else reverse("productions:cut", args=[cut.pk])
        follow = release is not None or cut.production_id in seen
        rows.append(MadeThing("cut", cut.state, str(cut), cut.production.title, url if follow else ""))
    for take in takes:
        production = take.shot.scene.screenplay.production
        url = reverse("productions:take", args=[take.pk]) if production.pk in seen else ""
        rows.append(MadeThing("take", take.state, str(take), production.title, url))
    return Made(reach.takes_all.count(), reach.cuts_all.count(), reach.released.count(), tuple(rows))


@dataclass(frozen=True, slots=True)
class ModelReading:
    """The documents of a bundle as the page shows them. ``here`` is false where its files are gone."""

    here: bool
    samples: tuple[int, int] | None
    quality: tuple[tuple[str, str], ...]
    verdict: str
    verdict_said: str
    pairs: tuple[dict[str, Any], ...]
    code: str
    device: str
    bytes: int


def model_reading(model: TrainedModel) -> ModelReading:
    """Read what a page shows of a model's documents; whatever is missing in them is left out."""
    folder = model_folder(model)
    memory, quality = model.memorisation, model.quality
    lineage = _document(folder / "lineage.json")
    code, machine = lineage.get("code", {}), lineage.get("environment", {})
    return ModelReading(
        here=folder.is_dir(),
        samples=png_size(folder / "samples.png"),
        quality=tuple(_figures(quality)),
        verdict=str(memory.get("verdict", "")),
        verdict_said=str(memory.get("plain", "") or memory.get("said", "")),
        pairs=tuple(one for one in memory.get("pairs", ()) if isinstance(one, dict))[:8],
        code=str(code.get("commit") or code.get("source_sha256") or ""),
        device=str(machine.get("device", "")),
        bytes=sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else 0,
    )


def _document(path: Any) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _figures(document: dict[str, Any], before: str = "") -> list[tuple[str, str]]:
    """The numbers of a document by their names, two levels deep."""
    found = []
    for name, value in document.items():
        said = f"{before}{name}".replace("_", " ")
        if isinstance(value, bool) or value is None:
            continue
        if isinstance(value, int | float):
            found.append((said, f"{value:.4g}"))
        elif isinstance(value, dict) and not before:
            found += _figures(value, f"{said}, ")
    return found

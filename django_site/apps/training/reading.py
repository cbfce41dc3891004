"""A model for its page: its documents in words, and what was made with it."""

import json
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_site.apps.accounts.models import User
from django_site.apps.productions.selectors import productions_visible_to
from django_site.apps.training.curves import png_size
from django_site.apps.training.looks import model_folder
from django_site.apps.training.models import TrainedModel
from django_site.apps.training.services.withdrawing import ModelReach
from generator.errors import ModelError
from generator.models.registry import verify_signature

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


#: Bundles that are hashed on every look at their page; a larger one is checked by whoever downloads it, and by every use.
_CHECKED_BYTES = 64 * 1024**2
#: The verdict on what a model remembers, in words; the report has its own reasons beside.
_VERDICTS = {
    "clean": gettext_lazy("It gives back none of them"),
    "suspect": gettext_lazy("Some samples come nearer to works than chance explains"),
    "memorised": gettext_lazy("It gives works back"),
}
#: What was held against unseen works, and what that is.
_COMPARED = {
    "made": gettext_lazy("What it makes"),
    "drawn": gettext_lazy("What that was made from"),
    "works": gettext_lazy("The works themselves, the best that can be asked for"),
}


@dataclass(frozen=True, slots=True)
class QualityRow:
    """One kind of pictures against unseen works: KID with its deviation (0 for pictures of the same kind), precision and
    recall (0..1)."""

    what: str
    kid: float
    deviation: float
    precision: float
    recall: float
    windows: int


@dataclass(frozen=True, slots=True)
class NearPair:
    """A sample and the work that it is most alike to, -1..1."""

    sample: int
    work: str
    similarity: float
    plain: str
    flagged: bool


@dataclass(frozen=True, slots=True)
class ModelReading:
    """The documents of a bundle as the page shows them. ``here`` is false where its files are gone."""

    here: bool
    samples: tuple[int, int] | None
    grids: tuple[tuple[int, int] | None, tuple[int, int] | None]
    signature: str
    quality: tuple[QualityRow, ...]
    verdict: str
    verdict_said: str
    pairs: tuple[NearPair, ...]
    looked_at: int
    code: str
    device: str
    bytes: int


def model_reading(model: TrainedModel) -> ModelReading:
    """Read what a page shows of a model's documents; whatever is missing in them is left out."""
    folder = model_folder(model)
    memory = model.memorisation
    lineage = _document(folder / "lineage.json")
    code, machine = lineage.get("code", {}), lineage.get("environment", {})
    verdict = str(memory.get("verdict", ""))
    return ModelReading(
        here=folder.is_dir(),
        samples=png_size(folder / "samples.png"),
        grids=(png_size(folder / "memorisation.png"), png_size(folder / "quality.png")),
        signature=_signature(model, folder),
        quality=_quality(model.quality),
        verdict=str(_VERDICTS.get(verdict, verdict)),
        verdict_said=str(memory.get("reason", "")),
        pairs=_pairs(memory),
        looked_at=int(memory.get("samples", 0)),
        code=str(code.get("commit") or code.get("source_sha256") or ""),
        device=str(machine.get("device", "")),
        bytes=_bytes(folder),
    )


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else 0


def _signature(model: TrainedModel, folder: Path) -> str:
    """Whether the bundle's signature holds, in words; empty where there is nothing to check."""
    signature = folder / "model.sig"
    if not signature.is_file():
        return ""
    if _bytes(folder) > _CHECKED_BYTES:
        return str(_("It is large: check it with the key that lies in the archive."))
    if find_spec("model_signing") is None:
        return str(_("It can't be checked on this site: reelproof[models] is not installed."))
    with tempfile.NamedTemporaryFile(suffix=".pub") as key:
        key.write(model.public_key.encode())
        key.flush()
        try:
            verify_signature(folder, signature, Path(key.name))
        except (ModelError, OSError):
            return str(_("It does not hold: these files are not those that were signed. Restore them from a backup."))
    return str(_("It holds, by the key of this site."))


def _document(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _quality(document: dict[str, Any]) -> tuple[QualityRow, ...]:
    found = []
    for name, what in _COMPARED.items():
        row = document.get(name)
        try:
            kid = row["kid"]
            found.append(
                QualityRow(
                    str(what), float(kid["mean"]), float(kid["deviation"]), float(row["precision"]),
                    float(row["recall"]), int(row["windows"]),
                )
            )  # fmt: skip
        except (TypeError, KeyError, ValueError):
            continue  # not measured: plates are made from nothing
    return tuple(found)


def _pairs(document: dict[str, Any]) -> tuple[NearPair, ...]:
    found = []
    for one in document.get("nearest", ()):
        try:
            found.append(
                NearPair(
                    int(one["sample"]), str(one["label"]), float(one["similarity"]), str(one["plain"]), bool(one["flagged"])
                )
            )  # fmt: skip
        except (TypeError, KeyError, ValueError):
            continue
    return tuple(found[:8])

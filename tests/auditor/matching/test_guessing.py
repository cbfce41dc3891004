"""Places are found without local features; typicality is what a picture owes to everything being somewhat alike."""

import cv2
import numpy as np
import pytest

from auditor.embeddings import Embedder
from auditor.matching.background import Background, shipped_background
from auditor.matching.guessing import guess
from auditor.matching.registration import Aligner, agreement, gray
from tests.clips import ASTRONAUT, COFFEE, ROCKET, Pixels, still


def soft(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), 9), np.uint8)


def best_agreement(query: Pixels, reference: Pixels) -> tuple[float, bool, list[float]]:
    rated = []
    for registration in guess(gray(query), gray(reference)):
        aligner = Aligner(registration)
        left, right = aligner.query(gray(query)), aligner.reference(gray(reference))
        rated.append(
            (
                float(agreement(left[None], right[None], aligner.cells)[0]),
                registration.mirrored,
                registration.region().as_list(),
            )
        )
    return max(rated)


def test_a_blurred_crop_is_placed() -> None:
    coffee = soft(still(COFFEE))
    agrees, mirrored, _ = best_agreement(coffee[80:320, 150:450], coffee)
    assert agrees > 0.95
    assert not mirrored


def test_a_blurred_picture_in_the_picture_is_placed_and_seen_to_be_mirrored() -> None:
    ground, small = soft(still(ROCKET)), cv2.resize(soft(still(COFFEE))[:, ::-1], (210, 140))
    ground[60:200, 300:510] = small
    agrees, mirrored, region = best_agreement(ground, soft(still(COFFEE)))
    assert agrees > 0.9
    assert mirrored
    assert region == pytest.approx([300 / 640, 60 / 427, 210 / 640, 140 / 427], abs=0.04)


@pytest.mark.parametrize("quarter", [1, 2, 3])
@pytest.mark.parametrize("mirror", [False, True])
def test_a_blurred_picture_on_its_side_or_head_is_placed(quarter: int, mirror: bool) -> None:
    coffee = soft(still(COFFEE))
    shown = np.rot90(coffee[:, ::-1] if mirror else coffee, quarter)
    agrees, mirrored, region = best_agreement(np.ascontiguousarray(shown), coffee)
    assert agrees > 0.98
    assert mirrored is mirror
    assert region == pytest.approx([0, 0, 1, 1], abs=0.01)


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (30, 2)])
def test_tiny_pictures_break_nothing(size: tuple[int, int]) -> None:
    tiny = np.zeros(size, np.uint8)
    for registration in guess(tiny, gray(still(COFFEE))) + guess(gray(still(COFFEE)), tiny):
        assert np.isfinite(registration.matrix).all()


def test_typicality_is_low_for_particular_pictures_and_ignores_copies(embedder: Embedder) -> None:
    background = shipped_background()
    assert background is not None
    assert background.embedder == embedder.identity.name
    pictures = [still(ASTRONAUT), np.full((200, 300, 3), 120, np.uint8)]
    astronaut, plain = background.typicality(embedder.embed(pictures))
    assert -0.2 < astronaut < 0.5
    assert -1 <= plain <= 1
    itself = Background(embedder.embed([still(ASTRONAUT)]), "e").typicality(embedder.embed([still(ASTRONAUT)]))
    assert float(itself[0]) == -1.0

"""Our PDQ gives what the reference implementation gives, and survives what PDQ is meant to survive."""

from pathlib import Path

import cv2
import numpy as np
import pdqhash
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.fingerprints.pdq import BYTES, MATCH_BITS, distance, pdq
from tests.clips import PHOTOGRAPHS, still

PICTURES = sorted(p for p in PHOTOGRAPHS.iterdir() if p.suffix in (".png", ".jpg"))


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.name)
def test_bits_and_quality_are_those_of_the_reference(path: Path) -> None:
    pixels = still(path)
    bits, quality = pdqhash.compute(np.ascontiguousarray(pixels))
    ours = pdq(pixels)
    assert ours.bits.shape == (BYTES,)
    assert distance(ours.bits, np.packbits(bits.astype(bool))) <= 2
    assert abs(ours.quality - quality) <= 1


@pytest.mark.parametrize("name", ["coffee.png", "chelsea.png", "rocket.jpg", "astronaut.png"])
def test_survives_scaling_and_compression(name: str) -> None:
    pixels = still(PHOTOGRAPHS / name)
    small = cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    jpeg = cv2.imdecode(cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 30])[1], cv2.IMREAD_COLOR)
    assert distance(pdq(pixels).bits, pdq(np.asarray(jpeg, np.uint8)).bits) <= MATCH_BITS


def test_unrelated_pictures_differ_in_about_half_of_the_bits() -> None:
    hashes = [
        pdq(still(PHOTOGRAPHS / name)).bits for name in ("coffee.png", "chelsea.png", "rocket.jpg", "astronaut.png")
    ]
    apart = [distance(one, other) for i, one in enumerate(hashes) for other in hashes[:i]]
    assert min(apart) > 3 * MATCH_BITS


def test_featureless_pictures_have_no_quality() -> None:
    assert pdq(np.full((90, 160, 3), 128, np.uint8)).quality == 0


@given(st.integers(1, 70), st.integers(1, 70), st.integers(0, 2**31))
def test_any_size_gives_a_hash(height: int, width: int, seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    one, again = pdq(pixels), pdq(pixels)
    assert one.bits.shape == (BYTES,)
    assert 0 <= one.quality <= 100
    assert distance(one.bits, again.bits) == 0

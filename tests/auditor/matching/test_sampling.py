"""What is looked at: every shot however short, what moves twice a second, what rests once a second."""

from itertools import pairwise

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from auditor.matching.sampling import FLOOR, ShotSampler
from auditor.media import Frame
from tests.clips import ASTRONAUT, COFFEE, Pixels, still


def looks(pictures: list[Pixels], fps: float = 5.0) -> list[tuple[float, bool]]:
    sampler, found = ShotSampler(), []
    for number, pixels in enumerate(pictures):
        look = sampler.look(Frame(number / fps, pixels))
        if look is not None:
            found.append((number / fps, look.cut))
    return found


def test_a_picture_at_rest_is_looked_at_once_a_second() -> None:
    assert looks([still(COFFEE)] * 20) == [(0.0, True), (1.0, False), (2.0, False), (3.0, False)]


def test_what_moves_is_looked_at_twice_a_second() -> None:
    coffee = still(COFFEE)
    moving = [np.roll(coffee, 20 * number, axis=1) for number in range(20)]
    assert len(looks(moving)) >= 6


def test_a_shot_of_a_fifth_of_a_second_is_not_missed() -> None:
    coffee, astronaut = still(COFFEE), still(ASTRONAUT)
    found = looks([coffee] * 7 + [astronaut] + [coffee] * 7)
    assert (7 / 5, True) in found
    assert (8 / 5, True) in found


def test_an_inset_that_appears_is_noticed_before_the_floor() -> None:
    coffee, astronaut = still(COFFEE), still(ASTRONAUT)
    height, width = coffee.shape[:2]
    inset = coffee.copy()
    small = cv2.resize(astronaut, (width * 3 // 10, height * 3 // 10), interpolation=cv2.INTER_AREA)
    inset[height // 10 : height // 10 + small.shape[0], width // 10 : width // 10 + small.shape[1]] = small
    sampler, parts = ShotSampler(), []
    for number, pixels in enumerate([coffee] * 7 + [inset] * 5):
        look = sampler.look(Frame(number / 5, pixels))
        if look is not None and look.part:
            parts.append(number / 5)
            assert not look.cut
    assert parts == [7 / 5] or parts == [8 / 5]


@given(st.lists(st.integers(0, 255), min_size=1, max_size=60))
def test_never_less_than_the_floor(levels: list[int]) -> None:
    found = [seconds for seconds, _ in looks([np.full((36, 64, 3), level, np.uint8) for level in levels])]
    assert found[0] == 0.0
    assert all(later - sooner <= FLOOR + 0.2 + 1e-6 for sooner, later in pairwise(found))

"""A time line is found at any speed and direction where something moves; at rest it is equal speed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from auditor.matching.lines import RATES, Line, best_line, change_agreement, refined
from auditor.matching.registration import correlation

PIXELS = 150


def footage(moments: NDArray[np.float64], seed: int) -> NDArray[np.float32]:
    """Grey levels (n, 150) of a picture whose parts brighten and darken, each in its own rhythm: never twice the same."""
    random = np.random.default_rng(seed)
    still = random.uniform(60, 190, PIXELS)
    slow, phase = random.uniform(1, 8, (3, PIXELS)), random.uniform(0, 7, (3, PIXELS))
    waves = np.sin(slow[None] * moments[:, None, None] + phase[None]).sum(axis=1)
    return (still + 15 * waves).astype(np.float32)


@settings(max_examples=10, deadline=None)
@given(rate=st.one_of(st.floats(0.55, 1.9), st.floats(-1.9, -0.55)), start=st.floats(4, 14), seed=st.integers(0, 1000))
def test_any_speed_and_direction_is_found(rate: float, start: float, seed: float) -> None:
    moments = np.arange(0, 25, 0.04)
    times = np.arange(10.0, 13.0, 0.04)
    truth = Line(rate, start - rate * 10.0)
    low, high = truth.span(10.0, 13.0)
    if low < 0 or high > 24.9:
        return
    left, right = footage(np.array([truth.at(t) for t in times]), int(seed)), footage(moments, int(seed))
    found = refined(correlation(left, right), times, moments, best_line(left, right, times, moments, RATES))
    assert abs(found.at(11.5) - truth.at(11.5)) < 0.1
    assert found.rate == pytest.approx(rate, rel=0.06)


def test_a_picture_at_rest_plays_at_equal_speed() -> None:
    moments, times = np.arange(0, 10, 0.04), np.arange(2.0, 5.0, 0.04)
    noise = np.random.default_rng(1)
    still = footage(np.zeros(1), 3)
    left = still + noise.normal(0, 0.3, (len(times), PIXELS)).astype(np.float32)
    right = still + noise.normal(0, 0.3, (len(moments), PIXELS)).astype(np.float32)
    assert best_line(left, right, times, moments, RATES).rate == 1.0


def test_uneven_frame_times_do_not_shift_the_line() -> None:
    moments = np.sort(np.random.default_rng(2).uniform(0, 10, 250))
    times = np.arange(2.0, 5.0, 0.033)
    left, right = footage(times + 1.3, 5), footage(moments, 5)
    assert best_line(left, right, times, moments, RATES).at(3.5) == pytest.approx(4.8, abs=0.12)


def test_changes_agree_on_the_right_line_only() -> None:
    moments, times = np.arange(0, 10, 0.04), np.arange(2.0, 5.0, 0.04)
    left, right = footage(times + 1.0, 7), footage(moments, 7)
    assert change_agreement(left, right, times, moments, Line(1.0, 1.0)) > 0.95
    assert abs(change_agreement(left, right, times, moments, Line(1.0, 4.0))) < 0.5
    assert change_agreement(left, right, times, moments, Line(-1.0, 7.0)) < 0.5
    assert change_agreement(left, right, times, moments, Line(1.0, 100.0)) == 0.0

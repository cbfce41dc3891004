"""Counts of a running screening, and the drawing of arms."""

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.audience.allocation import BLOCK, arm_drawn
from generator.audience.tallies import Reach, binned, busiest, watch_through


def test_how_far_viewers_came() -> None:
    curve = watch_through([(0, False), (30, False), (30, True), (60, False), (60, True)], 60, steps=2)
    assert curve == (Reach(0, 5, 0), Reach(30, 4, 0), Reach(60, 2, 1))


def test_a_film_with_no_audience() -> None:
    assert watch_through([], 60, steps=1) == (Reach(0, 0, 0), Reach(60, 0, 0))
    assert busiest(binned([], 60)) == ()


@given(st.lists(st.tuples(st.floats(-5, 70), st.booleans()), max_size=40), st.integers(1, 80))
def test_the_curve_falls_and_keeps_everybody(furthest: list[tuple[float, bool]], steps: int) -> None:
    curve = watch_through(furthest, 60, steps=steps)
    assert curve[0] == Reach(0, len(furthest), 0)
    for before, after in zip(curve, curve[1:], strict=False):
        assert after.reached <= before.reached
        assert before.reached + before.under_way >= after.reached + after.under_way
    for one in curve:
        assert one.reached >= sum(moment >= one.at + 1e-6 for moment, _ in furthest)


@given(st.lists(st.floats(-5, 70), max_size=40), st.integers(1, 80))
def test_nothing_is_lost_in_bins(moments: list[float], bins: int) -> None:
    counted = binned(moments, 60, bins=bins)
    assert sum(one.count for one in counted) == len(moments)
    assert (counted[0].start, counted[-1].end, len(counted)) == (0, 60, bins)


def test_the_busiest_stretches() -> None:
    assert [(one.start, one.count) for one in busiest(binned([1, 1, 5, 9, 9, 9.5], 10, bins=10), most=2)] == [
        (9, 3),
        (1, 2),
    ]


@pytest.mark.parametrize("wrong", [0.0, -1.0])
def test_a_film_has_a_length(wrong: float) -> None:
    with pytest.raises(ValueError, match="a film lasts"):
        binned([], wrong)
    with pytest.raises(ValueError, match="a film lasts"):
        watch_through([], wrong)


@given(st.integers(0, 2**32), st.integers(1, 3), st.integers(1, 3), st.integers(1, 60))
def test_arms_stay_within_a_block_of_their_weights(seed: int, a: int, b: int, viewers: int) -> None:
    weights, counts, draw = {"A": a, "B": b}, Counter[str](), random.Random(seed)
    for come in range(1, viewers + 1):
        counts[arm_drawn(counts, weights, draw)] += 1
        blocks, rest = divmod(come, BLOCK * (a + b))
        for arm, weight in weights.items():
            assert blocks * BLOCK * weight <= counts[arm] <= (blocks + bool(rest)) * BLOCK * weight


def test_either_arm_may_come_first() -> None:
    first = Counter(arm_drawn({}, {"A": 1, "B": 1}, random.Random(seed)) for seed in range(200))
    assert 60 < first["A"] < 140


def test_places_that_were_left_are_filled_first() -> None:
    assert {arm_drawn({"A": 9, "B": 2}, {"A": 1, "B": 1}, random.Random(seed)) for seed in range(20)} == {"B"}


@pytest.mark.parametrize("weights", [{}, {"A": 0}])
def test_there_is_something_to_draw_from(weights: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least one arm"):
        arm_drawn({}, weights, random.Random(1))

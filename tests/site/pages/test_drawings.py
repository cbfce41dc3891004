"""Drawings stay inside their frame, whatever the film is like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_site.pages.drawings import Bar, Lane, curve, seconds_text, timeline
from django_site.pages.states import KINDS, look
from django_site.pages.templatetags.ui import ICONS

seconds = st.floats(0, 20_000, allow_nan=False)


@given(st.floats(0.04, 15_000), st.lists(st.tuples(seconds, seconds), max_size=12))
def test_bars_lie_within_the_film(duration, stretches):
    bars = tuple(Bar(min(pair), max(pair), "x") for pair in stretches)
    drawn = timeline(duration, [Lane("one", bars), Lane("two", ())])
    for placed in drawn.lanes[0].bars:
        assert placed.width >= 0
        assert placed.x + placed.width <= max(100, placed.x) + 0.001
    assert all(0 <= x <= 100.001 for x, _, _ in drawn.marks)
    assert 1 <= len(drawn.marks) <= 16
    assert [lane.y for lane in drawn.lanes] == [0, 46]


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(-0.2, 1.3)), min_size=2, max_size=50), seconds, seconds)
def test_the_curve_lies_within_its_box(samples, start, end):
    drawn = curve(sorted(samples), start=min(start, end), end=max(start, end))
    for point in drawn.points.split():
        x, y = map(float, point.split(","))
        assert -0.1 <= x <= 1000.1
        assert 0 <= y <= 100


def test_a_curve_needs_two_samples():
    assert curve([], start=0, end=1) is None
    assert curve([[0.5, 0.9]], start=0, end=1) is None


def test_seconds_read_as_on_a_clock():
    assert [seconds_text(value) for value in (0, 7.5, 59.99, 67, 3600)] == ["0 s", "7.5 s", "59.99 s", "1:07", "60:00"]


@pytest.mark.parametrize(("kind", "state"), [(kind, state) for kind, states in KINDS.items() for state in states])
def test_every_state_has_an_icon_and_a_word(kind, state):
    tone, icon, word = look(kind, state)
    assert tone in ("good", "stop", "ask", "busy", "idle", "trusted")
    assert icon in ICONS
    assert word == state.label

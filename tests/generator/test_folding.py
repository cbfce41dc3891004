"""Folding: what a viewer did does not depend on how it arrived, and no more is claimed than was told."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.audience import Comment, Reaction, Signal, Viewing, viewing
from generator.audience.folding import SILENT_S

DURATION = 60.0


def fold(*signals: Signal, now: float | None = None) -> Viewing:
    return viewing(signals, viewer="Amber 7", film="film", duration=DURATION, now=now)


def test_a_film_that_ran_to_its_end() -> None:
    beats = [Signal("beat", float(at), at, 100.0 + at) for at in range(5, 60, 5)]
    seen = fold(Signal("play", 0, 0, 100), *beats, Signal("end", 60, 61, 160), Signal("leave", 60, 62, 170))
    assert seen.watched == ((0, 60),)
    assert (seen.furthest, seen.finished, seen.left_at, seen.pauses) == (60, True, None, ())


def test_pauses_rewinds_and_skips() -> None:
    seen = fold(
        Signal("play", 0, 1, 0),
        Signal("pause", 10, 2, 10),
        Signal("play", 10, 3, 30),
        Signal("seek", 20, 4, 40, to=5),
        Signal("beat", 10, 5, 45),
        Signal("seek", 12, 6, 47, to=50),
        Signal("leave", 55, 7, 52),
    )
    assert seen.watched == ((0, 10), (10, 20), (5, 12), (50, 55))
    assert (seen.pauses, seen.rewinds, seen.skips) == ((10,), ((20, 5),), ((12, 50),))
    assert (seen.furthest, seen.finished, seen.left_at, seen.ignored) == (55, False, 55, 0)


def test_what_was_lost_is_not_made_up() -> None:
    """A jump was lost between two beats: five seconds passed, thirty did not run."""
    seen = fold(Signal("play", 0, 1, 0), Signal("beat", 5, 2, 5), Signal("beat", 35, 4, 10), Signal("beat", 40, 5, 15))
    assert seen.watched == ((0, 5), (35, 40))
    assert seen.skips == ()


def test_lost_beats_are_bridged_where_the_film_can_have_run() -> None:
    seen = fold(Signal("play", 0, 1, 0), Signal("beat", 30, 7, 30), Signal("pause", 31, 8, 31))
    assert seen.watched == ((0, 31),)


def test_a_lost_start() -> None:
    assert fold(Signal("beat", 5, 2, 5), Signal("beat", 10, 3, 10)).watched == ((5, 10),)


@pytest.mark.parametrize(
    "absurd",
    [
        Signal("play", math.nan, 1, 0),
        Signal("beat", 1e9, 1, 0),
        Signal("beat", -30, 1, 0),
        Signal("beat", 5, 1, math.inf),
        Signal("seek", 5, 1, 0, to=math.inf),
        Signal("seek", 5, 1, 0),
        Signal("end", 3, 1, 0),
        Signal("reaction", 3, 1, 0, value="  "),
        Signal("answer", 3, 1, 0, value="nothing"),
    ],
)
def test_what_can_not_be_is_counted_and_left_out(absurd: Signal) -> None:
    assert fold(absurd, absurd) == viewing([], viewer="Amber 7", film="film", duration=DURATION).__class__(
        "Amber 7", "film", DURATION, ignored=1
    )


def test_a_players_rounding_is_the_films_edge() -> None:
    assert fold(Signal("play", 58, 1, 0), Signal("end", 60.04, 2, 2)).watched == ((58, 60),)


def test_who_was_silent_for_long_has_left_and_who_is_not_has_not() -> None:
    told = (Signal("play", 0, 1, 1000), Signal("beat", 5, 2, 1005))
    assert fold(*told, now=1005 + SILENT_S + 1).left_at == 5
    assert fold(*told, now=1005 + SILENT_S).left_at is None
    assert fold(*told).left_at is None


def test_who_left_and_came_back_has_not_left() -> None:
    assert fold(Signal("leave", 5, 1, 0), Signal("play", 5, 2, 100)).left_at is None


def test_words_reactions_and_answers() -> None:
    seen = fold(
        Signal("reaction", 3, 1, 0, value="laugh"),
        Signal("comment", 4, 2, 0, value=" <b>dark</b> "),
        Signal("answer", 60, 3, 0, value="q1=4"),
        Signal("answer", 60, 4, 0, value="q1=5=6"),
        Signal("choice", 30, 5, 0, value="door=left"),
    )
    assert seen.reactions == (Reaction(3, "laugh"),)
    assert seen.comments == (Comment(4, "<b>dark</b>", "Amber 7"),)
    assert seen.answers == {"q1": "5=6"}
    assert seen.choices == (Reaction(30, "door=left"),)


@pytest.mark.parametrize("duration", [0.0, -1.0, math.nan, math.inf])
def test_a_film_lasts(duration: float) -> None:
    with pytest.raises(ValueError, match="positive number"):
        viewing([], viewer="a", film="b", duration=duration)


_MOMENTS = st.one_of(st.floats(-5, 70), st.sampled_from([math.nan, math.inf, -math.inf, 0.0, 59.99, 60.0]))
_SIGNALS = st.builds(
    Signal,
    kind=st.sampled_from(["play", "pause", "seek", "beat", "end", "leave", "reaction", "comment", "answer", "choice"]),
    at=_MOMENTS,
    seq=st.integers(0, 12),
    said=st.one_of(st.floats(0, 300), st.just(math.nan)),
    to=st.one_of(st.none(), _MOMENTS),
    value=st.sampled_from(["", "laugh", "q=1", "q=2"]),
)


@given(st.data(), st.lists(_SIGNALS, max_size=25))
def test_neither_order_nor_repetition_matters(data: st.DataObject, told: list[Signal]) -> None:
    shuffled = data.draw(st.permutations(told + data.draw(st.lists(st.sampled_from(told or [None]), max_size=6))))
    again = [one for one in shuffled if one is not None]
    assert fold(*again, now=200.0) == fold(*told, now=200.0)


@given(st.lists(_SIGNALS, max_size=25))
def test_everything_lies_within_the_film(told: list[Signal]) -> None:
    seen = fold(*told)
    for start, end in seen.watched:
        assert 0 <= start < end <= DURATION
    assert seen.furthest == max((end for _, end in seen.watched), default=0.0)
    moments = [*seen.pauses, *(m for jump in seen.rewinds + seen.skips for m in jump)]
    moments += [one.at for one in (*seen.reactions, *seen.comments, *seen.choices)]
    assert all(0 <= moment <= DURATION for moment in moments)
    assert all(to < at for at, to in seen.rewinds)
    assert all(to > at for at, to in seen.skips)
    assert not (seen.finished and seen.left_at is not None)
    # no more than the twice-as-fast clock and the slack of each signal allow
    said = [one.said for one in told if math.isfinite(one.said)]
    if len(said) == len(told) > 0:
        ceiling = len(told) * (2 * (max(said) - min(said)) + 2)
        assert sum(end - start for start, end in seen.watched) <= ceiling + 1e-6

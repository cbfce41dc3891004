"""The conventional schedule is the arithmetic that it says, and hours of a log are a floor."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.audience.economy import (
    DONE_BY,
    PER,
    Assumptions,
    FilmSize,
    Role,
    conventional,
    hours_worked,
)
from generator.errors import EconomyError


def test_a_schedule_by_hand() -> None:
    """Ten minutes at four pages a day are three days; two actors and an editor, worked out with pencil and paper."""
    assumed = Assumptions(
        roles=(
            Role("actors", "Actors", "speaking", 1.0, "shooting day", 400, "machine"),
            Role("editor", "Editor", 1, 1.0, "editing day", 380, "people"),
            Role("composer", "Composer", 1, 1.0, "page", 500, "nobody"),
        ),
        other_costs_a_shooting_day=1000,
    )
    made = conventional(FilmSize(600.0, 8, 2), assumed)
    assert (made.pages, made.shooting_days, made.preparation_days, made.editing_days) == (10.0, 3, 3.0, 20.0)
    assert [(one.people, one.person_days, one.money) for one in made.roles] == [
        (2.0, 6.0, 2400.0), (1.0, 20.0, 7600.0), (0.0, 0.0, 0.0),
    ]  # fmt: skip
    assert (made.person_days, made.other_costs, made.money) == (26.0, 3000.0, 13000.0)
    assert [one.role.id for one in made.displaced] == ["actors"]


def test_a_film_of_no_length_takes_nobody() -> None:
    made = conventional(FilmSize(0.0, 0, 0), Assumptions())
    assert (made.pages, made.shooting_days, made.person_days, made.money, made.displaced) == (0.0, 0, 0.0, 0.0, ())


def test_pages_that_fill_a_day_exactly_take_no_other() -> None:
    """Four fifths of a minute at 0.1 pages a day: rounding errors of floats must not add a day."""
    assumed = replace(Assumptions(), pages_a_day=0.1)
    assert conventional(FilmSize(48.0, 1, 0), assumed).shooting_days == 8


roles = st.builds(
    Role,
    id=st.text("abcdefg", min_size=1, max_size=8),
    title=st.text(min_size=1, max_size=20).filter(lambda text: text.strip()),
    people=st.one_of(st.just("speaking"), st.floats(0, 50)),
    days=st.floats(0, 100),
    per=st.sampled_from(PER),
    day_rate=st.floats(0, 5000),
    done_by=st.sampled_from(DONE_BY),
)
plans = st.builds(
    Assumptions,
    roles=st.lists(roles, max_size=6, unique_by=lambda role: role.id).map(tuple),
    pages_a_day=st.floats(0.1, 20),
    pages_a_minute=st.floats(0, 5),
    machine_hour=st.floats(0, 100),
    grams_a_kilowatt_hour=st.one_of(st.none(), st.floats(0, 2000)),
    note=st.text(max_size=30),
)
sizes = st.builds(FilmSize, seconds=st.floats(0, 20_000), scenes=st.integers(0, 200), speaking=st.integers(0, 40))


@given(plans, sizes)
def test_the_sums_are_those_of_the_rows_and_longer_films_take_no_fewer_days(
    assumed: Assumptions, size: FilmSize
) -> None:
    made = conventional(size, assumed)
    assert made.person_days == pytest.approx(sum(one.person_days for one in made.roles), abs=1e-2)
    assert made.money == pytest.approx(sum(one.money for one in made.roles) + made.other_costs, abs=1e-1)
    assert all(one.person_days > 0 and one.role.done_by == "machine" for one in made.displaced)
    longer = conventional(replace(size, seconds=size.seconds * 2), assumed)
    assert longer.shooting_days >= made.shooting_days
    assert longer.person_days >= made.person_days - 1e-6


@given(plans)
def test_assumptions_are_read_back_as_they_were_written(assumed: Assumptions) -> None:
    assert Assumptions.from_dict(assumed.as_dict()) == assumed


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"currency": "euro"}, "no currency"),
        ({"pages_a_day": 0}, "pages a day must be more than nothing"),
        ({"machine_hour": -1}, "machine hour is a number from 0"),
        ({"machine_hour": math.nan}, "machine hour is a number"),
        ({"machine_hour": "5"}, "machine hour is a number"),
        ({"work_hour": True}, "work hour is a number"),
        ({"grams_a_kilowatt_hour": math.inf}, "grams a kilowatt hour is a number"),
        ({"roles": "many"}, "the roles are a list"),
        ({"roles": [{"id": "a"}]}, "a role lacks 'title'"),
        ({"roles": [3]}, "a role is a JSON object"),
        ({"surprise": 1}, "unknown field 'surprise'"),
        ({"note": "x" * 2001}, "at most 2,000 characters"),
    ],
)
def test_what_can_not_be_assumed_is_named(change: dict, says: str) -> None:
    with pytest.raises(EconomyError, match=says):
        Assumptions.from_dict({**Assumptions().as_dict(), **change})


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"per": "moon"}, "counted by one of"),
        ({"done_by": "me"}, "is done by"),
        ({"title": " "}, "has a title"),
        ({"id": ""}, "an id of 1 to 40"),
        ({"people": -1}, "people of Editor"),
        ({"days": 1e9}, "days of Editor"),
        ({"wings": 2}, "unknown field 'wings'"),
    ],
)
def test_a_trade_that_makes_no_sense_is_named(change: dict, says: str) -> None:
    role = {"id": "e", "title": "Editor", "people": 1, "days": 1, "per": "page", "day_rate": 1, "done_by": "people"}
    with pytest.raises(EconomyError, match=says):
        Assumptions.from_dict({**Assumptions().as_dict(), "roles": [{**role, **change}]})


def test_two_trades_of_one_id_and_too_many_trades() -> None:
    role = Role("e", "Editor", 1, 1, "page", 1, "people")
    with pytest.raises(EconomyError, match="same id"):
        Assumptions(roles=(role, role))
    with pytest.raises(EconomyError, match="at most 60 roles"):
        Assumptions(roles=tuple(replace(role, id=str(number)) for number in range(61)))


def test_hours_of_two_stretches_by_hand() -> None:
    """9:00, 9:20 and 9:40 are one stretch of 40 minutes, 14:00 another; each began five minutes before."""
    morning, afternoon = [0.0, 1200.0, 2400.0], [18_000.0]
    made = hours_worked([*afternoon, *morning], gap=30, lead=5)
    assert (made.stretches, made.acts) == (2, 4)
    assert made.hours == pytest.approx((2400 + 2 * 300) / 3600, abs=1e-3)
    assert hours_worked([], gap=30, lead=5).hours == 0.0


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=40), st.floats(1, 600), st.floats(0, 60))
def test_hours_never_exceed_the_time_from_first_to_last_act_and_the_leads(
    at: list[float], gap: float, lead: float
) -> None:
    made = hours_worked(at, gap=gap, lead=lead)
    most = (max(at) - min(at) + made.stretches * lead * 60) / 3600
    assert made.stretches * lead / 60 - 1e-3 <= made.hours <= most + 1e-3
    assert hours_worked(at, gap=gap * 2, lead=lead).stretches <= made.stretches

"""What a film would have taken by a conventional schedule, and the hours that a log of work shows.

A conventional schedule here is arithmetic over assumptions, never a fact: every figure that it rests on is in
``Assumptions``, is shown beside the result, and is meant to be replaced by those who know their own trade. The one rule of
thumb that is common property is that a page of screenplay plays for about a minute; the rest are starting points of ours.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, field, fields, replace
from itertools import pairwise
from typing import Any, Literal

from generator.errors import EconomyError

#: What the days of a role are counted by.
Per = Literal["page", "shooting day", "preparation day", "editing day", "film"]
#: Who did it here: ``people``; ``machine``, so that nobody was engaged for it; ``nobody``, because this film needs none.
DoneBy = Literal["people", "machine", "nobody"]
PER: tuple[Per, ...] = ("page", "shooting day", "preparation day", "editing day", "film")
DONE_BY: tuple[DoneBy, ...] = ("people", "machine", "nobody")
#: Most roles of a schedule; more is a mistake or an attack on the page.
MAX_ROLES = 60
#: Largest number that any assumption may be; beyond it nothing on earth is meant.
LARGEST = 1_000_000.0


@dataclass(frozen=True, slots=True)
class Role:
    """A trade of a conventional crew: ``people`` of it for ``days`` days each ``per`` something, at ``day_rate`` a day.

    ``people`` may be "speaking", as many as the film has characters who speak."""

    id: str
    title: str
    people: float | Literal["speaking"]
    days: float
    per: Per
    day_rate: float
    done_by: DoneBy


_DEFAULT_ROLES = (
    Role("writer", "Writer", 1, 1.0, "page", 400, "machine"),
    Role("producer", "Producer", 1, 1.0, "preparation day", 450, "people"),
    Role("director", "Director", 1, 1.0, "shooting day", 500, "people"),
    Role("first-ad", "First assistant director", 1, 1.0, "shooting day", 350, "machine"),
    Role("cinematographer", "Cinematographer", 1, 1.0, "shooting day", 450, "machine"),
    Role("camera", "Camera assistants", 2, 1.0, "shooting day", 280, "machine"),
    Role("lighting", "Gaffer and electricians", 2, 1.0, "shooting day", 300, "machine"),
    Role("grip", "Grips", 1, 1.0, "shooting day", 300, "machine"),
    Role("sound", "Sound recordist", 1, 1.0, "shooting day", 350, "machine"),
    Role("design", "Production designer and art department", 2, 1.0, "preparation day", 350, "machine"),
    Role("costume", "Costume", 1, 1.0, "shooting day", 300, "machine"),
    Role("make-up", "Make-up and hair", 1, 1.0, "shooting day", 300, "machine"),
    Role("actors", "Actors with lines", "speaking", 1.0, "shooting day", 400, "machine"),
    Role("editor", "Editor", 1, 1.0, "editing day", 380, "people"),
    Role("sound-design", "Sound designer and mixer", 1, 0.5, "editing day", 380, "machine"),
    Role("composer", "Composer", 1, 1.0, "page", 400, "nobody"),
    Role("grading", "Colourist", 1, 0.2, "editing day", 400, "machine"),
)


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Everything that is assumed. Money is in ``currency`` (ISO 4217); rates are those of an hour, a day or a kilowatt-hour.

    ``session_gap`` and ``session_lead`` read hours from the log of contributions: acts of one person that lie no further
    apart than the gap (minutes) are one stretch of work, and each stretch began the lead (minutes) before its first act.
    ``pages_a_minute`` pages are a minute of film; ``pages_a_day`` of them are shot on a day.
    """

    currency: str = "EUR"
    machine_hour: float = 0.5
    kilowatt_hour: float = 0.30
    grams_a_kilowatt_hour: float | None = None
    work_hour: float = 50.0
    hours_a_day: float = 8.0
    session_gap: float = 30.0
    session_lead: float = 5.0
    pages_a_minute: float = 1.0
    pages_a_day: float = 4.0
    preparation_days_a_shooting_day: float = 1.0
    editing_days_a_minute: float = 2.0
    other_costs_a_shooting_day: float = 800.0
    roles: tuple[Role, ...] = _DEFAULT_ROLES
    note: str = ""

    def __post_init__(self) -> None:
        _check(self)

    def as_dict(self) -> dict[str, Any]:
        """A JSON document that ``from_dict`` reads back to an equal value."""
        made: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return made

    @classmethod
    def from_dict(cls, document: object) -> "Assumptions":
        """Reads ``as_dict``'s. Raises ``EconomyError`` naming the first field that is unknown or bad."""
        if not isinstance(document, Mapping):
            raise EconomyError(f"assumptions are a JSON object, not {type(document).__name__}")
        values = dict(document)
        known = {one.name for one in fields(cls)}
        if unknown := sorted(str(key) for key in values if key not in known):
            raise EconomyError(f"assumptions have an unknown field {unknown[0][:40]!r}; remove it")
        if "roles" in values:
            if not isinstance(values["roles"], list):
                raise EconomyError("the roles are a list; give each its own entry")
            values["roles"] = tuple(_role(one) for one in values["roles"])
        return cls(**values)


@dataclass(frozen=True, slots=True)
class FilmSize:
    """What of a film a schedule is worked out from: its length in seconds, scenes, and characters who speak."""

    seconds: float
    scenes: int
    speaking: int


@dataclass(frozen=True, slots=True)
class RoleDays:
    """A role with what the schedule gives it: people, person-days, money."""

    role: Role
    people: float
    person_days: float
    money: float


@dataclass(frozen=True, slots=True)
class Schedule:
    """A conventional schedule: pages, days, each role's share, other costs, and the sums. Of ``displaced`` roles the
    machine took the place: so many people for so many days would have been paid."""

    pages: float
    shooting_days: int
    preparation_days: float
    editing_days: float
    roles: tuple[RoleDays, ...]
    other_costs: float
    person_days: float = field(default=0.0)
    money: float = field(default=0.0)

    @property
    def displaced(self) -> tuple[RoleDays, ...]:
        return tuple(one for one in self.roles if one.role.done_by == "machine" and one.person_days > 0)


def conventional(size: FilmSize, assumed: Assumptions) -> Schedule:
    """The schedule that the assumptions give a film of this size; nothing for a film of no length."""
    pages = size.seconds / 60.0 * assumed.pages_a_minute
    shooting = math.ceil(round(pages / assumed.pages_a_day, 9)) if pages > 0 else 0
    preparation = shooting * assumed.preparation_days_a_shooting_day
    editing = size.seconds / 60.0 * assumed.editing_days_a_minute
    counts: dict[Per, float] = {
        "page": pages,
        "shooting day": float(shooting),
        "preparation day": preparation,
        "editing day": editing,
        "film": 1.0 if pages > 0 else 0.0,
    }
    rows = []
    for role in assumed.roles:
        people = float(size.speaking) if role.people == "speaking" else float(role.people)
        if role.done_by == "nobody":
            people = 0.0
        days = people * role.days * counts[role.per]
        rows.append(RoleDays(role, people, round(days, 3), round(days * role.day_rate, 2)))
    other = round(shooting * assumed.other_costs_a_shooting_day, 2)
    made = Schedule(round(pages, 3), shooting, round(preparation, 3), round(editing, 3), tuple(rows), other)
    return replace(
        made,
        person_days=round(sum(one.person_days for one in rows), 3),
        money=round(sum(one.money for one in rows) + other, 2),
    )


@dataclass(frozen=True, slots=True)
class Worked:
    """Hours that a log shows of one person: ``stretches`` of work with ``acts`` in them."""

    hours: float
    stretches: int
    acts: int


def hours_worked(moments: Iterable[float], *, gap: float, lead: float) -> Worked:
    """Hours of one person from the moments of what they did (seconds since the epoch, in any order).

    A floor, not a timesheet: what was thought, read or tried without an act leaves no trace, and of a stretch only the
    time between its first and last act, and ``lead`` minutes before, is counted. ``gap`` minutes without an act end it.
    """
    at = sorted(moments)
    if not at:
        return Worked(0.0, 0, 0)
    seconds, stretches, begun = 0.0, 1, at[0]
    for before, now in pairwise(at):
        if now - before > gap * 60.0:
            seconds += before - begun
            begun = now
            stretches += 1
    seconds += at[-1] - begun
    return Worked(round((seconds + stretches * lead * 60.0) / 3600.0, 3), stretches, len(at))


def _role(document: object) -> Role:
    if not isinstance(document, Mapping):
        raise EconomyError(f"a role is a JSON object, not {type(document).__name__}")
    known = {one.name: one for one in fields(Role)}
    if unknown := sorted(str(key) for key in document if key not in known):
        raise EconomyError(f"a role has an unknown field {unknown[0][:40]!r}; remove it")
    if missing := [name for name, one in known.items() if name not in document and one.default is MISSING]:
        raise EconomyError(f"a role lacks {missing[0]!r}; give it one")
    return Role(**document)


def _check(assumed: Assumptions) -> None:
    if len(assumed.currency) != 3 or not (assumed.currency.isascii() and assumed.currency.isupper()):
        raise EconomyError(f"{assumed.currency[:10]!r} is no currency; write its three capital letters, such as EUR")
    for one in fields(assumed):
        value = getattr(assumed, one.name)
        if one.name not in ("currency", "roles", "note", "grams_a_kilowatt_hour"):
            _number(one.name.replace("_", " "), value)
    if assumed.grams_a_kilowatt_hour is not None:
        _number("grams a kilowatt hour", assumed.grams_a_kilowatt_hour)
    for name in ("pages_a_day", "hours_a_day", "session_gap"):
        if getattr(assumed, name) <= 0:
            raise EconomyError(f"{name.replace('_', ' ')} must be more than nothing: other figures are divided by it")
    if not isinstance(assumed.note, str) or len(assumed.note) > 2000:
        raise EconomyError("the note has at most 2,000 characters")
    _check_roles(assumed.roles)


def _check_roles(roles: Sequence[Role]) -> None:
    if len(roles) > MAX_ROLES:
        raise EconomyError(f"a schedule has at most {MAX_ROLES} roles; {len(roles)} were given")
    if len({role.id for role in roles}) != len(roles):
        raise EconomyError("two roles have the same id; give each its own")
    for role in roles:
        if not isinstance(role.id, str) or not role.id or len(role.id) > 40:
            raise EconomyError("a role has an id of 1 to 40 characters")
        if not isinstance(role.title, str) or not role.title.strip() or len(role.title) > 120:
            raise EconomyError(f"the role {role.id!r} has a title of 1 to 120 characters")
        if role.people != "speaking":
            _number(f"people of {role.title}", role.people)
        _number(f"days of {role.title}", role.days)
        _number(f"day rate of {role.title}", role.day_rate)
        if role.per not in PER:
            raise EconomyError(
                f"the days of {role.title} are counted by one of {', '.join(PER)}, not {str(role.per)[:30]!r}"
            )
        if role.done_by not in DONE_BY:
            raise EconomyError(f"{role.title} is done by {', '.join(DONE_BY)}, not {str(role.done_by)[:30]!r}")


def _number(name: str, value: object) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or not 0 <= value <= LARGEST:  # type: ignore[arg-type,operator]
        raise EconomyError(f"{name} is a number from 0 to {LARGEST:,.0f}, not {str(value)[:20]!r}")

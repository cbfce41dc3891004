"""Which territories cover which: ISO 3166 codes, subdivisions (US-IL), ``EU`` and ``*`` for the whole world."""

from collections.abc import Iterable

#: Member states of the European Union since 2020-02-01 (ISO 3166-1 alpha-2).
EU_MEMBERS = frozenset(
    "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE".split()  # noqa: SIM905
)


def _within(place: str, area: str) -> bool:
    return area in ("*", place) or place.startswith(f"{area}-") or (area == "EU" and place[:2] in EU_MEMBERS)


def covers(granted: Iterable[str], asked: Iterable[str]) -> bool:
    """Whether every asked territory lies within a granted one. Nothing asked is not covered: fail closed."""
    granted, asked = list(granted), list(asked)
    return bool(asked) and all(any(_within(place, area) for area in granted) for place in asked)


def reaches(jurisdictions: Iterable[str], territories: Iterable[str]) -> bool:
    """Whether a rule of these jurisdictions concerns these territories. Unknown territories concern every rule."""
    rules, places = list(jurisdictions), list(territories)
    return (
        not places
        or "*" in places
        or any(_within(place, rule) or _within(rule, place) for rule in rules for place in places)
    )

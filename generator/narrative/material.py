"""What stories are made of, as data beside this module: things, arcs, small tokens, scenes, places, weathers and voices.

The files are in the form of ``configparser``; variants of a line are parted by ``|``. Slots in braces are filled by the
planner with the brief's own words.
"""

import configparser
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Literal, cast

Where = Literal["in", "out", "any"]


@dataclass(frozen=True, slots=True)
class Template:
    """What can happen in a scene of one function: ``steps`` as ``data/scenes.txt`` describes them; ``of``:
    only for a thing that is ``small`` (fits into a hand) or ``large``."""

    function: str
    name: str
    where: Where
    form: str
    alone: bool
    of: str
    change: tuple[str, str]
    steps: tuple[str, ...]

    @property
    def crowded(self) -> bool:
        """Whether a third person is needed."""
        return any(step.startswith("@third") or "hird}" in step for step in self.steps)


@dataclass(frozen=True, slots=True)
class Kin:
    """A place near another: its label, whether it has a roof, its kind in the lexicon."""

    label: str
    interior: bool
    kind: str


def _read(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(
        interpolation=None, delimiters=(":",), comment_prefixes=("#",), empty_lines_in_values=False
    )
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(resources.files("generator.narrative.data").joinpath(name).read_text("utf-8"), name)
    return parser


def _parted(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|") if part.strip())


@cache
def _table(name: str) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    parser = _read(name)
    return MappingProxyType(
        {
            section: MappingProxyType({key: _parted(value) for key, value in parser[section].items()})
            for section in parser.sections()
        }
    )


def voices() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Voice -> speech act -> variants; ``about`` says in words what the voice is."""
    return _table("voices.txt")


def matters() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Thing -> key -> variants: see ``data/matters.txt``."""
    return _table("matters.txt")


def arcs() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Arc -> key -> variants: see ``data/arcs.txt``."""
    return _table("arcs.txt")


def tokens() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Small thing -> ``name``, ``plant``, ``remind``, ``pay``."""
    return _table("tokens.txt")


def weathers() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """``light`` and ``weather`` -> name of the lexicon -> sentences."""
    return _table("weather.txt")


def sights(kind: str) -> tuple[str, ...]:
    """What is seen in a kind of place; ``inside`` under any roof."""
    return _table("places.txt").get(kind, {}).get("see", ())


def memories() -> tuple[str, ...]:
    """Sentences that somebody may remember."""
    return _table("places.txt")["memories"]["say"]


@cache
def kin(kind: str) -> tuple[Kin, ...]:
    """Places near a kind of place."""
    found = []
    for entry in _table("places.txt").get(kind, {}).get("kin", ()):
        label, where, other = (part.strip() for part in entry.split(" / "))
        found.append(Kin(label, where == "in", other))
    return tuple(found)


@cache
def templates() -> Mapping[str, tuple[Template, ...]]:
    """Function -> what can happen there."""
    parser = _read("scenes.txt")
    found: dict[str, list[Template]] = {}
    for section in parser.sections():
        function, _, name = section.partition("/")
        entry = parser[section]
        before, _, after = entry["change"].partition("->")
        where = cast(Where, entry.get("where", "any"))
        found.setdefault(function, []).append(
            Template(
                function,
                name,
                where,
                entry.get("form", ""),
                entry.get("who", "") == "one",
                entry.get("of", ""),
                (before.strip(), after.strip()),
                tuple(line.strip() for line in entry["steps"].splitlines() if line.strip()),
            )
        )
    return MappingProxyType({function: tuple(group) for function, group in found.items()})


@cache
def sentiment_words() -> Mapping[str, int]:
    """Word -> weight, -2 to 2 (``data/sentiment.txt``)."""
    parser = _read("sentiment.txt")
    return MappingProxyType(
        {word: int(weight) for weight in parser.sections() for word in parser[weight]["words"].split()}
    )

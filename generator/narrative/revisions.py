"""Versions of a screenplay: in which colour each is printed, what changed line by line, and who wrote each line.

>>> first = Revision.first("EXT. SEA - DAY\\n\\nWaves.", by=Author("program", "planner"))
>>> second = first.revised("EXT. SEA - DAY\\n\\nWaves.\\n\\nA gull.", by=Author("person", "17"))
>>> second.colour, [line.author.id for line in second.lines]
('blue', ['planner', 'planner', 'planner', '17', '17'])
"""

import difflib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from generator.errors import ScreenplayError

#: The order in which the industry prints revised pages (Writers Guild of America West, "Script Revision Colors"): after the
#: last it begins anew, "second white" and so on.
COLOURS = ("white", "blue", "pink", "yellow", "green", "goldenrod", "buff", "salmon", "cherry")
_ROUNDS = ("", "second ", "third ", "fourth ", "fifth ")
#: Lines of one version at most: a feature film has about 6,000. Comparing two takes time with their product.
MAX_LINES = 20_000
#: From this likeness (difflib's ratio, 0 to 1) a line is held to be the other one changed, not another one.
SAME_LINE = 0.55
#: A line of fewer characters (a cue, an empty line) says too little to be known again elsewhere.
MIN_MOVED = 12

Kind = Literal["person", "model", "program"]
ChangeKind = Literal["same", "added", "removed", "changed", "moved"]


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a line: a person (by an id of the caller's), a model, or a program that is no model."""

    kind: Kind
    id: str

    def as_dict(self) -> dict[str, str]:
        return {"kind": self.kind, "id": self.id}


@dataclass(frozen=True, slots=True)
class AuthoredLine:
    """A line of a version (no line break in it) and who wrote it."""

    text: str
    author: Author


@dataclass(frozen=True, slots=True)
class Change:
    """One line's fate between two versions. Places count from 0; -1 where the line is not in that version."""

    kind: ChangeKind
    before: int
    after: int
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Revision:
    """A version as plain values, fit to be stored as JSON. ``number`` counts from 0, ``at`` is the caller's time."""

    number: int
    lines: tuple[AuthoredLine, ...]
    by: Author
    note: str = ""
    at: str = ""

    @classmethod
    def first(cls, text: str, *, by: Author, note: str = "", at: str = "") -> "Revision":
        """The first version, all of it by one author."""
        return cls(0, tuple(AuthoredLine(line, by) for line in _lines(text)), by, note, at)

    @classmethod
    def written(cls, lines: Sequence[AuthoredLine], *, by: Author, note: str = "", at: str = "") -> "Revision":
        """The first version as a writer hands it over, with the author of each line."""
        return cls(0, tuple(lines), by, note, at)

    def revised(self, text: str, *, by: Author, note: str = "", at: str = "") -> "Revision":
        """The next version. Lines that stay or were only moved keep their author; ``by`` wrote the rest."""
        after = _lines(text)
        kept: dict[int, Author] = {}
        for change in compare([line.text for line in self.lines], after):
            if change.kind in ("same", "moved"):
                kept[change.after] = self.lines[change.before].author
        lines = tuple(AuthoredLine(line, kept.get(place, by)) for place, line in enumerate(after))
        return Revision(self.number + 1, lines, by, note, at)

    @property
    def colour(self) -> str:
        """The colour that this version's pages are printed in."""
        turn, place = divmod(self.number, len(COLOURS))
        return (_ROUNDS[turn] if turn < len(_ROUNDS) else f"{turn + 1}th ") + COLOURS[place]

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)

    def changes_since(self, earlier: "Revision") -> tuple[Change, ...]:
        """What changed from an earlier version to this one."""
        return compare([line.text for line in earlier.lines], [line.text for line in self.lines])

    def shares(self) -> dict[Author, int]:
        """Characters by author, of lines that are not empty; most first."""
        counted: defaultdict[Author, int] = defaultdict(int)
        for line in self.lines:
            counted[line.author] += len(line.text.strip())
        return dict(sorted(((a, n) for a, n in counted.items() if n), key=lambda item: (-item[1], item[0].id)))

    def as_dict(self) -> dict[str, Any]:
        """Values for JSON; authors stand once and lines refer to them."""
        authors = list(dict.fromkeys([self.by, *(line.author for line in self.lines)]))
        return {
            "number": self.number,
            "colour": self.colour,
            "by": 0,
            "note": self.note,
            "at": self.at,
            "authors": [author.as_dict() for author in authors],
            "lines": [[line.text, authors.index(line.author)] for line in self.lines],
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Revision":
        """Reads what ``as_dict`` gave. Raises ``ScreenplayError`` where it is something else."""
        try:
            authors = []
            for entry in values["authors"]:
                if entry["kind"] not in get_args(Kind):
                    raise ValueError(entry["kind"])
                authors.append(Author(cast(Kind, entry["kind"]), str(entry["id"])))
            lines = tuple(AuthoredLine(str(text), authors[int(place)]) for text, place in values["lines"])
            return cls(int(values["number"]), lines, authors[0], str(values["note"]), str(values["at"]))
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise ScreenplayError(
                f"a stored version can't be read ({type(error).__name__}); restore it from a backup"
            ) from error


def _lines(text: str) -> list[str]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) > MAX_LINES:
        raise ScreenplayError(f"the version has {len(lines)} lines; at most {MAX_LINES} are compared, so split it")
    return lines


def compare(before: Sequence[str], after: Sequence[str]) -> tuple[Change, ...]:
    """Every line of both versions once, in the order of the later one, what was removed where it stood.

    What stays in order is found by difflib (Ratcliff and Obershelp's longest matching blocks); of the rest, lines that are
    equal elsewhere are moved, and lines that are alike in the same place are changed.
    """
    found: list[Change] = []
    removed: dict[int, int] = {}  # line of before -> where in found
    added: dict[int, int] = {}
    for tag, b0, b1, a0, a1 in difflib.SequenceMatcher(None, before, after).get_opcodes():
        if tag == "equal":
            found.extend(
                Change("same", b, a, before[b], after[a]) for b, a in zip(range(b0, b1), range(a0, a1), strict=True)
            )
            continue
        pairs = _alike(before, after, range(b0, b1), range(a0, a1))
        b = b0
        for a in range(a0, a1):
            if a in pairs:
                while b < pairs[a]:
                    removed[b] = len(found)
                    found.append(Change("removed", b, -1, before[b], ""))
                    b += 1
                found.append(Change("changed", b, a, before[b], after[a]))
                b += 1
            else:
                added[a] = len(found)
                found.append(Change("added", -1, a, "", after[a]))
        for rest in range(b, b1):
            removed[rest] = len(found)
            found.append(Change("removed", rest, -1, before[rest], ""))
    return _moved(found, removed, added, before, after)


def _alike(before: Sequence[str], after: Sequence[str], old: range, new: range) -> dict[int, int]:
    """Lines of a block that are each other's change: in order, each once."""
    pairs: dict[int, int] = {}
    at = old.start
    for a in new:
        for b in range(at, min(at + 12, old.stop)):  # a change that is farther away is another line
            if not before[b].strip() or not after[a].strip():
                continue
            matcher = difflib.SequenceMatcher(None, before[b], after[a], autojunk=False)
            if (
                matcher.real_quick_ratio() >= SAME_LINE
                and matcher.quick_ratio() >= SAME_LINE
                and matcher.ratio() >= SAME_LINE
            ):
                pairs[a], at = b, b + 1
                break
    return pairs


def _moved(
    found: list[Change],
    removed: Mapping[int, int],
    added: Mapping[int, int],
    before: Sequence[str],
    after: Sequence[str],
) -> tuple[Change, ...]:
    """Joins what was removed here and added there."""
    waiting: defaultdict[str, list[int]] = defaultdict(list)
    for b in removed:
        if len(before[b].strip()) >= MIN_MOVED:
            waiting[before[b].strip()].append(b)
    gone = set()
    for a, place in added.items():
        if waiting.get(after[a].strip()):
            b = waiting[after[a].strip()].pop(0)
            found[place] = Change("moved", b, a, before[b], after[a])
            gone.add(removed[b])
    return tuple(change for place, change in enumerate(found) if place not in gone)

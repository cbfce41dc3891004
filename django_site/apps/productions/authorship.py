"""Who wrote what of a text: measured line by line, word by word. Nothing here touches the database.

Lines are compared without the blank space at their end; blank lines count nothing. The comparison is ``difflib``'s (Ratcliff
and Obershelp's, 1988): it says what stayed, not what was thought.
"""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: Longer texts are compared by which lines they share, without their order: the comparison's time grows with the square.
MAX_LINES = 20_000
#: Words of one rewritten passage that are compared one by one; longer ones count as written anew.
MAX_WORDS = 4_000


@dataclass(frozen=True, slots=True)
class TextMeasure:
    """What became of an earlier text in a later one, in lines and words of the later one (``removed``: of the earlier)."""

    lines_kept: int
    lines_changed: int
    lines_added: int
    lines_removed: int
    words_kept: int
    words_added: int
    words_removed: int

    def as_dict(self) -> dict[str, Any]:
        lines = {"kept": self.lines_kept, "changed": self.lines_changed, "added": self.lines_added}
        words = {"kept": self.words_kept, "added": self.words_added, "removed": self.words_removed}
        return {"lines": {**lines, "removed": self.lines_removed}, "words": words}


def text_lines(text: str) -> list[str]:
    """The lines that count."""
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def text_measure(before: str, after: str) -> TextMeasure:
    """How a text was edited."""
    old, new = text_lines(before), text_lines(after)
    kept = changed = added = removed = words_kept = words_added = words_removed = 0
    for tag, a0, a1, b0, b1 in _opcodes(old, new):
        left, right = " ".join(old[a0:a1]).split(), " ".join(new[b0:b1]).split()
        if tag == "equal":
            kept += b1 - b0
            words_kept += len(right)
            continue
        both = min(a1 - a0, b1 - b0)
        changed += both
        added += b1 - b0 - both
        removed += a1 - a0 - both
        same = _words_shared(left, right) if both else 0
        words_kept += same
        words_added += len(right) - same
        words_removed += len(left) - same
    return TextMeasure(kept, changed, added, removed, words_kept, words_added, words_removed)


def lines_by(versions: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Who each line of the last version is from: ``versions`` are (who, text) in order; a line is whose version brought it
    in the form that it has now. Returns (line, who) in the order of the text."""
    lines: list[str] = []
    whose: list[str] = []
    for who, text in versions:
        fresh = text_lines(text)
        owners = [who] * len(fresh)
        for tag, a0, a1, b0, b1 in _opcodes(lines, fresh):
            if tag == "equal":
                owners[b0:b1] = whose[a0:a1]
        lines, whose = fresh, owners
    return list(zip(lines, whose, strict=True))


def fields_measure(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that differ, each before and after; ``None`` for one that there was not."""
    names = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    return {"fields": {name: {"before": before.get(name), "after": after.get(name)} for name in names}}


def _opcodes(old: Sequence[str], new: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    if max(len(old), len(new)) <= MAX_LINES:
        return difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    places: dict[str, list[int]] = {}
    for place in range(len(old) - 1, -1, -1):
        places.setdefault(old[place], []).append(place)
    codes, start = [], 0
    for place, line in enumerate(new):  # each line that the earlier text has too is kept, wherever it stands
        if places.get(line):
            came = places[line].pop()
            if start < place:
                codes.append(("insert", 0, 0, start, place))
            codes.append(("equal", came, came + 1, place, place + 1))
            start = place + 1
    if start < len(new):
        codes.append(("insert", 0, 0, start, len(new)))
    codes += [("delete", place, place + 1, 0, 0) for left in places.values() for place in left]
    return codes


def _words_shared(left: Sequence[str], right: Sequence[str]) -> int:
    if max(len(left), len(right)) > MAX_WORDS:
        return 0
    blocks = difflib.SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks)

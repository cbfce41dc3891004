"""Whom a brief asks for: characters that somebody owns, and real people who have not said yes. And what can be had instead.

The list (``data/protected.json``) is short and sourced; a studio adds its own with ``load``. It is a help, not a clearance:
a name that is not on it may still be somebody's, and the audit of what was made decides in the end.
"""

import json
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from generator.errors import BriefError, SubjectError

Kind = Literal["character", "person"]
#: A name of fewer letters is only known when it is written exactly: one letter less and it is another word.
FUZZY_FROM = 6
#: Entries of one list: a brief is held to this many in about two seconds; what is longer belongs into a search engine.
MAX_ENTRIES, MAX_LIST_BYTES = 5_000, 4_000_000
#: Times that one name is replaced in a brief: who is named more often is looked for no further.
MAX_MENTIONS = 50
#: Letters of other scripts and figures that are written for Latin ones.
_LOOKS_LIKE = str.maketrans("аеорсхуіѕјԁнткмв0134578@$€", "aeopcxyisjdhtkmboieastbase")
_ASKED = re.compile(
    r"\b(?:starring|played by|portrayed by|looks?(?: exactly| just)? like|(?:face|voice|likeness|body) of|deepfake of|"
    r"impersonat(?:es|ing|ion of)|a clone of|dressed as|acts? like)\s+"
    r"(?:the\s+)?(?:actor|actress|singer|president|footballer)?\s*"
    r"((?:[A-Z][\w'’.-]+\s?){2,3})"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody on the list: see ``data/protected.json``."""

    name: str
    kind: Kind
    source: str
    variants: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    common: bool = False
    traits: str = ""


@dataclass(frozen=True, slots=True)
class Registry:
    """Whom not to ask for, and whom anybody may use (name, source)."""

    entries: tuple[Entry, ...]
    free: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Alternative:
    """What can be done instead. ``source`` says why it can; ``words`` are what a brief says then in place of the name, where
    that is all it takes."""

    kind: Literal["original", "consent", "licence", "public domain"]
    text: str
    source: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Somebody whom a brief asks for: as the list names them, as the brief writes them, why not, what instead."""

    name: str
    kind: Kind
    found: str
    position: int
    source: str
    alternatives: tuple[Alternative, ...]


@cache
def registry() -> Registry:
    """The list that comes with us."""
    return _registry(
        json.loads(resources.files("generator.narrative.data").joinpath("protected.json").read_text("utf-8"))
    )


def load(path: Path, *, base: Registry | None = None) -> Registry:
    """``base`` (ours, if none is given) with a studio's own entries, in the form of ``data/protected.json``.

    Raises ``BriefError`` for a file that can't be read or has another form.
    """
    try:
        if path.stat().st_size > MAX_LIST_BYTES:
            raise BriefError(f"{path} is larger than {MAX_LIST_BYTES} bytes; list fewer names")
        own = _registry(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BriefError(
            f"{path} is no list of protected names ({type(error).__name__}); write entries with name, kind and source"
        ) from error
    first = base or registry()
    return Registry((*first.entries, *own.entries), (*first.free, *own.free))


def _registry(values: Mapping[str, Any]) -> Registry:
    entries: list[Entry] = []
    if len(values["entries"]) > MAX_ENTRIES:
        raise BriefError(
            f"the list of protected names has {len(values['entries'])} entries; at most {MAX_ENTRIES} are held"
        )
    for value in values["entries"]:
        if value["kind"] not in ("character", "person") or not str(value["name"]).strip() or not value["source"]:
            raise ValueError(value["name"])
        entries.append(
            Entry(
                str(value["name"]),
                value["kind"],
                str(value["source"]),
                tuple(map(str, value.get("variants", ()))),
                tuple(map(str, value.get("needs", ()))),
                bool(value.get("common", False)),
                str(value.get("traits", "")),
            )
        )
    return Registry(tuple(entries), tuple((str(e["name"]), str(e["source"])) for e in values.get("free", ())))


def refusals(text: str, *, cleared: Collection[str] = (), known: Registry | None = None) -> tuple[Refusal, ...]:
    """Everybody whom a brief asks for and who is not in ``cleared`` (names that a grant or a licence covers), each once.

    Names are known in any case, with other accents, hyphens, possessives, look-alike letters and figures, and with one
    letter wrong in a longer name; names that are words too (``common``) only where they are written as names.
    """
    known = known or registry()
    words = [(_plain(match.group()), match.start(), match.group()) for match in re.finditer(r"[\w@$€'’.-]*\w", text)]
    parts = [(part, start, raw) for plain, start, raw in words for part in plain.split()]
    have = {part for part, _, _ in parts}
    allowed = {_plain(name) for name in cleared}
    found: dict[str, Refusal] = {}
    for entry in known.entries:
        if _plain(entry.name) in allowed or (entry.needs and not have & {_plain(word) for word in entry.needs}):
            continue
        for name in (entry.name, *entry.variants):
            place = _place(name, parts, text, common=entry.common, sure=bool(entry.needs))
            if place is not None:
                found.setdefault(entry.name, _refusal(entry, place[0], place[1], known))
                break
    for match in _ASKED.finditer(text):
        name = match.group(1).strip(" .'’")
        if _plain(name) in allowed or any(
            _plain(name) in _plain(r.found) or _plain(r.found) in _plain(name) for r in found.values()
        ):
            continue
        if any(_plain(free).find(_plain(name)) >= 0 for free, _ in known.free):
            continue
        entry = Entry(name, "person", "asked for by name; a real person's likeness needs their consent")
        found.setdefault(name, _refusal(entry, name, match.start(1), known))
    return tuple(sorted(found.values(), key=lambda refusal: refusal.position))


def refuse(text: str, *, cleared: Collection[str] = (), known: Registry | None = None) -> None:
    """Raises ``SubjectError`` where a brief asks for somebody who is protected; one line that offers what can be done."""
    found = refusals(text, cleared=cleared, known=known)
    if not found:
        return
    first = found[0]
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    offers = "; or ".join(alternative.text for alternative in first.alternatives)
    why = "is somebody's character" if first.kind == "character" else "is a real person"
    raise SubjectError(f"{first.name}{more} {why}: write {offers}", found)


def instead(
    text: str,
    refusal: Refusal,
    alternative: Alternative,
    *,
    cleared: Collection[str] = (),
    known: Registry | None = None,
) -> str:
    """The brief with the ``words`` of an alternative wherever it asks for whom it was refused for; what else it says stays.

    An alternative without words (a consent, a licence) changes nothing.
    """
    for _ in range(MAX_MENTIONS):
        if not alternative.words:
            break
        found = next((one for one in refusals(text, cleared=cleared, known=known) if one.name == refusal.name), None)
        if found is None:
            break
        begin, end = found.position, found.position + len(found.found)
        words = alternative.words
        article = re.search(r"\b(?:the|an?)\s+$", text[:begin], re.IGNORECASE)
        if article is not None and re.match(r"an? |the |[A-Z]", words):
            begin = article.start()
        if not text[:begin].strip() or text[:begin].rstrip()[-1:] in ".!?":
            words = words[:1].upper() + words[1:]
        text = text[:begin] + words + text[end:]
    return text


def _refusal(entry: Entry, found: str, position: int, known: Registry) -> Refusal:
    traits = entry.traits or "an original character with the same trade and temper"
    offers = [Alternative("original", f"{traits} instead", "yours: name them yourself", traits)]
    if entry.kind == "person":
        offers.append(
            Alternative("consent", "cast somebody who has consented, by subject id", "registry of likenesses")
        )
    else:
        offers.append(Alternative("licence", f"show a licence for {entry.name}", entry.source))
    if known.free and entry.kind == "character":
        name, source = known.free[sum(map(ord, entry.name)) % len(known.free)]
        offers.append(Alternative("public domain", f"take {name} ({source})", source, name))
    return Refusal(entry.name, entry.kind, found, position, entry.source, tuple(offers))


def _place(
    name: str, parts: Sequence[tuple[str, int, str]], text: str, *, common: bool, sure: bool
) -> tuple[str, int] | None:
    """Where a name stands in the text: as it is there, and from which character on."""
    wanted = _plain(name).split()
    joined = "".join(wanted)
    for start in range(len(parts)):
        if parts[start][0][:1] != joined[:1]:
            continue
        run = ""
        for end in range(start, min(start + len(wanted) + 1, len(parts))):
            run += parts[end][0]
            if len(run) > len(joined) + 2:
                break
            exact = run == joined or run == f"{joined}s"
            if not exact and not (
                end - start + 1 == len(wanted) and _near(wanted, [p[0] for p in parts[start : end + 1]])
            ):
                continue
            begin, last = parts[start][1], parts[end]
            raw = text[begin : last[1] + len(last[2])]
            if common and not _as_name(raw, text, begin, sure=sure or len(wanted) > 1):
                continue
            return raw, begin
    return None


def _near(wanted: Sequence[str], given: Sequence[str]) -> bool:
    """Whether one word has one letter wrong and all others none; only in names long enough to be known by that."""
    off = [(a, b) for a, b in zip(wanted, given, strict=True) if a != b]
    if len(off) != 1 or len("".join(wanted)) < FUZZY_FROM + 3 * (len(wanted) > 1):
        return False
    a, b = off[0]
    if len(a) < (FUZZY_FROM if len(wanted) > 1 else FUZZY_FROM + 2) or a[0] != b[0] or abs(len(a) - len(b)) > 1:
        return False
    head = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    rest_a, rest_b = a[head:], b[head:]
    if len(a) == len(b):
        swapped = len(rest_a) > 1 and rest_a[1] + rest_a[0] + rest_a[2:] == rest_b
        return rest_a[1:] == rest_b[1:] or swapped
    longer, shorter = (rest_a, rest_b) if len(a) > len(b) else (rest_b, rest_a)
    return longer[1:] == shorter


def _as_name(raw: str, text: str, begin: int, *, sure: bool) -> bool:
    """Whether a word that is also a common one is written as a name: capitals, and not because a sentence begins there."""
    tokens = re.findall(r"\w+", raw)
    if sure:  # of several words, or with a word beside it that tells who is meant
        return all(token[:1].isupper() for token in tokens)
    opens = not text[:begin].strip() or text[:begin].rstrip()[-1:] in ".!?:"
    return tokens[0][:1].isupper() and (not opens or raw.isupper())


@lru_cache(maxsize=8192)
def _plain(text: str) -> str:
    """Letters alone, folded: no case, no accents, no possessive, hyphens as spaces, look-alikes as what they look like."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    folded = "".join(char for char in folded if not unicodedata.combining(char))
    folded = re.sub(r"['’]s\b|['’]$", "", folded)
    words = []
    for word in re.split(r"[\s\-–_.]+", folded):
        letters = word.translate(_LOOKS_LIKE) if re.search(r"[^\W\d_]", word) else word
        words.append(re.sub(r"[^\w]", "", letters))
    return " ".join(filter(None, words))

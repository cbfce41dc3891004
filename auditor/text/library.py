"""Registered scripts on disk, and what a script shares with them.

Layout: ``library.json`` names each work, its title and its scripts by digest; ``scripts/<sha256>.json`` holds the lines of
one script. Files appear whole or not at all; a script whose bytes differ from its name is refused. What a library holds
is the text itself, because evidence quotes it: keep it where the works may lie.
"""

import contextlib
import fcntl
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.canonical import canonical_json, sha256_json
from auditor.errors import BadInputError
from auditor.files import replacing
from auditor.media.types import Interval
from auditor.plaintext import plain_text
from auditor.report import Finding
from auditor.text.overlap import SHINGLE, TEXT_VERSION, Passage, passages, shingle_hashes, winnowed, words_of
from auditor.text.reading import Script, ScriptLine, read_script

FORMAT = 1
#: Registered places that one shingle of a query may point at: a formula that stands in every script says nothing.
_MAX_PLACES = 500
_QUOTE = 160
_KINDS = ("fountain", "subtitles", "plain")


@dataclass(frozen=True, slots=True)
class TextMatch:
    """A passage that a script shares with a registered one.

    ``query_lines`` and ``reference_lines`` are first and last line numbers in the files; the intervals are seconds, where
    the file is subtitles. ``words`` are equal, ``longest`` of them in a row; ``spanned`` counts the words between the
    passage's ends in the query. ``share`` is the part of the registered script's words that the passage holds, 0..1.
    ``passage`` is the query's words there, as they are compared.
    """

    work_id: str
    title: str
    script: str
    query_lines: tuple[int, int]
    reference_lines: tuple[int, int]
    query_seconds: Interval | None
    reference_seconds: Interval | None
    words: int
    longest: int
    spanned: int
    share: float
    quote: str
    passage: str = ""

    @property
    def score(self) -> float:
        """The part of the passage that is equal, 0..1."""
        return min(1.0, self.words / max(1, self.spanned))

    def as_dict(self) -> dict[str, Any]:
        return {
            "work_id": self.work_id, "title": self.title, "script": self.script,
            "query_lines": list(self.query_lines), "reference_lines": list(self.reference_lines),
            "query": self.query_seconds.as_list() if self.query_seconds else None,
            "reference": self.reference_seconds.as_list() if self.reference_seconds else None,
            "score": round(self.score, 4), "words": self.words, "longest": self.longest, "share": round(self.share, 4),
            "quote": self.quote,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Stream:
    """The words of a script and, for each, the line that it stands on."""

    words: tuple[str, ...]
    lines: tuple[ScriptLine, ...]

    @classmethod
    def of(cls, script: Script, *, spoken_only: bool) -> "_Stream":
        pairs = [
            (word, line) for line in script.lines if line.spoken or not spoken_only for word in words_of(line.text)
        ]
        return cls(tuple(word for word, _ in pairs), tuple(line for _, line in pairs))


class _Postings:
    """Where each kept shingle of the registered scripts begins."""

    def __init__(self, streams: list[_Stream]) -> None:
        self.streams = streams
        hashes, owners, places = [np.empty(0, np.uint64)], [np.empty(0, np.int32)], [np.empty(0, np.int64)]
        for owner, stream in enumerate(streams):
            every = shingle_hashes(stream.words)
            kept = winnowed(every)
            hashes.append(every[kept])
            owners.append(np.full(len(kept), owner, np.int32))
            places.append(kept.astype(np.int64))
        joined = np.concatenate(hashes)
        order = np.argsort(joined, kind="stable")
        self._hashes, self._owners, self._places = (
            joined[order],
            np.concatenate(owners)[order],
            np.concatenate(places)[order],
        )

    def seeds(self, query: _Stream) -> dict[int, NDArray[np.intp]]:
        """For each registered stream that shares a shingle: (n, 2) places in query and stream."""
        hashes = shingle_hashes(query.words)
        first, last = np.searchsorted(self._hashes, hashes, "left"), np.searchsorted(self._hashes, hashes, "right")
        counts = np.where(last - first <= _MAX_PLACES, last - first, 0)
        if not counts.sum():
            return {}
        at = np.repeat(np.arange(len(hashes)), counts)
        entry = np.repeat(first, counts) + np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        owners = self._owners[entry]
        pairs = np.stack([at, self._places[entry]], axis=1)
        return {int(owner): pairs[owners == owner] for owner in np.unique(owners)}


class TextLibrary:
    """Scripts by work. Reading sees the state of the last ``open`` or change made here."""

    def __init__(self, directory: Path, document: dict[str, Any]) -> None:
        self.directory = directory
        self._document = document

    @classmethod
    def open(cls, directory: Path, *, create: bool = False) -> "TextLibrary":
        """The library in ``directory``. Raises ``BadInputError`` if there is none (unless ``create``) or it is damaged."""
        path = directory / "library.json"
        if create and not path.exists():
            with _writing(directory):
                if not path.exists():
                    _write(path, {"format": FORMAT, "text_version": TEXT_VERSION, "works": {}})
        library = cls(directory, _read_document(path))
        library._entries  # noqa: B018 (reads and checks every script, so that damage is told now)
        return library

    def add(self, work_id: str, path: Path, *, title: str | None = None) -> Script:
        """Register a script as part of a work; the same text again changes nothing. Raises ``BadInputError``."""
        if not work_id or not work_id.isprintable() or len(work_id) > 200:
            raise BadInputError(f"{work_id!r} is no id of a work; use up to 200 visible characters")
        script = read_script(path)
        if len(_Stream.of(script, spoken_only=False).words) < SHINGLE:
            raise BadInputError(f"{path.name}: {SHINGLE} words are the least that can be recognised")
        body = canonical_json(_as_document(script))
        digest = hashlib.sha256(body).hexdigest()
        with self._changing() as document:
            target = self.directory / "scripts" / f"{digest}.json"
            if not target.exists():
                with replacing(target) as temporary:
                    temporary.write_bytes(body)
            work = document["works"].setdefault(work_id, {"title": title or path.stem, "scripts": []})
            if title:
                work["title"] = title
            if digest not in work["scripts"]:
                work["scripts"].append(digest)
        return script

    def remove(self, work_id: str) -> None:
        """Forget a work and its scripts. Raises ``BadInputError`` if it is not registered."""
        with self._changing() as document:
            work = document["works"].pop(work_id, None)
            if work is None:
                raise BadInputError(f"{self.directory}: {work_id!r} is not registered here; nothing was removed")
        named = {digest for work in self._document["works"].values() for digest in work["scripts"]}
        for digest in set(work["scripts"]) - named:
            with contextlib.suppress(FileNotFoundError):
                (self.directory / "scripts" / f"{digest}.json").unlink()

    def titles(self) -> dict[str, str]:
        """Work id -> title."""
        return {work_id: str(work["title"]) for work_id, work in sorted(self._document["works"].items())}

    @property
    def digest(self) -> str:
        """Changes whenever a work, its title or its scripts do, and with nothing else."""
        return sha256_json(self._document)

    def match(self, script: Script) -> list[TextMatch]:
        """The passages that ``script`` shares with registered ones, by their place in the query.

        Subtitles hold what is said only; so where either side is subtitles, what a screenplay describes is left out.
        """
        streams = {spoken: _Stream.of(script, spoken_only=spoken) for spoken in (False, True)}
        found: list[TextMatch] = []
        for kind in _KINDS:
            query = streams[kind == "subtitles"]
            postings = self._postings(kind, spoken_only=script.kind == "subtitles")
            if postings is None or len(query.words) < SHINGLE:
                continue
            chosen = [entry for entry in self._entries if entry[2].kind == kind]
            for owner, seeds in postings.seeds(query).items():
                reference = postings.streams[owner]
                work_id, title, registered = chosen[owner]
                found += [
                    _match(work_id, title, registered, query, reference, passage)
                    for passage in passages(query.words, reference.words, seeds)
                ]
        return sorted(found, key=lambda match: (match.query_lines, match.work_id, match.reference_lines))

    @cached_property
    def _entries(self) -> list[tuple[str, str, Script]]:
        """Work id, title and script of everything registered."""
        return [
            (work_id, str(work["title"]), _read_script(self.directory / "scripts" / f"{digest}.json", digest))
            for work_id, work in sorted(self._document["works"].items())
            for digest in work["scripts"]
        ]

    @cached_property
    def _built(self) -> dict[tuple[str, bool], _Postings]:
        return {}

    def _postings(self, kind: str, *, spoken_only: bool) -> _Postings | None:
        chosen = [script for _, _, script in self._entries if script.kind == kind]
        if not chosen:
            return None
        key = (kind, spoken_only and kind == "fountain")
        if key not in self._built:
            self._built[key] = _Postings([_Stream.of(script, spoken_only=key[1]) for script in chosen])
        return self._built[key]

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Any]]:
        """The newest state under the writer's lock; written back if the block succeeds."""
        path = self.directory / "library.json"
        with _writing(self.directory):
            document = _read_document(path)
            yield document
            _write(path, document)
            self._document = document
            self.__dict__.pop("_entries", None)
            self.__dict__.pop("_built", None)


def text_finding(match: TextMatch, script: Script) -> Finding:
    """The finding that a report carries. A script without times yields an interval of no length at 0 s."""
    where = _where(match.query_lines, match.query_seconds, "Seconds", "Lines", "Line")
    there = _where(match.reference_lines, match.reference_seconds, "seconds", "lines", "line")
    alike = "word for word" if match.score > 0.999 else f"with {match.longest} words in a row the same"
    name, title = plain_text(script.name, 80), plain_text(match.title, 80)
    verb = "shares" if where.startswith("Line ") else "share"
    plain = f"{where} of {name} {verb} {match.words} words with “{title}” (its {there}), {alike}: “{match.quote}”."
    return Finding(
        kind="text",
        query=match.query_seconds or Interval(0.0, 0.0),
        score=match.score,
        plain=plain,
        work_id=match.work_id,
        reference=match.reference_seconds,
        measured={
            "words": float(match.words),
            "words in a row": float(match.longest),
            "share of the registered script": match.share,
            "first line": float(match.query_lines[0]),
            "last line": float(match.query_lines[1]),
            "first registered line": float(match.reference_lines[0]),
            "last registered line": float(match.reference_lines[1]),
        },
        known_by=match.passage.encode(),
    )


def _where(lines: tuple[int, int], seconds: Interval | None, clock: str, many: str, one: str) -> str:
    if seconds is not None:
        return f"{clock} {seconds.start:.1f} to {seconds.end:.1f}"
    return f"{many} {lines[0]} to {lines[1]}" if lines[0] != lines[1] else f"{one} {lines[0]}"


def _match(
    work_id: str, title: str, registered: Script, query: _Stream, reference: _Stream, passage: Passage
) -> TextMatch:
    mine, theirs = (_covered(stream, span) for stream, span in ((query, passage.query), (reference, passage.reference)))
    spanned = max(end - start for start, end in (passage.query, passage.reference))
    return TextMatch(
        work_id=work_id, title=title, script=registered.name,
        query_lines=mine[0], reference_lines=theirs[0], query_seconds=mine[1], reference_seconds=theirs[1],
        words=passage.words, longest=passage.longest, spanned=spanned,
        share=passage.words / max(1, len(reference.words)),
        quote=plain_text(" ".join(dict.fromkeys(line.text for line in mine[2])), _QUOTE),
        passage=" ".join(query.words[passage.query[0] : passage.query[1]]),
    )  # fmt: skip


def _covered(stream: _Stream, span: tuple[int, int]) -> tuple[tuple[int, int], Interval | None, tuple[ScriptLine, ...]]:
    """First and last line number, the seconds, and the lines of a span of words."""
    lines = stream.lines[span[0] : span[1]]
    times = [line.seconds for line in lines if line.seconds is not None]
    seconds = Interval(min(t.start for t in times), max(t.end for t in times)) if times else None
    numbers = [line.number for line in lines]
    return (min(numbers), max(numbers)), seconds, lines


def _as_document(script: Script) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "name": plain_text(script.name, 200),
        "kind": script.kind,
        "lines": [
            [line.text, line.number, *(line.seconds.as_list() if line.seconds else [None, None]), line.spoken]
            for line in script.lines
        ],
    }


def _read_script(path: Path, digest: str) -> Script:
    try:
        body = path.read_bytes()
        if hashlib.sha256(body).hexdigest() != digest:
            raise BadInputError(f"{path}: its digest differs from its name; register the script again")
        document = json.loads(body)
        lines = tuple(
            ScriptLine(text, number, None if start is None else Interval(start, end), spoken)
            for text, number, start, end, spoken in document["lines"]
        )
        return Script(document["name"], document["kind"], lines)
    except OSError as error:
        raise BadInputError(f"{path}: can't be read ({error.strerror}); register the script again") from error
    except (ValueError, KeyError, TypeError) as error:
        raise BadInputError(f"{path}: damaged ({error}); register the script again") from error


def _read_document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        works = document["works"]
        if document["format"] != FORMAT or document["text_version"] != TEXT_VERSION:
            raise BadInputError(f"{path}: made by another version; register the scripts again in a new library")
        for work in works.values():
            if not isinstance(work["title"], str) or not all(_is_digest(digest) for digest in work["scripts"]):
                raise ValueError("a work without title or scripts")
    except FileNotFoundError as error:
        raise BadInputError(f"{path.parent}: no library of scripts here; make one with 'text add'") from error
    except OSError as error:
        raise BadInputError(f"{path}: can't be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInputError(f"{path}: damaged ({error}); register the scripts again in a new library") from error
    return {"format": FORMAT, "text_version": TEXT_VERSION, "works": works}


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 64 and set(value) <= set("0123456789abcdef")


def _write(path: Path, document: dict[str, Any]) -> None:
    with replacing(path) as temporary:
        temporary.write_bytes(canonical_json(document))


@contextmanager
def _writing(directory: Path) -> Iterator[None]:
    """One writer at a time, across processes."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield

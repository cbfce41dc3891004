"""The reader's own document on a file: everything that its signed records say, and what the checks of each came to."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import c2pa

from auditor.plaintext import plain_text
from auditor.provenance import sniff
from auditor.provenance.reasons import Reason
from auditor.provenance.report import State
from auditor.provenance.streams import open_steadily
from auditor.provenance.trust import TrustList, context

#: Longest text of a manifest that is shown, and how much of a statement.
MAX_TEXT = 200
MAX_ENTRIES = 200
#: Longest record kept beside a file (``NAME.c2pa``) that is read; ours are below 1 MB, thumbnails make others longer.
MAX_SIDECAR_BYTES = 256 * 1024**2
#: Beyond this many characters a document is not taken apart: a record of that size is a weapon, not a record, and parsing a
#: statement of 100 MB would cost a gigabyte. The digests of a film's blocks take up to a twentieth of its own length.
MAX_DOCUMENT = 64 * 1024**2
_DOCUMENT_SHARE = 16
#: Buffer of the stream that the reader jumps about in: it seeks back and forth once for each block of a film that has them,
#: and a large buffer is filled anew each time (1 MiB: 516 ms for 42 MB; 32 KiB: 164 ms).
_BUFFER_BYTES = 32 * 1024
_REMEDY = "Check that the file is complete, and ask whoever gave it to you for the original."


class NoStore(Exception):
    """There is no record to examine; ``state`` and ``reason`` say why."""

    def __init__(self, state: State, reason: Reason) -> None:
        self.state, self.reason = state, reason
        super().__init__(reason.plain)


@dataclass(frozen=True, slots=True)
class Store:
    """``document``: the reader's report, as hostile as the file. ``details``: the same in C2PA's own layout (crJSON), with
    certificates, time stamps and bindings, only where it was asked for or something needs it."""

    document: Mapping[str, Any]
    details: Mapping[str, Any]
    kind: str
    embedded: bool


def unreadable(plain: str, code: str) -> NoStore:
    return NoStore("Unreadable", Reason(code, plain, _REMEDY))


def read_store(path: Path, *, trust: TrustList | None, sidecar: Path | None, details: bool = False) -> Store:
    """What the reader finds in ``path``, or in ``sidecar`` about it. Raises ``NoStore`` where there is nothing to examine,
    and ``OSError`` where the file can't be read."""
    with open_steadily(path, buffer=_BUFFER_BYTES) as stream:
        head = stream.read(sniff.HEAD_BYTES)
        kind = sniff.media_type(head)
        stream.seek(0)
        if kind is None:
            raise unreadable(
                "This is no picture, sound, film or document of a kind that can carry a signed record.", "file.type"
            )
        if sidecar is None and sniff.captions(head) is not None:
            raise NoStore("NoCredentials", _beside(path))
        beside = None if sidecar is None else _sidecar(sidecar)
        try:
            with c2pa.Reader(kind, stream, beside, context=context(trust)) as reader:
                text = reader.json()
                if len(text) > MAX_DOCUMENT + path.stat().st_size // _DOCUMENT_SHARE:
                    raise unreadable(
                        f"The signed record is far too long to be examined ({len(text) // 1024**2} MiB of text).",
                        "record.tooLong",
                    )
                document = json.loads(text)
                # The short report leaves out certificates, and the hard bindings of everything but films.
                more = details or not sniff.is_bmff(kind) or '"timeStamp.' in text
                found = json.loads(reader.crjson()) if more else {}
        except NoStore:
            raise
        except c2pa.C2paError.ManifestNotFound:
            raise NoStore("NoCredentials", _not_found(sidecar)) from None
        except c2pa.C2paError.RemoteManifest:
            remote = Reason(
                "manifest.remote",
                "The signed record is kept elsewhere and was not fetched.",
                "Ask for a file that holds its record.",
            )
            raise NoStore("NoCredentials", remote) from None
        except Exception as error:  # whatever a malformed file provokes in the library, JSON and key errors included
            words = plain_text(str(error).partition(": ")[2] or type(error).__name__, 160)
            raise unreadable(f"The file or its signed record is damaged: {words}.", "file.damaged") from None
    if not isinstance(document, dict) or not isinstance(found, dict):
        raise unreadable("The signed record has a form that can't be understood.", "record.malformed")
    return Store(document, found, kind, embedded=beside is None)


def _sidecar(path: Path) -> bytes:
    size = path.stat().st_size
    if size > MAX_SIDECAR_BYTES:
        raise unreadable(f"The record beside the file is {size} bytes long, which no record is.", "record.tooLong")
    return path.read_bytes()


def _beside(path: Path) -> Reason:
    return Reason(
        "manifest.beside",
        "Captions can hold no signed record: theirs lies beside them.",
        f"Pass the record too; it is usually called {plain_text(path.name, 80)}.c2pa.",
    )


def _not_found(sidecar: Path | None) -> Reason:
    if sidecar is not None:
        return Reason(
            "manifest.notFound", f"{plain_text(sidecar.name, 80)} holds no signed record.", "Pass its .c2pa file."
        )
    return Reason(
        "manifest.notFound",
        "The file carries no signed record. Who made it can't be told: records get lost when files are converted.",
        "Ask for the original, or look it up by its fingerprint.",
    )


def mapping(value: Any) -> Mapping[str, Any]:
    """``value`` if it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def listing(value: Any) -> list[Any]:
    """``value`` if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def text(value: Any) -> str | None:
    """One line of plain text, or ``None`` for anything else."""
    return plain_text(value, MAX_TEXT) if isinstance(value, str) else None


def texts(value: Any, depth: int = 0) -> Any:
    """A statement's data with every text made plain, and bounded in depth and width."""
    if isinstance(value, str):
        return plain_text(value, MAX_TEXT)
    if depth > 8:
        return None
    if isinstance(value, Mapping):
        return {plain_text(str(key), 60): texts(entry, depth + 1) for key, entry in list(value.items())[:MAX_ENTRIES]}
    if isinstance(value, list):
        return [texts(entry, depth + 1) for entry in value[:MAX_ENTRIES]]
    return value if value is None or isinstance(value, bool | int | float) else plain_text(str(value), MAX_TEXT)


def codes(results: Any, kind: str) -> dict[str, tuple[str, str]]:
    """``code -> (explanation, url)`` of one kind of status (success, informational, failure) in a validation result."""
    found: dict[str, tuple[str, str]] = {}
    for entry in listing(mapping(results).get(kind)):
        one = mapping(entry)
        code = str(one.get("code", "unknown"))[:80]
        found.setdefault(code, (plain_text(str(one.get("explanation", "")), 160), str(one.get("url", ""))[:400]))
    return found


def assertions(manifest: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The data of every statement of that label (instances ``__1``, ``__2``, … included)."""
    found = []
    for entry in listing(manifest.get("assertions")):
        if isinstance(entry, Mapping) and str(entry.get("label", "")).split("__")[0] == name:
            found.append(mapping(entry.get("data")))
    return found


def hard_bindings(store: Store) -> list[tuple[str, Mapping[str, Any]]]:
    """``(label, data)`` of what binds the active record to the file's bytes."""
    label = str(store.document.get("active_manifest"))
    manifest = mapping(mapping(store.document.get("manifests")).get(label))
    found = [
        (str(entry.get("label", "")), mapping(entry.get("data")))
        for entry in listing(manifest.get("assertions"))
        if isinstance(entry, Mapping) and str(entry.get("label", "")).startswith("c2pa.hash.")
    ]
    if found:
        return found
    details = next(
        (one for one in map(mapping, listing(store.details.get("manifests"))) if one.get("label") == label), {}
    )
    stated = mapping(mapping(details).get("assertions"))
    return [(name, mapping(data)) for name, data in stated.items() if str(name).startswith("c2pa.hash.")]

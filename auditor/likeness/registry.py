"""Consent registries that others keep: what they say about a person's likeness, as statements with a source and a moment.

>>> registry = FileConsentRegistry(Path("registry.json"))                            # doctest: +SKIP
>>> registry.lookup(Person(name="Eileen Marsh"), Question(use="advertising"))        # doctest: +SKIP

A statement is somebody else's word. A site that asks lets a "no" stop and never lets a "yes" allow: what a person allowed
*here* is a grant that they signed here. What can't be asked, has expired or can't be read raises; it is never an empty
answer.

The file (JSON)::

    {"registry": "https://registry.example.org", "issued": "2026-11-01T00:00:00Z", "expires": "2026-12-01T00:00:00Z",
     "people": [{"identifiers": ["isni:0000000121032683"], "names": ["Eileen Marsh"],
                 "statements": [{"state": "refused", "uses": ["*"], "modalities": ["face", "voice"],
                                 "territories": ["*"], "until": null, "note": "No replicas of me."}]}],
     "signature": "hex"}

``state`` is ``allowed``, ``refused`` or ``withdrawn``; ``*`` means any. ``signature`` is Ed25519 (RFC 8032) over the
canonical JSON (RFC 8785) of everything else; it is asked for where the reader was given a public key.
"""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Protocol

import jsonschema
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from auditor.canonical import canonical_json
from auditor.errors import BadInputError, UnavailableError

State = Literal["allowed", "refused", "withdrawn"]

#: A registry of a million people as JSON; more is no file to read at once.
MAX_BYTES = 256 * 1024**2
#: Seconds that another's server may take, and bytes of its answer that are read.
TIMEOUT, MAX_ANSWER = 5.0, 1024**2
_ANY = "*"

_LIST: dict[str, Any] = {"type": "array", "items": {"type": "string", "minLength": 1}}
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "required": ["registry", "issued", "expires", "people"],
    "properties": {
        "registry": {"type": "string", "minLength": 1},
        "issued": {"type": "string"},
        "expires": {"type": "string"},
        "signature": {"type": "string", "pattern": "^[0-9a-f]{128}$"},
        "people": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["statements"],
                "anyOf": [{"required": ["identifiers"]}, {"required": ["names"]}],
                "properties": {
                    "identifiers": _LIST,
                    "names": _LIST,
                    "statements": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "additionalProperties": False,
                            "required": ["state"],
                            "properties": {
                                "state": {"enum": ["allowed", "refused", "withdrawn"]},
                                "uses": _LIST,
                                "modalities": _LIST,
                                "territories": _LIST,
                                "until": {"type": ["string", "null"]},
                                "note": {"type": "string", "maxLength": 500},
                            },
                        },
                    },
                },
            },
        },
    },
}
_validator = jsonschema.Draft202012Validator(SCHEMA)


class RegistryError(BadInputError):
    """A registry that says something unreadable, unsigned or out of date."""


@dataclass(frozen=True, slots=True)
class Person:
    """Whom to ask about: a name, other names, and identifiers with their scheme (``isni:…``, ``orcid:…``)."""

    name: str = ""
    aliases: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """What would be done: the use (``film``, ``advertising`` …), modalities, and territories (ISO 3166 or ``*``)."""

    use: str
    modalities: tuple[str, ...] = ("face",)
    territories: tuple[str, ...] = (_ANY,)
    act: str = "render"
    production: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """What a registry says that bears on the question. ``plain`` is a sentence that may be shown to its reader."""

    state: State
    plain: str
    source: str
    checked_at: datetime
    uses: tuple[str, ...] = (_ANY,)
    territories: tuple[str, ...] = (_ANY,)

    @property
    def refuses(self) -> bool:
        return self.state != "allowed"


class ConsentRegistry(Protocol):
    """Somebody's record of what people allow. ``source`` names it.

    ``lookup`` returns the statements that bear on the question, refusals first; none where the registry does not know the
    person or says nothing to it. Raises ``RegistryError`` for one that can't be relied on, ``UnavailableError`` for one that
    can't be asked now.
    """

    @property
    def source(self) -> str: ...

    def lookup(self, person: Person, question: Question) -> tuple[Statement, ...]: ...


def moment(text: str, what: str) -> datetime:
    """RFC 3339 with a zone; raises ``RegistryError``."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise RegistryError(f"{what} is {text!r}, not a moment such as 2026-11-01T00:00:00Z") from None
    if found.tzinfo is None:
        raise RegistryError(f"{what} is {text!r}, without a zone; end it with Z")
    return found.astimezone(UTC)


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


class FileConsentRegistry:
    """A registry as a JSON file (see the module), read anew for every question: a file that was replaced counts at once.

    ``public_key``: 32 bytes of the Ed25519 key that must have signed it; without one the file is taken as it is, so keep it
    where nobody else writes. ``now`` is given by tests.
    """

    def __init__(self, path: Path, *, public_key: bytes | None = None, now: datetime | None = None) -> None:
        self.path = path
        self.source = f"file:{path.name}"
        self._key = Ed25519PublicKey.from_public_bytes(public_key) if public_key is not None else None
        self._now = now

    def lookup(self, person: Person, question: Question) -> tuple[Statement, ...]:
        document, now = self._read(), self._now or datetime.now(UTC)
        if moment(document["expires"], f"{self.path.name}: expires") <= now:
            raise RegistryError(f"{self.path.name} expired on {document['expires']}; fetch a newer one")
        names = {_folded(name) for name in (person.name, *person.aliases) if name}
        found = []
        for entry in document["people"]:
            known = {_folded(name) for name in entry.get("names", [])}
            if known & names or set(entry.get("identifiers", [])) & set(person.identifiers):
                found += [
                    self._statement(one, document, now) for one in entry["statements"] if _bears(one, question, now)
                ]
        return tuple(sorted(found, key=lambda one: not one.refuses))

    def _statement(self, one: Mapping[str, Any], document: Mapping[str, Any], now: datetime) -> Statement:
        words = {"allowed": "allows it", "refused": "refuses it", "withdrawn": "withdrew it"}
        note = f": {one['note']}" if one.get("note") else ""
        return Statement(
            state=one["state"],
            plain=f"{document['registry']} says that the person {words[one['state']]}{note}",
            source=str(document["registry"]),
            checked_at=now,
            uses=tuple(one.get("uses", [_ANY])),
            territories=tuple(one.get("territories", [_ANY])),
        )

    def _read(self) -> dict[str, Any]:
        name = self.path.name
        try:
            if self.path.stat().st_size > MAX_BYTES:
                raise RegistryError(f"{name} is larger than {MAX_BYTES:,} bytes; ask its keeper for a service instead")
            document = json.loads(self.path.read_bytes())
        except OSError as error:
            raise UnavailableError(f"{name} can't be read ({error.strerror}); is it where the settings say?") from None
        except ValueError as error:
            raise RegistryError(f"{name} is no JSON ({error}); fetch it again") from None
        problem = jsonschema.exceptions.best_match(_validator.iter_errors(document))
        if problem is not None:
            where = ".".join(map(str, problem.absolute_path)) or "the file"
            raise RegistryError(f"{name}: {where}: {problem.message}")
        if self._key is not None:
            signed = {key: value for key, value in document.items() if key != "signature"}
            try:
                self._key.verify(bytes.fromhex(document.get("signature", "")), canonical_json(signed))
            except InvalidSignature:
                raise RegistryError(f"{name} is not signed by the key that the settings name; do not use it") from None
        return dict(document)


def _bears(statement: Mapping[str, Any], question: Question, now: datetime) -> bool:
    """Whether a statement is about this use. A refusal counts where it touches any part of what is asked, a permission
    only where it covers all of it."""
    if statement.get("until") and moment(statement["until"], "until") <= now:
        return False
    refuses = statement["state"] != "allowed"
    return (
        _touches(statement.get("uses", [_ANY]), (question.use,), refuses)
        and _touches(statement.get("modalities", [_ANY]), question.modalities, refuses)
        and _touches(statement.get("territories", [_ANY]), question.territories, refuses)
    )


def _touches(said: Sequence[str], asked: Sequence[str], any_of_it: bool) -> bool:
    if _ANY in said:
        return True
    if any_of_it:
        return _ANY in asked or bool(set(said) & set(asked))
    return set(asked) <= set(said)


class HttpConsentRegistry:
    """A registry that answers as this project's own ``GET /api/likeness/check`` does (see its OpenAPI description).

    ``url`` is the address of ``check`` itself. Redirects are not followed: they would carry the token elsewhere.
    """

    def __init__(self, url: str, *, token: str, timeout: float = TIMEOUT) -> None:
        parts = urllib.parse.urlsplit(url)
        local = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if parts.scheme != "https" and not (parts.scheme == "http" and local):
            raise BadInputError(f"{url}: a registry is asked over https, so that nobody reads the token on the way")
        self.url = url
        self.source = f"{parts.scheme}://{parts.netloc}"
        self._token = token
        self._timeout = timeout

    def lookup(self, person: Person, question: Question) -> tuple[Statement, ...]:
        statements: list[Statement] = []
        for name in dict.fromkeys(name for name in (person.name, *person.aliases) if name):
            statements += self._ask(name, question)
        return tuple(sorted(dict.fromkeys(statements), key=lambda one: not one.refuses))

    def _ask(self, name: str, question: Question) -> list[Statement]:
        given = [("name", name), ("use", question.use), ("act", question.act)]
        given += [("territory", place) for place in question.territories]
        given += [("production", question.production)] if question.production else []
        answer = self._get(f"{self.url}?{urllib.parse.urlencode(given)}")
        people = answer.get("people")
        if not isinstance(people, list) or not all(isinstance(one, dict) for one in people):
            raise RegistryError(f"{self.source} answered something else than a check; is the address right?")
        now = datetime.now(UTC)
        found = []
        for one in people:
            if one.get("modality") not in question.modalities or not isinstance(one.get("allowed"), bool):
                continue
            reasons = one.get("reasons") or []
            why = f": {reasons[0]}" if reasons and isinstance(reasons[0], str) else ""
            verb = "allows it" if one["allowed"] else "does not allow it"
            found.append(
                Statement(
                    state="allowed" if one["allowed"] else "refused",
                    plain=f"{self.source} says that the person {verb}{why}"[:500],
                    source=self.source,
                    checked_at=now,
                    uses=(question.use,),
                    territories=question.territories,
                )
            )
        return found

    def _get(self, url: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the scheme was checked
        try:
            with _opener.open(request, timeout=self._timeout) as response:
                document = json.loads(response.read(MAX_ANSWER))
        except urllib.error.HTTPError as error:
            why = {401: "the token is not valid there", 429: "it was asked too often"}.get(error.code, "it failed")
            raise UnavailableError(f"{self.source} answered {error.code}: {why}") from None
        except (OSError, urllib.error.URLError) as error:
            reason = getattr(error, "reason", error)
            raise UnavailableError(f"{self.source} can't be asked now ({reason}); try again later") from None
        except ValueError:
            raise RegistryError(f"{self.source} answered something that is no JSON; is the address right?") from None
        if not isinstance(document, dict):
            raise RegistryError(f"{self.source} answered something else than a check; is the address right?")
        return document


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirects)

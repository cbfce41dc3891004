"""Who gets which documents, in which order, with which letter, and which fields they ask for: one YAML file an
addressee."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from auditor.errors import AuditorError
from django_site.apps.provenance.binder.documents import KINDS

_FOLDER = Path(__file__).with_name("addressees")
_TEXT = {"type": "string", "minLength": 1}
_SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "required": ["id", "title", "to", "letter", "documents", "required"],
    "properties": {
        "id": {"type": "string", "pattern": "^[a-z]{2,20}$"},
        "title": _TEXT,
        "to": _TEXT,
        "letter": {"type": "array", "minItems": 1, "items": _TEXT},
        "documents": {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"enum": list(KINDS)}},
        "required": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["document", "path", "says", "who"],
                "properties": {"document": {"enum": list(KINDS)}, "path": _TEXT, "says": _TEXT, "who": _TEXT},
            },
        },
    },
}


class TemplateError(AuditorError):
    """A template of an addressee that can't be used: it names what is wrong and where."""


@dataclass(frozen=True, slots=True)
class Required:
    """A field that an addressee asks for: ``path`` within the document, with ``*`` for "each of"."""

    document: str
    path: str
    says: str
    who: str


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom a binder is for."""

    id: str
    title: str
    to: str
    letter: tuple[str, ...]
    documents: tuple[str, ...]
    required: tuple[Required, ...]


def addressee_read(path: Path) -> Addressee:
    """One template. Raises ``TemplateError``."""
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise TemplateError(f"{path.name} is no YAML: {str(error).splitlines()[0]}") from None
    problem = jsonschema.Draft202012Validator(_SCHEMA).iter_errors(said)
    if first := next(iter(sorted(problem, key=lambda one: list(map(str, one.absolute_path)))), None):
        where = ".".join(map(str, first.absolute_path)) or "the file"
        raise TemplateError(f"{path.name}: {where}: {first.message}")
    strays = [one["document"] for one in said["required"] if one["document"] not in said["documents"]]
    if strays:
        raise TemplateError(
            f"{path.name} asks for a field of {strays[0]}, which is not among its documents; add it there"
        )
    return Addressee(
        id=said["id"],
        title=said["title"],
        to=said["to"],
        letter=tuple(said["letter"]),
        documents=tuple(said["documents"]),
        required=tuple(Required(**one) for one in said["required"]),
    )


@lru_cache(maxsize=1)
def addressees() -> dict[str, Addressee]:
    """Every addressee that we know, the complete binder first."""
    read = [addressee_read(path) for path in sorted(_FOLDER.glob("*.yaml"))]
    return {one.id: one for one in sorted(read, key=lambda one: (one.id != "complete", one.title))}


def missing(document: dict[str, Any], path: str) -> bool:
    """Whether a field says nothing: not there, ``null``, empty, or, behind a ``*``, any of them so. Raises
    ``TemplateError`` for a path that the document does not have."""
    return _missing(document, path.split("."), path)


def _missing(value: Any, steps: list[str], path: str) -> bool:
    if not steps:
        return value is None or value in ("", [], {})
    step, rest = steps[0], steps[1:]
    if value is None or value == {}:
        return True
    if step == "*":
        if not isinstance(value, list):
            raise TemplateError(f"{path}: there is no list before the *; mend the template")
        return any(_missing(one, rest, path) for one in value)
    if not isinstance(value, dict):
        raise TemplateError(f"{path}: {step} does not lead anywhere; mend the template")
    if step not in value:
        if path.startswith("report."):  # what a reader reports is theirs: it may be silent
            return True
        raise TemplateError(f"{path}: there is no {step}; mend the template")
    return _missing(value[step], rest, path)

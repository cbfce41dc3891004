"""``policies/schema/facts.json``: the JSON Schema of the facts, generated from the dataclasses in ``facts.py``.

python -m auditor.policy.schema policies/schema/facts.json
"""

import json
import sys
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import jsonschema
import jsonschema_rs

from auditor.canonical import sha256_json
from auditor.policy.facts import POINTS
from auditor.policy.shapes import DEFAULT_MAX_ITEMS, DEFAULT_MAX_LENGTH, Shape

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_PLAIN: dict[Any, dict[str, Any]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string", "maxLength": DEFAULT_MAX_LENGTH},
    type(None): {"type": "null"},
}


def _doc(kind: type) -> str:
    return " ".join((kind.__doc__ or "").split())


def _of(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """The schema of one type hint; dataclasses are put in ``definitions`` and referred to."""
    origin = get_origin(hint)
    if origin is Annotated:
        inner, *notes = get_args(hint)
        schema = _of(inner, definitions)
        for note in notes:
            if isinstance(note, Shape):
                schema = {**schema, **note.as_schema()}
        return schema
    if origin is Literal:
        return {"enum": list(get_args(hint))}
    if origin in (Union, types.UnionType):
        return {"anyOf": [_of(option, definitions) for option in get_args(hint)]}
    if origin is tuple:
        return {"type": "array", "maxItems": DEFAULT_MAX_ITEMS, "items": _of(get_args(hint)[0], definitions)}
    if isinstance(hint, type) and is_dataclass(hint):
        if hint.__name__ not in definitions:
            definitions[hint.__name__] = {}  # reserves the place while the fields are walked
            definitions[hint.__name__] = _record(hint, definitions)
        return {"$ref": f"#/$defs/{hint.__name__}"}
    if hint in _PLAIN:
        return dict(_PLAIN[hint])
    raise TypeError(f"the facts schema can't say {hint!r}: use plain types, Literal, tuples or dataclasses")


def _record(kind: type, definitions: dict[str, Any]) -> dict[str, Any]:
    hints = get_type_hints(kind, include_extras=True)
    entries = fields(kind)
    properties = {entry.name: _of(hints[entry.name], definitions) for entry in entries}
    required = [entry.name for entry in entries if entry.default is MISSING and entry.default_factory is MISSING]
    return {
        "type": "object",
        "description": _doc(kind),
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


@cache
def _built() -> Mapping[str, Any]:
    definitions: dict[str, Any] = {}
    points: list[dict[str, Any]] = []
    for name, kind in POINTS.items():
        record = _record(kind, definitions)
        record["properties"] = {"point": {"const": name}, **record["properties"]}
        record["required"] = ["point", *record["required"]]
        definitions[kind.__name__] = record
        points.append(
            {
                "if": {"properties": {"point": {"const": name}}, "required": ["point"]},
                "then": {"$ref": f"#/$defs/{kind.__name__}"},
            }
        )
    return {
        "$schema": _DIALECT,
        "title": "Facts that policies judge",
        "description": "Generated from auditor/policy/facts.py; don't edit. `point` says which record the document is.",
        "type": "object",
        "properties": {"point": {"enum": list(POINTS)}},
        "required": ["point"],
        "allOf": points,
        "$defs": dict(sorted(definitions.items())),
    }


def facts_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of every enforcement point's facts, as a fresh dictionary."""
    return json.loads(json.dumps(_built()))  # type: ignore[no-any-return]


class FactsSchema:
    """What facts may hold at each enforcement point: today's (``FactsSchema.current()``), or that of an earlier day, under
    which a decision of that day is replayed."""

    __slots__ = ("_definitions", "_document", "_quick", "_validators", "points", "record_lists", "sha256")

    def __init__(self, document: Mapping[str, Any]) -> None:
        """``document`` is one that ``facts_schema`` made. Raises ``ValueError`` where it is anything else."""
        try:
            self._document: dict[str, Any] = json.loads(json.dumps(document))
            self._definitions: dict[str, Any] = self._document["$defs"]
            chosen = {
                entry["if"]["properties"]["point"]["const"]: entry["then"]["$ref"].rsplit("/", 1)[1]
                for entry in self._document["allOf"]
            }
            #: Every enforcement point and the name of its record, in the order in which a film meets them.
            self.points: dict[str, str] = {
                point: chosen[point] for point in self._document["properties"]["point"]["enum"]
            }
            #: Names of the top-level facts that are lists of records (``matches``, ``people``, …), over all points.
            self.record_lists = frozenset(
                name
                for record in self.points.values()
                for name, shape in self._definitions[record]["properties"].items()
                if "$ref" in shape.get("items", {})
            )
        except (KeyError, TypeError, IndexError) as error:
            raise ValueError(f"this is no schema of facts: {error!r}") from error
        self.sha256 = sha256_json(self._document)
        self._validators: dict[str, jsonschema.Draft202012Validator] = {}
        self._quick: dict[str, jsonschema_rs.Draft202012Validator] = {}

    @staticmethod
    @cache
    def current() -> "FactsSchema":
        """The schema of the facts as the code builds them now."""
        return FactsSchema(_built())

    def fields_of(self, point: str) -> frozenset[str]:
        """Names of the top-level facts at one enforcement point."""
        return frozenset(self._definitions[self.points[point]]["properties"])

    def as_dict(self) -> dict[str, Any]:
        """The JSON Schema (2020-12), as a fresh dictionary."""
        return json.loads(json.dumps(self._document))  # type: ignore[no-any-return]

    def valid(self, point: str, facts: Mapping[str, Any]) -> bool:
        """Whether facts have the form of one point's record: a hundred times quicker than ``validator``, and no reason."""
        if point not in self._quick:
            schema = self._inlined(self._definitions[self.points[point]])
            self._quick[point] = jsonschema_rs.Draft202012Validator(schema)
        return self._quick[point].is_valid(facts)

    def validator(self, point: str) -> jsonschema.Draft202012Validator:
        """Says what facts lack to be one point's record."""
        if point not in self._validators:
            self._validators[point] = jsonschema.Draft202012Validator(
                self._inlined(self._definitions[self.points[point]])
            )
        return self._validators[point]

    def _inlined(self, value: Any) -> Any:
        if isinstance(value, dict):
            if "$ref" in value:
                rest = {name: entry for name, entry in value.items() if name != "$ref"}
                return self._inlined({**self._definitions[value["$ref"].rsplit("/", 1)[1]], **rest})
            return {name: self._inlined(entry) for name, entry in value.items() if name != "description"}
        return [self._inlined(entry) for entry in value] if isinstance(value, list) else value


def rendered() -> str:
    """The file's exact text."""
    return json.dumps(_built(), indent=2, ensure_ascii=False) + "\n"


def write(path: Path) -> None:
    """Write the schema to ``path`` (in the repository: ``policies/schema/facts.json``)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(rendered(), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.stderr.write("usage: python -m auditor.policy.schema PATH\n")
        raise SystemExit(2)
    write(Path(sys.argv[1]))

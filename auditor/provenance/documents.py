"""Manifest documents that people write by hand (``sign --manifest M.json``) as drafts.

Two forms are read. Our own, short::

    {"title": "Tidewater", "digital_source_type": "trainedAlgorithmicMedia", "mining": "notAllowed"}

and a C2PA manifest definition, of which the title and the ``c2pa.actions`` are taken; what we could not vouch for in any
other assertion is refused by name rather than dropped without a word.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast, get_args

from auditor.provenance.draft import (
    Action,
    AuditStatement,
    ConsentReference,
    Ingredient,
    Kind,
    ManifestDraft,
    ModelDisclosure,
    ReviewStatement,
    SoftBindingStatement,
    kind_for,
    labelled,
)
from auditor.provenance.errors import DraftError

_FIELDS = {
    "title", "digital_source_type", "actions", "model", "audit", "review", "consents", "soft_bindings", "mining", "kind",
}  # fmt: skip
_DEFINITION_FIELDS = {
    "title", "assertions", "claim_generator", "claim_generator_info", "claim_version", "format", "vendor", "label", "alg",
    "ta_url",
}  # fmt: skip


def draft_from_document(
    document: Mapping[str, Any], *, source: Path, media_type: str, ingredients: Sequence[Ingredient]
) -> ManifestDraft:
    """The draft that ``document`` asks for. Raises ``DraftError`` naming the field, the reason and the remedy.

    Left out, the title is the source's name, the kind fits the media type, and the actions say that the file was created
    from its ingredients, or, where one is ``parentOf``, that it was opened and edited.
    """
    fields = _from_definition(document) if "assertions" in document else dict(document)
    if unknown := set(fields) - _FIELDS:
        raise DraftError(f"the manifest has an unknown field {min(unknown)!r}; known are {', '.join(sorted(_FIELDS))}")
    kind = fields.get("kind") or kind_for(media_type)
    if kind not in get_args(Kind):
        raise DraftError(f"the manifest's kind is {kind!r}; use one of {', '.join(get_args(Kind))}")
    actions = _actions(fields, ingredients)
    source_type = fields.get("digital_source_type") or actions[0].digital_source_type
    if not isinstance(source_type, str):
        raise DraftError(
            "the manifest lacks digital_source_type: say how it was made, for example trainedAlgorithmicMedia"
        )
    return ManifestDraft(
        title=str(fields.get("title") or source.name),
        media_type=media_type,
        digital_source_type=source_type,
        actions=actions,
        model=_record(ModelDisclosure, fields, "model"),
        audit=_record(AuditStatement, fields, "audit"),
        review=_record(ReviewStatement, fields, "review"),
        consents=tuple(_build(ConsentReference, entry, "consents") for entry in _list(fields, "consents")),
        soft_bindings=tuple(
            _build(SoftBindingStatement, entry, "soft_bindings") for entry in _list(fields, "soft_bindings")
        ),
        mining=fields.get("mining", "notAllowed"),
        kind=cast(Kind, kind),
    )


def _actions(fields: Mapping[str, Any], ingredients: Sequence[Ingredient]) -> tuple[Action, ...]:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    labels = labelled(list(ingredients))
    if entries := _list(fields, "actions"):
        found = []
        for entry in entries:
            if not isinstance(entry, Mapping):
                raise DraftError(f"an action is {entry!r:.60}, not an object")
            values = {"when": now, **entry, "ingredients": tuple(entry.get("ingredients", ()))}
            found.append(_build(Action, values, "actions"))
        return tuple(found)
    pairs = list(zip(labels, ingredients, strict=True))
    parents = tuple(label for label, entry in pairs if entry.relationship == "parentOf")
    parts = tuple(label for label, entry in pairs if entry.relationship == "componentOf")
    inputs = tuple(label for label, entry in pairs if entry.relationship == "inputTo")
    if parents:
        first = [Action("c2pa.opened", now, ingredients=parents), Action("c2pa.edited", now, ingredients=inputs)]
    else:
        first = [Action("c2pa.created", now, ingredients=inputs, digital_source_type=fields.get("digital_source_type"))]
    return (*first, *((Action("c2pa.placed", now, ingredients=parts),) if parts else ()))


def _from_definition(definition: Mapping[str, Any]) -> dict[str, Any]:
    """What a C2PA manifest definition says, in our fields."""
    if unknown := set(definition) - _DEFINITION_FIELDS:
        raise DraftError(f"the manifest definition has {min(unknown)!r}, which is not supported; give it as an option")
    fields: dict[str, Any] = {"title": definition.get("title")}
    for assertion in _list(definition, "assertions"):
        label = assertion.get("label") if isinstance(assertion, Mapping) else None
        if label not in ("c2pa.actions", "c2pa.actions.v2"):
            raise DraftError(f"the assertion {label!r:.80} is not supported in a definition; use our own fields for it")
        data = assertion.get("data")
        entries = _list(data if isinstance(data, Mapping) else {}, "actions")
        fields["actions"] = [_defined_action(entry) for entry in entries]
    return fields


def _defined_action(entry: Any) -> dict[str, Any]:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("action"), str):
        raise DraftError(f'an action is {entry!r:.60}; it needs at least an "action"')
    found: dict[str, Any] = {"action": entry["action"]}
    agent = entry.get("softwareAgent")
    name = agent.get("name") if isinstance(agent, Mapping) else agent
    values = {
        "when": entry.get("when"),
        "software": name,
        "description": entry.get("description"),
        "digital_source_type": entry.get("digitalSourceType"),
    }
    found.update({key: value for key, value in values.items() if value})
    parameters = entry.get("parameters")
    if isinstance(parameters, Mapping) and "ingredientIds" in parameters:
        found["ingredients"] = parameters["ingredientIds"]
    return found


def _list(fields: Mapping[str, Any], name: str) -> list[Any]:
    value = fields.get(name, [])
    if not isinstance(value, list):
        raise DraftError(f"the manifest's {name} must be a list, not {type(value).__name__}")
    return value


def _record[T](kind: type[T], fields: Mapping[str, Any], name: str) -> T | None:
    return None if fields.get(name) is None else _build(kind, fields[name], name)


def _build[T](kind: type[T], values: Any, name: str) -> T:
    if not isinstance(values, Mapping):
        raise DraftError(f"the manifest's {name} must hold objects, not {type(values).__name__}")
    try:
        return kind(**values)
    except TypeError as error:
        reason = str(error).partition(")")[2].strip() or str(error)
        raise DraftError(f"the manifest's {name}: {reason}") from error

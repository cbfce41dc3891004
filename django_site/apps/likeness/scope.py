"""What a grant may say (a JSON schema), and the sentence in which a person reads it."""

from typing import Any

import jsonschema
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from django_site.apps.likeness.models import ConsentGrant
from django_site.errors import InputError

SCOPE_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "required": ["projects", "uses", "territories", "modalities", "replica_kind", "description"],
    "properties": {
        "projects": {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"type": "string", "minLength": 1}},
        "uses": {
            "type": "array",
            "minItems": 1,
            "items": {"enum": ["film", "series", "trailer", "advertising", "game", "internal"]},
        },
        "territories": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "string", "pattern": r"^(\*|[A-Z]{2}(-[A-Z0-9]{1,3})?)$"},
        },
        "modalities": {"type": "array", "minItems": 1, "items": {"enum": ["face", "voice", "body", "motion"]}},
        "replica_kind": {"enum": ["employment", "independent", "background"]},
        "description": {"type": "string", "minLength": 10},
        "exclusions": {
            "type": "array",
            "items": {"enum": ["nudity", "intimacy", "political", "endorsement", "violence", "religion"]},
        },
        "separately_signed": {"type": "boolean"},
        "counsel_or_union": {"type": "boolean"},
    },
}
_validator = jsonschema.Draft202012Validator(SCOPE_SCHEMA)


def check_scope(scope: dict) -> None:
    """Raise ``InputError`` naming the first thing that is wrong."""
    problem = jsonschema.exceptions.best_match(_validator.iter_errors(scope))
    if problem is not None:
        where = ".".join(str(step) for step in problem.absolute_path) or "the scope"
        raise InputError(f"the grant can't be offered: {where}: {problem.message}")


def grant_sentence(grant: ConsentGrant, *, projects: dict[str, str]) -> str:
    """The grant's limits as one sentence; ``projects`` maps production ids to titles."""
    scope = grant.scope
    titles = ", ".join(projects.get(project, project) for project in scope["projects"])
    where = _("everywhere") if "*" in scope["territories"] else ", ".join(scope["territories"])
    until = _("until %(day)s") % {"day": date_format(grant.ends)} if grant.ends else _("without an end date")
    parts = [
        _("Your %(modalities)s in %(titles)s only, for %(uses)s, %(where)s, %(until)s")
        % {
            "modalities": ", ".join(scope["modalities"]),
            "titles": titles,
            "uses": ", ".join(scope["uses"]),
            "where": where,
            "until": until,
        }
    ]
    parts += [_("never %(what)s") % {"what": what} for what in scope.get("exclusions", [])]
    return ", ".join(parts) + "."

"""What a grant may say: a JSON schema, what it means where it is silent, and the sentences in which a person reads it.

Silence protects the person: what a grant does not name is not allowed (acts, alterations, real time, sub-licensing), and a
list that narrows (territories, media, languages, models) must be written down, ``["*"]`` for "any" included.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import jsonschema
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_site.apps.likeness.models import ConsentGrant, Modality
from django_site.apps.productions.vocabulary import Alteration, ContentTopic, Medium, Use
from django_site.errors import InputError

ANY = "*"
#: Days as the pages write them: 26 October 2028.
_DAY = "j F Y"
#: What is done with a likeness: shown or heard; a model of this film tuned on it; a model that is sold trained on it.
ACTS = {
    "render": gettext_lazy("make new pictures or sound of you"),
    "fine_tune": gettext_lazy("tune a model on you for this production alone"),
    "third_party_training": gettext_lazy("let others train models on you"),
}
REPLICA_KINDS = {
    "employment": gettext_lazy("a replica made of work you were employed for"),
    "independent": gettext_lazy("a replica made without you performing"),
    "background": gettext_lazy("a replica of you in the background"),
}
APPROVALS = {
    "none": gettext_lazy("No single use needs your yes: these limits are the yes."),
    "production": gettext_lazy("Once for the production you are asked what you will be shown doing."),
    "scene": gettext_lazy("For every scene you are asked first."),
    "shot": gettext_lazy("For every shot you are asked first."),
}
POST_MORTEM = {
    "ends": gettext_lazy("It ends with your death."),
    "estate": gettext_lazy("After your death your estate decides."),
    "continues": gettext_lazy("It goes on after your death."),
}


def _one_of(values, **more) -> dict[str, Any]:
    return {"type": "array", "uniqueItems": True, "items": {"enum": list(values)}, **more}


_MONEY = {"type": "string", "pattern": r"^\d{1,9}(\.\d{2})?$"}
SCOPE_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "required": ["projects", "uses", "media", "territories", "modalities", "replica_kind", "description"],
    "properties": {
        "projects": {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"type": "string", "minLength": 1}},
        "uses": _one_of(Use.values, minItems=1),
        "media": _one_of([ANY, *Medium.values], minItems=1),
        "territories": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "string", "pattern": r"^(\*|[A-Z]{2}(-[A-Z0-9]{1,3})?)$"},
        },
        "modalities": _one_of(Modality.values, minItems=1),
        "replica_kind": {"enum": list(REPLICA_KINDS)},
        "description": {"type": "string", "minLength": 10, "maxLength": 2000},
        "acts": _one_of(ACTS, minItems=1),
        "exclusions": _one_of(ContentTopic.values),
        "languages": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "string", "pattern": r"^(\*|[a-z]{2,3}(-[A-Za-z0-9]{2,8})*)$"},
        },
        "alterations": _one_of(Alteration.values),
        "real_time": {"type": "boolean"},
        "personalised": {"type": "boolean"},
        "models": {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"type": "string", "minLength": 1}},
        "sublicensees": {"type": "array", "uniqueItems": True, "items": {"type": "string", "minLength": 1}},
        "approval": {"enum": list(APPROVALS)},
        "strike_suspends": {"type": "boolean"},
        "post_mortem": {"enum": list(POST_MORTEM)},
        "compensation": {
            "type": "object",
            "additionalProperties": False,
            "required": ["currency"],
            "properties": {
                "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
                "scan": _MONEY,
                "per_render": _MONEY,
                "per_release": _MONEY,
                "per_territory": _MONEY,
                "per_second": _MONEY,
                "per_training": _MONEY,
                "residual_percent": {"type": "string", "pattern": r"^\d{1,2}(\.\d{1,4})?$"},
                "residual_basis": {"enum": ["gross_receipts", "net_receipts"]},
            },
            "dependentRequired": {"residual_percent": ["residual_basis"], "residual_basis": ["residual_percent"]},
        },
        "represented_by": {
            "type": "object",
            "additionalProperties": False,
            "required": ["kind", "name"],
            "properties": {
                "kind": {"enum": ["counsel", "union"]},
                "name": {"type": "string", "minLength": 1, "maxLength": 200},
                "agreement": {"type": "string", "maxLength": 200},
            },
        },
        "separately_signed": {"type": "boolean"},
        "counsel_or_union": {"type": "boolean"},
        "governing_law": {"type": "string", "maxLength": 200},
    },
}
_validator = jsonschema.Draft202012Validator(SCOPE_SCHEMA)

#: What a scope means where it does not say.
SILENCE: dict[str, Any] = {
    "acts": ["render"],
    "exclusions": [],
    "languages": [ANY],
    "alterations": [],
    "real_time": False,
    "personalised": False,
    "models": [ANY],
    "sublicensees": [],
    "approval": "none",
    "strike_suspends": True,
    "post_mortem": "estate",
    "compensation": {},
    "represented_by": {},
    "separately_signed": False,
    "counsel_or_union": False,
    "governing_law": "",
    "media": [],
}


def scope_of(grant_or_scope: ConsentGrant | Mapping[str, Any]) -> dict[str, Any]:
    """The whole scope, with what its silence means."""
    scope = grant_or_scope.scope if isinstance(grant_or_scope, ConsentGrant) else grant_or_scope
    return {**SILENCE, **scope}


#: Lists that allow: a shorter one allows less.
_ALLOWING = (
    "projects", "uses", "media", "territories", "modalities", "acts", "languages", "alterations", "models", "sublicensees",
)  # fmt: skip
#: What must stay as it was for a version to be nothing but a narrower one.
_SAME = ("replica_kind", "description", "post_mortem", "compensation", "represented_by", "governing_law")


def narrows(scope: Mapping[str, Any], older: Mapping[str, Any]) -> bool:
    """Whether a scope allows nothing that the older one did not. Lists are compared by their words: a country within a
    granted "EU" counts as another word, and so as no narrowing."""
    new, old = scope_of(scope), scope_of(older)
    asked = list(APPROVALS)
    return (
        all(ANY in old[name] or set(new[name]) <= set(old[name]) for name in _ALLOWING)
        and set(new["exclusions"]) >= set(old["exclusions"])
        and new["real_time"] <= old["real_time"]
        and new["personalised"] <= old["personalised"]
        and new["strike_suspends"] >= old["strike_suspends"]
        and asked.index(new["approval"]) >= asked.index(old["approval"])
        and all(new.get(name) == old.get(name) for name in _SAME)
    )


def check_scope(scope: dict) -> None:
    """Raise ``InputError`` naming the first thing that is wrong."""
    problem = jsonschema.exceptions.best_match(_validator.iter_errors(scope))
    if problem is not None:
        where = ".".join(str(step) for step in problem.absolute_path) or "the scope"
        raise InputError(f"the grant can't be offered: {where}: {problem.message}")


def _words(choices, values) -> str:
    named = dict(choices)
    return ", ".join(str(named.get(value, value)).lower() for value in values)


def _any_or(values, named: str, any_words: str) -> str:
    return any_words if ANY in values else named


def grant_sentence(grant: ConsentGrant, *, projects: dict[str, str]) -> str:
    """The grant's limits as one sentence; ``projects`` maps production ids to titles."""
    scope = scope_of(grant)
    titles = ", ".join(projects.get(project, project) for project in scope["projects"])
    where = _("everywhere") if ANY in scope["territories"] else ", ".join(scope["territories"])
    until = _("until %(day)s") % {"day": date_format(grant.ends, _DAY)} if grant.ends else _("without an end date")
    parts = [
        _("Your %(modalities)s in %(titles)s only, for %(uses)s, %(where)s, %(until)s")
        % {
            "modalities": _words(Modality.choices, scope["modalities"]),
            "titles": titles,
            "uses": _words(Use.choices, scope["uses"]),
            "where": where,
            "until": until,
        }
    ]
    parts += [_("never %(what)s") % {"what": _words(ContentTopic.choices, [what])} for what in scope["exclusions"]]
    return ", ".join(parts) + "."


def grant_lines_plain(scope: Mapping[str, Any], *, starts, ends, projects: dict[str, str]) -> list[tuple[str, str]]:
    """Everything that the grant says, as (topic, sentence) in the order in which a person wants to know it."""
    asked_about_versions = "personalised" in scope
    scope = scope_of(scope)
    titles = ", ".join(projects.get(project, project) for project in scope["projects"])
    term = (
        _("From %(from)s until %(to)s.") % {"from": date_format(starts, _DAY), "to": date_format(ends, _DAY)}
        if ends
        else _("From %(from)s, without an end date. You can stop it at any time.") % {"from": date_format(starts, _DAY)}
    )
    lines = [
        (_("What of you"), _("Your %(what)s.") % {"what": _words(Modality.choices, scope["modalities"])}),
        (_("For what"), f"{scope['description']}"),
        (_("In"), _("%(titles)s, and nothing else.") % {"titles": titles}),
        (_("Kind"), _("%(kind)s.") % {"kind": str(REPLICA_KINDS[scope["replica_kind"]]).capitalize()}),
        (_("They may"), "; ".join(str(ACTS[act]) for act in scope["acts"]) + "."),
    ]
    refused = [str(words) for act, words in ACTS.items() if act not in scope["acts"]]
    if refused:
        lines.append((_("They may not"), "; ".join(refused) + "."))
    lines += [
        (_("Shown as"), _words(Use.choices, scope["uses"]).capitalize() + "."),
        (_("On"), _any_or(scope["media"], _words(Medium.choices, scope["media"]).capitalize(), _("Any medium")) + "."),
        (_("Where"), _("Everywhere.") if ANY in scope["territories"] else ", ".join(scope["territories"]) + "."),
        (
            _("Languages"),
            _("Any language.") if ANY in scope["languages"] else ", ".join(scope["languages"]) + ".",
        ),
        (_("How long"), term),
        (
            _("Never"),
            _words(ContentTopic.choices, scope["exclusions"]).capitalize() + "."
            if scope["exclusions"]
            else _("Nothing is ruled out by name. Think about nudity, politics and advertising before you sign."),
        ),
        (
            _("Changes to you"),
            _words(Alteration.choices, scope["alterations"]).capitalize() + "."
            if scope["alterations"]
            else _("None: you are shown as you are."),
        ),
        (
            _("Live"),
            _("Pictures or words may be made while people watch.")
            if scope["real_time"]
            else _("Nothing is made of you while people watch."),
        ),
        *(
            [(_("Versions"), _versions(scope))] if asked_about_versions else []
        ),  # older grants keep the words that were read
        (_("Models"), _any_or(scope["models"], ", ".join(scope["models"]), _("Any model")) + "."),
        (
            _("Passing it on"),
            _("To %(names)s.") % {"names": ", ".join(scope["sublicensees"])}
            if scope["sublicensees"]
            else _("To nobody else."),
        ),
        (_("Asking you first"), str(APPROVALS[scope["approval"]])),
        (
            _("Strikes"),
            _("While your union is on strike it rests.") if scope["strike_suspends"] else _("It goes on in a strike."),
        ),
        (_("After death"), str(POST_MORTEM[scope["post_mortem"]])),
        (_("Money"), compensation_sentence(scope["compensation"])),
    ]
    if scope["represented_by"]:
        lines.append((_("Advised by"), scope["represented_by"]["name"] + "."))
    if scope["governing_law"]:
        lines.append((_("Law"), scope["governing_law"] + "."))
    return lines


def _versions(scope: Mapping[str, Any]) -> str:
    if scope["personalised"]:
        return _("You may be in versions of the film that viewers choose between; people look at each of them first.")
    return _("You are in one version of the film, the same for everybody who sees it.")


def compensation_sentence(terms: Mapping[str, str]) -> str:
    """What is paid, in one sentence."""
    if len(terms) < 2:
        return _("Nothing is agreed about money in this grant.")
    currency = terms["currency"]
    said = {
        "scan": _("%(amount)s for the scan"),
        "per_render": _("%(amount)s for each take made of you"),
        "per_release": _("%(amount)s for each film released"),
        "per_territory": _("%(amount)s for each territory of a release"),
        "per_second": _("%(amount)s for each second on screen"),
        "per_training": _("%(amount)s for each model trained"),
    }
    parts = [
        text % {"amount": f"{Decimal(terms[name]):,.2f} {currency}"} for name, text in said.items() if name in terms
    ]
    if "residual_percent" in terms:
        basis = {"gross_receipts": _("gross receipts"), "net_receipts": _("net receipts")}[terms["residual_basis"]]
        parts.append(_("%(percent)s %% of %(basis)s") % {"percent": terms["residual_percent"], "basis": basis})
    return ", ".join(parts) + "."

"""The fifteen documents: each built from a film's rows by one function, and laid out for print by another.

::

    made = document("chain-of-title", cut, at)      # JSON-able, the same for the same rows and moment
    made["gaps"]                                    # what is not known, with who can close it
    document_pdf(made)                              # tagged PDF, the same bytes for the same document

Every document begins with ``schema``, ``title``, ``at`` and ``film``, and ends with ``gaps`` [{field, what, who,
page}]. Times are RFC 3339 in UTC, lengths seconds as numbers, money decimal strings, digests SHA-256 in hexadecimal.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import translation

from auditor.canonical import canonical_json
from django_site.apps.productions.models import Cut
from django_site.apps.provenance.binder.documents import (
    authorship,
    cue_sheet,
    disclosures,
    evidence,
    insurance,
    machines,
    people,
    record,
    registration,
    title,
)
from django_site.apps.provenance.binder.film import Film
from django_site.pages import sheets

LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the fifteen: its name in files and addresses, its title, how it is built and how it is laid out."""

    slug: str
    title: str
    build: Callable[[Film], dict[str, Any]]
    lay_out: Callable[[dict[str, Any]], list[dict[str, Any]]]


KINDS: dict[str, Kind] = {
    kind.slug: kind
    for kind in (
        Kind("chain-of-title", "Chain-of-title schedule", title.chain_of_title, title.chain_parts),
        Kind("human-authorship", "Human authorship", authorship.authorship, authorship.authorship_parts),
        Kind("registration-worksheet", "Registration worksheet", registration.worksheet, registration.worksheet_parts),
        Kind("ai-use", "AI-use disclosures", disclosures.ai_use, disclosures.ai_use_parts),
        Kind("ai-cue-sheet", "AI cue sheet", cue_sheet.cue_sheet, cue_sheet.cue_parts),
        Kind("eo-schedule", "E&O schedule and open risks", insurance.eo_schedule, insurance.eo_parts),
        Kind("likeness-schedule", "Likeness schedule", people.likeness_schedule, people.schedule_parts),
        Kind("performer-statements", "Performers' statements", people.performer_statements, people.statement_parts),
        Kind("model-declarations", "Model declarations", machines.model_declarations, machines.model_parts),
        Kind("similarity-report", "Similarity report", evidence.similarity, evidence.similarity_parts),
        Kind("c2pa-verification", "C2PA verification", evidence.verification, evidence.verification_parts),
        Kind("decisions", "Decisions and overrides", record.decisions, record.decision_parts),
        Kind("audience-disclosure", "Audience disclosure", disclosures.audience, disclosures.audience_parts),
        Kind("retention-report", "Retention report", record.retention, record.retention_parts),
        Kind("energy-and-cost", "Energy and cost", machines.energy_and_cost, machines.energy_parts),
    )
}


def document(slug: str, cut: Cut, at: datetime) -> dict[str, Any]:
    """One document of a cut as of a moment. Raises ``KeyError`` for a document that there is not."""
    return document_of(slug, Film(cut, at))


def document_of(slug: str, film: Film) -> dict[str, Any]:
    """The same over a film whose rows other documents may have read already. In the order of canonical JSON: what is printed
    from it is what is printed from the file."""
    with translation.override(LANGUAGE):
        made: dict[str, Any] = json.loads(canonical_json(KINDS[slug].build(film)))
    return made


def document_sheet(made: dict[str, Any]) -> dict[str, Any]:
    """The document as a sheet for ``pages.sheets``."""
    slug = made["schema"].split("/")[1]
    film = made["film"]
    when = sheets.moment(made["at"])
    name = f"{film['cut']['title']}, version {film['cut']['version']}"
    with translation.override(LANGUAGE):
        return {
            "title": made["title"],
            "author": film["organisation"],
            "language": LANGUAGE,
            "standfirst": f"{name}. From the record of {film['organisation']}, as it stood on {when}.",
            "footer": f"{made['title']} · {name} · {when}",
            "parts": [_gaps(made["gaps"]), *KINDS[slug].lay_out(made), _about(made)],
        }


def document_pdf(made: dict[str, Any]) -> bytes:
    """The document as a tagged PDF."""
    return sheets.sheet_pdf(document_sheet(made))


def _gaps(gaps: list[dict[str, str]]) -> dict[str, Any]:
    rows = [[one["what"], one["who"]] for one in gaps]
    return sheets.part("Gaps", *sheets.table(["What is not known", "Who can close it"], [8, 4], rows, "None."))


def _about(made: dict[str, Any]) -> dict[str, Any]:
    film = made["film"]
    return sheets.part(
        "The film",
        sheets.facts(
            ("Production", f"{film['production']['title']} ({film['production']['id']})"),
            ("Cut", film["cut"]["id"]),
            ("Length", f"{film['duration_seconds']} s" if film["duration_seconds"] else ""),
            ("Digest of the edit", film["cut_sha256"]),
            ("Digest of the signed film", film["film_sha256"]),
            ("Released", sheets.moment(film["released_at"])),
        ),
    )

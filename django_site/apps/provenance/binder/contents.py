"""A binder's files: the cover, and each document as JSON and PDF, in the order of its addressee."""

from importlib.metadata import version
from typing import Any

from auditor.canonical import canonical_json
from auditor.media.types import OnProgress, Progress, no_progress
from django_site.apps.audits.people_facts import moment
from django_site.apps.provenance.binder.documents import document_of, document_pdf
from django_site.apps.provenance.binder.documents.cue_sheet import cue_csv
from django_site.apps.provenance.binder.film import Film
from django_site.apps.provenance.binder.index import File
from django_site.apps.provenance.binder.templates import Addressee, missing
from django_site.pages import sheets

JSON, PDF, CSV = "application/json", "application/pdf", "text/csv"
README = """Clearance binder

index.json      every other file with its SHA-256, what the binder was made from, and which ledger entries it proves
index.json.sig  the studio's signature over index.json (ECDSA over SHA-256)
signer.pem      the certificates of that signature, the signer's own first
proofs.json     proofs that those entries stand in the ledger (RFC 6962), and the entry with the digest of index.json
cover.pdf       the letter, the contents and the gaps

docs/check_binder.py of the project checks all of it in thirty lines, without any of the project's code.
"""


def cover(addressee: Addressee, film: Film, documents: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """``addressee``, ``letter``, ``contents`` [{number, slug, title, gaps}], ``required`` [{…, present}], ``gaps`` with
    their document."""
    required = [
        {
            "document": one.document,
            "path": one.path,
            "says": one.says,
            "who": one.who,
            "present": not missing(documents[one.document], one.path),
        }
        for one in addressee.required
    ]
    return {
        **film.head("cover", addressee.title),
        "addressee": {"id": addressee.id, "title": addressee.title, "to": addressee.to},
        "letter": list(addressee.letter),
        "contents": [
            {"number": number, "slug": slug, "title": documents[slug]["title"], "gaps": len(documents[slug]["gaps"])}
            for number, slug in enumerate(addressee.documents, start=1)
        ],
        "required": required,
        "gaps": _gathered(documents),
    }


def _gathered(documents: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Every gap once, with the documents that have it."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for slug, made in documents.items():
        for one in made["gaps"]:
            told = found.setdefault((one["what"], one["who"]), {**one, "documents": []})
            if slug not in told["documents"]:
                told["documents"].append(slug)
    return list(found.values())


def cover_sheet(made: dict[str, Any]) -> dict[str, Any]:
    """The cover in print: the letter, the contents, what the addressee asks for, and every gap."""
    film = made["film"]
    when = sheets.moment(made["at"])
    name = f"{film['cut']['title']}, version {film['cut']['version']}"
    titles = {one["slug"]: f"{one['number']}. {one['title']}" for one in made["contents"]}
    asked = [
        [
            one["says"],
            titles[one["document"]],
            "present" if one["present"] else "missing",
            "" if one["present"] else one["who"],
        ]
        for one in made["required"]
    ]
    numbers = {one["slug"]: str(one["number"]) for one in made["contents"]}
    gaps = [[one["what"], one["who"], ", ".join(numbers[slug] for slug in one["documents"])] for one in made["gaps"]]
    return {
        "title": made["title"],
        "author": film["organisation"],
        "language": "en",
        "standfirst": f"To: {made['addressee']['to']}. From: {film['organisation']}. {name}, as it stood on {when}.",
        "footer": f"{made['title']} · {name} · {when}",
        "parts": [
            sheets.part("Letter", sheets.text(*made["letter"])),
            sheets.part(
                "The film",
                sheets.facts(
                    ("Film", name),
                    ("Length", f"{film['duration_seconds']} s"),
                    ("Released", sheets.moment(film["released_at"])),
                    ("Digest of the signed film", film["film_sha256"]),
                    ("Digest of the edit", film["cut_sha256"]),
                ),
            ),
            sheets.part(
                "Contents",
                *sheets.table(
                    ["Document", "Gaps"],
                    [9, 1],
                    [[titles[one["slug"]], str(one["gaps"])] for one in made["contents"]],
                    "",
                    numbers=(1,),
                ),
            ),
            sheets.part(
                "What you ask for",
                *sheets.table(
                    ["Field", "In", "State", "Who can supply it"], [6, 4, 2, 3], asked, "Nothing in particular."
                ),
            ),
            sheets.part(
                "Gaps",
                *sheets.table(["What is not known", "Who can close it", "In documents"], [7, 3, 2], gaps, "None."),
            ),
        ],
    }


def binder_documents(addressee: Addressee, film: Film) -> dict[str, dict[str, Any]]:
    """The addressee's documents by slug, in their order."""
    return {slug: document_of(slug, film) for slug in addressee.documents}


def binder_files(
    film: Film, addressee: Addressee, *, on_progress: OnProgress = no_progress
) -> tuple[dict[str, Any], list[File]]:
    """The cover as data, and every file but the index, in order: the same for the same rows and moment."""
    documents = binder_documents(addressee, film)
    front = cover(addressee, film, documents)
    total = len(documents) + 1
    on_progress(Progress("set the documents", 0, total, "documents"))
    files = [
        File("README.txt", "text/plain", "How to check this binder", README.encode()),
        File("cover.json", JSON, addressee.title, canonical_json(front)),
        File("cover.pdf", PDF, addressee.title, sheets.sheet_pdf(cover_sheet(front)), ("cover.json",)),
    ]
    for number, slug in enumerate(documents, start=1):
        name, made = f"{number:02d}-{slug}", documents[slug]
        files.append(File(f"{name}.json", JSON, made["title"], canonical_json(made)))
        files.append(File(f"{name}.pdf", PDF, made["title"], document_pdf(made), (f"{name}.json",)))
        if slug == "ai-cue-sheet":
            files.append(File(f"{name}.csv", CSV, made["title"], cue_csv(made), (f"{name}.json",)))
        on_progress(Progress("set the documents", number + 1, total, "documents"))
    return front, files


def made_from(film: Film) -> dict[str, Any]:
    """What a binder rests on: digests of the film, of the decision that released it, of the rules, of what was
    searched."""
    release, audit = film.release, film.audit
    return {
        "moment": moment(film.at),
        "program": f"reelproof {version('reelproof')}",
        "cut": str(film.cut.pk),
        "cut_sha256": film.cut.asset.sha256 if film.cut.asset else None,
        "film_sha256": release.manifest.asset.sha256 if release else None,
        "decision_sha256": release.decision.sha256 if release else None,
        "bundle_sha256": release.decision.bundle_sha256 if release else None,
        "audit_report_sha256": audit.report_sha256 if audit else None,
        "works_index_sha256": audit.index_snapshot.digest if audit else None,
    }

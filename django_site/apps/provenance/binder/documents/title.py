"""The chain of title: every element with who holds it, on what ground, and what is missing."""

from typing import Any

from django_site.apps.productions.models import Reference
from django_site.apps.provenance.binder.documents.authorship import elements_of
from django_site.apps.provenance.binder.film import COUNSEL, LEGAL, PRODUCER, Film, gap, sound_of
from django_site.pages import sheets


def chain_of_title(film: Film) -> dict[str, Any]:
    """``elements`` [{element, holder, basis, evidence, state}]; ``state`` is ``recorded`` or ``gap``."""
    elements, gaps = [], []

    def add(element: str, holder: str, basis: str, evidence: str, missing: dict[str, str] | None = None) -> None:
        elements.append(
            {
                "element": element,
                "holder": holder,
                "basis": basis,
                "evidence": evidence,
                "state": "gap" if missing else "recorded",
            }
        )
        if missing:
            gaps.append(missing)

    for one in elements_of(film):
        people = ", ".join(one["by"])
        if one["claim"] or one["element"] == "Brief":
            what = (
                f"The agreement by which {people or 'its author'} gives {film.production.organisation.name} the rights"
            )
            add(
                one["element"],
                people,
                "authored here",
                "contribution log",
                gap(f"elements.{one['element']}", f"{what} in: {one['element'].lower()}.", COUNSEL),
            )
    for record in film.generations:
        missing = (
            None
            if record.commercial_use
            else gap(
                f"models.{record.model_name}", f"A licence of {record.model_name} that allows commercial use.", PRODUCER
            )
        )
        add(
            f"Pictures by {record.model_name} {record.model_version}",
            film.production.organisation.name,
            f"made with the model under {record.model_licence}",
            record.model_sha256,
            missing,
        )
    for reference in _references(film):
        add(
            f"Reference picture {reference.name}",
            "not on record",
            "not on record",
            reference.asset.sha256,
            gap(
                "references",
                f"Who holds the rights in the reference picture {reference.name}, and under which licence it was used.",
                PRODUCER,
                page="people",
            ),
        )
    for found in {one.work_id: one for one in film.works_found}.values():
        licence = film.licences[str(found.work_id)]
        covered = bool(licence and licence["in_force"] and "reproduce" in licence["acts"])
        basis = f"{licence['name']}: {', '.join(licence['acts'])}" if licence else "no licence on record"
        add(
            f"“{found.work.title}”, found in the film",
            found.work.rights_holder.name,
            basis,
            found.plain,
            None
            if covered
            else gap(
                "works",
                f"A licence to reproduce “{found.work.title}”, or a reviewer's finding that it is not used.",
                LEGAL,
                page="case",
            ),
        )
    for use in {one.subject_id: one for one in film.uses}.values():
        add(
            f"Likeness of {use.subject.display_name}",
            use.subject.display_name,
            f"grant …{str(use.grant.grant)[-12:]}, version {use.grant.version}: {film.grant_state(use.grant)}",
            use.grant.shown_sha256 or use.grant.text_sha256,
        )
    codec = film.cut.asset.probe.get("audio_codec") if film.cut.asset else None
    computed = sound_of(film)
    if computed is not None:
        add("Sound", film.production.organisation.name, computed, "the cut's own record of its sound")
    else:
        add(
            "Sound and music",
            "–",
            "a sound track whose rights are not on record" if codec else "the film has no sound track",
            str(codec or "probe of the file"),
            gap("sound", "Rights in music and sound.", PRODUCER) if codec else None,
        )
    add(
        "Title of the film",
        "not on record",
        "not on record",
        film.cut.title,
        gap("title", "A title search report.", COUNSEL),
    )
    return {**film.head("chain-of-title", "Chain-of-title schedule"), "elements": elements, "gaps": gaps}


def _references(film: Film) -> list[Reference]:
    """Pictures that takes in the film were made after, by their own records."""
    used = {
        one["sha256"]
        for item in film.items
        for one in item.take.generation.ingredients
        if one.get("kind") == "reference"
    }
    rows = Reference.objects.filter(production=film.production, asset__sha256__in=used).select_related("asset")
    return list({one.asset.sha256: one for one in rows.order_by("created_at", "id")}.values())


def chain_parts(document: dict[str, Any]) -> list[dict[str, Any]]:
    rows = [
        [one["element"], one["holder"], one["basis"], one["evidence"], "gap" if one["state"] == "gap" else "on record"]
        for one in document["elements"]
    ]
    head = ["Element", "Holder", "Ground", "Evidence", "State"]
    return [sheets.part("Elements", *sheets.table(head, [4, 3, 4, 5, 2], rows, ""))]

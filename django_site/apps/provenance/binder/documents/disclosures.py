"""What is said about the use of AI: to a streamer, the Academy, guilds and under EU law; and what the audience is told.

Sources: Netflix, *Using Generative AI in Content Production*; Academy of Motion Picture Arts and Sciences, 99th Awards
rules; SAG-AFTRA TV/Theatrical (digital replicas, synthetic performers); WGA MBA 2023, art. 72; Regulation (EU)
2024/1689, art. 50.
"""

from datetime import datetime
from typing import Any

from django_site.apps.provenance.binder.documents.authorship import EDITED, HUMAN, MACHINE, elements_of, lines_said
from django_site.apps.provenance.binder.film import COUNSEL, ENGINEER, PRODUCER, Film, gap
from django_site.pages import sheets

YES, NO, PARTLY, UNKNOWN = "yes", "no", "partly", "not on record"


def _day(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d}" if at else "not on record"


def _answer(question: str, answer: str, because: str) -> dict[str, str]:
    return {"question": question, "answer": answer, "because": because}


def ai_use(film: Film) -> dict[str, Any]:
    """``variants`` {streamer, academy, guild, eu}: each ``answers`` [{question, answer, because}]."""
    gaps: list[dict[str, str]] = []
    return {
        **film.head("ai-use", "AI-use disclosures"),
        "models": [
            {
                "name": one.model_name,
                "version": one.model_version,
                "kind": one.model_card.get("kind"),
                "takes": sum(item.take.generation.model_sha256 == one.model_sha256 for item in film.items),
            }
            for one in film.generations
        ],
        "variants": {
            "streamer": {"title": "For a streamer", "answers": _streamer(film, gaps)},
            "academy": {"title": "For the Academy", "answers": _academy(film, gaps)},
            "guild": {"title": "For guilds", "answers": _guild(film, gaps)},
            "eu": {"title": "Under the EU AI Act, article 50", "answers": _eu(film, gaps)},
        },
        "gaps": gaps,
    }


def _trained(film: Film) -> list[str]:
    return [one.model_name for one in film.generations if one.model_card.get("kind") != "renderer"]


def _streamer(film: Film, gaps: list) -> list[dict[str, str]]:
    works = film.works_found
    covered = [
        one
        for one in works
        if (licence := film.licences[str(one.work_id)]) and licence["in_force"] and "reproduce" in licence["acts"]
    ]
    trained = _trained(film)
    if trained:
        gaps.append(
            gap(
                "variants.streamer.storage",
                f"Whether {', '.join(trained)} stores or learns from what it is given.",
                PRODUCER,
            )
        )
    approval = film.declared["approval_reference"]
    if not approval:
        what = "The streamer's written approval of generated material in the final film."
        gaps.append(gap("variants.streamer.approval", what, PRODUCER, page="people"))
    return [
        _answer(
            "Do outputs replicate identifiable characteristics of works that are not ours?",
            NO if len(covered) == len(works) else PARTLY,
            f"{len(works)} passages resemble registered works, {len(covered)} of them licensed for reproduction; "
            "see the similarity report.",
        ),
        _answer(
            "Do the tools store, reuse or train on the production's data?",
            UNKNOWN if trained else NO,
            "The pictures are computed by rules on the studio's own machines; nothing is trained."
            if not trained
            else f"{', '.join(trained)}: their terms are not on record here.",
        ),
        _answer(
            "Is generated material part of the final deliverable?",
            YES if film.items else NO,
            f"{len(film.items)} shots of the film were generated; the cue sheet names each. "
            + (f"Written approval is filed: {approval}." if approval else "No written approval is on record."),
        ),
        _answer(
            "Does generated material replace performers' work or union-covered work?",
            YES if film.uses else NO if all(one.take.shot.cast == [] for one in film.items) else UNKNOWN,
            f"Registered people who are shown or heard under grants: {len({one.subject_id for one in film.uses})}; "
            "see the likeness schedule.",
        ),
    ]


def _academy(film: Film, gaps: list) -> list[dict[str, str]]:
    play = next(one for one in elements_of(film) if one["element"] == "Screenplay")
    gaps.append(
        gap(
            "variants.academy.roles",
            "Which credited roles were demonstrably performed by humans with their consent: "
            "performances on set are not on record here.",
            PRODUCER,
        )
    )
    return [
        _answer(
            "Is the screenplay human-authored?",
            {HUMAN: YES, EDITED: PARTLY, MACHINE: NO}.get(play["class"], UNKNOWN),
            f"Of {play['evidence']['lines']} lines: {lines_said(play['evidence']['lines_by'])}.",
        ),
        _answer(
            "Were the roles demonstrably performed by humans with their consent?",
            UNKNOWN,
            "The pictures were generated; performances on set are not on record here.",
        ),
        _answer(
            "What is the nature and extent of the use of generative tools?",
            YES if film.generations else NO,
            ", ".join(f"{one.model_name} {one.model_version}" for one in film.generations)
            + " made the pictures; people's "
            "share is in the human-authorship statement.",
        ),
    ]


def _drafted(play: dict[str, Any]) -> str:
    if play["model"]:
        return f"{play['model']} drafted."
    return "No machine drafted." if play["class"] == HUMAN else "Who drafted is not on record."


def _guild(film: Film, gaps: list) -> list[dict[str, str]]:
    undeclared = [str(one.take.shot) for one in film.items if one.take.shot.cast is None]
    synthetic = [str(one.take.shot) for one in film.items if one.take.shot.cast == []]
    if undeclared:
        gaps.append(
            gap(
                "variants.guild.synthetic",
                f"Who is cast in shots {', '.join(undeclared)}: nobody has said.",
                PRODUCER,
                page="people",
            )
        )
    declared = film.declared
    if synthetic and not (declared["synthetic_justification"] and declared["synthetic_notice_at"]):
        what = "Notice to the guild of synthetic performers, and what they add (TV/Theatrical 2026)."
        gaps.append(gap("variants.guild.justification", what, PRODUCER, page="people"))
    under = declared["guilds"]
    if under is None:
        gaps.append(
            gap(
                "variants.guild.agreements", "Under which guilds' agreements the film is made.", PRODUCER, page="people"
            )
        )
    play = next(one for one in elements_of(film) if one["element"] == "Screenplay")
    replicas = {one.grant_id: one for one in film.uses}
    return [
        _answer(
            "Under which agreements is it made?",
            UNKNOWN if under is None else ", ".join(under) or "none",
            "As the producer declares it; nobody has said." if under is None else "As the producer declares it.",
        ),
        _answer(
            "Are digital replicas used?",
            YES if replicas else NO,
            "; ".join(
                f"{one.subject.display_name}: {one.grant.scope.get('replica_kind', 'kind not said')}, notice "
                f"{_day(one.grant.noticed_at)}, signed {_day(one.grant.signed_at)}"
                for one in replicas.values()
            )
            or "No use of a registered likeness is on record.",
        ),
        _answer(
            "Are synthetic performers used?",
            UNKNOWN if undeclared else YES if synthetic else NO,
            f"{len(synthetic)} shots are declared to show synthetic people only, {len(undeclared)} are not declared. "
            + (f"What they add: {declared['synthetic_justification']} " if declared["synthetic_justification"] else "")
            + (f"Notice: {declared['synthetic_notice_at']}." if declared["synthetic_notice_at"] else ""),
        ),
        _answer(
            "Was generated text given to writers, or used as literary material?",
            {HUMAN: NO, EDITED: YES, MACHINE: YES}.get(play["class"], UNKNOWN),
            f"{_drafted(play)} People's lines are counted in the human-authorship statement. "
            "Generated text is not literary material under the MBA. "
            + (
                "Whoever wrote from it was told so."
                if declared["writers_told"]
                else "That writers were told is not on record."
            ),
        ),
    ]


def _eu(film: Film, gaps: list) -> list[dict[str, str]]:
    report = film.release.manifest.verification if film.release else {}
    said = report.get("statements") or {}
    stamped = bool(report.get("signed_at"))
    if not stamped:
        gaps.append(gap("variants.eu.timestamp", "A trusted timestamp in the signed record (RFC 3161).", ENGINEER))
    gaps.append(
        gap(
            "variants.eu.watermark",
            "An imperceptible watermark beside the signed record (code of practice, 10 June 2026): none is on record.",
            ENGINEER,
        )
    )
    return [
        _answer(
            "Is the output marked in machine-readable form (50(2))?",
            YES if report.get("state") == "Trusted" else UNKNOWN,
            f"Signed C2PA record, read back as {report.get('state', 'not on record')}; source type "
            f"{str(said.get('digital_source_type') or 'not on record').rsplit('/', 1)[-1]}; "
            f"{'timestamped' if stamped else 'no timestamp'}; no watermark on record.",
        ),
        _answer(
            "Is the audience told that it is artificially generated (50(4))?",
            YES if film.cut.audience_notice else NO,
            film.cut.audience_notice or "No notice is on record.",
        ),
        _answer(
            "Is it an evidently artistic work, so that the disclosure may spare its enjoyment?",
            UNKNOWN,
            f"Made as: {film.production.get_use_display()}."
            + (" The notice stands on the end card." if film.cut.audience_notice else ""),
        ),
    ]


def ai_use_parts(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        sheets.part(
            variant["title"],
            *sheets.table(
                ["Question", "Answer", "Because"],
                [5, 2, 7],
                [[one["question"], one["answer"], one["because"]] for one in variant["answers"]],
                "",
            ),
        )
        for variant in (document["variants"][name] for name in ("streamer", "academy", "guild", "eu"))
    ]


# the audience


#: Acts as credits name them; acts that are no credit are left out.
_CREDITS = {
    "wrote": "Written by",
    "edited": "Screenplay and shots edited by",
    "directed": "Directed by",
    "selected": "Takes chosen by",
    "arranged": "Edited by",
    "composed": "Music by",
    "performed": "Performed by",
    "designed": "Designed by",
}


def audience(film: Film) -> dict[str, Any]:
    """``notice`` (the words on the end card), ``short`` (for platforms), ``credits`` [{credit, names}]."""
    lines: dict[str, list[str]] = {}
    for one in film.contributions:
        if not one.tool and one.act in _CREDITS and not (one.act == "directed" and one.target_kind == "take"):
            lines.setdefault(_CREDITS[one.act], []).append(one.person)
    likenesses = sorted({one.subject.display_name for one in film.uses})
    models = [f"{one.model_name} {one.model_version}" for one in film.generations]
    gaps = []
    if not film.cut.audience_notice:
        gaps.append(gap("notice", "The words by which the audience is told.", PRODUCER))
    gaps.append(gap("credits", "Credits by agreement (billing, guild credits) beyond what the record shows.", COUNSEL))
    if not film.declared["credits_complete"]:
        what = "Whether the credits name every work and model whose licence asks for it."
        gaps.append(gap("credits.licences", what, PRODUCER, page="people"))
    trained = _trained(film)
    return {
        **film.head("audience-disclosure", "Audience disclosure and credits"),
        "notice": film.cut.audience_notice or None,
        "short": ("Pictures generated with AI" if trained else "Computer-generated pictures")
        + (f"; with the likeness of {', '.join(likenesses)}, with their consent" if likenesses else "")
        + ".",
        "credits": [
            *({"credit": credit, "names": sorted(set(names))} for credit, names in lines.items()),
            *([{"credit": "With the likeness of", "names": likenesses}] if likenesses else []),
            {"credit": "Pictures", "names": models},
            {"credit": "Produced by", "names": [film.production.organisation.name]},
        ],
        "gaps": gaps,
    }


def audience_parts(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        sheets.part(
            "What the end card tells the audience", sheets.deed([document["notice"] or "No notice is on record."])
        ),
        sheets.part("Short form for platforms", sheets.deed([document["short"]])),
        sheets.part(
            "Credits from the record",
            sheets.facts(*((one["credit"], ", ".join(one["names"])) for one in document["credits"])),
        ),
    ]

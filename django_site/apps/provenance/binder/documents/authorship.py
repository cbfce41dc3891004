"""Human authorship: what people wrote, edited, chose and arranged, and what machines generated.

The law behind the limits: U.S. Copyright Office, *Copyright and Artificial Intelligence, Part 2: Copyrightability*
(January 2025); *Thaler v. Perlmutter*, 130 F.4th 1039 (D.C. Cir. 2025).
"""

from collections import Counter
from typing import Any

from django_site.apps.audits.people_facts import moment
from django_site.apps.productions.authorship import lines_by
from django_site.apps.productions.models import Contribution, ContributionAct
from django_site.apps.productions.services.screenplays import screenplay_text
from django_site.apps.provenance.binder.film import PRODUCER, Film, gap, person, reason_shown, seconds
from django_site.pages import sheets

HUMAN, SELECTED, EDITED, MACHINE, UNKNOWN = (
    "human-authored",
    "human-selected-and-arranged",
    "machine-drafted-human-edited",
    "machine-generated",
    "not-on-record",
)
#: Stands for whoever wrote what nobody noted.
NOBODY = "not on record"
CLASSES = {
    HUMAN: "Human-authored",
    SELECTED: "Human-selected and arranged",
    EDITED: "Drafted by a machine, edited by people",
    MACHINE: "Machine-generated",
    UNKNOWN: "Not on record",
}
LIMITS = (
    "Prompts alone are not authorship: they are recorded as direction and claimed as nothing (U.S. Copyright Office, "
    "Part 2, January 2025).",
    "A work needs a human author; a machine is none (Thaler v. Perlmutter, 130 F.4th 1039, D.C. Cir. 2025).",
    "What people wrote or changed perceptibly, and a creative selection or arrangement by people, may be protected as far "
    "as it goes. Whether a selection is creative is for counsel and the Office, not for this record, to say.",
    "Counts of lines and words say what stayed and what changed between versions. They do not say what anybody thought.",
)


def authorship(film: Film) -> dict[str, Any]:
    """``elements`` [{element, class, by, model, claim, evidence}], ``contributors`` [{name, acts}], ``limits``, ``log``
    (every row, corrected ones too)."""
    elements = elements_of(film)
    standing = {one.pk for one in film.contributions}
    gaps = []
    if not any(one["class"] in (HUMAN, SELECTED, EDITED) for one in elements):
        gaps.append(
            gap("elements", "No human contribution beyond direction is on record.", PRODUCER, page="authorship")
        )
    gaps += [
        gap(f"elements.{one['element']}", f"Who made this: {one['element'].lower()}.", PRODUCER, page="authorship")
        for one in elements
        if one["class"] == UNKNOWN
    ]
    acts: dict[str, Counter] = {}
    for one in film.contributions:
        acts.setdefault(one.person, Counter())[one.act if not one.tool else f"{one.act} with a tool"] += 1
    return {
        **film.head("human-authorship", "Human-authorship statement and contribution log"),
        "elements": elements,
        "contributors": [{"name": name, "acts": dict(sorted(acts[name].items()))} for name in sorted(acts)],
        "reviews": [
            {
                "at": moment(one.created_at),
                "by": person(one.actor),
                "act": one.kind,
                "take": str(one.case.take),
                "reason": reason_shown(one),
            }
            for one in film.review_actions
            if one.case.take_id
        ],
        "limits": list(LIMITS),
        "log": [_logged(one, standing) for one in film.contribution_log],
        "gaps": gaps,
    }


def elements_of(film: Film) -> list[dict[str, Any]]:
    """What the film consists of, each with its class and the evidence for it."""
    return [
        _brief(film),
        _screenplay(film),
        _shots(film),
        *_pictures(film),
        _takes(film),
        _arrangement(film),
        _titles(),
        *_by_hand(film),
    ]


def _element(
    name: str,
    kind: str,
    by: list[str],
    *,
    claim: bool,
    evidence: dict,
    model: str | None = None,
    material: bool = False,
) -> dict[str, Any]:
    """``claim``: people may claim it; ``material``: it is heard or seen in the film, so that a machine's is excluded."""
    return {
        "element": name,
        "class": kind,
        "by": by,
        "model": model,
        "claim": claim,
        "material": material,
        "evidence": evidence,
    }


def _brief(film: Film) -> dict[str, Any]:
    wrote = [
        one for one in film.contributions if one.target_kind == "production" and one.act == "wrote" and not one.tool
    ]
    by = sorted({one.person for one in wrote}) or [str(film.production.created_by)]
    return _element("Brief", HUMAN, by, claim=False, evidence={"words": len(film.production.brief.split())})


def _screenplay(film: Film) -> dict[str, Any]:
    play = film.cut.screenplay
    versions = list(
        film.production.screenplays.filter(version__lte=play.version).select_related("asset").order_by("version")
    )
    wrote = {str(one.target_id): one for one in film.contributions if one.target_kind == "screenplay"}
    tools = {one.tool for one in wrote.values() if one.tool}

    def who(version: Any) -> str:
        row = wrote.get(str(version.pk))
        return NOBODY if row is None else row.tool or row.person

    owners = Counter(owner for _, owner in lines_by((who(one), screenplay_text(one)) for one in versions))
    human = {name: n for name, n in owners.items() if name not in tools and name != NOBODY}
    total, by_people = sum(owners.values()), sum(human.values())
    by_tools = sum(n for name, n in owners.items() if name in tools)
    kind = EDITED if by_people and by_tools else HUMAN if by_people else MACHINE if by_tools else UNKNOWN
    return _element(
        "Screenplay",
        kind,
        sorted(human),
        claim=bool(by_people),
        model=", ".join(sorted(tools)) or None,
        material=True,
        evidence={
            "version": play.version,
            "versions": len(versions),
            "sha256": play.asset.sha256,
            "lines": total,
            "lines_by": dict(sorted(owners.items())),
            "edits": [
                {"version": one.version, "by": wrote[str(one.pk)].person, **wrote[str(one.pk)].measure}
                for one in versions
                if str(one.pk) in wrote and not wrote[str(one.pk)].tool
            ],
        },
    )


def _shots(film: Film) -> dict[str, Any]:
    shown = {str(one.take.shot_id) for one in film.items}
    edits = [
        one for one in film.contributions if one.target_kind == "shot" and not one.tool and str(one.target_id) in shown
    ]
    fields = Counter(name for one in edits for name in one.measure.get("fields", {}))
    return _element(
        "Shot plan",
        EDITED if edits else MACHINE,
        sorted({one.person for one in edits}),
        claim=False,
        model="Reelproof shot planner",
        evidence={
            "shots": len(shown),
            "shots_edited": len({one.target_id for one in edits}),
            "fields": dict(sorted(fields.items())),
        },
    )


def _pictures(film: Film) -> list[dict[str, Any]]:
    made = []
    for record in film.generations:
        items = [one for one in film.items if one.take.generation.model_sha256 == record.model_sha256]
        shown = sum(float(one.take_out - one.take_in) for one in items)
        made.append(
            _element(
                f"Pictures by {record.model_name}",
                MACHINE,
                [],
                claim=False,
                model=f"{record.model_name} {record.model_version}",
                material=True,
                evidence={
                    "takes": len(items),
                    "seconds": seconds(shown),
                    "model_sha256": record.model_sha256,
                    "directed_by": sorted({str(one.take.generation.actor) for one in items}),
                },
            )
        )
    return made


def _takes(film: Film) -> dict[str, Any]:
    of_takes = [one for one in film.contributions if one.target_kind == "take" and not one.tool]
    chosen = [one for one in of_takes if one.act in (ContributionAct.SELECTED, ContributionAct.REJECTED)]
    reviewed = [one for one in film.review_actions if one.case.take_id and one.kind in ("reject", "request_change")]
    return _element(
        "Selection of takes",
        SELECTED if chosen else MACHINE,
        sorted({one.person for one in chosen}),
        claim=bool(chosen),
        model=None if chosen else "the rule: the newest usable take of each shot",
        evidence={
            "rendered": len(film.takes_rendered),
            "used": len({one.take_id for one in film.items}),
            "selected": sum(one.act == ContributionAct.SELECTED for one in chosen),
            "rejected": sum(one.act == ContributionAct.REJECTED for one in chosen),
            "put_aside": sum(one.act == ContributionAct.REPLACED for one in of_takes),
            "rejected_in_review": len(reviewed),
        },
    )


def _arrangement(film: Film) -> dict[str, Any]:
    rows = [one for one in film.contributions if one.target_kind == "cut" and one.target_id == film.cut.pk]
    people = [one for one in rows if not one.tool]
    trimmed = sum(one.take_in > 0 or one.take_out < one.take.duration for one in film.items)
    return _element(
        "Order of the shots and cut",
        SELECTED if people else MACHINE if rows else UNKNOWN,
        sorted({one.person for one in people}),
        claim=bool(people),
        model=None if people else next((one.tool for one in rows), None),
        evidence={"shots": len(film.items), "trimmed": trimmed, "acts": sorted({one.act for one in rows})},
    )


def _titles() -> dict[str, Any]:
    return _element(
        "Titles and end card",
        MACHINE,
        [],
        claim=False,
        model="Reelproof assembler",
        material=True,
        evidence={"wording": "the film's title, the studio, the models, the notice to the audience"},
    )


def _by_hand(film: Film) -> list[dict[str, Any]]:
    """What people entered themselves about the film as a whole."""
    rows = [one for one in film.contributions if one.recorded_by_id and one.target_kind == "production"]
    return [
        _element(
            one.note[:200] or str(one.get_act_display()),
            MACHINE if one.tool else HUMAN,
            [one.person],
            claim=not one.tool,
            model=one.tool or None,
            material=True,
            evidence={"act": one.act, "entered_by": str(one.recorded_by), "entered_at": moment(one.created_at)},
        )
        for one in rows
    ]


def _logged(one: Contribution, standing: set) -> dict[str, Any]:
    return {
        "id": str(one.pk),
        "at": moment(one.created_at),
        "who": one.person,
        "act": one.act,
        "tool": one.tool or None,
        "what": {"kind": one.target_kind, "id": str(one.target_id)},
        "note": one.note,
        "measure": one.measure,
        "entered_by": str(one.recorded_by) if one.recorded_by_id else None,
        "corrects": str(one.corrects_id) if one.corrects_id else None,
        "void": one.void,
        "reason": one.reason,
        "stands": one.pk in standing,
    }


def lines_said(lines_by: dict[str, int]) -> str:
    """Whose lines they are, in words."""
    return ", ".join(f"{n} not on record" if who == NOBODY else f"{n} by {who}" for who, n in lines_by.items())


def basis_of(one: dict[str, Any]) -> str:
    """The evidence in a sentence."""
    said = one["evidence"]
    if "lines_by" in said:
        whose = lines_said(said["lines_by"])
        return f"version {said['version']} has {said['lines']} lines: {whose}"
    if "rendered" in said:
        return (
            f"{said['rendered']} takes rendered, {said['used']} used; by people: {said['selected']} selected, "
            f"{said['rejected']} rejected, {said['put_aside']} put aside; {said['rejected_in_review']} refused in review"
        )
    if "trimmed" in said:
        return f"{said['shots']} shots in order, {said['trimmed']} of them trimmed"
    if "shots_edited" in said:
        return f"{said['shots_edited']} of {said['shots']} shots were edited by people, in {len(said['fields'])} fields"
    if "takes" in said:
        return f"{said['takes']} takes, {said['seconds']} s"
    if "entered_by" in said:
        return f"entered by {said['entered_by']}"
    return f"{said['words']} words" if "words" in said else str(said.get("wording", ""))


# print


def authorship_parts(document: dict[str, Any]) -> list[dict[str, Any]]:
    elements = [
        [one["element"], CLASSES[one["class"]], ", ".join(one["by"]) or one["model"] or "–", basis_of(one)]
        for one in document["elements"]
    ]
    people = [
        [one["name"], ", ".join(f"{act} ({n})" for act, n in one["acts"].items())] for one in document["contributors"]
    ]
    log = [
        [
            sheets.moment(one["at"]),
            one["who"],
            one["act"] + (f" with {one['tool']}" if one["tool"] else ""),
            one["what"]["kind"],
            _said(one),
        ]
        for one in document["log"]
    ]
    reviews = [
        [sheets.moment(one["at"]), one["by"]["name"], one["act"], one["take"], one["reason"]]
        for one in document["reviews"]
    ]
    return [
        sheets.part(
            "What the film consists of",
            *sheets.table(["Element", "Class", "By", "Evidence"], [3, 3, 3, 6], elements, ""),
        ),
        sheets.part("The limits of this statement", sheets.text(*document["limits"])),
        sheets.part(
            "Who contributed",
            *sheets.table(["Person", "What they did (how often)"], [3, 8], people, "Nothing is on record."),
        ),
        sheets.part(
            "Takes that reviewers judged",
            *sheets.table(["When", "Reviewer", "Act", "Take", "Reason"], [4, 3, 2, 3, 5], reviews, "None."),
        ),
        sheets.part(
            "Contribution log",
            sheets.text(
                "Every row as it was noted, the oldest first. A correction is a row of its own; nothing is ever changed."
            ),
            *sheets.table(["When", "Who", "Act", "What", "Note"], [4, 3, 4, 2, 5], log, "Nothing is on record."),
        ),
    ]


def _said(one: dict[str, Any]) -> str:
    marks = [] if one["stands"] else ["did not happen" if one["void"] else "corrected below"]
    marks += [f"corrects …{one['corrects'][-8:]}: {one['reason']}"] if one["corrects"] else []
    lines = one["measure"].get("against_draft", one["measure"].get("against_previous", {})).get("lines")
    counted = (
        [f"{lines['kept']} lines kept, {lines['changed']} changed, {lines['added']} added, {lines['removed']} removed"]
        if lines
        else []
    )
    fields = one["measure"].get("fields")
    counted += [f"fields: {', '.join(fields)}"] if fields else []
    return "; ".join(part for part in [one["note"], *counted, *marks] if part)

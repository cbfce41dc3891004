"""Likenesses: who is in the film, under which grant; and each person's uses and what they earned by them."""

from decimal import Decimal
from typing import Any

from django_site.apps.audits.people_facts import moment
from django_site.apps.likeness.models import CompensationEntry, ConsentGrant, Subject
from django_site.apps.likeness.money_statements import balances
from django_site.apps.likeness.scope import scope_of
from django_site.apps.provenance.binder.film import LEGAL, PRODUCER, Film, gap, seconds
from django_site.pages import sheets


def likeness_schedule(film: Film) -> dict[str, Any]:
    """``people`` [{subject, grant, signature, in_film}], ``unknown`` (people nobody knows, with their clearance), ``cast``
    {declared, synthetic, undeclared} shots."""
    gaps: list[dict[str, str]] = []
    people = []
    for grant in film.grants:
        uses = [one for one in film.uses if one.grant_id == grant.pk]
        if film.grant_state(grant) != "active":
            gaps.append(
                gap(
                    "people.grant",
                    f"A grant of {grant.subject.display_name} that is in force; it is {film.grant_state(grant)}.",
                    LEGAL,
                    page="people",
                )
            )
        people.append(
            {
                "subject": _subject(grant.subject),
                "grant": _grant(grant, film),
                "in_film": [
                    {
                        "kind": one.kind,
                        "what": str(one.take) if one.take_id else "the film",
                        "seconds": seconds(one.seconds),
                        "spans": one.spans,
                    }
                    for one in uses
                ],
            }
        )
    unknown = []
    for face in film.audit.unknown_faces.select_related("cleared_by").order_by("number") if film.audit else []:
        cleared = face.cleared_at is not None and face.cleared_at <= film.at
        unknown.append(
            {
                "number": face.number,
                "seconds": seconds(face.seconds),
                "spans": face.spans,
                "cleared": moment(face.cleared_at) if cleared else None,
                "basis": str(face.get_basis_display()) if cleared else None,
                "note": face.note if cleared else None,
                "by": str(face.cleared_by) if cleared else None,
            }
        )
        if not cleared:
            gaps.append(
                gap(
                    "unknown",
                    f"On what ground unknown person {face.number} may be shown ({face.seconds:.1f} s).",
                    PRODUCER,
                    page="people",
                )
            )
    shots = {one.take.shot_id: one.take.shot for one in film.items}.values()
    undeclared = sorted(str(one) for one in shots if one.cast is None)
    if undeclared:
        gaps.append(gap("cast", f"Who is cast in shots {', '.join(undeclared)}.", PRODUCER, page="people"))
    return {
        **film.head("likeness-schedule", "Likeness schedule"),
        "people": people,
        "unknown": unknown,
        "cast": {
            "declared": sorted(str(one) for one in shots if one.cast),
            "undeclared": undeclared,
            "synthetic": sorted(str(one) for one in shots if one.cast == []),
        },
        "gaps": gaps,
    }


def _subject(subject: Subject) -> dict[str, Any]:
    return {
        "id": str(subject.pk),
        "legal_name": subject.legal_name,
        "stage_name": subject.stage_name or None,
        "living": subject.living,
        "union": subject.union or None,
        "identity_verified_at": moment(subject.identity_verified_at),
    }


def _grant(grant: ConsentGrant, film: Film) -> dict[str, Any]:
    scope = scope_of(grant)
    signature = getattr(grant, "signature", None)
    return {
        "id": str(grant.grant),
        "version": grant.version,
        "state": film.grant_state(grant),
        "text_sha256": grant.text_sha256,
        "shown_sha256": grant.shown_sha256 or None,
        "starts": moment(grant.starts),
        "ends": moment(grant.ends),
        **{
            name: scope.get(name)
            for name in (
                "replica_kind",
                "description",
                "modalities",
                "uses",
                "media",
                "territories",
                "languages",
                "exclusions",
                "alterations",
                "acts",
                "approval",
                "models",
            )
        },
        "noticed_at": moment(grant.noticed_at),
        "signed_at": moment(grant.signed_at),
        "signed_as": signature.role if signature else None,
        "known_by": signature.authenticated_by if signature else None,
        "conspicuous": signature.conspicuous if signature else None,
    }


def schedule_parts(document: dict[str, Any]) -> list[dict[str, Any]]:
    parts = []
    for one in document["people"]:
        subject, grant = one["subject"], one["grant"]
        uses = [[use["kind"], use["what"], f"{use['seconds']:.1f} s", _spans(use["spans"])] for use in one["in_film"]]
        parts.append(
            sheets.part(
                subject["stage_name"] or subject["legal_name"],
                sheets.facts(
                    ("Legal name", subject["legal_name"]),
                    ("Union", subject["union"]),
                    ("Grant", f"{grant['id']}, version {grant['version']}: {grant['state']}"),
                    ("For", grant["description"]),
                    ("Kind of replica", grant["replica_kind"]),
                    ("What of them", ", ".join(grant["modalities"])),
                    ("Where", ", ".join(grant["territories"]).replace("*", "everywhere")),
                    ("Never", ", ".join(grant["exclusions"])),
                    ("Term", f"{sheets.moment(grant['starts'])} to {sheets.moment(grant['ends']) or 'no end'}"),
                    (
                        "Notice, signed",
                        f"{sheets.moment(grant['noticed_at']) or 'not on record'}; "
                        f"{sheets.moment(grant['signed_at']) or 'not signed'}",
                    ),
                    ("Digest of what was shown", grant["shown_sha256"] or grant["text_sha256"]),
                ),
                *sheets.table(["Use", "What", "Length", "Where in the file"], [2, 3, 2, 6], uses, ""),
            )
        )
    if not parts:
        parts.append(sheets.part("Registered people", sheets.text("No use of a registered likeness is on record.")))
    unknown = [
        [
            str(one["number"]),
            f"{one['seconds']:.1f} s",
            one["basis"] or "not cleared",
            one["note"] or "",
            one["by"] or "",
        ]
        for one in document["unknown"]
    ]
    cast = document["cast"]
    return [
        *parts,
        sheets.part(
            "People whom nobody knows",
            *sheets.table(
                ["Number", "Shown", "Ground", "Note", "Cleared by"], [1, 2, 4, 5, 3], unknown, "The audit found none."
            ),
        ),
        sheets.part(
            "What the makers declare of the shots",
            sheets.facts(
                ("Cast with registered people", ", ".join(cast["declared"]) or "none"),
                ("Synthetic people only", ", ".join(cast["synthetic"]) or "none"),
                ("Not declared", ", ".join(cast["undeclared"]) or "none"),
            ),
        ),
    ]


def _spans(spans: list) -> str:
    return ", ".join(f"{kind} {float(start):.1f} to {float(end):.1f} s" for kind, start, end in spans[:12]) or "–"


# usage and compensation


def performer_statements(film: Film) -> dict[str, Any]:
    """``statements`` [{subject, uses, entries, balances}]: uses in this film, money of this production up to the moment."""
    gaps: list[dict[str, str]] = []
    statements = []
    for subject in {one.subject_id: one.subject for one in film.uses}.values():
        entries = CompensationEntry.objects.filter(subject=subject, production=film.production, created_at__lte=film.at)
        rows = list(entries.select_related("grant").order_by("created_at", "id"))
        terms = [one.scope.get("compensation") for one in film.grants if one.subject_id == subject.pk]
        if not any(terms):
            gaps.append(
                gap(
                    "statements.compensation",
                    f"What {subject.display_name} is paid: the grant says nothing of money.",
                    PRODUCER,
                    page="people",
                )
            )
        statements.append(
            {
                "subject": {"id": str(subject.pk), "name": subject.display_name},
                "uses": [
                    {
                        "at": moment(one.created_at),
                        "kind": one.kind,
                        "seconds": seconds(one.seconds),
                        "grant": str(one.grant.grant),
                        "what": str(one.take) if one.take_id else "the film",
                        "territories": one.territories,
                    }
                    for one in film.uses
                    if one.subject_id == subject.pk
                ],
                "entries": [
                    {
                        "at": moment(one.created_at),
                        "kind": one.kind,
                        "amount": f"{one.amount:.2f}",
                        "currency": one.currency,
                        "basis": one.basis,
                        "grant": str(one.grant.grant),
                    }
                    for one in rows
                ],
                "balances": {currency: _money(amount) for currency, amount in balances(entries).items()},
            }
        )
    return {
        **film.head("performer-statements", "Performers' usage and compensation statements"),
        "statements": statements,
        "gaps": gaps,
    }


def _money(amount: Decimal) -> str:
    return f"{amount:.2f}"


def statement_parts(document: dict[str, Any]) -> list[dict[str, Any]]:
    if not document["statements"]:
        return [
            sheets.part(
                "Statements", sheets.text("No use of a registered likeness is on record: nobody is owed a statement.")
            )
        ]
    parts = []
    for one in document["statements"]:
        uses = [
            [
                sheets.moment(use["at"]),
                use["kind"],
                use["what"],
                f"{use['seconds']:.1f} s",
                ", ".join(use["territories"]).replace("*", "everywhere") or "–",
            ]
            for use in one["uses"]
        ]
        money = [
            [sheets.moment(row["at"]), row["kind"], row["basis"], f"{row['amount']} {row['currency']}"]
            for row in one["entries"]
        ]
        due = ", ".join(f"{amount} {currency}" for currency, amount in one["balances"].items()) or "nothing"
        parts += [
            sheets.part(one["subject"]["name"], sheets.facts(("Owed at this moment", due))),
            sheets.part(
                "Uses",
                *sheets.table(["When", "Use", "What", "Length", "Where"], [3, 2, 3, 2, 3], uses, "None."),
                level=2,
            ),
            sheets.part(
                "Money",
                *sheets.table(
                    ["When", "Kind", "How it came about", "Amount"],
                    [3, 2, 6, 3],
                    money,
                    "Nothing was entered.",
                    numbers=(3,),
                ),
                level=2,
            ),
        ]
    return parts

"""The economy report in print, and its chart; the same figures as on the page."""

from typing import Any

from django_site.apps.audience.economy.forms import WORDS
from django_site.apps.provenance.binder.charts import FILLS, Drawing, bars
from django_site.pages import sheets

#: How the report says what a share of the screen shows.
SHOWN = {
    "registered": "people who granted it",
    "synthetic": "synthetic people alone",
    "nobody": "nobody",
    "not_said": "nobody has said who",
}
#: Room for names beside the bars, in units of the drawing, and as many letters as fit there.
_NAMES, _LETTERS = 230.0, 29
_PER = {"machine": "machine", "people": "people", "nobody": "not needed"}


def time_chart(document: dict[str, Any]) -> Drawing:
    """Machine time by kind of work; what was expected stands below where it was told."""
    rows = []
    for one in document["machines"]["rows"]:
        parts = [(f"took {one['seconds']:.1f} s", one["seconds"], FILLS[0])]
        rows.append((_short(one["word"]), parts))
        if one["expected_of"]:
            said = f"expected {one['expected_seconds']:.1f} s where it took {one['expected_of']:.1f} s"
            rows.append(("", [(said, one["expected_seconds"], FILLS[2])]))
    said = "; ".join(f"{one['word']}: {one['seconds']:.1f} s" for one in document["machines"]["rows"])
    return bars(
        rows, f"Machine time by kind of work. {said or 'No finished work is on record'}.", unit=" s", left=_NAMES
    )


def _short(name: str) -> str:
    return name if len(name) <= _LETTERS else f"{name[: _LETTERS - 1]}…"


def days_chart(document: dict[str, Any]) -> Drawing:
    """Person-days that a conventional schedule gives each trade: those that people worked here, and those that nobody was
    paid for."""
    rows = []
    for one in document["conventional"]["roles"]:
        if not one["person_days"]:
            continue
        kept = one["person_days"] - one["displaced_days"]
        parts = [(f"by people {kept:.1f}", kept, FILLS[4])] if kept > 0 else []
        parts += (
            [(f"by the machine {one['displaced_days']:.1f}", one["displaced_days"], "url(#hatch)")]
            if one["displaced_days"]
            else []
        )
        rows.append((_short(one["title"]), parts))
    gone = document["conventional"]["displaced"]
    alt = (
        f"Person-days of a conventional schedule by trade: {document['conventional']['person_days']:.1f} in all, "
        f"{gone['person_days']:.1f} of them in trades that the machine took the place of."
    )
    return bars(rows, alt, unit=" d", left=_NAMES)


def economy_sheet(document: dict[str, Any]) -> dict[str, Any]:
    """The sheet that ``sheets.sheet_pdf`` sets."""
    production, when = document["production"], sheets.moment(document["at"])
    title = "Economy and ethics report"
    cut = document["cut"]
    about = f"{production['title']}, version {cut['version']} ({cut['seconds']:.1f} s)" if cut else production["title"]
    return {
        "title": title,
        "author": production["organisation"],
        "language": "en",
        "standfirst": f"{about}. From: {production['organisation']}. As it stood on {when}.",
        "footer": f"{title} · {production['title']} · {when}",
        "parts": [
            *_machine_parts(document),
            *_people_parts(document),
            *_money_parts(document),
            *_conventional_parts(document),
            sheets.part(
                "What is not known",
                *sheets.table(
                    ["What", "Who can say"],
                    [7, 3],
                    [[one["what"], one["who"]] for one in document["gaps"]],
                    "Nothing is missing.",
                ),
            ),
        ],
    }


def _machine_parts(document: dict[str, Any]) -> list[dict[str, Any]]:
    machines, takes = document["machines"], document["takes"]
    svg, alt = time_chart(document)
    rows = [
        [
            one["word"], str(one["jobs"]), str(one["attempts"]), f"{one['seconds']:.1f} s",
            f"{one['expected_seconds']:.1f} s of {one['expected_of']:.1f} s" if one["expected_of"] else "not told",
            f"{one['watt_hours']:.3f} Wh" if one["counted"] else "not counted",
        ]
        for one in machines["rows"]
    ]  # fmt: skip
    energy = machines["energy"]
    return [
        sheets.part(
            "Machines: time and energy",
            *([sheets.chart(svg, alt=alt)] if rows else []),
            *sheets.table(
                ["Work", "Jobs", "Attempts", "Took", "Expected, of what it took", "Energy"], [5, 1, 2, 2, 4, 2], rows,
                "No finished work is on record.", numbers=(1, 2, 3, 4, 5),
            ),
            sheets.facts(
                ("All together", f"{machines['seconds']:.1f} s"),
                ("Energy", f"{energy['watt_hours']:.3f} Wh, {energy['kind']}: {energy['how']}" if energy else "not counted"),
                ("Carbon dioxide", _grams(machines)),
                ("Takes rendered", f"{takes['rendered']}, {takes['seconds_rendered']:.1f} s"),
                ("Of these not in the film", f"{takes['not_used']}, {takes['seconds_not_used']:.1f} s"),
                ("What those took", f"{takes['machine_seconds_not_used']:.1f} s, {takes['watt_hours_not_used']:.3f} Wh"),
            ),
        )
    ]  # fmt: skip


def _grams(machines: dict[str, Any]) -> str:
    return (
        "not known" if machines["grams_co2e"] is None else f"{machines['grams_co2e']:.2f} g, by {machines['grams_by']}"
    )


def _people_parts(document: dict[str, Any]) -> list[dict[str, Any]]:
    hours, performers, cast = document["hours"], document["performers"], document["cast"]
    worked = [
        [
            one["person"],
            ", ".join(one["kinds"]),
            f"{one['hours']:.2f} h in {one['stretches']}",
            f"{one['entered_hours']:.2f} h",
        ]
        for one in hours["people"]
    ]
    paid = [
        [one["name"], str(one["uses"]), f"{one['earned']} {one['currency']}", f"{one['paid']} {one['currency']}"]
        for one in performers["people"]
    ]
    seconds = [[SHOWN[name], f"{value:.1f} s"] for name, value in cast["seconds"].items()]
    characters = [
        [one["name"], f"{one['seconds']:.1f} s", ", ".join(SHOWN[kind] for kind in one["played_by"])]
        for one in cast["characters"]
    ]
    voices = [[one["character"], one["voice"], str(one["lines"]), f"{one['seconds']:.1f} s"] for one in cast["voices"]]
    return [
        sheets.part(
            "People who worked",
            *sheets.table(
                ["Who", "What", "By the log", "Entered"],
                [4, 5, 3, 2],
                worked,
                "Nobody's work is on record.",
                numbers=(2, 3),
            ),
            sheets.text("Hours by the log are a floor: what left no act is not in them."),
        ),
        sheets.part(
            "Performers and what they earned",
            *sheets.table(
                ["Who", "Uses", "Earned", "Paid"],
                [5, 1, 3, 3],
                paid,
                "No registered performer earned anything.",
                numbers=(1, 2, 3),
            ),
        ),
        sheets.part(
            "Who is seen and heard",
            *sheets.table(
                ["On screen", "Seconds"],
                [6, 2],
                seconds if document["cut"] else [],
                "There is no cut yet.",
                numbers=(1,),
            ),
            *sheets.table(["Character", "On screen", "Played by"], [4, 2, 5], characters, "", numbers=(1,)),
            *sheets.table(["Character", "Voice", "Lines", "Heard"], [4, 3, 1, 2], voices, "", numbers=(2, 3)),
        ),
    ]


def _money_parts(document: dict[str, Any]) -> list[dict[str, Any]]:
    money = document["money"]
    rows = [
        [one["what"].capitalize(), one["how"], f"{one['amount']:.2f} {money['currency']}"] for one in money["lines"]
    ]
    entered = "; ".join(f"{one['amount']} {one['currency']}" for one in money["entered"])
    return [
        sheets.part(
            "Money",
            *sheets.table(["What", "How", "Amount"], [2, 6, 2], rows, "", numbers=(2,)),
            sheets.facts(
                ("Together", f"{money['sum']:.2f} {money['currency']}"), ("Entered by hand", entered or "nothing")
            ),
        )
    ]


def _conventional_parts(document: dict[str, Any]) -> list[dict[str, Any]]:
    plan, assumed = document["conventional"], document["assumptions"]
    svg, alt = days_chart(document)
    rows = [
        [
            one["title"], f"{one['people']:g}", f"{one['person_days']:.1f}", f"{one['worked_days']:.1f}",
            f"{one['displaced_days']:.1f}", f"{one['money']:.2f}", _PER[one["done_by"]],
        ]
        for one in plan["roles"]
    ]  # fmt: skip
    return [
        sheets.part(
            "Beside a conventional schedule",
            sheets.text(
                "Arithmetic over the assumptions below, no fact about any film. Where it says machine, nobody was engaged "
                "for the trade here."
            ),
            *([sheets.chart(svg, alt=alt)] if plan["person_days"] else []),
            *sheets.table(
                ["Trade", "People", "Days", "Worked here", "Not paid for", f"Money, {assumed['currency']}", "Here by"],
                [6, 2, 2, 2, 2, 3, 2], rows, "No trade is assumed.", numbers=(1, 2, 3, 4, 5),
            ),
            sheets.facts(*totals(document)),
        ),
        sheets.part(
            "What is assumed",
            sheets.facts(
                ("Version", assumed["version"] or "the house's own starting points"),
                *assumed_rows(document),
            ),
        ),
    ]  # fmt: skip


def assumed_rows(document: dict[str, Any]) -> list[tuple[str, Any]]:
    """What is assumed, by the names and units of its form; trades stand in a table of their own."""
    assumed = document["assumptions"]
    rows = [(str(word), "not known" if assumed[name] is None else assumed[name]) for name, word in WORDS.items()]
    return [*rows, ("Where these figures come from", assumed["note"])]


def totals(document: dict[str, Any]) -> list[tuple[str, str]]:
    """The comparison in three lines: the conventional schedule, this production, and what lies between them."""
    plan, assumed, money = document["conventional"], document["assumptions"], document["money"]
    gone, currency = plan["displaced"], assumed["currency"]
    days = document["hours"]["counted"] / assumed["hours_a_day"]
    return [
        ("Conventional", f"{plan['person_days']:.1f} person-days, {plan['money']:.2f} {currency}"),
        ("Here", f"{days:.2f} person-days, {money['sum']:.2f} {money['currency']}"),
        (
            "Displaced",
            f"{gone['people']:g} people in {gone['roles']} trades, {gone['person_days']:.1f} person-days, "
            f"{gone['money']:.2f} {currency} of pay",
        ),
    ]

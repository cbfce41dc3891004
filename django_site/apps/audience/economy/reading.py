"""The report of a production's economy, from its rows: what the machines did, who worked, who was paid, who was not."""

from collections import defaultdict
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from django_site.apps.audience.economy.entering import assumptions_of
from django_site.apps.audience.economy_models import CostEntry, CostKind
from django_site.apps.audits.people_facts import moment
from django_site.apps.jobs.models import Job, JobKind
from django_site.apps.likeness.models import CompensationEntry, CompensationKind, Subject
from django_site.apps.productions.models import Cut, CutItem, CutState, Production, Shot, Take
from django_site.apps.productions.services.contributions import contributions_standing
from generator.audience.economy import Assumptions, FilmSize, Schedule, conventional, hours_worked
from generator.energy import Energy

#: Cuts whose making is over, so that the film's size can be read from them.
_MADE = [CutState.FAILED, CutState.DRAFT, CutState.ASSEMBLING]


def economy_document(production: Production, *, at: datetime | None = None) -> dict[str, Any]:
    """Everything that the page and the PDF say, as JSON: figures with their units in the names, what is not known in
    ``gaps``. Money of different currencies is never added together."""
    assumed, version = assumptions_of(production)
    cut = _film(production)
    items = list(cut.items.select_related("take__shot").order_by("position")) if cut else []
    jobs = list(Job.objects.filter(production=production, finished_at__isnull=False).order_by("created_at"))
    used = {item.take_id for item in items}
    takes = _takes(production, used, jobs)
    machines = _machines(jobs, assumed)
    entries = list(production.cost_entries.filter(struck_at__isnull=True))
    hours = _hours(production, entries, assumed)
    performers = _performers(production)
    cast = _cast(cut, items)
    schedule = conventional(_size(cut, items), assumed)
    money = _money(machines, hours, entries, assumed)
    return {
        "schema": "reelproof-economy/1",
        "at": moment(at or timezone.now()),
        "production": {
            "id": str(production.pk),
            "title": production.title,
            "organisation": str(production.organisation),
        },
        "cut": {"id": str(cut.pk), "version": cut.version, "state": cut.state, "seconds": float(cut.duration)}
        if cut
        else None,
        "assumptions": {"version": version, **assumed.as_dict()},
        "machines": machines,
        "takes": takes,
        "hours": hours,
        "performers": performers,
        "cast": cast,
        "money": money,
        "conventional": _schedule(schedule, hours, assumed),
        "gaps": _gaps(machines, cast, cut, version),
    }


def _film(production: Production) -> Cut | None:
    """The film that the report is about: the newest that is out, else the newest that was assembled; no viewers' version."""
    made = production.cuts.exclude(state__in=_MADE).filter(duration__isnull=False, variant__isnull=True)
    cuts = made.order_by("-version")
    return cuts.filter(state=CutState.RELEASED).first() or cuts.first()


def _size(cut: Cut | None, items: list[CutItem]) -> FilmSize:
    if cut is None:
        return FilmSize(0.0, 0, 0)
    speaking = {line["character"] for line in (cut.sound or {}).get("lines", [])}
    return FilmSize(float(cut.duration), len({item.take.shot.scene_id for item in items}), len(speaking))


# machines


def _machines(jobs: list[Job], assumed: Assumptions) -> dict[str, Any]:
    """``rows`` [{kind, jobs, attempts, counted, seconds, expected_seconds, expected_of, watt_hours}] and the sums.
    ``expected_seconds`` is over the jobs of which it was told beforehand, ``expected_of`` what those took."""
    rows: dict[str, dict[str, Any]] = {}
    energy = Energy()
    uncounted = lost = 0
    for job in jobs:
        if job.started_at is None:
            continue
        row = rows.setdefault(
            job.kind,
            {"jobs": 0, "attempts": 0, "counted": 0, "seconds": 0.0, "expected_seconds": 0.0, "expected_of": 0.0,
             "watt_hours": 0.0},
        )  # fmt: skip
        took = (job.finished_at - job.started_at).total_seconds()
        row["jobs"] += 1
        row["attempts"] += job.attempt
        row["seconds"] += took
        if job.expected_seconds is not None:
            row["expected_seconds"] += job.expected_seconds
            row["expected_of"] += took
        if job.energy:
            used = Energy.from_dict(job.energy)
            energy += used
            row["counted"] += 1
            row["watt_hours"] += used.joules / 3600
            lost += max(0, job.attempt - job.energy.get("attempts", job.attempt))
        else:
            uncounted += 1
    order = [kind.value for kind in JobKind]
    labels = dict(JobKind.choices)
    made = [
        {"kind": kind, "word": str(labels[kind]), **{name: _rounded(value) for name, value in row.items()}}
        for kind, row in sorted(rows.items(), key=lambda one: order.index(one[0]))
    ]
    told = energy.as_dict() if energy.kind != "none" else None
    grams = energy.grams_co2e
    by = "codecarbon"
    if told and grams is None and assumed.grams_a_kilowatt_hour is not None:
        grams, by = told["watt_hours"] / 1000 * assumed.grams_a_kilowatt_hour, "the assumed grams a kilowatt-hour"
    return {
        "rows": made,
        "seconds": _rounded(sum(row["seconds"] for row in rows.values())),
        "expected_seconds": _rounded(sum(row["expected_seconds"] for row in rows.values())),
        "expected_of": _rounded(sum(row["expected_of"] for row in rows.values())),
        "energy": told,
        "grams_co2e": None if grams is None else round(grams, 3),
        "grams_by": by if grams is not None else "",
        "uncounted_jobs": uncounted,
        "lost_attempts": lost,
    }


def _takes(production: Production, used: set, jobs: list[Job]) -> dict[str, Any]:
    """What was rendered and is not in the film: takes, seconds of picture, machine time and energy."""
    rows = Take.objects.filter(shot__scene__screenplay__production=production, asset__isnull=False)
    rendered = {
        pk: (float(duration or 0), state) for pk, duration, state in rows.values_list("pk", "duration", "state")
    }
    made = {job.target_id: job for job in jobs if job.kind == JobKind.RENDER_TAKE and job.started_at is not None}
    unused = set(rendered) - used
    states: dict[str, int] = defaultdict(int)
    for pk in unused:
        states[rendered[pk][1]] += 1
    wasted = [made[pk] for pk in unused if pk in made]
    return {
        "rendered": len(rendered),
        "in_film": len(used & set(rendered)),
        "not_used": len(unused),
        "not_used_by_state": dict(sorted(states.items())),
        "seconds_rendered": _rounded(sum(one[0] for one in rendered.values())),
        "seconds_not_used": _rounded(sum(rendered[pk][0] for pk in unused)),
        "machine_seconds_not_used": _rounded(sum((job.finished_at - job.started_at).total_seconds() for job in wasted)),
        "watt_hours_not_used": _rounded(sum(job.energy["watt_hours"] for job in wasted if job.energy)),
    }


# people


def _hours(production: Production, entries: list[CostEntry], assumed: Assumptions) -> dict[str, Any]:
    """``people`` [{person, hours, stretches, acts, entered_hours, counted_hours, kinds}]: hours read from the log of
    contributions, and those that were entered; of each person the larger counts, for the one may contain the other."""
    moments: dict[str, list[float]] = defaultdict(list)
    kinds: dict[str, set[str]] = defaultdict(set)
    for one in contributions_standing(production):
        if one.recorded_by_id is not None:
            continue  # entered by hand, at another time than it was done
        moments[one.person].append(one.created_at.timestamp())
        kinds[one.person].add(str(one.get_act_display()))
    entered: dict[str, Decimal] = defaultdict(Decimal)
    by_role: dict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        if entry.kind == CostKind.HOURS:
            entered[entry.person] += entry.hours
            by_role[entry.role] += entry.hours
    people = []
    for person in sorted({*moments, *entered}):
        worked = hours_worked(moments.get(person, ()), gap=assumed.session_gap, lead=assumed.session_lead)
        people.append(
            {
                "person": person,
                **asdict(worked),
                "entered_hours": float(entered.get(person, 0)),
                "counted_hours": max(worked.hours, float(entered.get(person, 0))),
                "kinds": sorted(kinds.get(person, ())),
            }
        )
    return {
        "people": people,
        "logged": _rounded(sum(one["hours"] for one in people)),
        "entered": float(sum(entered.values())),
        "counted": _rounded(sum(one["counted_hours"] for one in people)),
        "entered_by_role": {role: float(hours) for role, hours in sorted(by_role.items()) if role},
    }


def _performers(production: Production) -> dict[str, Any]:
    """``people`` [{subject, name, earned, paid, currency, uses}] from the ledger of compensation, a row a currency."""
    rows: dict[tuple[Any, str], dict[str, Any]] = {}
    for entry in CompensationEntry.objects.filter(production=production).select_related("subject"):
        row = rows.setdefault(
            (entry.subject_id, entry.currency),
            {
                "subject": str(entry.subject_id),
                "name": entry.subject.display_name,
                "currency": entry.currency,
                "earned": Decimal(0),
                "paid": Decimal(0),
                "uses": set(),
            },
        )
        if entry.kind == CompensationKind.PAYMENT:
            row["paid"] -= entry.amount
        else:
            row["earned"] += entry.amount
        if entry.use_id:
            row["uses"].add(entry.use_id)
    people = [
        {**row, "earned": f"{row['earned']:.2f}", "paid": f"{row['paid']:.2f}", "uses": len(row["uses"])}
        for _, row in sorted(rows.items(), key=lambda one: (one[1]["name"], one[0][1]))
    ]
    return {"people": people, "number": len({subject for subject, _ in rows})}


def _cast(cut: Cut | None, items: list[CutItem]) -> dict[str, Any]:
    """Who is seen and heard: seconds on screen by who is cast, each character, each voice."""
    seconds = {"registered": 0.0, "synthetic": 0.0, "nobody": 0.0, "not_said": 0.0}
    characters: dict[str, dict[str, Any]] = {}
    subjects: dict[str, float] = defaultdict(float)
    for item in items:
        shot, shown = item.take.shot, _shown(item)
        names = [str(name) for name in shot.spec.get("characters", ())]
        kind = _played_by(shot, names)
        seconds[kind] += shown
        for subject in shot.cast or ():
            subjects[str(subject)] += shown
        for name in names:
            row = characters.setdefault(name, {"name": name, "seconds": 0.0, "shots": 0, "played_by": set()})
            row["seconds"] += shown
            row["shots"] += 1
            row["played_by"].add(kind)
    named = {str(one.pk): one.display_name for one in Subject.objects.filter(pk__in=list(subjects))}
    voices: dict[tuple[str, str], dict[str, Any]] = {}
    for line in (cut.sound or {}).get("lines", []) if cut else []:
        whose = "lent" if line.get("subject") else "synthetic"
        row = voices.setdefault(
            (line["character"], whose),
            {"character": line["character"], "voice": whose, "by": line["synthesiser"], "lines": 0, "seconds": 0.0},
        )
        row["lines"] += 1
        row["seconds"] += float(line["end"]) - float(line["start"])
    return {
        "seconds": {name: _rounded(value) for name, value in seconds.items()},
        "characters": [
            {**row, "seconds": _rounded(row["seconds"]), "played_by": sorted(row["played_by"])}
            for row in sorted(characters.values(), key=lambda one: (-one["seconds"], one["name"]))
        ],
        "registered": [
            {"subject": pk, "name": named.get(pk, pk), "seconds": _rounded(value)}
            for pk, value in sorted(subjects.items(), key=lambda one: -one[1])
        ],
        "voices": [{**row, "seconds": _rounded(row["seconds"])} for _, row in sorted(voices.items())],
    }


def _shown(item: CutItem) -> float:
    """Seconds for which a take is on screen; as long as its stretch where the cut was not assembled yet."""
    if item.start is None or item.end is None:
        return float(item.take_out - item.take_in)
    return float(item.end - item.start)


def _played_by(shot: Shot, names: list[str]) -> str:
    """Who is seen in a shot: a cast of registered people, synthetic ones alone, nobody at all, or nobody has said."""
    if shot.cast:
        return "registered"
    if not names:
        return "nobody"
    return "not_said" if shot.cast is None else "synthetic"


# money and the comparison


def _money(machines: dict, hours: dict, entries: list[CostEntry], assumed: Assumptions) -> dict[str, Any]:
    """``lines`` [{what, amount, how}] in the assumptions' currency, and what was entered in others."""
    watt_hours = machines["energy"]["watt_hours"] if machines["energy"] else 0.0
    worked = hours["counted"]
    entered: dict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        if entry.amount is not None:
            entered[entry.currency] += entry.amount
    lines = [
        {
            "what": "machines",
            "amount": round(machines["seconds"] / 3600 * assumed.machine_hour, 2),
            "how": f"{machines['seconds'] / 3600:.2f} h at {assumed.machine_hour:g} an hour",
        },
        {
            "what": "electricity",
            "amount": round(watt_hours / 1000 * assumed.kilowatt_hour, 2),
            "how": f"{watt_hours / 1000:.4f} kWh at {assumed.kilowatt_hour:g}",
        },
        {
            "what": "work",
            "amount": round(worked * assumed.work_hour, 2),
            "how": f"{worked:.2f} h of people at {assumed.work_hour:g} an hour",
        },
    ]
    return {
        "currency": assumed.currency,
        "lines": lines,
        "sum": round(sum(line["amount"] for line in lines), 2),
        "entered": [{"currency": currency, "amount": f"{amount:.2f}"} for currency, amount in sorted(entered.items())],
    }


def _schedule(schedule: Schedule, hours: dict, assumed: Assumptions) -> dict[str, Any]:
    """The conventional schedule with what was worked in each trade here, and what nobody was paid for."""
    worked = hours["entered_by_role"]
    rows = []
    for one in schedule.roles:
        days = worked.get(one.role.id, 0.0) / assumed.hours_a_day
        gone = max(0.0, one.person_days - days) if one.role.done_by == "machine" else 0.0
        rows.append(
            {
                **{name: getattr(one.role, name) for name in ("id", "title", "per", "day_rate", "done_by")},
                "people": one.people,
                "person_days": one.person_days,
                "money": one.money,
                "worked_days": round(days, 2),
                "displaced_days": round(gone, 2),
                "displaced_money": round(gone * one.role.day_rate, 2),
            }
        )
    gone_roles = [row for row in rows if row["displaced_days"] > 0]
    return {
        **{name: getattr(schedule, name) for name in ("pages", "shooting_days", "preparation_days", "editing_days")},
        "roles": rows,
        "other_costs": schedule.other_costs,
        "person_days": schedule.person_days,
        "money": schedule.money,
        "displaced": {
            "roles": len(gone_roles),
            "people": _rounded(sum(row["people"] for row in gone_roles)),
            "person_days": _rounded(sum(row["displaced_days"] for row in gone_roles)),
            "money": _rounded(sum(row["displaced_money"] for row in gone_roles)),
        },
    }


def _gaps(machines: dict, cast: dict, cut: Cut | None, version: int) -> list[dict[str, str]]:
    gaps = []
    if cut is None:
        gaps.append({"what": "There is no cut yet: nothing is told of the film's length and cast.", "who": "producer"})
    if version == 0:
        what = "Rates and the conventional schedule are the house's starting points; nobody has put in this film's own."
        gaps.append({"what": what, "who": "producer"})
    if machines["uncounted_jobs"]:
        what = f"The energy of {machines['uncounted_jobs']} jobs was not counted."
        gaps.append({"what": what, "who": "whoever runs the studio's machines"})
    if machines["lost_attempts"]:
        what = f"{machines['lost_attempts']} attempts ended with their worker and told nothing of their energy."
        gaps.append({"what": what, "who": "nobody any more"})
    if machines["energy"] and machines["energy"]["kind"] != "measured":
        what = f"Energy is {machines['energy']['kind']}: {machines['energy']['how']}."
        gaps.append({"what": what, "who": "whoever runs the studio's machines"})
    if machines["grams_co2e"] is None:
        what = "What the electricity emitted: no grid is named and no figure assumed."
        gaps.append({"what": what, "who": "whoever runs the studio's machines"})
    if cast["seconds"]["not_said"]:
        what = f"Who is cast in {cast['seconds']['not_said']:.1f} s of the film: nobody has said."
        gaps.append({"what": what, "who": "producer"})
    return gaps


def _rounded(value: Any) -> Any:
    return round(value, 3) if isinstance(value, float) else value

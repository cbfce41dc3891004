"""The economy of a production: read from rows that other services leave, changed by its producer, said on page and paper."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from django_site.apps.audience.economy.entering import assumptions_of, assumptions_set, cost_enter, cost_strike
from django_site.apps.audience.economy.reading import economy_document
from django_site.apps.audience.models import CostEntry, EconomyPlan
from django_site.apps.jobs.models import Job
from django_site.apps.likeness.models import CompensationEntry
from django_site.apps.productions.models import CutItem, Shot
from django_site.errors import InputError, NotAllowedError, WrongStateError
from generator.audience.economy import Assumptions, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def studio(make):
    return make.studio()


def done(make, studio, target=None, *, kind="render_take", seconds=10.0, expected=None, joules=None, attempts=1):
    """A job that has ended, as a worker leaves it."""
    now = timezone.now()
    energy = None
    if joules is not None:
        energy = {"joules": joules, "watt_hours": joules / 3600, "kind": "estimated", "how": "by hand", "cpu_seconds": 1.0,
                  "attempts": attempts}  # fmt: skip
    return make.job(
        studio.production, target, kind=kind, state="done", attempt=attempts, result={"ok": 1}, energy=energy,
        expected_seconds=expected, started_at=now - timedelta(seconds=seconds), finished_at=now,
    )  # fmt: skip


def film(make, studio):
    """A film of two shots, one with a registered person, one synthetic; a third take is in no film."""
    subject = make.subject(studio.organisation, stage_name="Lena")
    shots = [make.shot(studio.production, position) for position in (1, 2)]
    spec = {"seed": 1, "characters": ["Mara"]}
    Shot.objects.filter(pk=shots[0].pk).update(spec={**spec, "id": "1-1"}, cast=[str(subject.pk)])
    Shot.objects.filter(pk=shots[1].pk).update(spec={**spec, "id": "1-2"}, cast=[])
    takes = [make.take(shot, studio.producer) for shot in shots]
    rejected = make.take(shots[0], studio.producer, "rejected", number=2)
    sound = {"lines": [
        {"character": "Mara", "synthesiser": "espeak-ng", "subject": None, "start": 0.5, "end": 2.0},
        {"character": "Tomas", "synthesiser": "espeak-ng", "subject": str(subject.pk), "start": 2.0, "end": 3.0},
    ]}  # fmt: skip
    cut = make.cut(studio.production, studio.producer, duration="240.000", sound=sound)
    for position, take in enumerate(takes, start=1):
        CutItem.objects.create(
            cut=cut, position=position, take=take, take_in=0, take_out=2, start=2 * (position - 1), end=2 * position
        )
    return cut, takes, rejected, subject


def test_a_production_without_anything_says_so(studio):
    report = economy_document(studio.production)
    assert report["cut"] is None
    assert report["machines"]["seconds"] == 0
    assert report["machines"]["energy"] is None
    assert report["conventional"]["person_days"] == 0
    assert "There is no cut yet" in report["gaps"][0]["what"]


def test_time_expected_and_true_energy_and_what_was_not_counted(make, studio):
    done(make, studio, seconds=10, expected=8, joules=3600)
    done(make, studio, seconds=30, joules=1800, attempts=3)
    done(make, studio, kind="audit_take", seconds=5)
    machines = economy_document(studio.production)["machines"]
    render, audit = machines["rows"]
    assert (render["kind"], render["jobs"], render["attempts"], render["counted"]) == ("render_take", 2, 4, 2)
    assert render["seconds"] == pytest.approx(40, abs=0.01)
    assert (render["expected_seconds"], render["expected_of"]) == (8, pytest.approx(10, abs=0.01))
    assert render["watt_hours"] == pytest.approx(1.5)
    assert (audit["counted"], machines["uncounted_jobs"]) == (0, 1)
    assert machines["energy"]["kind"] == "estimated"
    assert machines["grams_co2e"] is None
    assert any("1 jobs was not counted" in one["what"] for one in economy_document(studio.production)["gaps"])


def test_an_assumed_grid_tells_the_carbon(make, studio):
    done(make, studio, joules=3_600_000)
    assumptions_set(
        production=studio.production, assumptions=Assumptions(grams_a_kilowatt_hour=380.0), by=studio.producer
    )
    machines = economy_document(studio.production)["machines"]
    assert (machines["grams_co2e"], machines["grams_by"]) == (380.0, "the assumed grams a kilowatt-hour")


def test_takes_that_are_not_in_the_film_cost_too(make, studio):
    _cut, takes, rejected, _subject = film(make, studio)
    done(make, studio, takes[0].pk, seconds=10)
    done(make, studio, rejected.pk, seconds=20, joules=7200)
    told = economy_document(studio.production)["takes"]
    assert (told["rendered"], told["in_film"], told["not_used"]) == (3, 2, 1)
    assert told["not_used_by_state"] == {"rejected": 1}
    assert told["machine_seconds_not_used"] == pytest.approx(20, abs=0.01)
    assert told["watt_hours_not_used"] == pytest.approx(2.0)


def test_who_is_seen_and_heard(make, studio):
    film(make, studio)
    cast = economy_document(studio.production)["cast"]
    assert cast["seconds"] == {"registered": 2.0, "synthetic": 2.0, "nobody": 0.0, "not_said": 0.0}
    assert cast["characters"] == [
        {"name": "Mara", "seconds": 4.0, "shots": 2, "played_by": ["registered", "synthetic"]}
    ]
    assert [one["name"] for one in cast["registered"]] == ["Lena"]
    assert [(one["character"], one["voice"], one["seconds"]) for one in cast["voices"]] == [
        ("Mara", "synthetic", 1.5), ("Tomas", "lent", 1.0),
    ]  # fmt: skip


def test_a_take_that_begins_later_in_its_own_time_is_on_screen_as_long_as_the_cut_shows_it(make, studio):
    """A film without a title card begins at nought; its first take is shown from its second second on."""
    cut, *_ = film(make, studio)
    cut.items.filter(position=1).update(take_in=1, take_out=2, start=0, end=1)
    assert economy_document(studio.production)["cast"]["seconds"]["registered"] == 1.0


def test_what_performers_earned_comes_from_the_ledger_of_money(make, studio):
    *_, subject = film(make, studio)
    grant = make.grant(subject, studio.production)
    for kind, amount, currency in (("scan", "300.00", "EUR"), ("payment", "-120.00", "EUR"), ("scan", "5.00", "USD")):
        CompensationEntry.objects.create(
            subject=subject, grant=grant, production=studio.production, kind=kind, amount=amount, currency=currency,
            basis="agreed", key=f"{kind}:{currency}",
        )  # fmt: skip
    people = economy_document(studio.production)["performers"]
    assert people["number"] == 1
    assert [(one["currency"], one["earned"], one["paid"]) for one in people["people"]] == [
        ("EUR", "300.00", "120.00"), ("USD", "5.00", "0.00"),
    ]  # fmt: skip


def test_displaced_is_what_the_schedule_pays_less_what_people_worked(make, studio):
    """Four minutes are one day of shooting here: two actors who speak, of whom nobody was engaged, but for four hours."""
    film(make, studio)
    roles = (
        Role("actors", "Actors", "speaking", 1.0, "shooting day", 400, "machine"),
        Role("editor", "Editor", 1, 1.0, "editing day", 380, "people"),
    )
    assumed = Assumptions(roles=roles, other_costs_a_shooting_day=0, editing_days_a_minute=0.5)
    assumptions_set(production=studio.production, assumptions=assumed, by=studio.producer)
    before = economy_document(studio.production)["conventional"]
    assert (before["pages"], before["shooting_days"], before["money"]) == (4.0, 1, 2 * 400 + 2 * 380)
    assert before["displaced"] == {"roles": 1, "people": 2.0, "person_days": 2.0, "money": 800.0}
    enter = {"production": studio.production, "by": studio.producer, "day": date(2026, 11, 2), "kind": "hours"}
    cost_enter(**enter, what="Read the part", person="Eileen", role="actors", hours=Decimal(4))
    after = economy_document(studio.production)["conventional"]
    assert after["displaced"] == {"roles": 1, "people": 2.0, "person_days": 1.5, "money": 600.0}


def test_of_each_person_the_larger_of_log_and_entry_counts(make, studio):
    from django_site.apps.productions.models import Contribution

    at = timezone.now()
    for minutes in (0, 20, 40):
        Contribution.objects.create(
            production=studio.production, actor=studio.producer, act="edited", target_kind="production",
            target_id=studio.production.pk, created_at=at + timedelta(minutes=minutes),
        )  # fmt: skip
    hours = economy_document(studio.production)["hours"]
    assert hours["counted"] == pytest.approx(45 / 60, abs=0.01)
    enter = {"production": studio.production, "by": studio.producer, "day": date(2026, 11, 2), "kind": "hours"}
    cost_enter(**enter, what="Thought", person=str(studio.producer), hours=Decimal(3))
    cost_enter(**enter, what="Music", person="Joan", hours=Decimal("1.5"), amount=Decimal(90), currency="EUR")
    report = economy_document(studio.production)
    assert report["hours"]["counted"] == pytest.approx(4.5, abs=0.01)
    assert report["money"]["entered"] == [{"currency": "EUR", "amount": "90.00"}]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"day": date(2126, 1, 1)}, "has not come yet"),
        ({"person": " "}, "who worked"),
        ({"hours": Decimal(0)}, "more than 0"),
        ({"hours": Decimal(745)}, "at most 744"),
        ({"kind": "expense", "hours": None, "amount": None}, "how much was paid"),
        ({"kind": "expense", "amount": Decimal(3), "currency": "EUR"}, "an expense has no hours"),
        ({"amount": Decimal(-3), "currency": "EUR"}, "not negative"),
    ],
)
def test_an_entry_that_can_not_be_is_refused_and_nothing_is_written(studio, given, says):
    values = {"kind": "hours", "day": date(2026, 11, 2), "what": "Work", "person": "Joan", "hours": Decimal(1)}
    with pytest.raises(InputError, match=says):
        cost_enter(production=studio.production, by=studio.producer, **{**values, **given})
    assert not CostEntry.objects.exists()


def test_a_struck_entry_counts_no_more_and_is_struck_once(studio):
    entry = cost_enter(
        production=studio.production, by=studio.producer, kind="expense", day=date(2026, 11, 2), what="Lamp",
        amount=Decimal(40), currency="EUR",
    )  # fmt: skip
    with pytest.raises(InputError):
        cost_strike(entry=entry, by=studio.producer, reason=" ")
    cost_strike(entry=entry, by=studio.producer, reason="Entered twice.")
    assert economy_document(studio.production)["money"]["entered"] == []
    with pytest.raises(WrongStateError):
        cost_strike(entry=entry, by=studio.producer, reason="Again.")
    with pytest.raises(NotAllowedError):
        cost_strike(entry=entry, by=studio.legal_reviewer, reason="Mine.")


def test_assumptions_are_versions_and_the_same_is_not_said_twice(studio):
    for hour in (10.0, 10.0, 20.0):
        assumptions_set(production=studio.production, assumptions=Assumptions(machine_hour=hour), by=studio.producer)
    assert [row.version for row in EconomyPlan.objects.all()] == [1, 2]
    assert assumptions_of(studio.production)[0].machine_hour == 20.0


def test_page_paper_and_programs_say_the_same(client, make, studio):
    film(make, studio)
    done(make, studio, seconds=12, expected=8, joules=3600)
    client.force_login(studio.producer)
    page = client.get(reverse("economy:report", args=[studio.production.pk]))
    text = page.content.decode()
    assert page.status_code == 200
    assert "1.0 Wh" in text
    assert "Lena" in text
    assert "A kilowatt-hour, in money" in text
    document = client.get(reverse("economy:json", args=[studio.production.pk])).json()
    assert document["schema"] == "reelproof-economy/1"
    pdf = client.get(reverse("economy:pdf", args=[studio.production.pk]))
    assert pdf.content.startswith(b"%PDF")
    assert 'filename="economy-tidewater.pdf"' in pdf["Content-Disposition"]


def sent(assumed: Assumptions, **changes) -> dict:
    """The form as a browser sends it."""
    document = assumed.as_dict()
    values = {name: "" if value is None else value for name, value in document.items() if name != "roles"}
    for place, role in enumerate(document["roles"]):
        values |= {f"role-{place}-{name}": value for name, value in role.items()}
    return {**values, **changes}


def test_a_producer_changes_what_is_assumed_and_the_report_goes_by_it(client, studio):
    client.force_login(studio.producer)
    address = reverse("economy:assumptions", args=[studio.production.pk])
    assert b"house" in client.get(address).content
    new = {"role-17-title": "Stunt", "role-17-people": "2", "role-17-days": "0,5", "role-17-per": "shooting day",
           "role-17-day_rate": "500", "role-17-done_by": "machine", "role-0-title": ""}  # fmt: skip
    answer = client.post(address, sent(Assumptions(), work_hour="65", currency="usd", **new))
    assert answer.status_code == 302
    held, version = assumptions_of(studio.production)
    assert (held.work_hour, held.currency, version) == (65.0, "USD", 1)
    assert "writer" not in {role.id for role in held.roles}
    assert [(role.title, role.days) for role in held.roles if role.title == "Stunt"] == [("Stunt", 0.5)]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"pages_a_day": "0"}, "must be more than nothing"),
        ({"role-3-day_rate": "much"}, "is no number"),
        ({"role-3-per": "moon"}, "counted by one of"),
        ({"machine_hour": "nan"}, "Enter a number"),
    ],
)
def test_assumptions_that_can_not_be_come_back_with_the_reason_and_what_was_typed(client, studio, change, says):
    client.force_login(studio.producer)
    address = reverse("economy:assumptions", args=[studio.production.pk])
    answer = client.post(address, sent(Assumptions(), **{"note": "<script>alert(1)</script>", **change}))
    assert answer.status_code == 400
    assert says in answer.content.decode()
    assert b"<script>alert" not in answer.content
    assert not EconomyPlan.objects.exists()


def test_entries_through_the_page(client, studio):
    client.force_login(studio.producer)
    address = reverse("economy:cost_new", args=[studio.production.pk])
    good = {"kind": "hours", "day": "2026-11-02", "what": "Sound walk", "person": "Joan", "hours": "2.5"}
    assert client.post(address, good).status_code == 302
    bad = client.post(address, {**good, "amount": "30", "currency": ""})
    assert bad.status_code == 400
    assert b"in which currency" in bad.content
    entry = CostEntry.objects.get()
    client.post(reverse("economy:strike", args=[entry.pk]), {"reason": "Another film."})
    assert b"Struck by" in client.get(reverse("economy:report", args=[studio.production.pk])).content


def test_a_job_of_the_site_counts_its_energy_and_knows_what_to_expect(make, studio, monkeypatch):
    """A real job through the runner: its energy is added up over its attempts, and what it will take is told beforehand."""
    from django_site.apps.jobs import handlers
    from django_site.apps.jobs.runner import run_job
    from django_site.apps.jobs.services import job_enqueue

    ran = []

    def runner(self):
        def run(*, work):
            sum(range(2_000_000))
            ran.append(work.job.attempt)
            if len(ran) == 1:
                raise RuntimeError("once")
            with work.fenced():
                work.finish(ok=1)

        return run

    monkeypatch.setattr(handlers.Handler, "runner", runner)
    done(make, studio, kind="make_binder", seconds=14)
    job = job_enqueue(
        kind="make_binder", key="b", target_id=studio.production.pk, requested_by=studio.producer,
        production=studio.production,
    )  # fmt: skip
    job.refresh_from_db()
    assert job.expected_seconds == pytest.approx(14, abs=0.01)
    assert run_job(job_id=job.pk)
    assert run_job(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, ran, job.energy["attempts"]) == ("done", [1, 2], 2)
    assert job.energy["joules"] > 0


def test_a_meter_that_can_not_be_had_refuses_no_work(make, studio, settings, monkeypatch):
    from django_site.apps.jobs import handlers
    from django_site.apps.jobs.runner import run_job

    settings.ENERGY_METER = "codecarbon:XXX"

    def runner(self):
        def run(*, work):
            with work.fenced():
                work.finish(ok=1)

        return run

    monkeypatch.setattr(handlers.Handler, "runner", runner)
    job = make.job(studio.production, kind="make_binder")
    assert run_job(job_id=job.pk)
    job = Job.objects.get(pk=job.pk)
    assert (job.state, job.energy) == ("done", None)

"""A withdrawal reaches the models that learned from it, and everything that they made."""

import pytest
from django.db.models import F

from django_site.apps.accounts.models import Notice
from django_site.apps.audits.facts import cut_facts, dispatch_facts, take_facts
from django_site.apps.corpora.models import Licence
from django_site.apps.corpora.services import licence_add, licence_withdraw, licences_settle
from django_site.apps.jobs.models import Job
from django_site.apps.jobs.runner import run_job
from django_site.apps.likeness.models import UseEvent
from django_site.apps.likeness.services import grant_resume, grant_suspend, grant_withdraw
from django_site.apps.productions.models import CutItem, Take
from django_site.apps.provenance.models import LedgerEntry
from django_site.apps.provenance.services.standing import cut_standing
from django_site.apps.reviews.models import Case
from django_site.apps.training.models import ModelFlag, TrainingPerson
from django_site.apps.training.reading import made_with
from django_site.apps.training.services.withdrawing import model_reach_go_on
from django_site.apps.training.standing import model_barred
from django_site.errors import NotAllowedError, WrongStateError

pytestmark = pytest.mark.django_db

CARD = {"kind": "trained-model", "training_data": "works of its lineage", "name": "previz-look-harbour-dusk"}


@pytest.fixture
def made(make, studio):
    """A model that learned from Bikes and Rocket, and what was made with it: a cleared take, one that waits, a film in
    review, one that is out; and a take without it."""
    run = make.training(studio.production, studio.producer, studio.bikes, studio.rocket, state="done")
    studio.model = make.trained_model(run)
    numbers = iter(range(1, 20))

    def take(state="cleared", *, model=studio.model, **fields):
        shot = make.shot(studio.production, next(numbers))
        record = make.generation(studio.producer, trained_model=model, model_card=CARD, model_name=CARD["name"])
        return make.take(shot, studio.producer, state=state, generation=record, **fields)

    studio.cleared, studio.plain = take(), take(model=None)
    make.audit(studio.production, studio.cleared.asset, take=studio.cleared)
    studio.queued = take("queued")
    studio.render = make.job(studio.production, target_id=studio.queued.pk)
    studio.cut = make.cut(studio.production, studio.producer)
    CutItem.objects.create(cut=studio.cut, position=1, take=studio.cleared, take_in=0, take_out=1)
    make.audit(studio.production, studio.cut.asset, cut=studio.cut)
    make.decision(studio.production, cut=studio.cut)
    studio.release = make.release(studio, version=2)
    CutItem.objects.create(cut=studio.release.cut, position=1, take=studio.cleared, take_in=0, take_out=1)
    return studio


def reach(studio) -> Job:
    job = Job.objects.filter(kind="withdraw_model").latest("created_at")
    assert run_job(job_id=job.pk)
    job.refresh_from_db()
    return job


def withdraw(studio):
    licence_withdraw(licence=studio.bikes.licences.get(), by=studio.producer, reason="Sold.")
    studio.model.refresh_from_db()


def test_the_model_is_out_of_use_in_the_same_moment(made):
    withdraw(made)
    assert made.model.state == "flagged"
    assert "The licence of 'Bikes' was withdrawn: Sold." in made.model.flagged_because
    [flag] = made.model.flags.all()
    assert (flag.work, flag.by, flag.entry.kind) == (made.bikes, made.producer, "model_flagged")
    assert flag.entry.event["model"] == str(made.model.pk)
    assert "Sold" not in str(flag.entry.event), "the ledger holds ids and digests alone"
    made.queued.refresh_from_db()
    made.render.refresh_from_db()
    assert (made.queued.state, made.render.state) == ("failed", "cancelled")
    assert "may be used no more" in made.queued.reason


def test_everything_that_it_made_is_judged_again_and_what_is_out_goes_to_a_person(made):
    withdraw(made)
    job = reach(made)
    assert job.state == "done", job.reason
    assert job.result["reached"] == {
        "look again at takes": 1, "look again at cuts": 1, "bring films that are out to a person": 1,
    }  # fmt: skip
    for row in (made.cleared, made.plain, made.cut):
        row.refresh_from_db()
    assert (made.cleared.state, made.cut.state, made.plain.state) == ("auditing", "auditing", "cleared")
    case = Case.objects.get(kind="withdrawal")
    assert (case.cut, case.approvals_needed) == (made.release.cut, 2)
    assert "may be used no more" in case.reason
    assert Job.objects.filter(kind="audit_take", target_id=made.cleared.pk, state="queued").exists()
    assert made_with(made.model, made.producer).takes == 2


def test_gate_take_and_cut_say_no_with_reason_and_remedy(made):
    from django.utils import timezone

    from django_site import wiring

    withdraw(made)
    take = Take.objects.select_related("generation").get(pk=made.cleared.pk)
    cut = made.cut
    for facts in (take_facts(take, take.audits.get()), cut_facts(cut, cut.audits.get())):
        decision = wiring.policy_bundle().decide(facts.as_facts(), at=timezone.now())
        [check] = [one for one in decision.failed if one.policy == "models/withdrawn"]
        assert decision.outcome == "block"
        assert "Sold." in check.plain
        assert "Choose another look" in check.remedy


def test_a_film_on_its_way_out_is_stale(made):
    withdraw(made)
    made.cut.refresh_from_db()
    assert "a model that made it" in cut_standing(made.cut).stale_because


def test_producers_and_the_legal_side_are_told_once(made):
    withdraw(made)
    told = Notice.objects.filter(text__contains="may be used no more")
    assert {notice.user for notice in told} == {made.producer, made.legal_reviewer, made.head_of_legal}
    licence_withdraw(licence=made.rocket.licences.get(), by=made.producer, reason="Sold too.")
    assert Notice.objects.filter(text__contains="may be used no more").count() == told.count() == 3
    assert ModelFlag.objects.filter(model=made.model).count() == 2, "each cause is on the record"
    assert Job.objects.filter(kind="withdraw_model").count() == 1


def test_a_term_that_runs_out_is_an_end_too(made):
    Licence.objects.filter(work=made.bikes).update(starts=F("starts") - _days(3), ends=F("starts") - _days(1))
    assert licences_settle() == 1
    made.model.refresh_from_db()
    assert made.model.state == "flagged"
    assert "ended on" in made.model.flagged_because


def _days(n):
    from datetime import timedelta

    return timedelta(days=n)


def test_a_reservation_takes_back_what_was_learned(made):
    licence_add(work=made.bikes, acts=["match", "train"], by=made.producer, spdx_id="CC0-1.0")
    made.model.refresh_from_db()
    assert made.model.state == "usable", "the same terms anew change nothing"
    licence_add(work=made.bikes, acts=["match", "train"], by=made.producer, spdx_id="CC0-1.0", reservations=["tdm"])
    made.model.refresh_from_db()
    assert made.model.state == "flagged"
    assert "reserved text and data mining" in made.model.flagged_because


def test_a_newer_licence_without_training_ends_it(made):
    licence_add(work=made.bikes, acts=["match"], by=made.producer, terms="No training.", reservations=["tdm"])
    made.model.refresh_from_db()
    assert made.model.state == "flagged"


def test_another_works_end_touches_nothing(made):
    licence_withdraw(licence=made.coffee.licences.get(), by=made.producer, reason="Gone.")
    made.model.refresh_from_db()
    assert made.model.state == "usable"


@pytest.fixture
def person(make, made):
    """The model learned from a performer, too, who allowed it."""
    made.subject = make.subject(made.organisation, user=made.performer)
    made.grant = make.grant(made.subject, made.production, limits={"acts": ["render", "fine_tune"]})
    run = make.training(made.production, made.producer, made.rocket, name="marsh-look")
    use = UseEvent.objects.create(
        subject=made.subject, grant=made.grant, production=made.production, kind="train", what=run.name, seconds=0,
        spans=[["face", 0.0, 0.0]],
    )  # fmt: skip
    TrainingPerson.objects.create(run=run, subject=made.subject, modality="face", grant=made.grant, use=use)
    done = make.training(made.production, made.producer, state="planned", name="x")  # for its values alone
    decision = make.decision(made.production, point="train", actor=made.producer)
    from django.utils import timezone

    type(run).objects.filter(pk=run.pk).update(
        state="done", decision=decision, set_sha256=make.digest("set"), confirmed_by=made.producer,
        confirmed_at=timezone.now(), finished_at=timezone.now(),
    )  # fmt: skip
    done.delete()
    run.refresh_from_db()
    made.of_person = make.trained_model(run)
    return made


def test_a_performer_who_withdraws_takes_back_what_was_learned_of_them(person):
    grant_withdraw(grant=person.grant, by=person.performer, reason="No more.")
    person.of_person.refresh_from_db()
    person.model.refresh_from_db()
    assert (person.of_person.state, person.model.state) == ("flagged", "usable")
    assert "No more." in person.of_person.flagged_because
    assert person.of_person.flags.get().subject == person.subject


def test_a_grant_that_rests_bars_the_model_as_long_as_it_does(person):
    grant_suspend(grant=person.grant, by=person.performer, reason="Not now.")
    person.of_person.refresh_from_db()
    assert person.of_person.state == "usable"
    assert "whose grant is suspended" in model_barred(person.of_person)
    grant_resume(grant=person.grant, by=person.performer)
    assert model_barred(person.of_person) == ""


def test_a_second_look_that_failed_is_taken_up_by_those_who_may(made):
    withdraw(made)
    with pytest.raises(WrongStateError, match="half done"):
        model_reach_go_on(model=made.model, by=made.producer)
    job = Job.objects.get(kind="withdraw_model")
    Job.objects.filter(pk=job.pk).update(state="failed", reason="The disk was full.", finished_at=job.created_at)
    with pytest.raises(NotAllowedError):
        model_reach_go_on(model=made.model, by=made.performer)
    again = model_reach_go_on(model=made.model, by=made.legal_reviewer)
    assert again.pk != job.pk
    assert LedgerEntry.objects.filter(kind="model_flagged").count() == 1


def test_the_facts_of_what_was_not_made_with_it_say_nothing(made):
    withdraw(made)
    shot = made.plain.shot
    components = dispatch_facts(shot, screenplay_text="").as_facts()["components"]
    assert {one["withdrawn"] for one in components} == {""}

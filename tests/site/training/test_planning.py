"""Nothing is learned from before the policies allowed each work and each person, and a person has read it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from django_site.apps.audits.models import Decision
from django_site.apps.corpora.services import licence_add, licence_withdraw
from django_site.apps.jobs.models import Job
from django_site.apps.likeness.models import UseEvent
from django_site.apps.productions.models import Production
from django_site.apps.training import kinds
from django_site.apps.training.models import TrainedModel, TrainingRun, TrainingWork
from django_site.apps.training.offered import works_offered
from django_site.apps.training.selectors import people_offered
from django_site.apps.training.services.planning import training_confirm
from django_site.errors import InputError, NotAllowedError, WrongStateError

pytestmark = pytest.mark.django_db


def test_each_work_says_whether_a_model_may_learn_from_it_and_if_not_why(studio):
    offered = {one.work.title: one for one in works_offered(studio.production)}
    assert [title for title, one in offered.items() if one.allowed] == ["Bikes", "Car", "Film", "Rocket"]
    [coffee] = offered["Coffee"].against
    assert "no licence in force permits that models learn from it" in coffee.plain
    assert coffee.remedy
    assert coffee.who_can_fix
    assert any("reserved text and data mining" in why.plain for why in offered["Bunny"].against)
    assert offered["Bikes"].licence.version == 1
    assert len(offered["Bikes"].files) == 1


def test_a_licence_for_other_places_is_no_licence_here(studio):
    licence_add(
        work=studio.rocket, acts=["train"], by=studio.producer, spdx_id="CC0-1.0", territories=["US"]
    )  # fmt: skip
    Production.objects.filter(pk=studio.production.pk).update(territories=["DE", "US"])
    studio.production.refresh_from_db()
    rocket = next(one for one in works_offered(studio.production) if one.work == studio.rocket)
    assert "runs in US, not in all of DE, US" in rocket.against[0].plain


def test_a_licence_that_ends_and_one_that_begins_later(studio):
    now = timezone.now()
    licence_add(
        work=studio.rocket, acts=["train"], by=studio.producer, spdx_id="CC0-1.0", starts=now + timedelta(days=3)
    )
    licence_add(
        work=studio.bikes, acts=["train"], by=studio.producer, spdx_id="CC0-1.0", starts=now - timedelta(days=3),
        ends=now - timedelta(days=1),
    )  # fmt: skip
    assert [one.work.title for one in works_offered(studio.production) if one.allowed] == ["Car", "Film"]


def test_what_may_not_be_learned_from_is_refused_by_name(studio, planned):
    with pytest.raises(InputError, match="'Coffee' is in the data"):
        planned(works=[studio.bikes.pk, studio.coffee.pk])
    with pytest.raises(InputError, match="at least one work"):
        planned(works=[])
    with pytest.raises(InputError, match="not registered here"):
        planned(works=[studio.bikes.pk, studio.production.pk])
    assert not TrainingRun.objects.exists()


def test_too_few_works_are_told_before_hours_were_spent(studio, planned):
    with pytest.raises(InputError, match="1 pictures in 1 works are too few: 4 are learned from"):
        planned(works=[studio.rocket.pk])
    assert planned().settings["held_out"] == 0.5, "a photograph alone would be too little to be kept back"


def test_what_can_not_be_trained_says_so(planned, monkeypatch):
    with pytest.raises(InputError, match="choose what is trained"):
        planned(kind="voice")
    with pytest.raises(InputError, match="steps"):
        planned(steps=0)
    with pytest.raises(InputError, match="adapter"):
        planned(kind="lora")
    monkeypatch.setattr(kinds, "find_spec", lambda name: None)
    with pytest.raises(WrongStateError, match=r"install reelproof\[models\]"):
        planned()


def test_confirmed_it_is_decided_fixed_and_owed(studio, planned):
    run = training_confirm(run=planned(), by=studio.producer)
    assert (run.state, run.decision.point, run.decision.outcome) == ("queued", "train", "allow")
    assert {work["title"] for work in run.decision.facts["works"]} == {"Bikes", "Car", "Film", "Rocket"}
    assert run.decision.facts["made_by"][0]["role"] == "renderer", "our own renders are in the data, by their maker"
    job = Job.objects.get(kind="train_model")
    assert (job.target_id, job.production) == (run.pk, studio.production)
    with pytest.raises(WrongStateError, match="waits for a worker"):
        training_confirm(run=run, by=studio.producer)


def test_what_ended_between_reading_and_confirming_is_refused(studio, planned):
    run = planned()
    licence_withdraw(licence=studio.bikes.licences.get(), by=studio.producer, reason="Sold.")
    with pytest.raises(WrongStateError, match="discarded"):
        training_confirm(run=run, by=studio.producer)
    run.refresh_from_db()
    assert run.state == "discarded"
    assert "Sold." in run.reason
    assert not Job.objects.filter(kind="train_model").exists()


def test_only_its_producer_has_a_model_trained(studio, planned):
    run = planned()
    with pytest.raises(NotAllowedError):
        training_confirm(run=run, by=studio.legal_reviewer)


def test_people_in_the_data_must_have_agreed_to_exactly_that(studio, planned, make):
    subject = make.subject(studio.organisation, user=studio.performer)
    make.grant(subject, studio.production)
    [offered] = people_offered(studio.production, model="harbour-dusk")
    assert not offered.allowed
    assert "fine_tune" in offered.against[0].plain
    run = planned(people={subject.pk: ["face"]})
    with pytest.raises(WrongStateError, match="fine_tune"):
        training_confirm(run=run, by=studio.producer)
    run.refresh_from_db()
    assert run.state == "planned"
    assert not UseEvent.objects.exists()
    assert Decision.objects.filter(point="train", outcome="block").count() == 1, "the refusal is on the record"


def test_who_agreed_is_noted_as_used(studio, planned, make):
    subject = make.subject(studio.organisation, user=studio.performer)
    grant = make.grant(subject, studio.production, limits={"acts": ["render", "fine_tune"]})
    [offered] = people_offered(studio.production, model="harbour-dusk")
    assert offered.grant == grant


# what the database itself refuses


def test_nothing_is_queued_without_an_allowing_decision(studio, planned, make):
    run = planned()
    with pytest.raises(IntegrityError), transaction.atomic():
        TrainingRun.objects.filter(pk=run.pk).update(state="queued")
    refused = make.decision(studio.production, outcome="block", point="train")
    with pytest.raises(IntegrityError, match="policies did not allow"), transaction.atomic():
        TrainingRun.objects.filter(pk=run.pk).update(decision=refused)
    other = make.decision(studio.production, point="cut", cut=make.cut(studio.production, studio.producer))
    with pytest.raises(IntegrityError, match="policies did not allow"), transaction.atomic():
        TrainingRun.objects.filter(pk=run.pk).update(decision=other)


def test_what_was_confirmed_can_not_be_changed(studio, confirmed):
    run = confirmed()
    for change in ({"seed": 9}, {"steps": 99}, {"set_sha256": "0" * 64}, {"name": "other"}):
        with pytest.raises(IntegrityError, match="fixed once it is confirmed"), transaction.atomic():
            TrainingRun.objects.filter(pk=run.pk).update(**change)
    row = run.works.first()
    with pytest.raises(IntegrityError, match="fixed once"), transaction.atomic():
        TrainingWork.objects.filter(pk=row.pk).update(title="Other")
    with pytest.raises(IntegrityError, match="fixed once"), transaction.atomic():
        row.delete()
    with pytest.raises(IntegrityError, match="fixed once"), transaction.atomic():
        TrainingWork.objects.create(
            run=run, work=studio.coffee, licence=studio.coffee.licences.get(), title="Coffee", rights_holder="X",
            files=["0" * 64],
        )  # fmt: skip


def test_a_flagged_model_stays_flagged_and_makes_nothing(studio, make):
    model = make.trained_model(make.training(studio.production, studio.producer, studio.bikes, state="done"))
    take = make.take(
        make.shot(studio.production), studio.producer, state="queued",
        generation=make.generation(studio.producer, trained_model=model),
    )  # fmt: skip
    TrainedModel.objects.filter(pk=model.pk).update(
        state="flagged", flagged_at=timezone.now(), flagged_because="Withdrawn."
    )
    with pytest.raises(IntegrityError, match="stays so"), transaction.atomic():
        TrainedModel.objects.filter(pk=model.pk).update(state="usable", flagged_at=None, flagged_because="")
    with pytest.raises(IntegrityError, match="makes nothing new"), transaction.atomic():
        make.generation(studio.producer, trained_model=model)
    with pytest.raises(IntegrityError, match="makes nothing new"), transaction.atomic():
        type(take).objects.filter(pk=take.pk).update(state="rendering")
    with pytest.raises(IntegrityError), transaction.atomic():
        TrainedModel.objects.filter(pk=model.pk).update(flagged_because="")

"""Registering people on the site, their record, and strikes."""

import pytest
from django.urls import reverse

from django_site.apps.likeness.models import ConsentGrant, Strike, Subject

pytestmark = pytest.mark.django_db


def words(response) -> str:
    return response.content.decode()


def test_a_person_is_registered_and_their_names_are_looked_for(world, visit):
    producer = visit("producer")
    values = {
        "legal_name": "Ada Quill", "stage_name": "", "aliases": "The Quill\n\nA. Q.", "union": "SAG-AFTRA",
        "living": "living", "account": world.outsider.username,
    }  # fmt: skip
    answer = producer.post(reverse("likeness:register"), values, follow=True)
    assert "Registered." in words(answer)
    subject = Subject.objects.get(legal_name="Ada Quill")
    assert (subject.aliases, subject.user) == (["The Quill", "A. Q."], world.outsider)
    again = producer.post(reverse("likeness:register"), {**values, "legal_name": "Somebody Else"})
    assert again.status_code == 400
    assert "registered already" in words(again)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"legal_name": ""}, "required"),
        ({"living": "minor"}, "comes of age"),
        ({"died_on": "2020-01-01"}, "Only for somebody who has died"),
        ({"account": "nobody@nowhere.example"}, "Nobody here signs in so"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_is_lost(world, visit, change, why):
    values = {"legal_name": "Ada Quill", "living": "living", "union": "Kept", **change}
    answer = visit("producer").post(reverse("likeness:register"), values)
    assert answer.status_code == 400
    assert why in words(answer)
    assert "Kept" in words(answer)
    assert not Subject.objects.filter(legal_name="Ada Quill").exists()


def test_identity_and_death_are_noted_by_the_legal_side(world, visit, make):
    grant = make.grant(world.subject, world.production, limits={"post_mortem": "ends"})
    reviewer, url = visit("legal_reviewer"), reverse("likeness:record", args=[world.subject.pk])
    assert "not made sure of yet" in words(reviewer.get(url))
    reviewer.post(url, {"act": "identity", "method": "passport seen on a video call"})
    assert "passport seen on a video call" in words(reviewer.get(url))
    unsure = reviewer.post(url, {"act": "death", "died_on": "2026-11-01"})
    assert unsure.status_code == 400
    assert "Tick the box" in words(unsure)
    reviewer.post(url, {"act": "death", "died_on": "2026-11-01", "sure": "on"})
    grant.refresh_from_db()
    assert grant.state == "withdrawn"
    assert "died on 1 November 2026" in words(reviewer.get(url))


def test_a_strike_is_declared_and_ended_on_the_page(world, visit, make):
    Subject.objects.filter(pk=world.subject.pk).update(union="SAG-AFTRA")
    grant = make.grant(world.subject, world.production)
    head = visit("head_of_legal")
    unsure = head.post(reverse("likeness:strikes"), {"union": "SAG-AFTRA", "reason": "Announced today."})
    assert unsure.status_code == 400
    values = {"union": "SAG-AFTRA", "reason": "Announced today.", "sure": "on"}
    active = ConsentGrant.objects.filter(subject=world.subject, state="active").count()
    said = f"{active} grants rest." if active > 1 else "1 grant rests."
    assert said in words(head.post(reverse("likeness:strikes"), values, follow=True))
    assert ConsentGrant.objects.get(pk=grant.pk).state == "suspended"
    assert "stands already" in words(head.post(reverse("likeness:strikes"), values))
    strike = Strike.objects.get(union="SAG-AFTRA")
    head.post(reverse("likeness:strike_over", args=[strike.pk]))
    assert ConsentGrant.objects.get(pk=grant.pk).state == "active"

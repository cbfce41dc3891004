"""Pages on which people declare: what a production is made under, how large the organisation is."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


def words(response) -> str:
    return " ".join(response.content.decode().split())


def test_a_producer_declares_what_rules_ask(world, visit):
    producer = visit("producer")
    page = reverse("productions:people", args=[world.production.pk])
    assert "Nothing is declared yet" in words(producer.get(page))
    address = reverse("productions:declare_more", args=[world.production.pk])
    said = {"agreements": "these", "guilds": ["WGA"], "script_by": "people with tools", "portrays_real_people": "no"}
    response = producer.post(address, said, follow=True)
    world.production.refresh_from_db()
    assert world.production.declarations == {
        "guilds": ["WGA"], "script_by": "people with tools", "portrays_real_people": False
    }  # fmt: skip
    assert "3 things are declared" in words(response)
    producer.post(address, {"agreements": "none", "guilds": ["WGA"]})
    world.production.refresh_from_db()
    assert world.production.declarations == {"guilds": []}
    assert "1 thing is declared" in words(visit("legal_reviewer").get(page))


def test_what_was_typed_is_kept_where_something_is_missing(world, visit):
    address = reverse("productions:declare_more", args=[world.production.pk])
    response = visit("producer").post(address, {"agreements": "these", "portrayal_advice": "Read by A. Lawyer"})
    assert response.status_code == 400
    assert "Choose the guilds, or say that it is made under none." in words(response)
    assert "Read by A. Lawyer" in words(response)
    world.production.refresh_from_db()
    assert world.production.declarations == {}


def test_the_head_of_legal_declares_the_size_and_others_read_it(world, visit):
    address = reverse("organisation:page")
    size = {"annual_revenue": 4_000_000, "revenue_currency": "USD", "monthly_users": 20_000}
    assert visit("producer").post(address, size).status_code == 403
    assert "Nobody has declared it" in words(visit("producer").get(address))
    response = visit("head_of_legal").post(address, {**size, "revenue_currency": "bucks"})
    assert response.status_code == 400
    response = visit("head_of_legal").post(address, size, follow=True)
    assert "Licences of models are compared with it from now on" in words(response)
    said = words(visit("legal_reviewer").get(address))
    assert "4,000,000 USD" in said
    assert '<form class="sheet"' not in said

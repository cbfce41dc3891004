"""Models compared: every card with its licences, narrowed by place, use and task."""

import pytest

from generator.models import load_cards

pytestmark = pytest.mark.django_db


def text_of(response) -> str:
    return " ".join(response.content.decode().split("<main")[1].split("</main>")[0].split())


def test_the_page_compares_narrows_and_says_when_there_is_nothing(visit):
    client = visit("producer")
    said = text_of(client.get("/models/"))
    assert all(card.name in said for card in load_cards().values())
    assert "All models" not in said
    narrowed = text_of(client.get("/models/?place=de&task=control&use=film"))
    assert "Wan 2.1 VACE" in narrowed
    assert "Mochi" not in narrowed
    assert "All models" in narrowed
    assert "That is no place that licences name" in text_of(client.get("/models/?place=nowhere"))
    assert client.get("/models/?place=%00<script>&use=x&task=y").status_code == 200

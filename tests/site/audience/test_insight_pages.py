"""The pages of insight: what they show, to whom, and that they say nothing where there is nothing."""

import json
import re

import pytest
from django.test import Client
from django.urls import reverse

from django_site.apps.audience.insight_charts import film_charts
from django_site.apps.audience.insight_models import AudienceRequest
from django_site.apps.audience.services.insights import insight_request
from django_site.apps.jobs.runner import run_job

pytestmark = pytest.mark.django_db


def browser(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def shown(audience):
    return audience.screening(
        group_questions=[{"id": "age", "text": "Your age", "choices": ["under 40", "over 40", "over 80"]}]
    )


def crowd(audience, shown, *, n=40, leave=26, words="It is too dark to see <script>alert(1)</script>"):
    for place in range(n):
        age = "over 80" if place < 2 else "under 40" if place % 2 else "over 40"
        came = audience.viewer(shown, groups={"age": age})
        audience.watched(came, 2.4 if place < leave else 6.0)
        audience.event(came, "reaction", 1.0 + place / 100, 9, value="moved")
        if place < 4:
            audience.event(came, "comment", 2.2, 10, value=words)


@pytest.fixture
def made(audience, shown):
    crowd(audience, shown)
    asked = insight_request(screening=shown.screening, by=shown.studio.producer)
    run_job(job_id=asked.job_id)
    asked.refresh_from_db()
    return asked


def page(user, name, *arguments, status=200) -> str:
    response = browser(user).get(reverse(name, args=arguments))
    assert response.status_code == status
    return response.content.decode()


def test_a_film_without_an_audience_says_so(audience, shown):
    text = page(shown.studio.producer, "insight:screening", shown.screening.pk)
    assert "had no audience yet" in text
    assert "Read the screening" not in text


def test_somebody_came_and_it_was_not_read_yet(audience, shown):
    crowd(audience, shown, n=1, leave=0)
    assert "Read the screening" in page(shown.studio.producer, "insight:screening", shown.screening.pk)
    assert "Read the screening" not in page(shown.studio.legal_reviewer, "insight:screening", shown.screening.pk)


def test_asked_for_it_says_that_it_is_under_way(audience, shown):
    crowd(audience, shown, n=3, leave=1)
    client = browser(shown.studio.producer)
    client.post(reverse("insight:new", args=[shown.screening.pk]))
    text = page(shown.studio.producer, "insight:screening", shown.screening.pk)
    assert "Under way" in text
    assert "/jobs/" in text


def test_few_viewers_are_called_few(audience, shown):
    crowd(audience, shown, n=3, leave=1)
    asked = insight_request(screening=shown.screening, by=shown.studio.producer)
    run_job(job_id=asked.job_id)
    text = page(shown.studio.producer, "insight:screening", shown.screening.pk)
    assert "Only 3 viewers" in text
    assert "Nothing stands out" in text
    assert "No two groups have 11 viewers each" in text


def test_everything_is_shown_with_its_size_and_hostile_words_are_words(made, shown):
    text = page(shown.studio.producer, "insight:screening", shown.screening.pk)
    assert re.search(r"35 % \[\d+, \d+\], n = 40", text)
    assert "Left in it" in text
    assert "left more than elsewhere" in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<script>alert" not in text
    assert "over 80" not in text.split('id="h-groups"')[1].split("</section>")[0]  # two people are not spoken of
    assert made.document_sha256[:12] in text


def test_charts_lie_within_their_boxes(made):
    [chart] = film_charts(made)
    for points in (chart.curve.line, chart.curve.band):
        for pair in points.split():
            x, y = map(float, pair.split(","))
            assert 0 <= x <= 1000
            assert 0 <= y <= 100
    assert sum(width for _, width, _ in chart.scenes) == pytest.approx(100, abs=0.1)
    [moved] = chart.reactions
    assert moved.name == "moved"
    assert max(height for _, _, height, _ in moved.bars) == 100
    assert len(chart.table) == 10


def test_the_document_is_handed_out_as_it_was_kept(made, shown):
    from hashlib import sha256

    response = browser(shown.studio.legal_reviewer).get(reverse("insight:document", args=[made.pk]))
    assert sha256(response.content).hexdigest() == made.document_sha256
    assert json.loads(response.content)["viewers"] == 40


def test_an_earlier_reading_says_that_it_is_one(made, shown):
    again = insight_request(screening=shown.screening, by=shown.studio.producer)
    run_job(job_id=again.job_id)
    assert "This is how it was then" in page(shown.studio.producer, "insight:insight", made.pk)
    assert "This is how it was then" not in page(shown.studio.producer, "insight:insight", again.pk)


def test_a_suggestion_shows_its_evidence_and_becomes_a_request(made, shown):
    suggestion = made.suggestions.filter(shot__isnull=False).first()
    producer = shown.studio.producer
    text = page(producer, "insight:suggestion", suggestion.pk)
    assert "q &lt; 0.0001" in text
    assert "Ask for the change" in text
    assert "Ask for the change" not in page(shown.studio.legal_reviewer, "insight:suggestion", suggestion.pk)
    answer = reverse("insight:answer", args=[suggestion.pk])
    browser(producer).post(answer, {"do": "accept", "words": "Trim <b>two</b> seconds."})
    asked = AudienceRequest.objects.get()
    for name, pk in (
        ("insight:suggestion", suggestion.pk),
        ("insight:requests", shown.studio.production.pk),
        ("productions:shot", suggestion.shot_id),
    ):
        assert "Trim &lt;b&gt;two&lt;/b&gt; seconds." in page(producer, name, pk)
    browser(producer).post(answer, {"do": "decline", "words": "no"})
    suggestion.refresh_from_db()
    assert suggestion.state == "accepted"
    browser(producer).post(reverse("insight:drop", args=[asked.pk]), {"reason": ""})
    asked.refresh_from_db()
    assert asked.state == "open"
    browser(producer).post(reverse("insight:drop", args=[asked.pk]), {"reason": "We like it."})
    asked.refresh_from_db()
    assert asked.state == "dropped"


def test_nobody_else_learns_that_it_exists(made, shown, make):
    outsider = make.member(make.organisation(), "producer")
    suggestion = made.suggestions.first()
    for name, pk in (
        ("insight:screening", shown.screening.pk),
        ("insight:insight", made.pk),
        ("insight:document", made.pk),
        ("insight:suggestion", suggestion.pk),
        ("insight:requests", shown.studio.production.pk),
    ):
        page(outsider, name, pk, status=404)
    response = browser(outsider).post(reverse("insight:answer", args=[suggestion.pk]), {"do": "accept"})
    assert response.status_code == 404

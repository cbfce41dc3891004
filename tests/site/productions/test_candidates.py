"""Several candidates of a shot: asked for together, measured, ranked, compared, and chosen by people."""

import pytest
from django.urls import reverse

from django_site.apps.jobs.runner import run_pending
from django_site.apps.productions.models import Cut, Take
from django_site.apps.productions.selectors import shots_current, takes_ranked, takes_usable
from django_site.apps.productions.services.screenplays import screenplay_write
from django_site.apps.productions.services.takes import production_render, take_choose, take_request, takes_request
from django_site.errors import InputError

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def studio(make, settings, tmp_path):
    settings.INDEX_ROOT = tmp_path / "index"
    studio = make.studio()
    studio.production = make.production(
        studio.organisation, studio.producer, territories=["US", "DE"], width=64, height=36, fps=6, total_seconds=3
    )
    screenplay_write(production=studio.production, by=studio.producer, scenes=1)
    studio.shot = shots_current(studio.production)[0]
    return studio


def test_candidates_differ_are_measured_and_the_best_stands_for_the_shot(studio):
    takes = takes_request(shot=studio.shot, by=studio.producer, count=3)
    assert len({take.generation.seed for take in takes}) == 3
    assert len({take.asked_with for take in takes}) == 1
    run_pending()
    takes = list(Take.objects.filter(shot=studio.shot))
    assert len({take.asset.sha256 for take in takes}) == 3
    best = max(takes, key=lambda take: take.score["total"])
    assert takes_usable(studio.production)[0] == best
    assert all(0 < take.score["total"] <= 1 for take in takes)


def test_what_is_asked_for_later_stands_before_the_better_of_earlier_candidates(studio):
    takes_request(shot=studio.shot, by=studio.producer, count=2)
    run_pending()
    later = take_request(shot=studio.shot, by=studio.producer)
    run_pending()
    assert takes_usable(studio.production)[0] == later


def test_who_chooses_another_candidate_rejects_the_better_ones_on_the_record(studio):
    takes_request(shot=studio.shot, by=studio.producer, count=3)
    run_pending()
    first, second, third = takes_ranked(list(Take.objects.filter(shot=studio.shot)))
    take_choose(take=second, by=studio.producer, reason="The light falls better.")
    assert takes_usable(studio.production)[0] == second
    states = {take.pk: take.state for take in Take.objects.filter(shot=studio.shot)}
    assert (states[first.pk], states[third.pk]) == ("rejected", "cleared")


def test_a_whole_film_of_candidates_is_cut_from_the_best(studio):
    production_render(production=studio.production, by=studio.producer, candidates=2)
    run_pending()
    cut = Cut.objects.latest("version")
    shown = list(cut.items.order_by("position").values_list("take", flat=True))
    assert shown == [take.pk for take in takes_usable(studio.production)]
    assert Take.objects.filter(state="cleared").count() == 2 * len(shown)


def test_the_page_shows_them_side_by_side_and_numbers_out_of_bounds_are_refused(studio, client):
    client.force_login(studio.producer)
    asked = client.post(reverse("productions:shot_render", args=[studio.shot.pk]), {"candidates": "2"}, follow=True)
    assert asked.redirect_chain[-1][0] == reverse("productions:compare", args=[studio.shot.pk])
    assert b"No take is rendered yet" in asked.content
    run_pending()
    page = client.get(asked.redirect_chain[-1][0]).content.decode()
    assert page.count("<video") == 2
    assert page.count("It stands for the shot.") == 1
    assert "Sharpness" in page
    for count in (0, 7, -1):
        with pytest.raises(InputError, match="candidates"):
            takes_request(shot=studio.shot, by=studio.producer, count=count)
    for sent in ("0", "99", "x", "²"):
        answer = client.post(
            reverse("productions:shot_render", args=[studio.shot.pk]), {"candidates": sent}, follow=True
        )
        assert "candidates of a shot can" in answer.content.decode()
    assert Take.objects.filter(shot=studio.shot).count() == 2

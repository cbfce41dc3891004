"""Versions of a screenplay on the site: who wrote each line, what changed, what leaves as a file; names not to be used."""

import pytest
from django.urls import reverse

from django_site.apps.productions.models import Screenplay
from django_site.apps.productions.revisions import colour_of, differences, shares_of
from django_site.apps.productions.services.screenplays import screenplay_revise, screenplay_text, screenplay_write
from generator.errors import SubjectError
from generator.narrative.fdx import parse_fdx

pytestmark = pytest.mark.django_db


@pytest.fixture
def studio(make):
    studio = make.studio()
    studio.production = make.production(studio.organisation, studio.producer, total_seconds=12)
    studio.url = reverse("productions:screenplay", args=[studio.production.pk])
    return studio


def revised(studio):
    first = screenplay_write(production=studio.production, by=studio.producer)
    text = screenplay_text(first).rstrip() + "\n\nA gull that nobody planned walks through.\n"
    return first, screenplay_revise(production=studio.production, fountain=text, by=studio.producer)


def test_a_line_belongs_to_who_wrote_it(studio):
    first, second = revised(studio)
    assert all(share.kind == "program" for share in shares_of(first))
    shares = {share.name: share.part for share in shares_of(second)}
    assert 0 < shares[str(studio.producer)] < 0.1
    assert sum(shares.values()) == pytest.approx(1)
    changes = [line for line in differences(first, second) if line.kind not in ("same", "gap")]
    assert [line.now for line in changes if line.now] == ["A gull that nobody planned walks through."]
    assert {line.author for line in changes if line.now} == {str(studio.producer)}
    assert (colour_of(first), colour_of(second)) == ("white", "blue")


def test_the_page_shows_changes_authors_and_colours(studio, client):
    revised(studio)
    client.force_login(studio.legal_reviewer)
    page = client.get(studio.url, {"version": 2, "changes": ""}).content.decode()
    assert "<ins>A gull that nobody planned walks through.</ins>" in page
    assert "blue" in page
    assert "Who wrote it" in page
    assert "<ins>" not in client.get(studio.url, {"version": 1, "changes": ""}).content.decode()


def test_a_version_from_before_authors_were_kept_is_read(studio, make, client):
    make.screenplay(studio.production)
    second = screenplay_revise(
        production=studio.production, fountain="INT. HOUSE - DAY\n\nRain.\n\nSun.\n", by=studio.producer
    )
    assert {share.name for share in shares_of(second)} == {"not kept at the time", str(studio.producer)}


def test_it_leaves_for_final_draft(studio, client):
    _, second = revised(studio)
    client.force_login(studio.producer)
    answer = client.get(reverse("productions:screenplay_fdx", args=[studio.production.pk, 2]))
    assert answer["Content-Disposition"].endswith('-blue.fdx"')
    assert parse_fdx(answer.content).title == second.title
    assert client.get(reverse("productions:screenplay_fdx", args=[studio.production.pk, 9])).status_code == 404


def test_somebodys_character_is_refused_with_what_can_be_done_instead(studio, client):
    client.force_login(studio.producer)
    studio.production.brief = "Darth Vader opens a bakery by the sea and finds a letter."
    studio.production.save()
    with pytest.raises(SubjectError) as refused:
        screenplay_write(production=studio.production, by=studio.producer)
    assert refused.value.refusals[0].alternatives
    page = client.post(reverse("productions:screenplay_write", args=[studio.production.pk]), follow=True)
    assert "Darth Vader" in page.content.decode()
    assert not Screenplay.objects.exists()


def test_a_film_of_two_minutes_has_more_scenes_than_one_of_twelve_seconds(studio):
    studio.production.total_seconds = 120
    studio.production.save()
    written = screenplay_write(production=studio.production, by=studio.producer, structure="loop")
    assert written.scenes.count() == 8
    assert sum(scene.shots.count() for scene in written.scenes.all()) == 20

"""What can't be written from is answered with what can be done instead; nothing that was typed is lost."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from django_site.apps.productions.models import Contribution, Production, Screenplay

pytestmark = pytest.mark.django_db


@pytest.fixture
def studio(make, settings, tmp_path):
    settings.SCRIPTS_ROOT = tmp_path / "scripts"
    return make.studio()


@pytest.fixture
def producer(studio, client):
    client.force_login(studio.producer)
    return client


def begun(producer, **values):
    typed = {
        "title": "Harbour",
        "brief": "",
        "use": "film",
        "total_seconds": "6",
        "structure": "",
        "seed": "1",
    } | values
    return producer.post(reverse("productions:new"), typed, follow=True)


def test_an_empty_brief_is_answered_with_an_example(producer, studio):
    answer = begun(producer)
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "Say in a sentence or two who, where and what happens" in page
    assert 'value="Harbour"' in page
    assert "empty or too short" in begun(producer, brief="…").content.decode().replace("\n", " ")
    assert Production.objects.count() == 1, "the studio's own"


SCENES = "".join(f"INT. ROOM {n} - DAY\n\nRain falls on the window of room {n}.\n\n" for n in range(1, 9))


def test_two_hundred_pages_are_taken_as_a_screenplay_or_shortened(producer, studio):
    pages = SCENES + "\n".join(["The lamp turns. Nobody comes."] * 18_000)
    answer = begun(producer, brief=pages)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "at most 4000 are read" in page
    assert "Take it as a screenplay of 8 scenes" in page
    short = begun(producer, brief=pages, shorten="1")
    assert short.status_code == 200
    kept = short.context["form"].initial["brief"]
    assert 2000 < len(kept) <= 4000
    assert kept.endswith(".")
    assert Production.objects.count() == 1
    taken = begun(producer, brief=SCENES * 12, as_screenplay="1")
    production = Production.objects.exclude(pk=studio.production.pk).get()
    assert Screenplay.objects.get(production=production).scenes.count() == 96
    assert "The screenplay is taken over" in taken.content.decode()


def test_a_screenplay_that_can_not_be_taken_over_leaves_no_production_behind(producer, studio):
    answer = begun(producer, brief="A letter. " * 900, as_screenplay="1")
    assert answer.status_code == 400
    assert "has no scene" in answer.content.decode()
    assert Production.objects.count() == 1


def test_somebodys_character_is_replaced_by_one_click(producer, studio):
    brief = "Darth Vader opens a bakery by the sea. One morning Darth Vader finds a letter."
    answer = begun(producer, brief=brief)
    assert answer.status_code == 400
    [refused] = answer.context["form"].refused
    choices = {choice.alternative.kind: choice for choice in refused.choices}
    page = answer.content.decode()
    for kind in ("original", "public domain"):
        assert f'name="take" value="{choices[kind].value}"' in page
    assert "Begin without a screenplay, and show a licence for Darth Vader" in page
    taken = begun(producer, brief=brief, take=choices["public domain"].value)
    production = Production.objects.exclude(pk=studio.production.pk).get()
    assert "Vader" not in production.brief
    assert production.brief.count(choices["public domain"].alternative.words) == 2
    assert production.screenplays.count() == 1
    assert "The screenplay is written" in taken.content.decode()


def test_a_real_person_waits_for_a_grant_or_gives_way(producer, studio):
    brief = "A bakery by the sea, starring Greta Thunberg as the baker who finds a letter at dusk."
    page = begun(producer, brief=brief).content.decode()
    assert "Begin without a screenplay, and ask for their consent" in page
    kept = begun(producer, brief=brief, keep="consent")
    production = Production.objects.exclude(pk=studio.production.pk).get()
    assert production.brief == brief
    assert not production.screenplays.exists()
    page = kept.content.decode()
    assert reverse("productions:people", args=[production.pk]) in page
    assert "Ask for a grant that names this production" in page
    assert "Write the screenplay" not in page
    [refused] = kept.context["refused"]
    value = next(choice.value for choice in refused.choices if choice.value)
    changed = producer.post(reverse("productions:brief", args=[production.pk]), {"take": value}, follow=True)
    production.refresh_from_db()
    assert "Thunberg" not in production.brief
    assert production.screenplays.count() == 1
    assert "The brief is changed." in changed.content.decode()
    assert Contribution.objects.filter(target_id=production.pk, act="edited", actor=studio.producer).count() == 1


def test_a_choice_that_nobody_offered_changes_nothing(producer, studio):
    for value in ("0:9", "9:0", "x", ""):
        answer = producer.post(reverse("productions:brief", args=[studio.production.pk]), {"take": value}, follow=True)
        assert "none of those that are offered" in answer.content.decode()
    studio.production.refresh_from_db()
    assert studio.production.brief == "A keeper finds a letter."


def brought(producer, studio, name, content):
    file = SimpleUploadedFile(name, content)
    address = reverse("productions:screenplay", args=[studio.production.pk])
    return producer.post(address, {"fountain": "", "file": file}, follow=True)


def test_an_uploaded_screenplay_without_scenes_can_be_kept_as_one(producer, studio):
    answer = brought(producer, studio, "notes.txt", b"A man waits at a bus stop. The bus does not come.")
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "has no scene" in page
    assert "Keep it as one scene" in page
    assert not Screenplay.objects.exists()
    address = reverse("productions:screenplay", args=[studio.production.pk])
    kept = producer.post(address, {"fountain": answer.context["one_scene"]}, follow=True)
    assert kept.status_code == 200
    assert Screenplay.objects.get().scenes.get().heading == "INT. PLACE TO BE NAMED - DAY"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("film.fountain", b"\xff\xfe\x00\x01", "no text in UTF-8"),
        ("film.fountain", b"INT. A - DAY\n\n\x00", "no text"),
        ("film.fdx", b"<html/>", "XML of another kind"),
        ("film.fdx", b"<!DOCTYPE x [<!ENTITY a 'b'>]><FinalDraft>&a;</FinalDraft>", "Final Draft"),
        ("film.txt", b"x" * 2_000_001, "larger than 2 MB"),
        ("film.txt", b"", "empty"),
    ],
)
def test_a_file_that_is_no_screenplay_is_refused_with_the_reason(producer, studio, name, content, says):
    answer = brought(producer, studio, name, content)
    assert answer.status_code == 400
    assert says in answer.content.decode()
    assert not Screenplay.objects.exists()


def test_final_draft_and_fountain_are_taken_as_the_next_version(producer, studio):
    assert brought(producer, studio, "a.fountain", b"EXT. SHORE - DUSK\r\n\r\nA lamp.\r\n").status_code == 200
    address = reverse("productions:screenplay_fdx", args=[studio.production.pk, 1])
    exported = producer.get(address).content
    assert brought(producer, studio, "a.fdx", exported).status_code == 200
    assert [one.version for one in Screenplay.objects.order_by("version")] == [1, 2]
    assert Screenplay.objects.get(version=2).scenes.get().heading == "EXT. SHORE - DUSK"

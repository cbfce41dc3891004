"""The shot list: rows changed in one go, shots added, taken out and moved; nothing is lost where a row is wrong."""

import pytest
from django.urls import reverse

from django_site.apps.jobs.runner import run_pending
from django_site.apps.productions.models import Contribution, Cut, Shot, Take
from django_site.apps.productions.selectors import shots_current
from django_site.apps.productions.services.screenplays import screenplay_write
from django_site.apps.productions.services.shots import shot_insert, shot_move, shot_remove, shot_replace
from django_site.apps.productions.services.takes import production_render
from django_site.errors import NotAllowedError, WrongStateError

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def studio(make, settings, tmp_path):
    settings.INDEX_ROOT = tmp_path / "index"
    studio = make.studio()
    studio.production = make.production(
        studio.organisation, studio.producer, territories=["US", "DE"], width=64, height=36, fps=6, total_seconds=6
    )
    screenplay_write(production=studio.production, by=studio.producer, scenes=2)
    studio.url = reverse("productions:shot_list", args=[studio.production.pk])
    return studio


def order(studio) -> list[str]:
    return [shot.spec["id"] for shot in shots_current(studio.production)]


def typed(studio, **changes) -> dict[str, str]:
    """What the page's form holds, with changes to rows by ``<index>_<field>``."""
    from django_site.apps.productions.forms_shots import ShotRowForm

    data = {}
    for number, shot in enumerate(shots_current(studio.production)):
        form = ShotRowForm(shot=shot, prefix=str(shot.pk))
        for name in form.fields:
            value = form[name].value()
            data[form.add_prefix(name)] = changes.get(f"r{number}_{name}", "" if value is None else value)
    return data


def test_only_rows_that_were_changed_become_new_versions(studio, client):
    client.force_login(studio.producer)
    first, second, *_ = before = list(shots_current(studio.production))
    lines = "ANA (low): Who is there?\nTOM: Me."
    answer = client.post(
        studio.url, typed(studio, r0_lens_mm="85", r1_dialogue=lines, r1_sound="a far train"), follow=True
    )
    assert b"2 shots have a new version" in answer.content
    now = list(shots_current(studio.production))
    assert [shot.version for shot in now] == [2, 2, *[1] * (len(before) - 2)]
    assert now[0].spec == {**first.spec, "lens_mm": 85.0}
    said = [
        {"character": "ANA", "text": "Who is there?", "manner": "low"},
        {"character": "TOM", "text": "Me.", "manner": ""},
    ]
    assert now[1].spec == {**second.spec, "dialogue": said, "sound": "a far train"}
    assert client.post(studio.url, typed(studio), follow=True).status_code == 200
    assert list(shots_current(studio.production)) == now, "nothing was changed"


def test_a_wrong_row_says_why_and_keeps_what_was_typed(studio, client):
    client.force_login(studio.producer)
    answer = client.post(
        studio.url, typed(studio, r0_lens_mm="9000", r1_dialogue="no speaker here", r2_description="New.")
    )
    assert answer.status_code == 400
    assert b"9000" in answer.content
    assert b"names no speaker" in answer.content
    assert b"2 rows were not saved" in answer.content
    assert not Shot.objects.filter(version=2).exists()


def test_a_length_is_taken_to_the_nearest_frame(studio, client):
    client.force_login(studio.producer)
    client.post(studio.url, typed(studio, r0_duration="1.1"))
    assert shots_current(studio.production)[0].spec["duration"] == pytest.approx(7 / 6)


def test_shots_are_added_moved_and_taken_out(studio):
    first = shots_current(studio.production)[0]
    began = order(studio)
    made = shot_insert(after=first, by=studio.producer)
    assert order(studio) == [began[0], made.spec["id"], *began[1:]]
    assert {**made.spec, "id": "", "dialogue": []} == {**first.spec, "id": "", "dialogue": []}
    shot_move(shot=made, by=studio.producer, earlier=True)
    assert order(studio) == [made.spec["id"], *began]
    with pytest.raises(WrongStateError, match="first of its scene"):
        shot_move(shot=made, by=studio.producer, earlier=True)
    replaced = shot_replace(shot=made, changes={"size": "insert"}, by=studio.producer)
    assert order(studio) == [made.spec["id"], *began], "a new version stands where the old one stood"
    shot_remove(shot=replaced, by=studio.producer)
    assert order(studio) == began
    with pytest.raises(WrongStateError, match="taken out"):
        shot_move(shot=replaced, by=studio.producer, earlier=False)
    notes = list(Contribution.objects.filter(target_id__in=[made.pk, replaced.pk]).values_list("note", flat=True))
    assert any("added after" in note for note in notes)
    assert "taken out of the film" in notes
    for shot in list(shots_current(studio.production))[1:]:
        shot_remove(shot=shot, by=studio.producer)
    with pytest.raises(WrongStateError, match="only shot"):
        shot_remove(shot=shots_current(studio.production).get(), by=studio.producer)


def test_the_film_follows_the_list(studio):
    first, second, *_ = shots_current(studio.production)
    shot_move(shot=first, by=studio.producer, earlier=False)
    production_render(production=studio.production, by=studio.producer)
    run_pending()
    cut = Cut.objects.get()
    assert [item.take.shot.spec["id"] for item in cut.items.order_by("position")] == order(studio)
    assert order(studio)[:2] == [second.spec["id"], first.spec["id"]]


def test_taking_a_shot_out_calls_its_takes_off(studio):
    production_render(production=studio.production, by=studio.producer)
    shot = shots_current(studio.production).first()
    shot_remove(shot=shot, by=studio.producer)
    assert Take.objects.get(shot=shot).state == "superseded"
    run_pending()
    assert shot.pk not in Cut.objects.get().items.values_list("take__shot", flat=True)


def test_from_the_page(studio, client):
    client.force_login(studio.producer)
    first = shots_current(studio.production)[0]
    began = order(studio)
    client.post(studio.url, {**typed(studio, r0_lens_mm="85"), "act": f"later:{first.pk}"})
    assert order(studio)[:2] == [began[1], began[0]]
    assert shots_current(studio.production)[1].spec["lens_mm"] == 85, "what was typed is saved before the shot is moved"
    assert b"look at the list again" in client.post(studio.url, {"act": "remove:nonsense"}, follow=True).content
    assert client.get(studio.url).status_code == 200


def test_who_reviews_reads_and_changes_nothing(studio, client):
    client.force_login(studio.legal_reviewer)
    page = client.get(studio.url)
    assert page.status_code == 200
    assert b"<textarea" not in page.content
    assert client.post(studio.url, typed(studio)).status_code == 403
    for act in (shot_insert, shot_remove):
        with pytest.raises(NotAllowedError):
            act(
                **{"after" if act is shot_insert else "shot": shots_current(studio.production).first()},
                by=studio.legal_reviewer,
            )

"""The pages of trainings and of models of our own, as people read and use them."""

import json

import pytest
from django.urls import reverse

from django_site.apps.training import kinds
from django_site.apps.training.curves import curves_of, losses_read, samples_read
from django_site.apps.training.forms import DRAWN
from django_site.apps.training.looks import run_folder
from django_site.apps.training.models import TrainingRun
from tests.site.pages.conftest import PNG

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client, studio):
    def browser(user):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return browser


def text_of(response) -> str:
    return " ".join(response.content.decode().split("<main")[1].split("</main>")[0].split())


def test_the_form_offers_no_box_for_what_may_not_be_learned_from(studio, browser):
    page = browser(studio.producer).get(reverse("training:new"))
    said = text_of(page)
    assert f'name="works" value="{studio.bikes.pk}"' in said
    assert f'value="{studio.coffee.pk}"' not in said
    assert "no licence in force permits that models learn from it" in said
    assert "4 of 6 may be learned from" in said
    assert "extend its licence to training" in said


def test_planned_read_confirmed(studio, browser):
    client = browser(studio.producer)
    sent = {
        "kind": "look", "production": studio.production.pk, "shared": "0", "name": "harbour-dusk", "steps": 40, "seed": 3,
        "shots": 5, "works": [studio.bikes.pk, studio.rocket.pk, studio.coffee.pk],
    }  # fmt: skip
    refused = client.post(reverse("training:new"), sent)
    assert refused.status_code == 400
    assert "&#x27;Coffee&#x27; is in the data" in text_of(refused)
    assert not TrainingRun.objects.exists()
    made = client.post(reverse("training:new"), {**sent, "works": [], "all_works": "1"})
    run = TrainingRun.objects.get()
    assert made.url == reverse("training:run", args=[run.pk])
    assert {row.title for row in run.works.all()} == {"Bikes", "Car", "Film", "Rocket"}
    assert run.renders == {**DRAWN, "shots": 5}
    said = text_of(client.get(made.url))
    assert "Nothing was learned yet" in said
    assert "CC0-1.0, version 1" in said
    assert "Nobody registered is in it, as its makers declare." in said
    client.post(reverse("training:change", args=[run.pk]), {"do": "confirm"})
    run.refresh_from_db()
    assert run.state == "queued"
    said = text_of(client.get(made.url))
    assert "Waits for a worker" in said
    assert "Pause" in said
    assert "what the policies said" in said


def test_a_name_that_is_none_is_told_beside_its_field(studio, browser):
    answer = browser(studio.producer).post(
        reverse("training:new"),
        {
            "kind": "look",
            "production": studio.production.pk,
            "name": "Harbour Dusk!",
            "steps": 4,
            "seed": 1,
            "shots": 3,
        },
    )
    assert answer.status_code == 400
    assert "such as harbour-dusk" in text_of(answer)


def test_a_site_without_the_packages_says_what_to_install(studio, browser, monkeypatch):
    monkeypatch.setattr(kinds, "find_spec", lambda name: None)
    said = text_of(browser(studio.producer).get(reverse("training:new")))
    assert "reelproof[models]" in said
    assert "<button disabled>" in said


def test_reviewers_read_and_do_not_train(studio, browser, make):
    run = make.training(studio.production, studio.producer, studio.bikes)
    client = browser(studio.legal_reviewer)
    assert client.get(reverse("training:new")).status_code == 403
    said = text_of(client.get(reverse("training:run", args=[run.pk])))
    assert 'value="confirm"' not in said
    assert client.post(reverse("training:change", args=[run.pk]), {"do": "confirm"}).status_code == 403


@pytest.fixture
def running(studio, make):
    """A training at work, with what it wrote until now."""
    run = make.training(studio.production, studio.producer, studio.bikes, state="running")
    folder = run_folder(run.pk)
    (folder / "samples").mkdir(parents=True)
    for step in (0, 500):
        (folder / "samples" / f"{step:06d}.png").write_bytes(PNG)
    lines = [
        json.dumps({"step": n, "seconds": n / 2, "losses": {"generator": 2.0 / n, "discriminator": 0.5}})
        for n in range(10, 1000, 10)
    ]
    (folder / "losses.jsonl").write_text("\n".join(lines) + '\n{"step": 1000, "sec')
    return run


def test_losses_and_samples_are_shown_live_and_as_a_table(running, studio, browser):
    client = browser(studio.producer)
    page = client.get(reverse("training:run", args=[running.pk]))
    said = text_of(page)
    assert 'hx-get="' + reverse("training:live", args=[running.pk]) + '"' in said
    assert "Losses until step 990 of 40" in said
    assert said.count("<polyline") == 2
    assert "(estimated)" in said
    assert "Losses as a table" in said
    assert "Samples at step 500, the latest" in said.replace("</figcaption>", "").replace(" ,", ",")
    live = client.get(reverse("training:live", args=[running.pk]) + "?sample=0")
    assert "Samples at step 0" in live.content.decode()
    assert "no-store" in live["Cache-Control"]
    picture = client.get(reverse("training:sample", args=[running.pk, 500]))
    assert b"".join(picture) == PNG
    assert client.get(reverse("training:sample", args=[running.pk, 250])).status_code == 404


def test_a_torn_last_line_and_nonsense_are_left_out(running):
    folder = run_folder(running.pk)
    reports = losses_read(folder)
    assert [reports[0]["step"], reports[-1]["step"], len(reports)] == [10, 990, 99]
    with (folder / "losses.jsonl").open("a") as stream:
        stream.write('onds": 1}\n[1, 2]\nnot json\n{"step": 1010, "seconds": 505, "losses": {"generator": 0.1}}\n')
    assert [one["step"] for one in losses_read(folder)][-2:] == [990, 1010]
    assert curves_of([]) is None
    drawn = curves_of(reports)
    assert [curve.name for curve in drawn.curves] == ["generator", "discriminator"]
    assert drawn.curves[0].latest == pytest.approx(2.0 / 990)
    first, last = drawn.curves[0].points.split()[0], drawn.curves[0].points.split()[-1]
    assert float(first.split(",")[1]) < float(last.split(",")[1]), "a loss that falls goes down"
    assert [sample.step for sample in samples_read(folder)] == [0, 500]
    assert len(drawn.rows) == 12


@pytest.mark.parametrize(
    ("losses", "marks"),
    [
        ((3.64, 0.8), ["0", "1", "2", "3", "4"]),
        ((0.0, 0.0), ["0", "0.5", "1"]),
        ((6.02, -1.3), ["-2", "0", "2", "4", "6", "8"]),
        ((0.00042, 0.0001), ["0", "0.0002", "0.0004", "0.0006"]),
    ],
)
def test_the_scale_of_losses_has_round_numbers_and_holds_them_all(losses, marks):
    reports = [
        {"step": step, "seconds": 1.0, "losses": {"generator": loss}}
        for step, loss in zip((10, 20), losses, strict=True)
    ]
    drawn = curves_of(reports)
    assert [said for _, said in drawn.marks] == marks
    heights = [float(point.split(",")[1]) for point in drawn.curves[0].points.split()]
    assert all(0 <= height <= drawn.foot for height in heights)


def test_a_stopped_training_says_why_and_offers_what_can_be_done(studio, browser, make):
    run = make.training(
        studio.production, studio.producer, studio.bikes, state="failed"
    )  # fmt: skip
    TrainingRun.objects.filter(pk=run.pk).update(reason="it diverged at step 3: the loss generator is nan")
    client = browser(studio.producer)
    said = text_of(client.get(reverse("training:run", args=[run.pk])))
    assert "It diverged at step 3: the loss generator is nan." in said
    assert 'value="resume"' in said
    assert 'value="discard"' in said


def test_a_models_page_says_everything_that_it_learned_and_made(studio, browser, make):
    model = make.trained_model(make.training(studio.production, studio.producer, studio.bikes, state="done"))
    bundle = run_folder(model.run_id) / "model"
    bundle.mkdir(parents=True)
    (bundle / "lineage.json").write_text(json.dumps({"code": {"commit": "abc123"}}))
    (bundle / "samples.png").write_bytes(PNG)
    take = make.take(
        make.shot(studio.production), studio.producer, generation=make.generation(studio.producer, trained_model=model)
    )
    client = browser(studio.producer)
    said = text_of(client.get(reverse("training:model", args=[model.pk])))
    for wanted in (
        "harbour-dusk v1",
        "Bikes",
        "CC0-1.0, version 1",
        "It gives back none of them.",
        "0.0421 ± 0.0020",
        "Its input is as alike.",
        "(estimated)",
        str(take),
        "abc123",
    ):
        assert wanted in said, wanted
    assert "May be used" in said
    downloaded = client.get(reverse("training:bundle", args=[model.pk]))
    assert downloaded["Content-Type"] == "application/zip"
    assert "attachment" in downloaded["Content-Disposition"]
    assert client.get(reverse("training:file", args=[model.pk, "lineage.json"])).status_code == 200
    for name in ("weights.safetensors", "..", "config.json"):
        assert client.get(f"/models/ours/{model.pk}/{name}").status_code == 404
    listed = text_of(client.get(reverse("models:list")))
    assert "harbour-dusk v1" in listed
    assert "Train a model" in listed


def test_a_flagged_models_page_says_why_and_what_to_do(studio, browser, make):
    from django_site.apps.corpora.services import licence_withdraw

    model = make.trained_model(make.training(studio.production, studio.producer, studio.bikes, state="done"))
    licence_withdraw(licence=studio.bikes.licences.get(), by=studio.producer, reason="Sold.")
    said = text_of(browser(studio.legal_reviewer).get(reverse("training:model", args=[model.pk])))
    assert "It may be used no more." in said
    assert "Sold." in said
    assert "ledger entry" in said
    assert "May not be used" in said


def test_the_look_is_chosen_on_a_page_of_its_own(studio, browser, make):
    model = make.trained_model(make.training(studio.production, studio.producer, studio.bikes, state="done"))
    client = browser(studio.producer)
    url = reverse("training:look", args=[studio.production.pk])
    assert "Plain previsualisation" in text_of(client.get(url))
    assert client.post(url, {"look": f"own:{model.pk}"}).url == reverse("productions:page", args=[studio.production.pk])
    studio.production.refresh_from_db()
    assert studio.production.look_model == model
    client.post(url, {"look": "shipped:nothing"})
    studio.production.refresh_from_db()
    assert studio.production.look_model == model
    assert browser(studio.legal_reviewer).post(url, {"look": ""}).status_code == 403


def test_terms_are_ended_and_replaced_on_the_works_page(studio, browser, make):
    model = make.trained_model(make.training(studio.production, studio.producer, studio.bikes, state="done"))
    client = browser(studio.legal_reviewer)
    page = reverse("corpora:work", args=[studio.bikes.pk])
    assert "1 model learned from this work and is used no more" in text_of(client.get(page))
    licence = studio.bikes.licences.get()
    end = reverse("corpora:licence_end", args=[studio.bikes.pk, licence.pk])
    assert client.post(end, {"reason": ""}).status_code == 400
    model.refresh_from_db()
    assert model.state == "usable"
    terms = reverse("corpora:terms", args=[studio.bikes.pk])
    for wrong in (
        {"licence": ""},
        {"licence": "CC0-1.0", "territories": "nowhere"},
        {"licence": "x", "ends": "2020-01-01"},
    ):
        assert client.post(terms, wrong).status_code == 400
    client.post(terms, {"licence": "cc0-1.0", "acts": ["match", "train"], "territories": "de us"})
    newest = studio.bikes.licences.latest("version")
    assert (newest.version, newest.spdx_id, newest.territories) == (2, "CC0-1.0", ["DE", "US"])
    model.refresh_from_db()
    assert model.state == "flagged", "the production is meant for everywhere"
    other = make.trained_model(
        make.training(studio.production, studio.producer, studio.rocket, state="done"), version=2
    )
    client.post(
        reverse("corpora:licence_end", args=[studio.rocket.pk, studio.rocket.licences.get().pk]), {"reason": "Sold."}
    )
    other.refresh_from_db()
    assert other.state == "flagged"
    said = text_of(client.get(reverse("corpora:work", args=[studio.rocket.pk])))
    assert "End this licence" not in said

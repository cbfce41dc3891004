"""The look of a production: chosen, drawn over its takes, on their record, at the gate, in the signed manifest."""

import json

import c2pa
import pytest
from django.urls import reverse
from django.utils import timezone

from auditor.canonical import sha256_json
from auditor.provenance import verify
from django_site import wiring
from django_site.apps.audits.facts import prompt_facts
from django_site.apps.audits.services.assets import asset_path
from django_site.apps.corpora.services import licence_withdraw
from django_site.apps.jobs.models import Job
from django_site.apps.jobs.runner import run_pending
from django_site.apps.productions.models import Cut, GenerationRecord, Take
from django_site.apps.productions.selectors import shots_current
from django_site.apps.productions.services.screenplays import screenplay_text, screenplay_write
from django_site.apps.productions.services.takes import production_render, take_request
from django_site.apps.provenance.models import Manifest
from django_site.apps.reviews.models import Case
from django_site.apps.reviews.services import case_approve
from django_site.apps.training import looks
from django_site.apps.training.looks import card_planned, look_choose, looks_offered, model_folder
from django_site.errors import InputError, NotAllowedError, WrongStateError
from generator.edit.scoring import score_take
from generator.shots import ShotRequest
from tests.generator.tiny_looks import relist, write_bundle, write_critic

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shipped(monkeypatch, tmp_path):
    """A look that comes with us: it exchanges red and blue."""
    folder = write_bundle(tmp_path / "shipped" / "swap")
    monkeypatch.setattr(looks, "looks_shipped", lambda: {"swap": folder})
    return folder


@pytest.fixture
def own(make, studio):
    """A look that the studio trained, as rows and its bundle."""
    run = make.training(studio.production, studio.producer, studio.bikes, state="done")
    model = make.trained_model(run)
    write_bundle(model_folder(model))
    return model


@pytest.fixture
def begun(studio):
    """The studio's production with one scene written, small."""
    type(studio.production).objects.filter(pk=studio.production.pk).update(
        territories=["US", "DE"], width=64, height=36, fps=8, total_seconds=3,
    )  # fmt: skip
    studio.production.refresh_from_db()
    screenplay_write(production=studio.production, by=studio.producer, scenes=1)
    studio.shot = shots_current(studio.production).first()
    return studio


def test_a_production_is_plain_until_somebody_chooses_a_look(studio, shipped, own):
    offers = {one.value: one for one in looks_offered(studio.production)}
    assert list(offers) == ["", "shipped:swap", f"own:{own.pk}"]
    assert offers[""].chosen
    assert offers["shipped:swap"].about == "Exchanges red and blue."
    assert card_planned(studio.production).kind == "renderer"


def test_who_may_choose_and_what(studio, shipped, make):
    with pytest.raises(NotAllowedError):
        look_choose(production=studio.production, value="shipped:swap", by=studio.legal_reviewer)
    with pytest.raises(InputError, match="no such look"):
        look_choose(production=studio.production, value="shipped:gone", by=studio.producer)
    look_choose(production=studio.production, value="shipped:swap", by=studio.producer)
    assert card_planned(studio.production).name == "reelproof-previz-look-swap"
    look_choose(production=studio.production, value="", by=studio.producer)
    assert card_planned(studio.production).name == "reelproof-previz"


def test_a_look_of_another_production_is_not_offered_unless_it_is_shared(studio, own, make):
    elsewhere = make.production(studio.organisation, studio.producer, title="Elsewhere")
    assert [one.value for one in looks_offered(elsewhere)] == ["", *[f"shipped:{n}" for n in looks.looks_shipped()]]
    shared = make.trained_model(
        make.training(studio.production, studio.producer, studio.rocket, state="done", name="house", shared=True)
    )
    assert f"own:{shared.pk}" in [one.value for one in looks_offered(elsewhere)]


def test_a_site_with_a_video_model_offers_none(studio, shipped, settings):
    settings.VIDEO_MODEL = "wan"
    with pytest.raises(WrongStateError, match="video model"):
        look_choose(production=studio.production, value="shipped:swap", by=studio.producer)


def test_a_look_that_was_tampered_with_is_not_used_and_its_production_says_so(begun, shipped, client):
    look_choose(production=begun.production, value="shipped:swap", by=begun.producer)
    (shipped / "card.yaml").write_text((shipped / "card.yaml").read_text().replace("Apache-2.0", "MIT"))
    (shipped / "look.onnx").touch()
    with pytest.raises(WrongStateError, match="not those that were published"):
        card_planned(begun.production)
    with pytest.raises(WrongStateError, match="choose another look"):
        take_request(shot=begun.shot, by=begun.producer)
    client.force_login(begun.producer, backend="django.contrib.auth.backends.ModelBackend")
    for name in ("productions:page", "productions:shot_list", "training:look"):
        page = client.get(reverse(name, args=[begun.production.pk]))
        assert page.status_code == 200, name
        assert str(shipped) not in page.content.decode()
    assert "can&#x27;t be used" in client.get(reverse("productions:page", args=[begun.production.pk])).content.decode()


def test_a_take_carries_the_look_on_its_record_and_in_its_bytes(begun, own):
    plain = take_request(shot=begun.shot, by=begun.producer)
    look_choose(production=begun.production, value=f"own:{own.pk}", by=begun.producer)
    drawn = take_request(shot=begun.shot, by=begun.producer)
    run_pending()
    plain, drawn = (Take.objects.select_related("generation", "asset").get(pk=one.pk) for one in (plain, drawn))
    assert (plain.state, drawn.state) == ("cleared", "cleared"), drawn.reason
    assert (plain.generation.trained_model, drawn.generation.trained_model) == (None, own)
    assert drawn.generation.model_name == "reelproof-previz-look-swap"
    assert plain.asset.sha256 != drawn.asset.sha256
    assert drawn.record["look"] == "swap"
    assert drawn.record["device"] == "cpu"
    assert plain.record is None
    facts = prompt_facts(begun.shot, screenplay_text=screenplay_text(begun.shot.scene.screenplay)).as_facts()
    names = {one["name"]: one for one in facts["components"]}
    network = names["look network (swap 1.0)"]
    assert (network["trained"], network["withdrawn"]) == (True, "")
    assert network["training_data"] == "Two photographs that their owner licensed."


def test_a_withdrawn_look_makes_nothing_more(begun, own, studio):
    look_choose(production=begun.production, value=f"own:{own.pk}", by=begun.producer)
    waiting = take_request(shot=begun.shot, by=begun.producer)
    licence_withdraw(licence=studio.bikes.licences.get(), by=studio.producer, reason="Sold.")
    waiting.refresh_from_db()
    assert waiting.state == "failed"
    begun.production.refresh_from_db()
    shot = shots_current(begun.production).first()
    with pytest.raises(WrongStateError, match="Choose another look"):
        take_request(shot=shot, by=begun.producer)
    facts = prompt_facts(shot, screenplay_text=screenplay_text(shot.scene.screenplay))
    decision = wiring.policy_bundle().decide(facts.as_facts(), at=timezone.now())
    assert "models/withdrawn" in {check.policy for check in decision.failed}
    [offer] = [one for one in looks_offered(begun.production) if one.value == f"own:{own.pk}"]
    assert offer.chosen
    assert "Sold." in offer.barred
    with pytest.raises(WrongStateError, match="can't be chosen"):
        look_choose(production=begun.production, value=f"own:{own.pk}", by=begun.producer)


def manifest_of(path) -> dict:
    """The active manifest of a signed file, as a reader that is not ours finds it."""
    with path.open("rb") as stream, c2pa.Reader("video/mp4", stream) as reader:
        store = json.loads(reader.json())
    return store["manifests"][store["active_manifest"]]


def test_a_signed_take_names_the_model_that_made_it(begun, own, settings, tmp_path):
    settings.SIGNING_ROOT, settings.LEDGER_HEADS = tmp_path / "signing", tmp_path / "heads.jsonl"
    look_choose(production=begun.production, value=f"own:{own.pk}", by=begun.producer)
    production_render(production=begun.production, by=begun.producer)
    run_pending()
    case_approve(case=Case.objects.get(cut__isnull=False), by=begun.legal_reviewer, reason="Fine.")
    run_pending()
    cut = Cut.objects.get()
    assert cut.state == "released", Job.objects.filter(state="failed").values_list("reason", flat=True)
    record = GenerationRecord.objects.filter(trained_model=own).first()
    assert record.model_card["card_sha256"]
    take = Manifest.objects.filter(intent__kind="take").first()
    manifest = manifest_of(asset_path(take.asset))
    name = f"reelproof-previz-look-swap {record.model_version}"
    [model] = [one for one in manifest["ingredients"] if one["title"] == f"Model card: {name}"]
    assert model["relationship"] == "inputTo"
    listed = [one["data"]["sources"] for one in manifest["assertions"] if "sources" in one.get("data", {})]
    [source] = [one for sources in listed for one in sources if one.get("label") == "model-1"]
    assert source["sha256"] == sha256_json(record.model_card), "the card itself, by its digest"
    assert source["metadata"] == {
        "digest": record.model_sha256, "licence": record.model_licence, "card_sha256": record.model_card["card_sha256"],
        "lineage_sha256": own.lineage_sha256, "weights_sha256": own.weights_sha256,
    }  # fmt: skip
    assert "sha256:" + record.model_sha256 in json.dumps(manifest["assertions"]), "and the model disclosed"
    assert verify(asset_path(take.asset), trust=wiring.trust_list()).state == "Trusted"


def test_the_looks_critic_is_shown_beside_the_figures_and_counts_nothing(begun, shipped, client):
    write_critic(shipped / "critic.onnx")
    relist(shipped)
    plain = take_request(shot=begun.shot, by=begun.producer)
    look_choose(production=begun.production, value="shipped:swap", by=begun.producer)
    drawn = take_request(shot=begun.shot, by=begun.producer)
    run_pending()
    plain, drawn = Take.objects.get(pk=plain.pk), Take.objects.get(pk=drawn.pk)
    assert "realism" not in plain.score
    assert 0 < drawn.score["realism"] < 1, "this critic calls real what is bright"
    measured = score_take(asset_path(drawn.asset), ShotRequest.from_dict(drawn.generation.parameters)).as_dict()
    assert drawn.score["total"] == measured["total"]
    client.force_login(begun.producer, backend="django.contrib.auth.backends.ModelBackend")
    said = client.get(reverse("productions:compare", args=[begun.shot.pk])).content.decode()
    assert said.count("it counts nothing") == 1

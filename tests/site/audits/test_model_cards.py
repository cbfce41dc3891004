"""Cards of models meet the rules: what a licence leaves out is stopped before anything is rendered."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from django_site import wiring
from django_site.apps.audits.facts import dispatch_facts, prompt_facts
from django_site.apps.audits.model_cards_read import model_rows
from django_site.apps.audits.model_facts import component_facts
from django_site.apps.productions.models import GenerationRecord, Production, TakeState
from django_site.apps.productions.services.takes import take_request
from generator.errors import ModelError, SubjectError
from generator.models import load_cards
from generator.models.folder import ModelFolder
from tests.generator.shots import shot as generator_shot
from tests.generator.tiny_pipelines import build

pytestmark = pytest.mark.django_db
DIGEST = "ab" * 32


def as_backend(monkeypatch, tmp_path: Path, card_id: str) -> None:
    """A model with that card renders from now on, whole as to its parts; nothing lets it begin here."""
    family = load_cards()[card_id]
    names = [name for part in family.components for name in part.folders]
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text(json.dumps({"name": name}))
    folder = ModelFolder(tmp_path, "classic", family.pipelines[0], tuple((name, "X") for name in names), 1)

    class Backend:
        card = family.model_card(folder)

    monkeypatch.setattr(wiring, "video_backend", lambda: Backend)


def whole_shot(make, production, **changes):
    """A shot that a renderer could begin with."""
    shot = make.shot(production)
    type(shot).objects.filter(pk=shot.pk).update(spec=generator_shot(**changes).as_dict())
    shot.refresh_from_db()
    return shot


def failing(facts) -> set[str]:
    decision = wiring.policy_bundle().decide(facts.as_facts(), at=timezone.now())
    return {
        check.check for check in decision.failed if check.policy.startswith("models/") and check.severity == "block"
    }


@pytest.mark.parametrize(
    ("card", "territories", "fails"),
    [
        ("wan-2.1-vace", ["DE", "US"], set()),
        ("mochi-1", ["*"], set()),
        ("kandinsky-5-lite", ["DE"], {"not-excluded-there", "terms-read"}),
        ("hunyuanvideo", ["GB"], {"not-excluded-there", "terms-read"}),
        ("hunyuanvideo", ["US"], {"terms-read"}),
        ("wan-2.1-i2v", ["US"], {"terms-read"}),
        ("animatediff-sd15", ["US"], {"terms-read"}),
    ],
)
def test_gate_one_and_dispatch_hold_a_card_to_the_rules(make, monkeypatch, tmp_path, card, territories, fails):
    studio = make.studio()
    Production.objects.filter(pk=studio.production.pk).update(territories=territories)
    studio.production.refresh_from_db()
    as_backend(monkeypatch, tmp_path, card)
    shot = make.shot(studio.production)
    found = failing(prompt_facts(shot, screenplay_text=""))
    assert fails <= found
    assert ("terms-read" in found) == ("terms-read" in fails)
    assert ("not-excluded-there" in found) == ("not-excluded-there" in fails)
    assert failing(dispatch_facts(shot, screenplay_text="")) == found


def test_a_licence_that_is_for_research_stops(make, monkeypatch, tmp_path):
    as_backend(monkeypatch, tmp_path, "cogvideox-5b")
    found = failing(prompt_facts(make.shot(make.studio().production), screenplay_text=""))
    assert found, "commercial use needs a registration first"


def test_a_card_that_says_unread_is_believed_whatever_the_licence_is_called():
    part = {"name": "m", "role": "control", "licence": "Apache-2.0", "digest": DIGEST, "terms": None}
    [fact] = component_facts({"name": "m", "components": [part]})
    assert not fact.terms_read
    assert not fact.commercial_use


# the table


def test_the_table_says_where_a_model_may_be_shown():
    everywhere = {row.card.id: row for row in model_rows()}
    in_germany = {row.card.id: row for row in model_rows(place="DE")}
    in_america = {row.card.id: row for row in model_rows(place="US")}
    assert everywhere["wan-2.1-vace"].state == "free"
    assert in_germany["kandinsky-5-lite"].state == "barred"
    assert in_america["kandinsky-5-lite"].state == "unread"
    assert in_germany["mochi-1"].state == "free"
    assert any("leaves out" in reason and "EU" in reason for reason in in_germany["hunyuanvideo"].against)
    assert {row.card.id for row in model_rows(task="camera")} == {"sana-wm"}
    states = [row.state for row in model_rows(place="DE")]
    assert states == sorted(states, key=["free", "bound", "unread", "barred"].index)


# the command, and a whole take


@pytest.fixture
def tiny_model(tmp_path_factory) -> Path:
    return build("t2v", tmp_path_factory.getbasetemp() / "tiny")


def test_the_command_adds_lists_and_verifies_the_sites_models(settings, tmp_path, tiny_model, capsys):
    settings.MODELS_ROOT = tmp_path / "models"
    call_command("models", "add", "wan", str(tiny_model), "--card", "wan-2.1-t2v")
    call_command("models", "list", "--json")
    listed = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [one["name"] for one in listed] == ["wan"]
    call_command("models", "verify")
    assert next(row for row in model_rows() if row.card.id == "wan-2.1-t2v").added == ("wan",)
    with pytest.raises(CommandError):
        call_command("models", "add", "wan", str(tiny_model), "--card", "mochi-1")
    assert "there is a model wan already" in capsys.readouterr().err


def test_what_the_settings_name_renders_takes(settings, tmp_path, tiny_model, make):
    settings.MODELS_ROOT = tmp_path / "models"
    call_command("models", "add", "wan", str(tiny_model), "--card", "wan-2.1-t2v")
    settings.VIDEO_MODEL = "wan:none:2"
    backend = wiring.video_backend()
    card = backend.card
    assert (card.name, card.kind) == ("wan-2.1-t2v", "trained-model")
    assert wiring.video_backend() is backend
    studio = make.studio()
    take = take_request(shot=whole_shot(make, studio.production), by=studio.producer)
    record = GenerationRecord.objects.get(take=take)
    assert record.model_card["card_sha256"] == load_cards()["wan-2.1-t2v"].digest
    assert record.model_sha256 == card.digest
    assert {part["role"] for part in record.model_card["components"]} == {"transformer", "text_encoder", "vae"}
    assert take.state in (TakeState.QUEUED, TakeState.STOPPED)
    settings.VIDEO_MODEL = "wan:none:9"
    assert wiring.video_backend().card.digest != card.digest, "other steps are another renderer"
    for line, said in (
        ("gone", "there is no model 'gone'"),
        ("wan:shine", "nothing that guides give"),
        ("wan::x", "no number"),
    ):
        settings.VIDEO_MODEL = line
        with pytest.raises(ModelError, match=said):
            wiring.video_backend()
    settings.VIDEO_MODEL = ""
    assert wiring.video_backend().card.kind == "renderer"


def test_a_prompt_that_names_somebody_never_reaches_a_model(make, monkeypatch, tmp_path):
    as_backend(monkeypatch, tmp_path, "mochi-1")
    studio = make.studio()
    shot = whole_shot(make, studio.production, negative_prompt="not like Darth Vader")
    with pytest.raises(SubjectError, match="the negative prompt of shot"):
        take_request(shot=shot, by=studio.producer)
    assert not shot.takes.exists()
    cleared = "django_site.apps.productions.services.takes.names_cleared"
    monkeypatch.setattr(cleared, lambda production: ["Darth Vader"])  # as where a licence lets the organisation imitate
    assert take_request(shot=shot, by=studio.producer).generation.negative_prompt == "not like Darth Vader"

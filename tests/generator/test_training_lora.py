"""An adapter of a tiny video model, from clips with captions to pictures that it changes."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from generator.backends.diffusion import DiffusersBackend, Lora, Settings
from generator.backends.diffusion.conditions import Conditions
from generator.backends.diffusion.engine import DiffusionEngine
from generator.encoding import writing
from generator.errors import ModelError, TrainingError, TrainingSetError
from generator.models import ModelRegistry, load_card
from generator.models.family import card_of
from generator.training.data import PersonPermission, TrainingSet, permitted
from generator.training.lineage import read_lineage
from generator.training.runner import read_run, run, start
from tests.generator.shots import shot
from tests.generator.tiny_pipelines import build
from tests.generator.training_sets import table

SETTINGS = {
    "threads": 1, "model": "tiny", "rank": 4, "rate": 0.02, "sample_steps": 2, "clip_fps": 8.0, "clip_frames": 9,
    "max_side": 64, "report_every": 1, "held_out": 0.0,
}  # fmt: skip
STEPS = 40
PERSON = PersonPermission("s1", "g7", 2, "face", signed=date(2026, 10, 1), ends=date(2030, 1, 1))


def _clip(path: Path, number: int, frames: int = 19) -> None:
    draw = np.random.default_rng(number)
    colour = draw.integers(40, 200, 3)
    with writing(path, width=64, height=48, fps=8, metadata={}) as writer:
        for frame in range(frames):
            picture = np.full((48, 64, 3), colour, np.uint8)
            picture[10:20, frame : frame + 10] = 255
            writer.add(picture)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry with a tiny model, and clips with a table."""
    folder = tmp_path_factory.mktemp("lora")
    model = build("t2v", folder / "pipelines")
    ModelRegistry(folder / "models").add("tiny", model, load_card("wan-2.1-t2v"))
    (folder / "works").mkdir()
    for number in range(2):
        _clip(folder / "works" / f"{number}.mp4", number)
    (folder / "works" / "0.txt").write_text("a man in the rain")
    table(folder / "works.csv", {f"{number}.mp4": {"work_id": "w", "title": "a boat"} for number in range(2)})
    return folder


@pytest.fixture(scope="module")
def allowed(root: Path) -> TrainingSet:
    found = TrainingSet.of_table(root / "works.csv", root / "works", people=(PERSON,))
    return permitted(found, territories=("DE",), at=datetime(2026, 11, 27, tzinfo=UTC))


@pytest.fixture(scope="module")
def trained(root: Path, allowed: TrainingSet) -> Path:
    _begin(root, root / "run", allowed)
    return run(root / "run").path


def _begin(root: Path, run_dir: Path, allowed: TrainingSet, steps: int = STEPS, **changes: Any) -> None:
    settings = {**SETTINGS, "models": str(root / "models"), **changes}
    start(run_dir, kind="lora", name="ada", training_set=allowed, settings=settings, seed=3, steps=steps)


def test_it_learns_the_clips_and_writes_down_whose_they_are(trained: Path, root: Path) -> None:
    done = read_run(trained)
    assert done.state == "done"
    flow = [line["losses"]["flow"] for line in done.losses]
    assert len(flow) == STEPS
    assert np.mean(flow[-10:]) < 0.9 * np.mean(flow[:10]), "the loss falls"
    lineage = read_lineage(done.model_dir / "lineage.json")
    document = lineage.document
    assert document["examples"]["clips"] == 4, "two whole clips of nine frames in each film"
    assert {file["caption"] for file in document["set"]["works"][0]["files"]} == {"a man in the rain", "a boat"}
    assert document["set"]["people"] == [PERSON.as_dict()]
    assert document["base_model"]["weights_sha256"] == ModelRegistry(root / "models").get("tiny").weights_sha256
    assert document["base_model"]["licences"] == ["Apache-2.0"]
    assert str(root) not in lineage.content.decode()
    assert set(document["model"]["files"]) == {
        "adapter.safetensors", "config.json", "samples.png", "weights.safetensors",
    }  # fmt: skip


def test_the_backend_loads_it_and_the_picture_differs(trained: Path, root: Path, tmp_path: Path) -> None:
    adapter = trained / "model" / "adapter.safetensors"
    model = ModelRegistry(root / "models").get("tiny").chosen()
    request = shot(prompt="a man in the rain", duration=1.0, width=64, height=48, fps=8)
    engine, given = DiffusionEngine(threads=1), Settings(steps=2)
    plain = engine.render(model.path, request, Conditions(), given)
    adapted = engine.render(model.path, request, Conditions(loras=(Lora(adapter),)), given)
    weaker = engine.render(model.path, request, Conditions(loras=(Lora(adapter, 0.0),)), given)
    assert (plain.pictures == weaker.pictures).all()
    assert np.abs(plain.pictures.astype(int) - adapted.pictures).mean() > 0.5
    backend = DiffusersBackend(model, settings=given, conditions=Conditions(loras=(Lora(adapter),)))
    try:
        take = backend.render(request, tmp_path / "take.mp4")
    finally:
        backend.close()
    assert take.record["loras"][0]["strength"] == 1.0
    assert take.record["frames_sha256"] == adapted.record["frames_sha256"]


def test_the_same_adapter_after_a_stop(trained: Path, root: Path, allowed: TrainingSet, tmp_path: Path) -> None:
    from auditor.media.types import Progress
    from generator.errors import CancelledError

    taken = 0

    def count(progress: Progress) -> None:
        nonlocal taken
        taken = int(progress.done) if progress.stage.startswith("train") else taken

    _begin(root, tmp_path / "run", allowed)
    with pytest.raises(CancelledError):
        run(tmp_path / "run", on_progress=count, cancelled=lambda: taken >= 17)
    asked = 0

    def in_the_sheet() -> bool:
        nonlocal asked
        asked += taken == STEPS - 1
        return asked > 5

    with pytest.raises(CancelledError, match=f"stopped after step {STEPS} of {STEPS}"):
        run(tmp_path / "run", on_progress=count, cancelled=in_the_sheet)
    done = run(tmp_path / "run")
    files = [folder / "model" / "weights.safetensors" for folder in (trained, done.path)]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_licence_that_forbids_fine_tuning_or_that_nobody_read(
    root: Path, allowed: TrainingSet, tmp_path: Path
) -> None:
    document = json.loads(json.dumps(load_card("wan-2.1-t2v").document))
    model = ModelRegistry(root / "models").get("tiny").path
    registry = ModelRegistry(tmp_path / "models")
    document["components"][0]["terms"] = {"fine_tuning": False}
    registry.add("forbidden", model, card_of(document, "a card"))
    del document["components"][0]["terms"]
    document["components"][1]["verified"] = False
    registry.add("unread", model, card_of(document, "a card"))
    registry.add("other", build("vace", root / "pipelines"), load_card("wan-2.1-vace"))
    for name, message in (
        ("forbidden", r"transformer \(Apache-2.0, .* does not let it be fine-tuned"),
        ("unread", "nobody has checked what the licence of unread's video autoencoder asks"),
        ("other", "other is a WanVACEPipeline; adapters are learned for WanPipeline"),
        ("none", "there is no model 'none'"),
    ):
        with pytest.raises(ModelError, match=message):
            _begin(root, tmp_path / "run", allowed, model=name, models=str(tmp_path / "models"))
    assert not (tmp_path / "run").exists()
    with pytest.raises(TrainingError, match="there is no setting 'rang'"):
        _begin(root, tmp_path / "run", allowed, rang=4)
    with pytest.raises(TrainingError, match="the setting rank is '0'"):
        _begin(root, tmp_path / "run", allowed, rank=0)
    with pytest.raises(TrainingSetError, match="names nobody's grant"):
        _begin(root, tmp_path / "run", replace(allowed, people=()))


def test_pictures_are_no_clips(root: Path, tmp_path: Path) -> None:
    from tests.generator.training_sets import corpus

    works = permitted(TrainingSet.of_table(*corpus(tmp_path), nobody=True), territories=("DE",),
                      at=datetime(2026, 11, 27, tzinfo=UTC))  # fmt: skip
    _begin(root, tmp_path / "run", works)
    with pytest.raises(TrainingSetError, match="is a still picture, and clips are wanted"):
        run(tmp_path / "run")

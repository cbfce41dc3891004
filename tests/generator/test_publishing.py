"""A finished run becomes a bundle: measured, audited, described, signed. On a real look of a few parameters."""

import errno
import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image

from auditor.__main__ import main as auditor
from generator.__main__ import main as generator
from generator.backends.looks import Look, LookBackend
from generator.errors import CancelledError, ChangedModelError, TrainingError, UnsafeModelError
from generator.models import load_card, verify_signature
from generator.training import bom, publishing
from generator.training.data import EVERYWHERE, OwnRenders, TrainingSet, permitted
from generator.training.memorisation import Memory
from generator.training.publishing import publish
from generator.training.runner import read_run, run, start
from tests.generator.pictures import NAMES, photograph
from tests.generator.training_sets import table

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
SETTINGS = {
    "channels": 8, "blocks": 1, "critic_channels": 8, "patch": 64, "batch": 2, "held_out": 0.3, "threads": 1,
    "checkpoint_every": 100,
}  # fmt: skip


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of a look that learned for three steps from photographs and four frames of ours."""
    folder = tmp_path_factory.mktemp("look")
    works = folder / "works"
    works.mkdir()
    rows: dict[str, dict[str, str]] = {}
    for number, name in enumerate(NAMES[:11]):
        Image.fromarray(photograph(number, 128)).save(works / f"{name}.png")
        rows[f"{name}.png"] = {"title": f"The {name}", "rights_holder": f"Owner | of {name}"}
    rows["moon.png"]["licence"] = "CC-BY-4.0"
    rows["page.png"]["acts"] = "match"
    found = TrainingSet.of_table(table(folder / "works.csv", rows), works, renders=OwnRenders(1, 4, 1, 96, 64))
    allowed = permitted(found, territories=EVERYWHERE, at=NOW, leave_out=True)
    start(
        folder / "run", kind="look", name="harbour", training_set=allowed, settings=SETTINGS, seed=5, steps=3, now=NOW
    )
    assert run(folder / "run").state == "done"
    return folder / "run"


@pytest.fixture
def finished(trained: Path, tmp_path: Path) -> Path:
    return shutil.copytree(trained, tmp_path / "run")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("keys")
    private = ec.generate_private_key(ec.SECP256R1())
    (folder / "private.pem").write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    (folder / "public.pem").write_bytes(
        private.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return folder / "private.pem", folder / "public.pem"


@pytest.fixture(scope="module")
def published(trained: Path, keys: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle, by the whole way."""
    folder = shutil.copytree(trained, tmp_path_factory.mktemp("published") / "run")
    return publish(folder, key=keys[0], makers="A studio", version="1.2", samples=5, now=NOW)


def _read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def test_a_bundle_holds_everything_and_leaves_what_the_run_wrote(trained: Path, published: Path) -> None:
    assert {file.name for file in published.iterdir()} == {
        "weights.safetensors", "look.onnx", "critic.onnx", "config.json", "lineage.json", "samples.png", "quality.json",
        "quality.png", "memorisation.json", "memorisation.png", "card.yaml", "bom.cdx.json", "README.md", "bundle.json",
        "model.sig",
    }  # fmt: skip
    for file in (trained / "model").iterdir():
        assert (published / file.name).read_bytes() == file.read_bytes()
    assert {file.name for file in published.parent.iterdir()} - {file.name for file in trained.iterdir()} == set()
    assert read_run(published.parent).state == "done"


def test_its_signature_holds_wherever_it_is_copied_to(published: Path, keys: tuple[Path, Path], tmp_path: Path) -> None:
    copy = shutil.copytree(published, tmp_path / "elsewhere")
    assert verify_signature(copy, copy / "model.sig", keys[1]).startswith("public.pem ")
    (copy / "README.md").write_text("other words")
    with pytest.raises(ChangedModelError, match="does not hold"):
        verify_signature(copy, copy / "model.sig", keys[1])


def test_it_opens_as_a_look_with_its_card(published: Path) -> None:
    look = Look.open(published)
    assert (look.name, look.version) == ("harbour", "1.2")
    card = LookBackend(look).card
    assert card.commercial_use
    part = card.components[1]
    assert part.licence == "Apache-2.0"
    assert part.training_data.startswith("7 pictures or clips of 10 works (CC-BY-4.0, CC0-1.0) and 4 frames of our own")
    assert "Left out for their licences: 1." in part.training_data
    assert part.terms is not None
    assert part.terms.attribution == "Owner | of moon"
    assert load_card(published / "card.yaml").digest == card.card_sha256
    (published / "extra.bin").write_bytes(b"")
    try:
        with pytest.raises(UnsafeModelError):
            Look.open(published)
    finally:
        (published / "extra.bin").unlink()


def test_the_bill_of_materials_is_the_standards(published: Path) -> None:
    content = (published / "bom.cdx.json").read_bytes()
    document = json.loads(content)
    assert bom.checked(document) == content
    model = document["metadata"]["component"]
    assert model["type"] == "machine-learning-model"
    assert model["hashes"] == [
        {"alg": "SHA-256", "content": _read(published / "bundle.json")["files"]["weights.safetensors"]}
    ]
    sets = {one["ref"] for one in model["modelCard"]["modelParameters"]["datasets"]}
    works = [one for one in document["components"] if one["type"] == "data" and one["bom-ref"].startswith("work:")]
    assert sets == {one["bom-ref"] for one in works}
    assert len(works) == 10
    moon = next(one for one in works if one["name"] == "The moon")
    assert moon["licenses"] == [{"expression": "CC-BY-4.0"}]
    assert moon["data"][0]["governance"]["owners"] == [{"organization": {"name": "Owner | of moon"}}]
    assert len(moon["components"][0]["hashes"][0]["content"]) == 64
    cost = model["modelCard"]["considerations"]["environmentalConsiderations"]["energyConsumptions"][0]
    assert cost["activityEnergyCost"]["value"] > 0
    metrics = model["modelCard"]["quantitativeAnalysis"]["performanceMetrics"]
    assert {(one["type"], one.get("slice")) for one in metrics} >= {("KID", "made"), ("KID", "drawn"), ("KID", "works")}
    left_out = document["metadata"]["properties"]
    assert "permit" in left_out[0]["value"]


def test_a_bill_that_breaks_the_standard_is_not_written(published: Path) -> None:
    document = _read(published / "bom.cdx.json")
    document["metadata"]["component"]["modelCard"]["considerations"]["users"] = "one"
    with pytest.raises(TrainingError, match=r"is not CycloneDX 1\.6"):
        bom.checked(document)


def test_the_page_says_what_it_learned_from_and_what_was_left_out(published: Path) -> None:
    text = (published / "README.md").read_text("utf-8")
    assert "| The moon | Owner \\| of moon | CC-BY-4.0 | 1 |" in text
    left_out = text.partition("Left out:")[2].partition("##")[0]
    assert "The page" in left_out
    assert "| The page |" not in text
    assert "Verdict: **clean**" in text
    assert " Wh (" in text
    assert "no works" not in text
    quality = _read(published / "quality.json")
    assert f"| made by it | {quality['made']['kid']['mean']:.4f}" in text
    assert quality["backbone"]["name"] == "backbone"


def test_the_audit_is_recorded(published: Path) -> None:
    memory = _read(published / "memorisation.json")
    assert memory["verdict"] == "clean"
    assert (memory["samples"], memory["works"], memory["unseen"]) == (5, 7, 3)
    assert memory["embedder"] == "sscd-distilled"
    assert all(one["label"].startswith("The ") for one in memory["nearest"])
    for name in ("quality.png", "memorisation.png"):
        assert cv2.imread(str(published / name)).std() > 5


def test_its_pictures_are_signed_with_it_as_an_input(
    published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command that the page gives."""
    identity, said = tmp_path / "id", tmp_path / "m.json"
    said.write_text(json.dumps({"title": "A frame", "digital_source_type": "trainedAlgorithmicMedia"}))
    assert auditor(["identity", str(identity)]) == 0
    picture, signed = published / "quality.png", tmp_path / "signed.png"
    given = ["--manifest", str(said), "--identity", str(identity / "identity"), "--input", str(published / "README.md")]
    assert auditor(["sign", str(picture), str(signed), *given]) == 0
    capsys.readouterr()
    assert auditor(["verify", str(signed), "--trust", str(identity), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["state"] == "Trusted"
    assert "inputTo" in json.dumps(document["chain"])
    assert "README.md" in json.dumps(document["chain"])


def test_the_command_publishes(finished: Path, told: Callable[[str], None], capsys: pytest.CaptureFixture[str]) -> None:
    told("suspect")
    command = ["train", "publish", str(finished), "--makers", "A studio"]
    assert generator(command) == 2
    assert "harbour is not published, because its memory is suspect" in capsys.readouterr().err
    assert generator([*command, "--accept-suspect", "the sky alone", "--version", "3", "--json"]) == 0
    assert Look.open(Path(json.loads(capsys.readouterr().out)["model"])).version == "3"


def _memory(verdict: Any) -> Memory:
    return Memory(verdict, "told by the test", 4, 7, 3, 0.5, 0.25, 1, 0.5, 0, (0.0, 0.5), (0.1, 0.2), (0.1, 0.2), ())


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Lets the audit come to a verdict without its minute of work."""

    def tell(verdict: str) -> None:
        monkeypatch.setattr(publishing, "_audited", lambda *_: (_memory(verdict), {"embedder": "none"}))
        monkeypatch.setattr(publishing, "_memory_sheet", lambda *_: np.zeros((8, 8, 3), np.uint8))

    return tell


def test_what_memorised_is_not_published(finished: Path, told: Callable[[str], None]) -> None:
    told("memorised")
    before = sorted(file.name for file in (finished / "model").iterdir())
    with pytest.raises(TrainingError, match="harbour is not published, because it memorised: told by the test"):
        publish(finished, key=None, makers="A studio", version="1", samples=4, accept_suspect="no reason helps")
    assert sorted(file.name for file in (finished / "model").iterdir()) == before


def test_what_is_suspect_needs_a_reason_that_stands_in_its_card(finished: Path, told: Callable[[str], None]) -> None:
    told("suspect")
    with pytest.raises(TrainingError, match="its memory is suspect: told by the test"):
        publish(finished, key=None, makers="A studio", version="1", samples=4)
    model = publish(finished, key=None, makers="A studio", version="1", samples=4, accept_suspect="the sky alone")
    assert "Published although suspect: the sky alone" in load_card(model / "card.yaml").components[0].training_data
    assert "Published all the same, because: the sky alone" in (model / "README.md").read_text()
    assert _read(model / "bundle.json")["accepted_suspect"] == "the sky alone"
    assert "It was not signed." in (model / "README.md").read_text()
    assert not (model / "model.sig").exists()
    # again, with another verdict: the bundle is made anew
    told("clean")
    again = publish(finished, key=None, makers="A studio", version="2", samples=4, accept_suspect="not needed")
    assert _read(again / "bundle.json")["accepted_suspect"] is None
    assert Look.open(again).version == "2"


def test_a_full_disk_leaves_the_model_as_it_was(
    finished: Path, told: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    told("clean")

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    before = {file.name: file.read_bytes() for file in (finished / "model").iterdir()}
    monkeypatch.setattr(publishing.shutil, "copyfile", full)
    with pytest.raises(TrainingError, match=r"can't be written .*No space left"):
        publish(finished, key=None, makers="A studio", version="1", samples=4)
    assert {file.name: file.read_bytes() for file in (finished / "model").iterdir()} == before
    assert not [file for file in finished.iterdir() if file.name.startswith(".")]


def test_a_crash_between_the_moves_is_put_right(finished: Path, told: Callable[[str], None]) -> None:
    told("clean")
    (finished / "model").rename(finished / ".model.before")
    model = publish(finished, key=None, makers="A studio", version="1", samples=4)
    assert Look.open(model).version == "1"
    assert not (finished / ".model.before").exists()


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        (lambda model: (model / "look.onnx").write_bytes(b"x"), ChangedModelError, "look.onnx in .* is not what the run"),
        (lambda model: (model / "critic.onnx").unlink(), TrainingError, "critic.onnx is missing"),
        (lambda model: (model / "lineage.json").unlink(), TrainingError, "no model yet after 3 of 3 steps; finish it"),
    ],
)  # fmt: skip
def test_a_model_that_is_not_the_runs_is_refused(
    finished: Path, change: Callable[[Path], Any], error: type[Exception], says: str
) -> None:
    change(finished / "model")
    with pytest.raises(error, match=says):
        publish(finished, key=None, makers="A studio", version="1")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"makers": ""}, "makers is ''"),
        ({"version": "1\n2"}, "version is '1.n2'"),
        ({"accept_suspect": "x" * 301}, "a reason is"),
    ],
)
def test_bad_words_are_told_before_any_work(finished: Path, given: dict[str, str], says: str) -> None:
    with pytest.raises(TrainingError, match=says):
        publish(finished, **{"key": None, "makers": "A studio", "version": "1", **given})


def test_a_key_that_can_not_sign_is_told_before_any_work(
    finished: Path, keys: tuple[Path, Path], tmp_path: Path
) -> None:
    for key in (keys[1], tmp_path / "none.pem"):
        with pytest.raises(TrainingError, match="is no private key that can sign"):
            publish(finished, key=key, makers="A studio", version="1")


def test_it_can_be_cancelled(finished: Path) -> None:
    with pytest.raises(CancelledError):
        publish(finished, key=None, makers="A studio", version="1", samples=4, cancelled=lambda: True)
    assert not (finished / "model" / "bundle.json").exists()

"""``python -m generator train …``: the whole way on the command line, and one line for what is wrong."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from generator.__main__ import main
from generator.training import kinds, runner
from tests.generator import tiny_recipe
from tests.generator.training_sets import corpus, picture, table

Command = Callable[..., tuple[int, Any, str]]


@pytest.fixture(autouse=True)
def _tiny() -> Iterator[None]:
    before = dict(kinds.RECIPES)
    kinds.RECIPES.update(dict.fromkeys(("look", "lora"), "tests.generator.tiny_recipe:TinyRecipe"))
    yield
    kinds.RECIPES.update(before)


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    def called(*arguments: object) -> tuple[int, Any, str]:
        status = main(["train", *map(str, arguments), "--json"])
        said = capsys.readouterr()
        return status, json.loads(said.out) if said.out else None, said.err

    return called


def _works(tmp_path: Path, **changes: str) -> tuple[object, ...]:
    works, folder = corpus(tmp_path / "corpus", 5, **changes)
    return "--table", works, "--folder", folder


def test_a_look_from_the_table_to_the_same_weights_again(command: Command, tmp_path: Path) -> None:
    run_dir = tmp_path / "Harbour Look"
    plain = ("--steps", 20, "--seed", 3, "--set", "threads=1", "--set", "rate=0.02")
    status, document, _ = command(
        "look", run_dir, *_works(tmp_path), *plain, "--territory", "DE", "--own-renders", 1, "--render-size", "64x36"
    )
    assert (status, document["state"], document["step"], document["name"]) == (0, "done", 20, "harbour-look")
    planned = json.loads((run_dir / "run.json").read_text())
    assert (planned["settings"]["rate"], planned["set"]["territories"]) == (0.02, ["DE"])
    assert planned["set"]["renders"] == {"seed": 3, "shots": 1, "frames_per_shot": 2, "width": 64, "height": 36}
    assert command("status", run_dir)[1] == {key: value for key, value in document.items() if key != "left_out"}
    lineage = run_dir / "model" / "lineage.json"
    again = tmp_path / "again"
    status, document, _ = command("reproduce", lineage, again, "--folder", tmp_path / "corpus" / "works")
    assert (status, document["same"], document["differences"]) == (0, True, [])
    status, document, _ = command("reproduce", lineage, tmp_path / "b", "--folder", tmp_path / "corpus" / "works",
                                  "--set", "rate=0.03")  # fmt: skip
    assert (status, document["same"]) == (1, False)


def test_refused_works_are_all_told_and_can_be_left_out(command: Command, tmp_path: Path) -> None:
    rows: dict[str, dict[str, str]] = {f"{number}.png": {} for number in range(4)}
    rows |= {"4.png": {"acts": "match"}, "5.png": {"reservations": "tdm", "acts": "none"}}
    for number, name in enumerate(rows):
        picture(tmp_path / "works" / name, number)
    given = ("--table", table(tmp_path / "t.csv", rows), "--folder", tmp_path / "works", "--steps", 3)
    status, document, _ = command("look", tmp_path / "a", *given)
    assert status == 2
    assert [(one["work_id"], one["code"]) for one in document["refusals"]] == [("4.png", "act"), ("5.png", "tdm")]
    assert not (tmp_path / "a").exists()
    assert main(["train", "look", *map(str, (tmp_path / "a", *given))]) == 2
    status, document, _ = command("look", tmp_path / "a", *given, "--leave-out")
    assert (status, len(document["left_out"])) == (0, 2)
    kept = json.loads((tmp_path / "a" / "model" / "lineage.json").read_text())["set"]
    assert [work["work_id"] for work in kept["works"]] == ["0.png", "1.png", "2.png", "3.png"]
    assert [one["work_id"] for one in kept["left_out"]] == ["4.png", "5.png"]


def test_an_adapter_asks_for_grants_and_keeps_them(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (kinds, runner):
        monkeypatch.setattr(module, "FROM_CLIPS", frozenset())  # the tiny recipe learns from pictures
    given = (*_works(tmp_path), "--steps", 2, "--model", "wan")
    monkeypatch.setattr(tiny_recipe.TinyRecipe, "check", staticmethod(lambda settings: None))
    status, _, said = command("lora", tmp_path / "a", *given)
    assert (status, "names nobody's grant" in said, said.count("\n")) == (2, True, 1)
    grant = {
        "subject_id": "s1", "grant_id": "g1", "grant_version": 3, "modality": "face", "act": "fine_tune",
        "signed": "2026-10-01", "ends": "2030-01-01",
    }  # fmt: skip
    for content, message in (
        ("{", "can't be read"), ("[]", "holds no list of grants"), (json.dumps([{**grant, "act": ""}]), "are texts"),
        (json.dumps([{**grant, "signed": None}]), "does not state signed; state subject_id"),
        (json.dumps([{**grant, "act": "render"}]), "the grant of face permits render; ask for one to fine_tune"),
        (json.dumps([{**grant, "signed": "2199-01-01"}]), "is signed on 2199-01-01 only"),
        (json.dumps([{**grant, "ends": "2026-01-01"}]), "the grant of face ended on 2026-01-01"),
    ):  # fmt: skip
        (tmp_path / "grants.json").write_text(content)
        status, _, said = command("lora", tmp_path / "a", *given, "--grants", tmp_path / "grants.json")
        assert (status, message in said) == (2, True), said
    (tmp_path / "grants.json").write_text(json.dumps([grant]))
    assert command("lora", tmp_path / "a", *given, "--grants", tmp_path / "grants.json")[0] == 0
    assert json.loads((tmp_path / "a" / "model" / "lineage.json").read_text())["set"]["people"] == [grant]
    assert command("lora", tmp_path / "b", *given, "--nobody")[0] == 0
    assert json.loads((tmp_path / "b" / "model" / "lineage.json").read_text())["set"]["nobody"] is True


def test_bad_use_is_one_line(command: Command, tmp_path: Path) -> None:
    works = _works(tmp_path)
    wrong: list[tuple[tuple[object, ...], str]] = [
        (("status", tmp_path / "none"), "is it a run's folder"),
        (("resume", tmp_path / "none"), "is it a run's folder"),
        (("look", tmp_path / "a", *works, "--set", "rate"), "is no setting"),
        (("look", tmp_path / "a", *works, "--own-renders", 1, "--render-size", "big"), "is no size"),
        (("look", tmp_path / "a", "--table", tmp_path / "no.csv", "--folder", tmp_path), "can't be read"),
        (("look", tmp_path / "a", *works, "--steps", 0), "steps is 0"),
        (("reproduce", tmp_path / "no.json", tmp_path / "a", "--folder", tmp_path), "can't be read"),
    ]
    for arguments, message in wrong:
        status, document, said = command(*arguments)
        assert (status, document, said.count("\n")) == (2, None, 1), said
        assert message in said
    assert not (tmp_path / "a").exists()


def test_a_run_that_was_interrupted_goes_on(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os
    import signal

    from tests.generator.tiny_recipe import TinyRecipe

    step = TinyRecipe.step

    def interrupted(self: TinyRecipe, number: int, seed: int) -> Any:
        if number == 7:
            os.kill(os.getpid(), signal.SIGINT)
        return step(self, number, seed)

    monkeypatch.setattr(TinyRecipe, "step", interrupted)
    status, _, said = command("look", tmp_path / "a", *_works(tmp_path), "--steps", 12)
    assert (status, "stopped after step 7 of 12; resume it" in said) == (2, True)
    monkeypatch.undo()
    assert command("resume", tmp_path / "a")[1]["state"] == "done"

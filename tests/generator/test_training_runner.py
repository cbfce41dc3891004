"""The loop: repeatable to the bit, resumable after anything, and clear about what stops it."""

import dataclasses
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from auditor.media.types import Progress
from generator.energy import Energy, EnergyMeter
from generator.errors import CancelledError, DivergedError, ForbiddenWorksError, TrainingError, TrainingSetError
from generator.training import kinds
from generator.training.checkpoint import Checkpoint, load, peek, save
from generator.training.data import PersonPermission, TrainingSet, permitted
from generator.training.folder import alone
from generator.training.lineage import read_lineage
from generator.training.reproducing import reproduce
from generator.training.runner import Report, Run, read_run, run, start, step_seed
from tests.generator import tiny_recipe
from tests.generator.training_sets import corpus, picture

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
STEPS = 60
SETTINGS = {"threads": 1, "checkpoint_every": 20, "sample_every": 25}
Begin = Callable[..., Path]


@pytest.fixture(autouse=True)
def _tiny() -> Iterator[None]:
    before = dict(kinds.RECIPES)
    tiny_recipe.register()
    yield
    kinds.RECIPES.clear()
    kinds.RECIPES.update(before)


@pytest.fixture(scope="module")
def allowed(tmp_path_factory: pytest.TempPathFactory) -> TrainingSet:
    found = TrainingSet.of_table(*corpus(tmp_path_factory.mktemp("corpus")))
    return permitted(found, territories=("DE",), at=NOW)


@pytest.fixture(scope="module")
def plain(allowed: TrainingSet, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Digest of the weights of a run that nothing stops."""
    tiny_recipe.register()
    run_dir = tmp_path_factory.mktemp("plain") / "run"
    start(run_dir, kind="tiny", name="tiny-one", training_set=allowed, settings=SETTINGS, seed=7, steps=STEPS)
    return _weights(run(run_dir).path)


@pytest.fixture
def begin(tmp_path: Path, allowed: TrainingSet) -> Begin:
    def begun(name: str = "run", training_set: TrainingSet | None = None, steps: int = STEPS, **settings: Any) -> Path:
        start(
            tmp_path / name, kind="tiny", name="tiny-one", training_set=training_set or allowed,
            settings={**SETTINGS, **settings}, seed=7, steps=steps,
        )  # fmt: skip
        return tmp_path / name

    return begun


def _weights(run_dir: Path) -> str:
    return read_lineage(run_dir / "model" / "lineage.json").weights_sha256


def _process(run_dir: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "tests.generator.tiny_recipe", str(run_dir)], cwd=Path.cwd(),
                            env={**os.environ, "PYTHONPATH": str(Path.cwd())})  # fmt: skip


def test_a_run_learns_and_leaves_a_model_with_its_lineage(begin: Begin, allowed: TrainingSet) -> None:
    run_dir = begin()
    assert read_run(run_dir).state == "new"
    heard: list[Progress] = []
    reports: list[Report] = []
    done = run(run_dir, on_progress=heard.append, on_report=reports.append)
    assert (done.state, done.step, done.steps, done.name, done.kind) == ("done", STEPS, STEPS, "tiny-one", "tiny")
    assert [line["step"] for line in done.losses] == list(range(10, STEPS + 1, 10))
    assert done.losses[-1]["losses"]["fit"] < 0.5 * done.losses[0]["losses"]["fit"], "it learned"
    assert [one.step for one in reports] == [line["step"] for line in done.losses]
    assert reports[-1].rate > 0
    stages = list(dict.fromkeys(one.stage for one in heard))
    assert stages == ["check the works", "open the works", "train tiny-one", "write the model"]
    assert [one.done for one in heard if one.stage == "train tiny-one"] == list(range(STEPS + 1))
    sheets = sorted(path.name for path in (run_dir / "samples").iterdir())
    assert sheets == ["000000.png", "000025.png", "000050.png", "000060.png"]
    first, last = (np.asarray(Image.open(run_dir / "samples" / name)) for name in (sheets[0], sheets[-1]))
    assert first.shape == last.shape == (8, 16, 3)
    assert (first != last).any()
    assert sorted(path.name for path in done.model_dir.iterdir()) == [
        "config.json", "lineage.json", "samples.png", "weights.safetensors",
    ]  # fmt: skip
    lineage = read_lineage(done.model_dir / "lineage.json")
    document = lineage.document
    assert (done.model_dir / "lineage.json").read_bytes() == lineage.content, "canonical, so that it has one digest"
    assert lineage.work_ids == tuple(work.work_id for work in allowed.works)
    assert document["set"]["works"][0]["licence"] == "CC0-1.0"
    assert document["set"]["works"][0]["licence_version"].startswith("sha256:")
    assert set(lineage.file_digests) == {file.sha256 for file in allowed.files()}
    assert document["set_sha256"] == allowed.sha256
    assert document["examples"] == {
        "pictures": 5, "drawn": 0, "clips": 0, "held_out": 1, "held_out_files": document["examples"]["held_out_files"],
    }  # fmt: skip
    assert document["recipe"]["settings"]["checkpoint_every"] == 20
    assert (document["recipe"]["seed"], document["recipe"]["steps"]) == (7, STEPS)
    assert len(document["code"]["source_sha256"]) == 64
    assert document["environment"]["threads"] == 1
    assert document["environment"]["packages"]["torch"]
    assert document["energy"]["joules"] > 0
    assert document["energy"]["kind"] in ("measured", "estimated")
    assert str(run_dir.parent) not in lineage.content.decode(), "no place on this machine"
    before = (done.model_dir / "lineage.json").stat().st_mtime_ns
    assert run(run_dir).state == "done"
    assert (done.model_dir / "lineage.json").stat().st_mtime_ns == before, "a run that is done is left as it is"


def test_the_same_weights_in_two_processes_and_after_a_kill_in_the_middle(begin: Begin, plain: str) -> None:
    whole, killed = begin("whole"), begin("killed", pause=0.02)
    undisturbed, process = _process(whole), _process(killed)
    deadline = time.monotonic() + 120
    while read_run(killed).step < 30 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert read_run(killed).state == "running"
    process.send_signal(signal.SIGKILL)
    process.wait(30)
    stopped = read_run(killed)
    assert (stopped.state, 30 <= stopped.step < STEPS) == ("stopped", True)
    assert peek(killed / "checkpoint").step == 20  # type: ignore[union-attr]
    with (killed / "losses.jsonl").open("ab") as file:
        file.write(b'{"step": 40, "sec')  # what a crash in the middle of a line leaves
    (killed / "checkpoint" / ".state.json.01ab.part").write_bytes(b"{")
    done = run(killed)
    assert undisturbed.wait(120) == 0
    assert not list(killed.rglob("*.part")), "what was half-written is gone"
    assert [line["step"] for line in done.losses] == list(range(10, STEPS + 1, 10)), "no step twice, no torn line"
    assert _weights(killed) == _weights(whole) == plain, "of a process each, and of two"
    one, two = (read_run(run_dir).losses for run_dir in (whole, killed))
    assert [line["losses"] for line in one] == [line["losses"] for line in two]


@pytest.mark.parametrize("after", [1, 20, 33, STEPS - 1])
def test_a_cancel_stops_within_a_step_and_nothing_is_lost(begin: Begin, plain: str, after: int) -> None:
    run_dir = begin()
    taken = 0

    def count(progress: Progress) -> None:
        nonlocal taken
        taken = int(progress.done) if progress.stage.startswith("train") else taken

    with pytest.raises(CancelledError, match=f"stopped after step {after} of {STEPS}; resume"):
        run(run_dir, on_progress=count, cancelled=lambda: taken >= after)
    assert taken == after
    stopped = read_run(run_dir)
    assert (stopped.state, stopped.step) == ("stopped", after)
    assert _weights(run(run_dir).path) == plain


def test_other_seeds_settings_and_works_make_other_weights(
    begin: Begin, allowed: TrainingSet, plain: str, tmp_path: Path
) -> None:
    fewer = dataclasses.replace(allowed, works=allowed.works[:-1])
    found = {_weights(run(begin(name, **changes)).path) for name, changes in {
        "b": {"rate": 0.02}, "c": {"training_set": fewer}, "d": {"steps": STEPS + 1},
    }.items()}  # fmt: skip
    start(tmp_path / "e", kind="tiny", name="x", training_set=allowed, settings=SETTINGS, seed=8, steps=STEPS)
    assert len(found | {plain, _weights(run(tmp_path / "e").path)}) == 5
    assert len({step_seed(seed, number) for seed in range(30) for number in range(30)}) == 900


def test_losses_that_are_no_numbers_stop_it_and_keep_the_last_good_checkpoint(begin: Begin) -> None:
    run_dir = begin(breaks_at=47)
    with pytest.raises(
        DivergedError, match=r"diverged at step 47: the loss fit is nan; the checkpoint of step 40 is kept"
    ):
        run(run_dir)
    failed = read_run(run_dir)
    assert (failed.state, failed.step) == ("failed", 40)
    assert "lower learning rate" in failed.reason
    assert not failed.model_dir.exists()
    poisoned = begin("poisoned", poisoned_at=47)
    with pytest.raises(DivergedError, match=r"step 50: weight 1.running_mean of the painter is no number; .*step 40"):
        run(poisoned)
    assert peek(poisoned / "checkpoint").step == 40  # type: ignore[union-attr]


@pytest.mark.parametrize("at", [5, 19, STEPS - 1])
def test_a_disk_that_is_full_is_said_and_the_run_goes_on_later(begin: Begin, plain: str, at: int) -> None:
    """The kernel itself refuses: no file of ours may grow beyond 700 bytes from step ``at`` on."""
    run_dir = begin()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(progress: Progress) -> None:
        if progress.stage.startswith("train") and progress.done == at:
            resource.setrlimit(resource.RLIMIT_FSIZE, (700, hard))

    try:
        with pytest.raises(
            TrainingError, match=r"can't be written .*; make room or choose another folder, then resume"
        ):
            run(run_dir, on_progress=fill)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert read_run(run_dir).state in ("new", "stopped")
    assert not list(run_dir.rglob("*.part")), "nothing half-written is left"
    assert not (run_dir / "model").exists()
    assert _weights(run(run_dir).path) == plain


def test_no_room_for_losses_is_said_too(begin: Begin) -> None:
    run_dir = begin()

    def fill(progress: Progress) -> None:
        if progress.stage.startswith("train") and progress.done == 5:
            (run_dir / "losses.jsonl").unlink(missing_ok=True)
            (run_dir / "losses.jsonl").symlink_to("/dev/full")

    with pytest.raises(TrainingError, match=r"losses\.jsonl can't be written \(No space left on device\)"):
        run(run_dir, on_progress=fill)
    with pytest.raises(TrainingError, match="is no plain file"):
        read_run(run_dir)


def test_one_process_for_each_run(begin: Begin) -> None:
    run_dir = begin()
    with alone(run_dir):
        assert read_run(run_dir).state == "running"
        with pytest.raises(TrainingError, match="another process trains"):
            run(run_dir)
    assert run(run_dir).state == "done"


def test_a_licence_or_a_file_that_changed_meanwhile_stops_a_resume(begin: Begin, tmp_path: Path) -> None:
    found = TrainingSet.of_table(*corpus(tmp_path / "own", ends="2027-12-31"))
    run_dir = begin(training_set=permitted(found, territories=("DE",), at=NOW))
    with pytest.raises(ForbiddenWorksError, match="the licence ended on 2028-01-01"):
        run(run_dir, now=datetime(2028, 2, 1, tzinfo=UTC))
    picture(tmp_path / "own" / "works" / "3.png", 77)
    with pytest.raises(ForbiddenWorksError, match="the file is not the one that was registered"):
        run(run_dir)
    picture(tmp_path / "own" / "works" / "3.png", 3)
    assert run(run_dir).state == "done"


def test_what_can_t_begin_says_why_and_leaves_nothing(begin: Begin, allowed: TrainingSet, tmp_path: Path) -> None:
    few = dataclasses.replace(allowed, works=allowed.works[:1])
    with pytest.raises(TrainingSetError, match="1 pictures of works are too few to learn tiny from; 2 are the least"):
        run(begin("few", training_set=few))
    plain: dict[str, Any] = {
        "kind": "tiny", "name": "x", "training_set": allowed, "settings": {}, "seed": 1, "steps": 5,
    }  # fmt: skip
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"kind": "poem"}, "there is no kind of training 'poem'; choose one of look"),
        ({"name": "../up"}, "is no name of a model"),
        ({"steps": 0}, "steps is 0; give a whole number from 1"),
        ({"seed": -1}, "seed is -1"),
        ({"settings": {"threads": 0}}, "threads is 0; give a whole number from 1 to 256"),
        ({"settings": {"held_out": 0.9}}, "held_out is 0.9; give a number from 0.0 to 0.5"),
        ({"settings": {"glow": 1}}, "there is no setting 'glow'"),
        ({"settings": {"device": "tpu"}}, "device is 'tpu'; choose cpu or cuda"),
        ({"settings": {"rate": float("nan")}}, "settings hold something that JSON does not know"),
    ]
    for changes, message in wrong:
        with pytest.raises(TrainingError, match=message):
            start(tmp_path / "never", **{**plain, **changes})
    refused = TrainingSet.of_table(*corpus(tmp_path / "refused", acts="match"))
    with pytest.raises(ForbiddenWorksError):
        start(tmp_path / "never", **{**plain, "training_set": refused})
    assert not (tmp_path / "never").exists()
    with pytest.raises(TrainingError, match="is not an empty folder; resume"):
        start(begin("twice"), **plain)
    with pytest.raises(TrainingError, match="is it a run's folder"):
        read_run(tmp_path)


def test_an_adapter_of_people_needs_their_grants(allowed: TrainingSet, tmp_path: Path) -> None:
    kinds.RECIPES["lora"] = kinds.RECIPES["tiny"]
    plain: dict[str, Any] = {"kind": "lora", "name": "x", "settings": {}, "seed": 1, "steps": 5}
    with pytest.raises(TrainingSetError, match="names nobody's grant; give the grants"):
        start(tmp_path / "a", training_set=allowed, **plain)
    person = PersonPermission("s1", "g1", 1, "face")
    for name, changes in (("b", {"people": (person,)}), ("c", {"nobody": True})):
        training_set = dataclasses.replace(allowed, **changes)  # type: ignore[arg-type]
        assert start(tmp_path / name, training_set=training_set, **plain).state == "new"


def test_without_pytorch_or_a_graphics_card_it_says_what_is_missing(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_dir = begin(device="cuda:7")
    with pytest.raises(TrainingError, match="there is no cuda:7 here; set device to cpu"):
        run(run_dir)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(
        TrainingError, match=r"training needs torch, which is not installed; install reelproof\[models\]"
    ):
        run(run_dir)
    assert read_run(run_dir).state == "new", "how a run stands can be read without it"


def test_memory_that_does_not_suffice_is_said_and_what_was_learned_is_kept(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    run_dir = begin()
    step = tiny_recipe.TinyRecipe.step

    def too_much(self: tiny_recipe.TinyRecipe, number: int, seed: int) -> Any:
        if number == 30:
            torch.empty(2**62, dtype=torch.uint8)  # the allocator itself refuses
        return step(self, number, seed)

    monkeypatch.setattr(tiny_recipe.TinyRecipe, "step", too_much)
    with pytest.raises(
        TrainingError, match="memory did not suffice for step 30 of tiny-one; begin a run with a smaller"
    ):
        run(run_dir)
    assert peek(run_dir / "checkpoint").step == 20  # type: ignore[union-attr]


class _Bare:
    """Tied weights in 16 bits beside others, and any optimiser."""

    def __init__(self, optimiser: str) -> None:
        import torch

        torch.manual_seed(1)
        first, second = torch.nn.Linear(4, 4), torch.nn.Linear(4, 4)
        second.weight = first.weight
        self.network = torch.nn.Sequential(first, torch.nn.Tanh(), second, torch.nn.Linear(4, 1).bfloat16())
        kind = getattr(torch.optim, optimiser)
        more = {"SGD": {"momentum": 0.9}, "Adam": {"amsgrad": True}}.get(optimiser, {})
        self.optimiser = kind(self.network.parameters(), lr=0.01, **more)

    def networks(self) -> dict[str, Any]:
        return {"one": self.network}

    def optimisers(self) -> dict[str, Any]:
        return {"one": self.optimiser}

    def step(self, number: int) -> None:
        import torch

        draw = torch.Generator().manual_seed(number)
        made = self.network[:3](torch.randn(5, 4, generator=draw))
        loss = (self.network[3](made.bfloat16()).float() ** 2).mean()
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()


@pytest.mark.parametrize("optimiser", ["SGD", "Adam", "AdamW", "NAdam", "RMSprop", "Adafactor", "Rprop"])
def test_a_checkpoint_keeps_any_optimiser_to_the_bit(tmp_path: Path, optimiser: str) -> None:
    import torch

    one, two = _Bare(optimiser), _Bare(optimiser)
    for number in range(3):
        one.step(number)
    checkpoint = Checkpoint(3, 1.5, Energy().as_dict(), {"sums": {}, "count": 0})
    save(tmp_path, one, checkpoint)  # type: ignore[arg-type]
    assert load(tmp_path, two) == checkpoint  # type: ignore[arg-type]
    for number in range(3, 6):
        one.step(number)
        two.step(number)
    for name, value in one.network.state_dict().items():
        assert torch.equal(value, two.network.state_dict()[name]), name
    assert [path.suffix for path in sorted(tmp_path.iterdir())] == [".safetensors", ".json"], "no pickle, no leftovers"


@pytest.mark.parametrize("damage", ["bit", "cut", "gone", "other", "no json"])
def test_a_damaged_checkpoint_is_not_gone_on_with(begin: Begin, damage: str) -> None:
    run_dir = begin()
    _cancel_after(run_dir, 20)
    (tensors,) = (run_dir / "checkpoint").glob("state-*.safetensors")
    content = tensors.read_bytes()
    if damage == "bit":
        tensors.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    elif damage == "cut":
        tensors.write_bytes(content[:-10])
    elif damage == "gone":
        tensors.unlink()
    elif damage == "other":
        document = json.loads((run_dir / "checkpoint" / "state.json").read_text())
        document["optimisers"] = {}
        (run_dir / "checkpoint" / "state.json").write_text(json.dumps(document))
    else:
        (run_dir / "checkpoint" / "state.json").write_text("{")
    with pytest.raises(TrainingError, match=r"begin the run anew|can't be read"):
        run(run_dir)


def test_a_set_that_was_changed_by_hand_is_not_trained(begin: Begin) -> None:
    run_dir = begin()
    document = json.loads((run_dir / "run.json").read_text())
    document["set"]["works"][0]["acts"] = ["train", "reproduce"]
    (run_dir / "run.json").write_text(json.dumps(document))
    with pytest.raises(TrainingError, match="was changed by hand"):
        run(run_dir)


def test_a_lineage_is_enough_to_train_the_same_again(begin: Begin, allowed: TrainingSet, tmp_path: Path) -> None:
    lineage = read_lineage(run(begin()).model_dir / "lineage.json")
    folder = allowed.works[0].files[0].path.parent
    made = reproduce(lineage, folder, tmp_path / "again")
    assert (made.same, made.differences) == (True, ())
    other = json.loads(lineage.content)
    other["recipe"]["seed"], other["environment"]["packages"]["torch"] = 8, "1.0"
    (tmp_path / "other.json").write_text(json.dumps(other))
    made = reproduce(read_lineage(tmp_path / "other.json"), folder, tmp_path / "not-again")
    assert not made.same
    assert [one.partition(":")[0] for one in made.differences] == ["torch"]
    other["set"]["works"].pop()
    (tmp_path / "other.json").write_text(json.dumps(other))
    with pytest.raises(TrainingSetError, match="does not have the digest"):
        reproduce(read_lineage(tmp_path / "other.json"), folder, tmp_path / "third")
    with pytest.raises(ForbiddenWorksError, match="the file is not there"):
        reproduce(lineage, tmp_path, tmp_path / "fourth")
    (tmp_path / "other.json").write_text("[]")
    with pytest.raises(TrainingError, match="is no lineage"):
        read_lineage(tmp_path / "other.json")


def test_energy_is_measured_where_it_is_counted_else_estimated_and_adds_up(begin: Begin, tmp_path: Path) -> None:
    package = tmp_path / "intel-rapl:0"
    package.mkdir()
    for name, value in {"name": "package-0", "energy_uj": "900000", "max_energy_range_uj": "1000000"}.items():
        (package / name).write_text(value)
    meter = EnergyMeter(root=tmp_path)
    (package / "energy_uj").write_text("400000")  # it ran over
    assert meter.so_far().joules == pytest.approx(0.5)
    assert meter.so_far().kind == "measured"
    guess = EnergyMeter(root=tmp_path / "none")
    total = sum(number * number for number in range(2_000_000))
    spent = guess.so_far()
    assert total > 0
    assert (spent.kind, spent.joules) == ("estimated", pytest.approx(10.0 * spent.cpu_seconds))
    assert spent.joules > 0
    assert (meter.so_far() + spent).kind == "partly estimated"
    assert Energy.from_dict(spent.as_dict()).joules == pytest.approx(spent.joules, abs=0.001)
    run_dir = begin()
    _cancel_after(run_dir, 40)
    before = peek(run_dir / "checkpoint").energy["joules"]  # type: ignore[union-attr]
    after = read_lineage(run(run_dir).model_dir / "lineage.json").document["energy"]["joules"]
    assert after > before > 0


def _cancel_after(run_dir: Path, step: int) -> Run:
    taken = 0

    def count(progress: Progress) -> None:
        nonlocal taken
        taken = int(progress.done) if progress.stage.startswith("train") else taken

    with pytest.raises(CancelledError):
        run(run_dir, on_progress=count, cancelled=lambda: taken >= step)
    return read_run(run_dir)

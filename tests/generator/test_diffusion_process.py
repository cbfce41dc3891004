"""The worker's process and the backend over it: takes on disk, cancelling, killing, and rendering again."""

import dataclasses
import io
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from auditor.media.types import Progress
from generator.__main__ import main
from generator.backends import ModelCard, VideoBackend
from generator.backends.diffusion import (
    ChosenModel,
    Conditions,
    DiffusersBackend,
    RenderWorker,
    Settings,
    read_folder,
    rerender,
    wire,
)
from generator.backends.looks import Look, LookBackend
from generator.backends.previz import PrevizBackend
from generator.errors import CancelledError, ChangedModelError, ModelError, RenderError
from tests.generator.shots import shot
from tests.generator.tiny_looks import write_bundle

SHOT = shot(prompt="a boat in the harbour at dawn", duration=1.0, width=64, height=48, fps=8)
STEPS = Settings(steps=2)
Tiny = Callable[[str], Path]


@pytest.fixture(scope="module")
def worker() -> Iterator[RenderWorker]:
    with RenderWorker(threads=1) as one:
        yield one


def _chosen(path: Path) -> ChosenModel:
    digest = read_folder(path).digest
    card = ModelCard("tiny", "1", "Apache-2.0", digest, "none", True, "trained-model", card_sha256="cd" * 32)
    return ChosenModel(path, card, digest)


@pytest.fixture(scope="module")
def backend(worker: RenderWorker, tiny: Tiny) -> DiffusersBackend:
    return DiffusersBackend(_chosen(tiny("t2v")), settings=STEPS, worker=worker)


def test_a_take_is_written_with_its_record(backend: DiffusersBackend, tmp_path: Path) -> None:
    heard: list[Progress] = []
    take = backend.render(SHOT, tmp_path / "take.mp4", on_progress=heard.append)
    with av.open(str(take.path)) as container:
        assert container.streams.video[0].frames == take.frames == 8
        assert container.metadata["card_sha256"] == "cd" * 32
        assert "trained model" in container.metadata["comment"]
    stages = list(dict.fromkeys(one.stage.partition(": ")[2] for one in heard))
    assert stages == ["load", "encode", "step", "decode", "mux"]
    assert take.card.digest == backend.card.digest
    assert take.record["card_sha256"] == "cd" * 32
    assert take.record["weights_sha256"] == take.metadata["model_sha256"]
    assert take.record["environment"]["dtype"] == "float32"


def test_what_decides_the_pictures_is_in_the_cards_digest(tiny: Tiny, worker: RenderWorker) -> None:
    chosen = _chosen(tiny("t2v"))
    plain = DiffusersBackend(chosen, worker=worker).card.digest
    assert plain == DiffusersBackend(chosen, worker=worker).card.digest
    assert plain != DiffusersBackend(chosen, settings=Settings(steps=9), worker=worker).card.digest
    assert plain != DiffusersBackend(chosen, guides="depth", worker=worker).card.digest
    assert plain != chosen.card.digest


def test_a_take_that_is_rendered_again_is_the_same_file(backend: DiffusersBackend, tmp_path: Path) -> None:
    take = backend.render(SHOT, tmp_path / "take.mp4")
    again = rerender(take, backend)
    assert (again.verdict, again.differences, again.expected) == ("the same file", (), True)
    wrong = dataclasses.replace(take, sha256="00" * 32, record={**take.record, "frames_sha256": "00" * 32})
    fault = rerender(wrong, backend)
    assert (fault.verdict, fault.expected) == ("other frames", False)
    elsewhere = dataclasses.replace(
        wrong, record={**wrong.record, "environment": {**take.record["environment"], "torch": "1.0"}}
    )
    told = rerender(elsewhere, backend)
    assert told.expected
    assert [name for name, _, _ in told.differences] == ["torch"]


def test_guides_of_previs_condition_the_take(tiny: Tiny, worker: RenderWorker, tmp_path: Path) -> None:
    backend = DiffusersBackend(_chosen(tiny("vace")), settings=STEPS, guides="depth", worker=worker)
    take = backend.render(SHOT, tmp_path / "take.mp4")
    assert set(take.record["conditions"]) == {"video"}
    assert take.record["guides"] == "depth"


def test_a_storyboard_picture_by_an_image_model(tiny: Tiny, worker: RenderWorker) -> None:
    picture = DiffusersBackend(_chosen(tiny("image")), settings=STEPS, worker=worker).picture(SHOT)
    assert picture.shape == (48, 64, 3)


def test_cancel_keeps_the_process_and_leaves_no_file(
    backend: DiffusersBackend, worker: RenderWorker, tiny: Tiny, tmp_path: Path
) -> None:
    backend.render(SHOT, tmp_path / "first.mp4")
    before, steps = worker.pid, 0

    def hear(progress: Progress) -> None:
        nonlocal steps
        steps = max(steps, int(progress.done)) if progress.stage.endswith("step") else steps

    long = DiffusersBackend(_chosen(tiny("t2v")), settings=Settings(steps=900), worker=worker)
    with pytest.raises(CancelledError, match="was cancelled"):
        long.render(SHOT, tmp_path / "take.mp4", on_progress=hear, cancelled=lambda: steps >= 2)
    assert steps < 900
    assert sorted(tmp_path.iterdir()) == [tmp_path / "first.mp4"]
    assert worker.pid == before, "the process and its loaded model stay"
    backend.render(SHOT, tmp_path / "take.mp4")


def test_a_worker_that_does_not_listen_is_killed(tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generator.backends.diffusion.process.CANCEL_GRACE", 0.5)
    with RenderWorker(threads=1) as worker:
        backend = DiffusersBackend(_chosen(tiny("t2v")), settings=Settings(steps=900), worker=worker)
        stopped: list[int] = []

        def hear(progress: Progress) -> None:
            if progress.stage.endswith("step") and not stopped and worker.pid:
                stopped.append(worker.pid)
                os.kill(worker.pid, signal.SIGSTOP)  # it hangs, as in a driver

        with pytest.raises(CancelledError, match="its worker ended"):
            backend.render(SHOT, tmp_path / "take.mp4", on_progress=hear, cancelled=lambda: bool(stopped))
        assert worker.pid is None
        assert not Path(f"/proc/{stopped[0]}").exists()


def test_a_worker_that_dies_is_said_and_the_next_render_has_another(tiny: Tiny, tmp_path: Path) -> None:
    with RenderWorker(threads=1) as worker:
        backend = DiffusersBackend(_chosen(tiny("t2v")), settings=Settings(steps=900), worker=worker)

        def hear(progress: Progress) -> None:
            if progress.stage.endswith("step") and worker.pid:
                os.kill(worker.pid, signal.SIGKILL)

        with pytest.raises(RenderError, match=r"ended by signal 9 \(memory\?\); the shot can be rendered again"):
            backend.render(SHOT, tmp_path / "take.mp4", on_progress=hear)
        quick = DiffusersBackend(_chosen(tiny("t2v")), settings=STEPS, worker=worker)
        assert quick.render(SHOT, tmp_path / "take.mp4").frames == 8


def test_the_worker_ends_with_whoever_started_it(tiny: Tiny, tmp_path: Path) -> None:
    worker = RenderWorker(threads=1)
    DiffusersBackend(_chosen(tiny("t2v")), settings=STEPS, worker=worker).render(SHOT, tmp_path / "take.mp4")
    process = worker._process
    assert process is not None
    assert process.stdin is not None
    process.stdin.close()  # as the kernel does when its owner is gone
    assert process.wait(timeout=20) == 0
    worker.kill()


def test_errors_come_back_as_what_they_are(
    backend: DiffusersBackend, worker: RenderWorker, tiny: Tiny, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match="needs a first frame"):
        DiffusersBackend(_chosen(tiny("i2v")), settings=STEPS, worker=worker).render(SHOT, tmp_path / "take.mp4")
    other = dataclasses.replace(_chosen(tiny("t2v")), weights_sha256="00" * 32)
    with pytest.raises(ChangedModelError, match="is not the one that was added"):
        DiffusersBackend(other, settings=STEPS, worker=worker).render(SHOT, tmp_path / "take.mp4")
    with pytest.raises(ChangedModelError):
        DiffusersBackend(other, worker=worker).check()
    with pytest.raises(RenderError, match="is not a directory"):
        backend.render(SHOT, tmp_path / "nowhere" / "take.mp4")
    backend.check()


def test_cancelled_before_it_began(backend: DiffusersBackend, tmp_path: Path) -> None:
    started = time.monotonic()
    with pytest.raises(CancelledError, match="before it began"):
        backend.render(SHOT, tmp_path / "take.mp4", cancelled=lambda: True)
    assert time.monotonic() - started < 1.0


@pytest.mark.parametrize("name", ["previz", "look", "diffusers"])
def test_every_backend_keeps_the_contract(
    name: str, backend: DiffusersBackend, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    one: VideoBackend = PrevizBackend() if name == "previz" else backend
    if name == "look":
        one = LookBackend(Look.open(write_bundle(tmp_path_factory.mktemp("look") / "swap")))
    assert len(one.card.digest) == 64
    assert one.card == one.card
    take, again = (one.render(SHOT, tmp_path / f"{number}.mp4") for number in range(2))
    assert take.sha256 == again.sha256
    assert take.card == one.card
    assert (take.frames, take.seconds) == (SHOT.frames, SHOT.duration)
    asked = iter([False, False, True])
    with pytest.raises(CancelledError):
        one.render(SHOT, tmp_path / "never.mp4", cancelled=lambda: next(asked, True))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["0.mp4", "1.mp4"]


def test_a_film_by_a_model_from_a_brief(tiny: Tiny, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command line's whole way: a model is added, and renders every shot of a film."""
    registry, brief = str(tmp_path / "models"), tmp_path / "brief.txt"
    brief.write_text("A lighthouse keeper finds a boat in the harbour at dawn.")
    assert main(["models", "add", "wan", str(tiny("t2v")), "--card", "wan-2.1-t2v", "--models", registry]) == 0
    capsys.readouterr()
    said = ["--seconds", "2", "--scenes", "1", "--width", "64", "--height", "48", "--fps", "8", "--models", registry]
    assert main(["film", str(brief), str(tmp_path / "out"), "--backend", "wan:none:1", *said, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["model"]["name"] == "wan-2.1-t2v"
    assert document["model"]["card_sha256"]
    assert Path(document["film"]).stat().st_size > 0
    assert main(["film", str(brief), str(tmp_path / "no"), "--backend", "other", *said]) == 2
    assert "there is no backend 'other'; choose one of previz, previz-cuda, wan" in capsys.readouterr().err


# messages


def test_messages_carry_arrays_and_refuse_what_they_do_not_announce() -> None:
    block = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    stream = io.BytesIO()
    wire.send(stream, {"event": "frames"}, {"frames": block, "none": np.zeros((0, 2), np.float32)})
    whole = stream.getvalue()
    received = wire.receive(io.BytesIO(whole))
    assert received is not None
    message, arrays = received
    assert message == {"event": "frames"}
    assert (arrays["frames"] == block).all()
    assert arrays["none"].shape == (0, 2)
    assert wire.receive(io.BytesIO(b"")) is None
    for bad in (
        whole[:-3],
        whole[:10],
        b"[1]\n",
        b'{"arrays": [["a", [1e12], "uint8"]]}\n',
        b'{"arrays": [["a", [-1], "uint8"]]}\n',
    ):
        with pytest.raises((ValueError, TypeError)):
            wire.receive(io.BytesIO(bad))


def test_no_object_array_travels() -> None:
    pickled: Any = np.array([{"a": 1}], dtype=object)
    stream = io.BytesIO()
    with pytest.raises((ValueError, TypeError, BufferError)):
        wire.send(stream, {}, {"a": pickled})
    with pytest.raises(KeyError):
        wire.receive(io.BytesIO(b'{"arrays": [["a", [1], "object"]]}\n'))


def test_conditions_travel_whole() -> None:
    picture = np.zeros((4, 4, 3), np.uint8)
    given = Conditions(first_frame=picture, references=tuple(picture + n for n in range(12)), strength=0.5)
    came = Conditions.from_parts(given.arrays(), given.settings())
    assert [int(one.max()) for one in came.references] == list(range(12))
    assert came.strength == 0.5
    assert came.given == ("first frame", "references")

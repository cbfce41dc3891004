"""Tiny models of every kind through the real loading, conditioning, stepping and decoding; and what they refuse."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from auditor.media.types import Progress
from generator.backends.diffusion.cache import LoadedModel, ModelCache
from generator.backends.diffusion.conditions import Conditions, Lora, Settings, depth_video, guided
from generator.backends.diffusion.engine import DiffusionEngine, frames_digest, pictures_of
from generator.backends.diffusion.finishing import FlowInterpolator, HoldInterpolator, LanczosUpscaler
from generator.backends.diffusion.mapping import Grid, Signature, plan_call
from generator.backends.diffusion.memory import climbing
from generator.backends.diffusion.ordering import by_model
from generator.backends.previz import PrevizBackend
from generator.errors import (
    CancelledError,
    ChangedModelError,
    ModelError,
    RenderError,
    UnsafeModelError,
)
from generator.models.folder import digest_of
from generator.shots import ShotRequest
from tests.generator.shots import shot

STEPS = Settings(steps=2)
SHOT = shot(prompt="a boat in the harbour at dawn", duration=1.0, width=64, height=48, fps=8)
Tiny = Callable[[str], Path]


@pytest.fixture(scope="module")
def engine() -> DiffusionEngine:
    return DiffusionEngine(threads=1)


@pytest.fixture(scope="module")
def noise() -> np.ndarray[Any, Any]:
    return np.random.default_rng(3).integers(0, 256, (8, 48, 64, 3), np.uint8)


def test_text_to_video_makes_the_shot_and_says_how(engine: DiffusionEngine, tiny: Tiny) -> None:
    heard: list[Progress] = []
    made = engine.render(tiny("t2v"), SHOT, Conditions(), STEPS, on_progress=heard.append)
    assert made.pictures.shape == (8, 48, 64, 3)
    assert made.pictures.dtype == np.uint8
    assert made.pictures.std() > 1
    stages = [one.stage.partition(": ")[2] for one in heard]
    assert list(dict.fromkeys(stages)) == ["load", "encode", "step", "decode"]
    assert [(one.done, one.total) for one in heard if one.stage.endswith("step")] == [(1, 2), (2, 2)]
    assert made.record["pipeline"] == "WanPipeline"
    assert made.record["model_frames"] == 9, "a multiple of four and one"
    assert made.record["arguments"]["prompt"] == SHOT.prompt
    assert made.record["memory"] == []
    assert made.record["environment"]["device"] == "cpu"
    assert made.record["frames_sha256"] == frames_digest(made.pictures)
    assert json.loads(json.dumps(made.record)) == made.record


def test_the_seed_decides_and_nothing_else_does(engine: DiffusionEngine, tiny: Tiny) -> None:
    one, two = (engine.render(tiny("t2v"), SHOT, Conditions(), STEPS) for _ in range(2))
    other = engine.render(tiny("t2v"), dataclasses.replace(SHOT, seed=2), Conditions(), STEPS)
    assert one.record["frames_sha256"] == two.record["frames_sha256"] != other.record["frames_sha256"]


def test_image_to_video_holds_to_its_first_and_last_frame(
    engine: DiffusionEngine, tiny: Tiny, noise: np.ndarray[Any, Any]
) -> None:
    first = engine.render(tiny("i2v"), SHOT, Conditions(first_frame=noise[0]), STEPS)
    another = engine.render(tiny("i2v"), SHOT, Conditions(first_frame=noise[1]), STEPS)
    both = engine.render(tiny("flf"), SHOT, Conditions(first_frame=noise[0], last_frame=noise[1]), STEPS)
    elsewhere = engine.render(tiny("flf"), SHOT, Conditions(first_frame=noise[0], last_frame=noise[2]), STEPS)
    assert first.record["frames_sha256"] != another.record["frames_sha256"]
    assert both.record["frames_sha256"] != elsewhere.record["frames_sha256"], "both frames reach the model"
    assert set(both.record["conditions"]) == {"first_frame", "last_frame"}
    with pytest.raises(ModelError, match="WanImageToVideoPipeline needs a first frame"):
        engine.render(tiny("i2v"), SHOT, Conditions(), STEPS)
    with pytest.raises(ModelError, match="WanImageToVideoPipeline failed at shot s1-01"):
        engine.render(tiny("flf"), SHOT, Conditions(first_frame=noise[0]), STEPS)


def test_video_to_video_follows_its_video(engine: DiffusionEngine, tiny: Tiny, noise: np.ndarray[Any, Any]) -> None:
    near = engine.render(tiny("v2v"), SHOT, Conditions(video=noise, strength=0.5), Settings(steps=4))
    far = engine.render(tiny("v2v"), SHOT, Conditions(video=255 - noise, strength=0.5), Settings(steps=4))
    assert near.pictures.shape == (8, 48, 64, 3)
    assert near.record["frames_sha256"] != far.record["frames_sha256"]
    with pytest.raises(ModelError, match="needs a video"):
        engine.render(tiny("v2v"), SHOT, Conditions(), STEPS)


def test_vace_takes_depth_references_and_frames_to_keep(
    engine: DiffusionEngine, tiny: Tiny, noise: np.ndarray[Any, Any]
) -> None:
    free = engine.render(tiny("vace"), SHOT, Conditions(), STEPS)
    depth = engine.render(tiny("vace"), SHOT, Conditions(video=noise, references=(noise[0],), control_scale=0.8), STEPS)
    kept = engine.render(tiny("vace"), SHOT, Conditions(first_frame=noise[0], last_frame=noise[1]), STEPS)
    assert len({made.record["frames_sha256"] for made in (free, depth, kept)}) == 3
    with pytest.raises(ModelError, match="either a video or first and last frames"):
        engine.render(tiny("vace"), SHOT, Conditions(first_frame=noise[0], video=noise), STEPS)


def test_an_image_pipeline_draws_one_picture(engine: DiffusionEngine, tiny: Tiny) -> None:
    made = engine.render(tiny("image"), SHOT, Conditions(), STEPS)
    assert made.pictures.shape == (1, 48, 64, 3)


def test_a_modular_pipeline_of_the_same_parts_makes_the_same_frames(engine: DiffusionEngine, tiny: Tiny) -> None:
    heard: list[Progress] = []
    modular = engine.render(tiny("modular"), SHOT, Conditions(), STEPS, on_progress=heard.append)
    classic = engine.render(tiny("t2v"), SHOT, Conditions(), STEPS)
    assert (modular.pictures == classic.pictures).all()
    assert [one.done for one in heard if one.stage.endswith("step")] == [1, 2]


def test_a_lora_changes_the_picture_and_leaves_no_trace(engine: DiffusionEngine, tiny: Tiny) -> None:
    file = tiny("lora") / "pytorch_lora_weights.safetensors"
    plain = engine.render(tiny("t2v"), SHOT, Conditions(), STEPS)
    with_lora = engine.render(tiny("t2v"), SHOT, Conditions(loras=(Lora(file, 0.8),)), STEPS)
    after = engine.render(tiny("t2v"), SHOT, Conditions(), STEPS)
    assert (plain.pictures != with_lora.pictures).any()
    assert (plain.pictures == after.pictures).all()
    assert with_lora.record["loras"] == [{"sha256": digest_of(file), "strength": 0.8}]
    with pytest.raises(ModelError, match=r"leave it out|does not fit|holds nothing"):
        engine.render(tiny("image"), SHOT, Conditions(loras=(Lora(file),)), STEPS)
    pickled = file.with_name("lora.bin")
    pickled.write_bytes(b"\x80\x04.")
    with pytest.raises(UnsafeModelError, match=r"lora\.bin is not safetensors"):
        engine.render(tiny("t2v"), SHOT, Conditions(loras=(Lora(pickled),)), STEPS)
    pickled.unlink()


def test_what_a_pipeline_does_not_take_is_said_with_what_does(
    engine: DiffusionEngine, tiny: Tiny, noise: np.ndarray[Any, Any]
) -> None:
    for given, remedy in (
        (Conditions(first_frame=noise[0]), "takes no first frame; choose an image-to-video model"),
        (Conditions(video=noise), "takes no video; choose a video-to-video"),
        (Conditions(references=(noise[0],)), "takes no references; choose a model for references"),
        (Conditions(strength=0.5), "takes no strength"),
    ):
        with pytest.raises(ModelError, match=remedy):
            engine.render(tiny("t2v"), SHOT, given, STEPS)
    with pytest.raises(ModelError, match="takes no 'shine'"):
        engine.render(tiny("t2v"), SHOT, Conditions(), Settings(steps=2, extra={"shine": 1}))
    with pytest.raises(ModelError, match="there is no cuda:9 here"):
        engine.render(tiny("t2v"), SHOT, Conditions(), Settings(device="cuda:9"))


def test_previs_guides_condition_a_control_model(engine: DiffusionEngine, tiny: Tiny, tmp_path: Path) -> None:
    guides = PrevizBackend().guides(SHOT, tmp_path / "guides")
    depth = guided(guides, "depth")
    assert depth.video is not None
    assert depth.video.shape == (8, 48, 64, 3)
    assert depth.video.max() > 200 > depth.video.min(), "near and far are told apart"
    made = engine.render(tiny("vace"), SHOT, depth, STEPS)
    assert set(made.record["conditions"]) == {"video"}
    first = guided(guides, "first-frame")
    assert engine.render(tiny("i2v"), SHOT, first, STEPS).pictures.shape == (8, 48, 64, 3)
    assert guided(guides, "normals").video is not None
    with pytest.raises(RenderError, match="can't be read as a picture"):
        depth_video([tmp_path / "gone.png"])


def test_cancel_ends_within_a_step_and_the_model_is_usable_after(engine: DiffusionEngine, tiny: Tiny) -> None:
    steps = 0

    def hear(progress: Progress) -> None:
        nonlocal steps
        steps += progress.stage.endswith("step")

    with pytest.raises(CancelledError, match="cancelled after 3 steps"):
        engine.render(
            tiny("t2v"), SHOT, Conditions(), Settings(steps=50), on_progress=hear, cancelled=lambda: steps >= 3
        )
    assert steps == 3
    again = engine.render(tiny("t2v"), SHOT, Conditions(), STEPS)
    assert again.pictures.shape == (8, 48, 64, 3)


def test_other_weights_than_those_that_were_added_are_not_opened(engine: DiffusionEngine, tiny: Tiny) -> None:
    with pytest.raises(ChangedModelError, match="is not the one that was added"):
        engine.render(tiny("t2v"), SHOT, Conditions(), STEPS, digest="ab" * 32)


def test_the_canvas_is_what_the_model_makes_and_the_take_what_was_asked_for(
    engine: DiffusionEngine, tiny: Tiny
) -> None:
    odd = shot(prompt="a boat", duration=0.5, width=90, height=54, fps=12)
    made = engine.render(tiny("t2v"), odd, Conditions(), Settings(steps=1, model_fps=8, max_pixels=64 * 48))
    width, height = made.record["canvas"]
    assert width % 16 == height % 16 == 0
    assert made.pictures.shape == (4, height, width, 3), "half a second at the model's eight frames"
    finished = LanczosUpscaler().upscale(FlowInterpolator().interpolate(made.pictures, odd.frames), 90, 54)
    assert finished.shape == (6, 54, 90, 3)


# memory


def test_memory_is_made_by_measures_in_order_and_each_is_recorded(engine: DiffusionEngine, tiny: Tiny) -> None:
    import torch

    loaded = engine._load(tiny("t2v"), STEPS, None)
    asked: list[float] = []
    heard: list[str] = []
    taken: list[str] = []

    def attempt(scale: float) -> str:
        asked.append(scale)
        if scale > 0.3:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")
        return "made"

    assert climbing(attempt, loaded.pipe, "cpu", taken=taken, on_rung=heard.append) == "made"
    assert taken == heard == ["vae-tiling", "fp8-weights", "smaller-canvas", "smaller-canvas"]
    assert asked == [1.0, 1.0, 1.0, 0.5, 0.25]
    assert loaded.pipe.vae.use_tiling
    assert loaded.pipe.transformer.blocks[0].ffn.net[2].weight.dtype is torch.float8_e4m3fn
    engine.cache.clear()


def test_a_model_with_measures_taken_still_renders(tiny: Tiny) -> None:
    from generator.backends.diffusion.memory import take_rung

    engine = DiffusionEngine(threads=1)
    loaded = engine._load(tiny("t2v"), STEPS, None)
    assert take_rung("vae-tiling", loaded.pipe, "cpu")
    assert take_rung("fp8-weights", loaded.pipe, "cpu")
    assert not take_rung("fp8-weights", loaded.pipe, "cpu"), "once is enough"
    assert not take_rung("model-offload", loaded.pipe, "cpu"), "there is nowhere to go"
    loaded.rungs += ["vae-tiling", "fp8-weights"]
    made = engine.render(tiny("t2v"), SHOT, Conditions(), STEPS)
    assert made.record["memory"] == ["vae-tiling", "fp8-weights"]


def test_when_no_measure_is_left_the_reason_stands(tiny: Tiny, engine: DiffusionEngine) -> None:
    loaded = engine._load(tiny("image"), STEPS, None)
    with pytest.raises(MemoryError, match="none"):
        climbing(_no_memory, loaded.pipe, "cpu", taken=[], on_rung=lambda rung: None)
    with pytest.raises(RuntimeError, match="shapes"):
        climbing(_no_shape, loaded.pipe, "cpu", taken=[], on_rung=lambda rung: None)
    engine.cache.clear()


def _no_memory(scale: float) -> None:
    raise MemoryError("none")


def _no_shape(scale: float) -> None:
    raise RuntimeError("shapes do not match")


def test_loaded_models_are_kept_by_bytes_and_the_oldest_goes_first() -> None:
    gone: list[str] = []
    cache = ModelCache(100, drop=lambda model: gone.append(model.digest))

    def get(name: str, size: int) -> None:
        cache.get(name, lambda: LoadedModel(object(), name, "cpu", "float32", size), size=size)

    get("a", 40)
    get("b", 40)
    get("a", 40)
    get("c", 40)
    assert (gone, cache.keys, cache.bytes) == (["b"], ("a", "c"), 80)
    get("huge", 500)
    assert (gone, cache.keys) == (["b", "a", "c"], ("huge",))
    get("d", 1)
    assert cache.keys == ("d",)


def test_the_engine_holds_no_more_than_it_may(tiny: Tiny) -> None:
    engine = DiffusionEngine(threads=1, cache_bytes=1)
    for kind in ("t2v", "vace", "t2v"):
        engine.render(tiny(kind), SHOT, Conditions(), Settings(steps=1))
        assert len(engine.cache.keys) == 1


# mapping, finishing, ordering


class _Oddly:
    """A pipeline that names things as few others do."""

    vae_scale_factor = 8

    def __call__(
        self, prompt: str, frames: int = 1, fps: int = 8, end_image: Any = None, image: Any = None
    ) -> None: ...


def test_arguments_go_by_the_names_that_a_pipeline_has(noise: np.ndarray[Any, Any]) -> None:
    pipe = _Oddly()
    call = plan_call(
        Signature.of(pipe), Grid.of(pipe), SHOT, Conditions(first_frame=noise[0], last_frame=noise[1]), Settings(),
        pixels=64 * 48,
    )  # fmt: skip
    assert set(call.arguments) == {"prompt", "frames", "fps", "image", "end_image"}
    assert (call.arguments["frames"], call.arguments["fps"]) == (8, 8)


def test_frames_between_frames_move_between_them() -> None:
    video = np.zeros((2, 64, 64, 3), np.uint8)
    video[0, 24:40, 10:26], video[1, 24:40, 18:34] = 255, 255
    made = FlowInterpolator().interpolate(video, 3)
    held = HoldInterpolator().interpolate(video, 3)
    assert (made[0] == video[0]).all()
    assert (made[2] == video[1]).all()
    middle = np.zeros((64, 64, 3))
    middle[24:40, 14:30] = 255
    assert np.abs(made[1] - middle).mean() < 0.6 * np.abs(held[1].astype(float) - middle).mean()
    assert (held[1] == video[0]).all() or (held[1] == video[1]).all()


def test_jobs_of_one_model_go_together_without_starving_others() -> None:
    jobs = [("a", 1), ("b", 1), ("a", 2), ("c", 1), ("b", 2), ("a", 3)]
    assert by_model(jobs, lambda job: job[0]) == [
        ("a", 1), ("a", 2), ("a", 3), ("b", 1), ("b", 2), ("c", 1),
    ]  # fmt: skip
    assert [job[0] for job in by_model(jobs, lambda job: job[0], loaded="c")] == ["c", "a", "a", "a", "b", "b"]
    assert [job[0] for job in by_model(jobs, lambda job: job[0], longest=2)] == ["a", "a", "b", "b", "c", "a"]


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(RenderError, match="no numbers"):
        pictures_of(np.full((2, 8, 8, 3), np.nan, np.float32))
    with pytest.raises(RenderError, match="no pictures"):
        pictures_of(np.zeros((2, 8, 8, 7), np.float32))
    with pytest.raises(RenderError, match="must be a uint8 array"):
        Conditions(first_frame=np.zeros((4, 4, 3), np.float32))
    with pytest.raises(RenderError, match="the mask has 2 frames"):
        Conditions(video=np.zeros((3, 4, 4, 3), np.uint8), mask=np.zeros((2, 4, 4), np.uint8))


def test_a_shot_without_words_is_refused_by_a_model_of_words(engine: DiffusionEngine, tiny: Tiny) -> None:
    assert isinstance(SHOT, ShotRequest)
    made = engine.render(tiny("t2v"), dataclasses.replace(SHOT, prompt=""), Conditions(), STEPS)
    assert made.record["arguments"]["prompt"] == SHOT.description

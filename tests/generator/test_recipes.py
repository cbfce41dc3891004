"""The recipes of a look and of plates: they learn, they repeat themselves, and what they export is what they learned."""

import cv2
import numpy as np
import onnxruntime
import pytest
import torch

from generator.errors import TrainingError, TrainingSetError
from generator.training.kinds import recipe_of
from generator.training.looks import LookRecipe, simplified
from generator.training.networks import LookGenerator, PatchCritic, PlateFlow
from generator.training.onnx_export import critic_onnx, look_onnx
from generator.training.plates import PlatesRecipe, draw_plates
from generator.training.recipe import Examples

pytestmark = pytest.mark.usefixtures("one_thread")

SMALL = {"channels": 8, "blocks": 1, "critic_channels": 8, "patch": 64, "batch": 2, "ahead": 20}
TINY_FLOW = {"channels": 8, "width": 32, "height": 16, "batch": 8}


@pytest.fixture(scope="module")
def one_thread():
    """Networks this small are slower on many threads, and tests run beside tests."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def works(count: int, seed: int = 1) -> tuple[np.ndarray, ...]:
    """Pictures with texture on areas: what photographs have and drawings lack."""
    chance = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        areas = cv2.resize(chance.integers(0, 256, (3, 5, 3), np.uint8), (160, 96), interpolation=cv2.INTER_NEAREST)
        noise = chance.normal(0.0, 18.0, (96, 160, 1))
        found.append(np.clip(areas + noise, 0, 255).astype(np.uint8))
    return tuple(found)


def frames(count: int) -> tuple[np.ndarray, ...]:
    """The same kind of pictures without the texture."""
    return tuple(cv2.medianBlur(one, 9) for one in works(count, seed=2))


@pytest.fixture(scope="module")
def look(one_thread) -> LookRecipe:
    recipe = LookRecipe(Examples(real=works(6), drawn=frames(6)), {**SMALL, "rate": 2e-3}, 3)
    recipe.first = recipe.step(1, 10)["pairs"]
    for number in range(2, 61):
        recipe.last = recipe.step(number, 9 + number)["pairs"]
    return recipe


def test_a_look_begins_as_nothing_and_then_changes_frames_while_it_keeps_their_colours(look):
    untouched = LookRecipe(Examples(real=works(4), drawn=frames(4)), SMALL, 3)
    frame = frames(1)[0]
    assert np.array_equal(untouched.apply(frame), frame)
    changed = look.apply(frame)
    assert changed.shape == frame.shape
    assert np.abs(changed.astype(int) - frame).mean() > 0.3
    assert np.abs(changed.mean((0, 1)) - frame.mean((0, 1))).max() < 25


def test_both_networks_learn(look):
    critic = look.networks()["critic"]

    def marks(pictures: list[np.ndarray]) -> np.ndarray:
        stacked = torch.from_numpy(np.stack(pictures).transpose(0, 3, 1, 2).copy()).float() / 255
        return critic(stacked).mean(dim=(1, 2, 3)).detach().numpy()

    unseen = list(works(12, seed=7))
    drawn = [cv2.medianBlur(one, 9) for one in unseen]
    assert np.mean(marks(unseen) > marks(drawn)) > 0.9, "the critic tells works from drawings, neither of which it saw"
    assert np.mean(marks([look.apply(one) for one in drawn]) > marks(drawn)) > 0.9, "the look brings drawings nearer"


def test_the_same_seeds_make_the_same_weights():
    def weights(seed: int) -> list[torch.Tensor]:
        recipe = LookRecipe(Examples(real=works(4), drawn=frames(4)), SMALL, seed)
        for number in (1, 2, 3):
            recipe.step(number, number)
        return list(recipe.weights().values())

    one, other, another = weights(1), weights(1), weights(2)
    assert all(torch.equal(a, b) for a, b in zip(one, other, strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(one, another, strict=True))


def test_what_is_exported_is_what_was_learned(look, tmp_path):
    look.export(tmp_path)
    session = onnxruntime.InferenceSession((tmp_path / "look.onnx").read_bytes())
    frame = frames(1)[0]
    given = (frame.transpose(2, 0, 1)[None] / 255.0).astype(np.float32)
    made = session.run(["frame_out"], {"frame": given})[0][0].transpose(1, 2, 0)
    assert np.abs(np.round(255 * made) - look.apply(frame)).max() <= 1
    critic = look.networks()["critic"]
    session = onnxruntime.InferenceSession((tmp_path / "critic.onnx").read_bytes())
    assert session.run(["score"], {"frame": given})[0][0] == pytest.approx(
        float(critic(torch.from_numpy(given)).mean().detach()), abs=1e-4
    )


def test_graphs_are_right_for_networks_of_other_sizes():
    torch.manual_seed(0)
    for channels, blocks in ((4, 0), (6, 2)):
        network = LookGenerator(channels, blocks)
        for one in network.parameters():
            torch.nn.init.normal_(one, std=0.05)
        given = torch.rand(1, 3, 16, 24)
        session = onnxruntime.InferenceSession(
            look_onnx({k: v.numpy() for k, v in network.state_dict().items()}, blocks)
        )
        made = session.run(["frame_out"], {"frame": given.numpy()})[0]
        assert np.abs(made - network(given).detach().numpy()).max() < 1e-5
    critic = PatchCritic(4)
    given = torch.rand(1, 3, 40, 64)
    session = onnxruntime.InferenceSession(critic_onnx({k: v.numpy() for k, v in critic.state_dict().items()}))
    assert session.run(["score"], {"frame": given.numpy()})[0] == pytest.approx(
        [float(critic(given).mean().detach())], abs=1e-5
    )


def test_simplified_photographs_lose_texture_and_keep_areas():
    picture = works(1)[0]
    simple = simplified(picture)
    assert simple.shape == picture.shape
    assert cv2.Laplacian(simple, cv2.CV_64F).var() < 0.25 * cv2.Laplacian(picture, cv2.CV_64F).var()
    assert np.abs(cv2.blur(simple, (25, 25)).astype(int) - cv2.blur(picture, (25, 25))).mean() < 20


def test_plates_learn_what_the_works_look_like():
    bright = tuple(np.clip(one // 4 + 180, 0, 255).astype(np.uint8) for one in works(6))
    recipe = PlatesRecipe(Examples(real=bright), TINY_FLOW, 1)
    losses = [recipe.step(number, number)["flow"] for number in range(1, 121)]
    assert np.mean(losses[-20:]) < 0.6 * np.mean(losses[:5])
    made = list(recipe.samples(6, 5))
    assert {one.shape for one in made} == {(16, 32, 3)}
    assert np.mean(made) > 150, "bright works, bright plates"
    assert len({one.tobytes() for one in made}) == 6, "every plate is one of its own"
    assert all(np.array_equal(a, b) for a, b in zip(made, recipe.samples(6, 5), strict=True))
    assert recipe.sheet().shape == (4 * 32, 6 * 64, 3)


def test_a_plate_network_is_built_again_from_config_and_weights():
    recipe = PlatesRecipe(Examples(real=works(4)), TINY_FLOW, 1)
    again = PlateFlow(recipe.config()["channels"])
    again.load_state_dict({name.partition(".")[2]: value for name, value in recipe.weights().items()})
    assert np.array_equal(draw_plates(again, 2, 4, width=32, height=16)[1], list(recipe.samples(2, 4))[1])


@pytest.mark.parametrize("kind", ["look", "plates"])
def test_too_few_works_are_refused(kind):
    with pytest.raises(TrainingSetError, match=r"too few|at least"):
        recipe_of(kind, Examples(real=works(2), drawn=frames(8)), {}, 1)


def test_a_look_without_frames_of_ours_is_refused():
    with pytest.raises(TrainingSetError, match="draw more frames"):
        LookRecipe(Examples(real=works(6)), SMALL, 1)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"chanels": 8}, "no setting 'chanels'"),
        ({"channels": "many"}, "write a number"),
        ({"rate": float("nan")}, "positive number"),
        ({"batch": 0}, "positive number"),
        ({"patch": 50}, "multiple of 32"),
    ],
)
def test_wrong_settings_are_named(given, words):
    with pytest.raises(TrainingError, match=words):
        LookRecipe.check({**SMALL, **given})
    with pytest.raises(TrainingError, match=words):
        LookRecipe(Examples(real=works(4), drawn=frames(4)), {**SMALL, **given}, 1)


@pytest.mark.parametrize(("given", "words"), [({"width": 60}, "60 is none"), ({"height": 1024}, "1024 is none")])
def test_sides_that_no_plate_has_are_named(given, words):
    with pytest.raises(TrainingError, match=words):
        PlatesRecipe.check({**TINY_FLOW, **given})

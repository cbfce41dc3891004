"""What every embedder owes, whatever model stands behind it."""

import json
import multiprocessing
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import open_clip
import pytest
from numpy.typing import NDArray

from auditor.embeddings import Embedder, open_embedder
from auditor.embeddings.open_clip import OpenClipEmbedder
from auditor.embeddings.torch_archive import read_tensors
from auditor.errors import BadInputError, UnavailableError
from auditor.index import WorkIndex
from tests.clips import ASTRONAUT, COFFEE, PHOTOGRAPHS, ROCKET, still
from tests.tiny_clip import TINY, write_tiny_clip


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in open_clip's layout with a tiny model."""
    return write_tiny_clip(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module", params=["sscd-distilled", "sscd", "open_clip", "backbone"])
def name(request: pytest.FixtureRequest, tiny: Path) -> str:
    return f"open_clip:{tiny}" if request.param == "open_clip" else str(request.param)


@pytest.fixture(scope="module")
def embedder(name: str) -> Embedder:
    return open_embedder(name)


@pytest.fixture(scope="module")
def pictures() -> list[NDArray[np.uint8]]:
    gray = np.repeat(still(PHOTOGRAPHS / "camera.png")[:, :, :1], 3, axis=2)
    noise = np.random.default_rng(1).integers(0, 256, (7, 301, 3), np.uint8)
    tall, dot, flat = noise.transpose(1, 0, 2), noise[:1, :1], np.full((50, 40, 3), 128, np.uint8)
    return [still(ASTRONAUT), still(COFFEE)[::-1], gray, noise, tall, dot, flat]


def test_rows_are_unit_vectors_of_the_dimensions_that_the_identity_names(
    embedder: Embedder, pictures: list[NDArray[np.uint8]]
) -> None:
    vectors = embedder.embed(pictures)
    assert vectors.shape == (len(pictures), embedder.identity.dimensions)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-5)


def test_no_pictures_no_rows(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, embedder.identity.dimensions)


def test_same_picture_same_vector(embedder: Embedder, pictures: list[NDArray[np.uint8]], name: str) -> None:
    once, again = embedder.embed(pictures), open_embedder(name).embed(pictures)
    assert np.abs(once - again).max() < 1e-6


def test_neighbours_in_a_batch_do_not_matter(embedder: Embedder, pictures: list[NDArray[np.uint8]]) -> None:
    many = pictures * 5  # more than one batch, and not a whole number of them
    singles = np.concatenate([embedder.embed([picture]) for picture in pictures])
    assert np.abs(embedder.embed(many) - np.tile(singles, (5, 1))).max() < 1e-4


def test_a_picture_resembles_its_smaller_self_more_than_another(embedder: Embedder) -> None:
    one, small, other = embedder.embed([still(ASTRONAUT), still(ASTRONAUT)[::2, ::2], still(ROCKET)])
    assert one @ small > one @ other


@pytest.mark.parametrize("shape", [(20, 20), (20, 20, 1), (20, 20, 4), (0, 20, 3)])
def test_what_is_no_rgb_picture_is_refused(embedder: Embedder, shape: tuple[int, ...]) -> None:
    with pytest.raises(BadInputError, match="must be"):
        embedder.embed([np.zeros(shape, np.uint8)])
    with pytest.raises(BadInputError, match="must be"):
        embedder.embed([np.zeros((20, 20, 3), np.float32)])  # type: ignore[list-item]


def _embed_into(queue: Any, embed: Callable[[list[NDArray[np.uint8]]], NDArray[np.float32]], picture: Any) -> None:
    queue.put(embed([picture]))


def test_works_in_a_forked_process(embedder: Embedder) -> None:
    picture = still(COFFEE)
    here = embedder.embed([picture])
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=_embed_into, args=(queue, embedder.embed, picture))
    child.start()
    try:
        assert np.abs(queue.get(timeout=60) - here).max() < 1e-5
    finally:
        child.kill()
        child.join()


def test_identity_says_what_decides_a_vector_and_opens_the_same_again(embedder: Embedder) -> None:
    identity = embedder.identity
    assert open_embedder(identity.name).identity == identity
    assert len(identity.weights_sha256) == 64
    assert identity.version
    assert identity.preprocessing
    assert json.loads(json.dumps(identity.as_dict())) == identity.as_dict()


def test_an_index_by_open_clip_is_opened_from_anywhere(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tiny.parent)
    index = WorkIndex.open(tmp_path / "index", open_embedder(f"open_clip:{tiny.name}"), create=True)
    index.add("cup", COFFEE)
    monkeypatch.chdir(tmp_path)
    again = WorkIndex.open(tmp_path / "index", open_embedder(index.info().embedder.name))
    assert again.info().works == 1
    with pytest.raises(BadInputError):
        WorkIndex.open(tmp_path / "index", open_embedder())


def test_words_and_pictures_share_a_space(tiny: Path) -> None:
    model = open_embedder(f"open_clip:{tiny}")
    assert isinstance(model, OpenClipEmbedder)
    texts = ["a cup of coffee", "", "rocket " * 200, "☕" * 50]
    words = model.embed_text(texts)
    assert words.shape == (4, model.identity.dimensions)
    assert words.dtype == np.float32
    assert np.linalg.norm(words, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert np.abs(model.embed_text(texts[:1]) - words[:1]).max() < 1e-5
    assert model.embed_text([]).shape == (0, model.identity.dimensions)


def test_a_named_model_takes_a_checkpoint_file(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "tiny-of-the-tests.json").write_text(json.dumps(TINY))
    open_clip.add_model_config(tmp_path / "tiny-of-the-tests.json")
    weights = tiny / "open_clip_model.safetensors"
    by_name = open_embedder(f"open_clip:tiny-of-the-tests:{weights}")
    by_folder = open_embedder(f"open_clip:{tiny}")
    picture = still(COFFEE)
    assert np.abs(by_name.embed([picture]) - by_folder.embed([picture])).max() < 1e-6
    assert by_name.identity.weights_sha256 == by_folder.identity.weights_sha256


def test_a_pickle_is_never_loaded(tiny: Path, tmp_path: Path) -> None:
    trap = tmp_path / "ran"

    class Trap:
        def __reduce__(self) -> Any:
            return (Path.touch, (trap,))

    (tmp_path / "weights.pt").write_bytes(pickle.dumps(Trap()))
    with pytest.raises(UnavailableError, match="only safetensors"):
        open_embedder(f"open_clip:ViT-B-32:{tmp_path / 'weights.pt'}")
    (tmp_path / "open_clip_config.json").write_text(json.dumps({"model_cfg": TINY}))
    (tmp_path / "open_clip_pytorch_model.bin").write_bytes(pickle.dumps(Trap()))
    with pytest.raises(UnavailableError, match="no such file"):
        open_embedder(f"open_clip:{tmp_path}")
    (tmp_path / "open_clip_model.safetensors").write_bytes(pickle.dumps(Trap()))
    with pytest.raises(UnavailableError, match="can't be loaded"):
        open_embedder(f"open_clip:{tmp_path}")
    with pytest.raises(BadInputError, match=r"no PyTorch file|not a plain dictionary"):
        read_tensors(tmp_path / "weights.pt")
    assert not trap.exists()


REFUSED = {
    "vgg": "unknown",
    "": "unknown",
    "open_clip:": "neither a folder",
    "open_clip:no-such-model:laion": "neither a folder",
    "open_clip:ViT-B-32": "say which weights",
    "open_clip:ViT-B-32:no-such-tag": "say which weights",
}


@pytest.mark.parametrize("wrong", REFUSED)
def test_wrong_names_are_refused_with_what_there_is(wrong: str) -> None:
    with pytest.raises(BadInputError, match=REFUSED[wrong]):
        open_embedder(wrong)


@pytest.mark.parametrize("damage", ["other model", "cut short", "missing"])
def test_weights_that_do_not_fit_are_refused(tiny: Path, tmp_path: Path, damage: str) -> None:
    whole = (tiny / "open_clip_model.safetensors").read_bytes()
    config = {"model_cfg": {**TINY, "embed_dim": 32} if damage == "other model" else TINY}
    (tmp_path / "open_clip_config.json").write_text(json.dumps(config))
    if damage != "missing":
        (tmp_path / "open_clip_model.safetensors").write_bytes(
            whole[: len(whole) // (2 if damage == "cut short" else 1)]
        )
    with pytest.raises(UnavailableError, match=str(tmp_path)):
        open_embedder(f"open_clip:{tmp_path}")


def test_the_backbone_knows_what_it_sees() -> None:
    """Its weights are read layer by layer under other names: it must name real things rightly."""
    from auditor.embeddings.backbone import open_backbone

    classes = (
        open_backbone().classify([still(COFFEE), still(PHOTOGRAPHS / "chelsea.png"), still(ROCKET)]).argmax(axis=1)
    )
    assert classes.tolist() == [967, 285, 657]  # espresso, Egyptian cat, missile

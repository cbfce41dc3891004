"""Looks: bundles that are verified before anything of them runs, and the backend that redraws previs frames with them."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from generator.__main__ import main
from generator.backends.looks import Look, LookBackend, PictureNetwork, choosing, look_of
from generator.backends.previz import PrevizBackend
from generator.errors import (
    ChangedModelError,
    IncompleteModelError,
    ModelError,
    RenderError,
    UnknownBackendError,
    UnsafeModelError,
)
from generator.film import make_film
from tests.generator.shots import shot
from tests.generator.tiny_looks import SWAP, relist, save, write_bundle, write_draft, write_look

SHOT = shot(prompt="a boat in the harbour at dawn", duration=0.5, width=64, height=48, fps=8)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return write_bundle(tmp_path / "swap")


# the network


@pytest.mark.parametrize("size", [(48, 64), (45, 61), (8, 8), (1, 1), (17, 8)])
def test_a_look_redraws_frames_of_any_size(bundle: Path, size: tuple[int, int]) -> None:
    frame = np.random.default_rng(1).integers(0, 256, (*size, 3), np.uint8)
    kept = frame.copy()
    drawn = Look.open(bundle).apply(frame)
    assert drawn.dtype == np.uint8
    assert np.array_equal(drawn, kept[:, :, ::-1])
    assert np.array_equal(frame, kept)


def test_padding_repeats_the_edge_and_is_cut_off_again(tmp_path: Path) -> None:
    """A network that averages over three pixels sees the edge again beyond the edge, so a flat picture stays flat."""
    weights = numpy_helper.from_array(np.full((3, 1, 3, 3), 1 / 9, np.float32), "w")
    path = save(
        tmp_path / "blur.onnx",
        [
            helper.make_node("Pad", ["frame", "pads"], ["wide"], mode="edge"),
            helper.make_node("Conv", ["wide", "w"], ["redrawn"], group=3),
        ],
        [helper.make_tensor_value_info("frame", TensorProto.FLOAT, [1, 3, "h", "w"])],
        [helper.make_tensor_value_info("redrawn", TensorProto.FLOAT, [1, 3, "h", "w"])],
        [weights, numpy_helper.from_array(np.array([0, 0, 1, 1, 0, 0, 1, 1], np.int64), "pads")],
    )
    frame = np.full((13, 21, 3), (200, 100, 50), np.uint8)
    assert np.array_equal(PictureNetwork(path, None).redraw(frame), frame)


def test_values_beyond_white_and_black_are_clipped(tmp_path: Path) -> None:
    bright = PictureNetwork(write_look(tmp_path / "a.onnx", SWAP * 3), None)
    assert bright.redraw(np.full((8, 8, 3), 200, np.uint8)).max() == 255
    dark = PictureNetwork(write_look(tmp_path / "b.onnx", -SWAP), None)
    assert dark.redraw(np.full((8, 8, 3), 200, np.uint8)).max() == 0


def test_a_network_that_gives_no_numbers_is_an_error(tmp_path: Path) -> None:
    matrix = SWAP.copy()
    matrix[0, 0] = np.inf
    network = PictureNetwork(write_look(tmp_path / "a.onnx", matrix), None)
    with pytest.raises(RenderError, match="no numbers; train the look again"):
        network.redraw(np.full((8, 8, 3), 100, np.uint8))


@pytest.mark.parametrize("frame", [np.zeros((8, 8), np.uint8), np.zeros((8, 8, 3)), np.zeros((0, 8, 3), np.uint8)])
def test_what_is_no_frame_is_an_error(bundle: Path, frame: Any) -> None:
    with pytest.raises(RenderError, match="a look takes frames of"):
        Look.open(bundle).apply(frame)


def test_the_number_of_threads_changes_nothing(tmp_path: Path) -> None:
    path = write_look(tmp_path / "a.onnx", np.random.default_rng(2).normal(0, 0.6, (3, 3)))
    frame = np.random.default_rng(3).integers(0, 256, (360, 640, 3), np.uint8)
    one, two = (PictureNetwork(path, None, threads=count).redraw(frame) for count in (1, 2))
    assert np.array_equal(one, two)


def test_a_forked_process_makes_a_session_of_its_own(bundle: Path) -> None:
    """In a process of its own: a child that waits for its parent's threads would wait for good."""
    code = (
        "import os, numpy as np\nfrom pathlib import Path\nfrom generator.backends.looks import Look\n"
        f"look, frame = Look.open(Path({str(bundle)!r})), np.full((16, 16, 3), (1, 2, 3), np.uint8)\n"
        "assert look.apply(frame)[0, 0].tolist() == [3, 2, 1]\n"
        "child = os.fork()\n"
        "if child == 0:\n    os._exit(look.apply(frame)[0, 0].tolist() != [3, 2, 1])\n"
        "print(os.waitpid(child, 0)[1])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "0"


# bundles


def _swap_network(folder: Path) -> None:
    write_look(folder / "look.onnx", np.eye(3))


def _torch_pickle(folder: Path) -> None:
    (folder / "weights.pt").write_bytes(b"x")


def _extra(folder: Path) -> None:
    (folder / "notes.txt").write_text("more")


def _extra_network(folder: Path) -> None:
    write_look(folder / "other.onnx")


def _gone(folder: Path) -> None:
    (folder / "look.onnx").unlink()


def _no_config(folder: Path) -> None:
    (folder / "config.json").unlink()


def _no_list(folder: Path) -> None:
    (folder / "bundle.json").unlink()


def _no_json(folder: Path) -> None:
    (folder / "config.json").write_text("{")


def _a_list(folder: Path) -> None:
    (folder / "config.json").write_text("[]")


def _set(file: str = "config.json", **values: Any) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        document = json.loads((folder / file).read_text())
        (folder / file).write_text(json.dumps({**document, **values}))

    return change


def _unlisted_card(folder: Path) -> None:
    (folder / "card.yaml").unlink()
    relist(folder)


def _changed_lineage(folder: Path) -> None:
    (folder / "lineage.json").write_text("{}")


def _link(folder: Path) -> None:
    (folder / "more.json").symlink_to(folder / "nothing.json")


def _outside(folder: Path) -> None:
    _set("bundle.json", files={"../secret.json": "0" * 64})(folder)


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        (
            _swap_network,
            ChangedModelError,
            r"look\.onnx in .* is not the one that was published .*; get the bundle again",
        ),
        (_changed_lineage, ChangedModelError, r"lineage\.json in .* is not the one that was published"),
        (_torch_pickle, UnsafeModelError, r"weights\.pt in .* could run code"),
        (_extra, UnsafeModelError, r"notes\.txt in .* is not part of what was published; remove it"),
        (_extra_network, UnsafeModelError, r"other\.onnx in .* is not part of what was published"),
        (_gone, IncompleteModelError, r"look\.onnx of .* is missing"),
        (_no_config, IncompleteModelError, r"there is no config\.json"),
        (_no_json, ModelError, r"config\.json can't be read"),
        (_a_list, ModelError, r"config\.json is no JSON object"),
        (_set(kind="plates"), ModelError, "a 'plates' of format 1; a look of format 1 is needed"),
        (_set(format=2), ModelError, "a look of format 1 is needed"),
        (_set(name="../up"), ModelError, "has no plain name"),
        (_set("bundle.json", files={"look.onnx": "no digest"}), UnsafeModelError, "not part of what was published"),
        (_no_list, IncompleteModelError, "was not published"),
        (_set("bundle.json", files={}), ModelError, "lists no files"),
        (_set(recipe={"width": 4}), ChangedModelError, r"config\.json in .* is not the one"),
        (_outside, UnsafeModelError, "not part of what was published"),
        (_unlisted_card, IncompleteModelError, r"lacks card\.yaml"),
        (_link, IncompleteModelError, "link to a file that is gone"),
    ],
)
def test_a_bundle_that_is_not_as_it_was_published_is_refused(
    bundle: Path, change: Callable[[Path], None], error: type[Exception], says: str
) -> None:
    Look.open(bundle)
    change(bundle)
    with pytest.raises(error, match=says):
        Look.open(bundle)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"there is no folder .*; give the folder of a look"):
        Look.open(tmp_path / "none")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"given": [1, 3, 64, 64]}, "height and width of any multiple of eight"),
        ({"given": [4, 3, "h", "w"]}, "export it again"),
        ({"given": [1, 1, "h", "w"], "matrix": np.ones((3, 1))}, "a look takes"),
        ({"name": "input"}, "takes input tensor"),
        ({"kind": TensorProto.DOUBLE}, "no ONNX model that can be run|takes frame tensor"),
        ({"matrix": np.ones((1, 3))}, r"gives \(1, 1, 16, 24\) for a picture"),
    ],
)
def test_a_network_of_other_shapes_is_refused(tmp_path: Path, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ModelError, match=says):
        Look.open(write_bundle(tmp_path / "swap", **changes))


def test_a_file_that_is_no_network_is_refused(bundle: Path) -> None:
    (bundle / "look.onnx").write_bytes(b"nothing that runs")
    relist(bundle)
    with pytest.raises(ModelError, match=r"is no ONNX model that can be run .*; get the bundle again"):
        Look.open(bundle)


def test_weights_that_lie_in_another_file_are_refused(bundle: Path, tmp_path: Path) -> None:
    model = onnx.load(str(bundle / "look.onnx"))
    onnx.save(model, str(bundle / "look.onnx"), save_as_external_data=True, location="w.json", size_threshold=0)
    relist(bundle)
    with pytest.raises(UnsafeModelError, match="keeps weights in other files"):
        Look.open(bundle)


def test_a_draft_is_compared_with_the_lineage_of_its_run(tmp_path: Path) -> None:
    folder = write_draft(tmp_path / "swap")
    (folder / "lineage.json").write_text(json.dumps({"model": {"files": {"look.onnx": "0" * 64}}}))
    with pytest.raises(ChangedModelError, match=r"look\.onnx in .* is not the one that was published"):
        Look.open(folder, draft=True)


def test_what_was_not_published_opens_as_a_draft_alone(tmp_path: Path) -> None:
    folder = write_draft(tmp_path / "swap")
    with pytest.raises(IncompleteModelError, match=r"was not published: .*; publish the run first"):
        Look.open(folder)
    look = Look.open(folder, draft=True)
    assert look.draft
    card = LookBackend(look).card
    assert card.components[1].terms is None  # no rule lets it pass
    assert not card.commercial_use
    assert not card.card_sha256


def test_the_draft_of_a_published_bundle_is_compared_all_the_same(bundle: Path) -> None:
    _swap_network(bundle)
    with pytest.raises(ChangedModelError):
        Look.open(bundle, draft=True)


# choosing


def test_looks_by_name_and_by_folder(bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "SHIPPED", tmp_path / "none")
    assert look_of("swap", [tmp_path]).folder == bundle
    assert look_of(str(bundle)).folder == look_of(bundle).folder == bundle
    with pytest.raises(
        ModelError, match=r"there is no look 'other'; there are: swap\. Or give a bundle's folder, as ./other"
    ):
        look_of("other", [tmp_path])
    with pytest.raises(ModelError, match="there are: none"):
        look_of("swap")


def test_a_folder_does_not_take_the_name_of_a_look_that_comes_with_us(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = write_bundle(tmp_path / "ours" / "swap"), write_bundle(tmp_path / "theirs" / "swap")
    monkeypatch.setattr(choosing, "SHIPPED", ours.parent)
    assert look_of("swap", [theirs.parent]).folder == ours


def test_the_looks_that_come_with_us_open() -> None:
    for name in choosing.shipped_looks():
        look = look_of(name)
        assert look.name == name
        assert look.component.terms is not None
        assert look.apply(np.full((24, 40, 3), 90, np.uint8)).shape == (24, 40, 3)


# the backend


def test_a_take_is_the_previs_take_redrawn(bundle: Path, tmp_path: Path) -> None:
    plain = PrevizBackend().render(SHOT, tmp_path / "plain.mp4")
    take = LookBackend(Look.open(bundle)).render(SHOT, tmp_path / "look.mp4")
    before, after = (_frames(one.path) for one in (plain, take))
    assert np.abs(before[..., ::-1].astype(int) - after).mean() < 4  # both went through the encoder
    assert np.abs(before.astype(int) - after).mean() > 12


def test_a_take_names_both_who_made_it(bundle: Path, tmp_path: Path) -> None:
    take = LookBackend(Look.open(bundle)).render(SHOT, tmp_path / "look.mp4")
    renderer, network = take.card.components
    assert (renderer.role, network.role) == ("renderer", "model")
    assert network.trained
    assert network.licence == "Apache-2.0"
    assert network.terms is not None
    assert network.training_data == "Two photographs that their owner licensed."
    assert take.card.kind == "trained-model"
    assert take.card.commercial_use
    assert take.card.name == "reelproof-previz-look-swap"
    with av.open(str(take.path)) as container:
        kept = container.metadata
    assert "reelproof-previz 2.0" in kept["comment"]
    assert "the trained look swap 1.0" in kept["comment"]
    assert kept["look_sha256"] == take.record["weights_sha256"] == network.digest
    assert kept["renderer_sha256"] == renderer.digest
    assert kept["card_sha256"] == take.card.card_sha256
    assert take.record["versions"].keys() == {"onnxruntime", "numpy"}
    assert (take.record["device"], take.record["threads"]) == ("cpu", 2)
    assert len(take.record["frames_sha256"]) == len(take.record["lineage_sha256"]) == 64
    json.dumps(dict(take.record))


def test_the_cards_digest_is_of_both_parts(bundle: Path, tmp_path: Path) -> None:
    first = LookBackend(Look.open(bundle)).card.digest
    other = write_bundle(tmp_path / "other", matrix=np.eye(3))
    assert LookBackend(Look.open(other)).card.digest != first
    assert LookBackend(Look.open(bundle), PrevizBackend("cuda")).card.digest != first


# the command line


def test_a_film_with_a_look_from_a_brief(bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    brief = tmp_path / "brief.txt"
    brief.write_text("A lighthouse keeper finds a boat in the harbour at dawn.")
    said = ["--seconds", "1", "--scenes", "1", "--width", "64", "--height", "48", "--fps", "8"]
    assert main(["film", str(brief), str(tmp_path / "out"), "--look", str(bundle), *said, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["model"]["name"] == "reelproof-previz-look-swap"
    assert [part["role"] for part in document["model"]["components"]] == ["renderer", "model"]
    assert Path(document["film"]).stat().st_size > 0
    assert main(["film", str(brief), str(tmp_path / "no"), "--look", "nowhere", *said]) == 2
    assert "there is no look 'nowhere'" in capsys.readouterr().err
    assert not (tmp_path / "no").exists()


def test_a_look_redraws_what_previz_renders_alone(bundle: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownBackendError, match="a look redraws what previz or previz-cuda renders, not 'wan'"):
        make_film("A boat.", tmp_path, backend="wan", look=str(bundle))


def test_looks_need_no_torch(bundle: Path) -> None:
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "import numpy as np\nfrom pathlib import Path\nfrom generator.backends.looks import Look\n"
        f"print(Look.open(Path({str(bundle)!r})).apply(np.zeros((9, 9, 3), np.uint8)).shape)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "(9, 9, 3)"


def _frames(path: Path) -> np.ndarray[Any, Any]:
    with av.open(str(path)) as container:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)])

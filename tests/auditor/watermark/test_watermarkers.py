"""The contract of watermarkers, on all of them; the learned ones run tiny random networks through the real loading code."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from auditor.errors import UnavailableError
from auditor.media import sample_frames
from auditor.recovery import RecoveryIndex, WatermarkPayload
from auditor.watermark import PAYLOAD_BYTES, Watermarker, WatermarkError, open_watermarker
from auditor.watermark.dwt_dct_svd import DwtDctSvdWatermarker
from auditor.watermark.learned import TrustMarkWatermarker, VideoSealWatermarker
from tests.clips import BIKES, ROCKET, ffmpeg, frames_of, still, travel, write_clip

PAYLOAD = bytes.fromhex("0123456789ab")


def random_patterns(count: int, *, seed: int) -> np.ndarray:
    """(count, 3 * 16 * 16) float32: patterns of random weights that do not disturb one another, of deviation 1."""
    drawn = np.random.default_rng(seed).normal(size=(768, count))
    return np.ascontiguousarray(np.linalg.qr(drawn)[0].T * np.sqrt(768), np.float32)


def trustmark_models(folder: Path) -> Path:
    """A linear encoder and the matched decoder, of random weights: the marked picture is the cover and a pattern."""
    folder.mkdir()
    patterns = random_patterns(100, seed=7)
    cover = helper.make_tensor_value_info("cover", TensorProto.FLOAT, [1, 3, 64, 64])
    secret = helper.make_tensor_value_info("secret", TensorProto.FLOAT, [1, 100])
    stego = helper.make_tensor_value_info("stego", TensorProto.FLOAT, [1, 3, 64, 64])
    found = helper.make_tensor_value_info("decoded_secret", TensorProto.FLOAT, [1, 100])
    encoder = [
        helper.make_node("Sub", ["secret", "half"], ["signed"]),
        helper.make_node("MatMul", ["signed", "patterns"], ["flat"]),
        helper.make_node("Reshape", ["flat", "small"], ["coarse"]),
        helper.make_node("Resize", ["coarse", "", "scales"], ["pattern"], mode="nearest"),
        helper.make_node("Mul", ["pattern", "strength"], ["change"]),
        helper.make_node("Add", ["cover", "change"], ["stego"]),
    ]
    decoder = [
        helper.make_node("AveragePool", ["stego"], ["coarse"], kernel_shape=[4, 4], strides=[4, 4]),
        helper.make_node("AveragePool", ["coarse"], ["around"], kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        helper.make_node("Sub", ["coarse", "around"], ["detail"]),
        helper.make_node("Reshape", ["detail", "flat_shape"], ["flat"]),
        helper.make_node("MatMul", ["flat", "patterns_t"], ["votes"]),
        helper.make_node("Add", ["votes", "half"], ["decoded_secret"]),
    ]
    constants = {
        "half": np.float32(0.5), "patterns": patterns, "small": np.array([1, 3, 16, 16]), "strength": np.float32(0.02),
        "scales": np.array([1, 1, 4, 4], np.float32), "flat_shape": np.array([1, 768]), "patterns_t": patterns.T.copy(),
    }  # fmt: skip
    for name, nodes, inputs, outputs in (
        ("encoder", encoder, [cover, secret], [stego]), ("decoder", decoder, [stego], [found])
    ):  # fmt: skip
        used = {put_in for node in nodes for put_in in node.input}
        initial = [numpy_helper.from_array(np.asarray(v), k) for k, v in constants.items() if k in used]
        graph = helper.make_graph(nodes, name, inputs, outputs, initial)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
        onnx.save(model, folder / f"{name}.onnx")
    return folder


class TinySeal(torch.nn.Module):
    """The interface of Video Seal's module over random patterns."""

    def __init__(self) -> None:
        super().__init__()
        self.patterns = torch.nn.Parameter(torch.from_numpy(random_patterns(256, seed=3)))

    @torch.jit.export
    def embed(self, imgs: torch.Tensor, msgs: torch.Tensor) -> torch.Tensor:
        flat = torch.matmul(msgs * 2 - 1, self.patterns).reshape(-1, 3, 16, 16)
        size = [imgs.shape[2], imgs.shape[3]]
        return torch.clamp(imgs + 0.004 * torch.nn.functional.interpolate(flat, size=size, mode="nearest"), 0.0, 1.0)

    @torch.jit.export
    def detect(self, imgs: torch.Tensor) -> torch.Tensor:
        coarse = torch.nn.functional.adaptive_avg_pool2d(imgs, [16, 16])
        coarse = coarse - torch.nn.functional.avg_pool2d(coarse, 3, 1, 1)
        votes = torch.matmul(coarse.reshape(-1, 768), self.patterns.t())
        return torch.cat([torch.ones(votes.shape[0], 1), votes], dim=1)

    def forward(self, imgs: torch.Tensor) -> torch.Tensor:
        return self.detect(imgs)


def seal_file(path: Path) -> str:
    torch.jit.save(torch.jit.script(TinySeal().eval()), str(path))
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Watermarker]:
    folder = tmp_path_factory.mktemp("models")
    trustmark = open_watermarker(f"trustmark:{trustmark_models(folder / 'trustmark')}")
    digest = seal_file(folder / "seal.jit")
    seal = open_watermarker(f"videoseal:{folder / 'seal.jit'}@{digest}")
    default = open_watermarker("dwtDctSvd")
    assert trustmark is not None
    assert seal is not None
    assert default is not None
    return {"dwtDctSvd": default, "trustmark": trustmark, "videoseal": seal}


@pytest.fixture(params=["dwtDctSvd", "trustmark", "videoseal"])
def watermarker(request: pytest.FixtureRequest, opened: dict[str, Watermarker]) -> Watermarker:
    return opened[request.param]


@pytest.fixture(scope="module")
def film() -> list[np.ndarray]:
    return list(travel(still(ROCKET), 12, zoom=(1.0, 1.2)))


# -- the contract ----------------------------------------------------------------------------------------------------


def test_payload_is_read_again(watermarker: Watermarker, film: list[np.ndarray]) -> None:
    marked = [watermarker.embed(frame, PAYLOAD) for frame in film]
    assert all(m.shape == f.shape and m.dtype == np.uint8 for m, f in zip(marked, film, strict=True))
    reading = watermarker.read(marked)
    assert reading is not None
    assert reading.payload == PAYLOAD
    assert reading.confidence > 0.9
    assert 0 < reading.false_positive < 1e-5
    assert reading.frames == len(film)
    assert not reading.mirrored


def test_mirrored_and_letterboxed_frames_are_read(watermarker: Watermarker, film: list[np.ndarray]) -> None:
    marked = [watermarker.embed(frame, PAYLOAD) for frame in film]
    mirrored = watermarker.read(frame[:, ::-1] for frame in marked)
    assert mirrored is not None
    assert (mirrored.payload, mirrored.mirrored) == (PAYLOAD, True)
    boxed = watermarker.read(np.pad(frame, ((60, 60), (0, 0), (0, 0))) for frame in marked)
    assert boxed is not None
    assert boxed.payload == PAYLOAD


def test_film_that_had_black_edges_when_it_was_marked_is_read(watermarker: Watermarker, film: list[np.ndarray]) -> None:
    dark = [frame.copy() for frame in film]
    for frame in dark:
        frame[:, :90] = frame[:, -90:] = 3
    marked = [watermarker.embed(frame, PAYLOAD) for frame in dark]
    reading = watermarker.read(marked)
    assert reading is not None
    assert reading.payload == PAYLOAD


def test_pictures_without_a_mark_say_nothing(watermarker: Watermarker, film: list[np.ndarray]) -> None:
    assert watermarker.read(film) is None
    assert watermarker.read([]) is None
    assert watermarker.read([np.zeros((200, 300, 3), np.uint8)] * 3) is None


def test_wrong_payloads_and_small_frames_are_refused(watermarker: Watermarker, film: list[np.ndarray]) -> None:
    with pytest.raises(WatermarkError, match=f"{PAYLOAD_BYTES} bytes"):
        watermarker.embed(film[0], b"no")
    with pytest.raises(WatermarkError, match="too small"):
        watermarker.embed(np.zeros((40, 60, 3), np.uint8), PAYLOAD)


def test_names_are_reverse_domain_names_of_our_own(watermarker: Watermarker) -> None:
    assert watermarker.alg.startswith("org.reelproof.")
    assert watermarker.capacity_bits >= 8 * PAYLOAD_BYTES


# -- the default -----------------------------------------------------------------------------------------------------

DEFAULT = DwtDctSvdWatermarker()


@given(st.binary(min_size=PAYLOAD_BYTES, max_size=PAYLOAD_BYTES), st.integers(160, 900), st.integers(160, 900))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_payload_survives_in_any_shape(payload: bytes, width: int, height: int) -> None:
    picture = cv2.resize(still(ROCKET), (width, height), interpolation=cv2.INTER_AREA)
    reading = DEFAULT.read([DEFAULT.embed(picture, payload)])
    assert reading is not None
    assert reading.payload == payload


@given(st.binary(min_size=PAYLOAD_BYTES, max_size=PAYLOAD_BYTES))
@settings(max_examples=10, deadline=None)
def test_mark_is_imperceptible(payload: bytes) -> None:
    """Luma stays as it is, colours move by less than three of 255 on average over a block."""
    picture = still(ROCKET)
    marked = DEFAULT.embed(picture, payload)
    before, after = (cv2.cvtColor(p, cv2.COLOR_RGB2YCrCb).astype(float) for p in (picture, marked))
    luma = float(np.mean((before[..., 0] - after[..., 0]) ** 2))
    assert 10 * np.log10(255**2 / luma) > 50
    assert float(np.abs(cv2.blur(before, (9, 9)) - cv2.blur(after, (9, 9)))[..., 1:].max()) < 4.5
    overall = float(np.mean((picture.astype(float) - marked) ** 2))
    assert 10 * np.log10(255**2 / overall) > 41


@pytest.fixture(scope="module")
def marked_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    frames = (DEFAULT.embed(frame, PAYLOAD) for frame in frames_of(BIKES, end=4.0))
    return write_clip(tmp_path_factory.mktemp("marked") / "film.mp4", frames, crf=18)


EDITS = {
    "re-encoded": ["-crf", "28"],
    "scaled": ["-vf", "scale=iw*3/4:ih*3/4"],
    "cropped": ["-vf", "crop=iw*0.9:ih*0.9"],
    "letterboxed": ["-vf", "pad=iw:ih*1.33:0:(oh-ih)/2"],
    "mirrored": ["-vf", "hflip"],
    "brighter": ["-vf", "eq=brightness=0.08"],
    "slower": ["-r", "15"],
    "trimmed": ["-ss", "1.3", "-t", "2"],
}


@pytest.mark.parametrize("edit", EDITS)
def test_mark_survives_edits_of_a_film(marked_film: Path, tmp_path: Path, edit: str) -> None:
    ffmpeg("-i", marked_film, *EDITS[edit], tmp_path / "edited.mp4")
    reading = DEFAULT.read(frame.pixels for frame in sample_frames(tmp_path / "edited.mp4", fps=5))
    assert reading is not None
    assert reading.payload == PAYLOAD
    assert reading.mirrored == (edit == "mirrored")


def test_mark_tells_apart_two_outputs_with_the_same_pictures(
    marked_film: Path, tmp_path: Path, opened: dict[str, Watermarker]
) -> None:
    """What no fingerprint can: two copies of one film, marked for two recipients."""
    from auditor.embeddings import open_embedder

    other = bytes(reversed(PAYLOAD))
    second = (DEFAULT.embed(frame, other) for frame in frames_of(BIKES, end=4.0))
    index = RecoveryIndex.open(tmp_path / "index", open_embedder(), create=True)
    index.add("urn:first", marked_film, watermark=WatermarkPayload(DEFAULT.alg, PAYLOAD))
    path = write_clip(tmp_path / "second.mp4", second, crf=18)
    index.add("urn:second", path, watermark=WatermarkPayload(DEFAULT.alg, other))
    ffmpeg("-i", path, "-vf", "scale=iw*0.75:-2", "-crf", "26", tmp_path / "leaked.mp4")
    first, *rest = index.find(tmp_path / "leaked.mp4", watermarker=DEFAULT)
    assert (first.manifest_id, first.by) == ("urn:second", "watermark")
    assert "checksum" in first.plain
    assert [one.by for one in rest] == ["iscc"]


# -- the models of users ---------------------------------------------------------------------------------------------


def test_missing_and_unfit_models_say_so(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="no such file"):
        TrustMarkWatermarker(tmp_path)
    with pytest.raises(UnavailableError, match="no such file"):
        VideoSealWatermarker(tmp_path / "none.jit", sha256="0" * 64)
    folder = trustmark_models(tmp_path / "swapped")
    (folder / "encoder.onnx").write_bytes((folder / "decoder.onnx").read_bytes())
    with pytest.raises(UnavailableError, match="no TrustMark encoder"):
        TrustMarkWatermarker(folder)
    (folder / "encoder.onnx").write_bytes(b"nothing that runs")
    with pytest.raises(UnavailableError, match="no ONNX model"):
        TrustMarkWatermarker(folder)


class Exploding:
    """Unpickled, it would leave a file behind."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return Path.touch, (self.path,)


def _pickles(tmp_path: Path, left: Path) -> Iterator[Path]:
    for number, old in enumerate((False, True)):
        path = tmp_path / f"{number}.onnx"
        torch.save(Exploding(left), path, _use_new_zipfile_serialization=not old)
        yield path


def test_pickles_are_refused_unopened(tmp_path: Path) -> None:
    left = tmp_path / "left-behind"
    for path in _pickles(tmp_path, left):
        folder = tmp_path / f"model-{path.stem}"
        folder.mkdir()
        for name in ("encoder", "decoder"):
            (folder / f"{name}.onnx").write_bytes(path.read_bytes())
        with pytest.raises(UnavailableError, match="pickled"):
            TrustMarkWatermarker(folder)
        with pytest.raises(UnavailableError, match="pickled"):
            VideoSealWatermarker(path, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    assert not left.exists()


def test_module_whose_digest_nobody_vouched_for_is_not_opened(tmp_path: Path) -> None:
    digest = seal_file(tmp_path / "seal.jit")
    with pytest.raises(UnavailableError, match=digest):
        VideoSealWatermarker(tmp_path / "seal.jit", sha256="")
    with pytest.raises(UnavailableError, match=digest):
        open_watermarker(f"videoseal:{tmp_path / 'seal.jit'}")


def test_unknown_names_say_what_there_is() -> None:
    assert open_watermarker("") is None
    for name in ("nonsense", "trustmark", "videoseal:", "dwtDctSvd:48"):
        with pytest.raises(UnavailableError, match="dwtDctSvd, trustmark"):
            open_watermarker(name)

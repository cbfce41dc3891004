"""What every face encoder owes, whatever models stand behind it.

OpenCV's models are stood in for by tiny ones with random weights: the code that loads and runs them is the real one,
whom they recognise is not. How well dlib recognises people is in ``tests/auditor/likeness`` and in the benchmark.
"""

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from auditor.cli.main import main
from auditor.errors import BadInputError, UnavailableError
from auditor.likeness import (
    DlibFaceEncoder,
    FaceEncoder,
    FaceGallery,
    FaceTracker,
    OpenCvFaceEncoder,
    PortraitError,
    dlib_faces,
    vault_beside,
)  # fmt: skip
from auditor.media import probe, sample_frames
from tests.clips import ASTRONAUT, COFFEE, still, travel, write_clip
from tests.tiny_faces import write_sface, write_yunet


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("models")
    return write_yunet(folder / "yunet.onnx"), write_sface(folder / "sface.onnx")


@pytest.fixture(scope="module", params=["dlib", "opencv"])
def encoder(request: pytest.FixtureRequest, models: tuple[Path, Path]) -> FaceEncoder:
    return DlibFaceEncoder() if request.param == "dlib" else OpenCvFaceEncoder(*models)


@pytest.fixture(scope="module")
def picture() -> NDArray[np.uint8]:
    return still(ASTRONAUT)


@pytest.fixture(scope="module")
def vectors(encoder: FaceEncoder, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Of several looks at a face: the picture as it is, mirrored, darker, smaller."""
    looks = [picture, picture[:, ::-1], (picture * 0.6).astype(np.uint8), picture[8:, 5:]]
    looks = [np.ascontiguousarray(look) for look in looks]
    return np.stack([encoder.encode(look, encoder.detect(look)[0]) for look in looks])


def test_it_says_what_it_is(encoder: FaceEncoder) -> None:
    assert encoder.version
    assert len(encoder.weights_sha256) == 64
    assert encoder.dimensions > 0
    assert 0 < encoder.threshold < 1
    assert encoder.smallest > 0


def test_faces_lie_in_boxes_with_points(encoder: FaceEncoder, picture: NDArray[np.uint8]) -> None:
    faces = encoder.detect(picture)
    assert faces
    for face in faces:
        left, top, right, bottom = face.box
        assert left < right
        assert top < bottom
        assert face.pixels == right - left
        assert face.points.shape == (3, 2)
        assert np.isfinite(face.points).all()
        assert np.isfinite(face.turn)
        region = face.region(picture.shape[1], picture.shape[0])
        assert 0 <= region.x <= 1
        assert region.width > 0


def test_a_vector_has_the_dimensions_that_are_named(encoder: FaceEncoder, vectors: NDArray[np.float32]) -> None:
    assert vectors.shape == (4, encoder.dimensions)
    assert vectors.dtype == np.float32
    assert np.isfinite(vectors).all()
    assert 0.5 < np.linalg.norm(vectors, axis=1).min() <= np.linalg.norm(vectors, axis=1).max() < 2


def test_the_same_pixels_give_the_same_vector(encoder: FaceEncoder, picture: NDArray[np.uint8]) -> None:
    one, other = encoder.detect(picture), encoder.detect(picture.copy())
    assert [face.box for face in one] == [face.box for face in other]
    assert np.array_equal(encoder.encode(picture, one[0]), encoder.encode(picture, other[0]))


def test_distances_are_distances(encoder: FaceEncoder, vectors: NDArray[np.float32]) -> None:
    distances = encoder.distances(vectors, vectors)
    assert distances.shape == (4, 4)
    assert distances.dtype == np.float32
    assert distances == pytest.approx(distances.T, abs=1e-6)
    assert np.diag(distances) == pytest.approx(0, abs=1e-5)
    assert (distances >= 0).all()
    assert encoder.distances(vectors[:1], vectors[1:]) == pytest.approx(distances[:1, 1:], abs=1e-6)
    assert encoder.distances(vectors, vectors[:0]).shape == (4, 0)


@pytest.mark.parametrize("shape", [(1, 1), (7, 301), (480, 30), (33, 33)])
def test_pictures_of_any_size_are_looked_at(encoder: FaceEncoder, shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (*shape, 3), np.uint8)
    for face in encoder.detect(noise):
        assert encoder.encode(noise, face).shape == (encoder.dimensions,)


def test_a_gallery_takes_distance_and_threshold_from_it(
    encoder: FaceEncoder, vectors: NDArray[np.float32], tmp_path: Path
) -> None:
    gallery = FaceGallery.from_templates({"a": [vectors[0]], "b": [-vectors[0]]}, encoder=encoder)
    nearest = gallery.nearest(vectors[0])
    assert nearest is not None
    assert (nearest.subject_id, nearest.score) == ("a", pytest.approx(1, abs=1e-5))
    alike = {one.subject_id for one in gallery.resembling(vectors)}
    within = encoder.distances(vectors, vectors[:1]).min() <= encoder.threshold
    assert alike == ({"a"} if within else set())
    with pytest.raises(BadInputError, match=r"template of shape \(7,\)"):
        FaceGallery.from_templates({"a": [np.zeros(7, np.float32)]}, encoder=encoder)


def test_galleries_of_two_encoders_are_not_mixed(
    encoder: FaceEncoder, models: tuple[Path, Path], tmp_path: Path
) -> None:
    keys = vault_beside(tmp_path / "key", create=True)
    FaceGallery.open(tmp_path / "gallery", keys, create=True, encoder=encoder)
    other = OpenCvFaceEncoder(*models) if isinstance(encoder, DlibFaceEncoder) else DlibFaceEncoder()
    with pytest.raises(BadInputError, match="enrol the subjects again"):
        FaceGallery.open(tmp_path / "gallery", keys, encoder=other)


def test_a_tracker_follows_what_it_finds(encoder: FaceEncoder, tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", travel(still(ASTRONAUT), 50, zoom=(1.3, 1.4), centre=(0.43, 0.25)))
    tracker, info = FaceTracker(FaceGallery.from_templates({}, encoder=encoder)), probe(path)
    for frame in sample_frames(path, fps=2, max_side=640):
        tracker.observe(frame)
    tracks = tracker.conclude(path, info)
    assert tracks
    assert all(track.subject_id is None for track in tracks)
    assert all(person.picture_jpeg for person in tracker.unknown_people(info))


def test_a_picture_without_one_clear_face_enrols_nobody(encoder: FaceEncoder) -> None:
    with pytest.raises(PortraitError, match=r"coffee\.png: "):
        encoder.encode_portraits([COFFEE])


def test_the_command_line_takes_the_models_of_a_gallery(
    models: tuple[Path, Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    gallery, own = str(tmp_path / "gallery"), ["--yunet", str(models[0]), "--sface", str(models[1])]
    assert main(["faces", "enrol", gallery, "--subject", "a", str(COFFEE), *own]) == 2
    (line,) = capfd.readouterr().err.splitlines()
    assert "coffee.png: " in line
    assert main(["faces", "list", gallery, *own]) == 0
    assert "Nobody is registered here" in capfd.readouterr().out
    assert main(["faces", "list", gallery]) == 2
    assert "not of faces by dlib" in capfd.readouterr().err
    assert main(["faces", "list", gallery, *own[:2]]) == 2
    assert "belong together" in capfd.readouterr().err
    assert main(["faces", "find", gallery, str(ASTRONAUT), "--json", *own]) == 0
    assert json.loads(capfd.readouterr().out)["tracks"]


# files that are missing or broken


def test_missing_models_say_what_to_get(tmp_path: Path, models: tuple[Path, Path]) -> None:
    for pair in ((tmp_path / "none.onnx", models[1]), (models[0], tmp_path / "none.onnx")):
        with pytest.raises(UnavailableError, match=r"none\.onnx: the model can't be read .* model zoo"):
            OpenCvFaceEncoder(*pair)


@pytest.mark.parametrize("content", [b"", b"not a model", b"\x08\x08" + b"\xff" * 200], ids=["empty", "text", "noise"])
def test_broken_models_are_named(tmp_path: Path, models: tuple[Path, Path], content: bytes) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(content)
    for pair in ((broken, models[1]), (models[0], broken)):
        with pytest.raises(UnavailableError, match=r"broken\.onnx: no (YuNet|SFace) model"):
            OpenCvFaceEncoder(*pair).load()


def test_exchanged_cut_and_foreign_models_are_named(tmp_path: Path, models: tuple[Path, Path]) -> None:
    detector, recogniser = models
    cut = tmp_path / "cut.onnx"
    cut.write_bytes(detector.read_bytes()[:2000])
    for pair in ((recogniser, detector), (cut, recogniser)):
        with pytest.raises(UnavailableError, match="no YuNet model"):
            OpenCvFaceEncoder(*pair).load()
    with pytest.raises(UnavailableError, match="vectors of 64 numbers"):
        OpenCvFaceEncoder(detector, write_sface(tmp_path / "64.onnx", dimensions=64)).load()


def test_the_digests_of_both_files_are_in_the_version(tmp_path: Path, models: tuple[Path, Path]) -> None:
    version = OpenCvFaceEncoder(*models).version
    assert version == OpenCvFaceEncoder(*models).version
    others = write_yunet(tmp_path / "y.onnx", seed=1), write_sface(tmp_path / "s.onnx", seed=1)
    assert (
        len({version, OpenCvFaceEncoder(others[0], models[1]).version, OpenCvFaceEncoder(models[0], others[1]).version})
        == 3
    )


def test_a_model_that_changes_after_it_was_named_is_not_used(tmp_path: Path, models: tuple[Path, Path]) -> None:
    encoder = OpenCvFaceEncoder(write_yunet(tmp_path / "y.onnx"), models[1])
    write_yunet(tmp_path / "y.onnx", seed=1)
    with pytest.raises(UnavailableError, match="changed while it was in use"):
        encoder.load()


def test_changed_weights_of_dlib_are_refused(tmp_path: Path) -> None:
    weights = tmp_path / "dlib_face_recognition_resnet_model_v1.dat"
    weights.write_bytes(b"other weights")
    with pytest.raises(UnavailableError, match="unknown digest"):
        dlib_faces._checked(weights, DlibFaceEncoder.weights_sha256)
    with pytest.raises(UnavailableError, match="can't be read"):
        dlib_faces._checked(tmp_path / "none.dat", DlibFaceEncoder.weights_sha256)

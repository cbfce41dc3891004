"""Guides of a shot: depth, normals, greybox and camera matrices agree with each other and with the take."""

import dataclasses
import json
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from generator.__main__ import main
from generator.backends.previz import PrevizBackend
from generator.backends.previz.frames import render_frames
from generator.backends.previz.guides import Geometry, measure
from generator.errors import CancelledError, RenderError
from generator.shots import ShotRequest
from tests.generator.shots import shot

SHOT = shot(
    slugline="EXT. VILLAGE - DAY",
    description="The village at noon.",
    lens_mm=32.0,
    move="orbit left",
    duration=1.0,
    seed=5,
    width=160,
    height=90,
    fps=4,
    place="village",
    elements=("church", "house"),
    mood="calm",
    focus="church",
)
ROOM = dataclasses.replace(
    SHOT, interior=True, place="kitchen", slugline="INT. KITCHEN - DAY", move="dolly in", focus="table", elements=()
)


def _rays(shot: ShotRequest, k: dict[str, float]) -> np.ndarray:
    """Camera-space directions with z = 1 through every pixel's centre, (h, w, 3)."""
    u, v = np.meshgrid(np.arange(shot.width) + 0.5, np.arange(shot.height) + 0.5)
    return np.stack([(u - k["cx"]) / k["fx"], (v - k["cy"]) / k["fy"], np.ones_like(u)], axis=2)


def _points(frame: Geometry, rays: np.ndarray) -> np.ndarray:
    seen = rays * np.where(np.isfinite(frame.depth), frame.depth, 0.0)[..., None]
    return seen @ frame.pose[:3, :3].T + frame.pose[:3, 3]


def _intrinsics(shot: ShotRequest, frame: Geometry) -> dict[str, float]:
    from generator.backends.previz.frames import prepare
    from generator.backends.previz.guides import intrinsics

    return intrinsics(shot, float(prepare(shot).camera_at(0.0)[12]))


@pytest.mark.parametrize("shot", [SHOT, ROOM], ids=["village", "kitchen"])
def test_a_point_of_one_frame_lies_on_the_surface_of_another(shot: ShotRequest) -> None:
    frames = list(measure(shot))
    first, last = frames[0], frames[-1]
    assert not np.allclose(first.pose, last.pose)
    k = _intrinsics(shot, first)
    points = _points(first, _rays(shot, k)).reshape(-1, 3)
    there = (points - last.pose[:3, 3]) @ last.pose[:3, :3]
    solid = np.isfinite(first.depth).ravel() & (there[:, 2] > 0.1) & (there[:, 2] < 80.0)
    u = np.floor(there[:, 0] / np.maximum(there[:, 2], 1e-6) * k["fx"] + k["cx"]).astype(int)
    v = np.floor(there[:, 1] / np.maximum(there[:, 2], 1e-6) * k["fy"] + k["cy"]).astype(int)
    inside = solid & (u >= 0) & (u < shot.width) & (v >= 0) & (v < shot.height)
    assert inside.sum() > 2000
    same = last.ids[v[inside], u[inside]] == first.ids.ravel()[inside]
    off = np.abs(last.depth[v[inside], u[inside]] - there[inside, 2]) / there[inside, 2]
    # most of what both frames show is the same surface at the same distance; the rest is hidden in one of them
    assert same.mean() > 0.75
    assert np.median(off[same]) < 0.01
    assert np.mean(off[same] < 0.06) > 0.85


@pytest.mark.parametrize("shot", [SHOT, ROOM], ids=["village", "kitchen"])
def test_normals_are_square_to_the_surface_that_depth_describes(shot: ShotRequest) -> None:
    frame = next(measure(shot))
    points = _points(frame, _rays(shot, _intrinsics(shot, frame)))
    across, down = points[1:-1, 2:] - points[1:-1, :-2], points[2:, 1:-1] - points[:-2, 1:-1]
    normal = np.cross(down, across)
    normal /= np.maximum(np.linalg.norm(normal, axis=2, keepdims=True), 1e-9)
    said = frame.normals[1:-1, 1:-1]
    ids, middle = frame.ids, frame.ids[1:-1, 1:-1]
    flat = np.isfinite(frame.depth[1:-1, 1:-1])
    for other in (ids[1:-1, 2:], ids[1:-1, :-2], ids[2:, 1:-1], ids[:-2, 1:-1]):
        flat &= other == middle
    agreement = np.abs((normal * said).sum(axis=2))[flat]
    assert flat.sum() > 1500
    assert np.median(agreement) > 0.98
    assert np.mean(agreement > 0.9) > 0.75


def test_normals_are_unit_vectors_that_face_the_camera() -> None:
    frame = next(measure(ROOM))
    solid = np.isfinite(frame.depth)
    lengths = np.linalg.norm(frame.normals[solid], axis=1)
    assert np.allclose(lengths, 1.0, atol=1e-3)
    ahead = _rays(ROOM, _intrinsics(ROOM, frame))[solid] @ frame.pose[:3, :3].T
    assert np.mean((ahead * frame.normals[solid]).sum(axis=1) < 0.05) > 0.97


def test_poses_are_rigid_and_move_only_when_the_camera_does() -> None:
    moving = [frame.pose for frame in measure(SHOT)]
    for pose in moving:
        assert np.allclose(pose[:3, :3].T @ pose[:3, :3], np.eye(3), atol=1e-9)
        assert np.linalg.det(pose[:3, :3]) == pytest.approx(1.0)
    still = [frame.pose for frame in measure(dataclasses.replace(SHOT, move="static"))]
    assert all(np.array_equal(pose, still[0]) for pose in still)


def test_the_files_say_what_was_measured(tmp_path: Path) -> None:
    guides = PrevizBackend().guides(SHOT, tmp_path / "guides")
    document = json.loads(guides.cameras.read_text("utf-8"))
    assert len(guides.depth) == len(guides.normals) == len(document["camera_to_world"]) == SHOT.frames
    frame = next(measure(SHOT))
    stored = cv2.imread(str(guides.depth[0]), cv2.IMREAD_UNCHANGED)
    assert stored.dtype == np.uint16
    solid = np.isfinite(frame.depth) & (frame.depth < 600.0)
    step = document["depth"]["metres_per_step"]
    assert np.abs(stored[solid] * step - frame.depth[solid]).max() <= step
    assert (stored[~np.isfinite(frame.depth)] == document["depth"]["nothing"]).all()
    normals = cv2.imread(str(guides.normals[0]), cv2.IMREAD_COLOR)[..., ::-1].astype(float) / 127.5 - 1.0
    assert np.abs(normals[solid] - (frame.normals @ frame.pose[:3, :3])[solid]).max() < 0.012
    assert np.array_equal(np.array(document["camera_to_world"][0]), frame.pose)
    assert ShotRequest.from_dict(document["shot"]) == SHOT
    first = cv2.imread(str(guides.first_frame), cv2.IMREAD_COLOR)[..., ::-1]
    assert np.array_equal(first, next(render_frames(SHOT)))
    with av.open(str(guides.greybox)) as container:
        assert container.streams.video[0].frames == SHOT.frames


def test_guides_replace_guides_and_nothing_else(tmp_path: Path) -> None:
    short = dataclasses.replace(SHOT, duration=0.25)
    PrevizBackend().guides(SHOT, tmp_path / "guides")
    assert len(PrevizBackend().guides(short, tmp_path / "guides").depth) == 1
    assert len(list((tmp_path / "guides" / "depth").iterdir())) == 1
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.txt").write_text("mine")
    with pytest.raises(RenderError, match="no guides"):
        PrevizBackend().guides(short, tmp_path / "other")
    assert (tmp_path / "other" / "mine.txt").read_text() == "mine"


def test_cancelled_guides_leave_nothing(tmp_path: Path) -> None:
    with pytest.raises(CancelledError, match="of 4 frames"):
        PrevizBackend().guides(SHOT, tmp_path / "guides", cancelled=lambda: True)
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_guides_and_explains_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    short = dataclasses.replace(SHOT, duration=0.25)
    (tmp_path / "shots.json").write_text(json.dumps({"shots": [SHOT.as_dict(), {**short.as_dict(), "id": "s1-02"}]}))
    assert main(["guides", str(tmp_path / "shots.json"), str(tmp_path / "out"), "--id", "s1-02", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["frames"] == 1
    (tmp_path / "broken.json").write_text("{")
    for arguments in (["missing.json"], ["broken.json"], ["shots.json", "--id", "s9-99"]):
        path, *more = arguments
        assert main(["guides", str(tmp_path / path), str(tmp_path / "o"), *more]) == 2
        assert len(capsys.readouterr().err.strip().splitlines()) == 1

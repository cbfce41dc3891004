"""The tracer on a graphics card: run thread by thread in numba's simulator, and held to the processor's picture."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numba import cuda

from generator.backends.previz import PrevizBackend
from generator.backends.previz.frames import prepare
from generator.backends.previz.shading import EVERY, REFINE, mark_edges, trace_band
from generator.errors import DeviceError
from tests.generator.shots import shot

SIMULATED = """
import sys
import numpy as np
from generator.backends.previz.cuda import CudaTracer
given = np.load(sys.argv[1])
tables = [given[name] for name in ("world", "camera", "lights", "objects", "primitives", "materials")]
height, width = given["size"]
colour, depth = np.zeros((height, width, 3), np.float32), np.zeros((height, width), np.float32)
ids = np.zeros((height, width), np.int32)
CudaTracer(given["heights"], given["noise"])(tables, colour, depth, ids)
np.savez(sys.argv[2], colour=colour, depth=depth, ids=ids)
"""


@pytest.mark.parametrize(
    "words",
    [
        {"slugline": "EXT. COAST - DUSK", "description": "A lighthouse by the sea.", "elements": ("lighthouse",)},
        {"slugline": "INT. KITCHEN - NIGHT", "place": "house", "description": "A lamp.", "elements": ("lamp",)},
    ],
    ids=["shore", "room"],
)
def test_the_card_sees_what_the_processor_sees(tmp_path: Path, words: dict) -> None:
    width, height = 34, 32  # two tiles and a bit across: threads beyond the frame have nothing to do
    asked = replace(shot(**words), width=width, height=height)
    ready = prepare(asked)
    world, objects, primitives, materials = ready.stage.snapshot(0.0)
    tables = {
        "world": world,
        "camera": ready.camera_at(0.0),
        "lights": ready.lights,
        "objects": objects,
        "primitives": primitives,
        "materials": materials,
    }
    still = {"heights": ready.stage.heights, "noise": ready.noise}
    colour, depth = np.zeros((height, width, 3), np.float32), np.zeros((height, width), np.float32)
    ids, flags = np.zeros((height, width), np.int32), np.zeros((height, width), np.uint8)
    for part in (EVERY, REFINE):
        trace_band(*tables.values(), *still.values(), colour, depth, ids, flags, part, 0, height)
        mark_edges(depth, ids, flags, 0, height)
    assert len(np.unique(ids)) > 2, "a picture of something"
    np.savez(tmp_path / "given.npz", size=(height, width), **tables, **still)
    done = subprocess.run(
        [sys.executable, "-c", SIMULATED, str(tmp_path / "given.npz"), str(tmp_path / "made.npz")],
        capture_output=True, text=True, check=False,
        env={**os.environ, "NUMBA_ENABLE_CUDASIM": "1", "NUMBA_DISABLE_JIT": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    made = np.load(tmp_path / "made.npz")
    # compiled arithmetic is reordered, so a ray on an edge may fall on its other side
    assert np.mean(made["ids"] != ids) < 0.02
    assert np.mean(np.abs(made["colour"] - colour) > 0.01) < 0.03
    assert np.mean(np.abs(made["depth"] - depth) > 0.01 * depth) < 0.02


@pytest.mark.skipif(cuda.is_available(), reason="there is a device")
def test_without_a_device_the_answer_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match=r"no CUDA device .* install NVIDIA's driver .* or render on the processor"):
        PrevizBackend("cuda").render(shot(), tmp_path / "take.mp4")
    assert list(tmp_path.iterdir()) == []


def test_pictures_of_each_device_have_a_digest_of_their_own() -> None:
    assert PrevizBackend("cuda").card.digest != PrevizBackend().card.digest

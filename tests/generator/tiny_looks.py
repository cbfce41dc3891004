"""Tiny looks and critics: real ONNX networks of a few numbers, in bundles as training leaves them or publishing does."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import yaml
from onnx import TensorProto, helper, numpy_helper

#: A look that exchanges red and blue: one sees at once that it was applied.
SWAP = np.array([[0, 0, 1], [0, 1, 0], [1, 0, 0]], np.float32)


def write_look(path: Path, matrix: np.ndarray[Any, Any] = SWAP, **changes: Any) -> Path:
    """A network that multiplies every pixel with ``matrix``; its shapes and names may be wrong on purpose."""
    given = changes.get("given", [1, 3, "height", "width"])
    name, kind = changes.get("name", "frame"), changes.get("kind", TensorProto.FLOAT)
    weights = numpy_helper.from_array(matrix.astype(np.float32)[:, :, None, None], "w")
    nodes = [helper.make_node("Conv", [name, "w"], ["redrawn"])]
    return save(
        path,
        nodes,
        [helper.make_tensor_value_info(name, kind, given)],
        [helper.make_tensor_value_info("redrawn", kind, [1, len(matrix), None, None])],
        [weights],
    )


def write_critic(path: Path) -> Path:
    """A critic that calls a frame the more real the brighter it is."""
    nodes = [
        helper.make_node("ReduceMean", ["frame"], ["mean"], axes=[1, 2, 3], keepdims=0),
    ]
    return save(
        path,
        nodes,
        [helper.make_tensor_value_info("frame", TensorProto.FLOAT, [1, 3, "height", "width"])],
        [helper.make_tensor_value_info("mean", TensorProto.FLOAT, [1])],
        [],
    )


def save(path: Path, nodes: Any, inputs: Any, outputs: Any, weights: Any, **how: Any) -> Path:
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, str(path), **how)
    return path


CARD: dict[str, Any] = {
    "id": "swap", "name": "swap", "family": "looks", "version": "1.0", "makers": "a test", "makes": "video",
    "pipelines": ["Look"], "tasks": ["video-to-video"], "model_fps": None, "good_at": "Exchanges red and blue.",
    "memory_gib": {"least": 1, "comfortable": 1, "source": "a test"},
    "components": [
        {
            "name": "look network", "folders": ["look"], "role": "model", "licence": "Apache-2.0", "source": "a test",
            "checked": "2026-11-27", "verified": True, "training_data": "Two photographs that their owner licensed.",
        }
    ],
}  # fmt: skip


def write_draft(folder: Path, **changes: Any) -> Path:
    """A bundle as a training run leaves it: nothing published."""
    folder.mkdir(parents=True)
    write_look(folder / "look.onnx", **changes)
    write_critic(folder / "critic.onnx")
    config = {"format": 1, "kind": "look", "name": "swap", "version": "0", "recipe": {"width": 3}}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def write_bundle(folder: Path, **changes: Any) -> Path:
    """The same as publishing completes it, as far as a look is concerned."""
    write_draft(folder, **changes)
    (folder / "lineage.json").write_text(json.dumps({"format": 1, "works": ["w1", "w2"]}))
    (folder / "card.yaml").write_text(yaml.safe_dump(CARD))
    relist(folder)
    return folder


def relist(folder: Path) -> None:
    """Writes the digests of what lies there into the list."""
    files = {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.iterdir()
        if file.name not in ("bundle.json", "model.sig")
    }
    (folder / "bundle.json").write_text(json.dumps({"format": 1, "version": "1.0", "files": files}))

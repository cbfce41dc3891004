"""A trained look as ONNX, so that whoever uses it needs no torch: the graph is written node by node, without tracing."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generator.errors import TrainingError
from generator.training.networks import CELL

#: The operators used are older than this set; every ONNX Runtime of the last years knows it.
OPSET, IR = 17, 8
Array = NDArray[np.float32]


def look_onnx(weights: Mapping[str, Array], blocks: int) -> bytes:
    """The generator of a look: input ``frame`` and output ``frame_out``, float32 (1, 3, h, w) sRGB 0..1, h and w free
    multiples of ``CELL``. ``weights`` are its parameters by name."""
    graph = _Graph(weights)
    centred = graph.add("Sub", "frame", graph.constant("half", np.float32(0.5)))
    x = graph.convolve("enter", graph.space_to_depth(centred))
    for number in range(blocks):
        inner = graph.convolve(f"body.{number}.first", graph.add("Relu", x))
        x = graph.add("Add", x, graph.convolve(f"body.{number}.second", graph.add("Relu", inner)))
    inner = graph.convolve("leave", graph.add("Relu", x))
    sizes = graph.constant("sizes", np.array([1.0, 1.0, CELL, CELL], np.float32))
    wide = graph.add("Resize", inner, "", sizes, mode="linear", coordinate_transformation_mode="half_pixel")
    joined = graph.convolve("join", graph.add("Concat", wide, centred, axis=1))
    finish = graph.convolve("finish", graph.add("Relu", joined))
    limits = graph.constant("nought", np.float32(0.0)), graph.constant("one", np.float32(1.0))
    return graph.model("look", graph.add("Clip", graph.add("Add", "frame", finish), *limits), ("n", 3, "h", "w"))


def critic_onnx(weights: Mapping[str, Array]) -> bytes:
    """The critic of a look: input ``frame`` as above, output ``score``, float32 (n,): the mean of its marks."""
    graph = _Graph(weights)
    two = graph.constant("two", np.float32(2.0))
    x = graph.add("Sub", graph.add("Mul", "frame", two), graph.constant("one", np.float32(1.0)))
    for number in range(3):
        x = graph.add("LeakyRelu", graph.convolve(f"layers.{number}", x, stride=2), alpha=0.2)
    x = graph.add("LeakyRelu", graph.convolve("inner", x), alpha=0.2)
    axes = graph.constant("axes", np.array([1, 2, 3], np.int64))
    return graph.model("critic", graph.add("ReduceMean", graph.convolve("mark", x), axes, keepdims=0), ("n",), opset=18)


class _Graph:
    """A graph as it grows: nodes with numbered names, the weights that they use."""

    def __init__(self, weights: Mapping[str, Array]) -> None:
        try:
            import onnx
        except ImportError as error:
            raise TrainingError(
                "a look can't be written as ONNX without the package onnx; install reelproof[models]"
            ) from error
        self._onnx = onnx
        self._weights = weights
        self._nodes: list[Any] = []
        self._kept: dict[str, Any] = {}

    def add(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """A node; gives the name of what it makes."""
        name = f"{kind.lower()}_{len(self._nodes)}"
        self._nodes.append(self._onnx.helper.make_node(kind, list(inputs), [name], name, **attributes))
        return name

    def constant(self, name: str, value: Any) -> str:
        """A constant by its name."""
        self._kept[name] = self._onnx.numpy_helper.from_array(np.asarray(value), name)
        return name

    def convolve(self, name: str, x: str, stride: int = 1) -> str:
        """A convolution with the weights ``name.weight`` and ``name.bias``, padded by one."""
        for part in ("weight", "bias"):
            self.constant(f"{name}.{part}", np.asarray(self._weights[f"{name}.{part}"], np.float32))
        return self.add("Conv", x, f"{name}.weight", f"{name}.bias", pads=[1, 1, 1, 1], strides=[stride, stride])

    def space_to_depth(self, x: str) -> str:
        """``pixel_unshuffle``: the channel first, then where in the cell. ONNX's own operator orders them the other way, so
        this is a convolution with one weight in each filter."""
        pick = np.zeros((3 * CELL * CELL, 3, CELL, CELL), np.float32)
        for channel in range(3):
            for place in range(CELL * CELL):
                pick[channel * CELL * CELL + place, channel, place // CELL, place % CELL] = 1.0
        return self.add("Conv", x, self.constant("cells", pick), strides=[CELL, CELL])

    def model(self, name: str, made: str, shape: tuple[Any, ...], opset: int = OPSET) -> bytes:
        """The whole as bytes, checked."""
        helper, kind = self._onnx.helper, self._onnx.TensorProto.FLOAT
        out = "frame_out" if name == "look" else "score"
        self._nodes.append(helper.make_node("Identity", [made], [out], out))
        graph = helper.make_graph(
            self._nodes, name,
            [helper.make_tensor_value_info("frame", kind, ("n", 3, "h", "w"))],
            [helper.make_tensor_value_info(out, kind, shape)],
            list(self._kept.values()),
        )  # fmt: skip
        model = helper.make_model(
            graph, producer_name="reelproof", opset_imports=[helper.make_opsetid("", opset)], ir_version=IR
        )
        self._onnx.checker.check_model(model, full_check=True)
        return bytes(model.SerializeToString())

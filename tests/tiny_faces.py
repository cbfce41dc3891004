"""Tiny ONNX models with random weights in the shape of YuNet and SFace, to run the code that loads the real ones."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

#: What YuNet answers for each stride, and how many numbers a place has.
_HEADS = {"cls": 1, "obj": 1, "bbox": 4, "kps": 10}


def write_yunet(path: Path, *, seed: int = 7) -> Path:
    """A detector with the inputs and outputs of ``face_detection_yunet_2023mar.onnx``, which sees faces at random places."""
    rng = np.random.default_rng(seed)
    nodes, weights, outputs = [], [], []
    for head, count in _HEADS.items():
        for stride in (8, 16, 32):
            name = f"{head}_{stride}"
            kernel = rng.normal(0, 0.02 / stride, (count, 3, stride, stride)).astype(np.float32)
            weights += [
                numpy_helper.from_array(kernel, f"{name}.w"),
                numpy_helper.from_array(np.array([1, -1, count], np.int64), f"{name}.shape"),
            ]
            nodes += [
                helper.make_node(
                    "Conv", ["input", f"{name}.w"], [f"{name}.c"], kernel_shape=[stride] * 2, strides=[stride] * 2
                ),
                helper.make_node("Transpose", [f"{name}.c"], [f"{name}.t"], perm=[0, 2, 3, 1]),
                helper.make_node("Reshape", [f"{name}.t", f"{name}.shape"], [f"{name}.r"]),
                helper.make_node("Sigmoid" if count == 1 else "Tanh", [f"{name}.r"], [name]),
            ]
            outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, None, count]))
    given = helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, "height", "width"])
    return _written(path, helper.make_graph(nodes, "yunet", [given], outputs, weights))


def write_sface(path: Path, *, seed: int = 8, dimensions: int = 128) -> Path:
    """A recogniser with the input and output of ``face_recognition_sface_2021dec.onnx``."""
    rng = np.random.default_rng(seed)
    weights = [
        numpy_helper.from_array(rng.normal(0, 0.01, (8, 3, 16, 16)).astype(np.float32), "conv.w"),
        numpy_helper.from_array(rng.normal(0, 0.1, (8 * 7 * 7, dimensions)).astype(np.float32), "fc.w"),
    ]
    nodes = [
        helper.make_node("Conv", ["data", "conv.w"], ["c"], kernel_shape=[16, 16], strides=[16, 16]),
        helper.make_node("Relu", ["c"], ["r"]),
        helper.make_node("Flatten", ["r"], ["f"]),
        helper.make_node("Gemm", ["f", "fc.w"], ["fc1"]),
    ]
    given = helper.make_tensor_value_info("data", TensorProto.FLOAT, [1, 3, 112, 112])
    answer = helper.make_tensor_value_info("fc1", TensorProto.FLOAT, [1, dimensions])
    return _written(path, helper.make_graph(nodes, "sface", [given], [answer], weights))


def _written(path: Path, graph: onnx.GraphProto) -> Path:
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    return path

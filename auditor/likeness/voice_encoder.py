"""Stretches of speech to a vector of 256 numbers that is near for the same voice.

The network is the speaker encoder of Wan et al., "Generalized End-to-End Loss for Speaker Verification" (ICASSP 2018), as
trained by Resemble AI on LibriSpeech, VoxCeleb 1 and 2: three LSTM layers over 40 mel bands, a linear layer, ReLU, unit
length. Its weights come with the package ``Resemblyzer`` 0.1.4 (Apache-2.0), of which nothing is imported: the file is read
without unpickling it, and the network is a few matrix products, so that neither PyTorch nor a compiler is needed.
"""

import hashlib
import importlib.util
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from auditor.embeddings.torch_archive import read_tensors
from auditor.errors import BadInputError, UnavailableError

#: Samples a second that the network was trained on.
RATE = 16_000
#: A mel frame covers 25 ms and the next begins 10 ms later.
FRAME, STEP = 400, 160
BANDS = 40
#: Frames that the network was trained on at a time: 1.6 s.
WINDOW = 160
DIMENSIONS = 256
#: SHA-256 of the weights that we looked at.
WEIGHTS_SHA256 = "39373b86598fa3da9fcddee6142382efe09777e8d37dc9c0561f41f0070f134e"
#: Windows in one go: as many as keep the products large and the memory below 20 MB.
_BATCH = 64
_LAYERS, _UNITS = 3, 256

Vector = NDArray[np.float32]
Mels = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Layer:
    """One LSTM layer: gates in the order input, forget, cell, output (``torch.nn.LSTM``), transposed for products."""

    from_input: Mels
    from_hidden: Mels
    bias: Vector


class VoiceEncoder:
    """Loads its weights once, on first use. ``weights``: another place of Resemblyzer's ``pretrained.pt``."""

    version = "resemblyzer 0.1.4 lstm, 16 kHz, level -25 dBFS"
    weights_sha256 = WEIGHTS_SHA256
    dimensions = DIMENSIONS

    def __init__(self, weights: Path | None = None) -> None:
        self._weights = weights
        self._model: tuple[tuple[_Layer, ...], Mels, Vector] | None = None

    def encode(self, windows: Mels) -> NDArray[np.float32]:
        """Mel windows (n, frames, 40), power and not its logarithm, to unit vectors (n, 256) without negative numbers.

        Windows of ``WINDOW`` frames are what the network knows best. Raises ``UnavailableError`` if the weights are missing
        or unknown.
        """
        if windows.ndim != 3 or windows.shape[1] < 1 or windows.shape[2] != BANDS:
            raise ValueError(f"windows of shape (n, frames, {BANDS}) are expected, not {windows.shape}")
        self.load()
        parts = [np.empty((0, DIMENSIONS), np.float32)]
        parts += [self._run(windows[start : start + _BATCH]) for start in range(0, len(windows), _BATCH)]
        return np.concatenate(parts)

    def load(self) -> None:
        """Read the weights now. Raises ``UnavailableError`` if they are missing or unknown."""
        if self._model is not None:
            return
        path = self._weights or _installed()
        try:
            found = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            raise UnavailableError(f"{path}: the voice weights can't be read ({error.strerror})") from error
        if found != WEIGHTS_SHA256:
            raise UnavailableError(f"{path.name}: unknown digest {found[:12]}…; {_REMEDY}")
        try:
            tensors = read_tensors(path, within="model_state")
        except BadInputError as error:
            raise UnavailableError(str(error)) from error
        layers = tuple(
            _Layer(
                np.ascontiguousarray(tensors[f"lstm.weight_ih_l{n}"].T),
                np.ascontiguousarray(tensors[f"lstm.weight_hh_l{n}"].T),
                tensors[f"lstm.bias_ih_l{n}"] + tensors[f"lstm.bias_hh_l{n}"],
            )
            for n in range(_LAYERS)
        )
        self._model = layers, np.ascontiguousarray(tensors["linear.weight"].T), tensors["linear.bias"]

    def _run(self, windows: Mels) -> NDArray[np.float32]:
        if self._model is None:
            raise RuntimeError("the weights are not loaded")
        layers, weight, bias = self._model
        sequence = np.ascontiguousarray(windows.transpose(1, 0, 2), np.float32)
        for layer in layers:
            sequence = _lstm(sequence, layer)
        raw = np.maximum(sequence[-1] @ weight + bias, 0)
        length = np.linalg.norm(raw, axis=1, keepdims=True)
        return np.asarray(raw / np.maximum(length, np.finfo(np.float32).tiny), np.float32)


def _lstm(sequence: Mels, layer: _Layer) -> Mels:
    """Hidden states (frames, n, 256) of one layer (Hochreiter and Schmidhuber 1997, with forget gates)."""
    frames, count, _ = sequence.shape
    hidden = np.zeros((count, _UNITS), np.float32)
    cell = np.zeros((count, _UNITS), np.float32)
    states = np.empty((frames, count, _UNITS), np.float32)
    driven = sequence @ layer.from_input + layer.bias
    for number in range(frames):
        gates = driven[number] + hidden @ layer.from_hidden
        squashed = _sigmoid(gates)
        cell = squashed[:, _UNITS : 2 * _UNITS] * cell + squashed[:, :_UNITS] * np.tanh(
            gates[:, 2 * _UNITS : 3 * _UNITS]
        )
        hidden = squashed[:, 3 * _UNITS :] * np.tanh(cell)
        states[number] = hidden
    return states


def _sigmoid(values: Mels) -> Mels:
    """By the hyperbolic tangent, which can't overflow."""
    return np.asarray(0.5 * np.tanh(0.5 * values) + 0.5, np.float32)


@cache
def mel_filters() -> NDArray[np.float32]:
    """(201, 40): from the power at 0, 40, … 8000 Hz to mel bands. Slaney's scale (linear below 1 kHz, logarithmic above;
    Auditory Toolbox, 1998), triangles of equal area: what librosa, with which the network was trained, does by default."""
    hertz = np.arange(FRAME // 2 + 1) * RATE / FRAME
    edges = _hertz(np.linspace(0, _mel(RATE / 2), BANDS + 2))
    rising = (hertz[:, None] - edges[None, :-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[None, 2:] - hertz[:, None]) / (edges[2:] - edges[1:-1])
    triangles = np.maximum(0, np.minimum(rising, falling))
    return np.asarray(triangles * (2 / (edges[2:] - edges[:-2])), np.float32)


_BREAK_HERTZ, _BREAK_MEL = 1000.0, 15.0
_LOG_STEP = np.log(6.4) / 27


def _mel(hertz: float) -> float:
    return float(_BREAK_MEL + np.log(hertz / _BREAK_HERTZ) / _LOG_STEP)


def _hertz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    linear = mels * _BREAK_HERTZ / _BREAK_MEL
    return np.where(mels < _BREAK_MEL, linear, _BREAK_HERTZ * np.exp(_LOG_STEP * (mels - _BREAK_MEL)))


_REMEDY = "install the weights with 'pip install --no-deps Resemblyzer==0.1.4'"


def _installed() -> Path:
    """The weights in the installed package, which is looked for and not imported."""
    found = importlib.util.find_spec("resemblyzer")
    if found is None or found.origin is None:
        raise UnavailableError(f"voices need the weights of Resemblyzer; {_REMEDY}")
    return Path(found.origin).with_name("pretrained.pt")

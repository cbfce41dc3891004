"""Watermarkers that were learned, for users who have the weights: none come with us and none are fetched.

- TrustMark (T. Bui, S. Agarwal, J. Collomosse, "TrustMark: Universal watermarking for arbitrary resolution images", 2023;
  code and weights MIT): encoder and decoder as ONNX files.
- Video Seal (P. Fernandez et al., "Video Seal: Open and efficient video watermarking", 2024; code and weights MIT): one
  TorchScript file.

Both hide and read raw bits; the error correction is ours (``payload_code``), so what they hide is not read by the payload
formats of their makers. Pickled checkpoints are refused: a pickle is a program that runs when it is opened. A TorchScript
file is one too, of fewer words; it is opened only if its digest is the one that was vouched for.
"""

import os
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from auditor.canonical import sha256_file
from auditor.errors import UnavailableError
from auditor.watermark.errors import WatermarkError
from auditor.watermark.geometry import framings, kept_frames, spread
from auditor.watermark.payload_code import PayloadCode
from auditor.watermark.watermarker import Pixels, WatermarkReading

#: Frames that a network looks at; each costs it tens of milliseconds.
_LOOKED_AT = 16
#: Below this many pixels a side, the networks' makers promise nothing.
_LEAST_SIDE = 128
_BITS = {"trustmark": 100, "videoseal": 256}


class _LearnedWatermarker(ABC):
    """What both have in common: soft votes over frames, tried as they are and mirrored."""

    alg: str
    least_side = _LEAST_SIDE

    def __init__(self, bits: int) -> None:
        self.capacity_bits = bits
        self._code = PayloadCode(bits)

    def embed(self, frame: Pixels, payload: bytes) -> Pixels:
        """See ``Watermarker``."""
        height, width = frame.shape[:2]
        if min(height, width) < _LEAST_SIDE:
            raise WatermarkError(
                f"a frame of {width} x {height} pixels is too small for a watermark ({_LEAST_SIDE} a side)"
            )
        bits = np.zeros(self.capacity_bits, np.float32)
        bits[: self._code.bits] = self._code.encode(payload)
        return self._marked(frame, bits)

    def read(self, frames: Iterable[Pixels]) -> WatermarkReading | None:
        """See ``Watermarker``. With and without black edges, a mirror is tried; what else survives is the network's."""
        tries = [
            (list(spread(kept, _LOOKED_AT)), mirrored)
            for kept in framings(kept_frames(frames))
            for mirrored in (False, True)
        ]
        for tried, (kept, mirrored) in enumerate(tries, start=1):
            votes = np.zeros(self._code.bits)
            for frame in kept:
                upright = np.ascontiguousarray(frame[:, ::-1]) if mirrored else frame
                votes += self._votes(upright)[: self._code.bits]
            found = self._code.decode(votes)
            if found is not None:
                chance = self._code.false_positive(tried)
                return WatermarkReading(found.payload, found.confidence, chance, len(kept), mirrored)
        return None

    @abstractmethod
    def _marked(self, frame: Pixels, bits: NDArray[np.float32]) -> Pixels:
        """``frame`` with ``bits``, 0 or 1, as many as the network hides."""

    @abstractmethod
    def _votes(self, frame: Pixels) -> NDArray[np.float64]:
        """A number for each bit, above zero for a one, the surer the larger."""


class TrustMarkWatermarker(_LearnedWatermarker):
    """``directory`` holds ``encoder.onnx`` (inputs: a picture and 100 bits; first output: the marked picture) and
    ``decoder.onnx`` (input: a picture; output: 100 numbers, above a half for a one). Pictures are (1, 3, side, side), -1..1.

    Raises ``UnavailableError`` where the files or ONNX Runtime are missing or are not what is said here.
    """

    alg = "org.reelproof.trustmark.1"

    def __init__(self, directory: Path) -> None:
        super().__init__(_BITS["trustmark"])
        self._files = {name: directory / f"{name}.onnx" for name in ("encoder", "decoder")}
        for path in self._files.values():
            _refuse_pickle(path)
        self._sessions: dict[str, Any] = {}
        self._pid = -1
        inputs = {len(one.shape): one for one in self._session("encoder").get_inputs()}
        if set(inputs) != {2, 4} or inputs[2].shape[1] not in (self.capacity_bits, None) or _side(inputs[4]) < 1:
            raise UnavailableError(
                f"{self._files['encoder']}: no TrustMark encoder (a picture and 100 bits); convert it again"
            )
        self._cover, self._secret, self._side = inputs[4].name, inputs[2].name, _side(inputs[4])
        self._seen = self._session("decoder").get_inputs()[0]
        if len(self._seen.shape) != 4:
            raise UnavailableError(f"{self._files['decoder']}: no TrustMark decoder (a picture); convert it again")

    def _session(self, name: str) -> Any:
        if self._pid != os.getpid():  # ONNX Runtime's threads do not survive a fork
            self._sessions, self._pid = {}, os.getpid()
        if name not in self._sessions:
            try:
                import onnxruntime
            except ImportError as error:
                raise UnavailableError("TrustMark needs onnxruntime; install reelproof[cpu]") from error
            try:
                self._sessions[name] = onnxruntime.InferenceSession(
                    str(self._files[name]), providers=onnxruntime.get_available_providers()
                )
            except Exception as error:  # ONNX Runtime raises classes of its own for whatever is wrong with a file
                raise UnavailableError(f"{self._files[name]}: no ONNX model that can be run ({error})") from error
        return self._sessions[name]

    def _marked(self, frame: Pixels, bits: NDArray[np.float32]) -> Pixels:
        cover = _tensor(frame, self._side)
        stego = self._session("encoder").run(None, {self._cover: cover, self._secret: bits[None]})[0]
        change = np.moveaxis(np.asarray(stego, np.float32)[0] - cover[0], 0, 2) * 127.5
        grown = cv2.resize(np.ascontiguousarray(change), frame.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        return np.clip(np.rint(frame + grown), 0, 255).astype(np.uint8)

    def _votes(self, frame: Pixels) -> NDArray[np.float64]:
        seen = _tensor(frame, _side(self._seen))
        votes: NDArray[np.float64] = np.asarray(
            self._session("decoder").run(None, {self._seen.name: seen})[0], np.float64
        )
        votes = votes[0] - 0.5
        if votes.shape != (self.capacity_bits,):
            raise UnavailableError(
                f"{self._files['decoder']}: gives {votes.shape} numbers instead of {self.capacity_bits}"
            )
        return votes


class VideoSealWatermarker(_LearnedWatermarker):
    """``file`` is a TorchScript module with ``embed(pictures, bits)`` and ``detect(pictures)``: pictures (n, 3, height,
    width), 0..1; bits (n, 256), 0 or 1; what is detected (n, 257), the first a mask, the others above zero for a one.

    Raises ``UnavailableError`` where the file is missing or not such a module, its digest is not ``sha256``, or PyTorch is
    not installed.
    """

    alg = "org.reelproof.videoseal.1"

    def __init__(self, file: Path, *, sha256: str) -> None:
        super().__init__(_BITS["videoseal"])
        if not file.is_file():
            raise UnavailableError(f"{file}: there is no such file; put Video Seal's TorchScript file there")
        found = sha256_file(file)
        if found != sha256.lower():
            raise UnavailableError(
                f"{file}: its digest is {found}, not the one that was vouched for; a TorchScript file is a program: "
                "compare it with its maker's and give it as PATH@DIGEST"
            )
        if not _is_torchscript(file):
            raise UnavailableError(f"{file}: no TorchScript file; pickled checkpoints are not opened")
        try:
            import torch
        except ImportError as error:
            raise UnavailableError("Video Seal needs PyTorch; install reelproof[models]") from error
        self._torch = torch
        try:
            self._model: Any = torch.jit.load(str(file), map_location="cpu").eval()
        except Exception as error:  # PyTorch raises RuntimeError and others for whatever is wrong with a file
            raise UnavailableError(f"{file}: no TorchScript module that can be run ({error})") from error
        if not hasattr(self._model, "embed") or not hasattr(self._model, "detect"):
            raise UnavailableError(f"{file}: no Video Seal module: it lacks 'embed' or 'detect'")

    def _marked(self, frame: Pixels, bits: NDArray[np.float32]) -> Pixels:
        torch = self._torch
        with torch.no_grad():
            marked = self._model.embed(self._pictures(frame), torch.from_numpy(bits[None]))
        pixels: NDArray[np.float32] = np.asarray(marked[0].permute(1, 2, 0).numpy(), np.float32)
        return np.clip(np.rint(pixels * 255), 0, 255).astype(np.uint8)

    def _votes(self, frame: Pixels) -> NDArray[np.float64]:
        with self._torch.no_grad():
            votes: NDArray[np.float64] = np.asarray(self._model.detect(self._pictures(frame)).numpy(), np.float64)[
                0, 1:
            ]
        if votes.shape != (self.capacity_bits,):
            raise UnavailableError(f"the Video Seal module gives {votes.shape} numbers instead of {self.capacity_bits}")
        return votes

    def _pictures(self, frame: Pixels) -> Any:
        planes = np.ascontiguousarray(np.moveaxis(frame, 2, 0)[None], np.float32) / 255
        return self._torch.from_numpy(planes)


def _tensor(frame: Pixels, side: int) -> NDArray[np.float32]:
    small = cv2.resize(frame, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32)
    return np.ascontiguousarray(np.moveaxis(small / 127.5 - 1, 2, 0)[None])


def _side(put_in: Any) -> int:
    """The side of the square that a model wants; 256, as TrustMark's has, where it leaves that open."""
    side = put_in.shape[2]
    return side if isinstance(side, int) else 256


def _refuse_pickle(path: Path) -> None:
    if not path.is_file():
        raise UnavailableError(f"{path}: there is no such file; put TrustMark's models there as ONNX")
    with path.open("rb") as stream:
        head = stream.read(4)
    if head[:2] == b"\x80\x02" or head == b"PK\x03\x04":
        raise UnavailableError(f"{path}: a pickled checkpoint, which is not opened; convert it to ONNX")


def _is_torchscript(path: Path) -> bool:
    """An archive with TorchScript's code in it: ``torch.save`` writes archives, too, but without any."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return False
    return any("/code/" in name for name in names) and any(name.endswith("/constants.pkl") for name in names)

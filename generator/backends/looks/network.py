"""One network in an ONNX file, run on the processor: pictures in, pictures or a score out."""

import hashlib
import os
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from generator.errors import ChangedModelError, IncompleteModelError, ModelError, RenderError, UnsafeModelError

#: Threads of one network. Fixed, not the machine's count: it stands in the record of every take.
THREADS = 2
#: Sides are padded to a multiple of this: the networks halve a picture three times.
MULTIPLE = 8
#: A look is a few megabytes; what is a hundred times that is no look.
MAX_BYTES = 512_000_000
#: The entry of ONNX's ``TensorProto.external_data`` that names a file: field 1 (``key``) with the text ``location``.
_ELSEWHERE = b"\x0a\x08location"
#: A picture that every network is tried on when it is opened.
_TRIED = (16, 24)

Picture = NDArray[np.uint8]


class PictureNetwork:
    """The network in ``path``, read once: its bytes are compared with ``sha256`` (hex; ``None``: whatever is there) and the
    very same bytes are run. ``gives`` is ``"frame"`` (a picture as large as the one it was given) or ``"score"``.

    Raises ``ModelError`` and its kinds, ``ChangedModelError`` for another digest among them.
    """

    def __init__(self, path: Path, sha256: str | None, *, gives: str = "frame", threads: int = THREADS) -> None:
        self.path, self.threads, self._gives = path, threads, gives
        if not path.is_file():
            raise IncompleteModelError(f"there is no {path.name} in {path.parent}; get the bundle whole")
        if path.stat().st_size > MAX_BYTES:
            raise ModelError(f"{path} is larger than {MAX_BYTES} bytes; it is no look")
        self._content = path.read_bytes()
        self.sha256 = hashlib.sha256(self._content).hexdigest()
        if sha256 is not None and self.sha256 != sha256:
            raise ChangedModelError(
                f"{path.name} in {path.parent} is not the one that was published (its digest is {self.sha256[:12]}…, not "
                f"{sha256[:12]}…); get the bundle again"
            )
        if _ELSEWHERE in self._content:
            raise UnsafeModelError(f"{path} keeps weights in other files; export it again as one file")
        # by process: a parent's session is kept in a forked child, because ending it would wait for threads that are gone
        self._sessions: dict[int, Any] = {}
        self._check()

    @property
    def runtime(self) -> str:
        """The version of ONNX Runtime that runs it."""
        import onnxruntime

        return str(onnxruntime.__version__)

    def redraw(self, frame: Picture) -> Picture:
        """``frame`` (height, width, 3) uint8 sRGB, of any size, as the network redraws it: the same shape and type.

        Sides that are no multiple of eight are padded with their edge and cropped again. Raises ``RenderError`` where the
        network gives what is no number.
        """
        height, width = frame.shape[:2]
        drawn = self._run(frame)[0].transpose(1, 2, 0)[:height, :width]
        if not np.isfinite(drawn).all():
            raise RenderError(f"{self.path} gave pictures that are no numbers; train the look again or choose another")
        return np.ascontiguousarray(np.rint(np.clip(drawn, 0.0, 1.0) * 255.0), dtype=np.uint8)

    def score(self, frame: Picture) -> float:
        """The one number that the network gives for ``frame``. Raises ``RenderError`` where it is none."""
        score = float(self._run(frame)[0])
        if not np.isfinite(score):
            raise RenderError(f"{self.path} gave a score that is no number; train it again or choose another")
        return score

    def _run(self, frame: Picture) -> NDArray[np.float32]:
        if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8 or not frame.size:
            raise RenderError(f"a look takes frames of (height, width, 3) uint8, not {frame.shape} {frame.dtype}")
        height, width = frame.shape[:2]
        below, right = -height % MULTIPLE, -width % MULTIPLE
        padded = cv2.copyMakeBorder(frame, 0, below, 0, right, cv2.BORDER_REPLICATE) if below or right else frame
        given = np.ascontiguousarray(padded.transpose(2, 0, 1)[None], dtype=np.float32) / np.float32(255.0)
        return np.asarray(self._get_session().run(None, {"frame": given})[0], np.float32)

    def _check(self) -> None:
        """Raises ``ModelError`` where inputs and outputs are not those of a look, or a critic."""
        session = self._get_session()
        inputs, outputs = session.get_inputs(), session.get_outputs()
        wanted = "one input 'frame' of (1, 3, height, width) float32, height and width of any multiple of eight"
        if [one.name for one in inputs] != ["frame"] or inputs[0].type != "tensor(float)" or len(outputs) != 1:
            found = ", ".join(f"{one.name} {one.type}" for one in inputs)
            raise ModelError(f"{self.path} takes {found[:200]} and gives {len(outputs)}; a look takes {wanted}")
        shape = inputs[0].shape
        fixed = len(shape) != 4 or shape[1] != 3 or any(isinstance(side, int) for side in shape[2:])
        if fixed or (isinstance(shape[0], int) and shape[0] != 1):
            raise ModelError(f"{self.path} takes pictures of {shape}; a look takes {wanted}: export it again")
        tried = np.zeros((*_TRIED, 3), np.uint8)
        try:
            given = self._run(tried).shape
        except Exception as error:  # ONNX Runtime raises classes of its own for whatever does not fit
            said = " ".join(str(error).split())[:200]
            raise ModelError(f"{self.path} can't be run on a picture of {_TRIED} ({said}); export it again") from error
        expected = (1, 3, *_TRIED) if self._gives == "frame" else (1,)
        if given != expected:
            raise ModelError(
                f"{self.path} gives {given} for a picture of {_TRIED}, and a {self._gives} is {expected}; export it again"
            )

    def _get_session(self) -> Any:
        process = os.getpid()
        if process not in self._sessions:  # ONNX Runtime's threads do not survive a fork
            try:
                import onnxruntime
            except ImportError as error:
                raise ModelError("looks need onnxruntime; install reelproof[cpu]") from error
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads, options.inter_op_num_threads = self.threads, 1
            options.use_deterministic_compute = True
            options.log_severity_level = 4  # what is wrong is said by the error
            # idle threads must not spin while the renderer works on the same processors
            options.add_session_config_entry("session.intra_op.allow_spinning", "0")
            try:
                self._sessions[process] = onnxruntime.InferenceSession(
                    self._content, options, providers=["CPUExecutionProvider"]
                )
            except Exception as error:  # as above
                said = " ".join(str(error).split())[:200]
                raise ModelError(
                    f"{self.path} is no ONNX model that can be run ({said}); get the bundle again"
                ) from error
        return self._sessions[process]

"""The worker as its user sees it: started when it is needed, kept with its loaded models, killed when it must be."""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from auditor.media.types import Cancelled, OnProgress, Progress, never_cancelled, no_progress
from generator import errors
from generator.backends.diffusion import wire
from generator.backends.diffusion.conditions import Array, Conditions, Settings
from generator.errors import CancelledError, ModelError, RenderError
from generator.shots.model import ShotRequest

#: How often somebody is asked whether to stop, in seconds.
POLL = 0.05
#: A cancel is heard before the next call of any component; one call of a 14-billion-parameter model takes some seconds.
CANCEL_GRACE = 20.0
#: Longest silence: loading 60 GB from a slow disk, or decoding a minute of 1080p on a processor.
MAX_SILENCE = 1800.0
#: The libraries are loaded within this, on a cold disk.
MAX_START = 300.0
_KINDS = {name: getattr(errors, name) for name in errors.__all__}


class RenderWorker:
    """One process that runs models. ``options`` are ``DiffusionEngine``'s. For one thread at a time.

    A render that raises leaves the process with its models; ``kill`` ends it at once and frees all that it held. The next
    render starts another.
    """

    def __init__(self, *, cache_bytes: int | None = None, threads: int | None = None) -> None:
        self._options = {
            name: value for name, value in (("cache_bytes", cache_bytes), ("threads", threads)) if value is not None
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._log: Any = None
        self._heard: queue.Queue[Any] = queue.Queue()
        self._jobs = 0

    @property
    def pid(self) -> int | None:
        """The process, while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def render(
        self,
        model: Path,
        request: ShotRequest,
        conditions: Conditions,
        settings: Settings,
        *,
        digest: str | None = None,
        on_progress: OnProgress = no_progress,
        cancelled: Cancelled = never_cancelled,
    ) -> tuple[Array, int, Mapping[str, Any]]:
        """Frames (n, h, w, 3) uint8, their rate, and the record. Raises as ``DiffusionEngine.render`` does, and
        ``RenderError`` when the process dies or falls silent."""
        if cancelled():
            raise CancelledError(f"the render of shot {request.id} was cancelled before it began")
        self._start(cancelled, request.id)
        self._jobs += 1
        job = self._jobs
        message = {
            "do": "render",
            "job": job,
            "model": str(model),
            "digest": digest,
            "request": request.as_dict(),
            "conditions": conditions.settings(),
            "settings": asdict(settings),
        }
        self._tell(message, conditions.arrays())
        return self._follow(job, request, on_progress, cancelled)

    def kill(self) -> None:
        """Ends the process at once."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for stream in (process.stdin, process.stdout):
            with contextlib.suppress(OSError, ValueError):
                stream.close()  # type: ignore[union-attr]
        with contextlib.suppress(OSError):
            self._log.close()

    def __enter__(self) -> "RenderWorker":
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def __del__(self) -> None:
        with contextlib.suppress(Exception):
            self.kill()

    def _start(self, cancelled: Cancelled, name: str) -> None:
        if self.pid is not None:
            return
        self.kill()
        self._heard = queue.Queue()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by kill
        root = str(Path(__file__).resolve().parents[3])
        environ = os.environ | {
            "HF_HUB_OFFLINE": "1",  # a model is a folder; nothing is fetched while rendering
            "PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH", "")))),
            "CUBLAS_WORKSPACE_CONFIG": os.environ.get("CUBLAS_WORKSPACE_CONFIG", ":4096:8"),  # cuBLAS is repeatable so
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "generator.backends.diffusion.worker", json.dumps(self._options)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=environ,
            start_new_session=True,
        )
        threading.Thread(target=_hear, args=(self._process.stdout, self._heard), daemon=True).start()
        until = time.monotonic() + MAX_START
        while True:
            if cancelled():
                self.kill()
                raise CancelledError(f"the render of shot {name} was cancelled while the worker started")
            heard = self._hear(until, "start")
            if heard is not None:
                return

    def _follow(
        self, job: int, request: ShotRequest, on_progress: OnProgress, cancelled: Cancelled
    ) -> tuple[Array, int, Mapping[str, Any]]:
        until, asked = time.monotonic() + MAX_SILENCE, False
        while True:
            if not asked and cancelled():
                asked = True
                self._tell({"do": "cancel", "job": job}, {})
                until = time.monotonic() + CANCEL_GRACE
            try:
                heard = self._hear(until, "answer")
            except RenderError:
                if asked:  # it did not listen: what it held is free now
                    self.kill()
                    raise CancelledError(
                        f"the render of shot {request.id} was cancelled and its worker ended"
                    ) from None
                raise
            if heard is None:
                continue
            message, arrays = heard
            if message.get("job") != job:
                continue  # of a render that was given up
            if message["event"] == "progress":
                until = until if asked else time.monotonic() + MAX_SILENCE
                on_progress(Progress(message["stage"], message["done"], message["total"], message["unit"]))
            elif message["event"] == "frames":
                return arrays["frames"], int(message["fps"]), message["record"]
            elif message["event"] == "cancelled":
                raise CancelledError(f"the render of shot {request.id} was cancelled: {message['message']}")
            else:
                raise self._error(message, request)

    def _error(self, message: Mapping[str, Any], request: ShotRequest) -> Exception:
        kind = _KINDS.get(str(message.get("kind")))
        if kind is not None:
            return kind(message["message"])  # type: ignore[no-any-return]
        if message.get("kind") == "OutOfMemory":
            return RenderError(
                f"shot {request.id} does not fit into memory by any measure ({message['message'][:200]}); make the picture "
                "or the shot smaller, or choose a smaller model"
            )
        return ModelError(
            f"the model failed at shot {request.id} ({message['message']}); choose another, or report this"
        )

    def _tell(self, message: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
        try:
            wire.send(self._process.stdin, message, arrays)  # type: ignore[union-attr, arg-type]
        except (OSError, ValueError) as error:
            raise self._lost("went away") from error

    def _hear(self, until: float, what: str) -> tuple[dict[str, Any], dict[str, Array]] | None:
        """The next message; ``None`` if there is none for now. Raises ``RenderError`` at the end, or of time."""
        try:
            heard = self._heard.get(timeout=POLL)
        except queue.Empty:
            if time.monotonic() > until:
                raise self._lost(f"gave no {what} in time") from None
            return None
        if heard is None:
            raise self._lost("ended")
        return heard  # type: ignore[no-any-return]

    def _lost(self, how: str) -> RenderError:
        said, code = b"", None
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = self._process.wait(timeout=2.0 if how == "ended" else 0.1)
        with contextlib.suppress(OSError, ValueError):
            size = os.fstat(self._log.fileno()).st_size
            self._log.seek(max(0, size - 2000))
            said = self._log.read()
        self.kill()
        last = " ".join(said.decode("utf-8", "replace").strip().splitlines()[-1:])[:300]
        by = f" by signal {-code} (memory?)" if code is not None and code < 0 else ""
        return RenderError(
            f"the render's worker {how}{by}; the shot can be rendered again{f': {last}' if last else ''}"
        )


def _hear(stream: Any, heard: "queue.Queue[Any]") -> None:
    with contextlib.suppress(OSError, ValueError, KeyError):
        while (message := wire.receive(stream)) is not None:
            heard.put(message)
    heard.put(None)

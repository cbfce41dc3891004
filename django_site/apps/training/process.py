"""The training process as the worker sees it: started, followed, stopped within a step, killed where it doesn't answer."""

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
from pathlib import Path
from typing import IO, Any

from auditor.media.types import Cancelled, OnProgress, Progress
from generator.errors import CancelledError, TrainingError

#: How often somebody is asked whether to stop, in seconds.
POLL = 0.1
#: A stop is heard after the step at work, and the checkpoint is written then: a few seconds for networks of this size.
STOP_GRACE = 60.0
#: Longest silence: measuring a model and comparing its pictures with the whole training set says nothing meanwhile.
MAX_SILENCE = 3600.0
#: Kept of what the process wrote beside its answers, for the log of the worker.
_LOG_BYTES = 2000


def engine_run(asked: Mapping[str, Any], *, on_progress: OnProgress, cancelled: Cancelled) -> dict[str, Any]:
    """Have the engine do something and wait for it. Raises ``CancelledError`` once it has stopped on request,
    ``TrainingError`` with what it said is wrong, ``OSError`` where the system refused it something, ``RuntimeError`` for
    what nobody foresaw."""
    with tempfile.TemporaryFile() as log, _started(log) as process:
        heard: queue.Queue[bytes | None] = queue.Queue()
        threading.Thread(target=_hear, args=(process.stdout, heard), daemon=True).start()
        _say(process, json.dumps(asked))
        stopping, said_at = 0.0, time.monotonic()
        while True:
            if cancelled() and not stopping:
                stopping = time.monotonic()
                _say(process, "stop")
            try:
                line = heard.get(timeout=POLL)
            except queue.Empty:
                if stopping and time.monotonic() - stopping > STOP_GRACE:
                    raise CancelledError(
                        "the training did not stop in time and was ended; its last checkpoint is kept"
                    ) from None
                if time.monotonic() - said_at > MAX_SILENCE:
                    raise TrainingError(
                        f"the training said nothing for {MAX_SILENCE:.0f} s and was ended; go on with it"
                    ) from None
                continue
            said_at = time.monotonic()
            if line is None:
                process.wait()
                raise RuntimeError(f"the training process ended with status {process.returncode}: {_end_of(log)}")
            message = json.loads(line)
            if "progress" in message:
                on_progress(Progress(*message["progress"]))
            elif "done" in message:
                return dict(message["done"])
            else:
                _raise(message, log)


def _raise(message: Mapping[str, Any], log: IO[bytes]) -> None:
    text = str(message["text"])
    if message["failed"] == "cancelled":
        raise CancelledError(text)
    if message["failed"] == "anticipated":
        raise TrainingError(text)
    if message["failed"] == "system":
        raise OSError(message.get("errno"), text)
    raise RuntimeError(f"{text}: {_end_of(log)}")


def _end_of(log: IO[bytes]) -> str:
    log.seek(0, os.SEEK_END)
    log.seek(max(0, log.tell() - _LOG_BYTES))
    return log.read().decode(errors="replace").strip()


@contextlib.contextmanager
def _started(log: IO[bytes]) -> Any:
    root = str(Path(__file__).resolve().parents[3])
    environ = os.environ | {
        "HF_HUB_OFFLINE": "1",  # nothing is fetched while training
        "PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH", "")))),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "django_site.apps.training.engine"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        env=environ,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for stream in (process.stdin, process.stdout):
            with contextlib.suppress(OSError, ValueError):
                stream.close()  # type: ignore[union-attr]


def _say(process: subprocess.Popen[bytes], line: str) -> None:
    with contextlib.suppress(OSError):  # it has gone: what it said last tells why
        process.stdin.write(line.encode() + b"\n")  # type: ignore[union-attr]
        process.stdin.flush()  # type: ignore[union-attr]


def _hear(stream: Any, heard: "queue.Queue[bytes | None]") -> None:
    with contextlib.suppress(OSError, ValueError):
        for line in stream:
            if line.startswith(b"{"):
                heard.put(line)
    heard.put(None)

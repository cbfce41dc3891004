"""The process in which models are loaded and run: ``python -m generator.backends.diffusion.worker OPTIONS``.

It reads jobs from its standard input and writes what it has to say to what was its standard output, as ``wire`` has it. It
ends when whoever started it does: nothing keeps the device's memory after a crash.
"""

import json
import os
import queue
import sys
import threading
from typing import IO, Any

from auditor.errors import AuditorError
from auditor.media.types import Progress
from generator.backends.diffusion import wire
from generator.backends.diffusion.conditions import Conditions, Settings
from generator.backends.diffusion.engine import DiffusionEngine, said
from generator.backends.diffusion.memory import is_out_of_memory
from generator.errors import CancelledError, GeneratorError
from generator.shots.model import ShotRequest


def main() -> int:
    """Serves jobs until the input ends; returns the exit status."""
    out, sys.stdout = os.fdopen(os.dup(1), "wb"), sys.stderr
    os.dup2(2, 1)  # whatever libraries print must not get between the messages
    options = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
    jobs: queue.Queue[Any] = queue.Queue()
    cancels: set[int] = set()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, jobs, cancels), daemon=True).start()
    engine = DiffusionEngine(**options)
    wire.send(out, {"event": "ready", "pid": os.getpid()})
    while True:
        _serve(engine, *jobs.get(), cancels=cancels, out=out)


def _listen(stream: IO[bytes], jobs: "queue.Queue[Any]", cancels: set[int]) -> None:
    try:
        while (received := wire.receive(stream)) is not None:
            message, arrays = received
            if message.get("do") == "cancel":
                cancels.add(int(message["job"]))
            else:
                jobs.put((message, arrays))
    finally:
        os._exit(0)  # nobody is there any more: whatever is being computed is for nobody


def _serve(engine: DiffusionEngine, message: dict[str, Any], arrays: Any, *, cancels: set[int], out: IO[bytes]) -> None:
    job = int(message["job"])

    def tell(progress: Progress) -> None:
        parts = {name: getattr(progress, name) for name in ("stage", "done", "total", "unit")}
        wire.send(out, {"event": "progress", "job": job, **parts})

    try:
        from pathlib import Path

        made = engine.render(
            Path(message["model"]),
            ShotRequest.from_dict(message["request"]),
            Conditions.from_parts(arrays, message["conditions"]),
            Settings(**message["settings"]),
            digest=message["digest"],
            on_progress=tell,
            cancelled=lambda: job in cancels,
        )
        wire.send(
            out, {"event": "frames", "job": job, "fps": made.fps, "record": made.record}, {"frames": made.pictures}
        )
    except CancelledError as error:
        wire.send(out, {"event": "cancelled", "job": job, "message": str(error)})
    except (GeneratorError, AuditorError) as error:
        wire.send(out, {"event": "error", "job": job, "kind": type(error).__name__, "message": str(error)})
    except Exception as error:
        kind = "OutOfMemory" if is_out_of_memory(error) else "failure"
        wire.send(out, {"event": "error", "job": job, "kind": kind, "message": said(error)})


if __name__ == "__main__":
    sys.exit(main())

"""The process that trains: a child of the worker, so that it can be stopped, and dies with it.

``python -m django_site.apps.training.engine`` reads one JSON line (what to do), then listens for ``stop``; the end of its
input is a stop as well. It answers with JSON lines: ``{"progress": …}``, ``{"done": …}`` or ``{"failed": kind, "text": …}``.
It knows nothing of Django: what it needs is in the line that it was given.
"""

import json
import sys
import threading
from pathlib import Path
from typing import Any

from auditor.errors import AuditorError
from auditor.media.types import Progress
from generator.errors import CancelledError, GeneratorError


def _tell(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def _progress(progress: Progress) -> None:
    _tell({"progress": [progress.stage, progress.done, progress.total, progress.unit]})


def _train(asked: dict[str, Any], stop: threading.Event) -> dict[str, Any]:
    from generator.training.data import TrainingSet
    from generator.training.runner import run, start

    folder = Path(asked["folder"])
    if not (folder / "run.json").exists():
        start(
            folder,
            kind=asked["kind"],
            name=asked["name"],
            training_set=TrainingSet.from_dict(asked["set"]),
            settings=asked["settings"],
            seed=asked["seed"],
            steps=asked["steps"],
        )
    done = run(folder, on_progress=_progress, cancelled=stop.is_set)
    return {"step": done.step, "state": done.state}


def _publish(asked: dict[str, Any], stop: threading.Event) -> dict[str, Any]:
    from generator.training.publishing import publish

    made = publish(
        Path(asked["folder"]),
        key=Path(asked["key"]),
        makers=asked["makers"],
        version=asked["version"],
        accept_suspect=asked["accept_suspect"] or None,
        samples=asked["samples"],
        on_progress=_progress,
        cancelled=stop.is_set,
    )
    return {"folder": str(made)}


def main() -> int:
    """One task; exit status 0 where it was done, 1 where it said why not."""
    asked = json.loads(sys.stdin.readline())
    stop = threading.Event()

    def listen() -> None:
        sys.stdin.readline()  # "stop", or the end: the worker has gone
        stop.set()

    threading.Thread(target=listen, daemon=True).start()
    try:
        result = {"train": _train, "publish": _publish}[asked["do"]](asked, stop)
    except CancelledError as error:
        _tell({"failed": "cancelled", "text": str(error)})
    except (GeneratorError, AuditorError) as error:
        _tell({"failed": "anticipated", "text": str(error)})
    except OSError as error:
        _tell({"failed": "system", "text": str(error), "errno": error.errno})
    except Exception as error:  # the worker logs it and tries again
        _tell({"failed": "internal", "text": f"{type(error).__name__}: {error}"})
        raise
    else:
        _tell({"done": result})
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())

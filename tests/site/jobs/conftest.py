"""Real worker processes on the test's own database and data directory."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[3]


def until(condition: Callable[[], object], *, seconds: float, what: str) -> object:
    """Wait for a condition, looking every few milliseconds; fail with what was awaited."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.004)
    pytest.fail(f"waited {seconds} s in vain for {what}")


class Worker:
    """``manage.py worker`` as a process of its own."""

    def __init__(self, log: Path, environment: dict[str, str], command: tuple[str, ...]) -> None:
        self.log = log
        with log.open("ab") as stream:
            self.process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=environment,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    def kill(self) -> None:
        """What the kernel does when memory runs out: no handler, no farewell. The decoder processes go along."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def text(self) -> str:
        return self.log.read_text(errors="replace")[-3000:]


@pytest.fixture
def start_worker(tmp_path, transactional_db):
    """``start_worker()`` gives a running worker; whatever still runs at the end is killed."""
    workers: list[Worker] = []
    database = connection.settings_dict["NAME"]

    def start(command: tuple[str, ...] = ("manage.py", "worker"), **extra: str) -> Worker:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "django_site.settings.test",
            "REELPROOF_VAR": str(settings.VAR),
            "REELPROOF_TEST_DATABASE": str(database),
            **extra,
        }
        worker = Worker(tmp_path / f"worker-{len(workers)}.log", environment, command)
        workers.append(worker)
        return worker

    yield start
    for worker in workers:
        if worker.process.poll() is None:
            worker.kill()

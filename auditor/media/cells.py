"""Cells, asked for: each call gets a process of its own that decodes one file, forked by this process's nursery."""

import atexit
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, Any

#: Seconds that a nursery may take to end once it is asked to; it has nothing to save.
_FAREWELL_SECONDS = 5
#: What ``subprocess`` calls a process that was killed; told when the nursery itself died and can't say more.
_KILLED = -9


@dataclass(slots=True)
class Cell:
    """A decoder at work: ``output`` is what it writes."""

    output: IO[bytes]
    _leash: socket.socket

    def wait(self) -> int:
        """Wait for its end and say its exit status, negative for the signal that ended it."""
        from auditor.media.nursery import STATUS

        told = b""
        while len(told) < STATUS.size and (part := self._leash.recv(STATUS.size - len(told))):
            told += part
        return int(STATUS.unpack(told)[0]) if len(told) == STATUS.size else _KILLED

    def close(self) -> None:
        """Kill it if it still runs, and return when it is gone."""
        self.output.close()
        with self._leash, suppress(OSError):
            self._leash.shutdown(socket.SHUT_WR)
            self.wait()


class _Nursery:
    """The process that forks cells for this one; made on first use, made anew after a fork and after its death."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._orders: socket.socket | None = None
        os.register_at_fork(after_in_child=self._forget)
        atexit.register(self.stop)

    def order(self, job: dict[str, Any], descriptors: list[int]) -> None:
        """Send a job with its descriptors (media, pipe, leash)."""
        from auditor.media.nursery import describe

        message = describe(job)
        with self._lock:
            try:
                socket.send_fds(self._running(), [message], descriptors, socket.MSG_NOSIGNAL)
            except (BrokenPipeError, ConnectionResetError):  # it was killed, for want of memory perhaps
                self._end()
                socket.send_fds(self._running(), [message], descriptors, socket.MSG_NOSIGNAL)

    def stop(self) -> None:
        with self._lock:
            self._end()

    def _running(self) -> socket.socket:
        if self._orders is None:
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "auditor.media.nursery", str(theirs.fileno())],
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                    pass_fds=(theirs.fileno(),), env=_bare_environment(),
                )  # fmt: skip
            self._orders = ours
        return self._orders

    def _end(self) -> None:
        if self._orders is not None:
            self._orders.close()
        if self._process is not None:
            try:
                self._process.wait(_FAREWELL_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._orders = self._process = None

    def _forget(self) -> None:
        """In a forked child: the nursery is the parent's; only let go of it."""
        self._lock = threading.Lock()
        if self._orders is not None:
            self._orders.close()
        if self._process is not None:
            self._process.returncode = 0  # not ours to wait for
        self._orders = self._process = None


_nursery = _Nursery()


@contextmanager
def cell(job: dict[str, Any], media: int) -> Iterator[Cell]:
    """A decoder on the open descriptor ``media``, gone when the block ends, however it ends. ``job``: see ``worker``."""
    leash, theirs = socket.socketpair()
    read, write = os.pipe()
    opened = Cell(os.fdopen(read, "rb"), leash)
    try:
        with theirs:
            _nursery.order(job, [media, write, theirs.fileno()])
    except BaseException:
        opened.output.close()
        leash.close()
        raise
    finally:
        os.close(write)
    try:
        yield opened
    finally:
        opened.close()


def _bare_environment() -> dict[str, str]:
    """What the decoder needs of our environment: where Python finds its packages, and nothing secret.

    One thread for linear algebra: a fork takes none of the others along, and decoding needs none.
    """
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ}
    single = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    path = os.pathsep.join(entry for entry in sys.path if entry)
    return {**kept, **single, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}

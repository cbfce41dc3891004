"""The nursery: one process that has imported the decoders and forks a cell for each file, which takes milliseconds.

A fresh interpreter needs 0.3 s of processor time before it can decode anything, as much as two seconds of 1080p film. The
nursery pays that once. It never opens, reads or decodes media itself: it takes a job with its open descriptors from the
process that started it, forks, and the child enters the sandbox before it reads the first byte. Every file therefore has a
process of its own as before. What children share is the layout of their address space (they are not loaded anew), which
an attacker would first have to leak out of a cell that can talk to nobody but us.

Run as ``python -m auditor.media.nursery FD`` by ``auditor.media.cells``, with FD one end of a SOCK_SEQPACKET pair. A message
is a job in JSON with three descriptors: the media, the pipe for what is decoded, and the cell's *leash*, one end of a
stream pair. When the other end of the leash shuts down, the child is killed; when the child is gone, its status (signed 32
bits, little-endian, negative for a signal as in ``subprocess``) is written to the leash. When the socket closes, all go.
"""

import gc
import json
import os
import selectors
import signal
import socket
import struct
import sys
from contextlib import suppress
from typing import Any, NoReturn

from auditor.media import worker

#: Bytes of a job, a short JSON object.
MAX_JOB = 16 * 1024
STATUS = struct.Struct("<i")
#: Where the child finds its media, after standard input, output and error.
_MEDIA = 3


class Nursery:
    """Forks cells and watches over them until its socket closes."""

    def __init__(self, orders: socket.socket) -> None:
        self._orders = orders
        self._leashes: dict[int, socket.socket] = {}
        self._selector = selectors.DefaultSelector()
        self._bell, ring = socket.socketpair()
        self._bell.setblocking(False)
        ring.setblocking(False)
        self._ring = ring
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who started us decides when work ends
        signal.set_wakeup_fd(ring.fileno(), warn_on_full_buffer=False)

    def run(self) -> None:
        """Serve until the other end of the socket is closed."""
        self._selector.register(self._orders, selectors.EVENT_READ)
        self._selector.register(self._bell, selectors.EVENT_READ)
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._orders:
                    if not self._take_order():
                        self._end()
                        return
                elif key.fileobj is self._bell:
                    self._bell.recv(4096)
                    self._reap()
                elif key.data in self._leashes:
                    self._selector.unregister(key.fileobj)
                    self._kill(key.data)

    def _take_order(self) -> bool:
        message, descriptors, flags, _ = socket.recv_fds(self._orders, MAX_JOB, 3)
        if not message:
            return False
        if len(descriptors) != 3 or flags & socket.MSG_CTRUNC:
            raise ValueError("a job comes with three descriptors")
        media, pipe, leash = descriptors
        child = os.fork()
        if child == 0:
            self._become_a_cell(message, media, pipe)
        os.close(media)
        os.close(pipe)
        self._leashes[child] = socket.socket(fileno=leash)
        self._selector.register(self._leashes[child], selectors.EVENT_READ, child)
        return True

    def _become_a_cell(self, message: bytes, media: int, pipe: int) -> NoReturn:
        """In the child: keep the media and the pipe, nothing else of ours, and decode."""
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.dup2(media, _MEDIA + 1)  # first out of the way of 1 and 3, whichever numbers came
            os.dup2(pipe, 1)
            os.dup2(_MEDIA + 1, _MEDIA)
            os.closerange(_MEDIA + 1, os.sysconf("SC_OPEN_MAX"))
            status = worker.main({**json.loads(message), "descriptor": _MEDIA})
        finally:
            os._exit(status)

    def _reap(self) -> None:
        with suppress(ChildProcessError):
            while True:
                child, status = os.waitpid(-1, os.WNOHANG)
                if child == 0:
                    return
                leash = self._leashes.pop(child)
                with suppress(KeyError):
                    self._selector.unregister(leash)
                with leash, suppress(OSError):
                    leash.send(STATUS.pack(os.waitstatus_to_exitcode(status)), socket.MSG_NOSIGNAL)

    def _end(self) -> None:
        self._kill(*self._leashes)
        for child in self._leashes:
            os.waitpid(child, 0)

    @staticmethod
    def _kill(*children: int) -> None:
        for child in children:  # not yet reaped, so the number can be no other process's
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)


def main(arguments: list[str]) -> int:
    worker.import_everything()
    gc.collect()
    gc.freeze()  # the children would copy every page whose objects the collector touches
    with socket.socket(fileno=int(arguments[0])) as orders:
        Nursery(orders).run()
    return 0


def describe(job: dict[str, Any]) -> bytes:
    """A job as the nursery takes it. Raises ``ValueError`` for one that is too long."""
    message = json.dumps(job).encode()
    if len(message) > MAX_JOB:
        raise ValueError(f"a job of {len(message)} bytes is longer than {MAX_JOB}")
    return message


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

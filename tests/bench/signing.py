"""What provenance and policies cost, each against the bare library on the same file in the same run.

    python -m tests.bench.signing [--megabytes 40] [--rounds 5] [--json]

Signing: ``auditor.provenance.sign`` (history check, fsync, re-read with a fresh reader over the whole chain, SHA-256 of the
output, rename) against ``c2pa.Builder.sign`` with the same settings and manifest, alone and followed by a re-read.
Verifying: ``auditor.provenance.verify`` against a bare ``c2pa.Reader`` and its JSON. Policies: evaluations a second.
Rounds alternate between the contestants and the median counts, so that a busy machine troubles all alike.
"""

import argparse
import json
import statistics
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
    ManifestDraft,
    ModelDisclosure,
    SigningIdentity,
    TrustList,
    sign,
    verify,
)
from auditor.provenance.trust import context

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


def medians(rounds: int, **contestants: Callable[[], Any]) -> dict[str, float]:
    """The median seconds of each, run in turn; the first turn warms up and does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for turn in range(rounds + 1):
        for name, run in contestants.items():
            start = time.perf_counter()
            run()
            if turn:
                seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in seconds.items()}


def bench_signing(directory: Path, megabytes: int, rounds: int) -> dict[str, float]:
    authority = DevelopmentAuthority.create(directory / "authority")
    identity, trust = SigningIdentity.open(authority.directory), TrustList.open(authority.directory)
    source = film(directory / "film.mp4", megabytes)
    definition = DRAFT.definition([])

    def bare() -> None:
        info = c2pa.C2paSignerInfo(identity.algorithm, identity.chain_pem, identity.key_pem, None)
        builder = c2pa.Builder(definition, context=context(trust))
        with source.open("rb") as reading, (directory / "bare.mp4").open("w+b") as writing:
            builder.sign(c2pa.Signer.from_info(info), "video/mp4", reading, writing)

    def bare_read(name: str = "bare.mp4") -> None:
        with (
            (directory / name).open("rb") as stream,
            c2pa.Reader("video/mp4", stream, context=context(trust)) as reader,
        ):
            json.loads(reader.json())

    def bare_and_read() -> None:
        bare()
        bare_read()

    def ours() -> None:
        sign(source, directory / "ours.mp4", draft=DRAFT, identity=identity, trust=trust)

    signing = medians(rounds, bare=bare, bare_and_read=bare_and_read, ours=ours)
    reading = medians(
        rounds, bare=lambda: bare_read("ours.mp4"), ours=lambda: verify(directory / "ours.mp4", trust=trust)
    )
    size = source.stat().st_size / 1e6
    return {
        "megabytes": size,
        "sign_bare": signing["bare"],
        "sign_bare_and_read": signing["bare_and_read"],
        "sign_ours": signing["ours"],
        "sign_ratio": signing["ours"] / signing["bare"],
        "sign_ratio_with_read": signing["ours"] / signing["bare_and_read"],
        "sign_ms_per_mb": signing["ours"] * 1000 / size,
        "verify_bare": reading["bare"],
        "verify_ours": reading["ours"],
        "verify_ratio": reading["ours"] / reading["bare"],
    }


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
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="reelproof-bench-") as directory:
        figures = bench_signing(Path(directory), options.megabytes, options.rounds) | bench_policies()
    if options.json:
        print(json.dumps(figures))
        return
    table = Table("figure", "value")
    for name, value in figures.items():
        table.add_row(name, f"{value:,.3f}" if value < 100 else f"{value:,.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()

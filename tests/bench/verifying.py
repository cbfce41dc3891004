"""What a verdict on the whole chain costs beside the bare reader, and in memory.

    python -m tests.bench.verifying [--megabytes 40] [--shots 6] [--rounds 7] [--gigabytes 2] [--agree DIR] [--json]

A film of that size, cut from that many signed shots, is read by ``auditor.provenance.verify`` (chain, gaps, words) and by
a bare ``c2pa.Reader`` with its JSON, in turns in one run; medians count. Then the same for a picture, and for the film
with blocks, whole and changed in one byte. ``--gigabytes``: a film of that length is verified in a process of its own, and
its highest memory is read. ``--agree DIR``: every file below DIR is read by both, and where they disagree is listed.
"""

import argparse
import io
import json
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import c2pa
import numpy as np
from PIL import Image
from rich.console import Console
from rich.table import Table

from auditor.provenance import DevelopmentAuthority, FileSigner, TrustList, sniff, verify
from auditor.provenance.boxes import boxes_between
from auditor.provenance.trust import context
from tests.auditor.provenance import foreign
from tests.auditor.provenance.agreement import disagreement, reference
from tests.auditor.provenance.conftest import flip, write_mp4
from tests.bench.signing import film

_LEAVES = {"merkle_tree_chunk_size_in_kb": 16, "merkle_tree_max_proofs": 0}


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


def bare_read(path: Path, trust: TrustList) -> None:
    with path.open("rb") as stream:
        kind = sniff.media_type(stream.read(sniff.HEAD_BYTES)) or ""
        stream.seek(0)
        with c2pa.Reader(kind, stream, context=context(trust)) as reader:
            json.loads(reader.json())


def bench_time(directory: Path, megabytes: int, shots: int, rounds: int) -> list[dict[str, Any]]:
    authority = DevelopmentAuthority.create(directory / "authority")
    signer, trust = FileSigner.open(authority.directory), TrustList.open(authority.directory)
    source = film(directory / "source.mp4", megabytes)
    parts = []
    for number in range(shots):
        shot = write_mp4(directory / f"shot-{number}.mp4", number)
        signed = foreign.bare_sign(shot, directory / f"signed-{number}.mp4", signer, trust)
        parts.append(({"title": f"Shot {number}", "relationship": "componentOf"}, "video/mp4", signed.read_bytes()))
    cut = foreign.bare_sign(source, directory / "cut.mp4", signer, trust, ingredients=parts)
    blocks = foreign.bare_sign(source, directory / "blocks.mp4", signer, trust, ingredients=parts, core=_LEAVES)
    small = foreign.bare_sign(write_mp4(directory / "s.mp4"), directory / "small.mp4", signer, trust, ingredients=parts)
    Image.fromarray(np.random.default_rng(2).integers(0, 255, (720, 1280, 3), dtype=np.uint8)).save(
        directory / "p.jpeg"
    )
    picture = foreign.bare_sign(directory / "p.jpeg", directory / "picture.jpeg", signer, trust, kind="image/jpeg")
    changed = directory / "changed.mp4"
    changed.write_bytes(blocks.read_bytes())
    flip(changed, changed.stat().st_size // 2)
    found = []
    for name, path, state in (
        ("film", cut, "Trusted"),
        ("film with blocks", blocks, "Trusted"),
        ("the same, one byte changed and placed", changed, "Changed"),
        ("film of two seconds", small, "Trusted"),
        ("picture", picture, "Trusted"),
    ):
        report = verify(path, trust=trust)
        assert report.state == state, (name, report.reasons)
        assert len(report.chain) == (0 if name == "picture" else shots)
        times = medians(rounds, bare=lambda p=path: bare_read(p, trust), ours=lambda p=path: verify(p, trust=trust))  # type: ignore[misc]
        size = path.stat().st_size / 1e6
        found.append({"what": name, "megabytes": size, **times, "ratio": times["ours"] / times["bare"]})
    return found


def bench_memory(directory: Path, gigabytes: float) -> dict[str, Any]:
    """A film whose media data is that long: a short one, and noise behind it that no track refers to."""
    authority = DevelopmentAuthority.create(directory / "big-authority")
    signer, trust = FileSigner.open(authority.directory), TrustList.open(authority.directory)
    short = write_mp4(directory / "short.mp4").read_bytes()
    boxes = {box.kind: box for box in boxes_between(io.BytesIO(short), 0, len(short))}
    head, media, tables = boxes["ftyp"], boxes["mdat"], boxes["moov"]
    source = directory / "long.mp4"
    noise = np.random.default_rng(7).bytes(1 << 20)
    filling = int(gigabytes * 1e9) >> 20
    with source.open("wb") as out:
        out.write(short[: head.end])
        out.write(struct.pack(">I4sQ", 1, b"mdat", 16 + media.bytes - 8 + filling * len(noise)))
        moved = out.tell() - media.body
        out.write(short[media.body : media.end])
        for _ in range(filling):
            out.write(noise)
        moov = bytearray(short[tables.offset : tables.end])
        at = moov.index(b"stco") + 8
        (count,) = struct.unpack(">I", moov[at : at + 4])
        places = struct.unpack(f">{count}I", moov[at + 4 : at + 4 + 4 * count])
        moov[at + 4 : at + 4 + 4 * count] = struct.pack(f">{count}I", *(place + moved for place in places))
        out.write(moov)
    signed = foreign.bare_sign(source, directory / "long-signed.mp4", signer, trust)
    source.unlink()
    command = [sys.executable, "-m", "tests.bench.verifying", "--one", str(signed), "--trust", str(authority.directory)]
    ours, bare = (
        json.loads(subprocess.run([*command, *more], check=True, capture_output=True, text=True).stdout)
        for more in ([], ["--bare"])
    )
    return {"gigabytes": signed.stat().st_size / 1e9, **ours, "bare_peak_mb": bare["peak_mb"]}


def verify_one(path: Path, trust: Path, *, bare: bool) -> dict[str, Any]:
    if bare:
        bare_read(path, TrustList.open(trust))
        state = "read"
    else:
        state = verify(path, trust=TrustList.open(trust)).state
    return {"state": state, "peak_mb": peak_mb()}


def peak_mb() -> float:
    """The highest memory of this process. (``ru_maxrss`` would count what its parent held when it was started, too.)"""
    status = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in status if line.startswith("VmHWM")).split()[1]) / 1024


def agree(directory: Path) -> dict[str, Any]:
    """Both readers on every file below ``directory``, trusting nobody."""
    states: dict[str, int] = {}
    wrong = []
    for path in sorted(one for one in directory.rglob("*") if one.is_file()):
        said, report = reference(path, None), verify(path, trust=None)
        states[f"{said} / {report.state}"] = states.get(f"{said} / {report.state}", 0) + 1
        if bad := disagreement(report, said):
            wrong.append(f"{path}: {bad}")
    return {"states": states, "wrong": wrong}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=40)
    parser.add_argument("--shots", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--gigabytes", type=float, default=0.0)
    parser.add_argument("--agree", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--trust", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--bare", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(verify_one(arguments.one, arguments.trust, bare=arguments.bare)))
        return
    found: dict[str, Any] = {}
    if arguments.agree:
        found["agree"] = agree(arguments.agree)
    else:
        with tempfile.TemporaryDirectory() as directory:
            found["time"] = bench_time(Path(directory), arguments.megabytes, arguments.shots, arguments.rounds)
            if arguments.gigabytes:
                found["memory"] = bench_memory(Path(directory), arguments.gigabytes)
    if arguments.json:
        print(json.dumps(found, indent=2))
        return
    table = Table("what", "MB", "bare reader", "ours, chain walked", "ratio")
    for row in found.get("time", []):
        bare, ours = f"{1000 * row['bare']:.1f} ms", f"{1000 * row['ours']:.1f} ms"
        table.add_row(row["what"], f"{row['megabytes']:.1f}", bare, ours, f"{row['ratio']:.2f}")
    console = Console()
    if found.get("time"):
        console.print(table)
    for name in ("memory", "agree"):
        if name in found:
            console.print(name, found[name])


if __name__ == "__main__":
    main()

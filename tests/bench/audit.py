"""What an audit costs: CPU seconds for a minute of 1080p film against plain decoding of the same file in the same run,
and the peak memory of a ten-minute film.

    python -m tests.bench.audit [--seconds 60] [--minutes 10] [--rounds 3]

The film is made on the spot from real clips (enlarged to 1920x1080, with film grain, H.264 at about 15 Mbit/s); the ten
minutes repeat it without re-encoding. The peer is PyAV decoding every frame, in a process of its own, with the same
number of threads. Both figures are user + system time of the process and its children.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import av
import cv2
import numpy as np

from tests.clips import BIKES, BUNNY, CAR, frames_of

PLAIN = """
import sys, av
container = av.open(sys.argv[1])
stream = container.streams.video[0]
stream.thread_type, stream.codec_context.thread_count = "AUTO", 2
print(sum(1 for frame in container.decode(stream)))
"""
AUDIT = """
import resource, sys
from pathlib import Path
from auditor.audit import Auditor
from auditor.embeddings import open_embedder
from auditor.index import WorkIndex
from auditor.likeness import FaceGallery, vault_beside
folder = Path(sys.argv[2])
auditor = Auditor(index=WorkIndex.open(folder / "index", open_embedder()),
                  gallery=FaceGallery.open(folder / "gallery", vault_beside(folder / "key")))
report = auditor.audit(Path(sys.argv[1]))
print({stage: round(value, 2) for stage, value in report.seconds.items()}, len(report.findings), "findings")
own, children = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(f"peak resident: auditor {own:.0f} MB, largest child {children:.0f} MB, together {own + children:.0f} MB")
"""


def make_film(path: Path, seconds: int) -> None:
    """Real clips enlarged to 1080p24 with grain; at most four seconds from each before the next."""
    generator = np.random.default_rng(1)
    grain = generator.normal(0, 5, (8, 1080, 1920, 1)).astype(np.int16)
    clips = [frames_of(BUNNY)[:96], frames_of(CAR)[:96], frames_of(BIKES)[150:246]]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 1920, 1080, "yuv420p"
        stream.bit_rate = 15_000_000
        stream.options = {"preset": "veryfast"}
        for number in range(seconds * 24):
            clip = clips[number // 96 % len(clips)]
            pixels = cv2.resize(clip[number % 96], (1920, 1080), interpolation=cv2.INTER_CUBIC).astype(np.int16)
            noisy = np.clip(pixels + grain[number % 8], 0, 255).astype(np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(noisy, format="rgb24")))
        container.mux(stream.encode())


def repeat(source: Path, target: Path, times: int) -> None:
    """The film ``times`` over, packets copied."""
    with av.open(str(target), "w") as out:
        stream = None
        shift = 0
        for _ in range(times):
            with av.open(str(source)) as container:
                video = container.streams.video[0]
                stream = stream or out.add_stream_from_template(video)
                for packet in container.demux(video):
                    if packet.dts is None:
                        continue
                    packet.pts, packet.dts, packet.stream = packet.pts + shift, packet.dts + shift, stream
                    out.mux(packet)
                shift += video.duration


def prepare(folder: Path) -> None:
    """An index and a gallery as the demonstration has them: works that the film does not show."""
    from auditor.embeddings import open_embedder
    from auditor.index import WorkIndex
    from auditor.likeness import FaceGallery, vault_beside
    from tests.clips import ASTRONAUT, COFFEE, ROCKET

    index = WorkIndex.open(folder / "index", open_embedder(), create=True)
    for work in (COFFEE, ROCKET):
        index.add(work.stem, work)
    gallery = FaceGallery.open(folder / "gallery", vault_beside(folder / "key", create=True), create=True)
    gallery.enrol("collins", [ASTRONAUT])


def cpu_seconds(code: str, *arguments: Path) -> tuple[float, float, str]:
    """CPU and wall seconds of a fresh interpreter running ``code``, children included, and what it printed."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, check=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, time.perf_counter() - started, done.stdout.strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--minutes", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        film = folder / "film.mp4"
        make_film(film, options.seconds)
        prepare(folder)
        rate = film.stat().st_size * 8 / options.seconds / 1e6
        print(f"{options.seconds} s of 1920x1080 at 24 frames/s, {rate:.1f} Mbit/s; {options.rounds} rounds, in turn")
        ratios = []
        for _ in range(options.rounds):
            plain, plain_wall, frames = cpu_seconds(PLAIN, film)
            audit, audit_wall, told = cpu_seconds(AUDIT, film, folder)
            ratios.append(audit / plain)
            print(f"plain decoding of {frames} frames: {plain:.1f} CPU s ({plain_wall:.1f} s)")
            print(f"audit: {audit:.1f} CPU s ({audit_wall:.1f} s); ratio {audit / plain:.2f}; {told}")
        minute = 60 / options.seconds
        print(
            f"audit, last round: {audit * minute:.1f} CPU s a minute of film; median ratio {statistics.median(ratios):.2f}"
        )
        if options.minutes:
            long = folder / "long.mp4"
            repeat(film, long, round(options.minutes * 60 / options.seconds))
            audit, wall, told = cpu_seconds(AUDIT, long, folder)
            print(f"{options.minutes} min: {audit:.0f} CPU s ({wall:.0f} s); {told}")


if __name__ == "__main__":
    main()

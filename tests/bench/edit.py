"""What cutting costs: a film of twenty shots, its sound made, mixed and rendered. Run: python -m tests.bench.edit"""

import argparse
import resource
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import numpy as np

from generator.edit import Clip, Encoding, Media, Timeline, Transition, render
from generator.edit import operations as op
from generator.edit.interchange import Library, read_otio, write_otio
from generator.edit.scoring import score_take
from generator.edit.soundtrack import soundtrack
from generator.encoding import sha256_of, writing
from generator.shots import Line
from generator.sound.formants import FormantVoice
from tests.clips import BIKES, frames_of
from tests.generator.shots import shot

FPS, WIDTH, HEIGHT, SHOTS = 12, 640, 360, 20
SAID = "The lamp has been dark for three nights."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--video", choices=("h264", "av1"), default="h264")
    options = parser.parse_args()
    each = round(options.seconds / SHOTS * FPS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        real = frames_of(BIKES, size=(WIDTH, HEIGHT))
        files, clips, shots = {}, [], {}
        for n in range(SHOTS):
            path = folder / f"shot-{n:02d}.mp4"
            with writing(path, width=WIDTH, height=HEIGHT, fps=FPS, metadata={}) as writer:
                for k in range(each + 12):
                    writer.add(np.roll(real[(k + 7 * n) % len(real)], 13 * n, axis=1))
            media = Media(sha256_of(path), path.name, each + 12)
            files[media.sha256] = path
            clips.append(Clip(f"s{n}", media, each, 6))
            weather = ("clear", "rain", "storm")[n % 3]
            shots[f"s{n}"] = shot(
                scene=n // 4 + 1, weather=weather, description="She walks. A bell.", dialogue=(Line("MARA", SAID),)
            )
        transitions = [Transition("dissolve", 3, 3) if n % 2 else Transition() for n in range(1, SHOTS)]
        timeline = Timeline(
            "Bench", Fraction(FPS), WIDTH, HEIGHT, tuple(clips), (Transition(), *transitions, Transition())
        )
        del real
        frames_of.cache_clear()
        base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started = time.perf_counter()
        made = soundtrack(timeline, shots, folder / "sound", voice=FormantVoice())
        sounded = time.perf_counter()
        cut = render(made.timeline, {**files, **made.files}, folder / "film.mp4", encoding=Encoding(options.video))
        rendered = time.perf_counter()
        score_take(files[clips[0].source.sha256])  # type: ignore[union-attr]
        scored = time.perf_counter()
        library = Library(Fraction(FPS), WIDTH, HEIGHT, [clip.source for clip in clips])  # type: ignore[misc]
        assert read_otio(write_otio(made.timeline), library) == made.timeline
        read = time.perf_counter()
        for _ in range(100):
            op.move(op.trim(made.timeline, "s3", start=8), "s5", 2)
        edited = time.perf_counter()
        size = cut.path.stat().st_size / 1e6
        shape = f"{WIDTH}x{HEIGHT} at {FPS} fps, {options.video}, {size:.1f} MB"
        print(f"film                     {cut.duration:.1f} s, {SHOTS} shots, {shape}")
        print(f"loudness                 {cut.loudness}")
        print(f"sounds made              {sounded - started:.1f} s ({len(made.files)} files, {len(made.lines)} lines)")
        print(f"mixed, cut and encoded   {rendered - sounded:.1f} s")
        print(f"one take scored          {scored - rendered:.2f} s ({each + 12} frames)")
        print(f"OTIO out and in          {(read - scored) * 1000:.0f} ms")
        print(f"an operation             {(edited - read) / 200 * 1000:.2f} ms")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(f"peak memory              {peak / 1024:.0f} MB (before cutting {base / 1024:.0f} MB)")


if __name__ == "__main__":
    main()

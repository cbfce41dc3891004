"""How fast the previsualisation renderer is: ``python tests/bench/render.py [--full]``.

Cold means a fresh process with an empty kernel cache: the first frame includes compiling. Warm means a fresh process
that finds the kernels on disk. Frames a second are over a whole film's shots at 640x360, three frames of each (all of
them with ``--full``), with as many threads as processors.
"""

import json
import os
import subprocess
import sys
import tempfile
import time

BRIEFS = {
    "coast": "At dusk a lighthouse keeper, Mara, finds a letter. Her daughter Ilse comes by boat, but the storm is near.",
    "city": "In a rainy city at night a taxi driver named Tomas finds a suitcase. A stranger follows him until dawn.",
}


def first_frame() -> float:
    """Seconds from import to the first finished frame of a film."""
    started = time.perf_counter()
    from generator.backends.previz.frames import render_frames
    from generator.narrative import write_screenplay
    from generator.shots import plan_shots

    next(render_frames(plan_shots(write_screenplay(BRIEFS["coast"], seed=7), seed=7)[0]))
    return time.perf_counter() - started


def film_speed(brief: str, *, full: bool) -> dict[str, float]:
    """Wall and processor seconds over a film's shots, and frames a second."""
    from generator.backends.previz.frames import render_frames
    from generator.narrative import write_screenplay
    from generator.shots import plan_shots

    frames, weighted, processor = 0, 0.0, 0.0
    for shot in plan_shots(write_screenplay(brief, seed=7), seed=7):
        count = shot.frames if full else 3
        source = render_frames(shot)
        next(source)
        wall, used = time.perf_counter(), time.process_time()
        for _ in range(count - 1):
            next(source)
        wall, used = (time.perf_counter() - wall) / (count - 1), (time.process_time() - used) / (count - 1)
        source.close()
        frames += shot.frames
        weighted, processor = weighted + wall * shot.frames, processor + used * shot.frames
    return {
        "frames": frames,
        "seconds": round(weighted, 1),
        "cpu_seconds": round(processor, 1),
        "frames_per_second": round(frames / weighted, 2),
    }


def main() -> None:
    if "--first-frame" in sys.argv:
        print(first_frame())
        return
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "NUMBA_CACHE_DIR": cache}
        times = [
            float(
                subprocess.run(
                    [sys.executable, __file__, "--first-frame"], env=environment, check=True, capture_output=True
                ).stdout
            )
            for _ in range(2)
        ]
    report = {
        "processors": os.cpu_count(),
        "load": os.getloadavg()[0],
        "first_frame_cold_s": round(times[0], 1),
        "first_frame_warm_s": round(times[1], 1),
    }
    report |= {name: film_speed(brief, full="--full" in sys.argv) for name, brief in BRIEFS.items()}
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()

"""What a look costs: previs alone against previs and the look, in the same run: ``python tests/bench/looks.py NAME|FOLDER``.

The same frames of the same shots at 640x360, one after the other and encoding left out, each way three times in turn; the
best of each is told, since what else the machine does only ever adds. ``--draft`` takes a bundle that was not published.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from generator.backends.looks import Look, folder_of
from generator.backends.previz import PrevizBackend
from generator.narrative import write_screenplay
from generator.shots import plan_shots

BRIEF = "At dusk a lighthouse keeper, Mara, finds a letter. Her daughter Ilse comes by boat, but the storm is near."
#: Shots of the film, frames of each after the first (which builds the stage), and rounds.
SHOTS, FRAMES, ROUNDS = 4, 6, 3


def seconds(look: Look | None) -> tuple[float, float]:
    """Wall and processor seconds for the frames of all shots, without the first of each."""
    shots = plan_shots(write_screenplay(BRIEF, seed=7), width=640, height=360, seed=7)[:SHOTS]
    wall = used = 0.0
    for shot in shots:
        frames = PrevizBackend().frames(shot)
        next(frames)
        began, before = time.perf_counter(), time.process_time()
        for _ in range(FRAMES):
            frame = next(frames)
            if look is not None:
                look.apply(frame)
        wall, used = wall + time.perf_counter() - began, used + time.process_time() - before
        frames.close()
    return wall, used


def main() -> None:
    look = Look.open(folder_of(next(one for one in sys.argv[1:] if one != "--draft")), draft="--draft" in sys.argv)
    seconds(look)  # compiles the kernels and wakes both
    rounds = [(seconds(None), seconds(look)) for _ in range(ROUNDS)]
    count = SHOTS * FRAMES
    found: dict[str, Any] = {
        "look": look.name,
        "version": look.version,
        "processors": os.cpu_count(),
        "size": "640x360",
    }
    for place, name in enumerate(("previs", "with_look")):
        wall, used = min(one[place] for one in rounds)
        found[name] = {"frames_per_second": round(count / wall, 2), "ms": round(1000 * wall / count, 1),
                       "cpu_ms": round(1000 * used / count, 1)}  # fmt: skip
    found["ratio"] = round(found["with_look"]["ms"] / found["previs"]["ms"], 2)
    found["look_bytes"] = Path(look.network.path).stat().st_size
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()

"""How many frames a second the previsualisation renderer makes, for each kind of shot: ``python -m tests.bench.previz``.

One process, as many threads as processors, 640x360 (or ``--size 1280x720``). The kernels are compiled before the clock
starts; then each kind's stage is built, its first frame thrown away, and ``--frames`` frames timed. ``scout`` is what is
spent once a shot: building the stage and finding a place for the camera. Beside the frames a second on the clock stand
processor seconds a frame: on a machine that does other things meanwhile they are the truer figure, and
``processors / cpu seconds`` is what an idle machine could reach at most. With ``--json`` one JSON document is printed.
"""

import argparse
import json
import os
import time
from dataclasses import replace

from generator.backends.previz.frames import render_frames
from generator.shots import ShotRequest
from tests.generator.shots import shot

BASE = shot(
    slugline="EXT. HARBOUR - DAY",
    description="Mara walks along the quay.",
    lens_mm=32.0,
    move="dolly in",
    duration=2.0,
    characters=("MARA", "JON"),
    roles=("keeper", "brother"),
    seed=11,
    width=640,
    height=360,
    fps=12,
    place="harbour",
    elements=("boat", "pier", "house"),
    mood="calm",
    focus="MARA",
)

#: One shot of each kind: what costs time differs with water, lamps, trees, rain, blur and walls.
KINDS: dict[str, dict[str, object]] = {
    "harbour, wide, dusk": {"light": "dusk", "weather": "cloudy", "size": "extreme wide"},
    "city, rain, night": {"slugline": "EXT. STREET - NIGHT", "place": "city", "light": "night", "weather": "rain"},
    "forest, fog, full": {"slugline": "EXT. FOREST - DAWN", "place": "forest", "weather": "fog", "size": "full"},
    "mountain, snow, dog": {
        "slugline": "EXT. PASS - DAY",
        "place": "mountain",
        "weather": "snow",
        "elements": ("dog", "sledge", "pines"),
    },
    "desert, noon, wide": {"slugline": "EXT. DUNES - DAY", "place": "desert", "elements": ("camel", "tent")},
    "river, horse, dawn": {
        "slugline": "EXT. RIVER - DAWN",
        "place": "river",
        "light": "dawn",
        "elements": ("horse", "boat"),
    },
    "market, full": {"slugline": "EXT. MARKET - DAY", "place": "market", "elements": ("bicycle",), "size": "full"},
    "room, full": {
        "slugline": "INT. ROOM - NIGHT",
        "interior": True,
        "place": "room",
        "light": "night",
        "size": "full",
    },
    "kitchen, medium": {
        "slugline": "INT. KITCHEN - DAY",
        "interior": True,
        "place": "kitchen",
        "size": "medium",
        "lens_mm": 50.0,
    },
    "train, close-up": {
        "slugline": "INT. TRAIN - DAY",
        "interior": True,
        "place": "train",
        "size": "close-up",
        "lens_mm": 75.0,
    },
    "coast, close-up, storm": {
        "slugline": "EXT. COAST - DAY",
        "place": "coast",
        "weather": "storm",
        "size": "close-up",
        "lens_mm": 75.0,
    },
}


def measure(shot: ShotRequest, frames: int) -> dict[str, float]:
    """Seconds before the first frame and frames a second after it."""
    started = time.perf_counter()
    source = render_frames(replace(shot, duration=(frames + 1) / shot.fps))
    next(source)
    first, used = time.perf_counter(), time.process_time()
    for _ in range(frames):
        next(source)
    spent, used = time.perf_counter() - first, time.process_time() - used
    source.close()
    return {
        "first_s": round(first - started, 2),
        "frames_per_second": round(frames / spent, 2),
        "cpu_s": round(used / frames, 3),
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--frames", type=int, default=6)
    options.add_argument("--size", default="640x360")
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    width, height = (int(part) for part in chosen.size.split("x"))
    next(render_frames(replace(BASE, width=64, height=36)))
    report: dict[str, object] = {
        "processors": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "size": chosen.size,
    }
    kinds = {}
    for name, change in KINDS.items():
        kinds[name] = measure(replace(BASE, width=width, height=height, **change), chosen.frames)  # type: ignore[arg-type]
        if not chosen.json:
            kind = kinds[name]
            speed, used = kind["frames_per_second"], kind["cpu_s"]
            print(
                f"{name:24s} {speed:6.2f} frames/s  {used:.3f} cpu s a frame  scout {kind['first_s']:5.2f} s",
                flush=True,
            )
    speeds = [kind["frames_per_second"] for kind in kinds.values()]
    used = [kind["cpu_s"] for kind in kinds.values()]
    report["cpu_s_mean"], report["cpu_s_worst"] = round(sum(used) / len(used), 3), max(used)
    report |= {
        "kinds": kinds,
        "mean": round(len(speeds) / sum(1 / speed for speed in speeds), 2),
        "slowest": min(speeds),
    }
    if chosen.json:
        print(json.dumps(report, indent=2))
    else:
        print(f"mean {report['mean']} (harmonic), slowest {report['slowest']} frames/s")
        print(f"cpu s a frame: mean {report['cpu_s_mean']}, worst {report['cpu_s_worst']}")
        print(f"{report['processors']} processors, load {report['load']}")


if __name__ == "__main__":
    main()

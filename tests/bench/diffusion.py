"""What our wrapper costs over a bare call of the library: python -m tests.bench.diffusion [PAIRS]

The same tiny pipeline, words, seed, steps and frames, once by ``pipe(...)`` and once by ``DiffusionEngine.render`` (planning
the call, watching every step and component, the record with its digests), in turns: the ratio is of pairs, so that what else
the machine does weighs on both. A second ratio adds the process: messages, frames over a pipe, cancelling asked for.
The tiny model takes a tenth of a second where a real one takes minutes; what a wrapper costs weighs most here.
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from generator.backends.diffusion import Conditions, RenderWorker, Settings
from generator.backends.diffusion.engine import DiffusionEngine
from tests.generator.shots import shot
from tests.generator.tiny_pipelines import build

STEPS = 8
SHOT = shot(prompt="a boat in the harbour at dawn", duration=1.125, width=96, height=64, fps=8)


def _timed(call: Callable[[], object]) -> tuple[float, float]:
    """Seconds of the clock, and of this process's own computing."""
    started, computing = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - started, time.process_time() - computing


def measure(pairs: int) -> dict[str, float]:
    """Seconds of each and the median of the ratios of pairs: by the clock, and for what runs in this process by its own
    computing too, which a busy machine disturbs less."""
    import torch

    with tempfile.TemporaryDirectory() as root, RenderWorker(threads=1) as worker:
        folder = build("t2v", Path(root))
        engine, settings = DiffusionEngine(threads=1), Settings(steps=STEPS)
        pipe = engine._load(folder, settings, None).pipe

        def bare() -> object:
            return pipe(
                prompt=SHOT.prompt, width=96, height=64, num_frames=SHOT.frames, num_inference_steps=STEPS,
                generator=torch.Generator("cpu").manual_seed(SHOT.seed), output_type="np",
            )  # fmt: skip

        def ours() -> object:
            return engine.render(folder, SHOT, Conditions(), settings)

        def apart() -> object:
            return worker.render(folder, SHOT, Conditions(), settings)

        for call in (bare, ours, apart):
            for _ in range(3):
                call()
        rows = []
        for number in range(pairs):
            order = [bare, ours, apart][number % 3 :] + [bare, ours, apart][: number % 3]
            took = {call.__name__: _timed(call) for call in order}
            rows.append((*took["bare"], *took["ours"], took["apart"][0]))
    middle = statistics.median
    return {
        "pairs": pairs,
        "bare_s": round(middle(row[0] for row in rows), 4),
        "engine_s": round(middle(row[2] for row in rows), 4),
        "worker_s": round(middle(row[4] for row in rows), 4),
        "engine_ratio": round(middle(row[2] / row[0] for row in rows), 4),
        "engine_ratio_computing": round(middle(row[3] / row[1] for row in rows), 4),
        "worker_ratio": round(middle(row[4] / row[0] for row in rows), 4),
    }


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 40)))

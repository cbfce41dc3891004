"""One previsualised film for each split, by our own renderer: synthetic, with camera moves, people and light that hardly
change. Another seed gives another take: the same places and roles, other people, other angles."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tests.bench.matching.splits import Split

RENDER_FPS = 12
#: The films of these briefs last twelve seconds; half a second of processor time a frame buys two takes for each split.
BRIEFS: dict[Split, str] = {
    "calibration": "On a foggy island a beekeeper, Odile, hides a broken radio. Her brother Per rows over.",
    "development": "At dusk a lighthouse keeper, Mara, finds a letter. Her daughter Ilse comes by boat.",
    "scoring": "In a rainy city at night a taxi driver named Tomas finds a suitcase. A stranger follows him until dawn.",
}
_SEED = 7


def render(split: Split, take: int) -> Iterator[NDArray[np.uint8]]:
    """Frames of the split's film, 640x360 at ``RENDER_FPS``; ``take`` 0 is the one that is registered."""
    from generator.backends.previz.frames import render_frames
    from generator.narrative import write_screenplay
    from generator.shots import plan_shots

    for shot in plan_shots(write_screenplay(BRIEFS[split], seed=_SEED), seed=_SEED):
        for frame in render_frames(replace(shot, seed=_SEED + take)):
            yield np.array(frame, np.uint8)

"""From what a model made to what the shot asked for: the shot's size and number of frames."""

from typing import Any, Protocol

import cv2
import numpy as np

from generator.backends.diffusion.mapping import cover, retimed

Array = np.ndarray[Any, Any]


class FrameInterpolator(Protocol):
    """Makes a video of another number of frames that takes the same time."""

    name: str

    def interpolate(self, video: Array, frames: int) -> Array:
        """(n, h, w, 3) uint8 to (frames, h, w, 3) uint8; first and last stay first and last."""
        ...


class Upscaler(Protocol):
    """Makes a video larger (or smaller)."""

    name: str

    def upscale(self, video: Array, width: int, height: int) -> Array:
        """(n, h, w, 3) uint8 to (n, height, width, 3) uint8, cut to the new shape, never squeezed."""
        ...


class HoldInterpolator:
    """Each frame is the nearest that there is: nothing is invented, motion steps."""

    name = "hold"

    def interpolate(self, video: Array, frames: int) -> Array:
        return retimed(video, frames)


class FlowInterpolator:
    """Frames between frames by dense optical flow: DIS (Kroeger et al., ECCV 2016), as OpenCV has it. Both neighbours are
    bent towards the moment and mixed by nearness; where nothing moves that is a plain mix."""

    name = "dis-flow"

    def interpolate(self, video: Array, frames: int) -> Array:
        if len(video) == frames or len(video) == 1:
            return retimed(video, frames)
        places = np.linspace(0, len(video) - 1, frames)
        flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in video]
        rows, columns = np.mgrid[0 : video.shape[1], 0 : video.shape[2]].astype(np.float32)
        made, pair, there, back = [], -1, rows, rows
        for place in places:
            before = min(int(place), len(video) - 2)
            part = float(place - before)
            if part < 1e-6 or part > 1 - 1e-6:
                made.append(video[before + round(part)])
                continue
            if pair != before:
                pair = before
                there = flow.calc(grey[before], grey[before + 1], None)  # type: ignore[call-overload]
                back = flow.calc(grey[before + 1], grey[before], None)  # type: ignore[call-overload]
            early = _bent(video[before], back * part, rows, columns)
            late = _bent(video[before + 1], there * (1.0 - part), rows, columns)
            made.append(cv2.addWeighted(early, 1.0 - part, late, part, 0.0))
        return np.stack(made)


class LanczosUpscaler:
    """Windowed-sinc resampling: sharp, invents nothing."""

    name = "lanczos"

    def upscale(self, video: Array, width: int, height: int) -> Array:
        return np.stack([cover(frame, width, height) for frame in video])


def _bent(frame: Array, flow: Array, rows: Array, columns: Array) -> Array:
    moved = cv2.remap(
        frame, columns + flow[..., 0], rows + flow[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(moved)

"""What the default watermark costs the eye, and which edits of a film it survives.

    tests/bench/matching/fetch-media.sh
    python -m tests.bench.watermark [--step 24] [--work FOLDER]

Films with usable licences and cuts of our own renderer are marked, encoded as the site encodes cuts (crf 18), edited, and
read: the payload is read, or nothing is. Each cell says in how many films it was. The step was chosen on the films of the
calibration and development splits (``--choose``); the table is of films that were not looked at for that. Films without a
mark are read, too, under every pose: any payload that is read there is a false one.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from auditor.media import sample_frames
from auditor.watermark.dwt_dct_svd import STEP, DwtDctSvdWatermarker
from tests.bench.matching.splits import films, pictures
from tests.bench.recovery import FPS, filmed, rendered, travelling
from tests.clips import Pixels, ffmpeg, frames_of, write_clip

PAYLOAD = bytes.fromhex("5e1ab30f27c4")
_LOGO = "drawbox=x=iw*0.72:y=ih*0.05:w=iw*0.23:h=ih*0.16:color=white@0.9:t=fill"
EDITS: dict[str, list[str]] = {
    "crf 18": ["-crf", "18"],
    "crf 23": ["-crf", "23"],
    "crf 28": ["-crf", "28"],
    "crf 35": ["-crf", "35"],
    "scaled to 75 %": ["-vf", "scale=trunc(iw*3/8)*2:trunc(ih*3/8)*2"],
    "scaled to 50 %": ["-vf", "scale=trunc(iw/4)*2:trunc(ih/4)*2"],
    "cropped by 5 %": ["-vf", "crop=trunc(iw*0.475)*2:trunc(ih*0.475)*2"],
    "cropped by 10 %": ["-vf", "crop=trunc(iw*0.45)*2:trunc(ih*0.45)*2"],
    "cropped by 10 % at one corner": ["-vf", "crop=trunc(iw*0.45)*2:trunc(ih*0.45)*2:0:0"],
    "letterboxed": ["-vf", "pad=iw:ih*1.3333:0:(oh-ih)/2"],
    "stretched": ["-vf", "scale=trunc(iw*3/8)*2:ih"],
    "mirrored": ["-vf", "hflip"],
    "brighter by 10 %": ["-vf", "eq=brightness=0.1"],
    "contrast x 1.2": ["-vf", "eq=contrast=1.2"],
    "saturation x 1.2": ["-vf", "eq=saturation=1.2"],
    "hue by 10 degrees": ["-vf", "hue=h=10"],
    "gray": ["-vf", "hue=s=0"],
    "logo": ["-vf", _LOGO],
    "noise": ["-vf", "noise=alls=12:allf=t"],
    "rotated by 2 degrees": ["-vf", "rotate=2*PI/180"],
    "8 frames a second": ["-r", "8"],
    "2 s of it": ["-ss", "1.1", "-t", "2"],
    "mirrored, scaled to 50 %, crf 28": ["-vf", "hflip,scale=trunc(iw/4)*2:trunc(ih/4)*2", "-crf", "28"],
}


def material(folder: Path, *, choose: bool) -> Iterator[tuple[str, list[Pixels]]]:
    """Films of four seconds; for choosing, those of the splits that may be looked at."""
    if choose:
        for source in [*films("calibration"), *films("development")]:
            frames = list(filmed(source, 0.5).frames())
            if len(frames) >= 3 * FPS:
                yield source.name, frames
        return
    for source in films("scoring"):
        for start in (3.0, 20.0):
            yield f"{source.name} at {start:g} s", list(filmed(source, start).frames())
    for source in pictures("scoring")[:8]:
        clip = travelling(source, 3)
        yield clip.name, list(clip.frames())
    for number in range(3):
        frames = frames_of(rendered(number, folder))
        yield (
            f"our renderer {number}",
            [cv2.resize(frame, (640, 360), interpolation=cv2.INTER_CUBIC) for frame in frames],
        )


def quality(before: list[Pixels], after: list[Pixels]) -> tuple[float, float, float]:
    """PSNR of RGB and of luma in dB, and the mean SSIM of luma (Wang et al., 2004)."""
    from skimage.metrics import structural_similarity

    rgb, luma, alike = [], [], []
    for one, other in list(zip(before, after, strict=True))[::8]:
        gray, marked = (cv2.cvtColor(p, cv2.COLOR_RGB2GRAY) for p in (one, other))
        rgb.append(np.mean((one.astype(float) - other) ** 2))
        luma.append(np.mean((gray.astype(float) - marked) ** 2))
        alike.append(structural_similarity(gray, marked, data_range=255))
    return 10 * np.log10(255**2 / np.mean(rgb)), 10 * np.log10(255**2 / np.mean(luma)), float(np.mean(alike))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--step", type=float, default=STEP)
    parser.add_argument("--choose", action="store_true", help="only the films that the step may be chosen on")
    parser.add_argument("--unmarked", type=int, default=100, help="films without a mark that are read, too")
    parser.add_argument("--work", type=Path)
    arguments = parser.parse_args()
    folder = arguments.work or Path(tempfile.mkdtemp(prefix="reelproof-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    marker = DwtDctSvdWatermarker(step=arguments.step)
    survived = dict.fromkeys(EDITS, 0)
    confidence: dict[str, list[float]] = {edit: [] for edit in EDITS}
    wrong, count, qualities, spent, frames_marked = 0, 0, [], 0.0, 0
    for name, frames in material(folder, choose=arguments.choose):
        count += 1
        begun = time.process_time()
        marked = [marker.embed(frame, PAYLOAD) for frame in frames]
        spent += time.process_time() - begun
        frames_marked += len(frames)
        qualities.append(quality(frames, marked))
        write_clip(folder / "marked.mp4", marked, fps=FPS, crf=18)
        missed = []
        for edit, edits in EDITS.items():
            ffmpeg("-i", folder / "marked.mp4", *edits, folder / "edited.mp4")
            reading = marker.read(frame.pixels for frame in sample_frames(folder / "edited.mp4", fps=5))
            if reading is not None and reading.payload == PAYLOAD:
                survived[edit] += 1
                confidence[edit].append(reading.confidence)
            else:
                missed.append(edit)
                wrong += reading is not None
        print(f"{name}: lost in {', '.join(missed) or 'nothing'}", flush=True)
    print(f"\nStep {arguments.step:g}, {count} films, {frames_marked} frames of 640 x 360 and their like")
    print(f"Embedding: {1000 * spent / frames_marked:.1f} CPU ms a frame")
    rgb, luma, alike = np.array(qualities).T
    print(f"PSNR RGB {rgb.mean():.1f} dB (least {rgb.min():.1f}), luma {luma.mean():.1f} dB (least {luma.min():.1f})")
    print(
        f"SSIM of luma {alike.mean():.4f} (least {alike.min():.4f})\n\n| edit | payload read | bits right |\n|---|---|---|"
    )
    for edit, times in survived.items():
        bits = f"{np.mean(confidence[edit]):.1%}" if times else ""
        print(f"| {edit} | {times} of {count} | {bits} |")
    print(f"\nWrong payloads: {wrong}")
    if arguments.choose:
        return
    false = 0
    sources = pictures("development")
    for number in range(arguments.unmarked):
        clip = travelling(sources[number % len(sources)], 100 + number // len(sources))
        false += marker.read(clip.frames()) is not None
    print(f"Payloads read in {arguments.unmarked} films without a mark: {false}")


if __name__ == "__main__":
    main()

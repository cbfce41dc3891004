"""How many copies find their manifest again, and whether anything else does.

    tests/bench/matching/fetch-media.sh
    python -m tests.bench.recovery [--unrelated 1000] [--processes 2] [--work FOLDER]

Outputs are registered without watermarks, so that the figures are those of fingerprints and pictures alone; what the
watermark adds is measured by ``tests.bench.watermark``. Each output is edited in every way, and each copy searched for. Then
clips of other content are searched for: any answer is a false recovery. Media come in the splits of the matching benchmark:
the radius of the ISCC was set on ``calibration`` (this program prints what it was set by); outputs and unrelated clips are
of ``scoring`` and ``development``, no family is on both sides, and no threshold was set on them. Clips of the same scene at
another time (the other half of a film that is registered) are counted apart: they are no copies, and the hardest to tell
from one.

Results are kept in ``results.jsonl``: stopped and called again, it goes on. Figures so far are printed at the end.
"""

import argparse
import json
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
import torch

from auditor.embeddings import open_embedder
from auditor.fingerprints.iscc import video_code
from auditor.media import sample_frames
from auditor.recovery import RecoveryIndex, WatermarkPayload
from auditor.recovery.codes import ISCC_BITS, bits_of
from auditor.watermark import open_watermarker
from tests.bench.matching.media import Source, load_cut_out, load_picture
from tests.bench.matching.splits import cut_outs, films, pictures
from tests.clips import Pixels, ffmpeg, write_clip

SIZE, FPS, SECONDS = (640, 360), 10, 4
#: What every copy must survive, and some that go further.
EDITS: dict[str, list[str]] = {
    "stripped": ["-c", "copy", "-map_metadata", "-1"],
    "crf 28": ["-crf", "28"],
    "crf 35": ["-crf", "35"],
    "scaled to 50 %": ["-vf", "scale=iw/2:ih/2", "-crf", "23"],
    "cropped by 10 %": ["-vf", "crop=trunc(iw*0.45)*2:trunc(ih*0.45)*2", "-crf", "23"],
    "letterboxed": ["-vf", "pad=iw:ih*1.3333:0:(oh-ih)/2", "-crf", "23"],
    "mirrored": ["-vf", "hflip", "-crf", "23"],
    "brighter": ["-vf", "eq=brightness=0.1", "-crf", "23"],
    "gray": ["-vf", "hue=s=0", "-crf", "23"],
    "first second lost": ["-ss", "1", "-crf", "23"],
    "mirrored, scaled, crf 30": ["-vf", "hflip,scale=iw/2:ih/2", "-crf", "30"],
}
#: Those that the aim is about.
AIMED = ("crf 28", "crf 35", "scaled to 50 %", "cropped by 10 %", "letterboxed", "mirrored")


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip to be made: its name, what it is of, and its frames."""

    name: str
    family: str
    kind: str
    frames: Callable[[], Iterator[Pixels]]


def travelling(source: Source, number: int) -> Clip:
    """A camera that moves over a part of a picture: which part, and how, goes by ``number``."""

    def frames() -> Iterator[Pixels]:
        chance = np.random.default_rng([number, *source.name.encode()])
        picture = load_picture(source.path, side=1600)
        height, width = picture.shape[:2]
        begin, end = chance.uniform(0.45, 0.95, 2)
        (x0, y0), (x1, y1) = chance.random((2, 2))
        for step in np.linspace(0, 1, FPS * SECONDS):
            wide = (begin + (end - begin) * step) * min(width, height * SIZE[0] / SIZE[1])
            tall = wide * SIZE[1] / SIZE[0]
            left = (x0 + (x1 - x0) * step) * (width - wide)
            top = (y0 + (y1 - y0) * step) * (height - tall)
            factor = SIZE[0] / wide
            matrix = np.array([[factor, 0, -left * factor], [0, factor, -top * factor]])
            yield np.asarray(cv2.warpAffine(picture, matrix, SIZE, flags=cv2.INTER_AREA), np.uint8)

    return Clip(f"{source.name} #{number}", source.family, "camera over a photograph", frames)


def filmed(source: Source, start: float) -> Clip:
    def frames() -> Iterator[Pixels]:
        for frame in sample_frames(source.path, fps=FPS, start=start, end=start + SECONDS):
            yield np.asarray(cv2.resize(frame.pixels, SIZE, interpolation=cv2.INTER_AREA), np.uint8)

    return Clip(f"{source.name} at {start:g} s", source.family, "film", frames)


def moving(thing: Source, ground: Source, number: int) -> Clip:
    """A thing that crosses a blurred photograph."""

    def frames() -> Iterator[Pixels]:
        chance = np.random.default_rng([number, *thing.name.encode()])
        picture = cv2.GaussianBlur(cv2.resize(load_picture(ground.path), SIZE, interpolation=cv2.INTER_AREA), (0, 0), 4)
        cut = load_cut_out(thing.path)
        factor = chance.uniform(0.5, 0.85) * SIZE[1] / cut.shape[0]
        factor = min(factor, 0.8 * SIZE[0] / cut.shape[1])
        cut = cv2.resize(cut, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        tall, wide = cut.shape[:2]
        alpha = cut[:, :, 3:].astype(np.float32) / 255
        for step in np.linspace(0, 1, FPS * SECONDS):
            left, top = int(step * (SIZE[0] - wide)), int((SIZE[1] - tall) * (0.5 + 0.4 * np.sin(6 * step)))
            frame = picture.copy()
            under = frame[top : top + tall, left : left + wide]
            under[:] = (alpha * cut[:, :, :3] + (1 - alpha) * under).astype(np.uint8)
            yield frame

    return Clip(f"{thing.name} over {ground.name}", thing.family, "thing over a blurred photograph", frames)


#: Films of our own renderer; the last ones are registered, the others are not. Their title and end cards look alike.
BRIEFS = (
    "A clockmaker, Ines, opens her shop at dawn. A boy brings a broken watch.",
    "On a train at night a conductor, Pavel, finds an empty violin case.",
    "In a desert a geologist, Amal, follows a dry river. Her car will not start.",
    "A gardener, Joao, cuts roses at noon. A letter is hidden under a pot.",
    "In a harbour at dusk a fisher, Greta, mends nets. A stranger asks for a boat.",
    "A baker, Tom, kneads dough before sunrise. The street lamp goes out.",
)
_REGISTERED_BRIEFS = 3


def rendered(number: int, folder: Path) -> Path:
    """A whole cut with its cards, by the previsualisation renderer, at a size that it renders quickly."""
    from generator.film import make_film

    target = folder / f"render-{number}"
    if not (target / "film.mp4").exists():
        target.mkdir(parents=True, exist_ok=True)
        make_film(BRIEFS[number], target, width=320, height=180, fps=8, total_seconds=8, seed=number)
    return target / "film.mp4"


def registered_clips() -> list[Clip]:
    clips = [filmed(source, 5.0 * n) for source in films("scoring") for n in range(5)]
    return clips + [travelling(source, 0) for source in pictures("scoring")[:24]]


def same_scene_clips() -> list[Clip]:
    """The other half of each film that is registered."""
    return [filmed(source, 40.0 + 5.0 * n) for source in films("scoring") for n in range(5)]


def unrelated_clips(count: int) -> list[Clip]:
    """Of families of which nothing is registered."""
    taken = {clip.family for clip in registered_clips()}
    sources = [one for one in (*pictures("scoring"), *pictures("development")) if one.family not in taken]
    clips = [filmed(source, 3.0 * n) for source in films("development") for n in range(2)]
    things, grounds = [*cut_outs("scoring"), *cut_outs("development")], pictures("development")
    clips += [moving(thing, grounds[n % len(grounds)], n) for n, thing in enumerate(things[:200])]
    number = 0
    while len(clips) < count:
        clips += [travelling(source, number) for source in sources]
        number += 1
    return clips[:count]


def written(clip: Clip, path: Path) -> Path | None:
    frames = list(clip.frames())
    return write_clip(path, frames, fps=FPS, crf=18) if len(frames) >= FPS * 2 else None


def calibrated(folder: Path) -> str:
    """What the radius was set by: distances of copies and of unrelated clips of the calibration split."""
    sources = pictures("calibration")
    clips = [travelling(source, n) for n in range(2) for source in sources]
    clips += [filmed(source, 3.0 * n) for source in films("calibration") for n in range(2)]
    codes, copies = [], defaultdict(list)
    for number, clip in enumerate(clips):
        path = written(clip, folder / "calibration.mp4")
        if path is None:
            continue
        code = video_code(path)
        codes.append((clip.family, bits_of(code)))
        if number % 8 == 0:
            for edit in ("crf 35", "scaled to 50 %", "cropped by 10 %", "brighter", "gray"):
                ffmpeg("-i", path, *EDITS[edit], folder / "edited.mp4")
                copies[edit].append(
                    int(np.bitwise_count(bits_of(video_code(folder / "edited.mp4")) ^ codes[-1][1]).sum())
                )
    apart = [
        int(np.bitwise_count(one ^ other).sum())
        for n, (family, one) in enumerate(codes)
        for other_family, other in codes[:n]
        if family != other_family
    ]
    lines = [
        f"Calibration: {len(apart)} unrelated pairs of {len(codes)} clips differ in {min(apart)} bits at least, "
        f"{np.percentile(apart, 1):.0f} at the first percentile, {np.median(apart):.0f} in the middle; radius {ISCC_BITS}."
    ]
    lines += [f"  {edit}: {np.median(d):.0f} bits in the middle, {max(d)} at most" for edit, d in copies.items()]
    return "\n".join(lines)


class Results:
    """One JSON object a line, by name; what is there is not measured again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        lines = path.read_text().splitlines() if path.exists() else []
        self.rows: dict[str, dict] = {row["name"]: row for row in map(json.loads, lines)}

    def add(self, row: dict) -> None:
        self.rows[row["name"]] = row
        with self.path.open("a") as out:
            out.write(json.dumps(row) + "\n")


@dataclass(frozen=True, slots=True)
class Search:
    """One search: for the copy of an output by an edit, or for the ``number``-th clip of a group."""

    name: str
    group: str
    right: str | None = None
    path: Path | None = None
    number: int = 0


class Searcher:
    """What a process searches with: the index, opened once, and a folder of its own for what it cuts."""

    def __init__(self, folder: Path, unrelated: int) -> None:
        torch.set_num_threads(1)
        cv2.setNumThreads(1)
        self.folder, self.own = folder, Path(tempfile.mkdtemp(prefix="searching-", dir=folder))
        self.index = RecoveryIndex.open(folder / "index", open_embedder())
        self.watermarker = open_watermarker("dwtDctSvd")
        self.clips = {"same scene": same_scene_clips(), "unrelated": unrelated_clips(unrelated)}

    def measure(self, search: Search) -> dict:
        row: dict = {"name": search.name, "group": search.group}
        path: Path | None = self.own / "copy.mp4"
        if search.right is not None:
            assert search.path is not None
            ffmpeg("-i", search.path, *EDITS[search.group], path)
        elif search.path is not None:
            row["kind"], path = "our renderer", search.path
        else:
            clip = self.clips[search.group][search.number]
            row["kind"], path = clip.kind, written(clip, self.own / "other.mp4")
        if path is None:
            return row | {"short": True}
        begun = time.process_time()
        found = self.index.find(path, watermarker=self.watermarker)
        answers = [[one.manifest_id, one.by, round(one.figure, 2)] for one in found]
        return row | {"right": search.right, "found": answers, "cpu": round(time.process_time() - begun, 2)}


_searcher: Searcher | None = None


def _begin(folder: Path, unrelated: int) -> None:
    global _searcher
    _searcher = Searcher(folder, unrelated)


def _measure(search: Search) -> dict:
    assert _searcher is not None
    return _searcher.measure(search)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--unrelated", type=int, default=1000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--work", type=Path)
    arguments = parser.parse_args()
    folder = arguments.work or Path(tempfile.mkdtemp(prefix="reelproof-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    results = Results(folder / "results.jsonl")
    outputs = registered(folder)
    if not (folder / "calibration.txt").exists():
        (folder / "calibration.txt").write_text(calibrated(folder))
    print((folder / "calibration.txt").read_text(), flush=True)

    unrelated = arguments.unrelated - (len(BRIEFS) - _REGISTERED_BRIEFS)
    copies = [Search(f"{edit}: {name}", edit, name, path) for name, path in outputs.items() for edit in EDITS]
    others = [Search(f"same scene: {clip.name}", "same scene", number=n) for n, clip in enumerate(same_scene_clips())]
    others += [
        Search(f"unrelated: render {n}", "unrelated", path=rendered(n, folder))
        for n in range(_REGISTERED_BRIEFS, len(BRIEFS))
    ]
    others += [
        Search(f"unrelated: {clip.name}", "unrelated", number=n) for n, clip in enumerate(unrelated_clips(unrelated))
    ]
    with ProcessPoolExecutor(
        arguments.processes, get_context("spawn"), initializer=_begin, initargs=(folder, unrelated)
    ) as pool:
        for part in (others, copies):
            for row in pool.map(_measure, [one for one in part if one.name not in results.rows]):
                results.add(row)
            report(results, outputs)


def registered(folder: Path) -> dict[str, Path]:
    """Every output by its name, in the index, with a payload that nothing carries: so that payloads are looked for."""
    index = RecoveryIndex.open(folder / "index", open_embedder(), create=True)
    watermarker = open_watermarker("dwtDctSvd")
    assert watermarker is not None
    outputs: dict[str, Path] = {}
    for number, clip in enumerate(registered_clips()):
        path = folder / f"output-{number}.mp4"
        if path.exists() or written(clip, path) is not None:
            outputs[clip.name] = path
    for number in range(_REGISTERED_BRIEFS):
        outputs[f"render {number}"] = rendered(number, folder)
    for number, (name, path) in enumerate(outputs.items()):
        mark = WatermarkPayload(watermarker.alg, b"\xff\xff" + number.to_bytes(4, "big"))
        index.add(name, path, watermark=mark)
    return outputs


def report(results: Results, outputs: dict[str, Path]) -> None:
    groups: dict[str, list[dict]] = defaultdict(list)
    for row in results.rows.values():
        if not row.get("short"):
            groups[row["group"]].append(row)
    print(f"\n{len(outputs)} outputs registered\n\n| copy | recovered | by | also others | CPU s a search |")
    print("|---|---|---|---|---|")
    for edit in EDITS:
        rows = groups[edit]
        right = [row for row in rows if row["found"] and row["found"][0][0] == row["right"]]
        by = Counter(row["found"][0][1] for row in right)
        others = sum(any(one[0] != row["right"] for one in row["found"]) for row in rows)
        seconds = np.mean([row["cpu"] for row in rows]) if rows else 0.0
        aim = " (aim)" if edit in AIMED else ""
        means = ", ".join(f"{name} {count}" for name, count in by.most_common())
        print(f"| {edit}{aim} | {len(right)} of {len(rows)} | {means} | {others} | {seconds:.1f} |")
    for group in ("same scene", "unrelated"):
        rows = groups[group]
        wrong = [row for row in rows if row["found"]]
        kinds = Counter(row["kind"] for row in rows)
        print(f"\n{group}: {len(wrong)} false recoveries among {len(rows)} ({dict(kinds)})")
        for row in wrong:
            print(f"  {row['name']}: {row['found']}")
        if group == "unrelated" and rows and not wrong:
            print(f"  none: with 95 % confidence the rate is below {3 / len(rows):.2%} a clip (rule of three)")
    print(flush=True)


if __name__ == "__main__":
    main()

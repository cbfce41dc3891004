"""Pictures and clips to learn from, out of the files of a training set, and renders of our own.

Files are opened by ``auditor.media``: in a process of its own that can neither open files nor sockets.
"""

import hashlib
import io
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from auditor.media import MediaError, probe, sample_frames
from auditor.media.types import Cancelled, OnProgress, Progress, never_cancelled, no_progress
from generator.errors import CancelledError, TrainingSetError
from generator.lexicon import ELEMENTS, INTERIORS, PLACES, PROPS, Light, Mood, Weather
from generator.shots.camera import Move, Size
from generator.shots.model import ShotRequest
from generator.training.files import read_bytes, write_bytes
from generator.training.recipe import Examples
from generator.training.works import MAX_BYTES, OwnRenders, TrainingFile, TrainingSet

Pictures = NDArray[np.uint8]
#: Fewer works (or files) than this are too few to keep one back for the measure of quality.
LEAST_TO_HOLD_OUT = 4


@dataclass(frozen=True, slots=True)
class Gathering:
    """How files become examples. ``max_side``: pixels of the longer side, never scaled up; ``film_fps``: pictures a second
    taken of films; ``most`` of one film; ``held_out``: share of the works that no step sees (0..0.5); ``clip_frames`` at
    ``clip_fps`` in each clip, for kinds that learn from moving pictures."""

    max_side: int = 640
    film_fps: float = 1.0
    most: int = 120
    held_out: float = 0.125
    clip_frames: int = 9
    clip_fps: float = 8.0


@dataclass(frozen=True, slots=True)
class Gathered:
    """The examples, and which files (SHA-256, in hex) were held out; ``drawn_sha256`` is of all frames that were drawn."""

    examples: Examples
    held_out: tuple[str, ...]
    drawn_sha256: str


def gather(
    training_set: TrainingSet,
    *,
    how: Gathering,
    seed: int,
    clips: bool = False,
    cache: Path | None = None,
    on_progress: OnProgress = no_progress,
    cancelled: Cancelled = never_cancelled,
) -> Gathered:
    """Opens every file once and draws the renders; the same set, ``how`` and seed give the same examples in the same order.

    ``clips``: moving pictures with captions instead of pictures. Frames that were drawn are kept in the folder ``cache``.
    Raises ``TrainingSetError`` for a file that can't be opened (before: ``permitted`` finds most), ``CancelledError``.
    """
    held = _held_out(training_set, how.held_out, seed)
    real: list[Pictures] = []
    kept: list[Pictures] = []
    moving: list[tuple[Pictures, str]] = []
    files, size = training_set.files(), 0
    for number, file in enumerate(files):
        _stop(cancelled)
        on_progress(Progress("open the works", number, len(files), "files"))
        try:
            if clips:
                found = _clips(file, how)
                moving += [(clip, file.caption) for clip in found]
            else:
                found = _pictures(file, how)
                (kept if file.sha256 in held else real).extend(found)
        except MediaError as error:
            raise TrainingSetError(
                f"{file.label} can't be learned from ({' '.join(str(error).split())[:200]}); leave it out"
            ) from error
        size += sum(one.nbytes for one in found)
        if size > MAX_BYTES:
            raise TrainingSetError(
                f"the works take more than {MAX_BYTES // 2**30} GiB as pictures; set max_side, film_fps or most lower"
            )
    on_progress(Progress("open the works", len(files), len(files), "files"))
    drawn = _drawn(training_set.renders, cache, on_progress, cancelled) if training_set.renders else ()
    examples = Examples(
        tuple(real), drawn, tuple(clip for clip, _ in moving), tuple(words for _, words in moving), tuple(kept)
    )
    return Gathered(examples, tuple(sorted(held)), _digest(drawn) if drawn else "")


def random_shots(renders: OwnRenders) -> tuple[ShotRequest, ...]:
    """Shots over all places, lights, weathers, moods and sizes that the renderer knows; the same seed gives the same."""
    return tuple(_shot(renders, number) for number in range(renders.shots))


def _shot(renders: OwnRenders, number: int) -> ShotRequest:
    choose = random.Random(f"own renders {renders.seed} {number}")  # noqa: S311 - repeatable, no secret
    interior = choose.random() < 0.3
    places = sorted(INTERIORS if interior else PLACES)
    place = places[choose.randrange(len(places))]
    sizes = [size for size in get_args(Size) if size != "insert"]
    things = sorted(PROPS if interior else set(ELEMENTS) - PROPS)
    figures = choose.randrange(3)
    size = choose.choice(sizes)
    if size in ("medium", "close-up"):
        figures = max(figures, 1)
    return ShotRequest(
        id=f"own-{number:05d}",
        scene=number + 1 if number < 10_000 else 10_000,
        slugline=f"{'INT' if interior else 'EXT'}. {place.upper()}",
        description="A shot to learn from.",
        size=size,
        lens_mm=choose.choice((18.0, 24.0, 35.0, 50.0, 85.0)),
        move=choose.choice(get_args(Move)),
        duration=float(renders.frames_per_shot),
        characters=tuple(f"PERSON {one + 1}" for one in range(figures)),
        roles=tuple("person" for _ in range(figures)),
        prompt=place,
        negative_prompt="",
        seed=choose.randrange(2**31),
        width=renders.width,
        height=renders.height,
        fps=1,
        interior=interior,
        place=place,
        elements=tuple(choose.sample(things, choose.randrange(4))),
        light=choose.choice(get_args(Light)),
        weather="clear" if interior else choose.choice(get_args(Weather)),
        mood=choose.choice(get_args(Mood)),
        focus="",
    )


def _drawn(
    renders: OwnRenders, cache: Path | None, on_progress: OnProgress, cancelled: Cancelled
) -> tuple[Pictures, ...]:
    from generator.backends.previz.frames import render_frames
    from generator.backends.previz.source import source_digest

    frames: list[Pictures] = []
    total = renders.shots * renders.frames_per_shot
    # another renderer, or other shots, would be other frames
    key = hashlib.sha256(f"{source_digest()} {sorted(renders.as_dict().items())}".encode()).hexdigest()[:16]
    for number, shot in enumerate(random_shots(renders)):
        kept = cache / f"{key}-{number:05d}.npy" if cache is not None else None
        block = _kept(kept, renders) if kept is not None else None
        if block is None:
            made = []
            for frame in render_frames(shot):
                _stop(cancelled)
                made.append(frame)
                on_progress(Progress("draw", len(frames) + len(made), total, "frames"))
            block = np.stack(made)
            if kept is not None:
                buffer = io.BytesIO()
                np.save(buffer, block, allow_pickle=False)
                write_bytes(kept, buffer.getvalue())
        frames.extend(block)
        on_progress(Progress("draw", len(frames), total, "frames"))
    return tuple(frames)


def _kept(path: Path, renders: OwnRenders) -> Pictures | None:
    if not path.exists():
        return None
    try:
        block: Any = np.load(io.BytesIO(read_bytes(path)), allow_pickle=False)
    except (ValueError, EOFError):
        return None
    right = (renders.frames_per_shot, renders.height, renders.width, 3)
    return block if block.shape == right and block.dtype == np.uint8 else None


def _pictures(file: TrainingFile, how: Gathering) -> list[Pictures]:
    return [
        np.array(frame) for _, frame in zip(range(how.most), _frames(file, how.film_fps, how.max_side), strict=False)
    ]


def _clips(file: TrainingFile, how: Gathering) -> list[Pictures]:
    """Whole clips of ``clip_frames``, one after the other; a rest that is shorter is not used."""
    if probe(file.path).is_still:
        raise MediaError(f"{file.label} is a still picture, and clips are wanted")
    frames = [frame for _, frame in zip(range(how.most), _frames(file, how.clip_fps, how.max_side), strict=False)]
    starts = range(0, len(frames) - how.clip_frames + 1, how.clip_frames)
    return [np.stack(frames[start : start + how.clip_frames]) for start in starts]


def _frames(file: TrainingFile, fps: float, max_side: int) -> Iterator[Pictures]:
    for frame in sample_frames(file.path, fps=fps, max_side=max_side):
        yield frame.pixels


def _held_out(training_set: TrainingSet, share: float, seed: int) -> set[str]:
    """Files that are kept back: whole works where there are enough of them (pictures of one work are alike), else files."""
    works = [tuple(dict.fromkeys(file.sha256 for file in work.files)) for work in training_set.works]
    units = works if len(works) >= LEAST_TO_HOLD_OUT else [(file.sha256,) for file in training_set.files()]
    count = round(share * len(units))
    if share > 0 and len(units) >= LEAST_TO_HOLD_OUT:
        count = max(count, 1)

    def rank(unit: tuple[str, ...]) -> str:
        return hashlib.sha256(f"{seed} {unit}".encode()).hexdigest()

    return {sha256 for unit in sorted(units, key=rank)[:count] for sha256 in unit}


def _digest(frames: tuple[Pictures, ...]) -> str:
    digest = hashlib.sha256()
    for frame in frames:
        digest.update(repr(frame.shape).encode() + np.ascontiguousarray(frame).tobytes())
    return digest.hexdigest()


def _stop(cancelled: Callable[[], bool]) -> None:
    if cancelled():
        raise CancelledError("the training was cancelled while its examples were gathered; it can be resumed")

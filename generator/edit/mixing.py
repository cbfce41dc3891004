"""The tracks' sounds to one stereo mix, in time with the picture: by blocks into a file, whatever the film's length."""

import contextlib
import math
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from auditor.media.types import Cancelled, OnProgress, Progress, never_cancelled, no_progress
from generator.edit.sources import SOUND_FORMATS, open_media
from generator.edit.timeline import Sound, Timeline, Track
from generator.encoding import SOUND_RATE
from generator.errors import CancelledError, EditError
from generator.sound.loudness import Loudness, Samples, Target, bring_to

#: Ambience and music give way to dialogue by this many decibels; common practice is 6 to 12.
DUCK = -9.0
#: Seconds before a line in which they go down, and after it in which they come back.
DUCK_ATTACK, DUCK_RELEASE = 0.15, 0.5
#: A sound file longer than this is not one that a film of ours uses.
MAX_SOUND_SECONDS = 6 * 3600
_DUCKED = frozenset({"ambience", "music"})


@dataclass(frozen=True, slots=True)
class Mix:
    """How loud the film is to be, and by how many decibels ambience and music give way to dialogue (0: not at all)."""

    target: Target = "web"
    duck: float = DUCK


@dataclass(frozen=True, slots=True)
class _Event:
    """Samples ``first`` to ``end`` of the film play file samples from ``offset`` on; fades in samples, gain linear."""

    kind: str
    sha256: str
    first: int
    end: int
    offset: int
    gain: float
    fade_in: int
    fade_out: int
    loop: bool


def sample_at(frame: int, rate: Fraction) -> int:
    """The film's sample at which a frame begins; frame ``n`` of 48 kHz sound has no other, so lengths are exact."""
    return math.floor(Fraction(frame) * SOUND_RATE / rate + Fraction(1, 2))


@contextlib.contextmanager
def mixed(
    timeline: Timeline,
    files: Mapping[str, Path],
    mix: Mix,
    *,
    on_progress: OnProgress = no_progress,
    cancelled: Cancelled = never_cancelled,
) -> Iterator[tuple[Samples | None, Loudness | None]]:
    """The film's sound, (n, 2) float32 at 48 kHz in a file that goes away with the block, and its loudness; ``None`` for a
    film without sounds. ``files`` has the sounds' files by SHA-256."""
    events = list(_events(timeline))
    total = sample_at(timeline.frames, timeline.rate)
    if not events:
        yield None, None
        return
    with tempfile.TemporaryDirectory(prefix="reelproof-mix-") as folder:
        try:
            sounds = {sha: _decoded(files, sha, Path(folder)) for sha in dict.fromkeys(e.sha256 for e in events)}
            target = Path(folder) / "mix.f32"
            spoken = [(e.first, e.end) for e in events if e.kind == "dialogue"]
            # written, not mapped: a full disk is an error then, and not the end of the process
            with target.open("wb") as out:
                for first in range(0, total, SOUND_RATE):
                    if cancelled():
                        raise CancelledError(f"mixing was cancelled after {first / SOUND_RATE:.0f} seconds")
                    last = min(first + SOUND_RATE, total)
                    out.write(_block(events, sounds, spoken, first, last, mix).astype("<f4").tobytes())
                    on_progress(Progress("mix", last, total, "samples"))
            loudness = bring_to(target, mix.target, cancelled=cancelled)
            done = np.memmap(target, np.float32, "r", shape=(total, 2))
        except OSError as error:
            raise EditError(
                f"the mix can't be written ({error.strerror or error}); is the disk full? Make room and start again"
            ) from error
        yield done, loudness


def _events(timeline: Timeline) -> Iterator[_Event]:
    rate, total = timeline.rate, sample_at(timeline.frames, timeline.rate)
    for track in timeline.tracks:
        if track.muted:
            continue
        for sound, first, end in (*_fitting(timeline, track), *_placed(timeline, track)):
            start, stop = sample_at(first, rate), sample_at(end, rate)
            if stop <= 0 or start >= total:
                continue
            yield _Event(
                kind=track.kind,
                sha256=sound.media.sha256,
                first=start,
                end=stop,
                offset=sample_at(sound.offset, rate),
                gain=10 ** ((sound.gain + track.gain) / 20),
                fade_in=sample_at(sound.fade_in, rate),
                fade_out=sample_at(sound.fade_out, rate),
                loop=sound.fit,
            )


def _placed(timeline: Timeline, track: Track) -> Iterator[tuple[Sound, int, int]]:
    moment = timeline.clock()
    for sound in track.sounds:
        if not sound.fit:
            first = moment(sound.clip, sound.start)
            yield sound, first, first + sound.frames


def _fitting(timeline: Timeline, track: Track) -> Iterator[tuple[Sound, int, int]]:
    """Loops over their clips; neighbours that play the same at the same level go on as one, without crossing over."""
    on = {sound.clip: sound for sound in track.sounds if sound.fit}
    starts = timeline.starts()
    run: tuple[Sound, int, int] | None = None
    for clip in timeline.clips:
        sound = on.get(clip.id)
        if run and sound and (run[0].media.sha256, run[0].gain) == (sound.media.sha256, sound.gain):
            run = run[0], run[1], starts[clip.id] + clip.frames
            continue
        if run:
            yield _crossing(run)
        run = (sound, starts[clip.id], starts[clip.id] + clip.frames) if sound else None
    if run:
        yield _crossing(run)


def _crossing(run: tuple[Sound, int, int]) -> tuple[Sound, int, int]:
    sound, first, end = run
    return sound, first - sound.fade_in // 2, end + sound.fade_out - sound.fade_out // 2


def _block(
    events: list[_Event],
    sounds: Mapping[str, Samples],
    spoken: list[tuple[int, int]],
    first: int,
    last: int,
    mix: Mix,
) -> Samples:
    out = np.zeros((last - first, 2), np.float32)
    ducking: Samples | None = None
    for event in events:
        a, b = max(event.first, first), min(event.end, last)
        if a >= b:
            continue
        part = _read(sounds[event.sha256], event.offset + a - event.first, b - a, event.loop) * event.gain
        at = np.arange(a, b)
        # equal power: a quarter of a sine up, a quarter of a cosine down
        if event.fade_in and a < event.first + event.fade_in:
            part *= np.sin(np.pi / 2 * np.clip((at - event.first + 0.5) / event.fade_in, 0, 1))[:, None]
        if event.fade_out and b > event.end - event.fade_out:
            part *= np.sin(np.pi / 2 * np.clip((event.end - at - 0.5) / event.fade_out, 0, 1))[:, None]
        if event.kind in _DUCKED and mix.duck and spoken:
            if ducking is None:
                ducking = _ducking(spoken, first, last, mix.duck)
            part *= ducking[a - first : b - first, None]
        out[a - first : b - first] += part.astype(np.float32)
    return out


def _read(sound: Samples, at: int, count: int, loop: bool) -> Samples:
    if loop:
        return np.asarray(sound[np.arange(at, at + count) % len(sound)], np.float64)
    part = np.zeros((count, 2))
    there = sound[max(at, 0) : max(at + count, 0)]
    part[: len(there)] = there
    return part


def _ducking(spoken: list[tuple[int, int]], first: int, last: int, decibels: float) -> Samples:
    """Linear gain for samples ``first`` to ``last``: down before a line, back after it, straight in decibels."""
    attack, release = DUCK_ATTACK * SOUND_RATE, DUCK_RELEASE * SOUND_RATE
    at = np.arange(first, last)
    depth = np.zeros(last - first)
    for start, end in spoken:
        if start - attack < last and end + release > first:
            rising = np.clip((at - start + attack) / attack, 0, 1)
            falling = np.clip((end + release - at) / release, 0, 1)
            np.maximum(depth, np.minimum(rising, falling), out=depth)
    return np.asarray(10 ** (decibels * depth / 20))


def _decoded(files: Mapping[str, Path], sha256: str, folder: Path) -> Samples:
    """The file's sound as stereo float32 at 48 kHz, in a file of our own that is mapped, not read."""
    path = files.get(sha256)
    if path is None:
        raise EditError(f"no file was given for the sound {sha256[:12]}…; hand over every file that the timeline names")
    target = folder / f"{sha256}.f32"
    resampler: Any = av.AudioResampler(format="flt", layout="stereo", rate=SOUND_RATE)
    samples = 0
    with open_media(path, SOUND_FORMATS) as container, target.open("wb") as out:
        if not container.streams.audio:
            raise EditError(f"{path.name} has no sound; take it off the track")
        try:
            for frame in (*container.decode(audio=0), None):
                for block in resampler.resample(frame):
                    data = block.to_ndarray().reshape(-1)
                    samples += len(data) // 2
                    if samples > MAX_SOUND_SECONDS * SOUND_RATE:
                        raise EditError(f"{path.name} is longer than {MAX_SOUND_SECONDS // 3600} hours; cut it first")
                    out.write(data.astype("<f4").tobytes())
        except av.error.FFmpegError as error:
            raise EditError(f"{path.name} is damaged ({error}); make the sound again") from error
    if not samples:
        raise EditError(f"{path.name} holds no sound; make it again")
    return np.memmap(target, np.float32, "r", shape=(samples, 2))

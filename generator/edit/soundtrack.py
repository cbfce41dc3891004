"""A timeline's sound from its shots' words: ambience under each scene, effects on what happens, lines as they are said.

Every sound is a file named by its digest and hangs on its clip, so that the timeline can be edited afterwards and sounds
go along.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import scipy

from auditor.media.types import Cancelled, OnProgress, Progress, never_cancelled, no_progress
from generator.edit.mixing import sample_at
from generator.edit.timeline import Cue, Media, Sound, Timeline, Track
from generator.encoding import SOUND_RATE, sha256_of
from generator.errors import CancelledError, SoundError
from generator.shots.model import Line, ShotRequest
from generator.sound.ambience import ambience
from generator.sound.effects import LASTING, effect
from generator.sound.shapes import Samples
from generator.sound.voice import MAX_HURRY, Speaker, Spoken, Voice, installed_voice, levelled, speaker_of
from generator.sound.words import Bed, bed_of, happenings

#: Seconds of silence before a shot's first line, between lines, and the longest way that scenes cross over.
LEAD, PAUSE, CROSSING = 0.35, 0.25, 0.5
#: How far a line may begin before its own shot, in seconds, where it would be cut off otherwise (a J cut).
MAX_EARLY = 1.0


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """What became of a line: who said it by which synthesiser, whose voice that is, when (seconds of the film), how much
    faster than its own tempo, and how far it runs over its shot's end (L) or begins before its start (J)."""

    clip: str
    character: str
    text: str
    synthesiser: str
    subject: str | None
    start: float
    end: float
    hurried: float
    over: float
    early: float


@dataclass(frozen=True, slots=True)
class Soundtrack:
    """``timeline`` with its sounds and captions, their ``files`` by SHA-256, what became of each line, and ``notes`` on what
    did not fit."""

    timeline: Timeline
    files: Mapping[str, Path]
    lines: tuple[SpokenLine, ...]
    notes: tuple[str, ...]


def soundtrack(
    timeline: Timeline,
    shots: Mapping[str, ShotRequest],
    folder: Path,
    *,
    seed: int = 1,
    voice: Voice | None = None,
    speakers: Mapping[str, Speaker] | None = None,
    on_progress: OnProgress = no_progress,
    cancelled: Cancelled = never_cancelled,
) -> Soundtrack:
    """The timeline with ambience, effects, dialogue and captions for ``shots`` (by clip id; other clips stay silent).

    Files go into ``folder`` (created if need be). Lines are said one after the other; those of a shot that is too short are
    said faster, at most by ``MAX_HURRY``; what is left begins before its shot (at most ``MAX_EARLY``, and never over another
    line) and then runs over the next. Captions stand exactly as long as their lines. ``speakers`` names voices of
    characters; the others get one of their own from the seed. Tracks and captions that the timeline had are replaced; its
    music stays. The same timeline, shots, seed and voice give the same files. Raises ``SoundError`` where nothing can be
    written or spoken, ``CancelledError`` on request.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SoundError(f"{folder} can't be made for the sounds ({error.strerror}); choose another place") from error
    clips = [clip for clip in timeline.clips if clip.id in shots]
    wavs = _Files(folder, timeline)
    beds = _beds(clips_shots := [(clip.id, shots[clip.id]) for clip in clips])
    under: list[Sound] = []
    effects: list[Sound] = []
    cross = round(CROSSING * timeline.rate)
    made: dict[tuple[Bed, int], Media] = {}
    for done, (clip_id, shot) in enumerate(clips_shots):
        if cancelled():
            raise CancelledError(f"the sound was cancelled after {done} of {len(clips)} shots")
        bed = beds[clip_id]
        key = (bed, shot.scene)
        if key not in made:
            loop = ambience(bed.names, seed=seed * 1009 + shot.scene, behind_walls=bed.behind_walls)
            made[key] = wavs.put(loop, "+".join(bed.names))
        label = ", ".join(name + (" outside" if name in bed.behind_walls else "") for name in bed.names)
        under.append(Sound(f"bed:{clip_id}", clip_id, made[key], fit=True, fade_in=cross, fade_out=cross, label=label))
        effects += _effects(timeline, clip_id, shot, wavs, seed)
        on_progress(Progress("sound", done + 1, len(clips), "shots"))
    spoken, cues, lines, notes = _dialogue(
        timeline, clips_shots, wavs, voice or installed_voice(timeline.language), speakers or {}, seed, cancelled
    )
    music = tuple(track for track in timeline.tracks if track.kind == "music")
    tracks = (
        Track("dialogue", tuple(spoken)),
        Track("effects", tuple(effects)),
        Track("ambience", tuple(under)),
        *music,
    )
    return Soundtrack(replace(timeline, tracks=tracks, cues=tuple(cues)), wavs.paths, tuple(lines), tuple(notes))


class _Files:
    """Sound files by what is in them; one is written only if it isn't there yet, and appears only when it is whole."""

    def __init__(self, folder: Path, timeline: Timeline) -> None:
        self.paths: dict[str, Path] = {}
        self._folder, self._rate = folder, timeline.rate

    def put(self, samples: Samples, name: str) -> Media:
        part = self._folder / f".{secrets.token_hex(8)}.part"
        try:
            scipy.io.wavfile.write(part, SOUND_RATE, np.asarray(samples, np.float32))
            digest = sha256_of(part)
            path = self._folder / f"{digest}.wav"
            part.replace(path)
        except OSError as error:
            raise SoundError(f"a sound can't be written to {self._folder} ({error.strerror}); make room") from error
        finally:
            part.unlink(missing_ok=True)
        self.paths[digest] = path
        return Media(digest, f"{name}.wav", max(-(-len(samples) * self._rate // SOUND_RATE), 1))


def _beds(shots: Sequence[tuple[str, ShotRequest]]) -> dict[str, Bed]:
    """One bed for each scene, from the words of all its shots."""
    scenes: dict[int, list[ShotRequest]] = {}
    for _, shot in shots:
        scenes.setdefault(shot.scene, []).append(shot)
    beds = {scene: bed_of(members) for scene, members in scenes.items()}
    return {clip: beds[shot.scene] for clip, shot in shots}


def _effects(timeline: Timeline, clip_id: str, shot: ShotRequest, wavs: _Files, seed: int) -> list[Sound]:
    clip = next(one for one in timeline.clips if one.id == clip_id)
    found = []
    for happening in happenings(shot):
        at = int(happening.at * clip.frames)
        wanted = float((clip.frames - at) / timeline.rate) if happening.name in LASTING else 0.0
        samples = effect(happening.name, seed=seed * 1013 + shot.scene, duration=min(wanted, 8.0))
        media = wavs.put(samples, happening.name)
        frames = media.frames if happening.name not in LASTING else min(media.frames, clip.frames - at)
        fade = min(round(0.1 * timeline.rate), frames // 2)
        found.append(
            Sound(
                f"fx:{clip_id}:{happening.name}", clip_id, media, clip.start + at, frames,
                fade_out=fade, label=happening.name,
            )
        )  # fmt: skip
    return found


def _dialogue(
    timeline: Timeline,
    shots: Sequence[tuple[str, ShotRequest]],
    wavs: _Files,
    voice: Voice,
    speakers: Mapping[str, Speaker],
    seed: int,
    cancelled: Cancelled,
) -> tuple[list[Sound], list[Cue], list[SpokenLine], list[str]]:
    sounds: list[Sound] = []
    cues: list[Cue] = []
    report: list[SpokenLine] = []
    notes: list[str] = []
    starts, rate = timeline.starts(), timeline.rate
    free = 0  # the first frame at which nobody speaks any more
    for clip_id, shot in shots:
        if not shot.dialogue:
            continue
        if cancelled():
            raise CancelledError("the sound was cancelled while lines were spoken")
        clip = next(one for one in timeline.clips if one.id == clip_id)
        first, end = starts[clip_id], starts[clip_id] + clip.frames
        begin = max(first + round(LEAD * rate), free)
        said, hurry = _said(shot.dialogue, voice, speakers, seed, float((end - begin) / rate))
        needed = sum(_frames(one, timeline) for _, one in said) + round(PAUSE * rate) * (len(said) - 1)
        if needed > end - begin:
            # first the silence before it goes, then it begins in the shot before, then it runs over
            begin = max(end - needed, free, first - round(MAX_EARLY * rate), 0)
        at = begin
        for n, (line, one) in enumerate(said):
            frames = _frames(one, timeline)
            on_film = min(frames, timeline.frames - at)
            if on_film <= 0:
                notes.append(f"{shot.id}: the film ends before {line.character} says “{line.text[:60]}”")
                continue
            stereo = np.repeat(levelled(one.samples)[:, None], 2, axis=1) * np.float32(np.sqrt(0.5))
            media = wavs.put(stereo, f"{line.character.lower()[:40].replace('/', '-').replace(chr(92), '-')}")
            hung = clip.start + at - first
            sounds.append(Sound(f"line:{clip_id}:{n + 1}", clip_id, media, hung, on_film, label=line.character[:100]))
            cues.append(Cue(f"cue:{clip_id}:{n + 1}", clip_id, hung, on_film, line.text[:2000], line.character[:100]))
            over, early = max(at + frames - end, 0), max(first - at, 0)
            report.append(
                SpokenLine(
                    clip_id, line.character, line.text, one.synthesiser, one.subject,
                    float(at / rate), float((at + frames) / rate), round(hurry, 3), float(over / rate), float(early / rate),
                )
            )  # fmt: skip
            notes += _remarks(shot, report[-1], frames > on_film)
            at += frames + round(PAUSE * rate)
            free = at
    return sounds, cues, report, notes


def _remarks(shot: ShotRequest, line: SpokenLine, cut_off: bool) -> list[str]:
    who = f"{shot.id}: {line.character}’s “{line.text[:60]}”"
    found = []
    if line.hurried > 1.001:
        found.append(f"{who} is said {line.hurried:.2f} times as fast to fit")
    if line.early:
        found.append(f"{who} begins {line.early:.2f} s before its shot")
    if line.over:
        found.append(f"{who} runs {line.over:.2f} s over into the next shot")
    if cut_off:
        found.append(f"{who} is cut off by the end of the film")
    return found


def _said(
    lines: Sequence[Line], voice: Voice, speakers: Mapping[str, Speaker], seed: int, room: float
) -> tuple[list[tuple[Line, Spoken]], float]:
    """The lines as spoken, and how much faster than usual so that they fit into ``room`` seconds, if they can."""
    cast = {line.character: speakers.get(line.character) or speaker_of(line.character, seed=seed) for line in lines}
    said = [(line, voice.speak(line.text, cast[line.character])) for line in lines]
    length = sum(one.seconds for _, one in said)
    room -= PAUSE * (len(lines) - 1)
    if length <= room:
        return said, 1.0
    hurry = min(length / max(room, 0.1), MAX_HURRY)
    quicker = {name: replace(speaker, tempo=speaker.tempo * hurry) for name, speaker in cast.items()}
    return [(line, voice.speak(line.text, quicker[line.character])) for line in lines], hurry


def _frames(spoken: Spoken, timeline: Timeline) -> int:
    per_frame = sample_at(1000, timeline.rate) / 1000
    return max(int(np.ceil(len(spoken.samples) / per_frame)), 1)

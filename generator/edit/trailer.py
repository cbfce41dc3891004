"""A trailer and stills from a timeline: its strongest seconds by measure, in order, without the ending."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from auditor.media.types import Cancelled, never_cancelled
from generator.edit.render import sources_of
from generator.edit.scoring import FrameMeasure, TakeScore, measures, score_of
from generator.edit.sources import Frame, Source, frames_from
from generator.edit.timeline import Card, Clip, Cue, Media, Sound, Timeline, Track, Transition
from generator.errors import EditError

#: Nothing of the film's last fifth is shown: that is where it ends.
ENDING = 0.2
#: Seconds of one piece of a trailer.
PIECE = 1.5
TITLE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Still:
    """A frame of the film worth showing: its clip, the take's frame, its place in seconds, its score and its picture."""

    clip: str
    frame: int
    seconds: float
    score: float
    picture: Frame


@dataclass(frozen=True, slots=True)
class _Piece:
    clip: Clip
    at: int
    start: int
    frames: int
    score: TakeScore

    @property
    def worth(self) -> float:
        """Quality, and a little for movement: a trailer moves."""
        return self.score.total * (1 + 0.3 * min(self.score.movement / 8, 1.0))


def trailer(
    timeline: Timeline,
    files: Mapping[str, Path],
    *,
    seconds: float = 15.0,
    cancelled: Cancelled = never_cancelled,
) -> Timeline:
    """A timeline of about ``seconds`` (in pieces of one and a half) with the film's strongest moments in order,
    between a title and an end card.

    Each clip gives one piece before any gives a second (variety comes first), none from the last fifth of the film. Ambience
    and effects come along with their pictures, dialogue where a whole line fits; the film's music plays from its start.
    Raises ``EditError`` for films that are too short, and what ``render`` raises for its takes.
    """
    rate = timeline.rate
    if not 2 <= seconds <= 600:
        raise EditError(f"a trailer of {seconds:g} seconds is none; ask for 2 to 600")
    length = max(round(PIECE * rate), 2)
    pieces = _pieces(timeline, sources_of(timeline, files), length, cancelled)
    if not pieces:
        raise EditError("the film has no takes ahead of its ending that a trailer could show; it is too short")
    wanted = max(math.floor(seconds / PIECE), 1)
    chosen = sorted(_varied(pieces, wanted), key=lambda one: one.at)
    clips = [
        Clip(f"piece-{n + 1}", one.clip.source, one.frames, one.start, one.clip.name, one.clip.provenance)
        for n, one in enumerate(chosen)
    ]
    head = Clip("title", Card("title", timeline.title, ("Trailer",)), round(TITLE_SECONDS * rate))
    tail = Clip("end", Card("end", "", (timeline.title,)), round(TITLE_SECONDS * rate))
    fade = max(round(0.25 * rate), 1)
    fade = min(fade, min(clip.frames for clip in (head, *clips)) // 2)
    through = Transition("fade", fade, fade)
    row = (head, *clips, tail)
    transitions = (
        Transition("fade", 0, fade),
        through,
        *(Transition(),) * (len(clips) - 1),
        through,
        Transition("fade", fade, 0),
    )
    tracks = tuple(_track(track, chosen, sum(clip.frames for clip in row)) for track in timeline.tracks)
    return replace(
        timeline, title=f"{timeline.title[:280]} (trailer)", clips=row, transitions=transitions, titles=(),
        cues=_cues(timeline, chosen), markers=(), tracks=tracks,
    )  # fmt: skip


def _cues(timeline: Timeline, chosen: Sequence[_Piece]) -> tuple[Cue, ...]:
    found = []
    for n, piece in enumerate(chosen):
        for cue in timeline.cues:
            if (
                cue.clip == piece.clip.id
                and piece.start <= cue.start
                and cue.start + cue.frames <= piece.start + piece.frames
            ):
                found.append(replace(cue, id=f"{cue.id}:{n + 1}", clip=f"piece-{n + 1}"))
    return tuple(found)


def _track(track: Track, chosen: Sequence[_Piece], total: int) -> Track:
    """The track's sounds as they belong to the pieces; lines only where they are heard whole."""
    sounds: list[Sound] = []
    for sound in track.sounds:
        if not sound.clip:
            sounds.append(replace(sound, frames=min(sound.frames, max(total - sound.start, 1)), fade_in=0, fade_out=0))
    for n, piece in enumerate(chosen):
        end = piece.start + piece.frames
        for sound in track.sounds:
            if sound.clip != piece.clip.id:
                continue
            inside = piece.start <= sound.start < end
            whole = inside and sound.start + sound.frames <= end
            if sound.fit or whole or (inside and track.kind == "effects"):
                sounds.append(replace(sound, id=f"{sound.id}:{n + 1}", clip=f"piece-{n + 1}"))
    return replace(track, sounds=tuple(sounds))


def stills(
    timeline: Timeline, files: Mapping[str, Path], *, count: int = 6, cancelled: Cancelled = never_cancelled
) -> tuple[Still, ...]:
    """The ``count`` best frames of the film, of different clips as far as there are, in order; fewer if there are fewer.

    A frame counts by its sharpness, exposure and noise, and by how still it is (a moving one is smeared). None is from
    within a transition or the last fifth of the film.
    """
    if not 1 <= count <= 100:
        raise EditError(f"{count} stills can't be chosen; ask for 1 to 100")
    sources = sources_of(timeline, files)
    cache: dict[str, list[FrameMeasure]] = {}
    found = []
    for n, clip, at, last in _shown(timeline):
        lead, trail = timeline.transitions[n], timeline.transitions[n + 1]
        for one in _measured(clip, sources, cache, cancelled):
            inside = lead.after <= one.number - clip.start < min(clip.frames - trail.before, last - at)
            if inside:
                found.append(
                    (score_of([one]).total / (1 + one.change / 20), n, one.number, at + one.number - clip.start)
                )
    best: list[tuple[float, int, int, int]] = []
    for score, n, number, place in sorted(found, key=lambda one: (-one[0], one[3])):
        taken = sum(1 for one in best if one[1] == n)
        if taken * len({one[1] for one in found}) < count and len(best) < count:
            best.append((score, n, number, place))
    chosen = sorted(best, key=lambda one: one[3])
    return tuple(
        Still(clip.id, number, float(place / timeline.rate), round(score, 4), _frame(clip, number, sources))
        for score, n, number, place in chosen
        if (clip := timeline.clips[n])
    )


def _frame(clip: Clip, number: int, sources: Mapping[str, Source]) -> Frame:
    if not isinstance(clip.source, Media):
        raise EditError(f"clip {clip.id} is a card, which gives no still")
    with frames_from(sources[clip.source.sha256], number) as frames:
        return np.array(next(frames))


def _shown(timeline: Timeline) -> list[tuple[int, Clip, int, int]]:
    """Clips of takes that lie ahead of the ending: index, clip, first frame in the film, the ending's first frame."""
    last = math.floor(timeline.frames * (1 - ENDING))
    starts = timeline.starts()
    return [
        (n, clip, starts[clip.id], last)
        for n, clip in enumerate(timeline.clips)
        if isinstance(clip.source, Media) and starts[clip.id] < last
    ]


def _measured(
    clip: Clip, sources: Mapping[str, Source], cache: dict[str, list[FrameMeasure]], cancelled: Cancelled
) -> list[FrameMeasure]:
    """The measures of the clip's frames; a take that several clips show is decoded once."""
    if not isinstance(clip.source, Media):
        return []
    sha = clip.source.sha256
    if sha not in cache:
        cache[sha] = list(measures(sources[sha].path, cancelled=cancelled))
    return [one for one in cache[sha] if clip.start <= one.number < clip.end]


def _pieces(timeline: Timeline, sources: Mapping[str, Source], length: int, cancelled: Cancelled) -> list[_Piece]:
    """Every clip cut into pieces of ``length`` (a shorter clip is one piece), each with its score."""
    pieces: list[_Piece] = []
    cache: dict[str, list[FrameMeasure]] = {}
    for _, clip, at, last in _shown(timeline):
        found = _measured(clip, sources, cache, cancelled)
        usable = found[: max(last - at, 0)]
        for first in range(0, max(len(usable) - length, 0) + 1, length):
            part = usable[first : first + length]
            if len(part) >= max(length // 2, 1):
                pieces.append(_Piece(clip, at + first, part[0].number, len(part), score_of(part)))
    return pieces


def _varied(pieces: Sequence[_Piece], wanted: int) -> list[_Piece]:
    """The best piece of each clip, best first, then the second best of each, and so on."""
    chosen: list[_Piece] = []
    rest = sorted(pieces, key=lambda one: (-one.worth, one.at))
    while rest and len(chosen) < wanted:
        round_: dict[str, _Piece] = {}
        for piece in rest:
            round_.setdefault(piece.clip.id, piece)
        chosen += list(round_.values())[: wanted - len(chosen)]
        rest = [piece for piece in rest if piece not in chosen]
    return chosen

"""A trailer and stills of a finished film, cut from the film itself: what is burnt into its pictures or hidden in them stays
there, and nothing can be seen or heard that the film does not show."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from auditor.media.types import Cancelled, never_cancelled
from generator.edit.sources import probe
from generator.edit.timeline import Clip, Media, Sound, Timeline, Track, Transition
from generator.edit.trailer import stills, trailer
from generator.encoding import sha256_of
from generator.errors import EditError

#: Seconds in which the film's sound comes and goes at the ends of a piece, so that no cut clicks.
_SOUND_FADE = 0.12


@dataclass(frozen=True, slots=True)
class Stretch:
    """A shot as a film shows it, from ``start`` to ``end`` in seconds of the film; ``id`` is the caller's own."""

    id: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Piece:
    """What a trailer shows of a stretch: from ``start`` to ``end`` in seconds of the trailer, ``film_start`` in the film."""

    id: str
    film_start: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class FilmTrailer:
    """A trailer to be rendered (with ``files``), and what is in it."""

    timeline: Timeline
    files: dict[str, Path]
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class FilmStill:
    """A frame worth showing, by its place in seconds of the film, and how good it is (0 to 1)."""

    seconds: float
    score: float


def film_trailer(
    film: Path,
    shots: Sequence[Stretch],
    *,
    title: str,
    seconds: float = 15.0,
    cancelled: Cancelled = never_cancelled,
) -> FilmTrailer:
    """A trailer of about ``seconds`` of the given ``shots`` of a film, with the film's own sound under each piece.

    Pieces are chosen as ``trailer`` does; what two shots show at once, in a transition, is left out. Raises ``EditError``
    for a film that is too short or has none of these shots ahead of its ending.
    """
    whole, media = _shots_of(film, shots, title)
    made = trailer(whole, {media.sha256: film}, seconds=seconds, cancelled=cancelled)
    names = {clip.start: clip.id for clip in whole.clips}
    starts, rate = made.starts(), made.rate
    pieces, sounds = [], []
    for clip in made.clips:
        if not isinstance(clip.source, Media):
            continue
        shot = names[max(start for start in names if start <= clip.start)]
        at = starts[clip.id]
        pieces.append(
            Piece(shot, float(clip.start / rate), float(at / rate), float((at + clip.frames) / rate)),
        )
        fade = min(max(round(_SOUND_FADE * rate), 1), clip.frames // 2)
        sounds.append(
            Sound(f"film:{clip.id}", clip.id, media, clip.start, clip.frames, clip.start, fade_in=fade, fade_out=fade)
        )
    tracks = (Track("effects", tuple(sounds)),) if probe(film).sound else ()
    return FilmTrailer(replace(made, tracks=tracks), {media.sha256: film}, tuple(pieces))


def film_stills(
    film: Path, shots: Sequence[Stretch], *, count: int = 6, cancelled: Cancelled = never_cancelled
) -> tuple[FilmStill, ...]:
    """The ``count`` best frames of the given shots of a film, the best first; fewer if there are fewer.

    Raises ``EditError``."""
    whole, media = _shots_of(film, shots, "stills")
    found = stills(whole, {media.sha256: film}, count=count, cancelled=cancelled)
    best = sorted(found, key=lambda one: (-one.score, one.frame))
    return tuple(FilmStill(float(one.frame / whole.rate), one.score) for one in best)


def _shots_of(film: Path, shots: Sequence[Stretch], title: str) -> tuple[Timeline, Media]:
    """The shots as clips of the film's own file, in order, each without what it shares with its neighbours."""
    source = probe(film)
    media = Media(sha256_of(film), film.name, source.frames)
    row = sorted(shots, key=lambda one: one.start)
    clips = []
    for n, shot in enumerate(row):
        before = row[n - 1].end if n else 0.0
        after = row[n + 1].start if n + 1 < len(row) else shot.end
        first = round(max(shot.start, before) * source.fps)
        last = min(round(min(shot.end, after) * source.fps), source.frames)
        if last > first:
            clips.append(Clip(shot.id, media, last - first, first))
    if not clips:
        raise EditError("the film has none of these shots by itself; choose others")
    cuts = (Transition(),) * (len(clips) + 1)
    return Timeline(title, source.fps, source.width, source.height, tuple(clips), cuts), media

"""The timeline: what is seen and heard when, as plain values that are never changed in place.

Time is counted in whole frames of the timeline's own ``rate`` (an exact fraction), so nothing drifts. The picture is one
row of clips that follow each other: a clip's place is the sum of what stands before it, and so there can be no gap and no
overlap. A dissolve or a wipe shows, around the join, material of both takes that lies outside of the clips (handles), as
OpenTimelineIO has it. Titles, captions, sounds and markers hang on a clip, at a frame of its source, and go where it goes.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

#: How one clip gives way to the next. ``fade`` goes through black and needs no handles.
TransitionKind = Literal["cut", "dissolve", "fade", "wipe"]
CardKind = Literal["title", "end", "black"]
TrackKind = Literal["dialogue", "effects", "ambience", "music"]
TitlePlace = Literal["lower", "centre", "upper"]
#: Kinds that show both takes at once.
OVERLAPPING = frozenset({"dissolve", "wipe"})


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a clip's pictures come from, as far as it is known: what a signed cut says of each ingredient.

    ``manifest`` is the C2PA label of the take's manifest, ``card`` the SHA-256 (hex) of the model's card, ``consents`` the
    ids of the grants that it was made under, ``shot`` the id of the shot.
    """

    manifest: str = ""
    card: str = ""
    seed: int | None = None
    consents: tuple[str, ...] = ()
    shot: str = ""


@dataclass(frozen=True, slots=True)
class Media:
    """A file by what is in it: SHA-256 (hex), a name without a path, and how many frames of the timeline's rate it holds."""

    sha256: str
    name: str
    frames: int


@dataclass(frozen=True, slots=True)
class Card:
    """A still that is drawn, not rendered: a title, the end card with credits and the disclosure, or black."""

    kind: CardKind
    title: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clip:
    """``frames`` frames of a take (or a card) from frame ``start`` of its source on."""

    id: str
    source: Media | Card
    frames: int
    start: int = 0
    name: str = ""
    provenance: Provenance = field(default_factory=Provenance)

    @property
    def end(self) -> int:
        """The first frame of the source that is not in the clip any more."""
        return self.start + self.frames


@dataclass(frozen=True, slots=True)
class Transition:
    """``before`` frames of it lie before the join, ``after`` behind it; a cut has none."""

    kind: TransitionKind = "cut"
    before: int = 0
    after: int = 0

    @property
    def frames(self) -> int:
        return self.before + self.after


@dataclass(frozen=True, slots=True)
class Title:
    """Words over the picture. ``start`` is a frame of the clip's source, as everywhere where something hangs on a clip."""

    id: str
    clip: str
    start: int
    frames: int
    text: str
    place: TitlePlace = "lower"


@dataclass(frozen=True, slots=True)
class Cue:
    """A caption: what is said (by ``speaker``), or heard, meanwhile."""

    id: str
    clip: str
    start: int
    frames: int
    text: str
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class Sound:
    """A stretch of a sound file: ``frames`` long, from frame ``offset`` of the file on.

    On an empty ``clip`` it hangs on the film's first frame. ``fit`` sounds are loops that last as long as their clip, and
    half of their fade beyond it on both sides, so that neighbours cross over at equal power; ``start`` and ``frames``
    don't matter then. Gain in decibels, fades in frames.
    """

    id: str
    clip: str
    media: Media
    start: int = 0
    frames: int = 0
    offset: int = 0
    gain: float = 0.0
    fade_in: int = 0
    fade_out: int = 0
    fit: bool = False
    label: str = ""


@dataclass(frozen=True, slots=True)
class Track:
    """Sounds of one kind, with a gain over all of them in decibels."""

    kind: TrackKind
    sounds: tuple[Sound, ...] = ()
    gain: float = 0.0
    muted: bool = False


@dataclass(frozen=True, slots=True)
class Marker:
    """A remark at a frame."""

    id: str
    clip: str
    start: int
    name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """A film to be: ``clips`` in order, and ``transitions``, one before each clip and one after the last.

    The first and the last transition fade in from black and out to it, or are cuts. Raises ``EditError``, naming the clip,
    when a rule is broken (see ``checks``).
    """

    title: str
    rate: Fraction
    width: int
    height: int
    clips: tuple[Clip, ...]
    transitions: tuple[Transition, ...]
    titles: tuple[Title, ...] = ()
    cues: tuple[Cue, ...] = ()
    tracks: tuple[Track, ...] = ()
    markers: tuple[Marker, ...] = ()
    language: str = "en"

    def __post_init__(self) -> None:
        from generator.edit.checks import check

        check(self)

    @property
    def frames(self) -> int:
        """How long the film is: the clips' lengths together, whatever stands between them."""
        return sum(clip.frames for clip in self.clips)

    @property
    def seconds(self) -> Fraction:
        return self.frames / self.rate

    def starts(self) -> Mapping[str, int]:
        """The first frame of each clip in the film, by id."""
        found, at = {}, 0
        for clip in self.clips:
            found[clip.id] = at
            at += clip.frames
        return found

    def index(self, clip: str) -> int | None:
        """Where the clip stands in the row; ``None`` if there is none with that id."""
        return next((n for n, one in enumerate(self.clips) if one.id == clip), None)

    def moment(self, clip: str, start: int) -> int:
        """The film's frame at which frame ``start`` of a clip's source is (or would be) seen; may lie outside the film."""
        index = self.index(clip) if clip else None
        return start if index is None else self.starts()[clip] - self.clips[index].start + start

    def clock(self) -> Callable[[str, int], int]:
        """``moment`` for many questions at once."""
        zero = {clip.id: at - clip.start for clip, at in zip(self.clips, self.starts().values(), strict=True)}
        return lambda clip, start: zero.get(clip, 0) + start

    def hung(self) -> Iterator[Title | Cue | Sound | Marker]:
        """Everything that hangs on clips."""
        yield from self.titles
        yield from self.cues
        yield from self.markers
        for track in self.tracks:
            yield from track.sounds

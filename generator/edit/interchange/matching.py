"""A timeline of another program held against the takes that there are: everything that is not found, not the first alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from generator.edit import operations
from generator.edit.checks import MAX_FRAMES
from generator.edit.interchange.edl import read_edl
from generator.edit.interchange.fcpxml import read_fcpxml
from generator.edit.interchange.library import Library, stem_of
from generator.edit.interchange.otio import read_otio
from generator.edit.timeline import Media, Timeline
from generator.errors import EditError, UnknownTakeError

#: What stands, while a file is read, for takes that are not there. No file has this digest.
_NOBODYS = "0" * 64
_READERS: Mapping[str, Callable[[str, Library, Fraction | None, bool], Timeline]] = {
    ".otio": lambda text, library, rate, conform: read_otio(text, library, conform=conform),
    ".edl": lambda text, library, rate, conform: read_edl(text, library, edl_rate=rate, conform=conform),
    ".fcpxml": lambda text, library, rate, conform: read_fcpxml(text, library, conform=conform),
}
#: Endings of files that hold a timeline.
READABLE = tuple(_READERS)


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A clip whose take was not found: its id, the ``names`` that the file gives it (without folders and endings, in lower
    case), the digest that it claims (empty if none), and why in a sentence."""

    clip: str
    names: tuple[str, ...]
    sha256: str
    reason: str


@dataclass(frozen=True, slots=True)
class Matched:
    """``timeline`` as the file has it, and which of its clips were not found: these hold a place, and show nothing."""

    timeline: Timeline
    unmatched: tuple[Unmatched, ...]


@dataclass(frozen=True, slots=True)
class _Forgiving(Library):
    missing: list[Unmatched] = field(default_factory=list)

    def find(self, sha256: object, *names: object, clip: str) -> Media:
        try:
            return Library.find(self, sha256, *names, clip=clip)
        except UnknownTakeError as error:
            asked = tuple(dict.fromkeys(stem for one in names if isinstance(one, str) and (stem := stem_of(one)[:100])))
            digest = sha256 if isinstance(sha256, str) else ""
            self.missing.append(Unmatched(clip[:100], asked, digest[:64], str(error)))
            return Media(_NOBODYS, "missing", MAX_FRAMES)


def matched(
    text: str, ending: str, library: Library, *, edl_rate: Fraction | None = None, conform: bool = False
) -> Matched:
    """The timeline of an ``.otio``, ``.edl`` or ``.fcpxml`` file with a list of all clips whose takes are not among the
    library's. Raises what its reader raises, but for unknown takes; ``FrameRateError`` for another rate."""
    read = _READERS.get(ending.lower())
    if read is None:
        raise EditError(f"{ending[:20] or 'no ending'} is no timeline that is read; export {', '.join(READABLE)}")
    forgiving = _Forgiving(library.rate, library.width, library.height, library.media, library.provenance)
    timeline = read(text, forgiving, edl_rate, conform)
    return Matched(timeline, tuple(forgiving.missing))


def left_out(found: Matched) -> Timeline:
    """The timeline without the clips that were not found. Raises ``EditError`` where none is left."""
    timeline = found.timeline
    for clip in found.timeline.clips:
        if isinstance(clip.source, Media) and clip.source.sha256 == _NOBODYS:
            if len(timeline.clips) == 1:
                raise EditError("no clip of the file shows a take that there is; nothing is left of it")
            timeline = operations.delete(timeline, clip.id)
    return timeline

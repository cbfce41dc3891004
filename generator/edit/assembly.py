"""The plain cut: title, takes joined by cuts and dissolves, end card. It is a timeline like any other."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from auditor.media.types import Cancelled, OnProgress, never_cancelled, no_progress
from generator.edit.labels import Label
from generator.edit.model import Cut
from generator.edit.render import Mark, render
from generator.edit.sources import Source, probe
from generator.edit.timeline import Card, Clip, Media, Provenance, Timeline, Transition
from generator.encoding import sha256_of
from generator.errors import EditError

TITLE_SECONDS, END_SECONDS, DISSOLVE_SECONDS, FADE_SECONDS = 2.0, 3.0, 0.5, 0.5
MAX_TAKES = 500


def assemble(
    takes: Sequence[Path],
    out: Path,
    *,
    title: str,
    credits: Sequence[str] = (),
    subtitle: str = "",
    dissolves: Sequence[bool] | None = None,
    labels: Sequence[Label] = (),
    mark: Mark | None = None,
    on_progress: OnProgress = no_progress,
    cancelled: Cancelled = never_cancelled,
) -> Cut:
    """Cuts the takes together, in order, to ``out`` (H.264 in MP4, silent) and returns the cut with each take's place.

    The timeline is that of ``plain_timeline``, which see. ``labels`` and ``mark``, and what is raised, are as in ``render``.
    """
    timeline, files = plain_timeline(takes, title=title, credits=credits, subtitle=subtitle, dissolves=dissolves)
    return render(timeline, files, out, labels=labels, mark=mark, on_progress=on_progress, cancelled=cancelled)


def plain_timeline(
    takes: Sequence[Path],
    *,
    title: str,
    credits: Sequence[str] = (),
    subtitle: str = "",
    dissolves: Sequence[bool] | None = None,
    ids: Sequence[str] = (),
    provenance: Sequence[Provenance] = (),
) -> tuple[Timeline, Mapping[str, Path]]:
    """A timeline of whole takes between a title and an end card, and the takes' files by SHA-256.

    All takes share one size and one frame rate. ``dissolves`` says for each join (``len(takes) - 1``) whether it
    is a dissolve of half a second instead of a cut; by default every second join is one. The first take fades in from
    the title, the last fades out to the end card, which carries ``credits`` and the disclosure sentence. Clips are called
    ``ids`` (else ``take-1`` and so on). Raises ``EditError`` for unusable takes.
    """
    if not takes:
        raise EditError("there are no takes to cut; render at least one shot first")
    if len(takes) > MAX_TAKES:
        raise EditError(f"{len(takes)} takes were given; a cut holds at most {MAX_TAKES}")
    sources = [probe(Path(take)) for take in takes]
    first = sources[0]
    for source in sources[1:]:
        if (source.width, source.height, source.fps) != (first.width, first.height, first.fps):
            raise EditError(
                f"{source.path.name} is {source.width}x{source.height} at {float(source.fps):g} fps but {first.path.name} "
                f"is {first.width}x{first.height} at {float(first.fps):g}; render all shots of a film alike"
            )
    joins = [n % 2 == 1 for n in range(len(sources) - 1)] if dissolves is None else list(dissolves)
    if len(joins) != len(sources) - 1:
        raise EditError(f"{len(joins)} joins were given for {len(sources)} takes; give {len(sources) - 1}")
    digests = [sha256_of(source.path) for source in sources]
    between = [
        _dissolve(a, b) if soft else Transition() for soft, a, b in zip(joins, sources, sources[1:], strict=False)
    ]
    leads, trails = [0, *(one.before for one in between)], [*(one.after for one in between), 0]
    clips = [
        Clip(
            id=ids[n] if ids else f"take-{n + 1}",
            source=Media(digests[n], source.path.name, source.frames),
            start=leads[n],
            frames=source.frames - leads[n] - trails[n],
            provenance=provenance[n] if provenance else Provenance(),
        )
        for n, source in enumerate(sources)
    ]
    rate = first.fps
    head, tail = _frames(TITLE_SECONDS, rate), _frames(END_SECONDS, rate)
    opening = Clip("title", Card("title", title, (subtitle,) if subtitle else ()), head)
    closing = Clip("end", Card("end", "", tuple(credits)), tail)

    def fade(before: int, after: int) -> Transition:
        wish = _frames(FADE_SECONDS, rate)
        return Transition("fade", min(wish, before), min(wish, after))

    whole = clips[0].frames if len(clips) == 1 else 0
    transitions = (
        fade(0, head // 2),
        fade(head // 2, whole // 2 or clips[0].frames - (between[0].before if between else 0)),
        *between,
        fade((whole - whole // 2) or clips[-1].frames - (between[-1].after if between else 0), tail // 2),
        fade(tail // 2, 0),
    )
    timeline = Timeline(
        title=title,
        rate=rate,
        width=first.width,
        height=first.height,
        clips=(opening, *clips, closing),
        transitions=tuple(one if one.frames else Transition() for one in transitions),
    )
    return timeline, dict(zip(digests, (source.path for source in sources), strict=True))


def _frames(seconds: float, rate: Fraction) -> int:
    return max(round(Fraction(seconds) * rate), 1)


def _dissolve(a: Source, b: Source) -> Transition:
    """Half a second, or a third of the shorter take."""
    frames = min(round(Fraction(DISSOLVE_SECONDS) * a.fps), a.frames // 3, b.frames // 3)
    return Transition("dissolve", frames - frames // 2, frames // 2) if frames else Transition()

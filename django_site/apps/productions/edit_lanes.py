"""A timeline as the page shows it: lanes to look at, rows of clips, tracks and lines to change."""

from collections.abc import Mapping, Sequence

from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_site.apps.productions.models import Take
from django_site.apps.productions.services.timelines import clip_shot
from django_site.pages import drawings
from django_site.pages.drawings import Bar, Lane
from generator.edit import Card, Clip, Timeline

#: Lanes of sound in the order in which they are mixed.
_TRACKS = {
    "dialogue": gettext_lazy("Dialogue"),
    "effects": gettext_lazy("Effects"),
    "ambience": gettext_lazy("Ambience"),
    "music": gettext_lazy("Music"),
}


def edit_timeline(timeline: Timeline, address: str, chosen: Clip | None) -> drawings.Timeline:
    """Picture, titles and each track along the film; a clip of the picture leads to its panel."""
    starts, rate = timeline.starts(), timeline.rate
    clips = tuple(
        Bar(
            float(starts[clip.id] / rate),
            float((starts[clip.id] + clip.frames) / rate),
            clip_name(clip),
            f"{address}?{urlencode({'clip': clip.id})}#clip",
            "idle" if isinstance(clip.source, Card) else "shot",
            current=chosen is not None and clip.id == chosen.id,
        )
        for clip in timeline.clips
    )
    titles = tuple(_bar(timeline, title.clip, title.start, title.frames, title.text) for title in timeline.titles)
    lanes = [Lane(_("Picture"), clips), Lane(_("Titles"), titles, _("none"))]
    for kind, name in _TRACKS.items():
        track = next((one for one in timeline.tracks if one.kind == kind), None)
        if track is None:
            continue
        bars = tuple(
            _bar(timeline, sound.clip, sound.start, sound.frames, sound.label)
            if not sound.fit
            else _under(timeline, sound.clip, sound.label)
            for sound in track.sounds
        )
        lanes.append(Lane(name, bars, _("nothing heard")))
    return drawings.timeline(float(timeline.seconds), lanes)


def _bar(timeline: Timeline, clip: str, start: int, frames: int, label: str) -> Bar:
    at = timeline.moment(clip, start)
    return Bar(float(at / timeline.rate), float((at + frames) / timeline.rate), label)


def _under(timeline: Timeline, clip_id: str, label: str) -> Bar:
    clip = timeline.clips[timeline.index(clip_id) or 0]
    return _bar(timeline, clip_id, clip.start, clip.frames, label)


def clip_name(clip: Clip) -> str:
    """A clip as people call it."""
    if isinstance(clip.source, Card):
        return {"title": _("Title card"), "end": _("End card")}.get(clip.source.kind, _("Black"))
    return clip.id.replace("~", _(", part "))


def rows_of(timeline: Timeline, takes: Mapping[str, Sequence[Take]]) -> list[dict]:
    """Every clip with its place, its length and the take that it shows."""
    starts, rate = timeline.starts(), timeline.rate
    rows = []
    for place, clip in enumerate(timeline.clips):
        card = isinstance(clip.source, Card)
        shown = [] if card else takes.get(clip_shot(clip), [])
        rows.append(
            {
                "clip": clip,
                "name": clip_name(clip),
                "place": place,
                "start": float(starts[clip.id] / rate),
                "seconds": float(clip.frames / rate),
                "join": timeline.transitions[place].kind,
                "take": next((take for take in shown if take.asset.sha256 == clip.source.sha256), None),
                "lost": not card and not any(take.asset.sha256 == clip.source.sha256 for take in shown),
                "fixed": card and clip.source.kind == "end",
                "last": place == len(timeline.clips) - 1,
                "before_end": place == len(timeline.clips) - 2,
            }
        )
    return rows


def tracks_of(timeline: Timeline) -> list[dict]:
    """Every track by name, with its gain in decibels."""
    return [
        {
            "kind": track.kind,
            "name": _TRACKS[track.kind],
            "gain": track.gain,
            "muted": track.muted,
            "of": len(track.sounds),
        }
        for track in timeline.tracks
    ]


def lines_of(timeline: Timeline) -> list[dict]:
    """Captions in the order in which they stand."""
    lines = [
        {"cue": cue, "start": float(timeline.moment(cue.clip, cue.start) / timeline.rate)} for cue in timeline.cues
    ]
    return sorted(lines, key=lambda line: line["start"])

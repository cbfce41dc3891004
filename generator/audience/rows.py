"""What rules do to the row of clips of a film: clips left out, exchanged and brought in, and how the rest is joined anew."""

import math
from dataclasses import replace

from generator.audience.graph import Choice, Drop, Edit, Ending, Graph, Swap
from generator.edit.timeline import Card, Cue, Media, Timeline, Title, Transition
from generator.errors import VariantError

#: No shot is made shorter than this (seconds): below it, what is seen can't be told any more (about 13 frames at 24 a
#: second; the shortest shots that editors use knowingly lie near half a second).
SHORTEST_SHOT = 0.54


def by_place(graph: Graph) -> list[Choice]:
    """Choices so that each comes after the one whose branch it is asked in."""
    inside = {clip: choice.id for choice in graph.choices for clip in choice.governed}
    done: list[Choice] = []
    left = list(graph.choices)
    while left:
        ready = [one for one in left if inside.get(one.after) not in {other.id for other in left}]
        if not ready:
            raise VariantError(f"{left[0].question!r} is asked only after itself was answered; ask it elsewhere")
        done += ready
        left = [one for one in left if one not in ready]
    return done


def branched(row: list[str], choice: Choice, branch: str) -> list[str]:
    """The row after a choice; where nobody comes to it, without anything that depends on it."""
    rest = [clip for clip in row if clip not in choice.governed]
    if choice.after not in rest:
        return rest
    at = row.index(choice.after)
    if early := [clip for clip in row[:at] if clip in choice.governed]:
        raise VariantError(
            f"clip {early[0]} depends on {choice.question!r}, which is asked after it was shown; ask earlier"
        )
    play = next(one.play for one in choice.branches if one.id == branch)
    place = rest.index(choice.after) + 1
    return [*rest[:place], *play, *rest[place:]]


def edited(row: list[str], edit: Edit, parent: Timeline) -> list[str]:
    last = end_card(parent)
    if isinstance(edit, Drop):
        return [clip for clip in row if clip not in edit.clips]
    if isinstance(edit, Swap):
        if edit.clip not in row:
            return row
        at = row.index(edit.clip)
        play = [clip for clip in edit.play if clip not in row or clip == edit.clip]
        return [*row[:at], *play, *row[at + 1 :]]
    if isinstance(edit, Ending):
        if edit.start not in row:
            return row
        head = row[: row.index(edit.start)]
        return [*head, *(clip for clip in edit.play if clip not in head), *([last] if last else [])]
    return row


def end_card(parent: Timeline) -> str:
    """The card that a film ends with: it says how the film was made, and no version is without it."""
    clip = parent.clips[-1]
    return clip.id if isinstance(clip.source, Card) else ""


def closed(timeline: Timeline, parent: Timeline) -> Timeline:
    """With the parent's way into its end card, where a version comes to it from another clip and it fits."""
    way, now = parent.transitions[-2], timeline.transitions[-2]
    if len(timeline.clips) < 2 or way.kind != "fade" or now.kind != "cut":
        return timeline
    before, taken = timeline.clips[-2], timeline.transitions[-3].after
    if way.before + taken > before.frames:
        return timeline
    return replace(timeline, transitions=(*timeline.transitions[:-2], way, timeline.transitions[-1]))


def hard_join(timeline: Timeline, after: str) -> Timeline:
    """A cut at the end of a clip: were one take seen in the other, the film before the choice would tell what was chosen."""
    at = next(n for n, clip in enumerate(timeline.clips) if clip.id == after) + 1
    return replace(timeline, transitions=(*timeline.transitions[:at], Transition(), *timeline.transitions[at + 1 :]))


def paced(timeline: Timeline, factor: float) -> Timeline:
    """Each clip of a take longer or shorter at its end. Nothing that is said is cut into, no transition loses its frames,
    and none is longer than its take."""
    clips = []
    for n, clip in enumerate(timeline.clips):
        if not isinstance(clip.source, Media):
            clips.append(clip)
            continue
        lead, trail = timeline.transitions[n], timeline.transitions[n + 1]
        worded: list[Cue | Title] = [*timeline.cues, *timeline.titles]
        spoken = [one.start + one.frames - clip.start for one in worded if one.clip == clip.id]
        heard = [
            sound.start + sound.frames - clip.start
            for track in timeline.tracks
            for sound in track.sounds
            if track.kind == "dialogue" and sound.clip == clip.id and not sound.fit
        ]
        least = max(math.ceil(SHORTEST_SHOT * timeline.rate), lead.after + trail.before, 1, *spoken, *heard)
        most = clip.source.frames - clip.start - (trail.after if trail.kind in ("dissolve", "wipe") else 0)
        wanted = round(clip.frames * factor)
        frames = (
            min(max(wanted, min(least, clip.frames)), clip.frames)
            if factor < 1
            else max(min(wanted, most), clip.frames)
        )
        clips.append(replace(clip, frames=frames))
    return replace(timeline, clips=tuple(clips))

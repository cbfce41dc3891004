"""An edited timeline heard anew: the sound is made again for the edited picture, and what a person changed of it stays."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from generator.edit.timeline import Cue, Sound, Timeline

#: How the ids of sounds begin that a person placed: they are made by nobody else, and stay until a person takes them off.
PLACED = "placed:"


def rescored(fresh: Timeline, *, edited: Timeline, before: Timeline) -> Timeline:
    """``fresh`` (the ``edited`` clips with sounds and captions as ``soundtrack`` makes them) with what was done by hand to
    those of ``before``, from which editing began: gains of tracks and silenced ones, gains and fades of sounds, words of
    captions; what was taken out stays out, and what was added is there."""
    old_sounds, mine = _sounds(before), _sounds(edited)
    clips = {clip.id for clip in edited.clips}
    tracks = []
    for track in fresh.tracks:
        own = next((one for one in edited.tracks if one.kind == track.kind), track)
        kept = tuple(
            _as_left(sound, old_sounds.get(sound.id), mine.get(sound.id))
            for sound in track.sounds
            if not (sound.id in old_sounds and sound.id not in mine)
        )
        tracks.append(
            replace(track, sounds=kept + _added(own.sounds, old_sounds, kept, clips), gain=own.gain, muted=own.muted)
        )
    made = {track.kind for track in fresh.tracks}
    tracks += [track for track in edited.tracks if track.kind not in made]
    old_cues, my_cues = {cue.id: cue for cue in before.cues}, {cue.id: cue for cue in edited.cues}
    cues = tuple(
        _said(cue, old_cues.get(cue.id), my_cues.get(cue.id))
        for cue in fresh.cues
        if not (cue.id in old_cues and cue.id not in my_cues)
    )
    return replace(fresh, tracks=tuple(tracks), cues=cues + _added(edited.cues, old_cues, cues, clips))


def _sounds(timeline: Timeline) -> dict[str, Sound]:
    return {sound.id: sound for track in timeline.tracks for sound in track.sounds}


def _as_left(sound: Sound, old: Sound | None, mine: Sound | None) -> Sound:
    """The sound with the gain and the fades that somebody gave it."""
    if old is None or mine is None:
        return sound
    changed = {
        name: getattr(mine, name)
        for name in ("gain", "fade_in", "fade_out")
        if getattr(mine, name) != getattr(old, name)
    }
    return replace(sound, **changed)


def _said(cue: Cue, old: Cue | None, mine: Cue | None) -> Cue:
    """The caption with the words that somebody gave it."""
    return replace(cue, text=mine.text) if old and mine and mine.text != old.text else cue


def _added[T: (Sound, Cue)](
    own: Iterable[T], old: dict[str, Any], there: tuple[T, ...], clips: set[str]
) -> tuple[T, ...]:
    taken = {one.id for one in there}
    return tuple(
        one
        for one in own
        if (one.id not in old or one.id.startswith(PLACED))
        and one.id not in taken
        and (not one.clip or one.clip in clips)
    )

"""Sounds from outside on the timeline page: what can be placed, what is placed, and the steps that place and fade."""

import secrets
from collections.abc import Mapping

from django_site.apps.productions.models import Edit, Production
from django_site.apps.productions.services.editing import seconds_frames
from django_site.apps.productions.services.sounds import (
    LANES,
    barred_because,
    placed_on,
    sound_media,
    sounds_of,
    sounds_usable,
)
from django_site.errors import InputError
from generator.edit import EditError, Sound, Timeline
from generator.edit.document import part_as_document
from generator.edit.rescoring import PLACED

#: Decibels to which a placed sound may be set; beyond them it is silent, or nothing else is heard.
GAINS = (-40.0, 12.0)


def sounds_context(timeline: Timeline, production: Production) -> dict:
    """``placeable`` sounds, and those ``placed`` with their times in seconds and why one may not be heard any more."""
    known = {one.asset.sha256: one for one in sounds_of(production)}
    rate, placed = timeline.rate, []
    for sound in placed_on(timeline):
        imported = known.get(sound.media.sha256)
        placed.append(
            {
                "sound": sound,
                "imported": imported,
                "start": float(timeline.moment(sound.clip, sound.start) / rate),
                "seconds": float(sound.frames / rate),
                "fade_in": float(sound.fade_in / rate),
                "fade_out": float(sound.fade_out / rate),
                "barred": barred_because(imported) if imported else "it was never brought in",
            }
        )
    usable = [one for one in known.values() if not barred_because(one)]
    return {"placeable": usable, "placed": placed, "waiting_sounds": len(known) - len(usable)}


def place_step(sent: Mapping[str, str], timeline: Timeline, edit: Edit, number) -> dict:
    """``put_sound``'s arguments: a sound that may be heard now, on its track, from a second of the film on."""
    chosen = next((one for one in sounds_usable(edit.production) if str(one.pk) == sent.get("sound")), None)
    if chosen is None:
        raise InputError("that sound may not be placed; choose one that was brought in and cleared")
    lane = sent.get("lane", "music")
    if lane not in LANES:
        raise InputError(f"{lane[:20]!r} is no track for sounds from outside; use {' or '.join(LANES)}")
    media = sound_media(chosen, timeline.rate)
    start = seconds_frames(timeline, number(sent, "at"))
    if start >= timeline.frames:
        raise InputError(f"the film is over by then; it is {float(timeline.seconds):g} s long")
    longest = min(media.frames, timeline.frames - start)
    frames = min(seconds_frames(timeline, number(sent, "long")), longest) if sent.get("long", "").strip() else longest
    gain = number(sent, "gain")
    if not GAINS[0] <= gain <= GAINS[1]:
        raise InputError(f"a gain of {gain:g} dB is out of bounds; use {GAINS[0]:g} to {GAINS[1]:g}")
    clip, at = ("", start) if lane == "music" else _under(timeline, start)
    sound = Sound(
        id=f"{PLACED}{secrets.token_hex(6)}",
        clip=clip,
        media=media,
        start=at,
        frames=max(frames, 1),
        gain=gain,
        fade_in=seconds_frames(timeline, number(sent, "fade_in")),
        fade_out=seconds_frames(timeline, number(sent, "fade_out")),
        label=chosen.rights.title[:100],
    )
    return {"kind": lane, "sound": part_as_document(sound)}


def fades_step(sent: Mapping[str, str], timeline: Timeline, edit: Edit, number) -> dict:
    sound = next((one for one in placed_on(timeline) if one.id == sent.get("id")), None)
    if sound is None:
        raise EditError("that sound is not on the timeline any more; look at it again")
    return {
        "sound": sound.id,
        "fade_in": seconds_frames(timeline, number(sent, "fade_in")),
        "fade_out": seconds_frames(timeline, number(sent, "fade_out")),
    }


def _under(timeline: Timeline, frame: int) -> tuple[str, int]:
    """The clip that is seen at a frame of the film, and the frame of its source: effects go where their clip goes."""
    at = 0
    for clip in timeline.clips:
        if frame < at + clip.frames:
            return clip.id, clip.start + frame - at
        at += clip.frames
    return "", frame

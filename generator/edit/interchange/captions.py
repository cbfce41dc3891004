"""Captions as files: WebVTT (W3C, 2019) and SubRip, written from a timeline's cues and read into them."""

import html
import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from generator.edit.interchange.library import bounded
from generator.edit.timeline import Cue, Timeline
from generator.errors import EditError

#: Characters of one caption, markup included; two lines of 42 are what can be read.
MAX_CUE = 10_000
_ARROW = re.compile(r"(\S+)\s+-->\s+(\S+)(?:\s.*)?")
_TIME = re.compile(r"(?:(\d{1,4}):)?(\d{2}):(\d{2})[.,](\d{3})")
_SPEAKER = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]*)>")
_TAG = re.compile(r"<[^>]*>")
#: SubRip has no escapes: only what is surely markup is taken out.
_SRT_TAG = re.compile(r"</?(?:b|i|u|s|font)(?:\s[^>]*)?>|\{\\[^}]*\}", re.IGNORECASE)


def write_vtt(timeline: Timeline) -> str:
    """The cues that are seen, as WebVTT, in order; a speaker is a voice span."""
    parts = ["WEBVTT\n"]
    for start, end, cue in _visible(timeline):
        said = _lines(html.escape(cue.text, quote=False))
        if cue.speaker:
            said = f"<v {html.escape(cue.speaker, quote=False)}>{said}"
        parts.append(f"{_stamp(start, timeline.rate, '.')} --> {_stamp(end, timeline.rate, '.')}\n{said}\n")
    return "\n".join(parts)


def write_srt(timeline: Timeline) -> str:
    """The cues that are seen, as SubRip, in order; a speaker stands before what is said."""
    parts = []
    for n, (start, end, cue) in enumerate(_visible(timeline), 1):
        said = _lines(cue.text.replace("-->", "→"))
        said = f"{' '.join(cue.speaker.split())}: {said}" if cue.speaker else said
        parts.append(f"{n}\n{_stamp(start, timeline.rate, ',')} --> {_stamp(end, timeline.rate, ',')}\n{said}\n")
    return "\n".join(parts)


def read_captions(text: str, timeline: Timeline) -> tuple[Cue, ...]:
    """The cues of a WebVTT or SubRip file, each hung on the clip that is seen when it begins.

    Times go to the nearest frame. Raises ``EditError``, with the line, for times that can't be, and cues outside the film.
    """
    lines = bounded(text, "caption file").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    web = lines[0].startswith("WEBVTT")
    cues: list[Cue] = []
    at = 0
    while at < len(lines):
        match = _ARROW.fullmatch(lines[at].strip())
        at += 1
        if not match:
            continue
        line = at
        start, end = (_frames(match[n], timeline.rate, line) for n in (1, 2))
        body = []
        while at < len(lines) and lines[at].strip():
            body.append(lines[at])
            at += 1
        if sum(map(len, body)) > MAX_CUE:
            raise EditError(f"line {line}: a caption has over {MAX_CUE} characters; is a blank line missing?")
        said, speaker = _spoken("\n".join(body), web=web)
        if not said:
            continue
        if end <= start:
            raise EditError(f"line {line}: a caption ends before it begins; mend its times")
        if start >= timeline.frames:
            raise EditError(f"line {line}: a caption begins after the film has ended; is it of another cut?")
        clip, inside = _under(timeline, start)
        cues.append(Cue(f"caption-{len(cues) + 1}", clip, inside, end - start, said, speaker))
    if not cues and text.strip() not in ("", "WEBVTT"):
        raise EditError("the file holds no captions that can be read; give WebVTT or SubRip")
    return tuple(cues)


def with_captions(timeline: Timeline, cues: Sequence[Cue]) -> Timeline:
    """The timeline with these captions instead of its own."""
    return replace(timeline, cues=tuple(cues))


def _visible(timeline: Timeline) -> list[tuple[int, int, Cue]]:
    spans, moment = [], timeline.clock()
    for cue in timeline.cues:
        start = moment(cue.clip, cue.start)
        first, end = max(start, 0), min(start + cue.frames, timeline.frames)
        if first < end and cue.text.strip():
            spans.append((first, end, cue))
    return sorted(spans, key=lambda span: (span[0], span[1], span[2].id))


def _lines(text: str) -> str:
    """Without empty lines, which would end the cue."""
    return "\n".join(line for line in text.split("\n") if line.strip())


def _stamp(frame: int, rate: Fraction, point: str) -> str:
    milliseconds = round(frame * 1000 / rate)
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{point}{rest:03d}"


def _frames(stamp: str, rate: Fraction, line: int) -> int:
    match = _TIME.fullmatch(stamp)
    if not match or int(match[2]) > 59 or int(match[3]) > 59:
        raise EditError(f"line {line}: {stamp[:20]!r} is no time of a caption; it is written 00:01:02.345")
    seconds = int(match[1] or 0) * 3600 + int(match[2]) * 60 + int(match[3]) + Fraction(int(match[4]), 1000)
    return round(seconds * rate)


def _spoken(body: str, *, web: bool) -> tuple[str, str]:
    voice = _SPEAKER.search(body) if web else None
    plain = (_TAG if web else _SRT_TAG).sub("", body)
    said = (html.unescape(plain) if web else plain).strip()
    speaker = html.unescape(voice[1]).strip()[:300] if voice else ""
    if not web and not voice:
        # how SubRip files name who speaks: capitals and a colon before the words
        named = re.match(r"([A-ZÄÖÜÀ-Þ][A-ZÄÖÜÀ-Þ0-9 .'-]{0,40}): (?=\S)", said)
        if named:
            speaker, said = named[1], said[named.end() :]
    return "".join(char for char in said if ord(char) >= 32 or char == "\n")[:2000], speaker


def _under(timeline: Timeline, frame: int) -> tuple[str, int]:
    """The clip that is seen at a frame of the film, and the frame of its source."""
    at = 0
    for clip in timeline.clips:
        if frame < at + clip.frames:
            return clip.id, clip.start + frame - at
        at += clip.frames
    return timeline.clips[-1].id, timeline.clips[-1].end

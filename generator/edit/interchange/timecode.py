"""SMPTE timecode (ST 12-1): hours, minutes, seconds, frames of the nominal rate; drop-frame at 30000/1001."""

import re
from fractions import Fraction

from generator.errors import EditError, FrameRateError

_CODE = re.compile(r"(\d{2}):(\d{2}):(\d{2})([:;.])(\d{2,3})")
_DAY = 24


def nominal(rate: Fraction) -> int:
    """The whole number of frames that timecode counts a second."""
    return round(rate)


def to_code(frames: int, rate: Fraction) -> str:
    """Non-drop timecode. Raises ``EditError`` beyond a day, which timecode can't count."""
    base = nominal(rate)
    seconds, frame = divmod(frames, base)
    if seconds >= _DAY * 3600:
        raise EditError("the film is longer than timecode can count (a day); split it")
    wide = 3 if base > 100 else 2
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}:{frame:0{wide}d}"


def from_code(code: str, rate: Fraction, *, drop: bool = False) -> int:
    """Frames from midnight. Raises ``EditError`` for what is no timecode, or counts frames that the rate has not."""
    match = _CODE.fullmatch(code)
    if not match:
        raise EditError(f"{code[:20]!r} is no timecode; it is written 01:02:03:04")
    hours, minutes, seconds, frame = (int(match[n]) for n in (1, 2, 3, 5))
    base = nominal(rate)
    if minutes > 59 or seconds > 59 or hours >= _DAY:
        raise EditError(f"{code} is no time of a day; minutes and seconds go up to 59")
    if frame >= base:
        raise FrameRateError(
            f"{code} counts a frame {frame}, but {float(rate):g} frames a second have none; the list is of another frame "
            "rate: say which (--edl-rate) and ask to conform it (--conform)"
        )
    total = ((hours * 60 + minutes) * 60 + seconds) * base + frame
    if drop or match[4] == ";":
        # two frame numbers (of 30) are left out each minute, but not each tenth
        dropped = base // 15
        whole = hours * 60 + minutes
        if minutes % 10 and not seconds and frame < dropped:
            raise EditError(f"{code} is a frame number that drop-frame timecode leaves out; the list is damaged")
        total -= dropped * (whole - whole // 10)
    return total

"""What two independent detectors say about the same seconds: pictures and sound of one work that run in step.

Picture and sound of a copy come from the work together; another take of a scene has another sound, or the same music out of
step. So a stretch whose pictures and sound lie on one time line is stronger evidence than either, and a stretch that the
pictures alone call another recording deserves a second look if its sound is the work's. The likelihood ratio stays that of
the pictures: how pictures and sound depend on each other was not measured, so multiplying the two would overstate.
"""

from collections.abc import Sequence
from dataclasses import replace

from auditor.media import Interval
from auditor.report import Finding

#: Seconds by which both time lines may differ where they overlap: lip-sync errors that broadcasters still let pass are an
#: eighth of a second (ITU-R BT.1359-1: 185 ms late to 90 ms early), and the sound's own line is good to a tenth.
_IN_STEP = 0.3
#: Seconds of overlap below which being in step says little, and factor by which the speeds may differ.
_OVERLAP, _SPEED = 0.5, 0.05


def fuse(findings: Sequence[Finding]) -> list[Finding]:
    """The same findings in the same order; those that picture and sound share say so.

    ``measured["sound_apart"]`` are the seconds between both lines.
    """
    pictures = [f for f in findings if f.kind in ("copy", "scene") and f.reference is not None]
    sounds = [f for f in findings if f.kind == "audio" and f.reference is not None]
    fused = []
    for finding in findings:
        others = sounds if finding in pictures else pictures if finding in sounds else []
        apart = min((d for d in (_apart(finding, other) for other in others) if d is not None), default=None)
        fused.append(finding if apart is None else _told(finding, apart))
    return fused


def _told(finding: Finding, apart: float) -> Finding:
    if finding.kind == "audio":
        says = " The pictures of these seconds are the work's too."
    elif finding.kind == "copy":
        says = " Its sound is there as well, in step."
    else:
        says = " But the sound is the work's, in step with the pictures: look closely."
    return replace(finding, plain=finding.plain + says, measured={**finding.measured, "sound_apart": apart})


def _apart(one: Finding, other: Finding) -> float | None:
    """Seconds between two findings' time lines in the middle of their overlap; ``None`` unless they run in step."""
    if one.work_id != other.work_id or one.reversed or other.reversed:
        return None
    start, end = max(one.query.start, other.query.start), min(one.query.end, other.query.end)
    if end - start < _OVERLAP or abs(one.speed / other.speed - 1) > _SPEED:
        return None
    middle = (start + end) / 2
    apart = abs(_shown(one, middle) - _shown(other, middle))
    return apart if apart <= _IN_STEP else None


def _shown(finding: Finding, seconds: float) -> float:
    reference = finding.reference or Interval(0.0, 0.0)
    return reference.start + finding.speed * (seconds - finding.query.start)

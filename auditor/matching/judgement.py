"""From a comparison to a finding: which kind it is, how sure, and the sentence that says so."""

from auditor.matching.candidates import Candidate
from auditor.matching.comparison import Comparison
from auditor.matching.evidence import evidence_pairs, matrix_png
from auditor.matching.likelihood import Calibration
from auditor.matching.lines import Line
from auditor.matching.wandering import GUESSES_FROM
from auditor.media import Interval, MediaInfo
from auditor.report import Circumstance, Considered, Finding

#: A registered stretch is the same recording if its frames agree (median correlation), and what moves, moves alike: other
#: takes of the same people in the same room agree up to 0.95, but their motion does not beyond 0.43 (calibration files).
_COPY_AGREEMENT = 0.75
_COPY_MOTION, _MOVING_AGREEMENT = 0.5, 0.6
#: Seconds below which so few changes agree by chance: 0.52 was measured over 0.8 s of two unrelated films.
_TELLING_SECONDS = 1.0
#: Where motion agrees as it does in copies only, captions, blends and grading may have changed the pictures more.
_SURE_MOTION, _SURE_AGREEMENT = 0.7, 0.4
#: Where nothing moves, only the residual speaks: the pictures must then agree much better.
_RESTING_AGREEMENT = 0.88
#: A single picture under captions or in a blend agrees less, but its features lie where one flat map puts them, to a pixel;
#: those of another photograph of the same things do not (measured: 0.92 to 1 against 0.73 to 0.9), unless they are flat
#: things themselves; what stands around these then disagrees (0.45 to 0.58 against 0.64 and more).
_FLAT_TIGHTNESS, _FLAT_INLIERS, _FLAT_AGREEMENT = 0.92, 16, 0.6
#: So many matches that are on the map only roughly are what depth does: another view, unless the pictures agree anyway.
_LOOSE, _LOOSE_AGREEMENT = 20, 0.9
#: Without a feature in common the pictures themselves must agree as unrelated ones hardly do at the best of all places, and
#: the descriptors must see a likeness. Of 4,300 unrelated candidates of the calibration files without features, those more
#: alike than 0.75 have agreement and similarity that sum up to 1.64 at most; the others agree up to 0.977.
_ALIKE, _ALIKE_SUM, _EXACTLY = 0.75, 1.68, 0.985
#: What must agree where hashes are near: of 48,000 unrelated pairs, in eight turns each, none differed in less than 86 bits.
_NEAR_AGREEMENT = 0.5
#: Without registration only a descriptor similarity far above chance is worth a reviewer's time. SSCD's authors put 90 %
#: precision for copies at 0.75; from half of that on, unrelated pictures are rare and related ones common.
_SCENE_SIMILARITY = 0.5
#: Shorter stretches are a frame or two of chance.
_MIN_SECONDS = 0.35


def considered(
    info: MediaInfo, candidate: Candidate, comparison: Comparison | None, finding: Finding | None
) -> Considered:
    """What to record of a candidate, found or not."""
    figures = seen(candidate) if comparison is None else measured(candidate, comparison)
    seconds = comparison.segment if comparison is not None else Interval(candidate.start, candidate.end)
    kind = finding.kind if finding is not None else None
    return Considered(candidate.reference.work_id, seconds, circumstance(info, candidate, figures), figures, kind)


def circumstance(info: MediaInfo, candidate: Candidate, figures: dict[str, float]) -> Circumstance:
    """What could be measured: a single picture, something that moves, something at rest."""
    if info.is_still or candidate.reference.info.is_still:
        return "picture"
    return "moving" if "motion" in figures else "resting"


def judge(
    info: MediaInfo, candidate: Candidate, comparison: Comparison | None, calibration: Calibration | None = None
) -> Finding | None:
    """The finding that a compared candidate gives; ``None`` where it is not worth anybody's time.

    With a ``calibration`` the finding says its likelihood ratio and is ranked by it.
    """
    picture = info.is_still or candidate.reference.info.is_still
    is_copy = comparison is not None and _is_copy(candidate, comparison, picture=picture)
    if not is_copy and candidate.similarity < _SCENE_SIMILARITY and not candidate.hashes_are_near:
        return None
    if comparison is None or (not is_copy and not comparison.registration.inliers):
        return _unregistered(candidate, info)
    if not info.is_still and comparison.segment.duration < _MIN_SECONDS:
        return None
    return _finding(candidate, comparison, is_copy, info, calibration)


def seen(candidate: Candidate) -> dict[str, float]:
    """What made it a candidate, by name; ``hash_bits`` is missing where no hash saw it."""
    figures = {"similarity": candidate.similarity, "typicality": candidate.typicality}
    return figures if candidate.hash_bits is None else {**figures, "hash_bits": float(candidate.hash_bits)}


def measured(candidate: Candidate, comparison: Comparison) -> dict[str, float]:
    """The figures that the verdict rests on, by name; ``motion`` is missing where too little moves."""
    figures = {
        **seen(candidate),
        "agreement": comparison.agreement,
        "inliers": float(comparison.registration.inliers),
        "tightness": comparison.registration.tightness,
        "seconds": comparison.segment.duration,
    }
    return figures if comparison.motion is None else {**figures, "motion": comparison.motion}


def _is_copy(candidate: Candidate, comparison: Comparison, *, picture: bool) -> bool:
    """The same recording, or another one of the same scene? A single picture has no motion to tell by."""
    registration, agreement, motion = comparison.registration, comparison.agreement, comparison.motion
    if motion is not None and not picture:
        if motion >= _SURE_MOTION:
            return agreement >= _SURE_AGREEMENT
        long_enough = comparison.segment.duration >= _TELLING_SECONDS
        return long_enough and motion >= _COPY_MOTION and agreement >= _MOVING_AGREEMENT
    if not registration.inliers:
        if candidate.hashes_are_near and agreement >= _NEAR_AGREEMENT:
            return True
        if candidate.similarity >= _ALIKE:
            return agreement + candidate.similarity >= _ALIKE_SUM
        return agreement >= _EXACTLY and candidate.similarity >= GUESSES_FROM
    if not picture:
        return agreement >= _RESTING_AGREEMENT
    if registration.tightness >= _FLAT_TIGHTNESS and registration.inliers >= _FLAT_INLIERS:
        return agreement >= _FLAT_AGREEMENT
    if registration.inliers * (1 - registration.tightness) >= _LOOSE:
        return agreement >= _LOOSE_AGREEMENT
    return agreement >= (_NEAR_AGREEMENT if candidate.hashes_are_near else _COPY_AGREEMENT)


def _finding(
    candidate: Candidate, comparison: Comparison, is_copy: bool, info: MediaInfo, calibration: Calibration | None
) -> Finding:
    figures = measured(candidate, comparison)
    under = circumstance(info, candidate, figures)
    score = calibration.score(under, figures) if calibration is not None else None
    if score is None:
        score = min(1.0, max(0.0, comparison.agreement if is_copy else candidate.similarity))
    segment, line = comparison.segment, comparison.line
    reference = None
    if not candidate.reference.info.is_still:
        low, high = (max(0.0, seconds) for seconds in line.span(segment.start, segment.end))
        reference = Interval(low, high)
    return Finding(
        kind="copy" if is_copy else "scene",
        query=segment,
        reference=reference,
        work_id=candidate.reference.work_id,
        score=score,
        log10_lr=calibration.log10_lr(under, figures) if calibration is not None else None,
        region=comparison.registration.region(),
        mirrored=comparison.registration.mirrored,
        speed=abs(line.rate),
        reversed=line.rate < 0,
        measured=figures,
        plain=_sentence(candidate, comparison, is_copy, reference, info),
        curve=comparison.curve,
        evidence=evidence_pairs(comparison),
        matrix_png=matrix_png(comparison),
    )


def _unregistered(candidate: Candidate, info: MediaInfo) -> Finding:
    title = candidate.reference.title
    when = (
        "The picture resembles" if info.is_still else f"Seconds {candidate.start:.1f} to {candidate.end:.1f} resemble"
    )
    return Finding(
        kind="scene",
        query=Interval(candidate.start, candidate.end),
        work_id=candidate.reference.work_id,
        score=min(1.0, candidate.similarity),
        measured=seen(candidate),
        plain=(
            f"{when} “{title}”, but the pictures can't be laid over each other: another recording, or one that is "
            "blurred or changed too much to tell."
        ),
    )


def _sentence(
    candidate: Candidate, comparison: Comparison, is_copy: bool, reference: Interval | None, info: MediaInfo
) -> str:
    segment, title, region = comparison.segment, candidate.reference.title, comparison.registration.region()
    when = "The picture shows" if info.is_still else f"Seconds {segment.start:.1f} to {segment.end:.1f} show"
    source = f" (its seconds {reference.start:.1f} to {reference.end:.1f})" if reference and not info.is_still else ""
    if reference and info.is_still:
        source = f" (its second {reference.start:.1f})"
    share = region.width * region.height
    how = [
        "mirrored" if comparison.registration.mirrored else "",
        *([] if info.is_still else _playing(comparison.line)),
        f"in {share:.0%} of the frame" if share < 0.9 else "",
    ]
    manner = "".join(f", {part}" for part in how if part)
    if is_copy:
        return f"{when} “{title}”{source}{manner}."
    if comparison.motion is None:
        return f"{when} what “{title}” shows{source}{manner}, but not so exactly that it must be the same recording."
    return f"{when} what “{title}” shows{source}{manner}, but in another recording: what moves differs."


def _playing(line: Line) -> list[str]:
    """How the work plays, where it does not play as it is."""
    speed = abs(line.rate)
    words = ["backwards"] if line.rate < 0 else []
    if Line(speed, 0.0).is_plain:
        return words
    return [*words, f"{speed:.2f} times as fast" if speed > 1 else f"slowed down to {speed:.0%} of its speed"]

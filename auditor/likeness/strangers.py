"""People in a film who resemble nobody registered: tracks joined to people, so that a producer can say who they are.

Their vectors are biometric data of people who agreed to nothing: they live in memory while one film is looked at, are
compared with one another, and are given to nobody. What is left is a number, seconds and a picture out of the film.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from auditor.likeness.faces import Face, FaceEncoder, Vector, score_of
from auditor.media import Interval, MediaInfo, Region
from auditor.report import UnknownPerson

#: Seconds on screen from which one appearance is enough: about what a viewer needs to take in a face in a shot.
RECURRING_SECONDS = 2.0
#: Appearances that are enough however short they are.
RECURRING_TRACKS = 2
#: Tracks that are joined to people, the longest first: the pairs of so many take 200 MB for a moment.
_MOST_TRACKS = 3000
#: People in a report, those longest on screen first; a crowd is not a list that anybody clears.
MOST_PEOPLE = 300
#: Face widths of picture that are shown around a face, to know the scene by.
_AROUND = 1.0
#: A sample replaces the clearest so far only if it is so much clearer: drawing it costs two milliseconds.
_CLEARER = 1.15


@dataclass(slots=True)
class Appearance:
    """One track of somebody unknown: when, their vectors, and the clearest look at them."""

    span: Interval
    vectors: Sequence[Vector]
    look: "Look"


@dataclass(slots=True)
class Look:
    """The clearest sample of a track so far: the frontal detector's confidence times the pixels across."""

    clearness: float = 0.0
    seconds: float = 0.0
    region: Region = field(default_factory=lambda: Region(0.0, 0.0, 1.0, 1.0))
    jpeg: bytes = b""

    def offer(self, pixels: NDArray[np.uint8], face: Face, seconds: float) -> None:
        clearness = max(face.confidence, 0.01) * face.pixels
        if clearness < self.clearness * _CLEARER:
            return
        height, width = pixels.shape[:2]
        self.clearness, self.seconds, self.region = clearness, seconds, face.region(width, height)
        self.jpeg = _portrait(pixels, face)


def unknown_people(
    appearances: Sequence[Appearance], info: MediaInfo, encoder: FaceEncoder, *, step: float
) -> tuple[UnknownPerson, ...]:
    """Those on screen for ``RECURRING_SECONDS`` or in ``RECURRING_TRACKS`` tracks, in order of their first appearance.

    Everybody in a picture counts. ``step`` is the seconds that one sample stands for. Tracks are joined by average linkage
    of their mean vectors (Sokal and Michener 1958) up to the distance at which two faces count as alike: one bad pair
    does not join two people, as it would with single linkage.
    """
    longest = sorted(appearances, key=lambda one: one.span.start - one.span.end)[:_MOST_TRACKS]
    end = max(info.duration, 0.0)
    people = []
    for group, spread in _joined(longest, encoder):
        group.sort(key=lambda one: one.span.start)
        spans = tuple(Interval(a.span.start, max(a.span.end, min(a.span.end + step, end))) for a in group)
        seconds = sum(span.end - span.start for span in spans)
        if info.is_still or seconds >= RECURRING_SECONDS or len(group) >= RECURRING_TRACKS:
            people.append((spans, seconds, max(group, key=lambda one: one.look.clearness).look, spread))
    people = sorted(people, key=lambda one: -one[1])[:MOST_PEOPLE]
    people.sort(key=lambda one: one[0][0].start)
    return tuple(
        UnknownPerson(
            number=number,
            spans=spans,
            seconds=seconds,
            tracks=len(spans),
            similarity=spread,
            region=look.region,
            picture_seconds=look.seconds,
            picture_jpeg=look.jpeg,
            plain=_sentence(spans, seconds, info),
        )
        for number, (spans, seconds, look, spread) in enumerate(people, 1)
    )


def _sentence(spans: tuple[Interval, ...], seconds: float, info: MediaInfo) -> str:
    if info.is_still:
        return "The picture shows a face that resembles nobody registered."
    times = "once" if len(spans) == 1 else f"in {len(spans)} stretches"
    return (
        f"A face that resembles nobody registered is on screen for {seconds:.1f} s, {times}, first at "
        f"{spans[0].start:.1f} s. Whoever it is: were they asked?"
    )


def _joined(
    appearances: list[Appearance], encoder: FaceEncoder
) -> list[tuple[list[Appearance], tuple[float, float] | None]]:
    """Tracks in groups of one person each, with the least and the most that two tracks of the group are alike (0..1)."""
    if len(appearances) < 2:
        return [([one], None) for one in appearances]
    from scipy.cluster.hierarchy import fcluster, linkage  # here, since most films need no joining

    means = np.stack([np.mean(np.stack(list(one.vectors)), axis=0, dtype=np.float32) for one in appearances])
    distances = encoder.distances(means, means)
    pairs = distances[np.triu_indices(len(means), 1)]  # in the order that SciPy calls condensed
    labels = fcluster(linkage(pairs.astype(np.float64), "average"), encoder.threshold, "distance")
    groups = []
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        own = distances[np.ix_(members, members)][np.triu_indices(len(members), 1)]
        spread = (score_of(float(own.max())), score_of(float(own.min()))) if own.size else None
        groups.append(([appearances[place] for place in members], spread))
    return groups


def _portrait(pixels: NDArray[np.uint8], face: Face) -> bytes:
    """The face with its surroundings, boxed, as JPEG."""
    height, width = pixels.shape[:2]
    left, top, right, bottom = face.box
    around = round(_AROUND * face.pixels)
    x, y = max(0, left - around), max(0, top - around)
    picture = np.ascontiguousarray(pixels[y : min(height, bottom + around), x : min(width, right + around), ::-1])
    cv2.rectangle(picture, (left - x, top - y), (right - x, bottom - y), (40, 200, 255), 2, cv2.LINE_AA)
    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 85])[1])

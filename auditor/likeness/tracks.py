"""One person, one track: a face followed through a shot, with its seconds and whom it resembles."""

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from auditor.likeness.faces import Face, Vector
from auditor.likeness.gallery import FaceGallery, Resemblance
from auditor.likeness.rates import face_rates
from auditor.likeness.strangers import Appearance, Look, unknown_people
from auditor.media import Frame, Interval, MediaInfo, Region, sample_frames
from auditor.report import EvidencePair, Finding, UnknownPerson

#: Pixels on the longer side that faces are looked for in: a face of 80 pixels is then an eighth of the width.
SIDE = 640
#: Boxes that overlap this much (intersection over union) in neighbouring samples are one face ...
_SAME_PLACE = 0.3
#: ... unless its vector jumps farther than this, in thresholds of the encoder: then a cut put another face there.
_ANOTHER_FACE = 1.1
#: A face that jumps to another place is still the same person if its vector stays this near, in thresholds.
_SAME_FACE = 0.83
#: Seconds without the face after which a track ends.
_LOST_AFTER = 1.3
#: Seconds between encodings of one track: its vector changes slowly and costs 0.1 s of CPU.
_ENCODE_EVERY = 0.9
#: Frames a second at which the ends of a resembling track are looked for, and how far beyond the samples.
_EDGE_FPS = 12.5
_EDGE_WINDOW = 0.6
#: Resembling frames kept as evidence for each track.
_PICTURES = 3


@dataclass(slots=True)
class _Track:
    start: float
    end: float
    box: tuple[int, int, int, int]
    vector: Vector
    encoded_at: float
    vectors: list[Vector]
    region: Region
    pictures: list[tuple[float, float, bytes]] = field(default_factory=list)  # (distance, seconds, JPEG)
    look: Look = field(default_factory=Look)


@dataclass(frozen=True, slots=True)
class FaceTrack:
    """A face followed from ``span.start`` to ``span.end`` seconds; ``subject_id`` is ``None`` where nobody is near."""

    span: Interval
    subject_id: str | None
    score: float
    region: Region
    evidence: tuple[EvidencePair, ...] = field(default=(), repr=False)


class FaceTracker:
    """Observe frames in order, then conclude: the tracks of one film against one gallery."""

    def __init__(self, gallery: FaceGallery) -> None:
        self._gallery = gallery
        self._encoder = gallery.encoder
        self._rates = face_rates(gallery.encoder.version)
        self._open: list[_Track] = []
        self._closed: list[_Track] = []
        self._unknown: list[Appearance] = []
        self._last = -np.inf
        self._step = np.inf

    def observe(self, frame: Frame) -> None:
        """Look for faces in the next frame (at most ``SIDE`` pixels on the longer side)."""
        self._step = min(self._step, frame.seconds - self._last) if frame.seconds > self._last else self._step
        self._last = frame.seconds
        self._closed += [track for track in self._open if frame.seconds - track.end > _LOST_AFTER]
        self._open = [track for track in self._open if frame.seconds - track.end <= _LOST_AFTER]
        free = list(self._open)
        for face in self._encoder.detect(frame.pixels):
            track = max(free, key=lambda t: _overlap(t.box, face.box), default=None)
            vector: Vector | None = None
            if track is None or _overlap(track.box, face.box) < _SAME_PLACE:
                vector = self._encoder.encode(frame.pixels, face)
                track = self._same_face(free, vector)
            elif frame.seconds - track.encoded_at >= _ENCODE_EVERY:
                vector = self._encoder.encode(frame.pixels, face)
                if self._distance(track.vector, vector) > _ANOTHER_FACE * self._encoder.threshold:
                    track = None
            if track is None:
                self._begin(frame, face, vector if vector is not None else self._encoder.encode(frame.pixels, face))
                continue
            free.remove(track)
            track.end, track.box = frame.seconds, face.box
            if vector is not None:
                track.vector, track.encoded_at = vector, frame.seconds
                track.vectors.append(vector)
                self._keep_picture(track, frame, face, vector)

    def conclude(self, path: Path, info: MediaInfo) -> tuple[FaceTrack, ...]:
        """All tracks in order of time; the ends of those that resemble somebody are placed to a few frames."""
        tracks = []
        self._unknown = []
        for track in sorted(self._closed + self._open, key=lambda t: t.start):
            nearest = self._resembles(track)
            if nearest is None:
                span = Interval(track.start, track.end)
                tracks.append(FaceTrack(span, None, 0.0, track.region))
                self._unknown.append(Appearance(span, track.vectors, track.look))
                continue
            evidence = tuple(EvidencePair(seconds, jpeg) for _, seconds, jpeg in sorted(track.pictures, key=_when))
            span = Interval(0.0, 0.0) if info.is_still else self._refined(path, info, track)
            tracks.append(FaceTrack(span, nearest.subject_id, nearest.score, track.region, evidence))
        return tuple(tracks)

    def unknown_people(self, info: MediaInfo) -> tuple[UnknownPerson, ...]:
        """After ``conclude``: who recurs and resembles nobody registered (see ``strangers``)."""
        return unknown_people(
            self._unknown, info, self._encoder, step=float(self._step) if np.isfinite(self._step) else 0.0
        )

    def findings(self, tracks: tuple[FaceTrack, ...], info: MediaInfo) -> tuple[Finding, ...]:
        """A finding for each track that resembles a registered person."""
        return tuple(
            Finding(
                kind="face",
                query=track.span,
                score=track.score,
                subject_id=track.subject_id,
                region=track.region,
                plain=self._sentence(track, info),
                measured=self._measured(track),
                evidence=track.evidence,
            )
            for track in tracks
            if track.subject_id is not None
        )

    def _measured(self, track: FaceTrack) -> dict[str, float]:
        """Distance and threshold; and how often this distance misleads, where that was counted for the encoder."""
        figures = {"distance": 1 - track.score, "threshold": self._encoder.threshold}
        return figures | (self._rates.at(1 - track.score).as_dict() if self._rates else {})

    def _sentence(self, track: FaceTrack, info: MediaInfo) -> str:
        name = self._gallery.label(track.subject_id or "")
        when = "The picture shows" if info.is_still else f"Seconds {track.span.start:.1f} to {track.span.end:.1f} show"
        distance = 1 - track.score
        said = self._rates.at(distance).sentence("photographs of other people") if self._rates else ""
        return (
            f"{when} a face that resembles {name} (distance {distance:.2f}; {self._encoder.threshold:.2f} and less counts "
            f"as alike{'; ' if said else ''}{said})."
        )

    def _begin(self, frame: Frame, face: Face, vector: Vector) -> None:
        height, width = frame.pixels.shape[:2]
        track = _Track(
            frame.seconds, frame.seconds, face.box, vector, frame.seconds, [vector], face.region(width, height)
        )
        self._keep_picture(track, frame, face, vector)
        self._open.append(track)

    def _keep_picture(self, track: _Track, frame: Frame, face: Face, vector: Vector) -> None:
        nearest = self._gallery.nearest(vector)
        if nearest is None:
            track.look.offer(frame.pixels, face, frame.seconds)
            return
        track.pictures.append((nearest.distance, frame.seconds, _boxed(frame.pixels, face)))
        track.pictures = sorted(track.pictures, key=lambda picture: picture[0])[:_PICTURES]

    def _resembles(self, track: _Track) -> Resemblance | None:
        """The person whom most of the track's vectors are near to, at the distance of the best of them."""
        found = [near for near in (self._gallery.nearest(vector) for vector in track.vectors) if near]
        if not found or len(found) * 2 < len(track.vectors):
            return None
        names = [near.subject_id for near in found]
        winner = max(set(names), key=names.count)
        return min((near for near in found if near.subject_id == winner), key=lambda near: near.distance)

    def _refined(self, path: Path, info: MediaInfo, track: _Track) -> Interval:
        """Look densely just before the first and after the last sample for where the face comes and goes."""
        step = max(1 / _EDGE_FPS, 1 / info.fps if info.fps else 0.0)
        before = sample_frames(
            path, fps=_EDGE_FPS, max_side=SIDE, start=max(0.0, track.start - _EDGE_WINDOW), end=track.start
        )
        after = sample_frames(path, fps=_EDGE_FPS, max_side=SIDE, start=track.end, end=track.end + _EDGE_WINDOW)
        start = track.start
        for frame in reversed(list(before)):
            if frame.seconds < start and not self._shows(frame, track):
                break
            start = min(start, frame.seconds)
        end = track.end
        for frame in after:
            if frame.seconds > end and not self._shows(frame, track):
                break
            end = max(end, frame.seconds)
        return Interval(start, min(end + step, max(info.duration, end)))

    def _shows(self, frame: Frame, track: _Track) -> bool:
        own = np.stack(track.vectors)
        return any(
            self._encoder.distances(self._encoder.encode(frame.pixels, face)[None], own).min()
            <= self._encoder.threshold
            for face in self._encoder.detect(frame.pixels)
        )

    def _same_face(self, tracks: list[_Track], vector: Vector) -> _Track | None:
        """The track whose face is nearest to ``vector``, if it is near enough to be the same person who moved."""
        nearest = min(tracks, key=lambda track: self._distance(track.vector, vector), default=None)
        if nearest is None or self._distance(nearest.vector, vector) > _SAME_FACE * self._encoder.threshold:
            return None
        return nearest

    def _distance(self, one: Vector, other: Vector) -> float:
        return float(self._encoder.distances(one[None], other[None])[0, 0])


def _when(picture: tuple[float, float, bytes]) -> float:
    return picture[1]


def _overlap(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> float:
    """Intersection over union of two boxes, 0..1."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return width * height / (areas - width * height)


def _boxed(pixels: NDArray[np.uint8], face: Face) -> bytes:
    picture = np.ascontiguousarray(pixels[:, :, ::-1])
    thickness = max(2, picture.shape[1] // 200)
    cv2.rectangle(picture, face.box[:2], face.box[2:], (40, 200, 255), thickness, cv2.LINE_AA)
    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 88])[1])

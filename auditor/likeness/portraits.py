"""Portraits that enrol a person: one vector for each, once it is clear that it shows one face well enough.

The bounds were measured on press photographs that were spoiled step by step: see docs/benchmarks/faces.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from auditor.errors import BadInputError
from auditor.fingerprints.pdq import MATCH_BITS, pdq
from auditor.likeness.faces import Face, Vector
from auditor.media import sample_frames

if TYPE_CHECKING:
    from auditor.likeness.faces import FaceEncoder

#: Pixels on the longer side that a portrait is looked at in.
PORTRAIT_SIDE = 1024
#: Fewer pixels across a face than this carry too little to enrol a person by.
MIN_PIXELS = 64
#: Side in pixels that a face is brought to before it is judged.
_JUDGED = 150
#: Variance of the Laplacian below which a portrait counts as blurred (Pech-Pacheco et al. 2000).
MIN_SHARPNESS = 15.0
#: How far the nose may lie beside the middle of the eyes, in distances of the eyes (see ``Face.turn``). About 25 degrees.
MAX_TURN = 0.2
#: Grey levels (0..255) between the 5th and the 95th percentile of the face, and of the 95th itself: in less light than this
#: the vector moves by half the distance at which faces count as alike ...
MIN_CONTRAST, MIN_LIGHT = 25.0, 40.0
#: ... and so it does where more than this share of the face is white (250 and more).
MAX_WHITE = 0.35
_WHITE = 250
#: Median of the grey gradient in a face, in means of it, below which it is all flat areas and lines: a cartoon. Of 112
#: photographs none is below 0.46; of 30 of them made into posters none is above 0.42, of as many cartoons half are.
MIN_SHADING = 0.44
#: Of several faces those count that the detector is at least so sure of, and that are at least so wide beside the widest.
_SURE, _BESIDE = 0.5, 0.5
#: Part of the encoder's threshold below which a vector is of a photograph that is enrolled already: the same file.
_SAME_VECTOR = 0.02


class PortraitError(BadInputError):
    """A portrait that can't enrol a person: its message names the file, the reason and the remedy."""


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """What a file says of a face: its vector, pixels across, sharpness, turn. ``repeats`` names the file that shows the same
    photograph, or says that it is enrolled already; empty where neither is so. ``look`` is the picture's PDQ (32,)."""

    name: str
    vector: Vector = field(repr=False)
    pixels: int
    sharpness: float
    turn: float
    look: NDArray[np.uint8] = field(repr=False)
    repeats: str = ""


def read_portraits(
    paths: Sequence[Path], encoder: "FaceEncoder", *, enrolled: Sequence[Vector] = ()
) -> tuple[Portrait, ...]:
    """One ``Portrait`` for each file, all of one person: of the person of the vectors ``enrolled`` if there are any.

    Raises ``PortraitError`` where a file shows no face, several, one too small, blurred, dark, white or turned away, and
    where the files show different people; ``MediaError`` for files that are no pictures.
    """
    if not paths:
        raise PortraitError("enrolling needs at least one portrait")
    portraits = [_read(path, encoder) for path in paths]
    _check_one_person(portraits, encoder, enrolled)
    return tuple(_repeats_named(portraits, encoder, enrolled))


def _read(path: Path, encoder: "FaceEncoder") -> Portrait:
    pixels = next(iter(sample_frames(path, fps=1, max_side=PORTRAIT_SIDE))).pixels
    face = _only_face(path.name, encoder.detect(pixels))
    if face.pixels < MIN_PIXELS:
        raise PortraitError(
            f"{path.name}: the face is {face.pixels} pixels wide, at least {MIN_PIXELS} are needed; use a larger photograph"
        )
    sharpness = _check_picture(path.name, pixels, face)
    if abs(face.turn) > MAX_TURN:
        raise PortraitError(
            f"{path.name}: the face is turned to the side ({abs(face.turn):.2f}, at most {MAX_TURN} of the distance of the "
            "eyes); use a photograph from the front"
        )
    look = pdq(pixels).bits
    return Portrait(path.name, encoder.encode(pixels, face), face.pixels, sharpness, face.turn, look)


def _only_face(name: str, faces: list[Face]) -> Face:
    if not faces:
        raise PortraitError(
            f"{name}: no face found; use a well-lit photograph, no drawing, of one person from the front, with the face at "
            f"least {MIN_PIXELS} pixels wide"
        )
    widest = max(face.pixels for face in faces)
    if len(faces) > 1:
        faces = [face for face in faces if face.confidence > _SURE and face.pixels >= _BESIDE * widest]
    if len(faces) != 1:
        raise PortraitError(f"{name}: several faces found; crop the photograph to one person")
    return faces[0]


def _check_picture(name: str, pixels: NDArray[np.uint8], face: Face) -> float:
    """The sharpness of the face, after its light and shading were found good enough."""
    left, top, right, bottom = (max(0, value) for value in face.box)
    grey = cv2.cvtColor(np.ascontiguousarray(pixels[top:bottom, left:right]), cv2.COLOR_RGB2GRAY)
    dark, light = np.percentile(grey, (5, 95))
    if light < MIN_LIGHT or light - dark < MIN_CONTRAST:
        raise PortraitError(f"{name}: the face is too dark or too flat in its light; use a better lit photograph")
    white = float((grey >= _WHITE).mean())
    if white > MAX_WHITE:
        raise PortraitError(
            f"{name}: overexposed ({white:.0%} of the face is white); use a photograph with less light on the face"
        )
    judged = cv2.resize(grey, (_JUDGED, _JUDGED))
    sharpness = float(cv2.Laplacian(judged, cv2.CV_64F).var())
    if sharpness < MIN_SHARPNESS:
        raise PortraitError(f"{name}: the face is blurred; use a sharper photograph")
    if (shading := _shading(grey)) < MIN_SHADING:
        raise PortraitError(
            f"{name}: flat areas and lines, as in a drawing or cartoon (shading {shading:.2f}, at least {MIN_SHADING} is "
            "needed); use an unedited photograph"
        )
    return sharpness


def _shading(grey: cv2.typing.MatLike) -> float:
    judged = cv2.resize(grey, (_JUDGED, _JUDGED), interpolation=cv2.INTER_AREA)
    gradient = np.hypot(cv2.Sobel(judged, cv2.CV_64F, 1, 0), cv2.Sobel(judged, cv2.CV_64F, 0, 1))
    return float(np.median(gradient) / max(float(gradient.mean()), 1e-9))


def _check_one_person(portraits: list[Portrait], encoder: "FaceEncoder", enrolled: Sequence[Vector]) -> None:
    """Each portrait is alike to one that is known to be theirs: the first, or one enrolled, and so on from these."""
    vectors = np.stack([portrait.vector for portrait in portraits])
    known = np.stack(list(enrolled)) if len(enrolled) else vectors[:1]
    left = list(range(len(portraits)))
    while left:
        distances = encoder.distances(vectors[left], known).min(axis=1)
        near = [place for place, distance in zip(left, distances, strict=True) if distance <= encoder.threshold]
        if not near:
            odd = portraits[left[int(distances.argmin())]]
            beside = "those enrolled before" if len(enrolled) else portraits[0].name
            raise PortraitError(
                f"{odd.name}: another face than {beside} (distance {distances.min():.2f}, at most {encoder.threshold:.2f} "
                "counts as one person); give photographs of one person"
            )
        known = np.concatenate([known, vectors[near]])
        left = [place for place in left if place not in near]


def _repeats_named(portraits: list[Portrait], encoder: "FaceEncoder", enrolled: Sequence[Vector]) -> Iterator[Portrait]:
    known = np.stack(list(enrolled)) if len(enrolled) else np.empty((0, encoder.dimensions), np.float32)
    for place, portrait in enumerate(portraits):
        earlier = [one.name for one in portraits[:place] if _bits(one.look, portrait.look) <= MATCH_BITS]
        nearest = encoder.distances(portrait.vector[None], known).min(initial=np.inf)
        there = ["a portrait enrolled before"] if nearest <= _SAME_VECTOR * encoder.threshold else []
        yield replace(portrait, repeats=next(iter([*there, *earlier]), ""))


def _bits(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> int:
    """Bits in which two hashes differ."""
    return int(np.bitwise_count(one ^ other).sum())

"""Likeness: faces of registered people found in film, their templates sealed wherever they rest."""

from auditor.likeness.faces import SAME_PERSON_DISTANCE, FaceEncoder, PortraitError
from auditor.likeness.gallery import FaceGallery, GalleryInfo, Resemblance
from auditor.likeness.tracks import FaceTrack, FaceTracker

__all__ = [
    "SAME_PERSON_DISTANCE", "FaceEncoder", "FaceGallery", "FaceTrack", "FaceTracker", "GalleryInfo", "PortraitError",
    "Resemblance",
]  # fmt: skip

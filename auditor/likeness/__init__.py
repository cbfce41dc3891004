"""Likeness: faces and voices of registered people found in film, their templates sealed wherever they rest."""

from auditor.likeness.faces import SAME_PERSON_DISTANCE, FaceEncoder, PortraitError
from auditor.likeness.gallery import FaceGallery, GalleryInfo, Resemblance
from auditor.likeness.recordings import RecordingError
from auditor.likeness.tracks import FaceTrack, FaceTracker
from auditor.likeness.voice_encoder import VoiceEncoder
from auditor.likeness.voice_gallery import VoiceEnrolment, VoiceGallery, VoiceResemblance
from auditor.likeness.voices import VoiceRun, VoiceTracker

__all__ = [
    "SAME_PERSON_DISTANCE", "FaceEncoder", "FaceGallery", "FaceTrack", "FaceTracker", "GalleryInfo", "PortraitError",
    "RecordingError", "Resemblance", "VoiceEncoder", "VoiceEnrolment", "VoiceGallery", "VoiceResemblance", "VoiceRun",
    "VoiceTracker",
]  # fmt: skip

"""Likeness: faces and voices of registered people found in film, their templates sealed wherever they rest."""

from auditor.likeness.faces import SAME_PERSON_DISTANCE, FaceEncoder, PortraitError
from auditor.likeness.gallery import FaceGallery, GalleryInfo, Resemblance
from auditor.likeness.keys import (
    FileKeyEncryption,
    FileKeyVault,
    KeyDestroyedError,
    KeyEncryption,
    KeyMissingError,
    KeyVault,
    KmsKeyEncryption,
    vault_beside,
)
from auditor.likeness.recordings import RecordingError
from auditor.likeness.tracks import FaceTrack, FaceTracker
from auditor.likeness.voice_encoder import VoiceEncoder
from auditor.likeness.voice_gallery import VoiceEnrolment, VoiceGallery, VoiceResemblance
from auditor.likeness.voices import VoiceRun, VoiceTracker

__all__ = [
    "SAME_PERSON_DISTANCE", "FaceEncoder", "FaceGallery", "FaceTrack", "FaceTracker", "FileKeyEncryption", "FileKeyVault",
    "GalleryInfo", "KeyDestroyedError", "KeyEncryption", "KeyMissingError", "KeyVault", "KmsKeyEncryption", "PortraitError",
    "RecordingError", "Resemblance", "VoiceEncoder", "VoiceEnrolment", "VoiceGallery", "VoiceResemblance", "VoiceRun",
    "VoiceTracker", "vault_beside",
]  # fmt: skip

"""Likeness: faces and voices of registered people found in film, their templates sealed wherever they rest."""

from auditor.likeness.dlib_faces import DlibFaceEncoder
from auditor.likeness.faces import Face, FaceEncoder
from auditor.likeness.gallery import FaceEnrolment, FaceGallery, GalleryInfo, Resemblance
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
from auditor.likeness.opencv_faces import OpenCvFaceEncoder
from auditor.likeness.portraits import Portrait, PortraitError, read_portraits
from auditor.likeness.recordings import RecordingError
from auditor.likeness.tracks import FaceTrack, FaceTracker
from auditor.likeness.voice_encoder import VoiceEncoder
from auditor.likeness.voice_gallery import VoiceEnrolment, VoiceGallery, VoiceResemblance
from auditor.likeness.voices import VoiceRun, VoiceTracker

__all__ = [
    "DlibFaceEncoder", "Face", "FaceEncoder", "FaceEnrolment", "FaceGallery", "FaceTrack", "FaceTracker",
    "FileKeyEncryption", "FileKeyVault", "GalleryInfo", "KeyDestroyedError", "KeyEncryption", "KeyMissingError", "KeyVault",
    "KmsKeyEncryption", "OpenCvFaceEncoder", "Portrait", "PortraitError", "RecordingError", "Resemblance", "VoiceEncoder",
    "VoiceEnrolment", "VoiceGallery", "VoiceResemblance", "VoiceRun", "VoiceTracker", "read_portraits", "vault_beside",
]  # fmt: skip

"""What makes takes out of shots."""

from generator.backends.licences import LicenceTerms
from generator.backends.model import ChosenModel, ModelCard, ModelComponent, Take, VideoBackend

__all__ = ["ChosenModel", "LicenceTerms", "ModelCard", "ModelComponent", "Take", "VideoBackend"]

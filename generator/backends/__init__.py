"""What makes takes out of shots."""

from generator.backends.licences import LicenceTerms
from generator.backends.model import ModelCard, ModelComponent, Take

__all__ = ["LicenceTerms", "ModelCard", "ModelComponent", "Take"]

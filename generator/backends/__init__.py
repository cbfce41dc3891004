"""What makes takes out of shots."""

from generator.backends.model import ModelCard, Take

__all__ = ["ModelCard", "Take"]

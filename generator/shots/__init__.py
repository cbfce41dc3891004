"""Screenplay to shots: framing, lens, move, duration and what stands before the camera."""

from generator.errors import ShotError
from generator.shots.camera import Move, Size
from generator.shots.model import ShotRequest

__all__ = ["Move", "ShotError", "ShotRequest", "Size"]

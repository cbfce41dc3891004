"""Screenplay to shots: framing, lens, move, duration and what stands before the camera."""

from generator.errors import ShotError
from generator.shots.camera import Move, Size
from generator.shots.model import Line, ShotRequest
from generator.shots.planner import plan_shots

__all__ = ["Line", "Move", "ShotError", "ShotRequest", "Size", "plan_shots"]

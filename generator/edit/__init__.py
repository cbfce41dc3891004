"""Takes to a cut: titles, dissolves, cuts, the disclosure at the end."""

from generator.edit.model import Cut, CutItem

__all__ = ["Cut", "CutItem"]

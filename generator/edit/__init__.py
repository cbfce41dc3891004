"""Takes to a cut: titles, dissolves, cuts, the disclosure at the end. Silent for now."""

from generator.edit.assembly import assemble
from generator.edit.model import Cut, CutItem
from generator.edit.titles import DISCLOSURE_CARD
from generator.errors import EditError

__all__ = ["DISCLOSURE_CARD", "Cut", "CutItem", "EditError", "assemble"]

"""Takes to a film: the timeline and what is done to it, picture and sound rendered to one file."""

from generator.edit.assembly import assemble, plain_timeline
from generator.edit.history import History, Operation
from generator.edit.labels import LETTERS, Label
from generator.edit.mixing import Mix
from generator.edit.model import Cut, CutItem
from generator.edit.render import Encoding, render
from generator.edit.timeline import (
    Card,
    Clip,
    Cue,
    Marker,
    Media,
    Provenance,
    Sound,
    Timeline,
    Title,
    Track,
    Transition,
)
from generator.edit.titles import DISCLOSURE_CARD
from generator.errors import EditError

__all__ = [
    "DISCLOSURE_CARD",
    "LETTERS",
    "Card",
    "Clip",
    "Cue",
    "Cut",
    "CutItem",
    "EditError",
    "Encoding",
    "History",
    "Label",
    "Marker",
    "Media",
    "Mix",
    "Operation",
    "Provenance",
    "Sound",
    "Timeline",
    "Title",
    "Track",
    "Transition",
    "assemble",
    "plain_timeline",
    "render",
]

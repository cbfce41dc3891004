"""Brief to screenplay: a deterministic planner with a small grammar of its own, and Fountain in and out.

>>> from generator.narrative import parse_fountain, write_screenplay
>>> screenplay = write_screenplay("A lighthouse keeper finds a letter on the shore at dusk.", seed=7)
>>> parse_fountain(screenplay.to_fountain()) == screenplay
True
"""

from generator.errors import BriefError, ScreenplayError
from generator.narrative.fountain import parse_fountain
from generator.narrative.model import Element, Heading, Scene, Screenplay
from generator.narrative.planner import write_screenplay

__all__ = [
    "BriefError",
    "Element",
    "Heading",
    "Scene",
    "Screenplay",
    "ScreenplayError",
    "parse_fountain",
    "write_screenplay",
]

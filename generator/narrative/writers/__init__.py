"""Who writes a planned story out: the grammar that comes with us, a model on this machine, or one behind an address.

>>> from generator.narrative import plan_story
>>> from generator.narrative.writers import GrammarWriter
>>> plan = plan_story("A lighthouse keeper finds a letter on the shore at dusk.", seed=7)
>>> len(GrammarWriter().write(plan).screenplay.scenes)
3
"""

from generator.narrative.writers.endpoint import EndpointWriter
from generator.narrative.writers.grammar import GrammarWriter
from generator.narrative.writers.local import TransformersWriter
from generator.narrative.writers.port import Accepts, Overlap, SharedPassage, Writer, WriterCard, Written, scene_words

__all__ = [
    "Accepts",
    "EndpointWriter",
    "GrammarWriter",
    "Overlap",
    "SharedPassage",
    "TransformersWriter",
    "Writer",
    "WriterCard",
    "Written",
    "scene_words",
]

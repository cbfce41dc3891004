"""Brief to screenplay: story plans on many structures, a deterministic planner with a small grammar of its own, and
Fountain in and out.

>>> from generator.narrative import parse_fountain, write_screenplay
>>> screenplay = write_screenplay("A lighthouse keeper finds a letter on the shore at dusk.", seed=7)
>>> parse_fountain(screenplay.to_fountain()) == screenplay
True
"""

from generator.errors import BriefError, ScreenplayError, StoryError, SubjectError
from generator.narrative.fountain import parse_fountain
from generator.narrative.model import Choice, Element, Heading, Scene, Screenplay
from generator.narrative.people import Character
from generator.narrative.plan import PlannedScene, StoryPlan, plan_as_dict, plan_story
from generator.narrative.planner import write_plan, write_screenplay
from generator.narrative.structures import Beat, Structure, structure, structures

__all__ = [
    "Beat",
    "BriefError",
    "Character",
    "Choice",
    "Element",
    "Heading",
    "PlannedScene",
    "Scene",
    "Screenplay",
    "ScreenplayError",
    "StoryError",
    "StoryPlan",
    "Structure",
    "SubjectError",
    "parse_fountain",
    "plan_as_dict",
    "plan_story",
    "structure",
    "structures",
    "write_plan",
    "write_screenplay",
]

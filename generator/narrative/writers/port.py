"""The port of writers, what they hand over, and the check that each scene passes before it is kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from auditor.media.types import Cancelled, OnProgress, Progress
from generator.errors import CancelledError, WordsError
from generator.narrative.fountain import fountain_blocks
from generator.narrative.model import Element, Scene, Screenplay
from generator.narrative.plan import PlannedScene, StoryPlan
from generator.narrative.planner import CREDIT, Pen
from generator.narrative.revisions import Author, AuthoredLine

#: Times that a scene is written anew before it is given up: what repeats by chance is gone after one or two.
MAX_DRAFTS = 4


@dataclass(frozen=True, slots=True)
class SharedPassage:
    """Words that a scene has in common with a registered work; ``licensed``: a licence in force lets them stand."""

    work: str
    text: str
    words: int
    licensed: bool = False


@dataclass(frozen=True, slots=True)
class Overlap:
    """What a scene shares with registered scripts."""

    passages: tuple[SharedPassage, ...] = ()

    @property
    def acceptable(self) -> bool:
        return all(passage.licensed for passage in self.passages)


#: Compares a scene's words with registered scripts. Passed in by whoever has them: the generator knows no library.
Accepts = Callable[[str], Overlap]


def accept_all(_: str) -> Overlap:
    """For where nothing is registered."""
    return Overlap()


@dataclass(frozen=True, slots=True)
class WriterCard:
    """Who writes: ``kind`` is ``program`` or ``model``; ``digest`` of the weights where they are ours to read."""

    kind: str
    name: str
    version: str
    licence: str = ""
    digest: str = ""

    @property
    def author(self) -> Author:
        return Author("model" if self.kind == "model" else "program", f"{self.name} {self.version}".strip())


@dataclass(frozen=True, slots=True)
class Written:
    """A screenplay, and who wrote each line of its Fountain text. ``drafts``: how often each scene was written."""

    screenplay: Screenplay
    card: WriterCard
    lines: tuple[AuthoredLine, ...]
    drafts: tuple[int, ...]


class Writer(Protocol):
    """Writes a plan out. Keeps the plan's headings, beats and people; raises ``WriterError``, ``WordsError``,
    ``CancelledError``."""

    @property
    def card(self) -> WriterCard: ...

    def write(
        self,
        plan: StoryPlan,
        *,
        accepts: Accepts = ...,
        on_progress: OnProgress = ...,
        cancelled: Cancelled = ...,
    ) -> Written: ...


def scene_words(scene: Scene) -> str:
    """What is told in a scene, a paragraph a line: what is compared with other works' words."""
    return "\n".join(e.text for e in scene.elements if e.kind in ("action", "dialogue", "lyric"))


def write_scenes(
    plan: StoryPlan,
    card: WriterCard,
    draft: Callable[[PlannedScene, Sequence[Scene], int], Sequence[Element]],
    *,
    pen: Pen,
    accepts: Accepts,
    on_progress: OnProgress,
    cancelled: Cancelled,
) -> Written:
    """Writes scene after scene with ``draft(planned, scenes before it, which try)`` and keeps what ``accepts`` accepts."""
    scenes: list[Scene] = []
    drafts: list[int] = []
    total = len(plan.scenes)
    for planned in plan.scenes:
        for attempt in range(MAX_DRAFTS):
            if cancelled():
                raise CancelledError(f"the writing was stopped before scene {planned.told} of {total}")
            scene = pen.dressed(planned, draft(planned, scenes, attempt))
            overlap = accepts(scene_words(scene))
            if overlap.acceptable:
                break
        else:
            shared = next(passage for passage in overlap.passages if not passage.licensed)
            raise WordsError(
                f"scene {planned.told} has {shared.words} words of {shared.work} in each of {MAX_DRAFTS} drafts; change the "
                "brief where it repeats that work, or license it"
            )
        scenes.append(scene)
        drafts.append(attempt + 1)
        on_progress(Progress("screenplay", planned.told, total, "scenes"))
    credit = CREDIT if card.kind != "model" else f"Screenplay written by {card.name} on a machine's plan from a brief"
    screenplay = pen.screenplay(scenes, credit)
    return Written(screenplay, card, _lines(screenplay, card), tuple(drafts))


def _lines(screenplay: Screenplay, card: WriterCard) -> tuple[AuthoredLine, ...]:
    """Who wrote each line: what is told, the writer; headings, notes and the title page, the planner."""
    planner = Author("program", "Reelproof story planner")
    lines: list[AuthoredLine] = []
    for block, _, element in fountain_blocks(screenplay):
        own = element is not None and element.kind in ("action", "dialogue")
        who = card.author if own else planner
        if lines:
            lines.append(AuthoredLine("", planner))
        lines.extend(AuthoredLine(line, who) for line in block.split("\n"))
    return tuple(lines)


def reseeded(plan: StoryPlan, by: int) -> StoryPlan:
    """The same plan for another try."""
    return replace(plan, seed=(plan.seed + by) % 2**63)

"""The writer that comes with us: the planner's own grammar. No model, no network, the same words for the same seed."""

from collections.abc import Sequence

from auditor.media.types import Cancelled, OnProgress, never_cancelled, no_progress
from generator.narrative.model import Element, Scene
from generator.narrative.plan import PlannedScene, StoryPlan
from generator.narrative.planner import Pen
from generator.narrative.writers.port import Accepts, WriterCard, Written, accept_all, write_scenes


class GrammarWriter:
    """``Writer`` by ``data/*.txt``: a scene that is refused is drawn again, and none of its sentences comes back."""

    @property
    def card(self) -> WriterCard:
        return WriterCard("program", "Reelproof screenplay writer", "2", "Apache-2.0")

    def write(
        self,
        plan: StoryPlan,
        *,
        accepts: Accepts = accept_all,
        on_progress: OnProgress = no_progress,
        cancelled: Cancelled = never_cancelled,
    ) -> Written:
        """Equal to ``write_plan`` where every scene is accepted at once."""
        pen = Pen(plan)

        def draft(planned: PlannedScene, _: Sequence[Scene], __: int) -> tuple[Element, ...]:
            return pen.draft(planned)

        return write_scenes(
            plan, self.card, draft, pen=pen, accepts=accepts, on_progress=on_progress, cancelled=cancelled
        )

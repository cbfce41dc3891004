"""Whether a take can be made again: rendered once more from its record, and compared by digest."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from auditor.media.types import Cancelled, OnProgress, never_cancelled, no_progress
from generator.backends.diffusion.backend import DiffusersBackend
from generator.backends.diffusion.conditions import Conditions
from generator.backends.model import Take

Verdict = Literal["the same file", "the same frames", "other frames"]


@dataclass(frozen=True, slots=True)
class Rerender:
    """What rendering again gave. ``differences`` are parts of the environment and the record that are not as they were, as
    (what, then, now): where frames differ they say why that is to be expected; none of them and other frames is a fault."""

    verdict: Verdict
    differences: tuple[tuple[str, str, str], ...]

    @property
    def expected(self) -> bool:
        """Whether the result is what the record promises."""
        return self.verdict != "other frames" or bool(self.differences)


def rerender(
    take: Take,
    backend: DiffusersBackend,
    *,
    conditions: Conditions | None = None,
    on_progress: OnProgress = no_progress,
    cancelled: Cancelled = never_cancelled,
) -> Rerender:
    """Renders ``take`` again with ``backend`` and compares. Raises as ``render`` does."""
    with TemporaryDirectory(prefix="again-") as folder:
        again = backend.render(
            take.request, Path(folder) / "take.mp4", conditions=conditions, on_progress=on_progress, cancelled=cancelled
        )
    differences = tuple(_differences(take.record, again.record))
    if again.sha256 == take.sha256:
        return Rerender("the same file", differences)
    same = again.record["frames_sha256"] == take.record.get("frames_sha256")
    return Rerender("the same frames" if same else "other frames", differences)


def _differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    found = []
    for name in ("weights_sha256", "backend_sha256", "pipeline", "seed", "canvas", "memory", "conditions", "loras"):
        if then.get(name) != now.get(name):
            found.append((name, str(then.get(name)), str(now.get(name))))
    before, after = then.get("environment", {}), now.get("environment", {})
    for name in sorted(set(before) | set(after)):
        if before.get(name) != after.get(name):
            found.append((name, str(before.get(name)), str(after.get(name))))
    return found

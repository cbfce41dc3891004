"""Training again from a lineage: the same works, settings and seed must come to the same weights."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from auditor.media.types import Cancelled, OnProgress, never_cancelled, no_progress
from generator.errors import TrainingError, TrainingSetError
from generator.training.lineage import Lineage, read_lineage
from generator.training.runner import OnReport, read_run, run, start
from generator.training.works import TrainingSet

#: What may differ between two machines that compute alike.
_HARMLESS = frozenset({"system"})


@dataclass(frozen=True, slots=True)
class Reproduction:
    """Whether the weights came out ``wanted`` (SHA-256, in hex) or ``found``; ``differences`` are what was not as it was the
    first time (versions, processor, code, renderer), each of which may change the numbers."""

    wanted: str
    found: str
    differences: tuple[str, ...]

    @property
    def same(self) -> bool:
        return self.wanted == self.found

    def as_dict(self) -> dict[str, Any]:
        """For a terminal or a page."""
        return {"same": self.same, "wanted": self.wanted, "found": self.found, "differences": list(self.differences)}


def reproduce(
    lineage: Lineage,
    folder: Path,
    run_dir: Path,
    *,
    settings: Mapping[str, Any] | None = None,
    on_progress: OnProgress = no_progress,
    cancelled: Cancelled = never_cancelled,
    on_report: OnReport | None = None,
    now: datetime | None = None,
) -> Reproduction:
    """Trains in ``run_dir`` (or goes on there) what ``lineage`` tells, from its files by name in ``folder``, and compares.

    ``settings`` are those that a lineage does not keep: where a base model lies on this machine. Raises as ``runner.run``
    does: licences must still hold, and every file must be the very one."""
    document = lineage.document
    recipe = document["recipe"]
    found_set = TrainingSet.from_dict(document["set"], folder)
    if found_set.sha256 != document["set_sha256"]:
        raise TrainingSetError("the lineage's training set does not have the digest that it states; it was changed")
    if not (run_dir / "run.json").exists():
        start(
            run_dir,
            kind=recipe["kind"],
            name=document["model"]["name"],
            training_set=found_set,
            settings={**recipe["settings"], **(settings or {})},
            seed=recipe["seed"],
            steps=recipe["steps"],
            now=now,
        )
    elif (planned := read_run(run_dir)).seed != recipe["seed"] or planned.kind != recipe["kind"]:
        raise TrainingError(f"{run_dir} holds another run; name an empty folder")
    done = run(run_dir, on_progress=on_progress, cancelled=cancelled, on_report=on_report, now=now)
    again = read_lineage(done.model_dir / "lineage.json")
    return Reproduction(lineage.weights_sha256, again.weights_sha256, tuple(_differences(document, again.document)))


def _differences(first: Mapping[str, Any], again: Mapping[str, Any]) -> list[str]:
    pairs = {
        "code": (first["code"]["source_sha256"], again["code"]["source_sha256"]),
        "drawn frames": ((first["renders"] or {}).get("frames_sha256"), (again["renders"] or {}).get("frames_sha256")),
        "base model": tuple((one["base_model"] or {}).get("weights_sha256") for one in (first, again)),
    }
    there, here = first["environment"], again["environment"]
    for name in sorted((there.keys() | here.keys()) - _HARMLESS - {"packages"}):
        pairs[name] = (there.get(name), here.get(name))
    for name in sorted(there["packages"].keys() | here["packages"].keys()):
        pairs[name] = (there["packages"].get(name), here["packages"].get(name))
    return [f"{name}: {old or 'none'}, now {new or 'none'}" for name, (old, new) in pairs.items() if old != new]

"""The whole way: a brief becomes a screenplay, shots, takes and a cut in one directory."""

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from auditor.media.types import Cancelled, OnProgress, Progress, never_cancelled, no_progress
from generator.backends.model import Take
from generator.backends.previz import PrevizBackend
from generator.edit import Cut, assemble
from generator.errors import RenderError, UnknownBackendError
from generator.narrative import Screenplay, write_screenplay
from generator.shots import plan_shots

#: Backends by name, made when asked for.
BACKENDS: Mapping[str, Callable[[], PrevizBackend]] = MappingProxyType({"previz": PrevizBackend})


@dataclass(frozen=True, slots=True)
class Film:
    """Everything that one brief became."""

    screenplay: Screenplay
    screenplay_path: Path
    takes: tuple[Take, ...]
    cut: Cut

    def as_dict(self) -> dict[str, Any]:
        """The command line's JSON document: paths, and each shot's place in the film in seconds."""
        return {
            "film": str(self.cut.path),
            "sha256": self.cut.sha256,
            "title": self.screenplay.title,
            "duration": round(self.cut.duration, 3),
            "screenplay": str(self.screenplay_path),
            "model": self.takes[0].card.as_dict(),
            "shots": [
                {
                    "id": take.request.id,
                    "take": str(take.path),
                    "sha256": take.sha256,
                    "start": round(item.start, 3),
                    "end": round(item.end, 3),
                }
                for take, item in zip(self.takes, self.cut.items, strict=True)
            ],
        }


def make_film(
    brief: str,
    out_dir: Path,
    *,
    seed: int = 1,
    backend: str = "previz",
    total_seconds: float = 12.0,
    width: int = 640,
    height: int = 360,
    fps: int = 12,
    on_progress: OnProgress = no_progress,
    cancelled: Cancelled = never_cancelled,
) -> Film:
    """Writes ``screenplay.fountain``, ``takes/<shot>.mp4`` and ``film.mp4`` into ``out_dir`` (created if need be).

    Progress names the stage: ``screenplay``, ``render <shot>``, ``cut``. Raises the package's errors; a cancelled run
    leaves finished takes and no half-written file.
    """
    if backend not in BACKENDS:
        raise UnknownBackendError(f"there is no backend {backend!r}; choose one of {', '.join(BACKENDS)}")
    screenplay = write_screenplay(brief, seed=seed)
    shots = plan_shots(screenplay, total_seconds=total_seconds, width=width, height=height, fps=fps, seed=seed)
    takes_dir = out_dir / "takes"
    try:
        takes_dir.mkdir(parents=True, exist_ok=True)
        script = _write_text(out_dir / "screenplay.fountain", screenplay.to_fountain())
    except OSError as error:
        raise RenderError(f"{out_dir} can't be written ({error.strerror}); choose another directory") from error
    on_progress(Progress("screenplay", 1, 1, "screenplays"))
    renderer = BACKENDS[backend]()
    takes = tuple(
        renderer.render(shot, takes_dir / f"{shot.id}.mp4", on_progress=on_progress, cancelled=cancelled)
        for shot in shots
    )
    cut = assemble(
        [take.path for take in takes],
        out_dir / "film.mp4",
        title=screenplay.title,
        subtitle="A previsualisation",
        credits=(screenplay.title, screenplay.credit, f"Pictures: {renderer.card.name} {renderer.card.version}"),
        on_progress=on_progress,
        cancelled=cancelled,
    )
    return Film(screenplay, script, takes, cut)


def _write_text(path: Path, text: str) -> Path:
    part = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
    try:
        with part.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path

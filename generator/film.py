"""The whole way: a brief becomes a screenplay, shots, takes and a cut in one directory."""

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from auditor.media.types import Cancelled, OnProgress, Progress, never_cancelled, no_progress
from generator.backends.model import Take, VideoBackend
from generator.backends.previz import PrevizBackend
from generator.backends.words import refuse_words
from generator.edit import Cut, Provenance, plain_timeline, render
from generator.edit.interchange import write_otio, write_vtt
from generator.edit.soundtrack import soundtrack
from generator.errors import RenderError, UnknownBackendError
from generator.narrative import Screenplay, write_screenplay
from generator.shots import plan_shots

#: Backends by name, made when asked for.
BACKENDS: Mapping[str, Callable[[], VideoBackend]] = MappingProxyType(
    {"previz": PrevizBackend, "previz-cuda": partial(PrevizBackend, "cuda")}
)


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
    structure: str = "three-act",
    scenes: int = 3,
    backend: str = "previz",
    models: Path | None = None,
    look: str | None = None,
    total_seconds: float = 12.0,
    width: int = 640,
    height: int = 360,
    fps: int = 12,
    on_progress: OnProgress = no_progress,
    cancelled: Cancelled = never_cancelled,
) -> Film:
    """Writes ``screenplay.fountain``, ``takes/<shot>.mp4``, the sounds, ``film.mp4``, and beside it ``timeline.otio`` and
    ``captions.vtt`` into ``out_dir`` (created if need be).

    Progress names the stage: ``screenplay``, ``render <shot>``, ``sound``, ``mix``, ``cut``. Raises the package's errors; a
    cancelled run leaves finished takes and no half-written file. ``backend`` is one of ``BACKENDS`` or, with ``models`` (a
    registry's folder), ``NAME[:GUIDES[:STEPS]]`` of a model that was added there. ``look``
    redraws what ``previz`` renders: a name among ``shipped_looks()`` or a bundle's folder.
    """
    renderer = _backend(backend, models, look)
    screenplay = write_screenplay(brief, structure=structure, scenes=scenes, seed=seed)
    shots = plan_shots(screenplay, total_seconds=total_seconds, width=width, height=height, fps=fps, seed=seed)
    takes_dir = out_dir / "takes"
    try:
        takes_dir.mkdir(parents=True, exist_ok=True)
        script = _write_text(out_dir / "screenplay.fountain", screenplay.to_fountain())
    except OSError as error:
        raise RenderError(f"{out_dir} can't be written ({error.strerror}); choose another directory") from error
    on_progress(Progress("screenplay", 1, 1, "screenplays"))
    drawn = backend in BACKENDS
    for shot in () if drawn else shots:  # a look sees pictures of ours and no words
        refuse_words(shot)
    takes = tuple(
        renderer.render(shot, takes_dir / f"{shot.id}.mp4", on_progress=on_progress, cancelled=cancelled)
        for shot in shots
    )
    timeline, files = plain_timeline(
        [take.path for take in takes],
        title=screenplay.title,
        subtitle=_subtitle(drawn, look),
        credits=(screenplay.title, screenplay.credit, f"Pictures: {renderer.card.name} {renderer.card.version}"),
        ids=[shot.id for shot in shots],
        provenance=[Provenance(card=renderer.card.digest, seed=shot.seed, shot=shot.id) for shot in shots],
    )
    heard = soundtrack(
        timeline,
        {shot.id: shot for shot in shots},
        out_dir / "sound",
        seed=seed,
        on_progress=on_progress,
        cancelled=cancelled,
    )
    cut = render(
        heard.timeline,
        {**files, **heard.files},
        out_dir / "film.mp4",
        on_progress=on_progress,
        cancelled=cancelled,
    )
    _write_text(out_dir / "timeline.otio", write_otio(heard.timeline))
    _write_text(out_dir / "captions.vtt", write_vtt(heard.timeline))
    return Film(screenplay, script, takes, cut)


def _subtitle(drawn: bool, look: str | None) -> str:
    if look is not None:
        return "A previsualisation, redrawn by a trained model"
    return "A previsualisation" if drawn else "Made by a trained model"


def _backend(name: str, models: Path | None, look: str | None) -> VideoBackend:
    if look is not None:
        from generator.backends.looks import LookBackend, look_of

        base = BACKENDS[name]() if name in BACKENDS else None
        if not isinstance(base, PrevizBackend):
            raise UnknownBackendError(
                f"a look redraws what {' or '.join(BACKENDS)} renders, not {name!r}; leave one out"
            )
        return LookBackend(look_of(look), base)
    if name in BACKENDS:
        return BACKENDS[name]()
    from generator.models import ModelRegistry

    added = ModelRegistry(models).names() if models is not None else ()
    if models is None or name.partition(":")[0] not in added:
        raise UnknownBackendError(f"there is no backend {name!r}; choose one of {', '.join((*BACKENDS, *added))}")
    from generator.backends.diffusion.choosing import backend_of

    return backend_of(name, ModelRegistry(models))


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

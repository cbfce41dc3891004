"""The backend: previsualised frames through a look, one by one, to a take on disk."""

import hashlib
from importlib.metadata import version
from pathlib import Path
from typing import Any

from auditor.media.types import Cancelled, OnProgress, Progress, never_cancelled, no_progress
from generator.backends.looks.look import HANDLING, Look, look_digest
from generator.backends.model import ModelCard, Take
from generator.backends.previz import PrevizBackend
from generator.encoding import sha256_of, writing
from generator.errors import CancelledError
from generator.shots.model import ShotRequest


class LookBackend:
    """Renders previsualisation takes and redraws every frame with ``look``, on the processor. ``base`` renders them."""

    def __init__(self, look: Look, base: PrevizBackend | None = None) -> None:
        self.look, self._base = look, base or PrevizBackend()

    @property
    def card(self) -> ModelCard:
        """A trained model of two parts, the renderer and the network, each with its licence and digest."""
        base, part, look = self._base.card, self.look.component, self.look
        parts = (*base.components, part)
        licences = dict.fromkeys(one.licence for one in parts if one.licence)
        return ModelCard(
            name=f"{base.name}-look-{look.name}",
            version=f"{base.version}+{look.version}",
            licence=" AND ".join(sorted(licences)),
            digest=look_digest(renderer=base.digest, network=part.digest, runtime=look.network.runtime),
            training_data=part.training_data or "Not stated: the look was not published.",
            commercial_use=all(one.terms is not None and one.terms.commercial_use for one in parts),
            kind="trained-model",
            components=parts,
            card_sha256=look.card.digest if look.card else "",
        )

    def render(
        self,
        request: ShotRequest,
        out: Path,
        *,
        on_progress: OnProgress = no_progress,
        cancelled: Cancelled = never_cancelled,
    ) -> Take:
        """Renders ``request`` to ``out`` (H.264 in MP4) and returns the take.

        Raises ``CancelledError`` when ``cancelled()`` turns true between frames, ``RenderError`` when a frame or the file
        can't be made; either way nothing is left behind.
        """
        card, base, look = self.card, self._base.card, self.look
        metadata = {
            "title": f"{request.id} {request.slugline}"[:200],
            "comment": (
                f"Computer-generated previsualisation ({base.name} {base.version}), redrawn by the trained look {look.name} "
                f"{look.version}; no camera and no real person or place."
            ),
            "description": request.prompt[:1000],
            "encoder_tool": f"{card.name} {card.version}",
            "previsualisation": "true",
            "renderer_sha256": base.digest,
            "look_sha256": look.network.sha256,
            "card_sha256": card.card_sha256,
            "seed": str(request.seed),
        }
        stage, seen = f"render {request.id}", hashlib.sha256()
        frames = self._base.frames(request)
        on_progress(Progress(stage, 0, request.frames))
        with writing(out, width=request.width, height=request.height, fps=request.fps, metadata=metadata) as writer:
            try:
                for frame in frames:
                    if cancelled():
                        raise CancelledError(
                            f"rendering of shot {request.id} was cancelled after {writer.frames} of {request.frames} frames"
                        )
                    drawn = look.apply(frame)
                    seen.update(drawn.tobytes())
                    writer.add(drawn)
                    on_progress(Progress(stage, writer.frames, request.frames))
            finally:
                frames.close()
        return Take(
            path=out,
            sha256=sha256_of(out),
            request=request,
            card=card,
            frames=request.frames,
            seconds=request.frames / request.fps,
            metadata=metadata,
            record=self._record(card, base, seen.hexdigest()),
        )

    def _record(self, card: ModelCard, base: ModelCard, frames_sha256: str) -> dict[str, Any]:
        look = self.look
        return {
            "model": card.name,
            "backend_sha256": card.digest,
            "renderer_sha256": base.digest,
            "look": look.name,
            "look_version": look.version,
            "weights_sha256": look.network.sha256,
            "card_sha256": card.card_sha256,
            "lineage_sha256": look.files.get("lineage.json", ""),
            "device": "cpu",
            "threads": look.network.threads,
            "handling": HANDLING,
            "versions": {"onnxruntime": look.network.runtime, "numpy": version("numpy")},
            # ONNX Runtime's kernels add in a fixed order on one kind of processor; another kind may round otherwise
            "deterministic": "on the same kind of processor",
            "frames_sha256": frames_sha256,
        }

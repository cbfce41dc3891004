"""The backend: a shot request in, a take on disk out, with the card of the renderer that made it."""

import hashlib
from collections.abc import Generator
from pathlib import Path

from auditor.media.types import Cancelled, OnProgress, Progress, never_cancelled, no_progress
from generator.backends.licences import APACHE_2_0
from generator.backends.model import ModelCard, ModelComponent, Take
from generator.backends.previz.frames import Device, render_frames
from generator.backends.previz.guides import Guides, write_guides
from generator.backends.previz.shapes import Array
from generator.backends.previz.source import source_digest
from generator.encoding import DISCLOSURE, sha256_of, writing
from generator.errors import CancelledError
from generator.shots.model import ShotRequest

NAME, VERSION = "reelproof-previz", "2.0"


class PrevizBackend:
    """Renders previsualisation takes: stylised 3D frames computed by rules, without trained weights, on the processor or
    on the first CUDA device. The pictures of both are alike, not the same, so each has a digest of its own."""

    def __init__(self, device: Device = "cpu") -> None:
        self._device: Device = device

    @property
    def card(self) -> ModelCard:
        digest = source_digest()
        if self._device != "cpu":
            digest = hashlib.sha256(f"{digest} {self._device}".encode()).hexdigest()
        data = "None: pictures are computed by rules from the shot's own words; no data was used for training."
        renderer = ModelComponent(
            name="renderer",
            role="renderer",
            licence="Apache-2.0",
            digest=digest,
            trained=False,
            terms=APACHE_2_0,
            training_data=data,
        )
        return ModelCard(
            name=NAME,
            version=VERSION,
            licence="Apache-2.0",
            digest=digest,
            training_data=data,
            commercial_use=True,
            kind="renderer",
            components=(renderer,),
        )

    def frames(self, request: ShotRequest) -> Generator[Array]:
        """The shot's frames before anything encodes them, (height, width, 3) uint8 RGB: what a take is written from."""
        return render_frames(request, device=self._device)

    def render(
        self,
        request: ShotRequest,
        out: Path,
        *,
        on_progress: OnProgress = no_progress,
        cancelled: Cancelled = never_cancelled,
    ) -> Take:
        """Renders ``request`` to ``out`` (H.264 in MP4) and returns the take.

        Raises ``CancelledError`` when ``cancelled()`` turns true between frames, ``RenderError`` when the file can't be
        written; either way nothing is left behind. The frames depend on the request alone.
        """
        card = self.card
        metadata = {
            "title": f"{request.id} {request.slugline}"[:200],
            "comment": DISCLOSURE,
            "description": request.prompt[:1000],
            "encoder_tool": f"{card.name} {card.version}",
            "previsualisation": "true",
            "renderer_sha256": card.digest,
            "seed": str(request.seed),
        }
        frames = self.frames(request)
        on_progress(Progress(f"render {request.id}", 0, request.frames))
        with writing(out, width=request.width, height=request.height, fps=request.fps, metadata=metadata) as writer:
            try:
                for frame in frames:
                    if cancelled():
                        raise CancelledError(
                            f"rendering of shot {request.id} was cancelled after {writer.frames} of {request.frames} frames"
                        )
                    writer.add(frame)
                    on_progress(Progress(f"render {request.id}", writer.frames, request.frames))
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
        )

    def guides(
        self,
        request: ShotRequest,
        folder: Path,
        *,
        on_progress: OnProgress = no_progress,
        cancelled: Cancelled = never_cancelled,
    ) -> Guides:
        """Writes what video models are conditioned on into ``folder``, which is made, or replaced if it holds guides.

        ``depth/00000.png`` (uint16), ``normals/00000.png`` (RGB, camera axes) for each frame, ``greybox.mp4``,
        ``first_frame.png`` (the take's own first frame) and ``cameras.json``: intrinsics in pixels, a 4x4 camera-to-world
        matrix a frame, and the conventions of all of them in words. Raises ``CancelledError`` and ``RenderError`` as
        ``render`` does, and leaves nothing behind then.
        """
        renderer = {"name": NAME, "version": VERSION, "sha256": source_digest()}
        return write_guides(request, folder, renderer=renderer, on_progress=on_progress, cancelled=cancelled)

"""Still pictures of stored films, made once in the decoder's cell and kept beside the storage: contact sheets."""

import io
import os
import tempfile
from pathlib import Path

from django.conf import settings
from PIL import Image

from auditor.media import sample_frames
from django_site.apps.audits.models import Asset
from django_site.apps.audits.services.assets import asset_path
from django_site.errors import InputError

#: Where in the film the pictures of a sheet are taken: not the first frame, which is often black.
MOMENTS = {1: (0.45,), 3: (0.12, 0.5, 0.88), 12: tuple((2 * n + 1) / 24 for n in range(12))}
#: Pixels of the longer side of each picture; a strip of twelve lies under a timeline.
SIDE, STRIP_SIDE = 480, 160
_GAP = 6


def picture_path(asset: Asset, *, frames: int = 1) -> Path:
    """A JPEG with ``frames`` (1, 3 or 12) pictures side by side. Raises ``InputError`` or ``MediaError``."""
    if frames not in MOMENTS:
        raise InputError(f"a sheet has 1, 3 or 12 pictures, not {frames}")
    if not asset.media_type.startswith(("video/", "image/")):
        raise InputError("only films and pictures have a picture")
    kept = settings.VAR / "pictures" / asset.sha256[:2] / f"{asset.sha256}-{frames}.jpg"
    if kept.is_file():
        return kept
    source, duration = asset_path(asset), float(asset.probe.get("duration") or 0)
    side = STRIP_SIDE if frames > 3 else SIDE
    stills = [_still(source, at * duration, side) for at in (MOMENTS[frames] if duration else (0.0,))]
    width = sum(still.width for still in stills) + _GAP * (len(stills) - 1)
    sheet = Image.new("RGB", (width, max(still.height for still in stills)), (21, 22, 26))
    left = 0
    for still in stills:
        sheet.paste(still, (left, 0))
        left += still.width + _GAP
    _keep(sheet, kept)
    return kept


def _still(source: Path, at: float, side: int) -> Image.Image:
    """The first frame at or after a moment; the film's first where there is none so late."""
    for start in (at, 0.0):
        for frame in sample_frames(source, fps=0, start=start, end=start + 2.0, max_side=side):
            return Image.fromarray(frame.pixels)
    raise InputError("the film has no frame that could be shown")


def _keep(sheet: Image.Image, kept: Path) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    encoded = io.BytesIO()
    sheet.save(encoded, "JPEG", quality=82)
    descriptor, name = tempfile.mkstemp(dir=kept.parent)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(encoded.getvalue())
    Path(name).replace(kept)

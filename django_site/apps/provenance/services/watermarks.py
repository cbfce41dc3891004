"""The number in a film's pictures: drawn before they are put together, hidden while they are, read back before anybody is
told of it."""

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from auditor.media import sample_frames
from auditor.watermark import PAYLOAD_BYTES
from django_site import wiring
from django_site.apps.productions.models import Cut
from django_site.apps.provenance.models import Watermark
from django_site.errors import WrongStateError

#: Seconds of a finished film in which its number must be read again, and frames a second that are looked at.
READ_SECONDS, READ_FPS = 60.0, 5.0
#: Draws before we give up: that two are alike has a chance of one in 2**48 for each number that is taken.
_DRAWS = 5

Mark = Callable[[Any], Any]


def cut_marker(*, cut: Cut) -> tuple[Watermark, Mark] | None:
    """The cut's number and what hides it in a frame; ``None`` where watermarks are off or its frames are too small."""
    watermarker = wiring.watermarker()
    production = cut.production
    if watermarker is None or min(production.width, production.height) < watermarker.least_side:
        return None
    watermark = _reserved(cut, watermarker.alg)
    payload = bytes.fromhex(watermark.payload)
    return watermark, lambda frame: watermarker.embed(frame, payload)


def _reserved(cut: Cut, alg: str) -> Watermark:
    held = Watermark.objects.filter(cut=cut).first()
    if held is not None and held.alg == alg:
        return held
    for _ in range(_DRAWS):
        payload = secrets.token_hex(PAYLOAD_BYTES)
        try:
            with transaction.atomic():
                made, _created = Watermark.objects.update_or_create(
                    cut=cut, defaults={"alg": alg, "payload": payload, "read_at": None}
                )
                return made
        except IntegrityError:  # somebody else's
            continue
    raise WrongStateError("no number could be drawn for the film's watermark; try again")


def watermark_confirm(*, watermark: Watermark, film: Path) -> bool:
    """Whether the number can be read from the finished film. Only then is it said to be there."""
    watermarker = wiring.watermarker()
    if watermarker is None or watermarker.alg != watermark.alg:
        return False
    frames = (frame.pixels for frame in sample_frames(film, fps=READ_FPS, end=READ_SECONDS))
    reading = watermarker.read(frames)
    found = reading is not None and reading.payload.hex() == watermark.payload
    Watermark.objects.filter(pk=watermark.pk).update(read_at=timezone.now() if found else None)
    return found


def watermark_of(cut: Cut) -> Watermark | None:
    """The number that is known to be in the cut's pictures."""
    return Watermark.objects.filter(cut=cut, read_at__isnull=False).first()

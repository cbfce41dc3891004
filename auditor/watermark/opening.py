"""Watermarkers by name, as settings and the command line give them."""

from pathlib import Path

from auditor.errors import UnavailableError
from auditor.watermark.dwt_dct_svd import DwtDctSvdWatermarker
from auditor.watermark.learned import TrustMarkWatermarker, VideoSealWatermarker
from auditor.watermark.watermarker import Watermarker

DEFAULT_WATERMARKER = "dwtDctSvd"


def open_watermarker(name: str) -> Watermarker | None:
    """``dwtDctSvd``; ``trustmark:DIRECTORY``; ``videoseal:FILE@SHA256``; nothing for an empty name.

    Raises ``UnavailableError`` for other names and for models that are missing or damaged.
    """
    if not name:
        return None
    kind, _, where = name.partition(":")
    if kind == DEFAULT_WATERMARKER and not where:
        return DwtDctSvdWatermarker()
    if kind == "trustmark" and where:
        return TrustMarkWatermarker(Path(where))
    if kind == "videoseal" and where:
        path, _, sha256 = where.rpartition("@") if "@" in where else (where, "", "")
        return VideoSealWatermarker(Path(path), sha256=sha256)
    raise UnavailableError(
        f"no watermarker is called {name!r}: use dwtDctSvd, trustmark:DIRECTORY or videoseal:FILE@SHA256"
    )

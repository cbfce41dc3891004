"""What a search for lost manifests answers: which one, by which means, and how sure that is."""

from dataclasses import dataclass
from typing import Any, Literal

from auditor.media.types import Interval, Region

#: ``digest`` the same bytes; ``content`` the same coded pictures in another container or with other metadata; ``watermark``
#: the payload that was hidden in its pictures; ``iscc`` a Video-Code within ``ISCC_BITS``; ``pictures`` its pictures laid
#: over the output's and found the same recording; ``sound`` the same sound, for files without pictures.
Means = Literal["digest", "content", "watermark", "iscc", "pictures", "sound"]
#: The surest first: answers are ranked in this order, then by score.
MEANS: tuple[Means, ...] = ("digest", "content", "watermark", "iscc", "pictures", "sound")


@dataclass(frozen=True, slots=True)
class Recovered:
    """A manifest that belongs to the file, though the file does not carry it.

    ``score``, 0..1, ranks answers of one means. ``figure`` in ``unit`` is what was measured, ``threshold`` (same unit) what
    it had to reach: at most for ``iscc``, at least for the others. ``log10_lr`` is the base-10 logarithm of the likelihood
    ratio "copy" against "unrelated", where it is calibrated. ``query`` and ``reference`` are the stretches of the file and
    of the output that show the same. ``also``: the other means by which the same manifest was found in this search.
    """

    manifest_id: str
    by: Means
    score: float
    figure: float
    unit: str
    threshold: float
    plain: str
    log10_lr: float | None = None
    query: Interval | None = None
    reference: Interval | None = None
    region: Region | None = None
    mirrored: bool = False
    also: tuple[Means, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {
            "manifest_id": self.manifest_id,
            "by": self.by,
            "score": round(self.score, 4),
            "figure": round(self.figure, 4),
            "unit": self.unit,
            "threshold": self.threshold,
            "plain": self.plain,
            "log10_lr": None if self.log10_lr is None else round(self.log10_lr, 2),
            "query": self.query.as_list() if self.query else None,
            "reference": self.reference.as_list() if self.reference else None,
            "region": self.region.as_list() if self.region else None,
            "mirrored": self.mirrored,
            "also": list(self.also),
        }

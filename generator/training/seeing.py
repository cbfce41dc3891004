"""The auditor's eyes on what a model makes: features that tell kinds of pictures apart, and the matcher of copies.

The only place where training uses them. A model's memory is searched by the very matcher that audits films, since what it
would find in a film is what must not be in a model.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from auditor.embeddings import open_embedder
from auditor.embeddings.backbone import BackboneEmbedder, open_backbone
from auditor.errors import AuditorError
from auditor.index import WorkIndex
from auditor.index.works import BatchEntry
from auditor.matching import Matcher
from auditor.matching.footage import SIDE
from auditor.matching.likelihood import shipped_calibration
from auditor.media import Frame, MediaInfo
from auditor.media.tiling import tiles
from auditor.media.types import Cancelled, OnProgress, never_cancelled, no_progress
from generator.errors import TrainingError

Picture = NDArray[np.uint8]
#: Grey levels (standard deviation) of a part of wall or sky: plain parts are all alike and tell nothing.
_PLAIN = 4.0


@dataclass(frozen=True, slots=True)
class Sight:
    """What the matcher says of a picture and a work: ``kind`` is ``copy`` or ``scene``, ``log10_lr`` its calibrated
    log-likelihood-ratio (``None`` where it has none), ``pair`` the two pictures (JPEG) with the matching parts outlined."""

    work: int
    kind: str
    log10_lr: float | None
    similarity: float
    plain: str
    pair: tuple[bytes, bytes] | None


def open_features() -> BackboneEmbedder:
    """The packaged backbone. Raises ``TrainingError`` where its packages are missing."""
    try:
        return open_backbone()
    except AuditorError as error:
        raise TrainingError(f"quality can't be measured: {error}") from error


class Works:
    """The pictures of a training set as registered works of an index in ``folder``, each by its place in the set."""

    def __init__(
        self,
        folder: Path,
        pictures: Sequence[Picture],
        *,
        on_progress: OnProgress = no_progress,
        cancelled: Cancelled = never_cancelled,
    ) -> None:
        try:
            self._embedder = open_embedder()
        except AuditorError as error:
            raise TrainingError(f"memory can't be audited: {error}") from error
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        files = [_written(folder / f"work-{number:06d}.png", picture) for number, picture in enumerate(pictures)]
        self._index = WorkIndex.open(folder / "index", self._embedder, create=True)
        entries = [BatchEntry(str(number), file) for number, file in enumerate(files)]
        for result in self._index.add_batch(entries, on_progress=on_progress, cancelled=cancelled):
            if result.error is not None:
                raise TrainingError(f"memory can't be audited: {result.error}")

    @property
    def identity(self) -> dict[str, Any]:
        """What sees, for the record: the embedder, its weights, and the calibration of likelihood ratios."""
        known, calibration = self._embedder.identity, shipped_calibration()
        fits = calibration is not None and calibration.embedder == known.name
        return {
            "embedder": known.name,
            "weights_sha256": known.weights_sha256,
            "calibration_trials_sha256": calibration.trials_sha256 if calibration is not None and fits else None,
        }

    def nearest(self, picture: Picture) -> tuple[int, float]:
        """The work that some part of ``picture`` is most alike to, and how alike: the largest inner product of descriptors
        of the whole picture and its tiles with those of the works and theirs, -1..1."""
        picture = _at_side(picture)
        telling = [one for one in tiles(picture) if float(one[::8, ::8].std()) > _PLAIN]
        vectors = self._embedder.embed([picture, *telling])
        hits = [hit for found in self._index.search(vectors, count=1, at_least=-1.0) for hit in found]
        best = max(hits, key=lambda hit: hit.similarity)
        return int(best.reference.work_id), float(best.similarity)

    def sights(self, picture: Picture) -> tuple[Sight, ...]:
        """What the matcher finds in ``picture``, the surest first: registered, compared, judged as in an audit."""
        frame = _at_side(picture)
        info = MediaInfo(0.0, frame.shape[1], frame.shape[0], 0.0, "png", None, 1, "image/png")
        matcher = Matcher(self._index)
        matcher.observe(Frame(0.0, frame))
        found = [
            Sight(
                int(finding.work_id or 0),
                finding.kind,
                finding.log10_lr,
                float(finding.measured.get("similarity", 0.0)),
                finding.plain,
                next(
                    (
                        (one.query_jpeg, one.reference_jpeg)
                        for one in finding.evidence
                        if one.reference_jpeg is not None
                    ),
                    None,
                ),
            )
            for finding in matcher.conclude(self._folder, info)
        ]
        return tuple(sorted(found, key=lambda one: (one.kind != "copy", -(one.log10_lr or 0.0), -one.similarity)))


def _written(path: Path, picture: Picture) -> Path:
    if not cv2.imwrite(str(path), np.ascontiguousarray(picture[:, :, ::-1])):
        raise TrainingError(f"{path.parent} can't be written; make room and publish again")
    return path


def _at_side(picture: Picture) -> Picture:
    """A picture as large as the matcher compares them: small ones (plates) are enlarged, so that features are found."""
    scale = SIDE / max(picture.shape[:2])
    size = max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.ascontiguousarray(cv2.resize(picture, size, interpolation=how), dtype=np.uint8)

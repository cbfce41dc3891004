"""A false alarm is marked once and stays quiet, with the reason; everything else is found as before."""

from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from auditor.embeddings import EmbedderIdentity, SscdEmbedder, open_embedder
from auditor.errors import BadInputError
from auditor.matching.negatives import NegativeBank, NegativeFile, negative_of
from auditor.media import Interval
from auditor.report import EvidencePair, Finding
from tests.clips import COFFEE, PHOTOGRAPHS, ROCKET, Pixels, still

AT = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


def jpeg(pixels: Pixels, quality: int = 88) -> bytes:
    return bytes(cv2.imencode(".jpg", pixels[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1])


def finding(*pictures: Pixels, work: str = "sunset", kind: str = "scene", quality: int = 88) -> Finding:
    pairs = tuple(EvidencePair(float(i), jpeg(picture, quality)) for i, picture in enumerate(pictures))
    return Finding(kind=kind, query=Interval(1.0, 3.0), score=0.6, plain="…", work_id=work, evidence=pairs)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def bank(embedder: SscdEmbedder) -> NegativeBank:
    false_alarm = finding(still(COFFEE), still(ROCKET))
    negative = negative_of(false_alarm, embedder, reason="our own stock footage", by="ines", at=AT)
    return NegativeBank(embedder.identity, [negative])


def test_the_same_alarm_is_quiet_and_says_why(bank: NegativeBank, embedder: SscdEmbedder) -> None:
    again = finding(still(COFFEE), still(ROCKET), quality=60)
    standing, (quiet,) = bank.quiet([again], embedder)
    assert standing == ()
    assert (quiet.reason, quiet.by) == ("our own stock footage", "ines")
    assert quiet.as_dict()["dismissed"]["at"] == AT.isoformat()


@pytest.mark.parametrize(
    "other",
    [
        finding(still(COFFEE), work="another"),
        finding(still(COFFEE), kind="copy"),
        finding(still(COFFEE), still(PHOTOGRAPHS / "chelsea.png")),
        finding(),
    ],
    ids=["another work", "another kind", "another frame", "no frames"],
)
def test_anything_else_stands(bank: NegativeBank, embedder: SscdEmbedder, other: Finding) -> None:
    assert bank.quiet([other], embedder) == ((other,), ())


def test_mirrored_or_cropped_is_another_excerpt(bank: NegativeBank, embedder: SscdEmbedder) -> None:
    picture = still(COFFEE)
    height, width = picture.shape[:2]
    cropped = picture[height // 4 : -height // 4, width // 4 : -width // 4]
    other = finding(np.ascontiguousarray(cropped))
    assert bank.quiet([other], embedder) == ((other,), ())


def test_another_embedder_is_refused(bank: NegativeBank) -> None:
    with pytest.raises(BadInputError, match="sscd-distilled"):
        bank.quiet([finding(still(COFFEE))], open_embedder("sscd"))


@pytest.mark.parametrize("reason", ["", "  ", "no", "x" * 2001])
def test_a_dismissal_needs_a_reason(embedder: SscdEmbedder, reason: str) -> None:
    with pytest.raises(BadInputError, match="reason"):
        negative_of(finding(still(COFFEE)), embedder, reason=reason, by="ines", at=AT)


def test_what_can_not_be_known_again_can_not_be_dismissed(embedder: SscdEmbedder) -> None:
    with pytest.raises(BadInputError, match="no frames"):
        negative_of(finding(), embedder, reason="stock footage", by="ines", at=AT)
    face = Finding(kind="face", query=Interval(0, 1), score=1, plain="…", subject_id="p1")
    with pytest.raises(BadInputError, match="names no work"):
        negative_of(face, embedder, reason="stock footage", by="ines", at=AT)


def test_kept_in_a_file_and_taken_back(tmp_path: Path, bank: NegativeBank, embedder: SscdEmbedder) -> None:
    file = NegativeFile(tmp_path / "dismissed.json")
    assert file.read(embedder.identity).negatives == ()
    (negative,) = bank.negatives
    file.add(negative, embedder.identity)
    again = file.read(embedder.identity)
    assert again.negatives == bank.negatives
    assert again.digest == bank.digest
    assert file.remove(negative.id, embedder.identity).negatives == ()
    with pytest.raises(BadInputError, match="no dismissal"):
        file.remove(negative.id, embedder.identity)


@pytest.mark.parametrize("content", ["", "[]", '{"format": 1}', '{"format": 7, "embedder": {}, "negatives": []}'])
def test_damaged_file_is_refused_and_kept(tmp_path: Path, embedder: SscdEmbedder, content: str) -> None:
    path = tmp_path / "dismissed.json"
    path.write_text(content)
    with pytest.raises(BadInputError, match=r"dismissed\.json"):
        NegativeFile(path).read(embedder.identity)
    assert path.read_text() == content


def test_file_of_another_embedder_is_refused(tmp_path: Path, bank: NegativeBank, embedder: SscdEmbedder) -> None:
    file = NegativeFile(tmp_path / "dismissed.json")
    file.add(bank.negatives[0], embedder.identity)
    other = EmbedderIdentity("other", "1", "", "none", 512)
    with pytest.raises(BadInputError, match="made with embedder sscd-distilled"):
        file.read(other)

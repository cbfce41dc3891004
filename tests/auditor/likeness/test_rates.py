"""What a finding says of its own error rates is what was counted, never less."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.audit import Auditor
from auditor.likeness import DlibFaceEncoder, FaceGallery, VoiceEncoder
from auditor.likeness.rates import ENOUGH, Counts, RateTable, face_rates, voice_rates, write_rates
from auditor.likeness.voice_gallery import ALIKE
from tests.clips import ASTRONAUT


def table_of(related: list[float], unrelated: list[float]) -> RateTable:
    document = json.loads(
        write_rates(encoder="e", threshold=0.5, people=2, sets=["a"], related=related, unrelated=unrelated)
    )
    return RateTable(
        "e", "", 2, tuple(document["distances"]), tuple(document["false_matches"]),
        tuple(document["false_non_matches"]), document["unrelated_pairs"], document["related_pairs"],
    )  # fmt: skip


@given(
    related=st.lists(st.floats(0, 1), max_size=30),
    unrelated=st.lists(st.floats(0, 1.4), max_size=30),
    distance=st.floats(0, 1.5),
)
def test_false_matches_are_never_told_too_few(related: list[float], unrelated: list[float], distance: float) -> None:
    counts = table_of(related, unrelated).at(distance)
    assert sum(value <= distance for value in unrelated) <= counts.false_matches <= len(unrelated)
    assert 0 <= counts.false_non_matches <= sum(value > min(distance, 1.0) for value in related)
    assert (counts.unrelated_pairs, counts.related_pairs) == (len(unrelated), len(related))


def test_on_the_grid_counts_are_exact() -> None:
    table = table_of([0.10, 0.30, 0.55], [0.50, 0.51, 0.90])
    assert table.at(0.50) == Counts(1, 3, 1, 3)
    assert table.at(0.504) == Counts(2, 3, 1, 3)
    assert table.at(2.0).false_matches == 3


def test_the_sentence_is_said_only_where_enough_was_counted() -> None:
    assert Counts(0, ENOUGH - 1, 0, 0).sentence("photographs") == ""
    assert (
        Counts(0, 19_000, 0, 0).sentence("photographs") == "none of 19,000 unrelated pairs of photographs was as near"
    )
    assert Counts(1, 19_000, 0, 0).sentence("photographs") == "one of 19,000 unrelated pairs of photographs was as near"
    assert Counts(1200, 19_000, 0, 0).sentence("x") == "1,200 of 19,000 unrelated pairs of x were as near"


@pytest.mark.parametrize(
    ("table", "threshold"),
    [
        (face_rates(DlibFaceEncoder.version), DlibFaceEncoder.threshold),
        (voice_rates(VoiceEncoder.version), 1 - ALIKE),
    ],
    ids=["faces", "voices"],
)
def test_what_ships_belongs_to_what_ships(table: RateTable | None, threshold: float) -> None:
    """Counts of another encoder or threshold would be read as these."""
    assert table is not None
    assert table.unrelated_pairs >= ENOUGH
    assert table.related_pairs >= 100
    assert list(table.false_matches) == sorted(table.false_matches)
    assert list(table.false_non_matches) == sorted(table.false_non_matches, reverse=True)
    counts = table.at(threshold)
    assert counts.false_matches / counts.unrelated_pairs < 0.02
    assert counts.false_non_matches / counts.related_pairs < 0.2


def test_nothing_is_claimed_of_an_encoder_that_was_not_counted() -> None:
    assert face_rates("opencv yunet 0 + sface 0") is None
    assert voice_rates("another") is None


def test_a_face_finding_carries_its_rates(gallery: FaceGallery) -> None:
    report = Auditor(index=None, gallery=gallery, fingerprint=False).audit(ASTRONAUT)
    (finding,) = report.findings
    table = face_rates(gallery.encoder.version)
    assert table is not None
    assert finding.measured == {
        "distance": pytest.approx(0, abs=0.1),
        "threshold": gallery.encoder.threshold,
        "false_matches": 0,
        "unrelated_pairs": table.unrelated_pairs,
        "false_non_matches": pytest.approx(table.related_pairs, abs=20),
        "related_pairs": table.related_pairs,
    }
    assert (
        f"none of {table.unrelated_pairs:,} unrelated pairs of photographs of other people was as near" in finding.plain
    )
    assert "resembles" in finding.plain
    assert finding.log10_lr is None
    (detector,) = [one for one in report.detectors if one.name == "faces"]
    assert detector.version == f"{gallery.encoder.version}, rates {table.digest[:16]}"


def test_findings_of_an_unmeasured_encoder_stand_without_rates(tmp_path: Path) -> None:
    class Renamed(DlibFaceEncoder):
        version = "dlib of another build"

    encoder = Renamed()
    vectors = encoder.encode_portraits([ASTRONAUT])
    gallery = FaceGallery.from_templates({"collins": [np.asarray(vectors[0])]}, encoder=encoder)
    (finding,) = Auditor(index=None, gallery=gallery, fingerprint=False).audit(ASTRONAUT).findings
    assert set(finding.measured) == {"distance", "threshold"}
    assert "unrelated" not in finding.plain

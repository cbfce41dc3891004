"""The looks that come with the project: whole, signed, clean of memory, and learned from the works of the table alone."""

import json
from pathlib import Path

import numpy as np
import pytest

from auditor.corpus.licences import read_licence_table
from generator.backends.looks import look_of, shipped_looks
from generator.models.registry import verify_signature

WORKS = Path(__file__).parents[2] / "docs/looks/works.csv"
NAMES = sorted(shipped_looks())


def test_there_is_one():
    assert "daylight" in NAMES


@pytest.mark.parametrize("name", NAMES)
class TestShipped:
    def test_it_redraws_a_frame_and_keeps_what_is_in_it(self, name):
        chance = np.random.default_rng(1)
        frame = np.repeat(np.repeat(chance.integers(40, 216, (9, 16, 3), np.uint8), 20, 0), 20, 1)
        drawn = look_of(name).apply(frame)
        assert drawn.shape == frame.shape
        change = np.abs(drawn.astype(int) - frame)
        assert 1.0 < change.mean() < 40.0

    def test_its_signature_holds_with_the_key_beside_it(self, name):
        folder = shipped_looks()[name]
        assert verify_signature(folder, folder / "model.sig", folder.with_name(f"{name}.pub.pem"))

    def test_it_learned_from_the_works_of_the_table_alone_and_they_all_permit_it(self, name):
        lineage = json.loads((shipped_looks()[name] / "lineage.json").read_text())
        table = read_licence_table(WORKS).works()
        named = {work["work_id"]: work for work in lineage["set"]["works"]}
        assert set(named) == set(table)
        for work_id, rows in table.items():
            assert "train" in rows[0].licence.acts
            assert named[work_id]["licence"] == rows[0].licence.licence in ("CC-BY-4.0", "CC0-1.0")
            assert {file["name"] for file in named[work_id]["files"]} == {row.file for row in rows}

    def test_nothing_of_the_works_was_found_in_what_it_makes(self, name):
        assert json.loads((shipped_looks()[name] / "memorisation.json").read_text())["verdict"] == "clean"

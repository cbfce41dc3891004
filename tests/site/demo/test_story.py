"""The demonstration, small: the same story in the same order, with a film of a few seconds."""

import json
from pathlib import Path

import pytest

from auditor.media import probe
from auditor.media.types import Progress
from auditor.provenance import verify
from django_site import wiring
from django_site.apps.productions.models import ImportState
from django_site.apps.provenance.models import LedgerEntry
from django_site.demo.story import tell

pytestmark = pytest.mark.django_db(transaction=True)


class Heard:
    """A display that remembers."""

    def __init__(self) -> None:
        self.stages: list[str] = []
        self.steps = 0

    def stage(self, name: str) -> None:
        if name not in self.stages:
            self.stages.append(name)

    def progress(self, what: str, progress: Progress) -> None:
        self.steps += 1

    def say(self, line: str) -> None:
        assert line


def test_the_whole_story(tmp_path: Path) -> None:
    heard = Heard()
    told = tell(tmp_path, heard, width=214, height=120, fps=12, total_seconds=6.0)
    summary = json.loads(json.dumps(told.as_summary()))

    assert verify(Path(summary["film"]), trust=wiring.trust_list()).state == "Trusted"
    assert verify(Path(summary["film"]), trust=None).state == "Valid", "a stranger's reader does not know our root"
    assert summary["verify"]["state"] == "Trusted"
    relationships = [link["relationship"] for link in summary["verify"]["chain"]]
    assert relationships.count("componentOf") >= 3
    assert relationships.count("inputTo") >= 2
    statements = summary["verify"]["statements"]
    assert statements["audit"]["verdict"] in ("allow", "review")
    assert statements["review"]["decision"] == "approved"
    assert statements["soft_binding"].startswith("ISCC:")
    assert probe(told.film).duration > 6.0

    by_file = {Path(entry["file"]).name: entry for entry in summary["stopped"]}
    expected = {"hidden-copy.mp4": "copyright/unlicensed-copy", "stolen-face.mp4": "likeness/grant-scope"}
    assert {name: entry["policy"] for name, entry in by_file.items()} == expected
    for entry in by_file.values():
        (segment,) = entry["segments"]
        assert segment == pytest.approx(entry["hidden"], abs=0.5)
        assert entry["reason"]
        assert entry["evidence"]
        assert all(Path(path).stat().st_size > 1000 for path in entry["evidence"])
    assert "resembles" in by_file["stolen-face.mp4"]["reason"]
    assert all(imported.state == ImportState.STOPPED for imported in told.production.imports.all())

    assert summary["peak_rss_mb"] > 100
    assert set(summary["seconds"]) >= {
        "render",
        "audit takes",
        "audit cut",
        "review",
        "sign and release",
        "audit imports",
    }
    assert heard.steps > 20
    assert heard.stages.index("render") < heard.stages.index("sign and release") < heard.stages.index("audit imports")
    assert LedgerEntry.objects.filter(kind__contains="release").exists()

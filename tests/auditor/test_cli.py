"""The command line is a contract: documents, exit statuses, one line on standard error."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from auditor.cli import main
from tests.clips import ASTRONAUT, BIKES, CAR, COFFEE, frames_of, write_clip

ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    def call(*arguments: object) -> tuple[int, dict[str, Any], str]:
        status = main([*map(str, arguments), "--json"])
        captured = capsys.readouterr()
        return status, json.loads(captured.out) if captured.out else {}, captured.err

    return call


def test_probe(run) -> None:  # type: ignore[no-untyped-def]
    status, document, _ = run("probe", BIKES)
    assert status == 0
    assert document["duration"] == pytest.approx(10.0)
    assert (document["width"], document["height"], document["fps"], document["frames"]) == (640, 272, 25.0, 250)
    assert (document["video_codec"], document["audio_codec"]) == ("h264", None)


def test_index_and_match(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    index = tmp_path / "index"
    status, document, _ = run("index", "add", index, COFFEE, CAR, "--title", "Two works")
    assert (status, document["index"]["works"]) == (0, 2)
    frames = frames_of(CAR, size=(320, 240))
    clip = write_clip(tmp_path / "clip.mp4", [f[:, ::-1] for f in frames[20:90]], fps=30, crf=30)
    status, document, _ = run("match", index, clip, "--evidence", tmp_path / "evidence")
    (segment,) = document["segments"]
    assert status == 1
    assert (segment["kind"], segment["work_id"], segment["mirrored"]) == ("copy", CAR.stem, True)
    assert segment["reference"] == pytest.approx([0.67, 3.0], abs=0.2)
    assert 0 < segment["score"] <= 1
    assert "log10_lr" in segment
    assert Path(segment["evidence"][0]["query_frame"]).read_bytes()[:2] == b"\xff\xd8"
    (vectors,) = (index / "vectors").glob("*.tail-vectors")
    vectors.write_bytes(b"damaged")
    assert "rebuild" in run("index", "info", index)[2]
    assert run("index", "rebuild", index)[0] == 0
    assert run("index", "remove", index, "--work-id", CAR.stem)[0] == 0
    status, document, _ = run("match", index, clip)
    assert (status, document["segments"]) == (0, [])
    assert document["cannot_detect"]


def test_a_report_and_a_dismissal_that_can_be_taken_back(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    index, negatives, report = tmp_path / "index", tmp_path / "negatives.json", tmp_path / "report.html"
    run("index", "add", index, CAR, "--title", "<b>The & car</b>")
    clip = write_clip(tmp_path / "clip.mp4", frames_of(CAR, size=(320, 240))[20:90], fps=30, crf=30)
    status, document, _ = run("match", index, clip, "--report", report, "--negatives", negatives)
    assert (status, len(document["segments"]), document["dismissed"]) == (1, 1, [])
    assert "&lt;b&gt;The &amp; car&lt;/b&gt;" in report.read_text()
    dismiss = ("dismiss", negatives, index, clip, "--segment", 1, "--reason", "our own footage")
    status, document, _ = run(*dismiss, "--by", "Ines")
    assert (status, document["dismissed"]["reason"], document["dismissed"]["by"]) == (0, "our own footage", "Ines")
    identifier = document["dismissed"]["id"]
    status, document, _ = run("match", index, clip, "--report", report, "--negatives", negatives)
    assert (status, document["segments"]) == (0, [])
    assert document["dismissed"][0]["dismissed"]["reason"] == "our own footage"
    assert "our own footage" in report.read_text()
    assert run("match", index, clip)[0] == 1, "without the file nothing is quiet"
    status, _, error = run(*dismiss)
    assert (status, "nothing is found" in error) == (2, True)
    status, document, _ = run("dismiss", negatives, "--list")
    assert (status, [entry["id"] for entry in document["dismissed"]]) == (0, [identifier])
    assert run("dismiss", negatives, "--undo", "nonsense")[0] == 2
    assert run("dismiss", negatives, "--undo", identifier)[1] == {"undone": identifier, "left": 0}
    assert run("match", index, clip, "--negatives", negatives)[0] == 1
    assert run(*dismiss[:-1], "x")[0] == 2, "a reason of one letter explains nothing"
    assert run("match", index, clip, "--report", clip / "report.html")[0] == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--list"], "no such file"),
        (["--undo", "x"], "no such file"),
        ([], "--segment N --reason"),
        (["index"], "--segment N --reason"),
        (["--list", "--undo", "x"], "stand alone"),
        (["index", "file", "--list"], "stand alone"),
        (["index", "file", "--segment", "one", "--reason", "because"], "segment"),
    ],
)
def test_a_dismissal_in_bad_use(run, tmp_path: Path, arguments: list[str], words: str) -> None:  # type: ignore[no-untyped-def]
    status, _, error = run("dismiss", tmp_path / "negatives.json", *arguments)
    assert status == 2
    assert words in error
    assert error.count("\n") == 1
    assert not (tmp_path / "negatives.json").exists()


def test_several_files_are_looked_at_before_any_is_registered(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "bad.mp4").write_text("no film")
    status, _, error = run("index", "add", tmp_path / "index", COFFEE, tmp_path / "bad.mp4")
    assert status == 2
    assert "bad.mp4" in error
    assert not (tmp_path / "index").exists()


def test_faces(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    gallery = tmp_path / "gallery"
    status, document, _ = run("faces", "enrol", gallery, "--subject", "collins", ASTRONAUT)
    assert (status, document["templates"]) == (0, 1)
    status, document, _ = run("faces", "find", gallery, ASTRONAUT)
    assert status == 1
    assert [track["subject"] for track in document["tracks"]] == ["collins"]
    status, document, _ = run("faces", "find", gallery, COFFEE)
    assert (status, document["tracks"]) == (0, [])


def test_sign_and_verify(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert run("identity", tmp_path / "id")[0] == 0
    shot = write_clip(tmp_path / "shot.mp4", frames_of(CAR, size=(320, 240))[:10])
    cut = write_clip(tmp_path / "cut.mp4", frames_of(CAR, size=(320, 240))[:20])
    (tmp_path / "m.json").write_text(json.dumps({"title": "A cut", "digital_source_type": "algorithmicMedia"}))
    out = tmp_path / "signed.mp4"
    identity = ("--identity", tmp_path / "id", "--manifest", tmp_path / "m.json")
    status, document, _ = run("sign", cut, out, *identity, "--ingredient", shot)
    assert (status, document["verify"]["state"]) == (0, "Trusted")
    status, document, _ = run("verify", out, "--trust", tmp_path / "id")
    assert (status, document["state"], document["title"]) == (0, "Trusted", "A cut")
    assert [link["relationship"] for link in document["chain"]] == ["componentOf"]
    assert run("verify", out)[1]["state"] == "Valid"
    status, document, _ = run("verify", cut)
    assert (status, document["state"]) == (1, "NoCredentials")
    assert document["reasons"][0]["plain"]
    status, _, error = run("sign", out, tmp_path / "again.mp4", *identity)
    assert status == 2, "signing again without the old record as parent would erase it"
    assert error.count("\n") == 1
    assert not (tmp_path / "again.mp4").exists()
    status, document, _ = run("sign", out, tmp_path / "again.mp4", *identity, "--parent", out)
    assert (status, document["verify"]["state"]) == (0, "Trusted")


def test_c2pa_definition_is_read(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    run("identity", tmp_path / "id")
    source = "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia"
    actions = {"actions": [{"action": "c2pa.created", "digitalSourceType": source}]}
    definition = {"title": "From a definition", "assertions": [{"label": "c2pa.actions.v2", "data": actions}]}
    (tmp_path / "m.json").write_text(json.dumps(definition))
    clip = write_clip(tmp_path / "clip.mp4", frames_of(CAR, size=(320, 240))[:10])
    status, document, _ = run(
        "sign", clip, tmp_path / "out.mp4", "--identity", tmp_path / "id", "--manifest", tmp_path / "m.json"
    )
    assert (status, document["verify"]["title"]) == (0, "From a definition")


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        ("", "not JSON"),
        ("[]", "object"),
        ('{"title": "x"}', "digital_source_type"),
        ('{"digital_source_type": "magic"}', "IPTC"),
        ('{"digital_source_type": "algorithmicMedia", "colour": 1}', "colour"),
        ('{"assertions": [{"label": "c2pa.hash.data", "data": {}}]}', "c2pa.hash.data"),
        ('{"digital_source_type": "algorithmicMedia", "model": {"nom": 1}}', "model"),
        ('{"digital_source_type": "algorithmicMedia", "actions": "all"}', "list"),
    ],
)
def test_bad_manifest_is_one_clear_line(run, tmp_path: Path, manifest: str, words: str) -> None:  # type: ignore[no-untyped-def]
    run("identity", tmp_path / "id")
    (tmp_path / "m.json").write_text(manifest)
    clip = write_clip(tmp_path / "clip.mp4", frames_of(CAR, size=(320, 240))[:5])
    status, _, error = run(
        "sign", clip, tmp_path / "out.mp4", "--identity", tmp_path / "id", "--manifest", tmp_path / "m.json"
    )
    assert status == 2
    assert words in error
    assert error.count("\n") == 1
    assert not (tmp_path / "out.mp4").exists()


def test_policies(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    status, document, _ = run("policies", "test", ROOT / "policies")
    assert (status, document["ok"]) == (0, True)
    (tmp_path / "facts.json").write_text("{}")
    status, document, _ = run("decide", "--policies", ROOT / "policies", tmp_path / "facts.json")
    assert (status, document["outcome"]) == (1, "block"), "facts that say nothing are not allowed"
    assert document["checks"][0]["plain"]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        ["probe"],
        ["probe", "missing.mp4"],
        ["match", "no-index", "missing.mp4"],
        ["faces", "find", "no-gallery", "missing.mp4"],
        ["verify", "missing.mp4"],
        ["decide", "--policies", "nowhere", "missing.json"],
        ["policies", "test", "nowhere"],
        ["audit", "missing.mp4"],
    ],
    ids=" ".join,
)
def test_bad_use_is_status_2_and_one_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("auditor: ")
    assert captured.err.count("\n") == 1


def test_runs_as_a_module_without_django() -> None:
    code = (
        "import sys; from auditor.cli import main; main(['probe', sys.argv[1], '--json']);"
        "import auditor.cli.commands; sys.exit(any(m.split('.')[0] in ('django', 'celery') for m in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(COFFEE)], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["media_type"] == "image/png"

"""``recover`` on the command line: what is registered, what is found, and which status says so."""

import json
from pathlib import Path
from typing import Any

import pytest

from auditor.cli import main
from auditor.provenance import Action, DevelopmentAuthority, ManifestDraft, TrustList, sign
from auditor.watermark.dwt_dct_svd import DwtDctSvdWatermarker
from tests.clips import BIKES, CAR, COFFEE, ROCKET, ffmpeg, frames_of, write_clip


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    def call(*arguments: object) -> tuple[int, dict[str, Any], str]:
        status = main(["recover", *map(str, arguments), "--json"])
        captured = capsys.readouterr()
        return status, json.loads(captured.out) if captured.out else {}, captured.err

    return call


def test_registered_copies_are_found_and_counted(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    index = tmp_path / "index"
    status, document, _ = run("--add", index, BIKES, "--manifest-id", "urn:bikes")
    assert (status, document["outputs"], document["added"][0]["new"]) == (0, 1, True)
    ffmpeg("-i", BIKES, "-crf", "33", tmp_path / "copy.mp4")
    status, document, _ = run(index, tmp_path / "copy.mp4", CAR)
    assert status == 1
    copy, other = document["files"]
    assert [one["manifest_id"] for one in copy["found"]] == ["urn:bikes"]
    assert copy["found"][0]["by"] == "iscc"
    assert copy["found"][0]["unit"] == "bits of 256 differ"
    assert other["found"] == []
    assert run(index, CAR)[0] == 0
    assert [one["manifest_id"] for one in run("--list", index)[1]["outputs"]] == ["urn:bikes"]
    assert run("--remove", index, "--manifest-id", "urn:bikes")[1]["outputs"] == 0
    assert run(index, tmp_path / "copy.mp4")[0] == 0


def test_signed_file_says_its_own_id(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    DevelopmentAuthority.create(tmp_path / "ca")
    from auditor.provenance import FileSigner

    signed = tmp_path / "signed.png"
    draft = ManifestDraft(
        title="Coffee",
        media_type="image/png",
        digital_source_type="digitalCapture",
        actions=(Action("c2pa.created", "2026-11-22T10:00:00Z"),),
        kind="still",
    )
    trust = TrustList.open(tmp_path / "ca" / "root.pem")
    output = sign(COFFEE, signed, draft=draft, signer=FileSigner.open(tmp_path / "ca" / "identity"), trust=trust)
    status, document, _ = run("--add", tmp_path / "index", signed)
    assert status == 0
    assert document["added"][0]["manifest_id"] == output.manifest_label
    status, document, _ = run(tmp_path / "index", COFFEE)
    assert status == 1
    assert document["files"][0]["found"][0]["by"] == "content", "the picture before it was signed has the same pixels"
    status, _, complaint = run("--add", tmp_path / "index", ROCKET)
    assert status == 2
    assert "--manifest-id" in complaint


def test_watermark_is_registered_and_read(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    payload = "0123456789ab"
    marker = DwtDctSvdWatermarker()
    frames = [marker.embed(frame, bytes.fromhex(payload)) for frame in frames_of(BIKES, end=2.0)]
    film = write_clip(tmp_path / "film.mp4", frames, crf=18)
    assert run("--add", tmp_path / "index", film, "--manifest-id", "urn:film", "--payload", payload)[0] == 0
    ffmpeg("-i", film, "-vf", "hflip", "-crf", "24", tmp_path / "copy.mp4")
    _, document, _ = run(tmp_path / "index", tmp_path / "copy.mp4")
    assert document["files"][0]["found"][0]["by"] == "watermark"
    _, document, _ = run(tmp_path / "index", tmp_path / "copy.mp4", "--watermark", "")
    assert document["files"][0]["found"][0]["by"] == "pictures"


def test_bad_use_and_bad_files_are_one_line_each(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    index = tmp_path / "index"
    assert "no index of outputs" in run(index, BIKES)[2]
    run("--add", index, ROCKET, "--manifest-id", "urn:rocket")
    bad = tmp_path / "bad.mp4"
    bad.write_text("no film")
    status, document, complaint = run(index, bad)
    assert (status, document) == (2, {})
    assert complaint.count("\n") == 1
    status, document, complaint = run(index, bad, ROCKET)
    assert status == 2
    assert document["files"][0]["error"]
    assert document["files"][1]["found"][0]["manifest_id"] == "urn:rocket"
    for arguments, word in (
        ((index,), "no FILE"),
        ((index, ROCKET, "--manifest-id", "x"), "--add"),
        (("--add", index, ROCKET, COFFEE, "--manifest-id", "x"), "one FILE"),
        (("--add", index, ROCKET, "--manifest-id", "x", "--payload", "zz"), "hexadecimal"),
        (("--add", index, ROCKET, "--manifest-id", "x", "--payload", "00"), "6 bytes"),
        (("--remove", index), "--manifest-id"),
        (("--remove", index, "--manifest-id", "nobody"), "nobody"),
        (("--list", index, ROCKET), "no FILE"),
        ((index, ROCKET, "--watermark", "none"), "dwtDctSvd"),
    ):
        status, _, complaint = run(*arguments)
        assert status == 2, arguments
        assert word in complaint
        assert complaint.count("\n") == 1

"""``verify`` and ``inspect`` on the command line: one file, many, directories, records beside files."""

import json
from pathlib import Path
from typing import Any

import c2pa
import pytest

from auditor.cli import main
from auditor.provenance import DevelopmentAuthority, FileSigner, TrustList, verify
from auditor.provenance.native import native_signer
from auditor.provenance.trust import context
from tests.auditor.provenance import foreign
from tests.auditor.provenance.conftest import flip
from tests.auditor.provenance.test_localising import LEAVES, write_film


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    def call(*arguments: object, as_json: bool = True) -> tuple[int, Any, str]:
        status = main([*map(str, arguments), *(["--json"] if as_json else [])])
        captured = capsys.readouterr()
        return status, json.loads(captured.out) if captured.out and as_json else captured.out, captured.err

    return call


def test_one_file_is_one_document(run, film: Path, authority: DevelopmentAuthority, trust: TrustList) -> None:  # type: ignore[no-untyped-def]
    status, document, _ = run("verify", film, "--trust", authority.directory)
    assert status == 0
    assert document == verify(film, trust=trust).as_dict()
    assert {"state", "reasons", "chain", "uncovered", "changes", "identities", "timestamp", "redactions"} <= set(
        document
    )
    status, text, _ = run("verify", film, "--trust", authority.directory, as_json=False)
    assert text.startswith("film.mp4: Trusted\n")
    assert "Not covered by the signature: an empty free box" in text
    assert "componentOf: Shot 1 (Trusted)" in text


@pytest.mark.parametrize("jobs", [1, 2])
def test_several_files_and_directories_are_a_list(  # type: ignore[no-untyped-def]
    run, film: Path, media: dict[str, Path], authority: DevelopmentAuthority, tmp_path: Path, jobs: int
) -> None:
    folder = tmp_path / "folder"
    (folder / "deeper").mkdir(parents=True)
    (folder / "a.mp4").write_bytes(film.read_bytes())
    (folder / "deeper" / "b.mp4").write_bytes(media["cut"].read_bytes())
    (folder / "notes.txt").write_text("not media")
    status, found, _ = run("verify", folder, film, "--trust", authority.directory, "--jobs", jobs)
    assert status == 1, "one of them is not trusted"
    assert [(Path(one["file"]).name, one["state"]) for one in found] == [
        ("a.mp4", "Trusted"),
        ("b.mp4", "NoCredentials"),
        ("film.mp4", "Trusted"),
    ]
    status, text, _ = run("verify", folder, film, "--trust", authority.directory, as_json=False)
    assert text.rstrip().endswith("3 files, 2 of them trusted")
    assert len(run("verify", folder / "deeper")[1]) == 1, "a directory is a list even with one file in it"


def test_a_record_beside_the_file_is_found(  # type: ignore[no-untyped-def]
    run, media: dict[str, Path], signer: FileSigner, trust: TrustList, authority: DevelopmentAuthority, tmp_path: Path
) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(media["cut"].read_bytes())
    with (
        c2pa.Builder(dict(foreign.DEFINITION), context=context(trust)) as builder,
        path.open("rb") as reading,
        (tmp_path / "thrown-away.mp4").open("w+b") as writing,
    ):
        builder.set_no_embed()
        record = builder.sign(native_signer(signer, []), "video/mp4", reading, writing)
    assert run("verify", path, "--trust", authority.directory)[1]["state"] == "NoCredentials"
    for name in ("film.c2pa", "film.mp4.c2pa"):
        (tmp_path / name).write_bytes(record)
        document = run("verify", path, "--trust", authority.directory)[1]
        assert document["state"] == "Trusted"
        assert document["notes"][0]["code"] == "record.beside"
        (tmp_path / name).rename(tmp_path / "elsewhere.bin")
        other = tmp_path / "elsewhere.bin"
        assert run("verify", path, "--trust", authority.directory, "--sidecar", other)[1]["state"] == "Trusted"
        assert run("inspect", path, "--trust", authority.directory, "--sidecar", other)[1]["embedded"] is False
        other.unlink()


def test_places_are_printed(  # type: ignore[no-untyped-def]
    run, signer: FileSigner, trust: TrustList, authority: DevelopmentAuthority, tmp_path: Path
) -> None:
    source = write_film(tmp_path / "source.mp4", seconds=3, sound=False)
    out = foreign.bare_sign(source, tmp_path / "film.mp4", signer, trust, core=LEAVES)
    flip(out, out.read_bytes().rindex(b"mdat") + 200_000)
    status, text, _ = run("verify", out, "--trust", authority.directory, as_json=False)
    assert status == 1
    assert "Changed in the video from " in text
    assert run("verify", out, "--trust", authority.directory)[1]["changes"][0]["track"] == "video"


def test_inspect_shows_the_whole_record(run, film: Path, authority: DevelopmentAuthority) -> None:  # type: ignore[no-untyped-def]
    status, document, _ = run("inspect", film, "--trust", authority.directory)
    assert status == 0
    assert document["verdict"]["state"] == "Trusted"
    own, part = document["manifests"]
    assert (own["active"], part["active"]) == (True, False)
    assert own["signature"]["signer"] == "Reelproof DEVELOPMENT signer - not for production"
    assert own["signature"]["certificate_issuer"] == "Reelproof DEVELOPMENT CA - not for production"
    assert own["signature"]["not_after"] > own["signature"]["not_before"]
    assert {"c2pa.actions.v2", "c2pa.ai-disclosure", "c2pa.hash.bmff.v3"} <= {one["label"] for one in own["assertions"]}
    assert any(one["code"] == "assertion.bmffHash.match" for one in own["checks"])
    assert all(one["plain"].endswith(".") for one in own["checks"])
    assert [one["title"] for one in document["tree"]] == ["Shot 1", "Screenplay"]
    status, text, _ = run("inspect", film, "--trust", authority.directory, as_json=False)
    assert "success assertion.bmffHash.match: The file's contents are those that were signed." in text
    assert "statement c2pa.ai-disclosure" in text


@pytest.mark.parametrize("command", ["verify", "inspect"])
def test_bad_use_is_one_line(run, tmp_path: Path, film: Path, command: str) -> None:  # type: ignore[no-untyped-def]
    assert run(command, tmp_path / "gone.mp4")[0] == 2
    (tmp_path / "empty").mkdir()
    assert run(command, tmp_path / "empty")[0] == 2
    assert run(command, film, "--sidecar", tmp_path / "gone.c2pa")[0] == 2
    status, _, error = run("verify", film, film, "--sidecar", film)
    assert status == 2
    assert len(error.splitlines()) == 1
    assert run("verify", film, "--jobs", "0")[0] == 2


def test_a_file_without_a_record_has_nothing_to_inspect(run, media: dict[str, Path]) -> None:  # type: ignore[no-untyped-def]
    status, document, _ = run("inspect", media["cut"])
    assert (status, document["verdict"]["state"], document["manifests"]) == (1, "NoCredentials", [])

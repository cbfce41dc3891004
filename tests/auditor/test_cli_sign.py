"""``sign`` on the command line: keys, organisation, time, records beside files, and many files at once."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from auditor.cli import main
from auditor.provenance import DevelopmentAuthority, TrustList, verify
from tests.auditor.provenance.conftest import picture, write_mp4
from tests.softhsm import Token
from tests.tsa import served

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.enable_socket


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> DevelopmentAuthority:
    return DevelopmentAuthority.create(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def trust(authority: DevelopmentAuthority) -> TrustList:
    return TrustList.open(authority.directory)


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "m.json"
    path.write_text(json.dumps({"digital_source_type": "trainedAlgorithmicMedia"}))
    return path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], manifest: Path, authority: DevelopmentAuthority):  # type: ignore[no-untyped-def]
    def call(*arguments: object, key: tuple[object, ...] = ("--identity", authority.directory)) -> tuple[int, Any, str]:
        status = main(["sign", *map(str, arguments), "--manifest", str(manifest), *map(str, key), "--json"])
        captured = capsys.readouterr()
        return status, json.loads(captured.out) if captured.out else None, captured.err

    return call


def films(folder: Path, *names: str) -> list[Path]:
    return [write_mp4(folder / name, seed, frames=6) for seed, name in enumerate(names)]


def test_with_everything(run, authority: DevelopmentAuthority, trust: TrustList, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (film,) = films(tmp_path, "film.mp4")
    out = tmp_path / "out.mp4"
    with served(authority.timestamps_directory) as tsa:
        options = ("--organisation", authority.organisation_directory, "--tsa", tsa.url, "--sidecar", "--localisable")
        status, said, _ = run(film, out, *options)
    assert status == 0
    assert (said["in"], said["out"], said["sidecar"]) == (str(film), str(out), f"{out}.c2pa")
    assert said["verify"]["state"] == "Trusted"
    report = verify(out, trust=trust)
    assert (report.signed_at is not None, [one.standing for one in report.identities]) == (True, ["trusted"])
    assert verify(film, trust=trust, sidecar=Path(said["sidecar"])).state == "Trusted"


def test_trials_have_a_time_of_their_own(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (film,) = films(tmp_path, "film.mp4")
    status, said, _ = run(film, tmp_path / "out.mp4", "--tsa", "development")
    assert (status, said["verify"]["signed_at"] is not None) == (0, True)


def test_a_key_on_a_token(
    run,  # type: ignore[no-untyped-def]
    authority: DevelopmentAuthority,
    software_token: Token,
    tmp_path: Path,
) -> None:
    software_token.hold(authority.identity_directory / "key.pem", "of the command line")
    (film,) = films(tmp_path, "film.mp4")
    uri = software_token.uri("of%20the%20command%20line")
    chain = authority.identity_directory / "chain.pem"
    key = ("--pkcs11", uri, "--chain", chain, "--trust", authority.directory)
    status, said, _ = run(film, tmp_path / "out.mp4", key=key)
    assert (status, said["verify"]["state"]) == (0, "Trusted")
    status, _, error = run(film, tmp_path / "o.mp4", key=("--pkcs11", uri))
    assert (status, "--chain" in error) == (2, True)
    status, _, error = run(film, tmp_path / "o.mp4", key=("--pkcs11", uri, "--identity", authority.directory))
    assert (status, "not allowed with" in error) == (2, True)


def test_no_time_stamp_no_file(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (film,) = films(tmp_path, "film.mp4")
    status, _, error = run(film, tmp_path / "out.mp4", "--tsa", "http://127.0.0.1:9/")
    assert (status, error.count("\n"), "no time stamp in 3 tries" in error) == (2, 1, True)
    assert not (tmp_path / "out.mp4").exists()


@pytest.mark.parametrize("jobs", [1, 2])
def test_many_files_of_many_kinds(jobs: int, run, trust: TrustList, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """One is broken, one is signed already: each has its entry, and the others are signed."""
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    out.mkdir()
    first, second = films(folder, "a.mp4", "b.mp4")
    still = picture(folder / "c.png")
    broken = folder / "d.mp4"
    broken.write_bytes(first.read_bytes()[:200])
    captions = folder / "e.vtt"
    captions.write_text("WEBVTT\n\n00:00.000 --> 00:01.000\nWords.\n")
    signed = folder / "f.mp4"
    assert run(first, signed)[0] == 0
    sources = [first, second, still, broken, captions, signed]
    status, entries, _ = run(*sources, out, "--jobs", jobs)
    assert status == 1
    assert [Path(entry["in"]) for entry in entries] == sources
    assert ["error" in entry for entry in entries] == [False, False, False, True, False, True]
    assert "already signed" in entries[5]["error"]
    assert {path.name for path in out.iterdir()} == {"a.mp4", "b.mp4", "c.png", "e.vtt", "e.vtt.c2pa"}
    for entry in entries:
        if "out" in entry:
            sidecar = Path(entry["sidecar"]) if entry["sidecar"] else None
            assert verify(Path(entry["out"]), trust=trust, sidecar=sidecar).state == "Trusted"
    assert run(first, second, still, out, "--jobs", jobs)[0] == 0


def test_what_can_not_be_meant_is_refused_before_the_first(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "x").mkdir()
    (tmp_path / "out").mkdir()
    first, same = films(tmp_path, "a.mp4", "x/a.mp4")
    for arguments, words in (
        ((first, same, tmp_path / "out"), "would both become"),
        ((first, tmp_path / "gone.mp4", tmp_path / "out"), "no such file"),
        ((first, same, tmp_path / "nowhere"), "not a directory"),
        ((first, tmp_path / "out", "--jobs", 0), "from 1 to"),
        ((tmp_path / "m.json", tmp_path / "o.mp4"), "that can be signed"),
    ):
        status, document, error = run(*arguments)
        assert (status, document, error.count("\n")) == (2, None, 1)
        assert words in error
    assert list((tmp_path / "out").iterdir()) == []


def test_a_file_that_kills_its_process_takes_no_other_with_it(
    authority: DevelopmentAuthority, manifest: Path, tmp_path: Path
) -> None:
    """A module found before others ends the process that signs ``b.mp4``, as a machine out of memory would."""
    folder, out, trap = tmp_path / "in", tmp_path / "out", tmp_path / "trap"
    for one in (folder, out, trap):
        one.mkdir()
    sources = films(folder, "a.mp4", "b.mp4", "c.mp4", "d.mp4")
    (trap / "sitecustomize.py").write_text(
        "import os, signal, sys\n"
        "def watch(event, arguments):\n"
        "    if event == 'open' and str(arguments[0]).endswith('in/b.mp4') and 'spawn_main' in ' '.join(sys.orig_argv):\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "sys.addaudithook(watch)\n"
    )
    command = [sys.executable, "-m", "auditor", "sign", *sources, out, "--manifest", manifest, "--json", "--jobs", "2"]
    done = subprocess.run(
        [*map(str, command), "--identity", str(authority.directory)],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{trap}:{ROOT}"},
    )
    entries = json.loads(done.stdout)
    assert done.returncode == 3
    assert ["error" in entry for entry in entries] == [False, True, False, False]
    assert "died" in entries[1]["error"]
    assert {path.name for path in out.iterdir()} == {"a.mp4", "c.mp4", "d.mp4"}

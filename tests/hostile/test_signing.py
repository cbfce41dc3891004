"""Signing what is broken, oversized or forged, and on a disk that fills up: a clear answer, the original untouched, nothing
at the destination."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import c2pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.provenance import (
    Action,
    DevelopmentAuthority,
    FileSigner,
    HistoryError,
    Ingredient,
    ProvenanceError,
    TrustList,
    sign,
    verify,
)
from auditor.provenance.native import native_signer
from auditor.provenance.trust import context
from tests.auditor.provenance.conftest import WHEN, draft, write_mp4
from tests.auditor.provenance.test_attacks import HUGE_BYTES, inflated

MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> DevelopmentAuthority:
    return DevelopmentAuthority.create(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def signer(authority: DevelopmentAuthority) -> FileSigner:
    return FileSigner.open(authority.directory)


@pytest.fixture(scope="module")
def trust(authority: DevelopmentAuthority) -> TrustList:
    return TrustList.open(authority.directory)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_mp4(tmp_path_factory.mktemp("film") / "film.mp4", seed=9, frames=48)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


#: Signs in a process that may write files of so many bytes at most, as if the disk were full there.
IN_A_CHILD = """
import resource, sys
from pathlib import Path
from auditor.provenance import FileSigner, ProvenanceError, TrustList, sign
from tests.auditor.provenance.conftest import draft
source, destination, authority, limit, sidecar, kind, media_type = sys.argv[1:]
signer, trust = FileSigner.open(Path(authority)), TrustList.open(Path(authority))
if int(limit):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
print("ready", flush=True)
try:
    sign(Path(source), Path(destination), draft=draft(kind=kind, media_type=media_type), signer=signer, trust=trust,
         sidecar=Path(sidecar) if sidecar else None)
except ProvenanceError as error:
    print(type(error).__name__, error)
    sys.exit(7)
"""


def child(
    source: Path,
    destination: Path,
    authority: DevelopmentAuthority,
    limit: int,
    *,
    sidecar: str = "",
    captions: bool = False,
) -> list[str]:
    kind, media_type = ("captions", "text/vtt") if captions else ("take", "video/mp4")
    arguments = [source, destination, authority.directory, limit, sidecar, kind, media_type]
    return [sys.executable, "-c", IN_A_CHILD, *map(str, arguments)]


@pytest.mark.parametrize("share", [0.05, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("beside", [False, True])
def test_a_disk_that_fills_up(
    share: float, there: bool, beside: bool, film: Path, authority: DevelopmentAuthority, signer: FileSigner,
    trust: TrustList, tmp_path: Path,
) -> None:  # fmt: skip
    whole = sign(film, tmp_path / "whole.mp4", draft=draft(), signer=signer, trust=trust).path
    limit = int(whole.stat().st_size * share)
    whole.unlink()
    before = digest(film)
    out, sidecar = tmp_path / "out.mp4", tmp_path / "out.c2pa"
    if there:
        out.write_bytes(b"the earlier version")
        sidecar.write_bytes(b"the earlier record")
    done = subprocess.run(
        child(film, out, authority, limit, sidecar=str(sidecar) if beside else ""),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 7, done.stdout + done.stderr
    assert "SigningError film.mp4 could not be signed: File too large; nothing was written" in done.stdout
    assert digest(film) == before
    if there:
        assert (out.read_bytes(), sidecar.read_bytes()) == (b"the earlier version", b"the earlier record")
    assert {path.name for path in tmp_path.iterdir()} == ({"out.mp4", "out.c2pa"} if there else set())


def test_a_disk_that_fills_up_under_captions(authority: DevelopmentAuthority, tmp_path: Path) -> None:
    source = tmp_path / "film.vtt"
    source.write_text("WEBVTT\n\n" + "00:00.000 --> 00:01.000\nWords.\n\n" * 2000)
    (tmp_path / "out").mkdir()
    for limit in (5_000, 30_000):  # not even the record; the record but not the captions
        done = subprocess.run(
            child(source, tmp_path / "out" / "out.vtt", authority, limit, captions=True),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 7, done.stdout + done.stderr
        assert "could not be signed" in done.stdout
        assert list((tmp_path / "out").iterdir()) == []


def test_a_process_that_is_killed_leaves_the_destination_alone(authority: DevelopmentAuthority, tmp_path: Path) -> None:
    film = write_mp4(tmp_path / "film.mp4", frames=12)
    with film.open("ab") as stream:  # a box that makes signing last a second or two
        stream.write((200 * MEGABYTE).to_bytes(4, "big") + b"skip")
        stream.truncate(stream.tell() + 200 * MEGABYTE - 8)
    before = digest(film)
    out = tmp_path / "out.mp4"
    out.write_bytes(b"the earlier version")
    for delay in (0.05, 0.3):
        process = subprocess.Popen(child(film, out, authority, 0), stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait(30)
        assert process.returncode == -signal.SIGKILL
        assert out.read_bytes() == b"the earlier version"
        assert digest(film) == before


def boxes(data: bytes) -> dict[str, tuple[int, int]]:
    found, at = {}, 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        found[data[at + 4 : at + 8].decode("latin-1")] = (at, size)
        at += size
    return found


def refused(
    source: Path, signer: FileSigner, trust: TrustList, folder: Path
) -> tuple[ProvenanceError, ProvenanceError | None]:
    """What it says when ``source`` is signed anew, and when it is taken in as a part; nothing may be left behind."""
    before, out = digest(source), folder / "out.mp4"
    with pytest.raises(ProvenanceError) as alone:
        sign(source, out, draft=draft(), signer=signer, trust=trust)
    part = Ingredient("video/mp4", "componentOf", "Part", path=source, label="p")
    placed = draft(actions=(Action("c2pa.created", WHEN), Action("c2pa.placed", WHEN, ingredients=("p",))))
    clean = write_mp4(folder / "clean.mp4", 3)
    within: ProvenanceError | None = None
    try:
        sign(clean, out, draft=placed, signer=signer, trust=trust, ingredients=[part])
    except ProvenanceError as error:
        within = error
    clean.unlink()
    if within is not None:
        assert not out.exists()
    out.unlink(missing_ok=True)
    assert digest(source) == before
    assert not [path for path in folder.iterdir() if path.name.startswith(".signing-")]
    return alone.value, within


def test_two_records_in_one_file(film: Path, signer: FileSigner, trust: TrustList, tmp_path: Path) -> None:
    source = sign(film, tmp_path / "in.mp4", draft=draft(), signer=signer, trust=trust).path
    data = source.read_bytes()
    at, size = boxes(data)["uuid"]
    source.write_bytes(data[: at + size] + data[at:])
    alone, within = refused(source, signer, trust, tmp_path)
    assert isinstance(alone, HistoryError)
    assert within is not None


def test_a_statement_of_a_hundred_megabytes(film: Path, signer: FileSigner, trust: TrustList, tmp_path: Path) -> None:
    """Made by another tool: neither ours nor the library writes one."""
    definition = draft().definition([])
    definition["assertions"].append({"label": "org.example.huge", "data": {"x": "A" * 100_000}})
    source = tmp_path / "in.mp4"
    builder = c2pa.Builder(definition, context=context(trust))
    with film.open("rb") as reading, source.open("w+b") as writing:
        builder.sign(native_signer(signer, []), "video/mp4", reading, writing)
    data = source.read_bytes()
    source.write_bytes(inflated(data, data.index(b"A" * 100_000), HUGE_BYTES))
    assert source.stat().st_size > 100 * MEGABYTE
    alone, within = refused(source, signer, trust, tmp_path)
    assert isinstance(alone, HistoryError)
    assert within is not None
    assert len(str(alone)) < 400
    assert len(str(within)) < 400


@pytest.mark.parametrize("box", ["ftyp", "uuid", "moov", "mdat"])
@pytest.mark.parametrize("share", [0.1, 0.6, 0.99])
def test_a_signed_film_that_was_cut_off(
    box: str, share: float, film: Path, signer: FileSigner, trust: TrustList, tmp_path: Path
) -> None:
    source = sign(film, tmp_path / "in.mp4", draft=draft(), signer=signer, trust=trust).path
    data = source.read_bytes()
    at, size = boxes(data)[box]
    source.write_bytes(data[: at + max(1, int(size * share))])
    refused(source, signer, trust, tmp_path)


@given(
    cut=st.floats(0.0, 1.0),
    flips=st.lists(st.floats(0.0, 1.0, exclude_max=True), max_size=6),
    length=st.integers(0, 2**32 - 1),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_broken_is_signed_soundly_or_refused(
    cut: float, flips: list[float], length: int, film: Path, signer: FileSigner, trust: TrustList, tmp_path: Path
) -> None:
    """An unsigned film, cut, with bytes flipped and a false length: either the result reads as Trusted, or there is none."""
    data = bytearray(film.read_bytes())
    for place in flips:
        data[int(place * len(data))] ^= 0x40
    at = boxes(film.read_bytes())["mdat"][0]
    if length % 3 == 0:
        data[at : at + 4] = length.to_bytes(4, "big")
    source, out = tmp_path / "in.mp4", tmp_path / "out.mp4"
    source.write_bytes(bytes(data[: int(cut * len(data))]))
    out.unlink(missing_ok=True)
    before = digest(source)
    try:
        output = sign(source, out, draft=draft(), signer=signer, trust=trust)
    except ProvenanceError:
        assert not out.exists()
    else:
        assert verify(output.path, trust=trust).state == "Trusted"
    assert digest(source) == before
    assert {path.name for path in tmp_path.iterdir()} <= {"in.mp4", "out.mp4"}


def test_an_enormous_manifest_document_is_refused(film: Path, authority: DevelopmentAuthority, tmp_path: Path) -> None:
    document = tmp_path / "m.json"
    document.write_text(json.dumps({"title": "A" * (100 * MEGABYTE), "digital_source_type": "algorithmicMedia"}))
    command = [sys.executable, "-m", "auditor", "sign", film, tmp_path / "o.mp4", "--manifest", document]
    command += ["--identity", authority.directory]
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, timeout=120, check=False, env=os.environ.copy()
    )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert len(done.stderr) < 400
    assert not (tmp_path / "o.mp4").exists()

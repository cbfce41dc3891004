"""Time stamps by a real authority on loopback (``openssl ts``), and everything that can be wrong with one."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from auditor.provenance import (
    DevelopmentAuthority,
    DevelopmentTimestamps,
    FileSigner,
    RereadError,
    TimestampAuthority,
    TimestampUnavailableError,
    TrustList,
    sign,
    verify,
)
from tests.auditor.provenance.conftest import draft
from tests.tsa import Behaviour, Tsa, served

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def tsa(authority: DevelopmentAuthority) -> Iterator[Tsa]:
    with served(authority.timestamps_directory) as running:
        yield running


def quick(url: str, **options: object) -> TimestampAuthority:
    return TimestampAuthority(url, **({"pause_s": 0.01, "timeout_s": 5.0} | options))  # type: ignore[arg-type]


def test_a_file_says_when_it_was_signed(
    media: dict[str, Path], signer: FileSigner, trust: TrustList, tsa: Tsa, tmp_path: Path
) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    source = TimestampAuthority(tsa.url, headers={"Authorization": "Bearer hunter2"})
    output = sign(media["cut"], tmp_path / "out.mp4", draft=draft(), signer=signer, trust=trust, timestamps=source)
    said = verify(output.path, trust=trust).signed_at
    assert said is not None
    assert before <= datetime.fromisoformat(said) <= datetime.now(UTC)
    assert tsa.asked == 1
    assert tsa.seen[0]["Authorization"] == "Bearer hunter2"
    assert "hunter2" not in repr(source)


def test_with_its_time_stamp_it_stays_trusted_when_the_certificate_has_expired(
    media: dict[str, Path], authority: DevelopmentAuthority, tsa: Tsa, tmp_path: Path
) -> None:
    """A certificate for four seconds; two files signed within them, one with a time stamp; both read afterwards."""
    brief = DevelopmentAuthority.create(tmp_path / "brief", validity=timedelta(seconds=4))
    signer = FileSigner.open(brief.directory)
    both = TrustList.from_pem(brief.root.read_bytes(), timestamps=(authority.directory / "tsa.pem").read_bytes())
    stamped = sign(
        media["cut"], tmp_path / "s.mp4", draft=draft(), signer=signer, trust=both, timestamps=quick(tsa.url)
    )
    bare = sign(media["cut"], tmp_path / "b.mp4", draft=draft(), signer=signer, trust=both)
    assert bare.verification.state == "Trusted"
    time.sleep(max(0.0, (signer.not_after - datetime.now(UTC)).total_seconds()) + 1.1)
    assert verify(stamped.path, trust=both).state == "Trusted"
    assert verify(bare.path, trust=both).state != "Trusted"
    assert verify(stamped.path, trust=TrustList(both.pem)).state != "Trusted", (
        "a stamp by whom we don't know proves nothing"
    )


@pytest.mark.parametrize("how", ["down", "garbage", "empty", "endless", "slow"])
def test_what_may_pass_is_tried_again(
    how: Behaviour, media: dict[str, Path], signer: FileSigner, trust: TrustList, tsa: Tsa, tmp_path: Path
) -> None:
    pauses: list[float] = []
    source = quick(tsa.url, sleep=pauses.append, timeout_s=1.0 if how == "slow" else 5.0)
    tsa.behave(how, times=2)
    output = sign(media["cut"], tmp_path / "out.mp4", draft=draft(), signer=signer, trust=trust, timestamps=source)
    assert output.verification.state == "Trusted"
    assert (tsa.asked, pauses) == (3, [0.01, 0.02])


@pytest.mark.parametrize(
    ("how", "tries", "words"),
    [
        ("down", 3, "no time stamp in 3 tries: it answers with status 503; try again later"),
        ("garbage", 3, "its answer is no time stamp"),
        ("empty", 3, "its answer is no time stamp"),
        ("endless", 3, "longer than any time stamp"),
        ("slow", 3, "no answer within 1 s"),
        ("drips", 3, "no answer within 1 s"),
        ("wrong nonce", 1, "its nonce is wrong"),
        ("forged", 1, "the time stamp for cut.mp4 is not sound"),
        ("other data", 1, "stamped other data than ours"),
        ("refuses", 1, r"refused the time stamp \(rejection: come back tomorrow\)"),
        ("denies", 1, "status 403; check its address and your account"),
    ],
)
def test_a_bad_authority_leaves_nothing_behind(
    how: Behaviour,
    tries: int,
    words: str,
    media: dict[str, Path],
    signer: FileSigner,
    trust: TrustList,
    tsa: Tsa,
    tmp_path: Path,
) -> None:
    destination = tmp_path / "out.mp4"
    destination.write_bytes(b"the earlier version")
    before = media["cut"].read_bytes()
    tsa.behave(how)
    patient = quick(tsa.url, timeout_s=1.0 if how in ("slow", "drips") else 5.0)
    with pytest.raises(TimestampUnavailableError, match=words):
        sign(media["cut"], destination, draft=draft(), signer=signer, trust=trust, timestamps=patient)
    assert tsa.asked == tries
    assert media["cut"].read_bytes() == before
    assert destination.read_bytes() == b"the earlier version"
    assert [path.name for path in tmp_path.iterdir()] == ["out.mp4"]


def test_nobody_there(media: dict[str, Path], signer: FileSigner, trust: TrustList, tsa: Tsa, tmp_path: Path) -> None:
    with served(tsa.source.directory) as gone:
        url = gone.url
    with pytest.raises(TimestampUnavailableError, match=r"no time stamp in 3 tries: no connection .*refused"):
        sign(media["cut"], tmp_path / "o.mp4", draft=draft(), signer=signer, trust=trust, timestamps=quick(url))
    assert list(tmp_path.iterdir()) == []


def test_a_proxy_in_the_way_is_named(media: dict[str, Path], authority: DevelopmentAuthority, tmp_path: Path) -> None:
    """The library's own client heeds HTTP_PROXY, even for this machine, and reads it once a process."""
    program = f"""
from pathlib import Path
from auditor.provenance import *
from tests.auditor.provenance.conftest import draft
here = Path({str(authority.directory)!r})
try:
    sign(Path({str(media["cut"])!r}), Path({str(tmp_path / "o.mp4")!r}), draft=draft(), signer=FileSigner.open(here),
         trust=TrustList.open(here), timestamps=DevelopmentTimestamps(here / "timestamps"))
except TimestampUnavailableError as error:
    print(error)
"""
    proxy = {"HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"}
    environment = {name: value for name, value in os.environ.items() if name.lower() != "no_proxy"} | proxy
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True, env=environment
    )
    assert "NO_PROXY" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_an_authority_that_is_not_on_the_list_is_refused(
    media: dict[str, Path], signer: FileSigner, trust: TrustList, impostor: DevelopmentAuthority, tmp_path: Path
) -> None:
    with (
        served(impostor.timestamps_directory) as tsa,
        pytest.raises(RereadError, match="not by an authority on your list"),
    ):
        sign(media["cut"], tmp_path / "o.mp4", draft=draft(), signer=signer, trust=trust, timestamps=quick(tsa.url))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["ftp://tsa.example/", "tsa.example", "https://", "https://me:hunter2@tsa.example/"])
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(TimestampUnavailableError, match="no address of a time-stamp authority") as caught:
        TimestampAuthority(url)
    assert "hunter2" not in str(caught.value)


def test_the_development_authority_stamps_by_itself(
    media: dict[str, Path], authority: DevelopmentAuthority, signer: FileSigner, trust: TrustList, tmp_path: Path
) -> None:
    source = DevelopmentTimestamps(authority.timestamps_directory)
    output = sign(media["cut"], tmp_path / "o.mp4", draft=draft(), signer=signer, trust=trust, timestamps=source)
    assert output.verification.signed_at is not None
    empty = DevelopmentTimestamps(tmp_path)
    with pytest.raises(TimestampUnavailableError, match="openssl made no time stamp"):
        sign(media["cut"], tmp_path / "p.mp4", draft=draft(), signer=signer, trust=trust, timestamps=empty)


def test_the_sidecar_has_its_own_time_stamp(
    media: dict[str, Path], signer: FileSigner, trust: TrustList, tsa: Tsa, tmp_path: Path
) -> None:
    output = sign(
        media["cut"],
        tmp_path / "out.mp4",
        draft=draft(),
        signer=signer,
        trust=trust,
        timestamps=quick(tsa.url),
        sidecar=tmp_path / "out.c2pa",
    )
    assert output.sidecar is not None
    beside = verify(media["cut"], trust=trust, sidecar=output.sidecar)
    assert (beside.state, beside.signed_at is not None) == ("Trusted", True)
    assert tsa.asked == 2

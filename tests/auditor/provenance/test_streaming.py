"""Streams: one fragmented film is signed and read, parts of it in other files are refused with what to do instead."""

from pathlib import Path

import pytest

from auditor.provenance import FileSigner, ManifestDraft, SigningError, TrustList, sign, verify
from generator.edit.packaging import fragment, read_package
from tests.auditor.provenance.conftest import draft


@pytest.fixture
def package(media: dict[str, Path], tmp_path: Path) -> Path:
    path = tmp_path / "package.mp4"
    fragment(media["cut"], path)
    return path


def test_one_fragmented_film_is_signed_whole_and_a_change_in_any_fragment_is_found(
    package: Path, signer: FileSigner, trust: TrustList, tmp_path: Path
) -> None:
    output = sign(package, tmp_path / "signed.mp4", draft=_draft(), signer=signer, trust=trust)
    assert output.verification.state == "Trusted"
    data = output.path.read_bytes()
    for one in read_package(output.path).fragments:
        spoilt = bytearray(data)
        spoilt[one.offset + one.bytes - 10] ^= 1
        output.path.write_bytes(spoilt)
        assert verify(output.path, trust=trust).state == "Changed"


def _draft() -> ManifestDraft:
    return draft()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("film.m3u8", b"#EXTM3U\n#EXT-X-VERSION:7\n", "HLS playlist"),
        ("bom.m3u8", b"\xef\xbb\xbf#EXTM3U\n", "HLS playlist"),
        ("film.mpd", b'<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"/>', "DASH presentation"),
        ("plain.mpd", b"<MPD/>", "DASH presentation"),
    ],
)
def test_a_playlist_is_refused(
    name: str, content: bytes, says: str, signer: FileSigner, trust: TrustList, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SigningError, match=f"{name}.*{says}.*one fragmented MP4"):
        sign(tmp_path / name, tmp_path / "out.mp4", draft=_draft(), signer=signer, trust=trust)
    assert not (tmp_path / "out.mp4").exists()


def test_the_head_and_a_fragment_by_themselves_are_refused(
    package: Path, signer: FileSigner, trust: TrustList, tmp_path: Path
) -> None:
    read, data = read_package(package), package.read_bytes()
    first = read.fragments[0]
    parts = {"head.mp4": data[: read.head], "part.m4s": data[first.offset : first.offset + first.bytes]}
    for name, content in parts.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(SigningError, match="one fragmented MP4"):
            sign(tmp_path / name, tmp_path / "out.mp4", draft=_draft(), signer=signer, trust=trust)

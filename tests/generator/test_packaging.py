"""Packages for streaming: the pictures stay bit for bit, and players find every fragment by both playlists."""

import re
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np
import pytest

from auditor.provenance import Action, DevelopmentAuthority, FileSigner, Ingredient, ManifestDraft, TrustList, sign
from generator.edit import EditError
from generator.edit.packaging import dash_manifest, fragment, hls_playlist, read_package

MPD = "{urn:mpeg:dash:schema:mpd:2011}"


@pytest.fixture(scope="module")
def film(tmp_path_factory) -> Path:
    """Four seconds with a key frame each second."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    noise = np.random.default_rng(3)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=12, options={"g": "12", "sc_threshold": "0"})
        stream.width, stream.height, stream.pix_fmt = 160, 90, "yuv420p"
        for number in range(48):
            pixels = noise.integers(0, 255, (90, 160, 3), dtype=np.uint8) // 4 + number * 3
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels.astype(np.uint8), format="rgb24")))
        container.mux(stream.encode(None))
    return path


@pytest.fixture(scope="module")
def signed(film, tmp_path_factory) -> Path:
    """The package of the film, signed with the film as its parent."""
    directory = tmp_path_factory.mktemp("package")
    plain = directory / "plain.mp4"
    fragment(film, plain)
    authority = DevelopmentAuthority.create(directory / "authority")
    now = "2026-11-27T04:00:00Z"
    draft = ManifestDraft(
        "Film",
        "video/mp4",
        "algorithmicMedia",
        (
            Action("c2pa.opened", now, ingredients=("film",)),
            Action("c2pa.repackaged", now, description="Put into fragments for streaming"),
        ),
        kind="package",
    )
    output = sign(
        plain,
        directory / "film.mp4",
        draft=draft,
        signer=FileSigner.open(authority.identity_directory),
        trust=TrustList.open(authority.directory),
        ingredients=[Ingredient("video/mp4", "parentOf", "The film", path=film, label="film")],
    )
    assert output.verification.state == "Trusted"
    return output.path


def digests(*arguments: str, where: Path) -> list[str]:
    """MD5 of each decoded frame, by the ffmpeg program."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", *arguments, "-map", "0:v", "-f", "framemd5", "-"]
    done = subprocess.run(command, cwd=where, capture_output=True, text=True, check=True)
    return [line.rsplit(",", 1)[1].strip() for line in done.stdout.splitlines() if not line.startswith("#")]


def test_the_playlist_plays_the_signed_package_frame_by_frame(film, signed):
    package = read_package(signed)
    assert len(package.fragments) == 4
    (signed.parent / "film.m3u8").write_text(hls_playlist(package, signed.name))
    played = digests("-allowed_extensions", "ALL", "-i", "film.m3u8", where=signed.parent)
    assert played == digests("-i", str(film), where=film.parent)
    assert len(played) == 48


def test_both_playlists_speak_of_the_same_bytes_and_leave_none_out(signed):
    package = read_package(signed)
    hls, mpd = hls_playlist(package, "a.mp4"), ET.fromstring(dash_manifest(package, "a.mp4"))  # noqa: S314 - our own
    by_hls = [(int(at), int(size)) for size, at in re.findall(r"#EXT-X-BYTERANGE:(\d+)@(\d+)", hls)]
    ranges = [one.get("mediaRange").split("-") for one in mpd.iter(f"{MPD}SegmentURL")]
    assert by_hls == [(int(first), int(last) - int(first) + 1) for first, last in ranges]
    at = package.head
    for offset, size in by_hls:
        assert offset == at, "the fragments follow each other without a gap"
        at += size
    assert mpd.find(f".//{MPD}Representation").get("codecs").startswith("avc1.")
    assert abs(package.duration - 4.0) < 0.01


def test_every_fragment_plays_by_itself_after_the_head(signed):
    package, data = read_package(signed), signed.read_bytes()
    for one in package.fragments:
        alone = signed.parent / "alone.mp4"
        alone.write_bytes(data[: package.head] + data[one.offset : one.offset + one.bytes])
        with av.open(str(alone)) as container:
            assert len(list(container.decode(video=0))) == 12


@pytest.mark.parametrize("content", [b"", b"not a film", b"\0\0\0\x18ftypisom" + b"\0" * 12])
def test_what_is_no_film_is_refused_and_nothing_is_left(tmp_path, content):
    source, out = tmp_path / "film.mp4", tmp_path / "out.mp4"
    source.write_bytes(content)
    with pytest.raises(EditError, match=r"film\.mp4"):
        fragment(source, out)
    assert not out.exists()


def test_a_film_without_fragments_is_no_package(film):
    with pytest.raises(EditError, match="0 fragments"):
        read_package(film)

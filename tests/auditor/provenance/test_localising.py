"""Where a film was changed: bytes are spoilt at known moments, and the moment that is named is held against the packets of a
reader of its own (FFmpeg), which shares no code with ours."""

import struct
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from auditor.errors import BadInputError
from auditor.provenance import FileSigner, TrustList, verify
from auditor.provenance.boxes import boxes_between
from auditor.provenance.localising import locate_changes
from auditor.provenance.samples import tracks
from tests.auditor.provenance import foreign
from tests.auditor.provenance.conftest import flip

LEAVES = {"merkle_tree_chunk_size_in_kb": 16, "merkle_tree_max_proofs": 0}
#: How exactly a change must be placed.
TOLERANCE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Packet:
    kind: str
    start: int
    bytes: int
    shown: float
    place: int


class Film:
    """A signed film and what FFmpeg finds in it; too long to be printed where a test fails."""

    def __init__(self, contents: bytes, packets: list[Packet]) -> None:
        self.contents, self.packets = contents, packets

    def __repr__(self) -> str:
        return f"<film of {len(self.contents)} bytes>"


def write_film(path: Path, *, seconds: int = 8, sound: bool = True, **options: str) -> Path:
    """Noise in picture and sound, so that every second weighs enough: 192x128, 12 frames a second, B-frames, edits."""
    rng = np.random.default_rng(11)
    with av.open(str(path), "w", options=options) as container:
        video = container.add_stream("libx264", rate=12)
        video.width, video.height, video.pix_fmt = 192, 128, "yuv420p"
        video.options = {"crf": "24", "g": "24", "bf": "2"}
        audio = container.add_stream("aac", rate=24000) if sound else None
        for number in range(seconds * 12):
            frame = av.VideoFrame.from_ndarray(rng.integers(0, 255, (128, 192, 3), dtype=np.uint8), format="rgb24")
            frame.pts = number
            container.mux(video.encode(frame))
            if audio is not None:
                tone = av.AudioFrame.from_ndarray(
                    rng.uniform(-0.5, 0.5, (1, 2000)).astype(np.float32), format="fltp", layout="mono"
                )
                tone.sample_rate, tone.pts = 24000, number * 2000
                container.mux(audio.encode(tone))
        for stream in filter(None, (video, audio)):
            container.mux(stream.encode())
    return path


def packets(path: Path) -> list[Packet]:
    """Every packet as FFmpeg sees it."""
    found = []
    with av.open(str(path)) as container:
        for packet in container.demux():
            if packet.size and packet.pos is not None and packet.pts is not None:
                kind = "video" if packet.stream.type == "video" else "sound"
                found.append((kind, packet.pos, packet.size, float(packet.pts * packet.time_base)))
    order = {kind: sorted(one[3] for one in found if one[0] == kind) for kind in ("video", "sound")}
    return [Packet(kind, at, size, shown, order[kind].index(shown)) for kind, at, size, shown in found]


@pytest.fixture(scope="module")
def films(signer: FileSigner, trust: TrustList, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Film]:
    directory = tmp_path_factory.mktemp("films")
    shapes = {
        "tables last": write_film(directory / "last.mp4"),
        "tables first": write_film(directory / "first.mp4", movflags="faststart"),
        "silent": write_film(directory / "silent.mp4", sound=False),
        "quicktime": write_film(directory / "film.mov"),
    }
    found = {}
    for name, path in shapes.items():
        kind = "video/quicktime" if path.suffix == ".mov" else "video/mp4"
        out = foreign.bare_sign(path, directory / f"signed-{path.name}", signer, trust, kind=kind, core=LEAVES)
        report = verify(out, trust=trust)
        assert (report.state, report.changes) == ("Trusted", ()), name
        assert locate_changes(out) == ()
        found[name] = Film(out.read_bytes(), packets(out))
        assert len(found[name].packets) > 90, name
    return found


@pytest.mark.parametrize("name", ["tables last", "tables first", "silent", "quicktime"])
def test_the_tables_agree_with_ffmpeg(films: dict[str, Film], tmp_path: Path, name: str) -> None:
    contents, wanted = films[name].contents, films[name].packets
    (tmp_path / "film").write_bytes(contents)
    with (tmp_path / "film").open("rb") as stream:
        read = tracks(stream, len(contents))
    ours = {
        (track.kind, int(start), int(end - start), round(float(shown), 3))
        for track in read
        for start, end, shown in zip(track.starts, track.ends, track.shown, strict=True)
    }
    theirs = {(one.kind, one.start, one.bytes, round(one.shown, 3)) for one in wanted}
    assert theirs <= ours
    assert len(ours) - len(theirs) <= 1, "FFmpeg may keep the lead-in of the sound to itself"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_spoilt_byte_is_found_within_a_second(
    films: dict[str, Film], trust: TrustList, tmp_path: Path, data: st.DataObject
) -> None:
    film = films[data.draw(st.sampled_from(sorted(films)))]
    contents, known = film.contents, film.packets
    packet = data.draw(st.sampled_from(known))
    at = packet.start + data.draw(st.integers(0, packet.bytes - 1))
    assume(at >= min(one.start for one in known) + 8)  # the very first bytes of the media count as structure
    path = tmp_path / "spoilt.mp4"
    path.write_bytes(contents)
    flip(path, at)
    report = verify(path, trust=trust)
    assert report.state == "Changed"
    assert report.changes
    for change in report.changes:
        assert change.start_seconds is not None
        assert change.end_seconds is not None
        assert change.offset <= at < change.offset + change.bytes
        assert packet.shown - TOLERANCE_SECONDS <= change.start_seconds
        assert change.end_seconds <= packet.shown + TOLERANCE_SECONDS
    ours = [change for change in report.changes if change.track == packet.kind]
    assert len(ours) == 1
    assert ours[0].start_seconds - 0.001 <= max(packet.shown, 0.0) <= ours[0].end_seconds
    if packet.kind == "video":
        assert ours[0].first_frame <= packet.place <= ours[0].last_frame
    assert "from" in ours[0].plain


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0.05, 0.8), length=st.integers(1, 40_000))
def test_a_stretch_written_over_is_one_place_or_few(
    films: dict[str, Film], trust: TrustList, tmp_path: Path, share: float, length: int
) -> None:
    contents, known = films["silent"].contents, films["silent"].packets
    first = known[int(share * len(known))]
    spoilt = bytearray(contents)
    for at in range(first.start, first.start + length):
        spoilt[at] ^= 0xFF
    (tmp_path / "spoilt.mp4").write_bytes(spoilt)
    hit = [one for one in known if one.start < first.start + length and one.start + one.bytes > first.start]
    changes = verify(tmp_path / "spoilt.mp4", trust=trust).changes
    shown = [change for change in changes if change.start_seconds is not None]
    assert min(change.start_seconds for change in shown) <= min(one.shown for one in hit) + 0.001
    assert max(change.end_seconds for change in shown) >= max(one.shown for one in hit)
    assert len(shown) <= 2


def test_changed_tables_are_called_a_changed_structure(
    films: dict[str, Film], trust: TrustList, tmp_path: Path
) -> None:
    contents = films["tables last"].contents
    path = tmp_path / "film.mp4"
    path.write_bytes(contents)
    flip(path, contents.rindex(b"udta") + 20)
    report = verify(path, trust=trust)
    assert [change.track for change in report.changes] == ["structure"]
    assert report.changes[0].start_seconds is None
    assert "structure of the file changed" in report.changes[0].plain


def test_picture_and_tables_changed_are_both_named(films: dict[str, Film], trust: TrustList, tmp_path: Path) -> None:
    contents, known = films["silent"].contents, films["silent"].packets
    path = tmp_path / "film.mp4"
    path.write_bytes(contents)
    flip(path, contents.rindex(b"udta") + 20)
    flip(path, known[30].start + 5)
    assert {change.track for change in verify(path, trust=trust).changes} == {"structure", "video"}


def test_media_cut_off_is_placed_from_there_to_the_end(
    films: dict[str, Film], trust: TrustList, tmp_path: Path
) -> None:
    contents, known = films["tables first"].contents, films["tables first"].packets
    path = tmp_path / "film.mp4"
    path.write_bytes(contents[: known[len(known) // 2].start])
    assert verify(path, trust=trust).state in ("Changed", "Unreadable")


def test_a_film_without_leaves_is_changed_but_nobody_knows_where(film: Path, trust: TrustList) -> None:
    flip(film, film.read_bytes().index(b"mdat") + 300)
    report = verify(film, trust=trust)
    assert (report.state, report.changes) == ("Changed", ())


def test_leaves_of_an_edited_record_are_not_believed(films: dict[str, Film], trust: TrustList, tmp_path: Path) -> None:
    """Whoever rewrites a leaf to hide a change breaks the record, and then nothing is read from it."""
    contents, known = films["silent"].contents, films["silent"].packets
    path = tmp_path / "film.mp4"
    path.write_bytes(contents)
    flip(path, known[20].start + 5)
    flip(path, contents.index(b"hashes") + 20)
    report = verify(path, trust=trust)
    assert report.state == "Changed"
    assert report.changes == ()
    assert "assertion.hashedURI.mismatch" in {one.code for one in report.reasons}


def test_no_such_film(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="not a file"):
        locate_changes(tmp_path / "gone.mp4")


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_forged_tables_cost_neither_memory_nor_an_exception(
    films: dict[str, Film], tmp_path: Path, data: st.DataObject
) -> None:
    contents = bytearray(films["tables last"].contents)
    start = contents.rindex(b"moov")
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(start, len(contents) - 5))
        contents[at : at + 4] = struct.pack(">I", data.draw(st.sampled_from([0, 1, 0x7FFFFFFF, 0xFFFFFFFF, 3])))
    path = tmp_path / "forged.mp4"
    path.write_bytes(contents)
    with path.open("rb") as stream:
        for track in tracks(stream, len(contents)):
            assert len(track.starts) <= 8_000_000
        assert sum(1 for _ in boxes_between(stream, 0, len(contents))) < 20_000

"""The ISCC Video-Code: what it survives, what it refuses, and that hostile files open nothing else."""

from pathlib import Path

import av
import iscc_core
import pytest

from auditor.errors import CancelledError
from auditor.fingerprints import iscc
from auditor.media.errors import MediaError
from tests.auditor.provenance.conftest import write_mp4


def reencode(source: Path, out: Path, *, width: int, height: int, crf: int) -> Path:
    with av.open(str(source)) as reading, av.open(str(out), "w") as writing:
        stream = writing.add_stream("libx264", rate=12, options={"crf": str(crf)})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for frame in reading.decode(video=0):
            writing.mux(stream.encode(frame.reformat(width, height, "yuv420p")))
        writing.mux(stream.encode())
    return out


def test_the_code_survives_reencoding_and_tells_films_apart(media: dict[str, Path], tmp_path: Path) -> None:
    code = iscc.video_code(media["cut"])
    main, sub, _, _, digest = iscc_core.iscc_decode(code)
    assert (main, sub, len(digest) * 8) == (2, 3, 256)
    assert iscc.video_code(media["cut"]) == code, "the same file, the same code"
    smaller = reencode(media["cut"], tmp_path / "small.mp4", width=120, height=72, crf=30)
    assert iscc.distance(code, iscc.video_code(smaller)) < 60
    assert iscc.distance(code, iscc.video_code(media["other"])) > 90


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("playlist.mp4", "#EXTM3U\n#EXTINF:1,\nfile://{victim}\n#EXT-X-ENDLIST\n"),
        ("concat.mp4", "ffconcat version 1.0\nfile '{victim}'\n"),
        (
            "sdp.mp4",
            "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\na=rtpmap:96 H264/90000\n",
        ),
        ("empty.mp4", ""),
        ("text.mp4", "hello"),
    ],
)
def test_no_file_can_open_another(media: dict[str, Path], tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_text(content.format(victim=media["cut"]))
    with pytest.raises(MediaError, match=name):
        iscc.video_code(path)


def test_odd_names_are_only_names(tmp_path: Path) -> None:
    plain = write_mp4(tmp_path / "plain.mp4", 1, frames=12)
    for name in ("-i.mp4", "a:b,c[d].mp4", "http:evil.mp4", "%d.mp4"):
        odd = tmp_path / name
        odd.write_bytes(plain.read_bytes())
        assert iscc.video_code(odd) == iscc.video_code(plain)


def test_it_stops_when_asked(tmp_path: Path) -> None:
    with pytest.raises(CancelledError):
        iscc.video_code(write_mp4(tmp_path / "film.mp4"), cancelled=lambda: True)

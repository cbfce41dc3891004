"""Bad files get one clear answer; odd but honest files work; nothing ever leaves the decoder's cell."""

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from auditor.media import (
    MediaError,
    MediaLimitError,
    MediaLimits,
    MediaUnreadableError,
    MediaUnsupportedError,
    probe,
    sample_frames,
)

REFUSED = {
    "empty.mp4": (MediaUnreadableError, "empty"),
    "cut_short.mp4": (MediaError, "mp4"),
    "noise.mp4": (MediaUnsupportedError, "not a film or picture"),
    "text.mp4": (MediaUnsupportedError, "not a film or picture"),
    "program.mp4": (MediaUnsupportedError, "not a film or picture"),
    "playlist.m3u8": (MediaUnsupportedError, "playlist"),
    "playlist_as_film.mp4": (MediaUnsupportedError, "playlist"),
    "padded_playlist.mp4": (MediaUnsupportedError, "playlist"),
    "concat.mp4": (MediaUnsupportedError, "playlist"),
    "manifest.mpd": (MediaUnsupportedError, "playlist"),
    "remote.m3u8": (MediaUnsupportedError, "playlist"),
    "drawing.svg": (MediaUnsupportedError, "not a film or picture"),
    "bomb.png": (MediaLimitError, "pixels"),
    "wide_bomb.png": (MediaError, "wide_bomb.png"),
    "sound_only.m4a": (MediaUnsupportedError, "only sound"),
    "no_frames.mp4": (MediaError, "no_frames.mp4"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_bad_file_is_refused_with_its_name_and_a_reason(corpus: Path, name: str) -> None:
    kind, words = REFUSED[name]
    with pytest.raises(kind) as caught:
        probe(corpus / name)
    message = str(caught.value)
    assert message.startswith(f"{name}: ")
    assert words in message
    assert "\n" not in message


def test_film_cut_short_after_its_header_is_refused_when_its_pictures_end(corpus: Path) -> None:
    path = corpus / "cut_short_after_header.mp4"
    seen = []
    with pytest.raises(MediaUnreadableError, match=r"cut_short_after_header\.mp4: .*(cut short|decoded)"):
        seen.extend(frame.seconds for frame in sample_frames(path, fps=2))
    assert seen, "its good half is still decoded before the error"


@pytest.mark.parametrize("name", ["missing.mp4", "."])
def test_what_is_no_file_is_refused(corpus: Path, name: str) -> None:
    with pytest.raises(MediaError):
        probe(corpus / name)


def test_named_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    with pytest.raises(MediaError, match="not a file"):
        probe(tmp_path / "pipe.mp4")


def test_one_frame(corpus: Path) -> None:
    assert probe(corpus / "one_frame.mp4").frames == 1
    assert len(list(sample_frames(corpus / "one_frame.mp4", fps=2))) == 1


def test_ten_bits_come_out_as_eight(corpus: Path) -> None:
    (frame, *_) = sample_frames(corpus / "ten_bits.mp4", fps=2)
    (plain, *_) = sample_frames(corpus / "good.mp4", fps=2)
    assert frame.pixels.dtype == np.uint8
    assert np.abs(frame.pixels.astype(int) - plain.pixels.astype(int)).mean() < 6


def test_odd_size(corpus: Path) -> None:
    info = probe(corpus / "odd_size.mkv")
    assert (info.width, info.height) == (319, 179)
    (frame, *_) = sample_frames(corpus / "odd_size.mkv", fps=2)
    assert frame.pixels.shape == (179, 319, 3)


def test_variable_rate_keeps_each_frames_own_time(corpus: Path) -> None:
    seconds = [frame.seconds for frame in sample_frames(corpus / "variable_rate.mp4", fps=0)]
    assert len(seconds) == 50
    assert seconds[10] == pytest.approx(0.2, abs=0.01)
    assert seconds[49] == pytest.approx(2.9, abs=0.02)


def test_rotated_film_comes_out_upright(corpus: Path) -> None:
    info = probe(corpus / "rotated.mp4")
    assert (info.width, info.height) == (180, 320)
    (upright, *_) = sample_frames(corpus / "rotated.mp4", fps=2)
    (plain, *_) = sample_frames(corpus / "good.mp4", fps=2)
    assert upright.pixels.shape == (320, 180, 3)
    turned = np.rot90(plain.pixels, 1).astype(int)
    assert np.abs(upright.pixels.astype(int) - turned).mean() < 3


def test_content_decides_not_the_extension(corpus: Path) -> None:
    assert probe(corpus / "picture_named_film.mp4").media_type == "image/png"
    assert probe(corpus / "film_named_text.txt").video_codec == "h264"


def test_limits_are_checked_before_decoding(corpus: Path) -> None:
    with pytest.raises(MediaLimitError, match="pixels"):
        probe(corpus / "good.mp4", MediaLimits(pixels=1000))
    with pytest.raises(MediaLimitError, match="longer"):
        probe(corpus / "good.mp4", MediaLimits(seconds=1.0))
    with pytest.raises(MediaLimitError, match="frames"):
        probe(corpus / "good.mp4", MediaLimits(frames=10))
    with pytest.raises(MediaLimitError, match="limit"):
        probe(corpus / "good.mp4", MediaLimits(bytes=100))


@pytest.mark.enable_socket
def test_playlist_opens_no_connection(corpus: Path, tmp_path: Path) -> None:
    """A server on loopback that would serve the film hears nothing."""
    heard: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(1.5)

        def listen() -> None:
            try:
                heard.append(server.accept())
            except TimeoutError:
                return

        listener = threading.Thread(target=listen)
        listener.start()
        playlist = tmp_path / "remote.mp4"
        playlist.write_text(f"#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:{server.getsockname()[1]}/a.ts\n#EXT-X-ENDLIST\n")
        with pytest.raises(MediaUnsupportedError):
            probe(playlist)
        listener.join()
    assert heard == []


ATTEMPTS = {
    "read a file": "open('/etc/hostname')",
    "write a file": "open('/tmp/reelproof-escape', 'w')",
    "open a socket": "__import__('socket').socket()",
    "start a program": "__import__('os').execv('/bin/true', ['true'])",
    "fork": "__import__('os').fork()",
    "signal another process": "__import__('os').kill(__import__('os').getppid(), 0)",
}


@pytest.mark.skipif(sys.platform != "linux", reason="seccomp is Linux's")
@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_the_cell_refuses(attempt: str) -> None:
    code = (
        "import os, socket, sys\n"
        "from auditor.media.sandbox import enter_sandbox\n"
        "enter_sandbox(memory_bytes=1 << 31, cpu_seconds=20)\n"
        "try:\n"
        f"    {ATTEMPTS[attempt]}\n"
        "except PermissionError:\n"
        "    sys.stdout.write('refused')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False)
    assert done.stdout.startswith("refused"), done.stderr

"""A corpus of bad files, each made on the spot so that nobody has to trust a binary in the repository."""

import struct
import wave
import zlib
from pathlib import Path

import av
import pytest

from tests.clips import BIKES, COFFEE, ffmpeg, frames_of, write_clip


def png_of_claimed_size(width: int, height: int) -> bytes:
    """A tiny PNG whose header claims ``width`` x ``height`` pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of bad and odd files; names say what is wrong with them."""
    folder = tmp_path_factory.mktemp("hostile")
    frames = frames_of(BIKES, end=2.0, size=(320, 180))
    good = write_clip(folder / "good.mp4", frames)

    whole = good.read_bytes()
    (folder / "empty.mp4").write_bytes(b"")
    (folder / "cut_short.mp4").write_bytes(whole[: len(whole) // 2])
    ffmpeg("-i", BIKES, "-c", "copy", "-movflags", "+faststart", folder / "fast.mp4")
    fast = (folder / "fast.mp4").read_bytes()
    (folder / "cut_short_after_header.mp4").write_bytes(fast[: len(fast) // 2])
    (folder / "noise.mp4").write_bytes(bytes((i * 197 + i // 7) % 256 for i in range(50_000)))
    (folder / "text.mp4").write_text("This is not a film.\n" * 100)
    (folder / "program.mp4").write_bytes(b"\x7fELF" + b"\0" * 4096)

    secret = folder / "secret.txt"
    secret.write_text("the studio's secret")
    lines = ["#EXTM3U", "#EXT-X-TARGETDURATION:10", "#EXTINF:10,", good.as_uri(), "#EXT-X-ENDLIST"]
    (folder / "playlist.m3u8").write_text("\n".join(lines))
    (folder / "playlist_as_film.mp4").write_text("\n".join(lines))
    (folder / "padded_playlist.mp4").write_text("\n \n" + "\n".join(lines))
    (folder / "concat.mp4").write_text(f"ffconcat version 1.0\nfile '{good}'\n")
    (folder / "manifest.mpd").write_text(f'<?xml version="1.0"?><MPD><BaseURL>{good.as_uri()}</BaseURL></MPD>')
    (folder / "remote.m3u8").write_text("#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:9/film.ts\n#EXT-X-ENDLIST\n")
    (folder / "drawing.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><image href="secret.txt"/></svg>')

    (folder / "bomb.png").write_bytes(png_of_claimed_size(60_000, 60_000))
    (folder / "wide_bomb.png").write_bytes(png_of_claimed_size(2_000_000_000, 1))
    with wave.open(str(folder / "sound.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(b"\0\0" * 8000)
    ffmpeg("-i", folder / "sound.wav", "-c:a", "aac", folder / "sound_only.m4a")
    with av.open(str(folder / "no_frames.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        container.start_encoding()

    write_clip(folder / "one_frame.mp4", frames[:1])
    write_clip(folder / "ten_bits.mp4", frames[:25], pix_fmt="yuv420p10le")
    write_clip(folder / "odd_size.mkv", [f[:179, :319] for f in frames[:25]], pix_fmt="yuv444p")
    times = [i / 50 if i < 25 else 0.5 + (i - 25) / 10 for i in range(50)]
    write_clip(folder / "variable_rate.mp4", frames[:50], times=times)
    ffmpeg("-display_rotation", "90", "-i", good, "-c", "copy", folder / "rotated.mp4")
    (folder / "picture_named_film.mp4").write_bytes(COFFEE.read_bytes())
    ffmpeg("-i", good, "-c", "copy", folder / "film_named_text.mkv")
    (folder / "film_named_text.mkv").rename(folder / "film_named_text.txt")
    return folder

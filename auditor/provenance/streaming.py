"""Streams in many files: what can't be signed so that anybody could check it, and what to do instead.

C2PA signs fragmented films by a Merkle tree over all fragments with a proof in each (C2PA 2.4, A.5.3); the library writes
those from Rust only. Signing a playlist, a head or one fragment alone would bind a signature to something that no viewer
ever sees by itself, so it is refused. One fragmented MP4 with all of it is signed whole, and playlists may point into it.
"""

from pathlib import Path

from auditor.provenance.boxes import boxes_between
from auditor.provenance.errors import SigningError

_INSTEAD = "put the whole film into one fragmented MP4, sign that, and let the playlists point into it by byte ranges"


def refuse_streams(source: Path, head: bytes) -> None:
    """Raises ``SigningError`` where ``source``, which begins with ``head``, is a playlist, or a part of a film that is
    played together with other files."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"#EXTM3U"):
        raise SigningError(f"{source.name} is an HLS playlist and holds no pictures itself; {_INSTEAD}")
    if text.startswith(b"<MPD") or (text.startswith(b"<?xml") and b"<MPD" in text):
        raise SigningError(f"{source.name} is a DASH presentation and holds no pictures itself; {_INSTEAD}")
    if head[4:8] in (b"styp", b"moof", b"sidx"):
        raise SigningError(f"{source.name} is one fragment of a film, played after a head in another file; {_INSTEAD}")
    if head[4:8] == b"ftyp":
        with source.open("rb") as stream:
            kinds = {box.kind for box in boxes_between(stream, 0, source.stat().st_size)}
        if "moov" in kinds and not kinds & {"mdat", "moof"}:
            raise SigningError(f"{source.name} is the head of a film whose fragments lie in other files; {_INSTEAD}")

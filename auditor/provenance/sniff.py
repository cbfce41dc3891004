"""What kind of file is this? Its first bytes say so; its name may lie."""

import re

#: Enough of a file's beginning to tell its kind, an SVG with a comment in front included.
HEAD_BYTES = 1024


def media_type(head: bytes) -> str | None:
    """The media type by content (RFC 6838 name), from the first 32 bytes or more; ``None`` if it is none that we sign."""
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in (b"avif", b"avis"):
            return "image/avif"
        if brand in (b"heic", b"heix", b"mif1"):
            return "image/heic"
        return "video/quicktime" if brand == b"qt  " else "audio/mp4" if brand == b"M4A " else "video/mp4"
    for magic, kind in (
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"GIF8", "image/gif"),
        (b"II*\x00", "image/tiff"),
        (b"MM\x00*", "image/tiff"),
        (b"%PDF-", "application/pdf"),
        (b"PK\x03\x04", "application/x-zip"),
        (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "image/jxl"),
        (b"ID3", "audio/mpeg"),
        (b"fLaC", "audio/flac"),
    ):
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/avi"}.get(head[8:12])
    if len(head) > 2 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2:  # an MPEG audio frame of layer III
        return "audio/mpeg"
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"<svg") or (text.startswith(b"<?xml") and b"<svg" in text):
        return "image/svg+xml"
    return captions(head)


def captions(head: bytes) -> str | None:
    """WebVTT and SubRip by how they begin: text that can hold no record itself."""
    text = head.removeprefix(b"\xef\xbb\xbf")
    if re.match(rb"WEBVTT(?:[ \t\r\n]|$)", text):
        return "text/vtt"
    if re.match(rb"\s*\d+\r?\n\d\d:\d\d:\d\d,\d{3} --> ", text):
        return "application/x-subrip"
    return None


def is_bmff(kind: str | None) -> bool:
    """Whether files of this type are made of ISO base media boxes."""
    return kind in ("video/mp4", "video/quicktime", "audio/mp4", "image/avif", "image/heic")

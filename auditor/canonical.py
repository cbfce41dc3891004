"""The one byte form of a JSON value that we hash (RFC 8785, JSON Canonicalization Scheme) and the digests made of it."""

import hashlib
from pathlib import Path
from typing import Any

import rfc8785

_CHUNK = 1024 * 1024


def canonical_json(value: Any) -> bytes:
    """RFC 8785 bytes of ``value``; raises ``rfc8785.CanonicalizationError`` for what JSON can't hold (NaN, big ints)."""
    return rfc8785.dumps(value)


def sha256_json(value: Any) -> str:
    """Hexadecimal SHA-256 of the canonical JSON of ``value``."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def sha256_file(path: Path) -> str:
    """Hexadecimal SHA-256 of a file's bytes, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()

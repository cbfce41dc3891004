"""Keys and sealed bytes for biometric templates: destroying a subject's key erases them everywhere, backups included.

Each subject has a data key of its own (AES-256-GCM, NIST SP 800-38D, a random 96-bit nonce for each template; the
subject's id is authenticated with it, so that a template can't be moved to another person). Data keys are stored only
wrapped by a key-encryption key (AES key wrap, RFC 3394) that lives outside the database.
"""

import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from auditor.errors import BadInputError

KEY_BYTES = 32
_NONCE_BYTES = 12
_VERSION = b"\x01"


class SealBrokenError(BadInputError):
    """Sealed bytes that this key does not open: another key, another subject, or a changed byte."""


def new_key() -> bytes:
    """32 random bytes for a data key or a key-encryption key."""
    return secrets.token_bytes(KEY_BYTES)


def seal(plain: bytes, *, key: bytes, subject_id: str) -> bytes:
    """Encrypt ``plain`` for one subject: version byte, nonce, ciphertext and tag."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, plain, subject_id.encode())


def open_sealed(sealed: bytes, *, key: bytes, subject_id: str) -> bytes:
    """Decrypt what ``seal`` made; raises ``SealBrokenError``."""
    nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    try:
        if sealed[:1] != _VERSION:
            raise SealBrokenError("a template was sealed by another version; enrol the subject again")
        return AESGCM(key).decrypt(nonce, body, subject_id.encode())
    except (InvalidTag, ValueError) as error:
        raise SealBrokenError("a template can't be opened with this key; check the key, or enrol again") from error


def wrap_key(data_key: bytes, kek: bytes) -> bytes:
    """A data key under a key-encryption key (RFC 3394), fit to be stored."""
    return aes_key_wrap(kek, data_key)


def unwrap_key(wrapped: bytes, kek: bytes) -> bytes:
    """The data key again; raises ``SealBrokenError`` if this is not the key that wrapped it."""
    try:
        return aes_key_unwrap(kek, wrapped)
    except (InvalidUnwrap, ValueError) as error:
        raise SealBrokenError("a subject's key can't be unwrapped; is this the right key-encryption key?") from error


def read_key_file(path: Path, *, create: bool = False) -> bytes:
    """The 32-byte key in ``path`` (hexadecimal, mode 0600); with ``create`` a new one is made if there is none.

    Raises ``BadInputError`` for a missing, malformed or openly readable file.
    """
    if create and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(new_key().hex() + "\n")
    try:
        if path.stat().st_mode & 0o077:
            raise BadInputError(f"{path}: others may read this key; run 'chmod 600 {path}'")
        key = bytes.fromhex(path.read_text().strip())
    except OSError as error:
        raise BadInputError(f"{path}: the key can't be read ({error.strerror})") from error
    except ValueError as error:
        raise BadInputError(f"{path}: not a key (64 hexadecimal digits expected)") from error
    if len(key) != KEY_BYTES:
        raise BadInputError(f"{path}: a key has {KEY_BYTES} bytes, this one {len(key)}")
    return key

"""Keys and secrets that this machine makes for itself at first use and keeps in files that only it can read."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

#: AES-256 and Ed25519 both take 32 bytes.
KEY_BYTES = 32


def _publish(path: Path, content: bytes) -> None:
    """Write with mode 0600 and appear whole; where another process was first, its content wins."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()


def _read_private(path: Path) -> bytes:
    if path.stat().st_mode & 0o077:
        raise ImproperlyConfigured(f"{path} can be read by others; run: chmod 600 {path}")
    return path.read_bytes()


def key_from_file(path: Path) -> bytes:
    """The 32-byte key at ``path``, made at first use. Raises ``ImproperlyConfigured`` if others can read it."""
    if not path.exists():
        _publish(path, secrets.token_bytes(KEY_BYTES))
    key = _read_private(path)
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured(f"{path} holds {len(key)} bytes instead of {KEY_BYTES}; restore it from a backup")
    return key


def signing_key_file(path: Path) -> Path:
    """The PEM file of a P-256 private key, made at first use; ``.pub`` beside it is its public key. Raises
    ``ImproperlyConfigured`` if others can read the private one."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    if not path.exists():
        made = ec.generate_private_key(ec.SECP256R1())
        plain = serialization.NoEncryption()
        _publish(path, made.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    key = serialization.load_pem_private_key(_read_private(path), password=None)
    public = path.with_suffix(".pub")
    if not public.exists():
        _publish(
            public,
            key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
        )
    return path


def secret_from_file(path: Path) -> str:
    """The text secret at ``path``, made at first use."""
    if not path.exists():
        _publish(path, secrets.token_urlsafe(64).encode())
    return _read_private(path).decode().strip()

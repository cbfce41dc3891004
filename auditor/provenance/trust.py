"""Whom we trust, and the c2pa contexts that know it. A context must not survive a fork: one is made per process."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from auditor.provenance.errors import IdentityError

#: Extended key usages that may sign claims: c2pa-kp-claimSigning, documentSigning, emailProtection (C2PA 2.4).
_EKU = "1.3.6.1.4.1.62558.2.1\n1.3.6.1.5.5.7.3.36\n1.3.6.1.5.5.7.3.4\n"
#: Above this many MiB the library spills to temporary files, which keeps signing long files under half a gigabyte.
_SPILL_MB = 16
#: Buffer of the streams that the library reads and writes in 8 KiB steps through Python; saves a sixth of signing time.
BUFFER_BYTES = 1 << 20

_contexts: dict[tuple[int, str], c2pa.Context] = {}


@dataclass(frozen=True, slots=True)
class TrustList:
    """Root certificates, PEM, whose signers read as Trusted."""

    pem: bytes

    @classmethod
    def from_pem(cls, pem: bytes) -> "TrustList":
        """Raises ``IdentityError`` where there is no certificate in ``pem``."""
        try:
            certificates = x509.load_pem_x509_certificates(pem)
        except ValueError:
            raise IdentityError(
                "the trust list holds no readable PEM certificate; pass the root certificates"
            ) from None
        return cls(b"".join(certificate.public_bytes(serialization.Encoding.PEM) for certificate in certificates))

    @classmethod
    def open(cls, path: Path) -> "TrustList":
        """A PEM file, or a directory: its ``root.pem``, else every ``*.pem`` directly in it (keys are not read)."""
        path = Path(path)
        if path.is_dir():
            files = [path / "root.pem"] if (path / "root.pem").is_file() else sorted(path.glob("*.pem"))
            pem = b"\n".join(file.read_bytes() for file in files if file.name != "key.pem")
        elif path.is_file():
            pem = path.read_bytes()
        else:
            raise IdentityError(f"{path} does not exist; pass a PEM file or a directory of trust anchors")
        try:
            return cls.from_pem(pem)
        except IdentityError as error:
            raise IdentityError(f"{path}: {error}") from None


def settings(trust: TrustList | None) -> dict[str, Any]:
    """The c2pa settings: our anchors alone, no network, no thumbnails."""
    anchors = (
        []
        if trust is None
        else [
            {
                "trust_kind": "manifest",
                "trust_uri": "https://reelproof.example/trust",
                "trust_anchors": trust.pem.decode("ascii"),
            }
        ]
    )
    return {
        "version": 1,
        "trust": {"trust_config": _EKU, "anchors": anchors},
        "verify": {"remote_manifest_fetch": False, "verify_after_sign": True, "verify_after_sign_hash": True},
        "core": {"allowed_network_hosts": [], "backing_store_memory_threshold_in_mb": _SPILL_MB},
        "builder": {"thumbnail": {"enabled": False}},
    }


def context(trust: TrustList | None) -> c2pa.Context:
    """The c2pa context for this trust list in this process; a forked child gets its own."""
    document = json.dumps(settings(trust), sort_keys=True)
    key = (os.getpid(), document)
    if key not in _contexts:
        for stale in [other for other in _contexts if other[0] != key[0]]:
            _contexts.pop(stale)
        _contexts[key] = c2pa.Context.from_json(document)
    return _contexts[key]

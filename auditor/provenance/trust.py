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

_contexts: dict[tuple[int, str], c2pa.Context] = {}


@dataclass(frozen=True, slots=True)
class TrustList:
    """Root certificates, PEM: of signers who read as Trusted, of time-stamp authorities, of organisations."""

    pem: bytes
    timestamps: bytes = b""
    organisations: bytes = b""

    @classmethod
    def from_pem(cls, pem: bytes, *, timestamps: bytes = b"", organisations: bytes = b"") -> "TrustList":
        """Raises ``IdentityError`` where there is no certificate in ``pem``, or something else in the other two."""
        return cls(
            _anchors(pem, "the trust list"),
            _anchors(timestamps, "the list of time-stamp authorities") if timestamps else b"",
            _anchors(organisations, "the list of organisations") if organisations else b"",
        )

    @classmethod
    def open(cls, path: Path) -> "TrustList":
        """A PEM file of signers' roots, or a directory: its ``root.pem``, else every other ``*.pem`` directly in it (keys
        are not read). ``tsa*.pem`` there are roots of time-stamp authorities, ``cawg*.pem`` those of organisations."""
        path = Path(path)
        if path.is_dir():
            every = [file for file in sorted(path.glob("*.pem")) if file.name != "key.pem"]
            timestamps = [file for file in every if file.name.startswith("tsa")]
            organisations = [file for file in every if file.name.startswith("cawg")]
            rest = [file for file in every if file not in timestamps and file not in organisations]
            signers = [path / "root.pem"] if (path / "root.pem").is_file() else rest
        elif path.is_file():
            signers, timestamps, organisations = [path], [], []
        else:
            raise IdentityError(f"{path} does not exist; pass a PEM file or a directory of trust anchors")
        try:
            pem, tsa, cawg = (
                b"\n".join(file.read_bytes() for file in part) for part in (signers, timestamps, organisations)
            )
            return cls.from_pem(pem, timestamps=tsa, organisations=cawg)
        except IdentityError as error:
            raise IdentityError(f"{path}: {error}") from None


def _anchors(pem: bytes, what: str) -> bytes:
    try:
        certificates = x509.load_pem_x509_certificates(pem)
    except ValueError:
        raise IdentityError(f"{what} holds no readable PEM certificate; pass the root certificates") from None
    return b"".join(certificate.public_bytes(serialization.Encoding.PEM) for certificate in certificates)


def settings(trust: TrustList | None, *, leaf_kb: int = 0) -> dict[str, Any]:
    """The c2pa settings: our anchors alone, no network, no thumbnails. ``leaf_kb``: a hash for each so many KiB of
    the pictures (0: one for all)."""
    parts = {} if trust is None else {"manifest": trust.pem, "tsa": trust.timestamps, "cawg": trust.organisations}
    anchors = [
        {
            "trust_kind": kind,
            "trust_uri": f"https://reelproof.example/trust/{kind}",
            "trust_anchors": pem.decode("ascii"),
        }
        for kind, pem in parts.items()
        if pem or kind == "manifest"
    ]
    return {
        "version": 1,
        "trust": {"trust_config": _EKU, "anchors": anchors},
        "verify": {"remote_manifest_fetch": False, "verify_after_sign": True, "verify_after_sign_hash": False},
        "core": {
            "allowed_network_hosts": [],
            "backing_store_memory_threshold_in_mb": _SPILL_MB,
            **({"merkle_tree_chunk_size_in_kb": leaf_kb, "merkle_tree_max_proofs": 0} if leaf_kb else {}),
        },
        "builder": {"thumbnail": {"enabled": False}},
    }


def context(trust: TrustList | None, *, leaf_kb: int = 0) -> c2pa.Context:
    """The c2pa context for this trust list in this process; a forked child gets its own."""
    document = json.dumps(settings(trust, leaf_kb=leaf_kb), sort_keys=True)
    key = (os.getpid(), document)
    if key not in _contexts:
        for stale in [other for other in _contexts if other[0] != key[0]]:
            _contexts.pop(stale)
        _contexts[key] = c2pa.Context.from_json(document)
    return _contexts[key]

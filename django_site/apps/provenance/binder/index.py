"""The index of a binder: every file with its digest, what the binder was made from, and which ledger entries it proves;
signed.

``index.json`` is canonical JSON (RFC 8785). ``index.json.sig`` is an ECDSA signature over its SHA-256, in DER (RFC
3279, 2.2.3), by the studio's signing identity, whose certificates are ``signer.pem``, leaf first: ``openssl dgst
-sha256 -verify`` checks it. It is made deterministic by RFC 6979, so that the same index has the same signature.
``proofs.json`` holds the ledger's proofs: it can't be listed in the index, because one of the entries that it proves
carries the index's digest; the index lists the leaves instead.
"""

import hashlib
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from auditor.canonical import canonical_json
from auditor.provenance import Signer
from auditor.provenance.signers import der_from_raw

INDEX, SIGNATURE, SIGNER, PROOFS = "index.json", "index.json.sig", "signer.pem", "proofs.json"
#: The only date that every ZIP reader knows: its epoch.
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class File:
    """A file of a binder. ``made_from`` names files of the same binder; empty where it was made from rows."""

    name: str
    media_type: str
    title: str
    content: bytes
    made_from: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "sha256": self.sha256,
            "bytes": len(self.content),
            "media_type": self.media_type,
            "title": self.title,
            "made_from": list(self.made_from),
        }


def index_bytes(
    *, about: dict[str, Any], made_from: dict[str, Any], files: Sequence[File], ledger: dict[str, Any]
) -> bytes:
    """The index: ``binder``, ``made_from``, ``files`` in their order, ``ledger`` {public_key, leaves}."""
    return canonical_json(
        {
            "schema": "reelproof-binder/index/1",
            "binder": about,
            "made_from": made_from,
            "files": [file.as_dict() for file in files],
            "ledger": ledger,
        }
    )


def index_sign(index: bytes, signer: Signer) -> bytes:
    """The signature of an index, DER."""
    return der_from_raw(signer.sign(index))


def packed(*, index: bytes, signature: bytes, signer: bytes, proofs: bytes, files: Sequence[File]) -> bytes:
    """One ZIP: the same bytes for the same content, whatever the machine and its compressor."""
    contents = [(INDEX, index), (SIGNATURE, signature), (SIGNER, signer), (PROOFS, proofs)]
    return zip_of([*contents, *((one.name, one.content) for one in files)])


def zip_of(contents: Sequence[tuple[str, bytes]]) -> bytes:
    """Named contents in their order as a ZIP without compression and without times."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in contents:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            archive.writestr(entry, content)
    return out.getvalue()

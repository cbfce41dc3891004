"""Proofs that entries stand in the ledger, in a form that anybody can check without us."""

from collections.abc import Iterable
from typing import Any

from auditor.provenance import MerkleLog
from django_site.apps.provenance.models import LedgerEntry, TreeHead
from django_site.apps.provenance.services.ledger import ledger_head_sign, ledger_leaves, ledger_public_key

#: Says what the document is, and so how it is checked (docs/ledger.md).
FORMAT = "reelproof-ledger-proofs/1"


def entries_proof(entries: Iterable[LedgerEntry], *, head: TreeHead | None = None) -> dict[str, Any]:
    """For each entry its event, its leaf and its audit path (RFC 6962, 2.1.1) to the root of one signed head, in the order
    of the ledger. ``head``: the newest signed one, or one over everything written by now, signed for it.

    A leaf is the SHA-256 of the event's canonical JSON (RFC 8785); the tree hashes 0x00 + leaf and 0x01 + left + right. The
    head's signature is Ed25519 over ``reelproof ledger tree head v1`` + newline + the canonical JSON of size and root.
    """
    wanted = sorted(entries, key=lambda entry: entry.seq)
    head = head or ledger_head_sign()
    leaves = ledger_leaves()[: head.size]
    proofs = MerkleLog().inclusion_proofs(leaves, [entry.seq for entry in wanted])
    return {
        "format": FORMAT,
        "head": {
            "size": head.size,
            "root_sha256": head.root_sha256,
            "signature": head.signature,
            "public_key": ledger_public_key(),
        },
        "entries": [
            {"seq": entry.seq, "event": entry.event, "leaf_sha256": entry.leaf_sha256, "path": proof["hashes"]}
            for entry, proof in zip(wanted, proofs, strict=True)
        ],
    }

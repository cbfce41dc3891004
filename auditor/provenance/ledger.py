"""The ledger's arithmetic: an RFC 6962 Merkle tree over events, so that nobody can change or drop one unnoticed.

::

    leaves = [leaf_hash(event) for event in events]
    log = MerkleLog()
    root = log.root(leaves)
    proof = log.inclusion_proof(leaves, 3)
    log.verify_inclusion(leaves[3], root, proof, index=3, size=len(leaves))     # raises LedgerError where it does not hold

Events hold ids and digests, never names or biometrics, so that erasing a person breaks no chain. Proofs are JSON-able and
come from pymerkle; the check of them uses nothing but the proof, the leaf and the root.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from pymerkle import InmemoryTree, InvalidProof, MerkleProof, verify_consistency, verify_inclusion

from auditor.canonical import canonical_json
from auditor.provenance.errors import ProvenanceError


class LedgerError(ProvenanceError):
    """A proof that does not hold, or a position that the ledger does not have."""


def leaf_hash(event: Mapping[str, Any]) -> bytes:
    """SHA-256 of the event's canonical JSON (RFC 8785): 32 bytes, the entry that goes into the tree.

    Raises ``rfc8785.CanonicalizationError`` for values without canonical JSON.
    """
    return hashlib.sha256(canonical_json(dict(event))).digest()


class MerkleLog:
    """Roots and proofs over a sequence of leaf hashes (``leaf_hash``), computed from the leaves handed in: it keeps none."""

    @staticmethod
    def _tree(leaves: Sequence[bytes]) -> InmemoryTree:
        tree = InmemoryTree(algorithm="sha256")
        for leaf in leaves:
            tree.append_entry(leaf)
        return tree

    def root(self, leaves: Sequence[bytes]) -> bytes:
        """The tree's root, 32 bytes; of no leaves, SHA-256 of nothing (RFC 6962, 2.1)."""
        return bytes(self._tree(leaves).get_root())

    def inclusion_proof(self, leaves: Sequence[bytes], index: int) -> dict[str, Any]:
        """That leaf ``index`` (from 0) is in the tree of these leaves; JSON-able. Raises ``LedgerError`` if not."""
        if not 0 <= index < len(leaves):
            raise LedgerError(f"the ledger has {len(leaves)} entries; there is none at {index}")
        document: dict[str, Any] = self._tree(leaves).prove_inclusion(index + 1).serialize()
        return document

    def consistency_proof(self, leaves: Sequence[bytes], earlier: int) -> dict[str, Any]:
        """That the tree of the first ``earlier`` leaves is a beginning of the tree of all. Raises ``LedgerError``."""
        if not 1 <= earlier <= len(leaves):
            raise LedgerError(
                f"the ledger has {len(leaves)} entries; it was never {earlier} long with a root to compare"
            )
        document: dict[str, Any] = self._tree(leaves).prove_consistency(earlier, len(leaves)).serialize()
        return document

    def verify_inclusion(self, leaf: bytes, root: bytes, proof: Mapping[str, Any], *, index: int, size: int) -> None:
        """Raises ``LedgerError`` unless ``proof`` shows that ``leaf`` is entry ``index`` of the ``size`` under ``root``."""
        try:
            base = hashlib.sha256(b"\x00" + leaf).digest()
            verify_inclusion(base, root, _proof(proof), index=index + 1, size=size, algorithm="sha256", security=True)
        except _BAD as error:
            raise LedgerError(f"entry {index} is not proven to be in the ledger: {error}; do not rely on it") from None

    def verify_consistency(
        self, earlier_root: bytes, root: bytes, proof: Mapping[str, Any], *, earlier: int, size: int
    ) -> None:
        """Raises ``LedgerError`` unless the ledger of ``earlier`` entries only grew into the one of ``size``."""
        try:
            verify_consistency(
                earlier_root,
                root,
                _proof(proof),
                prior_size=earlier,
                later_size=size,
                algorithm="sha256",
                security=True,
            )
        except _BAD as error:
            raise LedgerError(f"the ledger is not proven to have only grown since entry {earlier}: {error}") from None


#: What a false or malformed proof provokes in pymerkle.
_BAD = (InvalidProof, KeyError, TypeError, ValueError, IndexError, AttributeError)


def _proof(document: Mapping[str, Any]) -> MerkleProof:
    return MerkleProof.deserialize(dict(document))

"""The ledger's arithmetic: an RFC 6962 Merkle tree over events, so that nobody can change or drop one unnoticed.

::

    leaves = [leaf_hash(event) for event in events]
    log = MerkleLog()
    root = log.root(leaves)
    proof = log.inclusion_proof(leaves, 3)
    log.verify_inclusion(leaves[3], root, proof, index=3, size=len(leaves))     # raises LedgerError where it does not hold

Events hold ids and digests, never names or biometrics, so that erasing a person breaks no chain. Proofs are JSON: a list
of hashes in hexadecimal. They are checked against the position and size that the verifier expects, with nothing but the
proof, the leaf and the root.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from auditor.canonical import canonical_json
from auditor.provenance.errors import ProvenanceError

_HASH_BYTES = 32


class LedgerError(ProvenanceError):
    """A proof that does not hold, or a position that the ledger does not have."""


def leaf_hash(event: Mapping[str, Any]) -> bytes:
    """SHA-256 of the event's canonical JSON (RFC 8785): 32 bytes, the entry that goes into the tree.

    Raises ``rfc8785.CanonicalizationError`` for values without canonical JSON.
    """
    return hashlib.sha256(canonical_json(dict(event))).digest()


class MerkleLog:
    """Roots and proofs over a sequence of leaf hashes (``leaf_hash``), computed from the leaves handed in: it keeps none."""

    def root(self, leaves: Sequence[bytes]) -> bytes:
        """The tree's root, 32 bytes; of no leaves, SHA-256 of nothing (RFC 6962, 2.1)."""
        return _root(_hashed(leaves)) if leaves else hashlib.sha256(b"").digest()

    def roots(self, leaves: Iterable[bytes], sizes: Collection[int]) -> dict[int, bytes]:
        """The roots that the tree had at these sizes, in one pass: size -> root. A size that the leaves do not reach is left
        out. Memory grows with the logarithm of the ledger, time with its length."""
        wanted, found = set(sizes), {}
        peaks: list[tuple[int, bytes]] = []  # the complete subtrees so far, the largest first: (leaves, root)
        if 0 in wanted:
            found[0] = self.root(())
        for size, leaf in enumerate(leaves, start=1):
            peaks.append((1, hashlib.sha256(b"\x00" + leaf).digest()))
            while len(peaks) > 1 and peaks[-1][0] == peaks[-2][0]:
                (width, right), (_, left) = peaks.pop(), peaks.pop()
                peaks.append((width * 2, _node(left, right)))
            if size in wanted:
                root = peaks[-1][1]
                for _, left in reversed(peaks[:-1]):
                    root = _node(left, root)
                found[size] = root
        return found

    def inclusion_proof(self, leaves: Sequence[bytes], index: int) -> dict[str, Any]:
        """That leaf ``index`` (from 0) is in the tree of these leaves; JSON-able. Raises ``LedgerError`` if not."""
        return self.inclusion_proofs(leaves, (index,))[0]

    def inclusion_proofs(self, leaves: Sequence[bytes], indexes: Sequence[int]) -> list[dict[str, Any]]:
        """The same for many leaves, in the order asked; the tree is computed once."""
        for index in indexes:
            if not 0 <= index < len(leaves):
                raise LedgerError(f"the ledger has {len(leaves)} entries; there is none at {index}")
        levels = _levels(_hashed(leaves))
        return [
            {
                "type": "inclusion",
                "index": index,
                "size": len(leaves),
                "hashes": [n.hex() for n in _path(index, levels)],
            }
            for index in indexes
        ]

    def consistency_proof(self, leaves: Sequence[bytes], earlier: int) -> dict[str, Any]:
        """That the tree of the first ``earlier`` leaves is a beginning of the tree of all. Raises ``LedgerError``."""
        if not 1 <= earlier <= len(leaves):
            raise LedgerError(
                f"the ledger has {len(leaves)} entries; it was never {earlier} long with a root to compare"
            )
        path = _subproof(earlier, _hashed(leaves), whole=True)
        return {"type": "consistency", "earlier": earlier, "size": len(leaves), "hashes": [node.hex() for node in path]}

    def verify_inclusion(self, leaf: bytes, root: bytes, proof: Mapping[str, Any], *, index: int, size: int) -> None:
        """Raises ``LedgerError`` unless ``proof`` shows that ``leaf`` is entry ``index`` of the ``size`` under ``root``.

        RFC 9162, 2.1.3.2.
        """
        complaint = f"entry {index} is not proven to be in the ledger; do not rely on it"
        path = _hashes(proof, "inclusion", complaint)
        if not 0 <= index < size or (proof.get("index"), proof.get("size")) != (index, size):
            raise LedgerError(complaint)
        position, last = index, size - 1
        node = hashlib.sha256(b"\x00" + leaf).digest()
        for sibling in path:
            if last == 0:
                raise LedgerError(complaint)
            if position % 2 == 1 or position == last:
                node = _node(sibling, node)
                while position % 2 == 0 and position:
                    position, last = position >> 1, last >> 1
            else:
                node = _node(node, sibling)
            position, last = position >> 1, last >> 1
        if last or node != root:
            raise LedgerError(complaint)

    def verify_consistency(
        self, earlier_root: bytes, root: bytes, proof: Mapping[str, Any], *, earlier: int, size: int
    ) -> None:
        """Raises ``LedgerError`` unless the ledger of ``earlier`` entries only grew into the one of ``size``.

        RFC 9162, 2.1.4.2.
        """
        complaint = f"the ledger is not proven to have only grown since entry {earlier}"
        path = _hashes(proof, "consistency", complaint)
        if not 1 <= earlier <= size or (proof.get("earlier"), proof.get("size")) != (earlier, size):
            raise LedgerError(complaint)
        if earlier == size:
            if path or earlier_root != root:
                raise LedgerError(complaint)
            return
        if earlier & (earlier - 1) == 0:
            path = [earlier_root, *path]
        if not path:
            raise LedgerError(complaint)
        position, last = earlier - 1, size - 1
        while position % 2:
            position, last = position >> 1, last >> 1
        then = now = path[0]
        for sibling in path[1:]:
            if last == 0:
                raise LedgerError(complaint)
            if position % 2 == 1 or position == last:
                then, now = _node(sibling, then), _node(sibling, now)
                while position % 2 == 0 and position:
                    position, last = position >> 1, last >> 1
            else:
                now = _node(now, sibling)
            position, last = position >> 1, last >> 1
        if last or then != earlier_root or now != root:
            raise LedgerError(complaint)


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _hashed(leaves: Sequence[bytes]) -> list[bytes]:
    return [hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]


def _split(size: int) -> int:
    """The largest power of two smaller than ``size`` (RFC 6962, 2.1)."""
    return 1 << (size - 1).bit_length() - 1


def _levels(nodes: Sequence[bytes]) -> list[list[bytes]]:
    """The tree from its leaf hashes up to its root, level by level; an odd last node moves up as it is."""
    levels = [list(nodes)]
    while len(levels[-1]) > 1:
        level = levels[-1]
        paired = [_node(level[place], level[place + 1]) for place in range(0, len(level) - 1, 2)]
        levels.append(paired + level[len(paired) * 2 :])
    return levels


def _root(nodes: Sequence[bytes]) -> bytes:
    """The root of one or more leaf hashes."""
    return _levels(nodes)[-1][0]


def _path(index: int, levels: Sequence[Sequence[bytes]]) -> list[bytes]:
    """The audit path of RFC 6962, 2.1.1, from the leaf upwards; where a node moved up alone there is no sibling."""
    path = []
    for level in levels[:-1]:
        if (sibling := index ^ 1) < len(level):
            path.append(level[sibling])
        index >>= 1
    return path


def _subproof(earlier: int, nodes: Sequence[bytes], *, whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962, 2.1.2; ``whole`` while the earlier tree is the whole of what is looked at."""
    if earlier == len(nodes):
        return [] if whole else [_root(nodes)]
    split = _split(len(nodes))
    if earlier <= split:
        return [*_subproof(earlier, nodes[:split], whole=whole), _root(nodes[split:])]
    return [*_subproof(earlier - split, nodes[split:], whole=False), _root(nodes[:split])]


def _hashes(proof: Mapping[str, Any], kind: str, complaint: str) -> list[bytes]:
    """The proof's hashes; whatever is not a proof of this kind is one that does not hold."""
    listed = proof.get("hashes") if isinstance(proof, Mapping) and proof.get("type") == kind else None
    if not isinstance(listed, list) or not all(isinstance(entry, str) for entry in listed):
        raise LedgerError(complaint)
    try:
        found = [bytes.fromhex(entry) for entry in listed]
    except ValueError:
        raise LedgerError(complaint) from None
    if any(len(entry) != _HASH_BYTES for entry in found):
        raise LedgerError(complaint)
    return found

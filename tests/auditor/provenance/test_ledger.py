"""The ledger's tree, held against RFC 6962 computed by hand, and against people who rewrite history."""

import hashlib
import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from auditor.provenance import LedgerError, MerkleLog, canonical_json, leaf_hash

LOG = MerkleLog()
EVENTS = [{"kind": "release", "asset": f"{number:064x}", "seq": number} for number in range(11)]
LEAVES = [leaf_hash(event) for event in EVENTS]


def by_hand(entries: list[bytes]) -> bytes:
    """RFC 6962, 2.1, written out."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    split = 1
    while split * 2 < len(entries):
        split *= 2
    return hashlib.sha256(b"\x01" + by_hand(entries[:split]) + by_hand(entries[split:])).digest()


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 8, 11])
def test_the_root_is_that_of_rfc_6962(size: int) -> None:
    assert LOG.root(LEAVES[:size]) == by_hand(LEAVES[:size])


def test_the_order_of_keys_does_not_matter_and_values_do() -> None:
    assert leaf_hash({"a": 1, "b": 2}) == leaf_hash({"b": 2, "a": 1})
    assert leaf_hash({"a": 1}) != leaf_hash({"a": 2})
    assert canonical_json({"b": 1.0, "a": "é"}) == '{"a":"é","b":1}'.encode()
    with pytest.raises(rfc8785.CanonicalizationError):
        leaf_hash({"a": float("nan")})


@given(size=st.integers(1, 40), data=st.data())
def test_every_entry_is_provable_and_nothing_else(size: int, data: st.DataObject) -> None:
    leaves = [hashlib.sha256(bytes([number])).digest() for number in range(size)]
    index = data.draw(st.integers(0, size - 1))
    root = LOG.root(leaves)
    proof = json.loads(json.dumps(LOG.inclusion_proof(leaves, index)))
    LOG.verify_inclusion(leaves[index], root, proof, index=index, size=size)
    with pytest.raises(LedgerError):
        LOG.verify_inclusion(hashlib.sha256(b"forged").digest(), root, proof, index=index, size=size)
    with pytest.raises(LedgerError):
        LOG.verify_inclusion(leaves[index], hashlib.sha256(root).digest(), proof, index=index, size=size)
    with pytest.raises(LedgerError):
        LOG.verify_inclusion(leaves[index], root, proof, index=index + 1, size=size + 1)


@given(size=st.integers(1, 70), data=st.data())
def test_many_proofs_at_once_are_the_proofs_one_by_one(size: int, data: st.DataObject) -> None:
    leaves = [hashlib.sha256(bytes([number])).digest() for number in range(size)]
    indexes = data.draw(st.lists(st.integers(0, size - 1), max_size=8))
    proofs = LOG.inclusion_proofs(leaves, indexes)
    assert proofs == [LOG.inclusion_proof(leaves, index) for index in indexes]
    for index, proof in zip(indexes, proofs, strict=True):
        LOG.verify_inclusion(leaves[index], by_hand(leaves), proof, index=index, size=size)


@given(size=st.integers(0, 70), sizes=st.lists(st.integers(0, 80)))
def test_the_roots_that_a_ledger_ever_had(size: int, sizes: list[int]) -> None:
    leaves = [hashlib.sha256(bytes([number])).digest() for number in range(size)]
    assert LOG.roots(iter(leaves), sizes) == {at: by_hand(leaves[:at]) for at in sizes if at <= size}


@given(size=st.integers(1, 40), data=st.data())
def test_growth_is_provable(size: int, data: st.DataObject) -> None:
    leaves = [hashlib.sha256(bytes([number])).digest() for number in range(size)]
    earlier = data.draw(st.integers(1, size))
    proof = LOG.consistency_proof(leaves, earlier)
    LOG.verify_consistency(LOG.root(leaves[:earlier]), LOG.root(leaves), proof, earlier=earlier, size=size)


def test_a_rewritten_history_has_no_proof() -> None:
    known = LOG.root(LEAVES[:7])
    rewritten = [*LEAVES[:3], hashlib.sha256(b"never happened").digest(), *LEAVES[4:]]
    proof = LOG.consistency_proof(rewritten, 7)
    with pytest.raises(LedgerError, match="only grown"):
        LOG.verify_consistency(known, LOG.root(rewritten), proof, earlier=7, size=11)


@pytest.mark.parametrize(
    "proof",
    [
        {},
        {"type": "inclusion"},
        {"type": "consistency", "metadata": {}, "rule": [], "path": []},
        {"type": 1, "path": "x"},
    ],
)
def test_a_malformed_proof_is_refused(proof: dict[str, object]) -> None:
    with pytest.raises(LedgerError):
        LOG.verify_inclusion(LEAVES[0], LOG.root(LEAVES), proof, index=0, size=11)


def test_no_such_entry() -> None:
    with pytest.raises(LedgerError, match="none at 11"):
        LOG.inclusion_proof(LEAVES, 11)
    with pytest.raises(LedgerError, match="never 12"):
        LOG.consistency_proof(LEAVES, 12)

"""Appending under competition, replaying leaves, signed heads inside and outside the database. Also on PostgreSQL."""

import json
import threading

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, transaction

from auditor.canonical import canonical_json
from auditor.provenance import MerkleLog, leaf_hash
from django_site import wiring
from django_site.apps.provenance.models import LedgerEntry, TreeHead
from django_site.apps.provenance.services.ledger import ledger_append, ledger_head_sign, ledger_leaves

pytestmark = pytest.mark.django_db(transaction=True)


def test_competing_writers_leave_no_gap():
    ready, failures = threading.Barrier(4), []

    def write(name: int) -> None:
        try:
            ready.wait()
            for number in range(5):
                ledger_append(kind="test", event={"writer": name, "number": number})
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert list(LedgerEntry.objects.values_list("seq", flat=True)) == list(range(20))


def test_an_event_stands_exactly_when_its_transaction_does():
    with transaction.atomic():
        ledger_append(kind="test", event={"a": 1})
        transaction.set_rollback(True)
    assert not LedgerEntry.objects.exists()
    assert ledger_append(kind="test", event={"a": 2}).seq == 0


def test_leaves_can_be_recomputed_and_proved(settings, tmp_path):
    settings.LEDGER_HEADS = tmp_path / "heads.jsonl"
    for number in range(7):
        ledger_append(kind="test", event={"number": number})
    entries = list(LedgerEntry.objects.all())
    assert [entry.leaf_sha256 for entry in entries] == [leaf_hash(entry.event).hex() for entry in entries]
    head = ledger_head_sign()
    leaves, log = ledger_leaves(), MerkleLog()
    log.verify_inclusion(leaves[3], bytes.fromhex(head.root_sha256), log.inclusion_proof(leaves, 3), index=3, size=7)
    public = Ed25519PrivateKey.from_private_bytes(wiring.ledger_key()).public_key()
    message = b"reelproof ledger tree head v1\n" + canonical_json({"size": 7, "root_sha256": head.root_sha256})
    public.verify(bytes.fromhex(head.signature), message)
    assert json.loads(settings.LEDGER_HEADS.read_text().splitlines()[-1])["root_sha256"] == head.root_sha256
    assert ledger_head_sign().pk == head.pk
    assert TreeHead.objects.count() == 1

"""The ledger: events in order without gaps, each the hash of its canonical JSON; signed tree heads kept outside too."""

import fcntl
import json
import os
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from auditor.canonical import canonical_json
from auditor.provenance import MerkleLog, leaf_hash
from django_site import wiring
from django_site.apps.provenance.models import LedgerEntry, TreeHead

#: Any number that nothing else in this database locks by; makes appends wait for each other on PostgreSQL.
_APPEND_LOCK = 0x5EE1
#: A tree head names its purpose before its content, so that its signature means nothing elsewhere.
_HEAD_CONTEXT = b"reelproof ledger tree head v1\n"


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


@transaction.atomic
def ledger_append(*, kind: str, event: Mapping[str, Any]) -> LedgerEntry:
    """Append an event (ids and digests only). In the caller's transaction: it stands exactly when their rows do."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_APPEND_LOCK])
    last = LedgerEntry.objects.aggregate(last=Max("seq"))["last"]
    seq = 0 if last is None else last + 1
    document = {"seq": seq, "kind": kind, **_plain(event)}
    return LedgerEntry.objects.create(seq=seq, kind=kind, event=document, leaf_sha256=leaf_hash(document).hex())


def ledger_leaves() -> list[bytes]:
    """Every leaf in order."""
    return [bytes.fromhex(leaf) for leaf in LedgerEntry.objects.order_by("seq").values_list("leaf_sha256", flat=True)]


def _head_message(size: int, root_sha256: str) -> bytes:
    return _HEAD_CONTEXT + canonical_json({"size": size, "root_sha256": root_sha256})


def ledger_head_sign() -> TreeHead:
    """Sign the root over everything appended so far; write it into the database and beside it, outside."""
    leaves = ledger_leaves()
    existing = TreeHead.objects.filter(size=len(leaves)).first()
    if existing:
        return existing
    root = MerkleLog().root(leaves).hex()
    key = Ed25519PrivateKey.from_private_bytes(wiring.ledger_key())
    head, made = TreeHead.objects.get_or_create(
        size=len(leaves),
        defaults={"root_sha256": root, "signature": key.sign(_head_message(len(leaves), root)).hex()},
    )
    if made:
        transaction.on_commit(_publish)
    return head


def ledger_public_key() -> str:
    """The Ed25519 key that checks the signatures of tree heads: 32 bytes in hexadecimal."""
    return Ed25519PrivateKey.from_private_bytes(wiring.ledger_key()).public_key().public_bytes_raw().hex()


def head_signed(*, size: int, root_sha256: str, signature: str, public_key: str) -> bool:
    """Whether the signature of a tree head holds; anything malformed does not."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(signature), _head_message(size, root_sha256))
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def ledger_settle() -> TreeHead | None:
    """Sign a head over what no head covers yet; what no head covers could be cut off unnoticed. Called by the sweeper."""
    signed = TreeHead.objects.aggregate(last=Max("size"))["last"] or 0
    last = LedgerEntry.objects.aggregate(last=Max("seq"))["last"]
    if last is not None and last >= signed:
        return ledger_head_sign()
    _publish()
    return None


def _publish() -> None:
    """Write the heads that are not outside yet: also those whose process died between the commit and this."""
    path = settings.LEDGER_HEADS
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        stream.seek(0)
        lines = stream.read().splitlines()
        written = json.loads(lines[-1])["size"] if lines else 0
        for head in TreeHead.objects.filter(size__gt=written).order_by("size"):
            line = {"size": head.size, "root_sha256": head.root_sha256, "signature": head.signature}
            stream.write(json.dumps(line) + "\n")
        stream.flush()
        os.fsync(stream.fileno())

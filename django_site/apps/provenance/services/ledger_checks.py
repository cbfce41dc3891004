"""Is the ledger what it was? Every entry against its hash, every signed head against the entries, and the rows that the
events vouch for against the events.

Triggers refuse changes as long as they stand; this finds what somebody did who took them away. What it compares with lies
outside the database: the signed heads (``LEDGER_HEADS``, or a copy that somebody else kept) and the key that signs them.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from django.conf import settings

from auditor.canonical import sha256_json
from auditor.errors import BadInputError
from auditor.provenance import MerkleLog, leaf_hash
from django_site.apps.audits.models import Decision
from django_site.apps.audits.services.decisions import decision_document
from django_site.apps.likeness.models import GrantSignature
from django_site.apps.likeness.services.grants import signature_document
from django_site.apps.provenance.models import LedgerEntry, Manifest, Release, TreeHead
from django_site.apps.provenance.services.ledger import head_signed, ledger_public_key

FaultKind = Literal["edited", "deleted", "reordered", "truncated", "head", "row"]
#: Rows that are read from the database at a time.
CHUNK = 500
#: Faults that are listed in full; what was rewritten from end to end needs no million lines.
MAX_FAULTS = 100


@dataclass(frozen=True, slots=True)
class LedgerFault:
    """One thing that is not as it was. ``seq`` is the entry, where it is about one."""

    kind: FaultKind
    plain: str
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class LedgerReport:
    """What was compared and what did not hold. ``sealed``: how many entries a signed head outside the database covers."""

    entries: int
    heads: int
    heads_outside: int
    sealed: int
    rows: int
    faults: tuple[LedgerFault, ...]

    @property
    def ok(self) -> bool:
        return not self.faults

    def as_dict(self) -> dict[str, Any]:
        return {"ok": self.ok, **asdict(self)}


def ledger_verify(
    *, heads: Path | None = None, public_key: str | None = None, on_step: Callable[[str], None] = lambda step: None
) -> LedgerReport:
    """Compare everything with everything. ``heads`` and ``public_key`` (hexadecimal) are those kept by somebody else; left
    out, our own. Raises ``BadInputError`` where the file of heads can't be read."""
    key = public_key or ledger_public_key()
    outside = _heads_outside(heads)
    inside = list(TreeHead.objects.values("size", "root_sha256", "signature").order_by("size"))
    faults: list[LedgerFault] = []
    on_step("every entry against its hash and its place")
    leaves = list(_leaves(faults))
    on_step(f"{len(inside)} signed heads in the database and {len(outside)} outside it")
    roots = MerkleLog().roots(leaves, {head["size"] for head in [*inside, *outside]})
    faults += _against_heads(inside, roots, len(leaves), key, where="in the database")
    faults += _against_heads(outside, roots, len(leaves), key, where="outside the database")
    faults += _heads_missing(inside, outside)
    on_step("decisions, signatures and releases against their entries")
    rows = 0
    for fault in _rows():
        rows += 1
        faults += [fault] if fault else []
    good = [head["size"] for head in outside if roots.get(head["size"], b"").hex() == head["root_sha256"]]
    return LedgerReport(
        entries=len(leaves),
        heads=len(inside),
        heads_outside=len(outside),
        sealed=max(good, default=0),
        rows=rows,
        faults=tuple(list(dict.fromkeys(faults))[:MAX_FAULTS]),
    )


def _heads_outside(heads: Path | None) -> list[dict[str, Any]]:
    path = heads or settings.LEDGER_HEADS
    if not path.exists():
        if heads is not None:
            raise BadInputError(f"{path} does not exist; pass the file of signed heads that you keep")
        return []
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            head = json.loads(line)
            found.append(
                {
                    "size": int(head["size"]),
                    "root_sha256": str(head["root_sha256"]),
                    "signature": str(head["signature"]),
                }
            )
        except (ValueError, KeyError, TypeError) as error:
            raise BadInputError(f"{path}, line {number}, is no tree head; restore it from a copy") from error
    return found


def _leaves(faults: list[LedgerFault]) -> Iterator[bytes]:
    """The leaves as the events give them now, in the order of the ledger; what is odd about them goes to ``faults``."""
    expected = 0
    for entry in LedgerEntry.objects.order_by("seq").iterator(chunk_size=CHUNK):
        if entry.seq > expected:
            gone = f"entry {expected} is" if entry.seq == expected + 1 else f"entries {expected} to {entry.seq - 1} are"
            faults.append(LedgerFault("deleted", f"{gone} gone", expected))
        expected = entry.seq + 1
        leaf = leaf_hash(entry.event)
        if entry.event.get("seq") != entry.seq:
            plain = f"entry {entry.seq} says that it is entry {entry.event.get('seq')}: entries changed places"
            faults.append(LedgerFault("reordered", plain, entry.seq))
        elif leaf.hex() != entry.leaf_sha256 or entry.event.get("kind") != entry.kind:
            faults.append(LedgerFault("edited", f"entry {entry.seq} ({entry.kind}) was changed", entry.seq))
        yield leaf


def _against_heads(
    heads: list[dict[str, Any]], roots: dict[int, bytes], entries: int, key: str, *, where: str
) -> Iterator[LedgerFault]:
    for head in heads:
        size = head["size"]
        if not head_signed(size=size, root_sha256=head["root_sha256"], signature=head["signature"], public_key=key):
            yield LedgerFault("head", f"the head over {size} entries {where} is not signed by the ledger's key")
        elif size not in roots:
            plain = f"a head {where} was signed over {size} entries, and {entries} are left: the end was cut off"
            yield LedgerFault("truncated", plain)
        elif roots[size].hex() != head["root_sha256"]:
            plain = f"the first {size} entries are not those over which a head {where} was signed"
            yield LedgerFault("edited", plain)
            return  # every later head covers the same entries: it would only say so again


def _heads_missing(inside: list[dict[str, Any]], outside: list[dict[str, Any]]) -> Iterator[LedgerFault]:
    kept_inside = {head["size"]: head["root_sha256"] for head in inside}
    kept_outside = {head["size"]: head["root_sha256"] for head in outside}
    for size in sorted(kept_inside.keys() | kept_outside.keys()):
        if size not in kept_inside:
            yield LedgerFault("head", f"the head over {size} entries stands outside the database and not in it")
        elif size not in kept_outside:
            yield LedgerFault("head", f"the head over {size} entries stands in the database and not outside it")
        elif kept_inside[size] != kept_outside[size]:
            yield LedgerFault("head", f"two different heads were signed over {size} entries")


# the rows that events vouch for


def _rows() -> Iterator[LedgerFault | None]:
    yield from _decisions()
    yield from _signatures()
    yield from _signings()
    yield from _releases()


def _events(kind: str, name: str) -> dict[str, tuple[int, dict[str, Any]]]:
    """The entries of a kind by the row that they are about."""
    found = LedgerEntry.objects.filter(kind=kind).values_list("seq", "event").iterator(chunk_size=CHUNK)
    return {str(event.get(name)): (seq, event) for seq, event in found}


def _compared(what: str, pk: str, kept: dict[str, Any], events: dict[str, tuple[int, dict]]) -> LedgerFault | None:
    """A row's digests against those of its event."""
    if pk not in events:
        return LedgerFault("row", f"{what} {pk} is in the database and not in the ledger")
    seq, event = events.pop(pk)
    changed = sorted(name for name, value in kept.items() if event.get(name) != value)
    if changed:
        return LedgerFault("row", f"{what} {pk} is not what entry {seq} says: {', '.join(changed)}", seq)
    return None


def _gone(what: str, events: dict[str, tuple[int, dict]]) -> Iterator[LedgerFault]:
    for pk, (seq, _) in events.items():
        yield LedgerFault("row", f"{what} {pk} stands in entry {seq} and is gone from the database", seq)


def _decisions() -> Iterator[LedgerFault | None]:
    events = _events("decision", "decision")
    for decision in Decision.objects.order_by("pk").iterator(chunk_size=CHUNK):
        kept = {
            "point": decision.point,
            "outcome": decision.outcome,
            "facts_sha256": sha256_json(decision.facts),
            "bundle_sha256": decision.bundle_sha256,
            "decision_sha256": sha256_json(decision_document(decision)),
        }
        yield _compared("decision", str(decision.pk), kept, events)
    yield from _gone("decision", events)


def _signatures() -> Iterator[LedgerFault | None]:
    found = LedgerEntry.objects.filter(kind="grant_signature").values_list("seq", "event").iterator(chunk_size=CHUNK)
    events = {f"{event.get('grant')}/{event.get('version')}": (seq, event) for seq, event in found}
    signatures = GrantSignature.objects.select_related("grant", "signed_by", "representative").order_by("pk")
    for signature in signatures.iterator(chunk_size=CHUNK):
        name = f"{signature.grant.grant}/{signature.grant.version}"
        kept = {"signature_sha256": sha256_json(signature_document(signature)), "as": signature.role}
        yield _compared("the signature of grant", name, kept, events)
        if hashlib.sha256(signature.grant.text.encode()).hexdigest() != signature.text_sha256:
            yield LedgerFault("row", f"the text of grant {name} is not the one that was signed")
    yield from _gone("the signature of grant", events)


def _signings() -> Iterator[LedgerFault | None]:
    events = _events("signed", "manifest")
    manifests = Manifest.objects.select_related("asset", "intent__asset", "intent__decision").order_by("pk")
    for manifest in manifests.iterator(chunk_size=CHUNK):
        kept = {
            "source_sha256": manifest.intent.asset.sha256,
            "signed_sha256": manifest.asset.sha256,
            "decision_sha256": manifest.intent.decision.sha256,
        }
        yield _compared("signed file", str(manifest.pk), kept, events)
    yield from _gone("signed file", events)


def _releases() -> Iterator[LedgerFault | None]:
    events = _events("released", "release")
    for release in Release.objects.select_related("manifest__asset", "decision").order_by("pk").iterator(CHUNK):
        kept = {"sha256": release.manifest.asset.sha256, "decision_sha256": release.decision.sha256}
        yield _compared("release", str(release.pk), kept, events)
    yield from _gone("release", events)

"""Records that follow another on the same pictures: a statement blacked out, or a time stamp that came late.

::

    redact(film, out, assertions=["org.reelproof.review"], reason="c2pa.PII.present", signer=signer, trust=trust)
    stamp_later(film, out, signer=signer, trust=trust, timestamps=TimestampAuthority("https://tsa.example/"))

The earlier record stays in the file as the parent of the new one, which states again what still holds.
"""

import json
import mmap
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Literal, get_args

import c2pa

from auditor import __version__
from auditor.plaintext import plain_text
from auditor.provenance.draft import AUDIT, CONSENTS, GENERATOR, REVIEW, SPEC_VERSION, Ingredient
from auditor.provenance.errors import DraftError, HistoryError, RereadError
from auditor.provenance.organisation import OrganisationIdentity
from auditor.provenance.signers import Signer
from auditor.provenance.streams import open_steadily
from auditor.provenance.timestamps import TimestampSource
from auditor.provenance.trust import TrustList, context
from auditor.provenance.verifying import verify
from auditor.provenance.writing import Job, SignedOutput, check_certificates, check_paths, deliver

#: Why something was blacked out: C2PA 2.4, section "Redaction of assertions".
RedactionReason = Literal[
    "c2pa.PII.present", "c2pa.invalid.data", "c2pa.trade-secret.present", "c2pa.government.confidential"
]
#: What the new record states again, since it still holds.
_RESTATED = ("c2pa.ai-disclosure", "cawg.training-mining", "c2pa.soft-binding", AUDIT, REVIEW, CONSENTS)
#: What can't be blacked out: what was done, what binds the record to the file, who vouches (C2PA 2.4).
_KEPT = ("c2pa.actions", "c2pa.hash.", "cawg.identity", "c2pa.ingredient", "c2pa.time-stamp")
#: Texts shorter than this occur by chance, and a search for them proves nothing.
_TELLING = 6


def redact(
    source: Path,
    destination: Path,
    *,
    assertions: Sequence[str],
    reason: RedactionReason,
    signer: Signer,
    trust: TrustList,
    organisation: OrganisationIdentity | None = None,
    timestamps: TimestampSource | None = None,
) -> SignedOutput:
    """Black out statements of a signed file: their data leave the file, and a new record says that they did, and why.

    ``assertions`` are labels in the newest record, or addresses ``self#jumbf=/c2pa/<record>/c2pa.assertions/<label>`` of any
    record in the file. That the data are gone is proved by search: each telling text of theirs that nothing else states is
    looked for in every byte of the result.

    Raises ``DraftError`` for a statement that is not there or can't be blacked out, ``HistoryError`` where the source is not
    signed or not Trusted, ``RereadError`` where the result is not Trusted or still holds the data, and what ``sign`` raises.
    """
    source, destination = Path(source), Path(destination)
    if reason not in get_args(RedactionReason):
        raise DraftError(
            f"{reason[:60]!r} is no reason of C2PA's list; use one of {', '.join(get_args(RedactionReason))}"
        )
    store, media_type = _signed(source, destination, signer, organisation, trust)
    addresses = [_address(store, name) for name in dict.fromkeys(assertions)]
    if not addresses:
        raise DraftError("nothing to black out was named; pass labels such as org.reelproof.review")
    secrets = _only_in(store, addresses)
    actions = [
        {
            "action": "c2pa.redacted",
            "when": _now(),
            "softwareAgent": _AGENT,
            "reason": reason,
            "parameters": {"redacted": one},
        }
        for one in addresses
    ]
    gone = {_split(one) for one in addresses}
    definition = {**_definition(store, actions, without=gone), "redactions": addresses}
    job = Job(
        source, media_type, definition, signer, trust, [_parent(store, source, media_type)], organisation, timestamps
    )
    return deliver(job, destination, None, require=lambda path, record: _require_gone(path, record, addresses, secrets))


def stamp_later(
    source: Path,
    destination: Path,
    *,
    signer: Signer,
    trust: TrustList,
    timestamps: TimestampSource,
    organisation: OrganisationIdentity | None = None,
) -> SignedOutput:
    """Give a file that was signed without a time stamp one for each record in it that has none; the pictures stay as they
    are. Works as long as the certificates of those records are valid: afterwards nobody can know when they were used.

    Raises ``HistoryError`` where the source is not signed or not Trusted, ``TimestampUnavailableError``, and what ``sign``
    raises.
    """
    source, destination = Path(source), Path(destination)
    store, media_type = _signed(source, destination, signer, organisation, trust)
    job = Job(
        source, media_type, _definition(store, [], without=set()), signer, trust,
        [_parent(store, source, media_type)], organisation, timestamps, update=True, late=True,
    )  # fmt: skip
    return deliver(job, destination, None)


_AGENT = {"name": GENERATOR, "version": __version__}


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _signed(
    source: Path, destination: Path, signer: Signer, organisation: OrganisationIdentity | None, trust: TrustList
) -> tuple[Mapping[str, Any], str]:
    """The reader's document on ``source``, which must be signed and Trusted, and its media type."""
    media_type = check_paths(source, destination)
    check_certificates(signer, organisation)
    report = verify(source, trust=trust)
    if report.state != "Trusted" or media_type is None:
        why = " ".join(reason.plain for reason in report.reasons[:2])
        raise HistoryError(f"{source.name} reads as {report.state}, so its record can't be added to: {why}")
    with (
        open_steadily(source) as stream,
        c2pa.Reader(media_type, stream, context=context(trust)) as reader,
    ):
        store = json.loads(reader.json())
    return store, media_type


def _active(store: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = store["manifests"][store["active_manifest"]]
    return found


def _parent(store: Mapping[str, Any], source: Path, media_type: str) -> Ingredient:
    title = plain_text(str(_active(store).get("title") or source.name), 200)
    return Ingredient(media_type, "parentOf", title, path=source, label="before")


def _definition(
    store: Mapping[str, Any], actions: list[dict[str, Any]], *, without: set[tuple[str, str]]
) -> dict[str, Any]:
    """A record that opens the one before, does ``actions``, and states again what still holds."""
    active = _active(store)
    opened = {
        "action": "c2pa.opened", "when": _now(), "softwareAgent": _AGENT, "parameters": {"ingredientIds": ["before"]},
    }  # fmt: skip
    stated = [{"label": "c2pa.actions.v2", "data": {"actions": [opened, *actions], "allActionsIncluded": True}}]
    for entry in active.get("assertions") or []:
        label, key = str(entry.get("label")), (store["active_manifest"], _instance(entry))
        if label.split("__")[0] in _RESTATED and key not in without:
            stated.append({"label": label.split("__")[0], "data": entry.get("data")})
    return {
        "claim_version": 2,
        "claim_generator_info": [{**_AGENT, "specVersion": SPEC_VERSION}],
        **({"title": active["title"]} if active.get("title") else {}),
        "assertions": [{**entry, "created": True} for entry in stated],
    }


def _instance(entry: Mapping[str, Any]) -> str:
    """The label of a statement with its number, as addresses have it."""
    number = entry.get("instance")
    return f"{entry.get('label')}__{number}" if number else str(entry.get("label"))


def _split(address: str) -> tuple[str, str]:
    parts = address.removeprefix("self#jumbf=").strip("/").split("/")
    if len(parts) != 4 or parts[0] != "c2pa" or parts[2] != "c2pa.assertions":
        raise DraftError(f"{address[:120]!r} is no address of a statement; use a label such as org.reelproof.review")
    return parts[1], parts[3]


def _address(store: Mapping[str, Any], name: str) -> str:
    """The address of a statement. Raises ``DraftError`` where there is no such statement or it has to stay."""
    record, label = _split(name) if name.startswith("self#") else (str(store["active_manifest"]), name)
    manifest = store["manifests"].get(record) or {}
    labels = [_instance(entry) for entry in manifest.get("assertions") or []]
    if label.startswith(_KEPT):
        raise DraftError(f"{label} can't be blacked out: it says what was done, or binds the record to the file")
    if label not in labels:
        raise DraftError(f"there is no statement {label[:80]!r} in the record; it has {', '.join(sorted(labels))}")
    return f"self#jumbf=/c2pa/{record}/c2pa.assertions/{label}"


def _texts(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value}
    if isinstance(value, Mapping):
        return set().union(*map(_texts, value.values())) if value else set()
    return set().union(*map(_texts, value)) if isinstance(value, list) and value else set()


def _only_in(store: Mapping[str, Any], addresses: Sequence[str]) -> set[str]:
    """The telling texts that only the statements at ``addresses`` hold."""
    gone = {_split(one) for one in addresses}
    inside: set[str] = set()
    outside: set[str] = set()
    for record, manifest in store["manifests"].items():
        for entry in manifest.get("assertions") or []:
            (inside if (record, _instance(entry)) in gone else outside).update(_texts(entry.get("data")))
        rest = {key: value for key, value in manifest.items() if key != "assertions"}
        outside |= _texts(rest)
    return {text for text in inside if len(text) >= _TELLING and not any(text in other for other in outside)}


def _require_gone(path: Path, record: bytes, addresses: Sequence[str], secrets: set[str]) -> None:
    """Raises ``RereadError`` where a text is still in the file, or the record does not say that it was taken out."""
    with c2pa.Reader("application/c2pa", BytesIO(record)) as reader:
        store = json.loads(reader.json())
    if set(_active(store).get("redactions") or []) < set(addresses):
        raise RereadError("the new record does not say what was blacked out; nothing was written to the destination")
    for address in addresses:
        manifest, label = _split(address)
        entries = store["manifests"].get(manifest, {}).get("assertions") or []
        if label in [_instance(entry) for entry in entries]:
            raise RereadError(f"{label} is still in the record; nothing was written to the destination")
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        for text in sorted(secrets):
            if data.find(text.encode()) >= 0 or text.encode() in record:
                raise RereadError("data that was to be blacked out is still in the file; nothing was written")

"""Read what a file says about itself, check all of it down every branch, and say what that means.

::

    report = verify(Path("film.mp4"), trust=TrustList.open(Path("var/identity")))
    report.state, [reason.plain for reason in report.reasons]

The state is the chain's: a file whose own signature is Trusted, but which was made from something tampered with, reads
Changed, although readers that look at the top alone call it trusted.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from auditor.errors import BadInputError
from auditor.plaintext import plain_text
from auditor.provenance.chain import RANK, SIGNER_CODES, Chain, actions, generator, identities, source_type
from auditor.provenance.coverage import uncovered
from auditor.provenance.draft import AUDIT, CONSENTS, REVIEW, SOURCES
from auditor.provenance.reading import (
    MAX_ENTRIES,
    NoStore,
    Store,
    assertions,
    codes,
    hard_bindings,
    listing,
    mapping,
    read_store,
    text,
    texts,
    unreadable,
)
from auditor.provenance.reasons import Reason, reason
from auditor.provenance.report import Change, State, Statements, VerificationReport
from auditor.provenance.trust import TrustList

_MATCHES = (
    "assertion.bmffHash.match",
    "assertion.dataHash.match",
    "assertion.boxesHash.match",
    "assertion.collectionHash.match",
    "assertion.multiAssetHash.match",
)


def verify(
    path: Path, *, trust: TrustList | None, sidecar: Path | None = None, localise: bool = True
) -> VerificationReport:
    """Verify ``path`` against ``trust`` (``None``: nobody is trusted, so the best state is Valid).

    ``sidecar`` is a record that is kept beside the file, instead of in it. ``localise`` says whether a changed film that was
    signed for it is read once more to find where it was changed.

    Never raises about what is in the file: that is ``Unreadable``. Raises ``BadInputError`` where there is no such file.
    No network is used; a record that is kept elsewhere is not fetched.
    """
    path = Path(path)
    for one in (path, sidecar):
        if one is not None and not Path(one).is_file():
            raise BadInputError(f"{one} is not a file; pass the file to verify")
    try:
        store = read_store(path, trust=trust, sidecar=sidecar)
    except NoStore as nothing:
        return VerificationReport(state=nothing.state, reasons=(nothing.reason,))
    except OSError as error:
        return _nothing(unreadable(f"The file can't be read: {plain_text(error.strerror or '', 80)}.", "file.io"))
    try:
        return _report(path, store, localise=localise)
    except Exception as error:  # a record so odd that walking it fails is a finding, not a crash
        words = f"The signed record has a form that can't be understood ({type(error).__name__})."
        return _nothing(unreadable(words, "record.malformed"))


def _nothing(nothing: NoStore) -> VerificationReport:
    return VerificationReport(state=nothing.state, reasons=(nothing.reason,))


def _report(path: Path, store: Store, *, localise: bool) -> VerificationReport:
    chain = Chain(store)
    active = chain.active
    state, reasons = _top(store, chain.results)
    state, reasons = _with_chain(chain, state, reasons)
    bindings = hard_bindings(store)
    signature = mapping(active.get("signature_info"))
    signer, organisation = text(signature.get("common_name")), text(signature.get("issuer"))
    stamp = chain.timestamp(chain.label, active, chain.results)
    if state == "Trusted":
        by = f"{signer or 'an unnamed signer'} ({organisation})" if organisation else str(signer)
        reasons = [Reason("trusted", f"Signed by {by}, who is on your trust list, and not changed since.", "")]
        reasons += _in_time(stamp.time if stamp and stamp.standing == "trusted" else None)
    redactions = tuple(chain.redactions())
    beside = (
        []
        if store.embedded
        else [Reason("record.beside", "The signed record was kept beside the file, not in it.", "")]
    )
    notes = [one for one in chain.notes() if one.code not in {said.code for said in reasons}]
    if _usual(bindings):
        notes = [one for one in notes if one.code != "assertion.bmffHash.additionalExclusionsPresent"]
    notes = beside + notes
    notes += [
        Reason("redacted", f"'{one.by}' blacks out the statement {one.label} of '{one.of}'.", "", one.of, one.label)
        for one in redactions
    ]
    changes: tuple[Change, ...] = ()
    if localise and any(one.code == "assertion.bmffHash.mismatch" and not one.where for one in reasons):
        from auditor.provenance.localising import changes_of  # only what was changed needs it

        sound = {one.code for one in reasons if not one.where and not one.code.startswith(SIGNER_CODES)}
        if sound == {"assertion.bmffHash.mismatch"}:  # the record itself is intact, so its leaves can be believed
            changes = changes_of(path, bindings)
    return VerificationReport(
        state=state,
        reasons=tuple(reasons),
        title=text(active.get("title")),
        signer=signer,
        organisation=organisation,
        signed_at=stamp.time if stamp is not None and stamp.standing == "trusted" else None,
        claimed_at=_claimed_at(active),
        generator=generator(active),
        manifest_label=text(chain.label),
        chain=tuple(chain.links),
        statements=_statements(active),
        uncovered=uncovered(path, bindings, embedded=store.embedded),
        notes=tuple(notes),
        timestamp=stamp,
        identities=identities(active, chain.results),
        redactions=redactions,
        changes=changes,
        media_type=store.kind,
    )


def _top(store: Store, results: Mapping[str, Any]) -> tuple[State, list[Reason]]:
    """The state of the file's own record."""
    failures = codes(results, "failure")
    reasons = [reason(code, detail=words, url=url) for code, (words, url) in failures.items()]
    passed = codes(results, "success")
    if store.document.get("validation_state") == "Trusted":
        return "Trusted", reasons
    intact = "claimSignature.validated" in passed and any(code in passed for code in _MATCHES)
    if intact and all(code.startswith(SIGNER_CODES) for code in failures):
        return "Valid", reasons or [reason("signingCredential.untrusted")]
    return "Changed", reasons or [
        Reason("invalid", "The reader calls the signed record invalid without saying why.", "Ask for the original.")
    ]


def _usual(bindings: list[tuple[str, Mapping[str, Any]]]) -> bool:
    """Whether a BMFF binding leaves out only what C2PA's own tools always do: those places are listed anyway."""
    paths = {
        str(mapping(one).get("xpath"))
        for _, data in bindings
        for one in listing(data.get("exclusions"))
        if not (data.get("merkle") and mapping(one).get("xpath") == "/mdat")
    }
    return paths <= {"/uuid", "/ftyp", "/mfra", "/free", "/skip"}


def _with_chain(chain: Chain, state: State, reasons: list[Reason]) -> tuple[State, list[Reason]]:
    for link in chain.links:
        if RANK[link.state] > 0:
            reasons = reasons + [entry for entry in link.reasons if entry not in reasons]
        if RANK[link.state] > RANK[state]:
            state = link.state
    return state, reasons


def _in_time(stamped: str | None) -> list[Reason]:
    """A word on a certificate that has expired since, where a time stamp shows that it was valid then."""
    if stamped is None:
        return []
    plain = f"A time stamp authority on your trust list saw the signature at {stamped}; that outlasts the certificate."
    return [Reason("timeStamp.trusted", plain, "")]


def _claimed_at(manifest: Mapping[str, Any]) -> str | None:
    times = [text(action.get("when")) for action in actions(manifest)]
    return max((time for time in times if time), default=None)


def _first(manifest: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    found = assertions(manifest, name)
    cleaned = texts(found[0]) if found else None
    return cleaned if isinstance(cleaned, dict) else None


def _statements(manifest: Mapping[str, Any]) -> Statements:
    binding: Mapping[str, Any] = next(
        (mapping(texts(data)) for data in assertions(manifest, "c2pa.soft-binding") if data.get("alg") == "io.iscc.v0"),
        {},
    )
    blocks = listing(binding.get("blocks"))
    value = mapping(blocks[0]).get("value") if blocks else None
    grants = listing((_first(manifest, CONSENTS) or {}).get("grants"))
    sources = listing((_first(manifest, SOURCES) or {}).get("sources"))
    return Statements(
        digital_source_type=source_type(manifest),
        actions=tuple(text(action.get("action")) or "unknown" for action in actions(manifest)[:MAX_ENTRIES]),
        disclosure=_first(manifest, "c2pa.ai-disclosure"),
        soft_binding=value if isinstance(value, str) else None,
        mining=_first(manifest, "cawg.training-mining"),
        audit=_first(manifest, AUDIT),
        review=_first(manifest, REVIEW),
        consents=tuple(str(grant.get("grant")) for grant in grants if isinstance(grant, dict)),
        sources=tuple(source for source in sources if isinstance(source, dict)),
    )

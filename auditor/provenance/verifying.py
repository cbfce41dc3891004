"""Read what a file says about itself, check all of it down every branch, and say what that means.

::

    report = verify(Path("film.mp4"), trust=TrustList.open(Path("var/identity")))
    report.state, [reason.plain for reason in report.reasons]

The state is the chain's: a file whose own signature is Trusted, but which was made from something tampered with, reads
Changed, although readers that look at the top alone call it trusted.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import c2pa

from auditor.errors import BadInputError
from auditor.plaintext import plain_text
from auditor.provenance import sniff
from auditor.provenance.draft import AUDIT, CONSENTS, REVIEW, SOURCES
from auditor.provenance.reasons import Reason, reason
from auditor.provenance.report import ChainLink, State, Statements, UncoveredBytes, VerificationReport
from auditor.provenance.trust import BUFFER_BYTES, TrustList, context

#: How deep and how wide a chain is walked; a hostile record could go on for ever.
MAX_DEPTH = 24
MAX_LINKS = 2000
#: Longest text of a manifest that is shown, and how much of a statement.
MAX_TEXT = 200
_MAX_ENTRIES = 200

_RANK: dict[State, int] = {"Trusted": 0, "Valid": 1, "Unreadable": 2, "Changed": 3, "NoCredentials": 0}
#: Failures that speak about the signer, not about the file.
_SIGNER_CODES = ("signingCredential.", "timeStamp.", "claimSignature.outsideValidity")


def verify(path: Path, *, trust: TrustList | None) -> VerificationReport:
    """Verify ``path`` against ``trust`` (``None``: nobody is trusted, so the best state is Valid).

    Never raises about what is in the file: that is ``Unreadable``. Raises ``BadInputError`` where there is no such file.
    No network is used; a record that is kept elsewhere is not fetched.
    """
    path = Path(path)
    if not path.is_file():
        raise BadInputError(f"{path} is not a file; pass the file to verify")
    try:
        with path.open("rb", buffering=BUFFER_BYTES) as stream:
            kind = sniff.media_type(stream.read(32))
            stream.seek(0)
            store = _read(stream, kind, trust)
    except _Verdict as verdict:
        return verdict.report
    except OSError as error:
        return _unreadable(f"The file can't be read: {plain_text(error.strerror or '', 80)}.", "file.io")
    try:
        report = _Examination(store).report()
    except Exception as error:  # a record so odd that walking it fails is a finding, not a crash
        return _unreadable(
            f"The signed record has a form that can't be understood ({type(error).__name__}).", "record.malformed"
        )
    parts = sniff.uncovered(path) if kind is not None and kind.startswith(("video/mp4", "video/quicktime")) else ()
    return _with_uncovered(report, tuple(UncoveredBytes(*part) for part in parts))


class _Verdict(Exception):
    def __init__(self, report: VerificationReport) -> None:
        self.report = report
        super().__init__(report.state)


def _unreadable(plain: str, code: str) -> VerificationReport:
    remedy = "Check that the file is complete, and ask whoever gave it to you for the original."
    return VerificationReport(state="Unreadable", reasons=(Reason(code, plain, remedy),))


def _with_uncovered(report: VerificationReport, parts: tuple[UncoveredBytes, ...]) -> VerificationReport:
    return replace(report, uncovered=parts)


def _read(stream: BinaryIO, kind: str | None, trust: TrustList | None) -> dict[str, Any]:
    """The reader's document; raises ``_Verdict`` where there is none."""
    if kind is None:
        raise _Verdict(
            _unreadable(
                "This is no picture, sound or video file of a kind that can carry a signed record.", "file.type"
            )
        )
    try:
        with c2pa.Reader(kind, stream, context=context(trust)) as reader:
            document = json.loads(reader.json())
    except c2pa.C2paError.ManifestNotFound:
        none = Reason(
            "manifest.notFound",
            "The file carries no signed record. Who made it can't be told: records get lost when files are converted.",
            "Ask for the original, or look it up by its fingerprint.",
        )
        raise _Verdict(VerificationReport(state="NoCredentials", reasons=(none,))) from None
    except c2pa.C2paError.RemoteManifest:
        remote = Reason(
            "manifest.remote",
            "The signed record is kept elsewhere and was not fetched.",
            "Ask for a file that holds its record.",
        )
        raise _Verdict(VerificationReport(state="NoCredentials", reasons=(remote,))) from None
    except Exception as error:  # whatever a malformed file provokes in the library, JSON and key errors included
        words = plain_text(str(error).partition(": ")[2] or type(error).__name__, 160)
        raise _Verdict(_unreadable(f"The file or its signed record is damaged: {words}.", "file.damaged")) from None
    if not isinstance(document, dict):
        raise _Verdict(_unreadable("The signed record has a form that can't be understood.", "record.malformed"))
    return document


def _texts(value: Any, depth: int = 0) -> Any:
    """A statement's data with every text made plain, and bounded in depth and width."""
    if isinstance(value, str):
        return plain_text(value, MAX_TEXT)
    if depth > 8:
        return None
    if isinstance(value, Mapping):
        return {plain_text(str(key), 60): _texts(entry, depth + 1) for key, entry in list(value.items())[:_MAX_ENTRIES]}
    if isinstance(value, list):
        return [_texts(entry, depth + 1) for entry in value[:_MAX_ENTRIES]]
    return value if value is None or isinstance(value, bool | int | float) else plain_text(str(value), MAX_TEXT)


def _text(value: Any) -> str | None:
    return plain_text(value, MAX_TEXT) if isinstance(value, str) else None


def _codes(results: Any, kind: str) -> list[tuple[str, str]]:
    """``(code, explanation)`` of one kind of status in a validation result."""
    entries = results.get(kind, []) if isinstance(results, Mapping) else []
    return [
        (str(entry.get("code", "unknown"))[:80], plain_text(str(entry.get("explanation", "")), 160))
        for entry in entries
    ]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


class _Examination:
    """One walk over a manifest store."""

    def __init__(self, store: Mapping[str, Any]) -> None:
        self._store = store
        self._manifests = _mapping(store.get("manifests"))
        self._links: list[ChainLink] = []
        self._deltas = {
            str(entry.get("ingredientAssertionURI")): _mapping(entry.get("validationDeltas"))
            for entry in _mapping(store.get("validation_results")).get("ingredientDeltas") or []
            if isinstance(entry, Mapping)
        }

    def report(self) -> VerificationReport:
        label = str(self._store.get("active_manifest", ""))
        active = _mapping(self._manifests.get(label))
        results = _mapping(_mapping(self._store.get("validation_results")).get("activeManifest"))
        state, reasons = self._top(results)
        self._walk(label, active, 1)
        state, reasons = self._with_chain(state, reasons)
        signature = _mapping(active.get("signature_info"))
        signer, organisation = _text(signature.get("common_name")), _text(signature.get("issuer"))
        if state == "Trusted":
            by = f"{signer or 'an unnamed signer'} ({organisation})" if organisation else str(signer)
            reasons = [Reason("trusted", f"Signed by {by}, who is on your trust list, and not changed since.", "")]
        generators = active.get("claim_generator_info") or [{}]
        statements = _statements(active)
        return VerificationReport(
            state=state,
            reasons=tuple(reasons),
            title=_text(active.get("title")),
            signer=signer,
            organisation=organisation,
            signed_at=_text(signature.get("time")),
            claimed_at=_claimed_at(active),
            generator=_text(_mapping(generators[0]).get("name")),
            manifest_label=_text(label),
            chain=tuple(self._links),
            statements=statements,
        )

    def _top(self, results: Mapping[str, Any]) -> tuple[State, list[Reason]]:
        failures = _codes(results, "failure")
        said = self._store.get("validation_state")
        reasons = [reason(code, detail=words) for code, words in dict(failures).items()]
        if said == "Trusted" and not failures:
            return "Trusted", reasons
        passed = {code for code, _ in _codes(results, "success")}
        intact = "claimSignature.validated" in passed and any(
            code in passed
            for code in ("assertion.bmffHash.match", "assertion.dataHash.match", "assertion.boxesHash.match")
        )
        if intact and all(code.startswith(_SIGNER_CODES) for code, _ in failures):
            return "Valid", reasons or [reason("signingCredential.untrusted")]
        return "Changed", reasons or [
            Reason("invalid", "The reader calls the signed record invalid without saying why.", "")
        ]

    def _walk(self, label: str, manifest: Mapping[str, Any], depth: int, trail: tuple[str, ...] = ()) -> None:
        for ingredient in manifest.get("ingredients") or []:
            if not isinstance(ingredient, Mapping):
                continue
            if len(self._links) >= MAX_LINKS or depth > MAX_DEPTH:
                self._links.append(_too_far(depth))
                return
            link = self._link(label, ingredient, depth)
            self._links.append(link)
            below = ingredient.get("active_manifest")
            if isinstance(below, str) and below in self._manifests and below not in trail:
                self._walk(below, _mapping(self._manifests[below]), depth + 1, (*trail, below))

    def _link(self, label: str, ingredient: Mapping[str, Any], depth: int) -> ChainLink:
        title = _text(ingredient.get("title")) or "untitled"
        own = ingredient.get("active_manifest")
        manifest = _mapping(self._manifests.get(own)) if isinstance(own, str) else {}
        state, reasons = self._ingredient_state(label, ingredient, title, isinstance(own, str), bool(manifest))
        signature = _mapping(manifest.get("signature_info"))
        return ChainLink(
            title=title,
            relationship=_text(ingredient.get("relationship")) or "unknown",
            state=state,
            depth=depth,
            media_type=_text(ingredient.get("format")) or "",
            manifest_label=_text(own),
            signer=_text(signature.get("common_name")) or _text(signature.get("issuer")),
            reasons=tuple(reasons),
        )

    def _ingredient_state(
        self, label: str, ingredient: Mapping[str, Any], title: str, signed: bool, present: bool
    ) -> tuple[State, list[Reason]]:
        """What was recorded when it was taken in, corrected by what the reader found now."""
        delta = self._deltas.get(f"self#jumbf=/c2pa/{label}/c2pa.assertions/{ingredient.get('label')}", {})
        results = _mapping(ingredient.get("validation_results"))
        recorded = dict(_codes(results.get("activeManifest"), "failure"))
        for entry in results.get("ingredientDeltas") or []:
            recorded |= dict(_codes(_mapping(entry).get("validationDeltas"), "failure"))
        for entry in ingredient.get("validation_status") or []:
            recorded.setdefault(str(_mapping(entry).get("code", "unknown"))[:80], "")
        if "signingCredential.trusted" in dict(_codes(delta, "success")):
            recorded.pop("signingCredential.untrusted", None)
        failures = recorded | dict(_codes(delta, "failure"))
        reasons = [reason(code, where=title, detail=words) for code, words in failures.items()]
        if any(not code.startswith(_SIGNER_CODES) for code in failures):
            return "Changed", reasons
        if not signed:
            return "NoCredentials", reasons
        if not present:
            return "Changed", [*reasons, reason("ingredient.manifest.missing", where=title)]
        if failures:
            return "Valid", reasons
        if not results:
            return "Valid", [
                Reason("ingredient.unverified", f"In '{title}': nobody recorded whether it was intact.", "")
            ]
        return "Trusted", reasons

    def _with_chain(self, state: State, reasons: list[Reason]) -> tuple[State, list[Reason]]:
        for link in self._links:
            if _RANK[link.state] > 0:
                reasons = reasons + [entry for entry in link.reasons if entry not in reasons]
            if _RANK[link.state] > _RANK[state]:
                state = link.state
        return state, reasons


def _too_far(depth: int) -> ChainLink:
    why = Reason(
        "chain.tooLong", f"The chain goes on beyond {MAX_DEPTH} steps or {MAX_LINKS} ingredients.", "Verify its parts."
    )
    return ChainLink("more ingredients", "unknown", "Unreadable", depth, reasons=(why,))


def _assertions(manifest: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = []
    for entry in manifest.get("assertions") or []:
        if isinstance(entry, Mapping) and str(entry.get("label", "")).split("__")[0] == name:
            found.append(_mapping(entry.get("data")))
    return found


def _actions(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    for data in _assertions(manifest, "c2pa.actions.v2") + _assertions(manifest, "c2pa.actions"):
        found += [_mapping(entry) for entry in data.get("actions") or []]
    return found[:_MAX_ENTRIES]


def _claimed_at(manifest: Mapping[str, Any]) -> str | None:
    times = [_text(action.get("when")) for action in _actions(manifest)]
    return max((time for time in times if time), default=None)


def _first(manifest: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    found = _assertions(manifest, name)
    cleaned = _texts(found[0]) if found else None
    return cleaned if isinstance(cleaned, dict) else None


def _statements(manifest: Mapping[str, Any]) -> Statements:
    actions = _actions(manifest)
    binding = _first(manifest, "c2pa.soft-binding") or {}
    blocks = binding.get("blocks") or [{}]
    value = blocks[0].get("value") if binding.get("alg") == "io.iscc.v0" and isinstance(blocks[0], dict) else None
    grants = (_first(manifest, CONSENTS) or {}).get("grants") or []
    sources = (_first(manifest, SOURCES) or {}).get("sources") or []
    return Statements(
        digital_source_type=next(
            (_text(action["digitalSourceType"]) for action in actions if "digitalSourceType" in action), None
        ),
        actions=tuple(_text(action.get("action")) or "unknown" for action in actions),
        disclosure=_first(manifest, "c2pa.ai-disclosure"),
        soft_binding=value if isinstance(value, str) else None,
        mining=_first(manifest, "cawg.training-mining"),
        audit=_first(manifest, AUDIT),
        review=_first(manifest, REVIEW),
        consents=tuple(str(grant.get("grant")) for grant in grants if isinstance(grant, dict)),
        sources=tuple(source for source in sources if isinstance(source, dict)),
    )

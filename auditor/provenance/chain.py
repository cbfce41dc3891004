"""The walk over everything that went into a file, and everything that went into that: each gets a state of its own, and
the worst of them is the file's. Readers that look at the top record alone call a film trusted that was cut from a forged
shot."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from auditor.plaintext import plain_text
from auditor.provenance.reading import Store, assertions, codes, listing, mapping, text
from auditor.provenance.reasons import Reason, reason
from auditor.provenance.report import ChainLink, Identity, Redaction, Standing, State, TimeStamp

#: How deep and how wide a chain is walked; a hostile record could go on for ever.
MAX_DEPTH = 24
MAX_LINKS = 2000
RANK: dict[State, int] = {"Trusted": 0, "Valid": 1, "Unreadable": 2, "Changed": 3, "NoCredentials": 0}
#: Failures that speak about the signer, a time stamp or a co-signer, not about the file.
SIGNER_CODES = ("signingCredential.", "timeStamp.", "claimSignature.outsideValidity", "cawg.x509.", "cawg.ica.")
#: Remarks that a reader need not be told of in every verdict.
_QUIET = ("signingCredential.ocsp.", "timeOfSigning.insideValidity")


class Chain:
    """One walk over a store: ``links`` in the order of the records, ``redactions`` of all of them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.label = str(store.document.get("active_manifest", ""))
        self._manifests = mapping(store.document.get("manifests"))
        self.active = mapping(self._manifests.get(self.label))
        results = mapping(store.document.get("validation_results"))
        self.results = mapping(results.get("activeManifest"))
        self._deltas = {
            str(entry.get("ingredientAssertionURI")): mapping(entry.get("validationDeltas"))
            for entry in listing(results.get("ingredientDeltas"))
            if isinstance(entry, Mapping)
        }
        self._details = {str(one.get("label")): one for one in map(mapping, listing(store.details.get("manifests")))}
        self.links: list[ChainLink] = []
        self._walk(self.label, self.active, 1, (self.label,))

    def _walk(
        self,
        label: str,
        manifest: Mapping[str, Any],
        depth: int,
        trail: tuple[str, ...],
        above: ChainLink | None = None,
    ) -> None:
        for ingredient in listing(manifest.get("ingredients")):
            if not isinstance(ingredient, Mapping):
                continue
            if len(self.links) >= MAX_LINKS or depth > MAX_DEPTH:
                if not self.links or self.links[-1].reasons[:1] != (_TOO_FAR,):
                    self.links.append(
                        ChainLink("more ingredients", "unknown", "Unreadable", depth, reasons=(_TOO_FAR,))
                    )
                return
            below = ingredient.get("active_manifest")
            circular = isinstance(below, str) and below in trail
            link = _as_said_by(above, self._link(label, ingredient, depth, circular=circular))
            self.links.append(link)
            if isinstance(below, str) and below in self._manifests and not circular:
                self._walk(below, mapping(self._manifests[below]), depth + 1, (*trail, below), link)

    def _link(self, label: str, ingredient: Mapping[str, Any], depth: int, *, circular: bool) -> ChainLink:
        title = text(ingredient.get("title")) or "untitled"
        own = ingredient.get("active_manifest")
        manifest = mapping(self._manifests.get(own)) if isinstance(own, str) else {}
        delta = self._deltas.get(f"self#jumbf=/c2pa/{label}/c2pa.assertions/{ingredient.get('label')}", {})
        state, reasons = self._ingredient_state(ingredient, delta, title, isinstance(own, str), bool(manifest))
        if circular:
            state = "Changed"
            reasons.append(Reason("chain.circular", f"In '{title}': it is said to be made from itself.", "", title))
        results = mapping(mapping(ingredient.get("validation_results")).get("activeManifest"))
        signature = mapping(manifest.get("signature_info"))
        return ChainLink(
            title=title,
            relationship=text(ingredient.get("relationship")) or "unknown",
            state=state,
            depth=depth,
            media_type=text(ingredient.get("format")) or "",
            manifest_label=text(own),
            signer=text(signature.get("common_name")) or text(signature.get("issuer")),
            reasons=tuple(reasons),
            organisation=text(signature.get("issuer")),
            generator=generator(manifest),
            digital_source_type=source_type(manifest),
            timestamp=self.timestamp(str(own), manifest, results, delta) if manifest else None,
            identities=identities(manifest, results, delta) if manifest else (),
        )

    def _ingredient_state(
        self, ingredient: Mapping[str, Any], delta: Mapping[str, Any], title: str, signed: bool, present: bool
    ) -> tuple[State, list[Reason]]:
        """What was recorded when it was taken in, corrected by what the reader finds now."""
        results = mapping(ingredient.get("validation_results"))
        recorded = codes(results.get("activeManifest"), "failure")
        for entry in listing(results.get("ingredientDeltas")):
            recorded |= codes(mapping(entry).get("validationDeltas"), "failure")
        for entry in listing(ingredient.get("validation_status")):
            code = str(mapping(entry).get("code", "unknown"))[:80]
            if code.rpartition(".")[2] not in _PASSED:
                recorded.setdefault(code, ("", str(mapping(entry).get("url", ""))[:400]))
        if "signingCredential.trusted" in codes(delta, "success"):
            recorded.pop("signingCredential.untrusted", None)
        failures = recorded | codes(delta, "failure")
        reasons = [reason(code, where=title, detail=words, url=url) for code, (words, url) in failures.items()]
        if any(not code.startswith(SIGNER_CODES) for code in failures):
            return "Changed", reasons
        if not signed:
            return "NoCredentials", reasons
        if not present:
            return "Changed", [*reasons, reason("ingredient.manifest.missing", where=title)]
        if failures:
            return "Valid", reasons
        if not results and ingredient.get("validation_status") is None:
            words = f"In '{title}': nobody recorded whether it was intact when it was used."
            return "Valid", [Reason("ingredient.unverified", words, "Ask for the ingredient and verify it.", title)]
        return "Trusted", reasons

    def timestamp(self, label: str, manifest: Mapping[str, Any], *results: Mapping[str, Any]) -> TimeStamp | None:
        """The time stamp of a record, from the checks that concern it; ``None`` where it carries none."""
        passed = {code for one in results for code in codes(one, "success") if code.startswith("timeStamp.")}
        failed = {
            code
            for one in results
            for kind in ("failure", "informational")
            for code in codes(one, kind)
            if code.startswith("timeStamp.")
        }
        if not passed and not failed:
            return None
        standing: Standing = "unknown"
        if failed - {"timeStamp.untrusted"} and "timeStamp.validated" not in passed:
            standing = "invalid"
        elif "timeStamp.trusted" in passed:
            standing = "trusted"
        info = mapping(mapping(mapping(self._details.get(label)).get("signature")).get("timeStampInfo"))
        certificate = mapping(info.get("certificateInfo"))
        subject = mapping(certificate.get("subject"))
        time = text(mapping(manifest.get("signature_info")).get("time")) or text(info.get("timestamp"))
        return TimeStamp(time, text(subject.get("CN")) or text(subject.get("O")), standing)

    def redactions(self) -> Iterator[Redaction]:
        """What was blacked out, in every record of the store."""
        for manifest in map(mapping, self._manifests.values()):
            for address in listing(manifest.get("redactions"))[:MAX_LINKS]:
                steps = str(address).rpartition("/c2pa/")[2].split("/")
                of = mapping(self._manifests.get(steps[0]))
                yield Redaction(
                    plain_text(steps[-1], 80),
                    text(of.get("title")) or plain_text(steps[0], 80),
                    text(manifest.get("title")) or "untitled",
                )

    def notes(self) -> list[Reason]:
        """Remarks on the file's own record that are no failure."""
        found = codes(self.results, "informational") | {
            code: said
            for code, said in codes(self.results, "failure").items()
            if code.startswith(("cawg.", "timeStamp."))
        }
        return [
            reason(code, detail=words, url=url) for code, (words, url) in found.items() if not code.startswith(_QUIET)
        ]


def _as_said_by(above: ChainLink | None, link: ChainLink) -> ChainLink:
    """The link as far as it may be believed: whether a part of a part was trusted and intact when it was used is the word of
    whoever used it, and no better than their own standing."""
    if above is None or above.state == "Trusted" or link.state != "Trusted":
        return link
    words = f"In '{link.title}': that it was intact is the word of '{above.title}', whose own record is not trusted."
    remedy = "Ask for the part itself and verify it."
    return replace(link, state="Valid", reasons=(Reason("ingredient.onItsWord", words, remedy, link.title),))


_TOO_FAR = Reason(
    "chain.tooLong", f"The chain goes on beyond {MAX_DEPTH} steps or {MAX_LINKS} ingredients.", "Verify its parts."
)
#: Last steps of codes that say that a check passed; records from before 2.0 list those among the others.
_PASSED = frozenset({"validated", "trusted", "match", "insideValidity", "notRevoked", "accessible"})


def generator(manifest: Mapping[str, Any]) -> str | None:
    """The program that wrote a record."""
    entries = listing(manifest.get("claim_generator_info"))
    return text(mapping(entries[0]).get("name")) if entries else text(manifest.get("claim_generator"))


def actions(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What a record says was done."""
    found: list[Mapping[str, Any]] = []
    for data in assertions(manifest, "c2pa.actions.v2") + assertions(manifest, "c2pa.actions"):
        found += [mapping(entry) for entry in listing(data.get("actions"))]
    return found[:MAX_LINKS]


def source_type(manifest: Mapping[str, Any]) -> str | None:
    """The first digital source type that a record's actions name."""
    return next((text(one["digitalSourceType"]) for one in actions(manifest) if "digitalSourceType" in one), None)


def identities(manifest: Mapping[str, Any], *results: Mapping[str, Any]) -> tuple[Identity, ...]:
    """The organisations and people that a record names beside its signer, each with how far to believe it.

    The reader checks those of a file's own record only; those of its parts stay ``unknown``.
    """
    passed = {code for one in results for code in codes(one, "success")}
    failed = {code for one in results for kind in ("failure", "informational") for code in codes(one, kind)}
    wrong = {code for code in failed if code.startswith("cawg.") and "untrusted" not in code}
    standing: Standing = "unknown"
    if wrong:
        standing = "invalid"
    elif passed & {"cawg.x509.credential.trusted", "cawg.identity.trusted"}:
        standing = "trusted"
    found = []
    for data in assertions(manifest, "cawg.identity")[:20]:
        payload, signature = mapping(data.get("signer_payload")), mapping(data.get("signature_info"))
        name = text(signature.get("issuer")) or text(signature.get("common_name")) or "not named"
        roles = tuple(filter(None, (text(role) for role in listing(payload.get("role") or payload.get("roles"))[:20])))
        kind = text(payload.get("sig_type")) or text(data.get("sig_type")) or ""
        found.append(Identity(name, standing, kind, roles))
    return tuple(found)

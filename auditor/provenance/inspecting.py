"""The whole of what a file's signed records say, record by record, as text that is safe to print.

::

    record = inspect(Path("film.mp4"), trust=trust)
    record.verdict.state, [manifest["title"] for manifest in record.manifests]
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor.errors import BadInputError
from auditor.provenance.chain import MAX_DEPTH, MAX_LINKS, generator
from auditor.provenance.reading import (
    MAX_ENTRIES,
    NoStore,
    Store,
    listing,
    mapping,
    read_store,
    text,
    texts,
)
from auditor.provenance.reasons import reason
from auditor.provenance.report import VerificationReport
from auditor.provenance.trust import TrustList
from auditor.provenance.verifying import verify


@dataclass(frozen=True, slots=True)
class Record:
    """The verdict; every manifest with signature, statements, ingredients and checks; the ingredients as a ``tree``."""

    verdict: VerificationReport
    embedded: bool
    manifests: tuple[dict[str, Any], ...] = ()
    tree: tuple[dict[str, Any], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The ``inspect`` document of the command line."""
        return {
            "verdict": self.verdict.as_dict(),
            "embedded": self.embedded,
            "manifests": list(self.manifests),
            "tree": list(self.tree),
        }


def inspect(path: Path, *, trust: TrustList | None, sidecar: Path | None = None) -> Record:
    """Everything in the records of ``path``. Raises ``BadInputError`` where there is no such file, and nothing about what is
    in it: a file without a record, or a damaged one, has a verdict and no manifests."""
    path = Path(path)
    if not path.is_file():
        raise BadInputError(f"{path} is not a file; pass the file to inspect")
    verdict = verify(path, trust=trust, sidecar=sidecar)
    if verdict.manifest_label is None:
        return Record(verdict, embedded=sidecar is None)
    try:
        store = read_store(path, trust=trust, sidecar=sidecar, details=True)
    except (NoStore, OSError):
        return Record(verdict, embedded=sidecar is None)
    manifests = mapping(store.document.get("manifests"))
    active = str(store.document.get("active_manifest"))
    details = {str(one.get("label")): one for one in map(mapping, listing(store.details.get("manifests")))}
    listed = [
        _manifest(label, mapping(manifest), mapping(details.get(label)), store, active=label == active)
        for label, manifest in list(manifests.items())[:MAX_ENTRIES]
    ]
    listed.sort(key=lambda one: not one["active"])
    budget = [MAX_LINKS]
    return Record(verdict, store.embedded, tuple(listed), tuple(_tree(manifests, active, (), budget)))


def _manifest(
    label: str, manifest: Mapping[str, Any], details: Mapping[str, Any], store: Store, *, active: bool
) -> dict[str, Any]:
    signature, seen = mapping(manifest.get("signature_info")), mapping(details.get("signature"))
    certificate = mapping(seen.get("certificateInfo"))
    validity, stamp = mapping(certificate.get("validity")), mapping(seen.get("timeStampInfo"))
    authority = mapping(mapping(stamp.get("certificateInfo")).get("subject"))
    issuer = mapping(certificate.get("issuer"))
    stated = mapping(details.get("assertions"))
    shown = [
        {"label": text(name), "data": texts(data)}
        for name, data in list(stated.items())[:MAX_ENTRIES]
        if not str(name).startswith("c2pa.ingredient")
    ]
    return {
        "label": text(label),
        "active": active,
        "title": text(manifest.get("title")),
        "generator": generator(manifest),
        "claim_version": manifest.get("claim_version") if isinstance(manifest.get("claim_version"), int) else None,
        "instance": text(manifest.get("instance_id")),
        "signature": {
            "algorithm": text(seen.get("algorithm")) or text(signature.get("alg")),
            "signer": text(signature.get("common_name")),
            "organisation": text(signature.get("issuer")),
            "certificate_issuer": text(issuer.get("CN")) or text(issuer.get("O")),
            "serial": text(certificate.get("serialNumber")) or text(signature.get("cert_serial_number")),
            "not_before": text(validity.get("notBefore")),
            "not_after": text(validity.get("notAfter")),
            "time": text(signature.get("time")) or text(stamp.get("timestamp")),
            "authority": text(authority.get("CN")) or text(authority.get("O")),
        },
        "assertions": shown,
        "ingredients": [_ingredient(mapping(one)) for one in listing(manifest.get("ingredients"))[:MAX_ENTRIES]],
        "redactions": [text(one) for one in listing(manifest.get("redactions"))[:MAX_ENTRIES]],
        "checks": _checks(mapping(details.get("validationResults")), store, active=active),
    }


def _checks(results: Mapping[str, Any], store: Store, *, active: bool) -> list[dict[str, Any]]:
    """Every check of a record, with its plain sentence."""
    if not results and active:
        results = mapping(mapping(store.document.get("validation_results")).get("activeManifest"))
    found = []
    for kind in ("failure", "informational", "success"):
        for entry in map(mapping, listing(results.get(kind))[:MAX_ENTRIES]):
            said = reason(
                str(entry.get("code", "unknown")),
                detail=str(entry.get("explanation", "")),
                url=str(entry.get("url", "")),
            )
            found.append({"kind": kind, "code": said.code, "plain": said.plain, "part": said.detail})
    return found


def _ingredient(ingredient: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "title": text(ingredient.get("title")) or "untitled",
        "relationship": text(ingredient.get("relationship")) or "unknown",
        "media_type": text(ingredient.get("format")),
        "manifest": text(ingredient.get("active_manifest")),
    }


def _tree(manifests: Mapping[str, Any], label: str, trail: tuple[str, ...], budget: list[int]) -> list[dict[str, Any]]:
    """The ingredients of a record, each with its own below it, as deep and wide as a chain is walked."""
    found: list[dict[str, Any]] = []
    if len(trail) > MAX_DEPTH or label in trail:
        return found
    for ingredient in map(mapping, listing(mapping(manifests.get(label)).get("ingredients"))):
        budget[0] -= 1
        if budget[0] < 0:
            break
        own = ingredient.get("active_manifest")
        below = _tree(manifests, own, (*trail, label), budget) if isinstance(own, str) else []
        found.append({**_ingredient(ingredient), "ingredients": below})
    return found

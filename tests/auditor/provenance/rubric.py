"""The C2PA Asset Conformance Rubric 0.2 for specification 2.4 (C2PA Conformance Task Force, 6 August 2026), as our own
checks on ``Reader.crjson()``.

The rubric is published as expressions in a language that has no released interpreter for Python; what each of its 31 rules
asks for is written here anew, under the rule's own name, with the clause of the specification that it cites.
``unmet(document)`` names the rules that a file does not meet, with what was found.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Found = Iterable[Any]
_NO_RESULTS = "MISSING_VALIDATION_RESULTS"
_RULES: dict[str, Callable[["Manifest"], Found]] = {}

BEGINNINGS = {"c2pa.created", "c2pa.opened"}
UNSEEN = {
    "c2pa.converted", "c2pa.published", "c2pa.repackaged", "c2pa.transcoded", "c2pa.resized.proportional",
    "c2pa.enhanced", "c2pa.edited.metadata", "c2pa.watermarked", "c2pa.watermarked.bound", "c2pa.watermarked.unbound",
    "c2pa.redacted",
}  # fmt: skip
ACTIONS = BEGINNINGS | UNSEEN | {
    "c2pa.addedText", "c2pa.adjustedColor", "c2pa.changedSpeed", "c2pa.color_adjustments", "c2pa.cropped", "c2pa.deleted",
    "c2pa.drawing", "c2pa.dubbed", "c2pa.edited", "c2pa.filtered", "c2pa.mastered", "c2pa.mixed", "c2pa.orientation",
    "c2pa.placed", "c2pa.remixed", "c2pa.removed", "c2pa.resized", "c2pa.translated", "c2pa.trimmed", "c2pa.unknown",
}  # fmt: skip
OLD_ACTIONS = {
    "c2pa.copied", "c2pa.formatted", "c2pa.version_updated", "c2pa.printed", "c2pa.managed", "c2pa.produced",
    "c2pa.saved", "c2pa.color_adjustments", "c2pa.watermarked",
}  # fmt: skip
ASSERTIONS = {
    "c2pa.hash.data", "c2pa.hash.data.part", "c2pa.hash.boxes", "c2pa.hash.bmff.v3", "c2pa.hash.collection.data",
    "c2pa.hash.multi-asset", "c2pa.actions.v2", "c2pa.ingredient.v3", "c2pa.soft-binding", "c2pa.cloud-data",
    "c2pa.embedded-data", "c2pa.metadata", "c2pa.certificate-status", "c2pa.asset-ref", "c2pa.asset-type.v2",
    "c2pa.thumbnail.claim", "c2pa.thumbnail.ingredient", "c2pa.depthmap.GDepth", "c2pa.icon",
    "c2pa.alternative-content-representation", "c2pa.external-reference", "c2pa.session-keys",
    "c2pa.environmental-sustainability", "c2pa.repository-receipt", "c2pa.ai-disclosure", "c2pa.assertion.metadata",
    "c2pa.time-stamp",
}  # fmt: skip
OLD_ASSERTIONS = {
    "c2pa.claim", "c2pa.hash.bmff.v2", "c2pa.asset-type", "c2pa.ingredient", "c2pa.ingredient.v2", "c2pa.actions",
}  # fmt: skip
PARAMETERS = {
    "redacted", "ingredients", "ingredient", "description", "relatedAssertions", "sourceLanguage", "targetLanguage",
    "multipleInstances", "ranges", "weight", "width", "italic", "slant", "optical-size",
}  # fmt: skip
MALFORMED = (
    ".malformed", ".missing", ".invalid", ".wrongParents", "claim.multiple", ".labelMismatch", "external-reference.created",
    "assertion.boxesHash.unknownBox", "assertion.multipleHardBindings", "manifest.inaccessible", ".multipleParents",
    ".multipleManifests", ".emptyReference", ".malformedReference", ".multipleReferences", ".noManifest",
    ".noResolutionPath",
)  # fmt: skip
MISMATCHED = (
    "ismatch", "assertion.hardBinding.redacted", "claimSignature.missing", "ingredient.claimSignature.missing",
)  # fmt: skip


class Manifest:
    """The active manifest of a crJSON document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.data: Mapping[str, Any] = document["manifests"][0]
        self.assertions: Mapping[str, Any] = self.data.get("assertions") or {}
        self.claim: Mapping[str, Any] = self.data.get("claim.v2") or {}
        self.results: Mapping[str, Any] | None = self.data.get("validationResults")

    @property
    def values(self) -> list[Mapping[str, Any]]:
        return [value for value in self.assertions.values() if isinstance(value, Mapping)]

    @property
    def actions(self) -> list[Mapping[str, Any]]:
        return [one for value in self.values for one in value.get("actions") or []]

    @property
    def ingredients(self) -> list[Mapping[str, Any]]:
        return [value for value in self.values if value.get("relationship") is not None]

    @property
    def failures(self) -> list[str]:
        if self.results is None:
            return [_NO_RESULTS]
        return [str(one.get("code")) for one in self.results.get("failure") or []]


def rule(check: Callable[[Manifest], Found]) -> Callable[[Manifest], Found]:
    _RULES[check.__name__] = check
    return check


def unmet(document: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The rules that the document does not meet; ``{}`` is conformance. A check that breaks is a rule that is not met."""
    found = {}
    for name, check in _RULES.items():
        try:
            against = list(check(Manifest(document)))
        except Exception as error:
            against = [repr(error)]
        if against:
            found[name] = against
    return found


def names() -> list[str]:
    return list(_RULES)


@rule
def mandatory_dst_for_perceptible_transformations(manifest: Manifest) -> Found:
    for action in manifest.actions:
        name = action["action"]
        seen = name.startswith("c2pa.") and name not in BEGINNINGS | UNSEEN | {"c2pa.placed"}
        if seen and action.get("digitalSourceType") is None:
            yield name


@rule
def mandatory_spec_version(manifest: Manifest) -> Found:
    said = manifest.claim["claim_generator_info"]
    version = (said[0] if isinstance(said, list) else said).get("specVersion")
    return [] if isinstance(version, str) and version.split(".")[:2] == ["2", "4"] else [version or "missing"]


@rule
def mandatory_all_actions_included(manifest: Manifest) -> Found:
    return [one for one in manifest.values if one.get("actions") is not None and one.get("allActionsIncluded") is None]


@rule
def no_dst_for_opened_action(manifest: Manifest) -> Found:
    return [
        one for one in manifest.actions if one["action"] == "c2pa.opened" and one.get("digitalSourceType") is not None
    ]


@rule
def well_formed_data_present(manifest: Manifest) -> Found:
    return [] if manifest.results is not None else ["no validation results"]


@rule
def well_formed_success(manifest: Manifest) -> Found:
    return [
        code for code in manifest.failures if code.endswith((*MALFORMED, _NO_RESULTS)) and not code.endswith(MISMATCHED)
    ]


@rule
def valid_data_present(manifest: Manifest) -> Found:
    return [] if manifest.results is not None else ["no validation results"]


@rule
def valid_success(manifest: Manifest) -> Found:
    return [code for code in manifest.failures if code.endswith((*MISMATCHED, _NO_RESULTS))]


@rule
def inception_action_position(manifest: Manifest) -> Found:
    """2.2, 18.14.2."""
    created = [one["url"] for one in manifest.claim.get("created_assertions") or []]
    first = next((url for url in created if "c2pa.actions" in url), "")
    if not first.endswith("c2pa.actions.v2"):
        yield f"the first created actions are {first or 'none'}"
    if (
        any(one["action"] == "c2pa.created" for one in manifest.actions)
        and manifest.actions[0]["action"] not in BEGINNINGS
    ):
        yield manifest.actions[0]["action"]


@rule
def no_deprecated_assertions(manifest: Manifest) -> Found:
    """2.2, 6.3, C.1."""
    return [label for label in manifest.assertions if label.startswith("stds.") or label in OLD_ASSERTIONS]


@rule
def no_unsupported_assertions(manifest: Manifest) -> Found:
    """2.2, 6.2, 6.3."""
    known = ASSERTIONS | OLD_ASSERTIONS
    return [label for label in manifest.assertions if label.startswith("c2pa.") and label.split("__")[0] not in known]


@rule
def no_deprecated_actions(manifest: Manifest) -> Found:
    """2.2, 18.14.11, C.1."""
    return [one["action"] for one in manifest.actions if one["action"] in OLD_ACTIONS]


@rule
def no_unsupported_actions(manifest: Manifest) -> Found:
    """2.2, 18.14.12."""
    return [
        one["action"] for one in manifest.actions if one["action"].startswith("c2pa.") and one["action"] not in ACTIONS
    ]


@rule
def no_unrecognized_custom_assertions(manifest: Manifest) -> Found:
    """2.2, 6.2.2."""
    return [label for label in manifest.assertions if "." not in label]


@rule
def no_unrecognized_custom_actions(manifest: Manifest) -> Found:
    """2.2, 18.14.12."""
    return [one["action"] for one in manifest.actions if "." not in one["action"]]


@rule
def no_unrecognized_custom_action_parameters(manifest: Manifest) -> Found:
    """2.2, 18.14.4.7."""
    given = [name for one in manifest.actions for name in one.get("parameters") or {}]
    return [name for name in given if name not in PARAMETERS and "." not in name]


@rule
def discouraged_legacy_action_parameters(manifest: Manifest) -> Found:
    """2.2, 18.14.4.1: only a warning in the rubric, a failure here."""
    return [one for one in manifest.actions if {"description", "ingredient"} & set(one.get("parameters") or {})]


@rule
def active_manifest_urn(manifest: Manifest) -> Found:
    """2.2, 8.1."""
    label = manifest.data.get("label") or ""
    return [] if label.startswith("urn:c2pa:") else [label]


@rule
def review_ratings_datasource(manifest: Manifest) -> Found:
    """2.2, 18.3.3."""
    human = ("humanEntry.anonymous", "humanEntry.credentialed")
    for one in manifest.values:
        if one.get("reviewRatings") is not None and (one.get("dataSource") or {}).get("type") in human:
            yield one


@rule
def ingredient_v3_no_active_manifest(manifest: Manifest) -> Found:
    """2.2, 18.15.12.4.3."""
    return [one for one in manifest.ingredients if one.get("activeManifest") is None and one.get("validationResults")]


@rule
def ingredient_v3_mandatory_validation_results(manifest: Manifest) -> Found:
    """2.2, 18.15.12.4.3."""
    return [
        one
        for one in manifest.ingredients
        if one.get("activeManifest") is not None and not one.get("validationResults")
    ]


@rule
def ingredient_relationship_values(manifest: Manifest) -> Found:
    """2.2, 18.15.3."""
    known = ("parentOf", "inputTo", "componentOf")
    return [one["relationship"] for one in manifest.ingredients if one["relationship"] not in known]


@rule
def mandatory_dst_for_created_action(manifest: Manifest) -> Found:
    """2.2, 18.14.2."""
    return [one for one in manifest.actions if one["action"] == "c2pa.created" and one.get("digitalSourceType") is None]


@rule
def no_deprecated_claim_fields(manifest: Manifest) -> Found:
    """2.4, 10.2.3.2."""
    return ["specVersion"] if manifest.claim.get("specVersion") is not None else []


@rule
def ingredient_v3_choice(manifest: Manifest) -> Found:
    """2.4, 18.16.12.3."""
    return [one for one in manifest.ingredients if one.get("activeManifest") and one.get("digitalSourceType")]


@rule
def alternative_content_representation_choice(manifest: Manifest) -> Found:
    """2.4, 15.10.3.2.7."""
    for one in manifest.values:
        given = one.get("parameters") if isinstance(one.get("parameters"), Mapping) else {}
        assert isinstance(given, Mapping)
        if "exif.originalPreservationImage" in (one.get("type"), given.get("type")):
            ways = [
                name
                for name in ("multiAssetPartIndex", "embeddedOriginalPreservationImage")
                if given.get(name) is not None
            ]
            if len(ways) != 1:
                yield one


@rule
def forbidden_labels_in_external_references(manifest: Manifest) -> Found:
    """2.4, 15.10.3.2.2, 18.24.1."""
    forbidden = ("c2pa.actions", "c2pa.actions.v2", "c2pa.cloud-data", "c2pa.external-reference")
    for one in manifest.values:
        label = one.get("label")
        if label is None or one.get("url") is None or one.get("relationship") is not None:
            continue
        if label in forbidden or label.startswith(("c2pa.hash", "c2pa.ingredient")):
            yield label


@rule
def no_url_in_hashes(manifest: Manifest) -> Found:
    """2.4, 18.5, 18.6."""
    labels = ("c2pa.hash.data", "c2pa.hash.bmff.v3")
    return [label for label in labels if (manifest.assertions.get(label) or {}).get("url")]


@rule
def all_actions_included_opened(manifest: Manifest) -> Found:
    """2.4, 18.15.3."""
    actions = manifest.actions
    alone = len(actions) == 1 and actions[0]["action"] == "c2pa.opened"
    return [] if not alone or manifest.assertions["c2pa.actions.v2"].get("allActionsIncluded") is True else actions


@rule
def opened_action_ingredient_reference(manifest: Manifest) -> Found:
    """2.4, 15.10.3.2.3, 18.15.4.7."""
    opened = [one for one in manifest.actions if one["action"] == "c2pa.opened"]
    return [one for one in opened if len((one.get("parameters") or {}).get("ingredients") or []) != 1]


@rule
def no_box_hash_for_tiff(manifest: Manifest) -> Found:
    """2.4, 18.7.3.3."""
    kind = (manifest.assertions.get("c2pa.asset-type.v2") or {}).get("dc:format")
    tiff = kind in ("image/tiff", "image/x-adobe-dng")
    return ["c2pa.hash.boxes"] if tiff and "c2pa.hash.boxes" in manifest.assertions else []

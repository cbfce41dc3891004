"""What a signed file shall say about itself, as plain values, and its translation into a C2PA manifest definition.

Personal data never enters a manifest: reviewers appear by pseudonym, consents by id and digest.
Vocabulary: C2PA Technical Specification 2.4, IPTC Digital Source Type NewsCodes, CAWG Training and Data Mining 1.1.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from auditor import __version__
from auditor.provenance.errors import DraftError

SPEC_VERSION = "2.4"
GENERATOR = "Reelproof"
#: Namespace of our own assertions.
AUDIT, REVIEW, CONSENTS, SOURCES = (f"org.reelproof.{name}" for name in ("audit", "review", "consents", "sources"))

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
#: IPTC Digital Source Type vocabulary, release of 23 October 2024 (the newest in November 2026), without the three retired
#: terms minorHumanEdits, softwareImage and digitalArt; c2pa-rs does not check it.
DIGITAL_SOURCE_TYPES = frozenset(
    {
        "digitalCapture",
        "computationalCapture",
        "screenCapture",
        "virtualRecording",
        "negativeFilm",
        "positiveFilm",
        "print",
    }
    | {"humanEdits", "algorithmicallyEnhanced", "dataDrivenMedia", "digitalCreation"}
    | {"algorithmicMedia", "trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia"}
    | {"composite", "compositeCapture", "compositeSynthetic"}
)
#: What C2PA adds to IPTC's list: nothing yet, and data rather than media (C2PA 2.4, "digitalSourceType").
C2PA_SOURCE = "http://c2pa.org/digitalsourcetype/"
_C2PA_SOURCE_TYPES = frozenset({"empty", "trainedAlgorithmicData"})
#: Actions of C2PA 2.4, without the deprecated ones: what was begun, what changes nothing that is seen or heard, what does.
_BEGINNINGS = frozenset({"c2pa.created", "c2pa.opened"})
_UNSEEN = frozenset(
    {"c2pa.converted", "c2pa.published", "c2pa.repackaged", "c2pa.transcoded", "c2pa.resized.proportional"}
    | {"c2pa.enhanced", "c2pa.edited.metadata", "c2pa.redacted", "c2pa.watermarked.bound", "c2pa.watermarked.unbound"}
)
_SEEN = frozenset(
    {"c2pa.edited", "c2pa.placed", "c2pa.trimmed", "c2pa.cropped", "c2pa.resized", "c2pa.orientation", "c2pa.removed"}
    | {"c2pa.adjustedColor", "c2pa.filtered", "c2pa.drawing", "c2pa.addedText", "c2pa.deleted", "c2pa.changedSpeed"}
    | {"c2pa.dubbed", "c2pa.translated", "c2pa.mixed", "c2pa.remixed", "c2pa.mastered", "c2pa.unknown"}
)
ACTIONS = _BEGINNINGS | _UNSEEN | _SEEN
#: Actions that say by what kind of means they came: those that begin from nothing or are seen, but for placing what says so
#: itself (C2PA Asset Conformance Rubric 0.2 for specification 2.4).
_BY_MEANS = (_SEEN | {"c2pa.created"}) - {"c2pa.placed"}
#: ISO 24138, on C2PA's list of soft binding algorithms.
ISCC = "io.iscc.v0"
_ALGORITHM = re.compile(r"[a-z0-9-]+(\.[A-Za-z0-9_-]+)+")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
#: Longest text that we write into a manifest.
_MAX_TEXT = 500

Relationship = Literal["parentOf", "componentOf", "inputTo"]
Oversight = Literal["fully_autonomous", "prompt_guided", "human_validated", "human_edited"]
Kind = Literal["take", "cut", "still", "storyboard", "trailer", "variant", "audio", "captions", "document", "package"]


#: The media types of each kind of output, by what they begin with.
_MEDIA = {
    "take": ("video/",),
    "cut": ("video/",),
    "trailer": ("video/",),
    "variant": ("video/",),
    "still": ("image/",),
    "storyboard": ("image/", "application/pdf"),
    "audio": ("audio/",),
    "captions": ("text/vtt", "application/x-subrip"),
    "document": ("application/pdf",),
    "package": ("application/zip", "application/x-zip", "video/mp4"),  # the last: a fragmented film for streaming
}


def kind_for(media_type: str) -> Kind:
    """The kind of output that a file of this type most likely is; raises ``DraftError`` where it can't be one."""
    likely: tuple[Kind, ...] = ("cut", "still", "audio", "captions", "document", "package")
    for kind in likely:
        if media_type.startswith(_MEDIA[kind]):
            return kind
    raise DraftError(f"{media_type[:60]!r} is no type of file that the studio signs")


def source_type(name: str) -> str:
    """The URI of a digital source type, given by name or URI; raises ``DraftError`` where neither IPTC nor C2PA has it."""
    if (own := name.removeprefix(C2PA_SOURCE)) in _C2PA_SOURCE_TYPES:
        return C2PA_SOURCE + own
    short = name.removeprefix(IPTC)
    if short not in DIGITAL_SOURCE_TYPES:
        raise DraftError(
            f"{name[:80]!r} is not in IPTC's list of digital source types; use for example algorithmicMedia"
        )
    return IPTC + short


def _digest(value: str, what: str) -> str:
    if not _DIGEST.fullmatch(value):
        raise DraftError(f"{what} is {value[:80]!r}, not a SHA-256 in lower-case hexadecimal")
    return value


def _moment(value: str, what: str) -> str:
    if not _MOMENT.fullmatch(value):
        raise DraftError(f"{what} is {value[:80]!r}; write UTC as 2026-11-22T10:00:00Z")
    return value


def _text(value: str, what: str) -> str:
    if not value or len(value) > _MAX_TEXT:
        raise DraftError(f"{what} has {len(value)} characters; it needs 1 to {_MAX_TEXT}")
    return value


@dataclass(frozen=True, slots=True)
class Ingredient:
    """Something that went into the file: a file by ``path``, or bytes in ``data`` (a screenplay, a model card).

    ``label`` is how actions refer to it; left empty, it becomes ``ingredient-1``, ``ingredient-2``, …
    """

    media_type: str
    relationship: Relationship
    title: str
    path: Path | None = None
    data: bytes | None = field(default=None, repr=False)
    label: str = ""
    digital_source_type: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if (self.path is None) == (self.data is None):
            raise DraftError(f"the ingredient {self.title[:80]!r} needs a path or data, one of the two")
        _text(self.title, "an ingredient's title")


@dataclass(frozen=True, slots=True)
class Action:
    """Something that was done. ``ingredients`` are labels; ``when`` is UTC. ``software`` is what did it."""

    action: str
    when: str
    software: str = GENERATOR
    ingredients: tuple[str, ...] = ()
    digital_source_type: str | None = None
    description: str = ""

    def as_definition(self) -> dict[str, Any]:
        if self.action not in ACTIONS:
            raise DraftError(f"{self.action[:60]!r} is no action of C2PA {SPEC_VERSION} that the studio performs")
        if self.action == "c2pa.opened" and self.digital_source_type is not None:
            raise DraftError("c2pa.opened carries no digital source type: what was opened says what it is by itself")
        if self.action in ("c2pa.opened", "c2pa.placed", "c2pa.removed") and not self.ingredients:
            raise DraftError(f"{self.action} must name what it concerns: give the labels of its ingredients")
        entry: dict[str, Any] = {
            "action": self.action,
            "when": _moment(self.when, "an action's time"),
            "softwareAgent": {"name": _text(self.software, "an action's software")},
        }
        if self.digital_source_type is not None:
            entry["digitalSourceType"] = source_type(self.digital_source_type)
        if self.description:
            entry["description"] = _text(self.description, "an action's description")
        if self.ingredients:
            entry["parameters"] = {"ingredientIds": list(self.ingredients)}
        return entry


@dataclass(frozen=True, slots=True)
class ModelDisclosure:
    """What generated it: the model, the digest of its weights (or of a renderer's source), and who watched over it."""

    name: str
    version: str
    weights_sha256: str
    licence: str
    oversight: Oversight = "human_validated"
    model_type: str = "c2pa.types.model"


@dataclass(frozen=True, slots=True)
class AuditStatement:
    """What was checked: the verdict and the digests with which it can be replayed."""

    verdict: Literal["allow", "review", "block"]
    index_sha256: str
    bundle_sha256: str
    report_sha256: str
    decided_at: str


@dataclass(frozen=True, slots=True)
class ReviewStatement:
    """Who decided, under a pseudonym, and what."""

    reviewer_pseudonym: str
    decision: Literal["approved", "rejected"]
    decided_at: str


@dataclass(frozen=True, slots=True)
class ConsentReference:
    """A grant that was relied on: its id and the digest of the wording that was signed for."""

    grant_id: str
    sha256: str


@dataclass(frozen=True, slots=True)
class SoftBindingStatement:
    """By what the file is found again when its record is gone: an algorithm of C2PA's list and the value.

    ``scope`` narrows it to a part, for example ``{"extent": "track 1"}``; empty, it speaks of the whole file.
    """

    alg: str
    value: str
    scope: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ManifestDraft:
    """Everything that the manifest shall state. ``mining`` says whether others may train on or mine the file."""

    title: str
    media_type: str
    digital_source_type: str
    actions: tuple[Action, ...]
    model: ModelDisclosure | None = None
    audit: AuditStatement | None = None
    review: ReviewStatement | None = None
    consents: tuple[ConsentReference, ...] = ()
    soft_bindings: tuple[SoftBindingStatement, ...] = ()
    mining: Literal["allowed", "notAllowed"] = "notAllowed"
    kind: Kind = "cut"

    def definition(self, ingredients: Sequence[tuple[Ingredient, str]]) -> dict[str, Any]:
        """The manifest definition for c2pa; ``ingredients`` come with the SHA-256 of their bytes, in order.

        Raises ``DraftError`` for anything outside the vocabulary, dangling labels, or a history that contradicts itself.
        """
        labels = labelled([ingredient for ingredient, _ in ingredients])
        if not self.media_type.startswith(_MEDIA[self.kind]):
            raise DraftError(f"a file of type {self.media_type[:60]} is no {self.kind}; correct the draft's kind")
        return {
            "claim_version": 2,
            "claim_generator_info": [{"name": GENERATOR, "version": __version__, "specVersion": SPEC_VERSION}],
            "title": _text(self.title, "the title"),
            "format": self.media_type,
            "assertions": [
                {"label": label, "data": data, "created": True} for label, data in self._assertions(labels, ingredients)
            ],
        }

    def _actions(self, labels: Sequence[str], ingredients: Sequence[tuple[Ingredient, str]]) -> dict[str, Any]:
        if not self.actions or self.actions[0].action not in ("c2pa.created", "c2pa.opened"):
            raise DraftError("the first action must be c2pa.created (made here) or c2pa.opened (edited or imported)")
        first = self.actions[0]
        parents = [
            label for label, (entry, _) in zip(labels, ingredients, strict=True) if entry.relationship == "parentOf"
        ]
        if len(parents) > 1:
            raise DraftError("a file has at most one parentOf ingredient; make the others componentOf")
        if first.action == "c2pa.opened" and (not parents or list(first.ingredients) != parents):
            raise DraftError("c2pa.opened must name the parentOf ingredient, and there must be one")
        if first.action == "c2pa.created" and parents:
            raise DraftError("a file with a parentOf ingredient was opened, not created: begin with c2pa.opened")
        entries = [action.as_definition() for action in self.actions]
        for action, entry in zip(self.actions, entries, strict=True):  # what is seen says by what kind of means it came
            if action.action in _BY_MEANS:
                entry["digitalSourceType"] = source_type(action.digital_source_type or self.digital_source_type)
        named = {label for action in self.actions for label in action.ingredients}
        if dangling := named - set(labels):
            raise DraftError(
                f"an action refers to the ingredient {min(dangling)!r}, which is not among {sorted(labels)}"
            )
        return {"actions": entries, "allActionsIncluded": True}

    def _assertions(
        self, labels: Sequence[str], ingredients: Sequence[tuple[Ingredient, str]]
    ) -> list[tuple[str, dict[str, Any]]]:
        source_type(self.digital_source_type)
        found: list[tuple[str, dict[str, Any]]] = [("c2pa.actions.v2", self._actions(labels, ingredients))]
        if self.model is not None:
            found.append(
                (
                    "c2pa.ai-disclosure",
                    {
                        "modelType": self.model.model_type,
                        "modelName": _text(f"{self.model.name} {self.model.version}".strip(), "the model's name"),
                        "modelIdentifier": "sha256:" + _digest(self.model.weights_sha256, "the model's digest"),
                        "modelLicence": _text(self.model.licence, "the model's licence"),
                        "contentProfile": {"humanOversightLevel": self.model.oversight},
                    },
                )
            )
        uses = ("ai_generative_training", "ai_training", "ai_inference", "data_mining")
        found.append(("cawg.training-mining", {"entries": {f"cawg.{use}": {"use": self.mining} for use in uses}}))
        found += [("c2pa.soft-binding", data) for data in _soft_bindings(self.soft_bindings)]
        if self.audit is not None:
            found.append((AUDIT, _audit(self.audit)))
        if self.review is not None:
            review = self.review
            found.append(
                (
                    REVIEW,
                    {
                        "reviewer": _text(review.reviewer_pseudonym, "the reviewer's pseudonym"),
                        "decision": review.decision,
                        "decidedAt": _moment(review.decided_at, "the review's time"),
                    },
                )
            )
        if self.consents:
            grants = [
                {"grant": _text(one.grant_id, "a grant's id"), "sha256": _digest(one.sha256, "a grant's digest")}
                for one in self.consents
            ]
            found.append((CONSENTS, {"grants": grants}))
        if ingredients:
            found.append((SOURCES, {"kind": self.kind, "sources": _sources(labels, ingredients)}))
        return found


def _soft_bindings(bindings: Sequence[SoftBindingStatement]) -> list[dict[str, Any]]:
    """One assertion for each algorithm, with a block for each value."""
    blocks: dict[str, list[dict[str, Any]]] = {}
    for binding in bindings:
        if not _ALGORITHM.fullmatch(binding.alg):
            raise DraftError(f"{binding.alg[:60]!r} is no soft binding algorithm; use a name like io.iscc.v0")
        if binding.alg == ISCC and not re.fullmatch(r"ISCC:[A-Z2-7]{10,80}", binding.value):
            raise DraftError(f"the soft binding {binding.value[:60]!r} is not an ISCC code")
        block = {"scope": dict(binding.scope), "value": _text(binding.value, "a soft binding's value")}
        blocks.setdefault(binding.alg, []).append(block)
    return [{"alg": alg, "blocks": values} for alg, values in blocks.items()]


def _audit(audit: AuditStatement) -> dict[str, Any]:
    return {
        "verdict": audit.verdict,
        "indexSha256": _digest(audit.index_sha256, "the index digest"),
        "bundleSha256": _digest(audit.bundle_sha256, "the policy bundle's digest"),
        "reportSha256": _digest(audit.report_sha256, "the report's digest"),
        "decidedAt": _moment(audit.decided_at, "the decision's time"),
    }


def _sources(labels: Sequence[str], ingredients: Sequence[tuple[Ingredient, str]]) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = []
    for label, (ingredient, digest) in zip(labels, ingredients, strict=True):
        entry: dict[str, Any] = {
            "label": label,
            "title": ingredient.title,
            "relationship": ingredient.relationship,
            "sha256": digest,
        }
        if ingredient.digital_source_type is not None:
            entry["digitalSourceType"] = source_type(ingredient.digital_source_type)
        if ingredient.metadata:
            entry["metadata"] = dict(ingredient.metadata)
        listed.append(entry)
    return listed


def labelled(ingredients: Sequence[Ingredient]) -> list[str]:
    """The label of each ingredient; raises ``DraftError`` where two have the same."""
    labels = [entry.label or f"ingredient-{place}" for place, entry in enumerate(ingredients, start=1)]
    if len(set(labels)) != len(labels):
        raise DraftError("two ingredients have one label; give each its own")
    return labels

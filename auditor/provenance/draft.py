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
#: IPTC Digital Source Type vocabulary as of November 2026; c2pa-rs does not check it.
DIGITAL_SOURCE_TYPES = frozenset(
    {"digitalCapture", "computationalCapture", "multiFrameComputationalCapture", "screenCapture", "virtualRecording"}
    | {"negativeFilm", "positiveFilm", "print", "humanEdits", "algorithmicallyEnhanced", "dataDrivenMedia"}
    | {"digitalCreation", "algorithmicMedia", "trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia"}
    | {"composite", "compositeCapture", "compositeSynthetic"}
)
#: Actions of C2PA 2.4 that the studio performs, and so may claim.
ACTIONS = frozenset(
    {"c2pa.created", "c2pa.opened", "c2pa.edited", "c2pa.placed", "c2pa.transcoded", "c2pa.trimmed", "c2pa.cropped"}
    | {"c2pa.resized", "c2pa.color_adjustments", "c2pa.filtered", "c2pa.drawing", "c2pa.addedText", "c2pa.published"}
    | {"c2pa.converted", "c2pa.orientation", "c2pa.removed", "c2pa.unknown"}
)
_DIGEST = re.compile(r"[0-9a-f]{64}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
#: Longest text that we write into a manifest.
_MAX_TEXT = 500

Relationship = Literal["parentOf", "componentOf", "inputTo"]
Oversight = Literal["fully_autonomous", "prompt_guided", "human_validated", "human_edited"]
Kind = Literal["take", "cut", "still"]


def source_type(name: str) -> str:
    """IPTC's URI for a digital source type, given by name or URI; raises ``DraftError`` where IPTC knows no such type."""
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
    soft_binding: str | None = None
    mining: Literal["allowed", "notAllowed"] = "notAllowed"
    kind: Kind = "cut"

    def definition(self, ingredients: Sequence[tuple[Ingredient, str]]) -> dict[str, Any]:
        """The manifest definition for c2pa; ``ingredients`` come with the SHA-256 of their bytes, in order.

        Raises ``DraftError`` for anything outside the vocabulary, dangling labels, or a history that contradicts itself.
        """
        labels = labelled([ingredient for ingredient, _ in ingredients])
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
        if first.action == "c2pa.created":
            entries[0]["digitalSourceType"] = source_type(first.digital_source_type or self.digital_source_type)
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
        if self.soft_binding is not None:
            if not re.fullmatch(r"ISCC:[A-Z2-7]{10,80}", self.soft_binding):
                raise DraftError(f"the soft binding {self.soft_binding[:60]!r} is not an ISCC code")
            found.append(
                ("c2pa.soft-binding", {"alg": "io.iscc.v0", "blocks": [{"scope": {}, "value": self.soft_binding}]})
            )
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

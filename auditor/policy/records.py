"""The records that facts are made of: the asset, works found in it, how it was made, who looked, who signed."""

from dataclasses import dataclass
from typing import Annotated, Literal

from auditor.policy.declared import DeclaredFact, OrganisationFact
from auditor.policy.shapes import Shape
from auditor.policy.terms import (
    Act,
    AssetKind,
    Identifier,
    Moment,
    Origin,
    Score,
    Seconds,
    Sha256,
    SignatureState,
    Territory,
    Text,
    Use,
)


@dataclass(frozen=True, slots=True)
class AssetFact:
    """The file that is being judged."""

    sha256: Sha256
    kind: AssetKind
    origin: Origin
    title: Text = ""
    duration: Seconds | None = None


@dataclass(frozen=True, slots=True)
class ProductionFact:
    """The production that wants to use it, and as what."""

    id: Identifier
    #: What its makers declare of it, and how large the organisation is that makes it.
    declared: DeclaredFact
    maker: OrganisationFact
    title: Text = ""
    use: Use = "film"


@dataclass(frozen=True, slots=True)
class LicenceFact:
    """The licence under which the studio holds a work; ``active`` weighs its dates and state at the moment asked.

    ``spdx`` is its SPDX identifier, empty for terms of its own; ``reservations`` are rights that the owner keeps
    expressly (``tdm``: text and data mining).
    """

    id: Identifier
    acts: tuple[Act, ...]
    territories: tuple[Territory, ...]
    active: bool
    spdx: Text
    reservations: tuple[Text, ...]
    expires: Moment | None = None
    name: Text = ""


@dataclass(frozen=True, slots=True)
class MatchFact:
    """A stretch that shows a registered work: ``copy`` the same recording, ``scene`` the same scene shot anew, ``audio``
    the same sound, ``text`` the same words."""

    kind: Literal["copy", "scene", "audio", "text"]
    work_id: Identifier
    title: Text
    start: Seconds
    end: Seconds
    score: Score
    licence: LicenceFact | None
    mirrored: bool = False
    log10_lr: float | None = None
    reference_start: Seconds | None = None
    reference_end: Seconds | None = None
    rights_holder: Text = ""


@dataclass(frozen=True, slots=True)
class GenerationFact:
    """How one take was made. ``missing`` names what the record lacks; ``complete`` is true only when nothing does."""

    take_id: Identifier
    model: Identifier
    model_version: Text
    model_licence: Text
    commercial_use: bool
    weights_sha256: Sha256
    complete: bool
    missing: tuple[Text, ...] = ()
    training_data: Text = ""


@dataclass(frozen=True, slots=True)
class TrainingWorkFact:
    """A registered work that is in the data a model is to learn from."""

    work_id: Identifier
    title: Text
    licence: LicenceFact | None
    rights_holder: Text = ""


@dataclass(frozen=True, slots=True)
class AuditFact:
    """What was looked for, and whether it was looked for in the index and gallery of today."""

    complete: bool
    index_current: bool
    detectors: tuple[Identifier, ...]
    #: People who recur in it, resemble nobody registered, and were not cleared by the makers.
    uncleared_people: Annotated[int, Shape("people to be cleared", minimum=0)]
    missing_detectors: tuple[Text, ...] = ()
    index_sha256: Sha256 | None = None
    report_sha256: Sha256 | None = None


@dataclass(frozen=True, slots=True)
class ReviewFact:
    """What people decided. Pseudonyms only; ``makers`` are those who made or asked for the asset."""

    decision: Literal["approved", "rejected", "pending"]
    reviewers: tuple[Identifier, ...]
    makers: tuple[Identifier, ...] = ()
    decided_at: Moment | None = None
    asset_sha256: Sha256 | None = None


@dataclass(frozen=True, slots=True)
class SignatureFact:
    """The verdict of a fresh reader over the signed file and its whole chain of ingredients."""

    state: SignatureState
    asset_sha256: Sha256 | None = None
    reread_at: Moment | None = None
    timestamped: bool = False


@dataclass(frozen=True, slots=True)
class DisclosureFact:
    """What the file says about its making: in its manifest (for machines) and on the screen (for the audience)."""

    digital_source_type: Text | None
    ai_disclosure: bool
    soft_binding: bool = False
    audience_notice: bool = False
    #: An imperceptible mark in the pictures themselves, as distinct from a fingerprint by which they are found again.
    watermark: bool = False
    #: The policies whose labels are burnt into the picture, by id.
    labels: tuple[Identifier, ...] = ()


@dataclass(frozen=True, slots=True)
class StandingFact:
    """The newest decision about the asset, and the newest change of everything that it relied on."""

    outcome: Literal["allow", "review", "block"]
    decided_at: Moment
    policies_changed_at: Moment
    consents_changed_at: Moment
    index_changed_at: Moment
    uncleared_people: Annotated[int, Shape("unknown people to be cleared by the makers", minimum=0)]
    overridden: bool = False

"""The facts that policies may speak about: one frozen dataclass per enforcement point. Nothing else feeds the engine.

Build one, call ``as_facts()`` and hand the plain dictionary to ``PolicyBundle.decide``::

    facts = TakeAuditFacts(
        asset=AssetFact(sha256=digest, kind="take", origin="generated", title="Shot 3, take 2"),
        production=ProductionFact(id="p1", title="Harbour", use="film"),
        territories=("US", "DE"),
        matches=(), intended=intended, people=(), generations=(record,),
        audit=AuditFact(complete=True, index_current=True, detectors=("copy", "faces"), uncleared_people=0),
    )
    decision = bundle.decide(facts.as_facts(), at=now)

``policies/schema/facts.json`` is generated from this module by ``auditor.policy.schema``; a test keeps them equal.
Fields without a default are required. ``None`` says "there is none" (a match without licence), which policies can
judge; leaving a field out says "nobody looked", which no policy lets pass.
"""

from dataclasses import dataclass, fields, is_dataclass
from typing import Annotated, Any, ClassVar, Literal

from auditor.policy.people import BiometricFact, IntendedFact, PersonFact
from auditor.policy.shapes import Shape
from auditor.policy.terms import (
    MAX_RECORDS,
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
    records,
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
    title: Text = ""
    use: Use = "film"


@dataclass(frozen=True, slots=True)
class LicenceFact:
    """The licence under which the studio holds a work; ``active`` weighs its dates and state at the moment asked."""

    id: Identifier
    acts: tuple[Act, ...]
    territories: tuple[Territory, ...]
    active: bool
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
    licence_territories: tuple[Territory, ...] = ("*",)
    training_data: Text = ""


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


Matches = Annotated[tuple[MatchFact, ...], records("registered works found in the asset")]
People = Annotated[tuple[PersonFact, ...], records("registered people who are shown, heard, named, cast or trained on")]
Generations = Annotated[tuple[GenerationFact, ...], records("one record per generated take in the asset")]
Territories = Annotated[tuple[Territory, ...], Shape("where the asset is to be shown", max_items=300)]


@dataclass(frozen=True, slots=True)
class PromptFacts:
    """GATE 1: before anything is rendered, whom do words, references and cast ask for?"""

    point: ClassVar[str] = "prompt"
    production: ProductionFact
    territories: Territories
    intended: IntendedFact
    people: People
    texts_sha256: Annotated[tuple[Sha256, ...], Shape("the texts that were searched", max_items=MAX_RECORDS)] = ()

    def as_facts(self) -> dict[str, Any]:
        return _plain_point(self)


@dataclass(frozen=True, slots=True)
class DispatchFacts:
    """The same, when a worker takes the job: a consent may have ended while it waited."""

    point: ClassVar[str] = "dispatch"
    production: ProductionFact
    territories: Territories
    intended: IntendedFact
    people: People
    texts_sha256: Annotated[tuple[Sha256, ...], Shape("the texts that were searched", max_items=MAX_RECORDS)] = ()

    def as_facts(self) -> dict[str, Any]:
        return _plain_point(self)


@dataclass(frozen=True, slots=True)
class TrainFacts:
    """Before a model is tuned or trained: whose likeness is in the data?"""

    point: ClassVar[str] = "train"
    production: ProductionFact
    territories: Territories
    intended: IntendedFact
    people: People
    data_sha256: Annotated[tuple[Sha256, ...], Shape("the files to be trained on", max_items=MAX_RECORDS)] = ()

    def as_facts(self) -> dict[str, Any]:
        return _plain_point(self)


@dataclass(frozen=True, slots=True)
class EditFacts:
    """Before takes are cut together: who is in them, and does their consent stand now?"""

    point: ClassVar[str] = "edit"
    production: ProductionFact
    territories: Territories
    intended: IntendedFact
    people: People
    takes: Annotated[tuple[Identifier, ...], Shape("the takes that are cut together", max_items=MAX_RECORDS)] = ()

    def as_facts(self) -> dict[str, Any]:
        return _plain_point(self)


@dataclass(frozen=True, slots=True)
class UseFacts:
    """A question from outside: may this person's likeness be used thus? Nothing is made yet."""

    point: ClassVar[str] = "use"
    production: ProductionFact
    territories: Territories
    intended: IntendedFact
    people: People

    def as_facts(self) -> dict[str, Any]:
        return _plain_point(self)


@dataclass(frozen=True, slots=True)
class EnrolFacts:
    """Before a person's face or voice becomes a template."""

    point: ClassVar[str] = "enrol"
    subject_id: Identifier
    display_name: Text
    modality: Literal["face", "voice"]
    biometric: BiometricFact | None
    territories: Territories = ()
    minor: bool = False

    def as_facts(self) -> dict[str, Any]:
        return _plain_point(self)


@dataclass(frozen=True, slots=True)
class TakeAuditFacts:
    """After each render: what does the take show, and how was it made?"""

    point: ClassVar[str] = "take"
    asset: AssetFact
    production: ProductionFact
    territories: Territories
    matches: Matches
    intended: IntendedFact
    people: People
    generations: Generations
    audit: AuditFact

    def as_facts(self) -> dict[str, Any]:
        return _plain_point(self)


@dataclass(frozen=True, slots=True)
class ImportAuditFacts:
    """Foreign media in quarantine: what does it show? It has no generation record of ours."""

    point: ClassVar[str] = "import"
    asset: AssetFact
    production: ProductionFact
    territories: Territories
    matches: Matches
    intended: IntendedFact
    people: People
    audit: AuditFact
    signature: SignatureFact | None = None

    def as_facts(self) -> dict[str, Any]:
        return _plain_point(self)


@dataclass(frozen=True, slots=True)
class CutAuditFacts:
    """A cut before it is signed: what does it show, and how was each take in it made?"""

    point: ClassVar[str] = "cut"
    asset: AssetFact
    production: ProductionFact
    territories: Territories
    matches: Matches
    intended: IntendedFact
    people: People
    generations: Generations
    audit: AuditFact

    def as_facts(self) -> dict[str, Any]:
        return _plain_point(self)


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """Before a signed file leaves quarantine: was it checked, approved, signed and disclosed, and is it still true?"""

    point: ClassVar[str] = "release"
    asset: AssetFact
    production: ProductionFact
    territories: Territories
    intended: IntendedFact
    people: People
    generations: Generations
    standing: StandingFact | None
    review: ReviewFact | None
    signature: SignatureFact | None
    disclosure: DisclosureFact | None

    def as_facts(self) -> dict[str, Any]:
        return _plain_point(self)


Facts = (
    PromptFacts
    | DispatchFacts
    | TrainFacts
    | EnrolFacts
    | TakeAuditFacts
    | ImportAuditFacts
    | EditFacts
    | CutAuditFacts
    | ReleaseFacts
    | UseFacts
)

#: Every enforcement point, by the name that stands in ``facts["point"]``, in the order in which a film meets them.
POINTS: dict[str, type[Facts]] = {
    kind.point: kind
    for kind in (
        PromptFacts,
        DispatchFacts,
        TrainFacts,
        EnrolFacts,
        TakeAuditFacts,
        ImportAuditFacts,
        EditFacts,
        CutAuditFacts,
        ReleaseFacts,
        UseFacts,
    )
}


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {entry.name: _plain(getattr(value, entry.name)) for entry in fields(value)}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value


def _plain_point(facts: Any) -> dict[str, Any]:
    return {"point": facts.point, **_plain(facts)}

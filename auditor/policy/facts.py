"""The facts that policies may speak about: one frozen dataclass per enforcement point. Nothing else feeds the engine.

Build one, call ``as_facts()`` and hand the plain dictionary to ``PolicyBundle.decide``::

    facts = TakeAuditFacts(
        asset=AssetFact(sha256=digest, kind="take", origin="generated", title="Shot 3, take 2"),
        production=ProductionFact(id="p1", declared=declared, maker=maker, title="Harbour", use="film"),
        territories=("US", "DE"),
        matches=(), intended=intended, people=(), generations=(record,), components=parts,
        audit=AuditFact(complete=True, index_current=True, detectors=("copy", "faces"), uncleared_people=0),
    )
    decision = bundle.decide(facts.as_facts(), at=now)

``policies/schema/facts.json`` is generated from this module by ``auditor.policy.schema``; a test keeps them equal.
Fields without a default are required. ``None`` says "there is none" (a match without licence), which policies can
judge; leaving a field out says "nobody looked", which no policy lets pass.
"""

from dataclasses import dataclass, fields, is_dataclass
from typing import Annotated, Any, ClassVar, Literal

from auditor.policy.components import ComponentFact
from auditor.policy.people import BiometricFact, IntendedFact, PersonFact
from auditor.policy.records import AssetFact as AssetFact
from auditor.policy.records import AuditFact as AuditFact
from auditor.policy.records import DisclosureFact as DisclosureFact
from auditor.policy.records import GenerationFact as GenerationFact
from auditor.policy.records import LicenceFact as LicenceFact
from auditor.policy.records import MatchFact as MatchFact
from auditor.policy.records import ProductionFact as ProductionFact
from auditor.policy.records import ReviewFact as ReviewFact
from auditor.policy.records import SignatureFact as SignatureFact
from auditor.policy.records import StandingFact as StandingFact
from auditor.policy.records import TrainingWorkFact as TrainingWorkFact
from auditor.policy.shapes import Shape
from auditor.policy.terms import MAX_RECORDS as MAX_RECORDS
from auditor.policy.terms import Count, Identifier, Sha256, Territory, Text, records

Matches = Annotated[tuple[MatchFact, ...], records("registered works found in the asset")]
People = Annotated[tuple[PersonFact, ...], records("registered people who are shown, heard, named, cast or trained on")]
Generations = Annotated[tuple[GenerationFact, ...], records("one record per generated take in the asset")]
Components = Annotated[tuple[ComponentFact, ...], records("each part of the models that make it, with its licence")]
Territories = Annotated[tuple[Territory, ...], Shape("where the asset is to be shown", max_items=300)]


@dataclass(frozen=True, slots=True)
class PromptFacts:
    """GATE 1: before anything is rendered, whom do words, references and cast ask for?"""

    point: ClassVar[str] = "prompt"
    production: ProductionFact
    territories: Territories
    intended: IntendedFact
    people: People
    components: Components
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
    components: Components
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
    components: Components
    works: Annotated[tuple[TrainingWorkFact, ...], records("registered works in the data")]
    made_by: Annotated[tuple[ComponentFact, ...], records("parts of the models that made files in the data")]
    unknown_files: Annotated[Count, Shape("files in the data of which nobody knows whose they are")]
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
    components: Components
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
    components: Components
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
    components: Components
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
    components: Components
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

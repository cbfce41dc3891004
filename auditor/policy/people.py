"""Facts about people: who is shown, heard, named, cast or trained on, what they granted, and what is intended with them."""

from dataclasses import dataclass
from typing import Annotated, Literal

from auditor.policy.shapes import Shape
from auditor.policy.terms import (
    Alteration,
    AnyMedium,
    Identifier,
    Language,
    LikenessAct,
    Medium,
    Moment,
    Score,
    Seconds,
    Territory,
    Text,
    Topic,
    Use,
    records,
)

LikenessKind = Literal["face", "voice", "body", "motion"]


@dataclass(frozen=True, slots=True)
class GrantFact:
    """A performer's grant (a licence of likeness) as it stands at the moment asked; biometric consent is apart.

    ``active`` weighs state, term and start; ``state`` is its word. Lists say what is allowed, ``*`` for any, and an empty
    list allows nothing; ``exclusions`` says what is ruled out.
    """

    id: Identifier
    version: Annotated[int, Shape("version number, from 1", minimum=1)]
    active: bool
    projects: tuple[Identifier, ...]
    territories: tuple[Territory, ...]
    uses: tuple[Use, ...]
    modalities: tuple[LikenessKind, ...]
    media: tuple[AnyMedium, ...]
    acts: tuple[LikenessAct, ...]
    languages: tuple[Language, ...]
    exclusions: tuple[Topic, ...]
    alterations: tuple[Alteration, ...]
    real_time: bool
    #: May be in versions of a film that differ from viewer to viewer.
    personalised: bool
    models: tuple[Text, ...]
    sublicensees: tuple[Text, ...]
    state: Text
    conspicuous: bool
    signed_as: Literal["", "self", "guardian", "estate", "agent"]
    post_mortem: Literal["ends", "estate", "continues"]
    replica_kind: Literal["employment", "independent", "background"] | None = None
    specific_description: bool = False
    separately_signed: bool = False
    counsel_or_union: bool = False
    noticed_at: Moment | None = None
    signed_at: Moment | None = None
    starts: Moment | None = None
    ends: Moment | None = None
    strike_suspended: bool = False


@dataclass(frozen=True, slots=True)
class BiometricFact:
    """The written release under which a person's template is kept and compared; it can always be withdrawn."""

    release_id: Identifier
    in_force: bool
    signed_at: Moment
    destroy_by: Moment
    purpose: Text
    retention_schedule_published: bool


@dataclass(frozen=True, slots=True)
class ContentFact:
    """A topic that the film touches: declared by its makers, or found in their words."""

    topic: Topic
    source: Literal["declared", "brief", "screenplay", "prompt", "use"]
    matched: Text = ""
    quote: Text = ""


@dataclass(frozen=True, slots=True)
class IntendedFact:
    """What is meant to be done with the likenesses in question. What nobody has declared is an empty list: a grant that
    limits it is not met then."""

    act: LikenessAct
    media: Annotated[tuple[Medium, ...], Shape("how it is meant to be seen", max_items=20)]
    languages: Annotated[tuple[Language, ...], Shape("languages that are spoken in it", max_items=200)]
    real_time: bool
    models: Annotated[tuple[Text, ...], Shape("names of the models that make it", max_items=100)]
    sublicensee: Text
    topics: Annotated[tuple[Topic, ...], Shape("topics that it touches, declared or found in its words", max_items=20)]
    #: Some shot of it says that everybody in it is synthetic.
    synthetic: bool
    #: It is one of several versions, of which each viewer gets what they prefer or choose.
    personalised: bool


@dataclass(frozen=True, slots=True)
class PersonFact:
    """A registered person whose likeness is in question. Unknown faces that match nobody are no facts.

    ``where`` is the beginning of a sentence: "Seconds 1.0 to 3.5 show a face that resembles Alex Rivera", "The prompt names
    'Lexi R' (Alex Rivera)". ``how`` is ``style`` for "in the style of", where any modality may be meant. ``cast``: whether
    the makers say that this person is in it, ``None`` where they say nothing.
    """

    subject_id: Identifier
    display_name: Text
    modality: LikenessKind
    how: Literal["face", "voice", "name", "alias", "style", "imitation", "look", "reference", "cast", "training", "use"]
    where: Annotated[str, Shape("the beginning of a sentence", max_length=600)]
    grant: GrantFact | None
    biometric: BiometricFact | None
    approval: Literal["not_needed", "approved", "requested", "declined", "missing"]
    cast: bool | None
    content: Annotated[tuple[ContentFact, ...], records("topics of the shots that they are in")]
    alterations: Annotated[tuple[Alteration, ...], Shape("what is done to the likeness there", max_items=20)]
    minor: bool
    deceased: bool
    #: Why another registry that the studio asks says no; empty where none does.
    refused_elsewhere: Text
    start: Seconds | None = None
    end: Seconds | None = None
    score: Score | None = None
    matched: Text = ""
    source: Literal["", "brief", "screenplay", "prompt", "negative_prompt", "reference"] = ""
    quote: Text = ""
    union: Text = ""
    #: Midnight of the day of death, where it is known.
    died_at: Moment | None = None

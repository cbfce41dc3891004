"""Every field of a grant against a use beyond it, at every enforcement point: each must stop it, by the check that says so.

The rows are real and so are the policies; what differs between two cells is one limit of the grant or one thing that the
production means to do.
"""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.utils import timezone

from django_site import wiring
from django_site.apps.audits import facts
from django_site.apps.audits.models import Finding
from django_site.apps.audits.people_facts import intended_fact, people_found
from django_site.apps.likeness.models import ConsentGrant, Subject, UseApproval
from django_site.apps.productions.models import CutItem, Production, Shot

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Case:
    """A limit of the grant (or a state of it), what is meant to be done, and the check that must say no."""

    check: str
    limits: dict = field(default_factory=dict)
    state: str = "active"
    production: dict = field(default_factory=dict)
    shot: dict = field(default_factory=dict)
    subject: dict = field(default_factory=dict)
    kind: str = "face"
    term: dict = field(default_factory=dict)
    model: str = "previz"
    #: Points at which this can't be seen: words and casts are no voices.
    blind: tuple[str, ...] = ()


CASES = {
    "nothing granted": Case("grant-held", state="noticed"),
    "suspended": Case("grant-active", state="suspended"),
    "disputed": Case("grant-active", state="disputed"),
    "withdrawn": Case("grant-active", state="withdrawn"),
    "revoked": Case("grant-active", state="revoked"),
    "expired": Case("grant-active", state="expired"),
    "amended": Case("grant-active", state="amended"),
    "transferred": Case("grant-active", state="transferred"),
    "signed, not begun": Case("grant-active", state="signed"),
    "over, not yet swept": Case("grant-active", term={"starts": -2, "ends": -1}),
    "projects": Case("grant-covers-production", limits={"projects": ["another film"]}),
    "modalities: face": Case("grant-covers-modality", limits={"modalities": ["voice"]}),
    "modalities: voice": Case(
        "grant-covers-modality", limits={"modalities": ["face"]}, kind="voice", blind=("prompt", "dispatch")
    ),
    "uses": Case("grant-covers-use", limits={"uses": ["film"]}, production={"use": "game"}),
    "territories": Case("grant-covers-use", limits={"territories": ["DE"]}, production={"territories": ["DE", "US"]}),
    "media": Case("grant-covers-media", limits={"media": ["cinema"]}, production={"media": ["cinema", "game"]}),
    "media undeclared": Case("grant-covers-media", limits={"media": ["cinema"]}, production={"media": []}),
    "acts": Case("grant-covers-act", limits={"acts": ["fine_tune"]}),
    "languages": Case("grant-covers-language", limits={"languages": ["en"]}, production={"languages": ["en", "fr"]}),
    "exclusions: nudity": Case("nothing-excluded", limits={"exclusions": ["nudity"]}, shot={"content": ["nudity"]}),
    "exclusions: intimacy": Case(
        "nothing-excluded", limits={"exclusions": ["intimacy"]}, shot={"content": ["intimacy"]}
    ),
    "exclusions: political": Case(
        "nothing-excluded", limits={"exclusions": ["political"]}, production={"content": ["political"]}
    ),
    "exclusions: violence, by the words": Case(
        "nothing-excluded",
        limits={"exclusions": ["violence"]},
        shot={"spec": {"id": "1", "seed": 1, "prompt": "a murder at the pier"}},
    ),
    "exclusions: religion": Case(
        "nothing-excluded", limits={"exclusions": ["religion"]}, shot={"content": ["religion"]}
    ),
    "exclusions: endorsement": Case(
        "nothing-excluded",
        limits={"exclusions": ["endorsement"], "uses": ["advertising"]},
        production={"use": "advertising"},
    ),
    "alterations": Case("alteration-allowed", limits={"alterations": ["body"]}, shot={"alterations": ["age"]}),
    "real time": Case("real-time-allowed", production={"real_time": True}),
    "models": Case("model-allowed", limits={"models": ["another model"]}),
    "sub-licensing": Case("not-passed-on", production={"sublicensee": "Somebody Else Ltd"}),
    "replica kind": Case(
        "background-stays-background", limits={"replica_kind": "background", "alterations": ["age"]},
        shot={"alterations": ["age"]},
    ),
    "approval for the production": Case("use-approved", limits={"approval": "production"}),
    "approval for the scene": Case("use-approved", limits={"approval": "scene"}),
    "approval for the shot": Case("use-approved", limits={"approval": "shot"}),
    "a minor without guardian": Case("signed-by-the-right-person", subject={"living": "minor"}),
    "the dead without estate": Case("signed-by-the-right-person", subject={"living": "deceased"}),
    "a synthetic performer": Case("synthetic-stays-synthetic", shot={"cast": []}, blind=("prompt", "dispatch")),
}  # fmt: skip
#: A grant that allows everything: nothing but the case itself may stop the use.
WIDE = {
    "uses": ["film", "game"],
    "modalities": ["face", "voice"],
    "territories": ["*"],
    "media": ["*"],
    "acts": ["render"],
    "models": ["*"],
}
POINTS = ("prompt", "dispatch", "take", "edit", "cut", "release")


@pytest.fixture
def stage(make):
    """The rows of one cell: a person, their grant, a production, a shot that casts them, a take and a cut of them."""

    def build(case: Case):
        studio = make.studio()
        performer = make.member(studio.organisation, "performer")
        subject = make.subject(studio.organisation, user=performer)
        now = timezone.now()
        term = {name: now + timedelta(days=days) for name, days in case.term.items()}
        limits = {"projects": [str(studio.production.pk)], **WIDE, **case.limits}
        grant = make.grant(subject, studio.production, state=case.state, limits=limits, **term)
        Production.objects.filter(pk=studio.production.pk).update(**case.production)
        Subject.objects.filter(pk=subject.pk).update(**case.subject)
        shot = make.shot(studio.production)
        Shot.objects.filter(pk=shot.pk).update(**{"cast": [str(subject.pk)], **case.shot})
        take = make.take(shot, studio.producer)
        take_audit = make.audit(studio.production, take.asset, take=take)
        cut = make.cut(studio.production, studio.producer)
        CutItem.objects.create(cut=cut, position=1, take=take, take_in=0, take_out=2, start=0, end=2)
        cut_audit = make.audit(studio.production, cut.asset, cut=cut)
        for audit in (take_audit, cut_audit):
            Finding.objects.create(
                audit=audit, position=0, kind=case.kind, start="0.5", end="1.5", score=0.7, plain="x", subject=subject
            )
        return studio, subject, grant, shot, take, take_audit, cut, cut_audit

    return build


def decide(point: str, rows):
    """What the policies about people say at a point, over rows read anew."""
    studio, _, _, shot, take, take_audit, cut, cut_audit = rows
    production = Production.objects.get(pk=studio.production.pk)
    shot, take, cut = (type(row).objects.get(pk=row.pk) for row in (shot, take, cut))
    take_audit, cut_audit = (type(row).objects.get(pk=row.pk) for row in (take_audit, cut_audit))
    made = {
        "prompt": lambda: facts.prompt_facts(shot, screenplay_text="").as_facts(),
        "dispatch": lambda: facts.dispatch_facts(shot, screenplay_text="").as_facts(),
        "take": lambda: facts.take_facts(take, take_audit).as_facts(),
        "edit": lambda: facts.edit_facts(cut).as_facts(),
        "cut": lambda: facts.cut_facts(cut, cut_audit).as_facts(),
        "release": lambda: _release(production, cut, cut_audit),
    }[point]()
    [policy] = [one for one in wiring.policy_bundle().policies if one.id == "likeness/grant-scope"]
    return wiring.policy_bundle().decide_alone(policy, made, at=timezone.now())


def _release(production, cut, audit) -> dict:
    """The people of a release; the rest of its facts is about signatures and reviews, which this policy does not read."""
    from auditor.policy.facts import AssetFact, ReleaseFacts

    return ReleaseFacts(
        asset=AssetFact(sha256="0" * 64, kind="cut", origin="generated"),
        production=facts.production_fact(production),
        territories=tuple(production.territories),
        intended=intended_fact(production, models=facts.cut_models(cut)),
        people=people_found(audit, production),
        generations=(), components=(), standing=None, review=None, signature=None, disclosure=None,
    ).as_facts()  # fmt: skip


@pytest.mark.parametrize("kind", ["face", "voice"])
@pytest.mark.parametrize("point", POINTS)
def test_within_the_grant_nothing_stops_it(stage, point, kind):
    decision = decide(point, stage(Case("", kind=kind)))
    assert decision.outcome == "allow", [check.plain for check in decision.failed]
    assert len(decision.checks) > 10, "it was judged, not skipped"


@pytest.mark.parametrize("name", CASES)
def test_each_field_is_enforced_at_every_point(stage, name):
    case = CASES[name]
    rows = stage(case)
    for point in POINTS:
        decision = decide(point, rows)
        failed = {check.check for check in decision.failed}
        if point in case.blind:
            assert case.check not in failed, "a blind point that sees after all: take it off the list"
            continue
        assert decision.outcome == "block", (point, name)
        assert case.check in failed, (point, name, failed)
        assert failed <= {case.check, "grant-active"}, (point, name, failed)


def test_every_field_of_the_scope_is_in_the_matrix():
    """A field that is added to a grant must be enforced, or stand here with the reason why there is nothing to enforce."""
    from django_site.apps.likeness.scope import SCOPE_SCHEMA

    elsewhere = {
        "description": "guild/replica-consent asks for one; what it says is read by people",
        "separately_signed": "guild/replica-consent",
        "counsel_or_union": "guild/replica-consent",
        "represented_by": "counts as counsel_or_union",
        "strike_suspends": "test_strikes: the grant is suspended",
        "post_mortem": "test_people: the grant passes to the estate or ends",
        "compensation": "a ledger of its own",
        "personalised": "test_variants: asked of versions that viewers choose between, and of nothing else",
        "governing_law": "for courts",
    }
    enforced = {limit for case in CASES.values() for limit in case.limits} | {"real_time", "sublicensees", "uses"}
    assert set(SCOPE_SCHEMA["properties"]) == enforced | set(elsewhere)


@pytest.mark.parametrize("unit", ["production", "scene", "shot"])
def test_a_yes_of_the_right_unit_lets_it_pass(stage, unit):
    rows = stage(Case("use-approved", limits={"approval": unit}))
    studio, subject, grant, shot, *_ = rows
    values = {
        "subject": subject, "grant": grant, "production": studio.production, "description": "At the window.",
        "requested_by": studio.producer,
    }  # fmt: skip
    where = {"production": {}, "scene": {"scene": shot.scene}, "shot": {"shot": shot}}
    wrong = where["production"] if unit != "production" else where["scene"]
    yes = {"state": "approved", "decided_by": subject.user, "decided_at": timezone.now()}
    UseApproval.objects.create(**values, **wrong, **yes)
    assert [check.check for check in decide("take", rows).failed] == ["use-approved"], "a yes to something else"
    asked = UseApproval.objects.create(**values, **where[unit])
    assert "requested" in decide("take", rows).failed[0].plain
    UseApproval.objects.filter(pk=asked.pk).update(**yes)
    assert decide("take", rows).outcome == "allow"
    UseApproval.objects.filter(pk=asked.pk).update(state="withdrawn")
    assert [check.check for check in decide("take", rows).failed] == ["use-approved"]


def test_what_a_person_ruled_out_counts_where_they_are(stage, make):
    """Violence in a shot without them stops nothing; the same words in theirs do."""
    rows = stage(Case("", limits={"exclusions": ["violence"]}))
    studio, subject, _, _, _, _, cut, cut_audit = rows
    other = make.shot(studio.production, position=2, cast=[], content=["violence"])
    bloody = make.take(other, studio.producer)
    CutItem.objects.create(cut=cut, position=2, take=bloody, take_in=0, take_out=2, start=2, end=4)
    assert decide("cut", rows).outcome == "allow"
    Finding.objects.create(
        audit=cut_audit, position=1, kind="face", start="2.5", end="3.5", score=0.7, plain="x", subject=subject
    )
    assert {check.check for check in decide("cut", rows).failed} == {"nothing-excluded", "synthetic-stays-synthetic"}


def test_the_grant_that_covers_the_modality_speaks(stage, make):
    """Two grants for one film, one for the face and one for the voice: each is asked about its own."""
    rows = stage(Case("", limits={"modalities": ["face"]}, kind="voice"))
    studio, subject = rows[0], rows[1]
    assert {check.check for check in decide("take", rows).failed} == {"grant-covers-modality"}
    make.grant(subject, studio.production, limits={**WIDE, "modalities": ["voice"]})
    assert decide("take", rows).outcome == "allow"
    assert ConsentGrant.objects.filter(subject=subject, state="active").count() == 2

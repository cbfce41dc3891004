"""The facts and their schema are one thing said twice; these tests keep the two equal."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.policy import schema
from auditor.policy.declared import DeclaredFact, OrganisationFact
from auditor.policy.facts import (
    MAX_RECORDS,
    POINTS,
    AssetFact,
    AuditFact,
    LicenceFact,
    MatchFact,
    ProductionFact,
    TakeAuditFacts,
)
from auditor.policy.people import IntendedFact, PersonFact
from tests.auditor.policy.test_bundle import BUNDLE, NOW

ROOT = Path(__file__).parents[3]
VALIDATOR = jsonschema.Draft202012Validator(schema.facts_schema())


NOTHING_SAID = DeclaredFact(
    guilds=None,
    promotes_expressive_work=False,
    synthetic_performer_disclosed=False,
    synthetic_justification="",
    synthetic_notice_at=None,
    writers_told=False,
    script_by="",
    submitted_to=(),
    delivered_to=(),
    approval_reference="",
    nonfiction=False,
    imitates_archive=False,
    archive_labelled=False,
    portrays_real_people=None,
    portrayal_advice="",
    credits_complete=False,
    registered_us=False,
    machine_parts_disclaimed=False,
)
NO_SIZE = OrganisationFact(annual_revenue=None, revenue_currency=None, monthly_users=None, declared_at=None)


def take() -> TakeAuditFacts:
    return TakeAuditFacts(
        asset=AssetFact(sha256="ab" * 32, kind="take", origin="generated", title="Shot 1", duration=4.0),
        production=ProductionFact(id="p1", declared=NOTHING_SAID, maker=NO_SIZE, title="Harbour"),
        territories=("US", "DE"),
        matches=(
            MatchFact(
                kind="copy",
                work_id="w1",
                title="Bikes",
                start=4.0,
                end=7.0,
                score=0.93,
                licence=LicenceFact(
                    id="l1", acts=("match",), territories=("*",), active=True, spdx="", reservations=()
                ),
            ),
        ),
        intended=IntendedFact(
            act="render",
            media=("streaming",),
            languages=("en",),
            real_time=False,
            personalised=False,
            models=("previz",),
            sublicensee="",
            topics=(),
            synthetic=False,
        ),
        people=(
            PersonFact(
                subject_id="s1",
                display_name="A. Person",
                modality="face",
                how="face",
                where="Seconds 1.0 to 2.0 show a face that resembles A. Person",
                start=1.0,
                end=2.0,
                score=0.8,
                grant=None,
                biometric=None,
                approval="missing",
                cast=None,
                content=(),
                alterations=(),
                minor=False,
                deceased=False,
                refused_elsewhere="",
            ),
        ),
        generations=(),
        components=(),
        audit=AuditFact(complete=True, index_current=True, detectors=("copy", "faces"), uncleared_people=0),
    )


def test_the_committed_schema_is_the_generated_one() -> None:
    committed = (ROOT / "policies" / "schema" / "facts.json").read_text(encoding="utf-8")
    assert committed == schema.rendered(), "run: python -m auditor.policy.schema policies/schema/facts.json"


def test_the_schema_is_a_valid_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema.facts_schema())


def test_facts_built_from_the_dataclasses_are_valid() -> None:
    VALIDATOR.validate(take().as_facts())


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("asset", "sha256"), "not-a-digest"),
        (("asset", "kind"), "poem"),
        (("territories",), ["Germany"]),
        (("matches", 0, "score"), 1.5),
        (("matches", 0, "start"), "4.0"),
        (("people", 0, "surprise"), 1),
        (("point",), "nowhere"),
        (("audit",), None),
    ],
)
def test_a_wrong_value_is_refused(path: tuple[str | int, ...], value: object) -> None:
    document = take().as_facts()
    target = document
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    assert not VALIDATOR.is_valid(document)


_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.floats(-2, 2), st.text(max_size=6), st.just("take")),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=5,
)


@given(data=st.data(), value=_JSON)
def test_the_quick_validator_agrees_with_the_one_that_gives_reasons(data: st.DataObject, value: object) -> None:
    """Put anything anywhere: whatever the quick one lets pass, the other does too."""
    document: Any = take().as_facts()
    target, steps = document, 0
    while isinstance(target, dict | list) and target and steps < 5:
        key = data.draw(st.sampled_from(list(target) if isinstance(target, dict) else list(range(len(target)))))
        if not isinstance(target[key], dict | list) or data.draw(st.booleans()):
            target[key] = value
            break
        target, steps = target[key], steps + 1
    schemas = schema.FactsSchema.current()
    if schemas.valid("take", document):
        assert schemas.validator("take").is_valid(document)
    else:
        decision = BUNDLE.decide(document, at=NOW)
        assert (decision.outcome, decision.checks[0].check) == ("block", "valid")


def test_a_missing_fact_is_refused() -> None:
    for name in take().as_facts():
        document = take().as_facts()
        del document[name]
        assert not VALIDATOR.is_valid(document), name


def test_more_records_than_the_cap_are_refused() -> None:
    facts = take()
    flooded = replace(facts, people=facts.people * (MAX_RECORDS + 1))
    assert not VALIDATOR.is_valid(flooded.as_facts())


def test_every_point_lists_its_fields() -> None:
    current = schema.FactsSchema.current()
    assert list(current.points) == list(POINTS)
    for point in POINTS:
        assert "point" in current.fields_of(point)
    assert current.record_lists >= {"matches", "people", "generations"}


def test_a_schema_read_back_is_the_same_and_anything_else_is_none() -> None:
    current = schema.FactsSchema.current()
    again = schema.FactsSchema(current.as_dict())
    assert again.sha256 == current.sha256
    assert again.validator("take").is_valid(take().as_facts())
    for other in ({}, {"$defs": {}}, {"$defs": [], "allOf": 3, "properties": {}}):
        with pytest.raises(ValueError, match="no schema of facts"):
            schema.FactsSchema(other)

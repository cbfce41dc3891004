"""The studio's policies and the engine: they decide as they say, fail closed, and replay byte for byte."""

import copy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.canonical import canonical_json
from auditor.errors import BadInputError
from auditor.policy import PolicyBundle
from auditor.policy.facts import MAX_RECORDS, POINTS

POLICIES = Path(__file__).parents[3] / "policies"
NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
#: A day on which every rule of the bundle that is no draft is in effect.
IN_FORCE = datetime(2026, 12, 3, 18, 0, tzinfo=UTC)
BUNDLE = PolicyBundle.load(POLICIES)


def facts(name: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((POLICIES / "fixtures" / f"{name}.yaml").read_text(encoding="utf-8"))
    if name == "release":  # the safe loader of the standard library makes dates of unquoted moments; ours are quoted
        assert isinstance(document["standing"]["decided_at"], str)
    return document


def test_every_policys_own_tests_pass() -> None:
    report = BUNDLE.test()
    assert report.ok, "\n".join(f"{failure.policy}: {failure.name}: {failure.plain}" for failure in report.failed)
    assert len(report.results) > 80


def test_every_policy_has_a_basis_that_was_looked_up() -> None:
    assert len(BUNDLE.policies) >= 42
    areas = {policy.id.split("/")[0] for policy in BUNDLE.policies}
    assert areas == {"copyright", "likeness", "disclosure", "biometric", "guild", "ethics", "models"}
    for policy in BUNDLE.policies:
        assert policy.basis, policy.id
        assert all(basis.checked >= "2026-11-22" for basis in policy.basis), policy.id
        if policy.override.allowed:
            assert policy.override.approvers >= 2
            assert set(policy.override.never_for) == {"intimate content", "minors", "missing signatures"}, policy.id
        else:
            assert policy.override.why_not, policy.id


@pytest.mark.parametrize("name", list(POINTS))
def test_the_fixtures_are_allowed_by_the_whole_bundle(name: str) -> None:
    decision = BUNDLE.decide(facts(name), at=IN_FORCE)
    assert decision.outcome == "allow", [check.plain for check in decision.failed]
    assert decision.checks
    assert all(check.passed for check in decision.checks)


def test_a_refusal_says_what_where_why_and_how_to_mend_it() -> None:
    document = facts("import")
    document["matches"][0]["licence"]["acts"] = ["match"]
    decision = BUNDLE.decide(document, at=NOW)
    assert decision.outcome == "block"
    failure = decision.failed[0].as_dict()
    assert failure["plain"] == (
        "Seconds 4.0 to 7.0 show 'Bikes', mirrored, and its licence does not permit reproduction (it permits match)."
    )
    assert failure["segment"] == [4.0, 7.0]
    assert failure["policy"] == "copyright/unlicensed-copy"
    assert "17 U.S.C." in failure["cite"]
    assert failure["remedy"].startswith("Replace those seconds")
    assert failure["who_can_fix"]
    assert failure["about"] == "bikes"


def test_an_unconsented_performer_stops_an_import() -> None:
    document = facts("import")
    document["people"] = copy.deepcopy(facts("take")["people"])
    document["people"][0]["grant"] = None
    decision = BUNDLE.decide(document, at=NOW)
    assert decision.outcome == "block"
    assert [check.check for check in decision.failed] == ["grant-held", "replica-authorised"]
    assert "who has granted no use of their likeness" in decision.failed[0].plain


def test_the_graver_outcome_wins() -> None:
    document = facts("import")
    document["matches"][0] |= {"kind": "scene", "licence": None}
    assert BUNDLE.decide(document, at=NOW).outcome == "review"
    document["matches"].append({**document["matches"][0], "kind": "copy", "start": 9.0, "end": 10.0})
    decision = BUNDLE.decide(document, at=NOW)
    assert decision.outcome == "block"
    assert [check.severity for check in decision.failed] == ["block", "review"], "blocking reasons come first"


def test_a_replay_gives_the_same_bytes() -> None:
    document = facts("take")
    document["people"][0]["grant"] = None
    first = BUNDLE.decide(document, at=NOW)
    shuffled = dict(reversed(list(copy.deepcopy(document).items())))
    again = PolicyBundle.load(POLICIES).decide(shuffled, at=NOW)
    assert canonical_json(first.as_dict()) == canonical_json(again.as_dict())
    assert first.sha256() == again.sha256()
    assert first.bundle_sha256 == again.bundle_sha256
    assert first.engine == again.engine
    document["people"][0]["score"] = 0.92
    assert BUNDLE.decide(document, at=NOW).facts_sha256 != first.facts_sha256


@pytest.mark.parametrize("point", list(POINTS))
def test_no_missing_fact_is_ever_allowed(point: str) -> None:
    """Remove every field of the facts in turn, at any depth; none may turn a required look into a yes."""

    def paths(value: Any, trail: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        if isinstance(value, dict):
            return [p for key, entry in value.items() for p in [(*trail, key), *paths(entry, (*trail, key))]]
        if isinstance(value, list):
            return [p for index, entry in enumerate(value) for p in paths(entry, (*trail, index))]
        return []

    optional = {
        "title",
        "duration",
        "expires",
        "mirrored",
        "rights_holder",
        "name",
        "quote",
        "texts_sha256",
        "missing_detectors",
    }
    optional |= {
        "training_data",
        "replica_kind",
        "counsel_or_union",
        "union",
        "use",
        "reread_at",
        "timestamped",
    }
    optional |= {
        "soft_binding",
        "index_sha256",
        "report_sha256",
        "signature",
        "territories",
        "asset_sha256",
        "makers",
        "ends",
    }
    optional |= {
        "noticed_at",
        "signed_at",
        "strike_suspended",
        "specific_description",
        "separately_signed",
    }
    optional |= {"missing", "audience_notice", "decided_at", "watermark", "labels", "overridden", "source", "died_at"}
    optional |= {"start", "end", "score", "matched", "source", "data_sha256", "takes"}  # for readers, not for rules
    for path in paths(facts(point)):
        document = facts(point)
        target = document
        for step in path[:-1]:
            target = target[step]
        del target[path[-1]]
        decision = BUNDLE.decide(document, at=IN_FORCE)
        if path[-1] not in optional:
            assert decision.outcome == "block", path
        assert decision.checks


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"point": "nowhere"},
        {"point": None},
        {"point": ["take"]},
        {"point": "take"},
        {"point": "take", "matches": "none"},
    ],
)
def test_what_cannot_be_judged_is_blocked(document: dict[str, Any]) -> None:
    decision = BUNDLE.decide(document, at=NOW)
    assert decision.outcome == "block"
    assert decision.checks[0].policy == "engine/facts"
    assert decision.checks[0].plain.startswith("The facts can't be judged")


def test_floods_are_blocked() -> None:
    document = facts("take")
    document["people"] = document["people"] * (MAX_RECORDS + 1)
    assert BUNDLE.decide(document, at=NOW).outcome == "block"
    document = facts("take")
    document["asset"]["title"] = "x" * 100_000
    assert BUNDLE.decide(document, at=NOW).outcome == "block"


def test_what_has_no_digest_is_refused() -> None:
    for value in (float("nan"), 2**60, "\ud800", object()):
        document = facts("take")
        document["asset"]["duration"] = value
        with pytest.raises(BadInputError, match="can't be recorded"):
            BUNDLE.decide(document, at=NOW)
    with pytest.raises(BadInputError, match="time zone"):
        BUNDLE.decide(facts("take"), at=datetime(2026, 11, 22))  # noqa: DTZ001


def test_a_point_that_no_policy_covers_is_blocked(tmp_path: Path) -> None:
    (tmp_path / "ethics").mkdir()
    (tmp_path / "ethics" / "human-review.yaml").write_bytes((POLICIES / "ethics" / "human-review.yaml").read_bytes())
    decision = PolicyBundle.load(tmp_path).decide(facts("take"), at=NOW)
    assert decision.outcome == "block"
    assert "No policy judged this take" in decision.checks[0].plain


def test_dates_and_places_decide_whether_a_rule_applies() -> None:
    document = facts("release")
    document["disclosure"]["audience_notice"] = False
    document["territories"] = ["US"]
    assert BUNDLE.decide(document, at=NOW).outcome == "allow"
    document["territories"] = ["US", "FR"]
    assert BUNDLE.decide(document, at=NOW).outcome == "review"
    asked = BUNDLE.decide(facts("release"), at=datetime(2026, 8, 1, tzinfo=UTC)).policies
    assert not [name for name in asked if name.startswith("disclosure/ai-marking")]


@settings(max_examples=60, deadline=None)
@given(title=st.text(max_size=300), name=st.text(max_size=300))
def test_hostile_names_stay_one_plain_line(title: str, name: str) -> None:
    document = facts("import")
    document["matches"][0] |= {"title": title, "rights_holder": name, "licence": None}
    try:
        decision = BUNDLE.decide(document, at=NOW)
    except BadInputError:
        return  # lone surrogates have no digest
    plain = decision.failed[0].plain
    assert decision.outcome == "block"
    assert plain.startswith("Seconds 4.0 to 7.0 show '")
    assert plain.isprintable()
    assert len(plain) < 400


def test_a_title_cannot_smuggle_a_placeholder() -> None:
    document = facts("import")
    document["matches"][0] |= {"title": "{territories|list}{match.work_id}", "licence": None}
    assert "show '{territories|list}{match.work_id}'" in BUNDLE.decide(document, at=NOW).failed[0].plain

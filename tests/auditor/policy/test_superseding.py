"""One rule in another's place, warnings that stop nothing, and bundles of an earlier day."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from auditor.policy import PolicyBundle, PolicyError
from auditor.policy.schema import FactsSchema
from tests.auditor.policy.test_bundle import NOW, facts


def policy(name: str, *, passes: bool = True, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"ethics/{name}", "title": f"The rule called {name}", "version": 1, "status": "active", "severity": "block",
        "effective": {"from": "2026-01-01"}, "jurisdictions": ["*"], "points": ["import"], "on_error": "block",
        "basis": [{"cite": "House rule", "jurisdiction": "*", "kind": "house", "checked": "2026-11-22"}],
        "checks": [
            {"id": "one", "title": "The only question", "expr": "true" if passes else "false", "remedy": "Mend it so.",
             "plain": f"The rule {name} is broken", "who_can_fix": "the producer"}
        ],
        "override": {"allowed": False, "why_not": "It is a test."},
        "tests": [{"name": f"number {n}", "given": "import", "expect": "allow"} for n in range(2)],
        **fields,
    }  # fmt: skip


def bundle(directory: Path, *policies: dict[str, Any]) -> PolicyBundle:
    for document in policies:
        path = directory / f"{document['id']}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(document))
    return PolicyBundle.load(directory)


def test_the_newer_rule_is_asked_and_the_older_is_not(tmp_path: Path) -> None:
    old, new = policy("old", passes=False), policy("new", supersedes=["ethics/old"])
    decision = bundle(tmp_path, old, new).decide(facts("import"), at=NOW)
    assert decision.outcome == "allow"
    assert decision.policies == ("ethics/new@1", "ethics/old@1 superseded by ethics/new@1")
    assert [check.policy for check in decision.checks] == ["ethics/new"]


@pytest.mark.parametrize(
    "fields",
    [
        {"applies_when": "asset.kind == 'take'"},
        {"applies_when": "asset.title.startsWith(1)"},
        {"effective": {"from": "2027-12-01"}},
        {"status": "draft"},
        {"points": ["take"]},
    ],
    ids=["elsewhere", "nobody can tell", "not yet", "a draft", "another point"],
)
def test_where_the_newer_rule_does_not_apply_the_older_is_asked(tmp_path: Path, fields: dict[str, Any]) -> None:
    old, new = policy("old", passes=False), policy("new", supersedes=["ethics/old"], **fields)
    decision = bundle(tmp_path, old, new).decide(facts("import"), at=NOW)
    assert decision.outcome == "block"
    assert "ethics/old" in [check.policy for check in decision.failed]


def test_what_an_older_rule_had_replaced_does_not_come_back(tmp_path: Path) -> None:
    rules = [policy("first", passes=False), policy("second", passes=False, supersedes=["ethics/first"])]
    decision = bundle(tmp_path, *rules, policy("third", supersedes=["ethics/second"])).decide(facts("import"), at=NOW)
    assert decision.outcome == "allow"


@pytest.mark.parametrize(
    ("policies", "words"),
    [
        ([policy("one", supersedes=["ethics/one"])], "circle: ethics/one > ethics/one"),
        (
            [policy("one", supersedes=["ethics/two"]), policy("two", supersedes=["ethics/one"])],
            "circle: ethics/one > ethics/two > ethics/one",
        ),
        ([policy("one", supersedes=["ethics/none"])], "there is no such policy"),
        (
            [policy("one", supersedes=["ethics/two"], jurisdictions=["US"]), policy("two", jurisdictions=["US", "DE"])],
            "also holds in US, DE",
        ),
    ],
)
def test_a_supersession_that_makes_no_sense_is_refused(tmp_path: Path, policies: list, words: str) -> None:
    with pytest.raises(PolicyError, match=words):
        bundle(tmp_path, *policies)


@pytest.mark.parametrize(
    ("severities", "outcome", "stopping"),
    [
        (["warn"], "allow", 0),
        (["info"], "allow", 0),
        (["warn", "review"], "review", 1),
        (["info", "block"], "block", 1),
    ],
)
def test_warnings_are_said_and_stop_nothing(tmp_path: Path, severities: list[str], outcome: str, stopping: int) -> None:
    rules = [policy(f"rule{n}", passes=False, severity=severity) for n, severity in enumerate(severities)]
    decision = bundle(tmp_path, *rules).decide(facts("import"), at=NOW)
    assert (decision.outcome, len(decision.failed), len(decision.stopping)) == (outcome, len(severities), stopping)


def test_a_warning_that_can_not_be_told_goes_to_a_person(tmp_path: Path) -> None:
    rule = policy("rule", severity="warn", on_error="review")
    rule["checks"][0]["expr"] = "asset.title.startsWith(1)"
    assert bundle(tmp_path, rule).decide(facts("import"), at=NOW).outcome == "review"


def test_a_bundle_of_an_earlier_day_decides_as_it_did(tmp_path: Path) -> None:
    then = bundle(tmp_path, policy("old", passes=False))
    schema = FactsSchema(then.facts.as_dict())
    again = PolicyBundle.was_in_force(then.texts, schema, sha256=then.sha256)
    assert again.decide(facts("import"), at=NOW).sha256() == then.decide(facts("import"), at=NOW).sha256()
    with pytest.raises(PolicyError, match="have the digest"):
        PolicyBundle.was_in_force({**then.texts, "ethics/more.yaml": b""}, schema, sha256=then.sha256)


def test_a_bundle_of_an_earlier_day_judges_by_the_facts_of_that_day(tmp_path: Path) -> None:
    document = FactsSchema.current().as_dict()
    document["$defs"]["AssetFact"]["properties"]["grain"] = {"type": "string"}
    document["$defs"]["AssetFact"]["required"].append("grain")
    schema, texts = FactsSchema(document), bundle(tmp_path, policy("old")).texts
    then = PolicyBundle.was_in_force(texts, schema, sha256=PolicyBundle.digest(texts, schema))
    grainy = facts("import")
    assert then.decide(grainy, at=NOW).failed[0].check == "valid"
    grainy["asset"]["grain"] = "coarse"
    assert then.decide(grainy, at=NOW).outcome == "allow"


def test_a_draft_is_the_bundle_with_some_files_changed(tmp_path: Path) -> None:
    now = bundle(tmp_path, policy("one"), policy("two"))
    strict = yaml.safe_dump(policy("one", passes=False)).encode()
    draft = now.with_texts({"ethics/one.yaml": strict, "ethics/two.yaml": None})
    assert [one.id for one in draft.policies] == ["ethics/one"]
    assert draft.sha256 != now.sha256
    assert draft.decide(facts("import"), at=NOW).outcome == "block"
    later = yaml.safe_dump(policy("one", passes=False, status="draft", effective={"from": "2030-01-01"})).encode()
    assert now.with_texts({"ethics/one.yaml": later}).decide(facts("import"), at=NOW).outcome == "allow"
    assert now.with_texts({"ethics/one.yaml": later}, all_along=True).decide(facts("import"), at=NOW).outcome == "block"
    with pytest.raises(PolicyError, match="not readable YAML"):
        now.with_texts({"ethics/one.yaml": b"id: ["})
    with pytest.raises(PolicyError, match="nothing is left"):
        now.with_texts({"ethics/one.yaml": None, "ethics/two.yaml": None})

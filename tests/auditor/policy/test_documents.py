"""A wrong policy file is refused with its name, the field, the reason and the remedy; nothing of the bundle is used then."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from auditor.policy import PolicyBundle, PolicyError
from auditor.policy.bundle import PolicyBundle as Bundle
from auditor.policy.errors import ExpressionError
from auditor.policy.expressions import Expression, Scope
from auditor.policy.messages import Message
from auditor.policy.territories import covers, reaches
from tests.auditor.policy.test_bundle import NOW, POLICIES, facts

SOURCE = (POLICIES / "copyright" / "unlicensed-copy.yaml").read_text(encoding="utf-8")


def write(directory: Path, text: str, name: str = "copyright/unlicensed-copy.yaml") -> Path:
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return directory


def changed(change: Callable[[dict[str, Any]], None]) -> str:
    document = yaml.load(SOURCE, Loader=yaml.BaseLoader)  # noqa: S506 - every scalar stays text
    document["version"] = 1
    document["override"] |= {"allowed": True, "approvers": 2, "max_days": 30}
    for trial in document["tests"]:
        trial.pop("set", None)
    change(document)
    return yaml.safe_dump(document)


def set_check(**values: Any) -> Callable[[dict[str, Any]], None]:
    return lambda document: document["checks"][0].update(values)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "does not hold a mapping"),
        ("- a\n- b\n", "does not hold a mapping"),
        ("id: [unclosed", "not readable YAML"),
        ("a: &x 1\nb: *x\n", "aliases"),
        ("a: 1\na: 2\n", "stands twice"),
        ("a: !!python/object/apply:os.system ['true']\n", "not readable YAML"),
        (SOURCE.replace("severity: block", "severity: maybe"), "severity: 'maybe' is not one of"),
        (SOURCE.replace("on_error: block", ""), "'on_error' is a required property"),
        (SOURCE.replace("title: A registered", "surprise: 1\ntitle: A registered"), "surprise"),
        (SOURCE.replace("copyright/unlicensed-copy", "copyright/other"), "name the file"),
        (SOURCE.replace("2026-01-01", "2026-02-31"), "not a day of the calendar"),
        (changed(set_check(expr="match.licence !=")), r"checks\[0\] \(licence-held\)\.expr: Failed to parse"),
        (changed(set_check(expr="match.licence == secrets")), "reads 'secrets', which is no fact here"),
        (changed(set_check(expr="size(matches) > 0")), "reads 'matches', which is no fact here"),
        (changed(set_check(expr="match.title.evil()")), "function 'evil' is not available"),
        (changed(set_check(expr="true" + " && true" * 400)), "it has 3204 characters, more than 2000"),
        (changed(set_check(each="match in nothing")), "no list of records"),
        (changed(set_check(plain="Look at {nobody.title} there")), "names 'nobody'"),
        (changed(set_check(plain="Look at {match.title!r} there")), "not understood"),
        (changed(set_check(plain="Look at {match.__class__} {} there")), "not understood"),
        (changed(lambda d: d["tests"][2].update(fails=["ghost"])), "no check 'ghost'"),
        (changed(lambda d: d["override"].update(approvers=1)), "override.approvers"),
        (changed(lambda d: d["checks"].append(d["checks"][0])), "aliases"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(PolicyError, match=words) as caught:
        PolicyBundle.load(write(tmp_path, text))
    assert str(caught.value).startswith("copyright/unlicensed-copy.yaml: ")
    assert caught.value.remedy


def test_no_policies_are_no_permission(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="does not exist"):
        PolicyBundle.load(tmp_path / "gone")
    with pytest.raises(PolicyError, match="holds no policy"):
        PolicyBundle.load(tmp_path)


def test_the_bundles_digest_follows_every_byte(tmp_path: Path) -> None:
    first = PolicyBundle.load(write(tmp_path, SOURCE)).sha256
    assert PolicyBundle.load(write(tmp_path, SOURCE)).sha256 == first
    assert PolicyBundle.load(write(tmp_path, SOURCE + "\n# a comment\n")).sha256 != first


def test_a_policy_whose_checks_are_not_tried_fails_its_tests(tmp_path: Path) -> None:
    write(tmp_path, (POLICIES / "fixtures" / "import.yaml").read_text(), "fixtures/import.yaml")
    write(tmp_path, (POLICIES / "fixtures" / "take.yaml").read_text(), "fixtures/take.yaml")
    lazy = changed(lambda document: document.update(tests=[t for t in document["tests"] if t["expect"] == "allow"][:2]))
    report = PolicyBundle.load(write(tmp_path, lazy)).test()
    assert not report.ok
    assert {failure.name for failure in report.failed} == {
        "has a test that passes and one that fails",
        "every check fails in some test",
        "every branch is taken in some test",
    }
    taken, every = report.branches
    assert 0 < taken < every
    assert report.as_dict()["coverage"] == [{"policy": "copyright/unlicensed-copy", "taken": taken, "branches": every}]


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (date(2026, 11, 22), None),
        (date(2027, 5, 21), None),
        (date(2027, 5, 22), "was looked up 181 days ago, more than 180"),
        (date(2026, 11, 21), "which is still to come"),
    ],
)
def test_a_legal_basis_that_nobody_looked_up_lately_fails(tmp_path: Path, today: date, said: str | None) -> None:
    for name in ("import", "take"):
        write(tmp_path, (POLICIES / "fixtures" / f"{name}.yaml").read_text(), f"fixtures/{name}.yaml")
    bundle = PolicyBundle.load(write(tmp_path, re.sub(r"checked: [0-9-]+", "checked: 2026-11-22", SOURCE)))
    late = [f.plain for f in bundle.test(today=today).failed if f.name == "its legal basis was looked up lately"]
    assert all(said in plain for plain in late) if said else late == []
    assert bool(late) is (said is not None)
    retired = PolicyBundle.load(write(tmp_path, SOURCE.replace("status: active", "status: retired")))
    assert not [f for f in retired.test(today=date(2030, 1, 1)).failed if "lately" in f.name]


def test_a_test_that_expects_the_wrong_thing_is_reported(tmp_path: Path) -> None:
    write(tmp_path, (POLICIES / "fixtures" / "import.yaml").read_text(), "fixtures/import.yaml")
    write(tmp_path, (POLICIES / "fixtures" / "take.yaml").read_text(), "fixtures/take.yaml")
    wrong = SOURCE.replace(
        "a licensed copy passes, given: import, expect: allow", "a licensed copy passes, given: import, expect: block"
    )
    report = PolicyBundle.load(write(tmp_path, wrong)).test()
    assert [failure.plain for failure in report.failed] == ["expected block, got allow"]


def test_norway_is_a_country_and_days_are_text(tmp_path: Path) -> None:
    text = SOURCE.replace('jurisdictions: ["*"]', "jurisdictions: [NO, SE]")
    bundle: Bundle = PolicyBundle.load(write(tmp_path, text))
    assert bundle.policies[0].jurisdictions == ("NO", "SE")
    assert bundle.decide(facts("import"), at=NOW).outcome == "block", "nothing applies in the US and Germany"
    assert bundle.decide({**facts("import"), "territories": ["NO"]}, at=NOW).outcome == "allow"


def test_drafts_and_retired_policies_are_not_asked(tmp_path: Path) -> None:
    bundle = PolicyBundle.load(write(tmp_path, SOURCE.replace("status: active", "status: draft")))
    assert bundle.decide(facts("import"), at=NOW).checks[0].check == "covered"


@pytest.mark.parametrize(
    "source", ["1", "'true'", "null", "[true]", "facts.gone", "gone", "1/0 > 0", "timestamp('never') < now"]
)
def test_only_a_literal_true_passes(source: str) -> None:
    scope = Scope({"facts": {"a": 1}}, now=NOW)
    with pytest.raises(ExpressionError):
        Expression(source).truth(scope)
    assert Expression("facts.a == 1").truth(scope) is True
    assert Expression("facts.a == 2").truth(scope) is False


@pytest.mark.parametrize(
    ("granted", "asked", "expected"),
    [
        (["*"], ["US", "JP"], True),
        (["US"], ["US-CA"], True),
        (["US-CA"], ["US"], False),
        (["EU"], ["DE", "FR"], True),
        (["EU"], ["GB"], False),
        (["EU"], ["*"], False),
        (["DE"], ["EU"], False),
        (["*"], [], False),
        ([], ["US"], False),
    ],
)
def test_territories(granted: list[str], asked: list[str], expected: bool) -> None:
    assert covers(granted, asked) is expected


def test_a_rule_reaches_where_it_or_the_place_is_wider() -> None:
    assert reaches(["EU"], ["DE"])
    assert reaches(["US-IL"], ["US"]), "a release in the United States includes Illinois"
    assert reaches(["EU"], ["*"])
    assert reaches(["EU"], []), "unknown territories concern every rule"
    assert not reaches(["EU"], ["US", "GB"])


def test_messages_show_values_safely() -> None:
    values = {
        "m": {
            "t": "a\u202eb\x00c\n  d",
            "n": 3.25,
            "l": ["x"] * 12,
            "e": [],
            "y": True,
            "w": "2026-11-22T10:00:00Z",
            "z": None,
        }
    }
    shown = Message(
        "{m.t} {m.n} {m.n|seconds} {m.l|list} {m.e|list} {m.y?yes!}{m.z?no} {m.w|day} {m.z} {m.gone}"
    ).render(values)
    assert shown == "abc d 3.25 3.2 " + ", ".join(["x"] * 8) + " and 4 more nothing yes! 2026-11-22 none [unknown]"

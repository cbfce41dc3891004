"""One policy file: read with a safe loader, held against its schema, compiled, and refused with a reason that helps."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

import jsonschema
import yaml

from auditor.policy.complaints import complaint
from auditor.policy.decision import Severity
from auditor.policy.errors import ExpressionError, PolicyError
from auditor.policy.expressions import Expression
from auditor.policy.messages import Message
from auditor.policy.schema import FactsSchema

#: Largest policy or fixture file in bytes; the longest of ours is a tenth of it.
MAX_BYTES = 128 * 1024


_Safe: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where the wheel has it: eight times as quick


class _Loader(_Safe):  # type: ignore[misc]
    """Safe and plain: dates stay text, only true and false are booleans (``NO`` is Norway), no aliases."""

    def get_single_node(self) -> yaml.Node | None:
        node = cast(yaml.Node | None, super().get_single_node())
        _refuse_aliases(node, set())
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.YAMLError(f"the key {key!r} stands twice in one mapping (line {node.start_mark.line + 1})")
        return cast(dict[Any, Any], super().construct_mapping(node, deep))


def _refuse_aliases(node: yaml.Node | None, met: set[int]) -> None:
    """A node that is met twice stands in two places: an alias."""
    if node is None:
        return
    if id(node) in met:
        raise yaml.YAMLError("aliases (*name) are not allowed: write the value out")
    met.add(id(node))
    if isinstance(node, yaml.MappingNode):
        for pair in node.value:
            for inner in pair:
                _refuse_aliases(inner, met)
    elif isinstance(node, yaml.SequenceNode):
        for inner in node.value:
            _refuse_aliases(inner, met)


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:merge")
        and (tag != "tag:yaml.org,2002:bool" or first in "tTfF")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_yaml(data: bytes, name: str) -> dict[str, Any]:
    """The mapping in a YAML file's bytes; raises ``PolicyError`` naming ``name``."""
    try:
        if len(data) > MAX_BYTES:
            raise PolicyError(name, "file", f"it has more than {MAX_BYTES} bytes", "split it into several policies")
        document = yaml.load(data.decode("utf-8"), Loader=_Loader)  # noqa: S506 - a SafeLoader, narrowed further
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        reason = " ".join(str(error).split())[:300]
        raise PolicyError(name, "file", f"it is not readable YAML: {reason}", "correct the syntax") from error
    if not isinstance(document, dict):
        raise PolicyError(name, "file", "it does not hold a mapping of fields", "start from a neighbouring policy")
    return document


def read_file(path: Path, name: str) -> bytes:
    """A file's bytes, no more than a policy may have and one; raises ``PolicyError`` naming ``name``."""
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise PolicyError(name, "file", f"it can't be read: {error.strerror}", "check that it is there") from error


@cache
def _validator() -> jsonschema.Draft202012Validator:
    text = Path(__file__).with_name("policy.schema.json").read_text(encoding="utf-8")
    return jsonschema.Draft202012Validator(json.loads(text))


@dataclass(frozen=True, slots=True)
class Basis:
    """Where a rule comes from, and the day that somebody last looked it up."""

    cite: str
    jurisdiction: str
    kind: str
    checked: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One question of a policy. With ``variable`` it is asked of each record of ``records`` where ``where`` holds."""

    id: str
    title: str
    severity: Severity
    expr: Expression
    plain: Message
    remedy: Message
    who_can_fix: str
    variable: str | None = None
    records: str | None = None
    where: Expression | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """A policy's own test: facts from a fixture, changed, and the outcome that they must have."""

    name: str
    given: str
    changes: Mapping[str, Any]
    removals: tuple[str, ...]
    expect: str
    fails: tuple[str, ...] | None
    says: str | None
    at: str | None


@dataclass(frozen=True, slots=True)
class Override:
    """Who may set a failed check aside: never the requester, always at least two people."""

    allowed: bool
    approvers: int = 0
    roles: tuple[str, ...] = ()
    max_days: int = 0
    never_for: tuple[str, ...] = ()
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class LabelDemand:
    """What a policy wants burnt into generated pictures. ``words`` by kind of picture (``trained``: a trained model made
    it; ``computed``: rules did), then by language (ISO 639), in the order of the file. ``height`` is that of the letters
    as a share of the picture's shorter side, ``seconds`` how long an opening label stands at least."""

    policy: str
    shown: str
    seconds: float
    height: float
    words: Mapping[str, Mapping[str, str]]

    def lines(self, kind: str, languages: Sequence[str]) -> dict[str, str]:
        """The words of the film's languages that the policy has; where it has none of them, its own first."""
        known = self.words[kind]
        asked = [code for code in dict.fromkeys(one.split("-")[0].lower() for one in languages) if code in known]
        return {code: known[code] for code in asked or list(known)[:1]}


@dataclass(frozen=True, slots=True)
class Policy:
    """A rule, ready to be asked."""

    id: str
    title: str
    why: str
    version: int
    status: str
    severity: Severity
    effective_from: date
    effective_until: date | None
    jurisdictions: tuple[str, ...]
    basis: tuple[Basis, ...]
    points: tuple[str, ...]
    applies_when: Expression | None
    checks: tuple[Check, ...]
    on_error: Severity
    override: Override
    trials: tuple[Trial, ...]
    file: str
    sha256: str
    supersedes: tuple[str, ...] = ()
    label: LabelDemand | None = None

    @property
    def cite(self) -> str:
        """The legal basis in one line."""
        return "; ".join(basis.cite for basis in self.basis)

    def in_effect(self, at: datetime) -> bool:
        """Whether the rule is active and its dates include the UTC day of ``at`` (``until`` excluded)."""
        day = at.date()
        return (
            self.status == "active"
            and self.effective_from <= day
            and (self.effective_until is None or day < self.effective_until)
        )


def _day(text: str, name: str, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise PolicyError(name, where, f"{text!r} is not a day of the calendar", "write YYYY-MM-DD") from error


class _Compiler:
    """Turns one validated document into a ``Policy``; keeps the file's name for its errors."""

    def __init__(self, document: Mapping[str, Any], name: str, facts: FactsSchema) -> None:
        self._document, self._name = document, name
        self._known = frozenset.intersection(*(facts.fields_of(point) for point in document["points"]))
        self._lists = facts.record_lists

    def _expression(self, source: str, where: str, names: frozenset[str]) -> Expression:
        try:
            expression = Expression(source)
        except ExpressionError as error:
            raise PolicyError(self._name, where, str(error), "correct the CEL expression") from error
        if unknown := expression.names() - names:
            known = ", ".join(sorted(names))
            raise PolicyError(
                self._name, where, f"it reads {min(unknown)!r}, which is no fact here", f"use one of: {known}, now"
            )
        return expression

    def _message(self, template: str, where: str, names: frozenset[str]) -> Message:
        try:
            message = Message(" ".join(template.split()))
        except ValueError as error:
            raise PolicyError(
                self._name, where, str(error), "use {fact.field} with |seconds, |list, |day or ?text"
            ) from error
        if unknown := set(message.roots()) - names:
            raise PolicyError(
                self._name, where, f"it names {min(unknown)!r}, which is no fact here", "use a known fact"
            )
        return message

    def _check(self, raw: Mapping[str, Any], index: int) -> Check:
        where = f"checks[{index}] ({raw['id']})"
        names, variable, records = self._known, None, None
        if "each" in raw:
            variable, _, records = str(raw["each"]).split(" ")
            if records not in self._lists & self._known:
                usable = ", ".join(sorted(self._lists & self._known)) or "none at these points"
                raise PolicyError(
                    self._name, f"{where}.each", f"{records!r} is no list of records", f"use one of: {usable}"
                )
            names = (self._known - self._lists) | {variable}
        elif "where" in raw:
            raise PolicyError(self._name, f"{where}.where", "it needs `each`", "use applies_when, or add each")
        return Check(
            id=raw["id"],
            title=raw["title"],
            severity=raw.get("severity", self._document["severity"]),
            expr=self._expression(raw["expr"], f"{where}.expr", names),
            plain=self._message(raw["plain"], f"{where}.plain", names),
            remedy=self._message(raw["remedy"], f"{where}.remedy", names),
            who_can_fix=raw["who_can_fix"],
            variable=variable,
            records=records,
            where=self._expression(raw["where"], f"{where}.where", names) if "where" in raw else None,
        )

    def _basis(self, raw: Mapping[str, str], index: int) -> Basis:
        _day(raw["checked"], self._name, f"basis[{index}].checked")
        return Basis(**raw)

    def policy(self, digest: str) -> Policy:
        raw, name = self._document, self._name
        checks = tuple(self._check(check, index) for index, check in enumerate(raw["checks"]))
        identifiers = [check.id for check in checks]
        if len(set(identifiers)) != len(identifiers):
            raise PolicyError(name, "checks", "two checks have one id", "give each its own")
        trials = tuple(_trial(trial, index, identifiers, name) for index, trial in enumerate(raw["tests"]))
        until = raw["effective"].get("until")
        return Policy(
            id=raw["id"],
            title=raw["title"],
            why=" ".join(raw.get("why", "").split()),
            version=raw["version"],
            status=raw["status"],
            severity=raw["severity"],
            effective_from=_day(raw["effective"]["from"], name, "effective.from"),
            effective_until=_day(until, name, "effective.until") if until else None,
            jurisdictions=tuple(raw["jurisdictions"]),
            basis=tuple(self._basis(basis, index) for index, basis in enumerate(raw["basis"])),
            points=tuple(raw["points"]),
            applies_when=self._expression(raw["applies_when"], "applies_when", self._known)
            if "applies_when" in raw
            else None,
            checks=checks,
            on_error=raw["on_error"],
            override=_override(raw["override"]),
            trials=trials,
            file=name,
            sha256=digest,
            supersedes=tuple(raw.get("supersedes", ())),
            label=LabelDemand(policy=raw["id"], **raw["label"]) if "label" in raw else None,
        )


def _override(raw: Mapping[str, Any]) -> Override:
    return Override(
        allowed=raw["allowed"],
        approvers=raw.get("approvers", 0),
        roles=tuple(raw.get("roles", ())),
        max_days=raw.get("max_days", 0),
        never_for=tuple(raw.get("never_for", ())),
        why_not=raw.get("why_not", ""),
    )


def _trial(raw: Mapping[str, Any], index: int, checks: list[str], name: str) -> Trial:
    for check in raw.get("fails", []):
        if check not in checks:
            raise PolicyError(
                name, f"tests[{index}].fails", f"there is no check {check!r}", "name one of this policy's checks"
            )
    return Trial(
        name=raw["name"],
        given=raw["given"],
        changes=raw.get("set", {}),
        removals=tuple(raw.get("unset", ())),
        expect=raw["expect"],
        fails=tuple(raw["fails"]) if "fails" in raw else None,
        says=raw.get("says"),
        at=raw.get("at"),
    )


def read_policy(data: bytes, name: str, facts: FactsSchema, *, was_in_force: bool = False) -> Policy:
    """Read, validate and compile one file's bytes. ``name`` is what errors call it (its path inside the bundle), ``facts``
    what it may speak of; ``was_in_force``: it was validated then, by the form of its day, which need not be today's."""
    document = read_yaml(data, name)
    if not was_in_force and (found := complaint(_validator().iter_errors(document))):
        where, what = found
        raise PolicyError(name, where or "document", what, "see auditor/policy/policy.schema.json")
    if f"{document['id']}.yaml" != name:
        raise PolicyError(name, "id", f"it says {document['id']!r}", "name the file FOLDER/NAME.yaml after its id")
    return _Compiler(document, name, facts).policy(hashlib.sha256(data).hexdigest())

"""Why not? A failed check as people ask about it: what is, what would be allowed, on what authority, who mends it how, and
which grant comes nearest to permitting it.

::

    for explanation in explain(bundle, decision, facts):
        print(explanation.sentence)
"""

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from auditor.plaintext import plain_text
from auditor.policy.branches import failing, logic_of, tokens_of
from auditor.policy.bundle import PolicyBundle
from auditor.policy.decision import CheckResult, Decision, Severity
from auditor.policy.document import Check, Policy
from auditor.policy.errors import ExpressionError
from auditor.policy.expressions import Expression, Scope

#: Longest list of values in a sentence.
MAX_NAMED = 8
_ITEM = re.compile(r"^(\w+)\[(\d+)\]$")
_EACH = re.compile(r"^(.+)\.(all|exists|exists_one)\((\w+), (.+)\)$", re.DOTALL)
_WITHIN = re.compile(r"^(\w+) in ([\w.]+)$")
_CALL = re.compile(r"^(covers|size|has)\((.+)\)$", re.DOTALL)
_PATH = re.compile(r"^[A-Za-z_]\w*(?:\.\w+)*$")
#: The word of a relation, and its contrary.
_WORDS = {
    "==": ("must be", "must not be"), "!=": ("must not be", "must be"), "<=": ("at most", "more than"),
    ">=": ("at least", "less than"), "<": ("less than", "at least"), ">": ("more than", "at most"),
    "in": ("one of", "none of"), "within": ("only within", "not within"), "each in": ("each one of", "not all of"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Comparison:
    """One condition that did not hold: the fact, its value, and what the rule asks of it, in words."""

    fact: str
    actual: str
    relation: str
    allowed: str


@dataclass(frozen=True, slots=True)
class NearestGrant:
    """The grant, among those that a person gave, under which least would fail. ``lacks`` is empty where it permits."""

    grant_id: str
    version: int
    lacks: tuple[str, ...]

    @property
    def permits(self) -> bool:
        return not self.lacks


@dataclass(frozen=True, slots=True)
class Explanation:
    """One failed check, explained."""

    policy: str
    version: int
    check: str
    title: str
    severity: Severity
    plain: str
    compared: tuple[Comparison, ...]
    cite: str
    remedy: str
    who_can_fix: str
    override: str
    nearest: NearestGrant | None = field(default=None)

    @property
    def sentence(self) -> str:
        """All of it in a few sentences."""
        parts = [self.plain.rstrip(".")]
        if self.compared:
            parts.append("; ".join(f"{one.fact}: {one.actual}, {one.relation} {one.allowed}" for one in self.compared))
        said = ". ".join(part[:1].upper() + part[1:] for part in parts)
        first, *more = self.cite.split("; ")
        said += f" ({first}{', among others' if more else ''}). {self.remedy.rstrip('.')}: {self.who_can_fix}."
        if self.nearest is not None:
            grant = f"version {self.nearest.version} of grant {self.nearest.grant_id}"
            lacks = "; ".join(one.rstrip(".") for one in self.nearest.lacks)
            said += f" {grant.capitalize()} would permit it." if not lacks else f" Nearest is {grant}: {lacks}."
        return f"{said} {self.override}".rstrip()

    def as_dict(self) -> dict[str, Any]:
        return {
            "policy": self.policy,
            "version": self.version,
            "check": self.check,
            "sentence": self.sentence,
            "compared": [
                {"fact": one.fact, "actual": one.actual, "relation": one.relation, "allowed": one.allowed}
                for one in self.compared
            ],
            "cite": self.cite,
            "remedy": self.remedy,
            "who_can_fix": self.who_can_fix,
            "override": self.override,
            "nearest_grant": None
            if self.nearest is None
            else {
                "id": self.nearest.grant_id,
                "version": self.nearest.version,
                "permits": self.nearest.permits,
                "lacks": list(self.nearest.lacks),
            },
        }


def explain(
    bundle: PolicyBundle,
    decision: Decision,
    facts: Mapping[str, Any],
    *,
    grants: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
) -> tuple[Explanation, ...]:
    """Every failed check of a decision that ``bundle`` made of ``facts``, in the decision's order.

    ``grants``: for each subject id the grants that the person ever gave (as ``GrantFact`` documents); the one that comes
    nearest to permitting what was refused is named.
    """
    return tuple(_explained(bundle, decision, result, facts, grants or {}) for result in decision.failed)


def _explained(
    bundle: PolicyBundle,
    decision: Decision,
    result: CheckResult,
    facts: Mapping[str, Any],
    grants: Mapping[str, Sequence[Mapping[str, Any]]],
) -> Explanation:
    policy = bundle.policy(result.policy)
    check = next((one for one in policy.checks if one.id == result.check), None) if policy else None
    compared: tuple[Comparison, ...] = ()
    if policy is not None and check is not None and not result.error:
        compared = tuple(dict.fromkeys(_comparisons(bundle, check, result, facts, decision)))
    return Explanation(
        policy=result.policy,
        version=result.version,
        check=result.check,
        title=result.title,
        severity=result.severity,
        plain=result.plain,
        compared=compared,
        cite=result.cite,
        remedy=result.remedy,
        who_can_fix=result.who_can_fix,
        override=_override(policy, result),
        nearest=_nearest(bundle, decision, result, facts, grants),
    )


def _override(policy: Policy | None, result: CheckResult) -> str:
    """Whether people may set it aside, in a sentence; nothing where it stops nothing."""
    if result.severity not in ("block", "review"):
        return ""
    if result.error or policy is None:
        return "It can't be set aside: what could not be judged is not overridden."
    if not policy.override.allowed:
        return f"It can't be set aside: {policy.override.why_not}"
    never = f", never for {', '.join(policy.override.never_for)}" if policy.override.never_for else ""
    return (
        f"{policy.override.approvers} people can set this aside together, neither of them who asks for it, "
        f"for at most {policy.override.max_days} days{never}."
    )


# actual against allowed


def _comparisons(
    bundle: PolicyBundle, check: Check, result: CheckResult, facts: Mapping[str, Any], decision: Decision
) -> Iterator[Comparison]:
    values = dict(facts)
    if check.variable is not None and (found := _ITEM.match(result.item or "")):
        records = facts.get(found.group(1))
        if not isinstance(records, list | tuple) or int(found.group(2)) >= len(records):
            return
        few = {name: value for name, value in facts.items() if name not in bundle.facts.record_lists}
        values = {**few, check.variable: records[int(found.group(2))]}
    scope = Scope(values, now=decision.at)
    for condition, wanted in failing(logic_of(check.expr.source), scope):
        if condition.source.startswith("'*' in"):
            continue  # the way out of a list that names its members; those are compared next
        try:
            yield _compared(condition.source, wanted, scope, check.variable)
        except ExpressionError:
            continue  # a part that can't be evaluated by itself explains nothing


def _compared(source: str, wanted: bool, scope: Scope, variable: str | None) -> Comparison:
    """A condition without logic of its own, as fact, value, relation and what is allowed."""

    def said(text: str) -> str:
        return _shown(Expression(text).value(scope))

    def named(text: str) -> str:
        return _named(text, variable)

    while source.startswith("!") and not source.startswith("!="):
        source, wanted = source[1:].strip(), not wanted
    if relation := _relation(source):
        left, sign, right = relation
        if sign == "in" and left[:1] in "'\"":
            return Comparison(named(right), said(right), "must include" if wanted else "must not include", said(left))
        if (call := _CALL.match(left)) and call.group(1) == "size" and right == "0":
            few = sign in ("==", "<=") if wanted else sign in (">", "!=")
            inner = call.group(2)
            return Comparison(named(inner), said(inner), "must be", "nothing" if few else "something")
        return Comparison(named(left), said(left), _word(sign, wanted), said(right))
    if each := _EACH.match(source):
        listed, how, name, inner = each.groups()
        if how == "all" and (within := _WITHIN.match(inner)) and within.group(1) == name:
            return Comparison(named(listed), said(listed), _word("each in", wanted), said(within.group(2)))
        how_many = {"all": "each with", "exists": "one with", "exists_one": "exactly one with"}[how]
        return Comparison(named(listed), said(listed), how_many if wanted else f"not {how_many}", inner)
    if call := _CALL.match(source):
        if call.group(1) == "covers" and (parts := _arguments(call.group(2))):
            granted, asked = parts
            return Comparison(named(asked), said(asked), _word("within", wanted), said(granted))
        if call.group(1) == "has":
            return Comparison(named(call.group(2)), "not known", "must be", "known" if wanted else "unknown")
    return Comparison(named(source), said(source), "must be", "yes" if wanted else "no")


def _relation(source: str) -> tuple[str, str, str] | None:
    """``(left, sign, right)`` where one relation stands outside of every bracket."""
    depth, place = 0, 0
    tokens = tokens_of(source)
    for number, (kind, text) in enumerate(tokens):
        if kind == "operator" and text in "([{":
            depth += 1
        elif kind == "operator" and text in ")]}":
            depth -= 1
        elif depth == 0 and kind != "string" and (text in ("!=", "in") or text in "<>="):
            sign, width = text, len(text)
            if text in "<>=" and number + 1 < len(tokens) and tokens[number + 1][1] == "=":
                sign, width = f"{text}=", 2
            if sign in _WORDS:
                return source[:place].strip(), sign, source[place + width :].strip()
        place += len(text)
    return None


def _arguments(text: str) -> tuple[str, str] | None:
    """Two arguments of a call."""
    depth, place = 0, 0
    for kind, part in tokens_of(text):
        if kind == "operator":
            depth += (part in "([{") - (part in ")]}")
        elif part == "," and depth == 0:
            return text[:place].strip(), text[place + 1 :].strip()
        place += len(part)
    return None


def _word(sign: str, wanted: bool) -> str:
    return _WORDS[sign][0 if wanted else 1]


def _named(source: str, variable: str | None) -> str:
    """A path of facts in words: ``person.grant.territories`` is "territories of the grant"."""
    if not _PATH.match(source):
        return plain_text(source, 120)
    steps = source.split(".")
    if steps[0] == variable and len(steps) > 1:
        steps = steps[1:]
    words = [step.replace("_", " ") for step in steps]
    if words[0] == "intended" and len(words) > 1:
        return " ".join(words)
    return words[0] if len(words) == 1 else f"{words[-1]} of the {' '.join(words[:-1])}"


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        parts = [_shown(one) for one in value]
        more = f" and {len(parts) - MAX_NAMED} more" if len(parts) > MAX_NAMED else ""
        return ", ".join(parts[:MAX_NAMED]) + more if parts else "nothing"
    if isinstance(value, Mapping):
        return "given"
    if value == "*":
        return "any"
    return plain_text(f"{value:g}" if isinstance(value, float) else str(value), 120) or "empty"


# the nearest grant


def _nearest(
    bundle: PolicyBundle,
    decision: Decision,
    result: CheckResult,
    facts: Mapping[str, Any],
    grants: Mapping[str, Sequence[Mapping[str, Any]]],
) -> NearestGrant | None:
    found = _ITEM.match(result.item or "")
    if found is None or found.group(1) != "people":
        return None
    place = int(found.group(2))
    candidates = grants.get(str(facts["people"][place].get("subject_id")), ())
    tried = [(grant, _lacks(bundle, decision, facts, place, grant)) for grant in candidates]
    if not tried:
        return None
    grant, lacks = min(tried, key=lambda one: (len(one[1]), -int(one[0]["version"])))
    return NearestGrant(str(grant["id"]), int(grant["version"]), lacks)


def _lacks(
    bundle: PolicyBundle, decision: Decision, facts: Mapping[str, Any], place: int, grant: Mapping[str, Any]
) -> tuple[str, ...]:
    """What would still stop this person's record were this their grant."""
    supposed = copy.deepcopy(dict(facts))
    supposed["people"][place]["grant"] = dict(grant)
    answer = bundle.decide(supposed, at=decision.at)
    return tuple(
        check.plain for check in answer.stopping if check.item in (f"people[{place}]", None) and _likeness(check)
    )


def _likeness(check: CheckResult) -> bool:
    return check.policy.split("/")[0] in ("likeness", "guild", "biometric", "engine")

"""Policies: facts in, a decision with reasons out.

::

    from auditor.policy import PolicyBundle
    from auditor.policy.facts import TakeAuditFacts

    bundle = PolicyBundle.load(Path("policies"))
    decision = bundle.decide(facts.as_facts(), at=datetime.now(UTC))
    for check in decision.failed:
        print(check.plain, check.remedy, check.cite)

A policy is a YAML file that a lawyer can read; its conditions are CEL; its tests stand in the same file and run with
``bundle.test()``. Everything fails closed: only a literal ``true`` passes, and no policy means no permission.
"""

from auditor.policy.bundle import ENGINE, PolicyBundle
from auditor.policy.decision import CheckResult, Decision, Outcome, Severity
from auditor.policy.document import LabelDemand, Policy
from auditor.policy.errors import ExpressionError, PolicyError
from auditor.policy.naming import NamedPerson, RegisteredName, names_in
from auditor.policy.schema import facts_schema
from auditor.policy.trials import TrialReport, TrialResult

__all__ = [
    "ENGINE",
    "CheckResult",
    "Decision",
    "ExpressionError",
    "LabelDemand",
    "NamedPerson",
    "Outcome",
    "Policy",
    "PolicyBundle",
    "PolicyError",
    "RegisteredName",
    "Severity",
    "TrialReport",
    "TrialResult",
    "facts_schema",
    "names_in",
]

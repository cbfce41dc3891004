"""A set of policies, loaded whole or not at all, and what it decides about facts.

::

    bundle = PolicyBundle.load(Path("policies"))
    decision = bundle.decide(facts.as_facts(), at=datetime.now(UTC))
    decision.outcome                                  # "allow" only where every applicable check is literally true

Same facts, same bundle, same moment: the same bytes (``decision.sha256()``), which is how a decision is replayed. A bundle
of an earlier day is made again from its texts and the schema of facts of that day (``PolicyBundle.was_in_force``).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rfc8785

from auditor.canonical import canonical_json, sha256_json
from auditor.errors import BadInputError
from auditor.plaintext import plain_text
from auditor.policy.complaints import complaint
from auditor.policy.decision import CheckResult, Decision, outcome_of
from auditor.policy.document import LabelDemand, Policy, read_file, read_policy
from auditor.policy.errors import PolicyError
from auditor.policy.expressions import ENGINE as EXPRESSIONS
from auditor.policy.judging import Judge, refusal
from auditor.policy.schema import FactsSchema
from auditor.policy.superseding import refuse_bad_supersessions, superseded
from auditor.policy.territories import reaches

if TYPE_CHECKING:
    from auditor.policy.trials import TrialReport

#: Name and version of what decides; part of every decision, because a replay needs the same one. 2: warnings, supersession.
ENGINE = f"reelproof-policy 2; {EXPRESSIONS}"
#: Largest set of facts in bytes of canonical JSON.
MAX_FACTS_BYTES = 2 * 1024 * 1024
#: Most policies of one bundle, and most bytes of all its files: what is read from a database to replay is bounded too.
MAX_POLICIES = 500
MAX_BUNDLE_BYTES = 16 * 1024 * 1024
#: Folders of a bundle that hold no policies.
_APART = ("schema", "fixtures")


@dataclass(frozen=True, slots=True)
class PolicyBundle:
    """Every policy of a directory and the digest of them all. ``texts`` are the files as they were read, by name;
    ``directory`` is where the fixtures of their tests lie, ``None`` for a bundle of an earlier day."""

    policies: tuple[Policy, ...]
    sha256: str
    facts: FactsSchema
    texts: Mapping[str, bytes] = field(repr=False)
    directory: Path | None = None

    @classmethod
    def load(cls, directory: Path) -> "PolicyBundle":
        """Load ``directory/AREA/NAME.yaml``. Raises ``PolicyError`` at the first file that is wrong: all or nothing."""
        directory = Path(directory)
        if not directory.is_dir():
            raise PolicyError(
                str(directory), "directory", "it does not exist", "pass the directory that holds the policies"
            )
        names = sorted(
            path.relative_to(directory).as_posix()
            for pattern in ("*.yaml", "*/*.yaml", "*.yml", "*/*.yml")
            for path in directory.glob(pattern)
            if path.relative_to(directory).parts[0] not in _APART
        )
        if not names:
            raise PolicyError(str(directory), "directory", "it holds no policy", "add AREA/NAME.yaml files")
        return cls._of({name: read_file(directory / name, name) for name in names}, FactsSchema.current(), directory)

    @classmethod
    def was_in_force(cls, texts: Mapping[str, bytes], facts: FactsSchema, *, sha256: str) -> "PolicyBundle":
        """A bundle of an earlier day, from its files by name and the schema of facts of that day.

        Raises ``PolicyError`` where their digest is not ``sha256``.
        """
        if (found := cls.digest(texts, facts)) != sha256:
            raise PolicyError(
                sha256[:12], "bundle", f"these files have the digest {found[:12]}", "restore the policies"
            )
        return cls._of(texts, facts, None, validated=True)

    @staticmethod
    def digest(texts: Mapping[str, bytes], facts: FactsSchema) -> str:
        """SHA-256 over the canonical JSON of every file's SHA-256 by name and that of the schema of facts."""
        listing = {name: hashlib.sha256(data).hexdigest() for name, data in texts.items()}
        return sha256_json({"policies": listing, "facts_schema": facts.sha256})

    @classmethod
    def _of(
        cls, texts: Mapping[str, bytes], facts: FactsSchema, directory: Path | None, *, validated: bool = False
    ) -> "PolicyBundle":
        where = "bundle" if directory is None else str(directory)
        if len(texts) > MAX_POLICIES or sum(map(len, texts.values())) > MAX_BUNDLE_BYTES:
            raise PolicyError(
                where,
                "directory",
                f"it holds more than {MAX_POLICIES} policies or {MAX_BUNDLE_BYTES} bytes",
                "split it",
            )
        policies = tuple(read_policy(texts[name], name, facts, was_in_force=validated) for name in sorted(texts))
        refuse_bad_supersessions(policies)
        return cls(policies, cls.digest(texts, facts), facts, dict(texts), directory)

    def with_texts(self, changed: Mapping[str, bytes | None], *, all_along: bool = False) -> "PolicyBundle":
        """The same bundle with some files changed, added or (``None``) taken out: a draft, to see what it would decide.

        It is validated in full. ``all_along``: as if what changed had always been active and in effect, whatever its own
        status and dates say. Raises ``PolicyError``.
        """
        texts = {name: data for name, data in {**self.texts, **changed}.items() if data is not None}
        if not texts:
            raise PolicyError("bundle", "policies", "nothing is left", "keep at least one policy")
        draft = self._of(texts, self.facts, self.directory)
        if not all_along:
            return draft
        policies = tuple(
            replace(policy, status="active", effective_from=date.min, effective_until=None)
            if policy.file in changed
            else policy
            for policy in draft.policies
        )
        return replace(draft, policies=policies)

    def policy(self, identifier: str) -> Policy | None:
        """The policy of this id, ``None`` where there is none."""
        return next((policy for policy in self.policies if policy.id == identifier), None)

    def applicable(self, point: str, territories: Sequence[str], at: datetime) -> tuple[Policy, ...]:
        """The policies in effect at this point, moment and place, before ``applies_when`` is asked."""
        return _applicable(self.policies, point, territories, at)

    def labels(self, territories: Sequence[str], at: datetime) -> tuple[LabelDemand, ...]:
        """What the policies in effect there want burnt into pictures that were generated, by id of the policy.

        Asked before there is a file that ``applies_when`` could be asked about: for films that hold nothing generated,
        don't ask.
        """
        places = list(territories)
        found = [policy for policy in self.policies if policy.in_effect(at) and reaches(policy.jurisdictions, places)]
        return tuple(policy.label for policy in found if policy.label is not None)

    def decide(self, facts: Mapping[str, Any], *, at: datetime) -> Decision:
        """Judge the facts as of ``at`` (an aware datetime).

        Whatever can't be judged is not allowed: facts that break the schema, expressions that fail and points that no
        policy covers end in ``block`` (or the policy's ``on_error``). Raises ``BadInputError`` only where the facts
        have no canonical JSON, so that no digest could stand in the record.
        """
        return self._decide(self.policies, facts, at)

    def decide_alone(self, policy: Policy, facts: Mapping[str, Any], *, at: datetime) -> Decision | None:
        """What one policy says by itself, whatever its status; ``None`` where it does not apply. For its own tests."""
        decision = self._decide((replace(policy, status="active"),), facts, at)
        return None if decision.checks and decision.checks[0].check == "covered" else decision

    def test(self, *, today: date | None = None) -> "TrialReport":
        """Run every policy's own tests against the bundle's fixtures; ``today`` (UTC, by default the day that it is) tells
        which legal bases were looked up too long ago."""
        from auditor.policy.trials import run_trials

        return run_trials(self, today=today or datetime.now(UTC).date())

    def _complaint(self, facts: Mapping[str, Any]) -> str | None:
        """What is wrong with the facts as a document, in one clause, or ``None``."""
        point = facts.get("point")
        if not isinstance(point, str) or point not in self.facts.points:
            return f"`point` is {plain_text(repr(point), 60)}, not one of {', '.join(self.facts.points)}"
        try:
            if self.facts.valid(point, facts):
                return None
        except (ValueError, TypeError, OverflowError):
            pass  # something that is no JSON: the reason follows
        found = complaint(self.facts.validator(point).iter_errors(facts))
        return f"{found[0] or 'the document'}: {found[1]}" if found else "the document: it does not have their form"

    def _decide(self, policies: tuple[Policy, ...], facts: Mapping[str, Any], at: datetime) -> Decision:
        if at.tzinfo is None:
            raise BadInputError(
                "the moment of a decision needs a time zone: pass an aware datetime, UTC for preference"
            )
        at = at.astimezone(UTC)
        try:
            canonical = canonical_json(dict(facts))
        except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError, TypeError) as error:
            raise BadInputError(f"these facts can't be recorded: {error}") from error
        results: list[CheckResult] = []
        asked: list[str] = []
        complaint = self._complaint(facts)
        if len(canonical) > MAX_FACTS_BYTES:
            complaint = f"they are {len(canonical)} bytes long, more than {MAX_FACTS_BYTES}"
        if complaint is not None:
            results.append(
                refusal("valid", "The facts are complete and well-formed", f"The facts can't be judged: {complaint}.")
            )
        else:
            chosen = _applicable(policies, facts["point"], list(facts.get("territories", [])), at)
            judge = Judge(facts, at, self.facts.record_lists)
            aside = superseded(chosen, judge.applies)
            asks = [policy for policy in chosen if policy.id not in aside]
            answers = {policy.id: found for policy, found in judge.ask(asks)}
            for policy in chosen:
                if policy.id in aside:
                    asked.append(f"{policy.id}@{policy.version} superseded by {aside[policy.id]}")
                elif policy.id in answers:
                    asked.append(f"{policy.id}@{policy.version}")
                    results.extend(answers[policy.id])
            if not results:
                results.append(
                    refusal(
                        "covered",
                        "A policy covers this step",
                        f"No policy judged this {facts['point']}: nothing vouches for it.",
                    )
                )
        return Decision(
            outcome=outcome_of(result.severity for result in results if not result.passed),
            point=str(facts.get("point", ""))[:40],
            at=at,
            checks=tuple(results),
            facts_sha256=hashlib.sha256(canonical).hexdigest(),
            bundle_sha256=self.sha256,
            engine=ENGINE,
            policies=tuple(asked),
        )


def _applicable(policies: Sequence[Policy], point: str, territories: Sequence[str], at: datetime) -> tuple[Policy, ...]:
    places = list(territories)
    return tuple(
        policy
        for policy in policies
        if point in policy.points and policy.in_effect(at) and reaches(policy.jurisdictions, places)
    )

"""One rule in another's place: a newer agreement for an older one, a special rule for a general one.

A policy that is in effect and applies takes the place of those that it names: they are not asked, and the decision says so.
Where it does not apply, or nobody can tell whether it does, they are asked as ever. Who takes another's place reaches at
least as far (*lex specialis derogat legi generali*, but only within its own jurisdiction).
"""

from collections.abc import Callable, Sequence

from auditor.policy.document import Policy
from auditor.policy.errors import PolicyError
from auditor.policy.territories import covers


def refuse_bad_supersessions(policies: Sequence[Policy]) -> None:
    """Raises ``PolicyError`` for one that names itself, something unknown, a rule that reaches further, or a circle."""
    known = {policy.id: policy for policy in policies}
    for policy in policies:
        for name in policy.supersedes:
            where = f"supersedes ({name})"
            if name not in known:
                raise PolicyError(policy.file, where, "there is no such policy", "name one of the bundle")
            if not covers(policy.jurisdictions, known[name].jurisdictions):
                raise PolicyError(
                    policy.file,
                    where,
                    f"that rule also holds in {', '.join(known[name].jurisdictions)}, and this one does not",
                    "supersede only what holds nowhere else",
                )
    for policy in policies:
        if circle := _circle(policy.id, known, ()):
            raise PolicyError(
                policy.file, "supersedes", f"it goes round in a circle: {' > '.join(circle)}", "take one of them out"
            )


def _circle(name: str, known: dict[str, Policy], trail: tuple[str, ...]) -> tuple[str, ...]:
    if name in trail:
        return (*trail[trail.index(name) :], name)
    for further in known[name].supersedes:
        if found := _circle(further, known, (*trail, name)):
            return found
    return ()


def superseded(policies: Sequence[Policy], applies: Callable[[Policy], bool]) -> dict[str, str]:
    """Of the policies in effect, those in whose place another stands: id -> ``id@version`` of the first that does."""
    found: dict[str, str] = {}
    for policy in policies:
        if policy.supersedes and applies(policy):
            for name in policy.supersedes:
                found.setdefault(name, f"{policy.id}@{policy.version}")
    return found

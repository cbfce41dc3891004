"""What JSON Schema holds against a document, in one clause that names the place and does not repeat the document."""

from collections.abc import Iterable
from typing import Any, cast

from jsonschema.exceptions import ValidationError, best_match

from auditor.plaintext import plain_text


def _words(problem: ValidationError) -> str:
    limit, instance = problem.validator_value, cast(Any, problem.instance)
    if problem.validator == "maxLength":
        return f"it has {len(instance)} characters, more than {limit}"
    if problem.validator == "maxItems":
        return f"it has {len(instance)} entries, more than {limit}"
    if problem.validator == "pattern":
        return f"{plain_text(repr(instance), 60)} does not have the form {limit}"
    return plain_text(problem.message, 200)


def complaint(problems: Iterable[ValidationError]) -> tuple[str, str] | None:
    """``(where, what)`` of the most telling problem, or ``None`` where there is none."""
    problem = best_match(problems)
    if problem is None:
        return None
    where = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in problem.absolute_path).lstrip(".")
    return where, _words(problem)

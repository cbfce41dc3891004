"""CEL behind a small interface: compile once, evaluate many times, and only a literal ``true`` is a yes.

The engine (``common-expression-language``, Rust) has no cost limit, so what reaches it is bounded: facts have capped
lists and strings, and expressions come from reviewed policy files alone, never from users.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from importlib.metadata import version
from typing import Any

import cel

from auditor.policy.errors import ExpressionError
from auditor.policy.territories import covers

ENGINE = f"cel {version('common-expression-language')}"

#: Longest expression; a rule that a lawyer reads is shorter.
MAX_EXPRESSION = 2000
#: What an expression may call. ``covers(granted, asked)`` is ours: see ``territories.covers``.
FUNCTIONS = frozenset(
    {"size", "contains", "startsWith", "endsWith", "matches", "timestamp", "duration", "int", "double", "string"}
    | {"all", "exists", "exists_one", "map", "filter", "has", "covers"}
)
_BOUND = re.compile(r"\.\s*(?:all|exists|exists_one|map|filter)\s*\(\s*([A-Za-z_]\w*)\s*,")


class Scope:
    """The values that expressions see. One scope serves many evaluations; ``bind`` replaces one value."""

    __slots__ = ("_context",)

    def __init__(self, values: Mapping[str, Any], *, now: datetime) -> None:
        self._context = cel.Context({**values, "now": now}, {"covers": covers})

    def bind(self, name: str, value: Any) -> None:
        self._context.add_variable(name, value)


class Expression:
    """A compiled CEL expression."""

    __slots__ = ("_program", "source")

    def __init__(self, source: str) -> None:
        """Compile ``source``; raises ``ExpressionError`` where it is too long, malformed or calls the unknown."""
        if len(source) > MAX_EXPRESSION:
            raise ExpressionError(f"the expression has {len(source)} characters, more than {MAX_EXPRESSION}: split it")
        self.source = source
        try:
            self._program = cel.compile(source)
        except ValueError as error:
            raise ExpressionError(str(error).splitlines()[0]) from error
        named = {name for name in self._program.functions() if re.fullmatch(r"[A-Za-z]\w*", name)}
        if unknown := named - FUNCTIONS:
            raise ExpressionError(f"the function {min(unknown)!r} is not available to policies")

    def names(self) -> frozenset[str]:
        """The names that the expression reads from its scope, without those that its own macros bind."""
        return frozenset(self._program.variables()) - frozenset(_BOUND.findall(self.source)) - {"now"}

    def truth(self, scope: Scope) -> bool:
        """``True`` or ``False``; raises ``ExpressionError`` where the result is anything else or evaluation fails."""
        result = self.value(scope)
        if not isinstance(result, bool):
            raise ExpressionError(f"the result is a {type(result).__name__}, not true or false")
        return result

    def value(self, scope: Scope) -> Any:
        """Whatever it comes to; raises ``ExpressionError`` where evaluation fails."""
        try:
            return self._program.execute(scope._context)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # a panic of the engine is a BaseException, and must fail closed too
            raise ExpressionError(
                f"{type(error).__name__}: {str(error).splitlines()[0][:160] if str(error) else ''}"
            ) from error

"""The logic of a CEL expression: where it branches, which of its conditions decided, and which no test ever decided.

CEL's ``&&``, ``||``, ``!`` and ``?:`` are taken apart down to the *conditions* between them, which stay CEL (what happens
inside a macro such as ``exists`` is one condition). One is covered when some test made it true and some test made it false:
ISO/IEC/IEEE 29119-4's branch condition coverage. Grammar: https://github.com/google/cel-spec, "Syntax".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from auditor.policy.errors import ExpressionError
from auditor.policy.expressions import Expression, Scope

#: Strings first, so that an operator inside one is none; then what matters for the structure; then anything else.
_TOKEN = re.compile(
    r"""(?P<string>[rRbB]{0,2}(?:\"\"\"[\s\S]*?\"\"\"|\'\'\'[\s\S]*?\'\'\'|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'))"""
    r"""|(?P<operator>&&|\|\||!=|[!?:()\[\]{}])|(?P<other>[A-Za-z0-9_]+|\s+|.)""",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Condition:
    """A part without logic of its own, such as ``person.grant.active``."""

    expression: Expression

    @property
    def source(self) -> str:
        return self.expression.source


@dataclass(frozen=True, slots=True)
class Not:
    operand: "Logic"


@dataclass(frozen=True, slots=True)
class Both:
    """``&&`` (``every``) or ``||``, of two or more."""

    every: bool
    operands: "tuple[Logic, ...]"


@dataclass(frozen=True, slots=True)
class Choice:
    """``test ? yes : no``."""

    test: "Logic"
    yes: "Logic"
    no: "Logic"


Logic = Condition | Not | Both | Choice
#: A condition and an answer to it.
Decided = tuple[Condition, bool]


def logic_of(source: str) -> Logic:
    """The structure of an expression that compiles. Raises ``ExpressionError`` for one that does not."""
    return _parsed(tokens_of(source))


def tokens_of(source: str) -> list[tuple[str, str]]:
    """``string``, ``operator`` (of logic, and brackets) and ``other`` parts of an expression, none left out."""
    return [(match.lastgroup or "other", match.group()) for match in _TOKEN.finditer(source)]


def _parsed(tokens: list[tuple[str, str]]) -> Logic:
    tokens = _trimmed(tokens)
    places = list(_outer(tokens))
    if (at := next((place for place, sign in places if sign == "?"), None)) is not None:
        colon = _colon(places, at)
        return Choice(_parsed(tokens[:at]), _parsed(tokens[at + 1 : colon]), _parsed(tokens[colon + 1 :]))
    for sign, every in (("||", False), ("&&", True)):
        if cuts := [place for place, found in places if found == sign]:
            edges = [-1, *cuts, len(tokens)]
            parts = (tokens[one + 1 : two] for one, two in pairwise(edges))
            return Both(every, tuple(_parsed(part) for part in parts))
    if tokens and tokens[0] == ("operator", "!") and _enclosed(_trimmed(tokens[1:])):
        return Not(_parsed(tokens[1:]))
    if _enclosed(tokens):
        return _parsed(tokens[1:-1])
    return Condition(Expression(" ".join("".join(text for _, text in tokens).split())))


def _trimmed(tokens: list[tuple[str, str]]) -> list[tuple[str, str]]:
    start, end = 0, len(tokens)
    while start < end and tokens[start][1].isspace():
        start += 1
    while end > start and tokens[end - 1][1].isspace():
        end -= 1
    return tokens[start:end]


def _outer(tokens: list[tuple[str, str]]) -> Iterator[tuple[int, str]]:
    """Places and signs of the logical operators outside of every bracket."""
    depth = 0
    for place, (kind, text) in enumerate(tokens):
        if kind != "operator":
            continue
        if text in "([{":
            depth += 1
        elif text in ")]}":
            depth -= 1
        elif depth == 0 and text in ("&&", "||", "?", ":"):
            yield place, text


def _colon(places: list[tuple[int, str]], question: int) -> int:
    """The colon that belongs to the question mark at this place."""
    open_questions = 0
    for place, sign in places:
        if place < question:
            continue
        open_questions += (sign == "?") - (sign == ":")
        if sign == ":" and open_questions == 0:
            return place
    raise ExpressionError("a `?` has no `:`")


def _enclosed(tokens: list[tuple[str, str]]) -> bool:
    """Whether one pair of parentheses goes round the whole."""
    if len(tokens) < 2 or tokens[0] != ("operator", "(") or tokens[-1] != ("operator", ")"):
        return False
    depth = 0
    for kind, text in tokens[:-1]:
        if kind == "operator":
            depth += (text in "([{") - (text in ")]}")
        if depth == 0:
            return False
    return True


def conditions_of(logic: Logic) -> Iterator[Condition]:
    """Every condition, from left to right."""
    match logic:
        case Condition():
            yield logic
        case Not(operand):
            yield from conditions_of(operand)
        case Both(_, operands):
            for operand in operands:
                yield from conditions_of(operand)
        case Choice(test, yes, no):
            for part in (test, yes, no):
                yield from conditions_of(part)


def decide(logic: Logic, scope: Scope) -> tuple[bool, list[Decided]]:
    """What the expression comes to, and each condition that was asked on the way, from left to right, with its answer.

    ``&&`` and ``||`` stop at the first operand that decides, as the engine does where nothing fails. Raises
    ``ExpressionError`` where a condition can't be evaluated.
    """
    match logic:
        case Condition(expression):
            truth = expression.truth(scope)
            return truth, [(logic, truth)]
        case Not(operand):
            truth, asked = decide(operand, scope)
            return not truth, asked
        case Both(every, operands):
            trail: list[Decided] = []
            for operand in operands:
                truth, asked = decide(operand, scope)
                trail += asked
                if truth is not every:
                    return not every, trail
            return every, trail
        case Choice(test, yes, no):
            truth, asked = decide(test, scope)
            chosen, further = decide(yes if truth else no, scope)
            return chosen, [*asked, *further]


def failing(logic: Logic, scope: Scope, *, wanted: bool = True) -> list[Decided]:
    """Which conditions kept the expression from being ``wanted``, each with the answer that it should have had.

    Of an ``&&`` those operands that are false, of an ``||`` all of them; a condition that can't be evaluated is left out.
    """
    try:
        truth, _ = decide(logic, scope)
    except ExpressionError:
        truth = not wanted
    if truth is wanted:
        return []
    match logic:
        case Condition():
            return [(logic, wanted)]
        case Not(operand):
            return failing(operand, scope, wanted=not wanted)
        case Both(_, operands):
            return [one for operand in operands for one in failing(operand, scope, wanted=wanted)]
        case Choice(test, yes, no):
            try:
                chosen, _ = decide(test, scope)
            except ExpressionError:
                return []
            return failing(yes if chosen else no, scope, wanted=wanted)

"""Sentences with facts in them: ``Seconds {match.start|seconds} to {match.end|seconds} show '{match.title}'``.

A placeholder is a dotted path into the scope, then an filter: ``|seconds`` (one decimal), ``|list`` (joined, or
"nothing"), ``|day`` (the date of a moment), ``|percent``; or ``?text``: the text where the value is ``true``.
Values come from titles and names that strangers typed, so they are plain text: control and direction-changing
characters are dropped and length is capped. Escaping for HTML stays with the page that shows them.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from auditor.plaintext import plain_text

#: Longest value that is filled into a sentence; a longer one is cut with an ellipsis.
MAX_VALUE = 120
#: Stands for a value that the facts lack; policy tests treat it as a fault of the message.
UNKNOWN = "[unknown]"

_PLACEHOLDER = re.compile(r"\{([A-Za-z_]\w*(?:\.\w+)*)(?:\|(seconds|list|day|percent)|\?([^{}]*))?\}")
_MISSING = object()


def _look_up(path: str, values: Mapping[str, Any]) -> Any:
    found: Any = values
    for step in path.split("."):
        if isinstance(found, Mapping) and step in found:
            found = found[step]
        elif isinstance(found, list | tuple) and step.isdigit() and int(step) < len(found):
            found = found[int(step)]
        else:
            return _MISSING
    return found


def _number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _shown(value: Any, how: str | None) -> str:
    if value is _MISSING:
        return UNKNOWN
    if how == "list":
        parts = [plain_text(str(item), 40) for item in value] if isinstance(value, list | tuple) else []
        more = f" and {len(parts) - 8} more" if len(parts) > 8 else ""
        return ", ".join(parts[:8]) + more if parts else "nothing"
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        if how == "seconds":
            return f"{value:.1f}"
        return f"{value * 100:.0f} %" if how == "percent" else _number(value)
    text = plain_text(str(value), MAX_VALUE)
    return text[:10] if how == "day" else text


class Message:
    """A sentence with placeholders, checked once and rendered many times."""

    __slots__ = ("template",)

    def __init__(self, template: str) -> None:
        """Raises ``ValueError`` where a brace is not part of a placeholder that is understood."""
        if "{" in (rest := _PLACEHOLDER.sub("", template)) or "}" in rest:
            raise ValueError(f"the placeholder near {rest[max(0, rest.find('{')) :][:40]!r} is not understood")
        self.template = template

    def roots(self) -> Iterator[str]:
        """The first name of each path."""
        return (match.group(1).split(".")[0] for match in _PLACEHOLDER.finditer(self.template))

    def render(self, values: Mapping[str, Any]) -> str:
        """The sentence with the actual values, on one line."""

        def fill(match: re.Match[str]) -> str:
            value = _look_up(match.group(1), values)
            if match.group(3) is not None:
                return match.group(3) if value is True else ""
            return _shown(value, match.group(2))

        return _PLACEHOLDER.sub(fill, self.template)

"""Text from strangers, made safe to print: one line, visible characters only, bounded length. Not HTML-escaped."""

import unicodedata


def plain_text(value: str, limit: int) -> str:
    """``value`` without control, format (bidirectional, zero-width) and surrogate characters, at most ``limit`` long.

    Whitespace runs become one space; an ellipsis marks what was cut. Source of the categories: Unicode TR 44, ``C*``.
    """
    value = value[: limit * 4 + 64]
    if not (value.isascii() and value.isprintable()):  # most text has nothing to lose
        kept = (one for one in value if one.isspace() or not unicodedata.category(one).startswith("C"))
        value = "".join(" " if one.isspace() else one for one in kept)
    text = " ".join(value.split())
    return text if len(text) <= limit else text[: max(0, limit - 1)].rstrip() + "…"

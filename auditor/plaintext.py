"""Text from strangers, made safe to print: one line, visible characters only, bounded length. Not HTML-escaped."""

import unicodedata


def plain_text(value: str, limit: int) -> str:
    """``value`` without control, format (bidirectional, zero-width) and surrogate characters, at most ``limit`` long.

    Whitespace runs become one space; an ellipsis marks what was cut. Source of the categories: Unicode TR 44, ``C*``.
    """
    clean = []
    for character in value[: limit * 4 + 64]:
        if character.isspace():
            clean.append(" ")
        elif not unicodedata.category(character).startswith("C"):
            clean.append(character)
    text = " ".join("".join(clean).split())
    return text if len(text) <= limit else text[: max(0, limit - 1)].rstrip() + "…"

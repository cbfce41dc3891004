"""A viewer's words as they may be shown to others."""

import re

_QUOTE_LENGTH = 240
#: What would tell who wrote it, or lead somewhere: addresses, telephone numbers, names after an @.
_PRIVATE = re.compile(r"https?://\S+|www\.\S+|\S+@\S+\.\S+|(?<!\w)@\w+|\+?\d[\d\s()/.-]{6,}\d")


def quotable(text: str) -> str:
    """A comment without what would lead to a person, in one line, cut at ``_QUOTE_LENGTH`` signs."""
    plain = " ".join(_PRIVATE.sub("[…]", text).split())
    return plain if len(plain) <= _QUOTE_LENGTH else plain[: _QUOTE_LENGTH - 1].rstrip() + "…"

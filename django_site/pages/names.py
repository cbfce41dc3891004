"""Names from outside, fit to be shown."""

import unicodedata


def file_label(name: str) -> str:
    """What the person called the file: no folders, no control or direction characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(char for char in last if unicodedata.category(char)[0] != "C")
    return kept.strip()[:255] or "unnamed file"

"""Names of files inside a corpus: relative, with forward slashes, never climbing; the same in tables and in archives."""

import re
import unicodedata

from auditor.errors import BadInputError

#: Longest name and longest part of one, in bytes of UTF-8: what Linux file systems hold (PATH_MAX less a root, NAME_MAX).
_MAX_NAME, _MAX_PART = 2048, 255
_DRIVE = re.compile(r"[A-Za-z]:")


def corpus_name(name: str) -> str:
    """``name`` as the corpus knows it: NFC, without ``.`` parts and doubled slashes.

    Raises ``BadInputError`` for a name that is empty, absolute, climbing, not text, or too long. Archives made on Macs hold
    NFD names; both forms are the same file.
    """
    shown = ascii(name[:80])
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in name):
        raise BadInputError(f"{shown}: the name holds control characters or bytes that are no text; rename the file")
    if "\\" in name or _DRIVE.match(name):
        raise BadInputError(f"{shown}: the name holds a backslash or a drive; write it with '/' and relative")
    if name.startswith("/"):
        raise BadInputError(f"{shown}: the name is absolute; write it relative to the corpus")
    parts = [part for part in unicodedata.normalize("NFC", name).split("/") if part not in ("", ".")]
    if ".." in parts:
        raise BadInputError(f"{shown}: the name climbs out of the corpus by '..'; write it relative to the corpus")
    if not parts:
        raise BadInputError(f"{shown}: the name is empty; give the path of a file in the corpus")
    sizes = [len(part.encode()) for part in parts]
    if max(sizes) > _MAX_PART or sum(sizes) + len(sizes) > _MAX_NAME:
        raise BadInputError(f"{shown}…: the name is too long; rename the file")
    return "/".join(parts)

"""Reading shots from a file, for the commands that take one or many."""

import json
from pathlib import Path

from generator.errors import ShotError
from generator.shots.model import ShotRequest

#: A specification has some twenty short fields; a list of a few hundred shots stays under this many bytes.
MAX_SHOT_BYTES = 4_000_000


def read_shots(path: Path) -> tuple[ShotRequest, ...]:
    """``read_board`` without the title."""
    return read_board(path)[1]


def read_board(path: Path) -> tuple[str, tuple[ShotRequest, ...]]:
    """The title ("" if there is none) and the shots of a JSON file: one shot, a list, or an object with ``shots``.

    Raises ``ShotError`` where the file can't be read, is too large, is no JSON, or holds no shot.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_SHOT_BYTES + 1)
    except OSError as error:
        raise ShotError(f"{path} can't be read ({error.strerror}); name a JSON file with a shot") from error
    if len(content) > MAX_SHOT_BYTES:
        raise ShotError(f"{path} is larger than {MAX_SHOT_BYTES} bytes; a shot's specification is short")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ShotError(
            f"{path} is no JSON ({str(error)[:80]}); write a shot as ShotRequest.as_dict() gives it"
        ) from error
    title = ""
    if isinstance(document, dict) and isinstance(document.get("shots"), list):
        title = str(document.get("title", ""))[:200]
        document = document["shots"]
    found = document if isinstance(document, list) else [document]
    if not found:
        raise ShotError(f"{path} holds no shot; write one as ShotRequest.as_dict() gives it")
    return title, tuple(ShotRequest.from_dict(item) for item in found)

"""JSON documents that a command is given."""

import json
from pathlib import Path
from typing import Any

from auditor.errors import BadInputError


def json_object(path: Path, *, most: int | None = None, what: str = "") -> dict[str, Any]:
    """The JSON object in a file. Raises ``BadInputError`` for one that can't be read, is no object, or has more than
    ``most`` bytes, which ``what`` never has."""
    try:
        if most is not None and path.stat().st_size > most:
            raise BadInputError(f"{path}: longer than {most >> 20} MiB, which no {what} is")
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInputError(f"{path}: can't be read ({error.strerror})") from error
    except ValueError as error:
        raise BadInputError(f"{path}: not JSON ({error})") from error
    if not isinstance(document, dict):
        raise BadInputError(f"{path}: a JSON object is expected, not {type(document).__name__}")
    return document

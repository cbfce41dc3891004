"""Writing a run's files: whole or not at all, and a full disk said in one line."""

import contextlib
import json
import os
import secrets
import stat
from pathlib import Path
from typing import Any

from generator.errors import TrainingError

#: Records of a run: a set of a hundred thousand files stays below this.
MAX_RECORD = 256 * 2**20


def write_bytes(path: Path, content: bytes) -> None:
    """Writes a file beside its place, forces it to the disk and moves it there; its folder is made if need be.

    Raises ``TrainingError`` where that fails; what was there before is still there then."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        _sync(path.parent)
    except OSError as error:
        raise cant_write(path, error) from error
    finally:
        _remove(part)


def write_json(path: Path, document: Any) -> None:
    """``write_bytes`` of a JSON document; numbers that are none are refused."""
    write_bytes(path, json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False).encode() + b"\n")


def sweep(folder: Path) -> None:
    """Removes what a kill left half-written below ``folder``; only for whoever works there alone."""
    for part in folder.rglob(".*.part"):
        _remove(part)


def read_bytes(path: Path, most: int = 16 * 2**30) -> bytes:
    """A file's bytes. Raises ``TrainingError`` where it can't be read or has more than ``most``."""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_size > most:  # a device can be read without end
                raise TrainingError(f"{path} is no plain file of up to {most} bytes; it is none of a run's")
            return file.read()
    except OSError as error:
        raise TrainingError(f"{path} can't be read ({error.strerror}); is it a run's folder?") from error


def read_json(path: Path) -> Any:
    """A JSON document. Raises ``TrainingError`` where it can't be read or is none."""
    try:
        return json.loads(read_bytes(path, MAX_RECORD))
    except (ValueError, RecursionError) as error:
        raise TrainingError(f"{path} is damaged ({str(error)[:80]}); begin the run anew") from error


def cant_write(path: Path, error: OSError) -> TrainingError:
    """The error that a file could not be written, with what to do."""
    return TrainingError(
        f"{path} can't be written ({error.strerror or error}); make room or choose another folder, then resume: what was "
        "kept before is whole"
    )


def _sync(folder: Path) -> None:
    """The rename itself must be on the disk too."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    with contextlib.suppress(
        OSError
    ):  # a folder of that name, or the folder itself is gone or read-only: nothing of ours is left there
        path.unlink(missing_ok=True)

"""Messages between a render's process and its worker: one line of JSON, then the arrays that it announces, as raw bytes.

No pickle: the worker runs other people's weights through large libraries, and what it sends back is taken as data.
"""

import json
import math
from collections.abc import Mapping
from typing import IO, Any

import numpy as np

#: A message without its arrays; prompts and records are a few kilobytes.
MAX_LINE = 4_000_000
#: Bytes of one array: two minutes of 1080p at 24 frames a second are 18 GB and belong into shots.
MAX_ARRAY_BYTES = 8 * 2**30
_DTYPES = {"uint8": np.uint8, "float32": np.float32}


def send(
    stream: IO[bytes], message: Mapping[str, Any], arrays: Mapping[str, np.ndarray[Any, Any]] | None = None
) -> None:
    """Writes a message. Raises ``OSError`` when nobody reads any more."""
    blocks = {name: np.ascontiguousarray(block) for name, block in (arrays or {}).items()}
    if other := sorted({block.dtype.name for block in blocks.values()} - set(_DTYPES)):
        raise ValueError(f"arrays of {other[0]} do not travel")
    announced = [[name, list(block.shape), block.dtype.name] for name, block in blocks.items()]
    stream.write(json.dumps({**message, "arrays": announced}, allow_nan=False).encode() + b"\n")
    for block in blocks.values():
        stream.write(block.data.cast("B") if block.size else b"")
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[dict[str, Any], dict[str, np.ndarray[Any, Any]]] | None:
    """The next message and its arrays (the caller's own); ``None`` at the end. Raises ``ValueError`` for anything else."""
    line = stream.readline(MAX_LINE)
    if not line:
        return None
    if not line.endswith(b"\n"):
        raise ValueError("a message was cut short")
    message = json.loads(line)
    if not isinstance(message, dict):
        raise ValueError("a message is a JSON object")
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    for name, shape, dtype in message.pop("arrays", []):
        size = math.prod(shape) * np.dtype(_DTYPES[dtype]).itemsize
        if not all(isinstance(side, int) and side >= 0 for side in shape) or size > MAX_ARRAY_BYTES:
            raise ValueError(f"an array of {size} bytes was announced; at most {MAX_ARRAY_BYTES} are taken")
        block = np.empty(shape, _DTYPES[dtype])
        view, filled = (block.data.cast("B") if block.size else memoryview(bytearray())), 0
        while filled < size:
            got = stream.readinto(view[filled:])  # type: ignore[attr-defined]
            if not got:
                raise ValueError("an array was cut short")
            filled += got
        arrays[str(name)] = block
    return message, arrays

"""Looking for a biometric template where none may be: byte for byte, in every form in which code writes numbers down."""

import base64
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np

#: Numbers in a row that a needle has: four float16 are 8 bytes, which chance doesn't make in gigabytes.
RUN = 4


def needles(vector) -> dict[str, bytes]:
    """What to look for, by a name that says which form it is: runs from the beginning, the middle and the end, each without
    a zero (a voice's vector has many, and zeros lie everywhere)."""
    vector = np.asarray(vector, dtype="<f4")
    runs = [place for place in range(vector.size - RUN) if np.all(vector[place : place + RUN] != 0)]
    places = (runs[0], runs[len(runs) // 2], runs[-1])
    found: dict[str, bytes] = {}
    for kind in ("<f4", ">f4", "<f8", ">f8", "<f2", ">f2"):
        raw = vector.astype(kind).tobytes()
        size = np.dtype(kind).itemsize
        for place in places:
            run = raw[place * size : (place + RUN) * size]
            found[f"{kind} at {place}"] = run
            found[f"{kind} at {place}, hex"] = run.hex().encode()
            found[f"{kind} at {place}, HEX"] = run.hex().upper().encode()
        for shift in range(3):  # base64 looks different at each of three alignments
            padded = b"\0" * shift + raw
            for form, encode in (("base64", base64.b64encode), ("base64url", base64.urlsafe_b64encode)):
                for place in places:
                    start = (place * size + shift) // 3 * 3 + 3  # whole groups of three bytes
                    found[f"{kind} {form} shift {shift} at {place}"] = encode(padded[start : start + 12])
    for place in places:
        numbers = [float(value) for value in vector[place : place + 3]]
        for form, texts in {
            "repr": [repr(number) for number in numbers],
            "short": [str(np.float32(number)) for number in numbers],
            "6 digits": [f"{number:.6f}" for number in numbers],
            "8 digits": [f"{number:.8f}" for number in numbers],
        }.items():
            for name, between in (("comma", ","), ("comma and space", ", "), ("space", " "), ("line", "\n")):
                found[f"{form} at {place}, {name}"] = between.join(texts).encode()
    return found


def leaks(pieces: Iterable[tuple[str, bytes]], sought: Mapping[str, bytes]) -> list[str]:
    """Where which form was found: ``place: form``."""
    return [f"{place}: {form}" for place, content in pieces for form, needle in sought.items() if needle in content]


def files(*roots: Path, but: Iterable[Path] = ()) -> Iterator[tuple[str, bytes]]:
    """Every file below these folders, and what archives among them hold (NumPy's are archives, compressed or not)."""
    left_out = [path.resolve() for path in but]
    for root in roots:
        for path in sorted([root] if root.is_file() else root.rglob("*")):
            if not path.is_file() or any(path.resolve().is_relative_to(other) for other in left_out):
                continue
            content = path.read_bytes()
            yield str(path), content
            if content[:4] == b"PK\x03\x04":
                with zipfile.ZipFile(io.BytesIO(content)) as archive:
                    for name in archive.namelist():
                        yield f"{path}!{name}", archive.read(name)

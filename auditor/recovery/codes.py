"""ISCC Video-Codes of all outputs, compared at once."""

from collections.abc import Sequence

import iscc_core
import numpy as np
from numpy.typing import NDArray

from auditor.errors import BadInputError
from auditor.fingerprints.iscc import BITS

#: Bits of 256 in which the code of a copy may differ from its output's. Of 3,682 pairs of unrelated clips of the calibration
#: split the nearest differ in 63, one in a hundred in less than 86 (short clips with one camera move are the nearest).
#: Copies that were re-encoded, scaled or recoloured differ in 31 at most; crops of 10 % in 29 on average and up to 62: what
#: is beyond the radius is left to the means that look at pictures. See ``docs/benchmarks/recovery.md``.
ISCC_BITS = 32
#: Bytes of an ISCC's header before the code itself (ISO 24138, 5.3).
_HEADER = 2


def bits_of(code: str) -> NDArray[np.uint8]:
    """The (32,) uint8 bytes of a Video-Code. Raises ``BadInputError`` for anything but one of 256 bits."""
    try:
        main, sub, _, length, body = iscc_core.iscc_decode(code)
    except Exception as error:  # the library raises whatever its parts raise
        raise BadInputError(f"{code[:80]!r} is no ISCC ({error})") from error
    content, video = int(iscc_core.MT.CONTENT), int(iscc_core.ST_CC.VIDEO)
    if (int(main), int(sub)) != (content, video) or len(body) * 8 != BITS or int(length) * 32 + 32 != BITS:
        raise BadInputError(f"{code[:80]!r} is no ISCC Video-Code of {BITS} bits")
    return np.frombuffer(body, np.uint8)


class VideoCodes:
    """The codes of outputs, by their place in the list that they came in."""

    def __init__(self, codes: Sequence[tuple[int, str]]) -> None:
        self._places = np.array([place for place, _ in codes], np.int64)
        rows = [bits_of(code) for _, code in codes]
        self._rows = np.stack(rows).view(np.uint64) if rows else np.empty((0, BITS // 64), np.uint64)

    def within(self, code: str, bits: int) -> list[tuple[int, int]]:
        """Places whose codes differ from ``code`` in at most ``bits`` bits, with how many do, the nearest first. Raises as
        ``bits_of`` does."""
        wanted = bits_of(code).view(np.uint64)
        distances = np.bitwise_count(self._rows ^ wanted).sum(axis=1)
        near = np.flatnonzero(distances <= bits)
        order = near[np.argsort(distances[near], kind="stable")]
        return [(int(self._places[i]), int(distances[i])) for i in order]

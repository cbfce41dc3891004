"""From a payload to the bits that a frame carries, and from what was read of them back to the payload, or to nothing.

Payload, checksum, Reed-Solomon parity (I. Reed and G. Solomon, "Polynomial codes over certain finite fields", 1960, by the
``reedsolo`` package), the whole crossed with fixed pseudo-random bits, so that neither silence nor a constant is a code.
Reading is soft: each bit comes as a sum of votes, and the bytes that were heard least clearly are tried as erasures.
"""

import zlib
from dataclasses import dataclass
from math import comb

import numpy as np
import reedsolo
from numpy.typing import NDArray

from auditor.watermark.errors import WatermarkError
from auditor.watermark.watermarker import PAYLOAD_BYTES

#: Bytes of checksum where there is room for them, and where a frame carries less than ``_ROOMY`` bytes.
_CHECK, _SHORT_CHECK, _ROOMY = 4, 2, 16
#: Shares of the parity that are spent on erasures, tried in turn; the rest corrects errors whose place is not known. All of
#: it on erasures would leave nothing but the checksum to tell a code from noise.
_ERASED = (0.0, 0.25, 0.5, 0.75)
_MASK_SEED = 0x5EED


@dataclass(frozen=True, slots=True)
class DecodedPayload:
    """``confidence``: the share of the code's bits, 0..1, that were heard as this payload has them."""

    payload: bytes
    confidence: float


class PayloadCode:
    """The code of a method that carries ``bits`` bits a frame; of these ``8 * (bits // 8)`` are used."""

    def __init__(self, bits: int) -> None:
        self.total = bits // 8
        self.check = _CHECK if self.total >= _ROOMY else _SHORT_CHECK
        self.parity = self.total - PAYLOAD_BYTES - self.check
        if self.parity < 2 or self.total > 255:
            raise WatermarkError(f"{bits} bits a frame can't carry a payload of {8 * PAYLOAD_BYTES} with its checks")
        self.bits = 8 * self.total
        self._codec = reedsolo.RSCodec(self.parity)
        self._mask = np.random.default_rng(_MASK_SEED).integers(0, 2, self.bits, np.uint8)

    def encode(self, payload: bytes) -> NDArray[np.uint8]:
        """The (bits,) uint8 bits, 0 or 1. Raises ``WatermarkError`` for a payload of another length."""
        if len(payload) != PAYLOAD_BYTES:
            raise WatermarkError(f"a payload has {PAYLOAD_BYTES} bytes, not {len(payload)}")
        code = self._codec.encode(payload + self._checksum(payload))
        return np.asarray(np.unpackbits(np.frombuffer(bytes(code), np.uint8)) ^ self._mask, np.uint8)

    def decode(self, votes: NDArray[np.float64]) -> DecodedPayload | None:
        """What the votes say, (bits,) float, above zero for a one; ``None`` unless parity and checksum hold."""
        votes = np.where(self._mask, -votes, votes)
        heard = np.packbits(votes > 0)
        clarity = np.abs(votes).reshape(self.total, 8).min(axis=1)
        weakest = np.argsort(clarity, kind="stable")
        for share in _ERASED:
            erased = [int(place) for place in weakest[: int(share * self.parity)]]
            try:
                data, whole, _ = self._codec.decode(bytes(heard), erase_pos=erased)
            except reedsolo.ReedSolomonError:
                continue
            payload, check = bytes(data[:PAYLOAD_BYTES]), bytes(data[PAYLOAD_BYTES:])
            if len(data) == PAYLOAD_BYTES + self.check and check == self._checksum(payload):
                agreed = np.unpackbits(np.frombuffer(bytes(whole), np.uint8)) == (votes > 0)
                return DecodedPayload(payload, float(agreed.mean()))
        return None

    def false_positive(self, attempts: int = 1) -> float:
        """A bound on the chance that noise (fair, independent bits) passes as any payload in so many calls of ``decode``.

        The share of all words that lie within reach of a code word, for each number of erasures, times the chance that the
        checksum holds; added up over all attempts (union bound).
        """
        chance = 0.0
        for share in _ERASED:
            erased = int(share * self.parity)
            reach = (self.parity - erased) // 2
            places = self.total - erased
            near = sum(comb(places, errors) * 255.0**errors for errors in range(reach + 1))
            chance += min(1.0, near / 256.0 ** (self.parity - erased)) * 2.0 ** (-8 * self.check)
        return min(1.0, attempts * chance)

    def _checksum(self, payload: bytes) -> bytes:
        return zlib.crc32(payload).to_bytes(4, "big")[-self.check :]

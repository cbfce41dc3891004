"""What goes in comes out, whatever is disturbed within reach; what is beyond reach comes out as nothing, not as another."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.watermark import PAYLOAD_BYTES, WatermarkError
from auditor.watermark.payload_code import PayloadCode

payloads = st.binary(min_size=PAYLOAD_BYTES, max_size=PAYLOAD_BYTES)
sizes = st.sampled_from([100, 128, 256])


def votes_of(code: PayloadCode, payload: bytes) -> np.ndarray:
    return 2.0 * code.encode(payload) - 1


@given(payloads, sizes)
def test_undisturbed_payload_is_read(payload: bytes, bits: int) -> None:
    code = PayloadCode(bits)
    decoded = code.decode(votes_of(code, payload))
    assert decoded is not None
    assert (decoded.payload, decoded.confidence) == (payload, 1.0)


@given(payloads, st.integers(0, 2**32 - 1))
def test_errors_within_reach_are_corrected(payload: bytes, seed: int) -> None:
    code, chance = PayloadCode(256), np.random.default_rng(seed)
    votes = votes_of(code, payload)
    for place in chance.choice(code.total, code.parity // 2, replace=False):
        wrong = 8 * place + chance.choice(8, chance.integers(1, 9), replace=False)
        votes[wrong] *= -1
    decoded = code.decode(votes)
    assert decoded is not None
    assert decoded.payload == payload
    assert 0.5 < decoded.confidence < 1


@given(payloads, st.integers(0, 2**32 - 1))
def test_bytes_that_were_not_heard_are_erasures(payload: bytes, seed: int) -> None:
    """Twelve bytes lost: more than errors could be corrected, but their votes are weak."""
    code, chance = PayloadCode(256), np.random.default_rng(seed)
    votes = votes_of(code, payload)
    for place in chance.choice(code.total, 12, replace=False):
        votes[8 * place : 8 * place + 8] = chance.normal(0, 0.01, 8)
    decoded = code.decode(votes)
    assert decoded is not None
    assert decoded.payload == payload


@given(st.integers(0, 2**32 - 1), sizes)
@settings(max_examples=200)
def test_noise_is_never_read(seed: int, bits: int) -> None:
    code = PayloadCode(bits)
    assert code.decode(np.random.default_rng(seed).normal(size=code.bits)) is None


@given(payloads, st.integers(0, 2**32 - 1), st.floats(0.05, 0.5))
@settings(max_examples=200)
def test_wrong_payload_is_never_read(payload: bytes, seed: int, share: float) -> None:
    code, chance = PayloadCode(256), np.random.default_rng(seed)
    votes = votes_of(code, payload) * np.where(chance.random(code.bits) < share, -1, 1)
    decoded = code.decode(votes)
    assert decoded is None or decoded.payload == payload


def test_silence_and_constants_are_nothing() -> None:
    code = PayloadCode(256)
    for votes in (np.zeros(256), np.ones(256), -np.ones(256)):
        assert code.decode(votes) is None


def test_false_positive_is_bounded_by_the_checksum_and_grows_with_attempts() -> None:
    code = PayloadCode(256)
    assert 0 < code.false_positive() < 2**-32
    assert code.false_positive(64) == pytest.approx(64 * code.false_positive())
    assert PayloadCode(100).false_positive() < 1e-4


def test_payloads_and_sizes_that_do_not_fit_are_refused() -> None:
    for payload in (b"", bytes(PAYLOAD_BYTES - 1), bytes(PAYLOAD_BYTES + 1)):
        with pytest.raises(WatermarkError, match=f"{PAYLOAD_BYTES} bytes"):
            PayloadCode(256).encode(payload)
    for bits in (8, 64, 8 * 300):
        with pytest.raises(WatermarkError, match=f"{bits} bits"):
            PayloadCode(bits)

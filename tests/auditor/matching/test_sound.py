"""The same sound is found where it is, at whatever speed and under noise and speech; other sound is not."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.errors import BadInputError, CancelledError
from auditor.fingerprints import landmarks
from auditor.fingerprints.chromaprint import MATCH_SHARE, best_alignment, chromaprint
from auditor.matching.sound import SoundLibrary, SoundMatch, sound_finding, sound_print
from tests.clips import BIKES, BUNNY
from tests.sounds import (
    RATE,
    Samples,
    bunny,
    mixed_at,
    music,
    noisy,
    resampled,
    speech,
    stretched,
    write_wav,
)

MUSIC, SPEECH = "synthetic music", "synthetic speech"
#: Where the excerpt begins in the work, where in the query, and how long it is at the work's own speed.
TAKEN, PUT, LENGTH = 4.0, 6.0, 8.0


def print_of(samples: Samples) -> dict[str, Any]:
    with TemporaryDirectory() as folder:
        arrays = sound_print(write_wav(Path(folder) / "sound.wav", samples))
    assert arrays is not None
    return arrays


@cache
def library() -> SoundLibrary:
    works = {MUSIC: music(1), SPEECH: speech(1), "other music": music(2), "other speech": speech(2), "bunny": bunny()}
    return SoundLibrary.build((key, print_of(samples)) for key, samples in works.items())


def inside(excerpt: Samples) -> Samples:
    """The excerpt with other music before and after."""
    other = music(77, 16.0)
    return np.concatenate([other[: round(PUT * RATE)], excerpt, other[round(PUT * RATE) : round(2 * PUT * RATE)]])


def excerpt(of: Samples, length: float = LENGTH) -> Samples:
    return of[round(TAKEN * RATE) : round((TAKEN + length) * RATE)]


def only(matches: list[SoundMatch], key: str) -> SoundMatch:
    assert [match.key for match in matches] == [key]
    return matches[0]


def check_times(match: SoundMatch, *, speed: float, length: float = LENGTH, within: float = 0.35) -> None:
    assert match.query.start == pytest.approx(PUT, abs=within)
    assert match.query.end == pytest.approx(PUT + length / speed, abs=within)
    assert match.reference.start == pytest.approx(TAKEN, abs=within)
    assert match.reference.end == pytest.approx(TAKEN + length, abs=within)
    assert match.speed == pytest.approx(speed, abs=0.005)


@pytest.mark.parametrize("work", [MUSIC, SPEECH])
def test_an_excerpt_of_five_seconds_inside_other_sound(work: str) -> None:
    sound = music(1) if work == MUSIC else speech(1)
    match = only(library().find(print_of(inside(excerpt(sound, 5.0)))), work)
    check_times(match, speed=1.0, length=5.0)
    assert match.matched > 3 * match.expected
    assert match.differing_bits is not None
    assert match.differing_bits < MATCH_SHARE


@pytest.mark.parametrize("speed", [0.9, 0.95, 1.05, 1.1])
@pytest.mark.parametrize("kind", ["pitch along with it", "pitch unchanged"])
@pytest.mark.parametrize("work", [MUSIC, SPEECH])
def test_other_speeds(tmp_path: Path, speed: float, kind: str, work: str) -> None:
    taken = excerpt(music(1) if work == MUSIC else speech(1))
    with_pitch = kind == "pitch along with it"
    changed = resampled(taken, speed) if with_pitch else stretched(taken, speed, tmp_path)
    match = only(library().find(print_of(inside(changed))), work)
    check_times(match, speed=speed, within=0.5)
    assert match.pitch == pytest.approx(speed if with_pitch else 1.0, abs=0.01)
    assert match.differing_bits is None


@pytest.mark.parametrize("work", [MUSIC, SPEECH])
def test_noise_at_ten_decibels(work: str) -> None:
    taken = excerpt(music(1) if work == MUSIC else speech(1))
    check_times(only(library().find(print_of(inside(noisy(taken, 10)))), work), speed=1.0)


def test_under_a_voice_as_loud_as_itself() -> None:
    match = only(library().find(print_of(inside(mixed_at(excerpt(music(1)), speech(50), 0)))), MUSIC)
    check_times(match, speed=1.0, within=1.0)  # the voice may drown the last note


def test_real_sound_at_another_speed() -> None:
    match = only(library().find(print_of(inside(resampled(bunny(), 1.05)))), "bunny")
    assert match.speed == pytest.approx(1.05, abs=0.005)
    assert match.reference.start < 0.8
    assert match.reference.end > 4.5


def test_a_whole_work_is_followed_from_end_to_end() -> None:
    match = only(library().find(print_of(resampled(speech(1), 0.95))), SPEECH)
    assert match.reference.duration > 19
    assert match.speed == pytest.approx(0.95, abs=0.001)


@pytest.mark.parametrize("query", [music(41), speech(41), music(42, tempo=2.0), bunny()[::-1].copy()])
def test_unrelated_sound_gives_nothing(query: Samples) -> None:
    assert library().find(print_of(query)) == []


def test_silence_and_clicks_give_nothing_even_against_themselves() -> None:
    rng = np.random.default_rng(5)
    clicks = np.zeros(15 * RATE, np.float32)
    clicks[np.cumsum(rng.integers(RATE // 4, RATE // 2, 40))] = 0.9
    hum = (0.3 * np.sin(2 * np.pi * 440 * np.arange(15 * RATE) / RATE)).astype(np.float32)
    silence = np.zeros(15 * RATE, np.float32)
    odd = SoundLibrary.build([("silence", print_of(silence)), ("clicks", print_of(clicks)), ("hum", print_of(hum))])
    later = np.roll(clicks, 3000)
    later[np.cumsum(rng.integers(RATE // 4, RATE // 2, 40))] = 0.9
    for query in (silence, later, hum[: 7 * RATE], music(1)):
        assert odd.find(print_of(query)) == []
    for query in (silence, clicks, hum):
        assert library().find(print_of(query)) == []


def test_a_print_of_a_film_and_of_a_film_without_sound() -> None:
    arrays = sound_print(BUNNY)
    assert arrays is not None
    assert only(library().find(arrays), "bunny").query.duration > 4
    assert sound_print(BIKES) is None


def test_a_print_can_be_cancelled() -> None:
    with pytest.raises(CancelledError, match=r"^bigbuckbunny\.mp4: "):
        sound_print(BUNNY, cancelled=lambda: True)


def test_a_long_print_has_no_seams() -> None:
    """Peaks of sound that is read in several chunks are those of the sound as a whole."""
    sound = music(3, 80.0)
    arrays = print_of(sound)
    whole = landmarks.find_peaks(np.round(sound * 32767).astype(np.float32) / 32768)
    assert abs(arrays["seconds"].size - len(whole)) <= 0.01 * len(whole)
    assert (np.diff(arrays["seconds"]) >= 0).all()
    away = np.abs(arrays["seconds"][:, None] - whole.seconds[None, :]).min(axis=0)
    assert np.mean(away < 0.01) > 0.98  # chunks start between hops, so a few peaks at the edge of a rule differ
    assert away.max() < 0.5


def test_a_print_survives_being_stored(tmp_path: Path) -> None:
    arrays = print_of(speech(1))
    np.savez(tmp_path / "print.npz", **arrays)
    with np.load(tmp_path / "print.npz", allow_pickle=False) as stored:
        again = SoundLibrary.build([("work", dict(stored))])
    assert only(again.find(arrays), "work").score > 0.9


def test_a_print_of_another_version_is_refused() -> None:
    arrays = {**print_of(bunny()), "version": np.array(99)}
    with pytest.raises(BadInputError, match="version 99"):
        SoundLibrary.build([("old", arrays)])
    with pytest.raises(BadInputError, match="version 99"):
        library().find(arrays)


def test_an_empty_library_finds_nothing() -> None:
    assert SoundLibrary.build([]).find(print_of(bunny())) == []


def test_the_finding_is_a_sentence() -> None:
    match = only(library().find(print_of(inside(resampled(excerpt(speech(1)), 1.05)))), SPEECH)
    finding = sound_finding(match, "The Rails", "w1")
    assert finding.kind == "audio"
    assert finding.work_id == "w1"
    assert finding.plain.startswith(
        f"Seconds {match.query.start:.1f} to {match.query.end:.1f} sound like “The Rails” (its "
    )
    assert finding.plain.endswith("), 1.05 times as fast.")
    assert finding.measured["matched_peaks"] == match.matched
    assert finding.as_dict()["speed"] == pytest.approx(1.05, abs=0.005)


def test_chromaprint_knows_the_same_recording_and_loses_it_at_another_speed() -> None:
    reference = chromaprint(music(1))
    _, same = best_alignment(chromaprint(noisy(excerpt(music(1)), 20)), reference)
    _, faster = best_alignment(chromaprint(resampled(excerpt(music(1)), 1.1)), reference)
    _, other = best_alignment(chromaprint(excerpt(music(2))), reference)
    assert same < MATCH_SHARE < faster
    assert other > MATCH_SHARE
    assert chromaprint(music(1)[:RATE]).size == 0


@settings(max_examples=15, deadline=None)
@given(seconds=st.floats(0.5, 100.0), gain=st.floats(0.1, 1.0))
def test_peaks_move_with_the_sound_and_do_not_depend_on_its_level(seconds: float, gain: float) -> None:
    sound = music(1)[: 6 * RATE]
    plain, moved = landmarks.find_peaks(sound), landmarks.find_peaks(sound * np.float32(gain), begin=seconds)
    assert abs(len(plain) - len(moved)) <= 0.05 * len(plain)
    if len(plain) == len(moved):
        assert np.allclose(moved.seconds - plain.seconds, seconds, atol=1e-3)
        assert np.allclose(moved.pitch, plain.pitch, atol=1e-3)

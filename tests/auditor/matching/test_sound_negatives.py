"""A false alarm of sound or words stays quiet; another copy of the same work, or of the same stretch, is found as before."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.embeddings import Embedder
from auditor.errors import BadInputError
from auditor.matching.negatives import NegativeBank, NegativeFile, negative_of
from auditor.matching.sound import SoundLibrary, sound_finding, sound_print
from auditor.matching.sound_key import LONGEST_SECONDS, same_sound, sound_key
from auditor.media import Interval
from auditor.report import Finding
from tests.clips import ffmpeg
from tests.sounds import RATE, Samples, mixed_at, music, resampled, speech, write_wav

AT = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
WORK = "synthetic music"


def at(sound: Samples, start: float, end: float) -> Samples:
    return sound[round(start * RATE) : round(end * RATE)]


@cache
def ours() -> Samples:
    """What is taken for the work though it is ours: the work's notes under a voice as loud, from second 4 to 14."""
    return mixed_at(at(music(1), 4.0, 14.0), speech(5), 0)


def within(*parts: Samples, before: float = 6.0) -> Samples:
    other = music(77, 16.0)
    return np.concatenate([at(other, 0, before), *parts, at(other, before, 16.0)])


@cache
def library() -> SoundLibrary:
    folder = TemporaryDirectory()
    with folder as name:
        works = {WORK: music(1), "other music": music(2), "other speech": speech(2)}
        prints = [(key, sound_print(write_wav(Path(name) / "w.wav", sound))) for key, sound in works.items()]
    return SoundLibrary.build([(key, arrays) for key, arrays in prints if arrays is not None])


def findings(sound: Samples, bitrate: str = "96k") -> list[Finding]:
    """What an audit finds in a film with this sound, encoded as films are."""
    with TemporaryDirectory() as folder:
        source, film = write_wav(Path(folder) / "a.wav", sound), Path(folder) / "a.m4a"
        ffmpeg("-i", source, "-c:a", "aac", "-b:a", bitrate, film)
        arrays = sound_print(film)
    assert arrays is not None
    return [
        replace(sound_finding(match, "Work", match.key), known_by=sound_key(arrays, match.query.start, match.query.end))
        for match in library().find(arrays)
    ]


@pytest.fixture(scope="module")
def bank(embedder: Embedder) -> NegativeBank:
    (alarm,) = findings(within(ours()))
    negative = negative_of(alarm, embedder, reason="our own recording", by="ines", at=AT)
    assert negative.frames == ()
    return NegativeBank(embedder.identity, [negative])


@pytest.mark.parametrize(
    ("film", "bitrate"),
    [
        (within(ours(), before=9.0), "48k"),
        (within(at(ours(), 1.5, 9.0), before=3.0), "64k"),
        (within(ours() * np.float32(0.4)), "128k"),
    ],
    ids=["in another film", "a part of it", "softer"],
)
def test_the_same_recording_is_quiet(bank: NegativeBank, embedder: Embedder, film: Samples, bitrate: str) -> None:
    found = findings(film, bitrate)
    assert found, "the library finds it"
    standing, quieted = bank.quiet(found, embedder)
    assert standing == ()
    assert {(one.reason, one.by) for one in quieted} == {("our own recording", "ines")}


@pytest.mark.parametrize(
    "film",
    [
        within(at(music(1), 4.0, 14.0)),
        within(mixed_at(at(music(1), 4.0, 14.0), speech(6), 0)),
        within(at(ours(), 0, 5.0), at(music(1), 9.0, 14.0)),
        within(at(music(1), 11.0, 19.0)),
        within(resampled(ours(), 1.03)),
    ],
    ids=["the work itself", "another voice over it", "half of it is the work itself", "another stretch", "faster"],
)
def test_a_copy_is_not_hidden_by_it(bank: NegativeBank, embedder: Embedder, film: Samples) -> None:
    found = findings(film)
    assert {finding.work_id for finding in found} == {WORK}
    standing, quieted = bank.quiet(found, embedder)
    assert (standing, quieted) == (tuple(found), ())


def test_another_work_another_kind_and_nothing_to_know_it_by_stand(bank: NegativeBank, embedder: Embedder) -> None:
    (again,) = findings(within(ours()))
    others = [replace(again, work_id="w2"), replace(again, kind="text"), replace(again, known_by=b""),
              replace(again, reference=None)]  # fmt: skip
    for other in others:
        assert bank.quiet([other], embedder) == ((other,), ())
    with pytest.raises(BadInputError, match="too little, or too much"):
        negative_of(replace(again, known_by=b""), embedder, reason="our own", by="", at=AT)


def test_it_survives_its_file(bank: NegativeBank, embedder: Embedder, tmp_path: Path) -> None:
    file = NegativeFile(tmp_path / "negatives.json")
    for negative in bank.negatives:
        file.add(negative, embedder.identity)
    again = file.read(embedder.identity)
    assert again.negatives == bank.negatives
    assert len(again.quiet(findings(within(ours())), embedder)[1]) == 1
    whole = file.path.read_text()
    for broken in (whole.replace('"known_by": "', '"known_by": "%'), whole.replace('"stretch": [', '"stretch": [1.0,')):
        assert broken != whole
        file.path.write_text(broken)
        with pytest.raises(BadInputError, match="damaged"):
            file.load()


def test_words_are_quiet_where_there_are_no_others(embedder: Embedder) -> None:
    def said(words: str, work: str = "script") -> Finding:
        return Finding(kind="text", query=Interval(0, 0), score=1.0, plain="…", work_id=work, known_by=words.encode())

    negative = negative_of(said("to be or not to be"), embedder, reason="a quotation", by="", at=AT)
    bank = NegativeBank(embedder.identity, [negative])
    for quiet in ("to be or not to be", "or not to be"):
        assert bank.quiet([said(quiet)], embedder)[0] == ()
    for other in (said("to be or not to be that"), said("o be or not"), said("or not to be", "another"), said("")):
        assert bank.quiet([other], embedder) == ((other,), ())


def print_of(seed: int, count: int) -> dict[str, np.ndarray]:  # type: ignore[type-arg]
    rng = np.random.default_rng(seed)
    seconds = np.sort(rng.uniform(0, count / 30, count)).astype(np.float32)
    return {"seconds": seconds, "pitch": rng.uniform(7.5, 12.2, count).astype(np.float32), "strength": seconds}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(60, 900), st.floats(-0.3, 0.3))
def test_every_sound_is_itself_and_no_other(seed: int, count: int, off: float) -> None:
    length = count / 30
    mine, other = sound_key(print_of(seed, count), 0, length), sound_key(print_of(seed + 1, count), 0, length)
    assert same_sound(mine, mine, later_by=off)
    assert not same_sound(mine, other, later_by=off)
    half = sound_key(print_of(seed, count), length / 2, length)
    assert same_sound(mine, half, later_by=length / 2 + off)
    assert not same_sound(half, mine, later_by=-length / 2), "what goes far beyond what is known is not known"


def test_keys_that_are_none() -> None:
    few = sound_key(print_of(1, 11), 0, 1)
    assert few == b""
    assert sound_key(print_of(1, 90), 0, LONGEST_SECONDS + 1) == b""
    key = sound_key(print_of(1, 90), 0, 3)
    assert not same_sound(bytes([99]) + key[1:], key, later_by=0), "another version knows nothing"
    for damaged in (key[:-1], key[:1]):
        with pytest.raises(BadInputError, match="damaged"):
            same_sound(damaged, key, later_by=0)

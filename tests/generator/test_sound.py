"""Sound that we make, heard by measurement: spectra, tempo, partials, formants, seams, levels."""

from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal
from scipy.linalg import solve_toeplitz

from generator.encoding import SOUND_RATE
from generator.errors import SoundError
from generator.lexicon import PLACES
from generator.sound import words
from generator.sound.ambience import LOOP_SECONDS, RECIPES, ambience, spectrum
from generator.sound.effects import BELL, EFFECTS, WALKING, effect
from generator.sound.formants import FormantVoice
from generator.sound.loudness import CEILING, MAX_BOOST, TARGETS, bring_to, measure, true_peaks
from generator.sound.spelling import number_words, pronounced
from generator.sound.voice import EspeakVoice, Speaker, Voice, speaker_of
from tests.generator.shots import shot

#: Both are required: ``make test`` installs the program that the second calls.
VOICES = [FormantVoice(), EspeakVoice()]


def _flatness(loop: np.ndarray, low: float, high: float) -> float:
    """Spectral flatness in a band: 1 is white noise, 0 a tone (geometric over arithmetic mean of the power)."""
    frequencies, power = spectrum(loop)
    band = power[(frequencies >= low) & (frequencies <= high)]
    return float(np.exp(np.mean(np.log(band))) / band.mean())


def _centroid(loop: np.ndarray) -> float:
    frequencies, power = spectrum(loop)
    return float((frequencies * power).sum() / power.sum())


@pytest.mark.parametrize("name", RECIPES)
def test_a_loop_has_no_seam_no_dc_no_clipping_and_its_level(name: str) -> None:
    loop = ambience([name], seed=3)
    assert (loop.shape, loop.dtype) == ((round(LOOP_SECONDS * SOUND_RATE), 2), np.float32)
    assert np.abs(loop).max() < 0.9
    assert np.abs(loop.mean(axis=0)).max() < 1e-5
    # the step over the seam, and how the slope changes there, are nothing out of the ordinary within the loop
    around = np.concatenate([loop[-50:], loop[:50]]).astype(float)
    steps, usual = np.abs(np.diff(around, axis=0)), np.abs(np.diff(loop.astype(float), axis=0))
    assert steps[49].max() <= max(np.quantile(usual, 0.9999), 1e-6)
    bends = np.abs(np.diff(around, 2, axis=0))
    assert bends[48:50].max() <= max(np.quantile(np.abs(np.diff(loop.astype(float), 2, axis=0)), 0.9999), 1e-6)
    assert np.array_equal(loop, ambience([name], seed=3))
    assert not np.array_equal(loop, ambience([name], seed=4))


def test_ambiences_sound_like_what_they_are_called() -> None:
    loops = {name: ambience([name], seed=1) for name in RECIPES}
    assert _flatness(loops["rain"], 800, 10_000) > 0.75, "rain is broadband noise"
    assert _flatness(loops["machines"], 40, 500) < 0.1, "machines hum"
    frequencies, power = spectrum(loops["crickets"])
    assert 3700 < frequencies[power.argmax()] < 5300, "crickets sing near 4.5 kHz"
    assert _centroid(loops["wind"]) < 700 < _centroid(loops["rain"])
    bright = spectrum(loops["birds"])
    assert bright[1][(bright[0] > 1800) & (bright[0] < 7000)].sum() > 0.9 * bright[1].sum()

    # waves come and go in about eight seconds, the train clacks: levels move; rain does not
    def moves(name: str) -> float:
        level = np.sqrt(
            (loops[name].astype(float).mean(axis=1)[: 15 * SOUND_RATE].reshape(-1, SOUND_RATE // 2) ** 2).mean(1)
        )
        return float(level.std() / level.mean())

    assert moves("sea") > 0.2 > 0.1 > moves("rain")
    assert 20 * np.log10(np.std(loops["room"]) / np.std(loops["rain"])) < -12, "a room is quiet"


def test_from_inside_the_outside_is_muffled() -> None:
    out, within = ambience(["rain"], seed=1), ambience(["rain"], seed=1, behind_walls=["rain"])
    assert _centroid(within) < 0.5 * _centroid(out)
    assert np.std(within) < 0.5 * np.std(out)


@pytest.mark.parametrize("name", EFFECTS)
def test_an_effect_starts_and_ends_in_silence(name: str) -> None:
    made = effect(name, seed=2, duration=3.0)
    assert made.dtype == np.float32
    assert 0.02 < np.abs(made).max() < 0.95
    assert np.abs(made[[0, -1]]).max() < 0.01
    assert np.abs(made.mean(axis=0)).max() < 1e-3
    assert np.array_equal(made, effect(name, seed=2, duration=3.0))


def test_footsteps_come_at_a_walking_tempo() -> None:
    steps = effect("footsteps", seed=5, duration=8.0).mean(axis=1)
    sos = signal.butter(2, 30, fs=SOUND_RATE, output="sos")
    envelope = signal.sosfiltfilt(sos, np.abs(steps))[:: SOUND_RATE // 200]
    peaks, _ = signal.find_peaks(envelope, height=envelope.max() * 0.35, distance=60)
    tempo = 1 / np.median(np.diff(peaks) / 200)
    assert tempo == pytest.approx(WALKING, rel=0.06)
    assert 91 / 60 < tempo < 138 / 60


def test_a_bell_has_the_partials_of_a_bell() -> None:
    struck = effect("bell", seed=4, duration=4.0).mean(axis=1)[SOUND_RATE // 10 :]
    power = np.abs(np.fft.rfft(struck * np.hanning(len(struck)))) ** 2
    frequencies = np.fft.rfftfreq(len(struck), 1 / SOUND_RATE)
    peaks, _ = signal.find_peaks(power, height=power.max() * 1e-3, distance=40)
    found = frequencies[peaks]
    hum = found[0]
    for ratio, _, half in BELL[:5]:
        assert np.abs(found / (hum * ratio / 0.5) - 1).min() < 0.01, ratio
        assert half > 0.3
    early, late = np.sqrt(np.mean(struck[: SOUND_RATE // 2] ** 2)), np.sqrt(np.mean(struck[-SOUND_RATE // 2 :] ** 2))
    assert late < 0.5 * early, "it dies away"


def _formants(samples: np.ndarray, rate: int = 10_000) -> list[float]:
    """Resonances in Hz of the loudest 60 ms, by linear prediction (autocorrelation, order 12)."""
    low = signal.resample_poly(samples.astype(float), 5, 24)
    length = int(0.06 * rate)
    energy = np.convolve(low**2, np.ones(length), "valid")
    part = low[energy.argmax() :][:length]
    part = np.append(part[0], part[1:] - 0.95 * part[:-1]) * np.hamming(length)
    correlation = np.correlate(part, part, "full")[length - 1 :][:13]
    roots = np.roots(np.concatenate([[1], -solve_toeplitz(correlation[:12], correlation[1:13])]))
    roots = roots[(roots.imag > 0) & (np.abs(roots) > 0.75)]
    return sorted(f for f in np.angle(roots) * rate / 2 / np.pi if f > 150)


@pytest.mark.parametrize(
    ("word", "first", "second"), [("ee", 270, 2290), ("ah", 660, 1720), ("aw", 570, 840), ("oo", 300, 870)]
)
def test_vowels_have_their_formants(word: str, first: float, second: float) -> None:
    spoken = FormantVoice().speak(word, Speaker("X", pitch=100.0))
    found = _formants(spoken.samples)
    assert min(abs(f - first) for f in found) < max(0.15 * first, 60), found
    assert min(abs(f - second) for f in found) < 0.15 * second, found


def test_hisses_hiss_and_voices_have_the_pitch_they_were_given() -> None:
    voice = FormantVoice()
    hiss, hum = (voice.speak(text, Speaker("X", pitch=120.0)).samples for text in ("sss", "mmm"))
    assert _centroid(np.stack([hiss, hiss], 1)) > 3000 > 800 > _centroid(np.stack([hum, hum], 1))
    for pitch in (100.0, 200.0):
        vowel = voice.speak("aah", Speaker("X", pitch=pitch)).samples.astype(float)
        middle = vowel[len(vowel) // 3 :][: SOUND_RATE // 12]
        correlation = np.correlate(middle, middle, "full")[len(middle) - 1 :]
        lags = np.arange(len(correlation))
        window = (lags > SOUND_RATE / 400) & (lags < SOUND_RATE / 60)
        assert SOUND_RATE / lags[window][correlation[window].argmax()] == pytest.approx(pitch, rel=0.2)


@pytest.mark.parametrize("voice", VOICES)
def test_a_voice_speaks_repeats_itself_and_says_who_it_is(voice: Voice) -> None:
    line = "Who goes there? The lamp is dark, and 42 ships are out."
    mara, ivo = speaker_of("MARA", seed=1), speaker_of("IVO", seed=1)
    assert speaker_of("Mara ", seed=1).pitch == mara.pitch
    assert (mara.pitch, mara.formants, mara.tempo) != (ivo.pitch, ivo.formants, ivo.tempo)
    one, two = voice.speak(line, mara), voice.speak(line, mara)
    assert np.array_equal(one.samples, two.samples)
    assert (one.samples.dtype, one.samples.ndim) == (np.float32, 1)
    assert 2.0 < one.seconds < 7.0
    assert 0.05 < np.abs(one.samples).max() <= 1.0
    assert one.subject is None
    assert one.synthesiser == voice.name
    assert any(char.isdigit() for char in voice.name)
    assert not np.array_equal(
        voice.speak(line, ivo).samples[: len(one.samples)], one.samples[: len(voice.speak(line, ivo).samples)]
    )
    quick = voice.speak(line, Speaker("Q", mara.pitch, mara.formants, mara.tempo * 1.3))
    assert quick.seconds < 0.87 * one.seconds
    assert voice.speak(line, Speaker("Noor", subject="subject-7")).subject == "subject-7"


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "…",
        "   ",
        "\x00\x01",
        "<speak><break time='9999s'/>",
        "--help",
        "[[p@#]]",
        "海の音",
        "Ünïcôdé",
        "x" * 300,
        "12 999999 7",
        "'''",
    ],
)
def test_any_text_can_be_spoken(voice: Voice, text: str) -> None:
    spoken = voice.speak(text, Speaker("X"))
    assert 0 < len(spoken.samples) < 120 * SOUND_RATE
    assert np.isfinite(spoken.samples).all()


def test_an_espeak_that_fails_is_said(tmp_path: Path) -> None:
    program = tmp_path / "espeak-ng"
    program.write_text("#!/bin/sh\necho broken >&2\nexit 3\n")
    program.chmod(0o755)
    with pytest.raises(SoundError, match="did not speak"):
        EspeakVoice(str(program)).speak("Hello", Speaker("X"))
    with pytest.raises(SoundError, match="can't be run"):
        EspeakVoice(str(tmp_path / "absent")).speak("Hello", Speaker("X"))


@pytest.mark.parametrize(
    ("word", "sounds"),
    [
        ("light", "L AY T"), ("keeper", "K IY P ER"), ("storm", "S T AO R M"), ("ship", "SH IH P"), ("make", "M EY K"),
        ("knight", "N AY T"), ("phone", "F OW N"), ("queen", "K W IY N"), ("city", "S IH T IY"), ("walked", "W AO K T"),
        ("don't", "D OW N T"), ("think", "TH IH NG K"), ("this", "DH IH S"), ("boat", "B OW T"), ("nation", "N AE SH AX N"),
    ],
)  # fmt: skip
def test_spelling_becomes_sound(word: str, sounds: str) -> None:
    assert " ".join(pronounced(word)) == sounds


@given(st.text("abcdefghijklmnopqrstuvwxyz'", min_size=1, max_size=20))
def test_every_word_can_be_pronounced(word: str) -> None:
    from generator.sound.formants import _CONSONANTS, _VOWELS

    assert set(pronounced(word)) <= set(_VOWELS) | set(_CONSONANTS)


def test_numbers_are_said_in_words() -> None:
    assert number_words(0) == "zero"
    assert number_words(342) == "three hundred forty two"
    assert number_words(120_015) == "one hundred twenty thousand fifteen"


def _raw(path: Path, samples: np.ndarray) -> Path:
    path.write_bytes(np.ascontiguousarray(samples, "<f4").tobytes())
    return path


def test_loudness_is_measured_as_the_standard_has_it(tmp_path: Path) -> None:
    """EBU Tech 3341, test case 1 and 2: a stereo sine of 1 kHz at -23 dBFS is -23 LUFS, at -33 it is -33 (within 0.1 LU)."""
    t = np.arange(20 * SOUND_RATE) / SOUND_RATE
    for level in (-23.0, -33.0):
        tone = 10 ** (level / 20) * np.sin(2 * np.pi * 1000 * t)
        assert measure(_raw(tmp_path / "tone", np.stack([tone, tone], 1))).lufs == pytest.approx(level, abs=0.1)
    # test case 15: a sine of a quarter of the rate at 45 degrees peaks 3 dB higher between its samples than at them
    sly = 0.5 * np.sin(2 * np.pi * SOUND_RATE / 4 * t[:SOUND_RATE] + np.pi / 4)
    both = np.stack([sly, sly], 1)
    assert 20 * np.log10(np.abs(both).max()) == pytest.approx(-9.03, abs=0.05)
    assert 20 * np.log10(true_peaks(both)[2000:-2000].max()) == pytest.approx(-6.02, abs=0.3)
    assert measure(_raw(tmp_path / "silence", np.zeros((SOUND_RATE, 2)))).lufs == -70.0


@settings(max_examples=6, deadline=None)
@given(st.sampled_from(["broadcast", "web"]), st.floats(-36, -6), st.integers(0, 5))
def test_a_mix_lands_on_its_target_below_the_ceiling(
    tmp_path_factory: pytest.TempPathFactory, target: str, level: float, seed: int
) -> None:
    random = np.random.default_rng(seed)
    n = 8 * SOUND_RATE
    mix = random.normal(0, 10 ** (level / 20), (n, 2)) * (0.3 + np.abs(np.sin(np.arange(n) / 30_000)))[:, None]
    mix[:: SOUND_RATE // 3] += 0.9  # clicks, which the limiter has to catch
    path = _raw(tmp_path_factory.mktemp("mix") / "mix", mix)
    brought = bring_to(path, target)  # type: ignore[arg-type]
    assert brought.lufs == pytest.approx(TARGETS[target], abs=0.5)  # type: ignore[index]
    assert brought.peak < CEILING
    assert np.abs(np.fromfile(path, "<f4")).max() < 10 ** (CEILING / 20)


def test_an_empty_room_is_not_raised_to_the_loudness_of_speech(tmp_path: Path) -> None:
    path = _raw(tmp_path / "mix", ambience(["room"], seed=1))
    before = measure(path).lufs
    assert bring_to(path, "web").lufs == pytest.approx(before + MAX_BOOST, abs=0.3)


def test_what_is_under_the_limit_is_only_scaled(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).normal(0, 0.02, (25 * SOUND_RATE, 2)).astype(np.float32)
    path = _raw(tmp_path / "mix", noise)
    bring_to(path, "broadcast")
    after = np.fromfile(path, "<f4").reshape(-1, 2)
    ratio = after[np.abs(noise) > 0.01] / noise[np.abs(noise) > 0.01]
    assert ratio.std() / ratio.mean() < 1e-4, "blocks join without a trace"


def test_words_decide_what_is_heard() -> None:
    storm = words.bed_of([shot(place="coast", weather="storm", description="Waves against the rocks.")])
    assert {"rain", "wind", "sea"} <= set(storm.names)
    inside = words.bed_of([shot(interior=True, place="kitchen", weather="rain", description="She waits.")])
    assert inside.names == ("rain", "room")
    assert inside.behind_walls == ("rain",)
    assert words.bed_of([shot(sound="a far train", place="coast")]).names == ("train",)
    assert "birds" in words.bed_of([shot(place="forest", light="morning")]).names
    assert "birds" not in words.bed_of([shot(place="forest", light="night")]).names
    heard = words.happenings(shot(description="She walks to the door, a bell tolls, a dog barks."))
    assert [one.name for one in heard] == ["footsteps", "door", "bell", "dog"]
    assert sorted(heard, key=lambda one: one.at) == list(heard)
    assert not words.happenings(shot(description="Nothing at all."))
    for place in PLACES:
        assert words.bed_of([shot(place=place, weather="clear", description="Quiet.")]).names


def test_ffmpeg_reads_our_loudness_the_same_way(tmp_path: Path) -> None:
    """The measure against a second reading of the standard by other hands."""
    made = ambience(["sea", "rain"], seed=2)
    ours = measure(_raw(tmp_path / "mix", made)).lufs
    assert ours == pytest.approx(pyloudnorm.Meter(SOUND_RATE).integrated_loudness(made.astype(float)), abs=0.2)


def test_the_measuring_program_failing_is_said(tmp_path: Path) -> None:
    with pytest.raises(SoundError, match="can't be measured"):
        measure(tmp_path / "absent")

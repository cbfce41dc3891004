"""A formant synthesiser after Klatt (Software for a cascade/parallel formant synthesizer, JASA 67, 1980): glottal pulses or
breath through a cascade of five resonators, and noise through a band for what hisses.

Vowels are those of Peterson and Barney's men (JASA 24, 1952). It works at 16 kHz; letters become phonemes by rules. What
comes out is intelligible with good will and unmistakably a machine, which is what a previsualisation needs.
"""

import hashlib
import math
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy

from generator.encoding import SOUND_RATE
from generator.sound.shapes import Samples
from generator.sound.spelling import number_words, pronounced
from generator.sound.voice import Speaker, Spoken, levelled, plain

NAME = "reelproof-formant 1.0"
_RATE = 16_000
#: Parameters are given every five milliseconds, as Klatt does.
_FRAME = _RATE // 200

#: Formants of vowels in Hz (F1, F2, F3) and their length in seconds; two sets where the vowel glides.
_VOWELS: dict[str, tuple[float, tuple[float, float, float], tuple[float, float, float] | None]] = {
    "IY": (0.13, (270, 2290, 3010), None), "IH": (0.10, (390, 1990, 2550), None), "EH": (0.11, (530, 1840, 2480), None),
    "AE": (0.14, (660, 1720, 2410), None), "AA": (0.14, (730, 1090, 2440), None), "AO": (0.14, (570, 840, 2410), None),
    "UH": (0.10, (440, 1020, 2240), None), "UW": (0.13, (300, 870, 2240), None), "AH": (0.10, (640, 1190, 2390), None),
    "ER": (0.13, (490, 1350, 1690), None), "AX": (0.06, (500, 1400, 2400), None),
    "EY": (0.15, (480, 1950, 2550), (330, 2200, 2800)), "AY": (0.18, (700, 1200, 2450), (350, 2050, 2600)),
    "OW": (0.16, (520, 950, 2400), (380, 820, 2300)), "AW": (0.18, (700, 1250, 2450), (400, 900, 2300)),
    "OY": (0.19, (520, 850, 2400), (350, 2050, 2550)),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Consonant:
    """Length in seconds, formants it moves to, voicing and noise (0..1), and the noise's centre and width in Hz. ``stop`` is
    silence before a burst; ``breath`` sends the noise through the cascade."""

    length: float
    formants: tuple[float, float, float]
    voice: float = 0.0
    noise: float = 0.0
    centre: float = 3000.0
    width: float = 2000.0
    stop: bool = False
    breath: bool = False


_CONSONANTS: dict[str, _Consonant] = {
    "B": _Consonant(0.07, (200, 900, 2100), 0.25, 0.25, 700, 900, True),
    "D": _Consonant(0.07, (200, 1700, 2600), 0.25, 0.30, 3600, 1800, True),
    "G": _Consonant(0.07, (200, 1900, 2100), 0.25, 0.30, 1900, 900, True),
    "P": _Consonant(0.09, (300, 900, 2100), 0.0, 0.35, 800, 1000, True),
    "T": _Consonant(0.09, (300, 1700, 2600), 0.0, 0.50, 4200, 2200, True),
    "K": _Consonant(0.09, (300, 1900, 2100), 0.0, 0.45, 1900, 900, True),
    "F": _Consonant(0.10, (340, 1100, 2080), 0.0, 0.12, 5500, 4500),
    "TH": _Consonant(0.10, (320, 1290, 2540), 0.0, 0.10, 6000, 3500),
    "S": _Consonant(0.11, (320, 1390, 2530), 0.0, 0.50, 5800, 2400),
    "SH": _Consonant(0.12, (300, 1840, 2750), 0.0, 0.55, 2900, 1700),
    "HH": _Consonant(0.06, (500, 1500, 2500), 0.0, 0.30, 1500, 2500, breath=True),
    "V": _Consonant(0.07, (220, 1100, 2080), 0.45, 0.06, 5000, 4000),
    "DH": _Consonant(0.05, (270, 1290, 2540), 0.5, 0.05, 5500, 3500),
    "Z": _Consonant(0.09, (240, 1390, 2530), 0.4, 0.30, 5800, 2400),
    "ZH": _Consonant(0.09, (300, 1840, 2750), 0.4, 0.30, 2900, 1700),
    "CH": _Consonant(0.12, (300, 1840, 2750), 0.0, 0.55, 3000, 1700, True),
    "JH": _Consonant(0.10, (260, 1840, 2750), 0.3, 0.40, 3000, 1700, True),
    "M": _Consonant(0.08, (250, 1000, 2200), 0.55), "N": _Consonant(0.08, (250, 1500, 2600), 0.55),
    "NG": _Consonant(0.09, (250, 2000, 2400), 0.55), "L": _Consonant(0.07, (310, 1050, 2880), 0.75),
    "R": _Consonant(0.08, (310, 1060, 1380), 0.75), "W": _Consonant(0.07, (290, 610, 2150), 0.75),
    "Y": _Consonant(0.07, (260, 2070, 3020), 0.75),
}  # fmt: skip
_BANDWIDTHS = (70.0, 100.0, 150.0, 250.0, 300.0)


class FormantVoice:
    """Our own voice: rules and filters, no data, no model. English spelling; other languages are read as English."""

    @property
    def name(self) -> str:
        return NAME

    def speak(self, text: str, speaker: Speaker) -> Spoken:
        segments = _segments(plain(text))
        if not any(symbol in _VOWELS or symbol in _CONSONANTS for symbol, _ in segments):
            return Spoken(np.zeros(SOUND_RATE // 4, np.float32), NAME, speaker.subject)
        seed = int.from_bytes(hashlib.sha256(f"{text}\0{speaker.name}".encode()).digest()[:8], "big")
        made = _synthesised(segments, speaker, np.random.default_rng(seed))
        return Spoken(levelled(scipy.signal.resample_poly(made, SOUND_RATE // _RATE, 1)), NAME, speaker.subject)


def _segments(text: str) -> list[tuple[str, float]]:
    """Phonemes with their stress (1 on a word's first long vowel), pauses as ``.``, ``?`` and ``,`` between."""
    found: list[tuple[str, float]] = []
    for piece in re.findall(r"[A-Za-z']+|\d{1,6}|[^\W\d_]+|[.!?;:,—–-]", text):
        if re.fullmatch(r"[.!;:?,—–-]", piece):
            found.append(("?" if piece == "?" else "." if piece in ".!;:" else ",", 0.0))
            continue
        spelt = number_words(int(piece)) if piece.isdigit() else _latin(piece)
        for word in spelt.lower().split():
            stressed = False
            for symbol in pronounced(word):
                stress = 1.0 if symbol in _VOWELS and symbol != "AX" and not stressed and len(word) > 3 else 0.0
                stressed = stressed or bool(stress)
                found.append((symbol, stress))
    return [*found, (".", 0.0)]


def _latin(word: str) -> str:
    import unicodedata

    return unicodedata.normalize("NFD", word).encode("ascii", "ignore").decode()


def _synthesised(segments: list[tuple[str, float]], speaker: Speaker, random: np.random.Generator) -> Samples:
    tracks = _tracks(segments, speaker)
    count = len(tracks) * _FRAME
    at = np.arange(count) / _FRAME
    knots = np.arange(len(tracks)) + 0.5

    def curve(column: int) -> Samples:
        return np.interp(at, knots, tracks[:, column])

    pitch = curve(0)
    # a glottal pulse after Rosenberg (JASA 49, 1971): opens over 40 % of the period, closes over 16 %; its derivative is the
    # source, since lips radiate the change of flow
    phase = np.cumsum(pitch / _RATE) % 1.0
    flow = np.where(
        phase < 0.4,
        0.5 * (1 - np.cos(np.pi * phase / 0.4)),
        np.where(phase < 0.56, np.cos(np.pi / 2 * (phase - 0.4) / 0.16), 0.0),
    )
    source = np.diff(flow, prepend=flow[0]) * (_RATE / 4000) * curve(4)
    white = random.normal(size=count)
    source = source + white * 0.02 * curve(4) * flow + white * 0.12 * curve(6)
    out = _cascade(source, tracks, speaker)
    hiss = _hiss(white * curve(5), tracks)
    made = out / max(float(np.abs(out).max()), 1e-9) + 0.35 * hiss
    sos = scipy.signal.butter(2, 60, "highpass", fs=_RATE, output="sos")
    return np.asarray(scipy.signal.sosfilt(sos, made))


def _tracks(segments: list[tuple[str, float]], speaker: Speaker) -> Samples:
    """One row every 5 ms: pitch, F1, F2, F3, voice, hiss, breath, hiss's centre and width."""
    rows: list[list[float]] = []
    first = next((symbol for symbol, _ in segments if symbol in _VOWELS or symbol in _CONSONANTS), "AX")
    last = _VOWELS[first][1] if first in _VOWELS else _CONSONANTS[first].formants
    phrase_start = 0

    def add(
        length: float, formants: Any, voice: float, hiss: float, breath: float, centre: float, width: float
    ) -> None:
        nonlocal last
        count = max(round(length / speaker.tempo * 200), 1)
        glide = max(count // 2, 1)
        for k in range(count):
            share = min((k + 1) / min(glide, 8), 1.0)
            f = [a + (b - a) * share for a, b in zip(last, formants, strict=True)]
            rows.append([1.0, *f, voice, hiss, breath, centre, width])
        last = tuple(formants)

    for symbol, stress in segments:
        if symbol in ".,?":
            _intone(rows, phrase_start, rises=symbol == "?")
            add(0.12 if symbol == "," else 0.28, last, 0.0, 0.0, 0.0, 3000, 2000)
            phrase_start = len(rows)
        elif symbol in _VOWELS:
            length, start, end = _VOWELS[symbol]
            length *= 1.15 if stress else 0.95
            begun = len(rows)
            add(length * (0.55 if end else 1.0), start, 1.0, 0.0, 0.0, 3000, 2000)
            if end:
                add(length * 0.45, end, 0.9, 0.0, 0.0, 3000, 2000)
            for row in rows[begun:]:
                row[0] += 0.12 * stress
        else:
            c = _CONSONANTS[symbol]
            if c.stop:
                add(c.length * 0.6, c.formants, c.voice * 0.4, 0.0, 0.0, c.centre, c.width)
                add(0.012, c.formants, c.voice, c.noise, 0.0, c.centre, c.width)
                add(c.length * 0.4, c.formants, c.voice, c.noise * 0.35, 0.0 if c.voice else 0.25, c.centre, c.width)
            elif c.breath:
                add(c.length, last, 0.0, 0.0, c.noise, c.centre, c.width)
            else:
                add(c.length, c.formants, c.voice, c.noise, 0.0, c.centre, c.width)
    tracks = np.asarray(rows)
    tracks[:, 0] *= speaker.pitch
    tracks[:, 1:4] *= speaker.formants
    for column in (0, 1, 2, 3, 4, 5, 6):
        tracks[:, column] = np.convolve(np.pad(tracks[:, column], 2, mode="edge"), [0.1, 0.2, 0.4, 0.2, 0.1], "valid")
    return tracks


def _intone(rows: list[list[float]], start: int, *, rises: bool) -> None:
    """A phrase falls by a quarter from its start to its end; a question rises at last."""
    count = len(rows) - start
    for k in range(count):
        share = k / max(count - 1, 1)
        rows[start + k][0] *= 1.12 - 0.25 * share + (0.45 * max(share - 0.7, 0) / 0.3 if rises else 0.0)


def _cascade(source: Samples, tracks: Samples, speaker: Speaker) -> Samples:
    """Five resonators one after the other, their coefficients set anew every frame (Klatt 1980, equations 1 and 2)."""
    out = np.empty_like(source)
    states = [np.zeros(2) for _ in range(5)]
    high = (3500 * speaker.formants, min(4500 * speaker.formants, 7000))
    for n, row in enumerate(tracks):
        block = source[n * _FRAME : (n + 1) * _FRAME]
        for k, frequency in enumerate((*row[1:4], *high)):
            c = -math.exp(-2 * math.pi * _BANDWIDTHS[k] / _RATE)
            b = 2 * math.exp(-math.pi * _BANDWIDTHS[k] / _RATE) * math.cos(2 * math.pi * frequency / _RATE)
            block, states[k] = scipy.signal.lfilter([1 - b - c], [1, -b, -c], block, zi=states[k])
        out[n * _FRAME : (n + 1) * _FRAME] = block
    return out


def _hiss(noise: Samples, tracks: Samples) -> Samples:
    """Noise through one resonator at each frame's centre; silent frames cost nothing."""
    out = np.zeros_like(noise)
    state = np.zeros(2)
    for n, row in enumerate(tracks):
        if row[5] < 1e-4:
            state = np.zeros(2)
            continue
        centre, width = row[7], row[8]
        c = -math.exp(-2 * math.pi * width / _RATE)
        b = 2 * math.exp(-math.pi * width / _RATE) * math.cos(2 * math.pi * centre / _RATE)
        block = noise[n * _FRAME : (n + 1) * _FRAME]
        out[n * _FRAME : (n + 1) * _FRAME], state = scipy.signal.lfilter([0.6, 0, -0.6], [1, -b, -c], block, zi=state)
    return out

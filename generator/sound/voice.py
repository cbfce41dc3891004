"""Voices for lines in a previsualisation: synthesised, clearly machines, and nobody's.

``Voice`` is the port. ``FormantVoice`` is our own formant synthesiser and works everywhere; ``EspeakVoice`` calls the
program espeak-ng (GPL-3.0) in a process of its own where somebody installed it, and speaks more languages, better.
"""

import hashlib
import io
import math
import re
import shutil
import subprocess
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
import scipy

from generator.encoding import SOUND_RATE
from generator.errors import SoundError
from generator.sound.shapes import Samples

#: A line beyond this is a speech; it is what one field of a shot may hold.
MAX_CHARACTERS = 4000
#: How much faster than its own tempo a voice may be made to speak and still be followed.
MAX_HURRY = 1.35
#: espeak-ng speaks a thousand characters in well under a second; more is a hang.
_TIMEOUT = 60


@dataclass(frozen=True, slots=True)
class Speaker:
    """How a character sounds. ``pitch`` in Hz, ``formants`` scales the vocal tract's resonances (1 is an average man),
    ``tempo`` the speed (1 is about 165 words a minute). ``subject`` is whose voice it is, for consent: none, if nobody's."""

    name: str
    pitch: float = 110.0
    formants: float = 1.0
    tempo: float = 1.0
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was said: mono (n,) float32 at 48 kHz, which synthesiser said it, and whose voice it is (``None``: nobody's)."""

    samples: Samples
    synthesiser: str
    subject: str | None

    @property
    def seconds(self) -> float:
        return len(self.samples) / SOUND_RATE


class Voice(Protocol):
    """Speaks lines."""

    @property
    def name(self) -> str:
        """The synthesiser and its version, as a provenance record states it."""

    def speak(self, text: str, speaker: Speaker) -> Spoken:
        """Says the text. The same text and speaker give the same samples; no text with letters or digits gives a silence of
        a quarter of a second. Raises ``SoundError`` where it can't."""


def speaker_of(character: str, *, seed: int) -> Speaker:
    """A voice for a character, its own and always the same for the same seed: low or high, of a large or a small body, slow
    or quick. It imitates nobody: the numbers come from a digest."""
    digest = hashlib.sha256(f"{seed}\0{character.strip().casefold()}".encode()).digest()
    high, low, tract, tempo = (digest[n] / 255 for n in range(4))
    # ranges of adults' speech: men about 85 to 155 Hz, women about 165 to 255 Hz, with tracts some 15 % shorter
    # (Peterson and Barney 1952; Titze, Principles of Voice Production)
    if high < 0.5:
        return Speaker(character, 88 + 50 * low, 0.94 + 0.1 * tract, 0.92 + 0.18 * tempo)
    return Speaker(character, 168 + 60 * low, 1.1 + 0.1 * tract, 0.92 + 0.18 * tempo)


def installed_voice(language: str = "en") -> Voice:
    """espeak-ng where it is installed, speaking that language (a tag as in BCP 47), else our own, which speaks English."""
    from generator.sound.formants import FormantVoice

    path = shutil.which("espeak-ng")
    spoken = language.split("-")[0].lower()
    if path is None:
        return FormantVoice()
    return EspeakVoice(path, spoken if re.fullmatch(r"[a-z]{2,3}", spoken) else "en")


@dataclass(frozen=True, slots=True)
class EspeakVoice:
    """The program espeak-ng, called as a separate program with the text on its standard input.

    ``language`` is one of its voices ("en", "de", "fr-fr", …).
    """

    program: str = "espeak-ng"
    language: str = "en"

    @property
    def name(self) -> str:
        return _version(self.program)

    def speak(self, text: str, speaker: Speaker) -> Spoken:
        text = plain(text)
        if not any(char.isalnum() for char in text):
            return Spoken(np.zeros(SOUND_RATE // 4, np.float32), self.name, speaker.subject)
        # a variant of a man's or a woman's tract; pitch 0..99 is about an octave and a half around the variant's own
        high = speaker.formants > 1.07
        base = 185.0 if high else 105.0
        pitch = round(min(max(50 + 48 * math.log2(speaker.pitch / base), 0), 99))
        variant = f"{self.language}+{'f' if high else 'm'}{1 + round(speaker.formants * 100) % 4}"
        speed = round(min(max(165 * speaker.tempo, 80), 400))
        command = [self.program, "--stdin", "--stdout", "-v", variant, "-p", str(pitch), "-s", str(speed)]
        try:
            done = subprocess.run(command, input=text.encode(), capture_output=True, timeout=_TIMEOUT, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SoundError(f"espeak-ng can't be run ({error}); install it again or use our own voice") from error
        if done.returncode or len(done.stdout) < 100:
            reason = done.stderr.decode(errors="replace").strip()[-200:]
            raise SoundError(f"espeak-ng did not speak ({reason or 'no sound'}); is the voice {variant!r} installed?")
        return Spoken(_trimmed(_from_wav(done.stdout)), self.name, speaker.subject)


@lru_cache(maxsize=4)
def _version(program: str) -> str:
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=_TIMEOUT, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SoundError(f"espeak-ng can't be run ({error}); install it again or use our own voice") from error
    words = done.stdout.split()
    return f"espeak-ng {words[words.index('text-to-speech:') + 1] if 'text-to-speech:' in words else 'unknown'}"


def _from_wav(data: bytes) -> Samples:
    """Mono float32 at 48 kHz of a WAV file that was streamed (its lengths are not to be believed)."""
    size = len(data)
    patched = data[:4] + (size - 8).to_bytes(4, "little") + data[8:40] + (size - 44).to_bytes(4, "little") + data[44:]
    try:
        rate, samples = scipy.io.wavfile.read(io.BytesIO(patched))
    except ValueError as error:
        raise SoundError(f"espeak-ng gave something that is no sound ({error}); install it again") from error
    common = math.gcd(int(rate), SOUND_RATE)
    made = scipy.signal.resample_poly(samples.astype(np.float64) / 32768, SOUND_RATE // common, int(rate) // common)
    return np.asarray(made, np.float32)


def _trimmed(samples: Samples) -> Samples:
    """Without the silence around it, but for a hundredth of a second."""
    heard = np.flatnonzero(np.abs(samples) > 1e-3)
    if not len(heard):
        return samples
    pad = SOUND_RATE // 100
    return samples[max(heard[0] - pad, 0) : heard[-1] + pad]


def plain(text: str) -> str:
    """The words to be said: control characters and markup that a synthesiser could read as commands taken out."""
    text = unicodedata.normalize("NFC", text)[:MAX_CHARACTERS]
    return " ".join("".join(" " if char in "<>[]{}*_#\\|" or ord(char) < 32 else char for char in text).split())


def levelled(samples: Samples, decibels: float = -20.0) -> Samples:
    """Speech at that level (RMS while it is heard), without DC, (n,) float32, no sample beyond 0.95."""
    samples = samples - float(np.mean(samples))
    heard = samples[np.abs(samples) > 0.02 * max(float(np.abs(samples).max()), 1e-9)]
    level = float(np.sqrt(np.mean(heard**2))) if len(heard) else 0.0
    if level < 1e-6:
        return samples.astype(np.float32)
    out: Any = samples * (10 ** (decibels / 20) / level)
    peak = float(np.abs(out).max())
    if peak > 0.95:
        out = np.tanh(out / 0.95) * 0.95
    return np.asarray(out, np.float32)

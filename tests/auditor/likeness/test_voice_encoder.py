"""The encoder says what Resemblyzer itself says, from the same weights; speech is found where it is."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.embeddings.torch_archive import read_tensors
from auditor.errors import UnavailableError
from auditor.likeness.speech import SpeechFinder
from auditor.likeness.voice_encoder import RATE, VoiceEncoder, mel_filters
from auditor.media import SoundBlock
from tests.sounds import Samples, music, noisy, resampled, speech

#: What Resemblyzer 0.1.4 with librosa 0.11.0 and torch 2.14.1 made of ``buzz()``: the first numbers of each partial
#: (``embed_utterance(buzz(), return_partials=True, rate=2.5, min_coverage=1.0)``), and more of the first.
THEIRS = np.array(
    [
        [0.0, 0.090701, 0.0, 0.0, 0.0, 0.0, 0.04445, 0.0],
        [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.030749, 0.006649],
        [0.0, 0.066037, 0.0, 0.0, 0.0, 0.0, 0.010101, 0.0],
        [0.0, 0.05553, 0.0, 0.0, 0.014022, 0.0, 0.080456, 0.0],
    ]
)
FIRST = np.array(
    [
        [0.004081, 0.075854, 0.092521, 0.103971, 0.136391, 0.0, 0.012184, 0.090154, 0.043653, 0.00514, 0.143328, 0.006038],
        [0.0, 0.049446, 0.0, 0.0, 0.0, 0.012057, 0.0, 0.0, 0.081645, 0.107246, 0.0, 0.054993],
    ]
).ravel()  # fmt: skip


def buzz(seconds: float = 3.0) -> Samples:
    """A voice-like sound that any program makes alike: 29 harmonics of a gliding pitch that come and go."""
    t = np.arange(round(seconds * RATE)) / RATE
    phase = 2 * np.pi * np.cumsum(120 + 20 * np.sin(2 * np.pi * 0.7 * t)) / RATE
    wave = sum(np.sin(k * phase) / k * (1 + np.cos(2 * np.pi * (0.3 * k * t))) for k in range(1, 30))
    return np.asarray(0.05 * wave * (1 + 0.5 * np.sin(2 * np.pi * 3 * t)), np.float32)


def mels_of(samples: Samples) -> np.ndarray:
    """Mel frames by another road than ours: PyTorch's Fourier transform, our filters."""
    window = torch.hann_window(400, periodic=True)
    spectrum = torch.stft(torch.from_numpy(samples), 400, 160, window=window, pad_mode="constant", return_complex=True)
    return (spectrum.abs() ** 2).T.numpy() @ mel_filters()


def blocks(samples: Samples, begin: float = 0.0, size: int = RATE) -> list[SoundBlock]:
    return [SoundBlock(begin + at / RATE, samples[at : at + size]) for at in range(0, len(samples), size)]


@pytest.fixture(scope="module")
def encoder() -> VoiceEncoder:
    return VoiceEncoder()


def test_equals_resemblyzers_own_output(encoder: VoiceEncoder) -> None:
    mels = mels_of(np.pad(buzz(), (0, RATE)))
    windows = np.stack([mels[start : start + 160] for start in (0, 40, 80, 120)])
    vectors = encoder.encode(windows)
    assert vectors.shape == (4, 256)
    assert vectors[:, :8] == pytest.approx(THEIRS, abs=1e-4)
    assert vectors[0, 8:32] == pytest.approx(FIRST, abs=1e-4)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_equals_pytorchs_lstm_with_the_same_weights(encoder: VoiceEncoder) -> None:
    from auditor.likeness.voice_encoder import _installed

    tensors = {name: torch.tensor(value) for name, value in read_tensors(_installed(), within="model_state").items()}
    lstm, linear = torch.nn.LSTM(40, 256, 3, batch_first=True), torch.nn.Linear(256, 256)
    lstm.load_state_dict({name[5:]: value for name, value in tensors.items() if name.startswith("lstm.")})
    linear.load_state_dict({name[7:]: value for name, value in tensors.items() if name.startswith("linear.")})
    windows = np.random.default_rng(4).gamma(0.3, 0.5, (3, 160, 40)).astype(np.float32)
    with torch.inference_mode():
        _, (hidden, _) = lstm(torch.from_numpy(windows))
        raw = torch.relu(linear(hidden[-1]))
        theirs = (raw / raw.norm(dim=1, keepdim=True)).numpy()
    assert encoder.encode(windows) == pytest.approx(theirs, abs=1e-4)


def test_mel_frames_are_those_of_the_fourier_transform() -> None:
    """Through the finder: a steady tone among pauses keeps the level of its bands."""
    sound = np.concatenate([np.zeros(RATE), buzz(), np.zeros(RATE)]).astype(np.float32)
    (stretch,) = SpeechFinder().stretches(blocks(sound))
    places = np.round(stretch.seconds * 100).astype(int)
    assert stretch.mels == pytest.approx(mels_of(sound)[places], rel=1e-3, abs=1e-4)
    assert stretch.seconds[0] == pytest.approx(1.0, abs=0.1)
    assert stretch.seconds[-1] == pytest.approx(4.0, abs=0.1)


def test_windows_are_brought_to_one_level(encoder: VoiceEncoder) -> None:
    def voice(gain: float) -> np.ndarray:
        (stretch,) = SpeechFinder().stretches(blocks((gain * buzz()).astype(np.float32)))
        return encoder.encode(stretch.windows()[0]).mean(axis=0)

    assert voice(0.1) == pytest.approx(voice(2.0), abs=1e-3)


@settings(max_examples=12, deadline=None)
@given(size=st.integers(200, 3 * RATE), begin=st.floats(-2, 20_000))
def test_blocks_of_any_size_give_the_same_speech(size: int, begin: float) -> None:
    sound = np.concatenate([buzz(2.0), np.zeros(2 * RATE, np.float32), buzz(1.5)])
    whole = list(SpeechFinder().stretches(blocks(sound)))
    parts = list(SpeechFinder().stretches(blocks(sound, begin, size)))
    assert [len(one.seconds) for one in parts] == [len(one.seconds) for one in whole]
    for one, other in zip(parts, whole, strict=True):
        assert one.seconds == pytest.approx(other.seconds + begin, abs=1e-6)
        assert one.mels == pytest.approx(other.mels, rel=1e-3, abs=1e-5)


@pytest.mark.parametrize(
    ("sound", "least", "most"),
    [
        (np.zeros(10 * RATE, np.float32), 0, 0),
        (np.random.default_rng(1).normal(0, 0.1, 10 * RATE).astype(np.float32), 0, 0.3),
        (np.full(10 * RATE, 0.5, np.float32), 0, 0.3),
        (resampled(speech(5, 10.0), 11025 / RATE), 6, 10),
        (noisy(resampled(speech(5, 10.0), 11025 / RATE), 15), 5, 10),
    ],
    ids=["silence", "white noise", "a constant", "speech", "speech in noise"],
)
def test_seconds_of_speech(sound: Samples, least: float, most: float) -> None:
    spoken = sum(stretch.spoken for stretch in SpeechFinder().stretches(blocks(sound)))
    assert least <= spoken <= most


def test_gaps_in_the_sound_are_gaps_in_the_speech() -> None:
    pieces = [*blocks(buzz()), *blocks(buzz(), begin=60.0)]
    first, second = SpeechFinder().stretches(pieces)
    assert first.seconds[-1] < 3.1
    assert second.seconds[0] >= 60.0


def test_talk_without_an_end_is_heard_in_constant_memory() -> None:
    """Six minutes of talk without a pause comes in stretches of about a minute."""
    talk = np.resize(resampled(music(3, 20.0), 11025 / RATE), 20 * RATE)
    sizes = [
        stretch.spoken for stretch in SpeechFinder().stretches(b for n in range(18) for b in blocks(talk, 20.0 * n))
    ]
    assert max(sizes) < 90


def test_missing_weights_say_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=r"pretrained\.pt"):
        VoiceEncoder(tmp_path / "pretrained.pt").load()


def test_unknown_weights_are_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "pretrained.pt"
    path.write_bytes(b"\x80\x02cos\nsystem\nU\x04true\x85R.")
    with pytest.raises(UnavailableError, match="unknown digest"):
        VoiceEncoder(path).load()


@pytest.mark.parametrize("shape", [(160, 40), (1, 160, 39), (1, 0, 40)])
def test_windows_of_another_shape_are_refused(encoder: VoiceEncoder, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="shape"):
        encoder.encode(np.zeros(shape, np.float32))


def test_nothing_is_no_voice(encoder: VoiceEncoder) -> None:
    assert encoder.encode(np.zeros((0, 160, 40), np.float32)).shape == (0, 256)
    assert np.isfinite(encoder.encode(np.zeros((1, 160, 40), np.float32))).all()

"""The part of the decoder process that reads sound; it runs in the cell that ``auditor.media.worker`` enters."""

import math
import os
import struct
from collections.abc import Iterator
from typing import Any

import av
import av.audio.resampler
import av.error
import av.stream
import numpy as np
from numpy.typing import NDArray

from auditor.media.refusal import SOUND_CONTAINERS, Refused, unknown_container

#: Sound leaves the cell in blocks of about so many seconds: few messages, little memory.
BLOCK_SECONDS = 1.0
#: Timestamps jitter by a few milliseconds (Matroska rounds to 1 ms); a jump beyond this is a real gap in the sound.
GAP_SECONDS = 0.05
#: 22.2 surround has 24 channels; more than this is no film.
MAX_CHANNELS = 64
#: DXD, the highest rate in use, is 352.8 kHz.
MAX_RATE = 768_000
#: The mean of the channels is silence where one is the other turned over. Below this share of the channels' own mean
#: power, the loudest channel is taken in its place, or copied sound could hide from us and not from an audience.
CANCELLED = 0.02
#: Containers whose declared length of sound is exact; in others it is guessed from the bit rate.
_EXACT = ("mov", "w64", "flac", "aiff")
_SLACK_SECONDS = 1.0
#: Files of sound alone that may be brought in, by FFmpeg's name of the container, and the media type's second half.
_RECORDINGS = {"wav": "wav", "flac": "flac", "mp3": "mpeg", "mov": "mp4", "ogg": "ogg"}


class Sound:
    """The first audio stream of a file, as mono float32 at one rate; none at all is an honest answer."""

    def __init__(self, descriptor: int, job: dict[str, Any]) -> None:
        options = {"fd": str(descriptor), "protocol_whitelist": "fd", "format_whitelist": SOUND_CONTAINERS}
        try:
            self.container = av.open("fd:", container_options=options)
        except (av.error.FFmpegError, ValueError) as error:
            alone = job["command"] == "recording"
            raise Refused("MediaUnsupportedError", unknown_container(error, sound=alone)) from error
        self.stream = self.container.streams.audio[0] if self.container.streams.audio else None
        self.descriptor = descriptor
        self.rate = int(job.get("rate", 0))
        self.channels = int(job.get("channels", 1))
        self.max_seconds = float(job.get("max_seconds", math.inf))
        self.last = -math.inf
        self._sent = 0

    def info(self) -> dict[str, Any]:
        """What a file of sound alone holds, every sample of it decoded: what ``MediaInfo`` says, without pictures."""
        name = self.container.format.name.split(",")[0]
        if name not in _RECORDINGS:
            raise Refused(
                "MediaUnsupportedError", f"it is a {name[:20]} file; hand in sound as wav, flac, mp3, m4a or ogg"
            )
        if any(not one.disposition & av.stream.Disposition.attached_pic for one in self.container.streams.video):
            raise Refused(
                "MediaUnsupportedError", "it holds pictures; bring it in as a film, or export its sound alone"
            )
        if self.stream is None:
            raise Refused("MediaUnsupportedError", "it holds no sound; hand in wav, flac, mp3, m4a or ogg")
        seconds = 0.0
        for frame in self._decoded():
            self._check_shape(frame)
            seconds += frame.samples / frame.sample_rate
            if seconds > self.max_seconds:
                raise Refused(
                    "MediaLimitError", f"it is longer than the limit of {self.max_seconds / 60:.0f} min; cut it first"
                )
        if not seconds:
            raise Refused("MediaUnreadableError", "it holds no sound that can be decoded; export it again")
        self.last = self._origin() + seconds
        self._check_complete()
        codec = self.stream.codec_context.codec.canonical_name
        return {
            "duration": seconds, "width": 0, "height": 0, "fps": 0.0, "video_codec": "", "audio_codec": codec,
            "frames": 0, "media_type": f"audio/{_RECORDINGS[name]}", "rotation": 0,
        }  # fmt: skip

    def blocks(self) -> Iterator[tuple[float, NDArray[np.float32]]]:
        """Blocks in order with the moment of their first sample; gaps in the sound are gaps between blocks."""
        if self.stream is None:
            return
        pending: list[NDArray[np.float32]] = []
        begin, count = 0.0, 0
        for seconds, samples in self._pieces():
            if pending and (abs(seconds - (begin + count / self.rate)) > 0.5 / self.rate or count >= self.rate):
                yield begin, np.concatenate(pending)
                pending, count = [], 0
            if not pending:
                begin = seconds
            pending.append(samples)
            count += samples.size // self.channels
        if pending:
            yield begin, np.concatenate(pending)
        self._check_complete()

    def _origin(self) -> float:
        """Zero on the clock that frames are counted by: the start of the first video stream, else of the sound."""
        pictures = [s for s in self.container.streams.video if not s.disposition & av.stream.Disposition.attached_pic]
        first = pictures[0] if pictures else self.stream
        return float((first.start_time or 0) * (first.time_base or 0)) if first is not None else 0.0

    def _pieces(self) -> Iterator[tuple[float, NDArray[np.float32]]]:
        """Resampled sound with gapless, never backward times: the clock runs by samples and jumps at real gaps only."""
        origin, clock, form, resampler = self._origin(), None, None, None
        done = 0.0
        for frame in self._decoded():
            told = None if frame.time is None else frame.time - origin
            if clock is None:
                clock = told or 0.0
            now = (frame.format.name, frame.layout.name, frame.sample_rate)
            jumped = told is not None and told - (clock + done) > GAP_SECONDS
            if resampler is None or now != form or jumped:
                if resampler is not None:
                    for samples, at in self._resampled(resampler, None, clock):
                        yield at, samples
                clock = clock + done
                if jumped and told is not None:
                    clock = told
                resampler, form, done = self._resampler(frame), now, 0.0
                self._sent = 0
            done += frame.samples / frame.sample_rate
            self.last = max(self.last, clock + done)
            for samples, at in self._resampled(resampler, frame, clock):
                yield at, samples
        if resampler is not None and clock is not None:
            for samples, at in self._resampled(resampler, None, clock):
                yield at, samples

    def _resampler(self, frame: Any) -> Any:
        self._check_shape(frame)
        layout = frame.layout if self.channels == 1 else "stereo"
        return av.audio.resampler.AudioResampler(format="fltp", layout=layout, rate=self.rate)

    @staticmethod
    def _check_shape(frame: Any) -> None:
        if not 1 <= frame.sample_rate <= MAX_RATE or not 1 <= frame.layout.nb_channels <= MAX_CHANNELS:
            raise Refused(
                "MediaLimitError",
                f"{frame.layout.nb_channels} channels at {frame.sample_rate} Hz is more than we read "
                f"({MAX_CHANNELS} at {MAX_RATE}); export its sound again",
            )

    def _resampled(self, resampler: Any, frame: Any, clock: float) -> Iterator[tuple[NDArray[np.float32], float]]:
        if frame is not None:
            frame.pts = None  # the clock is ours: a hostile one could ask the resampler to fill hours
        try:
            pieces = resampler.resample(frame)
        except (av.error.FFmpegError, ValueError, MemoryError) as error:
            raise Refused("MediaUnreadableError", f"its sound can't be resampled ({error}); export it again") from error
        for piece in pieces:
            at = clock + self._sent / self.rate
            self._sent += piece.samples
            yield mixed(piece.to_ndarray()) if self.channels == 1 else interleaved(piece.to_ndarray()), at

    def _decoded(self) -> Iterator[Any]:
        try:
            yield from self.container.decode(self.stream)
        except (av.error.FFmpegError, MemoryError) as error:
            reason = "decoding it needs too much memory" if isinstance(error, MemoryError) else str(error)
            raise Refused("MediaUnreadableError", f"its sound can't be decoded ({reason}); export it again") from error

    def _check_complete(self) -> None:
        """Sound that stops well before its declared end was cut short: saying nothing of the rest would be a lie."""
        if self.container.format.name == "wav" and (missing := missing_riff_bytes(self.descriptor)):
            raise Refused(
                "MediaUnreadableError", f"its sound lacks its last {missing:,} bytes: it is cut short; export it again"
            )
        stream = self.stream
        if stream is None or not stream.duration or not stream.time_base:
            return
        if self.container.format.name.split(",")[0] not in _EXACT:
            return
        begin = float((stream.start_time or 0) * stream.time_base)
        declared = begin + float(stream.duration * stream.time_base) - self._origin()
        if self.last + _SLACK_SECONDS < declared:
            heard = max(0.0, self.last) if math.isfinite(self.last) else 0.0
            raise Refused(
                "MediaUnreadableError",
                f"its sound ends after {heard:.1f} of {declared:.1f} s: it is cut short or damaged; export it again",
            )


def missing_riff_bytes(descriptor: int) -> int:
    """How many bytes of what its RIFF header declares a file lacks; FFmpeg takes a shorter one without a word.

    Programs that write to a pipe can't know the length and leave 0 or all ones, which declares nothing.
    """
    head = os.pread(descriptor, 8, 0)
    declared = struct.unpack("<I", head[4:])[0] if head[:4] == b"RIFF" and len(head) == 8 else 0
    return max(0, declared + 8 - os.fstat(descriptor).st_size) if declared < 0xFFFFFF00 else 0


def interleaved(channels: NDArray[np.float32]) -> NDArray[np.float32]:
    """(channels, samples) as (samples * channels,) within -1..1; NaN and infinities become 0."""
    clean = np.clip(np.nan_to_num(channels, nan=0.0, posinf=0.0, neginf=0.0), -1, 1)
    return np.ascontiguousarray(clean.T, np.float32).reshape(-1)


def mixed(channels: NDArray[np.float32]) -> NDArray[np.float32]:
    """(channels, samples) as mono within -1..1: the mean, or the loudest channel where the mean cancels out.

    NaN and infinities, which float codecs can carry, become 0.
    """
    clean: NDArray[np.float32] = np.clip(np.nan_to_num(channels, nan=0.0, posinf=0.0, neginf=0.0), -1, 1).astype(
        np.float32
    )
    if clean.shape[0] == 1:
        return np.asarray(clean[0], np.float32)
    mean = np.asarray(clean.mean(axis=0), np.float32)
    powers = np.mean(np.square(clean), axis=1)
    if float(np.mean(np.square(mean))) < CANCELLED * float(powers.sum()) / clean.shape[0]:
        return np.asarray(clean[int(np.argmax(powers))], np.float32)
    return mean

"""The sound of a file as the decoder process reads it: the first audio stream, mixed to one channel, at one rate.

Runs inside ``auditor.media.worker`` only, behind the same whitelists and in the same cell as pictures.
"""

import os
from collections.abc import Iterator
from typing import Any

import av
import av.error
import numpy as np
from numpy.typing import NDArray

from auditor.media.refusals import Refused, unknown_sound

#: FFmpeg demuxers of recordings without pictures that hold their own media and refer to nothing else.
SOUND_CONTAINERS = "wav,w64,mp3,flac,aac,aiff"
#: Samples a second that a recording may claim: from telephones at 8 kHz (and a margin) to the highest studio rate.
_RATES = (1_000, 768_000)
#: Channels that a recording may claim: FFmpeg's own decoders stop at 64, and memory grows with each.
_CHANNELS = 64
#: Seconds by which a time stamp may differ from the samples counted so far before it is believed: rounding in
#: containers with a clock of 1/1000 s (Matroska) and frames of up to 0.1 s stay below.
_GAP = 0.15
#: Damaged packets that are skipped, as players do: so many in any file ...
_BAD_PACKETS = 3
#: ... and this share of a long one. Beyond it what was heard would not stand for the recording.
_BAD_SHARE = 0.02
#: Containers that state the length of their sound exactly; others estimate it from the bit rate.
_EXACT = {"mov", "flac"}

Samples = NDArray[np.float32]


class Soundtrack:
    """The first audio stream of a container; ``None`` as its stream means that there is none."""

    def __init__(self, descriptor: int, containers: str) -> None:
        options = {"fd": str(descriptor), "protocol_whitelist": "fd", "format_whitelist": containers}
        try:
            self._container = av.open("fd:", container_options=options)
        except (av.error.FFmpegError, ValueError) as error:
            raise Refused("MediaUnsupportedError", unknown_sound(error)) from error
        audio = self._container.streams.audio
        self._stream = audio[0] if audio else None
        self._missing = missing_bytes(descriptor)

    def blocks(self, rate: int) -> Iterator[tuple[float, Samples]]:
        """Blocks of about a second at ``rate`` samples a second, each with the moment of its first sample.

        Moments count from the first picture, as those of frames do; from the first sample where there are no pictures.
        """
        if self._stream is None:
            return
        self._check_claims()
        start, parts, waiting = 0.0, [np.empty(0, np.float32)], 0
        for jump, samples in self._resampled(rate):
            if jump is not None:
                if waiting:
                    yield start, np.concatenate(parts)
                start, parts, waiting = jump, [], 0
            parts.append(samples)
            waiting += len(samples)
            if waiting >= rate:
                yield start, np.concatenate(parts)
                start, parts, waiting = start + waiting / rate, [], 0
        if waiting:
            yield start, np.concatenate(parts)
        self._check_complete(start + waiting / rate)

    def _check_claims(self) -> None:
        assert self._stream is not None  # noqa: S101 (asked by the caller)
        context = self._stream.codec_context
        if not _RATES[0] <= (context.sample_rate or 0) <= _RATES[1]:
            raise Refused(
                "MediaLimitError", f"{context.sample_rate} samples a second is no rate of sound; export it again"
            )
        if not 1 <= context.channels <= _CHANNELS:
            raise Refused(
                "MediaLimitError", f"{context.channels} channels of sound are not 1 to {_CHANNELS}; mix it down"
            )

    def _origin(self) -> float:
        """The container's time that counts as zero: the first picture's, as for frames; else the first sample's."""
        films = [s for s in self._container.streams.video if not s.disposition & av.stream.Disposition.attached_pic]
        stream: Any = films[0] if films else self._stream
        return float((stream.start_time or 0) * (stream.time_base or 0))

    def _resampled(self, rate: int) -> Iterator[tuple[float | None, Samples]]:
        """Mono samples at ``rate``; with the first ones, and after a gap, the moment at which they sound."""
        origin, expected = self._origin(), None
        resampler, setting = None, None
        for frame in self._decoded():
            seconds = float(frame.time) - origin if frame.time is not None else expected or 0.0
            jump = seconds if expected is None or seconds > expected + _GAP else None
            now = (frame.format.name, frame.layout.name, frame.sample_rate)
            if resampler is not None and (jump is not None or now != setting):
                yield from ((None, part) for part in _flat(resampler.resample(None)))
                resampler = None
            if resampler is None:
                resampler, setting = av.AudioResampler(format="flt", layout="mono", rate=rate), now
            expected = (
                seconds if jump is not None or expected is None else expected
            ) + frame.samples / frame.sample_rate
            frame.pts = None  # the samples are counted; a clock that wavers must not stretch them
            pieces = _flat(resampler.resample(frame))
            if jump is not None:
                pieces = pieces or [np.empty(0, np.float32)]
            for place, part in enumerate(pieces):
                yield (jump if place == 0 else None), part
        if resampler is not None:
            yield from ((None, part) for part in _flat(resampler.resample(None)))

    def _decoded(self) -> Iterator[Any]:
        packets = bad = heard = 0
        reason: Exception | None = None
        try:
            for packet in self._container.demux(self._stream):
                packets += 1
                try:
                    frames = packet.decode()
                except av.error.InvalidDataError as error:
                    bad, reason = bad + 1, error
                    if bad > _BAD_PACKETS + packets * _BAD_SHARE:
                        raise
                    continue
                for frame in frames:
                    heard += 1
                    yield frame
        except (av.error.FFmpegError, MemoryError, ValueError) as error:
            said = "decoding it needs too much memory" if isinstance(error, MemoryError) else str(error)
            raise Refused("MediaUnreadableError", f"its sound can't be decoded ({said}); export it again") from error
        if bad and not heard:
            raise Refused("MediaUnreadableError", f"its sound can't be decoded ({reason}); export it again")

    def _check_complete(self, last: float) -> None:
        """Sound that stops well before its declared end was cut short: saying nothing of the rest would be a lie."""
        if self._missing:
            raise Refused(
                "MediaUnreadableError", f"{self._missing:,} bytes of it are missing: it is cut short; copy it again"
            )
        stream = self._stream
        name = self._container.format.name.split(",")[0]
        if stream is None or not stream.duration or not stream.time_base or name not in _EXACT:
            return
        declared = float(((stream.start_time or 0) + stream.duration) * stream.time_base) - self._origin()
        if last + 1.0 < declared:
            raise Refused(
                "MediaUnreadableError",
                f"its sound ends after {max(last, 0.0):.1f} of {declared:.1f} s: it is cut short or damaged; copy it again",
            )


def missing_bytes(descriptor: int) -> int:
    """How many bytes a RIFF file (wav) claims beyond its end; FFmpeg takes the file's own length for the truth.

    0 for other files, and where the writer could not know the length (a recording written as a stream).
    """
    head = os.pread(descriptor, 12, 0)
    if head[:4] != b"RIFF" or head[8:] != b"WAVE":
        return 0
    claimed = int.from_bytes(head[4:8], "little")
    present = os.fstat(descriptor).st_size - 8
    return max(0, claimed - present) if claimed < 0xFFFFFFF0 else 0


def _flat(frames: list[Any]) -> list[Samples]:
    """The samples of decoded frames, those that are no numbers silenced (float formats can hold them)."""
    parts = (np.nan_to_num(frame.to_ndarray().reshape(-1), nan=0.0, posinf=0.0, neginf=0.0) for frame in frames)
    return [np.clip(part, -8.0, 8.0).astype(np.float32) for part in parts if part.size]

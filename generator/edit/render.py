"""A timeline to one file: picture and sound. Streams; one frame of each of two takes and a few finished ones are held."""

import contextlib
import itertools
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from auditor.media.types import Cancelled, OnProgress, Progress, never_cancelled, no_progress
from generator.edit.labels import Burner, Label
from generator.edit.mixing import Mix, mixed, sample_at
from generator.edit.model import Cut, CutItem
from generator.edit.overlays import Overlays
from generator.edit.sources import Frame, Source, frames_from, probe
from generator.edit.timeline import OVERLAPPING, Card, Clip, Media, Timeline, Transition
from generator.edit.titles import end_card, title_card
from generator.encoding import DISCLOSURE, AudioCodec, VideoCodec, sha256_of, writing
from generator.errors import CancelledError, EditError

#: Changes a finished frame, (height, width, 3) uint8 RGB, just before it is encoded; the same shape comes back.
type Mark = Callable[[Frame], Frame]
#: Finished frames that wait for the encoder, at most.
AHEAD = 3
#: A wipe's soft edge, as a share of the picture's width.
_EDGE = 0.03


@dataclass(frozen=True, slots=True)
class Encoding:
    """What the file is encoded as; any pair plays in MP4, H.264 with AAC everywhere."""

    video: VideoCodec = "h264"
    audio: AudioCodec = "aac"


def render(
    timeline: Timeline,
    files: Mapping[str, Path],
    out: Path,
    *,
    encoding: Encoding | None = None,
    mix: Mix | None = None,
    burn_captions: bool = False,
    labels: Sequence[Label] = (),
    mark: Mark | None = None,
    on_progress: OnProgress = no_progress,
    cancelled: Cancelled = never_cancelled,
) -> Cut:
    """Renders the timeline to ``out`` (MP4, its index first) and returns the cut with each clip's place.

    ``files`` has the files of takes and sounds by SHA-256 (hex); what is in each is checked against it, so a clip can't show
    anything else. Takes have the timeline's size and rate. Without sounds the film is silent, a file without a sound stream;
    with them both streams are equally long, to half a sample. ``labels`` are burnt into the picture, one above
    the other; ``mark`` hides a watermark in every frame, cards included. Raises ``EditError`` for takes that can't be used
    and labels that do not fit, ``RenderError`` when the file can't be written and ``CancelledError`` on request; nothing is
    left behind then.
    """
    sources = sources_of(timeline, files)
    for sha in dict.fromkeys(sound.media.sha256 for track in timeline.tracks for sound in track.sounds):
        if sha not in sources:
            _verified(sha, files, "the sound")
    chosen = encoding or Encoding()
    metadata = {"title": timeline.title[:200], "comment": DISCLOSURE, "previsualisation": "true"}
    burner = Burner(labels, timeline.width, timeline.height, timeline.rate)
    overlays = Overlays(timeline, captions=burn_captions)
    total = timeline.frames
    with (
        mixed(timeline, files, mix or Mix(), on_progress=on_progress, cancelled=cancelled) as (sound, loudness),
        writing(
            out,
            width=timeline.width,
            height=timeline.height,
            fps=timeline.rate,
            metadata=metadata,
            video=chosen.video,
            audio=chosen.audio if sound is not None else None,
        ) as writer,
        contextlib.closing(pictures(timeline, sources)) as frames,
    ):

        def write(finished: Frame, number: int) -> None:
            writer.add(finished)
            if sound is not None:
                writer.add_sound(np.asarray(sound[writer.samples : sample_at(number + 1, timeline.rate)]))

        with _in_order(write) as hand_over:
            for number, frame in enumerate(frames):
                if cancelled():
                    raise CancelledError(f"cutting {out.name} was cancelled after {number} of {total} frames")
                finished = burner.burn(overlays.draw(frame, number), number)
                hand_over(finished if mark is None else mark(finished), number)
                on_progress(Progress("cut", number + 1, total))
    return Cut(
        path=out,
        sha256=sha256_of(out),
        duration=float(timeline.seconds),
        items=_items(timeline, sources),
        loudness=loudness,
    )


@contextlib.contextmanager
def _in_order(write: Callable[[Frame, int], None]) -> Iterator[Callable[[Frame, int], None]]:
    """Frames are encoded in the order in which they come, on a thread of their own, while the next ones are made.

    What went wrong there is raised by the next call, or at the end; no frame is written after that.
    """
    waiting: deque[Future[None]] = deque()
    broken = threading.Event()

    def unless_broken(finished: Frame, number: int) -> None:
        if broken.is_set():
            return  # an encoder that failed to begin crashes the process when it is asked again
        try:
            write(finished, number)
        except BaseException:
            broken.set()
            raise

    with ThreadPoolExecutor(1, thread_name_prefix="encode") as encoder:

        def hand_over(finished: Frame, number: int) -> None:
            waiting.append(encoder.submit(unless_broken, finished, number))
            if len(waiting) > AHEAD:
                waiting.popleft().result()

        try:
            yield hand_over
            while waiting:
                waiting.popleft().result()
        except BaseException:
            encoder.shutdown(wait=True, cancel_futures=True)
            raise


def sources_of(timeline: Timeline, files: Mapping[str, Path]) -> dict[str, Source]:
    """Each take's file by SHA-256. Raises ``EditError`` for one that is missing, another, or of another shape."""
    sources: dict[str, Source] = {}
    for clip in timeline.clips:
        media = clip.source
        if not isinstance(media, Media):
            continue
        if media.sha256 not in sources:
            path = _verified(media.sha256, files, f"clip {clip.id}")
            source = sources[media.sha256] = probe(path)
            if (source.width, source.height) != (timeline.width, timeline.height) or source.fps != timeline.rate:
                raise EditError(
                    f"clip {clip.id} shows {path.name}, {source.width}x{source.height} at {float(source.fps):g} fps; the "
                    f"film is {timeline.width}x{timeline.height} at {float(timeline.rate):g}: render it alike"
                )
        if media.frames > sources[media.sha256].frames:
            raise EditError(
                f"clip {clip.id} counts on {media.frames} frames of {media.name}, which has "
                f"{sources[media.sha256].frames}; trim it again"
            )
    return sources


def _verified(sha256: str, files: Mapping[str, Path], what: str) -> Path:
    path = files.get(sha256)
    if path is None:
        raise EditError(f"no file was given for {what} ({sha256[:12]}…); hand over every file that the timeline names")
    try:
        found = sha256_of(path)
    except OSError as error:
        raise EditError(f"{path} can't be read for {what} ({error.strerror}); render it again") from error
    if found != sha256:
        raise EditError(
            f"{path.name} is not the file that {what} names: its SHA-256 is {found[:12]}…, not {sha256[:12]}…"
        )
    return path


def _items(timeline: Timeline, sources: Mapping[str, Source]) -> tuple[CutItem, ...]:
    """Where each take is seen, transitions included."""
    items, at = [], 0
    for n, clip in enumerate(timeline.clips):
        lead, trail = timeline.transitions[n], timeline.transitions[n + 1]
        first = at - (lead.before if lead.kind in OVERLAPPING else 0)
        end = at + clip.frames + (trail.after if trail.kind in OVERLAPPING else 0)
        if isinstance(clip.source, Media):
            path = sources[clip.source.sha256].path
            items.append(CutItem(path, float(first / timeline.rate), float(end / timeline.rate), clip.id))
        at += clip.frames
    return tuple(items)


def pictures(timeline: Timeline, sources: Mapping[str, Source]) -> Generator[Frame]:
    """All frames of the film in order, (height, width, 3) uint8 RGB, without titles and labels."""
    black = np.zeros((timeline.height, timeline.width, 3), np.uint8)
    with contextlib.ExitStack() as earlier:
        leaving: Iterator[Frame] = iter(())
        for n, clip in enumerate(timeline.clips):
            lead, trail = timeline.transitions[n], timeline.transitions[n + 1]
            with contextlib.ExitStack() as stack:
                first = clip.start - (lead.before if lead.kind in OVERLAPPING else 0)
                arriving = _frames(clip, first, timeline, sources, stack)
                position = 0
                if lead.kind in OVERLAPPING:
                    for k in range(lead.frames):
                        yield _crossed(next(leaving), next(arriving), lead, k)
                    position = lead.after
                earlier.close()
                ends = clip.frames - (trail.before if trail.kind in OVERLAPPING else 0)
                for k in range(position, ends):
                    frame = next(arriving)
                    light = min(
                        (k + 1) / lead.after if lead.kind == "fade" and lead.after else 1.0,
                        (clip.frames - k) / trail.before if trail.kind == "fade" and trail.before else 1.0,
                        1.0,
                    )
                    yield blend(black, frame, light) if light < 1.0 else frame
                leaving = arriving
                earlier.push(stack.pop_all())


def _frames(
    clip: Clip, first: int, timeline: Timeline, sources: Mapping[str, Source], stack: contextlib.ExitStack
) -> Iterator[Frame]:
    if isinstance(clip.source, Card):
        picture = card_picture(clip.source, timeline.width, timeline.height)
        return itertools.repeat(picture)
    return stack.enter_context(frames_from(sources[clip.source.sha256], first))


def card_picture(card: Card, width: int, height: int) -> Frame:
    """The card as a frame."""
    if card.kind == "title":
        return title_card(card.title, "\n".join(card.lines), width, height)
    if card.kind == "end":
        return end_card(card.lines, width, height)
    return np.zeros((height, width, 3), np.uint8)


def _crossed(a: Frame, b: Frame, transition: Transition, k: int) -> Frame:
    amount = (k + 1) / (transition.frames + 1)
    if transition.kind == "dissolve":
        return blend(a, b, amount)
    width = a.shape[1]
    across = (np.arange(width, dtype=np.float32) + 0.5) / width
    mask = np.clip((amount * (1 + _EDGE) - across) / _EDGE, 0.0, 1.0)[None, :, None]
    return np.asarray((a * (1.0 - mask) + b * mask + 0.5).astype(np.uint8))


def blend(a: Frame, b: Frame, amount: float) -> Frame:
    """``amount`` of ``b`` over ``a``."""
    mixed_frame = a.astype(np.float32) * (1.0 - amount) + b.astype(np.float32) * amount
    return np.asarray((mixed_frame + 0.5).astype(np.uint8))

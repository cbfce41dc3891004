"""What a viewer did, from what their player told: signals in any order, some of them twice, some of them lost.

A player tells where it is every few seconds (``beat``) and at each change. What arrives may come late, twice or not at
all; folding puts it in order, and claims no more than was told: a stretch between two signals counts as watched only
where the film can have run from the one to the other in the time that passed.

    >>> from generator.audience import Signal
    >>> told = [Signal("play", 0.0, 1, 100.0), Signal("beat", 5.0, 2, 105.0), Signal("leave", 7.5, 3, 107.5)]
    >>> viewing(told, viewer="Amber 7", film="f", duration=60.0).watched
    ((0.0, 7.5),)
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from generator.audience.signals import Comment, Reaction, Signal, Viewing

#: The fastest that a player runs (browsers offer up to twice), and seconds that clocks and buffers are forgiven.
FASTEST, SLACK_S = 2.0, 2.0
#: A moment this little outside the film is a player's rounding (its last frame's end), and is taken as the film's edge.
EDGE_S = 1.0
#: Jumps shorter than this are not meant: players seek by fractions of a second to show a frame.
LEAST_JUMP_S = 0.5
#: Somebody of whom nothing was heard for so long has left, though their page never said so (a lost connection, a battery).
SILENT_S = 1800.0


@dataclass(slots=True)
class _Run:
    """What was made out so far. ``here`` is the latest moment that is known, ``since`` where the stretch that runs began
    (``None``: paused), ``said`` when the latest signal was said."""

    duration: float
    here: float = 0.0
    since: float | None = None
    said: float = 0.0
    watched: list[tuple[float, float]] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    rewinds: list[tuple[float, float]] = field(default_factory=list)
    skips: list[tuple[float, float]] = field(default_factory=list)
    finished: bool = False
    left_at: float | None = None

    def reach(self, at: float, said: float) -> None:
        """The film runs, and is at ``at`` now. Where it can't have come there by running, a jump was lost: the stretch
        ends where it was last known to be, and another begins here."""
        if self.since is not None:
            passed = max(0.0, said - self.said)
            if self.here <= at <= self.here + passed * FASTEST + SLACK_S:
                self.here = at
                return
            self.stop()
        self.since = self.here = at

    def stop(self) -> None:
        if self.since is not None and self.here > self.since:
            self.watched.append((self.since, self.here))
        self.since = None

    def jump(self, at: float, to: float, said: float) -> None:
        running = self.since is not None
        if running:
            self.reach(at, said)
            self.stop()
        if at - to >= LEAST_JUMP_S:
            self.rewinds.append((at, to))
        elif to - at >= LEAST_JUMP_S:
            self.skips.append((at, to))
        self.here = to
        self.since = to if running else None


def viewing(
    signals: Iterable[Signal],
    *,
    viewer: str,
    film: str,
    duration: float,
    arm: str = "",
    groups: Mapping[str, str] | None = None,
    now: float | None = None,
) -> Viewing:
    """Fold one viewer's signals about one film of ``duration`` seconds. The same signals in another order, or some of them
    more than once, give the same viewing.

    What can't be (a time that is no number or lies outside the film by more than ``EDGE_S``, an end in the middle, a jump
    that leads nowhere, empty words) is left out and counted in ``ignored``. ``now`` (seconds since the epoch) is when the
    question is asked: whoever was silent for ``SILENT_S`` before it has left where they were last. Raises ``ValueError``
    for a duration that isn't a positive number.
    """
    if not (math.isfinite(duration) and duration > 0):
        raise ValueError(f"a film lasts a positive number of seconds, not {duration!r}")
    usable, ignored = _usable(signals, duration)
    run = _Run(duration)
    reactions: list[Reaction] = []
    comments: list[Comment] = []
    answers: dict[str, str] = {}
    choices: list[Reaction] = []
    for signal in usable:
        at, value = signal.at, signal.value.strip()
        match signal.kind:
            case "reaction" if value:
                reactions.append(Reaction(at, value))
            case "comment" if value:
                comments.append(Comment(at, value, viewer))
            case "choice" if value:
                choices.append(Reaction(at, value))
            case "answer" if "=" in value:
                question, _, answer = value.partition("=")
                answers[question.strip()] = answer.strip()
            case "reaction" | "comment" | "choice" | "answer":
                ignored += 1
            case _:
                ignored += not _move(run, signal)
    # ``said`` of the last signal of any kind: somebody who writes comments while the film stands still has not left.
    last = max((signal.said for signal in usable), default=0.0)
    silent = bool(usable) and now is not None and now - last > SILENT_S
    here = run.here
    run.stop()
    left_at = run.left_at if run.left_at is not None or not silent else here
    return Viewing(
        viewer=viewer,
        film=film,
        duration=duration,
        arm=arm,
        groups=dict(groups or {}),
        watched=tuple(run.watched),
        furthest=max((end for _, end in run.watched), default=0.0),
        finished=run.finished,
        left_at=None if run.finished else left_at,
        pauses=tuple(run.pauses),
        rewinds=tuple(run.rewinds),
        skips=tuple(run.skips),
        reactions=tuple(reactions),
        comments=tuple(comments),
        answers=answers,
        choices=tuple(choices),
        ignored=ignored,
    )


def _move(run: _Run, signal: Signal) -> bool:
    """Take one signal of the film's running into account; whether it could be."""
    at, said = signal.at, signal.said
    if signal.kind == "seek":
        if signal.to is None:
            return False
        run.jump(at, signal.to, said)
    elif signal.kind == "end":
        if at < run.duration - EDGE_S:
            return False
        run.reach(run.duration, said)
        run.stop()
        run.finished = True
    elif signal.kind == "play":
        if run.since is None:
            run.since = run.here = at
        else:
            run.reach(at, said)
    elif signal.kind == "beat":
        run.reach(at, said)
    else:  # pause, leave
        running = run.since is not None
        if running:
            run.reach(at, said)
            run.stop()
        run.here = at
        if signal.kind == "pause" and running and at < run.duration - EDGE_S:
            run.pauses.append(at)
    run.left_at = at if signal.kind == "leave" else None
    run.said = said
    return True


def _usable(signals: Iterable[Signal], duration: float) -> tuple[list[Signal], int]:
    """Each signal once, in order, its times within the film; and how many were left out."""
    kept: dict[Signal, None] = {}
    ignored: set[str] = set()
    for signal in signals:
        at, to = _within(signal.at, duration), None if signal.to is None else _within(signal.to, duration)
        if at is None or not math.isfinite(signal.said) or (signal.to is not None and to is None):
            ignored.add(repr(signal))  # not the signal itself: one with a time that is no number equals nothing
            continue
        kept[Signal(signal.kind, at, signal.seq, signal.said, to, signal.value)] = None
    ordered = sorted(kept, key=lambda s: (s.seq, s.said, s.kind, s.at, -1.0 if s.to is None else s.to, s.value))
    return ordered, len(ignored)


def _within(moment: float, duration: float) -> float | None:
    """The moment on the film, ``None`` where it lies outside."""
    if not math.isfinite(moment) or not -EDGE_S <= moment <= duration + EDGE_S:
        return None
    return min(max(moment, 0.0), duration)

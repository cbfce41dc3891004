"""Viewers invented by a known law, for tests and benches: what is estimated of them can be compared with the truth."""

from collections.abc import Sequence

import numpy as np

from generator.audience.signals import Comment, Reaction, Span, Viewing

FILM = "film-a"


def spans(count: int = 6, *, length: float = 30.0, kind: str = "scene") -> tuple[Span, ...]:
    return tuple(
        Span(f"{kind}-{place + 1}", kind, f"{kind.title()} {place + 1}", place * length, (place + 1) * length)  # type: ignore[arg-type]
        for place in range(count)
    )


def viewing(
    viewer: str,
    *,
    until: float,
    duration: float = 180.0,
    film: str = FILM,
    arm: str = "",
    running: bool = False,
    pauses: Sequence[float] = (),
    rewinds: Sequence[tuple[float, float]] = (),
    skips: Sequence[tuple[float, float]] = (),
    reactions: Sequence[tuple[float, str]] = (),
    comments: Sequence[tuple[float, str]] = (),
    groups: dict[str, str] | None = None,
    answers: dict[str, str] | None = None,
) -> Viewing:
    """Somebody who watched from the start ``until`` a moment: to the end, or left there, or is there now (``running``)."""
    finished = until >= duration
    return Viewing(
        viewer,
        film,
        duration,
        arm=arm,
        groups=groups or {},
        watched=((0.0, min(until, duration)),) if until > 0 else (),
        furthest=min(until, duration),
        finished=finished,
        left_at=None if finished or running else until,
        pauses=tuple(pauses),
        rewinds=tuple(rewinds),
        skips=tuple(skips),
        reactions=tuple(Reaction(at, name) for at, name in reactions),
        comments=tuple(Comment(at, text, viewer) for at, text in comments),
        answers=answers or {},
    )


def leaving(chance: np.random.Generator, hazards: Sequence[float], *, length: float = 30.0) -> float:
    """When somebody leaves whose hazard a minute is ``hazards[i]`` in the i-th span of ``length`` seconds; beyond the last
    one they have finished."""
    for place, hazard in enumerate(hazards):
        wait = chance.exponential(60 / hazard) if hazard > 0 else float("inf")
        if wait < length:
            return place * length + wait
    return len(hazards) * length + 1.0


def audience(
    chance: np.random.Generator,
    n: int,
    hazards: Sequence[float],
    *,
    rewind_rate: float = 0.0,
    spread: float = 0.0,
    running: float = 0.0,
) -> list[Viewing]:
    """``n`` viewers; each rewinds at a rate a minute, times a gamma of mean 1 and variance ``spread`` that is theirs, all
    to moments that are uniform over what they saw; a share ``running`` is still watching, at a uniform moment."""
    length, found = 30.0, []
    duration = len(hazards) * length
    for place in range(n):
        until = leaving(chance, hazards)
        stopped = chance.uniform(0, duration) if chance.random() < running else float("inf")
        own = chance.gamma(1 / spread, spread) if spread else 1.0
        seen = min(until, stopped, duration)
        times = chance.poisson(rewind_rate * own * seen / 60)
        found.append(
            viewing(
                f"v{place}",
                until=min(until, stopped),
                duration=duration,
                running=stopped < until,
                rewinds=[(seen, float(to)) for to in chance.uniform(0, seen, times)],
            )
        )
    return found

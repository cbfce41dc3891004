"""Everything that is known of a screening at one moment, as one JSON document that can be kept.

``insight(screened)`` puts the parts of this package together: the curve of each film, its spans, reactions, questions, the
comparison of arms, themes, groups, and what follows from them. The document is canonical data (no infinity, no NaN), so that
its digest stays what it was and a suggestion's evidence can be shown later as it was seen.
"""

from collections.abc import Sequence
from typing import Any

from generator.audience.comparison import compare_all, is_through, number, share_watched
from generator.audience.embedding import TextEmbedder
from generator.audience.engagement import FALSE_FINDINGS, read_spans
from generator.audience.groups import LEAST, compare_groups
from generator.audience.screened import FilmShown, Question, Screened
from generator.audience.signals import Comment, Viewing
from generator.audience.statistics import LEVEL, Estimate, mean, median, proportion
from generator.audience.suggestions import choose, suggest
from generator.audience.survival import Curve, watch_through
from generator.audience.themes import LEAST_VIEWERS, find_themes
from generator.errors import EmbeddingError

__all__ = ["FORMAT", "FilmShown", "Question", "Screened", "insight"]

FORMAT = "reelproof-insight/1"
#: Pieces that the film's length is cut into for the chart of reactions.
BINS = 40
#: Said where nothing reads comments.
NO_MODEL = "no model reads the comments here; install reelproof[cpu]"


def insight(
    screened: Screened, *, embedder: TextEmbedder | None = None, missing: str = NO_MODEL, level: float = LEVEL
) -> dict[str, Any]:
    """The document. ``arms`` of ``screened`` map letters to films. Without an embedder, or where it can't be read, themes
    say why they are ``missing``, and everything else stands."""
    films, suggestions = [], []
    for place, shown in enumerate(screened.films):
        own = [one for one in screened.viewings if one.film == shown.film]
        readings = read_spans(own, shown.spans, level=level)
        suggestions += suggest(shown.film, readings, place=place)
        curve = watch_through(own, level=level)
        shares = [share_watched(one) for one in own if one.watched and is_through(one)]
        films.append(
            {
                "film": shown.film,
                "label": shown.label,
                "duration": round(shown.duration, 3),
                "viewers": len(own),
                "curve": curve.as_dict(),
                "finished": _to_the_end(own, curve, level).as_dict(),
                "watched": mean(shares, lowest=0.0, highest=1.0, level=level).as_dict(),
                "left_at": median(
                    [one.left_at for one in own if one.left_at is not None and not one.finished], level=level
                ).as_dict(),
                "spans": [one.as_dict() for one in readings],
                "reactions": _timeline(own, shown.duration),
                "comments": sum(len(one.comments) for one in own),
            }
        )
    # what was drawn for a viewer; what they were shown besides (a variant) would count them twice
    drawn = [one for one in screened.viewings if not screened.arms or screened.arms.get(one.arm) == one.film]
    letters = [one for one in drawn if one.arm]
    compared = compare_all(letters, scales={one.id: one.scale for one in screened.questions if one.scale})
    suggestions += choose(compared, dict(screened.arms))
    groups = compare_groups(drawn, level=level)
    return {
        "format": FORMAT,
        "level": level,
        "false_findings": FALSE_FINDINGS,
        "viewers": len({one.viewer for one in screened.viewings}),
        "films": films,
        "comparisons": [one.as_dict() for one in compared],
        "questions": [_answers(one, screened.viewings, level) for one in screened.questions],
        "groups": {
            "least": LEAST,
            "readings": [
                {**one.as_dict(), "text": screened.groups.get(one.question, one.question)} for one in groups.readings
            ],
            "held_back": [screened.groups.get(one, one) for one in groups.held_back],
        },
        "themes": _themes(screened, embedder, missing, level),
        "suggestions": [one.as_dict() for one in suggestions],
    }


def _to_the_end(viewings: Sequence[Viewing], curve: Curve, level: float) -> Estimate:
    """The share of viewers who come to the end. While some are still watching it is the curve's: whoever leaves is known
    sooner than whoever stays, so that counting those who are through would make the film worse than it is."""
    if not curve.running:
        return proportion(curve.finished, curve.finished + curve.left, level=level)
    last = curve.at(max((one.duration for one in viewings), default=0.0))
    return Estimate(last.share, last.low, last.high, curve.n, "Kaplan–Meier", "share", level)


def _timeline(viewings: Sequence[Viewing], duration: float) -> dict[str, Any]:
    """Reactions by name, and how many people watched, in each of ``BINS`` equal pieces of the film. People who pressed, not
    presses: one of them can't draw a peak."""
    names = sorted({reaction.name for one in viewings for reaction in one.reactions})
    width = duration / BINS if duration > 0 else 1.0
    pressed = {name: [0] * BINS for name in names}
    watching = [0] * BINS
    for one in viewings:
        for name, place in {(each.name, min(BINS - 1, max(0, int(each.at / width)))) for each in one.reactions}:
            pressed[name][place] += 1
        for place in range(BINS):
            watching[place] += any(start < (place + 1) * width and end > place * width for start, end in one.watched)
    return {"seconds": round(width, 4), "people": pressed, "watching": watching}


def _answers(question: Question, viewings: Sequence[Viewing], level: float) -> dict[str, Any]:
    given = [one.answers[question.id] for one in viewings if one.answers.get(question.id, "") != ""]
    found: dict[str, Any] = {"id": question.id, "text": question.text, "n": len(given)}
    if question.scale is not None:
        lowest, highest = question.scale
        numbers = [value for value in map(number, given) if value is not None and lowest <= value <= highest]
        found["scale"] = [lowest, highest]
        found["mean"] = mean(numbers, lowest=lowest, highest=highest, level=level).as_dict()
        found["median"] = median(numbers, level=level).as_dict()
    elif question.choices:
        found["choices"] = [
            {"choice": choice, **proportion(given.count(choice), len(given), level=level).as_dict()}
            for choice in question.choices
        ]
    return found


def _themes(screened: Screened, embedder: TextEmbedder | None, missing: str, level: float) -> dict[str, Any]:
    comments = [comment for one in screened.viewings for comment in one.comments]
    for question in screened.questions:
        if question.scale is None and not question.choices:
            comments += [
                Comment(question.at if question.at is not None else one.duration, one.answers[question.id], one.viewer)
                for one in screened.viewings
                if one.answers.get(question.id)
            ]
    if embedder is not None:
        try:
            return {"least": LEAST_VIEWERS, "missing": "", **find_themes(comments, embedder, level=level).as_dict()}
        except EmbeddingError as error:
            missing = str(error)
    return {
        "least": LEAST_VIEWERS,
        "missing": missing,
        "themes": [],
        "comments": len(comments),
        "viewers": len({one.viewer for one in comments}),
        "unthemed": len(comments),
        "unread": 0,
        "embedder": "",
    }

"""What comments are about: groups of comments that mean alike, each with quotes, none with fewer than three people in it.

Comments become vectors (``embedding``); complete linkage joins them, so that no two of a theme lie further apart than
``APART``. That threshold is the rule for how many themes there are: it was chosen on a labelled set about one film and
measured on another about a different film (``tests/generator/comments.py``; adjusted Rand index 0.92 where it was chosen,
0.75 on the held-out set; the best threshold for TF-IDF vectors, chosen with hindsight, reaches 0.16 and 0.13).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy

from generator.audience.embedding import TextEmbedder
from generator.audience.quoting import quotable
from generator.audience.signals import Comment
from generator.audience.statistics import LEVEL, Estimate, proportion

#: Largest cosine distance within a theme.
APART = 0.85
#: People who must have said it: a theme of one or two is their own words under another name.
LEAST_VIEWERS = 3
#: Comments that are read, newest last: the distances of 2,000 take 32 MB and a second.
MOST_COMMENTS = 2000
QUOTES = 3


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of one ``viewer`` (a pseudonym) at a moment (seconds), as they wrote them save for addresses and numbers."""

    at: float
    text: str
    viewer: str


@dataclass(frozen=True, slots=True)
class Theme:
    """Comments that mean alike, from ``viewers`` different people. ``share`` is theirs among all who commented, ``moments``
    when it was said (seconds); the first quote is the one nearest to all others and stands for the theme."""

    quotes: tuple[Quote, ...]
    viewers: int
    comments: int
    share: Estimate
    moments: tuple[float, ...]

    def as_dict(self) -> dict[str, Any]:
        return {
            "quotes": [{"at": round(one.at, 3), "text": one.text, "viewer": one.viewer} for one in self.quotes],
            "viewers": self.viewers,
            "comments": self.comments,
            "share": self.share.as_dict(),
            "moments": [round(one, 3) for one in self.moments],
        }


@dataclass(frozen=True, slots=True)
class Themes:
    """Themes, those of most people first. ``unthemed`` comments belong to none that may be shown; ``unread`` were more than
    are read at once."""

    themes: tuple[Theme, ...]
    comments: int
    viewers: int
    unthemed: int
    unread: int
    embedder: str

    def as_dict(self) -> dict[str, Any]:
        return {
            "themes": [one.as_dict() for one in self.themes],
            "comments": self.comments,
            "viewers": self.viewers,
            "unthemed": self.unthemed,
            "unread": self.unread,
            "embedder": self.embedder,
        }


def find_themes(
    comments: Sequence[Comment],
    embedder: TextEmbedder,
    *,
    least_viewers: int = LEAST_VIEWERS,
    apart: float = APART,
    level: float = LEVEL,
) -> Themes:
    """Groups ``comments``; those without a letter are passed over. Raises ``EmbeddingError`` where the model can't be
    read."""
    wordy = [one for one in comments if any(sign.isalpha() for sign in one.text)]
    read = wordy[-MOST_COMMENTS:]
    everybody = len({one.viewer for one in wordy})
    if len(read) < 2:
        return Themes((), len(wordy), everybody, len(read), len(wordy) - len(read), embedder.name)
    vectors = embedder.embed([one.text for one in read]).astype(np.float64)
    labels = group(vectors, apart=apart)
    found = []
    for label in np.unique(labels):
        places = np.flatnonzero(labels == label)
        own = [read[place] for place in places]
        people = {one.viewer for one in own}
        if len(people) < least_viewers:
            continue
        nearness = (vectors[places] @ vectors[places].T).sum(axis=1)
        found.append(
            Theme(
                _quotes([own[place] for place in np.argsort(-nearness, kind="stable")]),
                len(people),
                len(own),
                proportion(len(people), everybody, level=level),
                tuple(sorted(one.at for one in own)),
            )
        )
    found.sort(key=lambda one: (-one.viewers, -one.comments, one.moments))
    themed = sum(one.comments for one in found)
    return Themes(tuple(found), len(wordy), everybody, len(read) - themed, len(wordy) - len(read), embedder.name)


def group(
    vectors: "np.ndarray[Any, np.dtype[np.float64]]", *, apart: float = APART
) -> "np.ndarray[Any, np.dtype[Any]]":
    """A label for each unit vector (n, d), n at least 2, by complete linkage of cosine distances."""
    distances = np.clip(1 - vectors @ vectors.T, 0.0, 2.0)
    np.fill_diagonal(distances, 0.0)
    tree = scipy.cluster.hierarchy.linkage(
        scipy.spatial.distance.squareform(distances, checks=False), method="complete"
    )
    return np.asarray(scipy.cluster.hierarchy.fcluster(tree, apart, criterion="distance"))


def _quotes(nearest_first: Sequence[Comment]) -> tuple[Quote, ...]:
    """Quotes of different people in different words."""
    heard: set[str] = set()
    quotes: list[Quote] = []
    for one in nearest_first:
        words = quotable(one.text).casefold()
        if len(quotes) < QUOTES and not heard & {one.viewer, words}:
            heard |= {one.viewer, words}
            quotes.append(Quote(one.at, quotable(one.text), one.viewer))
    return tuple(quotes)

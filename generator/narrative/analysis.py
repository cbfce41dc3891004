"""What can be measured of a screenplay: scenes and lengths, who speaks and with whom, how the feeling moves, how it reads.

>>> from generator.narrative import write_screenplay
>>> measured = analyse_script(write_screenplay("A keeper, Mara, finds a letter at dusk.", seed=7).to_fountain())
>>> len(measured.scenes), measured.characters[0].name
(3, 'MARA')
"""

import itertools
import re
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import numpy as np

from generator.narrative.fdx import parse_fdx
from generator.narrative.fountain import parse_fountain
from generator.narrative.material import sentiment_words
from generator.narrative.model import Scene, Screenplay
from generator.narrative.structures import structure

#: Points of an arc: as many as a reader can follow on a page.
ARC_POINTS = 41
#: Width of the window that smooths an arc, as a share of the script (Reagan et al. slide 10,000 words over whole books).
ARC_WINDOW = 0.2
#: Words a minute of speech, and of action on the screen: the page-a-minute rule (about 55 lines) taken apart.
SPOKEN_WPM, ACTION_WPM = 160, 190
#: The six shapes of Reagan, Mitchell, Kiley, Danforth and Dodds, "The emotional arcs of stories are dominated by six basic
#: shapes", EPJ Data Science 5:31, 2016, as half waves from beginning (0) to end (1).
SHAPES: Mapping[str, tuple[float, ...]] = {
    "rags to riches (rise)": (0, 1),
    "tragedy (fall)": (1, 0),
    "man in a hole (fall, rise)": (1, 0, 1),
    "Icarus (rise, fall)": (0, 1, 0),
    "Cinderella (rise, fall, rise)": (0, 1, 0, 1),
    "Oedipus (fall, rise, fall)": (1, 0, 1, 0),
}
_NEGATIONS = frozenset(
    (
        "not",
        "no",
        "never",
        "without",
        "nobody",
        "neither",
        "nor",
        "hardly",
        "don't",
        "doesn't",
        "didn't",
        "isn't",
        "wasn't",
        "can't",
        "won't",
        "couldn't",
        "wouldn't",
    )
)


@dataclass(frozen=True, slots=True)
class SceneMeasure:
    """A scene: ``words`` told, ``spoken`` of them said, ``seconds`` on the screen (estimated), ``sentiment`` from -1 to 1,
    ``begins`` its place in the script (0 to 1), ``beat`` as the script says or as its place suggests (then in brackets)."""

    number: int
    heading: str
    words: int
    spoken: int
    seconds: float
    sentiment: float
    begins: float
    beat: str
    characters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CharacterMeasure:
    """Somebody who speaks or is there: ``share`` of all spoken words, and three centralities in the network of who is in a
    scene with whom, each 0 to 1 (Freeman, "Centrality in social networks", 1978; betweenness by Brandes, 2001)."""

    name: str
    lines: int
    words: int
    share: float
    scenes: int
    degree: float
    closeness: float
    betweenness: float
    mean_line: float


@dataclass(frozen=True, slots=True)
class ScriptAnalysis:
    """All that was measured of one script. ``pairs``: scenes that two people share. ``reading_ease``: Flesch 1948, about 0
    (hard) to 100 (easy), of action and dialogue together."""

    title: str
    licence: str
    structure: str
    scenes: tuple[SceneMeasure, ...]
    characters: tuple[CharacterMeasure, ...]
    pairs: tuple[tuple[str, str, int], ...]
    arc: tuple[float, ...]
    shape: str
    shape_fit: float
    words: int
    dialogue_share: float
    seconds: float
    reading_ease: float
    mean_sentence: float

    def as_dict(self) -> dict[str, Any]:
        """Values for JSON, figures rounded to what they are worth."""
        rounded: dict[str, Any] = _rounded(asdict(self))
        return rounded


def analyse_script(text: str | bytes | Screenplay, *, licence: str = "") -> ScriptAnalysis:
    """Measures one script (Fountain text, Final Draft bytes or a screenplay). Raises ``ScreenplayError``."""
    if isinstance(text, Screenplay):
        screenplay = text
    else:
        head = text[:400]
        final_draft = (b"<FinalDraft" in head) if isinstance(head, bytes) else ("<FinalDraft" in head)
        plain = text.decode("utf-8-sig", "replace") if isinstance(text, bytes) and not final_draft else text
        screenplay = parse_fdx(plain) if final_draft else parse_fountain(str(plain))
    told = [_told(scene) for scene in screenplay.scenes]
    words = [len(_words(action)) + len(_words(said)) for action, said in told]
    total = max(sum(words), 1)
    begins = np.concatenate([[0], np.cumsum(words)[:-1]]) / total
    present = [_present(scene, screenplay) for scene in screenplay.scenes]
    scenes = tuple(
        SceneMeasure(
            number + 1,
            str(scene.heading),
            words[number],
            len(_words(said)),
            60 * (len(_words(said)) / SPOKEN_WPM + len(_words(action)) / ACTION_WPM),
            sentiment(f"{action} {said}"),
            float(begins[number]),
            scene.beat or f"({_beat_at(float(begins[number]))})",
            present[number],
        )
        for number, (scene, (action, said)) in enumerate(zip(screenplay.scenes, told, strict=True))
    )
    pairs = Counter(pair for people in present for pair in itertools.combinations(sorted(people), 2))
    everything = " ".join(f"{action} {said}" for action, said in told)
    arc = _arc(everything)
    shape, fit = _shape(arc)
    ease, mean_sentence = readability(everything)
    spoken = sum(scene.spoken for scene in scenes)
    return ScriptAnalysis(
        screenplay.title,
        licence,
        screenplay.structure,
        scenes,
        _characters(screenplay, present, pairs),
        tuple((a, b, n) for (a, b), n in sorted(pairs.items(), key=lambda item: (-item[1], item[0]))),
        tuple(arc),
        shape,
        fit,
        sum(words),
        spoken / total,
        sum(scene.seconds for scene in scenes),
        ease,
        mean_sentence,
    )


def sentiment(text: str) -> float:
    """Mean weight of the words that the lexicon knows, -1 to 1; a negation up to two words before turns a word's sign. 0
    where it knows none."""
    values = _values(_words(text))
    known = [value for value in values if value]
    return float(np.clip(np.mean(known) / 2, -1, 1)) if known else 0.0


def _values(words: Sequence[str]) -> list[float]:
    table, found = sentiment_words(), []
    for place, word in enumerate(words):
        value = next((table[form] for form in _forms(word) if form in table), 0)
        turned = value > 0 and any(before in _NEGATIONS for before in words[max(0, place - 2) : place])
        found.append(float(-value if turned else value))
    return found


@cache
def _forms(word: str) -> tuple[str, ...]:
    forms = [word]
    for ending, instead in (
        ("ies", "y"),
        ("es", ""),
        ("s", ""),
        ("ied", "y"),
        ("ed", ""),
        ("ed", "e"),
        ("ing", ""),
        ("ing", "e"),
        ("ly", ""),
    ):
        if word.endswith(ending) and len(word) - len(ending) > 2:
            forms.append(word.removesuffix(ending) + instead)
    return tuple(forms)


def readability(text: str) -> tuple[float, float]:
    """Reading ease (Flesch, "A new readability yardstick", 1948) and the mean length of a sentence in words."""
    words = _words(text)
    sentences = max(len(re.findall(r"[^.!?…]*\w[^.!?…]*[.!?…]+", text)), 1)
    if not words:
        return 0.0, 0.0
    syllables = sum(_syllables(word) for word in words)
    mean = len(words) / sentences
    return 206.835 - 1.015 * mean - 84.6 * syllables / len(words), mean


def _syllables(word: str) -> int:
    """Groups of vowels, a silent e left out: right for about nine English words in ten."""
    groups = len(re.findall(r"[aeiouyäöüéèà]+", word))
    silent = word.endswith("e") and not word.endswith(("le", "ee")) and groups > 1
    return max(groups - silent, 1)


def _words(text: str) -> list[str]:
    return [word.replace("’", "'").lower() for word in re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*", text)]


def _told(scene: Scene) -> tuple[str, str]:
    action = " ".join(e.text for e in scene.elements if e.kind in ("action", "centered"))
    return action, " ".join(e.text for e in scene.elements if e.kind in ("dialogue", "lyric"))


def _present(scene: Scene, screenplay: Screenplay) -> tuple[str, ...]:
    """Who speaks in a scene, or is named in its action."""
    action = " ".join(e.text for e in scene.elements if e.kind == "action").casefold()
    named = [n for n in screenplay.characters if re.search(rf"(?<!\w){re.escape(n.casefold())}(?!\w)", action)]
    return tuple(dict.fromkeys([*scene.characters, *named]))


def _beat_at(place: float) -> str:
    return min(structure("three-act").beats, key=lambda beat: abs(beat.at - place)).name


def _characters(
    screenplay: Screenplay, present: Sequence[Sequence[str]], pairs: Mapping[tuple[str, str], int]
) -> tuple[CharacterMeasure, ...]:
    names = [name for name in screenplay.characters if any(name in people for people in present)]
    lines = Counter(e.character for s in screenplay.scenes for e in s.elements if e.kind == "dialogue")
    said: Counter[str] = Counter()
    for scene in screenplay.scenes:
        for element in scene.elements:
            if element.kind == "dialogue":
                said[element.character] += len(_words(element.text))
    total = max(said.total(), 1)
    near: dict[str, set[str]] = {name: set() for name in names}
    for a, b in pairs:
        near[a].add(b)
        near[b].add(a)
    between, close = _centralities(near)
    found = [
        CharacterMeasure(
            name,
            lines[name],
            said[name],
            said[name] / total,
            sum(name in people for people in present),
            len(near[name]) / max(len(names) - 1, 1),
            close[name],
            between[name],
            said[name] / max(lines[name], 1),
        )
        for name in names
    ]
    return tuple(sorted(found, key=lambda person: (-person.words, person.name)))


def _centralities(near: Mapping[str, set[str]]) -> tuple[dict[str, float], dict[str, float]]:
    """Betweenness and closeness of an unweighted network, normalised to 0 to 1 (closeness after Wasserman and Faust)."""
    between, close = dict.fromkeys(near, 0.0), dict.fromkeys(near, 0.0)
    for source in near:
        order: list[str] = []
        before: dict[str, list[str]] = {name: [] for name in near}
        paths, far = dict.fromkeys(near, 0.0), {source: 0}
        paths[source] = 1.0
        queue = deque([source])
        while queue:
            current = queue.popleft()
            order.append(current)
            for other in sorted(near[current]):
                if other not in far:
                    far[other] = far[current] + 1
                    queue.append(other)
                if far[other] == far[current] + 1:
                    paths[other] += paths[current]
                    before[other].append(current)
        reach, count = sum(far.values()), len(near)
        if reach and count > 1:
            close[source] = (len(far) - 1) / reach * (len(far) - 1) / (count - 1)
        share = dict.fromkeys(near, 0.0)
        for current in reversed(order):
            for other in before[current]:
                share[other] += paths[other] / paths[current] * (1 + share[current])
            if current != source:
                between[current] += share[current]
    scale = (len(near) - 1) * (len(near) - 2)
    return ({name: value / scale if scale > 0 else 0.0 for name, value in between.items()}, close)


def _arc(text: str) -> list[float]:
    """Mean weight of the known words in a window that slides over the script, at ``ARC_POINTS`` places, -1 to 1."""
    values = np.array(_values(_words(text)) or [0.0])
    half = max(int(len(values) * ARC_WINDOW / 2), 1)
    found = []
    for place in np.linspace(0, len(values) - 1, ARC_POINTS).astype(int):
        window = values[max(0, place - half) : place + half + 1]
        known = window[window != 0]
        found.append(float(np.clip(known.mean() / 2, -1, 1)) if len(known) else 0.0)
    return found


def _shape(arc: Sequence[float]) -> tuple[str, float]:
    """The one of ``SHAPES`` that an arc is most like, and their correlation (-1 to 1); "flat" where it does not move."""
    curve = np.array(arc)
    if float(np.ptp(curve)) < 0.05:
        return "flat", 0.0
    grid = np.linspace(0, 1, len(curve))
    fits = {}
    for name, knots in SHAPES.items():
        place = grid * (len(knots) - 1)
        low = np.minimum(place.astype(int), len(knots) - 2)
        ease = (1 - np.cos(np.pi * (place - low))) / 2
        at = np.array(knots, float)
        fits[name] = float(np.corrcoef(curve, at[low] + (at[low + 1] - at[low]) * ease)[0, 1])
    best = max(fits, key=lambda name: fits[name])
    return best, fits[best]


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value

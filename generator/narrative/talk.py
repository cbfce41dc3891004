"""Lines that are said: a voice's way of doing what a line does, and never the same sentence twice."""

import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from generator.narrative import material
from generator.narrative.fountain import plain

_SENTENCE = re.compile(r"[^.!?…]+")
#: What is said instead where a voice has said all that it has for an act; nothing, where this runs out too.
_INSTEAD: Mapping[str, tuple[str, ...]] = {
    "ask": ("press",),
    "press": ("ask", "doubt"),
    "refuse": ("doubt", "no"),
    "propose": ("bargain",),
    "warn": ("doubt",),
    "doubt": ("deflect",),
    "deflect": ("joke",),
    "joke": ("deflect",),
    "giveIn": ("yes",),
    "no": ("refuse",),
    "accuse": ("press",),
    "comfort": ("promise",),
    "promise": ("comfort",),
    "greet": ("deflect", "ask"),
    "bye": ("promise",),
    "hurry": ("warn",),
    "alone": ("deflect",),
    "loss": ("alone",),
}
#: Which voices suit which roles of a brief; the first that nobody has yet.
_ROLES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"\b(?:boy|girl|child|kid|little \w+)\b", ("child", "hedger", "asker")),
    (r"\b(?:daughter|son|granddaughter|grandson)\b", ("asker", "wag", "hedger")),
    (
        r"\b(?:captain|detective|officer|inspector|king|queen|guard|judge|driver|controller|boss|chef)\b",
        ("boss", "plain"),
    ),
    (
        r"\b(?:astronomer|scientist|engineer|clockmaker|watchmaker|pilot|robot|mechanic|geologist|cosmonaut)\b",
        ("counter", "formal"),
    ),
    (r"\b(?:teacher|librarian|priest|lawyer|doctor|archivist|nun|monk|butler|critic|clerk)\b", ("formal", "counter")),
    (r"\b(?:grandmother|grandfather|old|elderly|fisherman|shepherd|farmer|ferryman|beekeeper)\b", ("teller", "plain")),
    (r"\b(?:baker|neighbour|neighbor|aunt|uncle|postman|waiter|waitress|gardener|flatmate)\b", ("talker", "wag")),
    (r"\b(?:keeper|widow|widower|sailor|hunter|miner|carpenter|smith|stranger)\b", ("plain", "teller", "asker")),
    (r"\b(?:student|apprentice|young|friend|courier|photographer|journalist)\b", ("asker", "hedger", "wag")),
)


class Deck:
    """Deals each sentence once: what has been written in a screenplay is not written in it again."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._used: set[str] = set()

    def take(self, text: str) -> bool:
        """Marks a text's sentences as written; False, and nothing marked, if one of them has been written before."""
        keys = [key for part in _SENTENCE.findall(text) if (key := _key(part))]
        if any(key in self._used for key in keys) or len(set(keys)) < len(keys):
            return False
        self._used.update(keys)
        return True

    def draw(self, variants: Iterable[str]) -> str:
        """One of the variants that has not been written yet; empty if all have been."""
        options = [plain(variant) for variant in variants]
        for place in self._rng.permutation(len(options)):
            if self.take(options[place]):
                return str(options[place])
        return ""

    def said(
        self,
        voice: str,
        act: str,
        fill: Mapping[str, str],
        content: Iterable[str] = (),
        *,
        avoid: Sequence[re.Pattern[str]] = (),
    ) -> str:
        """What ``voice`` says to do ``act``, with one sentence of ``content`` after it; empty if there is nothing left."""
        table = material.voices()[voice]
        content = list(content)
        follow = ""
        if content:
            follow = self.draw(filled(text, fill) for text in content)
            if not follow:  # all that is known has been told
                return self.said(voice, "deflect", fill, avoid=avoid) if act == "tell" else ""
        for name in (act, *_INSTEAD.get(act, ())):
            options = [_clean(filled(text, fill)) for text in table.get(name, ())]
            lead = self.draw(
                text for text in options if not any(pattern.search(text) for pattern in avoid)
            ) or self.draw(options)
            if lead:
                break
        if lead.endswith(",") and follow:
            follow = follow if follow.startswith(("I ", "I'")) else follow[:1].lower() + follow[1:]
        return f"{lead} {follow}".strip()


def filled(text: str, fill: Mapping[str, str]) -> str:
    """A line with its slots filled. Slots that are unknown stay an error of ours: ``KeyError``."""
    return re.sub(r"\{(\w+)\}", lambda match: str(fill[match.group(1)]), text)


def cast_voices(roles: Iterable[str], rng: np.random.Generator, *, form: str = "") -> tuple[str, ...]:
    """A voice for each role, no two alike while there are enough, and the child's only for children."""
    given: list[str] = []
    every = [name for name in material.voices() if name != "child"]
    for role in roles:
        fitting = [voice for pattern, group in _ROLES if re.search(pattern, role.lower()) for voice in group]
        if form == "comedy" and "child" not in fitting[:1]:
            fitting = ["wag", "talker", "hedger", "formal"]
            rng.shuffle(fitting)
        if form == "documentary" and not role:
            fitting = ["teller", "plain"]
        if form == "children" and "child" not in fitting[:1]:
            fitting = ["hedger", "talker", "plain"]
        rest = [every[place] for place in rng.permutation(len(every))]
        given.append(next((voice for voice in (*fitting, *rest) if voice not in given), rest[0]))
    return tuple(given)


def _key(sentence: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", sentence.casefold()))


def _clean(text: str) -> str:
    return re.sub(r"\s+([,.!?])", r"\1", text)

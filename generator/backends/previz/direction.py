"""Direction: who does what in a shot. The verbs of its description become deeds of its people and animals."""

import re
from dataclasses import dataclass

from generator.lexicon import ANIMALS, PROPS, hits, words
from generator.shots.model import ShotRequest

#: Deeds and the words that mean them, in whatever form a screenplay uses.
DEEDS: dict[str, str] = {
    "run": "run runs running race races racing rush rushes hurry hurries flee flees chase chases sprint sprints gallop "
    "gallops escape escapes dash dashes hunts leaps",
    "walk": "walk walks walking cross crosses wander wanders stride strides step steps come comes leave leaves arrive "
    "arrives return returns enter enters follow follows approach approaches pass passes pace paces climb climbs trot "
    "trots hikes",
    "sit": "sit sits sitting seated",
    "kneel": "kneel kneels kneeling crouch crouches stoop stoops squats bends",
    "wave": "wave waves waving greet greets greeting beckons",
    "point": "point points pointing",
    "read": "read reads reading",
    "hold": "hold holds holding carry carries lift lifts raise raises show shows clutch clutches unfold unfolds pick picks "
    "take takes open opens find finds turns study studies bring brings",
    "reach": "reach reaches give gives offer offers touch touches knock knocks embrace embraces hug hugs",
    "gaze": "gaze gazes stare stares",
    "turn": "turn turns turned",
    "look": "look looks watch watches glance glances listen listens search searches peer peers wait waits waiting",
    "drink": "drink drinks sip sips",
    "play": "play plays playing",
    "row": "row rows rowing paddle paddles",
    "ride": "ride rides riding cycle cycles cycling pedal pedals",
    "bow": "bow bows mourn mourns weep weeps pray prays sob sobs grieves",
    "dance": "dance dances dancing",
    "laugh": "laugh laughs laughing smile smiles",
    "call": "call calls shout shouts yell yells cry cries sing sings",
    "work": "knead kneads bake bakes cook cooks write writes paint paints dig digs repair repairs mend mends work works "
    "hammer hammers",
    "graze": "graze grazes eats eat drinks sniffs",
    "lie": "lie lies lying sleep sleeps sleeping rests",
    "fly": "fly flies flying circle circles soar soars",
}
_BY_WORD = {form: deed for deed, forms in DEEDS.items() for form in words(forms)}
#: Deeds of the legs; the others belong to arms and head and can be done meanwhile.
LEGS = frozenset(["run", "walk", "sit", "kneel", "row", "ride", "dance", "graze", "lie", "fly"])
_ALL_OF_THEM = frozenset(["they", "both", "together", "everyone", "all"])
_PRONOUNS = frozenset(["he", "she", *_ALL_OF_THEM])
#: After one of these a word is a noun: "a row of names", "the work goes on", "her walk".
_DETERMINERS = frozenset(
    ["a", "an", "the", "his", "her", "their", "its", "my", "your", "our", "no", "one", "first", "last"]
)
#: How many words after "holds" a thing may be named.
_NEAR = 6


@dataclass(frozen=True, slots=True)
class Part:
    """What one performer does in a shot: deeds in order, the prop in hand ("" for none), and when it speaks (shares of
    the shot, 0..1)."""

    deeds: tuple[str, ...] = ()
    prop: str = ""
    speaks: tuple[tuple[float, float], ...] = ()

    def legs(self) -> tuple[str, ...]:
        return tuple(deed for deed in self.deeds if deed in LEGS)

    def arms(self) -> tuple[str, ...]:
        return tuple(deed for deed in self.deeds if deed not in LEGS)


@dataclass(frozen=True, slots=True)
class _Token:
    """A lower-case word, where it starts, and whether it opens a sentence."""

    word: str
    at: int
    opens: bool


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    end = 0
    for match in re.finditer(r"[^\W\d_]+", text):
        opens = not found or any(mark in ".!?;:" for mark in text[end : match.start()])
        found.append(_Token(match.group().lower(), match.start(), opens))
        end = match.end()
    return found


def _meant(word: str, thing: str, later: list[str]) -> str:
    """The deed that a word means, given the thing named soon after it and the words that follow; "" for none."""
    deed = _BY_WORD.get(word, "")
    if deed == "hold" and not thing:
        # "the desert holds its warmth": nothing to hold
        return "turn" if word.startswith("turn") else ("look" if word.startswith(("find", "stud")) else "")
    if deed == "turn" and thing:
        return "hold"
    return "gaze" if deed == "look" and "up" in later else deed


def direct(shot: ShotRequest) -> dict[str, Part]:
    """The part of each character and each animal of the shot, by name (characters as in ``shot.characters``)."""
    cast = list(shot.characters)
    names = {word: name for name in reversed(cast) for word in words(name) if len(word) > 2}
    for name, role in reversed(list(zip(cast, shot.roles, strict=True))):
        trade = words(role)[-1:] or [""]
        names.setdefault(trade[0], name)
    animals = {hit.position: hit.name for hit in hits(shot.description, ANIMALS)}
    things = {hit.position: hit.name for hit in hits(shot.description, {name: name for name in PROPS})}
    deeds: dict[str, list[str]] = {}
    props: dict[str, str] = {}
    last = [shot.focus if shot.focus in cast else (cast[0] if cast else "")]
    tokens = _tokens(shot.description)
    current, joined, before = last, False, ""
    for number, token in enumerate(tokens):
        who = names.get(token.word) or animals.get(token.at)
        if token.opens:
            # "Waves to the boat." is about whoever was meant last; a sentence about the weather moves nobody
            current = last if token.word in _BY_WORD else []
        if who:
            current = [*current, who] if joined and who not in current else [who]
        elif token.word in _ALL_OF_THEM:
            current = cast or last
        elif token.word in _PRONOUNS:
            current = last
        last = current or last
        joined = token.word == "and" and (names.get(before) or animals.get(tokens[number - 1].at)) in current
        later = tokens[number + 1 : number + 1 + _NEAR]
        thing = next((things[one.at] for one in later if one.at in things), "")
        deed = "" if who or before in _DETERMINERS else _meant(token.word, thing, [one.word for one in later[:2]])
        before = token.word
        for name in current:
            if deed and name:
                deeds.setdefault(name, []).append(deed)
                if thing and deed in ("hold", "read", "play", "reach"):
                    props[name] = thing
    _from_roles(shot, deeds)
    spoken = _turns(shot)
    everyone = dict.fromkeys([*cast, *deeds, *spoken])
    return {
        name: Part(tuple(dict.fromkeys(deeds.get(name, ())))[:3], props.get(name, ""), tuple(spoken.get(name, ())))
        for name in everyone
    }


def _from_roles(shot: ShotRequest, deeds: dict[str, list[str]]) -> None:
    """A cyclist out of doors cycles, whatever else a shot says."""
    for name, role in zip(shot.characters, shot.roles, strict=True):
        if "cyclist" in words(role) and not shot.interior and "sit" not in deeds.get(name, ()):
            deeds.setdefault(name, []).insert(0, "ride")


def _turns(shot: ShotRequest) -> dict[str, list[tuple[float, float]]]:
    """Shares of the shot in which each character speaks, by the length of the lines, with a breath between them."""
    total = sum(len(line.text) + 6 for line in shot.dialogue)
    spoken: dict[str, list[tuple[float, float]]] = {}
    at = 0
    for line in shot.dialogue:
        end = at + len(line.text)
        spoken.setdefault(line.character, []).append((0.05 + 0.9 * at / total, 0.05 + 0.9 * end / total))
        at = end + 6
    return spoken

"""Reading a brief: who, where, when, in what weather, with what, against what. Words are kept as the brief has them."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from generator import lexicon
from generator.errors import BriefError
from generator.narrative.fountain import plain
from generator.narrative.subjects import refuse

#: A brief is one paragraph; a page of text is a treatment and belongs to a person.
MIN_CHARACTERS, MAX_CHARACTERS = 12, 4000

_SCENE = re.compile(r"^[ \t]*(?:\d+[A-Z]?[. ]+)?(?:INT|EXT|INT\./EXT|I/E)[. ]+\S", re.MULTILINE)
_TAG = re.compile(r"<\s*[/!?a-zA-Z][^>]{0,400}>")
#: People by what they do or are; the word before (old, young, retired ...) belongs to the role.
ROLES = frozenset(
    lexicon.words("""
    keeper fisherman fisherwoman sailor captain detective woman man girl boy child daughter son mother father
    sister brother grandmother grandfather widow widower teacher doctor nurse soldier farmer baker clockmaker
    watchmaker musician violinist cellist pianist singer dancer courier driver pilot astronomer scientist
    painter photographer writer poet librarian student stranger traveller traveler wanderer thief priest nun
    monk shepherd engineer mechanic conductor postman postwoman gardener cook waitress waiter actor actress
    journalist inspector officer guard prisoner king queen hunter diver climber miner carpenter smith
    cartographer geologist botanist translator lawyer judge neighbour neighbor friend lover husband wife uncle
    aunt cousin granddaughter grandson robot nomad merchant ferryman caretaker archivist commander
    bride groom beekeeper chef apprentice cosmonaut astronaut
    boss colleague butcher tailor barber cleaner programmer android wizard witch princess prince knight explorer
    """)
)
_ROLE_ADJECTIVES = frozenset(
    lexicon.words("""
    old young elderly retired lonely ageing aging little blind deaf quiet tired stubborn weary local former lost
    mysterious proud shy lighthouse train bus taxi truck street night factory school village
    """)
)
_NOT_NAMES = frozenset(
    lexicon.words("""
    a an the in on at by for from to of and but or as when while after before until with without every each one
    two three she he they it her his their its there here this that these those if then now once during under
    over near inside outside behind beyond into across only just even so because though although however
    meanwhile eventually finally suddenly today tonight yesterday tomorrow monday tuesday wednesday thursday
    friday saturday sunday january february march april may june july august september october november december
    spring summer autumn winter christmas north south east west english french german what who why how where i
    we you my our your not no yes all both far deep high low late early soon alone old young last first make
    show film write tell set create mars earth moon venus jupiter saturn
    """)
)
_TURNING = re.compile(
    r"\b(?:but|yet|until|before|unless|although|though|when|must|without|despite|however|while|because|after|as)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Person:
    """A character: the cue that Fountain shows, the name or noun as prose says it, and the role in the brief's words."""

    cue: str
    spoken: str
    role: str


@dataclass(frozen=True, slots=True)
class Place:
    """A place as the brief names it (``abandoned lighthouse``), its kind in the lexicon, whether it has a roof."""

    label: str
    kind: str
    interior: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found in a brief, each list in the order of mention."""

    text: str
    sentences: tuple[str, ...]
    people: tuple[Person, ...]
    places: tuple[Place, ...]
    things: tuple[tuple[str, str], ...]
    lights: tuple[str, ...]
    weather: str
    mood: str
    turning: str


def read_brief(brief: str, *, cleared: Collection[str] = ()) -> Reading:
    """Reads a brief. Raises ``BriefError`` in one line if it is empty, too long, or not plain text, and ``SubjectError``
    if it asks for somebody protected who is not among the names ``cleared`` by a grant or a licence."""
    text = _checked(brief)
    refuse(text, cleared=cleared)
    sentences = tuple(part.strip() for part in re.split(r"(?<=[.!?…؟。])\s+", text) if re.search(r"\w", part))
    return Reading(
        text=text,
        sentences=sentences,
        people=_people(text),
        places=_places(text),
        things=_things(text),
        lights=lexicon.names(text, lexicon.LIGHTS),
        weather=lexicon.strongest(text, lexicon.WEATHERS, "cloudy"),
        mood=lexicon.strongest(text, lexicon.MOODS, "neutral"),
        turning=_turning(sentences),
    )


def shortened(brief: str) -> str:
    """As much of a text as a brief may hold, to the end of a sentence where one ends in its second half."""
    part = brief.strip()[:MAX_CHARACTERS]
    if len(brief.strip()) <= MAX_CHARACTERS:
        return part
    end = max(part.rfind(mark) for mark in (". ", "! ", "? ", ".\n", "!\n", "?\n"))
    return part[: end + 1] if end > MAX_CHARACTERS // 2 else part.rsplit(None, 1)[0]


def looks_like_screenplay(text: str) -> int:
    """How many scenes a text would have if it was read as a screenplay; 0 if it doesn't look like one."""
    scenes = len(_SCENE.findall(text))
    return scenes if scenes >= 3 or (scenes and scenes * 1500 > len(text)) else 0


def _checked(brief: str) -> str:
    if not isinstance(brief, str):
        raise BriefError(f"a brief is text, not {type(brief).__name__}; write one paragraph")
    if len(brief) > MAX_CHARACTERS and (scenes := looks_like_screenplay(brief)):
        raise BriefError(
            f"the brief has {len(brief)} characters (at most {MAX_CHARACTERS} are read) and looks like a screenplay of "
            f"{scenes} scenes; read it as a screenplay instead"
        )
    if len(brief) > MAX_CHARACTERS:
        raise BriefError(
            f"the brief has {len(brief)} characters; at most {MAX_CHARACTERS} are read, so shorten it to one paragraph"
        )
    for char in brief:
        if unicodedata.category(char) in ("Cc", "Cs", "Co", "Cn") and char not in "\n\r\t":
            raise BriefError(f"the brief holds the control character U+{ord(char):04X}; paste it as plain text")
    if tag := _TAG.search(brief):
        raise BriefError(f"the brief holds markup ({tag.group()[:24]!r}); paste it as plain text")
    text = plain(brief)
    if len(text) < MIN_CHARACTERS or len(re.findall(r"[^\W\d_]{1,}", text)) < 2:
        raise BriefError("the brief is empty or too short; say in a sentence or two who, where and what happens")
    return text


def _people(text: str) -> tuple[Person, ...]:
    found: list[tuple[int, Person]] = []
    claimed: set[int] = set()
    for match in re.finditer(r"(?<![\w'’-])([A-Z][a-zà-öø-ÿ'’]+)(?:\s+([A-Z][a-zà-öø-ÿ'’]+))?", text):
        first = match.group(1).removesuffix("'s").removesuffix("’s")
        if first.lower() in _NOT_NAMES or _known(first):
            continue
        opens = match.start() == 0 or text[: match.start()].rstrip()[-1:] in ".!?"
        if opens and not re.match(r"\s*(?:,|and\b|is\b|has\b|was\b|\w+s\b)", text[match.end() :]):
            continue
        before = text[: match.start()].rstrip().lower()
        if re.search(
            r"\b(?:in|of|at|on|near|to|from|outside|above|below|over|under|beyond|around|"
            r"orbiting|orbits|towards?|across|through|leaves|"
            r"past|called the|island of|town of|village of|city of|off)$",
            before,
        ):
            continue
        if any(person.spoken == first for _, person in found):
            continue
        role, where = _role_near(text, match.start(), match.end())
        if where >= 0:
            claimed.add(where)
        found.append((match.start(), Person(first.upper(), first, role)))
    for match in re.finditer(r"[^\W\d_]+", text):
        word = match.group().lower()
        singular = word.removesuffix("s")
        if (word not in ROLES and singular not in ROLES) or match.start() in claimed:
            continue
        after = text[match.end() : match.end() + 24].lower()
        if re.match(r"['’]s?\b|\s+(?:who|that)\s+(?:never|once|died|left|vanished)|\s+of\b", after):
            continue
        phrase = _role_phrase(text, match.start(), singular if word not in ROLES else word)
        if word not in ROLES and re.search(
            r"\b(?:two|three|four|several|both|the)\s+(?:\w+\s+)?$", text[: match.start()].lower()
        ):
            for age in ("older", "younger"):
                found.append(
                    (match.start(), Person(f"{age} {phrase}".upper(), f"the {age} {phrase}", f"{age} {phrase}"))
                )
            continue
        cue = phrase.upper()
        if any(person.cue == cue or person.role.split()[-1:] == phrase.split()[-1:] for _, person in found):
            continue
        found.append((match.start(), Person(cue, f"the {phrase}", phrase)))
    found.sort(key=lambda item: item[0])
    return tuple(person for _, person in found[:4])


def _known(word: str) -> bool:
    return any(
        lexicon.hits(word, table)
        for table in (lexicon.PLACES, lexicon.INTERIORS, lexicon.ELEMENTS, lexicon.LIGHTS, lexicon.WEATHERS)
    )


def _role_near(text: str, start: int, end: int) -> tuple[str, int]:
    """The role that stands beside a name: ``Mara, a lighthouse keeper`` or ``the keeper Mara`` or ``her daughter Ilse``."""
    after = re.match(
        r"\s*(?:,|is|was)\s+(?:an?|the|her|his|their|once an?)\s+((?:[\w-]+\s+){0,3}?)([\w]+)", text[end : end + 90]
    )
    if after:
        for match in re.finditer(r"[^\W\d_]+", text[end : end + 90].split(".")[0]):
            if match.group().lower() in ROLES:
                place = end + match.start()
                return _role_phrase(text, place, match.group().lower()), place
            if match.group().lower() in ("who", "that", "and", "finds", "in", "on", "at"):
                break
    before = re.search(r"([^\W\d_]+),?\s*(?:named|called)?\s*$", text[max(0, start - 60) : start])
    if before and before.group(1).lower() in ROLES:
        place = max(0, start - 60) + before.start(1)
        return _role_phrase(text, place, before.group(1).lower()), place
    return "", -1


def _role_phrase(text: str, start: int, noun: str) -> str:
    before = re.findall(r"[^\W\d_]+", text[max(0, start - 40) : start].rsplit(".", 1)[-1].rsplit(",", 1)[-1])
    kept: list[str] = []
    for word in reversed(before[-2:]):
        if word.lower() not in _ROLE_ADJECTIVES:
            break
        kept.insert(0, word.lower())
    owner = re.search(r"\b([a-z]+)['’]s\s+(?:\w+\s+)?$", text[max(0, start - 40) : start]) if not kept else None
    if owner and owner.group(1) in ROLES:
        kept = [f"{owner.group(1)}'s"]
    return " ".join([*kept, noun])


def _places(text: str) -> tuple[Place, ...]:
    found: dict[str, tuple[int, Place]] = {}
    for table, interior in ((lexicon.PLACES, False), (lexicon.INTERIORS, True)):
        for hit in lexicon.hits(text, table):
            following = text[hit.position + len(hit.word) :].lstrip()
            next_word = re.match(r"[^\W\d_]+", following)
            if next_word and next_word.group().lower() in ROLES and hit.word != "lighthouse":
                continue
            beside_role = bool(next_word and next_word.group().lower() in ROLES)
            label = hit.word if beside_role else _place_phrase(text, hit.position, hit.word)
            if label not in found and not any(label.split()[-1] == other.split()[-1] for other in found):
                found[label] = (hit.position, Place(label, hit.name, interior))
    return tuple(place for _, place in sorted(found.values(), key=lambda item: item[0]))


def _place_phrase(text: str, start: int, word: str) -> str:
    before = text[max(0, start - 30) : start]
    match = re.search(r"\b(?:an?|the|her|his|their|its|every|this)\s+((?:[^\W\d_]+(?:-[^\W\d_]+)?\s){0,2})$", before)
    kept = [part.lower() for part in match.group(1).split() if part.lower() not in ROLES] if match else []
    return " ".join([*kept[-2:], word])


def _things(text: str) -> tuple[tuple[str, str], ...]:
    """(canonical element, the brief's phrase) of every thing mentioned, roles not mistaken for things."""
    found: dict[str, str] = {}
    for hit in lexicon.hits(text, lexicon.ELEMENTS):
        if hit.word in ROLES and hit.name in lexicon.PROPS:
            continue
        found.setdefault(hit.name, _place_phrase(text, hit.position, hit.word))
    return tuple(found.items())


def _turning(sentences: tuple[str, ...]) -> str:
    """The clause with the conflict: from the last turning word of the brief on, else its last sentence."""
    for sentence in reversed(sentences):
        for match in _TURNING.finditer(sentence):
            clause = sentence[match.start() :].strip(" ,;.!?")
            if 3 <= len(clause.split()) <= 26:
                return clause
    return sentences[-1].strip(" .!?") if sentences else ""

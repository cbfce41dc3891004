"""The people of a story: the brief's own, those whom it needs besides, and what each of them wants."""

import re
from dataclasses import dataclass

import numpy as np

from generator.narrative import material
from generator.narrative.brief import Person, Reading
from generator.narrative.talk import cast_voices

_NAMES = (
    "Odile",
    "Bram",
    "Ines",
    "Tomo",
    "Yara",
    "Piet",
    "Nadja",
    "Ruben",
    "Suri",
    "Anselm",
    "Femi",
    "Katya",
    "Lorcan",
    "Mei",
)
_COMPANY = {
    "documentary": "apprentice",
    "advert": "flatmate",
    "children": "friend",
    "comedy": "cousin",
    "science fiction": "engineer",
    "drama": "neighbour",
}
_WANT = re.compile(
    r"\b(?:wants?|needs?|tries|try|hopes?|plans?|longs?|has|have|dreams?) to ((?:[\w'-]+ ?){1,8})|"
    r"\bmust ((?:[\w'-]+ ?){1,8})"
)
#: A want is cut before these, and not taken at all where it is about somebody who isn't named in it.
_CUT = re.compile(r"\b(?:and|but|before|until|when|while|because|so|if|as|or|whether|where|after|with|without)\b.*")
_WHOSE = re.compile(r"\b(?:he|she|they|him|her|his|their|them|who|that|decide|choose|be|have)\b")
_SHE = re.compile(
    r"\b(?:woman|girl|daughter|mother|sister|grandmother|widow|wife|aunt|queen|nun|waitress|actress|granddaughter|fisherwoman)\b"
)
_HE = re.compile(
    r"\b(?:man|boy|son|father|brother|grandfather|widower|husband|uncle|king|monk|priest|waiter|actor|grandson|fisherman|postman)\b"
)


@dataclass(frozen=True, slots=True)
class Character:
    """Somebody in a story. ``want`` is an infinitive ("open it"); ``obstacle`` who or what stands against it; ``need`` what
    would help instead; ``before`` and ``after`` the arc; ``voice`` a way of speaking (``data/voices.txt``); ``pronouns``
    the possessive and the object that the brief uses, else ``their`` and ``them``."""

    cue: str
    spoken: str
    role: str
    want: str
    obstacle: str
    need: str
    before: str
    after: str
    voice: str
    pronouns: tuple[str, str] = ("their", "them")
    invented: bool = False


def people_of(
    reading: Reading, form: str, matter: str, arc: str, rng: np.random.Generator, *, company: bool, third: str
) -> tuple[Character, ...]:
    """The brief's people, then one invented for company and a ``third`` (a role) where the story needs them."""
    people = list(reading.people[:4]) or [Person("THE STRANGER", "the stranger", "stranger")]
    own = len(people)
    taken = {person.spoken.lower() for person in people}
    names = [name for name in _NAMES if name.lower() not in reading.text.lower()]
    if company and len(people) < 2:
        name = names[int(rng.integers(len(names)))]
        people.append(Person(name.upper(), name, _COMPANY[form]))
    if any(third in person.role for person in people):
        third = "neighbour"
    if third and len(people) < 3 and f"the {third}" not in taken and company:
        people.append(Person(third.upper(), f"the {third}", third))
    voices = cast_voices([person.role for person in people], rng, form=form)
    table, change = material.matters()[matter], material.arcs()[arc]
    wants = _wants(reading, people)
    deed, against = table["deed"][0], table["against"][0]
    found = []
    for number, person in enumerate(people):
        want = wants.get(number) or (deed if number == 0 else against)
        rival = people[1 if number == 0 else 0] if len(people) > 1 else None
        found.append(
            Character(
                person.cue,
                person.spoken,
                person.role,
                want,
                f"{rival.spoken} would rather {against if number == 0 else deed}"
                if rival
                else "nobody else will do it",
                change["need"][0] if number == 0 else "",
                change["from"][0] if number == 0 else "",
                change["to"][0] if number == 0 else "",
                voices[number],
                _pronouns(reading, person, number),
                number >= own,
            )
        )
    return tuple(found)


def _wants(reading: Reading, people: list[Person]) -> dict[int, str]:
    """What the brief itself says that somebody wants: of the person named last before it."""
    found: dict[int, str] = {}
    for match in _WANT.finditer(reading.text):
        text = _CUT.sub("", (match.group(1) or match.group(2)).strip().lower()).strip()
        if not text or len(text.split()) < 2 or _WHOSE.search(text):
            continue
        before = reading.text[: match.start()].lower()
        places = [
            max(
                before.rfind(person.spoken.removeprefix("the ").lower()),
                before.rfind(person.role.split()[-1].lower()) if person.role else -1,
            )
            for person in people
        ]
        who = int(np.argmax(places))
        if places[who] >= 0:
            found.setdefault(who, text)
    return found


def _pronouns(reading: Reading, person: Person, number: int) -> tuple[str, str]:
    if _SHE.search(person.role):
        return "her", "her"
    if _HE.search(person.role):
        return "his", "him"
    near = " ".join(s for s in reading.sentences if person.spoken.removeprefix("the ").lower() in s.lower()).lower()
    about = near if number or re.search(r"\b(?:she|her|he|his|him)\b", near) else reading.text.lower()
    she, he = len(re.findall(r"\b(?:she|her|hers)\b", about)), len(re.findall(r"\b(?:he|his|him)\b", about))
    if she and not he:
        return "her", "her"
    return ("his", "him") if he and not she else ("their", "them")

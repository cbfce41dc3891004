"""The deterministic planner: a brief's people, places, hour, weather and things arranged into scenes.

Same brief and seed, same screenplay. The brief's own sentences become action where they stand in the story: its opening
in the first scene, its turning point in the last.
"""

import hashlib
import re
from dataclasses import dataclass

import numpy as np

from generator.errors import BriefError
from generator.lexicon import PROPS
from generator.narrative import grammar
from generator.narrative.brief import Person, Place, Reading, read_brief
from generator.narrative.fountain import plain
from generator.narrative.model import Element, Heading, Scene, Screenplay

MAX_SCENES = 12
CREDIT = "Screenplay planned by machine from a brief"

_LEAD = re.compile(
    r"^(?:please\s+)?(?:make|write|create|show)?\s*(?:me\s+)?(?:this is\s+)?(?:an?\s+|the\s+)?"
    r"(?:(?:short|three-scene|brief|little|12-second)\s+)*"
    r"(?:film|story|movie|video|clip|scene)\s+(?:about|of|in which|where)\s+",
    re.IGNORECASE,
)


def write_screenplay(brief: str, *, scenes: int = 3, seed: int) -> Screenplay:
    """Plans and writes a screenplay of ``scenes`` scenes (1 to 12) from a one-paragraph brief.

    Raises ``BriefError`` in one clear line if the brief is empty, too long, marked up, or holds control characters.
    """
    if not 1 <= scenes <= MAX_SCENES:
        raise BriefError(f"a screenplay of {scenes} scenes can't be planned; ask for 1 to {MAX_SCENES}")
    reading = read_brief(brief)
    digest = hashlib.sha256(f"{seed}\x1f{reading.text}".encode()).digest()
    rng = np.random.default_rng([int.from_bytes(digest[n : n + 4], "big") for n in (0, 4, 8, 12)])
    story = _Story.plan(reading, rng)
    written = tuple(_scene(story, number, scenes, rng) for number in range(scenes))
    people = story.people
    return Screenplay(
        title=_title(story, rng),
        logline=_logline(reading),
        credit=CREDIT,
        mood=reading.mood,
        cast=tuple((person.cue, person.role) for person in people if person.role),
        scenes=written,
    )


@dataclass(frozen=True, slots=True)
class _Story:
    reading: Reading
    people: tuple[Person, ...]
    outside: tuple[Place, ...]
    inside: Place | None
    hours: tuple[str, ...]
    thing: str
    landmark: str
    sentences: tuple[str, ...]

    @classmethod
    def plan(cls, reading: Reading, rng: np.random.Generator) -> "_Story":
        people = reading.people or (Person("THE STRANGER", "the stranger", "stranger"),)
        outside = tuple(place for place in reading.places if not place.interior)
        roofed = [place for place in reading.places if place.interior]
        if not outside:
            kind = str(rng.choice(["coast", "village", "field", "city"])) if not roofed else "city"
            outside = (
                Place(
                    {"coast": "shore", "village": "village", "field": "open field", "city": "street outside"}[kind],
                    kind,
                    False,
                ),
            )
        inside = roofed[0] if roofed else None
        if inside is None and outside[0].kind in grammar.ROOMS_OF and len(outside) < 3:
            label, kind = grammar.ROOMS_OF[outside[0].kind]
            inside = Place(label, kind, True)
        lights = list(reading.lights)
        start = lights[0] if lights else str(rng.choice(["dawn", "morning", "afternoon", "sunset", "night"]))
        hours = tuple(lights[:3]) if len(lights) > 2 else grammar.HOURS_ON[start]
        if len(lights) == 2:
            hours = (lights[0], lights[0], lights[1])
        things = [phrase for name, phrase in reading.things if name in PROPS]
        landmarks = [phrase for name, phrase in reading.things if name not in PROPS]
        cleaned = [plain(_LEAD.sub("", sentence)) for sentence in reading.sentences]
        sentences = tuple(text[:1].upper() + text[1:] for text in cleaned if text)
        return cls(
            reading,
            people,
            outside,
            inside,
            hours,
            things[0] if things else "",
            landmarks[0] if landmarks else outside[0].label,
            sentences,
        )


def _title(story: _Story, rng: np.random.Generator) -> str:
    noun = (story.thing or story.landmark).split()[-1]
    ground = story.outside[0].label.split()[-1]
    if not story.reading.places and not story.reading.things:
        if story.reading.people:
            return story.people[0].spoken.title()
        return " ".join(_LEAD.sub("", story.reading.text).split()[:5]).strip(" .,;:!?").title() or "Untitled"
    name = story.people[0].spoken.removeprefix("the ").title()
    name = name if name.isascii() is False or story.people[0].spoken[:1].isupper() else f"the {name}"
    options = [text for text in grammar.TITLES if noun != ground or "{Noun}" not in text or "{Ground}" not in text]
    title = str(rng.choice(options)).format(Noun=noun.title(), Ground=ground.title(), Name=name)
    title = re.sub(r"\bA ([AEIOU])", r"An \1", title)
    return title[:1].upper() + title[1:]


def _logline(reading: Reading) -> str:
    text = _LEAD.sub("", reading.text)
    if len(text) > 280:
        text = text[:280].rsplit(" ", 1)[0] + " ..."
    return text[:1].upper() + text[1:]


def _the(phrase: str) -> str:
    return phrase if phrase.split()[:1] and phrase.split()[0].lower() in ("the", "a", "an") else f"the {phrase}"


def _fill(text: str, story: _Story, place: str, who: Person, other: Person | None = None) -> str:
    thing = _the(story.thing or story.landmark)
    spoken = who.spoken
    return text.format(
        who=spoken,
        Who=spoken[:1].upper() + spoken[1:],
        other=other.spoken if other else "",
        thing=thing,
        Thing=thing[:1].upper() + thing[1:],
        place=_the(place),
        Place=_the(place)[:1].upper() + _the(place)[1:],
        weather={"clear": "wind", "cloudy": "wind", "overcast": "wind", "snow": "snow"}.get(
            story.reading.weather, story.reading.weather
        ),
    )


def _scene(story: _Story, number: int, total: int, rng: np.random.Generator) -> Scene:
    beat = "opening" if number == 0 else ("closing" if number == total - 1 else "middle")
    hour = story.hours[min(number * len(story.hours) // max(total, 1), len(story.hours) - 1)]
    inside = story.inside if beat == "middle" and number % 2 == 1 else None
    place = inside or story.outside[min(number * len(story.outside) // total, len(story.outside) - 1)]
    who = story.people[number % len(story.people)] if beat == "middle" and total > 3 else story.people[0]
    other = next((person for person in story.people if person != who), None)
    heading = Heading(place.interior, plain(place.label).upper(), hour.upper())
    mood = story.reading.mood
    lines: list[Element] = [Element("shot", _opening_shot(story, place, beat, rng))]

    def say(text: str) -> None:
        lines.append(Element("action", plain(text)))

    if place.interior:
        say(str(rng.choice(grammar.INSIDE_LINES)))
    else:
        light = _fill(str(rng.choice(grammar.LIGHT_LINES[hour])), story, place.label, who)
        say(f"{light} {rng.choice(grammar.WEATHER_LINES[story.reading.weather])}")
    for sentence in _share(story.sentences, number, total):
        say(sentence)
    if beat == "opening":
        say(_fill(str(rng.choice(grammar.ENTER_LINES)), story, place.label, who))
    elif beat == "middle":
        options = (
            grammar.WAITING_LINES if not story.thing else grammar.THING_LINES if other else grammar.THING_ALONE_LINES
        )
        say(_fill(str(rng.choice(options)), story, place.label, who, other))
    lines.append(Element("shot", _close_shot(story, place, beat, who, rng)))
    lines.extend(_talk(story, place, beat, who, other, mood, rng))
    if beat == "closing":
        say(_fill(str(rng.choice(grammar.LAST_LINES[mood])), story, place.label, who))
        lines.append(Element("transition", "FADE OUT."))
    return Scene(heading, tuple(lines))


def _share(sentences: tuple[str, ...], number: int, total: int) -> tuple[str, ...]:
    """The brief's sentences that belong to a scene; a single sentence is parted at its turning words."""
    if len(sentences) >= total:
        return tuple(part for order, part in enumerate(sentences) if order * total // len(sentences) == number)
    parts: list[str] = []
    for sentence in sentences:
        clauses = re.split(
            r"(?:,\s+|;\s+|\s+)(?=(?:but|until|unless|before|because|while|when|then|and then|where)\b)",
            sentence.rstrip(" .!?"),
        )
        clauses = [re.sub(r"[\s,;]*\b(?:and|but|or)$", "", clause.strip()) for clause in clauses]
        parts.extend(clause[:1].upper() + clause[1:] + "." for clause in clauses if len(clause.split()) > 2)
    if not parts:
        return sentences if number == 0 else ()
    parts = parts if len(parts) >= 2 else list(sentences)
    return tuple(part for order, part in enumerate(parts) if order * total // max(len(parts), 1) == number)


def _opening_shot(story: _Story, place: Place, beat: str, rng: np.random.Generator) -> str:
    if place.interior:
        return f"full, {rng.choice(['dolly in', 'orbit left', 'orbit right'])}, on {story.people[0].cue}"
    if beat == "opening":
        return f"extreme wide, {rng.choice(['crane up', 'crane down', 'dolly in'])}, on {_the(story.landmark)}"
    if beat == "closing":
        return f"wide, {rng.choice(['dolly out', 'crane up', 'orbit left'])}, on {_the(story.landmark)}"
    return f"wide, {rng.choice(['track', 'pan left', 'pan right'])}, on {story.people[0].cue}"


def _close_shot(story: _Story, place: Place, beat: str, who: Person, rng: np.random.Generator) -> str:
    if beat == "middle" and story.thing:
        return f"insert, {rng.choice(['dolly in', 'orbit right'])}, on {_the(story.thing)}"
    if beat == "opening":
        return f"full, {rng.choice(['track', 'handheld', 'dolly in'])}, on {who.cue}"
    if beat == "closing":
        return f"{rng.choice(['close-up', 'medium'])}, {rng.choice(['dolly in', 'static'])}, on {who.cue}"
    return f"medium, {rng.choice(['handheld', 'dolly in'])}, on {who.cue}"


def _talk(
    story: _Story, place: Place, beat: str, who: Person, other: Person | None, mood: str, rng: np.random.Generator
) -> list[Element]:
    if beat == "middle" and not story.thing:
        beat = "waiting"
    if other is None:
        text, aside = grammar.ALONE_TALK[beat][int(rng.integers(len(grammar.ALONE_TALK[beat])))]
        return [
            Element(
                "dialogue",
                plain(_fill(text, story, place.label, who)),
                who.cue,
                plain(_fill(aside, story, place.label, who)),
            )
        ]
    table = {
        "opening": grammar.OPENING_TALK,
        "middle": grammar.MIDDLE_TALK,
        "waiting": grammar.WAITING_TALK,
        "closing": grammar.CLOSING_TALK,
    }[beat]
    options = table["loud" if mood in grammar.LOUD_MOODS else "quiet"]
    speakers = (other, who) if beat != "closing" else (who, other)
    return [
        Element("dialogue", plain(_fill(text, story, place.label, who, other)), speakers[n % 2].cue, aside)
        for n, (text, aside) in enumerate(options[int(rng.integers(len(options)))])
    ]

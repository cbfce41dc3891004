"""Planning a story before a word of it is written: people and what they want, a thing, beats, places, hours.

>>> brief = "A lighthouse keeper finds a letter on the shore at dusk."
>>> plan = plan_story(brief, structure="kishotenketsu", scenes=4, seed=7)
>>> [scene.beat for scene in plan.scenes][2]
'Ten: the turn'
"""

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from generator.errors import StoryError
from generator.lexicon import ELEMENTS, LIGHTS, PROPS
from generator.narrative import grammar, material
from generator.narrative.brief import Place, Reading, read_brief
from generator.narrative.model import Choice
from generator.narrative.people import Character, people_of
from generator.narrative.structures import Beat, Structure, structure

#: About ten minutes of film; more is a feature, which a person plans.
MAX_SCENES = 24
#: Words by which a brief says what kind of film it wants; the first that is found.
_FORMS: tuple[tuple[str, str], ...] = (
    ("documentary", r"\b(?:documentary|docu|portrait of|we follow|observes)\b"),
    ("advert", r"\b(?:adverts?|advertisement|commercial|promo|brand film|campaign|trailer for our)\b"),
    ("children", r"\b(?:children'?s|for children|for kids|bedtime|picture book|fairy ?tale|toddlers?|nursery)\b"),
    ("comedy", r"\b(?:comedy|comic|farce|funny|slapstick|sitcom|hilarious|satire)\b"),
    (
        "science fiction",
        r"\b(?:science fiction|sci-?fi|spaceship|starship|space station|android|robot|mars|lunar|orbit|planet|galaxy|"
        r"cosmonaut|astronaut|colony ship|interstellar|time machine)\b",
    ),
)
_SPACE = re.compile(
    r"\b(?:space|spaceship|starship|mars|lunar|moon base|orbit|planet|asteroid|astronaut|cosmonaut)\b", re.I
)
_DAY = tuple(LIGHTS)
#: Things of ``data/matters.txt`` that nobody holds in a hand.
_LARGE = frozenset(("house", "show", "person", "machine", "vehicle", "boat", "work", "bell"))
_THIRDS = {
    "documentary": "customer",
    "advert": "neighbour",
    "children": "postman",
    "comedy": "waiter",
    "science fiction": "controller",
}
_THIRD_OF = {
    "harbour": "harbour master",
    "coast": "coastguard",
    "island": "ferryman",
    "sea": "mate",
    "lake": "lock-keeper",
    "city": "landlord",
    "desert": "petrol man",
    "mountain": "guide",
    "forest": "forester",
}
#: Things that stay where they are: what is decided about them is decided there.
_BOUND = frozenset(("house", "person", "show", "work", "bell"))


@dataclass(frozen=True, slots=True)
class PlannedScene:
    """A scene before it is written: what it is for, where and when, who is there, what is otherwise at its end.

    ``told`` counts from 1 in the order of telling, ``story_time`` in the order of happening. ``template`` names what
    happens in it (``data/scenes.txt``); ``caption`` is shown over it where the time would be lost otherwise.
    """

    id: str
    told: int
    story_time: int
    beat: str
    function: str
    template: str
    place: Place
    hour: str
    change: tuple[str, str]
    caption: str = ""
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class StoryPlan:
    """A story before it is written. ``thing`` is what it turns on, ``matter`` its kind, ``token`` what is set up and paid
    off."""

    structure: Structure
    form: str
    reading: Reading
    characters: tuple[Character, ...]
    thing: str
    matter: str
    arc: str
    token: str
    landmark: str
    beats: tuple[Beat, ...]
    scenes: tuple[PlannedScene, ...]
    seed: int


def plan_story(
    brief: str, *, structure: str = "three-act", scenes: int = 3, seed: int, cleared: Collection[str] = ()
) -> StoryPlan:
    """Plans a story of ``scenes`` scenes (1 to 24). Same arguments, same plan.

    Raises ``BriefError`` for a brief that can't be read, ``SubjectError`` for one that asks for somebody not ``cleared``,
    ``StoryError`` for an unknown structure or a number of scenes
    that it can't be told in.
    """
    return plan_reading(read_brief(brief, cleared=cleared), chosen=_structure(structure), scenes=scenes, seed=seed)


_structure = structure


def generator_for(reading: Reading, seed: int, use: str) -> np.random.Generator:
    """The randomness of one use: another seed, another story; the same seed, the same."""
    digest = hashlib.sha256(f"{use}\x1f{seed}\x1f{reading.text}".encode()).digest()
    return np.random.default_rng([int.from_bytes(digest[n : n + 4], "big") for n in (0, 4, 8, 12)])


def plan_reading(reading: Reading, *, chosen: Structure, scenes: int, seed: int) -> StoryPlan:
    """Plans from a brief that has been read."""
    if not 1 <= scenes <= MAX_SCENES:
        raise StoryError(f"a screenplay of {scenes} scenes can't be planned; ask for 1 to {MAX_SCENES}")
    rng = generator_for(reading, seed, "plan")
    form = next((name for name, pattern in _FORMS if re.search(pattern, reading.text, re.I)), "drama")
    matter, thing = _matter(reading, form)
    arc = str(rng.choice(list(material.arcs())))
    token = str(rng.choice(list(material.tokens())))
    kind = next((place.kind for place in reading.places if not place.interior), "")
    third = _THIRDS.get(form) or _THIRD_OF.get(kind, "postman")
    long = scenes > 3 or chosen.id != "three-act"
    characters = people_of(reading, form, matter, arc, rng, company=long, third=third if scenes > 4 else "")
    beats = chosen.for_scenes(scenes)
    landmarks = [phrase for name, phrase in reading.things if name not in PROPS]
    outside, inside = _places(reading, form, rng)
    return StoryPlan(
        chosen,
        form,
        reading,
        characters,
        thing,
        matter,
        arc,
        token,
        landmarks[0] if landmarks else (outside or inside)[0].label,
        beats,
        _scenes(reading, form, chosen, beats, len(characters), outside, inside, matter, rng),
        seed,
    )


def _matter(reading: Reading, form: str) -> tuple[str, str]:
    """What the story turns on, and the brief's words for it."""
    table = material.matters()
    if form == "advert":
        named = re.search(
            r"\bfor (?:an?|the|our|my|its|their)?\s*((?:(?!that\b|which\b|who\b|with\b|in\b|on\b|at\b)[\w'-]+\s?){1,3})",
            reading.text,
        )
        return "product", named.group(1).strip().lower() if named else table["product"]["thing"][0]
    if form == "comedy" and (word := _named(reading.text, table["show"]["words"][0])):
        return "show", word
    props = {name: phrase for name, phrase in reading.things if name in PROPS}
    if form == "documentary":
        return "work", table["work"]["thing"][0]
    found = [
        (name, word)
        for name in ("creature", "machine", "show")
        if (word := _named(reading.text, table[name]["words"][0]))
    ]
    if form == "children" and found and found[0][0] == "creature":
        return found[0]
    for name, phrase in props.items():
        if name == "key" and phrase.split()[-1] in table["keepsake"]["words"][0].split():
            return "keepsake", phrase
        if name in table:
            return name, phrase
    if form == "science fiction" and (word := _named(reading.text, table["machine"]["words"][0])):
        return "machine", word
    if found:
        return found[0]
    elements = {name: phrase for name, phrase in reading.things if name not in PROPS}
    for element, name in (
        ("boat", "boat"),
        ("ship", "boat"),
        ("train", "vehicle"),
        ("car", "vehicle"),
        ("truck", "vehicle"),
    ):
        if element in elements and (
            word := _named(reading.text, " ".join((ELEMENTS[element], table[name]["words"][0])))
        ):
            if re.search(r"sailor|fisher|ferryman|driver", word):
                word = table[name]["words"][0].split()[0]
            return name, word
    if re.search(r"\b(?:clos|demolish|lose|sell|sold|evict|save|keep|last|open)\w*", reading.text, re.I):
        word = _named(reading.text, table["house"]["words"][0])
        if word:
            return "house", word
    if _named(reading.text, table["person"]["words"][0]):
        return "person", table["person"]["thing"][0]
    word = _named(reading.text, table["house"]["words"][0])
    return ("house", word) if word else ("person", table["person"]["thing"][0])


def _named(text: str, words: str) -> str:
    known = set(words.split())
    for match in re.finditer(r"[^\W\d_]+", text):
        word = match.group().lower()
        if word in known:
            return word
    return ""


def _places(reading: Reading, form: str, rng: np.random.Generator) -> tuple[list[Place], list[Place]]:
    """Where the story can go: the brief's own places first, then what lies near them."""
    outside = [place for place in reading.places if not place.interior]
    inside = [place for place in reading.places if place.interior and place.label != "home"]
    away = re.compile(
        r"\b(?:move|moves|moving|leave|leaves|go|goes|back|return|returns) (?:to|for) (?:the |an? )?$", re.I
    )
    if len(outside) > 1:  # where somebody only wants to be is not where the story is
        at = {place: reading.text.lower().find(place.label) for place in outside}
        outside = [place for place in outside if not away.search(reading.text[: at[place]])] or outside
    both = [place.label for place in (*outside, *inside)]
    outside = [p for p in outside if not any(p.label != label and p.label in label.split()[:-1] for label in both)]
    if _SPACE.search(reading.text):
        kinds = ["space"]
        outside = [place for place in outside if place.kind not in ("city", "sea", "field")]
    elif not outside:
        kinds = [str(rng.choice(["coast", "village", "field", "city"]))]
        if inside or form in ("advert", "comedy"):
            kinds = ["city"]
        label = {"coast": "shore", "village": "village", "field": "open field", "city": "street outside"}[kinds[0]]
        outside = [Place(label, kinds[0], False)]
    else:
        kinds = list(dict.fromkeys(place.kind for place in outside))
    known = {place.label.split()[-1] for place in (*outside, *inside)}
    for kind in kinds:
        for near in material.kin(kind):
            if near.label.split()[-1] in known:
                continue
            (inside if near.interior else outside).append(Place(near.label, near.kind, near.interior))
    return outside, inside


def _scenes(
    reading: Reading,
    form: str,
    chosen: Structure,
    beats: tuple[Beat, ...],
    people: int,
    outside: list[Place],
    inside: list[Place],
    matter: str,
    rng: np.random.Generator,
) -> tuple[PlannedScene, ...]:
    total = len(beats)
    used: set[str] = set()
    space = bool(_SPACE.search(reading.text))
    own = [place for place in reading.places if place in (*outside, *inside)]
    first = own[0] if own else (inside if space else outside or inside)[0]
    turns = {False: 0, True: 0}
    hours = _hours(reading, total, rng)
    planned: list[PlannedScene] = []
    for number, beat in enumerate(beats):
        bound = matter in _BOUND and beat.function in ("call", "climax", "image")
        home = bound or (number in (0, total - 1) and chosen.order in ("chronological", "loop"))
        where = first if bound or number == 0 else None
        small = matter not in _LARGE
        template = _template(beat, form, people, used, where, beats, number, space, small, rng)
        if home and (template.where == "any" or (template.where == "in") == first.interior):
            place = first
        else:
            roof = template.where == "in" or (template.where == "any" and (space or number % 2 == 1))
            pool = (inside if roof else outside) or inside or outside
            roof = pool[0].interior
            pool = [place for place in pool if place != first] or pool if number else pool
            place = pool[turns[roof] % len(pool)]
            turns[roof] += 1
        planned.append(
            PlannedScene(
                f"s{number + 1}",
                number + 1,
                number + 1,
                beat.name,
                beat.function,
                f"{template.function}/{template.name}",
                place,
                hours[number],
                template.change,
            )
        )
    from generator.narrative.order import told_in_order

    return told_in_order(chosen, beats, planned)


def _template(
    beat: Beat,
    form: str,
    people: int,
    used: set[str],
    first: Place | None,
    beats: tuple[Beat, ...],
    number: int,
    space: bool,
    small: bool,
    rng: np.random.Generator,
) -> material.Template:
    fits = {"", "small" if small else "large"}
    group = [t for t in material.templates()[beat.function] if t.form in ("", form) and t.of in fits]
    if beat.function == "telling":
        name = "open" if number == 0 else "close" if number == len(beats) - 1 else "mid"
        group = [t for t in group if t.name == name] or group
    free = [t for t in group if f"{beat.function}/{t.name}" not in used] or _spare(form, used) or group
    free = [t for t in free if people > 2 or not t.crowded] or free
    free = [t for t in free if people > 1 or t.function != "debate" or t.alone] or free
    if first is not None and not any(t.form for t in free):
        free = [t for t in free if t.where == "any" or (t.where == "in") == first.interior] or free
    if space:  # nobody walks about outside for long
        free = [t for t in free if t.where != "out"] or free
    own = [t for t in free if t.form] or free
    template = own[int(rng.integers(len(own)))]
    used.add(f"{template.function}/{template.name}")
    return template


def _spare(form: str, used: set[str]) -> list[material.Template]:
    """What can happen in any middle, for where a function has nothing left."""
    return [
        t
        for function in ("games", "obstacle", "ally", "pressure", "strain", "dark")
        for t in material.templates()[function]
        if t.form in ("", form) and f"{function}/{t.name}" not in used
    ]


def _hours(reading: Reading, total: int, rng: np.random.Generator) -> list[str]:
    lights = list(reading.lights)
    start = lights[0] if lights else str(rng.choice(["dawn", "morning", "afternoon", "sunset", "night"]))
    if total <= 5:
        hours = tuple(lights[:3]) if len(lights) > 2 else grammar.HOURS_ON[start]
        if len(lights) == 2:
            hours = (lights[0], lights[0], lights[1])
        return [hours[min(number * len(hours) // total, len(hours) - 1)] for number in range(total)]
    at = _DAY.index(start)
    found = [_DAY[(at + number // 2) % len(_DAY)] for number in range(total)]
    found[-2:] = [lights[-1], _DAY[(_DAY.index(lights[-1]) + 1) % len(_DAY)]] if lights else found[-2:]
    return found


def plan_as_dict(plan: StoryPlan) -> dict[str, object]:
    """The plan as values for JSON, fit to be shown and stored."""
    return {
        "structure": plan.structure.id,
        "source": plan.structure.source,
        "form": plan.form,
        "thing": plan.thing,
        "token": material.tokens()[plan.token]["name"][0],
        "characters": [
            {
                "cue": c.cue,
                "role": c.role,
                "want": c.want,
                "obstacle": c.obstacle,
                "need": c.need,
                "from": c.before,
                "to": c.after,
                "voice": c.voice,
            }
            for c in plan.characters
        ],
        "scenes": [
            {
                "id": s.id,
                "beat": s.beat,
                "function": s.function,
                "place": s.place.label,
                "hour": s.hour,
                "story_time": s.story_time,
                "change": list(s.change),
                "choices": [[c.text, c.target] for c in s.choices],
            }
            for s in plan.scenes
        ],
    }

"""The deterministic planner's pen: a story plan becomes scenes.

Same brief, structure, number of scenes and seed: same screenplay. The brief's own sentences become action where they
stand in the story. No sentence is written twice in a screenplay, small things that are set up are paid off, and each
character keeps to one voice.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from generator.narrative import grammar, material
from generator.narrative.brief import Reading, read_brief
from generator.narrative.fountain import plain
from generator.narrative.model import Choice, Element, Heading, Scene, Screenplay
from generator.narrative.people import Character
from generator.narrative.plan import PlannedScene, StoryPlan, generator_for, plan_reading
from generator.narrative.structures import structure as structure_named
from generator.narrative.talk import Deck, filled

CREDIT = "Screenplay planned by machine from a brief"

#: Paragraphs of action and speeches that a scene has at least: one says where we are, one what happens.
ENOUGH = 2

_LEAD = re.compile(
    r"^(?:please\s+)?(?:make|write|create|show)?\s*(?:me\s+)?(?:this is\s+)?(?:an?\s+|the\s+)?"
    r"(?:(?:short|three-scene|brief|little|12-second|tender|quiet|funny|observational|poetic|gentle|animated|children's|"
    r"sci-fi|science fiction|comedy|drama|documentary|advert|comic)\s+)*"
    r"(?:film|story|movie|video|clip|scene|documentary|comedy|drama|advert|tale|portrait)"
    r"(?:\s+(?:about|of|in which|where)\s+|:\s+)",
    re.IGNORECASE,
)
#: Sentences of a brief that are about the film, not in it.
_META = re.compile(
    r"\b(?:film|movie|video|screenplay|script|audience|viewers?|tone|genre|seconds? long|minutes? long|"
    r"should (?:be|feel|end)|documentary|advert|advertisement|commercial|comedy|"
    r"style of|we see how|for children|voice-?over)\b",
    re.IGNORECASE,
)
#: Words of things that stand under a roof, or under the sky.
_INDOORS = re.compile(
    r"\b(?:stove|kettle|table|wall|walls|window|windows|drawer|drawers?|shelf|shelves|floor|stairs?|picture|cupboard|plates?|chairs?|"
    r"cellar|hooks?|ceiling|wallpaper|curtains?|lid|wardrobe|house|door|bed|room|sill|oven|desk|tap|doorframe|bulb)\b",
    re.IGNORECASE,
)
#: What takes more than one.
_COMPANY = re.compile(r"\{(?:other|third)\}|\b(?:they|both|them|neither|everybody|people|one by one)\b", re.IGNORECASE)
_EARTHLY = re.compile(
    r"\b(?:cars?|cats?|dogs?|goat|gate|spoons|drawer|sweep|wind|rain|bus|street|birds?|stove|yard|apples?|grass|puddle|headlights|snow|train)\b",
    re.IGNORECASE,
)
_GROWN = re.compile(
    r"\b(?:knife|rope|funerals?|die|died|dead|arrested|debt|hate|married|horoscope|bury|coins?|kill|damn|corpse|wedding)\b",
    re.IGNORECASE,
)
_OUTDOORS = re.compile(
    r"\b(?:grass|sand|rocks?|path|hill|field|sea|shore|road|street|lane|sky|gulls?|trees?|stones|puddle|clouds?|dust|verge)\b",
    re.IGNORECASE,
)


def write_screenplay(
    brief: str, *, structure: str = "three-act", scenes: int = 3, seed: int, cleared: Collection[str] = ()
) -> Screenplay:
    """Plans and writes a screenplay of ``scenes`` scenes (1 to 24) from a one-paragraph brief, on a structure of
    ``structures()``.

    Raises ``BriefError`` in one clear line if the brief is empty, too long, marked up, or holds control characters, and
    ``StoryError`` for a structure that is unknown or can't be told in so many scenes; ``SubjectError``, with what can be
    done instead, if it asks for a real person or somebody's character who is not among the names ``cleared``.
    """
    reading = read_brief(brief, cleared=cleared)
    return write_plan(plan_reading(reading, chosen=structure_named(structure), scenes=scenes, seed=seed))


def write_plan(plan: StoryPlan) -> Screenplay:
    """Writes a plan out."""
    pen = Pen(plan)
    return pen.screenplay([pen.scene(scene) for scene in plan.scenes], CREDIT)


def _logline(reading: Reading) -> str:
    text = _LEAD.sub("", reading.text)
    if len(text) > 280:
        text = text[:280].rsplit(" ", 1)[0] + " ..."
    return text[:1].upper() + text[1:]


def _the(phrase: str) -> str:
    return phrase if phrase.split()[:1] and phrase.split()[0].lower() in ("the", "a", "an") else f"the {phrase}"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class _Cast:
    lead: Character
    other: Character | None
    third: Character | None

    def by(self, name: str) -> Character | None:
        return {"lead": self.lead, "other": self.other, "third": self.third or self.other}[name]


class Pen:
    """Writes the scenes of one plan in the order of telling."""

    def __init__(self, plan: StoryPlan) -> None:
        self.plan = plan
        self.rng = generator_for(plan.reading, plan.seed, "write")
        self.deck = Deck(self.rng)
        people = plan.characters
        self.cast = _Cast(people[0], people[1] if len(people) > 1 else None, people[2] if len(people) > 2 else None)
        self.matter, self.arc = material.matters()[plan.matter], material.arcs()[plan.arc]
        self.token = material.tokens()[plan.token]
        self.sentences = _shared(plan)
        self.planted = False
        self._drafted: set[str] = set()
        self.space = any(scene.place.label in {near.label for near in material.kin("space")} for scene in plan.scenes)

    def title(self) -> str:
        """A title of the thing, the place and the lead."""
        plan = self.plan
        noun = (plan.thing if plan.matter != "person" else plan.landmark).split()[-1]
        ground = plan.scenes[0].place.label.split()[-1]
        if not plan.reading.places and not plan.reading.things and plan.form == "drama":
            if plan.reading.people:
                return plan.reading.people[0].spoken.title()
            return " ".join(_LEAD.sub("", plan.reading.text).split()[:5]).strip(" .,;:!?").title() or "Untitled"
        spoken = self.cast.lead.spoken
        name = spoken if spoken[:1].isupper() else f"the {spoken.removeprefix('the ').title()}"
        options = [text for text in grammar.TITLES if noun != ground or "{Noun}" not in text or "{Ground}" not in text]
        title = str(self.rng.choice(options)).format(Noun=noun.title(), Ground=ground.title(), Name=name)
        return _upper(re.sub(r"\bA ([AEIOU])", r"An \1", title))

    def fill(self, place: str, speaker: Character | None = None, listener: Character | None = None) -> dict[str, str]:
        """The slots of a line."""
        cast, thing = self.cast, _the(self.plan.thing)
        other, third = cast.other, cast.third or cast.other
        their, them = cast.lead.pronouns
        return {
            "lead": cast.lead.spoken,
            "Lead": _upper(cast.lead.spoken),
            "other": other.spoken if other else "",
            "Other": _upper(other.spoken) if other else "",
            "third": third.spoken if third else "",
            "Third": _upper(third.spoken) if third else "",
            "their": their,
            "Their": _upper(their),
            "them": them,
            "thing": thing,
            "Thing": _upper(thing),
            "place": _the(place),
            "Place": _upper(_the(place)),
            "want": speaker.want if speaker else "",
            "yours": listener.want if listener else "do that",
        }

    def scene(self, planned: PlannedScene) -> Scene:
        """One scene: where we are, what happens, who says what, what is otherwise at the end."""
        return self.dressed(planned, self.draft(planned))

    def draft(self, planned: PlannedScene) -> tuple[Element, ...]:
        """What is told in a scene, written anew at each call: no sentence of an earlier draft comes again."""
        template = next(
            t for group in material.templates().values() for t in group if f"{t.function}/{t.name}" == planned.template
        )
        fill = self.fill(planned.place.label)
        elements: list[Element] = []
        self._act(elements, self._sight(planned))
        for sentence in self.sentences.get(planned.id, ()):
            if self.deck.take(sentence) or planned.id in self._drafted:
                elements.append(Element("action", sentence))
        self._drafted.add(planned.id)
        body: list[Element] = []
        steps = list(template.steps)
        if planned.told == 1 and "%token.plant" not in steps and self.plan.form != "advert":
            first = next((n for n, step in enumerate(steps) if step.startswith("@")), len(steps))
            steps.insert(first, "%token.plant")
        for number, step in enumerate(steps):
            if planned == self.plan.scenes[-1] and number == len(steps) - 1 and step.startswith("@"):
                continue
            self._step(body, step, planned, fill)
        if not any(element.kind == "dialogue" for element in body) and len(self.plan.scenes) <= 3:
            self._say(body, self.cast.lead, None, "alone", (), planned)
        # A long film of one person draws its decks empty: a scene in which nothing happens is none.
        if len(elements) + len(body) < ENOUGH:
            self._say(body, self.cast.lead, None, "alone", (), planned)
        if len(elements) + len(body) < ENOUGH:
            self._act(body, self._sight(planned))
        return (*elements, *body)

    def dressed(self, planned: PlannedScene, told: Sequence[Element]) -> Scene:
        """What is told, with heading, caption, wishes for the camera, beat and choices: as the plan has them."""
        elements = [Element("centered", planned.caption)] if planned.caption else []
        elements.append(Element("shot", self._opening_shot(planned)))
        first = next((n for n, element in enumerate(told) if element.kind == "dialogue"), len(told))
        elements.extend(told[:first])
        elements.append(Element("shot", self._close_shot(planned)))
        elements.extend(told[first:])
        if planned == self.plan.scenes[-1] or (self.plan.structure.order == "branching" and not planned.choices):
            elements.append(Element("transition", "FADE OUT."))
        other = self.cast.other.want if self.cast.other else self.matter["against"][0]
        wants = {"deed": self.cast.lead.want, "against": other}
        choices = tuple(Choice(_upper(filled(choice.text, wants)), choice.target) for choice in planned.choices)
        heading = Heading(planned.place.interior, plain(planned.place.label).upper(), planned.hour.upper())
        in_order = self.plan.structure.order == "chronological"
        return Scene(
            heading,
            tuple(elements),
            "" if in_order else planned.id,
            planned.beat,
            0 if in_order else planned.story_time,
            choices,
        )

    def screenplay(self, scenes: Sequence[Scene], credit: str) -> Screenplay:
        """The scenes under a title page."""
        plan = self.plan
        return Screenplay(
            title=self.title(),
            logline=_logline(plan.reading),
            credit=credit,
            mood=plan.reading.mood,
            cast=tuple((person.cue, person.role) for person in plan.characters if person.role),
            scenes=tuple(scenes),
            structure=plan.structure.id,
        )

    def _act(self, elements: list[Element], text: str) -> None:
        if text:
            elements.append(Element("action", text))

    def _sight(self, planned: PlannedScene) -> str:
        """One paragraph of where we are: no more than a reader needs."""
        fill = self.fill(planned.place.label)
        tables = material.weathers()
        parts = []
        if self.space:
            parts.append(self.deck.draw(material.sights("space")))
        elif planned.place.interior:
            parts.append(self.deck.draw(material.sights("inside")))
        else:
            seen = self.deck.draw(filled(text, fill) for text in material.sights(planned.place.kind))
            if self.rng.random() < 0.6:
                light = self._drawn([_upper(filled(text, fill)) for text in tables["light"][planned.hour]], planned)
                parts.append(light)
                if not seen or self.rng.random() < 0.5:
                    parts.append(self.deck.draw(tables["weather"][self.plan.reading.weather]))
                    seen = "" if parts[-1] else seen
            parts.append(seen)
        return " ".join(part for part in parts if part)

    def _step(self, body: list[Element], step: str, planned: PlannedScene, fill: dict[str, str]) -> None:
        alone = self.cast.other is None
        if step.startswith("@"):
            who, act, *said = step[1:].split()
            speaker = self.cast.by(who)
            if speaker is None:
                return
            listener = self.cast.lead if who != "lead" else self.cast.other
            if alone and act not in ("tell", "confess", "realise", "remember", "loss", "alone"):
                if any(element.kind == "dialogue" for element in body):
                    return
                act, said = "alone", []
            self._say(body, speaker, listener, act, self._source(said[0]) if said else (), planned)
            return
        if step.startswith("%"):
            source, _, key = step[1:].partition(".")
            if source == "token":
                if key != "plant" and (not self.planted or planned.told == 1):
                    return
                self.planted = self.planted or key == "plant"
            table = {"m": self.matter, "arc": self.arc, "token": self.token}[source]
            self._act(body, self._drawn(_filled_all(table[key], fill), planned, spare=key == "detail"))
            return
        variants = [text for text in step.split("|") if not (alone and _COMPANY.search(text))]
        self._act(body, self._drawn(_filled_all(variants, fill), planned))

    def _drawn(self, variants: list[str], planned: PlannedScene, *, spare: bool = False) -> str:
        """One of the variants that can be seen in this place; if there is none, any, but for what the scene can spare."""
        jars = self._jars(planned)
        fitting = [text for text in variants if not any(pattern.search(text) for pattern in jars)]
        return self.deck.draw(fitting) or ("" if spare else self.deck.draw(variants))

    def _jars(self, planned: PlannedScene) -> tuple[re.Pattern[str], ...]:
        """What can't be seen or said here: of the other side of the door, of earth in space, of grown-ups for children."""
        found = [_OUTDOORS if planned.place.interior else _INDOORS]
        if self.space:
            found.append(_EARTHLY)
        if self.plan.form == "children":
            found.append(_GROWN)
        return tuple(found)

    def _source(self, name: str) -> tuple[str, ...]:
        if name == "memory":
            return material.memories()
        if name == "plain":
            return ()
        table, _, key = name.rpartition(".")
        return (self.arc if table == "arc" else self.matter)[key]

    def _say(
        self,
        body: list[Element],
        speaker: Character,
        listener: Character | None,
        act: str,
        content: tuple[str, ...],
        planned: PlannedScene,
    ) -> None:
        text = self.deck.said(
            speaker.voice,
            act,
            self.fill(planned.place.label, speaker, listener),
            content,
            avoid=self._jars(planned),
        )
        if not text:
            return
        if body and body[-1].kind == "dialogue" and body[-1].character == speaker.cue:
            body[-1] = replace(body[-1], text=f"{body[-1].text} {text}")
            return
        body.append(Element("dialogue", text, speaker.cue, _aside(act, self.rng)))

    def _opening_shot(self, planned: PlannedScene) -> str:
        rng, lead, landmark = self.rng, self.cast.lead.cue, _the(self.plan.landmark)
        if planned.place.interior:
            return f"full, {rng.choice(['dolly in', 'orbit left', 'orbit right'])}, on {lead}"
        if planned.told == 1:
            return f"extreme wide, {rng.choice(['crane up', 'crane down', 'dolly in'])}, on {landmark}"
        if planned.told == len(self.plan.scenes):
            return f"wide, {rng.choice(['dolly out', 'crane up', 'orbit left'])}, on {landmark}"
        return f"wide, {rng.choice(['track', 'pan left', 'pan right'])}, on {lead}"

    def _close_shot(self, planned: PlannedScene) -> str:
        rng, lead = self.rng, self.cast.lead.cue
        if planned.function in ("call", "midpoint", "choice", "loss") and self.plan.matter not in (
            "person",
            "house",
            "work",
            "show",
        ):
            return f"insert, {rng.choice(['dolly in', 'orbit right'])}, on {_the(self.plan.thing)}"
        if planned.told == 1:
            return f"full, {rng.choice(['track', 'handheld', 'dolly in'])}, on {lead}"
        if planned.function in ("climax", "image", "dark", "resolve"):
            return f"{rng.choice(['close-up', 'medium'])}, {rng.choice(['dolly in', 'static'])}, on {lead}"
        other = self.cast.other or self.cast.lead
        return f"medium, {rng.choice(['handheld', 'dolly in'])}, on {rng.choice([lead, other.cue])}"


def _filled_all(variants: "tuple[str, ...] | list[str]", fill: dict[str, str]) -> list[str]:
    return [_upper(filled(text.strip(), fill)) for text in variants]


def _aside(act: str, rng: np.random.Generator) -> str:
    options = grammar.ASIDES.get(act, ())
    return str(rng.choice(options)) if options and rng.random() < 0.25 else ""


def _shared(plan: StoryPlan) -> dict[str, tuple[str, ...]]:
    """The brief's sentences, each with the scene in which it belongs: the first at the beginning, the last where it is
    decided."""
    cleaned = [plain(_LEAD.sub("", sentence)) for sentence in plan.reading.sentences]
    kept = [
        _upper(text)
        for text, raw in zip(cleaned, plan.reading.sentences, strict=True)
        if text and (not _META.search(raw) or text != plain(raw)) and not _META.search(text)
    ]
    order = sorted(plan.scenes, key=lambda scene: int(scene.id[1:]))
    if len(kept) < len(order):
        kept = [part for sentence in kept for part in _parted(sentence)]
    decided = next((n for n, scene in enumerate(order) if scene.function in ("climax", "twist")), len(order) - 1)
    found: dict[str, tuple[str, ...]] = {}
    for number, sentence in enumerate(kept):
        scene = order[round(number * decided / max(len(kept) - 1, 1))]
        found[scene.id] = (*found.get(scene.id, ()), sentence)
    return found


def _parted(sentence: str) -> list[str]:
    """A sentence parted where it turns; a clause that can't stand alone stays where it is."""
    clauses = re.split(r"(?:,\s+|;\s+|\s+)(?=(?:but|and then)\b)", sentence.rstrip(" .!?"))
    clauses = [re.sub(r"[\s,;]*\b(?:and|but|or)$", "", clause.strip()) for clause in clauses]
    return [_upper(clause) + "." for clause in clauses if len(clause.split()) > 2] or [sentence]

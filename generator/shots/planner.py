"""From scenes to shots: what each shot shows, how it is framed and moved, and how long it lasts."""

import re
from dataclasses import dataclass
from typing import cast, get_args

from generator import lexicon
from generator.errors import ShotError
from generator.lexicon import Light, Mood, Weather
from generator.narrative.model import Scene, Screenplay
from generator.shots.camera import Move, Size
from generator.shots.model import MAX_ITEMS, MAX_TEXT, ShotRequest

#: A shot under this many seconds is a flash; it bounds how many scenes fit into a length.
MIN_SECONDS = 0.9
#: More shots than this in a short film and none of them can be read.
MAX_SHOTS_SHORT = 7
NEGATIVE_PROMPT = "text, watermark, logo, deformed anatomy, extra limbs, flicker, recognisable real person"
LENSES: dict[Size, float] = {
    "extreme wide": 28.0,
    "wide": 32.0,
    "full": 35.0,
    "medium": 50.0,
    "close-up": 75.0,
    "insert": 60.0,
}
#: How long a size wants to be looked at, relative to the others.
_WEIGHTS: dict[Size, float] = {
    "extreme wide": 1.25,
    "wide": 1.15,
    "full": 1.05,
    "medium": 0.95,
    "close-up": 0.85,
    "insert": 0.80,
}
_COVERAGE: tuple[tuple[Size, Move], ...] = (
    ("wide", "dolly in"),
    ("medium", "handheld"),
    ("close-up", "static"),
    ("full", "track"),
)


@dataclass(frozen=True, slots=True)
class _Wish:
    size: Size
    move: Move
    focus: str
    description: str


def plan_shots(
    screenplay: Screenplay,
    *,
    total_seconds: float = 12.0,
    width: int = 640,
    height: int = 360,
    fps: int = 12,
    seed: int,
) -> tuple[ShotRequest, ...]:
    """Plans five to seven shots for a three-scene film (at least one a scene), together ``total_seconds`` to the frame.

    ``[[shot: size, move, on WHOM]]`` notes are honoured in order. All shots of a film carry the same seed: it decides
    the places and the people's looks, and each shot's id decides its camera. Raises ``ShotError`` when the scenes can't
    fit into the length or a size is out of bounds.
    """
    if not 1 <= fps <= 60 or not MIN_SECONDS <= total_seconds <= 3600:
        raise ShotError(
            f"a film of {total_seconds} s at {fps} fps can't be planned; use 1 to 60 fps and {MIN_SECONDS} to 3600 s"
        )
    scenes = screenplay.scenes
    room = int(total_seconds / MIN_SECONDS)
    if not scenes or len(scenes) > room:
        raise ShotError(
            f"{len(scenes)} scenes don't fit into {total_seconds:g} s; ask for at least {len(scenes) * MIN_SECONDS:.0f} s"
        )
    limit = min(room, max(MAX_SHOTS_SHORT, round(total_seconds / 2)))
    wishes = [_wishes(scene, screenplay) for scene in scenes]
    while sum(map(len, wishes)) > limit:
        longest = max(wishes, key=len)
        longest.pop()
    flat = [(number, wish) for number, group in enumerate(wishes) for wish in group]
    frames = _share_frames([_WEIGHTS[wish.size] for _, wish in flat], round(total_seconds * fps))
    shots, counters = [], dict.fromkeys(range(len(scenes)), 0)
    for (number, wish), length in zip(flat, frames, strict=True):
        counters[number] += 1
        shots.append(_request(screenplay, number, counters[number], wish, length / fps, width, height, fps, seed))
    return tuple(shots)


def _share_frames(weights: list[float], total: int) -> list[int]:
    exact = [total * weight / sum(weights) for weight in weights]
    frames = [max(int(value), 1) for value in exact]
    order = sorted(range(len(exact)), key=lambda n: exact[n] - int(exact[n]), reverse=True)
    for n in range(total - sum(frames)):
        frames[order[n % len(order)]] += 1
    return frames


def _wishes(scene: Scene, screenplay: Screenplay) -> list[_Wish]:
    found: list[_Wish] = []
    for position, element in enumerate(scene.elements):
        if element.kind != "shot":
            continue
        later = [e.text for e in scene.elements[position + 1 :] if e.kind == "action"]
        earlier = [e.text for e in scene.elements[:position] if e.kind == "action"]
        text = " ".join(later[:2]) if later else (earlier[-1] if earlier else "")
        found.append(_read_note(element.text, text, scene, screenplay))
    actions = [element.text for element in scene.elements if element.kind == "action"]
    for size, move in _COVERAGE[len(found) : 2]:
        text = actions[min(len(found), len(actions) - 1)] if actions else scene.heading.place.capitalize()
        people = _people(scene, screenplay)
        found.append(_Wish(size, move, people[0] if people and size != "wide" else "", text))
    return found


def _read_note(note: str, description: str, scene: Scene, screenplay: Screenplay) -> _Wish:
    text = note.lower()
    size = next((value for value in sorted(get_args(Size), key=len, reverse=True) if value in text), None)
    if size is None:
        size = next(
            (
                value
                for word, value in (("close", "close-up"), ("establish", "extreme wide"), ("detail", "insert"))
                if word in text
            ),
            "medium",
        )
    move = next((value for value in get_args(Move) if value in text), "static")
    focus = ""
    target = re.search(r"\bon (?:the )?(.+)$", note, re.IGNORECASE)
    if target:
        named = [name for name in screenplay.characters if name.lower() in target.group(1).lower()]
        things = lexicon.names(target.group(1), lexicon.ELEMENTS)
        focus = named[0] if named else (things[0] if things else "")
    return _Wish(cast(Size, size), cast(Move, move), focus, description)


def _people(scene: Scene, screenplay: Screenplay) -> tuple[str, ...]:
    """Who is in the scene: who speaks, then who is named in the action; the first of the cast if nobody is."""
    action = " ".join(element.text for element in scene.elements if element.kind in ("action", "shot")).lower()
    named = [name for name in screenplay.characters if re.search(rf"(?<!\w){re.escape(name.lower())}(?!\w)", action)]
    people = tuple(dict.fromkeys([*named, *scene.characters]))
    return people[:3] or screenplay.characters[:1]


def _setting(scene: Scene, screenplay: Screenplay, number: int) -> tuple[str, Light, Weather, Mood, tuple[str, ...]]:
    heading, text = scene.heading, scene.text
    whole = f"{text} {screenplay.logline}"
    if heading.interior:
        place = lexicon.strongest(heading.place, lexicon.INTERIORS, "") or lexicon.strongest(
            text, lexicon.INTERIORS, "room"
        )
    else:
        place = next(
            (
                found
                for source in (heading.place, text, whole)
                if (found := lexicon.strongest(source, lexicon.PLACES, ""))
            ),
            "field",
        )
    lights = lexicon.names(heading.time, lexicon.LIGHTS)
    previous = [lexicon.names(other.heading.time, lexicon.LIGHTS) for other in screenplay.scenes[:number]]
    light = lights[0] if lights else next((names[0] for names in reversed(previous) if names), "day")
    weather = lexicon.strongest(whole, lexicon.WEATHERS, "cloudy")
    mood = screenplay.mood if screenplay.mood in get_args(Mood) else lexicon.strongest(whole, lexicon.MOODS, "neutral")
    own, all_of = lexicon.names(text, lexicon.ELEMENTS), lexicon.names(screenplay.logline, lexicon.ELEMENTS)
    landmarks = [name for name in (*own, *all_of) if name not in lexicon.PROPS]
    small = [name for name in own if name in lexicon.PROPS] + [
        n for n in all_of if n in lexicon.PROPS and heading.interior
    ]
    elements = tuple(dict.fromkeys([*landmarks[:8], *small[:4]]))[:MAX_ITEMS]
    return place, cast(Light, light), cast(Weather, weather), cast(Mood, mood), elements


def _request(
    screenplay: Screenplay,
    number: int,
    order: int,
    wish: _Wish,
    duration: float,
    width: int,
    height: int,
    fps: int,
    seed: int,
) -> ShotRequest:
    scene = screenplay.scenes[number]
    place, light, weather, mood, elements = _setting(scene, screenplay, number)
    people = _people(scene, screenplay)
    size = wish.size
    if size == "insert" and wish.focus not in lexicon.PROPS:
        size = "close-up" if wish.focus in people else "medium"
    roles = tuple(screenplay.role(name) or name.lower() for name in people)
    who = ", ".join(
        f"{name.title()} ({role})" if role != name.lower() else name.title()
        for name, role in zip(people, roles, strict=True)
    )
    prompt = (
        f"{size.capitalize()} shot, {wish.move}, {LENSES[size]:.0f} mm. {wish.description} "
        f"{scene.heading.place.capitalize()}, {light}, {weather}, {mood} mood. {f'With {who}.' if who else ''}"
    )
    return ShotRequest(
        id=f"s{number + 1}-{order:02d}",
        scene=number + 1,
        slugline=str(scene.heading)[:MAX_TEXT],
        description=wish.description[:MAX_TEXT],
        size=size,
        lens_mm=26.0 if scene.heading.interior and size in ("extreme wide", "wide", "full") else LENSES[size],
        move=wish.move,
        duration=duration,
        characters=people,
        roles=roles,
        prompt=prompt.strip()[:MAX_TEXT],
        negative_prompt=NEGATIVE_PROMPT,
        seed=seed % 2**63,
        width=width,
        height=height,
        fps=fps,
        interior=scene.heading.interior,
        place=place,
        elements=elements,
        light=light,
        weather=weather,
        mood=mood,
        focus=wish.focus or (people[0] if people else ""),
    )

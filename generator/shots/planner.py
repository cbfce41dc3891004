"""From scenes to shots: what each shot shows, how it is framed and moved, and how long it lasts."""

import re
from dataclasses import replace
from typing import cast, get_args

from generator import lexicon
from generator.errors import ShotError
from generator.lexicon import Light, Mood, Weather
from generator.narrative.model import Scene, Screenplay
from generator.shots.camera import Move, Size
from generator.shots.coverage import Wish, covered
from generator.shots.model import MAX_ITEMS, MAX_SECONDS, MAX_TEXT, ShotRequest

#: A shot under this many seconds is a flash; it bounds how many scenes fit into a length.
MIN_SECONDS = 0.9
#: More shots than this in a short film and none of them can be read.
MAX_SHOTS_SHORT = 7
#: A longer film that nobody counted the shots of is cut about this often.
SECONDS_A_SHOT = 6.0
NEGATIVE_PROMPT = "text, watermark, logo, deformed anatomy, extra limbs, flicker, recognisable real person"
LENSES: dict[Size, float] = {
    "extreme wide": 28.0,
    "wide": 32.0,
    "full": 35.0,
    "medium": 50.0,
    "close-up": 75.0,
    "insert": 60.0,
}
#: The word alone mostly means something else.
_WELL = re.compile(r"\b(?:a|an|the|old|dry|deep|village|stone)\s+well\b", re.IGNORECASE)
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


def plan_shots(
    screenplay: Screenplay,
    *,
    total_seconds: float = 12.0,
    width: int = 640,
    height: int = 360,
    fps: int = 12,
    seed: int,
    count: int | None = None,
) -> tuple[ShotRequest, ...]:
    """Plans ``count`` shots (at least one a scene), together ``total_seconds`` to the frame.

    Without a ``count`` it is as many as the screenplay notes, five to seven for a film of three scenes, and one for every
    ``SECONDS_A_SHOT`` of a longer film: twenty in two minutes.

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
    if count is not None and not len(scenes) <= count <= room:
        raise ShotError(f"{len(scenes)} scenes in {total_seconds:g} s take {len(scenes)} to {room} shots, not {count}")
    limit = count or min(room, max(MAX_SHOTS_SHORT, round(total_seconds / 2)))
    wishes = [_wishes(scene, screenplay) for scene in scenes]
    while sum(map(len, wishes)) > limit:
        longest = max(wishes, key=len)
        longest.pop()
    wanted = min(count or round(total_seconds / SECONDS_A_SHOT), room)
    shares = _shared(scenes, [len(group) for group in wishes], wanted)
    wishes = [
        covered(scene, group, _people(scene, screenplay), share)
        for scene, group, share in zip(scenes, wishes, shares, strict=True)
    ]
    flat = [(number, wish) for number, group in enumerate(wishes) for wish in group]
    frames = _share_frames([_weight(wish) for _, wish in flat], round(total_seconds * fps))
    if max(frames) > MAX_SECONDS * fps:
        raise ShotError(
            f"{len(frames)} shots in {total_seconds:g} s would last beyond {MAX_SECONDS:.0f} s each; ask for more shots"
        )
    shots, counters = [], dict.fromkeys(range(len(scenes)), 0)
    for (number, wish), length in zip(flat, frames, strict=True):
        counters[number] += 1
        shot = _request(screenplay, number, counters[number], wish, length / fps, width, height, fps, seed)
        shots.append(replace(shot, dialogue=wish.lines))
    return tuple(shots)


def _shared(scenes: tuple[Scene, ...], wished: list[int], wanted: int) -> list[int]:
    """How many shots each scene gets: what it wished, and the rest where most happens in a shot."""
    shares = list(wished)
    events = [sum(element.kind in ("action", "dialogue") for element in scene.elements) + 1 for scene in scenes]
    while sum(shares) < wanted:
        shares[max(range(len(scenes)), key=lambda n: (events[n] / shares[n], -n))] += 1
    return shares


def _weight(wish: Wish) -> float:
    """How long a shot wants to last, relative to the others: by its size, and by what has to be said in it."""
    return _WEIGHTS[wish.size] * (1.0 + 0.05 * sum(len(line.text.split()) for line in wish.lines))


def _share_frames(weights: list[float], total: int) -> list[int]:
    exact = [total * weight / sum(weights) for weight in weights]
    frames = [max(int(value), 1) for value in exact]
    order = sorted(range(len(exact)), key=lambda n: exact[n] - int(exact[n]), reverse=True)
    for n in range(total - sum(frames)):
        frames[order[n % len(order)]] += 1
    return frames


def _wishes(scene: Scene, screenplay: Screenplay) -> list[Wish]:
    found: list[Wish] = []
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
        found.append(Wish(size, move, people[0] if people and size != "wide" else "", text))
    return found


def _read_note(note: str, description: str, scene: Scene, screenplay: Screenplay) -> Wish:
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
    return Wish(cast(Size, size), cast(Move, move), focus, description)


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
    if weather in ("storm", "rain") and "snow" in lexicon.names(whole, lexicon.WEATHERS):
        weather = "snow"  # a storm in the snow is a snowstorm
    mood = screenplay.mood if screenplay.mood in get_args(Mood) else lexicon.strongest(whole, lexicon.MOODS, "neutral")
    own, all_of = lexicon.names(text, lexicon.ELEMENTS), lexicon.names(screenplay.logline, lexicon.ELEMENTS)
    if _WELL.search(whole):
        own = (*own, "fountain")
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
    wish: Wish,
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

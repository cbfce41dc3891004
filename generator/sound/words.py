"""From a shot's words to what is heard: which ambience lies under it, which effects happen in it and when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from generator import lexicon
from generator.shots.model import ShotRequest

#: Words of what is heard, or seen and can be heard, to the recipe.
AMBIENCES: Mapping[str, str] = MappingProxyType(
    {
        "wind": "wind windy gale storm hurricane tempest breeze gust howling blizzard desert mountain summit ridge",
        "rain": "rain rainy raining drizzle downpour monsoon storm thunderstorm",
        "sea": "sea ocean wave surf shore beach coast harbour harbor pier jetty quay island cliff tide lighthouse",
        "river": "river stream brook creek waterfall fountain canal",
        "birds": "bird birdsong songbird sparrow forest woods grove garden orchard meadow park",
        "crickets": "cricket cicada",
        "city": "city town street downtown rooftop metropolis skyline alley",
        "traffic": "traffic highway motorway avenue cars intersection",
        "train": "train railway carriage locomotive tram",
        "crowd": "crowd murmur chatter audience market cafe restaurant bar pub tavern festival carnival wedding",
        "fire": "fire campfire bonfire hearth fireplace flame",
        "machines": "machine factory hum generator server refrigerator ventilator laboratory",
        "ticking": "ticking clockmaker watchmaker",
        "room": "room silence hush",
    }
)
EFFECTS_OF: Mapping[str, str] = MappingProxyType(
    {
        "footsteps": "footstep footsteps step steps walk walks walking walked climb climbs climbing pace paces stride "
        "strides strode run runs running crosses enters approaches",
        "door": "door doors slam slams gate",
        "knock": "knock knocks knocking",
        "bell": "bell bells chime chimes toll tolls tolling",
        "phone": "phone telephone",
        "paper": "letter letters paper page pages envelope map newspaper note book unfolds",
        "engine": "engine motor car truck motorbike motorboat tractor bus drives",
        "gull": "gull gulls seagull seagulls",
        "dog": "dog dogs bark barks barking",
        "clock": "clock watch pocketwatch",
        "thunder": "thunder thunderclap lightning thunderstorm",
        "splash": "splash splashes dives plunges oar oars rows rowing",
        "glass": "glass glasses cup cups bottle toast",
        "keys": "key keys lock unlocks",
        "radio": "radio static transmitter",
        "horn": "foghorn horn freighter ship",
    }
)
#: What the place sounds like where no word says so.
_PLACES: Mapping[str, str] = MappingProxyType(
    {
        "harbour": "sea", "coast": "sea", "island": "sea", "sea": "sea", "lake": "river", "mountain": "wind",
        "desert": "wind", "forest": "birds", "city": "city", "village": "birds", "field": "birds",
    }
)  # fmt: skip
#: Daylight birds sing by; at night there are crickets instead.
_BRIGHT = frozenset({"dawn", "morning", "day", "afternoon"})
#: Heard outside; from inside they come through the wall.
_OUTSIDE = frozenset({"wind", "rain", "sea", "river", "birds", "crickets", "city", "traffic"})
#: More than this over each other is only noise.
MAX_AMBIENCES, MAX_EFFECTS = 3, 4


@dataclass(frozen=True, slots=True)
class Bed:
    """The ambience under a scene; ``behind_walls`` of it is heard from inside."""

    names: tuple[str, ...]
    behind_walls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Happening:
    """An effect at a share (0..1) of the shot's length."""

    name: str
    at: float


def bed_of(shots: Sequence[ShotRequest]) -> Bed:
    """The ambience of a scene, from the words of all of its shots: those of ``sound`` where they were given, else place,
    weather, light and description."""
    first = shots[0]
    said = " ".join(shot.sound for shot in shots if shot.sound)
    found = list(dict.fromkeys(lexicon.names(said, AMBIENCES)))
    if not said:
        seen = " ".join(f"{shot.slugline} {shot.description} {' '.join(shot.elements)}" for shot in shots)
        weather = {"rain": ["rain"], "storm": ["rain", "wind"], "snow": ["wind"]}.get(first.weather, [])
        place = [_PLACES[first.place]] if first.place in _PLACES else []
        if first.interior:
            found = [*weather, *(name for name in lexicon.names(seen, AMBIENCES) if name not in _OUTSIDE)]
        else:
            found = [*weather, *place, *lexicon.names(seen, AMBIENCES)]
            night = first.light not in _BRIGHT
            found = ["crickets" if name == "birds" and night else name for name in found]
            if first.weather in ("rain", "storm", "snow"):
                found = [name for name in found if name not in ("birds", "crickets")]
    names = [name for name in dict.fromkeys(found) if name != "room"][:MAX_AMBIENCES]
    if first.interior:
        return Bed((*names, "room"), tuple(name for name in names if name in _OUTSIDE))
    return Bed(tuple(names) or ("wind",))


def happenings(shot: ShotRequest) -> tuple[Happening, ...]:
    """The effects of a shot in the order of its words, each at the share of the shot that its word has of the text."""
    text = shot.sound or shot.description
    found: dict[str, float] = {}
    for hit in lexicon.hits(text, EFFECTS_OF):
        found.setdefault(hit.name, hit.position / max(len(text), 1))
    kept = sorted(found.items(), key=lambda one: one[1])[:MAX_EFFECTS]
    return tuple(Happening(name, round(at * 0.8, 4)) for name, at in kept)

"""The words that the planner and the renderer share: which words of a brief mean which light, weather, mood or thing.

One table for each concept, canonical name to the words that mean it. Matching is by whole word, with plural ``s``/``es``
folded, so a new synonym is one word in one table.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal

Light = Literal["dawn", "morning", "day", "afternoon", "sunset", "dusk", "night"]
Weather = Literal["clear", "cloudy", "overcast", "fog", "rain", "storm", "snow"]
Mood = Literal["neutral", "warm", "hopeful", "joyful", "calm", "melancholy", "tense", "eerie"]

LIGHTS: Mapping[str, str] = MappingProxyType(
    {
        "dawn": "dawn daybreak sunrise",
        "morning": "morning breakfast",
        "day": "day daylight noon midday",
        "afternoon": "afternoon",
        "sunset": "sunset sundown golden evening",
        "dusk": "dusk twilight nightfall",
        "night": "night midnight moon moonlight moonlit moonless stars starlight starlit nocturnal",
    }
)
WEATHERS: Mapping[str, str] = MappingProxyType(
    {
        "storm": "storm stormy thunder thunderstorm lightning gale hurricane tempest",
        "rain": "rain rainy raining drizzle downpour wet monsoon",
        "snow": "snow snowy snowing snowfall blizzard winter frozen frost ice icy sleet",
        "fog": "fog foggy mist misty haze hazy smoke",
        "overcast": "overcast grey gray gloomy dull leaden",
        "cloudy": "cloud cloudy clouds",
        "clear": "clear sunny sunlit bright cloudless summer",
    }
)
MOODS: Mapping[str, str] = MappingProxyType(
    {
        "eerie": "eerie ghost ghostly haunted strange uncanny mysterious mystery secret vanished vanish vanishes unknown "
        "disappeared disappears dark darkness shadow monster spirit",
        "tense": "tense danger dangerous chase escape escapes fear afraid hunted threat race against thriller deadline "
        "before wreck wrecked storm fight enemy gun bomb pursued rescue betrayed betrayal",
        "melancholy": "melancholy sad grief grieving mourning mourns loss lost lonely alone loneliness last goodbye dead "
        "died dying farewell abandoned forgotten widow widower ageing regret silent silence remembers",
        "hopeful": "hope hopeful dream dreams promise returns return reunion reunited begin begins beginning home forgive "
        "forgives light learn learns courage",
        "joyful": "joy joyful happy laugh laughter celebrate celebration festival carnival wedding dance dances playful "
        "comedy funny cheerful feast",
        "warm": "warm love loves lovers tender tenderness kindness friend friends friendship family grandmother "
        "grandfather romance bakery",
        "calm": "calm quiet peaceful gentle slow still serene silence stillness",
    }
)
#: Where a scene can play. Interiors first in INTERIORS, all others are under the sky.
PLACES: Mapping[str, str] = MappingProxyType(
    {
        "harbour": "harbour harbor port dock docks quay marina wharf pier jetty fishing",
        "coast": "coast shore beach cliff cliffs seaside headland bay cove tide tideline lighthouse dune coastal",
        "island": "island isle islet atoll",
        "sea": "sea ocean waves aboard deck ship sailboat",
        "river": "river canal ferry stream brook ford weir riverbank towpath estuary",
        "lake": "lake pond lagoon loch fjord reservoir dam marsh swamp",
        "mountain": "mountain mountains peak summit ridge pass alpine valley glacier volcano hill hills observatory",
        "desert": "desert dunes sand sands oasis canyon mesa wasteland caravan",
        "forest": "forest woods wood jungle pines grove trees clearing taiga woodland",
        "market": "market bazaar stalls fairground",
        "station": "station platform railway",
        "city": "city street streets alley avenue downtown skyscraper skyscrapers rooftop rooftops town square metropolis "
        "neon traffic suburb",
        "village": "village hamlet farmhouse barn churchyard chapel church cottage",
        "park": "park garden gardens orchard churchyard cemetery courtyard",
        "road": "road highway motorway crossroads lane",
        "planet": "planet lunar mars martian crater asteroid",
        "field": "field fields meadow farm prairie plain plains countryside vineyard steppe moor tundra",
    }
)
INTERIORS: Mapping[str, str] = MappingProxyType(
    {
        "room": "room bedroom house home apartment flat parlour parlor hotel motel attic cellar basement hut",
        "kitchen": "kitchen bakery",
        "cafe": "cafe restaurant diner bar pub tavern inn teahouse canteen",
        "shop": "shop bookshop bookstore store pharmacy",
        "study": "study office library archive newsroom police",
        "hall": "museum courtroom ballroom palace castle gallery hall theatre theater stage opera cinema",
        "church": "church chapel cathedral temple monastery",
        "classroom": "school classroom lecture",
        "laboratory": "laboratory lab spaceship spacecraft capsule",
        "observatory": "observatory dome planetarium",
        "workshop": "workshop garage studio forge shed boathouse barn stable",
        "factory": "warehouse factory hangar mill depot",
        "train": "train compartment carriage tram bus",
        "cabin": "cabin wheelhouse galley berth",
        "ward": "hospital ward clinic cell prison corridor",
    }
)
#: Living things that are not people; each walks, stands or flies as its species does.
ANIMALS: Mapping[str, str] = MappingProxyType(
    {
        "dog": "dog puppy hound husky sheepdog collie terrier",
        "wolf": "wolf wolves",
        "fox": "fox",
        "cat": "cat kitten",
        "horse": "horse mare stallion pony foal donkey mule",
        "deer": "deer stag fawn elk reindeer moose",
        "camel": "camel",
        "cow": "cow bull ox oxen calf cattle buffalo",
        "sheep": "sheep lamb ram flock",
        "goat": "goat",
        "bear": "bear",
        "elephant": "elephant",
        "lion": "lion lioness tiger",
        "birds": "bird gull seagull crow raven pigeon dove goose geese eagle owl hawk heron swan duck sparrow starling",
    }
)
#: Things that can stand in the picture, outside or on a table.
ELEMENTS: Mapping[str, str] = MappingProxyType(
    {
        "lighthouse": "lighthouse beacon",
        "church": "church chapel steeple cathedral monastery abbey",
        "castle": "castle fortress ruin ruins palace",
        "windmill": "windmill mill",
        "tower": "tower watchtower minaret silo chimney",
        "observatory": "observatory",
        "house": "house cottage cabin hut farmhouse home shack barn bakery inn farm village hamlet teahouse boathouse",
        "blocks": "city skyscraper skyscrapers apartment downtown metropolis office street tenement",
        "pier": "pier jetty dock docks wharf quay harbour harbor port",
        "bridge": "bridge viaduct",
        "boat": "boat dinghy sailboat fishing fisherman fisherwoman skiff yacht sailor",
        "rowboat": "rowboat canoe ferryman ferrywoman rower",
        "ship": "ship freighter tanker trawler vessel liner ferry steamer",
        "car": "car taxi cab driver automobile jeep",
        "truck": "truck lorry van caravan bus",
        "train": "train locomotive railway carriage tram",
        "bicycle": "bicycle bike cyclist",
        "cart": "cart wagon",
        "sledge": "sledge sled sleigh",
        "plane": "plane airplane aeroplane aircraft biplane",
        "balloon": "balloon airship",
        "rocket": "rocket spaceship spacecraft lander",
        "stalls": "market bazaar stall stalls fairground",
        "fountain": "fountain oasis",
        "bench": "bench",
        "graves": "grave cemetery gravestone headstone churchyard",
        "pines": "forest pine pines woods fir taiga woodland",
        "palms": "palm palms oasis jungle",
        "trees": "tree trees orchard garden park grove oak willow",
        "rocks": "rock rocks cliff cliffs boulder stones reef canyon",
        "lamp": "streetlamp lamppost lamplight neon street alley station square",
        "fire": "fire campfire bonfire hearth flames",
        "tent": "tent camp circus expedition",
        **ANIMALS,
        "letter": "letter letters note telegram envelope postcard message diary journal",
        "map": "map chart blueprint",
        "book": "book books manuscript novel ledger",
        "photograph": "photograph photo picture portrait painting",
        "lantern": "lantern lamp candle torch flashlight",
        "radio": "radio recorder gramophone transmitter telephone phone",
        "suitcase": "suitcase bag trunk chest luggage briefcase box parcel",
        "key": "key keys locket ring coin necklace",
        "clock": "clock watch pocketwatch clockmaker watchmaker",
        "bell": "bell",
        "cup": "cup tea coffee bottle wine",
        "violin": "violin cello guitar piano accordion instrument violinist",
        "bread": "bread loaf cake baker bakes",
        "telescope": "telescope astronomer binoculars",
    }
)
#: Elements small enough for a table top or a hand; an insert shot can fill the frame with them.
PROPS = frozenset(
    [
        "letter",
        "map",
        "book",
        "photograph",
        "lantern",
        "radio",
        "suitcase",
        "key",
        "clock",
        "bell",
        "cup",
        "violin",
        "bread",
        "telescope",
    ]
)


@dataclass(frozen=True, slots=True)
class Hit:
    """A canonical name, the word of the text that gave it, and where that word starts (characters)."""

    name: str
    word: str
    position: int


def words(text: str) -> list[str]:
    """Lower-case words in order; hyphens and apostrophes split."""
    return [match.group().lower() for match in re.finditer(r"[^\W\d_]+", text)]


def hits(text: str, table: Mapping[str, str]) -> list[Hit]:
    """Every word of ``text`` that ``table`` knows, in reading order; a word may mean several things."""
    inverted = _inverted(tuple(table.items()))
    found: list[Hit] = []
    for match in re.finditer(r"[^\W\d_]+", text):
        word = match.group().lower()
        for form in _forms(word):
            if form in inverted:
                found.extend(Hit(name, word, match.start()) for name in inverted[form])
                break
    return found


def names(text: str, table: Mapping[str, str]) -> tuple[str, ...]:
    """Canonical names in order of first mention."""
    return tuple(dict.fromkeys(hit.name for hit in hits(text, table)))


def strongest(text: str, table: Mapping[str, str], default: str) -> str:
    """The name mentioned most often; the table's order breaks ties; ``default`` if nothing is mentioned."""
    counts = dict.fromkeys(table, 0)
    for hit in hits(text, table):
        counts[hit.name] += 1
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else default


@cache
def _inverted(items: tuple[tuple[str, str], ...]) -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for name, synonyms in items:
        for word in (name, *synonyms.split()):
            if name not in table.get(word, ()):
                table[word] = (*table.get(word, ()), name)
    return table


def _forms(word: str) -> tuple[str, ...]:
    forms = [word]
    if word.endswith("es") and len(word) > 4:
        forms.append(word[:-2])
    if word.endswith("s") and len(word) > 3:
        forms.append(word[:-1])
    return tuple(forms)

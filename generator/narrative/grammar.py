"""Small tables of the planner: titles, how the hour moves on, how a line is said."""

TITLES: tuple[str, ...] = (
    "The {Noun} and the {Ground}",
    "{Name} and the {Noun}",
    "The Last {Noun}",
    "What the {Ground} Kept",
    "A {Noun} for {Name}",
)
#: How the hour moves on over three scenes, by the hour that the brief begins with.
HOURS_ON: dict[str, tuple[str, str, str]] = {
    "dawn": ("dawn", "morning", "day"),
    "morning": ("morning", "day", "sunset"),
    "day": ("day", "afternoon", "sunset"),
    "afternoon": ("afternoon", "sunset", "dusk"),
    "sunset": ("sunset", "dusk", "night"),
    "dusk": ("dusk", "dusk", "night"),
    "night": ("night", "night", "dawn"),
}
#: How a line is said, by what it does; a quarter of such lines are marked.
ASIDES: dict[str, tuple[str, ...]] = {
    "confess": ("quietly", "not looking up"),
    "comfort": ("gently",),
    "accuse": ("very calm", "low"),
    "warn": ("low",),
    "alone": ("to no one", "half aloud"),
    "hurry": ("already moving",),
    "deflect": ("too quickly",),
    "loss": ("after a while",),
    "joke": ("straight-faced",),
    "no": ("at once",),
}

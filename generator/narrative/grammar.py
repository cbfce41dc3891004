"""The small grammar: sentences with slots, by beat, mood, weather and place. Slots take the brief's own words.

``{who}`` and ``{other}`` are people as prose says them, ``{Who}`` at the start of a sentence; ``{thing}`` and ``{place}``
are phrases of the brief with their article.
"""

WEATHER_LINES: dict[str, tuple[str, ...]] = {
    "clear": (
        "The air is so clear that distance means nothing.",
        "Clean light, long shadows, not a cloud that matters.",
    ),
    "cloudy": (
        "Clouds drift over, taking the light and giving it back.",
        "A broken sky; the light keeps changing its mind.",
    ),
    "overcast": ("A low grey sky presses on everything.", "No shadows today. The sky is one flat sheet of grey."),
    "fog": ("Fog has swallowed the far edge of the world.", "Fog drifts in, and shapes come and go inside it."),
    "rain": ("Rain, steady and patient, beads on every surface.", "It has been raining for hours; everything shines."),
    "storm": (
        "The storm is close. Wind drags the rain sideways.",
        "Under a sky the colour of slate the storm gathers itself.",
    ),
    "snow": ("Snow falls without a sound.", "Snow has softened every edge, and more is falling."),
}
LIGHT_LINES: dict[str, tuple[str, ...]] = {
    "dawn": ("First light touches {place}.", "Dawn, pale and thin, finds {place}."),
    "morning": ("Morning light lies across {place}.", "Morning. {Place} is already awake."),
    "day": ("Midday stands over {place}.", "Broad daylight on {place}."),
    "afternoon": ("The afternoon leans over {place}.", "Late afternoon; {place} holds its warmth."),
    "sunset": ("The last sun gilds {place}.", "Sunset. {Place} turns to copper."),
    "dusk": ("Dusk settles on {place}.", "The light is going. {Place} becomes an outline."),
    "night": ("Night. {Place} keeps a few lights of its own.", "Under a hard moon, {place} lies still."),
}
INSIDE_LINES: tuple[str, ...] = (
    "One window, one table. The light comes in low and stays near the glass.",
    "A small room: a table by the window, a lamp, dust turning in the light.",
    "Inside it is quiet. The window holds the only view there is.",
)
ENTER_LINES: tuple[str, ...] = (
    "{Who} stands where the path ends and looks out.",
    "{Who} walks slowly, as if counting the steps.",
    "{Who} comes into view, alone against all that space.",
)
THING_LINES: tuple[str, ...] = (
    "{Who} turns {thing} over, once, twice, and sets it down again.",
    "Between them, in plain sight: {thing}.",
    "{Who} does not touch {thing}. Not yet.",
)
THING_ALONE_LINES: tuple[str, ...] = (
    "On the table: {thing}. {Who} has not looked away from it.",
    "{Who} turns {thing} over, once, twice, and sets it down again.",
    "{Who} reaches for {thing}, then thinks better of it.",
)
WAITING_LINES: tuple[str, ...] = (
    "{Who} sits down by the light and waits.",
    "{Who} listens. Nothing yet.",
    "{Who} looks at the door, then at the window, then at the door.",
)
LAST_LINES: dict[str, tuple[str, ...]] = {
    "neutral": ("{Who} stays until there is nothing more to see.", "{Who} looks back once, and goes on."),
    "warm": ("For the first time {who} smiles.", "{Who} stays. That is answer enough."),
    "hopeful": ("{Who} looks up. Far off, there is a light.", "{Who} takes one step, and then the next."),
    "joyful": (
        "{Who} laughs out loud, and the sound carries.",
        "{Who} spins once, arms wide, and lets go of all of it.",
    ),
    "calm": ("{Who} breathes out. Nothing needs to be said.", "{Who} sits with it until the light has gone."),
    "melancholy": ("{Who} lets it go, and does not turn around.", "What is left of the light leaves {who} last."),
    "tense": ("{Who} does not run. There is nowhere left to run to.", "Somewhere behind, a sound. {Who} turns."),
    "eerie": ("Where {who} stood, there is no one.", "{Who} hears it again, closer now."),
}
#: Exchanges of two people, by beat: lines alternate. (text, parenthetical)
OPENING_TALK: dict[str, tuple[tuple[tuple[str, str], ...], ...]] = {
    "quiet": (
        (("You came back to {place}.", ""), ("I never really left it.", "quietly"), ("No. I suppose nobody does.", "")),
        (
            ("How long have you been standing here?", ""),
            ("Long enough to stop counting.", ""),
            ("Then count me in.", "dry"),
        ),
    ),
    "loud": (
        (
            ("We should not be out here.", "low"),
            ("There is nowhere else to be.", ""),
            ("Then keep your eyes on {place}.", ""),
        ),
        (("Did you hear that?", ""), ("It is only the {weather}.", "not sure"), ("It was not the {weather}.", "")),
    ),
}
MIDDLE_TALK: dict[str, tuple[tuple[tuple[str, str], ...], ...]] = {
    "quiet": (
        (
            ("You kept {thing}.", ""),
            ("It was never mine to throw away.", ""),
            ("And now?", ""),
            ("Now it is yours too.", "gently"),
        ),
        (
            ("Tell me about {thing}.", ""),
            ("It is older than both of us.", ""),
            ("That is not what I asked.", "smiling"),
        ),
    ),
    "loud": (
        (("Where did you get {thing}?", ""), ("Does it matter?", ""), ("It matters to whoever lost it.", "sharp")),
        (("Put {thing} down.", "low"), ("Not until you tell me the truth.", ""), ("You would not believe it.", "")),
    ),
}
WAITING_TALK: dict[str, tuple[tuple[tuple[str, str], ...], ...]] = {
    "quiet": (
        (("It is quieter than I remember.", ""), ("You were louder, then.", "smiling"), ("Perhaps I was.", "")),
        (("Sit with me a while.", ""), ("Only a while.", "")),
    ),
    "loud": (
        (("They know we are here.", "low"), ("Then we have until the lamp burns down.", "")),
        (("Tell me what you saw.", ""), ("I would rather not.", ""), ("Tell me anyway.", "")),
    ),
}
CLOSING_TALK: dict[str, tuple[tuple[tuple[str, str], ...], ...]] = {
    "quiet": (
        (("Whatever happens, I am glad it was here.", ""), ("So am I.", "")),
        (("Will you stay?", ""), ("Ask me again in the morning.", "softly")),
    ),
    "loud": (
        (("It is now or not at all.", ""), ("Then it is now.", "")),
        (("If we go, we cannot come back.", ""), ("Then do not look back.", "")),
    ),
}
#: What one person says to nobody.
ALONE_TALK: dict[str, tuple[tuple[str, str], ...]] = {
    "opening": (
        ("Same as it ever was. {Place}, and me.", "to no one"),
        ("One more day. I said that yesterday.", "half aloud"),
        ("All right. I am here.", "to {place}"),
    ),
    "middle": (
        ("So it was you, all this time. {Thing}.", "barely a whisper"),
        ("I should have known. {Thing}.", "under the breath"),
        ("Who were you meant for?", "to {thing}"),
    ),
    "waiting": (("It is quieter than I remember.", "half aloud"), ("Not yet. A little longer.", "")),
    "closing": (
        ("I am not afraid of it any more.", "quietly"),
        ("There. Now it is done.", ""),
        ("Let it come.", "steady"),
    ),
}
TITLES: tuple[str, ...] = (
    "The {Noun} and the {Ground}",
    "{Name} and the {Noun}",
    "The Last {Noun}",
    "What the {Ground} Kept",
    "A {Noun} for {Name}",
)
LOUD_MOODS = frozenset(("tense", "eerie"))
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
#: Rooms that a place suggests when the brief names none.
ROOMS_OF: dict[str, tuple[str, str]] = {
    "harbour": ("net loft", "workshop"),
    "coast": ("cottage by the sea", "room"),
    "city": ("apartment above the street", "room"),
    "village": ("kitchen at the back of the house", "kitchen"),
    "island": ("island house", "room"),
    "field": ("farmhouse kitchen", "kitchen"),
    "mountain": ("mountain hut", "room"),
    "lake": ("boathouse", "workshop"),
    "forest": ("cabin in the woods", "room"),
}

"""A shot as a plain, JSON-able value: everything a backend needs to make a take of it, and nothing else."""

import math
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from typing import Any, get_args

from generator.errors import ShotError
from generator.lexicon import Light, Mood, Weather
from generator.shots.camera import Move, Size

#: Bounds of one shot. Pixels bound memory and time; a previsualisation shot beyond a minute is a mistake.
MIN_SIDE, MAX_SIDE = 32, 4096
MAX_SECONDS = 60.0
MAX_FPS = 60
MIN_LENS_MM, MAX_LENS_MM = 10.0, 200.0
#: Text fields end up in file metadata and in prompts of models with short contexts.
MAX_TEXT = 4000
MAX_ITEMS = 16


@dataclass(frozen=True, slots=True)
class Line:
    """What a character says while the shot is seen; ``manner`` is the screenplay's parenthetical."""

    character: str
    text: str
    manner: str = ""


@dataclass(frozen=True, slots=True)
class ShotRequest:
    """One shot to be made into a take.

    ``duration`` is in seconds and a whole number of frames at ``fps``; ``lens_mm`` is a full-frame focal length
    (36 mm wide sensor); ``place`` is the kind of location, ``elements`` what stands in it (names of ``lexicon``);
    ``wind`` and the rest of the picture follow from ``weather``. ``seed`` makes the take repeatable. ``dialogue`` is
    what is said meanwhile, ``sound`` what else is heard, in words ("rain on glass, a far train"): empty lets place, weather
    and description decide.
    """

    id: str
    scene: int
    slugline: str
    description: str
    size: Size
    lens_mm: float
    move: Move
    duration: float
    characters: tuple[str, ...]
    roles: tuple[str, ...]
    prompt: str
    negative_prompt: str
    seed: int
    width: int
    height: int
    fps: int
    interior: bool
    place: str
    elements: tuple[str, ...]
    light: Light
    weather: Weather
    mood: Mood
    focus: str
    sound: str = ""
    dialogue: tuple[Line, ...] = ()

    def __post_init__(self) -> None:
        _check(self)

    @property
    def frames(self) -> int:
        """Whole frames in the shot."""
        return round(self.duration * self.fps)

    def as_dict(self) -> dict[str, Any]:
        """A JSON document that ``from_dict`` reads back to an equal value."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, spec: Mapping[str, Any]) -> "ShotRequest":
        """Reads ``as_dict``'s document. Raises ``ShotError`` naming the first field that is missing, unknown or bad."""
        if not isinstance(spec, Mapping):
            raise ShotError(
                f"a shot specification is a JSON object, not {type(spec).__name__}; pass what as_dict() gave"
            )
        known = {field.name for field in fields(cls)}
        needed = {field.name for field in fields(cls) if field.default is MISSING}
        if missing := sorted(needed - set(spec)):
            raise ShotError(f"the shot specification lacks {missing[0]!r}; it says what is to be made")
        if unknown := sorted(str(key) for key in set(spec) - known):
            raise ShotError(f"the shot specification has an unknown field {unknown[0][:40]!r}; remove it")
        values: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in spec.items()
        }
        if isinstance(values.get("dialogue"), tuple):
            values["dialogue"] = tuple(_line(item) for item in values["dialogue"])
        return cls(**values)


def _line(item: object) -> Line:
    if not isinstance(item, Mapping) or not {"character", "text"} <= set(item) <= {"character", "text", "manner"}:
        raise ShotError("a line of a shot's dialogue is an object with 'character', 'text' and perhaps 'manner'")
    return Line(**item)


def _check(shot: ShotRequest) -> None:
    for name in ("id", "slugline", "description", "prompt", "negative_prompt", "place", "focus"):
        _text(name, getattr(shot, name), required=name in ("id", "place"))
    _text("sound", shot.sound, required=False)
    if not isinstance(shot.dialogue, tuple) or len(shot.dialogue) > MAX_ITEMS:
        raise ShotError(f"shot field 'dialogue' must be a list of at most {MAX_ITEMS} lines")
    for line in shot.dialogue:
        if not isinstance(line, Line):
            raise ShotError("shot field 'dialogue' must hold lines, each with a character and a text")
        _text("dialogue", line.character, required=True)
        _text("dialogue", line.text, required=True)
        _text("dialogue", line.manner, required=False)
    for name in ("characters", "roles", "elements"):
        items = getattr(shot, name)
        if not isinstance(items, tuple) or len(items) > MAX_ITEMS:
            raise ShotError(f"shot field {name!r} must be a list of at most {MAX_ITEMS} texts")
        for item in items:
            _text(name, item, required=True)
    if len(shot.roles) != len(shot.characters):
        raise ShotError("shot field 'roles' must hold one role for each of 'characters'")
    if not isinstance(shot.interior, bool):
        raise ShotError("shot field 'interior' must be true or false")
    for name, choices in (("size", Size), ("move", Move), ("light", Light), ("weather", Weather), ("mood", Mood)):
        value = getattr(shot, name)
        if value not in get_args(choices):
            raise ShotError(f"shot field {name!r} is {str(value)[:40]!r}; choose one of {', '.join(get_args(choices))}")
    _whole("scene", shot.scene, 1, 10_000)
    _whole("seed", shot.seed, 0, 2**63 - 1)
    _whole("width", shot.width, MIN_SIDE, MAX_SIDE)
    _whole("height", shot.height, MIN_SIDE, MAX_SIDE)
    _whole("fps", shot.fps, 1, MAX_FPS)
    if shot.width % 2 or shot.height % 2:
        raise ShotError(f"a frame of {shot.width}x{shot.height} can't be encoded as yuv420p; make both sides even")
    _number("lens_mm", shot.lens_mm, MIN_LENS_MM, MAX_LENS_MM)
    _number("duration", shot.duration, 1 / shot.fps, MAX_SECONDS)
    if abs(shot.duration * shot.fps - round(shot.duration * shot.fps)) > 1e-3:
        raise ShotError(f"a duration of {shot.duration} s is not a whole number of frames at {shot.fps} fps")


def _text(name: str, value: object, *, required: bool) -> None:
    if not isinstance(value, str):
        raise ShotError(f"shot field {name!r} must be text, not {type(value).__name__}")
    if required and not value.strip():
        raise ShotError(f"shot field {name!r} is empty; give it a value")
    if len(value) > MAX_TEXT:
        raise ShotError(f"shot field {name!r} has {len(value)} characters; at most {MAX_TEXT} are allowed")
    if any(ord(char) < 32 and char not in "\n\t" for char in value):
        raise ShotError(f"shot field {name!r} holds a control character; remove it")


def _whole(name: str, value: object, low: int, high: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ShotError(f"shot field {name!r} is {str(value)[:40]!r}; it must be a whole number from {low} to {high}")


def _number(name: str, value: object, low: float, high: float) -> None:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise ShotError(f"shot field {name!r} must be a number")
    if not low <= value <= high:
        raise ShotError(f"shot field {name!r} is {value}; it must lie from {low:.3g} to {high:.3g}")

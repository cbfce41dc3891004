"""A shot for tests, with any field changed."""

from typing import Any

from generator.shots import ShotRequest


def shot(**changes: Any) -> ShotRequest:
    values: dict[str, Any] = {
        "id": "s1-01", "scene": 1, "slugline": "EXT. COAST - DAY", "description": "A figure stands still.", "size": "wide",
        "lens_mm": 35.0, "move": "static", "duration": 3.0, "characters": (), "roles": (), "prompt": "p",
        "negative_prompt": "", "seed": 1, "width": 96, "height": 54, "fps": 8,
        "interior": False, "place": "coast", "elements": (), "light": "day",
        "weather": "clear", "mood": "neutral", "focus": "",
    }  # fmt: skip
    return ShotRequest(**{**values, **changes})

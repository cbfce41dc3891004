"""The camera's vocabulary: shot sizes and moves, as film crews name them."""

from typing import Literal

#: How much of the subject fills the frame, from a landscape to a thing in a hand.
Size = Literal["extreme wide", "wide", "full", "medium", "close-up", "insert"]
Move = Literal[
    "static",
    "dolly in",
    "dolly out",
    "pan left",
    "pan right",
    "tilt up",
    "tilt down",
    "crane up",
    "crane down",
    "orbit left",
    "orbit right",
    "handheld",
    "track",
]

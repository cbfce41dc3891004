"""Birds in the air; sizes as in life (metres)."""

import math

from generator.backends.previz.parts import Colour, Paint, Part, ball, cone, limb, turn


def bird(time: float, span: float, colour: Colour, *, phase: float = 0.0, glide: bool = False) -> tuple[Part, ...]:
    """A bird in the air, ``span`` metres from tip to tip, flying towards +z."""
    beat = (0.25 if glide else 0.75) * math.sin((5.0 if glide else 9.0) * time + phase) + 0.15
    body, tip = Paint(colour), Paint((colour[0] * 0.3, colour[1] * 0.3, colour[2] * 0.3))
    parts = [
        ball((0.0, 0.0, 0.0), (span * 0.07, span * 0.065, span * 0.19), body),
        ball((0.0, 0.02 * span, span * 0.2), span * 0.055, body),
    ]
    for side in (-1.0, 1.0):
        elbow = (side * span * 0.22, span * 0.22 * math.sin(beat), 0.02 * span)
        end = (side * span * 0.48, elbow[1] + span * 0.24 * math.sin(beat * 0.4 - 0.1), -0.10 * span)
        parts += [
            limb((side * span * 0.05, 0.0, 0.03 * span), elbow, span * 0.05, span * 0.036, body),
            limb(elbow, end, span * 0.036, span * 0.012, tip),
        ]
    parts.append(
        cone((0.0, 0.0, -span * 0.25), span * 0.07, span * 0.07, span * 0.02, body, rotation=turn(0.0, 1.5708))
    )
    return tuple(parts)

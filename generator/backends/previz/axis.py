"""The axis of action: the line between two people, and the side of it that all cameras of a scene keep to.

The 180-degree rule: a cut across the line would swap who looks left and who looks right (Arijon, "Grammar of the Film
Language", 1976, ch. 3).
"""

import math
from dataclasses import dataclass

#: How near the line a camera may come, metres.
MARGIN = 0.25


@dataclass(frozen=True, slots=True)
class Axis:
    """The line through two places (x, z) on the ground, and the side, +1 or -1, on which cameras stand."""

    a: tuple[float, float]
    b: tuple[float, float]
    side: float

    def distance(self, x: float, z: float) -> float:
        """Metres from the line to a place, positive on the cameras' side."""
        nx, nz = self.normal
        return (x - self.a[0]) * nx + (z - self.a[1]) * nz

    @property
    def normal(self) -> tuple[float, float]:
        """Unit vector (x, z) from the line to the cameras' side; for ``side`` +1 it has z > 0 where a is left of b."""
        along_x, along_z = self.b[0] - self.a[0], self.b[1] - self.a[1]
        length = max(math.hypot(along_x, along_z), 1e-9)
        return -along_z / length * self.side, along_x / length * self.side

    def kept(self, x: float, z: float) -> tuple[float, float]:
        """The place itself where it is on the cameras' side, else the nearest one that is."""
        short = MARGIN - self.distance(x, z)
        if short <= 0.0:
            return x, z
        nx, nz = self.normal
        return x + nx * short, z + nz * short

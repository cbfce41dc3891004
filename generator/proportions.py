"""How sure a share is that was counted: the interval of a proportion."""

import math


def wilson(found: int, of: int, z: float = 1.959964) -> tuple[float, float]:
    """Wilson's interval of a share ("Probable inference, the law of succession, and statistical inference", JASA 22, 1927);
    ``z`` is the standard normal quantile, 95 % unless said. Of nothing everything is possible; where none or all were found
    the bound is that share itself."""
    if not of:
        return 0.0, 1.0
    share, spread = found / of, z * z / of
    middle, half = share + spread / 2, z * math.sqrt(share * (1 - share) / of + spread / (4 * of))
    low, high = (middle - half) / (1 + spread), (middle + half) / (1 + spread)
    return 0.0 if found == 0 else max(0.0, low), 1.0 if found == of else min(1.0, high)

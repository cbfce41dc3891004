"""Which arm of a comparison the next viewer is shown: at random, in blocks that keep the arms even."""

import random
from collections.abc import Mapping

#: How often a block holds each arm, times its weight: 2 makes blocks of four of two even arms, short enough that arms stay
#: even in a small screening, long enough that the next arm is not known from the last.
BLOCK = 2


def arm_drawn(counts: Mapping[str, int], weights: Mapping[str, int], draw: random.Random) -> str:
    """The arm for the next viewer: permuted-block randomisation (J. P. Matts and J. M. Lachin, "Properties of
    permuted-block randomization in clinical trials", Controlled Clinical Trials 9, 1988).

    ``counts`` says how many viewers each arm has (a missing arm has none), ``weights`` how many each is to have against
    the others (whole numbers, at least 1). A block is filled before the next is begun, so that at any time no arm lies
    more than a block behind; where viewers went away again, what they left is filled first. ``draw`` is the randomness
    (``random.SystemRandom()`` where nobody shall foresee it). Raises ``ValueError`` without arms or for another weight.
    """
    if not weights or any(weight < 1 for weight in weights.values()):
        raise ValueError("there must be at least one arm, each of weight 1 or more")
    blocks = min(counts.get(arm, 0) // (BLOCK * weight) for arm, weight in weights.items()) + 1
    left = {arm: max(0, blocks * BLOCK * weight - counts.get(arm, 0)) for arm, weight in weights.items()}
    arms = sorted(left)
    return draw.choices(arms, [left[arm] for arm in arms])[0]

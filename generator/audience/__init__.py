"""What viewers of a screening did and said, read honestly: signals, viewings, insight, and the versions that suit them."""

from generator.audience.folding import viewing
from generator.audience.signals import (
    Comment,
    Reaction,
    Signal,
    SignalKind,
    Span,
    Viewing,
)

__all__ = ["Comment", "Reaction", "Signal", "SignalKind", "Span", "Viewing", "viewing"]

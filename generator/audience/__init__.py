"""What viewers of a screening did and said, read honestly: signals, viewings, insight, and the versions that suit them."""

from generator.audience.coverage import Coverage, coverage
from generator.audience.folding import viewing
from generator.audience.graph import Graph, graph_document, graph_from
from generator.audience.signals import (
    Comment,
    Reaction,
    Signal,
    SignalKind,
    Span,
    Viewing,
)
from generator.audience.variants import Answers, Moment, Plan, VariantPlan, planned

__all__ = [
    "Answers",
    "Comment",
    "Coverage",
    "Graph",
    "Moment",
    "Plan",
    "Reaction",
    "Signal",
    "SignalKind",
    "Span",
    "VariantPlan",
    "Viewing",
    "coverage",
    "graph_document",
    "graph_from",
    "planned",
    "viewing",
]

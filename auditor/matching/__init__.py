"""From frames to findings: which registered work a film shows, from which second to which, and how that is known."""

from auditor.matching.matcher import Matcher

__all__ = ["Matcher"]

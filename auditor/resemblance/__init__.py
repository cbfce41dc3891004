"""Likeness that is no copying: works whose look or content a film resembles, told apart from matches and never judged."""

from auditor.resemblance.describing import Describer
from auditor.resemblance.library import ResemblanceLibrary
from auditor.resemblance.watching import ResemblanceWatch

__all__ = ["Describer", "ResemblanceLibrary", "ResemblanceWatch"]

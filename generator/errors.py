"""The generator's errors: each names the thing, the reason and the remedy in one line, fit to be shown to a user."""

from auditor.errors import CancelledError

__all__ = [
    "BriefError",
    "CancelledError",
    "EditError",
    "GeneratorError",
    "RenderError",
    "ScreenplayError",
    "ShotError",
    "UnknownBackendError",
]


class GeneratorError(Exception):
    """Base of every failure that the generator anticipates (exit status 2 on the command line)."""


class BriefError(GeneratorError):
    """A brief that can't be turned into a screenplay: empty, too long, or not plain text."""


class ScreenplayError(GeneratorError):
    """A text that can't be read as a Fountain screenplay with at least one scene."""


class ShotError(GeneratorError):
    """A shot specification that breaks a rule: an unknown move, a bad size, a missing field."""


class RenderError(GeneratorError):
    """A take that could not be rendered or written."""


class EditError(GeneratorError):
    """Takes that can't be cut together: none given, unreadable, or of different shapes."""


class UnknownBackendError(GeneratorError):
    """A backend name that nothing answers to."""

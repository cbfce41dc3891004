"""The generator's errors: each names the thing, the reason and the remedy in one line, fit to be shown to a user."""

from fractions import Fraction
from typing import Any

from auditor.errors import CancelledError

__all__ = [
    "BriefError",
    "CancelledError",
    "ChangedModelError",
    "CorpusError",
    "DeviceError",
    "DivergedError",
    "EditError",
    "EmbeddingError",
    "ForbiddenWorksError",
    "FrameRateError",
    "GeneratorError",
    "IncompleteModelError",
    "ModelError",
    "RenderError",
    "ScreenplayError",
    "ShotError",
    "SoundError",
    "StoryError",
    "SubjectError",
    "TrainingError",
    "TrainingSetError",
    "UnknownBackendError",
    "UnknownTakeError",
    "UnsafeModelError",
    "VariantError",
    "WordsError",
    "WriterError",
]


class GeneratorError(Exception):
    """Base of every failure that the generator anticipates (exit status 2 on the command line)."""


class BriefError(GeneratorError):
    """A brief that can't be turned into a screenplay: empty, too long, or not plain text."""


class SubjectError(BriefError):
    """A brief that asks for a real person or somebody's character. ``refusals`` say who, why, and what instead."""

    def __init__(self, message: str, refusals: tuple[Any, ...] = ()) -> None:
        super().__init__(message)
        self.refusals = refusals


class ScreenplayError(GeneratorError):
    """A text that can't be read as a Fountain screenplay with at least one scene."""


class CorpusError(GeneratorError):
    """Scripts that are not measured: none there, unreadable, or without a licence statement."""


class StoryError(GeneratorError):
    """A story that can't be planned or written: an unknown structure, too few scenes, a writer that gives no screenplay."""


class WriterError(StoryError):
    """A writer that gave nothing usable: unreachable, too slow, too large, refused, or not the document asked for."""


class WordsError(StoryError):
    """Scenes that keep words of a registered script, however often they are written anew."""


class EmbeddingError(GeneratorError):
    """A model that turns sentences into vectors and isn't there, isn't the one that was measured, or can't be read."""


class ShotError(GeneratorError):
    """A shot specification that breaks a rule: an unknown move, a bad size, a missing field."""


class RenderError(GeneratorError):
    """A take that could not be rendered or written."""


class DeviceError(RenderError):
    """A device that can't be rendered on: none there, or its driver or toolkit missing."""


class EditError(GeneratorError):
    """A timeline that breaks a rule, or takes that can't be cut together: none given, unreadable, of different shapes."""


class FrameRateError(EditError):
    """A list of another frame rate than its takes: ``found`` a second (``None`` where it can't be told), ``wanted`` here."""

    def __init__(self, message: str, found: Fraction | None = None, wanted: Fraction | None = None) -> None:
        super().__init__(message)
        self.found, self.wanted = found, wanted


class UnknownTakeError(EditError):
    """A clip that shows what is none of the takes given."""


class VariantError(GeneratorError):
    """Rules for versions of a film that contradict each other, name what there isn't, or make more versions than people can
    review."""


class SoundError(GeneratorError):
    """Sound that could not be made, spoken or measured."""


class UnknownBackendError(GeneratorError):
    """A backend name that nothing answers to."""


class ModelError(GeneratorError):
    """A model that can't be used: unknown, without a card, or not able to do what is asked of it."""


class UnsafeModelError(ModelError):
    """A model folder with files that could run code when they are opened. Nothing of it was opened."""


class IncompleteModelError(ModelError):
    """A model folder that lacks an index, a component or its weights."""


class ChangedModelError(ModelError):
    """Weights that are not those whose digest or signature was taken."""


class TrainingError(GeneratorError):
    """A training that can't begin, go on or be published."""


class TrainingSetError(TrainingError):
    """Data that nothing can be learned from: empty, too small, unreadable, changed."""


class ForbiddenWorksError(TrainingSetError):
    """Data with works whose licence or reservation forbids training. ``refusals`` say which, why, and what can be done."""

    def __init__(self, message: str, refusals: tuple[Any, ...] = ()) -> None:
        super().__init__(message)
        self.refusals = refusals


class DivergedError(TrainingError):
    """Losses that are no numbers any more. The last good checkpoint is kept."""


class EnergyMeterError(GeneratorError):
    """An energy meter that is unknown, not installed, or does not know the country."""


class EconomyError(GeneratorError):
    """An assumption about what films take that is missing, unknown or out of bounds."""

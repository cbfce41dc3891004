"""What can be wrong with a watermark."""

from auditor.errors import BadInputError


class WatermarkError(BadInputError):
    """A payload or a frame that can't be used."""

"""What a value in the facts must look like, said beside its type: ``Annotated[str, Shape("…", pattern="…")]``."""

from dataclasses import dataclass
from typing import Any

#: Longest list of plain values (territories, names) where a shape doesn't say.
DEFAULT_MAX_ITEMS = 300
#: Longest string where a shape doesn't say.
DEFAULT_MAX_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Shape:
    """A description and JSON Schema limits for one value."""

    doc: str
    pattern: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    max_items: int | None = None

    def as_schema(self) -> dict[str, Any]:
        """The JSON Schema keywords that are set."""
        keywords = {
            "description": self.doc,
            "pattern": self.pattern,
            "minLength": self.min_length,
            "maxLength": self.max_length,
            "minimum": self.minimum,
            "maximum": self.maximum,
            "maxItems": self.max_items,
        }
        return {name: value for name, value in keywords.items() if value is not None}

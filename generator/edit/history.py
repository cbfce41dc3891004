"""What was done to a timeline, in order, with undo and redo: a value too, and a JSON document that is played again."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from generator.edit import document as doc
from generator.edit import operations
from generator.edit.timeline import Timeline
from generator.errors import EditError

#: Steps that are kept; an older one can't be undone any more.
MAX_STEPS = 1000

#: The operations that a log may name, and how an argument that is a value of the timeline is read from JSON.
OPERATIONS: Mapping[str, Callable[..., Timeline]] = {
    one.__name__: one
    for one in (
        operations.move, operations.reorder, operations.trim, operations.split, operations.delete, operations.insert,
        operations.retake, operations.set_transition, operations.rename, operations.set_card, operations.put_title,
        operations.put_cue, operations.put_marker, operations.put_sound, operations.remove, operations.set_gain,
        operations.set_fades, operations.mute, operations.exchange,
    )
}  # fmt: skip
_READERS: Mapping[tuple[str, str], Callable[[object], Any]] = {
    ("insert", "clip"): doc.clip_from,
    ("retake", "media"): doc.media_from,
    ("retake", "provenance"): doc.provenance_from,
    ("put_title", "title"): doc.title_from,
    ("put_cue", "cue"): doc.cue_from,
    ("put_marker", "marker"): doc.marker_from,
    ("put_sound", "sound"): doc.sound_from,
    ("exchange", "other"): doc.from_document,
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation by name, its arguments as JSON has them, and who did it."""

    name: str
    arguments: Mapping[str, Any]
    by: str = ""

    def apply(self, timeline: Timeline) -> Timeline:
        """Raises ``EditError`` for unknown operations, wrong arguments, and whatever the operation refuses."""
        operation = OPERATIONS.get(self.name)
        if operation is None:
            raise EditError(f"there is no operation {str(self.name)[:40]!r}; choose one of {', '.join(OPERATIONS)}")
        given = {}
        for key, value in self.arguments.items():
            reader = _READERS.get((self.name, key))
            given[key] = reader(value) if reader else value
        try:
            inspect.signature(operation).bind(timeline, **given)
        except TypeError as error:
            raise EditError(f"the operation {self.name} has other arguments ({error})") from error
        try:
            return operation(timeline, **given)
        except (TypeError, ValueError, AttributeError) as error:
            raise EditError(f"the operation {self.name} can't use its arguments ({error})") from error


@dataclass(frozen=True, slots=True)
class History:
    """``states[done]`` is the timeline now; ``operations[n]`` led from state ``n`` to the next."""

    states: tuple[Timeline, ...]
    operations: tuple[Operation, ...] = ()
    done: int = 0

    @classmethod
    def of(cls, timeline: Timeline) -> "History":
        return cls((timeline,))

    @property
    def timeline(self) -> Timeline:
        return self.states[self.done]

    def apply(self, operation: Operation) -> "History":
        """After the operation; what was undone before can't be redone any more."""
        new = operation.apply(self.timeline)
        first = max(self.done + 1 - MAX_STEPS, 0)
        states = (*self.states[first : self.done + 1], new)
        return History(states, (*self.operations[first : self.done], operation), len(states) - 1)

    def undo(self) -> "History":
        if not self.done:
            raise EditError("there is nothing to undo")
        return replace(self, done=self.done - 1)

    def redo(self) -> "History":
        if self.done == len(self.operations):
            raise EditError("there is nothing to redo")
        return replace(self, done=self.done + 1)

    def as_document(self) -> dict[str, Any]:
        """The first state, the operations, and how many of them are in force."""
        steps = [{"name": o.name, "arguments": dict(o.arguments), "by": o.by} for o in self.operations]
        return {"first": doc.as_document(self.states[0]), "operations": steps, "done": self.done}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "History":
        """Plays the operations again. Raises ``EditError`` where one can't be."""
        if not isinstance(document, Mapping) or set(document) != {"first", "operations", "done"}:
            raise EditError("a history is an object with 'first', 'operations' and 'done'")
        history = cls.of(doc.from_document(document["first"]))
        steps = document["operations"]
        if not isinstance(steps, list) or len(steps) > MAX_STEPS:
            raise EditError(f"a history has a list of at most {MAX_STEPS} operations")
        for step in steps:
            if not isinstance(step, Mapping) or not isinstance(step.get("arguments"), Mapping):
                raise EditError("an operation is an object with 'name', 'arguments' and perhaps 'by'")
            history = history.apply(Operation(str(step.get("name")), step["arguments"], str(step.get("by", ""))))
        done = document["done"]
        if not isinstance(done, int) or not 0 <= done <= len(history.operations):
            raise EditError(f"{done!r} of {len(history.operations)} operations can't be in force")
        return replace(history, done=done)

"""Refusals that a check constraint can't express, as triggers with one text for SQLite and PostgreSQL.

Used in migrations for append-only tables and for rules that look at another table::

    operations = [refuse("ledger_entry_append_only", table="provenance_ledgerentry", on="UPDATE")]

``when`` is an SQL condition over ``NEW`` and ``OLD`` in the subset that both databases share; the statement is refused
where it is true. The message reaches Python as ``django.db.IntegrityError`` on both.
"""

from collections.abc import Iterable
from typing import Literal

from django.db.migrations.operations.base import Operation

Event = Literal["INSERT", "UPDATE", "DELETE"]


def _sqlite(name: str, table: str, on: Event, when: str, message: str) -> Iterable[str]:
    condition = f"WHEN {when} " if when else ""
    yield f'CREATE TRIGGER "{name}" BEFORE {on} ON "{table}" {condition}BEGIN SELECT RAISE(ABORT, \'{message}\'); END'


def _postgresql(name: str, table: str, on: Event, when: str, message: str) -> Iterable[str]:
    # A WHEN clause can't hold a subquery there, so the condition goes into the function's body.
    result = "OLD" if on == "DELETE" else "NEW"
    yield (
        f'CREATE FUNCTION "{name}_fn"() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN '
        f"IF ({when or 'true'}) THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; "
        f"END IF; RETURN {result}; END $body$"
    )
    yield f'CREATE TRIGGER "{name}" BEFORE {on} ON "{table}" FOR EACH ROW EXECUTE FUNCTION "{name}_fn"()'


class Refuse(Operation):
    """A migration operation that adds the trigger, and drops it when reversed. Not ``RunPython``: that would render the
    state of every model once more for each trigger, seconds in all."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, name: str, table: str, on: Event, message: str, when: str = "") -> None:
        self.name, self.table, self.on, self.message, self.when = name, table, on, message, when

    def state_forwards(self, app_label, state) -> None:
        """Triggers are no part of the models' state."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state) -> None:
        vendor = schema_editor.connection.vendor
        writers = {"sqlite": _sqlite, "postgresql": _postgresql}
        if vendor not in writers:
            raise NotImplementedError(f"no trigger text for {vendor}: use SQLite or PostgreSQL")
        escaped = self.message.replace("'", "''")
        for statement in writers[vendor](self.name, self.table, self.on, self.when, escaped):
            schema_editor.execute(statement, params=None)

    def database_backwards(self, app_label, schema_editor, from_state, to_state) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f'DROP TRIGGER IF EXISTS "{self.name}" ON "{self.table}"', params=None)
            schema_editor.execute(f'DROP FUNCTION IF EXISTS "{self.name}_fn"()', params=None)
        else:
            schema_editor.execute(f'DROP TRIGGER IF EXISTS "{self.name}"', params=None)

    def describe(self) -> str:
        return f"Refuse {self.on} on {self.table}: {self.message}"


class Lift(Refuse):
    """A migration operation that takes a trigger away again, and puts it back when reversed."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state) -> None:
        super().database_backwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state) -> None:
        super().database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Lift the refusal of {self.on} on {self.table}: {self.message}"


def lift(refusal: Refuse) -> Lift:
    """The operation that undoes ``refusal``, made by :func:`refuse` exactly as an earlier migration made it."""
    return Lift(refusal.name, refusal.table, refusal.on, refusal.message, refusal.when)


def refuse(name: str, *, table: str, on: Event, message: str, when: str = "") -> Refuse:
    """The operation, with its arguments by name."""
    return Refuse(name, table, on, message, when)


def append_only(table: str, *, what: str) -> list[Refuse]:
    """Refuse every update and delete of a table's rows."""
    return [
        refuse(f"{table}_no_update", table=table, on="UPDATE", message=f"{what} is append-only: it can not be changed"),
        refuse(f"{table}_no_delete", table=table, on="DELETE", message=f"{what} is append-only: it can not be deleted"),
    ]


class TriggersAside(Operation):
    """Run operations that alter tables while no trigger stands in their way.

    SQLite alters a table by making it anew: that loses the table's own triggers, and is refused where another table's
    trigger names it. So all of them are dropped before and put back after, in the migration's own transaction.
    PostgreSQL keeps its triggers through an ALTER TABLE, so there the operations simply run.
    """

    reversible = True

    def __init__(self, operations: list[Operation]) -> None:
        self.operations = operations

    def state_forwards(self, app_label, state) -> None:
        # Rendered models are dropped: each operation would render nearly all of them anew, and it does that once more for
        # the database below, where they are handed on from.
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state) -> None:
        triggers = _take_triggers(schema_editor)
        for operation in self.operations:
            after = from_state.clone()
            operation.state_forwards(app_label, after)
            operation.database_forwards(app_label, schema_editor, from_state, after)
            from_state = after
        to_state.apps = from_state.apps
        _put_back(schema_editor, triggers)

    def database_backwards(self, app_label, schema_editor, from_state, to_state) -> None:
        triggers = _take_triggers(schema_editor)
        states = [to_state]  # to_state is how it was before all of them
        for operation in self.operations:
            after = states[-1].clone()
            operation.state_forwards(app_label, after)
            states.append(after)
        for number in reversed(range(len(self.operations))):
            self.operations[number].database_backwards(app_label, schema_editor, states[number + 1], states[number])
        _put_back(schema_editor, triggers)

    def describe(self) -> str:
        return "; ".join(operation.describe() for operation in self.operations)


def _take_triggers(schema_editor) -> list[str]:
    if schema_editor.connection.vendor != "sqlite":
        return []
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        found = cursor.fetchall()
    for name, _ in found:
        schema_editor.execute(f'DROP TRIGGER "{name}"', params=None)
    return [sql for _, sql in found]


def _put_back(schema_editor, triggers: list[str]) -> None:
    for sql in triggers:
        schema_editor.execute(sql, params=None)

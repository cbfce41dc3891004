"""Migrations of our own kind: many tables at once, tables altered among triggers, databases from before."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

from django_site.apps.accounts.management.commands.migrate import AFTER, BEFORE
from django_site.tables import CreateModels
from django_site.triggers import TriggersAside, append_only, lift

pytestmark = pytest.mark.django_db(transaction=True)


def apply(operations, state, *, backwards=False):
    """The operations as one migration, on the real database; returns the state after (or, backwards, before) them."""
    migration = type("Migration", (migrations.Migration,), {"operations": operations})("0001_trial", "trial")
    with connection.schema_editor(atomic=True) as editor:
        if backwards:
            migration.unapply(state, editor)
            return state
        return migration.apply(state.clone(), editor)


def tables() -> set[str]:
    return {name for name in connection.introspection.table_names() if name.startswith("trial_")}


@pytest.fixture
def shelf():
    """Two tables, one referring to the other, the second append-only; gone after the test."""
    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    "Shelf", [("id", models.AutoField(primary_key=True)), ("name", models.TextField())]
                ),
                migrations.CreateModel(
                    "Book",
                    [
                        ("id", models.AutoField(primary_key=True)),
                        ("shelf", models.ForeignKey("trial.Shelf", on_delete=models.CASCADE)),
                    ],
                ),
            ]
        ),
        *append_only("trial_book", what="a book"),
    ]
    empty = ProjectState()
    yield apply(operations, empty)
    apply(operations, empty, backwards=True)
    assert tables() == set()


def test_models_made_together_refer_to_each_other(shelf):
    assert tables() == {"trial_shelf", "trial_book"}
    first = shelf.apps.get_model("trial", "Shelf").objects.create(name="first")
    book = shelf.apps.get_model("trial", "Book").objects.create(shelf=first)
    with pytest.raises(IntegrityError, match="append-only"):
        book.delete()


def test_a_table_is_altered_while_triggers_stand_aside_and_they_stand_again(shelf):
    alter = [
        TriggersAside(
            [
                migrations.AddField("book", "pages", models.IntegerField(default=1)),
                migrations.AddConstraint(
                    "book", models.CheckConstraint(condition=models.Q(pages__gt=0), name="has_pages")
                ),
                migrations.AlterField("shelf", "name", models.CharField(max_length=40)),
            ]
        )
    ]
    after = apply(alter, shelf)
    Book = after.apps.get_model("trial", "Book")
    place = after.apps.get_model("trial", "Shelf").objects.create(name="second")
    with pytest.raises(IntegrityError, match="has_pages"):
        Book.objects.create(shelf=place, pages=0)
    book = Book.objects.create(shelf=place, pages=2)
    with pytest.raises(IntegrityError, match="append-only"):
        Book.objects.filter(pk=book.pk).update(pages=3)
    apply(alter, shelf, backwards=True)
    with pytest.raises(IntegrityError, match="append-only"):
        shelf.apps.get_model("trial", "Book").objects.all().delete()


def test_a_refusal_is_lifted_and_stands_again_when_that_is_undone(shelf):
    lifted = [lift(refusal) for refusal in append_only("trial_book", what="a book")]
    Book = shelf.apps.get_model("trial", "Book")
    place = shelf.apps.get_model("trial", "Shelf").objects.create(name="third")
    apply(lifted, shelf)
    Book.objects.create(shelf=place).delete()
    apply(lifted, shelf, backwards=True)
    book = Book.objects.create(shelf=place)
    with pytest.raises(IntegrityError, match="append-only"):
        book.delete()


@pytest.fixture
def record():
    """The record of migrations as a database of the version before would have it; as it is now after the test."""
    recorder = MigrationRecorder(connection)
    now = sorted(recorder.applied_migrations())
    recorder.migration_qs.filter(app__in=BEFORE).delete()
    for app, name in BEFORE.items():
        recorder.record_applied(app, "0001_initial")
        recorder.record_applied(app, name)
    yield recorder
    recorder.migration_qs.all().delete()
    for app, name in now:
        recorder.record_applied(app, name)


def test_a_database_of_the_version_before_is_taken_over_as_it_is(record, capsys):
    before = connection.introspection.table_names()
    call_command("migrate", interactive=False)
    said = capsys.readouterr().out
    assert "record of migrations was rewritten" in said
    assert {(app, name) for app in AFTER for name in AFTER[app]} <= set(record.applied_migrations())
    assert not any(name == "0001_initial" for app, name in record.applied_migrations() if app in BEFORE)
    assert connection.introspection.table_names() == before
    call_command("migrate", interactive=False)
    assert "rewritten" not in capsys.readouterr().out


def test_an_older_database_is_refused_with_the_remedy_and_left_alone(record):
    record.migration_qs.filter(app="audience").delete()
    before = record.applied_migrations().keys()
    with pytest.raises(CommandError, match=r"lacks audience\.0006_films\. Migrate it with the last version before"):
        call_command("migrate", interactive=False)
    assert record.applied_migrations().keys() == before


def test_what_is_taken_over_is_what_there_is():
    there = set(MigrationLoader(connection).disk_migrations)
    assert {(app, name) for app in AFTER for name in AFTER[app]} <= there

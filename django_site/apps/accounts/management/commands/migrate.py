"""``migrate``, which first takes over a database that was migrated before the migrations began anew (ADR 0122)."""

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections, transaction
from django.db.migrations.recorder import MigrationRecorder

#: The last migration of each app before they began anew. A database that has them all has the tables of AFTER.
BEFORE = {
    "accounts": "0004_webhooks",
    "audience": "0006_films",
    "audits": "0011_outputs",
    "corpora": "0005_scripts",
    "jobs": "0011_energy",
    "likeness": "0005_refusals",
    "productions": "0014_looks",
    "provenance": "0022_trailers_and_captions",
    "reviews": "0007_set_aside",
    "training": "0003_accepted_suspect",
}
#: The migrations that make the same tables and triggers at once.
AFTER = {
    "accounts": ["0001_people"],
    "audience": ["0001_audiences", "0002_guards"],
    "audits": ["0001_policies_and_files", "0002_audits_and_decisions", "0003_outputs", "0004_guards"],
    "corpora": ["0001_works", "0002_guards"],
    "jobs": ["0001_work", "0002_guards"],
    "likeness": ["0001_grants", "0002_uses", "0003_guards"],
    "productions": ["0001_films", "0002_writing", "0003_looks_of_models", "0004_guards"],
    "provenance": ["0001_outputs", "0002_guards"],
    "reviews": ["0001_room", "0002_guards"],
    "training": ["0001_models", "0002_guards"],
}


class Command(migrate.Command):
    def handle(self, *args, **options):
        if take_over(connections[options["database"]]) and options["verbosity"] > 0:
            self.stdout.write(
                "This database was migrated by an earlier version: its record of migrations was rewritten."
            )
        return super().handle(*args, **options)


def take_over(connection) -> bool:
    """Rewrite the record of migrations of a database from before; its tables are untouched. Returns whether it was one.

    Raises ``CommandError`` where the database is older still: no table of it is altered then.
    """
    recorder = MigrationRecorder(connection)
    applied = recorder.applied_migrations()  # none where there is no table yet
    if ("accounts", "0001_initial") not in applied:
        return False
    missing = [f"{app}.{name}" for app, name in BEFORE.items() if (app, name) not in applied]
    if missing:
        raise CommandError(
            f"This database is of a version that is too old to be migrated at once: it lacks {', '.join(missing)}. "
            f"Migrate it with the last version before the migrations began anew (CHANGELOG.md names it), then with this one."
        )
    with transaction.atomic(using=connection.alias):
        recorder.migration_qs.filter(app__in=BEFORE).delete()
        for app, names in AFTER.items():
            for name in names:
                recorder.record_applied(app, name)
    return True

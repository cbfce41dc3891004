"""``manage.py verify_ledger``: is everything that the ledger vouches for what it was? Exit status 1 where it is not."""

import json
import re
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from auditor.errors import BadInputError
from django_site.apps.provenance.services.ledger_checks import ledger_verify


class Command(BaseCommand):
    help = (
        "Compare every entry of the ledger with its hash, every signed head with the entries, and decisions, signatures "
        "and releases with their entries. Finds what was edited, deleted, reordered or cut off, whoever did it."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("--heads", type=Path, help="signed heads that somebody else kept (JSON lines)")
        parser.add_argument("--public-key", help="the ledger's Ed25519 key that somebody else kept (64 hex digits)")
        parser.add_argument("--json", action="store_true", help="one JSON document instead of sentences")

    def handle(self, *args, **options) -> None:
        key = options["public_key"]
        if key is not None and not re.fullmatch(r"[0-9a-f]{64}", key):
            raise CommandError(
                "--public-key is not 64 hexadecimal digits; pass the key as you were given it", returncode=2
            )
        say = (lambda step: None) if options["json"] else (lambda step: self.stderr.write(f"comparing {step}"))
        try:
            report = ledger_verify(heads=options["heads"], public_key=key, on_step=say)
        except BadInputError as error:
            raise CommandError(str(error), returncode=2) from error
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict(), indent=2))
        else:
            for fault in report.faults:
                self.stdout.write(f"{fault.kind}: {fault.plain}")
            unsealed = report.entries - report.sealed
            self.stdout.write(
                f"{report.entries} entries, {report.heads_outside} heads outside the database, {report.rows} rows: "
                + (f"{len(report.faults)} faults" if report.faults else "all as it was")
                + (f"; the last {unsealed} entries are under no head yet" if unsealed else "")
            )
        if not report.ok:
            raise SystemExit(1)

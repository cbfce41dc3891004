"""``manage.py signing status|rotate``: who signs, until when; and its replacement."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from auditor.errors import AuditorError
from django_site.apps.provenance.models import SigningCertificate
from django_site.apps.provenance.services.keys import certificate_record, days_left, signers_now
from django_site.apps.provenance.services.rotation import signing_rotate
from django_site.errors import SiteError


class Command(BaseCommand):
    help = "Show the certificates that sign, or replace the one of claims. What was signed before stays trusted."

    def add_arguments(self, parser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        status = actions.add_parser("status", help="the certificates in use and before, with the days they have left")
        status.add_argument("--json", action="store_true", help="one JSON document")
        rotate = actions.add_parser("rotate", help="install another identity; the old key is destroyed")
        rotate.add_argument(
            "--from",
            dest="source",
            type=Path,
            help="directory with chain.pem, key.pem and root.pem (left out: a new development identity)",
        )
        rotate.add_argument("--yes", action="store_true", help="don't ask: the old key can't be brought back")

    def handle(self, *args, **options) -> None:
        try:
            if options["action"] == "status":
                self._status(as_json=options["json"])
            else:
                self._rotate(options["source"], sure=options["yes"])
        except (AuditorError, SiteError) as error:
            raise CommandError(f"nothing was changed: {error}", returncode=2) from error

    def _status(self, *, as_json: bool) -> None:
        in_use = [certificate_record(signer) for signer in signers_now()]
        rows = [*in_use, *SigningCertificate.objects.filter(retired_at__isnull=False)]
        found = [
            {
                "name": row.name,
                "key_id": row.key_id,
                "development": row.development,
                "not_after": row.not_after.isoformat(),
                "days_left": days_left(row.not_after),
                "in_use": row in in_use,
                "uses": row.uses.count(),
            }
            for row in rows
        ]
        if as_json:
            self.stdout.write(json.dumps({"certificates": found}, indent=2))
            return
        for one in found:
            state = f"{one['days_left']} days left" if one["in_use"] else "replaced"
            self.stdout.write(f"{one['name']}  key {one['key_id'][:12]}  {state}, used {one['uses']} times")
            if one["development"] and one["in_use"]:
                self.stdout.write("  made by this installation for development: nobody outside trusts it")

    def _rotate(self, source: Path | None, *, sure: bool) -> None:
        if not sure:
            answer = input("The key in use will be destroyed. What it signed stays trusted. Replace it? [y/N] ")
            if answer.strip().lower() not in ("y", "yes"):
                raise CommandError("nothing was changed", returncode=1)
        row = signing_rotate(source=source)
        self.stdout.write(f"{row.name} signs from now on (key {row.key_id[:12]}), until {row.not_after.date()}")

"""``manage.py retention``: destroy what is due now, or with ``--dry-run`` say what would be."""

import json

from django.core.management.base import BaseCommand
from django.utils import timezone

from django_site.apps.likeness.retention import retention_plan, retention_run


class Command(BaseCommand):
    help = "Destroy biometric templates and originals that are due, and record the run. A worker does it once a day."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be destroyed, and destroy nothing")

    def handle(self, *args, **options) -> None:
        if options["dry_run"]:
            plan = retention_plan(timezone.now())
            said = {"destroyed": plan.destroyed, "upcoming": plan.upcoming, "dry_run": True}
        else:
            run = retention_run()
            said = {"run": str(run.pk), "destroyed": run.destroyed, "upcoming": run.upcoming, "failed": run.failed}
        self.stdout.write(json.dumps(said, indent=2))

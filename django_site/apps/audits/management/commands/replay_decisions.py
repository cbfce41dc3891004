"""``manage.py replay_decisions``: decide again what was decided, and say what came out otherwise. Exit status 1 if
anything did."""

import json
from datetime import datetime

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from auditor.policy.facts import POINTS
from django_site.apps.audits.models import Decision
from django_site.apps.audits.services.replaying import decisions_replay

#: Decisions read from the database at a time, and after how many progress is said.
CHUNK, SAID = 500, 2000


class Command(BaseCommand):
    help = "Decide recorded decisions again under the policies of their day; each must give the same document."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--since", help="only those made on or after this day (YYYY-MM-DD, UTC)")
        parser.add_argument("--point", choices=list(POINTS), help="only those of this enforcement point")
        parser.add_argument("--limit", type=int, help="no more than so many, the newest first")
        parser.add_argument("--json", action="store_true", help="one JSON document instead of sentences")

    def handle(self, *args, **options) -> None:
        rows = Decision.objects.order_by("-created_at", "-id")
        if options["since"]:
            try:
                since = timezone.make_aware(datetime.fromisoformat(options["since"]), timezone.UTC)
            except ValueError as error:
                raise CommandError(
                    f"--since is no day: {options['since']!r}; write YYYY-MM-DD", returncode=2
                ) from error
            rows = rows.filter(created_at__gte=since)
        if options["point"]:
            rows = rows.filter(point=options["point"])
        if options["limit"] is not None:
            rows = rows[: max(0, options["limit"])]
        looked, differing, other_engine = 0, [], 0
        for replay in decisions_replay(rows.iterator(chunk_size=CHUNK)):
            looked += 1
            other_engine += replay.other_engine
            if not replay.same:
                differing.append({"decision": str(replay.decision.pk), "plain": replay.plain})
                if not options["json"]:
                    self.stdout.write(f"{replay.decision.pk}: {replay.plain}")
            if looked % SAID == 0 and not options["json"]:
                self.stderr.write(f"{looked} decided again")
        if options["json"]:
            said = {"decided_again": looked, "differing": differing, "by_another_engine": other_engine}
            self.stdout.write(json.dumps(said, indent=2))
        else:
            others = f", {other_engine} of them by another engine" if other_engine else ""
            self.stdout.write(f"{looked} decisions decided again{others}: {len(differing)} came out otherwise")
        if differing:
            raise SystemExit(1)

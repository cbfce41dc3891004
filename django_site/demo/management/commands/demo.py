"""``manage.py demo``: brief to signed, verified film, and two foreign clips stopped."""

import json
import time
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser, call_command
from rich.console import Console

from auditor.errors import AuditorError
from auditor.files import replacing
from django_site.demo.display import TerminalDisplay, print_summary
from django_site.demo.story import BRIEF, peak_rss_mb, tell
from django_site.errors import SiteError
from generator.errors import GeneratorError


class Command(BaseCommand):
    help = (
        "Run the main job once, on real media: brief, screenplay, takes, audit, review, signing, release, two imports."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--brief", default=BRIEF, help="the film's brief in a paragraph")
        parser.add_argument("--json", action="store_true", help="print the summary as JSON instead of tables")

    def handle(self, *, brief: str, json: bool, **options: Any) -> None:
        started = time.perf_counter()
        directory = settings.VAR / "demo"
        directory.mkdir(parents=True, exist_ok=True)
        console = Console(stderr=json)
        call_command("migrate", verbosity=0, interactive=False)
        try:
            with TerminalDisplay(console) as display:
                told = tell(directory, display, brief=brief)
                display.close()
        except (SiteError, AuditorError, GeneratorError) as error:
            raise CommandError(str(error)) from error
        summary = told.as_summary()
        path = directory / "summary.json"
        with replacing(path) as temporary:
            temporary.write_text(_dumps(summary))
        if json:
            self.stdout.write(_dumps(summary))
            return
        total = time.perf_counter() - started
        print_summary(console, told, summary_path=str(path), total_seconds=total, peak_mb=peak_rss_mb())


def _dumps(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False)

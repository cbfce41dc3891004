"""``manage.py corpus_import``: register a corpus of works for an organisation, with its licence table."""

from collections import Counter
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.text import slugify

from auditor.corpus import open_source, read_licence_table
from auditor.errors import AuditorError
from django_site.apps.accounts.models import Organisation, User
from django_site.apps.corpora.importing import corpus_import
from django_site.errors import SiteError


class Command(BaseCommand):
    help = "Register the works of a folder, a list or an archive, with the licences of a table (CSV or JSON)."

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "source", type=Path, help="a folder, a list of paths (.txt), a .zip or a .tar (.gz, .bz2, .xz)"
        )
        parser.add_argument("--licences", type=Path, required=True, metavar="TABLE")
        parser.add_argument("--organisation", required=True, metavar="NAME", help="its name, also as in web addresses")
        parser.add_argument(
            "--by", required=True, metavar="USERNAME", help="who registers: a producer or reviewer there"
        )

    def handle(self, *args, **options) -> None:
        counts: Counter[str] = Counter()
        try:
            results = corpus_import(
                organisation=_organisation(options["organisation"]),
                by=_user(options["by"]),
                source=open_source(options["source"], apart=options["licences"]),
                table=read_licence_table(options["licences"]),
            )
            for result in results:
                counts[result.outcome] += 1
                self.stdout.write(f"{result.file}: {result.outcome}" + (f", {result.reason}" if result.reason else ""))
        except (AuditorError, SiteError) as error:
            raise CommandError(str(error), returncode=2) from error
        said = ", ".join(
            f"{counts[name]} {name}" for name in ("registered", "already", "refused", "unlisted", "missing")
        )
        self.stdout.write(said)
        if counts["refused"] or counts["unlisted"] or counts["missing"]:
            raise CommandError("not everything was registered; see the lines above", returncode=1)


def _organisation(name: str) -> Organisation:
    """The organisation of that name, or the only one whose name reads so in web addresses."""
    exact = Organisation.objects.filter(name=name).first()
    found = [exact] if exact else [o for o in Organisation.objects.all() if slugify(o.name) == name]
    if len(found) != 1:
        what = "several organisations are" if found else "no organisation is"
        raise CommandError(f"{what} called {name!r}; give its whole name", returncode=2)
    return found[0]


def _user(name: str) -> User:
    user = User.objects.filter(username=name, is_active=True).first()
    if user is None:
        raise CommandError(f"nobody signs in as {name!r}; give a username", returncode=2)
    return user

"""``manage.py models list|cards|add|verify``: the core's command, over the models of this site."""

from argparse import REMAINDER

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from generator.__main__ import main


class Command(BaseCommand):
    help = "Models of this site: list, cards, add NAME FOLDER --card CARD, verify [NAME …]. Try 'models add --help'."

    def add_arguments(self, parser) -> None:
        parser.add_argument("rest", nargs=REMAINDER, metavar="list|cards|add|verify …")

    def handle(self, *args, **options) -> None:
        rest = options["rest"] or ["list"]
        status = main(["models", *rest, "--models", str(settings.MODELS_ROOT)])
        if status:
            raise CommandError("the models are as they were; the reason stands above", returncode=status)

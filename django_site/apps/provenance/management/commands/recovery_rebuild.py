"""``manage.py recovery_rebuild``: make the index by which stripped copies are found anew, from what was released."""

from django.core.management.base import BaseCommand

from django_site.apps.provenance.models import RecoveryEntry
from django_site.apps.provenance.services.recovery import recovery_rebuild


class Command(BaseCommand):
    help = "Make the index of releases anew, from the released files."

    def handle(self, *args, **options) -> None:
        held = recovery_rebuild()
        for entry in RecoveryEntry.objects.exclude(reason="").select_related("manifest"):
            self.stdout.write(f"{entry.manifest.label}: {entry.reason}")
        self.stdout.write(f"{held} released files can be found again.")

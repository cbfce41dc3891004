"""Reading what was released and what the ledger holds; both are public."""

from django.db.models import QuerySet

from django_site.apps.provenance.models import LedgerEntry, Release, TreeHead


def releases() -> QuerySet[Release]:
    """Everything that was released, newest first; what was recalled since too, with its recall."""
    return Release.objects.select_related("cut__production", "manifest__asset", "recall").order_by("-created_at")


def release_by_digest(sha256: str) -> Release | None:
    """The release whose file has exactly these bytes, or from which such a file was made."""
    film = releases().filter(manifest__asset__sha256=sha256).first()
    return film or releases().filter(outputs__manifest__asset__sha256=sha256).first()


def ledger_entries_about(release: Release) -> QuerySet[LedgerEntry]:
    """The release's own events, in order."""
    return LedgerEntry.objects.filter(event__cut=str(release.cut_id)).order_by("seq")


def ledger_head() -> TreeHead | None:
    """The newest signed head."""
    return TreeHead.objects.order_by("-size").first()

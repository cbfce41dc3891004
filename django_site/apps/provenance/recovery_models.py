"""What makes a copy that lost its record find it again: the number hidden in a film, what the index of releases holds, and
how often somebody asked."""

from django.db import models
from django.db.models import Q

from django_site.records import Record, Sha256Field, sha256_check


class Watermark(Record):
    """A number drawn for a cut before its pictures are put together, hidden in them by ``alg``. ``read_at`` is when it was
    read again from the finished file; before that nobody is told that it is there."""

    cut = models.OneToOneField("productions.Cut", on_delete=models.PROTECT, related_name="watermark")
    alg = models.CharField(max_length=40)
    #: Hexadecimal.
    payload = models.CharField(max_length=32)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["alg", "payload"], name="watermark_once"),
            models.CheckConstraint(condition=~Q(alg="") & ~Q(payload=""), name="watermark_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.alg} {self.payload}"


class RecoveryEntry(Record):
    """A signed file that the index of releases holds, or why it can't."""

    manifest = models.OneToOneField("provenance.Manifest", on_delete=models.CASCADE, related_name="recovery")
    reason = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.manifest}"


class ResolutionWindow(Record):
    """How much one address asked within one minute. The address itself is not kept, only a keyed digest of it."""

    client_sha256 = Sha256Field()
    began_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client_sha256", "began_at"], name="resolution_window_once"),
            sha256_check("client_sha256", name="resolution_client_sha256"),
        ]
        indexes = [models.Index(fields=["began_at"], name="resolution_window_age")]

    def __str__(self) -> str:
        return f"{self.began_at} {self.count}"

"""Works that we know, whose they are, and what their licences allow."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from django_site.records import Record, Sha256Field, choice_check, sha256_check


class RightsHolder(Record):
    """A person or company that holds rights in works."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="rights_holders")
    name = models.CharField(max_length=300)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="rights_holder_once")]

    def __str__(self) -> str:
        return self.name


class WorkKind(models.TextChoices):
    FILM = "film", _("Film")
    CLIP = "clip", _("Video clip")
    PHOTOGRAPH = "photograph", _("Photograph")


class Work(Record):
    """A registered work. Its id is the ``work_id`` of the index; ``identifiers`` maps a scheme (EIDR, …) to it."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="works")
    rights_holder = models.ForeignKey(RightsHolder, on_delete=models.PROTECT, related_name="works")
    title = models.CharField(max_length=300)
    kind = models.CharField(max_length=12, choices=WorkKind.choices)
    identifiers = models.JSONField(default=dict, blank=True)
    source = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["title", "id"]
        constraints = [choice_check("kind", WorkKind, name="work_kind_known")]
        indexes = [models.Index(fields=["organisation", "title"], name="work_by_title")]

    def __str__(self) -> str:
        return self.title


class Act(models.TextChoices):
    """What a licence can permit."""

    MATCH = "match", _("Be searched for copies")
    REFERENCE = "reference", _("Serve as a reference")
    TRAIN = "train", _("Train models")
    REPRODUCE = "reproduce", _("Appear in a film")
    ADAPT = "adapt", _("Be imitated recognisably")


class Licence(Record):
    """One version of the terms for one work. ``territories`` are ISO 3166 codes, ``["*"]`` for everywhere."""

    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="licences")
    version = models.PositiveIntegerField(default=1)
    spdx_id = models.CharField(max_length=100, blank=True)
    terms = models.TextField(blank=True)
    territories = models.JSONField(default=list)
    starts = models.DateTimeField()
    ends = models.DateTimeField(null=True, blank=True)
    reservations = models.JSONField(default=list, blank=True)
    #: Why it ended before its term, and when what relied on it was sent to people after it had ended.
    withdrawn_because = models.TextField(blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["work", "version"], name="licence_version_once"),
            models.CheckConstraint(condition=Q(ends__isnull=True) | Q(ends__gt=F("starts")), name="licence_term"),
            models.CheckConstraint(condition=~Q(spdx_id="") | ~Q(terms=""), name="licence_says_something"),
            models.CheckConstraint(condition=~Q(territories=[]), name="licence_has_territory"),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True) | Q(ends__isnull=False), name="licence_settled_has_ended"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.spdx_id or 'licence'} v{self.version} of {self.work}"


class LicensedAct(Record):
    """An act that a licence permits; at most one current licence of a work permits the same act."""

    licence = models.ForeignKey(Licence, on_delete=models.CASCADE, related_name="acts")
    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="licensed_acts")
    act = models.CharField(max_length=12, choices=Act.choices)
    current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            choice_check("act", Act, name="licensed_act_known"),
            models.UniqueConstraint(fields=["licence", "act"], name="licensed_act_once"),
            models.UniqueConstraint(
                fields=["work", "act"], condition=Q(current=True), name="one_current_licence_per_act"
            ),
        ]

    def __str__(self) -> str:
        return self.act


class WorkAsset(Record):
    """The file that stands for a work in the index."""

    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="assets")
    asset = models.ForeignKey("audits.Asset", on_delete=models.PROTECT, related_name="work_assets")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["work", "asset"], name="work_asset_once")]

    def __str__(self) -> str:
        return f"{self.work}: {self.asset_id}"


class IndexSnapshot(Record):
    """What the index held from this moment on; one row a change. Audits point to the one that they searched."""

    embedder = models.CharField(max_length=100)
    digest = Sha256Field()
    works = models.PositiveIntegerField()
    vectors = models.PositiveIntegerField()

    class Meta:
        constraints = [sha256_check("digest", name="index_snapshot_digest")]
        get_latest_by = "created_at"

    def __str__(self) -> str:
        return f"{self.works} works, {self.digest[:12]}"

"""The policies as they were: every bundle that was in force with its texts, and drafts with what they would have changed."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from django_site.records import Record, Sha256Field, choice_check, sha256_check


class PolicyText(Record):
    """A policy file, or a schema of facts, kept once under the SHA-256 of its UTF-8 bytes. Append-only."""

    sha256 = Sha256Field(unique=True)
    text = models.TextField()

    class Meta:
        constraints = [
            sha256_check("sha256", name="policy_text_sha256"),
            models.CheckConstraint(condition=~Q(text=""), name="policy_text_says_something"),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]


class PolicyRevision(Record):
    """Which bundle of policies was in force from this moment on; one row a change. Append-only.

    ``files`` is each policy file's SHA-256 by name, ``facts_schema_sha256`` the schema of the facts of the day:
    ``PolicyText`` has both, so that what was decided then can be decided again. Revisions older than that have neither.
    """

    bundle_sha256 = Sha256Field()
    policies = models.PositiveIntegerField()
    files = models.JSONField(default=dict)
    facts_schema_sha256 = Sha256Field(blank=True)

    class Meta:
        constraints = [
            sha256_check("bundle_sha256", name="policy_revision_sha256"),
            sha256_check("facts_schema_sha256", name="policy_revision_schema_sha256", blank=True),
        ]
        indexes = [models.Index(fields=["bundle_sha256"], name="policy_revision_by_bundle")]
        get_latest_by = "created_at"

    def __str__(self) -> str:
        return self.bundle_sha256[:12]


class Severity(models.TextChoices):
    """What follows where a rule is not met."""

    BLOCK = "block", _("Stops it")
    REVIEW = "review", _("Needs review")
    WARN = "warn", _("Warns")
    INFO = "info", _("Is said")


class RuleStatus(models.TextChoices):
    DRAFT = "draft", _("Draft, not law")
    ACTIVE = "active", _("In force")
    RETIRED = "retired", _("Retired")
    COMING = "coming", _("Not yet in effect")
    OVER = "over", _("No longer in effect")


class DraftState(models.TextChoices):
    WAITING = "waiting", _("Being compared")
    DONE = "done", _("Compared")
    STOPPED = "stopped", _("Stopped")


class PolicyDraft(Record):
    """One policy file changed, added or (``text`` empty) taken out, and what past decisions of the organisation would
    have come to with it: nothing of it is in force. ``base_sha256`` is the bundle that it is compared with."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="policy_drafts")
    requested_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    file = models.CharField(max_length=100)
    text = models.TextField(blank=True)
    base_sha256 = Sha256Field()
    draft_sha256 = Sha256Field()
    #: Decisions made before this are left out.
    since = models.DateTimeField()
    state = models.CharField(max_length=8, choices=DraftState.choices, default=DraftState.WAITING)
    decided = models.PositiveIntegerField(default=0)
    #: Decisions whose facts are of another form than today's: they can't be compared.
    unreadable = models.PositiveIntegerField(default=0)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            choice_check("state", DraftState, name="policy_draft_state_known"),
            sha256_check("base_sha256", name="policy_draft_base_sha256"),
            sha256_check("draft_sha256", name="policy_draft_sha256"),
            models.CheckConstraint(condition=~Q(state="stopped") | ~Q(reason=""), name="policy_draft_stop_has_reason"),
        ]

    def __str__(self) -> str:
        return self.file


class PolicyFlip(Record):
    """A past decision that would have come out otherwise under a draft: ``was`` under the bundle in force, ``now`` with
    it."""

    draft = models.ForeignKey(PolicyDraft, on_delete=models.CASCADE, related_name="flips")
    decision = models.ForeignKey("audits.Decision", on_delete=models.PROTECT, related_name="+")
    was = models.CharField(max_length=8)
    now = models.CharField(max_length=8)
    #: The sentences that came or went, those of what stops first.
    reasons = models.JSONField(default=list)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["draft", "decision"], name="policy_flip_once"),
            models.CheckConstraint(
                condition=Q(was__in=["allow", "review", "block"], now__in=["allow", "review", "block"])
                & ~Q(was=models.F("now")),
                name="policy_flip_flips",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.was} to {self.now}"

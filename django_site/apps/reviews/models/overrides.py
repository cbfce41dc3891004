"""Setting failed checks aside: asked for by one, agreed to by two others, for one file, for a time."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from django_site.records import Record, Sha256Field, choice_check, sha256_check


class OverrideState(models.TextChoices):
    REQUESTED = "requested", _("Asked for")
    IN_FORCE = "in_force", _("In force")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Taken back")
    EXPIRED = "expired", _("Expired")
    VOID = "void", _("Void")


class Override(Record):
    """Failed checks of one decision about one file that two people set aside, neither of them who asked.

    ``checks`` is what is set aside (``{"policy", "version", "check", "item"}``); it stands only for the facts and the
    policies (``facts_sha256``, ``bundle_sha256``) of the decision that it was asked about, and until ``expires_at``. The
    database refuses one in force with fewer than ``approvers_needed`` agreements, or with the requester's own.
    """

    case = models.ForeignKey("reviews.Case", on_delete=models.PROTECT, related_name="overrides")
    decision = models.ForeignKey("audits.Decision", on_delete=models.PROTECT, related_name="overrides")
    asset = models.ForeignKey("audits.Asset", on_delete=models.PROTECT, related_name="overrides")
    checks = models.JSONField()
    facts_sha256 = Sha256Field()
    bundle_sha256 = Sha256Field()
    requested_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    #: What supports it: a letter, a licence, a reference; in words or as an address.
    evidence = models.TextField()
    approvers_needed = models.PositiveSmallIntegerField(default=2)
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=OverrideState.choices, default=OverrideState.REQUESTED)
    #: Why it ended, or did not begin.
    ended_because = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            choice_check("state", OverrideState, name="override_state_known"),
            sha256_check("facts_sha256", name="override_facts_sha256"),
            sha256_check("bundle_sha256", name="override_bundle_sha256"),
            models.CheckConstraint(condition=~Q(checks=[]), name="override_sets_something_aside"),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(evidence=""), name="override_has_reason_and_evidence"),
            models.CheckConstraint(condition=Q(approvers_needed__gte=2), name="override_needs_two_people"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="override_expires"),
            models.CheckConstraint(
                condition=Q(state__in=["requested", "in_force"]) | ~Q(ended_because=""), name="override_end_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(state="requested") | Q(decided_at__isnull=False), name="override_decided_has_time"
            ),
            models.UniqueConstraint(
                fields=["decision"], condition=Q(state__in=["requested", "in_force"]), name="one_override_a_decision"
            ),
        ]
        indexes = [
            models.Index(fields=["asset", "state"], name="override_by_asset"),
            models.Index(fields=["state", "expires_at"], name="override_by_expiry"),
        ]

    def __str__(self) -> str:
        return f"override of {self.decision_id}: {self.state}"


class OverrideApproval(Record):
    """One person's agreement to an override. Append-only."""

    override = models.ForeignKey(Override, on_delete=models.PROTECT, related_name="approvals")
    actor = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    reason = models.TextField()

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(fields=["override", "actor"], name="one_agreement_a_person"),
            models.CheckConstraint(condition=~Q(reason=""), name="override_approval_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.actor} agreed to {self.override_id}"

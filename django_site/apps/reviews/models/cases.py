"""Cases, what reviewers did about them, and who looked at what."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from django_site.records import Record, choice_check, exactly_one_check


class CaseState(models.TextChoices):
    OPEN = "open", _("Open")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    CHANGES_REQUESTED = "changes_requested", _("Changes requested")
    OVERRIDDEN = "overridden", _("Set aside by two people")


class CaseKind(models.TextChoices):
    CLEARANCE = "clearance", _("May it be shown?")
    WITHDRAWAL = "withdrawal", _("May it stay out?")


class AccessTier(models.TextChoices):
    """Who may open a case."""

    PRODUCTION = "production", _("Everybody on the production and its reviewers")
    LEGAL = "legal", _("The legal side alone")
    NAMED = "named", _("Named people and the head of legal alone")


class Case(Record):
    """A question for reviewers. ``decision`` is what the policies said; ``approvals_needed`` how many must agree.

    ``risk`` orders the queue: the highest score among the findings, higher for a stopped outcome, highest where a
    released film relied on what was withdrawn since; ``reason`` says then what was.
    """

    kind = models.CharField(max_length=10, choices=CaseKind.choices, default=CaseKind.CLEARANCE)
    reason = models.TextField(blank=True)

    production = models.ForeignKey("productions.Production", on_delete=models.PROTECT, related_name="cases")
    take = models.ForeignKey("productions.Take", null=True, on_delete=models.PROTECT, related_name="cases")
    cut = models.ForeignKey("productions.Cut", null=True, on_delete=models.PROTECT, related_name="cases")
    imported = models.ForeignKey("productions.ImportedMedia", null=True, on_delete=models.PROTECT, related_name="cases")
    decision = models.ForeignKey("audits.Decision", on_delete=models.PROTECT, related_name="cases")
    opened_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=20, choices=CaseState.choices, default=CaseState.OPEN)
    approvals_needed = models.PositiveSmallIntegerField(default=1)
    risk = models.FloatField(default=0.0)
    due_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    tier = models.CharField(max_length=10, choices=AccessTier.choices, default=AccessTier.PRODUCTION)
    #: When the head of legal was told that it is late; once.
    escalated_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-risk", "due_at", "id"]
        constraints = [
            exactly_one_check("take", "cut", "imported", name="case_about_one_thing"),
            choice_check("state", CaseState, name="case_state_known"),
            choice_check("kind", CaseKind, name="case_kind_known"),
            choice_check("tier", AccessTier, name="case_tier_known"),
            models.CheckConstraint(
                condition=Q(kind="clearance") | Q(cut__isnull=False) & ~Q(reason=""), name="case_withdrawal_says_what"
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True) | ~Q(state="open") & Q(closed_at__isnull=False),
                name="case_closed_has_time",
            ),
            models.CheckConstraint(condition=Q(approvals_needed__gte=1), name="case_needs_a_person"),
            models.UniqueConstraint(fields=["cut"], condition=Q(state="open"), name="one_open_case_a_cut"),
            models.UniqueConstraint(fields=["take"], condition=Q(state="open"), name="one_open_case_a_take"),
            models.UniqueConstraint(fields=["imported"], condition=Q(state="open"), name="one_open_case_an_import"),
        ]
        indexes = [models.Index(fields=["state", "-risk", "due_at"], name="case_queue")]

    def __str__(self) -> str:
        return f"case {self.id}"


class ActionKind(models.TextChoices):
    APPROVE = "approve", _("Approved")
    REJECT = "reject", _("Rejected")
    REQUEST_CHANGE = "request_change", _("Requested a change")
    DISMISS_FINDING = "dismiss_finding", _("Dismissed a finding")


class ReviewAction(Record):
    """What a reviewer did, with the reason. Append-only; one approval a person and case."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="actions")
    actor = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="review_actions")
    role = models.CharField(max_length=20)
    kind = models.CharField(max_length=16, choices=ActionKind.choices)
    finding = models.ForeignKey("audits.Finding", null=True, on_delete=models.PROTECT, related_name="review_actions")
    reason = models.TextField()

    class Meta:
        ordering = ["created_at"]
        constraints = [
            choice_check("kind", ActionKind, name="review_action_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="review_action_has_reason"),
            models.CheckConstraint(condition=Q(role__in=["legal_reviewer", "head_of_legal"]), name="review_role_known"),
            models.CheckConstraint(
                condition=~Q(kind="dismiss_finding") | Q(finding__isnull=False), name="dismissal_names_finding"
            ),
            models.UniqueConstraint(
                fields=["case", "actor"], condition=Q(kind="approve"), name="one_approval_a_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.kind}"


class Privilege(models.TextChoices):
    """What a remark is said to be. A label does not make it so: a court decides that."""

    NONE = "none", _("Not privileged")
    CLIENT = "client", _("Attorney-client communication")
    WORK_PRODUCT = "work_product", _("Attorney work product")


class Comment(Record):
    """A remark on a case. ``privileged`` remarks are for the legal side alone; ``privilege`` says on what ground."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="comments")
    privileged = models.BooleanField(default=False)
    privilege = models.CharField(max_length=12, choices=Privilege.choices, default=Privilege.NONE)
    text = models.TextField()

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="comment_says_something"),
            choice_check("privilege", Privilege, name="comment_privilege_known"),
            models.CheckConstraint(
                condition=Q(privilege="none") | Q(privileged=True), name="comment_labelled_is_for_the_legal_side"
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class AccessLog(Record):
    """Who was shown which quarantined file, or opened which case. Append-only."""

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="accesses")
    asset = models.ForeignKey("audits.Asset", null=True, on_delete=models.PROTECT, related_name="accesses")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="accesses")

    class Meta:
        constraints = [exactly_one_check("asset", "case", name="access_to_one_thing")]
        indexes = [
            models.Index(fields=["asset", "-created_at"], name="access_by_asset"),
            models.Index(fields=["case", "-created_at"], name="access_by_case"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} saw {self.asset_id or self.case_id}"

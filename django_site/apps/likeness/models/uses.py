"""How a likeness was used: asked for, used, contested, paid."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from django_site.apps.likeness.models.grants import ConsentGrant
from django_site.apps.likeness.models.subjects import Subject
from django_site.records import Record, choice_check


class ApprovalState(models.TextChoices):
    REQUESTED = "requested", _("Asked")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Taken back")


class UseApproval(Record):
    """A person's yes to one use within their grant: for the production, a scene or a shot, as their grant asks."""

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="approvals")
    grant = models.ForeignKey(ConsentGrant, on_delete=models.PROTECT, related_name="approvals")
    production = models.ForeignKey("productions.Production", on_delete=models.PROTECT, related_name="use_approvals")
    scene = models.ForeignKey("productions.Scene", null=True, on_delete=models.PROTECT, related_name="use_approvals")
    shot = models.ForeignKey("productions.Shot", null=True, on_delete=models.PROTECT, related_name="use_approvals")
    character = models.CharField(max_length=200, blank=True)
    #: What they would be shown or heard doing, in plain words.
    description = models.TextField()
    state = models.CharField(max_length=10, choices=ApprovalState.choices, default=ApprovalState.REQUESTED)
    requested_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            choice_check("state", ApprovalState, name="approval_state_known"),
            models.CheckConstraint(condition=~Q(description=""), name="approval_says_what"),
            models.CheckConstraint(
                condition=Q(scene__isnull=True) | Q(shot__isnull=True), name="approval_of_scene_or_shot"
            ),
            models.CheckConstraint(
                condition=Q(state="requested", decided_at__isnull=True, decided_by__isnull=True)
                | ~Q(state="requested") & Q(decided_at__isnull=False, decided_by__isnull=False),
                name="approval_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="approval_not_by_requester",
            ),
        ]
        indexes = [models.Index(fields=["production", "subject", "state"], name="approval_by_production")]

    def __str__(self) -> str:
        return f"{self.subject_id} {self.state}"


class UseKind(models.TextChoices):
    RENDER = "render", _("Rendered")
    RELEASE = "release", _("Released")
    TRAIN = "train", _("Trained on")


class UseEvent(Record):
    """A use of somebody's likeness under a grant: one row a take, release or training and subject. Append-only."""

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="uses")
    grant = models.ForeignKey(ConsentGrant, on_delete=models.PROTECT, related_name="uses")
    production = models.ForeignKey("productions.Production", on_delete=models.PROTECT, related_name="likeness_uses")
    take = models.ForeignKey("productions.Take", null=True, on_delete=models.PROTECT, related_name="likeness_uses")
    cut = models.ForeignKey("productions.Cut", null=True, on_delete=models.PROTECT, related_name="likeness_uses")
    kind = models.CharField(max_length=8, choices=UseKind.choices)
    #: What was trained, where ``kind`` is ``train``: the model's name.
    what = models.CharField(max_length=200, blank=True)
    seconds = models.DecimalField(max_digits=12, decimal_places=3)
    #: Where in the file, as [[modality, start, end], ...] in seconds.
    spans = models.JSONField(default=list)
    #: ISO 3166 codes where a release is shown; empty for a render.
    territories = models.JSONField(default=list)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            choice_check("kind", UseKind, name="use_kind_known"),
            models.CheckConstraint(
                condition=Q(kind="render", take__isnull=False, cut__isnull=True)
                | Q(kind="release", take__isnull=True, cut__isnull=False)
                | Q(kind="train", take__isnull=True, cut__isnull=True) & ~Q(what=""),
                name="use_of_one_thing",
            ),
            models.UniqueConstraint(fields=["grant", "take"], name="use_once_a_take"),
            models.UniqueConstraint(fields=["grant", "cut"], name="use_once_a_cut"),
            models.CheckConstraint(condition=Q(seconds__gte=0), name="use_seconds"),
        ]
        indexes = [models.Index(fields=["subject", "-created_at"], name="use_by_subject")]

    def __str__(self) -> str:
        return f"{self.subject_id} {self.kind}"


class ClaimKind(models.TextChoices):
    NOT_AGREED = "not_agreed", _("I never agreed to this use")
    BEYOND = "beyond", _("It goes beyond what I agreed to")
    UNPAID = "unpaid", _("I was not paid for it")
    MISTAKEN = "mistaken", _("That is not me")
    OTHER = "other", _("Something else")


class ClaimState(models.TextChoices):
    OPEN = "open", _("Open")
    UPHELD = "upheld", _("Upheld")
    REJECTED = "rejected", _("Rejected")
    TAKEN_BACK = "taken_back", _("Taken back")


class Claim(Record):
    """A person contests a use. It is answered by a person of the legal side, with reasons, by ``due_at``."""

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="claims")
    grant = models.ForeignKey(ConsentGrant, null=True, on_delete=models.PROTECT, related_name="claims")
    use = models.ForeignKey(UseEvent, null=True, on_delete=models.PROTECT, related_name="claims")
    finding = models.ForeignKey("audits.Finding", null=True, on_delete=models.PROTECT, related_name="claims")
    production = models.ForeignKey("productions.Production", null=True, on_delete=models.PROTECT, related_name="claims")
    kind = models.CharField(max_length=12, choices=ClaimKind.choices)
    text = models.TextField()
    wanted = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=ClaimState.choices, default=ClaimState.OPEN)
    raised_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            choice_check("kind", ClaimKind, name="claim_kind_known"),
            choice_check("state", ClaimState, name="claim_state_known"),
            models.CheckConstraint(condition=~Q(text=""), name="claim_says_what"),
            models.CheckConstraint(
                condition=Q(state="open", answered_at__isnull=True)
                | ~Q(state="open") & Q(answered_at__isnull=False, answered_by__isnull=False),
                name="claim_closed_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["upheld", "rejected"]) | ~Q(answer="") & ~Q(answered_by=F("raised_by")),
                name="claim_answered_with_reasons_by_another",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_at"], name="claim_by_due")]

    def __str__(self) -> str:
        return f"{self.subject_id} {self.kind} {self.state}"


class CompensationKind(models.TextChoices):
    SCAN = "scan", _("Scan")
    USE = "use", _("Use")
    RESIDUAL = "residual", _("Residual")
    CORRECTION = "correction", _("Correction")
    PAYMENT = "payment", _("Payment")


class CompensationEntry(Record):
    """What is owed to a person under a grant, or was paid. Append-only: mistakes are corrected by another entry.

    ``amount`` is in ``currency`` (ISO 4217); what is owed is positive, payments are negative.
    """

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="compensation")
    grant = models.ForeignKey(ConsentGrant, on_delete=models.PROTECT, related_name="compensation")
    use = models.ForeignKey(UseEvent, null=True, on_delete=models.PROTECT, related_name="compensation")
    production = models.ForeignKey(
        "productions.Production", null=True, on_delete=models.PROTECT, related_name="compensation"
    )
    kind = models.CharField(max_length=10, choices=CompensationKind.choices)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    #: How the amount came about, e.g. "release in 2 territories at 250.00 each".
    basis = models.CharField(max_length=500)
    #: What makes an entry the same entry however often it is worked out.
    key = models.CharField(max_length=200, unique=True)
    entered_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            choice_check("kind", CompensationKind, name="compensation_kind_known"),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="compensation_currency"),
            models.CheckConstraint(condition=~Q(basis=""), name="compensation_has_basis"),
            models.CheckConstraint(
                condition=Q(kind="payment", amount__lt=0)
                | Q(kind="correction")
                | Q(kind__in=["scan", "use", "residual"], amount__gte=0),
                name="compensation_sign",
            ),
        ]
        indexes = [
            models.Index(fields=["subject", "created_at"], name="compensation_by_subject"),
            models.Index(fields=["production", "created_at"], name="compensation_by_production"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} {self.kind}"

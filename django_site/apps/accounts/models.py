"""People, the organisations that they work for, and what they may do there."""

import secrets

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from django_site.ids import uuid7
from django_site.records import Record, Sha256Field, choice_check, sha256_check


def new_pseudonym() -> str:
    """A name for signed records that says nothing about the person; only this table links the two."""
    return f"person-{secrets.token_hex(6)}"


class User(AbstractUser):
    """A person who signs in. ``pseudonym`` is what signed files and the ledger carry instead of a name."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(_("email address"), unique=True)
    pseudonym = models.CharField(max_length=40, unique=True, default=new_pseudonym, editable=False)

    REQUIRED_FIELDS = ["email"]

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class Organisation(Record):
    """A studio, a law firm, an agency."""

    name = models.CharField(max_length=200, unique=True)
    #: Where the public reads how long biometrics are kept (740 ILCS 14/15(a) asks for it before any is collected).
    retention_schedule_url = models.URLField(blank=True)
    #: How large it is, with everybody under the same control: licences of models end or cost from some size on. ``None``:
    #: nobody has declared it.
    annual_revenue = models.PositiveBigIntegerField(null=True, blank=True)
    revenue_currency = models.CharField(max_length=3, blank=True)
    monthly_users = models.PositiveBigIntegerField(null=True, blank=True)
    size_declared_at = models.DateTimeField(null=True, blank=True)
    size_declared_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(size_declared_at__isnull=True, annual_revenue__isnull=True, monthly_users__isnull=True)
                | Q(size_declared_at__isnull=False, size_declared_by__isnull=False),
                name="organisation_size_declared_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(annual_revenue__isnull=True) | Q(revenue_currency__regex="^[A-Z]{3}$"),
                name="organisation_revenue_has_currency",
            ),
        ]

    @property
    def schedule_address(self) -> str:
        """Where anybody reads the schedule: the organisation's own address, or the page that this site serves for it."""
        return self.retention_schedule_url or reverse("likeness:schedule", args=[self.pk])

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What a person is in an organisation or on a production."""

    PRODUCER = "producer", _("Producer")
    LEGAL_REVIEWER = "legal_reviewer", _("Legal reviewer")
    HEAD_OF_LEGAL = "head_of_legal", _("Head of legal")
    PERFORMER = "performer", _("Performer")


#: Roles that look at what is in quarantine and decide.
REVIEWING_ROLES = (Role.LEGAL_REVIEWER, Role.HEAD_OF_LEGAL)


class Membership(Record):
    """A person's role in an organisation."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "organisation"], name="membership_once"),
            choice_check("role", Role, name="membership_role_known"),
        ]
        indexes = [models.Index(fields=["organisation", "role"], name="membership_by_role")]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.organisation}"


class NoticeKind(models.TextChoices):
    """What a notice is about: the same kinds are told to everybody, each to those whom it concerns."""

    WITHDRAWAL = "withdrawal", _("Consent withdrawn")
    SUSPENSION = "suspension", _("Consent suspended")
    STRIKE = "strike", _("Strike")
    EXPIRY = "expiry", _("Consent expired")
    CLAIM = "claim", _("Claim")
    APPROVAL = "approval", _("Approval of a use")
    GRANT = "grant", _("Grant")
    RETENTION = "retention", _("Retention")
    MONEY = "money", _("Money")
    OTHER = "other", _("Notice")


class Notice(Record):
    """Something that a person is told: on their page of notices and by e-mail. ``key`` makes it one notice a person and
    cause, however often the cause is worked out."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=12, choices=NoticeKind.choices)
    text = models.TextField()
    #: An address within the site, where what it is about can be read; empty where there is none.
    url = models.CharField(max_length=300, blank=True)
    key = models.CharField(max_length=200)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="notice_once_a_cause"),
            choice_check("kind", NoticeKind, name="notice_kind_known"),
            models.CheckConstraint(condition=~Q(text=""), name="notice_says_something"),
            models.CheckConstraint(condition=Q(url="") | Q(url__startswith="/"), name="notice_leads_within_the_site"),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="notice_by_user"),
            models.Index(fields=["user"], condition=Q(read_at__isnull=True), name="notice_unread"),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class ApiToken(Record):
    """Lets a program of an organisation ask, never write. The token itself is shown once and not kept: only its digest is
    (256 random bits, so that a plain SHA-256 is enough)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    sha256 = Sha256Field(unique=True)
    #: Its first characters, by which people tell tokens apart.
    begins = models.CharField(max_length=16)
    scopes = models.JSONField(default=list)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            sha256_check("sha256", name="api_token_sha256"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(scopes=[]), name="api_token_named_and_scoped"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="api_token_expires"),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(revoked_by__isnull=False), name="api_token_revoked_by_somebody"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.begins}…)"


class ApiWindow(Record):
    """How often a token was used within one minute: in the database, so that every process counts the same."""

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="windows")
    began_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "began_at"], name="api_window_once")]

    def __str__(self) -> str:
        return f"{self.token_id}: {self.count}"


from django_site.apps.accounts.webhook_models import DeliveryState, Webhook, WebhookDelivery  # noqa: E402, F401 - registered

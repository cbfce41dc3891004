"""What a person allows: immutable versions of a grant, who signed which words, and every change of its state."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from django_site.apps.likeness.models.subjects import Representative, Subject
from django_site.ids import uuid7
from django_site.records import Record, Sha256Field, choice_check, sha256_check


class Strike(Record):
    """A strike of a union: while it stands, replicas of its members that say so are suspended."""

    union = models.CharField(max_length=100)
    reason = models.TextField()
    declared_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["union"], condition=Q(ended_at__isnull=True), name="one_standing_strike"),
            models.CheckConstraint(condition=~Q(union="") & ~Q(reason=""), name="strike_says_whose"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("began_at"), ended_by__isnull=False),
                name="strike_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.union} since {self.began_at:%Y-%m-%d}"


class GrantState(models.TextChoices):
    """Where a version of a grant stands; ``lifecycle.GRANT_FROM`` says what may follow what."""

    DRAFTED = "drafted", _("Drafted")
    NOTICED = "noticed", _("Offered")
    SIGNED = "signed", _("Signed, not begun")
    ACTIVE = "active", _("In force")
    SUSPENDED = "suspended", _("Suspended")
    DISPUTED = "disputed", _("Disputed")
    AMENDED = "amended", _("Replaced by a newer version")
    EXPIRED = "expired", _("Expired")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    REVOKED = "revoked", _("Given up")
    TRANSFERRED = "transferred", _("Passed to the estate")


#: Signed and not over: what may still come (back) into force.
STANDING = [GrantState.SIGNED, GrantState.ACTIVE, GrantState.SUSPENDED, GrantState.DISPUTED]
#: States that can be reached without a signature.
_UNSIGNED = ["drafted", "noticed", "declined", "withdrawn", "revoked"]


class ConsentGrant(Record):
    """One immutable version of what a person allows. ``grant`` names the grant across its versions.

    Only ``state`` and the times that go with it change; the terms and the words that were shown never do. ``text`` is the
    legal text, ``summary`` the plain sentences that stand beside it; ``shown_sha256`` is over both and the scope.
    """

    grant = models.UUIDField(default=uuid7, editable=False)
    version = models.PositiveIntegerField(default=1)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="grants")
    scope = models.JSONField()
    text = models.TextField()
    text_sha256 = Sha256Field()
    summary = models.TextField(blank=True)
    shown_sha256 = Sha256Field(blank=True)
    starts = models.DateTimeField()
    ends = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=GrantState.choices, default=GrantState.DRAFTED)
    offered_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    noticed_at = models.DateTimeField(null=True, blank=True)
    #: The end of the notice: nobody can sign before it.
    may_sign_from = models.DateTimeField(null=True, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="signed_grants")
    #: The strike that suspends it, and nothing else does.
    strike = models.ForeignKey(Strike, null=True, on_delete=models.PROTECT, related_name="grants")
    changed_at = models.DateTimeField()
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["grant", "version"], name="grant_version_once"),
            models.UniqueConstraint(fields=["grant"], condition=Q(state="active"), name="one_active_grant_version"),
            choice_check("state", GrantState, name="grant_state_known"),
            sha256_check("text_sha256", name="grant_text_sha256"),
            sha256_check("shown_sha256", name="grant_shown_sha256", blank=True),
            models.CheckConstraint(condition=Q(ends__isnull=True) | Q(ends__gt=F("starts")), name="grant_term"),
            models.CheckConstraint(
                condition=Q(state__in=_UNSIGNED) | Q(signed_at__isnull=False, signed_by__isnull=False),
                name="grant_signed_before_active",
            ),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True)
                | Q(may_sign_from__isnull=True)
                | Q(signed_at__gte=F("may_sign_from")),
                name="grant_signed_after_notice",
            ),
            models.CheckConstraint(
                condition=Q(may_sign_from__isnull=True)
                | Q(noticed_at__isnull=False, may_sign_from__gte=F("noticed_at")),
                name="grant_notice_order",
            ),
            models.CheckConstraint(condition=~Q(scope={}) & ~Q(text=""), name="grant_says_what"),
            models.CheckConstraint(
                condition=~Q(state__in=["suspended", "disputed", "withdrawn", "revoked", "declined", "transferred"])
                | ~Q(reason=""),
                name="grant_stop_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(strike__isnull=True) | Q(state="suspended"), name="grant_strike_suspends"
            ),
        ]
        indexes = [
            models.Index(fields=["subject", "state"], name="grant_by_subject"),
            models.Index(fields=["state", "ends"], name="grant_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} v{self.version} {self.state}"


class SignerRole(models.TextChoices):
    SELF = "self", _("The person")
    GUARDIAN = "guardian", _("Guardian")
    ESTATE = "estate", _("Estate")
    AGENT = "agent", _("Agent with power to sign")


class GrantSignature(Record):
    """The signing of a grant: who, as what, when, from where, and exactly which words. Append-only, and in the ledger."""

    grant = models.OneToOneField(ConsentGrant, on_delete=models.PROTECT, related_name="signature")
    signed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=10, choices=SignerRole.choices)
    representative = models.ForeignKey(Representative, null=True, on_delete=models.PROTECT, related_name="signatures")
    text_sha256 = Sha256Field()
    shown_sha256 = Sha256Field()
    #: Where from: network address and browser, as the server saw them.
    address = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, blank=True)
    #: How the signer was known: ``password``, ``passkey``, ``password+totp``, or ``paper`` for a filed original.
    authenticated_by = models.CharField(max_length=40)
    #: The limits were on the screen in full, apart from other papers, and confirmed one by one.
    conspicuous = models.BooleanField(default=True)

    class Meta:
        constraints = [
            choice_check("role", SignerRole, name="signature_role_known"),
            sha256_check("text_sha256", name="signature_text_sha256"),
            sha256_check("shown_sha256", name="signature_shown_sha256"),
            models.CheckConstraint(
                condition=Q(role="self", representative__isnull=True)
                | ~Q(role="self") & Q(representative__isnull=False),
                name="signature_representative_if_not_self",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.signed_by} signed {self.grant_id}"


class GrantChange(Record):
    """A change of a grant's state: from what to what, by whom, why. Append-only."""

    grant = models.ForeignKey(ConsentGrant, on_delete=models.PROTECT, related_name="changes")
    came_from = models.CharField(max_length=12, blank=True)
    to = models.CharField(max_length=12, choices=GrantState.choices)
    by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [choice_check("to", GrantState, name="grant_change_known")]

    def __str__(self) -> str:
        return f"{self.grant_id}: {self.came_from} to {self.to}"

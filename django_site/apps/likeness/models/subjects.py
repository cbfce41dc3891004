"""A person whose likeness is protected, and who may speak for them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from django_site.records import Record, choice_check


class LivingState(models.TextChoices):
    LIVING = "living", _("Living")
    DECEASED = "deceased", _("Deceased")
    MINOR = "minor", _("Minor")


class Subject(Record):
    """A person whose likeness is registered. ``user`` is set where they sign in themselves."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="subjects")
    user = models.OneToOneField(
        "accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="subject"
    )
    legal_name = models.CharField(max_length=200)
    stage_name = models.CharField(max_length=200, blank=True)
    aliases = models.JSONField(default=list, blank=True)
    living = models.CharField(max_length=10, choices=LivingState.choices, default=LivingState.LIVING)
    #: The day on which a minor comes of age: from then on the guardian's word counts no more.
    of_age_on = models.DateField(null=True, blank=True)
    died_on = models.DateField(null=True, blank=True)
    union = models.CharField(max_length=100, blank=True)
    #: How the person's identity was made sure of, e.g. "passport seen on video call"; never the document itself.
    identity_method = models.CharField(max_length=200, blank=True)
    identity_verified_at = models.DateTimeField(null=True, blank=True)
    identity_verified_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            choice_check("living", LivingState, name="subject_living_known"),
            models.CheckConstraint(condition=~Q(legal_name=""), name="subject_named"),
            models.CheckConstraint(
                condition=Q(died_on__isnull=True) | Q(living="deceased"), name="subject_died_if_deceased"
            ),
            models.CheckConstraint(
                condition=Q(identity_verified_at__isnull=True)
                | Q(identity_verified_by__isnull=False) & ~Q(identity_method=""),
                name="subject_identity_verified_how",
            ),
        ]
        indexes = [
            models.Index(fields=["legal_name", "id"], name="subject_by_name"),
            models.Index(fields=["union"], name="subject_by_union"),
        ]

    @property
    def display_name(self) -> str:
        return self.stage_name or self.legal_name

    def __str__(self) -> str:
        return self.display_name


class RepresentativeKind(models.TextChoices):
    GUARDIAN = "guardian", _("Guardian")
    ESTATE = "estate", _("Estate")
    AGENT = "agent", _("Agent")
    COUNSEL = "counsel", _("Counsel")
    UNION = "union", _("Union")


class Representative(Record):
    """Somebody who speaks for a subject, with the proof that they may. Without a checked proof they may do nothing.

    ``may_sign``: sign and amend grants; ``may_stop``: suspend, withdraw, raise claims. Both end with ``ends_on`` or
    ``ended_at``. Proof is a document (court order, probate, power of attorney, membership) and who looked at it.
    """

    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="representatives")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="represents")
    kind = models.CharField(max_length=10, choices=RepresentativeKind.choices)
    proof_kind = models.CharField(max_length=200, blank=True)
    proof = models.ForeignKey("audits.Asset", null=True, on_delete=models.PROTECT, related_name="+")
    proof_checked_at = models.DateTimeField(null=True, blank=True)
    proof_checked_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    may_sign = models.BooleanField(default=False)
    may_stop = models.BooleanField(default=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            choice_check("kind", RepresentativeKind, name="representative_kind_known"),
            models.UniqueConstraint(
                fields=["subject", "user", "kind"],
                condition=Q(ended_at__isnull=True),
                name="representative_once",
            ),
            models.CheckConstraint(
                condition=Q(proof_checked_at__isnull=True)
                | Q(proof__isnull=False, proof_checked_by__isnull=False) & ~Q(proof_kind=""),
                name="representative_checked_with_proof",
            ),
            models.CheckConstraint(
                condition=Q(proof_checked_by__isnull=True) | ~Q(proof_checked_by=F("user")),
                name="representative_not_checked_by_themselves",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")), name="representative_term"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | ~Q(ended_reason=""), name="representative_end_has_reason"
            ),
        ]
        indexes = [models.Index(fields=["user", "ended_at"], name="representative_by_user")]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_kind_display()} · {self.subject}"

"""People whose likeness is protected: their consents (two kinds, never mixed), templates under a key each, and uses."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from django_site.ids import uuid7
from django_site.records import Record, Sha256Field, choice_check, sha256_check


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
    union = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [
            choice_check("living", LivingState, name="subject_living_known"),
            models.CheckConstraint(condition=~Q(legal_name=""), name="subject_named"),
        ]

    @property
    def display_name(self) -> str:
        return self.stage_name or self.legal_name

    def __str__(self) -> str:
        return self.display_name


class Modality(models.TextChoices):
    FACE = "face", _("Face")


class LikenessSource(models.TextChoices):
    SCAN = "scan", _("Scan")
    FOOTAGE = "footage", _("Footage")
    INDEPENDENT = "independent", _("Independent picture")


class LikenessAsset(Record):
    """A picture of the subject and why we hold it."""

    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="likeness_assets")
    asset = models.ForeignKey("audits.Asset", on_delete=models.PROTECT, related_name="likeness_assets")
    modality = models.CharField(max_length=8, choices=Modality.choices, default=Modality.FACE)
    source = models.CharField(max_length=12, choices=LikenessSource.choices)
    business_reason = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "asset"], name="likeness_asset_once"),
            choice_check("modality", Modality, name="likeness_modality_known"),
            choice_check("source", LikenessSource, name="likeness_source_known"),
            models.CheckConstraint(condition=~Q(business_reason=""), name="likeness_asset_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.modality}"


class BiometricConsent(Record):
    """Consent to measure a face; it can be withdrawn at any time. Not a licence to show it."""

    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="biometric_consents")
    purpose = models.CharField(max_length=200)
    text = models.TextField()
    text_sha256 = Sha256Field()
    given_at = models.DateTimeField()
    destroy_by = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(destroy_by__gt=F("given_at")), name="biometric_consent_ends"),
            sha256_check("text_sha256", name="biometric_consent_text_sha256"),
            models.CheckConstraint(condition=~Q(text="") & ~Q(purpose=""), name="biometric_consent_says_what"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("given_at")),
                name="biometric_consent_order",
            ),
            models.UniqueConstraint(
                fields=["subject", "purpose"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_standing_biometric_consent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject}: {self.purpose}"


class SubjectKey(Record):
    """A subject's data key, wrapped by the key-encryption key. Destroying it makes every template unreadable."""

    subject = models.OneToOneField(Subject, on_delete=models.CASCADE, related_name="key")
    wrapped = models.BinaryField(null=True)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(wrapped__isnull=False, destroyed_at__isnull=True)
                | Q(wrapped__isnull=True, destroyed_at__isnull=False),
                name="subject_key_held_or_destroyed",
            )
        ]

    def __str__(self) -> str:
        return f"key of {self.subject_id}"


class BiometricTemplate(Record):
    """A face descriptor, sealed under the subject's key. Never in the clear on disk or in the database."""

    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="templates")
    key = models.ForeignKey(SubjectKey, on_delete=models.PROTECT, related_name="templates")
    consent = models.ForeignKey(BiometricConsent, on_delete=models.PROTECT, related_name="templates")
    likeness_asset = models.ForeignKey(LikenessAsset, on_delete=models.PROTECT, related_name="templates")
    model = models.CharField(max_length=100)
    ciphertext = models.BinaryField()
    destroy_by = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(destroy_by__gt=F("created_at")), name="template_destroyed_later"),
        ]

    def __str__(self) -> str:
        return f"template of {self.subject_id}"


class GrantState(models.TextChoices):
    DRAFTED = "drafted", _("Drafted")
    SIGNED = "signed", _("Signed")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    AMENDED = "amended", _("Replaced by a newer version")
    EXPIRED = "expired", _("Expired")
    REVOKED = "revoked", _("Revoked")


class ConsentGrant(Record):
    """One immutable version of what a person allows. ``grant`` names the grant across its versions.

    Only ``state`` and the times that go with it change; the terms and the text that was signed never do.
    """

    grant = models.UUIDField(default=uuid7, editable=False)
    version = models.PositiveIntegerField(default=1)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="grants")
    scope = models.JSONField()
    text = models.TextField()
    text_sha256 = Sha256Field()
    starts = models.DateTimeField()
    ends = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=GrantState.choices, default=GrantState.DRAFTED)
    noticed_at = models.DateTimeField(null=True, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="signed_grants")
    changed_at = models.DateTimeField()
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["grant", "version"], name="grant_version_once"),
            models.UniqueConstraint(fields=["grant"], condition=Q(state="active"), name="one_active_grant_version"),
            choice_check("state", GrantState, name="grant_state_known"),
            sha256_check("text_sha256", name="grant_text_sha256"),
            models.CheckConstraint(condition=Q(ends__isnull=True) | Q(ends__gt=F("starts")), name="grant_term"),
            models.CheckConstraint(
                condition=Q(state="drafted") | Q(signed_at__isnull=False, signed_by__isnull=False),
                name="grant_signed_before_active",
            ),
            models.CheckConstraint(condition=~Q(scope={}) & ~Q(text=""), name="grant_says_what"),
            models.CheckConstraint(
                condition=~Q(state__in=["suspended", "revoked"]) | ~Q(reason=""), name="grant_stop_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} v{self.version} {self.state}"


class UseKind(models.TextChoices):
    RENDER = "render", _("Rendered")
    RELEASE = "release", _("Released")


class UseEvent(Record):
    """A use of somebody's likeness under a grant: one row a take or release and subject. Append-only."""

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="uses")
    grant = models.ForeignKey(ConsentGrant, on_delete=models.PROTECT, related_name="uses")
    production = models.ForeignKey("productions.Production", on_delete=models.PROTECT, related_name="likeness_uses")
    take = models.ForeignKey("productions.Take", null=True, on_delete=models.PROTECT, related_name="likeness_uses")
    cut = models.ForeignKey("productions.Cut", null=True, on_delete=models.PROTECT, related_name="likeness_uses")
    kind = models.CharField(max_length=8, choices=UseKind.choices)
    seconds = models.DecimalField(max_digits=12, decimal_places=3)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            choice_check("kind", UseKind, name="use_kind_known"),
            models.CheckConstraint(
                condition=Q(kind="render", take__isnull=False, cut__isnull=True)
                | Q(kind="release", take__isnull=True, cut__isnull=False),
                name="use_of_one_thing",
            ),
            models.UniqueConstraint(fields=["grant", "take"], name="use_once_a_take"),
            models.UniqueConstraint(fields=["grant", "cut"], name="use_once_a_cut"),
            models.CheckConstraint(condition=Q(seconds__gte=0), name="use_seconds"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} {self.kind}"

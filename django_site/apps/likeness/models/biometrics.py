"""What is kept of a person: pictures and recordings, their measurements under a key each, and the consent to both."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from django_site.apps.likeness.models.subjects import Subject
from django_site.records import Record, Sha256Field, choice_check, sha256_check


class Modality(models.TextChoices):
    FACE = "face", _("Face")
    VOICE = "voice", _("Voice")
    BODY = "body", _("Body")
    MOTION = "motion", _("Motion")


#: What is measured today; a scan of a body or of motion is kept, not compared.
MEASURED = [Modality.FACE, Modality.VOICE]


class LikenessSource(models.TextChoices):
    SCAN = "scan", _("Scan")
    FOOTAGE = "footage", _("Footage")
    INDEPENDENT = "independent", _("Independent picture")


class LikenessAsset(Record):
    """A picture or recording of the subject and why we hold it. What happened to it is in its custody log."""

    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="likeness_assets")
    asset = models.ForeignKey("audits.Asset", on_delete=models.PROTECT, related_name="likeness_assets")
    modality = models.CharField(max_length=8, choices=Modality.choices, default=Modality.FACE)
    source = models.CharField(max_length=12, choices=LikenessSource.choices)
    business_reason = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "asset", "modality"], name="likeness_asset_once"),
            choice_check("modality", Modality, name="likeness_modality_known"),
            choice_check("source", LikenessSource, name="likeness_source_known"),
            models.CheckConstraint(condition=~Q(business_reason=""), name="likeness_asset_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.modality}"


class CustodyAct(models.TextChoices):
    RECEIVED = "received", _("Received")
    MEASURED = "measured", _("Measured")
    VIEWED = "viewed", _("Looked at")
    EXPORTED = "exported", _("Exported")
    DESTROYED = "destroyed", _("Destroyed")


class CustodyEvent(Record):
    """An entry of the custody log: who did what to a picture or recording of a person. Append-only.

    It outlives the picture: ``asset_sha256`` names what it was.
    """

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="custody")
    asset_sha256 = Sha256Field()
    act = models.CharField(max_length=10, choices=CustodyAct.choices)
    actor = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            choice_check("act", CustodyAct, name="custody_act_known"),
            sha256_check("asset_sha256", name="custody_asset_sha256"),
        ]
        indexes = [models.Index(fields=["subject", "created_at"], name="custody_by_subject")]

    def __str__(self) -> str:
        return f"{self.asset_sha256[:12]} {self.act}"


class BiometricConsent(Record):
    """Consent to measure a face or voice; it can be withdrawn at any time. Not a licence to show it."""

    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="biometric_consents")
    modality = models.CharField(max_length=8, choices=Modality.choices, default=Modality.FACE)
    purpose = models.CharField(max_length=200)
    text = models.TextField()
    text_sha256 = Sha256Field()
    given_at = models.DateTimeField()
    #: Who gave it on the site; ``None`` where a signed paper was filed.
    given_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
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
            models.CheckConstraint(condition=Q(modality__in=MEASURED), name="biometric_consent_modality_measured"),
            models.UniqueConstraint(
                fields=["subject", "modality", "purpose"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_standing_biometric_consent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject}: {self.purpose}"


class SubjectKey(Record):
    """That a subject has a data key. The key itself is never in this database: it lies, wrapped, in the key vault under this
    row's id. Destroying it there makes every template unreadable, those in old backups of this database included."""

    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="keys")
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject"], condition=Q(destroyed_at__isnull=True), name="one_key_of_a_subject"
            )
        ]

    def __str__(self) -> str:
        return f"key of {self.subject_id}"


class BiometricTemplate(Record):
    """A descriptor of a face or voice, sealed under the subject's key. Never in the clear on disk or in the database."""

    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="templates")
    key = models.ForeignKey(SubjectKey, on_delete=models.PROTECT, related_name="templates")
    consent = models.ForeignKey(BiometricConsent, on_delete=models.PROTECT, related_name="templates")
    likeness_asset = models.ForeignKey(LikenessAsset, on_delete=models.PROTECT, related_name="templates")
    modality = models.CharField(max_length=8, choices=Modality.choices, default=Modality.FACE)
    model = models.CharField(max_length=100)
    ciphertext = models.BinaryField()
    destroy_by = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(destroy_by__gt=F("created_at")), name="template_destroyed_later"),
            models.CheckConstraint(condition=Q(modality__in=MEASURED), name="template_modality_measured"),
        ]
        indexes = [models.Index(fields=["destroy_by"], name="template_by_destruction")]

    def __str__(self) -> str:
        return f"template of {self.subject_id}"


class RetentionRun(Record):
    """One run of the job that destroys what is due, with its report. Append-only: it is the proof that the published
    schedule is kept (740 ILCS 14/15(a))."""

    #: Per subject id: how many templates and originals were destroyed, and why (``due``, ``withdrawn``, ``no consent``).
    destroyed = models.JSONField(default=list)
    templates = models.PositiveIntegerField()
    originals = models.PositiveIntegerField(default=0)
    #: What comes due within the next 30 days: subject id and day.
    upcoming = models.JSONField(default=list)
    failed = models.JSONField(default=list)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.templates} templates destroyed"

"""Bytes by their digest, what detectors found in them, and what the policies said about it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from django_site.apps.audits.policy_models import PolicyDraft, PolicyFlip, PolicyRevision, PolicyText
from django_site.records import Record, Sha256Field, choice_check, exactly_one, exactly_one_check, sha256_check

__all__ = [
    "ALIKE_KINDS", "MATCH_KINDS", "PERSON_KINDS", "WORK_KINDS", "Asset", "Audit", "AuditState", "Confirmation", "Decision",
    "Dismissal", "EvidenceFrame", "Finding", "FindingKind", "Outcome", "PolicyDraft", "PolicyFlip", "PolicyRevision",
    "PolicyText", "UnknownFace", "UnknownFaceBasis", "Zone",
]  # fmt: skip


class Zone(models.TextChoices):
    """Where an asset's bytes lie; two storages that share nothing."""

    QUARANTINE = "quarantine", _("Quarantine")
    RELEASED = "released", _("Released")


class Asset(Record):
    """A file, stored once under its SHA-256. ``probe`` is what the auditor's prober said of it, empty for documents."""

    sha256 = Sha256Field(unique=True)
    bytes = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=100)
    zone = models.CharField(max_length=12, choices=Zone.choices, default=Zone.QUARANTINE)
    probe = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            sha256_check("sha256", name="asset_sha256"),
            choice_check("zone", Zone, name="asset_zone_known"),
            models.CheckConstraint(condition=Q(bytes__gt=0), name="asset_not_empty"),
            models.CheckConstraint(condition=Q(media_type__contains="/"), name="asset_media_type"),
        ]

    def __str__(self) -> str:
        return f"{self.media_type} {self.sha256[:12]}"


class AuditState(models.TextChoices):
    """Whether every detector that we ask for has looked. An incomplete audit clears nothing."""

    COMPLETE = "complete", _("Complete")
    INCOMPLETE = "incomplete", _("Incomplete")


class Audit(Record):
    """One pass of the detectors over one asset, for one take, cut or imported file.

    ``job`` makes it one pass a job, whatever was killed on the way. ``report`` is the auditor's own document.
    """

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="audits")
    production = models.ForeignKey("productions.Production", on_delete=models.PROTECT, related_name="audits")
    take = models.ForeignKey("productions.Take", null=True, on_delete=models.PROTECT, related_name="audits")
    cut = models.ForeignKey("productions.Cut", null=True, on_delete=models.PROTECT, related_name="audits")
    imported = models.ForeignKey(
        "productions.ImportedMedia", null=True, on_delete=models.PROTECT, related_name="audits"
    )
    output = models.ForeignKey("provenance.Output", null=True, on_delete=models.PROTECT, related_name="audits")
    job = models.OneToOneField("jobs.Job", on_delete=models.PROTECT, related_name="audit")
    index_snapshot = models.ForeignKey("corpora.IndexSnapshot", on_delete=models.PROTECT, related_name="audits")
    gallery_sha256 = Sha256Field()
    state = models.CharField(max_length=10, choices=AuditState.choices)
    detectors = models.JSONField(default=list)
    report = models.JSONField(default=dict)
    report_sha256 = Sha256Field()
    iscc = models.CharField(max_length=80, blank=True)
    reason = models.TextField(blank=True)
    #: False alarms that kept something in this file quiet; without one of them the audit no longer vouches for it.
    dismissals = models.ManyToManyField("audits.Dismissal", related_name="audits")

    class Meta:
        constraints = [
            exactly_one_check("take", "cut", "imported", "output", name="audit_of_one_thing"),
            sha256_check("report_sha256", name="audit_report_sha256"),
            sha256_check("gallery_sha256", name="audit_gallery_sha256"),
            choice_check("state", AuditState, name="audit_state_known"),
            models.CheckConstraint(condition=Q(state="complete") | ~Q(reason=""), name="audit_gap_has_reason"),
        ]
        indexes = [models.Index(fields=["asset", "-created_at"], name="audit_latest_of_asset")]

    def __str__(self) -> str:
        return f"audit of {self.asset_id}"


class FindingKind(models.TextChoices):
    COPY = "copy", _("Copy of a work")
    SCENE = "scene", _("Same scene as a work")
    STYLE = "style", _("Style of a work")
    SEMANTIC = "semantic", _("Same content as a work")
    AUDIO = "audio", _("Sound of a work")
    TEXT = "text", _("Words of a work")
    FACE = "face", _("Registered person")
    VOICE = "voice", _("Registered voice")


#: Kinds that name a work, those among them that are told and never a verdict (style and content), and those that policies
#: judge, on which alone anything else may follow: a place in the queue, another audit, a recall.
WORK_KINDS = tuple(kind for kind in FindingKind if kind not in (FindingKind.FACE, FindingKind.VOICE))
ALIKE_KINDS = (FindingKind.STYLE, FindingKind.SEMANTIC)
#: Findings about a registered person.
PERSON_KINDS = (FindingKind.FACE, FindingKind.VOICE)
MATCH_KINDS = (FindingKind.COPY, FindingKind.SCENE, FindingKind.AUDIO, FindingKind.TEXT)


class Finding(Record):
    """One stretch of the audited file that resembles a work or a registered person. Times in seconds.

    ``speed`` is reference seconds a film second, ``reversed`` that the work plays backwards; ``measured`` holds the figures
    that the verdict rests on, ``matrix`` the alignment matrix as a picture.
    """

    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, related_name="findings")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=FindingKind.choices)
    start = models.DecimalField(max_digits=12, decimal_places=3)
    end = models.DecimalField(max_digits=12, decimal_places=3)
    reference_start = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    reference_end = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    score = models.FloatField()
    log10_lr = models.FloatField(null=True)
    mirrored = models.BooleanField(default=False)
    speed = models.FloatField(default=1.0)
    reversed = models.BooleanField(default=False)
    measured = models.JSONField(default=dict)
    matrix = models.ForeignKey(Asset, null=True, on_delete=models.PROTECT, related_name="+")
    region = models.JSONField(null=True)
    curve = models.JSONField(default=list)
    known_by = models.BinaryField(default=b"")
    plain = models.TextField()
    work = models.ForeignKey("corpora.Work", null=True, on_delete=models.PROTECT, related_name="findings")
    subject = models.ForeignKey("likeness.Subject", null=True, on_delete=models.PROTECT, related_name="findings")

    class Meta:
        ordering = ["audit", "position"]
        constraints = [
            models.UniqueConstraint(fields=["audit", "position"], name="finding_position_once"),
            choice_check("kind", FindingKind, name="finding_kind_known"),
            models.CheckConstraint(condition=Q(start__gte=0, end__gte=F("start")), name="finding_interval"),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=1), name="finding_score"),
            models.CheckConstraint(
                condition=Q(kind__in=["face", "voice"], work__isnull=True)
                | Q(kind__in=["copy", "scene", "style", "semantic", "audio", "text"], work__isnull=False),
                name="finding_resembles_its_kind",
            ),
            models.CheckConstraint(condition=Q(speed__gt=0), name="finding_speed"),
        ]

    def __str__(self) -> str:
        return self.plain

    @property
    def merely_alike(self) -> bool:
        """Whether it tells of a likeness that is no evidence of copying: shown apart, and nothing follows from it."""
        return self.kind in ALIKE_KINDS


class UnknownFaceBasis(models.TextChoices):
    """On what ground a face that resembles nobody registered may be shown."""

    RELEASED = "released", _("A signed release of this person")
    LICENSED = "licensed", _("Licensed footage whose licence covers the people in it")
    SYNTHETIC = "synthetic", _("Generated, modelled on nobody")
    PUBLIC = "public", _("A public place or event, shown in passing")


class UnknownFace(Record):
    """Somebody who recurs in what was audited and resembles nobody registered: listed for the makers to clear. No vector of
    theirs is kept; a clearance holds for the same file only, and is carried over where that is audited again."""

    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, related_name="unknown_faces")
    number = models.PositiveIntegerField()
    spans = models.JSONField()
    seconds = models.DecimalField(max_digits=12, decimal_places=3)
    tracks = models.PositiveIntegerField()
    plain = models.TextField()
    picture = models.ForeignKey(Asset, null=True, on_delete=models.PROTECT, related_name="+")
    basis = models.CharField(max_length=10, choices=UnknownFaceBasis.choices, blank=True)
    note = models.TextField(blank=True)
    cleared_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    cleared_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["audit", "number"]
        constraints = [
            models.UniqueConstraint(fields=["audit", "number"], name="unknown_face_number_once"),
            models.CheckConstraint(
                condition=Q(cleared_at__isnull=True, cleared_by__isnull=True, basis="")
                | Q(cleared_at__isnull=False, cleared_by__isnull=False, basis__in=UnknownFaceBasis.values)
                & ~Q(note=""),
                name="unknown_face_cleared_on_a_ground",
            ),
        ]

    def __str__(self) -> str:
        return f"unknown face {self.number} of {self.audit_id}"


class EvidenceFrame(Record):
    """A frame of the audited file and, for works, the frame that it resembles, each with the region outlined."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="evidence")
    position = models.PositiveIntegerField()
    query_seconds = models.DecimalField(max_digits=12, decimal_places=3)
    query = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="+")
    reference_seconds = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    reference = models.ForeignKey(Asset, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["finding", "position"]
        constraints = [models.UniqueConstraint(fields=["finding", "position"], name="evidence_position_once")]

    def __str__(self) -> str:
        return f"evidence at {self.query_seconds} s"


class Confirmation(Record):
    """A reviewer looked at a finding and agrees with it. Append-only, once a person and finding."""

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="confirmations")
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["created_at"]
        constraints = [models.UniqueConstraint(fields=["finding", "by"], name="confirmation_once_a_person")]

    def __str__(self) -> str:
        return f"{self.by} confirmed {self.finding_id}"


class Dismissal(Record):
    """A false alarm: the finding is wrong, says a reviewer, and stays quiet in later audits of the organisation.

    ``frames`` are the descriptors of what it is known by (see ``auditor.matching.negatives``), made by ``embedder``; one of
    sound or words is known by its finding's ``known_by`` and has neither. It is lifted, never deleted or changed; after that
    the finding can be dismissed anew.
    """

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="dismissals")
    reason = models.TextField()
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    embedder = models.JSONField()
    frames = models.JSONField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    lift_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["finding"], condition=Q(lifted_at__isnull=True), name="one_dismissal_in_force_a_finding"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="dismissal_has_reason"),
            models.CheckConstraint(condition=~Q(frames=[]) | Q(embedder={}), name="dismissal_knows_it_by_something"),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True, lift_reason="")
                | Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(lift_reason=""),
                name="dismissal_lifted_by_somebody_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.reason[:60]


class Outcome(models.TextChoices):
    ALLOW = "allow", _("Allowed")
    REVIEW = "review", _("Needs review")
    BLOCK = "block", _("Stopped")


class Decision(Record):
    """What the policies said at one enforcement point, with everything that is needed to replay it. Append-only.

    ``facts`` is the document whose canonical JSON hashes to ``facts_sha256``; ``checks`` is each check's result,
    ``policies`` what the bundle held; ``created_at`` is the moment for which it was decided. Deciding the same facts
    under the same bundle for that moment again gives a document that hashes to ``sha256``.
    """

    point = models.CharField(max_length=40)
    production = models.ForeignKey(
        "productions.Production", null=True, on_delete=models.PROTECT, related_name="decisions"
    )
    subject = models.ForeignKey("likeness.Subject", null=True, on_delete=models.PROTECT, related_name="decisions")
    shot = models.ForeignKey("productions.Shot", null=True, on_delete=models.PROTECT, related_name="decisions")
    take = models.ForeignKey("productions.Take", null=True, on_delete=models.PROTECT, related_name="decisions")
    cut = models.ForeignKey("productions.Cut", null=True, on_delete=models.PROTECT, related_name="decisions")
    imported = models.ForeignKey(
        "productions.ImportedMedia", null=True, on_delete=models.PROTECT, related_name="decisions"
    )
    output = models.ForeignKey("provenance.Output", null=True, on_delete=models.PROTECT, related_name="decisions")
    audit = models.ForeignKey(Audit, null=True, on_delete=models.PROTECT, related_name="decisions")
    actor = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    facts = models.JSONField()
    facts_sha256 = Sha256Field()
    bundle_sha256 = Sha256Field()
    engine = models.CharField(max_length=80)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    checks = models.JSONField()
    policies = models.JSONField()
    sha256 = Sha256Field()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=exactly_one("subject", "shot", "take", "cut", "imported", "output")
                | Q(
                    point="train",
                    subject__isnull=True,
                    shot__isnull=True,
                    take__isnull=True,
                    cut__isnull=True,
                    imported__isnull=True,
                    output__isnull=True,
                ),
                name="decision_on_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(production__isnull=False) | Q(subject__isnull=False), name="decision_within_production"
            ),
            sha256_check("facts_sha256", name="decision_facts_sha256"),
            sha256_check("bundle_sha256", name="decision_bundle_sha256"),
            sha256_check("sha256", name="decision_sha256"),
            choice_check("outcome", Outcome, name="decision_outcome_known"),
            models.CheckConstraint(condition=~Q(facts={}), name="decision_has_facts"),
            models.CheckConstraint(condition=~Q(checks=[]) | ~Q(outcome="allow"), name="decision_allow_was_checked"),
        ]
        indexes = [models.Index(fields=["production", "-created_at"], name="decision_by_production")]

    def __str__(self) -> str:
        return f"{self.point}: {self.outcome}"

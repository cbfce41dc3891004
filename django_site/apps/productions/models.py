"""A production from its brief to its cuts. Times within media are seconds as decimals."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from django_site.apps.accounts.models import Role
from django_site.apps.productions.contribution_models import Contribution, ContributionAct  # noqa: F401
from django_site.apps.productions.import_models import ImportedMedia, ImportState, Reference  # noqa: F401
from django_site.apps.productions.sound_models import SoundBasis, SoundRights, TimelineUpload, VoiceCasting  # noqa: F401
from django_site.apps.productions.vocabulary import Medium, Use, VideoCodec
from django_site.apps.productions.writing_models import Writing  # noqa: F401
from django_site.records import Record, Sha256Field, choice_check, sha256_check


def default_media() -> list[str]:
    return [Medium.STREAMING.value]


def default_languages() -> list[str]:
    return ["en"]


class Production(Record):
    """A film in the making. ``territories`` is where it is meant to be shown (ISO 3166, ``["*"]`` for everywhere)."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="productions")
    title = models.CharField(max_length=200)
    brief = models.TextField()
    use = models.CharField(max_length=12, choices=Use.choices, default=Use.FILM)
    territories = models.JSONField(default=list)
    #: Where and how it is meant to be seen; what grants of likeness are compared with.
    media = models.JSONField(default=default_media)
    languages = models.JSONField(default=default_languages)
    #: Topics that the producer declares for the whole film (``ContentTopic``): grants may exclude them.
    content = models.JSONField(default=list)
    #: Pictures or voices are made while the audience watches.
    real_time = models.BooleanField(default=False)
    #: For whom it is made, where that is not the organisation itself: likenesses are sub-licensed to them.
    sublicensee = models.CharField(max_length=200, blank=True)
    #: What else its makers declare (``declarations.DECLARABLE``); what is missing, nobody has said.
    declarations = models.JSONField(default=dict, blank=True)
    seed = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField(default=640)
    height = models.PositiveIntegerField(default=360)
    fps = models.PositiveIntegerField(default=12)
    total_seconds = models.DecimalField(max_digits=8, decimal_places=3, default=12)
    #: What previsualisation is drawn over with: a look that comes with us, by name, or one that the studio trained; neither:
    #: plain previsualisation.
    look = models.CharField(max_length=60, blank=True)
    look_model = models.ForeignKey(
        "training.TrainedModel", null=True, blank=True, on_delete=models.PROTECT, related_name="productions"
    )
    #: Since when no work is begun for it, on whose word; what was begun goes on to its end.
    paused_at = models.DateTimeField(null=True)
    paused_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            choice_check("use", Use, name="production_use_known"),
            models.CheckConstraint(condition=~Q(title="") & ~Q(brief=""), name="production_has_brief"),
            models.CheckConstraint(condition=~Q(territories=[]), name="production_has_territory"),
            models.CheckConstraint(
                condition=Q(width__gte=16, height__gte=16, fps__gte=1, total_seconds__gt=0), name="production_format"
            ),
            models.CheckConstraint(condition=Q(look="") | Q(look_model__isnull=True), name="production_one_look"),
        ]

    def __str__(self) -> str:
        return self.title


class ProductionMember(Record):
    """A person who works on a production, and as what."""

    production = models.ForeignKey(Production, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="production_memberships")
    role = models.CharField(max_length=20, choices=Role.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["production", "user"], name="production_member_once"),
            choice_check("role", Role, name="production_member_role_known"),
            models.CheckConstraint(condition=~Q(role="performer"), name="production_member_works_on_it"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.role}"


class Screenplay(Record):
    """A version of the screenplay; ``asset`` is the Fountain text."""

    production = models.ForeignKey(Production, on_delete=models.CASCADE, related_name="screenplays")
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=300)
    logline = models.TextField(blank=True)
    asset = models.ForeignKey("audits.Asset", on_delete=models.PROTECT, related_name="screenplays")
    #: Who wrote each line (``generator.narrative.revisions``). ``None``: before it was kept.
    lines = models.JSONField(null=True)

    class Meta:
        ordering = ["production", "version"]
        constraints = [
            models.UniqueConstraint(fields=["production", "version"], name="screenplay_version_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="screenplay_version_counts_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.version}"


class Scene(Record):
    """A scene of one version of the screenplay."""

    screenplay = models.ForeignKey(Screenplay, on_delete=models.CASCADE, related_name="scenes")
    position = models.PositiveIntegerField()
    heading = models.CharField(max_length=300)

    class Meta:
        ordering = ["screenplay", "position"]
        constraints = [models.UniqueConstraint(fields=["screenplay", "position"], name="scene_position_once")]

    def __str__(self) -> str:
        return self.heading


class Shot(Record):
    """One version of a shot; ``spec`` is the generator's ShotRequest. A replaced shot stays, not ``current``."""

    scene = models.ForeignKey(Scene, on_delete=models.CASCADE, related_name="shots")
    position = models.PositiveIntegerField()
    version = models.PositiveIntegerField(default=1)
    current = models.BooleanField(default=True)
    spec = models.JSONField()
    #: Where it comes in its scene, from 1, once somebody has put shots in another order; else as its position.
    place = models.PositiveIntegerField(null=True)
    #: Ids of the registered people who are meant to be in it: an empty list says that everybody in it is synthetic, ``None``
    #: that nobody has said yet.
    cast = models.JSONField(null=True, blank=True)
    content = models.JSONField(default=list, blank=True)
    alterations = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["scene", "position", "version"]
        constraints = [
            models.UniqueConstraint(fields=["scene", "position", "version"], name="shot_version_once"),
            models.UniqueConstraint(
                fields=["scene", "position"], condition=Q(current=True), name="one_current_shot_version"
            ),
            models.CheckConstraint(condition=~Q(spec={}), name="shot_has_spec"),
        ]

    def __str__(self) -> str:
        return str(self.spec.get("id", self.id))


class GenerationRecord(Record):
    """How something was generated: written before the renderer starts, never changed after."""

    model_name = models.CharField(max_length=100)
    model_version = models.CharField(max_length=60)
    model_licence = models.CharField(max_length=100)
    model_sha256 = Sha256Field()
    model_card = models.JSONField()
    commercial_use = models.BooleanField()
    seed = models.PositiveBigIntegerField()
    prompt = models.TextField()
    negative_prompt = models.TextField(blank=True)
    parameters = models.JSONField()
    ingredients = models.JSONField(default=list)
    #: Digest of everything that decides the pictures: the model and the parameters. ``None``: recorded before it was kept.
    inputs_sha256 = Sha256Field(null=True, db_index=True)
    #: The model that the studio trained itself, where one made it.
    trained_model = models.ForeignKey(
        "training.TrainedModel", null=True, on_delete=models.PROTECT, related_name="generations"
    )
    actor = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            sha256_check("model_sha256", name="generation_model_sha256"),
            models.CheckConstraint(
                condition=~Q(prompt="") & ~Q(parameters={}) & ~Q(model_card={}), name="generation_is_complete"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model_name} {self.model_version} seed {self.seed}"


class TakeState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    QUEUED = "queued", _("Waiting to render")
    RENDERING = "rendering", _("Rendering")
    FAILED = "failed", _("Could not be rendered")
    QUARANTINED = "quarantined", _("In quarantine")
    AUDITING = "auditing", _("Being audited")
    CLEARED = "cleared", _("Cleared")
    STOPPED = "stopped", _("Stopped")
    NEEDS_REVIEW = "needs_review", _("Needs review")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    SUPERSEDED = "superseded", _("Superseded")


#: States in which there may be no picture yet (or never will be).
TAKE_WITHOUT_ASSET = ["planned", "queued", "rendering", "failed", "stopped", "superseded"]


class Take(Record):
    """One rendering of a shot; it exists only with its generation record."""

    shot = models.ForeignKey(Shot, on_delete=models.CASCADE, related_name="takes")
    number = models.PositiveIntegerField()
    generation = models.OneToOneField(GenerationRecord, on_delete=models.PROTECT, related_name="take")
    state = models.CharField(max_length=14, choices=TakeState.choices, default=TakeState.PLANNED)
    asset = models.ForeignKey("audits.Asset", null=True, on_delete=models.PROTECT, related_name="takes")
    duration = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    frames = models.PositiveIntegerField(null=True)
    #: The candidates that were asked for together: the best of them stands for the shot. ``None``: asked for alone.
    asked_with = models.UUIDField(null=True)
    #: How good it is by measure (``generator.edit.scoring``); ``None`` before it is rendered.
    score = models.JSONField(null=True)
    #: What a trained model adds of the rendering: precision, device, versions, measures against a lack of memory.
    record = models.JSONField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["shot", "number"]
        constraints = [
            models.UniqueConstraint(fields=["shot", "number"], name="take_number_once"),
            choice_check("state", TakeState, name="take_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=TAKE_WITHOUT_ASSET)
                | Q(asset__isnull=False, duration__isnull=False, duration__gt=0, frames__isnull=False, frames__gt=0),
                name="take_rendered_has_asset",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["failed", "stopped", "rejected"]) | ~Q(reason=""), name="take_stop_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shot} take {self.number}"


class CutState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    ASSEMBLING = "assembling", _("Being assembled")
    FAILED = "failed", _("Could not be made")
    QUARANTINED = "quarantined", _("In quarantine")
    AUDITING = "auditing", _("Being audited")
    STOPPED = "stopped", _("Stopped")
    NEEDS_REVIEW = "needs_review", _("Waiting for review")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    SIGNING = "signing", _("Being signed")
    AWAITING_TIME = "awaiting_time", _("Awaiting a time stamp")
    RELEASED = "released", _("Released")
    RECALLED = "recalled", _("Recalled")


class Cut(Record):
    """A version of the film: takes in order. ``asset`` is the unsigned edit; what was released hangs on its Release."""

    production = models.ForeignKey(Production, on_delete=models.CASCADE, related_name="cuts")
    screenplay = models.ForeignKey(Screenplay, on_delete=models.PROTECT, related_name="cuts")
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=300)
    state = models.CharField(max_length=14, choices=CutState.choices, default=CutState.DRAFT)
    asset = models.ForeignKey("audits.Asset", null=True, on_delete=models.PROTECT, related_name="cuts")
    duration = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    #: What the end card tells the audience about the film's making; empty where there is none.
    audience_notice = models.TextField(blank=True)
    #: What is burnt into its pictures for whom: ``{"policies", "words", "shown", "start", "end", "height"}``, seconds.
    labels = models.JSONField(default=list, blank=True)
    #: What it was assembled from: the timeline's document (``generator.edit``). ``None``: before there were timelines.
    timeline = models.JSONField(null=True)
    #: The cut on whose timeline a person worked to make this one.
    based_on = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    #: What is heard and who speaks it: ``{"lufs", "peak", "lines": [...], "notes": [...]}``.
    sound = models.JSONField(null=True)
    video = models.CharField(max_length=4, choices=VideoCodec.choices, default=VideoCodec.H264)
    edited_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["production", "version"]
        constraints = [
            choice_check("video", VideoCodec, name="cut_video_known"),
            models.UniqueConstraint(fields=["production", "version"], name="cut_version_once"),
            choice_check("state", CutState, name="cut_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "assembling", "failed"])
                | Q(asset__isnull=False, duration__isnull=False, duration__gt=0),
                name="cut_assembled_has_asset",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["failed", "stopped", "rejected", "recalled", "awaiting_time"]) | ~Q(reason=""),
                name="cut_stop_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.version}"


class CutItem(Record):
    """A stretch of a take (``take_in`` to ``take_out``), shown in the cut from ``start`` to ``end``."""

    cut = models.ForeignKey(Cut, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    take = models.ForeignKey(Take, on_delete=models.PROTECT, related_name="cut_items")
    take_in = models.DecimalField(max_digits=12, decimal_places=3)
    take_out = models.DecimalField(max_digits=12, decimal_places=3)
    start = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    end = models.DecimalField(max_digits=12, decimal_places=3, null=True)

    class Meta:
        ordering = ["cut", "position"]
        constraints = [
            models.UniqueConstraint(fields=["cut", "position"], name="cut_item_position_once"),
            models.CheckConstraint(
                condition=Q(take_in__gte=0, take_out__gt=F("take_in")), name="cut_item_in_before_out"
            ),
            models.CheckConstraint(
                condition=Q(start__isnull=True, end__isnull=True)
                | Q(start__isnull=False, end__isnull=False, start__gte=0, end__gt=F("start")),
                name="cut_item_shown_forwards",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cut} #{self.position}"


class Edit(Record):
    """What somebody is doing to the timeline of ``base``: the timeline as it was, and each step, so that it can be undone.

    ``revision`` counts the steps that were saved: whoever saves on an older one is told. One a production at a time.
    """

    production = models.OneToOneField(Production, on_delete=models.CASCADE, related_name="edit")
    base = models.ForeignKey(Cut, on_delete=models.PROTECT, related_name="+")
    history = models.JSONField()
    revision = models.PositiveIntegerField(default=0)
    changed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(history={}), name="edit_has_history")]

    def __str__(self) -> str:
        return f"edit of {self.base}"

"""Trainings with everything that they learned from, the models that came of them, and why one may be used no more."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from django_site.records import Record, Sha256Field, choice_check, exactly_one_check, sha256_check

#: Names of models: they stand in addresses, folders and grants.
NAME_REGEX = r"^[a-z0-9][a-z0-9-]{0,39}$"


class ModelKind(models.TextChoices):
    """What is trained."""

    LOOK = "look", _("A look over previsualisation")
    PLATES = "plates", _("Background plates")
    LORA = "lora", _("An adapter of a video model")


class RunState(models.TextChoices):
    """Where a training is. Nothing is learned before somebody has read everything and said yes."""

    PLANNED = "planned", _("Waits for your word")
    QUEUED = "queued", _("Waits for a worker")
    RUNNING = "running", _("Training")
    PAUSED = "paused", _("Paused")
    DONE = "done", _("Done")
    FAILED = "failed", _("Stopped")
    CANCELLED = "cancelled", _("Cancelled")
    DISCARDED = "discarded", _("Discarded")


#: States in which a training still learns, or may go on to.
UNFINISHED = (RunState.PLANNED, RunState.QUEUED, RunState.RUNNING, RunState.PAUSED)


class TrainingRun(Record):
    """A training: what is to be made, from what, for whom. What it learns from is fixed when it is confirmed.

    ``shared``: the model serves all productions of the organisation, not this one alone; for the people in the data that
    is a training for others. ``renders``: frames of our own renderer that it learns from, ``None`` where it uses none.
    ``round`` numbers its jobs: going on after a pause is a job of its own.
    """

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="training_runs")
    production = models.ForeignKey("productions.Production", on_delete=models.PROTECT, related_name="training_runs")
    shared = models.BooleanField(default=False)
    name = models.CharField(max_length=40)
    kind = models.CharField(max_length=8, choices=ModelKind.choices)
    #: The model that was added under this name, which an adapter changes.
    base = models.CharField(max_length=100, blank=True)
    settings = models.JSONField(default=dict, blank=True)
    seed = models.PositiveBigIntegerField()
    steps = models.PositiveIntegerField()
    renders = models.JSONField(null=True)
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.PLANNED)
    round = models.PositiveIntegerField(default=0)
    decision = models.ForeignKey("audits.Decision", null=True, on_delete=models.PROTECT, related_name="training_runs")
    set_sha256 = Sha256Field(blank=True)
    asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    #: Why a reviewer lets the model go out although its memory of the works is suspect; the card repeats it.
    accepted_because = models.CharField(max_length=300, blank=True)
    accepted_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_because="", accepted_by__isnull=True)
                | Q(accepted_by__isnull=False) & ~Q(accepted_because=""),
                name="training_run_accepted_by_somebody",
            ),
            choice_check("kind", ModelKind, name="training_run_kind_known"),
            choice_check("state", RunState, name="training_run_state_known"),
            sha256_check("set_sha256", name="training_run_set_sha256", blank=True),
            models.CheckConstraint(condition=Q(name__regex=NAME_REGEX), name="training_run_has_name"),
            models.CheckConstraint(condition=Q(steps__gte=1), name="training_run_has_steps"),
            models.CheckConstraint(condition=~Q(kind="lora") | ~Q(base=""), name="training_run_adapter_has_base"),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "discarded"])
                | Q(decision__isnull=False, confirmed_at__isnull=False, confirmed_by__isnull=False) & ~Q(set_sha256=""),
                name="training_run_was_decided",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["failed", "cancelled", "paused"]) | ~Q(reason=""),
                name="training_run_stop_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(finished_at__isnull=False), name="training_run_done_has_time"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "-created_at"], name="training_run_newest")]

    def __str__(self) -> str:
        return self.name


class TrainingWork(Record):
    """A work in the data of a training, with the licence that let it in and the files by digest, as they were then."""

    run = models.ForeignKey(TrainingRun, on_delete=models.CASCADE, related_name="works")
    work = models.ForeignKey("corpora.Work", on_delete=models.PROTECT, related_name="trainings")
    licence = models.ForeignKey("corpora.Licence", on_delete=models.PROTECT, related_name="trainings")
    title = models.CharField(max_length=300)
    rights_holder = models.CharField(max_length=300)
    files = models.JSONField()

    class Meta:
        ordering = ["title", "id"]
        constraints = [
            models.UniqueConstraint(fields=["run", "work"], name="training_work_once"),
            models.CheckConstraint(condition=~Q(files=[]), name="training_work_has_files"),
        ]

    def __str__(self) -> str:
        return self.title


class TrainingPerson(Record):
    """A registered person whose likeness is in the data, the grant that let it in, and the use that was noted."""

    run = models.ForeignKey(TrainingRun, on_delete=models.CASCADE, related_name="people")
    subject = models.ForeignKey("likeness.Subject", on_delete=models.PROTECT, related_name="trainings")
    modality = models.CharField(max_length=12)
    grant = models.ForeignKey("likeness.ConsentGrant", null=True, on_delete=models.PROTECT, related_name="trainings")
    use = models.OneToOneField("likeness.UseEvent", null=True, on_delete=models.PROTECT, related_name="training")

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(fields=["run", "subject", "modality"], name="training_person_once"),
            models.CheckConstraint(
                condition=Q(use__isnull=True) | Q(grant__isnull=False), name="training_person_use_has_grant"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id}: {self.modality}"


class ModelState(models.TextChoices):
    USABLE = "usable", _("May be used")
    FLAGGED = "flagged", _("May not be used")


class TrainedModel(Record):
    """A model that a training made: its digests, what was measured of it, and whether it may still be used.

    Once flagged it stays so: what was learned can't be taken out again; another model is trained without it.
    """

    run = models.OneToOneField(TrainingRun, on_delete=models.PROTECT, related_name="model")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="trained_models")
    name = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    weights_sha256 = Sha256Field(db_index=True)
    lineage_sha256 = Sha256Field()
    card_sha256 = Sha256Field()
    #: The verdict on what it remembers of its data, and how like the works its pictures are, as they were published.
    memorisation = models.JSONField()
    quality = models.JSONField()
    #: What training it took: ``{"seconds", "watt_hours", "kind", "how"}``, ``kind`` ``measured`` or ``estimated``.
    energy = models.JSONField(default=dict)
    #: The public key (PEM) that checks its signature.
    public_key = models.TextField()
    state = models.CharField(max_length=8, choices=ModelState.choices, default=ModelState.USABLE)
    flagged_at = models.DateTimeField(null=True)
    flagged_because = models.TextField(blank=True)
    entry = models.ForeignKey("provenance.LedgerEntry", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name", "version"], name="trained_model_version_once"),
            choice_check("state", ModelState, name="trained_model_state_known"),
            sha256_check("weights_sha256", name="trained_model_weights_sha256"),
            sha256_check("lineage_sha256", name="trained_model_lineage_sha256"),
            sha256_check("card_sha256", name="trained_model_card_sha256"),
            models.CheckConstraint(condition=~Q(public_key=""), name="trained_model_is_signed"),
            models.CheckConstraint(
                condition=Q(state="usable", flagged_at__isnull=True, flagged_because="")
                | Q(state="flagged", flagged_at__isnull=False) & ~Q(flagged_because=""),
                name="trained_model_flagged_has_reason",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "-created_at"], name="trained_model_newest")]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class ModelFlag(Record):
    """Why a model may be used no more: the licence that ended, or the grant; one row a cause, each in the ledger."""

    model = models.ForeignKey(TrainedModel, on_delete=models.PROTECT, related_name="flags")
    work = models.ForeignKey("corpora.Work", null=True, on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey("likeness.Subject", null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    entry = models.ForeignKey("provenance.LedgerEntry", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["created_at"]
        constraints = [
            exactly_one_check("work", "subject", name="model_flag_has_one_cause"),
            models.CheckConstraint(condition=~Q(reason=""), name="model_flag_has_reason"),
            models.UniqueConstraint(fields=["model", "work"], name="model_flag_once_a_work"),
            models.UniqueConstraint(fields=["model", "subject"], name="model_flag_once_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.model}: {self.reason[:60]}"

"""Long work as rows. The row is the truth: a message only says that there may be something to do."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from django_site.records import Record, choice_check, exactly_one_check


class JobKind(models.TextChoices):
    """What a worker knows how to do; the order is the order of a film's making."""

    WRITE_SCREENPLAY = "write_screenplay", _("Write the screenplay")
    RENDER_TAKE = "render_take", _("Render a take")
    AUDIT_TAKE = "audit_take", _("Audit a take")
    ASSEMBLE_CUT = "assemble_cut", _("Assemble the cut")
    AUDIT_CUT = "audit_cut", _("Audit the cut")
    AUDIT_IMPORT = "audit_import", _("Audit an imported file")
    SIGN_CUT = "sign_cut", _("Sign and release the cut")
    LOOK_CORPUS = "look_corpus", _("Look through a corpus")
    IMPORT_CORPUS = "import_corpus", _("Import a corpus")
    REPLACE_WORK = "replace_work", _("Replace the file of a work")
    WITHDRAW_LIKENESS = "withdraw_likeness", _("Reach what relied on a grant")
    MAKE_OUTPUT = "make_output", _("Make something from a released film")
    MAKE_BINDER = "make_binder", _("Make a clearance binder")
    COMPARE_POLICIES = "compare_policies", _("Compare a draft of a policy with past decisions")
    TRAIN_MODEL = "train_model", _("Train a model")
    WITHDRAW_MODEL = "withdraw_model", _("Reach what a withdrawn model made")
    MAKE_INSIGHT = "make_insight", _("Read a screening")


class JobState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class Job(Record):
    """A piece of work owed. ``key`` makes it one job however often it is asked for; ``attempt`` fences late writers.

    It is done for a production, or for an organisation as a whole.
    ``progress`` is 0..1 of the current stage, ``rate`` in ``unit`` a second, ``eta_seconds`` what is left of the stage.
    """

    kind = models.CharField(max_length=20, choices=JobKind.choices)
    key = models.CharField(max_length=200, unique=True)
    production = models.ForeignKey("productions.Production", null=True, on_delete=models.CASCADE, related_name="jobs")
    organisation = models.ForeignKey("accounts.Organisation", null=True, on_delete=models.CASCADE, related_name="jobs")
    target_id = models.UUIDField()
    requested_by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    attempt = models.PositiveIntegerField(default=0)
    max_attempts = models.PositiveIntegerField(default=3)
    worker = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    stage = models.CharField(max_length=80, blank=True)
    progress = models.FloatField(default=0.0)
    rate = models.FloatField(null=True)
    unit = models.CharField(max_length=20, blank=True)
    eta_seconds = models.FloatField(null=True)
    cancel_requested = models.BooleanField(default=False)
    reason = models.TextField(blank=True)
    result = models.JSONField(null=True)
    #: Seconds that it was thought to take when it was asked for; ``None``: nothing told it.
    expected_seconds = models.FloatField(null=True)
    #: What it used (``generator.energy.Energy``), with the number of ``attempts`` that were counted. ``None``: not counted.
    energy = models.JSONField(null=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [
            choice_check("kind", JobKind, name="job_kind_known"),
            choice_check("state", JobState, name="job_state_known"),
            exactly_one_check("production", "organisation", name="job_for_one_owner"),
            models.CheckConstraint(
                condition=(
                    ~Q(state="running")
                    | Q(lease_until__isnull=False, heartbeat_at__isnull=False, attempt__gte=1) & ~Q(worker="")
                ),
                name="job_running_has_lease",
            ),
            models.CheckConstraint(condition=Q(state="running") | Q(lease_until__isnull=True), name="job_lease_runs"),
            models.CheckConstraint(condition=~Q(state="done") | Q(result__isnull=False), name="job_done_has_result"),
            models.CheckConstraint(
                condition=~Q(state__in=["failed", "cancelled"]) | ~Q(reason=""), name="job_stopped_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "running"], finished_at__isnull=True)
                | Q(state__in=["done", "failed", "cancelled"], finished_at__isnull=False),
                name="job_finished_has_time",
            ),
            models.CheckConstraint(condition=Q(progress__gte=0, progress__lte=1), name="job_progress"),
        ]
        indexes = [
            models.Index(fields=["state", "lease_until"], name="job_owed"),
            models.Index(fields=["production", "-created_at"], name="job_by_production"),
            models.Index(fields=["target_id"], name="job_by_target"),
            models.Index(fields=["kind", "-finished_at"], condition=Q(state="done"), name="job_done_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

"""Works that we know, whose they are, and what their licences allow."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from django_site.records import Record, Sha256Field, choice_check, sha256_check


class RightsHolder(Record):
    """A person or company that holds rights in works."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="rights_holders")
    name = models.CharField(max_length=300)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="rights_holder_once")]

    def __str__(self) -> str:
        return self.name


class WorkKind(models.TextChoices):
    FILM = "film", _("Film")
    CLIP = "clip", _("Video clip")
    PHOTOGRAPH = "photograph", _("Photograph")


class Work(Record):
    """A registered work. Its id is the ``work_id`` of the index; ``identifiers`` maps a scheme (EIDR, …) to it."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="works")
    rights_holder = models.ForeignKey(RightsHolder, on_delete=models.PROTECT, related_name="works")
    title = models.CharField(max_length=300)
    kind = models.CharField(max_length=12, choices=WorkKind.choices)
    identifiers = models.JSONField(default=dict, blank=True)
    source = models.CharField(max_length=500, blank=True)
    #: When and why it was taken out of the index; its rows stay for the findings that name it.
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.TextField(blank=True)

    class Meta:
        ordering = ["title", "id"]
        constraints = [
            choice_check("kind", WorkKind, name="work_kind_known"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdrawn_because=""), name="work_withdrawn_has_reason"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "title"], name="work_by_title")]

    def __str__(self) -> str:
        return self.title


class Act(models.TextChoices):
    """What a licence can permit."""

    MATCH = "match", _("Be searched for copies")
    REFERENCE = "reference", _("Serve as a reference")
    TRAIN = "train", _("Train models")
    REPRODUCE = "reproduce", _("Appear in a film")
    ADAPT = "adapt", _("Be imitated recognisably")


class Licence(Record):
    """One version of the terms for one work. ``territories`` are ISO 3166 codes, ``["*"]`` for everywhere."""

    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="licences")
    version = models.PositiveIntegerField(default=1)
    spdx_id = models.CharField(max_length=100, blank=True)
    terms = models.TextField(blank=True)
    territories = models.JSONField(default=list)
    starts = models.DateTimeField()
    ends = models.DateTimeField(null=True, blank=True)
    reservations = models.JSONField(default=list, blank=True)
    #: Why it ended before its term, and when what relied on it was sent to people after it had ended.
    withdrawn_because = models.TextField(blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["work", "version"], name="licence_version_once"),
            models.CheckConstraint(condition=Q(ends__isnull=True) | Q(ends__gt=F("starts")), name="licence_term"),
            models.CheckConstraint(condition=~Q(spdx_id="") | ~Q(terms=""), name="licence_says_something"),
            models.CheckConstraint(condition=~Q(territories=[]), name="licence_has_territory"),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True) | Q(ends__isnull=False), name="licence_settled_has_ended"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.spdx_id or 'licence'} v{self.version} of {self.work}"


class LicensedAct(Record):
    """An act that a licence permits; at most one current licence of a work permits the same act."""

    licence = models.ForeignKey(Licence, on_delete=models.CASCADE, related_name="acts")
    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="licensed_acts")
    act = models.CharField(max_length=12, choices=Act.choices)
    current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            choice_check("act", Act, name="licensed_act_known"),
            models.UniqueConstraint(fields=["licence", "act"], name="licensed_act_once"),
            models.UniqueConstraint(
                fields=["work", "act"], condition=Q(current=True), name="one_current_licence_per_act"
            ),
        ]

    def __str__(self) -> str:
        return self.act


class WorkAsset(Record):
    """A file that stands for a work in the index. A ``pending`` one shall take the place of the others and is not there
    yet; one that was replaced stays for the findings that rest on it."""

    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="assets")
    asset = models.ForeignKey("audits.Asset", on_delete=models.PROTECT, related_name="work_assets")
    pending = models.BooleanField(default=False)
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["work", "asset"], condition=Q(replaced_at__isnull=True), name="work_asset_once"
            ),
            models.UniqueConstraint(fields=["work"], condition=Q(pending=True), name="work_asset_one_pending"),
            models.CheckConstraint(condition=Q(pending=False) | Q(replaced_at__isnull=True), name="work_asset_pending"),
        ]

    def __str__(self) -> str:
        return f"{self.work}: {self.asset_id}"


class WorkScript(Record):
    """A screenplay, subtitles or another text of a work, whose words are looked for in screenplays."""

    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="scripts")
    asset = models.ForeignKey("audits.Asset", on_delete=models.PROTECT, related_name="work_scripts")
    name = models.CharField(max_length=255)

    class Meta:
        ordering = ["created_at"]
        constraints = [models.UniqueConstraint(fields=["work", "asset"], name="work_script_once")]

    def __str__(self) -> str:
        return self.name


class IndexSnapshot(Record):
    """What the index held from this moment on, and the library of ``words``; one row a change. Audits point to the one that
    they searched."""

    embedder = models.CharField(max_length=100)
    digest = Sha256Field()
    words = Sha256Field(blank=True)
    works = models.PositiveIntegerField()
    vectors = models.PositiveIntegerField()

    class Meta:
        constraints = [
            sha256_check("digest", name="index_snapshot_digest"),
            sha256_check("words", name="index_snapshot_words", blank=True),
        ]
        get_latest_by = "created_at"

    def __str__(self) -> str:
        return f"{self.works} works, {self.digest[:12]}"


class CorpusState(models.TextChoices):
    """Where the import of a corpus is. Nothing is registered before somebody has read what would be."""

    LOOKING = "looking", _("Being looked through")
    READY = "ready", _("Waits for your word")
    IMPORTING = "importing", _("Being imported")
    DONE = "done", _("Done")
    STOPPED = "stopped", _("Stopped")
    DISCARDED = "discarded", _("Discarded")


class CorpusImport(Record):
    """A corpus that somebody brought: an archive, or a folder of the server, with a table of licences or a name.

    ``round`` numbers its jobs: going on after a stop is a job of its own. The archive goes when it is no longer needed,
    the table stays as what was said of the works.
    """

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="corpus_imports")
    requested_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)
    archive = models.ForeignKey("audits.Asset", null=True, on_delete=models.PROTECT, related_name="+")
    folder = models.CharField(max_length=255, blank=True)
    table = models.ForeignKey("audits.Asset", null=True, on_delete=models.PROTECT, related_name="+")
    table_name = models.CharField(max_length=255, blank=True)
    rights_holder = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=CorpusState.choices, default=CorpusState.LOOKING)
    reason = models.TextField(blank=True)
    round = models.PositiveIntegerField(default=0)
    confirmed_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            choice_check("state", CorpusState, name="corpus_import_state_known"),
            models.CheckConstraint(
                condition=~Q(folder="") & Q(archive__isnull=True)
                | Q(folder="", archive__isnull=False)
                | Q(folder="", state__in=["done", "discarded"]),
                name="corpus_import_has_one_source",
            ),
            models.CheckConstraint(
                condition=Q(table__isnull=False) | ~Q(rights_holder=""), name="corpus_import_says_whose"
            ),
            models.CheckConstraint(condition=~Q(state="stopped") | ~Q(reason=""), name="corpus_import_stop_has_reason"),
            models.CheckConstraint(
                condition=~Q(state__in=["importing", "done"])
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="corpus_import_was_confirmed",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "-created_at"], name="corpus_import_newest")]

    def __str__(self) -> str:
        return self.name


class FileOutcome(models.TextChoices):
    """What would become, or became, of one file of a corpus."""

    ADDABLE = "addable", _("Can be added")
    REGISTERED = "registered", _("Added")
    ALREADY = "already", _("Skipped")
    UNLISTED = "unlisted", _("Not in the table")
    MISSING = "missing", _("Missing")
    REFUSED = "refused", _("Refused")


class CorpusFile(Record):
    """One file of a corpus: in the preview what would become of it, afterwards what did."""

    corpus = models.ForeignKey(CorpusImport, on_delete=models.CASCADE, related_name="files")
    preview = models.BooleanField()
    position = models.PositiveIntegerField()
    file = models.TextField()
    outcome = models.CharField(max_length=10, choices=FileOutcome.choices)
    reason = models.TextField(blank=True)
    work_key = models.TextField(blank=True)
    title = models.CharField(max_length=300, blank=True)
    licence = models.TextField(blank=True)
    work = models.ForeignKey(Work, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["corpus", "preview", "position"]
        constraints = [
            choice_check("outcome", FileOutcome, name="corpus_file_outcome_known"),
            models.UniqueConstraint(fields=["corpus", "preview", "position"], name="corpus_file_position_once"),
            models.CheckConstraint(
                condition=~Q(outcome__in=["refused", "unlisted", "missing"]) | ~Q(reason=""),
                name="corpus_file_left_out_has_reason",
            ),
        ]
        indexes = [models.Index(fields=["corpus", "preview", "outcome", "position"], name="corpus_file_by_outcome")]

    def __str__(self) -> str:
        return f"{self.file}: {self.outcome}"

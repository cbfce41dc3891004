"""What was learned from a screening, as it was seen; what follows from it; and what somebody was asked to change."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from django_site.records import SHA256_REGEX, Record, Sha256Field, choice_check


class Insight(Record):
    """A screening read at a moment: the document (``generator.audience.insight``) and its digest. It holds counts and
    estimates, no words and no pseudonym. Never changed once made; read again, there is another."""

    screening = models.ForeignKey("audience.Screening", on_delete=models.CASCADE, related_name="insights")
    asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    job = models.ForeignKey("jobs.Job", null=True, on_delete=models.PROTECT, related_name="+")
    document = models.JSONField(null=True)
    #: Of the document's canonical JSON (RFC 8785).
    document_sha256 = Sha256Field(blank=True)
    made_at = models.DateTimeField(null=True)
    #: Why it was not made.
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(made_at__isnull=True, document__isnull=True, document_sha256="")
                | Q(made_at__isnull=False, document__isnull=False, document_sha256__regex=SHA256_REGEX),
                name="insight_made_whole",
            ),
        ]
        indexes = [models.Index(fields=["screening", "-made_at"], name="insight_newest")]

    def __str__(self) -> str:
        return f"{self.screening}"


class InsightQuote(Record):
    """A quote of a theme, by the signal that it was: it goes when its viewer is forgotten, and isn't shown once they have
    withdrawn."""

    insight = models.ForeignKey(Insight, on_delete=models.CASCADE, related_name="quotes")
    theme = models.PositiveIntegerField()
    position = models.PositiveIntegerField()
    event = models.ForeignKey("audience.Event", on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ["insight", "theme", "position"]
        constraints = [
            models.UniqueConstraint(fields=["insight", "theme", "position"], name="insight_quote_place_once"),
        ]

    def __str__(self) -> str:
        return f"{self.theme}.{self.position}"


class SuggestionKind(models.TextChoices):
    """As ``generator.audience.suggestions``."""

    TRIM = "trim", _("Trim it")
    SHORTEN = "shorten", _("Make it shorter")
    CLARIFY = "clarify", _("Look again")
    CHOOSE = "choose", _("Go on from this cut")


class SuggestionState(models.TextChoices):
    OPEN = "open", _("Open")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")


class Suggestion(Record):
    """What might be done, and the reading in the document from which it follows (``evidence``: the path to it). Somebody
    answers it; nothing is changed by itself."""

    insight = models.ForeignKey(Insight, on_delete=models.CASCADE, related_name="suggestions")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=SuggestionKind.choices)
    cut = models.ForeignKey("productions.Cut", on_delete=models.PROTECT, related_name="+")
    scene = models.ForeignKey("productions.Scene", null=True, on_delete=models.CASCADE, related_name="+")
    shot = models.ForeignKey("productions.Shot", null=True, on_delete=models.CASCADE, related_name="suggestions")
    plain = models.TextField()
    advice = models.TextField()
    evidence = models.JSONField()
    state = models.CharField(max_length=8, choices=SuggestionState.choices, default=SuggestionState.OPEN)
    reason = models.TextField(blank=True)
    answered_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["insight", "position"]
        constraints = [
            models.UniqueConstraint(fields=["insight", "position"], name="suggestion_place_once"),
            choice_check("kind", SuggestionKind, name="suggestion_kind_known"),
            choice_check("state", SuggestionState, name="suggestion_state_known"),
            models.CheckConstraint(
                condition=~Q(plain="") & ~Q(advice="") & ~Q(evidence=[]), name="suggestion_has_evidence"
            ),
            models.CheckConstraint(
                condition=Q(state="open", answered_at__isnull=True, answered_by__isnull=True)
                | ~Q(state="open") & Q(answered_at__isnull=False, answered_by__isnull=False),
                name="suggestion_answered_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(state="declined") | ~Q(reason=""), name="suggestion_declined_why"),
            models.CheckConstraint(
                condition=Q(scene__isnull=True) | Q(shot__isnull=True), name="suggestion_about_scene_or_shot"
            ),
        ]

    def __str__(self) -> str:
        return self.plain


class AudienceRequestState(models.TextChoices):
    OPEN = "open", _("Open")
    MET = "met", _("Met")
    DROPPED = "dropped", _("No longer asked for")


class AudienceRequest(Record):
    """A change that was asked for because of what viewers did. Met by a later released cut of which the part that it is
    about differs: ``was`` keeps what stood there, as ``[[take, in, out], …]``."""

    suggestion = models.OneToOneField(Suggestion, on_delete=models.PROTECT, related_name="request")
    production = models.ForeignKey("productions.Production", on_delete=models.CASCADE, related_name="audience_requests")
    requested_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    remedy = models.TextField()
    was = models.JSONField()
    state = models.CharField(max_length=8, choices=AudienceRequestState.choices, default=AudienceRequestState.OPEN)
    met_by = models.ForeignKey("productions.Cut", null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            choice_check("state", AudienceRequestState, name="audience_request_state_known"),
            models.CheckConstraint(condition=~Q(remedy=""), name="audience_request_says_what"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True) | ~Q(state="open") & Q(closed_at__isnull=False),
                name="audience_request_closed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state="met", met_by__isnull=False) | ~Q(state="met") & Q(met_by__isnull=True),
                name="audience_request_met_by_a_cut",
            ),
            models.CheckConstraint(condition=~Q(state="dropped") | ~Q(reason=""), name="audience_request_dropped_why"),
        ]
        indexes = [models.Index(fields=["production", "state", "-created_at"], name="audience_request_list")]

    def __str__(self) -> str:
        return self.remedy

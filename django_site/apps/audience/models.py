"""Screenings, who was invited and came, what they agreed to, and what was recorded of their viewing. Seconds of film."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from django_site.apps.audience.economy_models import CostEntry, CostKind, EconomyPlan  # noqa: F401
from django_site.apps.audience.film_models import FilmClaim, FilmClaimKind, FilmClaimOutcome, FilmPage  # noqa: F401
from django_site.apps.audience.insight_models import (  # noqa: F401 (part of this app's models)
    AudienceRequest,
    Insight,
    InsightQuote,
    Suggestion,
)
from django_site.apps.audience.variant_models import CaptionTrack, GraphState, Variant, VariantGraph  # noqa: F401
from django_site.records import Record, Sha256Field, choice_check, sha256_check


class ScreeningState(models.TextChoices):
    DRAFT = "draft", _("Being prepared")
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")


class Screening(Record):
    """Released cuts shown to invited people. With several arms it compares them."""

    production = models.ForeignKey("productions.Production", on_delete=models.PROTECT, related_name="screenings")
    title = models.CharField(max_length=200)
    #: What viewers are told before they agree: why their reactions are recorded.
    purpose = models.TextField()
    state = models.CharField(max_length=8, choices=ScreeningState.choices, default=ScreeningState.DRAFT)
    opens_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    #: Where it is shown (ISO 3166, ``["*"]`` for everywhere that the production may be).
    territories = models.JSONField(default=list)
    #: Below this age nothing is recorded of anybody, whatever they agree to.
    minimum_age = models.PositiveSmallIntegerField(default=18)
    #: Whether people below that age are shown the film (unrecorded); else they are turned away at the door.
    minors_may_watch = models.BooleanField(default=False)
    #: Days after the end of the screening until what was recorded is deleted.
    retention_days = models.PositiveIntegerField(default=180)
    #: ``[{"id", "text", "kind": "scale" | "choice" | "text", "choices": [...], "at": seconds or null}]``; null: at the end.
    questions = models.JSONField(default=list, blank=True)
    #: What viewers may say of themselves: ``[{"id", "text", "choices": [...]}]``; always optional.
    group_questions = models.JSONField(default=list, blank=True)
    #: The buttons of the timeline, by name.
    reactions = models.JSONField(default=list, blank=True)
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            choice_check("state", ScreeningState, name="screening_state_known"),
            models.CheckConstraint(condition=~Q(title="") & ~Q(purpose=""), name="screening_says_why"),
            models.CheckConstraint(condition=~Q(territories=[]), name="screening_has_territory"),
            models.CheckConstraint(
                condition=Q(retention_days__gte=1, retention_days__lte=1095), name="screening_keeps_for_a_while"
            ),
            models.CheckConstraint(condition=Q(minimum_age__gte=13), name="screening_records_no_child"),
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True) | Q(closes_at__isnull=True) | Q(closes_at__gt=F("opens_at")),
                name="screening_closes_after_it_opens",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) | ~Q(state="closed") & Q(closed_at__isnull=True),
                name="screening_closed_has_time",
            ),
        ]
        indexes = [models.Index(fields=["production", "-created_at"], name="screening_by_production")]

    def __str__(self) -> str:
        return self.title


class ScreeningArm(Record):
    """A cut that a screening shows, under a letter. Who comes is given one of them at random, by ``weight``."""

    screening = models.ForeignKey(Screening, on_delete=models.CASCADE, related_name="arms")
    letter = models.CharField(max_length=2)
    cut = models.ForeignKey("productions.Cut", on_delete=models.PROTECT, related_name="screening_arms")
    weight = models.PositiveSmallIntegerField(default=1)
    #: Where viewers may say which version of the cut they would like: the rules by which.
    graph = models.ForeignKey(
        "audience.VariantGraph", null=True, blank=True, on_delete=models.PROTECT, related_name="arms"
    )

    class Meta:
        ordering = ["screening", "letter"]
        constraints = [
            models.UniqueConstraint(fields=["screening", "letter"], name="arm_letter_once"),
            models.UniqueConstraint(fields=["screening", "cut"], name="arm_cut_once"),
            models.CheckConstraint(condition=Q(letter__regex=r"^[A-Z]$"), name="arm_has_letter"),
            models.CheckConstraint(condition=Q(weight__gte=1), name="arm_has_weight"),
        ]

    def __str__(self) -> str:
        return f"{self.screening} {self.letter}"


class Invitation(Record):
    """A link or a code that lets people in; the code itself is kept by nobody, only its digest."""

    screening = models.ForeignKey(Screening, on_delete=models.CASCADE, related_name="invitations")
    code_sha256 = Sha256Field(unique=True)
    #: The code's first letters, by which the producer tells invitations apart.
    hint = models.CharField(max_length=12)
    label = models.CharField(max_length=120, blank=True)
    max_viewers = models.PositiveIntegerField(default=1)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            sha256_check("code_sha256", name="invitation_code_sha256"),
            models.CheckConstraint(condition=Q(max_viewers__gte=1), name="invitation_lets_somebody_in"),
        ]

    def __str__(self) -> str:
        return self.label or self.hint


class Viewer(Record):
    """Somebody who came, under a pseudonym: no name, no address, no account. Known again by a cookie, of which the digest
    is kept."""

    screening = models.ForeignKey(Screening, on_delete=models.CASCADE, related_name="viewers")
    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="viewers")
    arm = models.ForeignKey(ScreeningArm, on_delete=models.PROTECT, related_name="viewers")
    token_sha256 = Sha256Field(unique=True)
    pseudonym = models.CharField(max_length=40)
    #: ISO 3166, as the viewer said; what they are told of the film follows from it.
    territory = models.CharField(max_length=2)
    of_age = models.BooleanField(default=False)
    groups = models.JSONField(default=dict, blank=True)
    #: What they would like (language of captions, length, ending …); how they are given it is the variants' affair.
    preferences = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [
            sha256_check("token_sha256", name="viewer_token_sha256"),
            models.UniqueConstraint(fields=["screening", "pseudonym"], name="viewer_pseudonym_once"),
        ]

    def __str__(self) -> str:
        return self.pseudonym


class ViewerConsent(Record):
    """What a viewer agreed to, in the words that they saw. Without one nothing is recorded."""

    viewer = models.ForeignKey(Viewer, on_delete=models.CASCADE, related_name="consents")
    text = models.TextField()
    text_sha256 = Sha256Field()
    #: Any of ``watching``, ``reactions``, ``answers``.
    purposes = models.JSONField()
    given_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["given_at"]
        constraints = [
            sha256_check("text_sha256", name="viewer_consent_text_sha256"),
            models.CheckConstraint(condition=~Q(purposes=[]) & ~Q(text=""), name="viewer_consent_is_to_something"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("given_at")), name="viewer_consent_lasts"),
            models.UniqueConstraint(
                fields=["viewer"], condition=Q(withdrawn_at__isnull=True), name="one_consent_in_force_a_viewer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.viewer} {', '.join(self.purposes)}"


class EventKind(models.TextChoices):
    """As ``generator.audience.SignalKind``."""

    PLAY = "play", _("Play")
    PAUSE = "pause", _("Pause")
    SEEK = "seek", _("Jump")
    BEAT = "beat", _("Still playing")
    END = "end", _("End")
    LEAVE = "leave", _("Left")
    REACTION = "reaction", _("Reaction")
    COMMENT = "comment", _("Comment")
    ANSWER = "answer", _("Answer")
    CHOICE = "choice", _("Choice")


class Event(Record):
    """One signal of a viewing. ``key`` is the player's own: what is sent twice is kept once. The database refuses one
    without a consent."""

    screening = models.ForeignKey(Screening, on_delete=models.CASCADE, related_name="events")
    viewer = models.ForeignKey(Viewer, on_delete=models.CASCADE, related_name="events")
    consent = models.ForeignKey(ViewerConsent, on_delete=models.CASCADE, related_name="events")
    cut = models.ForeignKey("productions.Cut", on_delete=models.PROTECT, related_name="audience_events")
    key = models.UUIDField()
    kind = models.CharField(max_length=8, choices=EventKind.choices)
    seq = models.PositiveIntegerField()
    at = models.DecimalField(max_digits=10, decimal_places=3)
    to = models.DecimalField(max_digits=10, decimal_places=3, null=True)
    value = models.CharField(max_length=2000, blank=True)
    #: The viewer's clock, corrected by the difference to ours; never later than ``created_at``, when it arrived.
    said_at = models.DateTimeField()

    class Meta:
        ordering = ["viewer", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["viewer", "key"], name="audience_event_once"),
            choice_check("kind", EventKind, name="audience_event_kind_known"),
            models.CheckConstraint(condition=Q(at__gte=0) & (Q(to__isnull=True) | Q(to__gte=0)), name="event_in_film"),
            models.CheckConstraint(
                condition=Q(kind="seek") | Q(to__isnull=True), name="event_only_seeks_lead_somewhere"
            ),
        ]
        indexes = [models.Index(fields=["screening", "kind", "-created_at"], name="audience_event_newest")]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at}"


class Seat(Record):
    """Where a viewer is in a film and how far they came, kept up as signals arrive: what the live page counts, so that it
    need not fold every viewing at each look. Events remain the truth; a seat goes with them."""

    viewer = models.ForeignKey(Viewer, on_delete=models.CASCADE, related_name="seats")
    cut = models.ForeignKey("productions.Cut", on_delete=models.PROTECT, related_name="+")
    #: Of the latest signal in the player's own order; what arrives late moves nobody back.
    seq = models.PositiveIntegerField()
    at = models.DecimalField(max_digits=10, decimal_places=3)
    furthest = models.DecimalField(max_digits=10, decimal_places=3)
    playing = models.BooleanField(default=False)
    left = models.BooleanField(default=False)
    finished = models.BooleanField(default=False)
    heard_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["viewer", "cut"], name="seat_once"),
            models.CheckConstraint(condition=Q(at__gte=0, furthest__gte=0), name="seat_in_film"),
        ]

    def __str__(self) -> str:
        return f"{self.viewer} at {self.at}"

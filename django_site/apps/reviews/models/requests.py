"""What reviewers ask the makers to change, check by check, and what came of it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from django_site.records import Record, choice_check


class RequestState(models.TextChoices):
    OPEN = "open", _("To be done")
    ANSWERED = "answered", _("Answered")
    MET = "met", _("Met")
    DROPPED = "dropped", _("No longer asked")


class ChangeRequest(Record):
    """One thing to be changed: the failed check with its exact remedy, or a reviewer's own words (``check`` empty).

    The makers answer; it is *met* when the next decision about the same thing passes that check, which is then linked.
    """

    case = models.ForeignKey("reviews.Case", on_delete=models.PROTECT, related_name="change_requests")
    requested_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    policy = models.CharField(max_length=80, blank=True)
    check_id = models.CharField(max_length=60, blank=True)
    item = models.CharField(max_length=60, blank=True)
    plain = models.TextField(blank=True)
    remedy = models.TextField()
    who_can_fix = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=10, choices=RequestState.choices, default=RequestState.OPEN)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    met_by = models.ForeignKey("audits.Decision", null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [
            choice_check("state", RequestState, name="change_request_state_known"),
            models.CheckConstraint(condition=~Q(remedy=""), name="change_request_says_what"),
            models.CheckConstraint(
                condition=Q(policy="", check_id="") | ~Q(policy="") & ~Q(check_id="") & ~Q(plain=""),
                name="change_request_names_a_check_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state="answered")
                | ~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False),
                name="change_request_answer_whole",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "answered"], closed_at__isnull=True)
                | Q(state__in=["met", "dropped"], closed_at__isnull=False),
                name="change_request_closed_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="met") | Q(met_by__isnull=False), name="change_request_met_by_a_decision"
            ),
        ]
        indexes = [models.Index(fields=["state", "case"], name="change_request_open")]

    def __str__(self) -> str:
        return self.remedy[:60]

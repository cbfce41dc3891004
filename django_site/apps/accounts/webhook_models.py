"""Addresses that an organisation wants to be told of what happens, and what they were told."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from django_site.records import Record, choice_check


class Webhook(Record):
    """An address of an organisation's own, told of some events. ``sealed`` is its secret under the key-encryption key of the
    site; ``previous`` the one before a rotation, with which messages are signed too until ``previous_until``."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="webhooks")
    url = models.CharField(max_length=500)
    events = models.JSONField()
    sealed = models.BinaryField()
    previous = models.BinaryField(null=True)
    previous_until = models.DateTimeField(null=True)
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    disabled_at = models.DateTimeField(null=True)
    disabled_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(url="") & ~Q(events=[]), name="webhook_goes_somewhere"),
            models.CheckConstraint(
                condition=Q(previous__isnull=True, previous_until__isnull=True)
                | Q(previous__isnull=False, previous_until__isnull=False),
                name="webhook_previous_ends",
            ),
            models.CheckConstraint(
                condition=Q(disabled_at__isnull=True) | Q(disabled_by__isnull=False),
                name="webhook_disabled_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.url


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    DELIVERED = "delivered", _("Delivered")
    GIVEN_UP = "given_up", _("Given up")


class WebhookDelivery(Record):
    """One message to one address: its body as it is sent, byte for byte, and what came of each try."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=40)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    #: What the address answered last; without an answer ``None``, and ``last_error`` says why.
    last_status = models.PositiveSmallIntegerField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            choice_check("state", DeliveryState, name="webhook_delivery_state_known"),
            models.CheckConstraint(
                condition=Q(state="waiting", next_try_at__isnull=False, ended_at__isnull=True)
                | ~Q(state="waiting") & Q(next_try_at__isnull=True, ended_at__isnull=False),
                name="webhook_delivery_waits_or_ended",
            ),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(state="waiting"), name="webhook_due"),
            models.Index(fields=["webhook", "-created_at"], name="webhook_deliveries"),
        ]

    def __str__(self) -> str:
        return f"{self.event}: {self.state}"

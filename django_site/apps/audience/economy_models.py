"""What is assumed of a production's economy, and what was entered of it by hand. Rows are added, never changed."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from django_site.records import Record, choice_check


class EconomyPlan(Record):
    """A version of the assumptions (``generator.audience.economy.Assumptions``) of a production; the last one holds."""

    production = models.ForeignKey("productions.Production", on_delete=models.CASCADE, related_name="economy_plans")
    version = models.PositiveIntegerField()
    assumptions = models.JSONField()
    set_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["production", "version"]
        constraints = [
            models.UniqueConstraint(fields=["production", "version"], name="economy_plan_version_once"),
            models.CheckConstraint(condition=~Q(assumptions={}) & Q(version__gte=1), name="economy_plan_assumes"),
        ]

    def __str__(self) -> str:
        return f"assumptions {self.version} of {self.production}"


class CostKind(models.TextChoices):
    HOURS = "hours", _("Hours worked")
    EXPENSE = "expense", _("Paid for something")


class CostEntry(Record):
    """Hours that somebody worked, or money that was spent, beside what the site sees. One that is wrong is struck, with the
    reason, and stays to be read."""

    production = models.ForeignKey("productions.Production", on_delete=models.CASCADE, related_name="cost_entries")
    kind = models.CharField(max_length=8, choices=CostKind.choices)
    day = models.DateField()
    person = models.CharField(max_length=200, blank=True)
    #: The trade, by the id of a role of the conventional schedule; empty: none of them.
    role = models.CharField(max_length=40, blank=True)
    what = models.CharField(max_length=300)
    hours = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    #: What was paid for it, ``None`` where nothing was or it is not known.
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    entered_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    struck_at = models.DateTimeField(null=True)
    struck_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    struck_because = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["day", "created_at"]
        constraints = [
            choice_check("kind", CostKind, name="cost_kind_known"),
            models.CheckConstraint(
                condition=Q(kind="hours", hours__isnull=False, hours__gt=0) & ~Q(person="")
                | Q(kind="expense", hours__isnull=True, amount__isnull=False),
                name="cost_entry_says_how_much",
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True, currency="")
                | Q(amount__isnull=False, amount__gte=0, currency__regex=r"^[A-Z]{3}$"),
                name="cost_amount_has_currency",
            ),
            models.CheckConstraint(condition=~Q(what=""), name="cost_entry_says_what"),
            models.CheckConstraint(
                condition=Q(struck_at__isnull=True, struck_by__isnull=True, struck_because="")
                | Q(struck_at__isnull=False, struck_by__isnull=False) & ~Q(struck_because=""),
                name="cost_struck_for_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["production", "day"], name="cost_by_production")]

    def __str__(self) -> str:
        return self.what

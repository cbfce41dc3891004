"""Who contributed what to a film: noted as it happens, never changed."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from django_site.records import Record, choice_check


class ContributionAct(models.TextChoices):
    """What somebody did. With a tool, the tool did it on their word; without one, they did it themselves."""

    WROTE = "wrote", _("Wrote")
    EDITED = "edited", _("Edited")
    DIRECTED = "directed", _("Directed")
    PLANNED = "planned", _("Planned")
    RENDERED = "rendered", _("Rendered")
    SELECTED = "selected", _("Selected")
    REJECTED = "rejected", _("Rejected")
    REPLACED = "replaced", _("Replaced")
    ARRANGED = "arranged", _("Arranged")
    TRIMMED = "trimmed", _("Trimmed")
    COMPOSED = "composed", _("Composed")
    PERFORMED = "performed", _("Performed")
    DESIGNED = "designed", _("Designed")
    OTHER = "other", _("Did something else")


#: What a contribution can be to.
CONTRIBUTED_TO = ["production", "screenplay", "shot", "take", "cut"]


class Contribution(Record):
    """Who (a person, with or without a tool) did what to which production, screenplay, shot, take or cut. Append-only.

    ``actor`` did it; where somebody did who does not sign in here, ``credited`` names them. ``recorded_by`` is set where a
    person entered it by hand, else the site noted it as it happened. ``measure`` holds what was measured of it: lines and
    words kept and changed, fields before and after. A mistake is mended by another row that ``corrects`` it, with the
    reason: it says what holds instead, or, ``void``, that it did not happen.
    """

    production = models.ForeignKey("productions.Production", on_delete=models.CASCADE, related_name="contributions")
    actor = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="contributions")
    credited = models.CharField(max_length=200, blank=True)
    tool = models.CharField(max_length=200, blank=True)
    act = models.CharField(max_length=10, choices=ContributionAct.choices)
    target_kind = models.CharField(max_length=12)
    target_id = models.UUIDField()
    note = models.TextField(blank=True)
    measure = models.JSONField(default=dict, blank=True)
    recorded_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")
    void = models.BooleanField(default=False)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [
            choice_check("act", ContributionAct, name="contribution_act_known"),
            models.CheckConstraint(condition=Q(target_kind__in=CONTRIBUTED_TO), name="contribution_target_known"),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True, reason="", void=False)
                | Q(corrects__isnull=False, recorded_by__isnull=False) & ~Q(reason=""),
                name="contribution_corrected_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(credited="") | Q(recorded_by__isnull=False), name="contribution_credited_by_hand"
            ),
            models.CheckConstraint(
                condition=Q(recorded_by__isnull=True) | ~Q(note="") | Q(corrects__isnull=False),
                name="contribution_by_hand_says_what",
            ),
        ]
        indexes = [models.Index(fields=["production", "created_at", "id"], name="contribution_by_production")]

    def __str__(self) -> str:
        return f"{self.person} {self.act} {self.target_kind}"

    @property
    def person(self) -> str:
        """Who did it."""
        return self.credited or str(self.actor)

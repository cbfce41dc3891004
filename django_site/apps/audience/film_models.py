"""What a released film's public page says beyond its record, and what people claim about the film."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from django_site.records import Record, Sha256Field, choice_check, sha256_check


class FilmPage(Record):
    """What the makers say on the public page of a release. Without it the page shows what the record knows."""

    release = models.OneToOneField("provenance.Release", on_delete=models.PROTECT, related_name="film_page")
    synopsis = models.TextField(blank=True)
    #: Under which licence the public may use the film: an SPDX identifier, or the makers' own words; neither: all rights
    #: reserved.
    licence_spdx = models.CharField(max_length=64, blank=True)
    licence_terms = models.TextField(blank=True)
    #: People who agreed to be named: ``[{"did", "name"}]``, in their order.
    credits = models.JSONField(default=list, blank=True)
    #: Where the public reaches the makers, besides the form for claims.
    contact = models.CharField(max_length=200, blank=True)
    changed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(licence_spdx="") | Q(licence_terms=""), name="film_page_one_licence"),
        ]

    def __str__(self) -> str:
        return f"page of {self.release}"


class FilmClaimKind(models.TextChoices):
    WORK = "work", _("It shows or uses a work of mine, or of somebody for whom I speak")
    PERSON = "person", _("It shows or lets hear me, or somebody for whom I speak")
    DISCLOSURE = "disclosure", _("It is not told truthfully how it was made")
    OTHER = "other", _("Something else about it is against the law")


class FilmClaimOutcome(models.TextChoices):
    UPHELD = "upheld", _("Upheld")
    PARTLY = "partly", _("Upheld in part")
    REFUSED = "refused", _("Not upheld")


class FilmClaim(Record):
    """Somebody contests a released film. It opens a case for the reviewers; whoever raised it reads the answer under an
    address that only they know. Name and address are for the legal side alone, and go when the claim has long been over."""

    release = models.ForeignKey("provenance.Release", on_delete=models.PROTECT, related_name="film_claims")
    case = models.ForeignKey("reviews.Case", on_delete=models.PROTECT, related_name="film_claims")
    kind = models.CharField(max_length=10, choices=FilmClaimKind.choices)
    name = models.CharField(max_length=200)
    email = models.EmailField(max_length=254)
    #: In what capacity: the person, an agent, a company.
    capacity = models.CharField(max_length=200, blank=True)
    #: The work or person that it is about, and where it can be seen.
    about = models.CharField(max_length=300)
    link = models.URLField(max_length=500, blank=True)
    text = models.TextField()
    start = models.DecimalField(max_digits=10, decimal_places=3, null=True, blank=True)
    end = models.DecimalField(max_digits=10, decimal_places=3, null=True, blank=True)
    token_sha256 = Sha256Field(unique=True)
    due_at = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=FilmClaimOutcome.choices, blank=True)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    #: When name, address and words were taken out of a claim that has long been answered.
    erased_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            choice_check("kind", FilmClaimKind, name="film_claim_kind_known"),
            sha256_check("token_sha256", name="film_claim_token_sha256"),
            models.CheckConstraint(
                condition=Q(outcome="", answer="", answered_by__isnull=True, answered_at__isnull=True)
                | Q(outcome__in=FilmClaimOutcome.values, answered_by__isnull=False, answered_at__isnull=False)
                & ~Q(answer=""),
                name="film_claim_answered_whole",
            ),
            models.CheckConstraint(
                condition=Q(start__isnull=True, end__isnull=True) | Q(start__gte=0, end__gt=F("start")),
                name="film_claim_runs_forwards",
            ),
            models.CheckConstraint(
                condition=~Q(text="") & ~Q(name="") & ~Q(email="") | Q(erased_at__isnull=False),
                name="film_claim_says_who_and_what",
            ),
        ]
        indexes = [models.Index(fields=["release", "-created_at"], name="film_claim_by_release")]

    def __str__(self) -> str:
        return f"claim {self.reference}"

    @property
    def reference(self) -> str:
        """What people call it by: short, and of no use to anybody else."""
        return str(self.pk).replace("-", "")[-10:].upper()

"""Versions of a released film by rules, each a cut of its own, and captions of it in other languages."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from django_site.records import Record, Sha256Field, choice_check, sha256_check


class GraphState(models.TextChoices):
    DRAFT = "draft", _("Being worked on")
    MADE = "made", _("Its versions are made")
    RETIRED = "retired", _("Replaced")


class VariantGraph(Record):
    """Rules for versions of one released film (``generator.audience.graph``). Once versions are made by them they stay as
    they are; other rules are another version of the graph."""

    production = models.ForeignKey("productions.Production", on_delete=models.PROTECT, related_name="variant_graphs")
    parent = models.ForeignKey("provenance.Release", on_delete=models.PROTECT, related_name="variant_graphs")
    version = models.PositiveIntegerField()
    document = models.JSONField()
    document_sha256 = Sha256Field()
    state = models.CharField(max_length=8, choices=GraphState.choices, default=GraphState.DRAFT)
    made_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["parent", "-version"]
        constraints = [
            choice_check("state", GraphState, name="variant_graph_state_known"),
            sha256_check("document_sha256", name="variant_graph_document_sha256"),
            models.UniqueConstraint(fields=["parent", "version"], name="variant_graph_version_once"),
            models.UniqueConstraint(fields=["parent"], condition=Q(state="draft"), name="one_draft_graph_a_film"),
            models.UniqueConstraint(fields=["parent"], condition=Q(state="made"), name="one_made_graph_a_film"),
            models.CheckConstraint(
                condition=Q(state="draft", made_at__isnull=True) | ~Q(state="draft") & Q(made_at__isnull=False),
                name="variant_graph_made_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"versions of {self.parent}, rules {self.version}"


class Variant(Record):
    """A version that the rules lead to. ``cut`` is what was begun for it; ``is_parent`` where it is the parent as it stands.

    The database refuses ``playable`` for one whose cut, or whose parent, is not released."""

    graph = models.ForeignKey(VariantGraph, on_delete=models.CASCADE, related_name="variants")
    position = models.PositiveIntegerField()
    #: The first answers that lead to it, ``length=short;door=left``.
    key = models.CharField(max_length=1000)
    #: All answers that do: ``[{"preferences": {...}, "path": {...}}]``.
    answers = models.JSONField()
    timeline_sha256 = Sha256Field()
    seconds = models.DecimalField(max_digits=12, decimal_places=3)
    is_parent = models.BooleanField(default=False)
    cut = models.OneToOneField("productions.Cut", null=True, on_delete=models.PROTECT, related_name="variant")
    playable = models.BooleanField(default=False)
    #: Why it is not played although it was released, as it was found when it was last asked for.
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["graph", "position"]
        constraints = [
            sha256_check("timeline_sha256", name="variant_timeline_sha256"),
            models.UniqueConstraint(fields=["graph", "key"], name="variant_key_once"),
            models.UniqueConstraint(fields=["graph", "timeline_sha256"], name="variant_timeline_once"),
            models.CheckConstraint(condition=~Q(answers=[]), name="variant_answers_something"),
            models.CheckConstraint(condition=Q(seconds__gt=0), name="variant_lasts"),
            models.CheckConstraint(
                condition=Q(is_parent=False) | Q(cut__isnull=True), name="variant_parent_has_no_cut"
            ),
            models.CheckConstraint(
                condition=Q(playable=False) | Q(cut__isnull=False) | Q(is_parent=True), name="variant_played_has_cut"
            ),
        ]

    def __str__(self) -> str:
        return self.key


class CaptionTrack(Record):
    """Captions of a released film in another language, as somebody wrote them; ``output`` is the signed file. What the check
    of its words found is kept: ``{"checked", "passages"}``."""

    release = models.ForeignKey("provenance.Release", on_delete=models.PROTECT, related_name="caption_tracks")
    #: BCP 47.
    language = models.CharField(max_length=35)
    text = models.TextField()
    text_sha256 = Sha256Field()
    cues = models.PositiveIntegerField()
    #: How it came to be: ``people``, ``machine``, or ``machine_checked``.
    made = models.CharField(max_length=16)
    found = models.JSONField(default=dict, blank=True)
    output = models.OneToOneField(
        "provenance.Output", null=True, on_delete=models.PROTECT, related_name="caption_track"
    )
    brought_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["language", "-created_at"]
        constraints = [
            sha256_check("text_sha256", name="caption_track_sha256"),
            models.UniqueConstraint(fields=["release", "language", "text_sha256"], name="caption_track_once"),
            models.CheckConstraint(
                condition=Q(language__regex=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"), name="caption_language"
            ),
            models.CheckConstraint(condition=Q(cues__gte=1), name="caption_track_says_something"),
            models.CheckConstraint(
                condition=Q(made__in=["people", "machine", "machine_checked"]), name="caption_track_made_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.language} captions of {self.release}"

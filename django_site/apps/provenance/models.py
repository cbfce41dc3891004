"""Signing, what was re-read from what we signed, releases, and the ledger that only grows."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from django_site.records import Record, Sha256Field, choice_check, sha256_check


class IntentState(models.TextChoices):
    OPEN = "open", _("Open")
    SIGNED = "signed", _("Signed")
    ABANDONED = "abandoned", _("Abandoned")


class SigningIntent(Record):
    """Written before the key is used: which bytes will be signed, on whose approval. One open intent a cut."""

    cut = models.ForeignKey("productions.Cut", on_delete=models.PROTECT, related_name="signing_intents")
    asset = models.ForeignKey("audits.Asset", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("reviews.Case", on_delete=models.PROTECT, related_name="signing_intents")
    decision = models.ForeignKey("audits.Decision", on_delete=models.PROTECT, related_name="signing_intents")
    requested_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=IntentState.choices, default=IntentState.OPEN)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            choice_check("state", IntentState, name="intent_state_known"),
            models.UniqueConstraint(fields=["cut"], condition=Q(state="open"), name="one_open_intent_a_cut"),
            models.CheckConstraint(condition=~Q(state="abandoned") | ~Q(reason=""), name="intent_abandoned_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.cut} {self.state}"


class VerifyState(models.TextChoices):
    """What a fresh reader says of a file; only Trusted is shown green."""

    TRUSTED = "Trusted", _("Trusted")
    VALID = "Valid", _("Valid, signer unknown")
    CHANGED = "Changed", _("Changed after signing")
    NO_CREDENTIALS = "NoCredentials", _("No credentials")
    UNREADABLE = "Unreadable", _("Unreadable")


class Manifest(Record):
    """A signed file as a fresh reader read it back. ``verification`` is the reader's whole report."""

    intent = models.OneToOneField(SigningIntent, on_delete=models.PROTECT, related_name="manifest")
    asset = models.ForeignKey("audits.Asset", on_delete=models.PROTECT, related_name="manifests")
    label = models.CharField(max_length=200)
    state = models.CharField(max_length=14, choices=VerifyState.choices)
    verification = models.JSONField()
    reread_at = models.DateTimeField()

    class Meta:
        constraints = [
            choice_check("state", VerifyState, name="manifest_state_known"),
            models.CheckConstraint(condition=~Q(verification={}) & ~Q(label=""), name="manifest_was_reread"),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.state}"


class SoftBinding(Record):
    """A fingerprint by which a stripped copy is found again."""

    manifest = models.ForeignKey(Manifest, on_delete=models.PROTECT, related_name="soft_bindings")
    alg = models.CharField(max_length=40)
    value = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["manifest", "alg"], name="soft_binding_once")]
        indexes = [models.Index(fields=["alg", "value"], name="soft_binding_lookup")]

    def __str__(self) -> str:
        return f"{self.alg} {self.value}"


class Release(Record):
    """A cut that left quarantine. The database refuses it without a manifest that was re-read as Trusted."""

    cut = models.OneToOneField("productions.Cut", on_delete=models.PROTECT, related_name="release")
    manifest = models.OneToOneField(Manifest, on_delete=models.PROTECT, related_name="release")
    decision = models.ForeignKey("audits.Decision", on_delete=models.PROTECT, related_name="releases")
    released_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.cut}"


class Recall(Record):
    """A release that was taken back. Its file and its record stay, for whoever asks; nobody is handed the film any
    more."""

    release = models.OneToOneField(Release, on_delete=models.PROTECT, related_name="recall")
    reason = models.TextField()
    recalled_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="recall_has_reason")]

    def __str__(self) -> str:
        return f"{self.release} recalled"


class LedgerEntry(Record):
    """One event, in order without gaps. ``event`` holds ids and digests only, never names or biometrics."""

    seq = models.PositiveBigIntegerField(unique=True)
    kind = models.CharField(max_length=40)
    event = models.JSONField()
    leaf_sha256 = Sha256Field()

    class Meta:
        ordering = ["seq"]
        constraints = [
            sha256_check("leaf_sha256", name="ledger_leaf_sha256"),
            models.CheckConstraint(condition=~Q(event={}), name="ledger_event_says_something"),
        ]

    def __str__(self) -> str:
        return f"#{self.seq} {self.kind}"


class TreeHead(Record):
    """The Merkle tree's root (RFC 6962) over the first ``size`` entries, signed with the ledger's own key."""

    size = models.PositiveBigIntegerField(unique=True)
    root_sha256 = Sha256Field()
    signature = models.CharField(max_length=200)

    class Meta:
        ordering = ["size"]
        constraints = [
            sha256_check("root_sha256", name="tree_head_root_sha256"),
            models.CheckConstraint(condition=Q(size__gte=1) & ~Q(signature=""), name="tree_head_is_signed"),
        ]

    def __str__(self) -> str:
        return f"{self.size} entries, {self.root_sha256[:12]}"


class Binder(Record):
    """A clearance binder of a released cut for an addressee, as of ``moment``: one ZIP by digest. The row is written
    when it is asked for and filled once, when it is made; ``entry`` is the ledger's event with the digest of its
    index."""

    cut = models.ForeignKey("productions.Cut", on_delete=models.PROTECT, related_name="binders")
    addressee = models.CharField(max_length=20)
    moment = models.DateTimeField()
    made_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    job = models.ForeignKey("jobs.Job", null=True, on_delete=models.PROTECT, related_name="+")
    asset = models.ForeignKey("audits.Asset", null=True, on_delete=models.PROTECT, related_name="binders")
    index_sha256 = Sha256Field(blank=True)
    #: How many gaps its cover lists, and how many of those the addressee asks for.
    gaps = models.PositiveIntegerField(null=True)
    required_gaps = models.PositiveIntegerField(null=True)
    entry = models.ForeignKey(LedgerEntry, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["cut", "addressee", "moment"], name="binder_once_a_moment"),
            sha256_check("index_sha256", name="binder_index_sha256", blank=True),
            models.CheckConstraint(condition=~Q(addressee=""), name="binder_has_addressee"),
            models.CheckConstraint(
                condition=Q(asset__isnull=True, index_sha256="", entry__isnull=True, made_at__isnull=True)
                | Q(asset__isnull=False, entry__isnull=False, made_at__isnull=False, reason="") & ~Q(index_sha256=""),
                name="binder_made_whole",
            ),
        ]
        indexes = [models.Index(fields=["cut", "-created_at"], name="binder_by_cut")]

    def __str__(self) -> str:
        return f"{self.addressee} binder of {self.cut}"

"""Signing, what was re-read from what we signed, releases, and the ledger that only grows."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from django_site.apps.provenance.recovery_models import RecoveryEntry, ResolutionWindow, Watermark  # noqa: F401
from django_site.records import Record, Sha256Field, choice_check, sha256_check


class IntentState(models.TextChoices):
    OPEN = "open", _("Open")
    WAITING = "waiting", _("Waiting for a time stamp")
    SIGNED = "signed", _("Signed")
    ABANDONED = "abandoned", _("Abandoned")


class IntentKind(models.TextChoices):
    CUT = "cut", _("Film")
    TAKE = "take", _("Take")
    OUTPUT = "output", _("Made from a film")


#: States in which something is still owed.
INTENT_OWED = (IntentState.OPEN, IntentState.WAITING)


class SigningIntent(Record):
    """Written before the key is used: which bytes will be signed, on whose approval, as what: the cut itself, one of its
    takes, or something made from its release. One that is owed a subject."""

    kind = models.CharField(max_length=10, choices=IntentKind.choices, default=IntentKind.CUT)
    cut = models.ForeignKey("productions.Cut", on_delete=models.PROTECT, related_name="signing_intents")
    take = models.ForeignKey(
        "productions.Take", null=True, blank=True, on_delete=models.PROTECT, related_name="signing_intents"
    )
    output = models.ForeignKey(
        "provenance.Output", null=True, blank=True, on_delete=models.PROTECT, related_name="signing_intents"
    )
    asset = models.ForeignKey("audits.Asset", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("reviews.Case", on_delete=models.PROTECT, related_name="signing_intents")
    decision = models.ForeignKey("audits.Decision", on_delete=models.PROTECT, related_name="signing_intents")
    requested_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=IntentState.choices, default=IntentState.OPEN)
    reason = models.TextField(blank=True)
    #: How often no time stamp was to be had, and when to try again.
    waited = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            choice_check("state", IntentState, name="intent_state_known"),
            choice_check("kind", IntentKind, name="intent_kind_known"),
            models.CheckConstraint(
                condition=Q(kind="cut", take__isnull=True, output__isnull=True)
                | Q(kind="take", take__isnull=False, output__isnull=True)
                | Q(kind="output", take__isnull=True, output__isnull=False),
                name="intent_names_its_subject",
            ),
            models.UniqueConstraint(
                fields=["cut"], condition=Q(kind="cut", state__in=INTENT_OWED), name="one_open_intent_a_cut"
            ),
            models.UniqueConstraint(
                fields=["take"], condition=Q(kind="take", state__in=INTENT_OWED), name="one_open_intent_a_take"
            ),
            models.UniqueConstraint(
                fields=["output"], condition=Q(kind="output", state__in=INTENT_OWED), name="one_open_intent_an_output"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["abandoned", "waiting"]) | ~Q(reason=""), name="intent_abandoned_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", retry_at__isnull=False) | ~Q(state="waiting") & Q(retry_at__isnull=True),
                name="intent_waits_until",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.output or self.take or self.cut} {self.state}"


class SigningCertificate(Record):
    """A certificate that was used to sign, leaf and chain; its private key is never here. ``retired_at`` is when it was
    replaced: what it signed stays trusted."""

    #: SHA-256 of the public key's SubjectPublicKeyInfo.
    key_id = Sha256Field(unique=True)
    name = models.CharField(max_length=200)
    organisation_name = models.CharField(max_length=200)
    algorithm = models.CharField(max_length=10)
    chain_pem = models.TextField()
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    development = models.BooleanField()
    retired_at = models.DateTimeField(null=True)
    #: The days before its end about which people were told.
    warned_days = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            sha256_check("key_id", name="certificate_key_id"),
            models.CheckConstraint(condition=Q(not_after__gt=models.F("not_before")), name="certificate_lasts"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.key_id[:12]}"


class KeyPurpose(models.TextChoices):
    CLAIM = "claim", _("Signed a record")
    ORGANISATION = "organisation", _("Said which organisation stands behind it")
    BINDER = "binder", _("Signed the index of a binder")


class KeyUse(Record):
    """One use of a private key, written before it is used and never changed: for what, and the digest of what was signed."""

    certificate = models.ForeignKey(SigningCertificate, on_delete=models.PROTECT, related_name="uses")
    purpose = models.CharField(max_length=12, choices=KeyPurpose.choices)
    intent = models.ForeignKey(SigningIntent, null=True, on_delete=models.PROTECT, related_name="key_uses")
    digest_sha256 = Sha256Field()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            choice_check("purpose", KeyPurpose, name="key_use_purpose_known"),
            sha256_check("digest_sha256", name="key_use_digest"),
        ]
        indexes = [models.Index(fields=["-created_at", "-id"], name="key_use_newest")]

    def __str__(self) -> str:
        return f"{self.certificate} {self.purpose}"


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
    #: A second record (``.c2pa``), bound to the bytes before signing, for copies that lose the first; of a file that can
    #: hold none, the only one.
    sidecar = models.ForeignKey("audits.Asset", null=True, on_delete=models.PROTECT, related_name="+")
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


class OutputKind(models.TextChoices):
    TRAILER = "trailer", _("Trailer")
    STILL = "still", _("Still")
    STORYBOARD = "storyboard", _("Contact sheet")
    CAPTIONS = "captions", _("Captions")
    DESCRIPTIONS = "descriptions", _("Description track")
    STREAM = "stream", _("Package for streaming")


class Output(Record):
    """Something made from a released film and signed with the film as its parent. The row is written when it is asked for;
    ``asset`` is what was made, unsigned; what is handed out hangs on its signed manifest."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="outputs")
    kind = models.CharField(max_length=14, choices=OutputKind.choices)
    #: What was asked for, in canonical JSON: a still's ``seconds`` or its place among the ``best``, a trailer's ``seconds``,
    #: the ``format`` of captions.
    parameters = models.JSONField(default=dict, blank=True)
    parameters_sha256 = Sha256Field()
    made_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    job = models.ForeignKey("jobs.Job", null=True, on_delete=models.PROTECT, related_name="+")
    asset = models.ForeignKey("audits.Asset", null=True, on_delete=models.PROTECT, related_name="+")
    manifest = models.OneToOneField(Manifest, null=True, on_delete=models.PROTECT, related_name="output")
    #: What of the film is in it: a trailer's ``pieces`` (``take``, ``film_start``, ``start``, ``end``), a still's
    #: ``seconds``.
    contents = models.JSONField(default=dict, blank=True)
    #: Texts that go with the file by name: playlists that point into it.
    companions = models.JSONField(default=dict, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            choice_check("kind", OutputKind, name="output_kind_known"),
            sha256_check("parameters_sha256", name="output_parameters_sha256"),
            models.UniqueConstraint(fields=["release", "kind", "parameters_sha256"], name="output_once"),
            models.CheckConstraint(condition=Q(manifest__isnull=True) | Q(asset__isnull=False), name="output_was_made"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.release}"


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
    #: Its PDFs with content credentials inside, beside it: see ``binder.credentials``. Earlier versions made none.
    credentials = models.ForeignKey("audits.Asset", null=True, on_delete=models.PROTECT, related_name="+")
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

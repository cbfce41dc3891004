"""The only place where settings become adapters. Each is made when first asked for, once a process.

Nothing here survives a fork: ONNX Runtime's and OpenMP's threads, the C2PA context and open indexes are made anew in a
child process. What lies on disk and can change under us (the index, the policies, the enrolled faces) is looked at
again on every call, by its fingerprint.
"""

import fcntl
import logging
import os
import threading
from collections.abc import Callable, Hashable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, get_args
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from django_site.keys import key_from_file

T = TypeVar("T")
logger = logging.getLogger(__name__)
_lock = threading.RLock()


def _per_process(fingerprint: Callable[[], Hashable]) -> Callable[[Callable[[], T]], Callable[[], T]]:
    """Keep what the function made for as long as the process and the fingerprint are the same."""

    def decorate(make: Callable[[], T]) -> Callable[[], T]:
        held: dict[str, Any] = {}

        @wraps(make)
        def get() -> T:
            with _lock:
                now = (os.getpid(), fingerprint())
                if held.get("for") != now:
                    held["value"] = make()
                    held["for"] = now
                return held["value"]

        return get

    return decorate


def _of_settings(*names: str) -> Callable[[], Hashable]:
    return lambda: tuple(str(getattr(settings, name)) for name in names)


def _of_file(path: Path) -> Hashable:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return (status.st_ino, status.st_mtime_ns, status.st_size)


# storage


def zone(name: str):
    """The storage of a zone: ``quarantine`` or ``released``."""
    from django_site.apps.audits.storage import DirectoryZone

    roots = {"quarantine": settings.QUARANTINE_ROOT, "released": settings.RELEASED_ROOT}
    return DirectoryZone(roots[str(name)])


# keys


def template_kek() -> bytes:
    """The key-encryption key under which every subject's data key is wrapped."""
    return key_from_file(settings.KEYS_ROOT / "kek.bin")


def key_encryption():
    """What wraps the secrets that are kept: subjects' data keys, and the secrets of webhooks in the database."""
    from auditor.likeness.keys import FileKeyEncryption

    return FileKeyEncryption(template_kek())


def key_vault():
    """Where subjects' data keys lie: apart from the database, wrapped by the key-encryption key."""
    from auditor.likeness.keys import FileKeyVault

    return FileKeyVault(settings.KEYS_ROOT / "subjects", key_encryption())


def ledger_key() -> bytes:
    """The seed of the Ed25519 key that signs the ledger's tree heads."""
    return key_from_file(settings.KEYS_ROOT / "ledger-ed25519.bin")


# looking


@_per_process(_of_settings("EMBEDDER"))
def embedder():
    """The embedder of pictures that index and audit share."""
    from auditor.embeddings import open_embedder

    return open_embedder(settings.EMBEDDER)


@_per_process(lambda: (str(settings.INDEX_ROOT), settings.EMBEDDER, (settings.INDEX_ROOT / "manifest.json").exists()))
def _opened_index() -> list[Any]:
    """The index and the mark of the manifest that it has read."""
    from auditor.index import WorkIndex
    from auditor.matching.sound import sound_print

    mark = _of_file(settings.INDEX_ROOT / "manifest.json")
    return [WorkIndex.open(settings.INDEX_ROOT, embedder(), create=True, sound_print=sound_print), mark]


def work_index():
    """The index of registered works, as it is on disk now. What others published is read into the same object, the new of
    it only: opening it anew after each work would make an import take time by the square of its length."""
    with _lock:
        held = _opened_index()
        mark = _of_file(settings.INDEX_ROOT / "manifest.json")
        if held[1] != mark:
            held[0].refresh()
            held[1] = mark  # as it was before it was read: what came meanwhile is read next time
        return held[0]


@_per_process(lambda: (str(settings.INDEX_ROOT), _of_file(settings.INDEX_ROOT / "manifest.json")))
def work_sounds():
    """What the registered works sound like."""
    from auditor.matching.work_sounds import WorkSounds

    return WorkSounds.of(work_index())


@_per_process(lambda: (str(settings.SCRIPTS_ROOT), _of_file(settings.SCRIPTS_ROOT / "library.json")))
def text_library():
    """The words of registered scripts, as they are on disk now; ``None`` while none is registered."""
    from auditor.text import TextLibrary

    return TextLibrary.open(settings.SCRIPTS_ROOT) if (settings.SCRIPTS_ROOT / "library.json").exists() else None


def _library_of_looks() -> Hashable:
    return (str(settings.RESEMBLANCE_ROOT), _of_file(settings.RESEMBLANCE_ROOT / "library.json"))


@_per_process(_library_of_looks)
def resemblance():
    """The library of looks, and otherwise why there is none. Being alike stops nothing, so neither does a library that is
    damaged or can't be used here: audits go on without it and say so."""
    from auditor.errors import AuditorError
    from auditor.resemblance import ResemblanceLibrary

    if not (settings.RESEMBLANCE_ROOT / "library.json").is_file():
        return None, "no library of looks is configured"
    try:
        return ResemblanceLibrary.open(settings.RESEMBLANCE_ROOT), ""
    except AuditorError as error:
        logger.warning("audits go on without the library of looks: %s", error)
        return None, "the library of looks can't be used"


@_per_process(_of_settings("KEYS_ROOT"))
def face_encoder():
    """Portraits to face descriptors."""
    from auditor.likeness import DlibFaceEncoder

    return DlibFaceEncoder()


@_per_process(_of_settings("KEYS_ROOT"))
def voice_encoder():
    """Recordings to voice descriptors."""
    from auditor.likeness.voice_encoder import VoiceEncoder

    return VoiceEncoder()


def _enrolled() -> Hashable:
    from django_site.apps.likeness.selectors import templates_fingerprint

    return templates_fingerprint()


@_per_process(_enrolled)
def face_gallery():
    """Every enrolled face, opened from its sealed templates into memory; nothing of it touches the disk."""
    from auditor.likeness import FaceGallery
    from django_site.apps.likeness.selectors import subject_labels
    from django_site.apps.likeness.templates_sealed import templates_open

    return FaceGallery(templates_open("face"), labels=subject_labels(), encoder=face_encoder())


@_per_process(_enrolled)
def voice_gallery():
    """Every enrolled voice, in memory alone, as the faces are."""
    from auditor.likeness.voice_gallery import VoiceGallery
    from django_site.apps.likeness.selectors import subject_labels
    from django_site.apps.likeness.templates_sealed import templates_open

    return VoiceGallery(templates_open("voice"), labels=subject_labels(), encoder=voice_encoder())


def auditor(organisation_id: UUID | None = None):
    """The audit pipeline over today's index and gallery; what this organisation dismissed as false alarms stays quiet."""
    from auditor.audit import Auditor
    from django_site.apps.audits.selectors import negatives_of

    negatives = negatives_of(organisation_id, embedder().identity) if organisation_id else None
    looks, without = resemblance()
    return Auditor(
        index=work_index(),
        gallery=face_gallery(),
        voices=voice_gallery() if voice_gallery().info().subjects else None,
        negatives=negatives,
        sounds=work_sounds(),
        resemblance=looks,
        without_resemblance=without,
    )


# deciding


def _policies() -> Hashable:
    root: Path = settings.POLICIES_ROOT
    return (str(root), tuple(sorted((str(path), _of_file(path)) for path in root.rglob("*.yaml"))))


@_per_process(_policies)
def policy_bundle():
    """The policies as they are on disk now."""
    from auditor.policy import PolicyBundle

    return PolicyBundle.load(settings.POLICIES_ROOT)


# generating


def _video_model() -> Hashable:
    name = settings.VIDEO_MODEL.partition(":")[0]
    added = name and _of_file(settings.MODELS_ROOT / f"{name}.json")
    return (settings.PREVIZ_DEVICE, settings.VIDEO_MODEL, added)


def _previz_device() -> str:
    from generator.backends.previz.frames import Device

    if settings.PREVIZ_DEVICE not in get_args(Device):
        raise ImproperlyConfigured(
            f"REELPROOF_PREVIZ_DEVICE is {settings.PREVIZ_DEVICE!r}; it must be one of {', '.join(get_args(Device))}"
        )
    return str(settings.PREVIZ_DEVICE)


@_per_process(_of_settings("PREVIZ_DEVICE"))
def previz_backend():
    """The previsualisation: what takes are rendered with, what looks are drawn over, what models learn from as drawn."""
    from generator.backends.previz import PrevizBackend

    return PrevizBackend(_previz_device())


@_per_process(_video_model)
def video_backend():
    """What renders takes: the previsualisation, or the model that the settings name. Its weights are looked at once here and
    again by the process that opens them."""
    if not settings.VIDEO_MODEL:
        return previz_backend()
    _previz_device()
    from generator.backends.diffusion.choosing import backend_of
    from generator.models import ModelRegistry

    return backend_of(settings.VIDEO_MODEL, ModelRegistry(settings.MODELS_ROOT))


#: Looks that a process keeps open: each holds a network of some megabytes.
_LOOKS_OPEN = 4
_looks: dict[Hashable, Any] = {}


def look_backend(folder: Path):
    """Previsualisation drawn over with the look in this folder, every file of which was compared with its digest. Opened
    again where the folder has changed. Raises ``ModelError`` for what is no look."""
    from generator.backends.looks import Look, LookBackend

    listed = tuple(_of_file(folder / name) for name in ("config.json", "bundle.json", "look.onnx"))
    key = (os.getpid(), str(folder), listed, settings.PREVIZ_DEVICE)
    with _lock:
        if key not in _looks:
            while len(_looks) >= _LOOKS_OPEN:
                del _looks[next(iter(_looks))]
            _looks[key] = LookBackend(Look.open(folder), base=previz_backend())
        return _looks[key]


def model_signing_key() -> Path:
    """The elliptic-curve key (P-256, PEM) that signs models which we trained, made at first use; its public half lies
    beside it."""
    from django_site.keys import signing_key_file

    return signing_key_file(settings.KEYS_ROOT / "models-p256.pem")


@_per_process(_of_settings("WRITER", "WRITER_MODEL", "WRITER_KEY_VARIABLE", "WRITER_LICENCE", "WRITER_SECONDS"))
def screenplay_writer():
    """Who writes screenplays: the grammar, a model on this machine, or one behind an address."""
    from django_site.writers import writer_open

    return writer_open()


# signing


def _authority_directory() -> Path:
    from auditor.provenance import DevelopmentAuthority

    directory: Path = settings.SIGNING_ROOT
    if settings.SIGNING_DEVELOPMENT_CA and not DevelopmentAuthority(directory).whole:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (directory / "lock").open("w") as lock:  # the site and its worker may both start for the first time
            fcntl.flock(lock, fcntl.LOCK_EX)
            DevelopmentAuthority(directory).complete()
    return directory


def _signing_files() -> Hashable:
    """What lies among the certificates now: a new one may be installed while we run."""
    root: Path = settings.SIGNING_ROOT
    return (str(root), tuple(sorted((str(path), _of_file(path)) for path in root.rglob("*.pem"))))


def signing_directory() -> Path:
    """Where certificates and trust anchors lie."""
    return _authority_directory()


@_per_process(lambda: (settings.SIGNER, _signing_files()))
def signer():
    """What signs what we release: a key in a file, on a PKCS#11 token (``pkcs11:…``), or behind a function of a key
    service (``callback:MODULE.FUNCTION``: digest in, signature out)."""
    from django.utils.module_loading import import_string

    from auditor.provenance import CallbackSigner, FileSigner, Pkcs11Signer

    directory = _authority_directory() / "identity"
    scheme, _, where = settings.SIGNER.partition(":")
    if scheme == "pkcs11":
        return Pkcs11Signer.open(settings.SIGNER, chain=directory / "chain.pem")
    if scheme == "callback":
        return CallbackSigner.open(chain=directory / "chain.pem", function=import_string(where))
    return FileSigner.open(directory)


@_per_process(_signing_files)
def organisation_identity():
    """The organisation that stands behind what we release, by a certificate of its own; ``None`` where none is
    installed."""
    from auditor.provenance import FileSigner, OrganisationIdentity

    directory = _authority_directory() / "organisation"
    return OrganisationIdentity(FileSigner.open(directory)) if (directory / "chain.pem").is_file() else None


@_per_process(_of_settings("TIMESTAMP_URL"))
def timestamps():
    """The time-stamp authority that says when something was signed (``development``: this machine's own clock, for trials);
    ``None`` where none is configured."""
    from auditor.provenance import DevelopmentTimestamps, TimestampAuthority

    if settings.TIMESTAMP_URL == "development":
        return DevelopmentTimestamps(_authority_directory() / "timestamps")
    return TimestampAuthority(settings.TIMESTAMP_URL) if settings.TIMESTAMP_URL else None


@_per_process(_signing_files)
def trust_list():
    """The roots that we trust when we read a file back: today's, and those of certificates that were replaced."""
    from auditor.provenance import TrustList

    directory = _authority_directory()
    now = TrustList.open(directory)
    earlier = sorted((directory / "earlier").glob("*.pem"))
    return TrustList.from_pem(
        b"".join([now.pem, *(path.read_bytes() for path in earlier)]),
        timestamps=now.timestamps,
        organisations=now.organisations,
    )


# finding again


@_per_process(_of_settings("WATERMARK"))
def watermarker():
    """What hides a number in each film, or ``None``."""
    from auditor.watermark import open_watermarker

    return open_watermarker(settings.WATERMARK)


@_per_process(lambda: (str(settings.RECOVERY_ROOT), settings.EMBEDDER, settings.RECOVERY_ROOT.exists()))
def recovery_index():
    """What was released, by which copies that lost their record find it again. It sees by itself what others add."""
    from auditor.recovery import RecoveryIndex

    return RecoveryIndex.open(settings.RECOVERY_ROOT, embedder(), create=True)


# asking others


@_per_process(_of_settings("CONSENT_REGISTRIES"))
def consent_registries():
    """Consent registries of others that the gates ask, as the settings list them; see ``auditor.likeness.registry``."""
    from auditor.likeness.registry import FileConsentRegistry, HttpConsentRegistry

    made = []
    for one in settings.CONSENT_REGISTRIES:
        if "path" in one:
            key = bytes.fromhex(one["public_key"]) if one.get("public_key") else None
            registry: Any = FileConsentRegistry(Path(one["path"]), public_key=key)
        else:
            registry = HttpConsentRegistry(one["url"], token=os.environ.get(one.get("token_variable", ""), ""))
        registry.required = bool(one.get("required", True))
        made.append(registry)
    return tuple(made)


def energy_meter():
    """A meter that counts from now on. Raises ``EnergyMeterError`` for a setting that names none."""
    from generator.energy import meter_named

    return meter_named(settings.ENERGY_METER, device="cuda" if settings.PREVIZ_DEVICE == "cuda" else "")


# reading viewers


@_per_process(_of_settings("TEXT_MODEL"))
def text_embedder():
    """What turns viewers' comments into vectors: the folder of a sentence model, where the settings name one, else the model
    that comes with a package. Raises ``EmbeddingError`` where there is neither."""
    from generator.audience.embedding import TransformersEmbedder, open_minilm

    return TransformersEmbedder(Path(settings.TEXT_MODEL)) if settings.TEXT_MODEL else open_minilm()

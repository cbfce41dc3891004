"""Replacing the signing certificate: tried before it is installed, and what was signed before stays trusted."""

import fcntl
import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from PIL import Image

from auditor.provenance import (
    Action,
    DevelopmentAuthority,
    FileSigner,
    ManifestDraft,
    ReportedSigner,
    Signer,
    TrustList,
    require_validity,
    sign,
)
from auditor.provenance import KeyUse as Use
from django_site import wiring
from django_site.apps.provenance.models import KeyUse, SigningCertificate
from django_site.apps.provenance.services.keys import certificate_record, certificates_retire
from django_site.errors import InputError, WrongStateError


def signing_rotate(*, source: Path | None) -> SigningCertificate:
    """Install the identity of ``source`` (``chain.pem``, ``key.pem``, and ``root.pem`` beside or above them), or without one
    a new development identity. The old root moves to ``earlier/``, the old key is destroyed.

    Raises ``InputError`` or ``IdentityError`` where the new one is unfit, expired or in use already: nothing has changed
    then.
    """
    if settings.SIGNER:
        raise WrongStateError("the key is not in a file here: replace it where it is, and identity/chain.pem beside it")
    root = wiring.signing_directory()
    with _alone(root), tempfile.TemporaryDirectory(dir=root, prefix=".rotation-") as name:
        prepared = Path(name)
        if source is None:
            if not settings.SIGNING_DEVELOPMENT_CA:
                raise WrongStateError(
                    "development certificates are not used here; name the directory of the new identity"
                )
            made = DevelopmentAuthority.create(prepared / "made")
            source = made.directory
        identity, anchor = _found(source)
        signer = FileSigner.open(identity)
        require_validity(signer)
        if signer.key_id == wiring.signer().key_id:
            raise InputError("this identity is the one in use; a rotation needs a new key")
        tried: list[Use] = []
        _try(ReportedSigner(signer, tried.append), TrustList.from_pem(anchor.read_bytes()), prepared)
        old = wiring.signer().key_id
        fresh = prepared / "identity"
        fresh.mkdir(mode=0o700)
        for file in ("chain.pem", "key.pem"):
            shutil.copy2(identity / file, fresh / file)
        (fresh / "key.pem").chmod(0o600)
        _install(root, fresh, anchor.read_bytes(), old)
    certificate = certificate_record(wiring.signer())
    for use in tried:  # of a key that was not ours yet when it was tried
        KeyUse.objects.create(certificate=certificate, purpose=use.purpose, digest_sha256=use.sha256)
    certificates_retire()
    return certificate


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    with (root / "rotation.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise WrongStateError("another rotation is under way; try again when it is done") from None
        yield


def _found(source: Path) -> tuple[Path, Path]:
    """The directory of the identity and the file of its root."""
    identity = source if (source / "key.pem").is_file() else source / "identity"
    for anchor in (source / "root.pem", source.parent / "root.pem", identity.parent / "root.pem"):
        if anchor.is_file():
            return identity, anchor
    raise InputError(f"{source} holds no root.pem beside its identity; without the root nothing would read as trusted")


def _try(signer: Signer, trust: TrustList, directory: Path) -> None:
    """Sign a picture and read it back under the new root alone: raises what signing raises."""
    picture = io.BytesIO()
    Image.new("RGB", (16, 16), (128, 128, 128)).save(picture, "PNG")
    (directory / "try.png").write_bytes(picture.getvalue())
    draft = ManifestDraft(
        "Trial of a signing certificate",
        "image/png",
        "digitalCreation",
        (Action("c2pa.created", "2026-01-01T00:00:00Z"),),
        kind="still",
    )
    sign(directory / "try.png", directory / "tried.png", draft=draft, signer=signer, trust=trust)


def _install(root: Path, fresh: Path, anchor: bytes, old: str) -> None:
    """The new root before the new identity, the old one kept: whatever stops in between, files read as trusted."""
    earlier = root / "earlier"
    earlier.mkdir(exist_ok=True)
    current = root / "root.pem"
    kept = earlier / f"root-{old[:16]}.pem"
    _write(kept, current.read_bytes())
    _write(current, anchor)
    retired = Path(tempfile.mkdtemp(dir=root, prefix=".retired-"))
    (root / "identity").rename(retired / "identity")
    fresh.rename(root / "identity")
    key = retired / "identity" / "key.pem"
    if key.exists():
        with key.open("r+b") as stream:  # overwritten before it is unlinked; journals and snapshots may still hold it
            stream.write(b"\0" * key.stat().st_size)
            stream.flush()
            os.fsync(stream.fileno())
    shutil.rmtree(retired)


def _write(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".{path.name}.new")
    with temporary.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)

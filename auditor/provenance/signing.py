"""Sign a file: its history kept, its source untouched, and nothing at the destination that was not read back as Trusted.

::

    output = sign(Path("cut.mp4"), Path("signed.mp4"), draft=draft, identity=identity, trust=trust, ingredients=shots)
    output.sha256, output.verification.state          # always "Trusted": anything else raises
"""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import c2pa

from auditor.canonical import sha256_file
from auditor.files import sync_directory
from auditor.plaintext import plain_text
from auditor.provenance import sniff
from auditor.provenance.authority import SigningIdentity
from auditor.provenance.draft import Ingredient, ManifestDraft, labelled
from auditor.provenance.errors import DraftError, HistoryError, RereadError, SigningError
from auditor.provenance.report import VerificationReport
from auditor.provenance.trust import BUFFER_BYTES, TrustList, context
from auditor.provenance.verifying import verify


@dataclass(frozen=True, slots=True)
class SignedOutput:
    """A signed file that a fresh reader found Trusted."""

    path: Path
    sha256: str
    manifest_label: str
    verification: VerificationReport


def sign(
    source: Path,
    destination: Path,
    *,
    draft: ManifestDraft,
    identity: SigningIdentity,
    trust: TrustList,
    ingredients: Sequence[Ingredient] = (),
) -> SignedOutput:
    """Sign ``source`` into ``destination`` (replaced whole, or not touched).

    Raises ``DraftError`` for a draft that is not in the vocabulary or not of the file's kind, ``HistoryError`` where the
    source is already signed and is not among ``ingredients`` as ``parentOf``, ``SigningError`` where the library can't sign,
    ``RereadError`` where the result or anything in its chain does not read as Trusted under ``trust``.
    """
    source, destination = Path(source), Path(destination)
    _check_paths(source, destination, draft)
    digests = [_digest(entry) for entry in ingredients]
    _keep_history(source, ingredients, digests)
    definition = draft.definition(list(zip(ingredients, digests, strict=True)))
    with _temporary_beside(destination, source) as temporary:
        _write(source, temporary, definition, draft.media_type, identity, trust, ingredients)
        with ThreadPoolExecutor(1) as beside:  # hashed and flushed to disk while the reader reads
            settled = beside.submit(_settle, temporary)
            verification = verify(temporary, trust=trust)
            digest = settled.result()
        if verification.state != "Trusted":
            why = "; ".join(reason.plain for reason in verification.reasons[:3])
            remedies = " ".join(dict.fromkeys(reason.remedy for reason in verification.reasons[:3] if reason.remedy))
            raise RereadError(
                f"the signed {source.name} reads as {verification.state}, not Trusted: {why} {remedies}".strip()
            )
        temporary.replace(destination)
    sync_directory(destination.parent)
    return SignedOutput(destination, digest, verification.manifest_label or "", verification)


def _settle(path: Path) -> str:
    """Put the file on disk for good and return its SHA-256."""
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
    return sha256_file(path)


def _check_paths(source: Path, destination: Path, draft: ManifestDraft) -> None:
    if not source.is_file():
        raise SigningError(f"{source} is not a file; pass the file to sign")
    if not destination.parent.is_dir():
        raise SigningError(f"{destination.parent} is not a directory; create it first")
    if destination.exists() and (not destination.is_file() or source.samefile(destination)):
        raise SigningError(f"{destination} is the source itself or no file; choose another destination")
    with source.open("rb") as stream:
        kind = sniff.media_type(stream.read(32))
    if kind != draft.media_type:
        raise DraftError(
            f"{source.name} is {kind or 'no media file that can be signed'}, but the draft says {draft.media_type}"
        )


def _open(ingredient: Ingredient) -> BinaryIO:
    if ingredient.path is not None:
        try:
            return ingredient.path.open("rb")
        except OSError as error:
            raise DraftError(
                f"the ingredient {ingredient.title!r} can't be read: {error.strerror}: {ingredient.path}"
            ) from error
    return BytesIO(ingredient.data or b"")


def _digest(ingredient: Ingredient) -> str:
    digest = hashlib.sha256()
    with _open(ingredient) as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _keep_history(source: Path, ingredients: Sequence[Ingredient], digests: Sequence[str]) -> None:
    """Refuse to sign over a record that the source carries, intact or damaged, unless it comes along as the parent."""
    parents = [digest for entry, digest in zip(ingredients, digests, strict=True) if entry.relationship == "parentOf"]
    earlier = verify(source, trust=None)
    if earlier.state == "NoCredentials" and all(reason.code != "manifest.remote" for reason in earlier.reasons):
        return
    if earlier.state == "Unreadable" and earlier.manifest_label is None and not parents:
        raise HistoryError(f"{source.name} can't be read, so its history can't be kept: {earlier.reasons[0].plain}")
    if sha256_file(source) not in parents:
        who = f" by {earlier.signer}" if earlier.signer else ""
        raise HistoryError(
            f"{source.name} is already signed{who}; pass it as a parentOf ingredient so that its history is kept, not erased"
        )


def _write(
    source: Path,
    temporary: Path,
    definition: dict[str, object],
    media_type: str,
    identity: SigningIdentity,
    trust: TrustList,
    ingredients: Sequence[Ingredient],
) -> None:
    try:
        info = c2pa.C2paSignerInfo(identity.algorithm, identity.chain_pem, identity.key_pem, None)
        with (
            c2pa.Signer.from_info(info) as signer,
            c2pa.Builder(definition, context=context(trust)) as builder,
            source.open("rb", buffering=BUFFER_BYTES) as reading,
            temporary.open("w+b", buffering=BUFFER_BYTES) as writing,
        ):
            for entry, label in zip(ingredients, labelled(ingredients), strict=True):
                document = {
                    "title": entry.title,
                    "label": label,
                    "relationship": entry.relationship,
                    "format": entry.media_type,
                }
                with _open(entry) as stream:
                    builder.add_ingredient(document, entry.media_type, stream)
            builder.sign(signer, media_type, reading, writing)
    except (c2pa.C2paError, OSError, ValueError) as error:
        words = plain_text(str(error), 240)
        raise SigningError(
            f"{source.name} could not be signed: {words}; nothing was written to the destination"
        ) from None


@contextlib.contextmanager
def _temporary_beside(destination: Path, source: Path) -> Iterator[Path]:
    """A new file in the destination's directory, gone afterwards unless it was renamed; as readable as the source."""
    descriptor, name = tempfile.mkstemp(dir=destination.parent, prefix=".signing-", suffix=destination.suffix)
    os.fchmod(descriptor, source.stat().st_mode & 0o666)
    os.close(descriptor)
    temporary = Path(name)
    try:
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)

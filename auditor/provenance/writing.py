"""How a record gets into a file: written beside the destination, read again by a fresh reader, only then put in place."""

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import c2pa

from auditor.canonical import sha256_file
from auditor.files import sync_directory
from auditor.plaintext import plain_text
from auditor.provenance import sniff
from auditor.provenance.draft import Ingredient, labelled
from auditor.provenance.errors import DraftError, RereadError, SigningError, TimestampUnavailableError
from auditor.provenance.native import native_signer, with_identity
from auditor.provenance.organisation import VOUCHED_FOR, OrganisationIdentity, identity_missing
from auditor.provenance.report import VerificationReport
from auditor.provenance.signers import Signer, require_validity
from auditor.provenance.streaming import refuse_streams
from auditor.provenance.streams import BUFFER_BYTES, open_steadily
from auditor.provenance.timestamps import TimestampSource, relay
from auditor.provenance.trust import TrustList, context, settings
from auditor.provenance.verifying import verify

#: What can hold no record inside: it lies beside the file, bound to its bytes.
BESIDE_ONLY = frozenset({"text/vtt", "application/x-subrip"})
#: Whose records the library does not read alone.
_READ_WHOLE = BESIDE_ONLY | {"application/x-zip"}


@dataclass(frozen=True, slots=True)
class SignedOutput:
    """A signed file that a fresh reader found Trusted. ``sidecar`` is the record beside it, where there is one."""

    path: Path
    sha256: str
    manifest_label: str
    verification: VerificationReport
    sidecar: Path | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be signed by whom.

    ``leaf_kb``: KiB of the pictures under each hash, so that changes can be placed; 0 for one hash of all. ``update``: the
    record adds to the one that is there and leaves the pictures alone; ``late``: it holds time stamps for earlier records
    that have none. ``unknown_signers``: ingredients may be signed by whom we don't know.
    """

    source: Path
    media_type: str
    definition: Mapping[str, Any]
    signer: Signer
    trust: TrustList
    ingredients: Sequence[Ingredient] = ()
    organisation: OrganisationIdentity | None = None
    timestamps: TimestampSource | None = None
    leaf_kb: int = 0
    update: bool = False
    late: bool = False
    unknown_signers: bool = False

    def write(self, destination: Path | None) -> bytes:
        """Sign into ``destination``, or, without one, make a record of ``source`` as it is. Returns the record."""
        failures: list[BaseException] = []
        try:
            with contextlib.ExitStack() as stack:
                url = stack.enter_context(relay(self.timestamps, failures)) if self.timestamps is not None else None
                signer = stack.enter_context(self._native(failures, url))
                here = self._context(embedded=destination is not None, tsa_url=url)
                builder = stack.enter_context(c2pa.Builder(dict(self.definition), context=here))
                reading = stack.enter_context(open_steadily(self.source))
                writing: BinaryIO = BytesIO()
                if destination is None:
                    builder.set_no_embed()
                else:
                    writing = stack.enter_context(destination.open("w+b", buffering=BUFFER_BYTES))
                if self.update:
                    builder.set_intent(c2pa.C2paBuilderIntent.UPDATE)
                self._add_ingredients(builder)
                record: bytes = builder.sign(signer, self.media_type, reading, writing)
                return record
        except (c2pa.C2paError, OSError, ValueError) as error:
            raise self._failure(error, failures) from None

    def _failure(self, error: Exception, failures: Sequence[BaseException]) -> BaseException:
        if failures:
            return failures[0]
        kept = "nothing was written to the destination"
        name, words = self.source.name, plain_text(str(error), 240)
        if isinstance(error, OSError):
            return SigningError(f"{name} could not be signed: {error.strerror or words}; {kept}")
        if self.timestamps is not None and "http resolver" in words:
            return TimestampUnavailableError(
                "the library did not reach our relay for time stamps on 127.0.0.1; "
                f"where HTTP_PROXY is set, name that address in NO_PROXY; {kept}"
            )
        if self.timestamps is not None and ("timestamp" in words.lower() or "time stamp" in words.lower()):
            return TimestampUnavailableError(f"the time stamp for {name} is not sound: {words}; {kept}")
        return SigningError(f"{name} could not be signed: {words}; {kept}")

    def _context(self, *, embedded: bool, tsa_url: str | None) -> c2pa.Context:
        if not self.late or tsa_url is None:
            return context(self.trust, leaf_kb=self.leaf_kb if embedded else 0)
        chosen = settings(self.trust)  # not kept for next time: the relay's address is another then
        chosen["builder"]["auto_timestamp_assertion"] = {"enabled": True, "skip_existing": True, "fetch_scope": "all"}
        chosen["core"]["allowed_network_hosts"] = [tsa_url.split("/")[2]]
        return c2pa.Context.from_dict(chosen)

    def _native(self, failures: list[BaseException], tsa_url: str | None) -> c2pa.Signer:
        claim = native_signer(self.signer, failures, tsa_url=tsa_url)
        if self.organisation is None:
            return claim
        identity = native_signer(self.organisation.signer, failures)
        return with_identity(claim, identity, referenced=VOUCHED_FOR, roles=self.organisation.roles)

    def _add_ingredients(self, builder: c2pa.Builder) -> None:
        for entry, label in zip(self.ingredients, labelled(self.ingredients), strict=True):
            document = {
                "title": entry.title,
                "label": label,
                "relationship": entry.relationship,
                "format": entry.media_type,
            }
            with open_ingredient(entry) as stream:
                builder.add_ingredient(document, entry.media_type, stream)


def check_certificates(signer: Signer, organisation: OrganisationIdentity | None) -> None:
    """Raises ``IdentityError`` where a certificate has expired or is not valid yet."""
    require_validity(signer)
    if organisation is not None:
        require_validity(organisation.signer)


def check_paths(source: Path, destination: Path) -> str | None:
    """The media type of ``source`` by its content. Raises ``SigningError`` where a path can't be used, or leads to a part
    of a stream."""
    if not source.is_file():
        raise SigningError(f"{source} is not a file; pass the file to sign")
    if not destination.parent.is_dir():
        raise SigningError(f"{destination.parent} is not a directory; create it first")
    if destination.exists() and (not destination.is_file() or source.samefile(destination)):
        raise SigningError(f"{destination} is the source itself or no file; choose another destination")
    with source.open("rb") as stream:
        head = stream.read(sniff.HEAD_BYTES)
    refuse_streams(source, head)
    return sniff.media_type(head)


def open_ingredient(ingredient: Ingredient) -> BinaryIO:
    """Its bytes as a stream. Raises ``DraftError`` where its file can't be read."""
    if ingredient.path is not None:
        try:
            return ingredient.path.open("rb")
        except OSError as error:
            raise DraftError(
                f"the ingredient {ingredient.title!r} can't be read: {error.strerror}: {ingredient.path}"
            ) from error
    return BytesIO(ingredient.data or b"")


def deliver(
    job: Job, destination: Path, sidecar: Path | None, *, require: Callable[[Path, bytes], None] | None = None
) -> SignedOutput:
    """Sign, read again, and put in place; or raise and leave everything as it was.

    ``require`` may refuse the result by raising. Raises what ``Job.write`` raises, and ``RereadError`` where the result does
    not read as Trusted or lacks what was asked for.
    """
    if job.media_type in BESIDE_ONLY and sidecar is None:
        sidecar = destination.with_name(destination.name + ".c2pa")
    with contextlib.ExitStack() as stack:
        temporary = stack.enter_context(_temporary_beside(destination, job))
        beside = None
        if sidecar is not None:
            beside = stack.enter_context(_temporary_beside(sidecar, job))
            record = job.write(None)
            with _on_disk(job):
                beside.write_bytes(record)
                _settle(beside)
            verification = verify(job.source, trust=job.trust, sidecar=beside)
            _require(verification, job.source, record, job)
        if job.media_type in BESIDE_ONLY:
            with _on_disk(job):
                shutil.copyfile(job.source, temporary)
                digest = _settle(temporary)
        else:
            record = job.write(temporary)
            with _on_disk(job), ThreadPoolExecutor(1) as aside:  # hashed and flushed to disk while the reader reads
                settled = aside.submit(_settle, temporary)
                verification = verify(temporary, trust=job.trust)
                digest = settled.result()
            _require(verification, temporary, record, job)
            if require is not None:
                require(temporary, record)
        with _on_disk(job):
            if sidecar is not None and beside is not None:
                beside.replace(sidecar)
            temporary.replace(destination)
            sync_directory(destination.parent)
    return SignedOutput(destination, digest, verification.manifest_label or "", verification, sidecar)


@contextlib.contextmanager
def _on_disk(job: Job) -> Iterator[None]:
    """What the disk refuses, in our words. What a signer raises is not about the disk and passes."""
    try:
        yield
    except OSError as error:
        raise SigningError(
            f"{job.source.name} could not be signed: {error.strerror or error}; nothing was written to the destination"
        ) from None


def _require(verification: VerificationReport, path: Path, record: bytes, job: Job) -> None:
    """Raises ``RereadError`` where what was signed does not read as Trusted or does not hold what was asked for."""
    name = job.source.name
    passing = job.unknown_signers and verification.state == "Valid" and all(one.where for one in verification.reasons)
    if verification.state != "Trusted" and not passing:  # a reason without a place would be about the file itself
        why = "; ".join(reason.plain for reason in verification.reasons[:3])
        remedies = " ".join(dict.fromkeys(reason.remedy for reason in verification.reasons[:3] if reason.remedy))
        raise RereadError(f"the signed {name} reads as {verification.state}, not Trusted: {why} {remedies}".strip())
    if job.organisation is None and job.timestamps is None:
        return
    with contextlib.ExitStack() as stack:
        if job.media_type in _READ_WHOLE:  # the library reads such a record only together with what it is about
            beside = record if job.media_type in BESIDE_ONLY else None
            stream = stack.enter_context(path.open("rb"))
            reader = c2pa.Reader(job.media_type, stream, beside, context=context(job.trust))
        else:
            reader = c2pa.Reader("application/c2pa", BytesIO(record), context=context(job.trust))
        store = json.loads(stack.enter_context(reader).json())
    if store["active_manifest"] != verification.manifest_label:
        raise RereadError(f"the record in the signed {name} is not the one that was made; sign again")
    results = store["validation_results"]["activeManifest"]
    passed = {entry["code"] for entry in results.get("success", [])}
    if job.organisation is not None:
        manifest = store["manifests"][store["active_manifest"]]
        if why := identity_missing(manifest, passed, job.organisation):
            who = job.organisation.signer.organisation
            raise RereadError(f"the signed {name} does not assert the organisation {who!r}: {why}")
    if job.timestamps is not None and "timeStamp.trusted" not in passed:
        raise RereadError(
            f"the time stamp of the signed {name} is not by an authority on your list; "
            "add its root (tsa*.pem) to the trust list"
        )


def _settle(path: Path) -> str:
    """Put the file on disk for good and return its SHA-256."""
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
    return sha256_file(path)


@contextlib.contextmanager
def _temporary_beside(destination: Path, job: Job) -> Iterator[Path]:
    """A new file in the destination's directory, gone afterwards unless it was renamed; as readable as the source."""
    with _on_disk(job):
        descriptor, name = tempfile.mkstemp(dir=destination.parent, prefix=".signing-", suffix=destination.suffix)
        os.fchmod(descriptor, job.source.stat().st_mode & 0o666)
        os.close(descriptor)
    temporary = Path(name)
    try:
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)

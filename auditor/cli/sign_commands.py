"""What ``identity`` and ``sign`` do."""

import mimetypes
import multiprocessing
from argparse import Namespace
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor.cli.documents import json_object
from auditor.cli.terminal import CLEAN, FOUND, INTERNAL, answer, progress_on_terminal
from auditor.errors import AuditorError, BadInputError
from auditor.media import probe
from auditor.media.types import OnProgress, Progress
from auditor.provenance import (
    DevelopmentAuthority,
    DevelopmentTimestamps,
    FileSigner,
    Ingredient,
    OrganisationIdentity,
    Pkcs11Signer,
    Signer,
    TimestampAuthority,
    TimestampSource,
    TrustList,
    sign,
    sniff,
)
from auditor.provenance.documents import draft_from_document

#: Most processes; each takes a file's buffers and an own copy of the library.
_MAX_JOBS = 64
#: A manifest document is written by hand; what is longer is none.
_MAX_DOCUMENT_BYTES = 4 << 20


def run_identity(arguments: Namespace) -> int:
    authority = DevelopmentAuthority.create(arguments.directory)
    signer = FileSigner.open(authority.identity_directory)
    document = {
        "identity": str(authority.identity_directory),
        "organisation": str(authority.organisation_directory),
        "trust": str(authority.root),
        "name": signer.name,
        "not_after": signer.not_after.isoformat(),
    }
    lines = [f"{signer.name}, valid until {signer.not_after:%d %B %Y}", f"trust anchor: {authority.root}"]
    answer(document, lines, as_json=arguments.as_json)
    return CLEAN


@dataclass(frozen=True, slots=True)
class Order:
    """How files are signed, in plain values: every process opens keys and certificates for itself."""

    manifest: dict[str, Any]
    identity: Path | None
    pkcs11: str | None
    chain: Path | None
    organisation: Path | None
    tsa: str | None
    trust: Path | None
    parent: Path | None
    parts: tuple[Path, ...]
    inputs: tuple[Path, ...]
    sidecar: bool
    localisable: bool | None
    unknown_signers: bool

    @classmethod
    def of(cls, arguments: Namespace) -> "Order":
        """Raises ``BadInputError`` where the options don't fit together."""
        if arguments.pkcs11 and not (arguments.chain and arguments.trust):
            raise BadInputError(
                "--pkcs11 needs the certificates of its key (--chain PEM) and the anchors (--trust DIR)"
            )
        if arguments.tsa == "development" and not arguments.identity:
            raise BadInputError("--tsa development needs --identity, the directory of a development identity")
        return cls(
            manifest=json_object(arguments.manifest, most=_MAX_DOCUMENT_BYTES, what="manifest document"),
            identity=arguments.identity,
            pkcs11=arguments.pkcs11,
            chain=arguments.chain,
            organisation=arguments.organisation,
            tsa=arguments.tsa,
            trust=arguments.trust,
            parent=arguments.parent,
            parts=tuple(arguments.ingredient),
            inputs=tuple(arguments.input),
            sidecar=arguments.sidecar,
            localisable=arguments.localisable,
            unknown_signers=arguments.unknown_signers,
        )

    def signer(self) -> Signer:
        if self.pkcs11 is not None and self.chain is not None:
            return Pkcs11Signer.open(self.pkcs11, chain=self.chain)
        return FileSigner.open(self.identity or Path())

    def timestamps(self) -> TimestampSource | None:
        if self.tsa == "development":
            return DevelopmentTimestamps(self._authority() / "timestamps")
        return TimestampAuthority(self.tsa) if self.tsa else None

    def anchors(self) -> TrustList:
        return TrustList.open(self.trust or self._authority())

    def _authority(self) -> Path:
        """The directory with ``root.pem``, whether it was given itself or the identity inside."""
        identity = self.identity or Path()
        return identity if (identity / "root.pem").is_file() else identity.parent

    def ingredients(self) -> list[Ingredient]:
        files = [("parentOf", self.parent)] if self.parent else []
        files += [("componentOf", file) for file in self.parts] + [("inputTo", file) for file in self.inputs]
        return [_ingredient(file, relationship, number) for number, (relationship, file) in enumerate(files, 1)]


def run_sign(arguments: Namespace) -> int:
    if not 1 <= arguments.jobs <= _MAX_JOBS:
        raise BadInputError(f"--jobs {arguments.jobs}: pass a number from 1 to {_MAX_JOBS}")
    order, sources, destination = Order.of(arguments), arguments.sources, arguments.destination
    if len(sources) == 1 and not destination.is_dir():
        done = sign_one(order, sources[0], destination)
        answer(done, _lines([done]), as_json=arguments.as_json)
        return CLEAN
    pairs = _pairs(sources, destination)
    order.signer()  # what is wrong with all of them is said once, not once for each file
    with progress_on_terminal() as show:
        entries = _sign_all(order, pairs, arguments.jobs, show)
    failed = [entry for entry in entries if "error" in entry]
    lines = [*_lines(entries), f"{len(entries)} files, {len(entries) - len(failed)} of them signed"]
    answer(entries, lines, as_json=arguments.as_json)
    return INTERNAL if any(entry["internal"] for entry in failed) else FOUND if failed else CLEAN


def _pairs(sources: Sequence[Path], directory: Path) -> list[tuple[Path, Path]]:
    """Where each goes. Raises ``BadInputError`` where one would take another's place."""
    if not directory.is_dir():
        raise BadInputError(f"{directory} is not a directory; create it first, or pass a single IN")
    names: dict[str, Path] = {}
    for source in sources:
        if not source.is_file():
            raise BadInputError(f"{source}: no such file")
        if source.name in names:
            raise BadInputError(
                f"{source} and {names[source.name]} would both become {directory / source.name}; rename one"
            )
        names[source.name] = source
    return [(source, directory / source.name) for source in sources]


def sign_one(order: Order, source: Path, destination: Path) -> dict[str, Any]:
    """Sign one file and say what came of it. Raises what ``auditor.provenance.sign`` raises, and ``BadInputError``."""
    if not source.is_file():
        raise BadInputError(f"{source}: no such file")
    with source.open("rb") as stream:
        media_type = sniff.media_type(stream.read(sniff.HEAD_BYTES))
    if media_type is None:
        raise BadInputError(f"{source}: no picture, sound, film, captions or document that can be signed")
    if media_type.startswith("video/"):
        probe(source)  # what can't be played is not signed
    ingredients = order.ingredients()
    organisation = None if order.organisation is None else OrganisationIdentity(FileSigner.open(order.organisation))
    signer = order.signer()
    output = sign(
        source,
        destination,
        draft=draft_from_document(order.manifest, source=source, media_type=media_type, ingredients=ingredients),
        signer=signer,
        trust=order.anchors(),
        ingredients=ingredients,
        organisation=organisation,
        timestamps=order.timestamps(),
        localisable=order.localisable,
        sidecar=destination.with_name(f"{destination.name}.c2pa") if order.sidecar else None,
        unknown_signers=order.unknown_signers,
    )
    return {
        "in": str(source),
        "out": str(output.path),
        "sidecar": str(output.sidecar) if output.sidecar else None,
        "sha256": output.sha256,
        "manifest": output.manifest_label,
        "signer": signer.name,
        "verify": output.verification.as_dict(),
    }


def _sign_all(order: Order, pairs: Sequence[tuple[Path, Path]], jobs: int, show: OnProgress) -> list[dict[str, Any]]:
    """An entry for each pair, in their order; what fails, or even kills its process, takes no other file with it."""
    entries: dict[int, dict[str, Any]] = {}
    again: list[int] = []
    # The library's contexts don't survive a fork, so that processes are started afresh.
    afresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(jobs, len(pairs)), mp_context=afresh) as pool:
        futures: dict[Future[dict[str, Any]], int] = {
            pool.submit(_entry, order, *pair): number for number, pair in enumerate(pairs)
        }
        for future in as_completed(futures):
            try:
                entries[futures[future]] = future.result()
            except BrokenProcessPool:
                again.append(futures[future])
            show(Progress("signing", len(entries), len(pairs)))
    for number in sorted(again):  # a process died: which file did it is found out one by one
        with ProcessPoolExecutor(1, mp_context=afresh) as alone:
            try:
                entries[number] = alone.submit(_entry, order, *pairs[number]).result()
            except BrokenProcessPool:
                words = "the process that signed it died, perhaps for want of memory; nothing was written"
                entries[number] = {"in": str(pairs[number][0]), "error": words, "internal": True}
        show(Progress("signing", len(entries), len(pairs)))
    return [entries[number] for number in range(len(pairs))]


def _entry(order: Order, source: Path, destination: Path) -> dict[str, Any]:
    try:
        return sign_one(order, source, destination)
    except AuditorError as error:
        return {"in": str(source), "error": str(error), "internal": False}
    except Exception as error:
        return {"in": str(source), "error": f"internal error: {type(error).__name__}: {error}", "internal": True}


def _lines(entries: Sequence[dict[str, Any]]) -> list[str]:
    return [
        f"{entry['in']}: not signed: {entry['error']}"
        if "error" in entry
        else f"{entry['out']}: signed by {entry['signer']}, read again as {entry['verify']['state']}"
        for entry in entries
    ]


def _ingredient(file: Path, relationship: Any, number: int) -> Ingredient:
    if not file.is_file():
        raise BadInputError(f"{file}: no such file")
    with file.open("rb") as stream:
        media_type = sniff.media_type(stream.read(sniff.HEAD_BYTES))
    media_type = media_type or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return Ingredient(
        path=file, media_type=media_type, relationship=relationship, title=file.name, label=f"ingredient-{number}"
    )


SIGN_COMMANDS: dict[str, Callable[[Namespace], int]] = {"identity": run_identity, "sign": run_sign}

"""What ``verify`` and ``inspect`` do."""

import multiprocessing
from argparse import Namespace
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from auditor.cli.terminal import CLEAN, FOUND, answer, progress_on_terminal
from auditor.errors import BadInputError
from auditor.media.types import OnProgress, Progress
from auditor.provenance import TrustList, VerificationReport, sniff, verify
from auditor.provenance.inspecting import Record, inspect

#: Most processes; each takes a file's buffers and an own copy of the library.
_MAX_JOBS = 64
#: Most places and gaps that are listed for people; ``--json`` has them all.
_SHOWN = 20


def run_verify(arguments: Namespace) -> int:
    trust = TrustList.open(arguments.trust) if arguments.trust else None
    if not 1 <= arguments.jobs <= _MAX_JOBS:
        raise BadInputError(f"--jobs {arguments.jobs}: pass a number from 1 to {_MAX_JOBS}")
    files, several = _files(arguments.files)
    if arguments.sidecar is not None and several:
        raise BadInputError("--sidecar is the record of one file; verify the others by themselves")
    with progress_on_terminal() as show:
        reports = _reports(files, trust, arguments.sidecar, arguments.jobs, show)
    lines = [line for file, report in zip(files, reports, strict=True) for line in _lines(file, report)]
    if several:
        trusted = sum(report.state == "Trusted" for report in reports)
        lines.append(f"{len(files)} files, {trusted} of them trusted")
        document: Any = [{"file": str(file), **report.as_dict()} for file, report in zip(files, reports, strict=True)]
    else:
        document = reports[0].as_dict()
    answer(document, lines, as_json=arguments.as_json)
    return CLEAN if all(report.state == "Trusted" for report in reports) else FOUND


def _files(paths: Sequence[Path]) -> tuple[list[Path], bool]:
    """The files meant, and whether the answer is a list: for several paths, or a directory."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = [one for one in sorted(path.rglob("*")) if one.is_file() and _is_media(one)]
            if not inside:
                raise BadInputError(f"{path} holds no file of a kind that can carry a signed record")
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise BadInputError(f"{path}: no such file")
    return found, len(paths) > 1 or paths[0].is_dir()


def _is_media(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return not path.name.startswith(".") and sniff.media_type(stream.read(sniff.HEAD_BYTES)) is not None
    except OSError:
        return True  # what can't be read is said to be unreadable, not passed over


def _reports(
    files: Sequence[Path], trust: TrustList | None, sidecar: Path | None, jobs: int, show: OnProgress
) -> list[VerificationReport]:
    one = partial(verify_with_sidecar, trust=trust, sidecar=sidecar)
    if jobs == 1 or len(files) == 1:
        return _shown(map(one, files), len(files), show)
    # The library's contexts don't survive a fork, so that processes are started afresh.
    pool = ProcessPoolExecutor(min(jobs, len(files)), mp_context=multiprocessing.get_context("spawn"))
    with pool:
        return _shown(pool.map(one, files), len(files), show)


def _shown(reports: Iterable[VerificationReport], total: int, show: OnProgress) -> list[VerificationReport]:
    found = []
    for report in reports:
        found.append(report)
        show(Progress("verifying", len(found), total))
    return found


def verify_with_sidecar(path: Path, *, trust: TrustList | None, sidecar: Path | None) -> VerificationReport:
    """The verdict on a file: by ``sidecar`` if given, else by its own record, else by one called like it beside it."""
    if sidecar is not None:
        return verify(path, trust=trust, sidecar=sidecar)
    report = verify(path, trust=trust)
    beside = [path.with_name(f"{path.name}.c2pa"), path.with_suffix(".c2pa")]
    found = next((one for one in beside if one.is_file() and one != path), None)
    if report.state == "NoCredentials" and found is not None:
        return verify(path, trust=trust, sidecar=found)
    return report


def _lines(file: Path, report: VerificationReport) -> list[str]:
    lines = [f"{file.name}: {report.state}"]
    lines += [f"  {reason.plain} {reason.remedy}".rstrip() for reason in report.reasons]
    lines += [f"  {change.plain}" for change in report.changes[:_SHOWN]]
    if len(report.changes) > _SHOWN:
        lines.append(f"  … and {len(report.changes) - _SHOWN} places more.")
    lines += [f"  {_STANDING[one.standing]} {one.name}" for one in report.identities]
    lines += [f"  Note: {note.plain}" for note in report.notes]
    gaps = [part for part in report.uncovered if part.box not in ("record", "ftyp")]
    lines += [f"  Not covered by the signature: {part.holds}, at byte {part.offset}." for part in gaps[:_SHOWN]]
    lines += [f"  {'  ' * link.depth}{link.relationship}: {link.title} ({link.state})" for link in report.chain]
    return lines


_STANDING = {
    "trusted": "On behalf of",
    "unknown": "It names, without anybody on your trust list vouching for it:",
    "invalid": "It names, with a signature that does not fit:",
}


def run_inspect(arguments: Namespace) -> int:
    trust = TrustList.open(arguments.trust) if arguments.trust else None
    record = inspect(arguments.file, trust=trust, sidecar=arguments.sidecar)
    lines = [*_lines(arguments.file, record.verdict), *_record_lines(record)]
    answer(record.as_dict(), lines, as_json=arguments.as_json)
    return CLEAN if record.verdict.state == "Trusted" else FOUND


def _record_lines(record: Record) -> list[str]:
    lines: list[str] = []
    for manifest in record.manifests:
        signature = manifest["signature"]
        lines += ["", f"Record {manifest['label']}" + (" (the file's own)" if manifest["active"] else "")]
        lines.append(f"  title: {manifest['title'] or 'untitled'}; written by {manifest['generator'] or 'not named'}")
        lines.append(
            f"  signed by {signature['signer'] or 'not named'} ({signature['organisation'] or 'no organisation'}), "
            f"{signature['algorithm'] or 'unknown algorithm'}, certificate {signature['serial'] or 'without number'}"
        )
        if signature["not_after"]:
            lines.append(f"  certificate valid {signature['not_before']} to {signature['not_after']}")
        if signature["time"]:
            lines.append(f"  time stamp {signature['time']} by {signature['authority'] or 'not named'}")
        lines += [f"  statement {one['label']}" for one in manifest["assertions"]]
        lines += [f"  {one['relationship']}: {one['title']}" for one in manifest["ingredients"]]
        lines += [f"  blacked out: {one}" for one in manifest["redactions"]]
        lines += [f"  {one['kind']} {one['code']}: {one['plain']}" for one in manifest["checks"]]
    return lines


VERIFY_COMMANDS: dict[str, Callable[[Namespace], int]] = {"verify": run_verify, "inspect": run_inspect}

"""``index import``, ``replace`` and ``remove``: works with their licences; and what a match says of them."""

from argparse import Namespace
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from auditor.cli.opening import embedder_name, open_index
from auditor.cli.terminal import CLEAN, FOUND, answer, progress_on_terminal
from auditor.corpus import (
    LicenceRegister,
    Registered,
    import_corpus,
    licence_in_words,
    licence_of,
    open_source,
    read_licence_table,
)
from auditor.embeddings import open_embedder
from auditor.index import WorkIndex
from auditor.matching.sound import sound_print
from auditor.media.types import OnProgress, Progress


def run_index_import(arguments: Namespace) -> int:
    table = read_licence_table(arguments.licences)
    source = open_source(arguments.source, apart=arguments.licences)
    exists = (arguments.index / "manifest.json").exists()
    embedder = open_embedder(embedder_name(arguments.index) if exists else arguments.embedder)
    index = WorkIndex.open(arguments.index, embedder, create=True, sound_print=sound_print)
    with progress_on_terminal() as show:
        report = import_corpus(index, source, table, unlisted=arguments.unlisted, on_progress=_in_one_line(show))
    info = index.info()
    lines = [f"{r.file}: {r.outcome}, {r.reason}" for r in report.results if r.reason]
    lines += [f"{name}: listed, but not in {arguments.source}" for name in report.missing]
    lines += [f"{work_id}: its licence was another before" for work_id in report.relicensed]
    lines.append(
        f"{report.count('registered')} registered, {report.count('already')} already there, "
        f"{report.count('refused')} refused, {report.count('unlisted')} not listed, {len(report.missing)} missing; "
        f"{info.works} works in {arguments.index}"
    )
    answer({**report.as_dict(), "index": info.as_dict()}, lines, as_json=arguments.as_json)
    return CLEAN if report.complete else FOUND


def _in_one_line(show: OnProgress) -> OnProgress:
    """Files move the bar; the bytes that were read stand beside it."""
    megabytes = 0.0

    def both(progress: Progress) -> None:
        nonlocal megabytes
        if progress.unit == "bytes":
            megabytes = progress.done / 1e6
        else:
            show(replace(progress, stage=f"{progress.stage}, {megabytes:,.0f} MB read"))

    return both


def run_index_replace(arguments: Namespace) -> int:
    index, register = open_index(arguments.index), LicenceRegister(arguments.index)
    licensed = licence_of(register.read(), arguments.work_id, index.assets().get(arguments.work_id, ()))
    with progress_on_terminal() as show:
        references = index.replace(arguments.work_id, arguments.files, title=arguments.title, on_progress=show)
    digests = [reference.asset_sha256 for reference in references]
    keep = arguments.keep_licence and licensed is not None
    register.restate(arguments.work_id, digests if keep else None)
    line = f"{arguments.work_id}: {len(digests)} files now; " + (
        "licence kept" if keep else "no licence is known for it"
    )
    document = {
        "replaced": arguments.work_id,
        "assets": digests,
        "licence": licensed.as_dict() if licensed and keep else None,
        "index": index.info().as_dict(),
    }
    answer(document, [line], as_json=arguments.as_json)
    return CLEAN


def run_index_remove(arguments: Namespace) -> int:
    index = open_index(arguments.index)
    index.remove(arguments.work_id)
    LicenceRegister(arguments.index).restate(arguments.work_id, None)
    info = index.info()
    answer({"removed": arguments.work_id, "index": info.as_dict()}, [f"{arguments.work_id}: removed"],
           as_json=arguments.as_json)  # fmt: skip
    return CLEAN


def say_licences(index: WorkIndex, records: Mapping[str, Registered], segments: list[dict[str, Any]]) -> list[str]:
    """Put ``licence`` and ``licence_plain`` into each segment that names a work; one line for each, for people (empty for
    one that names a person)."""
    now, assets = datetime.now(UTC), index.assets()
    lines = []
    for segment in segments:
        if segment["work_id"] is None:
            lines.append("")
            continue
        work_id = str(segment["work_id"])
        licence = licence_of(records, work_id, assets.get(work_id, ()))
        segment["licence"] = {**licence.as_dict(), "active": licence.active(now)} if licence else None
        segment["licence_plain"] = licence_in_words(licence, now)
        lines.append(segment["licence_plain"])
    return lines


CORPUS_COMMANDS: dict[str, Callable[[Namespace], int]] = {
    "index import": run_index_import,
    "index replace": run_index_replace,
    "index remove": run_index_remove,
}

"""What each command does: read the arguments, make one call into the auditor, say what came of it."""

from argparse import Namespace
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from auditor.audit import Auditor
from auditor.cli.corpus_commands import CORPUS_COMMANDS, say_licences
from auditor.cli.documents import json_object
from auditor.cli.face_commands import FACE_COMMANDS, opened_faces
from auditor.cli.opening import embedder_name, open_index
from auditor.cli.recovery_commands import RECOVERY_COMMANDS
from auditor.cli.resemblance_commands import RESEMBLANCE_COMMANDS, opened_resemblance, resemblance_lines
from auditor.cli.sign_commands import SIGN_COMMANDS
from auditor.cli.terminal import CLEAN, FOUND, answer, progress_on_terminal
from auditor.cli.text_commands import TEXT_COMMANDS
from auditor.cli.verify_commands import VERIFY_COMMANDS
from auditor.cli.voice_commands import VOICE_COMMANDS, opened_voices
from auditor.corpus import LicenceRegister
from auditor.embeddings import open_embedder
from auditor.errors import BadInputError
from auditor.html_report import write_html_report
from auditor.index import WorkIndex
from auditor.matching.negatives import Negative, NegativeFile, negative_of
from auditor.matching.sound import sound_print
from auditor.media import probe
from auditor.policy import PolicyBundle
from auditor.policy import schema as facts_schema
from auditor.policy.explaining import explain
from auditor.report import RESEMBLANCE_KINDS, AuditReport, Finding


def run_probe(arguments: Namespace) -> int:
    info = probe(arguments.file)
    sound = info.audio_codec or "no sound"
    line = (
        f"{arguments.file.name}: {info.duration:.2f} s, {info.width} x {info.height}, {info.fps:.3g} frames/s, "
        f"{info.frames} frames, {info.video_codec}, {sound}"
    )
    answer(info.as_dict(), [line], as_json=arguments.as_json)
    return CLEAN


def run_index_add(arguments: Namespace) -> int:
    for file in arguments.files:
        probe(file)  # all files are looked at before the first is registered
    index = WorkIndex.open(arguments.index, open_embedder(arguments.embedder), create=True, sound_print=sound_print)
    added = []
    with progress_on_terminal() as show:
        for file in arguments.files:
            work_id = arguments.work_id or file.stem
            reference = index.add(work_id, file, title=arguments.title, on_progress=show)
            added.append({"work_id": work_id, "title": reference.title, "asset_sha256": reference.asset_sha256})
    info = index.info()
    lines = [f"{entry['work_id']}: registered “{entry['title']}”" for entry in added]
    lines.append(f"{info.works} works, {info.vectors} vectors in {arguments.index}")
    answer({"added": added, "index": info.as_dict()}, lines, as_json=arguments.as_json)
    return CLEAN


def run_index_info(arguments: Namespace) -> int:
    index = open_index(arguments.index)
    info, titles = index.info(), index.titles()
    lines = [f"{info.works} works, {info.vectors} vectors by {info.embedder.name}, digest {info.digest[:16]}…"]
    lines += [f"  {work_id}: {title}" for work_id, title in titles.items()]
    answer({**info.as_dict(), "titles": titles}, lines, as_json=arguments.as_json)
    return CLEAN


def run_index_rebuild(arguments: Namespace) -> int:
    index = WorkIndex.rebuild(arguments.index, open_embedder(embedder_name(arguments.index)))
    info = index.info()
    answer(info.as_dict(), [f"{info.vectors} vectors of {info.works} works written anew"], as_json=arguments.as_json)
    return CLEAN


def run_match(arguments: Namespace) -> int:
    index = open_index(arguments.index)
    records = LicenceRegister(index.directory).read()  # what is wrong with it is said before the long work
    report = _matched(index, arguments.file, arguments.negatives, arguments.resemblance)
    segments = [finding.as_dict() for finding in report.matches]
    resembles = [finding.as_dict() for finding in report.resemblances]
    licences = say_licences(index, records, segments)
    if arguments.evidence:
        _write_evidence(arguments.evidence, "segment", report.matches, segments)
        _write_evidence(arguments.evidence, "resembles", report.resemblances, resembles)
    if arguments.report:
        _write_report(arguments.report, report, arguments.file, index.titles(), segments)
    document = {
        "segments": segments,
        "resembles": resembles,
        "dismissed": [quieted.as_dict() for quieted in report.quieted],
        "cannot_detect": list(report.cannot_detect),
    }
    answer(document, _match_lines(report, licences), as_json=arguments.as_json)
    return FOUND if segments else CLEAN


def _write_report(
    path: Path, report: AuditReport, file: Path, titles: Mapping[str, str], segments: list[dict[str, Any]]
) -> None:
    licences = {str(s["work_id"]): str(s["licence_plain"]) for s in segments if s.get("licence_plain")}
    write_html_report(path, report, name=file.name, titles=titles, made_at=datetime.now(UTC), licences=licences)


def _matched(index: WorkIndex, file: Path, negatives: Path | None, resemblance: Path | None = None) -> AuditReport:
    """What ``match`` finds, with the false alarms of a file kept quiet."""
    bank = NegativeFile(negatives).read(index.embedder.identity) if negatives is not None else None
    looks = opened_resemblance(resemblance, index)
    auditor = Auditor(index=index, gallery=None, fingerprint=False, negatives=bank, resemblance=looks)
    with progress_on_terminal() as show:
        return auditor.audit(file, on_progress=show)


def _match_lines(report: AuditReport, licences: list[str]) -> list[str]:
    said = zip(report.matches, licences, strict=True)
    lines = [f"{number}. {finding.plain} {licence}" for number, (finding, licence) in enumerate(said, 1)]
    lines = [*(lines or ["No registered work found."]), *resemblance_lines(report)]
    for quieted in report.quieted:
        by = f" by {quieted.by}" if quieted.by else ""
        lines.append(f"Dismissed{by} ({quieted.reason}): {quieted.finding.plain}")
    return [*lines, "Not looked for: " + "; ".join(report.cannot_detect) + "."]


def run_dismiss(arguments: Namespace) -> int:
    file = NegativeFile(arguments.negatives)
    if arguments.list_all or arguments.undo:
        if (
            arguments.index
            or arguments.segment is not None
            or arguments.reason
            or (arguments.list_all and arguments.undo)
        ):
            raise BadInputError("--list and --undo ID stand alone: give the file of dismissals and nothing else")
        return _dismiss_undo(file, arguments) if arguments.undo else _dismiss_list(file, arguments)
    if arguments.file is None or arguments.segment is None or arguments.reason is None:
        raise BadInputError(
            "a dismissal needs NEGATIVES.json INDEX FILE --segment N --reason TEXT; or ask for --list or --undo ID"
        )
    index = open_index(arguments.index)
    findings = _matched(index, arguments.file, arguments.negatives).findings
    if not 1 <= arguments.segment <= len(findings):
        known = f"segments 1 to {len(findings)} are" if findings else "nothing is"
        raise BadInputError(
            f"--segment {arguments.segment}: {known} found in {arguments.file.name}; 'match' numbers them"
        )
    finding = findings[arguments.segment - 1]
    negative = negative_of(
        finding, index.embedder, reason=arguments.reason, by=arguments.by, at=datetime.now(UTC).replace(microsecond=0)
    )
    bank = file.add(negative, index.embedder.identity)
    lines = [f"{negative.id}: dismissed ({negative.reason}): {finding.plain}", f"{len(bank.negatives)} in {file.path}"]
    answer({"dismissed": _negative_document(negative), "plain": finding.plain}, lines, as_json=arguments.as_json)
    return CLEAN


def _dismiss_list(file: NegativeFile, arguments: Namespace) -> int:
    bank = file.load()
    lines = [
        f"{n.id}: {n.kind} of {n.work_id}, {n.at}{f', {n.by}' if n.by else ''}: {n.reason}" for n in bank.negatives
    ]
    document = {"embedder": bank.identity.as_dict(), "dismissed": [_negative_document(n) for n in bank.negatives]}
    answer(document, lines or ["Nothing is dismissed."], as_json=arguments.as_json)
    return CLEAN


def _dismiss_undo(file: NegativeFile, arguments: Namespace) -> int:
    bank = file.remove(arguments.undo, file.load().identity)
    answer(
        {"undone": arguments.undo, "left": len(bank.negatives)},
        [f"{arguments.undo}: no longer dismissed; {len(bank.negatives)} left"],
        as_json=arguments.as_json,
    )
    return CLEAN


def _negative_document(negative: Negative) -> dict[str, Any]:
    """A dismissal for people and programs, without its descriptors."""
    document = asdict(negative)
    return {**{name: document[name] for name in ("id", "work_id", "kind", "reason", "by", "at")},
            "frames": len(negative.frames)}  # fmt: skip


def run_audit(arguments: Namespace) -> int:
    if arguments.index is None and arguments.gallery is None and arguments.voices is None:
        raise BadInputError("an audit needs something to look for: give --index, --gallery, --voices, or several")
    index = open_index(arguments.index) if arguments.index else None
    gallery = opened_faces(arguments)
    records = LicenceRegister(index.directory).read() if index else {}  # before the long work
    looks = opened_resemblance(arguments.resemblance, index)
    voices = opened_voices(arguments)
    auditor = Auditor(index=index, gallery=gallery, resemblance=looks, voices=voices)
    with progress_on_terminal() as show:
        report = auditor.audit(arguments.file, on_progress=show)
    document = report.as_dict()
    licences = say_licences(index, records, document["findings"]) if index else ["" for _ in report.findings]
    if arguments.report:
        _write_report(arguments.report, report, arguments.file, index.titles() if index else {}, document["findings"])
    said = [pair for pair in zip(report.findings, licences, strict=True) if pair[0].kind not in RESEMBLANCE_KINDS]
    lines = [f"{finding.plain} {licence}".rstrip() for finding, licence in said] or ["Nothing found."]
    lines += resemblance_lines(report)
    lines += [f"Person {person.number}: {person.plain}" for person in report.unknown_people]
    lines.append("Not looked for: " + "; ".join(report.cannot_detect) + ".")
    answer(document, lines, as_json=arguments.as_json)
    return FOUND if report.matches else CLEAN


def run_decide(arguments: Namespace) -> int:
    bundle, facts = PolicyBundle.load(arguments.policies), json_object(arguments.facts)
    decision = bundle.decide(facts, at=_moment(arguments.at))
    document = decision.as_dict()
    lines = [f"Outcome: {decision.outcome} ({len(decision.checks)} checks, bundle {decision.bundle_sha256[:12]}…)"]
    if arguments.explain:
        explanations = explain(bundle, decision, facts)
        document["explanations"] = [explanation.as_dict() for explanation in explanations]
        lines += [f"  {one.policy}, {one.severity}: {one.sentence}" for one in explanations]
    else:
        for check in decision.failed:
            lines += [f"  {check.policy}: {check.plain}", f"    {check.cite}", f"    Remedy: {check.remedy}"]
    answer(document, lines, as_json=arguments.as_json)
    return CLEAN if decision.outcome == "allow" else FOUND


def run_policies_test(arguments: Namespace) -> int:
    bundle = PolicyBundle.load(arguments.policies)
    report = bundle.test(today=arguments.today)
    lines = [f"{result.policy}: {result.name}: {result.plain}" for result in report.failed]
    if arguments.coverage:
        lines += [f"{policy}: {taken} of {every} branches" for policy, taken, every in report.coverage]
    passed, (taken, every) = len(report.results) - len(report.failed), report.branches
    lines.append(
        f"{len(bundle.policies)} policies, {passed} of {len(report.results)} tests passed, "
        f"{taken} of {every} branches taken"
    )
    answer(report.as_dict(), lines, as_json=arguments.as_json)
    return CLEAN if report.ok else FOUND


def run_policies_schema(arguments: Namespace) -> int:
    facts_schema.write(arguments.file)
    answer({"schema": str(arguments.file)}, [f"{arguments.file}: written"], as_json=arguments.as_json)
    return CLEAN


COMMANDS: dict[str, Callable[[Namespace], int]] = {
    "probe": run_probe,
    "index add": run_index_add,
    "index info": run_index_info,
    "index rebuild": run_index_rebuild,
    "match": run_match,
    "dismiss": run_dismiss,
    "audit": run_audit,
    "decide": run_decide,
    "policies test": run_policies_test,
    "policies schema": run_policies_schema,
    **CORPUS_COMMANDS,
    **FACE_COMMANDS,
    **TEXT_COMMANDS,
    **RESEMBLANCE_COMMANDS,
    **RECOVERY_COMMANDS,
    **SIGN_COMMANDS,
    **VERIFY_COMMANDS,
    **VOICE_COMMANDS,
}


def _moment(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInputError(f"--at {text!r} is no moment; write 2026-11-22T10:00:00Z") from error
    if moment.tzinfo is None:
        raise BadInputError(f"--at {text!r} has no time zone; write 2026-11-22T10:00:00Z")
    return moment


def _write_evidence(
    directory: Path, prefix: str, findings: tuple[Finding, ...], segments: list[dict[str, Any]]
) -> None:
    """Write the frames side by side as files and name them in the segments."""
    directory.mkdir(parents=True, exist_ok=True)
    for number, (finding, segment) in enumerate(zip(findings, segments, strict=True), 1):
        for place, (pair, entry) in enumerate(zip(finding.evidence, segment["evidence"], strict=True), 1):
            for side, jpeg in (("query", pair.query_jpeg), ("reference", pair.reference_jpeg)):
                if jpeg:
                    path = directory / f"{prefix}-{number}-{place}-{side}.jpg"
                    path.write_bytes(jpeg)
                    entry[f"{side}_frame"] = str(path)

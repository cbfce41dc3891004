"""``recover``: an index of outputs on disk, and copies that find their manifest in it."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

from auditor.cli.terminal import BAD_INPUT, CLEAN, FOUND, answer, complain, progress_on_terminal
from auditor.embeddings import open_embedder
from auditor.errors import AuditorError, BadInputError
from auditor.media.types import Progress
from auditor.provenance import verify
from auditor.recovery import RecoveryIndex, WatermarkPayload
from auditor.watermark import open_watermarker


def run_recover(arguments: Namespace) -> int:
    if arguments.list_all:
        return _list(arguments)
    if arguments.remove:
        return _remove(arguments)
    return _add(arguments) if arguments.add else _find(arguments)


def _find(arguments: Namespace) -> int:
    if not arguments.files:
        raise BadInputError("no FILE to look for: give one or more, or use --add, --remove or --list")
    if arguments.manifest_id or arguments.payload:
        raise BadInputError("--manifest-id and --payload belong to --add and --remove")
    index, watermarker = _opened(arguments.index), open_watermarker(arguments.watermark)
    files: list[dict[str, Any]] = []
    lines: list[str] = []
    with progress_on_terminal() as show:
        for number, file in enumerate(arguments.files):
            show(Progress("recover", number, len(arguments.files), "files"))
            try:
                found = index.find(file, watermarker=watermarker, thorough=arguments.thorough)
            except AuditorError as error:
                if len(arguments.files) == 1:
                    raise
                complain(str(error))
                files.append({"file": str(file), "found": [], "error": str(error)})
                continue
            files.append({"file": str(file), "found": [one.as_dict() for one in found], "error": None})
            lines += [f"{file.name}: {one.manifest_id}, by {one.by}. {one.plain}" for one in found]
            if not found:
                lines.append(f"{file.name}: nothing here is sure enough to be its source.")
    answer({"files": files}, lines, as_json=arguments.as_json)
    if any(one["error"] for one in files):
        return BAD_INPUT
    return FOUND if any(one["found"] for one in files) else CLEAN


def _add(arguments: Namespace) -> int:
    if len(arguments.files) != 1 and (arguments.manifest_id or arguments.payload or not arguments.files):
        raise BadInputError("--add with --manifest-id or --payload takes one FILE; without, each FILE says its own id")
    payload = _payload(arguments)
    ids = {file: arguments.manifest_id or _own_id(file) for file in arguments.files}  # before the first is registered
    index = _opened(arguments.index, create=True)
    added = []
    with progress_on_terminal() as show:
        for file, manifest_id in ids.items():
            new = index.add(manifest_id, file, watermark=payload, on_progress=show)
            added.append({"file": str(file), "manifest_id": manifest_id, "new": new})
    lines = [f"{one['manifest_id']}: {'registered' if one['new'] else 'was registered already'}" for one in added]
    answer({"added": added, "outputs": len(index.outputs())}, lines, as_json=arguments.as_json)
    return CLEAN


def _own_id(file: Path) -> str:
    label = verify(file, trust=None).manifest_label
    if label is None:
        raise BadInputError(
            f"{file.name}: carries no signed record, so its manifest's id must be given: --manifest-id ID"
        )
    return label


def _payload(arguments: Namespace) -> WatermarkPayload | None:
    if not arguments.payload:
        return None
    watermarker = open_watermarker(arguments.watermark)
    if watermarker is None:
        raise BadInputError("--payload needs the method that hid it: --watermark NAME")
    try:
        return WatermarkPayload(watermarker.alg, bytes.fromhex(arguments.payload))
    except ValueError as error:
        raise BadInputError(f"--payload {arguments.payload[:40]!r} is not hexadecimal") from error


def _remove(arguments: Namespace) -> int:
    if arguments.files or not arguments.manifest_id:
        raise BadInputError("--remove takes --manifest-id ID and no FILE")
    index = _opened(arguments.index)
    index.remove(arguments.manifest_id)
    document = {"removed": arguments.manifest_id, "outputs": len(index.outputs())}
    answer(document, [f"{arguments.manifest_id}: forgotten"], as_json=arguments.as_json)
    return CLEAN


def _list(arguments: Namespace) -> int:
    if arguments.files:
        raise BadInputError("--list takes no FILE")
    held = _opened(arguments.index).outputs()
    outputs = [
        {"manifest_id": one.manifest_id, "sha256": one.sha256, "seconds": round(one.seconds, 3), "iscc": one.iscc}
        for one in held
    ]
    lines = [f"{one.manifest_id}: {one.sha256[:16]}…, {one.seconds:.2f} s" for one in held]
    answer({"outputs": outputs}, lines or ["Nothing is registered here."], as_json=arguments.as_json)
    return CLEAN


def _opened(directory: Path, *, create: bool = False) -> RecoveryIndex:
    return RecoveryIndex.open(directory, open_embedder(), create=create)


RECOVERY_COMMANDS: dict[str, Callable[[Namespace], int]] = {"recover": run_recover}

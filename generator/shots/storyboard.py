"""Storyboard sheets: each shot's frame with its number, camera, action, lines and sound, as PDF or PNG.

The frames are the previsualisation's own, from the middle of each shot. Sheets are set by typst with the fonts that it
carries; the same shots give the same bytes, and nothing in a shot's words is read as markup.
"""

import json
import os
import secrets
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from PIL import Image

from auditor.media.types import Cancelled, OnProgress, Progress, never_cancelled, no_progress
from generator.errors import CancelledError, ShotError
from generator.shots.model import ShotRequest

#: Pictures in print are about 85 mm wide; more pixels would only make the file heavy.
FRAME_WIDTH = 640
#: Most shots of one storyboard: fifty pages.
MAX_SHOTS = 300
#: Dots an inch of PNG sheets: A4 across is then 1654 by 1170 pixels.
PPI = 141.0
_SHEET = Path(__file__).with_name("storyboard.typ")
_FONTS = ("Libertinus Serif", "DejaVu Sans Mono")

type Frame = Callable[[ShotRequest], np.ndarray[Any, Any]]


def frame_of(shot: ShotRequest) -> np.ndarray[Any, Any]:
    """The middle frame of a shot as (h, w, 3) uint8 RGB, rendered at no more than ``FRAME_WIDTH`` pixels across."""
    from generator.backends.previz.frames import render_frame

    if shot.width > FRAME_WIDTH:
        height = round(shot.height * FRAME_WIDTH / shot.width / 2) * 2
        shot = replace(shot, width=FRAME_WIDTH, height=max(height, 32))
    return render_frame(shot, shot.frames // 2)


def write_storyboard(
    shots: Sequence[ShotRequest],
    out: Path,
    *,
    title: str,
    frame: Frame = frame_of,
    on_progress: OnProgress = no_progress,
    cancelled: Cancelled = never_cancelled,
) -> tuple[Path, ...]:
    """Writes ``out`` (``.pdf``: one file; ``.png``: a file a sheet, ``out``, ``out-2``, …) and returns the paths.

    Raises ``ShotError`` without shots, with too many, for another suffix or where the file can't be written, and
    ``CancelledError``; nothing is left behind then.
    """
    form = out.suffix.lower().lstrip(".")
    if form not in ("pdf", "png"):
        raise ShotError(f"{out} is neither .pdf nor .png; name a file that ends in one of them")
    if not 0 < len(shots) <= MAX_SHOTS:
        raise ShotError(f"a storyboard has 1 to {MAX_SHOTS} shots, not {len(shots)}")
    pictures: dict[str, bytes] = {}
    on_progress(Progress("storyboard", 0, len(shots)))
    for number, shot in enumerate(shots):
        if cancelled():
            raise CancelledError(f"the storyboard was cancelled after {number} of {len(shots)} frames")
        pictures[f"/{number}.jpg"] = _jpeg(frame(shot))
        on_progress(Progress("storyboard", number + 1, len(shots)))
    sheets = _set(storyboard_data(shots, title), pictures, form)
    paths = [out, *(out.with_name(f"{out.stem}-{n}{out.suffix}") for n in range(2, len(sheets) + 1))]
    for path, content in zip(paths, sheets, strict=True):
        _write(path, content)
    return tuple(paths)


def storyboard_data(shots: Sequence[ShotRequest], title: str) -> dict[str, Any]:
    """What the sheets say: title, length, and a panel for each shot."""
    seconds = sum(shot.duration for shot in shots)
    at, panels = 0.0, []
    for number, shot in enumerate(shots):
        panels.append(
            {
                "picture": f"/{number}.jpg",
                "id": shot.id,
                "slug": shot.slugline,
                "camera": f"{shot.size}, {shot.lens_mm:g} mm, {shot.move}",
                "time": f"{at:.1f} to {at + shot.duration:.1f} s",
                "light": f"{shot.light}, {shot.weather}, {shot.mood}",
                "action": shot.description,
                "lines": [
                    [line.character, f"({line.manner}) {line.text}" if line.manner else line.text]
                    for line in shot.dialogue
                ],
                "sound": shot.sound,
            }
        )
        at += shot.duration
    scenes = len({shot.scene for shot in shots})
    shown: dict[str, Any] = _displayable(
        {
            "title": title or "Untitled",
            "subtitle": f"Storyboard: {len(shots)} shots, {scenes} scenes, {seconds:.1f} seconds. Previsualisation.",
            "panels": panels,
        }
    )
    return shown


def _set(data: dict[str, Any], pictures: dict[str, bytes], form: str) -> list[bytes]:
    import typst

    with TemporaryDirectory(prefix="storyboard-") as folder:
        # typst reads pictures from under its root alone
        root = Path(folder)
        (root / "main.typ").write_bytes(_SHEET.read_bytes())
        for name, content in pictures.items():
            (root / name.lstrip("/")).write_bytes(content)
        inputs = {"data": json.dumps(data, ensure_ascii=False)}
        compiler = typst.Compiler(root / "main.typ", root=root, ignore_system_fonts=True, sys_inputs=inputs)
        if form == "pdf":
            made = compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=0)
        else:
            made = compiler.compile(format="png", ppi=PPI)
    return [made] if isinstance(made, bytes) else [bytes(page) for page in made or ()]


def _jpeg(picture: np.ndarray[Any, Any]) -> bytes:
    file = BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=86, subsampling=0)
    return file.getvalue()


def _write(path: Path, content: bytes) -> None:
    part = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise ShotError(f"{path} can't be written ({error.strerror}); choose another file") from error
    finally:
        part.unlink(missing_ok=True)


def _displayable(value: Any) -> Any:
    """The same data without control characters; characters that no bundled font has show their code."""
    if isinstance(value, dict):
        return {key: _displayable(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_displayable(one) for one in value]
    return "".join(map(_shown, value)) if isinstance(value, str) else value


def _shown(char: str) -> str:
    if unicodedata.category(char)[0] == "C":
        return " " if char in "\n\t" else ""
    return char if ord(char) < 0x250 or _has_glyph(char) else f"[U+{ord(char):04X}]"


@lru_cache(maxsize=4096)
def _has_glyph(char: str) -> bool:
    """Whether a bundled font has it; PDF/UA-1 asks for real text, so typst refuses what it can't show."""
    import typst

    fonts = ", ".join(json.dumps(name) for name in _FONTS)
    source = f'#set document(title: "t")\n#set text(font: ({fonts}))\n#text(sys.inputs.c)'
    compiler = typst.Compiler(source.encode(), ignore_system_fonts=True, sys_inputs={"c": f"a{char}"})
    try:
        compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=0)
    except typst.TypstError:
        return False
    return True

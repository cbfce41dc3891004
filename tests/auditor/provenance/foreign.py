"""Files as other programs sign them: the library's own builder, many kinds of file, no rule of ours applied."""

import io
import json
import wave
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import c2pa
import numpy as np
from PIL import Image

from auditor.provenance import FileSigner, TrustList
from auditor.provenance.native import native_signer
from auditor.provenance.trust import settings
from tests.auditor.provenance.conftest import write_mp4

#: A manifest like that of a camera app: nothing of ours in it.
DEFINITION: dict[str, Any] = {
    "claim_version": 2,
    "claim_generator_info": [{"name": "Another tool", "version": "3"}],
    "title": "Somebody else's",
    "assertions": [
        {
            "label": "c2pa.actions.v2",
            "data": {
                "actions": [
                    {
                        "action": "c2pa.created",
                        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture",
                    }
                ]
            },
        }
    ],
}


def bare_sign(
    source: Path,
    out: Path,
    signer: FileSigner,
    trust: TrustList,
    *,
    kind: str = "video/mp4",
    definition: Mapping[str, Any] = DEFINITION,
    ingredients: Sequence[tuple[Mapping[str, Any], str, bytes]] = (),
    core: Mapping[str, Any] | None = None,
    edit: Callable[[c2pa.Builder], None] = lambda builder: None,
) -> Path:
    """``source`` signed into ``out``; ``ingredients`` are ``(description, media type, bytes)``, ``core`` settings of the
    library, ``edit`` is called with the builder before it signs."""
    document = settings(trust)
    document["core"] |= dict(core or {})
    with (
        c2pa.Context.from_json(json.dumps(document)) as context,
        c2pa.Builder(dict(definition), context=context) as builder,
        source.open("rb") as reading,
        out.open("w+b") as writing,
    ):
        for description, media_type, contents in ingredients:
            builder.add_ingredient(dict(description), media_type, io.BytesIO(contents))
        edit(builder)
        builder.sign(native_signer(signer, []), kind, reading, writing)
    return out


def samples(directory: Path) -> dict[str, tuple[Path, str]]:
    """A small file of every kind that can be signed: ``name -> (path, media type)``."""
    picture = Image.fromarray(np.random.default_rng(3).integers(0, 255, (48, 64, 3), dtype=np.uint8))
    found = {"mp4": (write_mp4(directory / "film.mp4", 4, frames=12), "video/mp4")}
    for name, kind in (
        ("jpeg", "image/jpeg"),
        ("png", "image/png"),
        ("webp", "image/webp"),
        ("gif", "image/gif"),
        ("tiff", "image/tiff"),
    ):
        picture.save(directory / f"picture.{name}")
        found[name] = (directory / f"picture.{name}", kind)
    with wave.open(str(directory / "sound.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(np.random.default_rng(4).integers(-9000, 9000, 4000, dtype=np.int16).tobytes())
    found["wav"] = (directory / "sound.wav", "audio/wav")
    svg = directory / "drawing.svg"
    svg.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>')
    found["svg"] = (svg, "image/svg+xml")
    return found

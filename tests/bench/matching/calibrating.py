"""From a run over the calibration split to the calibration that ships: every close comparison with what is true of it.

A comparison is of the same recording where the trial holds that work at those seconds. Comparisons with any other work, with
another take of the same scene, or at other seconds are not. What was never compared closely (most of the unrelated corpus)
is no trial: the ratio answers "given that it was worth a close look".
"""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from auditor.embeddings import open_embedder
from auditor.files import replacing
from auditor.matching.likelihood import FEATURES, Calibration, calibrate
from auditor.matching.likelihood import Trial as Comparison
from auditor.media.tiling import tiles
from tests.bench.matching import images, media

#: Where pictures come from whose descriptors may ship: public domain, CC0, CC BY, CC BY-SA, Apache-2.0, BSD-3-Clause.
_SHIPPABLE = ("scikit-image", "opencv-doc", "ukui-wallpapers", "lomiri-wallpapers-16.04", "lomiri-wallpapers-20.04")
#: Part of a compared stretch that must show the work for the comparison to count as the same.
_MOSTLY = 0.5
OUT = Path("auditor/matching/calibration.json")
BACKGROUND = Path("auditor/matching/background.npz")


def background_sources() -> list[media.Source]:
    """Photographs of the calibration split that are nowhere registered, under licences that let us ship what we make of
    them. They are no trials."""
    every = images.unregistered("calibration")
    return [source for source in every if source.name.split("/")[0] in _SHIPPABLE]


def write_background(out: Path = BACKGROUND) -> int:
    """Embed the background pictures and their tiles; returns how many descriptors were written."""
    embedder = open_embedder()
    rows = []
    for source in background_sources():
        pixels = images.picture(source, "calibration")
        rows.append(embedder.embed([pixels, *tiles(pixels)]))
    vectors = np.concatenate(rows).astype(np.float16)
    with replacing(out) as temporary:
        np.savez(temporary, vectors=vectors, embedder=np.array(embedder.identity.name))
    return len(vectors)


def comparisons(lines: Iterable[dict[str, Any]]) -> list[Comparison]:
    """Every close comparison of our own system in a run's answers."""
    found = []
    background = {source.name for source in background_sources()}
    for line in lines:
        if line["system"] != "reelproof" or line["trial"].split("|")[0] in background:
            continue
        for number, considered in enumerate(line["considered"]):
            figures = considered["measured"]
            if any(name not in figures for name in FEATURES[considered["circumstance"]]):
                continue
            same = any(_shows(truth, considered) for truth in line["truth"])
            name = f"{line['trial']}#{number} {considered['work_id']}"
            found.append(Comparison(name, considered["circumstance"], figures, same))
    return found


def _shows(truth: dict[str, Any], considered: dict[str, Any]) -> bool:
    if truth["reference_id"] != considered["work_id"]:
        return False
    start, end = considered["query"]
    if end <= start:
        return True  # a single picture
    shown = min(end, truth["query"][1]) - max(start, truth["query"][0])
    return bool(shown >= _MOSTLY * (end - start))


def write(lines: Iterable[dict[str, Any]], out: Path = OUT) -> Calibration:
    """Fit and write the calibration; prints what it rests on."""
    found = comparisons(lines)
    calibration = calibrate(found, embedder="sscd-distilled")
    with replacing(out) as temporary:
        temporary.write_text(json.dumps(calibration.as_dict(), indent=1) + "\n")
    print(Counter((one.circumstance, "same" if one.same else "different") for one in found))
    for name, scale in calibration.scales.items():
        print(f"{name}: Cllr {scale.cllr:.3f}, log10 LR {scale.lowest:.2f} to {scale.highest:.2f}")
    return calibration

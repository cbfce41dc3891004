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

from auditor.files import replacing
from auditor.matching.likelihood import FEATURES, Calibration, calibrate
from auditor.matching.likelihood import Trial as Comparison

#: Part of a compared stretch that must show the work for the comparison to count as the same.
_MOSTLY = 0.5
OUT = Path("auditor/matching/calibration.json")


def comparisons(lines: Iterable[dict[str, Any]]) -> list[Comparison]:
    """Every close comparison of our own system in a run's answers."""
    found = []
    for line in lines:
        if line["system"] != "reelproof":
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

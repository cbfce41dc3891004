"""What a published model says about itself: its card for the gates (YAML) and its page for people (Markdown)."""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from generator.models.family import read_card

#: Where each kind runs, and what it can be asked for, by the words of ``card.schema.json``.
_KINDS: Mapping[str, tuple[str, str, str, str]] = {
    "look": ("ReelproofLook", "video", "video-to-video", "model"),
    "plates": ("ReelproofPlates", "image", "plates", "model"),
    "lora": ("ReelproofAdapter", "video", "text-to-video", "lora"),
}
_DOES = {
    "look": "Redraws frames of the previsualisation towards photographs; what is in the frame stays where it is.",
    "plates": "Small background plates and moods out of noise, to be enlarged and drawn over.",
    "lora": "Adapts a video model to what its works show.",
}
#: What nobody should expect of a kind. The model's page and its bill of materials say the same.
LIMITS: Mapping[str, tuple[str, ...]] = {
    "look": (
        "Each frame is redrawn by itself; nothing but the renderer keeps frames alike over time.",
        "It adds texture and light of the works it learned from; it does not correct what the renderer drew wrongly.",
        "Trained at the size of previs frames (about 640 pixels wide); at other sizes textures have another scale.",
    ),
    "plates": (
        "Plates are small and soft: backdrops and moods, no photographs.",
        "Nothing tells it what to show.",
    ),
    "lora": ("It keeps the base model's limits and licence; what that one learned from is not in this lineage.",),
}


def card_yaml(
    *,
    name: str,
    version: str,
    kind: str,
    makers: str,
    licence: str,
    published: str,
    lineage: Mapping[str, Any],
    lineage_sha256: str,
    accepted: str,
) -> str:
    """The card by ``generator/models/card.schema.json``, checked by reading it. Raises ``ModelError``."""
    pipeline, makes, task, role = _KINDS[kind]
    data = training_data(lineage)
    terms: dict[str, Any] = {}
    if names := credited(lineage):
        terms["attribution"] = names[:500]
    component: dict[str, Any] = {
        "name": f"{kind} network",
        "folders": [kind],
        "role": role,
        "licence": licence,
        "source": f"bundle of {name} {version}: lineage.json (SHA-256 {lineage_sha256}), README.md",
        "checked": published[:10],
        "verified": True,
        "training_data": (f"{data} Published although suspect: {accepted}" if accepted else data)[:1000],
    }
    document = {
        "id": name[:60],
        "name": name,
        "family": "Reelproof",
        "version": version,
        "makers": makers,
        "makes": makes,
        "pipelines": [pipeline],
        "tasks": [task],
        "model_fps": None,
        "good_at": _DOES[kind],
        "memory_gib": {
            "least": 1,
            "comfortable": 2,
            "source": "estimate: a few megabytes of weights and one picture at a time; of an adapter, itself alone",
        },
        "components": [{**component, "terms": terms} if terms else component],
    }
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)
    read_card(text, "card.yaml")
    return text


def training_data(lineage: Mapping[str, Any]) -> str:
    """What it learned from, in a sentence or two."""
    works = lineage["set"]["works"]
    licences = sorted({work["spdx_id"] or work["licence"][:40] for work in works})
    drawn = lineage["examples"]["drawn"]
    own = f" and {drawn} frames of our own renderer" if drawn else ""
    left_out = lineage["set"].get("left_out", ())
    missing = f" Left out for their licences: {len(left_out)}." if left_out else ""
    return (
        f"{lineage['examples']['pictures'] or lineage['examples']['clips']} pictures or clips of {len(works)} works "
        f"({', '.join(licences)}){own}; each work with its rights holder and licence stands in README.md and lineage.json. "
        f"Nothing else.{missing}"
    )


def credited(lineage: Mapping[str, Any]) -> str:
    """Whom licences ask to be named: the rights holders of works under Creative Commons licences with attribution."""
    names = [work["rights_holder"] for work in lineage["set"]["works"] if "CC-BY" in work["spdx_id"]]
    return ", ".join(dict.fromkeys(names))


def page(
    *,
    name: str,
    version: str,
    kind: str,
    makers: str,
    licence: str,
    published: str,
    lineage: Mapping[str, Any],
    lineage_sha256: str,
    quality: Mapping[str, Any],
    memory: Mapping[str, Any],
    accepted: str,
    signed: bool,
) -> str:
    """The model's page."""
    energy, recipe, environment = lineage["energy"], lineage["recipe"], lineage["environment"]
    lines = [
        f"# {name} {version}",
        "",
        f"{_DOES[kind]} Made by {makers}, published on {published[:10]} under {licence}.",
        "",
        "## What it learned from",
        "",
        training_data(lineage),
        "",
        "| Work | Rights holder | Licence | Files |",
        "|---|---|---|---|",
        *(_row(work) for work in lineage["set"]["works"]),
        "",
        *_left_out(lineage["set"].get("left_out", ())),
        "## Quality",
        "",
        f"Against {quality['held_out']} windows of {quality['pictures']} pictures of works that no step saw, "
        f"{quality['window']} pixels a side. KID is on the packaged EfficientNet-Lite0, so it compares with the "
        "other rows and not with papers. Works that it learned from are the best that can be asked for: their row is "
        "as far from nought as works are from each other. The sheet is `quality.png`.",
        "",
        "| Pictures | KID (deviation over subsets) | Precision | Recall |",
        "|---|---|---|---|",
        *_quality_rows(quality),
        "",
        "## Memory",
        "",
        f"Verdict: **{memory['verdict']}**. {_sentence(memory['reason'])}",
        *([f"Published all the same, because: {accepted}"] if accepted else []),
        "",
        f"{memory['samples']} samples were compared with all {memory['works']} pictures of the training set by the "
        f"auditor's matcher. Of {memory['unseen']} pictures of {_held_works(lineage)} unseen works it called "
        f"{memory['false_copies']} copies "
        f"(95 % interval {_percent(memory['false_copy_interval'])}). The nearest pairs are in `memorisation.png`.",
        "",
        "## Limits",
        "",
        *(f"- {one}" for one in LIMITS[kind]),
        "",
        "## How it was made",
        "",
        f"Seed {recipe['seed']}, {recipe['steps']} steps, {lineage['seconds']:.0f} s on {environment['device']} with "
        f"{environment['threads']} threads; {energy['watt_hours']:.2f} Wh ({energy['kind']}: {energy['how']}). "
        f"Lineage SHA-256 `{lineage_sha256}`; `python -m generator train reproduce lineage.json RUN --folder WORKS` trains "
        "it again to the same weights on the same kind of machine.",
        "",
        "## Who it is from",
        "",
        *(_signed() if signed else ["It was not signed."]),
        "",
        "Pictures that it makes are signed with this folder's `card.yaml` or `README.md` as an input (`inputTo`): "
        "`python -m auditor sign IN.png OUT.png --manifest M.json --identity DIR --input README.md`.",
        "",
    ]
    return "\n".join(lines)


def _held_works(lineage: Mapping[str, Any]) -> int:
    held = set(lineage["examples"]["held_out_files"])
    return sum(any(file["sha256"] in held for file in work["files"]) for work in lineage["set"]["works"])


def _signed() -> list[str]:
    return [
        "Signed (OpenSSF model signing, `model.sig`). With the makers' public key:",
        "",
        "    model_signing verify key FOLDER --signature FOLDER/model.sig --public_key KEY.pub",
    ]


def _row(work: Mapping[str, Any]) -> str:
    cells = (work["title"], work["rights_holder"], work["spdx_id"] or work["licence"][:80], str(len(work["files"])))
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _left_out(refusals: Sequence[Mapping[str, Any]]) -> list[str]:
    if not refusals:
        return ["Nothing was left out.", ""]
    return ["Left out:", "", *(f"- {_cell(one['title'])}: {_cell(one['reason'])}" for one in refusals), ""]


def _quality_rows(quality: Mapping[str, Any]) -> list[str]:
    names = {"made": "made by it", "drawn": "what it was given", "works": "works that it learned from"}
    return [
        f"| {names[which]} | {found['kid']['mean']:.4f} ({found['kid']['deviation']:.4f}) | {found['precision']:.2f} "
        f"| {found['recall']:.2f} |"
        for which in names
        if (found := quality.get(which))
    ]


def _percent(interval: Sequence[float]) -> str:
    return " to ".join(f"{100 * one:.1f} %" for one in interval)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _cell(text: str) -> str:
    return " ".join(str(text).split()).replace("|", "\\|").replace("<", "&lt;")

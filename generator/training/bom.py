"""A model's bill of materials: CycloneDX 1.6 (ECMA-424), with the works that it learned from as data sets.

Written as JSON by hand, since the library's own classes know no model cards, and held to the standard's own schema, which
comes with ``cyclonedx-python-lib``, before it is published.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from generator.errors import TrainingError

SPEC = "1.6"
#: What an approach to learning is called there.
_APPROACH = {"look": "semi-supervised", "plates": "unsupervised", "lora": "supervised"}
_TASK = {"look": "image-to-image", "plates": "image generation", "lora": "video generation"}
_FAMILY = {
    "look": "convolutional network, adversarially trained",
    "plates": "U-Net, rectified flow",
    "lora": "low-rank adapter",
}


def bill_of_materials(
    *,
    name: str,
    version: str,
    kind: str,
    makers: str,
    licence: str,
    published: str,
    lineage: Mapping[str, Any],
    lineage_sha256: str,
    files: Mapping[str, str],
    quality: Mapping[str, Any],
    memory: Mapping[str, Any],
    limits: Sequence[str],
) -> dict[str, Any]:
    """The document. ``files`` are those of the model by name with their SHA-256 (hex)."""
    works = lineage["set"]["works"]
    model = {
        "type": "machine-learning-model",
        "bom-ref": "model",
        "name": name,
        "version": version,
        "manufacturer": {"name": makers},
        "description": f"A model of the kind {kind}, trained on works whose licences permit it and on our own renders.",
        "licenses": licences(licence, licence),
        "hashes": [_sha256(files["weights.safetensors"])] if "weights.safetensors" in files else [],
        "components": [_file(file, digest) for file, digest in sorted(files.items())],
        "modelCard": _card(kind, lineage, quality, memory, limits),
        "properties": _properties({"lineage:sha256": lineage_sha256, "seed": lineage["recipe"]["seed"],
                                   "steps": lineage["recipe"]["steps"], "memorisation:verdict": memory["verdict"]}),
    }  # fmt: skip
    left_out = [f"{one['work_id']}: {one['reason']}" for one in lineage["set"].get("left_out", ())]
    return {
        "$schema": f"http://cyclonedx.org/schema/bom-{SPEC}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": SPEC,
        "serialNumber": uuid.uuid5(uuid.NAMESPACE_URL, f"{lineage_sha256} {version} {published}").urn,
        "version": 1,
        "metadata": {
            "timestamp": published,
            "tools": {"components": [{"type": "application", "name": "reelproof", "version": _code_version(lineage)}]},
            "component": model,
            "properties": _properties({f"left-out:{number}": text for number, text in enumerate(left_out)}),
        },
        "components": [
            *(_work(work) for work in works),
            *_renders(lineage.get("renders")),
            *_base(lineage.get("base_model")),
            *_packages(lineage.get("environment", {}).get("packages", {})),
        ],
        "dependencies": [{"ref": "model", "dependsOn": [_ref(work) for work in works]}],
    }


def checked(document: Mapping[str, Any]) -> bytes:
    """The document as JSON, if the standard's schema takes it. Raises ``TrainingError`` where it does not."""
    try:
        from cyclonedx.schema import SchemaVersion
        from cyclonedx.validation.json import JsonStrictValidator
    except ImportError as error:
        raise TrainingError(f"a bill of materials needs {error.name}; install reelproof[models]") from error
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if fault is not None:
        said = " ".join(str(getattr(fault, "data", fault)).split())[:300]
        raise TrainingError(f"the bill of materials is not CycloneDX {SPEC} ({said}); this is a mistake of ours")
    return text.encode() + b"\n"


def licences(spdx: str, text: str) -> list[dict[str, Any]]:
    """A licence as the standard has it: an SPDX expression, or a name where there is none."""
    return [{"expression": spdx}] if spdx else [{"license": {"name": " ".join(text.split())[:500] or "not stated"}}]


def _card(
    kind: str, lineage: Mapping[str, Any], quality: Mapping[str, Any], memory: Mapping[str, Any], limits: Sequence[str]
) -> dict[str, Any]:
    energy = {"value": round(float(lineage["energy"]["watt_hours"]) / 1000, 9), "unit": "kWh"}
    people = lineage["set"].get("people", ())
    return {
        "modelParameters": {
            "approach": {"type": _APPROACH.get(kind, "unsupervised")},
            "task": _TASK.get(kind, kind),
            "architectureFamily": _FAMILY.get(kind, kind),
            "datasets": [{"ref": _ref(work)} for work in lineage["set"]["works"]],
            "inputs": [{"format": "picture, sRGB" if kind == "look" else "random numbers"}],
            "outputs": [{"format": "picture, sRGB"}],
        },
        "quantitativeAnalysis": {"performanceMetrics": _metrics(quality, memory)},
        "considerations": {
            "users": ["Producers of films, through the studio's gates."],
            "useCases": ["Pictures of takes whose every source is known and licensed."],
            "technicalLimitations": list(limits),
            "ethicalConsiderations": [
                {
                    "name": "Copies of works that it learned from",
                    "mitigationStrategy": f"Audited before publication: {memory['verdict']}. {memory['reason']}"[:1000],
                },
                {
                    "name": "Likeness of people in the works",
                    "mitigationStrategy": (
                        f"{len(people)} grants by people who are seen or heard stand in the lineage."
                        if people
                        else "No grant of a person was needed or given: the works were declared or taken to show nobody."
                    ),
                },
            ],
            "environmentalConsiderations": {
                "energyConsumptions": [
                    {
                        "activity": "training",
                        "energyProviders": [
                            {
                                "organization": {"name": "not recorded"},
                                "energySource": "unknown",
                                "energyProvided": energy,
                            }
                        ],
                        "activityEnergyCost": energy,
                        "properties": _properties({"kind": lineage["energy"]["kind"], "how": lineage["energy"]["how"]}),
                    }
                ]
            },
        },
    }


def _metrics(quality: Mapping[str, Any], memory: Mapping[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for which in ("made", "drawn", "works"):
        if not (compared := quality.get(which)):
            continue
        mean, deviation = compared["kid"]["mean"], compared["kid"]["deviation"]
        interval = {"lowerBound": f"{mean - deviation:.5f}", "upperBound": f"{mean + deviation:.5f}"}
        found.append({"type": "KID", "value": f"{mean:.5f}", "slice": which, "confidenceInterval": interval})
        found += [{"type": name, "value": f"{compared[name]:.4f}", "slice": which} for name in ("precision", "recall")]
    low, high = memory["false_copy_interval"]
    share = f"{memory['false_copies']}/{memory['unseen']}"
    found.append({"type": "false alarms of the memory audit", "value": share,
                  "confidenceInterval": {"lowerBound": str(low), "upperBound": str(high)}})  # fmt: skip
    return found


def _work(work: Mapping[str, Any]) -> dict[str, Any]:
    owner = {"organization": {"name": work["rights_holder"] or "not stated"}}
    return {
        "type": "data",
        "bom-ref": _ref(work),
        "name": work["title"],
        "version": work["licence_version"] or "1",
        "licenses": licences(work["spdx_id"], work["licence"]),
        "components": [_file(f"{work['work_id']}/{file['name']}", file["sha256"]) for file in work["files"]],
        "data": [{"type": "dataset", "name": work["title"], "governance": {"owners": [owner]}}],
        "properties": _properties(
            {
                "work_id": work["work_id"],
                "acts": " ".join(work["acts"]),
                "territories": " ".join(work["territories"]),
                "reservations": " ".join(work["reservations"]) or "none",
                "ends": work["ends"] or "none",
            }
        ),
    }


def _renders(renders: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    if not renders:
        return []
    renderer = renders["renderer"]
    return [
        {
            "type": "data",
            "bom-ref": "renders",
            "name": "frames of our own renderer",
            "hashes": [_sha256(renders["frames_sha256"])],
            "data": [{"type": "dataset", "name": "own renders"}],
            "properties": _properties({"shots": renders["shots"], "frames_per_shot": renders["frames_per_shot"],
                                       "seed": renders["seed"]}),
        },
        {
            "type": "application",
            "bom-ref": "renderer",
            "name": renderer["name"],
            "version": renderer["version"],
            "licenses": licences("Apache-2.0", ""),
            "hashes": [_sha256(renderer["sha256"])],
        },
    ]  # fmt: skip


def _base(base: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    if not base:
        return []
    plain = {key: value for key, value in base.items() if isinstance(value, str | int | float | bool)}
    return [
        {
            "type": "machine-learning-model",
            "bom-ref": "base-model",
            "name": str(base.get("name") or base.get("model") or "base model"),
            "properties": _properties(plain),
        }
    ]


def _packages(packages: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {"type": "library", "bom-ref": f"package:{name}", "name": name, "version": version,
         "purl": f"pkg:pypi/{name.lower().replace('_', '-')}@{version.replace('+', '%2B')}"}
        for name, version in sorted(packages.items())
    ]  # fmt: skip


def _file(name: str, digest: str) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "file", "name": name}
    return {**found, "hashes": [_sha256(digest)]} if digest else found


def _ref(work: Mapping[str, Any]) -> str:
    return f"work:{work['work_id']}"


def _sha256(digest: str) -> dict[str, str]:
    return {"alg": "SHA-256", "content": digest}


def _properties(values: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{"name": f"reelproof:{name}", "value": str(value)[:2000]} for name, value in values.items()]


def _code_version(lineage: Mapping[str, Any]) -> str:
    return str(lineage["code"]["version"])

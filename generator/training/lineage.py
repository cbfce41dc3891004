"""What a model learned from and how, as one document: canonical JSON (RFC 8785), so that it has one digest.

Nothing in it names a place on this machine: files go by their names in the corpus and their digests.
"""

import contextlib
import hashlib
import platform
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import rfc8785

from generator.errors import TrainingError
from generator.training.files import read_json
from generator.training.recipe import Examples, Recipe
from generator.training.works import TrainingSet

FORMAT = 1
#: Packages whose versions decide the numbers.
PACKAGES = (
    "torch",
    "numpy",
    "safetensors",
    "av",
    "numba",
    "opencv-python-headless",
    "diffusers",
    "transformers",
    "peft",
)
_HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Lineage:
    """The document and its digest (SHA-256, in hex, of its canonical bytes)."""

    document: Mapping[str, Any]

    @property
    def content(self) -> bytes:
        """The bytes that are written and signed."""
        return rfc8785.dumps(self.document)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def weights_sha256(self) -> str:
        """Digest of the published weights: what a reproduction must come to."""
        return str(self.document["model"]["weights_sha256"])

    @property
    def work_ids(self) -> tuple[str, ...]:
        """The works that were learned from."""
        return tuple(work["work_id"] for work in self.document["set"]["works"])

    @property
    def file_digests(self) -> tuple[str, ...]:
        """SHA-256 of every file that was learned from or held out."""
        return tuple(file["sha256"] for work in self.document["set"]["works"] for file in work["files"])


def read_lineage(path: Path) -> Lineage:
    """A lineage from its file. Raises ``TrainingError`` for what is none."""
    document = read_json(path)
    try:
        found = Lineage(document)
        if document["format"] != FORMAT:
            raise TrainingError(f"{path} is a lineage of format {document['format']!r}; this program knows {FORMAT}")
        if not (found.content and found.weights_sha256 and document["recipe"]["kind"]):
            raise KeyError("weights")
        _ = found.work_ids, found.file_digests
    except (KeyError, TypeError, ValueError, rfc8785.CanonicalizationError) as error:
        raise TrainingError(
            f"{path} is no lineage ({type(error).__name__}: {error}); name a model's lineage.json"
        ) from error
    return found


def lineage_of(
    *,
    name: str,
    kind: str,
    settings: Mapping[str, Any],
    seed: int,
    steps: int,
    training_set: TrainingSet,
    examples: Examples,
    held_out: tuple[str, ...],
    drawn_sha256: str,
    recipe: Recipe,
    files: Mapping[str, str],
    energy: Mapping[str, Any],
    seconds: float,
    device: str,
    threads: int,
    created: str,
    finished: str,
) -> Lineage:
    """The lineage of a finished run. ``files`` are those of the model by name with their digests."""
    places: frozenset[str] = getattr(recipe, "places", frozenset())
    return Lineage(
        {
            "format": FORMAT,
            "model": {"name": name, "weights_sha256": files["weights.safetensors"], "files": dict(files)},
            "set": training_set.as_dict(),
            "set_sha256": training_set.sha256,
            "renders": _renders(training_set, drawn_sha256),
            "examples": {
                "pictures": len(examples.real),
                "drawn": len(examples.drawn),
                "clips": len(examples.clips),
                "held_out": len(examples.held_out),
                "held_out_files": list(held_out),
            },
            "recipe": {
                "kind": kind,
                "settings": {key: value for key, value in settings.items() if key not in places},
                "config": dict(recipe.config()),
                "seed": seed,
                "steps": steps,
            },
            "base_model": dict(base) if (base := getattr(recipe, "base_model", None)) else None,
            "code": code(),
            "environment": environment(device, threads),
            "energy": dict(energy),
            "seconds": round(seconds, 3),
            "created": created,
            "finished": finished,
        }
    )


def environment(device: str, threads: int) -> dict[str, Any]:
    """What else the same seed depends on: versions, processor, device, threads."""
    import torch

    found = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "system": sys.platform,
        "device": device,
        "threads": threads,
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "packages": {name: _version(name) for name in PACKAGES if _version(name)},
    }
    if device.startswith("cuda"):
        found |= {"accelerator": torch.cuda.get_device_name(device), "cuda": str(torch.version.cuda)}
    return found


@cache
def code() -> dict[str, Any]:
    """The code that trains: version of the package, commit where it runs from a checkout, digest of its sources.

    ``changed`` says whether the sources differ from that commit."""
    root = _HERE.parents[1]
    commit = _git(root, "rev-parse", "HEAD") if (root / ".git").exists() else None
    changed = _git(root, "status", "--porcelain", "--", str(_HERE)) if commit else None
    return {
        "version": _version("reelproof") or "0",
        "commit": commit,
        "changed": bool(changed) if changed is not None else None,
        "source_sha256": source_digest(),
    }


def source_digest() -> str:
    """SHA-256 (hex) over the sources of this package, names and contents, in order of name."""
    digest = hashlib.sha256()
    for path in sorted(_HERE.rglob("*.py")):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(_HERE).as_posix()} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _renders(training_set: TrainingSet, drawn_sha256: str) -> dict[str, Any] | None:
    if training_set.renders is None:
        return None
    from generator.backends.previz.backend import NAME, VERSION
    from generator.backends.previz.source import source_digest as renderer_digest

    return {
        **training_set.renders.as_dict(),
        "rights_holder": "ours: drawn by rules, nobody else's work is in them",
        "renderer": {"name": NAME, "version": VERSION, "sha256": renderer_digest()},
        "frames_sha256": drawn_sha256,
    }


def _git(root: Path, *arguments: str) -> str | None:
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        found = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, text=True, timeout=20, check=False
        )
        return found.stdout.strip() if found.returncode == 0 else None
    return None


def _version(name: str) -> str:
    with contextlib.suppress(PackageNotFoundError):
        return version(name)
    return ""

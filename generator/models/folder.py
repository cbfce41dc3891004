"""A model on disk, read before anything of it is opened: which pipeline, which components, which files, and their digest."""

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from generator.encoding import sha256_of
from generator.errors import IncompleteModelError, ModelError, UnsafeModelError

CLASSIC_INDEX, MODULAR_INDEX = "model_index.json", "modular_model_index.json"
#: Files that Python would run when it reads them: pickles in all their names, and code.
RUNS_CODE = frozenset({
    ".bin", ".ckpt", ".pt", ".pth", ".pkl", ".pickle", ".joblib", ".npy", ".npz", ".h5", ".keras", ".msgpack", ".ot",
    ".py", ".pyc", ".pyd", ".so", ".dll", ".dylib", ".sh", ".bat", ".exe", ".pb", ".tflite",
})  # fmt: skip
#: What a model folder may hold: weights as plain arrays, words of its tokenizer, settings, and texts about it.
HARMLESS = frozenset({
    ".safetensors", ".json", ".txt", ".md", ".model", ".png", ".jpg", ".jpeg", ".webp", ".gif", ".mp4", ".yaml", ".yml",
    ".sig", ".tiktoken", ".pdf", ".html", ".jinja",
})  # fmt: skip
_NAMED = frozenset({"license", "licence", "notice", "readme", "merges", ".gitattributes", ".gitignore"})
#: Libraries whose classes an index may name.
LIBRARIES = frozenset({"diffusers", "transformers", "tokenizers"})
MAX_FILES, MAX_JSON_BYTES = 5_000, 64_000_000
#: Components without weights of their own.
WEIGHTLESS = (
    "tokenizer",
    "scheduler",
    "feature_extractor",
    "image_processor",
    "processor",
    "guider",
    "video_processor",
)


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """What lies in ``path``. ``components`` are those with files, by name, with the class that reads each; ``bytes`` is the
    size of all weights; ``pipeline`` the class of the whole."""

    path: Path
    kind: Literal["classic", "modular"]
    pipeline: str
    components: tuple[tuple[str, str], ...]
    bytes: int

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over the names and digests of all files that decide pictures: weights, settings, tokenizers.

        Texts, pictures and signatures beside them do not count, so that signing a folder does not change it.
        """
        return digest_of(self.path)

    def component_digest(self, name: str) -> str:
        """The same of one component's files alone."""
        return digest_of(self.path / name)


def read_folder(path: Path) -> ModelFolder:
    """Reads the index of the model in ``path`` and looks at the name of every file, at the content of none but JSON.

    Raises ``UnsafeModelError`` for files that could run code, ``IncompleteModelError`` for a missing index, component or
    weights, ``ModelError`` for what is no model at all.
    """
    if not path.is_dir():
        raise ModelError(f"there is no model folder {path}; give the folder that holds {CLASSIC_INDEX}")
    refuse_code(path)
    kind: Literal["classic", "modular"] = "modular" if (path / MODULAR_INDEX).is_file() else "classic"
    index = _json(path / (MODULAR_INDEX if kind == "modular" else CLASSIC_INDEX), path)
    pipeline = index.get("_class_name")
    if not isinstance(pipeline, str):
        raise UnsafeModelError(
            f"{path} names code of its own as its pipeline; only pipelines that come with diffusers are run: remove it"
        )
    components = tuple(_components(path, index))
    weights = [file for file in path.rglob("*.safetensors") if file.is_file()]
    if not weights:
        raise IncompleteModelError(f"{path} holds no weights (*.safetensors); download them whole")
    return ModelFolder(path, kind, pipeline, components, sum(file.stat().st_size for file in weights))


def refuse_code(path: Path, *, also: frozenset[str] = frozenset()) -> None:
    """Raises ``UnsafeModelError`` for the first file below ``path`` that could run code, or that nobody knows. ``also`` are
    endings that are harmless for this kind of model (a look is run from ONNX, which holds arrays and sums alone)."""
    for number, file in enumerate(sorted(path.rglob("*"))):
        if number >= MAX_FILES:
            raise ModelError(f"{path} holds more than {MAX_FILES} files; give the folder of one model alone")
        name = file.relative_to(path)
        if file.is_symlink() and not file.exists():
            raise IncompleteModelError(f"{name} in {path} is a link to a file that is gone; download the model again")
        if file.is_dir():
            continue
        if not file.is_file():
            raise UnsafeModelError(f"{name} in {path} is no plain file; remove it")
        kind = file.suffix.lower()
        if kind in RUNS_CODE:
            raise UnsafeModelError(
                f"{name} in {path} could run code when it is opened; convert the weights to safetensors on a machine that "
                "you can lose, or get them from their makers as safetensors, and remove it"
            )
        if kind not in HARMLESS | also and file.stem.lower() not in _NAMED and file.name.lower() not in _NAMED:
            raise UnsafeModelError(f"{name} in {path} is of a kind that no model needs; remove it")


def refuse_code_in_file(path: Path) -> None:
    """The same for weights in one file (a LoRA). Raises ``IncompleteModelError`` where there is none."""
    if not path.is_file():
        raise IncompleteModelError(f"there is no file {path}; give a LoRA as *.safetensors")
    if path.suffix.lower() != ".safetensors":
        raise UnsafeModelError(f"{path.name} is not safetensors and could run code when it is opened; convert it first")


def digest_of(path: Path) -> str:
    """SHA-256 (hex) over the files below ``path`` that decide pictures; files that did not change are not read again."""
    whole = hashlib.sha256()
    files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
    for file in files:
        if file.suffix.lower() not in (".safetensors", ".json", ".txt", ".model", ".tiktoken"):
            continue
        if file.stem.lower() in _NAMED - {"merges"} or any(
            part.startswith(".") for part in file.relative_to(path).parts
        ):
            continue
        state = file.stat()
        name = file.name if path.is_file() else file.relative_to(path).as_posix()
        whole.update(f"{name} {_digest(str(file), state.st_size, state.st_mtime_ns, state.st_ino)}\n".encode())
    return whole.hexdigest()


def forget_digests() -> None:
    """Makes the next ``digest_of`` read every byte again: a byte that changed may keep the file's size and time."""
    _digest.cache_clear()


@lru_cache(maxsize=4096)
def _digest(file: str, size: int, changed: int, inode: int) -> str:
    return sha256_of(Path(file))


def _components(path: Path, index: dict[str, Any]) -> list[tuple[str, str]]:
    from importlib.util import find_spec

    found = []
    for name, entry in sorted(index.items()):
        if name.startswith("_") or not isinstance(entry, list | tuple) or len(entry) not in (2, 3):
            continue
        if len(entry) == 3:
            _stays_here(path, name, entry[2])
            if isinstance(entry[2], dict) and entry[2].get("type_hint") and not entry[1]:
                entry = (*entry[2]["type_hint"], entry[2])
        library, kind = entry[0], entry[1]
        if kind is None:
            continue
        if not isinstance(library, str) or not isinstance(kind, str):
            raise UnsafeModelError(f"component {name!r} of {path} has no plain library and class; correct the index")
        if library not in LIBRARIES and find_spec(f"diffusers.pipelines.{library}") is None:
            raise UnsafeModelError(
                f"component {name!r} of {path} is read by {library[:40]!r}, which is neither diffusers nor transformers: "
                "it would be code of the model's own"
            )
        part = path / name
        if not part.is_dir():
            raise IncompleteModelError(
                f"component {name!r} of {path} is missing; download the model whole (its index names {kind})"
            )
        if not name.startswith(WEIGHTLESS) and not any(part.glob("*.safetensors")):
            raise IncompleteModelError(f"component {name!r} of {path} has no weights (*.safetensors); get them")
        for settings in part.glob("*.json"):
            if settings.stat().st_size <= 1_000_000 and "auto_map" in _json(settings, path, of_any_shape=True):
                raise UnsafeModelError(
                    f"{name}/{settings.name} of {path} names code of its own (auto_map); remove that"
                )
        _whole(path, part)
        found.append((name, kind))
    if not found:
        raise IncompleteModelError(f"the index of {path} names no component; it is no model")
    return found


def _stays_here(path: Path, name: str, spec: Any) -> None:
    """A modular index may point a component at another place: ours are read from the folder alone."""
    where = spec.get("pretrained_model_name_or_path") if isinstance(spec, dict) else None
    if where and Path(str(where)).resolve() != path.resolve() and not (path / name).is_dir():
        raise IncompleteModelError(
            f"component {name!r} of {path} is said to lie at {str(where)[:120]}; put it into the model's folder"
        )


def _whole(path: Path, part: Path) -> None:
    """Every shard that an index of weights names must be there."""
    for index in part.glob("*.safetensors.index.json"):
        shards = set(_json(index, path).get("weight_map", {}).values())
        for shard in sorted(map(str, shards)):
            if Path(shard).name != shard or not (part / shard).is_file():
                raise IncompleteModelError(f"{part.name}/{shard[:80]} of {path} is missing; download the model whole")


def _json(file: Path, path: Path, *, of_any_shape: bool = False) -> dict[str, Any]:
    if not file.is_file():
        raise IncompleteModelError(
            f"{path} has neither {CLASSIC_INDEX} nor {MODULAR_INDEX}; give the folder that diffusers' save_pretrained wrote"
        )
    try:
        if file.stat().st_size > MAX_JSON_BYTES:
            raise ModelError(f"{file.name} of {path} is larger than {MAX_JSON_BYTES} bytes; it is no index")
        value = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{file.name} of {path} can't be read ({type(error).__name__}); download it again") from error
    if not isinstance(value, dict):
        if of_any_shape:
            return {}
        raise ModelError(f"{file.name} of {path} is no JSON object; download it again")
    return value

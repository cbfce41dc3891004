"""A look: the folder of a bundle, opened and verified.

What lies in it is listed with its digest in ``bundle.json``, which publishing writes last; a file that differs, is missing,
or is not on the list makes the whole bundle unusable. A bundle that was not published yet has no list: it is opened as a
draft alone, and a draft has no licence that any rule would let pass.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.backends.looks.network import Picture, PictureNetwork
from generator.backends.model import ModelComponent
from generator.encoding import sha256_of
from generator.errors import ChangedModelError, IncompleteModelError, ModelError, UnsafeModelError
from generator.models.family import FamilyCard, load_card
from generator.models.folder import refuse_code

LIST, CONFIG, NETWORK, CARD = "bundle.json", "config.json", "look.onnx", "card.yaml"
LINEAGE, SIGNATURE = "lineage.json", "model.sig"
#: The version of the bundle's form.
FORMAT = 1
#: What no list of files names: the list itself, and the signature that is made over it.
UNLISTED = frozenset({LIST, SIGNATURE})
NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?")
MAX_JSON_BYTES = 16_000_000
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """A look that can be used. ``config`` and ``lineage`` are the bundle's documents (a draft's lineage may be empty),
    ``files`` the digests of what was published by name, ``card`` its card (``None`` for a draft), ``network`` what redraws
    frames."""

    folder: Path
    name: str
    version: str
    config: Mapping[str, Any]
    files: Mapping[str, str]
    lineage: Mapping[str, Any]
    card: FamilyCard | None
    network: PictureNetwork

    @classmethod
    def open(cls, folder: Path, *, draft: bool = False) -> "Look":
        """The look in ``folder``. With ``draft`` a bundle that was not published yet will do, with nothing to compare.

        Raises ``UnsafeModelError`` for files that could run code or that are not on the bundle's list,
        ``IncompleteModelError`` for missing ones, ``ChangedModelError`` for a digest that differs, ``ModelError`` for what
        is no look. Nothing is run before all of that.
        """
        config, listed = read_bundle(folder, kind="look", draft=draft)
        files = listed.get("files", {})
        lineage = _document(folder / LINEAGE) if (folder / LINEAGE).is_file() else {}
        for name in (NETWORK, LINEAGE, CARD) if listed else ():
            if name not in files:
                raise IncompleteModelError(f"{folder} lacks {name}; get the bundle whole, or publish it again")
        card = load_card(folder / CARD) if listed else None
        made = files or _of_model(lineage)
        network = PictureNetwork(folder / NETWORK, made.get(NETWORK))
        return cls(folder, config["name"], str(listed.get("version", "draft")), config, files, lineage, card, network)

    @property
    def draft(self) -> bool:
        """Whether it was not published."""
        return self.card is None

    def apply(self, frame: Picture) -> Picture:
        """``frame`` (height, width, 3) uint8 sRGB in this look: the same shape and type. Raises ``RenderError``."""
        return self.network.redraw(frame)

    @property
    def component(self) -> ModelComponent:
        """The network as a part of a model, with its licence, what that asks, and what it learned from."""
        part = self.card.components[0] if self.card is not None else None
        return ModelComponent(
            name=f"look network ({self.name} {self.version})",
            role="model",
            licence=part.licence if part else "",
            digest=self.network.sha256,
            trained=True,
            terms=part.terms if part else None,
            training_data=part.training_data if part else "",
        )


def read_bundle(folder: Path, *, kind: str, draft: bool = False) -> tuple[dict[str, Any], dict[str, Any]]:
    """The configuration of the bundle in ``folder`` and its list, all of whose files were compared.

    Raises what ``Look.open`` says. A draft's list is empty.
    """
    if not folder.is_dir():
        raise ModelError(f"there is no folder {folder}; give the folder of a {kind} that was published")
    refuse_code(folder, also=frozenset({".onnx"}))
    config = _document(folder / CONFIG)
    name = config.get("name")
    if config.get("format") != FORMAT or config.get("kind") != kind:
        found = f"a {str(config.get('kind'))[:20]!r} of format {str(config.get('format'))[:20]}"
        raise ModelError(f"{folder} is {found}; a {kind} of format {FORMAT} is needed")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise ModelError(f"{folder / CONFIG} has no plain name ({str(name)[:40]!r}); small letters, figures and dashes")
    if not (folder / LIST).exists():
        if draft:
            return config, {}
        raise IncompleteModelError(f"{folder} was not published: its files have no digests; publish the run first")
    listed = _document(folder / LIST)
    files = listed.get("files")
    if not isinstance(files, dict) or not files or listed.get("format") != FORMAT:
        raise ModelError(f"{folder / LIST} lists no files; get the bundle again")
    _compare(folder, files)
    return config, listed


def _of_model(lineage: Mapping[str, Any]) -> Mapping[str, str]:
    """The digests that a lineage states of the model's files."""
    model = lineage.get("model")
    files = model.get("files") if isinstance(model, dict) else None
    return files if isinstance(files, dict) else {}


def _compare(folder: Path, files: Mapping[str, Any]) -> None:
    there = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if not file.is_dir()}
    for name in sorted(there - set(files) - UNLISTED):
        raise UnsafeModelError(f"{name[:80]} in {folder} is not part of what was published; remove it")
    for name, digest in sorted(files.items()):
        if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
            raise ModelError(f"{folder / LIST} has no digest for {name[:80]}; get the bundle again")
        if name not in there:
            raise IncompleteModelError(f"{name[:80]} of {folder} is missing; get the bundle whole")
        if (found := sha256_of(folder / name)) != digest:
            raise ChangedModelError(
                f"{name[:80]} in {folder} is not the one that was published (its digest is {found[:12]}…, not "
                f"{digest[:12]}…); get the bundle again"
            )


def _document(file: Path) -> dict[str, Any]:
    if not file.is_file():
        raise IncompleteModelError(f"there is no {file.name} in {file.parent}; give the folder of a bundle, whole")
    try:
        if file.stat().st_size > MAX_JSON_BYTES:
            raise ModelError(f"{file} is larger than {MAX_JSON_BYTES} bytes; get the bundle again")
        value = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{file} can't be read ({type(error).__name__}); get the bundle again") from error
    if not isinstance(value, dict):
        raise ModelError(f"{file} is no JSON object; get the bundle again")
    return value


def look_digest(*, renderer: str, network: str, runtime: str) -> str:
    """SHA-256 (hex) of all that decides the pictures beside the shot: the renderer, the network, what runs it, and how
    frames are given to it (``HANDLING``)."""
    decides = {"renderer": renderer, "network": network, "onnxruntime": runtime, "handling": HANDLING}
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()


#: How frames are given to a network and read from it; another way has another name.
HANDLING = "rgb8/255, edge padding to 8, clip, round; 1"

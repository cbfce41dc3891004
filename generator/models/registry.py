"""Which weights somebody added: a folder of small JSON files, each with a path, a digest, and the card as it was then."""

import contextlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from generator.backends.model import ChosenModel
from generator.errors import ChangedModelError, ModelError
from generator.models.family import FamilyCard, card_of
from generator.models.folder import HARMLESS, forget_digests, read_folder, refuse_code

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,60}")
_HUB = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}")
#: Where model-signing puts a signature (a Sigstore bundle) when nobody says otherwise.
SIGNATURE = "model.sig"


@dataclass(frozen=True, slots=True)
class AddedModel:
    """A model that was added. ``signed_by`` is the file name and SHA-256 of the key that its signature was checked with."""

    name: str
    path: Path
    card: FamilyCard
    weights_sha256: str
    added: str
    signed_by: str | None

    def chosen(self) -> ChosenModel:
        """What a backend renders with. Raises ``ModelError`` where the folder is gone, unsafe, or of another pipeline."""
        folder = read_folder(self.path)
        if folder.digest != self.weights_sha256:
            raise ChangedModelError(self._changed(folder.digest))
        return ChosenModel(self.path, self.card.model_card(folder), self.weights_sha256)

    def as_dict(self) -> dict[str, Any]:
        """The registry's document."""
        return {
            "name": self.name,
            "path": str(self.path),
            "card": self.card.document,
            "card_sha256": self.card.digest,
            "weights_sha256": self.weights_sha256,
            "added": self.added,
            "signed_by": self.signed_by,
        }

    def _changed(self, digest: str) -> str:
        return (
            f"the weights of {self.name} in {self.path} have changed since they were added (their digest is {digest[:12]}…, "
            f"not {self.weights_sha256[:12]}…); put the right ones back, or add them under another name"
        )


class ModelRegistry:
    """The models in folder ``root``, which is made when the first one is added."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def names(self) -> tuple[str, ...]:
        """All names, in order."""
        found = self.root.glob("*.json") if self.root.is_dir() else ()
        return tuple(sorted(file.stem for file in found if _NAME.fullmatch(file.stem)))

    def get(self, name: str) -> AddedModel:
        """A model by its name. Raises ``ModelError`` for one that is unknown, or whose entry was changed by hand."""
        if not _NAME.fullmatch(name) or not (file := self.root / f"{name}.json").is_file():
            raise ModelError(
                f"there is no model {name[:60]!r}; there are: {', '.join(self.names()) or 'none'}. Add one with "
                "'python -m generator models add'"
            )
        try:
            said = json.loads(file.read_text("utf-8"))
            card = card_of(said["card"], f"in {file.name}")
            if card.digest != said["card_sha256"]:
                raise ChangedModelError(f"the card in {file} is not the one that was added; add {name} anew")
            signed = said["signed_by"]
            return AddedModel(
                name, Path(str(said["path"])), card, str(said["weights_sha256"]), str(said["added"]),
                None if signed is None else str(signed),
            )  # fmt: skip
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(f"{file} is no entry of a model ({type(error).__name__}); add {name} anew") from error

    def add(
        self,
        name: str,
        source: str | Path,
        card: FamilyCard,
        *,
        public_key: Path | None = None,
        without_signature: bool = False,
        replace: bool = False,
    ) -> AddedModel:
        """Adds the model in folder ``source`` (or of that id on the hub, downloaded first) under ``name``.

        Looks at all files before any is opened, takes their digest, and checks the signature if there is one. Raises
        ``ModelError`` and its kinds; nothing is added then.
        """
        if not _NAME.fullmatch(name):
            raise ModelError(f"{name[:60]!r} is no name for a model; use small letters, figures, dots and dashes")
        if (self.root / f"{name}.json").exists() and not replace:
            raise ModelError(f"there is a model {name} already; choose another name, or say --replace")
        path = self._folder(source, name)
        folder = read_folder(path)
        card.model_card(folder)
        signed_by = _signature(path, public_key, without_signature)
        added = AddedModel(
            name, path.resolve(), card, folder.digest, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), signed_by
        )
        self._write(added)
        return added

    def verify(self, name: str, *, public_key: Path | None = None) -> AddedModel:
        """Reads every byte of a model's files again. Raises ``ModelError`` and its kinds for what is not as it was."""
        added = self.get(name)
        forget_digests()
        added.chosen()
        if public_key is not None:
            verify_signature(added.path, added.path / SIGNATURE, public_key)
        return added

    def _folder(self, source: str | Path, name: str) -> Path:
        path = Path(source)
        if path.exists() or not _HUB.fullmatch(str(source)):
            return path
        return _download(str(source), self.root / "weights" / name)

    def _write(self, added: AddedModel) -> None:
        part = self.root / f".{added.name}.{secrets.token_hex(6)}.part"
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            with part.open("w", encoding="utf-8") as file:
                json.dump(added.as_dict(), file, ensure_ascii=False, indent=1)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self.root / f"{added.name}.json")
        except OSError as error:
            raise ModelError(
                f"{self.root} can't be written ({error.strerror}); make room or choose another folder, nothing was added"
            ) from error
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)


def verify_signature(path: Path, signature: Path, public_key: Path) -> str:
    """Checks the signature of a model's folder (OpenSSF model signing, an elliptic-curve key in PEM); gives the key's name
    and digest. Raises ``ChangedModelError`` where it does not hold, ``ModelError`` where it can't be checked."""
    from model_signing import verifying

    from generator.encoding import sha256_of

    for file, what in ((signature, "signature"), (public_key, "public key")):
        if not file.is_file():
            raise ModelError(f"there is no {what} {file}; name the right file")
    try:
        config: Any = verifying.Config  # not typed
        config().use_elliptic_key_verifier(public_key=public_key).verify(path, signature)
    except Exception as error:  # the library raises errors of many kinds, of its own and of its parser
        raise ChangedModelError(
            f"the signature of {path} does not hold with {public_key.name} ({' '.join(str(error).split())[:200]}); get the "
            "weights from their makers again"
        ) from error
    return f"{public_key.name} {sha256_of(public_key)}"


def _signature(path: Path, public_key: Path | None, without_signature: bool) -> str | None:
    signature = path / SIGNATURE
    if public_key is not None:
        return verify_signature(path, signature, public_key)
    if signature.exists() and not without_signature:
        raise ModelError(
            f"{path} is signed ({SIGNATURE}); give its makers' key with --public-key, or add it --without-signature"
        )
    return None


def _download(hub: str, target: Path) -> Path:
    """Fetches a model from the hub into ``target``: safetensors, settings and texts alone, no code and no pickle."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError

    allowed = [f"*{suffix}" for suffix in sorted(HARMLESS)] + ["LICENSE*", "NOTICE*"]
    try:
        snapshot_download(hub, local_dir=target, allow_patterns=allowed)
        shutil.rmtree(target / ".cache", ignore_errors=True)
        refuse_code(target)
    except (OSError, HfHubHTTPError, ValueError, RuntimeError) as error:
        raise ModelError(
            f"{hub} could not be fetched ({' '.join(str(error).split())[:200]}); what came lies in {target}: try again, or "
            "download it and give the folder"
        ) from error
    return target


def describe(added: AddedModel) -> Mapping[str, Any]:
    """What a list shows of a model."""
    return {
        "name": added.name,
        "card": added.card.id,
        "path": str(added.path),
        "weights_sha256": added.weights_sha256,
        "card_sha256": added.card.digest,
        "added": added.added,
        "signed_by": added.signed_by,
        "licences_checked": added.card.verified,
    }

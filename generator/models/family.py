"""Cards of families of models: who made them, what they are good at, and under which licence each part of them stands.

A card is data (YAML, ``card.schema.json``), with the place of every fact and the day it was read. What nobody could check
is marked ``verified: false``: such a component has no terms, and no rule lets a component without terms pass. A studio that
has read a licence, or bought one, writes a card of its own.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import jsonschema
import rfc8785
import yaml

from generator.backends.licences import TERMS, LicenceTerms
from generator.backends.model import ModelCard, ModelComponent, Role
from generator.errors import ModelError
from generator.models.folder import WEIGHTLESS, ModelFolder

#: A card is a page or two.
MAX_CARD_BYTES = 200_000


@dataclass(frozen=True, slots=True)
class CardComponent:
    """A part of a model by the names of its ``folders``, its licence, and what that asks (``None``: nobody has checked)."""

    name: str
    folders: tuple[str, ...]
    role: Role
    licence: str
    source: str
    checked: str
    verified: bool
    training_data: str
    terms: LicenceTerms | None


@dataclass(frozen=True, slots=True)
class FamilyCard:
    """A card as it was read. ``digest`` is the SHA-256 (hex) of its content (RFC 8785 canonical JSON); ``document`` is that
    content. Memory is in GiB of the device's own."""

    id: str
    name: str
    family: str
    version: str
    makers: str
    makes: Literal["video", "image"]
    pipelines: tuple[str, ...]
    tasks: tuple[str, ...]
    model_fps: int | None
    good_at: str
    memory_least: float
    memory_comfortable: float
    memory_source: str
    components: tuple[CardComponent, ...]
    digest: str
    document: Mapping[str, Any]

    @property
    def verified(self) -> bool:
        """Whether somebody has checked the licence of every part."""
        return all(part.terms is not None for part in self.components)

    @property
    def excluded_territories(self) -> tuple[str, ...]:
        """Places that some part's licence leaves out."""
        places = {place for part in self.components if part.terms for place in part.terms.excluded_territories}
        return tuple(sorted(places))

    @property
    def commercial_use(self) -> bool | None:
        """Whether every part may be used for money; ``None`` where that was not checked."""
        if any(part.terms is not None and not part.terms.commercial_use for part in self.components):
            return False
        return True if self.verified else None

    def model_card(self, folder: ModelFolder) -> ModelCard:
        """The card of these very weights: every component of ``folder`` with its own digest. One that the card does not know
        has no licence here, and no rule lets it pass. Raises ``ModelError`` where the card is of another pipeline."""
        if folder.pipeline not in self.pipelines and not folder.pipeline.endswith("ModularPipeline"):
            raise ModelError(
                f"{folder.path} is a {folder.pipeline}, and the card {self.id} is of {', '.join(self.pipelines)}; choose "
                "the card of that model, or write one"
            )
        parts = [
            self._component(name, folder.component_digest(name))
            for name, _ in folder.components
            if not name.startswith(WEIGHTLESS)
        ]
        licences = sorted({part.licence for part in parts if part.licence})
        return ModelCard(
            name=self.id,
            version=self.version,
            licence=" AND ".join(licences),
            digest=folder.digest,
            training_data=" ".join(dict.fromkeys(part.training_data for part in parts if part.training_data)),
            commercial_use=all(part.terms is not None and part.terms.commercial_use for part in parts),
            kind="trained-model",
            components=tuple(parts),
            card_sha256=self.digest,
        )

    def _component(self, name: str, digest: str) -> ModelComponent:
        for part in self.components:
            if name in part.folders:
                return ModelComponent(
                    name=f"{part.name}, {name}" if len(part.folders) > 1 else part.name,
                    role=part.role,
                    licence=part.licence,
                    digest=digest,
                    trained=True,
                    terms=part.terms,
                    training_data=part.training_data,
                )
        return ModelComponent(name=name, role="other", licence="", digest=digest, trained=True, terms=None)


@cache
def load_cards() -> Mapping[str, FamilyCard]:
    """The cards that come with us, by id."""
    folder = resources.files("generator.models") / "cards"
    found = [
        read_card(file.read_text("utf-8"), file.name)
        for file in sorted(folder.iterdir(), key=lambda one: one.name)
        if file.name.endswith(".yaml")
    ]
    return {card.id: card for card in found}


def load_card(name: str | Path) -> FamilyCard:
    """A card that comes with us by its id, or a studio's own from its file. Raises ``ModelError``."""
    known = load_cards()
    if str(name) in known:
        return known[str(name)]
    path = Path(name)
    if path.suffix not in (".yaml", ".yml"):
        raise ModelError(f"there is no card {str(name)[:60]!r}; choose one of {', '.join(known)}, or give a file.yaml")
    try:
        if path.stat().st_size > MAX_CARD_BYTES:
            raise ModelError(f"{path} is larger than {MAX_CARD_BYTES} bytes; it is no card")
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"the card {path} can't be read ({error}); give a file of YAML") from error
    return read_card(text, path.name)


def read_card(text: str, name: str) -> FamilyCard:
    """A card from YAML. Raises ``ModelError`` naming the field that is missing, unknown or wrong."""
    try:
        document = yaml.load(text, Loader=_Strict)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, RecursionError) as error:
        raise ModelError(f"the card {name} is no YAML ({' '.join(str(error).split())[:200]})") from error
    return card_of(document, name)


def card_of(document: Any, name: str) -> FamilyCard:
    """The same from plain values, as a registry keeps them."""
    for fault in _schema().iter_errors(document):
        place = ".".join(map(str, fault.absolute_path)) or "the card"
        raise ModelError(f"the card {name} is wrong at {place}: {fault.message[:200]}")
    memory = document["memory_gib"]
    parts = tuple(_part(part, name) for part in document["components"])
    folders = [folder for part in parts for folder in part.folders]
    if len(set(folders)) != len(folders):
        raise ModelError(f"the card {name} names a folder in two components; every part has one licence")
    if memory["least"] > memory["comfortable"]:
        raise ModelError(f"the card {name} is wrong at memory_gib: the least is more than what is comfortable")
    plain = {key: document[key] for key in ("id", "name", "family", "version", "makers", "makes", "model_fps")}
    return FamilyCard(
        **plain,
        pipelines=tuple(document["pipelines"]),
        tasks=tuple(document["tasks"]),
        good_at=" ".join(document["good_at"].split()),
        memory_least=float(memory["least"]),
        memory_comfortable=float(memory["comfortable"]),
        memory_source=memory["source"],
        components=parts,
        digest=hashlib.sha256(rfc8785.dumps(document)).hexdigest(),
        document=document,
    )


def _part(part: Mapping[str, Any], name: str) -> CardComponent:
    verified = part["verified"]
    own = part.get("terms")
    if own is not None and not verified:
        raise ModelError(f"the card {name} states terms of {part['name']!r} that are not verified; check them first")
    terms = TERMS.get(part["licence"])
    if own is not None:
        lists = {key: tuple(value) for key, value in own.items() if isinstance(value, list)}
        base = terms or LicenceTerms(source="", read_on="")
        terms = replace(base, **{**own, **lists, "source": part["source"], "read_on": part["checked"]})
    if verified and terms is None:
        raise ModelError(
            f"the card {name} calls {part['name']!r} verified, but nobody has put down what {part['licence']} asks; add its "
            "terms to the card"
        )
    values = {key: part[key] for key in ("name", "role", "licence", "source", "checked", "verified", "training_data")}
    return CardComponent(**values, folders=tuple(part["folders"]), terms=terms if verified else None)


class _Strict(yaml.SafeLoader):
    """Days stay texts, and a key that is written twice is an error: the last one would win in silence."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [str(key.value) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"{key[:60]!r} is written twice", node.start_mark)
        return super().construct_mapping(node, deep)


@cache
def _schema() -> jsonschema.Draft202012Validator:
    text = resources.files("generator.models").joinpath("card.schema.json").read_text("utf-8")
    return jsonschema.Draft202012Validator(json.loads(text))

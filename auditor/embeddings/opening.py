"""Embedders by name: what a setting, an index's manifest or the command line says."""

from auditor.embeddings.embedder import Embedder
from auditor.embeddings.sscd import SSCD_MODELS, open_sscd
from auditor.errors import BadInputError

DEFAULT_EMBEDDER = "sscd-distilled"


def open_embedder(name: str = DEFAULT_EMBEDDER) -> Embedder:
    """The embedder of that name, its weights checked where their digest is known.

    ``sscd-distilled`` and ``sscd``: descriptors of copies. ``open_clip:FOLDER``, ``open_clip:MODEL:FILE.safetensors``,
    ``open_clip:MODEL:TAG``: likeness of content. ``backbone``: the last resort. Raises ``BadInputError`` for an unknown
    name, ``UnavailableError`` if a package or weights are missing, or differ from the known ones.
    """
    if name in SSCD_MODELS:
        return open_sscd(name)
    if name.startswith("open_clip:"):
        from auditor.embeddings.open_clip import open_open_clip

        return open_open_clip(name)
    if name == "backbone":
        from auditor.embeddings.backbone import open_backbone

        return open_backbone()
    known = ", ".join([*sorted(SSCD_MODELS), "open_clip:MODEL:CHECKPOINT", "backbone"])
    raise BadInputError(f"embedder {name!r} is unknown; choose one of {known}")

"""Descriptors of pictures: ``open_embedder("sscd-distilled").embed([rgb, ...])`` gives unit vectors to compare."""

from auditor.embeddings.embedder import Embedder, EmbedderIdentity
from auditor.embeddings.opening import DEFAULT_EMBEDDER, open_embedder
from auditor.embeddings.sscd import SscdEmbedder

__all__ = ["DEFAULT_EMBEDDER", "Embedder", "EmbedderIdentity", "SscdEmbedder", "open_embedder"]

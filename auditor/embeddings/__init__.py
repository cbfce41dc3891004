"""Descriptors of pictures: ``open_embedder("sscd-distilled").embed([rgb, ...])`` gives unit vectors to compare."""

from auditor.embeddings.sscd import DEFAULT_EMBEDDER, EmbedderIdentity, SscdEmbedder, open_embedder

__all__ = ["DEFAULT_EMBEDDER", "EmbedderIdentity", "SscdEmbedder", "open_embedder"]

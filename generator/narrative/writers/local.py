"""A writer on this machine: a folder with a causal language model of transformers, its weights as safetensors.

The model fills in a form: we write the JSON's brackets, it chooses among what the schema allows and writes the strings. So
whatever it writes is a document of the schema, and a model that can't write yields a bad scene and never a broken one.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from auditor.media.types import Cancelled, OnProgress, never_cancelled, no_progress
from generator.errors import CancelledError, WriterError
from generator.narrative.model import Element, Scene
from generator.narrative.plan import PlannedScene, StoryPlan
from generator.narrative.planner import Pen
from generator.narrative.writers.document import scene_elements, scene_words_for, system_words
from generator.narrative.writers.port import Accepts, WriterCard, Written, accept_all, write_scenes

#: Tokens of one string: about two sentences. Paragraphs of one scene: what a model of this size holds together.
TEXT_TOKENS, MIN_PARAGRAPHS, MAX_PARAGRAPHS = 48, 4, 10
#: Characters in a token that a string of ours can't hold.
_FORBIDDEN = frozenset('"\\{}[]<>*_\n\r\t')


class TransformersWriter:
    """``Writer`` by a model folder: ``config.json``, a tokenizer, ``*.safetensors``. No code of the folder is ever run.

    Raises ``WriterError`` for a folder that holds no such model, pickled weights alone, or code of its own; and where
    transformers is not installed (extra ``models``).
    """

    def __init__(
        self, folder: Path, *, name: str = "", licence: str = "", device: str = "cpu", text_tokens: int = TEXT_TOKENS
    ) -> None:
        self._folder, self._name, self._licence, self._device = folder, name or folder.name, licence, device
        self._text_tokens = text_tokens
        weights = sorted(folder.glob("*.safetensors"))
        config = folder / "config.json"
        if not config.is_file() or not weights:
            raise WriterError(f"{folder} holds no config.json with *.safetensors; name a folder of transformers' form")
        try:
            own_code = "auto_map" in json.loads(config.read_text("utf-8"))
        except (OSError, ValueError, TypeError) as error:
            raise WriterError(f"{config} can't be read ({type(error).__name__}); fetch the model anew") from error
        if own_code:
            raise WriterError(
                f"{folder} wants its own code to be run; take a model of an architecture that transformers has"
            )
        digest = hashlib.sha256()
        for path in weights:
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        self._digest = digest.hexdigest()
        self._loaded: tuple[Any, Any, Any] | None = None

    @property
    def card(self) -> WriterCard:
        return WriterCard("model", self._name, self._digest[:12], self._licence, self._digest)

    def write(
        self,
        plan: StoryPlan,
        *,
        accepts: Accepts = accept_all,
        on_progress: OnProgress = no_progress,
        cancelled: Cancelled = never_cancelled,
    ) -> Written:
        """Fills in each scene; the same plan gives the same words on one machine."""

        def draft(planned: PlannedScene, before: Sequence[Scene], attempt: int) -> tuple[Element, ...]:
            return self._scene(plan, planned, before, attempt, cancelled)

        return write_scenes(
            plan, self.card, draft, pen=Pen(plan), accepts=accepts, on_progress=on_progress, cancelled=cancelled
        )

    def _scene(
        self, plan: StoryPlan, planned: PlannedScene, before: Sequence[Scene], attempt: int, cancelled: Cancelled
    ) -> tuple[Element, ...]:
        form = _Form(*self._model(), seed=(plan.seed + 7919 * planned.told + attempt) % 2**31)
        form.add(f"{system_words()}\n{scene_words_for(plan, planned, before)}\n")
        form.begin('{"elements": [')
        names = [person.cue for person in plan.characters]
        for number in range(MAX_PARAGRAPHS):
            if cancelled():
                raise CancelledError(f"the writing was stopped in scene {planned.told}")
            form.begin('{"kind": "')
            kind = form.choose(["action", "dialogue"] if number else ["action"])
            form.begin('", "character": "')
            if kind == "dialogue":
                form.choose(names)
            form.begin('", "parenthetical": "", "text": "')
            form.string(self._text_tokens)
            form.begin('"}')
            if number + 1 >= MIN_PARAGRAPHS and form.choose(["]", ", "]) == "]":
                break
            if number + 1 < MIN_PARAGRAPHS:
                form.begin(", ")
        text = form.document.rstrip(", ")
        return scene_elements(text + ("}" if text.endswith("]") else "]}"), plan, before)

    def _model(self) -> tuple[Any, Any, Any]:
        """Model, tokenizer and the mask of tokens that a string may hold; loaded once."""
        if self._loaded is None:
            try:
                import torch
                from safetensors import SafetensorError
                from transformers import AutoModelForCausalLM, AutoTokenizer
            except ImportError as error:
                raise WriterError(
                    "a model on this machine needs torch and transformers; install the extra 'models'"
                ) from error
            try:
                model: Any = AutoModelForCausalLM.from_pretrained(
                    self._folder, local_files_only=True, use_safetensors=True, trust_remote_code=False
                )
                tokenizer: Any = AutoTokenizer.from_pretrained(
                    self._folder, local_files_only=True, trust_remote_code=False
                )
            except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
                raise WriterError(
                    f"{self._folder} can't be loaded ({' '.join(str(error).split())[:120]}); check the folder"
                ) from error
            size = int(model.get_output_embeddings().weight.shape[0])
            allowed = torch.zeros(size, dtype=torch.bool)
            for token in range(min(size, len(tokenizer))):
                piece = tokenizer.decode([token])
                allowed[token] = bool(piece) and "\ufffd" not in piece and not _FORBIDDEN & set(piece)
            for token in tokenizer.all_special_ids:
                allowed[token] = False
            if not bool(allowed.any()):
                raise WriterError(
                    f"the tokenizer of {self._folder} has no token that text can be made of; check the folder"
                )
            self._loaded = (model.to(self._device).eval(), tokenizer, allowed)
        return self._loaded


class _Form:
    """A form that a model fills in: fixed text, choices, strings. Keeps the text; the model sees its end."""

    def __init__(self, model: Any, tokenizer: Any, allowed: Any, *, seed: int) -> None:
        import torch

        self._torch, self._model, self._tokenizer, self._allowed = torch, model, tokenizer, allowed
        self._random = torch.Generator("cpu").manual_seed(seed)
        config = model.config
        self._window = int(getattr(config, "max_position_embeddings", 0) or 2048)
        self._context = ""
        self.document = ""

    def add(self, text: str) -> None:
        """Text that the model reads and the document does not hold."""
        self._context += text

    def begin(self, text: str) -> None:
        """Text that we write ourselves."""
        self.document += text

    def choose(self, options: Sequence[str]) -> str:
        """Writes one of the options, drawn by how likely the model holds each (its mean log-likelihood a token)."""
        if len(options) > 1:
            torch = self._torch
            scores = []
            head = self._ids("")
            for option in options:
                tail = self._tokenizer.encode(option, add_special_tokens=False) or [0]
                ids = torch.tensor([(head + tail)[-self._window :]], device=self._model.device)
                with torch.inference_mode():
                    logits = torch.log_softmax(self._model(ids).logits[0].float(), dim=-1)
                at = ids.shape[1] - len(tail)
                scores.append(sum(float(logits[at + n - 1, token]) for n, token in enumerate(tail)) / len(tail))
            weights = torch.softmax(torch.tensor(scores), dim=0)
            option = options[int(torch.multinomial(weights, 1, generator=self._random))]
        else:
            option = options[0]
        self.document += option
        return option

    def string(self, most: int) -> None:
        """Writes a string of at most ``most`` tokens, until the model would close it."""
        torch = self._torch
        close = {self._tokenizer.eos_token_id, *self._tokenizer.encode('"', add_special_tokens=False)[:1]} - {None}
        ids: list[int] = []
        from transformers import DynamicCache

        seen, cache = torch.tensor([self._ids("")], device=self._model.device), DynamicCache(config=self._model.config)
        for number in range(most):
            with torch.inference_mode():
                logits = self._model(seen, cache=cache, use_cache=True).logits[0, -1].float().cpu()
            if number > 3 and int(logits.argmax()) in close:
                break
            weights = torch.softmax(logits.masked_fill(~self._allowed, float("-inf")) / 0.8, dim=0)
            ids.append(int(torch.multinomial(weights, 1, generator=self._random)))
            seen = torch.tensor([[ids[-1]]], device=self._model.device)
        text = " ".join(self._tokenizer.decode(ids).split())
        text = "".join(char for char in text if char.isprintable() and char not in _FORBIDDEN)
        self.document += text if any(char.isalnum() for char in text) else "..."

    def _ids(self, text: str) -> list[int]:
        ids = self._tokenizer.encode(self._context + self.document + text, add_special_tokens=False) or [0]
        return [int(token) for token in ids][-self._window + TEXT_TOKENS :]

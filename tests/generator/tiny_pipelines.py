"""Pipelines of every kind with random weights of a few hundred kilobytes, saved as whole model folders, without network.

They know nothing and draw noise, but every line of the loading, conditioning, stepping and decoding code is the real one.
"""

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")

#: What a tiny Wan accepts: sides in multiples of 16, frames in steps of 4 and one.
WIDTH, HEIGHT, FRAMES = 64, 48, 9


def _tokenizer() -> Any:
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from transformers import PreTrainedTokenizerFast

    words = ["<pad>", "</s>", "<unk>", "a", "boat", "harbour", "at", "dawn", "man", "the", "in", "rain", "blurry"]
    raw = Tokenizer(WordLevel({word: number for number, word in enumerate(words)}, unk_token="<unk>"))
    raw.pre_tokenizer = Whitespace()
    return PreTrainedTokenizerFast(
        tokenizer_object=raw, pad_token="<pad>", eos_token="</s>", unk_token="<unk>", model_max_length=32
    )


def _text_encoder() -> Any:
    from transformers import UMT5Config, UMT5EncoderModel

    return UMT5EncoderModel(
        UMT5Config(vocab_size=32, d_model=16, d_kv=8, d_ff=16, num_layers=1, num_heads=2, decoder_start_token_id=0)
    ).eval()


def _vae() -> Any:
    from diffusers import AutoencoderKLWan

    return AutoencoderKLWan(
        base_dim=4, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1, temperal_downsample=[False, True, True]
    ).eval()


_TRANSFORMER = {
    "patch_size": (1, 2, 2),
    "num_attention_heads": 2,
    "attention_head_dim": 12,
    "out_channels": 16,
    "text_dim": 16,
    "freq_dim": 32,
    "ffn_dim": 32,
    "num_layers": 2,
    "cross_attn_norm": True,
    "qk_norm": "rms_norm_across_heads",
    "rope_max_seq_len": 32,
}


def _shared() -> dict[str, Any]:
    from diffusers import FlowMatchEulerDiscreteScheduler

    return {
        "tokenizer": _tokenizer(),
        "text_encoder": _text_encoder(),
        "vae": _vae(),
        "scheduler": FlowMatchEulerDiscreteScheduler(shift=3.0),
    }


def _wan() -> Any:
    from diffusers import WanPipeline, WanTransformer3DModel

    return WanPipeline(**_shared(), transformer=WanTransformer3DModel(in_channels=16, **_TRANSFORMER))


def _wan_flf() -> Any:
    """For a first and a last frame, both of which it needs, as Wan 2.1's checkpoint for them."""
    return _wan_i2v(pos_embed_seq_len=2 * 5)


def _wan_i2v(**settings: Any) -> Any:
    """With an image encoder, as Wan 2.1's own checkpoints have."""
    from diffusers import WanImageToVideoPipeline, WanTransformer3DModel
    from transformers import CLIPImageProcessor, CLIPVisionConfig, CLIPVisionModel

    seen = CLIPVisionConfig(
        hidden_size=8,
        projection_dim=8,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=32,
        patch_size=16,
        intermediate_size=16,
    )
    transformer = WanTransformer3DModel(in_channels=36, image_dim=8, **settings, **_TRANSFORMER)
    return WanImageToVideoPipeline(
        **_shared(),
        transformer=transformer,
        image_encoder=CLIPVisionModel(seen).eval(),
        image_processor=CLIPImageProcessor(crop_size=32, size=32),
    )


def _wan_v2v() -> Any:
    from diffusers import UniPCMultistepScheduler, WanTransformer3DModel, WanVideoToVideoPipeline

    parts = _shared() | {"scheduler": UniPCMultistepScheduler(flow_shift=3.0)}
    return WanVideoToVideoPipeline(**parts, transformer=WanTransformer3DModel(in_channels=16, **_TRANSFORMER))


def _vace() -> Any:
    from diffusers import WanVACEPipeline, WanVACETransformer3DModel

    transformer = WanVACETransformer3DModel(in_channels=16, vace_layers=[0], vace_in_channels=96, **_TRANSFORMER)
    return WanVACEPipeline(**_shared(), transformer=transformer)


def _image() -> Any:
    """A picture from words: Stable Diffusion's parts, for storyboards."""
    from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel

    text = CLIPTextConfig(
        vocab_size=32, hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2,
        max_position_embeddings=32, bos_token_id=1, eos_token_id=1, pad_token_id=0,
    )  # fmt: skip
    unet = UNet2DConditionModel(
        block_out_channels=(8, 16), layers_per_block=1, sample_size=8, in_channels=4, out_channels=4, norm_num_groups=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=16, attention_head_dim=2,
    )  # fmt: skip
    vae = AutoencoderKL(
        block_out_channels=[8, 16], in_channels=3, out_channels=3, latent_channels=4, norm_num_groups=4,
        down_block_types=["DownEncoderBlock2D"] * 2, up_block_types=["UpDecoderBlock2D"] * 2,
    )  # fmt: skip
    return StableDiffusionPipeline(
        vae=vae.eval(),
        text_encoder=CLIPTextModel(text).eval(),
        tokenizer=_tokenizer(),
        unet=unet,
        scheduler=DDIMScheduler(steps_offset=1, clip_sample=False),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


KINDS: dict[str, Callable[[], Any]] = {
    "t2v": _wan,
    "i2v": _wan_i2v,
    "flf": _wan_flf,
    "v2v": _wan_v2v,
    "vace": _vace,
    "image": _image,
}


@cache
def build(kind: str, root: Path) -> Path:
    """The folder of a tiny pipeline, built once for each ``root``. The same weights every time."""
    import torch

    torch.set_num_threads(1)
    folder = root / kind
    with torch.random.fork_rng():
        torch.manual_seed(7)
        if kind == "modular":
            _modular(build("t2v", root), folder)
        elif kind == "lora":
            _lora(folder)
        else:
            KINDS[kind]().save_pretrained(folder, safe_serialization=True)
    return folder


def _modular(whole: Path, folder: Path) -> None:
    """The same parts under a modular index, as ``ModularPipeline.save_pretrained`` writes it."""
    from diffusers import ModularPipeline

    pipe = ModularPipeline.from_pretrained(str(whole), local_files_only=True)
    pipe.load_components()
    pipe.save_pretrained(str(folder), overwrite_modular_index=True)


def _lora(folder: Path) -> None:
    """A LoRA for the tiny text-to-video transformer, large enough to be seen in the pictures."""
    import torch
    from diffusers import WanPipeline
    from peft import LoraConfig
    from peft.utils import get_peft_model_state_dict

    pipe = _wan()
    pipe.transformer.add_adapter(LoraConfig(r=2, lora_alpha=2, target_modules=["to_q", "to_k", "to_v", "to_out.0"]))
    state = {name: torch.randn_like(value) for name, value in get_peft_model_state_dict(pipe.transformer).items()}
    WanPipeline.save_lora_weights(folder, transformer_lora_layers=state, safe_serialization=True)

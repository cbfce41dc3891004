"""A tiny sentence model in a folder: a BERT of random weights with the shipped list of pieces, for the port's contract."""

from pathlib import Path

from generator.audience.wordpiece import VOCABULARY


def tiny_sentences(folder: Path, *, seed: int = 0) -> Path:
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder.mkdir(parents=True, exist_ok=True)
    pieces = {piece: number for number, piece in enumerate(VOCABULARY.read_text("utf-8").split("\n")[:-1])}
    BertTokenizerFast(vocab=pieces).save_pretrained(folder)
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(pieces), hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2
    )
    BertModel(config).save_pretrained(folder, safe_serialization=True)
    return folder

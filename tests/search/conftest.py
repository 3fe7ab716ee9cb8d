"""A sentence-transformers model that is small enough to be made for the tests."""

import json
from pathlib import Path

import pytest

WORDS = "pump valve leak seal oil pipe the a of and to leaks salt pepper soup hot bell drum clock music steam"
VOCABULARY = {
    word: number for number, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS.split()])
}


def make_model(folder: Path, baked_length: int | None = None) -> Path:
    """Save a BERT of two layers with random weights.

    Args:
        folder: Where to.
        baked_length: Length to which its tokenizer.json truncates and pads; None for neither.
    """
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizer

    torch.manual_seed(1)
    shape = BertConfig(
        vocab_size=len(VOCABULARY),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
    )
    bert = folder.parent / f"{folder.name}-bert"
    BertModel(shape).save_pretrained(bert)
    BertTokenizer(vocab=VOCABULARY).save_pretrained(bert)
    transformer = Transformer(str(bert), max_seq_length=256)
    SentenceTransformer(modules=[transformer, Pooling(32)], device="cpu").save(str(folder))
    if baked_length:
        _bake(folder / "tokenizer.json", baked_length)
    return folder


def _bake(path: Path, length: int) -> None:
    tokenizer = json.loads(path.read_text())
    tokenizer["truncation"] = {
        "max_length": length,
        "strategy": "LongestFirst",
        "stride": 0,
        "direction": "Right",
    }
    tokenizer["padding"] = {
        "strategy": {"Fixed": length},
        "direction": "Right",
        "pad_to_multiple_of": None,
        "pad_id": 0,
        "pad_type_id": 0,
        "pad_token": "[PAD]",
    }
    path.write_text(json.dumps(tokenizer))


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of 32 dimensions; like the default's, its tokenizer.json truncates and pads to 128."""
    return make_model(tmp_path_factory.mktemp("models") / "tiny", baked_length=128)

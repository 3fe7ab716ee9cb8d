"""Reranking with a cross-encoder; the model is a tiny one with random weights, made here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from catalog.errors import ModelError
from catalog.settings import read_settings
from catalog.store import Catalog
from search.embed import embed_pending
from search.encoder import HashEncoder
from search.engine import Engine
from search.reranker import CrossEncoderReranker, reorder
from tests.build import Put, make_item
from tests.search.conftest import VOCABULARY, WORDS


def make_cross_encoder(folder: Path, labels: int = 1) -> Path:
    """Save a BERT of one layer that gives a pair of texts as many scores as there are labels."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    torch.manual_seed(2)
    shape = BertConfig(
        vocab_size=len(VOCABULARY),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        id2label={number: str(number) for number in range(labels)},
        initializer_range=0.8,
    )
    BertForSequenceClassification(shape).save_pretrained(folder)
    BertTokenizer(vocab=VOCABULARY).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model with one score."""
    return make_cross_encoder(tmp_path_factory.mktemp("models") / "cross")


def test_a_cross_encoder_scores_every_text_between_0_and_1(cross_encoder: Path) -> None:
    """The same score for the same pair, whatever else is scored with it."""
    reranker = CrossEncoderReranker.load(str(cross_encoder))
    texts = ["oil leaks", "salt and pepper", "clock music"]
    scores = reranker.score("the pump leaks", texts)
    assert scores.shape == (3,)
    assert ((scores > 0) & (scores < 1)).all()
    assert len(set(scores.round(4).tolist())) == 3
    assert reranker.score("the pump leaks", texts[1:2]) == pytest.approx(scores[1:2], abs=1e-4)
    assert reranker.score("the pump leaks", []).shape == (0,)


def test_what_is_no_reranker_is_refused(tmp_path: Path) -> None:
    """A name that is not here, a folder without a model, and a model with three scores."""
    with pytest.raises(ModelError, match="fetches nothing"):
        CrossEncoderReranker.load("nobody/nothing")
    with pytest.raises(ModelError, match="not a CrossEncoder that can be loaded"):
        CrossEncoderReranker.load(str(tmp_path)).score("pump", ["oil"])
    three = make_cross_encoder(tmp_path / "three", labels=3)
    with pytest.raises(ModelError, match="gives 3 scores for a pair"):
        CrossEncoderReranker.load(str(three)).score("pump", ["oil"])


def test_reranked_hits_keep_the_range_of_their_scores() -> None:
    """So none falls below what was not reranked; without spread, all count alike."""
    scores, told = np.array([0.8, 0.7, 0.6], np.float32), np.array([0.1, 0.2, 0.9], np.float32)
    assert reorder(scores, told, 1.0) == pytest.approx([0.6, 0.625, 0.8])
    assert reorder(scores, told, 0.0) == pytest.approx(scores)
    assert reorder(scores, np.full(3, 0.4, np.float32), 0.5) == pytest.approx([0.8, 0.75, 0.7])
    assert reorder(scores[:0], told[:0], 0.5).shape == (0,)


def test_the_engine_reranks_by_its_setting(catalog: Catalog, put: Put, cross_encoder: Path) -> None:
    """The best items come as the reranker says, and all others after them."""
    put(
        *(make_item(f"i{n}", f"The pump {word} leaks.", title="Pump") for n, word in enumerate(WORDS.split()))
    )
    plain = read_settings({"library": catalog.folder, "model": "hash:256"}, {})
    settings = replace(plain, reranker=str(cross_encoder), rerank_depth=5, rerank_weight=1.0)
    embed_pending(catalog, HashEncoder(256), lambda *_: None)
    found, reranked = (
        Engine(catalog, one, HashEncoder(256)).rank(catalog.owner(), "why the pump leaks oil?", k=20)
        for one in (plain, settings)
    )
    best = [item_id for item_id, _ in found[:5]]
    with catalog.read(catalog.owner()) as reader:
        texts = [f"Pump\n{reader.item(item_id).text}" for item_id in best]
    told = CrossEncoderReranker.load(str(cross_encoder)).score("why the pump leaks oil?", texts)

    assert [item_id for item_id, _ in reranked[:5]] == [best[i] for i in np.argsort(-told)]
    assert reranked[5:] == found[5:]
    assert [score for _, score in reranked] == sorted((score for _, score in reranked), reverse=True)

"""Topics where there are no tags: groups of alike items, called by the words that tell them from others."""

from __future__ import annotations

from collections import Counter

import numpy as np

from catalog.nouns import Contribution, Role
from catalog.settings import read_settings
from catalog.store import Catalog
from search.embed import embed_pending
from search.encoder import HashEncoder
from search.engine import Engine
from search.people.clusters import divided, near_each_other
from search.people.naming import Vocabulary, join_terms, shared_tags, telling_terms
from tests.build import Put, make_item, make_person

RAIN = ["Rain tanks turn green", "A rain tank that leaks", "How do I clean the rain tank?"]
OTHER = ["Compost is cold", "Slugs eat the beans", "A leaking roof", "Who has the key?", "Sharpening a hoe"]


def test_a_topic_is_called_by_words_as_they_stand() -> None:
    """Two words that stand together go before one; forms of a word are one, and the commonest is shown."""
    assert telling_terms(RAIN, Vocabulary([*RAIN, *OTHER])) == ["rain tank"]


def test_what_everybody_says_tells_nothing() -> None:
    """A word that is said as often elsewhere is no name."""
    beer = [f"Which beer {word}?" for word in ("foams", "keeps", "pours", "smells")]
    assert telling_terms(beer[:2], Vocabulary(beer)) == []


def test_shared_tags_go_from_the_rarest_elsewhere() -> None:
    """What most of the items have, and not what all the library has."""
    tags = [("all", "knives"), ("all", "knives", "hoes"), ("all",)]
    assert shared_tags(tags, Counter({"all": 10, "knives": 2, "hoes": 1}), 10) == ["knives"]
    assert join_terms(["knives", "sharpening", "hoes"]) == "knives, sharpening"


def test_what_is_near_is_one_group() -> None:
    """Whatever the order, the largest group first."""
    vectors = np.array([[1, 0], [0, 1], [0.9, 0.1], [1, 0.1]], np.float32)
    assert [group.tolist() for group in near_each_other(vectors)] == [[0, 2, 3], [1]]
    assert [group.tolist() for group in near_each_other(vectors[:1])] == [[0]]
    assert near_each_other(vectors[:0]) == []
    assert divided(vectors[:0]) == []


def test_a_community_without_tags_has_topics_all_the_same(catalog: Catalog, put: Put) -> None:
    """Made of what its items are about."""
    by = (Contribution(make_person("Ann"), Role.AUTHORED),)
    for number in range(30):
        for what in ("rain tank leaks water", "slugs eat beans"):
            title = what.rpartition(" ")[0].capitalize()
            put(make_item(f"{what[:4]}{number}", f"{what} {what}.", title=title, contributions=by))
    encoder = HashEncoder(256)
    embed_pending(catalog, encoder, lambda _done, _total: None)
    with Engine(catalog, read_settings({"library": catalog.folder, "model": encoder.location}, {})) as engine:
        topics = engine.topics(catalog.viewer("guest"))
    assert sorted((topic.name, topic.items, topic.tagged) for topic in topics) == [
        ("rain tank, leaks", 30, False),
        ("slugs eat", 30, False),
    ]

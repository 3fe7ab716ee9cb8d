import json
import math
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.errors import LibraryError
from search import lexical, shard_queries, shard_questions, shards
from search.derived import StaleIndexError
from search.lexical import PUBLIC, Entry, LexicalIndex, TantivyIndex, Where

MakeIndex = Callable[[], LexicalIndex]


def entry(number: int, text: str, *, shard: str = PUBLIC, title: str = "", heading: str = "") -> Entry:
    """A passage without anything to filter by."""
    return Entry(number, shard, "kitchen", "post", (), None, title, heading, text)


def found(
    index: LexicalIndex,
    question: str,
    *,
    shards: Sequence[str] = (PUBLIC,),
    k: int = 10,
    where: Where | None = None,
) -> dict[int, float]:
    """What is found, in its order, with scores."""
    numbers, scores = index.question(question, shards).search(k, where or Where())
    return dict(zip(numbers.tolist(), scores.tolist(), strict=True))


@pytest.fixture(params=[TantivyIndex.create], ids=["tantivy"])
def make_index(request: pytest.FixtureRequest, tmp_path: Path) -> MakeIndex:
    """Makes an empty index of every kind, each in a folder of its own."""
    folders = (tmp_path / str(number) for number in range(99))
    return lambda: request.param(next(folders))


@pytest.fixture
def index(make_index: MakeIndex) -> LexicalIndex:
    """An empty index."""
    return make_index()


class TestFinding:
    @pytest.mark.parametrize(
        ("question", "text"),
        [
            pytest.param("LEAK", "the pump leaks", id="case"),
            pytest.param("leaking pumps", "It leaked near the pump.", id="word forms"),
            pytest.param("muller", "Ask Müller.", id="accents"),
            pytest.param("E-2041", "shows E-2041", id="whole identifier"),
            pytest.param("2041", "shows E-2041", id="part of an identifier"),
            pytest.param("5.15", "since 5.15.2", id="part of a version"),
            pytest.param("bar", "call foo_bar()", id="part of a name in code"),
            pytest.param("how is it?", "this is how it is", id="stop words alone"),
            pytest.param('(pump AND "', "a pump", id="query language"),
            pytest.param("насос", "Как насос?", id="another script"),
        ],
    )
    def test_finds_words(self, index: LexicalIndex, question: str, text: str) -> None:
        """A question finds the passage with its words, and not the other."""
        index.update([], [entry(1, text), entry(2, "bread and soup")])

        assert list(found(index, question)) == [1]

    @pytest.mark.parametrize("question", ["", "  ?! ", "zebra"])
    def test_finds_nothing_without_shared_words(self, index: LexicalIndex, question: str) -> None:
        """Only passages that share a term are found."""
        index.update([], [entry(1, "the pump leaks")])

        assert found(index, question) == {}

    def test_drops_stop_words_beside_telling_ones(self, index: LexicalIndex) -> None:
        """The small words of a question find nothing."""
        index.update([], [entry(1, "how do I do it"), entry(2, "pump")])

        assert list(found(index, "How do I repair the pump?")) == [2]

    def test_prefers_the_whole_identifier(self, index: LexicalIndex) -> None:
        """The very identifier is before one that shares its parts."""
        index.update(
            [], [entry(1, "5 or 15 or 2 things"), entry(2, "since 5.15.2 it works"), entry(3, "2.15.5 is")]
        )

        assert next(iter(found(index, "5.15.2"))) == 2

    def test_finds_titles_and_headings_with_less_weight(self, index: LexicalIndex) -> None:
        """A word in the text counts more than one in the title or a heading."""
        index.update(
            [], [entry(1, "see above", title="pump"), entry(2, "a pump"), entry(3, "see", heading="pump")]
        )

        scores = found(index, "pump")

        assert list(scores) == [2, 1, 3]
        assert scores[2] > 1.5 * scores[1]

    def test_counts_title_headings_and_tags_once(self, index: LexicalIndex) -> None:
        """A word that stands in all three is worth no more than where it counts most."""
        one, all_three = entry(1, "see", title="pump"), entry(2, "see", title="pump", heading="pump")
        index.update([], [one, replace(all_three, tags=("pump",))])

        assert len(set(found(index, "pump").values())) == 1

    def test_finds_tags(self, index: LexicalIndex) -> None:
        """A tag's words are found like those of a title."""
        index.update([], [replace(entry(1, "see above"), tags=("water-pump",)), entry(2, "soup")])

        assert list(found(index, "pumps")) == [1]

    def test_finds_at_most_k(self, index: LexicalIndex) -> None:
        """Equals come by number, also where k cuts them off."""
        index.update([], [entry(number, "pump") for number in range(300, 0, -1)])

        assert list(found(index, "pump", k=3)) == [1, 2, 3]
        assert found(index, "pump", k=0) == {}

    def test_scores_only_the_passages_asked_for(self, index: LexicalIndex) -> None:
        """Their scores are those of the whole search."""
        index.update([], [entry(1, "pump leak"), entry(2, "pump"), entry(3, "leak"), entry(4, "soup")])
        whole = found(index, "pump leak")

        asked = index.question("pump leak", [PUBLIC])
        scores = asked.scores(np.array([3, 2, 4, 99])).tolist()
        assert scores == [whole[3], whole[2], 0, 0]
        assert asked.scores(np.array([], np.int64)).tolist() == []

    @pytest.mark.parametrize("single", [pytest.param(99, id="few"), pytest.param(0, id="many")])
    def test_scores_passages_of_several_shards(
        self, index: LexicalIndex, monkeypatch: pytest.MonkeyPatch, single: int
    ) -> None:
        """Of small ones and of large ones, however many are given."""
        monkeypatch.setattr(shard_queries, "_MOST_SINGLE", single)
        monkeypatch.setattr(shards, "_SMALL", 2)
        texts = ["pump leak", "pump", "leak", "soup", "pump", "leak pump"]
        index.update([], [entry(n, text, shard="club" if n < 2 else PUBLIC) for n, text in enumerate(texts)])
        whole = found(index, "pump leak", shards=[PUBLIC, "club"])

        scores = index.question("pump leak", [PUBLIC, "club"]).scores(np.array([5, 3, 0, 99, 1])).tolist()

        assert scores == [whole[5], 0, whole[0], 0, whole[1]]

    def test_answers_many_at_once(self, index: LexicalIndex) -> None:
        """Searches that run side by side do not disturb each other."""
        index.update([], [entry(1, "pump"), entry(2, "soup"), entry(3, "bell")])
        words = ["pump", "soup", "bell"]
        with ThreadPoolExecutor(4) as pool:
            results = list(pool.map(lambda i: list(found(index, words[i % 3])), range(300)))

        assert results == [[1], [2], [3]] * 100

    def test_asks_the_index_as_it_was(self, index: LexicalIndex) -> None:
        """A question that was read before an update has one answer, before it and after it."""
        index.update([], [entry(1, "pump leak"), entry(2, "pump")])
        asked = index.question("pump leak", [PUBLIC])
        before, weights = found(index, "pump leak"), asked.term_weights()

        index.update([1], [entry(3, "leak leak"), entry(4, "soup", shard="club")])

        numbers, scores = asked.search(10)
        assert dict(zip(numbers.tolist(), scores.tolist(), strict=True)) == before
        assert asked.term_weights() == weights
        assert list(found(index, "leak")) == [3]


GERMAN = "Das alte Haus verliert Wasser, und die Leitungen sind undicht und sehr laut."
ENGLISH = "The old house was repaired, and after that all of the pipes were quiet again."
CHINESE = "如何修理水泵？请先关闭电源。"


class TestLanguages:
    @pytest.mark.parametrize(
        ("question", "expected"),
        [
            pytest.param("Häuser", [1], id="one German word"),
            pytest.param("Welche Häuser verlieren Wasser und sind laut?", [1], id="German question"),
            pytest.param("repairs", [2], id="one English word"),
            pytest.param("How do I repair the pipe of a house?", [2], id="English question"),
            pytest.param("水泵", [3], id="Chinese word"),
        ],
    )
    def test_are_found_by_their_own_stems(
        self, index: LexicalIndex, question: str, expected: list[int]
    ) -> None:
        """In a library of several languages, each question finds the passage in its language."""
        index.update([], [entry(1, GERMAN), entry(2, ENGLISH), entry(3, CHINESE)])

        assert list(found(index, question)) == expected

    def test_do_not_count_a_word_twice(self, index: LexicalIndex) -> None:
        """A word whose stems differ has one weight, under the stem that the passages have."""
        index.update([], [entry(1, GERMAN), entry(2, ENGLISH)])

        assert index.question("Häuser", [PUBLIC]).term_weights() == pytest.approx(
            {"haus": math.log(1 + 1.5 / 1.5)}
        )
        assert found(index, "Häuser " * 9)[1] < 1

    def test_do_not_change_the_scores_of_an_english_library(self, index: LexicalIndex) -> None:
        """What another's private passages are written in changes nothing."""
        index.update([], [entry(2, ENGLISH)])
        alone = found(index, "Which houses were repaired?")
        index.update([], [entry(1, GERMAN, shard="club")])

        assert found(index, "Which houses were repaired?") == alone

    def test_are_told_of_a_text_too(self, index: LexicalIndex) -> None:
        """A German text gives German terms where the library has German passages."""
        index.update([], [entry(1, GERMAN)])

        assert index.analyse("Die Häuser sind laut und die alten Leitungen verlieren sehr viel Wasser.")[
            :2
        ] == ["die", "haus"]


class TestScores:
    def test_lie_between_0_and_1(self, index: LexicalIndex) -> None:
        """However often a word is said, the score stays below 1."""
        index.update([], [entry(1, "pump " * 500, title="pump " * 50), entry(2, "soup")])

        assert 0.8 < found(index, "pump")[1] < 1

    def test_reach_higher_in_an_index_without_labels(self, tmp_path: Path) -> None:
        """Where no title is searched beside the text, the text alone can be all that is wanted."""
        labelled, bare = (
            TantivyIndex.create(tmp_path / "a"),
            TantivyIndex.create(tmp_path / "b", labelled=False),
        )
        labelled.update([], [entry(1, "pump " * 500, title="soup"), entry(2, "soup")])
        bare.update([], [replace(entry(1, "pump " * 500, title="soup"), labelled=False), entry(2, "soup")])

        assert found(labelled, "pump")[1] < 0.7 < 0.9 < found(bare, "pump")[1] < 1
        assert list(found(bare, "soup")) == [2]

    def test_fall_with_words_that_are_nowhere(self, index: LexicalIndex) -> None:
        """A word that no passage has counts as the rarest of all."""
        index.update([], [entry(1, "pump"), entry(2, "soup")])

        assert found(index, "pump zebra")[1] < 0.5 * found(index, "pump")[1]

    def test_favour_the_word_that_the_question_repeats(self, index: LexicalIndex) -> None:
        """But never by more than a factor of two."""
        index.update([], [entry(1, "pump"), entry(2, "soup")])

        once, often = found(index, "pump soup"), found(index, "pump pumps PUMP soup " + "pump " * 50)

        assert once[1] == once[2]
        assert often[2] < often[1] < 2 * often[2]

    def test_count_the_weightiest_words_of_a_long_question(
        self, index: LexicalIndex, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The commonest ones are left out."""
        monkeypatch.setattr(shard_questions, "MOST_TERMS", 2)
        index.update([], [entry(1, "pump leak"), entry(2, "pump oil"), entry(3, "pump soup")])

        assert found(index, "pump leak soup") == found(index, "leak soup")

    def test_are_those_of_an_independent_bm25(self, index: LexicalIndex) -> None:
        """BM25 as the literature has it, over two shards, to the fourth decimal."""
        rng = random.Random(5)  # noqa: S311  (no secret)
        words = ["pump", "valve", "leak", "seal", "oil", "soup", "bread", "oven", "salt", "bolt", "gear"]
        weights = [2.0**-rank for rank in range(len(words))]
        entries = [
            entry(
                number,
                " ".join(rng.choices(words, weights, k=rng.randint(1, 35))),
                title=" ".join(rng.choices(words, k=rng.randint(0, 5))),
                shard=PUBLIC if number % 3 else "club",
            )
            for number in range(120)
        ]
        index.update([], entries)

        scores = found(index, "leak salt gear zebra", shards=[PUBLIC, "club"], k=200)

        assert scores == pytest.approx(reference_scores(["leak", "salt", "gear", "zebra"], entries), abs=1e-4)


def reference_scores(terms: Sequence[str], entries: Sequence[Entry]) -> dict[int, float]:
    """BM25 with k1 = 1.2 and b = 0.75 of all passages that share a term, divided by its bound."""
    fields = {"text": 1.0, "title": 0.5}
    frequency = {term: sum(term in f"{one.text} {one.title}".split() for one in entries) for term in terms}
    idf = {t: math.log(1 + (len(entries) - n + 0.5) / (n + 0.5)) for t, n in frequency.items()}
    scores: dict[int, float] = {}
    for one in entries:
        shard = [other for other in entries if other.shard == one.shard]
        for name, weight in fields.items():
            tokens = getattr(one, name).split()
            average = np.mean([len(getattr(other, name).split()) for other in shard])
            for term in set(terms) & set(tokens):
                count = tokens.count(term)
                factor = 2.2 * count / (count + 1.2 * (0.25 + 0.75 * len(tokens) / average))
                scores[one.id] = scores.get(one.id, 0) + weight * idf[term] * factor
    bound = 2.2 * sum(fields.values()) * sum(idf.values())
    return {number: float(score) / bound for number, score in scores.items()}


class TestTermWeights:
    def test_are_higher_for_rarer_words(self, index: LexicalIndex) -> None:
        """Each term of the question, as analysed, with its inverse document frequency."""
        index.update([], [entry(1, "pump leaks"), entry(2, "pump"), entry(3, "soup", title="pump")])

        assert index.question("Why are pumps leaking, zebra?", [PUBLIC]).term_weights() == pytest.approx(
            {
                "pump": math.log(1 + 0.5 / 3.5),
                "leak": math.log(1 + 2.5 / 1.5),
                "zebra": math.log(1 + 3.5 / 0.5),
            }
        )

    def test_count_only_the_shards_named(self, index: LexicalIndex) -> None:
        """What the viewer may not read does not make a word commoner."""
        index.update([], [entry(1, "pump"), entry(2, "pump", shard="club"), entry(3, "soup", shard="club")])

        assert index.question("pump", [PUBLIC, "nowhere"]).term_weights() == pytest.approx(
            {"pump": math.log(1 + 0.5 / 1.5)}
        )
        assert index.question("pump", [PUBLIC, "club"]).term_weights() == pytest.approx(
            {"pump": math.log(1 + 1.5 / 2.5)}
        )

    def test_have_the_terms_of_analyse(self, index: LexicalIndex) -> None:
        """Terms can be looked up in a text that is analysed the same way."""
        assert index.analyse("The pump leaks at E-2041") == [
            "the",
            "pump",
            "leak",
            "at",
            "e",
            "2041",
            "eꞏ2041",
        ]
        assert set(index.question("leaking E-2041?", [PUBLIC]).term_weights()) == {
            "leak",
            "e",
            "2041",
            "eꞏ2041",
        }


MANUAL = Entry(1, PUBLIC, "kitchen", "document", ("pump", "oil"), 1000, "", "", "pump")
ANSWER = Entry(2, PUBLIC, "workshop", "answer", ("oil",), 2000, "", "", "pump")
UNDATED = Entry(3, PUBLIC, "workshop", "post", (), None, "", "", "pump")


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        pytest.param(Where(), [1, 2, 3], id="no conditions"),
        pytest.param(Where(communities=frozenset({"workshop", "farm"})), [2, 3], id="communities"),
        pytest.param(Where(communities=frozenset()), [], id="no community at all"),
        pytest.param(Where(kinds=frozenset({"answer", "document"})), [1, 2], id="kinds"),
        pytest.param(Where(tags=frozenset({"pump", "soup"})), [1], id="any of the tags"),
        pytest.param(Where(since=2000), [2], id="since, inclusive"),
        pytest.param(Where(until=2000), [1], id="until, exclusive"),
        pytest.param(Where(since=1000, until=2001), [1, 2], id="since and until"),
        pytest.param(Where(communities=frozenset({"workshop"}), tags=frozenset({"oil"})), [2], id="all hold"),
    ],
)
def test_conditions_hold_for_all_that_is_found(
    index: LexicalIndex, where: Where, expected: list[int]
) -> None:
    """Conditions select, and leave the scores alone."""
    index.update([], [MANUAL, ANSWER, UNDATED])
    whole = found(index, "pump")

    assert found(index, "pump", where=where) == {number: whole[number] for number in expected}


def test_the_languages_of_the_passages_are_told(index: LexicalIndex) -> None:
    """Those of the passages that are there."""
    german = "Die Pumpe leckt, weil die Dichtung alt ist und nicht mehr schließt."
    index.update([], [entry(1, "The pump leaks because the seal is worn out."), entry(2, german)])
    assert set(index.languages()) == {"english", "german"}


def test_a_filtered_search_has_k_results_if_k_passages_pass(index: LexicalIndex) -> None:
    """Conditions apply inside the search: ten rare passages are found behind a thousand better ones."""
    better = [entry(number, "pump pump") for number in range(1000)]
    index.update([], [*better, *(replace(MANUAL, id=number, text="a pump") for number in range(1000, 1010))])

    assert list(found(index, "pump", where=Where(tags=frozenset({"oil"})))) == list(range(1000, 1010))


class TestUpdate:
    def test_takes_out_what_is_removed(self, index: LexicalIndex) -> None:
        """A removed passage is gone in the next search; unknown numbers are ignored."""
        index.update([], [entry(1, "pump"), entry(2, "pump leak")])
        index.update([1, 99], [])

        assert list(found(index, "pump")) == [2]
        assert len(index) == 1

    def test_replaces_what_is_there(self, index: LexicalIndex) -> None:
        """A passage that is added again has its new text, once; the last one counts."""
        index.update([], [entry(1, "pump")])
        index.update([], [entry(1, "valve"), entry(1, "soup")])

        assert (found(index, "pump valve"), list(found(index, "soup"))) == ({}, [1])

    def test_moves_a_passage_to_another_shard(self, index: LexicalIndex) -> None:
        """A community that becomes private leaves nothing among the public ones."""
        index.update([], [entry(1, "pump"), entry(2, "soup")])
        index.update([], [entry(1, "pump", shard="club")])

        assert (found(index, "pump"), list(found(index, "pump", shards=["club"]))) == ({}, [1])

    def test_can_empty_a_shard(self, index: LexicalIndex) -> None:
        """Nothing is left of a shard whose passages are removed."""
        index.update([], [entry(1, "pump", shard="club"), entry(2, "pump")])
        index.update([1, 2], [])

        assert (len(index), found(index, "pump", shards=["club", PUBLIC])) == (0, {})

    def test_takes_more_passages_than_are_written_at_a_time(
        self, index: LexicalIndex, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """However many come in one update, all are there once."""
        monkeypatch.setattr(lexical, "_CHUNK", 4)
        index.update([], (entry(number, "pump") for number in range(10)))
        index.update([9], (entry(number, "pump") for number in range(8)))

        assert list(found(index, "pump", k=99)) == list(range(9))


WORDS = st.sampled_from(["pump", "valve", "leak", "seal", "oil", "soup", "bread", "oven"])
TEXTS = st.lists(WORDS, max_size=30).map(" ".join)
SHARDS = st.sampled_from([PUBLIC, "club", "guild"])
CORPORA = st.lists(
    st.builds(entry, st.integers(0, 14), TEXTS, shard=SHARDS, title=TEXTS), unique_by=lambda one: one.id
)
QUESTIONS = ["pump", "leak zebra", "pump valve leak", "the soup of the oven"]


@settings(max_examples=10, deadline=None)
@given(CORPORA)
def test_scores_do_not_depend_on_what_the_viewer_may_not_read(corpus: list[Entry]) -> None:
    """A viewer's scores and weights are the same with and without the private passages of others."""
    readable = [PUBLIC, "club"]
    with TemporaryDirectory() as folder:
        everything, own = (TantivyIndex.create(Path(folder) / name) for name in ("everything", "own"))
        everything.update([], corpus)
        own.update([], [one for one in corpus if one.shard in readable])

        for question in QUESTIONS:
            assert found(everything, question, shards=readable) == found(own, question, shards=readable)
            assert (
                everything.question(question, readable).term_weights()
                == own.question(question, readable).term_weights()
            )


@settings(max_examples=10, deadline=None)
@given(CORPORA, CORPORA, st.randoms(use_true_random=False))
def test_results_do_not_depend_on_the_way_to_the_same_content(
    corpus: list[Entry], former: list[Entry], rng: random.Random
) -> None:
    """Indexed at once, or in several updates with other texts removed and replaced: the results are equal."""
    shards, shuffled = [PUBLIC, "club", "guild"], rng.sample(corpus, len(corpus))
    with TemporaryDirectory() as folder:
        once, slowly = (TantivyIndex.create(Path(folder) / name) for name in ("once", "slowly"))
        once.update([], corpus)
        slowly.update([], former)
        slowly.update([one.id for one in former], shuffled[::2])
        slowly.update([], shuffled[1::2])
        slowly.renew(slowly.worn(), corpus)

        for question in QUESTIONS:
            expected = found(once, question, shards=shards)
            # A sum in single precision may round to the neighbouring fifth decimal.
            assert found(slowly, question, shards=shards) == pytest.approx(expected, abs=1.1e-5)
            assert slowly.question(question, shards).term_weights() == (
                once.question(question, shards).term_weights()
            )


@settings(max_examples=20, deadline=None)
@given(CORPORA, st.integers(1, 6), st.sampled_from([0, 2]), st.sampled_from([0, 99]))
def test_the_best_are_the_first_of_all(corpus: list[Entry], k: int, spare: int, read: int) -> None:
    """However few are wanted, of however many shards, as if every passage was scored and put in order."""
    shards, numbers = [PUBLIC, "club", "guild"], np.arange(15)
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(shard_queries, "_SPARE", spare)
        patch.setattr(shard_queries, "_MOST_READ", read)
        index = TantivyIndex.create(Path(folder))
        index.update([], corpus)

        for question in QUESTIONS:
            everything = found(index, question, shards=shards, k=99)
            assert found(index, question, shards=shards, k=k) == dict(list(everything.items())[:k])
            scores = index.question(question, shards).scores(numbers)
            assert scores.tolist() == pytest.approx([everything.get(n, 0) for n in range(15)], abs=1.1e-5)


class TestRenewing:
    def test_is_due_when_a_tenth_is_deleted(self, index: LexicalIndex) -> None:
        """Of each shard by itself."""
        index.update(
            [], [entry(number, "pump", shard="club" if number > 20 else PUBLIC) for number in range(30)]
        )
        index.update([1], [])
        assert index.worn() == frozenset()

        index.update([2, 29], [entry(3, "soup")])
        assert index.worn() == {PUBLIC, "club"}

    def test_leaves_nothing_of_what_was_deleted(self, index: LexicalIndex, make_index: MakeIndex) -> None:
        """Until then only the average length still counts it; then nothing does."""
        entries = [entry(number, "pump leak" if number % 2 else "pump and some oil") for number in range(100)]
        long = [entry(number, "oil " * 38 + "pump leak") for number in range(100, 115)]
        fresh = make_index()
        index.update([], entries + long)
        fresh.update([], entries)

        index.update(range(100, 115), [])
        assert (
            index.question("leak", [PUBLIC]).term_weights() == fresh.question("leak", [PUBLIC]).term_weights()
        )
        assert found(index, "leak") == pytest.approx(found(fresh, "leak"), rel=0.3)
        assert found(index, "leak") != found(fresh, "leak")

        index.renew([PUBLIC], [*entries, entry(999, "leak", shard="club")])
        assert found(index, "leak") == found(fresh, "leak")
        assert (index.worn(), len(index)) == (frozenset(), 100)

    def test_leaves_other_shards_alone(self, index: LexicalIndex) -> None:
        """What is not named stays as it is."""
        index.update([], [entry(1, "pump"), entry(2, "pump", shard="club")])
        index.renew(["club"], [entry(2, "pump", shard="club")])

        assert list(found(index, "pump", shards=[PUBLIC, "club"])) == [1, 2]


class TestSaving:
    @pytest.fixture
    def saved(self, tmp_path: Path) -> Path:
        """The folder of a saved index of two shards."""
        index = TantivyIndex.create(tmp_path / "lexical")
        index.update([], [entry(1, "pump"), entry(2, "pump leak"), entry(3, "soup", shard="club")])
        index.generation = 7
        index.save()
        return tmp_path / "lexical"

    def test_comes_back_as_it_was(self, saved: Path) -> None:
        """Passages and generation are kept, and updates go on."""
        index = TantivyIndex.open(saved)
        index.update([2], [entry(4, "pumps")])

        assert (index.generation, len(index)) == (7, 3)
        assert list(found(index, "pump")) == [1, 4]

    def test_describes_itself_in_plain_json(self, saved: Path) -> None:
        """A person can see what the folder holds."""
        assert json.loads((saved / "index.json").read_text()) == {
            "format": 4,
            "generation": 7,
            "shards": {
                PUBLIC: {"folder": "shard-1", "count": 2, "deleted": 0},
                "club": {"folder": "shard-2", "count": 1, "deleted": 0},
            },
        }

    def test_drops_what_it_no_longer_needs(self, saved: Path) -> None:
        """A shard that was written anew leaves no old folder behind."""
        index = TantivyIndex.open(saved)
        index.update([1, 3], [])
        index.renew([PUBLIC], [entry(2, "pump leak")])
        index.save()

        assert sorted(path.name for path in saved.iterdir()) == ["index.json", "shard-3"]
        assert list(found(TantivyIndex.open(saved), "pump")) == [2]

    def test_starts_anew_where_an_index_was(self, saved: Path) -> None:
        """`create` leaves nothing of what was there."""
        assert len(TantivyIndex.create(saved)) == 0
        assert sorted(path.name for path in saved.iterdir()) == ["index.json"]

    def test_opens_what_was_saved_last_after_a_crash(self, saved: Path) -> None:
        """A shard that was written anew and was not saved has not been."""
        TantivyIndex.open(saved).renew([PUBLIC], [entry(9, "pump")])

        assert list(found(TantivyIndex.open(saved), "pump")) == [1, 2]

    def test_refuses_a_shard_that_changed_after_it_was_saved(self, saved: Path) -> None:
        """A crash between writing a shard and saving the index is noticed."""
        TantivyIndex.open(saved).update([], [entry(9, "pump")])

        with pytest.raises(StaleIndexError, match="shard-1 is not as it was saved"):
            TantivyIndex.open(saved)

    def test_refuses_to_update_what_somebody_else_has_changed(self, saved: Path) -> None:
        """Of two that opened the same index, the second to write has to open it again."""
        first, second = TantivyIndex.open(saved), TantivyIndex.open(saved)
        first.update([1], [])
        first.save()

        with pytest.raises(StaleIndexError, match="another process has changed it"):
            second.update([2], [])
        assert list(found(second, "pump")) == [1, 2]

    def test_refuses_what_is_missing(self, tmp_path: Path) -> None:
        """There is nothing to open in an empty folder."""
        with pytest.raises(StaleIndexError, match="built again from the catalog"):
            TantivyIndex.open(tmp_path)

    @pytest.mark.parametrize("ending", [".term", ".idx", ".store", ".fast", ".fieldnorm", "meta.json"])
    @pytest.mark.parametrize("damage", ["missing", "truncated", "empty"])
    def test_refuses_a_damaged_shard(self, saved: Path, ending: str, damage: str) -> None:
        """A file that is missing or cut short is noticed when the index is opened."""
        file = next(path for path in (saved / "shard-1").iterdir() if path.name.endswith(ending))
        content = file.read_bytes()
        file.unlink()
        if damage != "missing":
            file.write_bytes(content[:-7] if damage == "truncated" else b"")

        with pytest.raises(StaleIndexError, match="built again from the catalog"):
            TantivyIndex.open(saved)

    @pytest.mark.parametrize(
        "parameters",
        [
            pytest.param("{", id="not JSON"),
            pytest.param("[]", id="a list"),
            pytest.param('{"format": 3}', id="another format"),
            pytest.param('{"format": 4, "generation": 1}', id="no shards"),
            pytest.param('{"format": 4, "generation": 1, "shards": {"club": []}}', id="no shard"),
            pytest.param(
                '{"format": 4, "generation": 1,'
                ' "shards": {"club": {"folder": "../x", "count": 1, "deleted": 0}}}',
                id="a folder elsewhere",
            ),
        ],
    )
    def test_refuses_parameters_that_it_does_not_know(self, saved: Path, parameters: str) -> None:
        """An index of another version, or a damaged one, is built again."""
        (saved / "index.json").write_text(parameters)

        with pytest.raises(StaleIndexError, match=r"index\.json"):
            TantivyIndex.open(saved)

    def test_says_why_it_cannot_be_created(self, tmp_path: Path) -> None:
        """The message names the folder."""
        (tmp_path / "lexical").write_text("a file is in the way")

        with pytest.raises(LibraryError, match=f"{tmp_path}/lexical: cannot be written"):
            TantivyIndex.create(tmp_path / "lexical")

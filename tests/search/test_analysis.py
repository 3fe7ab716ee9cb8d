from collections import Counter

import pytest

from search.analysis import (
    analyse,
    joined_terms,
    language_of,
    languages_of,
    likely_languages,
    question_terms,
    question_words,
)
from search.analysis.classifier import classify, classify_all


class TestNames:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            pytest.param("CVE-2020-1234", ["cve", "2020", "1234", "cveꞏ2020ꞏ1234"], id="number of a flaw"),
            pytest.param("0x80070057", ["0x80070057"], id="error code"),
            pytest.param("foo_bar", ["foo", "bar", "fooꞏbar"], id="snake case"),
            pytest.param("os.path.join", ["os", "path", "join", "osꞏpathꞏjoin"], id="dotted name"),
            pytest.param("v2.4.1", ["v2", "4", "1", "2ꞏ4ꞏ1"], id="version, without its v"),
            pytest.param("TLS1.3", ["tls1", "3", "tls1ꞏ3"], id="protocol"),
            pytest.param("getUserName", ["getusernam", "get", "user", "name"], id="camel case"),
            pytest.param("XMLHttpRequest", ["xmlhttprequest", "xml", "http", "request"], id="acronym first"),
            pytest.param("C++", ["cꞏplusꞏplus"], id="C++ is not C"),
            pytest.param("C#", ["cꞏsharp"], id="C# is not C"),
            pytest.param(".NET", ["net", "dotꞏnet"], id=".NET"),
            pytest.param("i++; x = c + d", ["i", "x", "c", "d"], id="operators"),
            pytest.param("well-known end.Start", ["well", "known", "end", "start"], id="ordinary words"),
            pytest.param("水泵坏", ["水泵", "泵坏"], id="a script without spaces"),
            pytest.param("水", ["水"], id="a single character of it"),
        ],
    )
    def test_are_kept_beside_their_parts(self, text: str, expected: list[str]) -> None:
        """Identifiers give their parts and the whole."""
        assert analyse(text) == expected

    def test_tell_an_acronym_from_a_small_word(self) -> None:
        """IT is looked for, it is not; where everything is in capitals, nobody can tell."""
        assert question_terms("Is it the IT department?") == ["depart", "itꞏ"]
        assert question_terms("FIX IT NOW") == ["fix"]

    @pytest.mark.parametrize(
        "text", ["a" * 100_000, "aB" * 50_000, "1." * 50_000, "_-" * 50_000, "水" * 50_000]
    )
    def test_of_any_length_are_read(self, text: str) -> None:
        """Endless names give only terms of a bounded length."""
        assert all(len(term.encode()) <= 100 for term in analyse(text))


PROSE = [
    "The pump leaks oil and makes a lot of noise.",
    "Die Pumpe verliert Öl und macht laute Geräusche.",
    "Jak naprawić pompę, która przecieka i hałasuje?",
    "La pompe fuit et fait beaucoup de bruit.",
    "如何修理水泵？请先关闭电源。",
    "SHUT THE VALVE BEFORE YOU OPEN THE PUMP",
    "kubernetes ingress tls",
    "E-2041",
    "",
]


class TestJoinedTerms:
    @pytest.mark.parametrize(
        "text",
        [
            *PROSE,
            pytest.param("IT's WHO/US, not it; CAN I?", id="acronyms"),
            pytest.param("FIX IT NOW", id="capitals"),
            pytest.param("(.NET) .NET, C++/C# x(C#)y c++ C+++", id="signs"),
            pytest.param("call foo_bar('os.path.join', v2.4.1), getUserName()!", id="identifiers"),
            pytest.param("a\x1cb v1.2\x85C++\u2028x 水IT泵 水泵。坏", id="odd spaces and scripts"),
            pytest.param("don't end.Start self-made e-mail", id="joints"),
            pytest.param("a" * 300 + " pumps " + "ab1" * 50, id="long words"),
        ],
    )
    @pytest.mark.parametrize("language", ["english", "german", "other"])
    def test_are_those_of_analyse(self, text: str, language: str) -> None:
        """The same terms, each as often, whichever texts were read before."""
        for _ in range(2):
            assert Counter(joined_terms(text, language).split()) == Counter(analyse(text, language))


class TestQuestionWords:
    def test_are_counted(self) -> None:
        """Each word once, with how often it is said; stop words are left out."""
        assert question_words("Why do pumps leak? The pump!") == {("pump",): 2, ("leak",): 1}

    def test_are_stop_words_if_there_is_nothing_else(self) -> None:
        """A question of small words is looked for as it is."""
        assert question_words("how is it") == {("how",): 1, ("is",): 1, ("it",): 1}

    def test_have_a_term_for_each_stem(self) -> None:
        """Where two languages may be meant, a word is found by either stem."""
        assert question_words("Häuser", ["german", "english"]) == {("haus", "hauser"): 1}

    def test_lack_the_stop_words_of_their_language(self) -> None:
        """Small words are those of the languages that are looked for."""
        assert question_words("Warum ist die Pumpe laut?", ["german"]) == {
            ("warum",): 1,
            ("pump",): 1,
            ("laut",): 1,
        }


class TestLanguages:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            pytest.param("The pump leaks oil and makes a lot of noise.", "english", id="English"),
            pytest.param("Die Pumpe verliert Öl und macht laute Geräusche.", "german", id="German"),
            pytest.param("La pompe fuit et fait beaucoup de bruit.", "french", id="French"),
            pytest.param("Jak naprawić pompę, która przecieka i hałasuje?", "other", id="no stemmer"),
            pytest.param("kubernetes ingress tls", "unknown", id="jargon"),
            pytest.param("E-2041", "unknown", id="no words"),
            pytest.param("", "unknown", id="nothing"),
        ],
    )
    def test_are_told_where_they_are_plain(self, text: str, expected: str) -> None:
        """A text that could be anything is of no language."""
        assert language_of(text) == expected

    def test_are_told_of_many_texts_at_once(self) -> None:
        """As of each by itself, by its first plain text."""
        texts = [(text, f"{PROSE[1]}\n{text}") for text in PROSE] + [("E-2041", "")]

        assert languages_of(texts) == [language_of(*some) for some in texts]

    def test_are_guessed_of_many_texts_as_of_one(self) -> None:
        """The same codes, and probabilities up to the order in which they are added up."""
        codes, probabilities = zip(*map(classify, PROSE), strict=True)
        together = classify_all(PROSE)

        assert tuple(code for code, _ in together) == codes
        assert [probability for _, probability in together] == pytest.approx(probabilities, abs=1e-4)

    def test_are_told_by_the_first_plain_text(self) -> None:
        """Where a passage is too short to tell, its item's title may."""
        assert language_of("E-2041", "Die Pumpe verliert Öl und macht laute Geräusche.") == "german"

    @pytest.mark.parametrize(
        ("question", "held", "expected"),
        [
            pytest.param("Wie repariere ich die Pumpe?", {"english": 9}, ("english",), id="nothing else"),
            pytest.param(
                "Wie repariere ich die Pumpe?", {"english": 9, "german": 9}, ("german",), id="plain"
            ),
            pytest.param(
                "Wie repariere ich die Pumpe?",
                {"german": 9, "unknown": 1},
                ("german", "english"),
                id="passages too short to tell",
            ),
            pytest.param("TLS", {"english": 5, "german": 9}, ("german", "english"), id="all, by number"),
            pytest.param("TLS", {"english": 999, "german": 1}, ("english",), id="too few to matter"),
            pytest.param("TLS", {}, ("english",), id="an empty library"),
        ],
    )
    def test_of_a_question_are_those_of_the_library(
        self, question: str, held: dict[str, int], expected: tuple[str, ...]
    ) -> None:
        """Its own language if that is plain, else whatever the passages are in."""
        assert likely_languages(question, held) == expected

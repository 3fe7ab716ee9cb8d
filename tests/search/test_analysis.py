import pytest

from search.analysis import analyse, language_of, likely_languages, question_terms, question_words


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

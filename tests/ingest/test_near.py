"""Which items are near-identical, and which only look like it."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.copies import Sketched
from catalog.nouns import Kind
from catalog.store import Catalog
from ingest.minhash import signature
from ingest.near import are_copies, link_copies, shingles
from tests.build import Put, make_item, make_library_at


def _words(first: int, last: int) -> str:
    return " ".join(f"word{number}" for number in range(first, last))


LONG = _words(0, 200)


def _item(text: str, title: str = "Pruning", thread: str = "a") -> Sketched:
    return Sketched(1, title, text, (1, thread), "")


@pytest.mark.parametrize(
    ("text", "title", "thread", "alike"),
    [
        pytest.param(LONG, "Pruning", "b", True, id="the same"),
        pytest.param(f"**{LONG.upper()}**!", "Pruning", "b", True, id="but for markup and case"),
        pytest.param(_words(0, 180), "Re: Pruning", "b", True, id="the end cut, as a reply"),
        pytest.param(_words(100, 300), "Pruning", "b", False, id="half of it"),
        pytest.param(_words(0, 180), "Pruning, part 2", "b", False, id="part of a series"),
        pytest.param(LONG + " word", "How to prune", "b", True, id="one word more under another title"),
        pytest.param(_words(0, 180), "Pruning", "a", False, id="quoted in the same thread"),
        pytest.param(LONG, "Pruning", "a", True, id="posted twice in a thread"),
    ],
)
def test_copies_are(text: str, title: str, thread: str, alike: bool) -> None:
    """Texts that share most of their shingles; how many depends on title and thread."""
    assert are_copies(_item(LONG), _item(text, title, thread)) is alike


def test_a_blurb_under_two_titles_is_no_copy() -> None:
    """One sentence introduces both parts of a course."""
    blurb = "Two gardeners tell all that beginners need to know about pruning."
    assert not are_copies(_item(blurb, "Part one"), _item(blurb, "Part two", "b"))
    assert are_copies(_item(blurb, "Part one"), _item(blurb, "Part one", "b"))


def test_what_says_too_little_has_no_shingles() -> None:
    """Many people write: thanks, that works."""
    assert shingles("Thanks, that works for me!") == frozenset()
    assert shingles("It works, *thank* you so much") == {
        "it works thank you so",
        "works thank you so much",
    }


def _copies(catalog: Catalog, *keys: str) -> dict[str, tuple[str, ...]]:
    with catalog.read(catalog.owner()) as reader:
        return reader.copies([f"notes:{key}" for key in keys])


def test_linking_groups_copies_once(catalog: Catalog, put: Put) -> None:
    """A second run has nothing to look at."""
    put(
        make_item("a", LONG, title="Pruning"),
        make_item("b", LONG, title="Pruning", community="board"),
        make_item("c", _words(300, 500)),
    )

    assert (link_copies(catalog), link_copies(catalog)) == (3, 0)
    assert _copies(catalog, "a", "c") == {"notes:a": ("notes:b",)}


def test_copies_that_come_later_join(catalog: Catalog, put: Put) -> None:
    """And what changed is looked at again."""
    put(make_item("a", LONG, title="Pruning"))
    link_copies(catalog)
    put(make_item("b", LONG, title="Pruning"), make_item("c", LONG, title="Pruning"))
    link_copies(catalog)
    assert _copies(catalog, "a") == {"notes:a": ("notes:b", "notes:c")}

    put(make_item("a", _words(300, 500), title="Pruning"))
    link_copies(catalog)
    assert _copies(catalog, "a", "b") == {"notes:b": ("notes:c",)}


def test_a_chain_does_not_become_a_group(catalog: Catalog, put: Put) -> None:
    """The first is like the second and the second like the third, but not the first like the third."""
    texts = [_words(0, 200), _words(15, 215), _words(30, 230)]
    put(*(make_item(key, text, title="Pruning") for key, text in zip("abc", texts, strict=True)))
    link_copies(catalog)

    assert _copies(catalog, "a", "c") == {"notes:a": ("notes:b",)}


def test_the_same_answer_in_two_threads_is_a_copy(catalog: Catalog, put: Put) -> None:
    """Answers carry the title of their question."""
    for thread in ("q1", "q2"):
        put(make_item(f"a{thread}", LONG, kind=Kind.ANSWER, thread=thread, title=f"Question {thread}"))
    link_copies(catalog)

    assert _copies(catalog, "aq1") == {"notes:aq1": ("notes:aq2",)}


def test_a_copy_of_what_an_older_copse_sketched_is_found(tmp_path: Path) -> None:
    """What was sketched with four bytes a value is not sketched again; what is too short stays so."""
    values = signature(run.encode() for run in shingles(LONG)).astype("<u4").tobytes().hex()
    texts = (LONG, "Thanks!", LONG)
    item = (
        "INSERT INTO items (source_id, unit_id, community_id, key, kind, title, text, thread, accepted,"
        " digest) VALUES (1, 1, 1, 'KEY', 'document', 'Pruning', 'TEXT', 'KEY', 0, 'DIGEST of the KEY')"
    )
    sketched = (
        "INSERT INTO sketches (item_id, digest, signature)"
        " SELECT id, digest, x'VALUES' FROM items WHERE key = 'KEY'"
    )
    make_library_at(
        tmp_path,
        "0008",
        "INSERT INTO communities (slug, name, private) VALUES ('garden', 'Garden', 0)",
        "INSERT INTO sources (name, kind, location, root) VALUES ('notes', 'folder', '/n', '/n')",
        "INSERT INTO units (source_id, key, digest, content, location) VALUES (1, 'a', '', '', '')",
        *(item.replace("KEY", key).replace("TEXT", text) for key, text in zip("abc", texts, strict=True)),
        sketched.replace("KEY", "a").replace("VALUES", values),
        sketched.replace("KEY", "b").replace("VALUES", ""),
        "INSERT INTO sketch_bands (item_id, band, hash) VALUES (1, 0, 7)",
    )
    with Catalog.open(tmp_path) as catalog:
        with catalog.write() as writer:
            assert [item.id for item in writer.unsketched([1, 2, 3])] == [3]
        link_copies(catalog)

        assert _copies(catalog, "a") == {"notes:a": ("notes:c",)}

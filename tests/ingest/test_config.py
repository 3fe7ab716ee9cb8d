"""`copse.toml`: what it may say, and where it holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.errors import SettingError
from catalog.nouns import Community, Kind
from ingest.config import Config, TableConfig, nearest, read_config, slug


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    """Where the file that a test writes lies."""
    return tmp_path / "copse.toml"


def test_everything_that_a_file_can_say(toml: Path) -> None:
    """All keys together; a column can be one name or a list, and an empty list means that there is none."""
    for name in ("lessons.csv", "faq.csv", "export.zip"):
        (toml.parent / name).touch()
    toml.write_text(
        """
        [community]
        name = "Harbour Street Kitchen"
        slug = "kitchen"
        private = true
        readers = ["ann@harbour.example", "Bo Ek"]
        [forum]
        url = "https://forum.harbour.example/"
        [tables."lessons.csv"]
        kind = "question"
        [tables."lessons.csv".columns]
        title = "Headline"
        event = ["What went wrong", "Why"]
        tags = []
        [tables."faq.csv"]
        kind = "faq"
        [tables."export.zip/register.xlsx"]
        """
    )
    columns = {"title": ("Headline",), "event": ("What went wrong", "Why"), "tags": ()}
    assert read_config(toml) == Config(
        community=Community(
            "kitchen", "Harbour Street Kitchen", True, frozenset({"ann@harbour.example", "Bo Ek"})
        ),
        forum_url="https://forum.harbour.example",
        tables={
            toml.parent / "lessons.csv": TableConfig(Kind.QUESTION, columns),
            toml.parent / "faq.csv": TableConfig(pairs=True),
            toml.parent / "export.zip/register.xlsx": TableConfig(),
        },
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[comunity]", "comunity: is not known; allowed here: community, forum, tables"),
        (
            "[community]\nnmae = 'x'",
            "community.nmae: is not known; allowed here: name, slug, private, readers",
        ),
        ("[community]\nprivate = true", "community.name: is missing; give the name that people see"),
        ("[community]\nname = 3", "community.name: must be a text in quotation marks that is not empty"),
        ("[community]\nname = 'x'\nprivate = 'yes'", "community.private: must be true or false"),
        ("[community]\nname = 'x'\nslug = 'A b'", "community.slug: 'A b' may have only a-z, 0-9 and hyphens"),
        (
            "[community]\nname = 'x'\nprivate = true\nreaders = 'ann'",
            'community.readers: must be a list of texts, as in ["one", "two"]',
        ),
        (
            "[community]\nname = 'x'\nreaders = ['ann']",
            "community.readers: only a private community has readers; add private = true or remove them",
        ),
        ("[forum]\nurl = 'ftp://x'", "forum.url: 'ftp://x' must begin with https:// or http://"),
        ("tables = 3", "tables: must be a table, as in [tables]"),
        (
            "[tables.'a.csv']\nkind = 'answer'",
            "tables.\"a.csv\".kind: 'answer' is not known; choose one of question, post, document, lesson,",
        ),
        (
            "[tables.'a.csv'.columns]\ntitel = 'x'",
            'tables."a.csv".columns.titel: is not known; allowed here: question,',
        ),
        (
            "[tables.'a.csv'.columns]\ntitle = 3",
            'tables."a.csv".columns.title: must be a list of texts, as in ["one", "two"]',
        ),
        (
            "[tables.'lesons.csv']",
            'tables."lesons.csv": there is no such file here; correct the name, or remove what is said of it',
        ),
        ("[community", "cannot be read as TOML: "),
    ],
)
def test_a_mistake_is_named(toml: Path, text: str, complaint: str) -> None:
    """The message names the file and the key, and says what is allowed."""
    toml.write_text(text)
    (toml.parent / "a.csv").touch()
    with pytest.raises(SettingError) as caught:
        read_config(toml)
    assert str(caught.value).startswith(f"{toml}: {complaint}")


def test_a_folder_takes_what_it_leaves_unsaid_from_above(tmp_path: Path) -> None:
    """A file that only describes a table does not take its folder out of the community above."""
    (tmp_path / "copse.toml").write_text("[community]\nname = 'Board'\nprivate = true")
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    (deep / "copse.toml").write_text("[forum]\nurl = 'https://forum.example'")
    assert nearest(deep, tmp_path) == Config(Community("board", "Board", True), "https://forum.example")


def test_the_nearest_community_holds(tmp_path: Path) -> None:
    """A folder can belong to another community than the folder above it."""
    (tmp_path / "copse.toml").write_text("[community]\nname = 'Outer'")
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "copse.toml").write_text("[community]\nname = 'Inner'")
    found = [nearest(folder, tmp_path).community for folder in (tmp_path / "inner", tmp_path)]
    assert found == [Community("inner", "Inner"), Community("outer", "Outer")]


def test_nothing_above_the_root_is_looked_at(tmp_path: Path) -> None:
    """What lies outside the path that is ingested has no say."""
    (tmp_path / "copse.toml").write_text("[community]\nname = 'Outer'")
    (tmp_path / "inner").mkdir()
    assert nearest(tmp_path / "inner", tmp_path / "inner") == Config()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Harbour Street Kitchen", "harbour-street-kitchen"),
        ("Millbrook Repair Café", "millbrook-repair-cafe"),
        ("  R&D / Tools_v2 ", "r-d-tools-v2"),
        ("社区", "c-5bcd0ddc"),
    ],
)
def test_a_slug_is_plain_ascii(text: str, expected: str) -> None:
    """Accents go; a name without any Latin letter gets a digest, so that it is never empty."""
    assert slug(text) == expected

"""A changed, renamed or deleted file or post: exactly that changes, in everything that Copse says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog.settings import Settings
from search.engine import Engine
from tests.ui.club import Quiet, make_club
from ui.library import make_viewer, open_engine
from ui.sync import IngestReport, ingest_path

QUESTION = "Why is the water in the rain tank green?"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The club's library."""
    return make_club(tmp_path)


@pytest.fixture
def club(settings: Settings, tmp_path: Path) -> Path:
    """The folder that was ingested."""
    return tmp_path / "club"


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    """The library, opened before anything changes."""
    with open_engine(settings) as engine:
        yield engine


def again(settings: Settings, club: Path) -> IngestReport:
    """Ingest the club's folder once more."""
    return ingest_path(settings, club, Quiet())


def changes(report: IngestReport) -> dict[str, int]:
    """What a run did, all sources together."""
    names = ("read", "written", "renamed", "removed")
    counts: dict[str, int] = {name: sum(getattr(one, name) for one in report.sources) for name in names}
    return {**counts, "embedded": report.embedded}


def everything_said(engine: Engine, settings: Settings, question: str) -> str:
    """Hits, answer, experts' evidence and similar problems, as one text."""
    viewer = make_viewer(engine.catalog, settings)
    parts: list[Any] = [
        engine.search(viewer, question),
        engine.ask(viewer, question),
        engine.experts(viewer, question),
        engine.similar(viewer, question),
    ]
    return repr(parts)


def test_an_unchanged_folder_writes_nothing(settings: Settings, club: Path, engine: Engine) -> None:
    """Not even the generation moves."""
    before = engine.catalog.generation()
    assert changes(again(settings, club)) == dict.fromkeys(
        ("read", "written", "renamed", "removed", "embedded"), 0
    )
    assert engine.catalog.generation() == before


def test_a_changed_post_changes_exactly_itself(settings: Settings, club: Path, engine: Engine) -> None:
    """The dump is read again, one of its posts is written and embedded."""
    posts = club / "garden/forum/Posts.xml"
    posts.write_text(posts.read_text().replace("Mine has been clear", "Mine has been crystal clear"))
    assert changes(again(settings, club)) == {
        "read": 1,
        "written": 1,
        "renamed": 0,
        "removed": 0,
        "embedded": 1,
    }
    assert "crystal" in everything_said(engine, settings, QUESTION)


def test_a_renamed_file_is_the_same_document_in_another_place(
    settings: Settings, club: Path, engine: Engine
) -> None:
    """Nothing is embedded again, and the old place is gone."""
    (club / "garden/compost.md").rename(club / "garden/heap.md")
    done = changes(again(settings, club))
    assert (done["renamed"], done["removed"], done["embedded"]) == (1, 0, 0)
    said = everything_said(engine, settings, "compost mixing")
    assert "garden/heap.md" in said
    assert "garden/compost.md" not in said


def test_a_deleted_post_is_gone_from_everything(settings: Settings, club: Path, engine: Engine) -> None:
    """From hits, answers, evidence and similar problems, in a library that is open all the while."""
    assert "Gwen" in everything_said(engine, settings, QUESTION)
    posts = club / "garden/forum/Posts.xml"
    lines = posts.read_text().splitlines(keepends=True)
    posts.write_text("".join(line for line in lines if '<row Id="2"' not in line))
    assert changes(again(settings, club))["removed"] == 1
    said = everything_said(engine, settings, QUESTION)
    assert "Light makes the water" not in said
    assert "Paint the" not in said


def test_a_deleted_file_is_gone_from_everything(settings: Settings, club: Path, engine: Engine) -> None:
    """A document, and a whole table of lessons."""
    (club / "garden/compost.md").unlink()
    (club / "garden/lessons.csv").unlink()
    assert changes(again(settings, club))["removed"] == 2
    said = everything_said(engine, settings, "compost recipe, shed roof in the wind")
    assert "Mix two parts" not in said
    assert "Colm" not in said

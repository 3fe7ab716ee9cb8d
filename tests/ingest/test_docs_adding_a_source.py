"""The example in docs/adding-a-source.md is run as it stands there."""

from __future__ import annotations

import importlib
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from catalog.nouns import Community, Item, Kind, Role
from ingest.sources import discover
from ingest.sources.kinds import FILE_KINDS
from ingest.sources.shared.people import contribute, people
from ingest.tree import open_tree

_PAGE = (Path(__file__).parents[2] / "docs" / "adding-a-source.md").read_text(encoding="utf-8")
_SOURCE, _TEST = re.findall(r"^```python\n(.*?)^```$", _PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(autouse=True)
def calendars(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module of the page, where the child processes find it too, and registered as the page says."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "calendars_of_the_page.py").write_text(_SOURCE, encoding="utf-8")
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.delitem(importlib.import_module("sys").modules, "calendars_of_the_page", raising=False)
    module = importlib.import_module("calendars_of_the_page")
    monkeypatch.setattr(discover, "FILE_KINDS", (*FILE_KINDS[:-1], module.KIND, FILE_KINDS[-1]))
    return module


def _contract_of_the_page() -> Any:
    names: dict[str, Any] = {"__name__": __name__}
    exec(compile(_TEST, "docs/adding-a-source.md", "exec"), names)  # noqa: S102 - our own page
    return names["TestContract"]


TestContract = _contract_of_the_page()


def test_an_event_becomes_a_post(calendars: Any, tmp_path: Path) -> None:
    """All fields together; what is not public, cancelled or without a UID is left out."""
    lines = [
        "BEGIN:VCALENDAR",
        "BEGIN:VEVENT",
        "UID:7@plots.example",
        "SUMMARY:Pruning",
        "DTSTART:20240412T170000Z",
        "LOCATION:Plot 3",
        "CATEGORIES:Trees,Spring",
        'ORGANIZER;CN="Lee, Ann":MAILTO:ann@plots.example',
        "DESCRIPTION:Bring <b>saws</b>\\, and",
        "  gloves.",
        "END:VEVENT",
        *("BEGIN:VEVENT", "UID:8@plots.example", "STATUS:CANCELLED", "END:VEVENT"),
        *("BEGIN:VEVENT", "SUMMARY:No UID", "END:VEVENT"),
    ]
    (tmp_path / "club.ics").write_text("\n".join(lines), encoding="utf-8")
    tree = open_tree(tmp_path, tmp_path)
    source = calendars.CalendarSource("club", tree, "club.ics", Community("plots", "Plots"))
    at = datetime(2024, 4, 12, 17, tzinfo=UTC)

    item, error = [record for unit in source.units() for record in source.read(unit)]

    assert item == Item(
        source="club",
        key="7@plots.example",
        kind=Kind.POST,
        title="Pruning",
        text="2024-04-12\n\nPlot 3\n\nBring &lt;b>saws&lt;/b>, and gloves.",
        community="plots",
        created=at,
        tags=("spring", "trees"),
        contributions=tuple(contribute(Role.AUTHORED, people("Ann Lee <ann@plots.example>", "club"), at)),
    )
    assert str(error).startswith(f"{tmp_path}/club.ics event 3: has no UID")

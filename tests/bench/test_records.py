"""Figures are kept with the machine that gave them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench.plots import Panel, draw
from bench.records import Record, keep, overview

BEGUN = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)


def test_nothing_is_kept_unless_it_is_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever only looks leaves no trace."""
    monkeypatch.delenv("COPSE_BENCH_KEEP", raising=False)

    assert not keep(Record("start", begun=BEGUN), tmp_path).exists()


def test_a_run_is_kept_with_its_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And told in the table over all runs, the newest first."""
    monkeypatch.setenv("COPSE_BENCH_KEEP", "1")
    for name, seconds in (("start", 1.5), ("load", 2.5)):
        record = Record(name, begun=BEGUN, load=0.2)
        record.add("copse ask", median_s=seconds)
        keep(record, tmp_path)
    told = overview(tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "2026-05-01-0930-load.json",
        "2026-05-01-0930-start.json",
        "README.md",
    ]
    assert told.index("## start, 2026-05-01T09:30Z") < told.index("## load, 2026-05-01T09:30Z")
    assert "| | median_s |\n|---|---|\n| copse ask | 1.5 |" in told
    assert "load 0.2" in told


def test_a_picture_has_a_point_for_every_value() -> None:
    """On axes of powers of ten."""
    picture = draw([Panel("Milliseconds", [1e4, 1e6], {"search_p50_ms": [1, 10], "ask_p50_ms": [20, 90]})])
    root = ElementTree.fromstring(picture)  # noqa: S314 - made here
    texts = [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]

    assert len(list(root.iter("{http://www.w3.org/2000/svg}circle"))) == 4
    assert texts == ["Milliseconds", "1", "10", "100", "10,000", "100,000", "1 million", "search", "ask"]

"""`copse list`: what there is to read, one after the other."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable
from io import StringIO

import pytest
from typer.testing import CliRunner, Result

from tests.ui.club import make_club
from ui.cli import app

Copse = Callable[..., Result]


@pytest.fixture(scope="module")
def copse(tmp_path_factory: pytest.TempPathFactory) -> Copse:
    """Runs a command on the club's library."""
    settings = make_club(tmp_path_factory.mktemp("list"))
    environment = {name: "" for name in os.environ if name.startswith("COPSE_")}
    environment |= {"COPSE_LIBRARY": str(settings.library), "NO_COLOR": "1", "COLUMNS": "100"}

    def run(*arguments: str) -> Result:
        return CliRunner(env=environment | {"COPSE_MODEL": "hash:64"}).invoke(app, ["list", *arguments])

    return run


def test_items_are_told_one_after_the_other(copse: Copse) -> None:
    """What it is, what it begins with, its id, and how many there are."""
    assert copse("--state", "solved", "--sort", "useful").stdout == (
        "\n"
        "  Why is the water in the rain tank green?\n"
        "  question · Garden Club · 1 May 2023 · solved · 4 votes\n"
        "  The water in our rain tank turned green in a week.\n"
        "  club/garden/forum:1\n"
        "\n"
        "  1 of 1\n"
    )


def test_a_list_can_be_read_by_programs(copse: Copse) -> None:
    """The same as over HTTP."""
    listed = json.loads(copse("--title", "COMPOST", "--json").stdout)

    assert [one["item"]["id"] for one in listed["items"]] == ["club:garden/compost.md"]
    assert (listed["total"], listed["next"]) == (1, None)


def test_a_table_has_all_of_it(copse: Copse) -> None:
    """Whatever `-k` says; a guest's is without what they may not read."""
    rows = list(csv.DictReader(StringIO(copse("--csv", "-k", "1", "--kind", "document").stdout)))
    theirs = copse("--csv", "--kind", "document", "--as", "guest").stdout

    assert {row["title"] for row in rows} == {"Compost recipe", "Minutes of March"}
    assert "Minutes" not in theirs


def test_nothing_is_said_to_be_nothing(copse: Copse) -> None:
    """With what to do next."""
    assert (
        copse("--title", "zymurgy").stdout == "  Nothing fits. Fewer filters or other words may find more.\n"
    )

"""`copse members` and `copse tokens` over a library with a public garden and a private board."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from catalog.store import Catalog
from tests.build import BOARD, GARDEN
from ui.cli import app

Copse = Callable[..., Result]


@pytest.fixture
def copse(tmp_path: Path) -> Copse:
    """Runs a command on the library."""
    with Catalog.open(tmp_path / "library") as catalog, catalog.write() as writer:
        writer.put_community(GARDEN)
        writer.put_community(BOARD)
    environment = {name: "" for name in os.environ if name.startswith("COPSE_")}
    environment |= {"COPSE_LIBRARY": str(tmp_path / "library"), "NO_COLOR": "1", "COLUMNS": "100"}

    def run(*arguments: str) -> Result:
        return CliRunner(env=environment).invoke(app, arguments)

    return run


def _rows(result: Result) -> list[str]:
    return [" ".join(row.split()) for row in result.stdout.splitlines()]


def test_what_is_granted_is_listed_until_it_is_revoked(copse: Copse) -> None:
    """By slug or by name of a community, or in the whole library."""
    assert copse("members", "list").stdout == "Nobody has signed in yet, and nothing was given to anybody.\n"
    granted = copse("members", "grant", "Bo@x.example", "steward", "--community", GARDEN.name)
    assert granted.stdout == "bo@x.example is now steward in garden.\n"
    copse("members", "grant", "group:brewers", "owner")

    rows = _rows(copse("members", "list"))
    assert [row.rsplit(" ", 3)[0] for row in rows[2:]] == [
        "group:brewers owner the whole library",
        "bo@x.example steward garden",
    ]

    copse("members", "revoke", "bo@x.example", "--community", "garden")
    assert [one["grantee"] for one in json.loads(copse("members", "list", "--json").stdout)["grants"]] == [
        "group:brewers"
    ]


def test_who_is_suspended_is_marked(copse: Copse) -> None:
    """Until they are let in again."""
    assert copse("members", "suspend", "bo@x.example").stdout == (
        "bo@x.example is kept out, at once and everywhere.\n"
    )
    assert _rows(copse("members", "list"))[-1].endswith("suspended")
    assert copse("members", "restore", "bo@x.example").stdout == "bo@x.example may enter again.\n"
    assert not _rows(copse("members", "list"))[-1].endswith("suspended")


def test_the_key_of_a_token_is_shown_once(copse: Copse) -> None:
    """And what is listed has none."""
    made = json.loads(copse("tokens", "add", "nightly report", "--json").stdout)
    assert made["key"].startswith("copse_")
    listed = copse("tokens", "list", "--json").stdout
    assert made["key"] not in listed
    assert json.loads(listed)["tokens"] == [made["token"]]
    assert copse("tokens", "revoke", "1").stdout == "Token 1, nightly report, does not count any more.\n"
    assert _rows(copse("tokens", "list"))[-1].endswith("revoked")


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("members", "list", "--as", "guest"), 10, "only stewards and the owner of the library see"),
        (("members", "grant", "bo@x.example", "owner", "--community", "garden"), 2, "owner is a standing in"),
        (("members", "grant", "Bo", "reader"), 2, "give an e-mail address, or group:NAME"),
        (("members", "grant", "bo@x.example", "reader", "--community", "moon"), 6, "no such community"),
        (("members", "revoke", "bo@x.example"), 6, "was given nothing in the whole library"),
        (("members", "suspend", "7"), 6, "no such account"),
        (("tokens", "add", "spy", "--as", "guest", "--for", "owner"), 10, "only the owner of the library"),
        (("tokens", "add", "old", "--days", "0"), 2, "lasts from 1 to 3660 days"),
        (("tokens", "revoke", "7"), 6, "no such token"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(
    copse: Copse, arguments: tuple[str, ...], code: int, told: str
) -> None:
    """With what to do next."""
    result = copse(*arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert told in " ".join(result.stderr.split())

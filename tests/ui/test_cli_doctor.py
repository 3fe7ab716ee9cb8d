"""`copse doctor` over small libraries, with and without a language model."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.search.llm_server import refuses, says_in_json, serve
from ui.cli import app

Copse = Callable[..., Result]


@pytest.fixture
def copse(tmp_path: Path) -> Copse:
    """Runs a command on a library that does not exist yet."""
    environment = {name: "" for name in os.environ if name.startswith("COPSE_")}
    environment |= {"COPSE_MODEL": "hash:64", "COPSE_LIBRARY": str(tmp_path / "library")}
    environment |= {"NO_COLOR": "1", "COLUMNS": "100"}

    def run(*arguments: str | Path, **more: str) -> Result:
        return CliRunner(env=environment | more).invoke(app, [str(argument) for argument in arguments])

    return run


@pytest.fixture
def ingested(copse: Copse, tmp_path: Path) -> Copse:
    """Runs a command on a library of one document."""
    (tmp_path / "club").mkdir()
    (tmp_path / "club" / "compost.md").write_text("Mix two parts of green with one part of brown.\n")
    assert copse("ingest", tmp_path / "club").exit_code == 0
    return copse


def _states(result: Result) -> dict[str, str]:
    return {check["name"]: check["state"] for check in json.loads(result.stdout)["checks"]}


def _check(result: Result, name: str) -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = {one["name"]: one for one in json.loads(result.stdout)["checks"]}
    return found[name]


def test_a_library_that_is_well_is_told_line_by_line(ingested: Copse) -> None:
    """Each with a tick, and the exit code is 0."""
    result = ingested("doctor")
    lines = result.stdout.splitlines()

    assert result.exit_code == 0
    assert lines[0].startswith("✓ library         1 item in 1 community, in")
    assert "✓ embedded        100% of 1 passage" in lines
    assert "✓ embedding model hash:64: 64 dimensions, no model" in lines
    assert "✓ language model  none is set; answers are quoted" in lines


def test_a_library_that_is_well_is_told_as_json(ingested: Copse) -> None:
    """One document with a form of its own."""
    result = ingested("doctor", "--json")

    assert result.exit_code == 0
    assert json.loads(result.stdout)["healthy"] is True
    assert json.loads(result.stdout)["language_model"] is None
    assert _states(result) == {
        "library": "ok",
        "embedded": "ok",
        "indexes": "ok",
        "embedding model": "ok",
        "language model": "ok",
    }


def test_no_library_is_told_with_what_to_do(copse: Copse) -> None:
    """The rest is looked at all the same."""
    result = copse("doctor", "--json")

    assert result.exit_code == 1
    assert _states(result) == {"library": "broken", "embedding model": "ok", "language model": "ok"}
    assert _check(result, "library")["advice"] == "`copse ingest PATH` makes one"
    assert "✗ library" in copse("doctor").stdout


def test_a_file_that_could_not_be_read_is_a_warning(copse: Copse, tmp_path: Path) -> None:
    """What works, but not as well as it could, does not change the exit code."""
    (tmp_path / "club").mkdir()
    (tmp_path / "club" / "broken.pdf").write_text("no PDF")
    copse("ingest", tmp_path / "club")
    result = copse("doctor")

    assert result.exit_code == 0
    assert "! sources         1 thing could not be read" in result.stdout
    assert "→ see `copse status --failures`" in result.stdout
    assert "nothing has been read yet" in result.stdout


def test_models_that_are_not_there_are_told(ingested: Copse) -> None:
    """The embedding model and the reranker, each with what to do."""
    result = ingested("doctor", "--json", COPSE_MODEL="no/such", COPSE_RERANKER="no/such")

    assert result.exit_code == 1
    assert _states(result)["embedding model"] == _states(result)["reranker"] == "broken"
    assert _check(result, "reranker")["advice"]


def test_indexes_that_cannot_be_written_are_told(ingested: Copse, tmp_path: Path) -> None:
    """A file lies where their folder should be."""
    shutil.rmtree(tmp_path / "library" / "indexes")
    (tmp_path / "library" / "indexes").write_text("in the way")

    assert _states(ingested("doctor", "--json"))["indexes"] == "broken"


def test_a_language_model_is_tried(ingested: Copse) -> None:
    """What it can is told, and nothing of the library is sent."""
    with serve(says_in_json({"colour": "blue"})) as server:
        options = {"COPSE_LLM_URL": server.url, "COPSE_LLM_MODEL": "tiny"}
        document = json.loads(ingested("doctor", "--json", **options).stdout)
        told = " ".join(ingested("doctor", **options).stdout.split())

    tried = document["language_model"]
    assert tried.pop("seconds") > 0
    assert tried == {
        "reachable": True,
        "model_known": True,
        "streaming": True,
        "json_schema": True,
        "system_role": True,
    }
    assert f"tiny at {server.url} answered in " in told
    assert "streaming, JSON schema, system role" in told
    assert not any(
        "compost" in str(request.body) or "brown" in str(request.body) for request in server.requests
    )


def test_a_language_model_that_does_not_answer_is_told(ingested: Copse) -> None:
    """With what to do, and without the key."""
    with serve(refuses(401, "sk-secret is no key")) as server:
        options = {"COPSE_LLM_URL": server.url, "COPSE_LLM_MODEL": "tiny", "COPSE_LLM_KEY": "sk-secret"}
        result = ingested("doctor", **options)

    assert result.exit_code == 1
    assert "✗ language model" in result.stdout
    assert "→ set COPSE_LLM_KEY to one that it takes" in result.stdout
    assert "sk-secret" not in result.stdout


def test_a_language_model_that_is_set_badly_is_told(ingested: Copse) -> None:
    """Other commands end with this error; here it is one line of several."""
    result = ingested("doctor", "--json", COPSE_LLM_URL="http://127.0.0.1:9/v1")

    assert result.exit_code == 1
    assert _states(result)["language model"] == "broken"
    assert "COPSE_LLM_MODEL" in _check(result, "language model")["found"]


def test_a_sign_in_that_cannot_be_used_is_told(ingested: Copse) -> None:
    """Before somebody stands at a door that does not open."""
    result = ingested("doctor", "--json", COPSE_OIDC_ISSUER="https://login.example.org")

    assert result.exit_code == 1
    assert _check(result, "sign-in") == {
        "name": "sign-in",
        "state": "broken",
        "found": "COPSE_OIDC_CLIENT_ID is missing: the provider at https://login.example.org gives it when "
        "you register Copse there",
        "advice": "",
    }


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["text", "json"])
def test_settings_do_not_show_the_key(copse: Copse, options: tuple[str, ...]) -> None:
    """They only say that it is set."""
    set_, unset = copse("settings", *options, COPSE_LLM_KEY="sk-secret"), copse("settings", *options)

    assert "sk-secret" not in set_.output
    assert "(set)" in set_.stdout
    assert "(set)" not in unset.stdout

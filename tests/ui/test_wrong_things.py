"""One wrong thing each, as whoever runs Copse meets it: one clear line with what to do, and nothing lost."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

from catalog import store
from catalog.nouns import Scope
from catalog.settings import Settings, read_settings
from catalog.store import Catalog
from tests.prepared import copied
from tests.ui.club import Quiet
from ui.api import make_api
from ui.cli import app
from ui.service import Service
from ui.sync import ingest_path

Copse = Callable[..., Result]


def _ingest(at: Path) -> Settings:
    (at / "plot").mkdir()
    for number in range(6):
        (at / "plot" / f"note{number}.md").write_text(f"# Note {number}\n\n" + f"Water bed {number}. " * 200)
    settings = read_settings({"library": at / "library", "model": "hash:64"}, environ={})
    ingest_path(settings, at / "plot", Quiet())
    return settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The settings of a library with six notes."""
    return copied(_ingest, tmp_path)


@pytest.fixture
def plot(settings: Settings) -> Path:
    """The folder with the notes."""
    return settings.library.parent / "plot"


@pytest.fixture
def copse(settings: Settings) -> Copse:
    """Runs a command over that library."""
    unset = {name: "" for name in os.environ if name.startswith("COPSE_")}
    names = {"COPSE_MODEL": "hash:64", "COPSE_LIBRARY": str(settings.library), "NO_COLOR": "1"}

    def run(*arguments: str | Path, **variables: str) -> Result:
        runner = CliRunner(env=unset | names | variables)
        return runner.invoke(app, [str(argument) for argument in arguments])

    return run


def _told(result: Result) -> tuple[int, str]:
    """The exit code, and the one line."""
    assert result.stdout == ""
    [line] = result.stderr.splitlines()
    return result.exit_code, line


def _items(settings: Settings) -> int:
    with Catalog.open(settings.library) as catalog, catalog.read(catalog.owner()) as reader:
        return sum(reader.status().items.values())


def _sql(settings: Settings, statement: str) -> None:
    with sqlite3.connect(settings.library / "catalog.db") as connection:
        connection.execute(statement)
    connection.close()


@contextmanager
def _locked(settings: Settings) -> Iterator[None]:
    """Another program writes to the database, and does not end."""
    other = sqlite3.connect(settings.library / "catalog.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


def test_the_port_is_taken(copse: Copse) -> None:
    """Another one is named."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, line = _told(copse("serve", "--port", str(port)))
    assert code == 2
    assert line == (
        f"copse: host 127.0.0.1, port {port}: cannot listen there (it is in use already); "
        f"give another port with `--port`, such as {port % 65535 + 1}"
    )


def test_another_ingest_runs(copse: Copse, settings: Settings, plot: Path) -> None:
    """It is waited for; then the same command does its work."""
    (plot / "new.md").write_text("Slugs hide under boards.")
    with Catalog.open(settings.library) as catalog, catalog.ingesting():
        result = copse("ingest", plot)
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (
        3,
        f"copse: {settings.library}: another ingest is running in this library; wait for it to end",
    )
    assert copse("ingest", plot).exit_code == 0
    assert _items(settings) == 7


def test_the_library_is_locked(copse: Copse, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading goes on; writing says that another process is at it."""
    monkeypatch.setattr(store, "_BUSY_SECONDS", 0.01)
    with _locked(settings):
        code, line = _told(copse("forget", "plot", "--yes"))
        assert copse("search", "water bed 3").exit_code == 0
    assert code == 3
    assert line.endswith("library: the library is locked by another process; try again when it has ended")
    assert _items(settings) == 6


def test_the_library_is_locked_while_it_is_served(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Questions are answered; what would change something is refused for now."""
    monkeypatch.setattr(store, "_BUSY_SECONDS", 0.01)
    service = Service.open(settings)
    with TestClient(make_api(service), raise_server_exceptions=False) as client:
        with _locked(settings):
            refused = client.delete("/sources/plot")
            assert client.get("/search", params={"q": "water bed 3"}).status_code == 200
        assert client.delete("/sources/plot").json()["items"] == 6
    service.close()
    assert (refused.status_code, refused.json()["type"]) == (503, "urn:copse:problem:library")
    assert "locked by another process; try again" in refused.json()["detail"]


@pytest.mark.parametrize(
    "command", [["ask", "water"], ["ingest", "plot"], ["serve", "--port", "0"], ["status"]]
)
def test_the_library_is_of_a_newer_version(copse: Copse, settings: Settings, command: list[str]) -> None:
    """It is left as it is."""
    _sql(settings, "UPDATE alembic_version SET version_num = '9999'")
    result = copse(*command)
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (
        3,
        f"copse: {settings.library}/catalog.db: was written by a newer Copse; update Copse to open it",
    )


def test_the_disk_is_full(
    copse: Copse, settings: Settings, plot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite finds no room; with room, the same command goes on, and nothing is lost."""
    for number in range(400):
        (plot / f"more{number}.md").write_text(f"Compost {number} is warm.")
    with monkeypatch.context() as patched:
        patched.setattr(store, "_configure_sqlite", _small)
        result = copse("ingest", plot)
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (
        3,
        f"copse: {settings.library}: the disk is full; free some room and run the command again, "
        "nothing is lost",
    )
    assert 6 <= _items(settings) < 406
    assert copse("ingest", plot).exit_code == 0
    assert _items(settings) == 406


def _small(connection: sqlite3.Connection, record: object) -> None:
    """A database that cannot grow by much."""
    configure(connection, record)
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count={pages + 20}")


configure = store._configure_sqlite


def test_a_file_may_not_grow(settings: Settings, plot: Path, copse: Copse) -> None:
    """In a real process, under a limit of the system: one line, and nothing is lost."""
    (plot / "long.md").write_text("\n\n".join(f"Bed {number} is dug. " * 30 for number in range(600)))
    most = (settings.library / "catalog.db").stat().st_size + 100_000
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({most}, {most}))"
    result = subprocess.run(
        [sys.executable, "-c", f"{limited}\nfrom ui.cli import main; main()", "ingest", str(plot)],
        env={**os.environ, "COPSE_MODEL": "hash:64", "COPSE_LIBRARY": str(settings.library)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 3
    assert result.stderr.splitlines()[-1] == (
        f"copse: {settings.library}: cannot be read or written (disk I/O error); see whether the disk is "
        "full or failing, then run the command again: what was stored before is there"
    )
    assert _items(settings) >= 6
    assert copse("ingest", plot).exit_code == 0
    assert _items(settings) == 7


def test_the_librarys_folder_cannot_be_written(copse: Copse, settings: Settings, plot: Path) -> None:
    """The file is named."""
    lock = settings.library / "ingest.lock"
    lock.unlink()
    lock.mkdir()
    result = copse("ingest", plot)
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (
        3,
        f"copse: {lock}: cannot be written (Is a directory); see whose folder it is, and whether there is "
        "room",
    )


def test_the_model_is_missing(copse: Copse, settings: Settings, plot: Path) -> None:
    """Before anything is read, and when a question needs the one that the library was made with."""
    (plot / "new.md").write_text("Slugs hide under boards.")
    advice = (
        "no such model on this machine, and Copse fetches nothing; give the folder of a "
        "sentence-transformers model, put it into the Hugging Face cache first, or use all-MiniLM-L6-v2"
    )
    result = copse("ingest", plot, COPSE_MODEL="/no/model")
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (5, f"copse: /no/model: {advice}")
    assert _items(settings) == 6
    _sql(settings, "UPDATE models SET name = 'gone', location = '/gone'")
    assert _told(copse("search", "water")) == (5, f"copse: /gone: {advice}")


def test_the_model_is_missing_while_it_is_served(settings: Settings) -> None:
    """What needs none still works."""
    _sql(settings, "UPDATE models SET name = 'gone', location = '/gone'")
    service = Service.open(settings)
    with TestClient(make_api(service), raise_server_exceptions=False) as client:
        refused = client.get("/search", params={"q": "water"})
        assert client.get("/item", params={"id": "plot:note3.md"}).status_code == 200
    service.close()
    assert (refused.status_code, refused.json()["type"]) == (503, "urn:copse:problem:model")
    assert refused.json()["detail"].startswith("/gone: no such model on this machine")


def test_a_setting_is_malformed(copse: Copse) -> None:
    """The variable is named, with an example."""
    assert _told(copse("status", COPSE_PORT="http")) == (
        2,
        "copse: COPSE_PORT='http': give a whole number, such as 8501",
    )


def test_a_copse_toml_is_malformed(copse: Copse, settings: Settings, plot: Path) -> None:
    """The place in the file is told; what was read of the folder before stays."""
    (plot / "copse.toml").write_text('[community]\nname = "Plot\n')
    result = copse("ingest", plot)
    assert result.exit_code == 4
    assert result.stderr.splitlines()[-1].startswith(f"copse: {plot}/copse.toml: cannot be read as TOML: ")
    assert "line 2" in result.stderr
    assert _items(settings) == 6
    (plot / "copse.toml").write_text('[community]\nname = "Plot"\ncolour = "green"\n')
    assert copse("ingest", plot).stderr.splitlines()[-1] == (
        f"copse: {plot}/copse.toml: community.colour: is not known; allowed here: name, slug, private, "
        "readers"
    )


def test_weights_are_malformed(copse: Copse, settings: Settings) -> None:
    """With the command that removes them."""
    (settings.library / "tuned.toml").write_text("dense_weight = [")
    code, line = _told(copse("search", "water"))
    assert code == 2
    assert line.startswith(f"copse: {settings.library}/tuned.toml: cannot be read")
    assert line.endswith("`copse tune --reset` removes it")
    assert copse("tune", "--reset").exit_code == 0
    assert copse("search", "water").exit_code == 0


def test_a_token_has_expired(settings: Settings) -> None:
    """The way to another one is told, and nothing else."""
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    with Catalog.open(settings.library) as catalog, catalog.members(catalog.owner(), long_ago) as members:
        _, key = members.add_token("script", "owner", Scope.READ, 1)
    service = Service.open(settings)
    with TestClient(make_api(service)) as client:
        refused = client.get("/search", params={"q": "water"}, headers={"Authorization": f"Bearer {key}"})
    service.close()
    assert (refused.status_code, refused.json()["detail"]) == (
        401,
        "token 'script' has expired; `copse tokens add` makes another",
    )


def test_a_sync_from_the_page_fails_with_the_same_line(settings: Settings, plot: Path) -> None:
    """Of a folder that is gone: it is told to whoever follows, and shown with the source."""
    plot.rename(plot.parent / "moved")
    service = Service.open(settings)
    with TestClient(make_api(service)) as client:
        job = client.post("/jobs", json={"sources": ["plot"]}).json()
        told = client.get(f"/jobs/{job['id']}/events").text.strip().splitlines()[-1]
        [source] = client.get("/sources").json()["sources"]
    service.close()
    line = f"{plot}: no such file or folder; check the spelling"
    assert json.loads(told.removeprefix("data: "))["report"]["errors"] == [line]
    assert (source["problem"], source["items"]) == (line, 6)

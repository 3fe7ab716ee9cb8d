"""A killed ingest, continued, leaves the same library as one that was not killed."""

from __future__ import annotations

import hashlib
import multiprocessing
import random
import shutil
import signal
import time
from contextlib import nullcontext
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from catalog.settings import read_settings
from catalog.store import Catalog
from ingest.parser import Parser
from search.encoder import open_encoder
from tests.ui.club import Quiet
from ui.sync import Syncer, make_origin

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
LIBRARIES, KILLS = 10, 3  # and how often the ingest of each is killed

# Everything that is stored, under the names that sources give things instead of row numbers.
CONTENT = (
    "SELECT slug, name, private FROM communities ORDER BY slug",
    """SELECT s.name, u.key, u.digest, u.content FROM units u JOIN sources s ON s.id = u.source_id
       ORDER BY 1, 2""",
    """SELECT s.name, i.key, i.kind, i.title, i.text, i.created, i.thread, i.votes, i.state, i.accepted,
       i.digest FROM items i JOIN sources s ON s.id = i.source_id ORDER BY 1, 2""",
    "SELECT i.digest, t.tag FROM item_tags t JOIN items i ON i.id = t.item_id ORDER BY 1, 2",
    """SELECT i.digest, p.ordinal, p.start, p."end", p.heading, p.page, p.digest
       FROM passages p JOIN items i ON i.id = p.item_id ORDER BY 1, 2""",
    """SELECT i.digest, c.role, c.at, n.kind, n.scope, n.value FROM contributions c
       JOIN items i ON i.id = c.item_id JOIN identities n ON n.person_id = c.person_id
       ORDER BY 1, 2, 3, 4, 5, 6""",
    "SELECT name FROM people ORDER BY name",
    "SELECT i.digest, l.kind, l.key FROM links l JOIN items i ON i.id = l.item_id ORDER BY 1, 2, 3",
    "SELECT i.digest, v.day, v.value FROM votes v JOIN items i ON i.id = v.item_id ORDER BY 1, 2",
    "SELECT i.digest, s.signature FROM sketches s JOIN items i ON i.id = s.item_id ORDER BY 1",
    """SELECT m.name, p.digest, v.vector FROM vectors v JOIN models m ON m.id = v.model_id
       JOIN passages p ON p.id = v.passage_id JOIN items i ON i.id = p.item_id ORDER BY 1, 2, 3""",
)


def run(library: Path, path: Path, parser: Parser | None = None) -> None:
    settings = read_settings({"library": library, "model": "hash:64"}, {})
    with Catalog.open(library) as catalog, nullcontext(parser) if parser else Parser() as reading:
        syncer = Syncer(settings, catalog, reading, open_encoder(settings.model))
        assert not syncer.sync([make_origin(str(path))], Quiet()).errors


def start(library: Path, path: Path) -> BaseProcess:
    """Ingest in a process of its own, forked from a clean one that has everything imported."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["ui.sync"])
    process = context.Process(target=run, args=(library, path))
    process.start()
    return process


def content_digest(library: Path) -> str:
    digest = hashlib.sha256()
    with Catalog.open(library, create=False) as catalog, catalog.engine.connect() as connection:
        for query in CONTENT:
            for row in connection.exec_driver_sql(query):
                digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A forum dump, a table of lessons and documents with author records."""
    return Path(shutil.copytree(SAMPLE / "allotment", tmp_path / "allotment"))


def test_an_ingest_killed_at_any_moment_is_continued(source: Path, tmp_path: Path) -> None:
    """Killed at random moments, again while it is continued, and then run to its end: as if nothing was."""
    whole = tmp_path / "whole"
    start(whole, source).join()  # the first process also pays for the imports
    shutil.rmtree(whole)
    began = time.monotonic()
    start(whole, source).join()
    seconds = time.monotonic() - began
    expected = content_digest(whole)
    chance = random.Random(4)  # noqa: S311 - any moments will do
    killed = 0
    with Parser() as parser:  # those who read are started once for all libraries
        for number in range(LIBRARIES):
            library = tmp_path / f"library{number}"
            for before in range(KILLS):
                began = time.monotonic()
                process = start(library, source)
                process.join(chance.uniform(0, seconds / (1 + before)))  # less is left to do each time
                process.kill()
                process.join()
                if process.exitcode == -signal.SIGKILL:
                    killed += 1
                else:  # the machine has less to do than it had
                    seconds = min(seconds, (1 + before) * (time.monotonic() - began))
            run(library, source, parser)
            assert content_digest(library) == expected
            shutil.rmtree(library)
    assert killed > LIBRARIES * KILLS / 2

"""Uploading documents, through the service, the command line and HTTP."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

from catalog.errors import LibraryError, NotAllowedError, NotFoundError, SettingError
from catalog.nouns import Community, Viewer
from catalog.settings import Settings
from catalog.writer import Writer
from search.engine import Engine
from tests.ingest.pdf_files import make_pdf, put_lines
from tests.ui.club import Quiet, make_club
from ui.api import make_api
from ui.cli import app
from ui.contributing import Contributing
from ui.guard import Guard
from ui.library import open_engine
from ui.schemas_contribute import UploadOut
from ui.service import Service
from ui.sync import open_syncer
from ui.uploads import Uploads

FIG = "How do I prune a zymurgic fig?"
GUIDE = b"# Fig guide\n\nPrune the zymurgic fig in winter.\n"
GARDEN = frozenset({"garden"})
COLM = Viewer("colm@example.org", GARDEN, GARDEN)
INES = Viewer("ines@example.org", GARDEN, GARDEN)
SUE = Viewer("sue@example.org", GARDEN, GARDEN, GARDEN)
READER = Viewer("ron@example.org", GARDEN)
GUIDE_ID = "uploads/garden:guide.md"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The owner's settings of a small club's library, in which Colm is known by his address."""
    return make_club(tmp_path)


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    """The opened library."""
    with open_engine(settings) as engine:
        yield engine


Writing = Callable[[Viewer], Contributing]


@pytest.fixture
def writing(engine: Engine, settings: Settings) -> Iterator[Writing]:
    """What somebody contributes."""
    with closing(Uploads(engine, settings)) as uploads:
        yield lambda viewer: Contributing(engine, settings, viewer, uploads)


def uploaded(
    contributing: Contributing, content: bytes = GUIDE, name: str = "guide.md", place: str = "garden"
) -> UploadOut:
    taken = contributing.upload(place, name, BytesIO(content))
    return contributing.settled(taken.item_id, 60)


def cited(engine: Engine, viewer: Viewer = READER) -> list[str]:
    return [citation.item.id for citation in engine.ask(viewer, FIG).answer.citations]


def test_the_next_question_finds_a_document(writing: Writing, engine: Engine) -> None:
    """It is its uploader's where it names no author, and its community's, as that is named elsewhere."""
    done = uploaded(writing(COLM))
    assert (done.item_id, done.state, done.told) == (
        GUIDE_ID,
        "read",
        "It is read; the next question finds it.",
    )
    assert cited(engine) == [GUIDE_ID]
    with engine.catalog.read(READER) as reader:
        item = reader.item(GUIDE_ID)
        [community] = reader.communities()
    assert (item.title, item.contributions[0].person.name) == ("Fig guide", "Colm")
    assert (community.name, community.private) == ("Garden Club", False)
    assert [one.id for one in writing(COLM).mine().items] == [GUIDE_ID]
    assert writing(INES).mine().items == []


def test_an_author_whom_a_document_names_is_nobody_by_address(writing: Writing, engine: Engine) -> None:
    """So nobody becomes somebody else by uploading a document that says so, and nobody is declared."""
    text = b"---\nauthor: Mal <colm@example.org>\n---\n\nPrune the zymurgic fig.\n"
    item_id = uploaded(writing(INES), text).item_id
    with engine.catalog.read(engine.catalog.owner()) as reader:
        [made] = reader.item(item_id).contributions
        assert made.person.id != reader.person("Colm").person.id
    assert made.person.name == "Mal"
    record = b"---\ndisplay_name: King\nslug: colm\nemail: colm@example.org\n---\n"
    told = uploaded(writing(INES), record, "colm.md")
    assert (told.state, told.told) == ("failed", "colm.md: has no text that could be read")


def test_a_sync_keeps_what_was_uploaded(writing: Writing, engine: Engine, settings: Settings) -> None:
    """Reads nothing again that is unchanged, and the library can be somewhere else by then."""
    uploaded(writing(COLM))
    with open_syncer(settings) as syncer:
        report = syncer.sync(syncer.named(["uploads/garden"]), Quiet())
    [source] = report.sources
    assert (source.units, source.read, report.errors) == (1, 0, [])
    moved = replace(settings, library=settings.library.rename(settings.library.parent / "moved"))
    with open_syncer(moved) as syncer:
        report = syncer.sync(syncer.named(["uploads/garden"]), Quiet())
    assert [(one.units, one.read, one.removed) for one in report.sources] == [(1, 0, 0)]


def test_what_cannot_be_read_does_not_stay(writing: Writing, settings: Settings, engine: Engine) -> None:
    """The reason names the document, and not where it lay."""
    done = uploaded(writing(COLM), b"%PDF-1.7 nonsense", "guide.pdf")
    assert (done.state, done.told.split(":")[0]) == ("failed", "guide.pdf")
    assert str(settings.library) not in done.told
    assert list((settings.library / "uploads" / "garden").iterdir()) == []
    with engine.catalog.read(engine.catalog.owner()) as reader:
        assert reader.status().failures == ()


def test_one_that_cannot_be_taken_away_keeps_no_other_from_being_read(
    writing: Writing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the disk is full for a while."""

    def refuse(*_: object) -> None:
        raise LibraryError("/srv/copse: the disk is full; free some room")

    with monkeypatch.context() as full:
        full.setattr(Uploads, "remove", refuse)
        assert uploaded(writing(COLM), b"%PDF-1.7 nonsense", "guide.pdf").state == "failed"
    assert uploaded(writing(COLM)).state == "read"


def test_what_the_library_cannot_take_now_can_be_sent_again(
    writing: Writing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where another process writes for long: it is no duplicate of itself."""

    def refuse(*_: object) -> None:
        raise LibraryError("/srv/copse: the library is locked by another process")

    with monkeypatch.context() as locked:
        locked.setattr(Writer, "put_origin", refuse)
        with pytest.raises(LibraryError):
            uploaded(writing(COLM))
    assert uploaded(writing(COLM)).state == "read"


def test_a_document_with_pages_is_cited_with_its_page(writing: Writing, engine: Engine) -> None:
    """It is read in a bounded child, as any other."""
    done = uploaded(
        writing(COLM), make_pdf(put_lines((10, 700, "Prune the zymurgic fig in winter."))), "guide.pdf"
    )
    assert done.state == "read"
    [citation] = engine.ask(READER, FIG).answer.citations
    assert (citation.item.id, citation.passage.page) == ("uploads/garden:guide.pdf", 1)


def test_while_a_sync_runs_a_document_waits(writing: Writing, engine: Engine) -> None:
    """It is stored, says why it is not read yet, and is read as soon as that has ended."""
    with engine.catalog.ingesting():
        taken = writing(COLM).upload("garden", "guide.md", BytesIO(GUIDE))
        told = writing(COLM).upload_state(taken.item_id, 60)
        while told.state == "stored":
            told = writing(COLM).upload_state(taken.item_id, 60)
        assert (told.state, "Another sync is running" in told.told) == ("waiting", True)
    assert writing(COLM).settled(taken.item_id, 60).state == "read"


def test_a_document_that_a_stopped_process_left_is_read_by_the_next_sync(
    engine: Engine, settings: Settings
) -> None:
    """Nothing that was stored is lost."""
    uploads = Uploads(engine, settings)
    uploads.close()
    Contributing(engine, settings, COLM, uploads).upload("garden", "guide.md", BytesIO(GUIDE))
    with open_syncer(settings) as syncer:
        syncer.sync(syncer.named(["uploads/garden"]), Quiet())
    assert cited(engine) == [GUIDE_ID]


def test_who_uploaded_a_document_withdraws_it(writing: Writing, engine: Engine, settings: Settings) -> None:
    """Or a steward; the file goes too."""
    uploaded(writing(COLM))
    with pytest.raises(NotAllowedError, match="garden: only its stewards"):
        writing(INES).withdraw(GUIDE_ID)
    assert writing(COLM).withdraw(GUIDE_ID).title == "Fig guide"
    assert cited(engine) == []
    assert list((settings.library / "uploads" / "garden").iterdir()) == []
    uploaded(writing(COLM))
    writing(SUE).withdraw(GUIDE_ID)
    with engine.catalog.read(engine.catalog.owner()) as reader:
        assert [(one.actor, one.detail) for one in reader.decisions()] == [
            ("sue", GUIDE_ID),
            ("colm", GUIDE_ID),
        ]


def test_only_contributors_upload(writing: Writing, settings: Settings) -> None:
    """And each sees how their own uploads go."""
    with pytest.raises(NotAllowedError, match="garden: you may not write there"):
        writing(READER).upload("garden", "guide.md", BytesIO(GUIDE))
    with pytest.raises(NotAllowedError, match="board: you may not write there"):
        writing(COLM).upload("board", "guide.md", BytesIO(GUIDE))
    assert not (settings.library / "uploads").exists()
    uploaded(writing(COLM))
    with pytest.raises(NotFoundError, match="no such upload of yours"):
        writing(INES).upload_state(GUIDE_ID)
    with pytest.raises(SettingError, match="the same document is there already"):
        writing(INES).upload("garden", "copy.md", BytesIO(GUIDE))


def test_who_steers_the_community_still_does(writing: Writing, engine: Engine) -> None:
    """What members bring in goes with whoever brought the community in: it can become private."""
    made = Community("garden", "Garden Club", private=True)
    with engine.catalog.write() as writer:
        [root] = {source.root for source in writer.sources()}
        before = writer.settle_community(made, root)
    uploaded(writing(COLM))
    with engine.catalog.write() as writer:
        assert writer.settle_community(made, root) == before


def test_uploads_that_are_removed_as_a_source_do_not_come_back(
    writing: Writing, engine: Engine, settings: Settings
) -> None:
    """Their files go, so the next upload brings only itself."""
    uploaded(writing(COLM))
    assert copse(settings, "source", "remove", "uploads/garden", "--yes").exit_code == 0
    assert not (settings.library / "uploads" / "garden").exists()
    uploaded(writing(COLM), b"Other words.", "other.md")
    assert [one.id for one in writing(COLM).mine().items] == ["uploads/garden:other.md"]


# --- the command line and HTTP ---


def copse(settings: Settings, *given: object) -> Result:
    environment = {name: "" for name in os.environ if name.startswith("COPSE_")}
    environment |= {"COPSE_LIBRARY": str(settings.library), "COPSE_MODEL": "hash:64", "COLUMNS": "160"}
    return CliRunner(env=environment).invoke(app, [str(one) for one in given])


def test_documents_go_the_whole_way_on_the_command_line(settings: Settings, tmp_path: Path) -> None:
    """One that cannot be read is told, and makes the exit code of a source."""
    good, bad = tmp_path / "guide.md", tmp_path / "bad.pdf"
    good.write_bytes(GUIDE)
    bad.write_bytes(b"%PDF nonsense")
    given = ("contribute", "upload", good, bad, "--community", "Garden Club", "--author", "Ann Lee")
    result = copse(settings, *given)
    assert (result.exit_code, f"Kept as {GUIDE_ID}. It is read" in result.stdout) == (4, True)
    assert "bad.pdf: is damaged" in result.stdout
    listed = json.loads(copse(settings, "contribute", "list", "--json").stdout)["items"]
    assert [(one["id"], one["people"][0]["name"]) for one in listed] == [(GUIDE_ID, "Ann Lee")]
    assert copse(settings, "contribute", "upload", tmp_path / "no.md", "--community", "garden").exit_code == 2


def test_a_document_goes_the_whole_way_over_http(settings: Settings) -> None:
    """Uploaded as a form, asked for, opened, withdrawn; a page of another site uploads nothing."""
    form = {"community": "garden", "author": "Ann Lee"}
    with closing(Service.open(settings)) as service, TestClient(Guard(make_api(service))) as client:
        made = client.post("/documents", params=form, files={"file": ("guide.md", GUIDE)})
        assert (made.status_code, made.json()["item_id"]) == (201, GUIDE_ID)
        assert service.contributing().settled(GUIDE_ID, 60).state == "read"
        assert client.get("/documents", params={"id": GUIDE_ID}).json()["state"] == "read"
        assert client.get("/item", params={"id": GUIDE_ID}).json()["item"]["title"] == "Fig guide"
        again = client.post("/documents", params=form, files={"file": ("copy.md", GUIDE)})
        assert (again.status_code, "the same document" in again.json()["detail"]) == (400, True)
        hostile = client.post("/documents", params=form, files={"file": ("../x.md", b"Words.")})
        assert hostile.status_code in (201, 400)
        assert not (settings.library / "uploads" / "x.md").exists()
        large = GUIDE + b" " * service.settings.api_kilobytes * 1024
        assert client.post("/documents", params=form, files={"file": ("large.md", large)}).status_code == 201
        assert client.delete("/items", params={"id": GUIDE_ID}).status_code == 200
        other = {"origin": "https://evil.example"}
        refused = client.post("/documents", params=form, files={"file": ("guide.md", GUIDE)}, headers=other)
        assert refused.status_code == 403
    with closing(Service.open(replace(settings, viewer="guest"))) as service:
        client = TestClient(Guard(make_api(service)))
        assert client.post("/documents", params=form, files={"file": ("g.md", GUIDE)}).status_code == 403

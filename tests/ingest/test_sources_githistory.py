"""What a folder's git history says about its authors; repositories are made by the tests."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog.nouns import Community, Contribution, Identity, IdentityKind, Item, Person, Role
from ingest.documents import Document
from ingest.sources.folder import FolderSource
from ingest.sources.githistory import Past, git_person, is_bot, pasts
from ingest.sources.protocol import Unit
from ingest.sources.shared.people import email_identities
from ingest.tree import FolderTree

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git program")

ANN = ("Ann Lee", "ann@x.example")
BO = ("Bo Ek", "bo@x.example")
CY = ("Cy Dow", "cy@x.example")
LINES = "".join(f"Line {number} of a text that is long enough.\n" for number in range(12))


def day(number: int) -> datetime:
    """Noon of a day of May 2024."""
    return datetime(2024, 5, number, 12, tzinfo=UTC)


class Repository:
    """A git repository in a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str, who: tuple[str, str] = ANN, at: datetime | None = None) -> None:
        """Run git as somebody at some time."""
        date = f"{int((at or day(1)).timestamp())} +0000"
        names = {"GIT_AUTHOR_NAME": who[0], "GIT_AUTHOR_EMAIL": who[1], "GIT_AUTHOR_DATE": date}
        names |= {"GIT_COMMITTER_NAME": who[0], "GIT_COMMITTER_EMAIL": who[1], "GIT_COMMITTER_DATE": date}
        plain = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        command = ["git", "-C", str(self.root), *arguments]
        subprocess.run(command, check=True, capture_output=True, env=os.environ | plain | names)

    def commit(self, number: int, who: tuple[str, str], message: str = "Change", **files: str | None) -> None:
        """Commit texts of files (None deletes one) on a day of May 2024."""
        for name, text in files.items():
            path = self.root / f"{name}.md"
            if text is None:
                path.unlink()
            else:
                path.write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message, who=who, at=day(number))

    def sign_last_commit(self) -> None:
        """Give the last commit a signature that git would ask gpg about."""
        base = ["git", "-C", str(self.root)]
        commit = subprocess.run([*base, "cat-file", "commit", "HEAD"], check=True, capture_output=True).stdout
        head, _, rest = commit.partition(b"\n\n")
        signature = b"\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\n"
        command = [*base, "hash-object", "-t", "commit", "-w", "--stdin"]
        signed = subprocess.run(
            command, check=True, capture_output=True, input=head + signature + rest
        ).stdout
        subprocess.run([*base, "update-ref", "refs/heads/main", signed.decode().strip()], check=True)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """An empty repository."""
    return Repository(tmp_path / "notes")


def test_whoever_made_a_file_is_its_author_and_others_are_editors(repository: Repository) -> None:
    """Each editor counts once, with the time of the latest change."""
    repository.commit(1, ANN, rain="One.\n")
    repository.commit(2, BO, rain="Two.\n")
    repository.commit(3, CY, rain="Three.\n", other="Else.\n")
    repository.commit(4, BO, rain="Four.\n")
    repository.commit(5, ANN, rain="Five.\n")
    assert pasts(repository.root) == {
        "rain.md": Past((ANN,), day(1), ((BO, day(4)), (CY, day(3))), day(5)),
        "other.md": Past((CY,), day(3), (), day(3)),
    }


def test_co_authors_are_authors(repository: Repository) -> None:
    """The trailer that hosting sites write."""
    repository.commit(1, ANN, "Rain\n\nCo-authored-by: Bo Ek <Bo@X.example>\n", rain="One.\n")
    assert pasts(repository.root)["rain.md"].authors == (ANN, BO)


def test_a_renamed_file_keeps_its_past(repository: Repository) -> None:
    """Also over two renames, one with a change, and when another file takes the old name."""
    repository.commit(1, ANN, rain=LINES)
    repository.commit(2, BO, rain=None, tanks=LINES)
    repository.commit(3, CY, tanks=None, water=LINES + "More.\n", rain="A new text.\n")
    found = pasts(repository.root)
    assert (found["water.md"].authors, found["water.md"].created) == ((ANN,), day(1))
    assert [who for who, _ in found["water.md"].editors] == [CY, BO]
    assert (found["rain.md"].authors, found["rain.md"].created) == ((CY,), day(3))


def test_a_file_that_was_made_again_starts_anew(repository: Repository) -> None:
    """What had its name before was another file."""
    repository.commit(1, ANN, rain="One.\n")
    repository.commit(2, BO, rain=None)
    repository.commit(3, CY, rain="Quite another.\n")
    assert pasts(repository.root) == {"rain.md": Past((CY,), day(3), (), day(3))}


def test_names_of_files_may_hold_anything(repository: Repository) -> None:
    """Letters of all scripts, line ends, and what looks like git's own output."""
    repository.commit(1, ANN, **{"R100": "One.\n", "Gießplan\ncommit": "Two.\n"})
    assert set(pasts(repository.root)) == {"R100.md", "Gießplan\ncommit.md"}


def test_a_folder_below_the_top_sees_only_its_own(repository: Repository) -> None:
    """Paths are relative to the folder that was asked for."""
    (repository.root / "guides").mkdir()
    repository.commit(1, ANN, **{"guides/rain": "One.\n", "top": "Two.\n"})
    assert set(pasts(repository.root / "guides")) == {"rain.md"}


def test_an_import_credits_nobody(repository: Repository) -> None:
    """Nobody writes a hundred files in one go; later changes count."""
    repository.commit(1, ANN, **{f"n{number}": f"{number}\n" for number in range(101)})
    repository.commit(2, BO, n7="Changed.\n")
    assert pasts(repository.root) == {"n7.md": Past((), None, ((BO, day(2)),), day(2))}


def test_a_shallow_clone_does_not_credit_its_oldest_commit(repository: Repository, tmp_path: Path) -> None:
    """Its oldest commit only looks as if it had made every file."""
    repository.commit(1, ANN, rain="One.\n")
    repository.commit(2, BO, tanks="Two.\n")
    repository.commit(3, CY, rain="Three.\n")
    clone = tmp_path / "clone"
    repository.git("clone", "-q", "--depth", "2", f"file://{repository.root}", str(clone))
    assert pasts(clone) == {"rain.md": Past((), None, ((CY, day(3)),), day(3))}


def test_without_git_there_is_no_past(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """That is noted, and nothing fails."""
    repository.commit(1, ANN, rain="One.\n")
    monkeypatch.setenv("PATH", "")
    assert pasts(repository.root) == {}
    assert "git cannot be started" in caplog.text


def test_a_folder_outside_of_any_repository_has_no_past(tmp_path: Path) -> None:
    """Nothing is started for it."""
    assert pasts(tmp_path) == {}


def test_a_damaged_repository_is_noted(repository: Repository, caplog: pytest.LogCaptureFixture) -> None:
    """Its files are read as if there were no history."""
    (repository.root / ".git" / "HEAD").write_text("no reference")
    assert pasts(repository.root) == {}
    assert "its history was read in part" in caplog.text


def test_nothing_of_a_hostile_repository_runs(repository: Repository, tmp_path: Path) -> None:
    """Every setting by which a repository makes `git log` start a program is tried."""
    ran = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {ran}\n")
    program.chmod(0o755)
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for hook in ("post-index-change", "reference-transaction", "fsmonitor-watchman"):
        shutil.copy(program, hooks / hook)
    (repository.root / ".gitattributes").write_text("*.md diff=evil filter=evil\n")
    repository.commit(1, ANN, rain=LINES)
    repository.commit(2, BO, rain=None, tanks=LINES + "More.\n")
    repository.sign_last_commit()
    settings = {
        "core.fsmonitor": str(program),
        "core.hooksPath": str(hooks),
        "core.pager": str(program),
        "core.sshCommand": str(program),
        "core.alternateRefsCommand": str(program),
        "pager.log": str(program),
        "gpg.program": str(program),
        "log.showSignature": "true",
        "diff.external": str(program),
        "diff.evil.command": str(program),
        "diff.evil.textconv": str(program),
        "filter.evil.clean": str(program),
        "filter.evil.smudge": str(program),
        "alias.log": f"!{program}",
        "extensions.partialClone": "origin",
        "remote.origin.url": f"ext::{program}",
        "remote.origin.promisor": "true",
        "remote.origin.uploadpack": str(program),
    }
    for name, value in settings.items():
        repository.git("config", name, value)
    assert not ran.exists()
    assert pasts(repository.root)["tanks.md"].authors == (ANN,)
    assert not ran.exists()
    subprocess.run(["git", "-C", str(repository.root), "log"], check=False, capture_output=True)
    assert ran.exists()  # plain git does run it


@pytest.mark.parametrize(
    ("name", "address", "bot"),
    [
        ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com", True),
        ("renovate-bot", "bot@x.example", True),
        ("GitHub", "noreply@github.com", True),
        ("Ann Lee", "1234+annl@users.noreply.github.com", False),
        ("Jan Bot", "jan@x.example", False),
        ("Abbot", "abbot@x.example", False),
    ],
)
def test_bots_are_told_by_name_and_address(name: str, address: str, bot: bool) -> None:
    """People who hide their address are no bots."""
    assert is_bot(name, address) is bot


def test_a_hidden_address_gives_the_name_of_the_account() -> None:
    """Author records may name that account."""
    handles = {Identity(IdentityKind.HANDLE, "notes", value) for value in ("ann lee", "github:annl")}
    who = ("Ann Lee", "1234+AnnL@users.noreply.github.com")
    assert git_person(who, "notes") == Person("Ann Lee", frozenset(handles))


class TextParser:
    """Reads a file as its text; a first line `by NAME` names its author."""

    def parse(self, path: Path, where: str) -> Document:
        """Read a file."""
        assert path.name in where
        text = path.read_text()
        head, _, rest = text.partition("\n")
        return Document(rest, authors=(head[3:],)) if head.startswith("by ") else Document(text)


def documents(root: Path) -> dict[str, tuple[str, Item]]:
    """Digest and item of each file of a folder."""
    files = {path.name: path for path in sorted(root.glob("*.md"))}
    source = FolderSource(
        "notes",
        FolderTree(root, files=files),
        dict.fromkeys(files, Community("plots", "Plots")),
        TextParser(),
    )
    units = [unit for unit in source.units() if isinstance(unit, Unit)]
    items = {unit.key: list(source.read(unit)) for unit in units}
    return {
        unit.key: (unit.digest, item) for unit in units for item in items[unit.key] if isinstance(item, Item)
    }


def of(who: tuple[str, str]) -> Person:
    """Somebody as the source names them."""
    name, address = who
    own = Identity(IdentityKind.HANDLE, "notes", name.casefold())
    return Person(name, email_identities(address) | {own})


def test_a_document_has_the_people_and_dates_of_its_history(repository: Repository) -> None:
    """Unless it says so itself."""
    repository.commit(1, ANN, rain="Water.\n")
    repository.commit(2, BO, rain="More water.\n")
    _, item = documents(repository.root)["rain.md"]
    assert (item.created, item.updated) == (day(1), day(2))
    assert item.contributions == (
        Contribution(of(ANN), Role.AUTHORED, day(1)),
        Contribution(of(BO), Role.EDITED, day(2)),
    )


def test_authors_whom_a_file_names_win(repository: Repository) -> None:
    """Whoever committed it did not write it; whoever changed it later is an editor."""
    repository.commit(1, ANN, rain="by Cy Dow\nWater.\n")
    repository.commit(2, BO, rain="by Cy Dow\nMore water.\n")
    _, item = documents(repository.root)["rain.md"]
    assert [(one.person.name, one.role, one.at) for one in item.contributions] == [
        ("Cy Dow", Role.AUTHORED, day(1)),
        ("Bo Ek", Role.EDITED, day(2)),
    ]


def test_a_commit_that_changes_nothing_else_is_seen(repository: Repository) -> None:
    """A new editor shows although the bytes of the file are the same again; other files stay as they are."""
    repository.commit(1, ANN, rain="Water.\n", tanks="Tanks.\n")
    before = documents(repository.root)
    repository.commit(2, BO, rain="More water.\n")
    repository.commit(3, BO, rain="Water.\n")
    after = documents(repository.root)
    assert before["rain.md"][0] != after["rain.md"][0]
    assert before["tanks.md"][0] == after["tanks.md"][0]

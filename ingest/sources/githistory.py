"""Who wrote the files of a git work tree, and when, from one run of `git log`.

Whoever made a file is its author, with the co-authors that the commit names; whoever changed it later is an
editor. A renamed file keeps its past. Three kinds of commits credit nobody: one that touches more than a
hundred files (an import, a reformatting), the oldest ones of a shallow clone (they only look as if they had
made every file), and merges.

The repository is as hostile as any other input. `git log` can be made to start programs by a repository's own
settings: a pager, gpg (`log.showSignature`), drivers of differences, a file system monitor, hooks, and the
transport of a partial clone that fetches what it lacks (gitattributes(5), git-config(1)). Each of them is
switched off below, and its memory, output and time are bounded.
"""

from __future__ import annotations

import logging
import os
import re
import resource
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parseaddr
from pathlib import Path

from catalog.nouns import Person
from ingest.formats.moments import moment
from ingest.formats.tidy import one_line
from ingest.sources.shared.files import fingerprint
from ingest.sources.shared.people import handle, person

_LOG = logging.getLogger(__name__)
_BULK = 100  # files; nobody writes so many in one go
_SECONDS = 120.0
_OUTPUT_BYTES = 256 << 20
_MEMORY_BYTES = 2 << 30
_CO_AUTHORS = 20  # of one commit
_SETTINGS = {
    "core.fsmonitor": "false",
    "core.hooksPath": "/dev/null",
    "core.pager": "cat",
    "core.packedGitLimit": "256m",
    "core.packedGitWindowSize": "32m",
    "core.bigFileThreshold": "8m",
    "diff.orderFile": "/dev/null",
    "gpg.program": "/bin/false",
    "log.showRoot": "true",
    "mailmap.file": "/dev/null",
    "protocol.allow": "never",
}
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_FORMAT = "commit %H%x00%aN%x00%aE%x00%at%x00%(trailers:key=Co-authored-by,valueonly,unfold,separator=%x0A)"
_LOG_OPTIONS = (
    *("--no-color", "--no-decorate", "--no-ext-diff", "--no-textconv", "--no-show-signature", "--no-notes"),
    *("--no-relative", "--encoding=UTF-8", "--ignore-submodules=all", "-z", "--name-status"),
)
_STATUS = re.compile(r"([AMDTRC])\d*")
_BOT_NAME = re.compile(
    r".*\[bot\] | (?:.*[-_.])?bot | (?:dependabot|renovate|greenkeeper).* | github[- ]actions? | web-flow",
    re.VERBOSE | re.IGNORECASE,
)
_NO_REPLY = re.compile(r"(?:.*\[bot\].*|(?:do[-_.]?not|no)[-_.]?reply)@.*", re.IGNORECASE)
_GITHUB = re.compile(r"(?:\d+\+)?([\w-]+)@users\.noreply\.github\.com", re.IGNORECASE)

Who = tuple[str, str]
"""A name and an e-mail address."""


@dataclass(frozen=True, slots=True)
class Past:
    """What happened to one file.

    Attributes:
        authors: Who made it, name and address; empty if that is not known.
        created: When it was made, if that is known.
        editors: Who changed it later, each with the time of their latest change.
        updated: When it was last changed by a person, if it was.
    """

    authors: tuple[Who, ...] = ()
    created: datetime | None = None
    editors: tuple[tuple[Who, datetime | None], ...] = ()
    updated: datetime | None = None

    @property
    def digest(self) -> str:
        """Changes with every commit that counts; empty where nothing is known."""
        return fingerprint(repr(self)) if self != Past() else ""


@dataclass(slots=True)
class _File:
    """What the commits that were read so far, from the newest to older ones, say about a file."""

    changes: dict[Who, datetime | None] = field(default_factory=dict)
    authors: tuple[Who, ...] = ()
    created: datetime | None = None

    def past(self) -> Past:
        editors = tuple((who, at) for who, at in self.changes.items() if who not in self.authors)
        times = [at for who, at in self.changes.items() if at and not is_bot(*who)]
        return Past(self.authors, self.created, editors, max(times, default=None))


@dataclass(frozen=True, slots=True)
class _Commit:
    number: str
    who: tuple[Who, ...]
    at: datetime | None
    files: list[tuple[str, str, str]]  # status, path, and the path that it had before


def pasts(root: Path, seconds: float = _SECONDS) -> dict[str, Past]:
    """Read the history of the files below a folder; empty if the folder is not in a git work tree.

    What goes wrong (there is no git program, the repository is damaged, the time is up) is noted in the log;
    what was read until then counts.

    Args:
        root: The folder.
        seconds: Longest time that git may take.

    Returns:
        Paths relative to the folder, with their past.
    """
    top = next((one for one in (root, *root.parents) if (one / ".git").is_dir()), None)
    if top is None or (top / ".git").is_symlink():
        return {}
    below = root.relative_to(top).as_posix()
    prefix = "" if below == "." else f"{below}/"
    reading = _Reading(_shallow(top))
    for commit in _commits(_tokens(_command(top, below), seconds, root)):
        reading.add(commit)
    found = {path: file.past() for path, file in reading.files.items() if path.startswith(prefix)}
    return {path.removeprefix(prefix): past for path, past in found.items() if past != Past()}


def git_person(who: Who, scope: str) -> Person | None:
    """The person whom a commit names; a program is marked as one, and a name that is nobody's gives None.

    Args:
        who: Name and e-mail address.
        scope: Name of the source.
    """
    name, address = who
    login = _GITHUB.fullmatch(address)
    if is_bot(name, address):
        shown = one_line(name, 200)
        return Person(shown, frozenset({handle(shown, scope)}), bot=True) if shown else None
    found = person(name, scope, "" if login else address)
    if found is None or login is None:
        return found
    return Person(found.name, found.identities | {handle(f"github:{login[1]}", scope)})


def is_bot(name: str, address: str) -> bool:
    """Tell programs that commit by their names and addresses."""
    if _GITHUB.fullmatch(address):  # people who hide their address; a program's has brackets in it
        return bool(_BOT_NAME.fullmatch(name.strip()))
    return bool(_BOT_NAME.fullmatch(name.strip()) or _NO_REPLY.fullmatch(address.strip()))


@dataclass(slots=True)
class _Reading:
    """Goes back in time, as `git log --follow` does for one file, for all files at once."""

    boundary: frozenset[str]
    files: dict[str, _File] = field(default_factory=dict)
    names: dict[str, str | None] = field(default_factory=dict)  # the name then, and now; None: gone since

    def add(self, commit: _Commit) -> None:
        """Take in the next older commit."""
        now = {path: self.names.get(path, path) for _, path, _ in commit.files}
        if commit.number not in self.boundary and len(commit.files) <= _BULK:
            for status, path, _ in commit.files:
                if (name := now[path]) is not None and status != "D":
                    _credit(self.files.setdefault(name, _File()), commit, status)
        for status, path, _ in commit.files:
            if status in {"A", "C", "D", "R"}:  # what had this name before is another file
                self.names[path] = None
        for status, path, before in commit.files:
            if status == "R":
                self.names[before] = now[path]


def _credit(file: _File, commit: _Commit, status: str) -> None:
    for who in commit.who:
        file.changes.setdefault(who, commit.at)
    if status in {"A", "C"}:
        file.authors, file.created = commit.who, commit.at


def _commits(tokens: Iterator[str]) -> Iterator[_Commit]:
    """Put the pieces of the output together; `next` on it ends early where the output was cut."""
    commit: _Commit | None = None
    with suppress(StopIteration):
        while True:
            token = next(tokens).lstrip("\n")
            status = _STATUS.fullmatch(token)
            if token.startswith("commit "):
                if commit:
                    yield commit
                header = [next(tokens) for _ in range(4)]
                commit = _Commit(token[7:], _people(header[0], header[1], header[3]), _time(header[2]), [])
            elif status and commit:
                before = next(tokens)
                path = next(tokens) if status[1] in "RC" else before
                commit.files.append((status[1], path, before))
    if commit:
        yield commit


def _people(name: str, address: str, trailers: str) -> tuple[Who, ...]:
    others = [parseaddr(line) for line in trailers.splitlines()[:_CO_AUTHORS]]
    people = [(name.strip(), address.strip().lower()), *((n, a.lower()) for n, a in others if n and a)]
    return tuple(dict.fromkeys(people))


def _time(text: str) -> datetime | None:
    try:
        return moment(datetime.fromtimestamp(int(text), UTC))
    except (ValueError, OverflowError, OSError):  # an impossible date, which git does not refuse
        return None


def _shallow(top: Path) -> frozenset[str]:
    """The oldest commits of a shallow clone (gitformat-shallow: a file with their numbers)."""
    try:
        with (top / ".git" / "shallow").open("rb") as file:
            return frozenset(file.read(1 << 20).decode("ascii", "replace").split())
    except OSError:
        return frozenset()


def _command(top: Path, below: str) -> list[str]:
    # The directory is named, so that git neither looks for another one nor asks whom this one belongs to:
    # that check guards against the settings which are all switched off here.
    place = [f"--git-dir={top / '.git'}", f"--work-tree={top}", "--no-pager"]
    settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
    command = ["git", "-C", str(top), *place, *settings, "log", *_LOG_OPTIONS, f"--format={_FORMAT}"]
    # Where files may be missing (a partial clone), they must not be compared to find renames.
    partial = any((top / ".git" / "objects" / "pack").glob("*.promisor"))
    renames = "-M100%" if partial else "-M"
    return [*command, renames, "-l400", "HEAD", "--", *([] if below == "." else [below])]


def _tokens(command: list[str], seconds: float, root: Path) -> Iterator[str]:
    """Run git and cut its output at each NUL."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        process = subprocess.Popen(  # noqa: S603 - a program of our choice; the rest is its arguments
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=kept | _ENVIRONMENT,
        )
    except OSError as error:
        _LOG.warning("%s: its authors are not read from its history: git cannot be started: %s", root, error)
        return
    with process:
        if hasattr(resource, "prlimit"):
            with suppress(OSError):  # it may have ended already
                resource.prlimit(process.pid, resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
        timer = threading.Timer(seconds, process.kill)
        timer.start()
        try:
            yield from _pieces(process)
        finally:
            timer.cancel()
            process.kill()
    if process.returncode:
        _LOG.warning(
            "%s: its history was read in part: git ended with %d; check it with `git -C %s log`",
            root,
            process.returncode,
            root,
        )


def _pieces(process: subprocess.Popen[bytes]) -> Iterator[str]:
    rest, total = b"", 0
    output = process.stdout
    while output and (block := output.read(1 << 16)):
        total += len(block)
        *whole, rest = (rest + block).split(b"\0")
        for piece in whole:
            yield piece.decode(errors="replace")
        if total > _OUTPUT_BYTES or len(rest) > 1 << 20:
            return
    process.wait()

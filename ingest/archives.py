"""Zip, 7z and tar archives: listed cheaply, unpacked whole and bounded, both in a child process."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from catalog.errors import UnreadableError
from ingest.bounded import child_environment

SUFFIXES: Final = (".zip", ".7z", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")

_CHILD: Final = (sys.executable, "-P", "-m", "ingest.archive_child")
_LIST_SECONDS: Final = 120
_UNPACK_SECONDS: Final = 120
_SLOWEST: Final = 1 << 20  # unpacked bytes a second, beyond those seconds
_MEGABYTES: Final = 1024  # of memory
MOST_UNPACKED: Final = 16 << 30
"""Bytes that an archive may unpack to."""


def is_archive(name: str) -> bool:
    """Tell by its name whether a file is an archive that can be unpacked."""
    return name.lower().endswith(SUFFIXES)


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive.

    Attributes:
        key: Its name in the archive, `/`-separated.
        digest: What the archive lists as its checksum, with its size.
        size: Bytes when unpacked.
        stored: Name under which it is unpacked: never one that the archive chooses.
    """

    key: str
    digest: str
    size: int
    stored: str


@dataclass
class Archive:
    """One archive file.

    Attributes:
        path: Where it is.
        name: How to name it to a person.
        scratch: An existing folder, in which it is unpacked into a folder of its own.
        most_unpacked: Bytes that it may unpack to.
    """

    path: Path
    name: str
    scratch: Path
    most_unpacked: int = MOST_UNPACKED
    _total: int = field(default=0, init=False)
    _done: bool = field(default=False, init=False)

    @property
    def unpacked(self) -> Path:
        """The folder in which its files lie once they are unpacked."""
        return self.scratch / hashlib.sha256(os.fsencode(self.path)).hexdigest()[:16]

    def members(self) -> tuple[list[Member], list[UnreadableError]]:
        """List its files, and what of it is refused: links, names that lead out of it.

        Raises:
            UnreadableError: If it is damaged, encrypted, or would unpack to too much.
        """
        answer = self._run("list", "", _LIST_SECONDS)
        members = [Member(*values) for values in answer["members"]]
        self._total = sum(member.size for member in members)
        errors = [UnreadableError(f"{self.name}/{key}", reason) for key, reason in answer["refused"]]
        return members, errors

    def unpack(self) -> None:
        """Unpack all its files, once.

        Raises:
            UnreadableError: If it is damaged, encrypted, or unpacks to too much.
        """
        if self._done:
            return
        self.unpacked.mkdir(parents=True, exist_ok=True)
        self._run("unpack", str(self.unpacked), _UNPACK_SECONDS + self._total // _SLOWEST)
        self._done = True

    def _run(self, what: str, into: str, seconds: int) -> dict[str, Any]:
        command = [*_CHILD, what, os.path.abspath(self.path), into, str(_MEGABYTES), str(self.most_unpacked)]  # noqa: PTH100
        try:
            done = subprocess.run(  # noqa: S603 - our own module, our own numbers
                command,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=seconds,
                env=child_environment(),
            )
            answer: dict[str, Any] = json.loads(done.stdout)
        except subprocess.TimeoutExpired as error:
            raise UnreadableError(self.name, f"took longer than {seconds} s to {what}; unpack it") from error
        except OSError as error:
            raise UnreadableError(self.name, f"no process can be started to {what} it ({error})") from error
        except ValueError as error:
            reason = f"crashed what should {what} it; it is probably damaged: make the archive again"
            raise UnreadableError(self.name, reason) from error
        if "error" in answer:
            raise UnreadableError(self.name, answer["error"])
        return answer

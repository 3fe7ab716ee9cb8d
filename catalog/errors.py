"""Every error that Copse raises on purpose.

A message says what was tried, why it failed and what to do next; it fits one line and names the
file or the setting. An error knows the exit code of the command line.

::

    CopseError                 exit 1
    ├── SettingError           exit 2   a setting, an option or a `copse.toml` that cannot be used
    ├── LibraryError           exit 3   the library cannot be opened (locked, newer, damaged)
    ├── SourceError            exit 4   a whole source cannot be read; nothing stored is touched
    │   └── UnreadableError             one file or row of a source cannot be read; the rest goes on
    │       └── TransientError          it cannot be read now, but may be later (network, overload)
    ├── ModelError             exit 5   an embedding model is missing, damaged or not what it says
    ├── NotFoundError          exit 6   no such item, source or community, for this viewer
    ├── QuestionError          exit 7   a question that cannot be searched (empty, far too long)
    ├── EvalError              exit 8   a test collection or a run that cannot be measured (in `evals`)
    ├── LanguageModelError     exit 9   a language model does not answer, or not as it should
    ├── NotAllowedError        exit 10  whoever asks may not do this
    ├── NotSignedInError       exit 11  nobody knows who asks: no sign-in, or a token that does not count
    └── BusyError              exit 12  too much at once; later it may go
        └── OverloadedError    exit 13  too many others ask, too
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any


class CopseError(Exception):
    """Base of all errors that a user can do something about."""

    exit_code = 1


class SettingError(CopseError):
    """A setting, an option or a configuration file has a value that cannot be used."""

    exit_code = 2


class LibraryError(CopseError):
    """The library cannot be opened: locked, written by a newer Copse, or not a library."""

    exit_code = 3


class SourceError(CopseError):
    """A source as a whole cannot be read. What was stored from it stays."""

    exit_code = 4


class UnreadableError(SourceError):
    """One file or row of a source cannot be read; the rest of the source goes on.

    Args:
        where: The file (and line, where there is one), as the user would find it.
        reason: Why, and what to do about it.
    """

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where}: {reason}")
        self.where = where
        self.reason = reason

    def __reduce__(self) -> tuple[Any, ...]:
        """It is pickled when a source is sent to a child process."""
        return type(self), (self.where, self.reason)


class TransientError(UnreadableError):
    """Something cannot be read now and may be later: the network, an overloaded or failing server.

    Args:
        where: The address, as the user would find it.
        reason: Why, and what to do about it.
        wait: Seconds after which the server wants to be asked again; None if it did not say.
    """

    def __init__(self, where: str, reason: str, wait: float | None = None) -> None:
        super().__init__(where, reason)
        self.wait = wait


class ModelError(CopseError):
    """An embedding model is missing, damaged, or not the one it claims to be."""

    exit_code = 5


class NotFoundError(CopseError):
    """No such item, source, person, topic or community among those that the viewer may read.

    Args:
        message: What was looked for, and what to do next.
        near: What can be looked for instead.
    """

    exit_code = 6

    def __init__(self, message: str, near: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.near = tuple(near)


class QuestionError(CopseError):
    """A question that cannot be searched."""

    exit_code = 7


class NotAllowedError(CopseError):
    """Whoever asks may not do this."""

    exit_code = 10


class NotSignedInError(CopseError):
    """Nobody knows who asks: they have not signed in, or their token has expired or does not count."""

    exit_code = 11


class BusyError(CopseError):
    """Too much is asked at once.

    Args:
        message: What is too much, and what to do next.
        wait: Seconds after which it may go.
    """

    exit_code = 12

    def __init__(self, message: str, wait: float = 1.0) -> None:
        super().__init__(message)
        self.wait = wait


class OverloadedError(BusyError):
    """Too many others ask at the same time."""

    exit_code = 13


class Trouble(StrEnum):
    """What can be the matter with a language model."""

    UNREACHABLE = "unreachable"  # nothing answers at its address
    REFUSED = "refused"  # it does not take the key, the model's name or the request
    RATE_LIMITED = "rate-limited"  # it was asked too often, or a quota is used up
    FAILED = "failed"  # an error on its side
    CUT_OFF = "cut-off"  # the connection ended in the middle of the answer
    NONSENSE = "nonsense"  # what came is not the protocol that it should speak
    SLOW = "slow"  # the answer was not there in time
    EMPTY = "empty"  # the answer has no text


class LanguageModelError(CopseError):
    """A language model does not answer, or not as it should.

    Args:
        kind: What is the matter.
        message: What happened and what to do next.
    """

    exit_code = 9

    def __init__(self, kind: Trouble, message: str) -> None:
        super().__init__(message)
        self.kind = kind

    def __reduce__(self) -> tuple[Any, ...]:
        """Its arguments are not those of an exception."""
        return type(self), (self.kind, str(self))

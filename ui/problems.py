"""How every face tells an error, by one table.

The command line ends with the exit code of the error's class, the HTTP API answers with the status as
`application/problem+json` (RFC 9457), and a tool of MCP fails with the name. The line that says what happened
is the same.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass

from pydantic import BaseModel

from catalog.errors import (
    BusyError,
    CopseError,
    LanguageModelError,
    LibraryError,
    ModelError,
    NotAllowedError,
    NotFoundError,
    NotSignedInError,
    OverloadedError,
    QuestionError,
    SettingError,
    SourceError,
)

_LOG = logging.getLogger(__name__)
_FOLDERS = re.compile(r"\A/(?:(?:(?!: )[^/\n])*/)*(?=[^/\n]+: )")  # of the path with which a line begins


@dataclass(frozen=True, slots=True)
class Problem:
    """How one kind of error is told: a name, the HTTP status and a title."""

    name: str
    status: int
    title: str


PROBLEMS: dict[type[CopseError], Problem] = {
    QuestionError: Problem("question", 422, "The question cannot be searched"),
    NotFoundError: Problem("not-found", 404, "There is no such thing that you may read"),
    NotAllowedError: Problem("not-allowed", 403, "You may not do this"),
    NotSignedInError: Problem("not-signed-in", 401, "Nobody knows who asks"),
    BusyError: Problem("busy", 429, "Too much is asked at once"),
    OverloadedError: Problem("overloaded", 503, "Too many ask at once"),
    SettingError: Problem("setting", 400, "A value cannot be used"),
    LibraryError: Problem("library", 503, "The library cannot be used now"),
    ModelError: Problem("model", 503, "The embedding model cannot be used"),
    LanguageModelError: Problem("language-model", 502, "The language model does not answer as it should"),
    SourceError: Problem("source", 500, "A source cannot be read"),
    CopseError: Problem("copse", 500, "Something went wrong"),
}
"""One row for each kind of error; an error is told by the row of its nearest class."""

REQUEST = Problem("request", 422, "The request cannot be understood")
TOO_LARGE = Problem("too-large", 413, "Too much is sent at once")
TOO_SLOW = Problem("too-slow", 504, "It took too long")
NOT_READY = Problem("not-ready", 503, "Not everything is loaded yet")
UNEXPECTED = Problem("unexpected", 500, "Something went wrong")

TYPE = "urn:copse:problem:"
"""What the type of every problem begins with; its name follows."""


class ProblemOut(BaseModel):
    """An error, after RFC 9457."""

    type: str
    title: str
    status: int
    detail: str

    @property
    def name(self) -> str:
        """The name of its row."""
        return self.type.rpartition(":")[2]


def problem_out(error: Exception, path: str) -> ProblemOut:
    """Show an error; one that nobody foresaw goes to the log of the server, and is told without details.

    Args:
        error: What happened.
        path: The address that was asked for, without its question.
    """
    if isinstance(error, CopseError):
        known = next(PROBLEMS[kind] for kind in type(error).__mro__ if kind in PROBLEMS)
        return told(known, line_of(error))
    _LOG.error("%s failed", path, exc_info=error)
    return told(UNEXPECTED, "The log of the server tells more.")


def line_of(error: CopseError) -> str:
    """The line of an error as a page or a network tells it: not where the library lies on this machine."""
    return _FOLDERS.sub("", str(error)) if isinstance(error, LibraryError) else str(error)


def invalid_out(*wrong: str) -> ProblemOut:
    """Show what is wrong with a request that does not have the form it should have."""
    return told(REQUEST, "; ".join(wrong))


def told(problem: Problem, detail: str) -> ProblemOut:
    """Tell a kind of problem with its detail."""
    return ProblemOut(type=f"{TYPE}{problem.name}", title=problem.title, status=problem.status, detail=detail)

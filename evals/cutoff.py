"""A forum's dump as it was at an earlier time: nothing of what came later may help to foresee it.

Posts, comments, votes and links from before the cut-off are copied. A post's score is counted anew from its
votes, an answer is accepted only if the vote that accepted it came before, and later edits are not
mentioned. (The text is that of the last edit; a dump holds no other.)
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import quoteattr

from catalog.errors import UnreadableError
from evals.errors import EvalError
from ingest.sources.shared.dates import parse_date
from ingest.sources.shared.files import file_hash
from ingest.sources.stackexchange.rows import Row, rows
from ingest.sources.stackexchange.source import DUMP_FILES

_VERSION = "cut-1"
_QUESTION, _ANSWER = 1, 2  # PostTypeId
_UP, _DOWN, _ACCEPTED = 2, 3, 1  # VoteTypeId
_COPIED = frozenset(
    {"posts.xml", "comments.xml", "votes.xml", "postlinks.xml", "posthistory.xml", "users.xml"}
)
_UNDATED = frozenset({"users.xml"})  # who had an account later has posts later


class _Votes:
    """What had been voted on posts before the cut-off.

    Attributes:
        given: Whether the dump has votes at all.
        scores: Up-votes minus down-votes, by post.
        accepted: The answers that had been accepted.
    """

    def __init__(self, path: Path | None, cutoff: datetime) -> None:
        self.given = path is not None
        self.scores: Counter[str] = Counter()
        self.accepted: set[str] = set()
        for row in _early(path, cutoff) if path else ():
            post, kind = row.values.get("PostId", ""), row.number("VoteTypeId")
            self.scores[post] += {_UP: 1, _DOWN: -1}.get(kind or 0, 0)
            if kind == _ACCEPTED:
                self.accepted.add(post)

    def apply(self, values: dict[str, str]) -> None:
        """Make a post's values those of before the cut-off, as far as votes say."""
        if self.given:
            values["Score"] = str(self.scores[values.get("Id", "")])
            if values.get("AcceptedAnswerId", "") not in self.accepted:
                values.pop("AcceptedAnswerId", None)


def cut_dump(folder: Path, cutoff: datetime, cache: Path) -> Path:
    """Copy what a dump had before a cut-off, unless that copy is there already.

    Args:
        folder: The dump's folder.
        cutoff: The time from which on nothing counts.
        cache: Where copies are kept.

    Returns:
        The folder of the copy.

    Raises:
        EvalError: If the folder holds no dump, or a file of it cannot be read.
    """
    files = {path.name.lower(): path for path in sorted(folder.iterdir()) if path.name.lower() in DUMP_FILES}
    if "posts.xml" not in files:
        raise EvalError(f"{folder}: holds no forum's dump, and only such a corpus can be cut off at a date")
    try:
        copy = cache / f"dump-{_digest(files, cutoff)}"
        if not (copy / "complete").exists():
            _copy(files, cutoff, copy)
            (copy / "complete").touch()
    except UnreadableError as error:
        raise EvalError(str(error)) from error
    return copy


def answerers_after(folder: Path, cutoff: datetime) -> dict[str, set[str]]:
    """Who answered the questions that a dump has from a cut-off on: numbers of users, by the question's.

    Questions without an answer are left out, and so is everything of a folder that is no dump.

    Raises:
        EvalError: If the posts cannot be read.
    """
    path = next((one for one in sorted(folder.iterdir()) if one.name.lower() == "posts.xml"), None)
    asked: set[str] = set()
    answered: dict[str, set[str]] = {}
    try:
        for row in rows(path, str(path)) if path else ():
            if isinstance(row, Row) and row.number("PostTypeId") == _QUESTION:
                if not _is_early(row.values.get("CreationDate", ""), cutoff):
                    asked.add(row.values.get("Id", ""))
            elif isinstance(row, Row) and row.number("PostTypeId") == _ANSWER:
                question = row.values.get("ParentId", "")
                answered.setdefault(question, set()).add(row.values.get("OwnerUserId", ""))
    except UnreadableError as error:
        raise EvalError(str(error)) from error
    return {question: people for question, people in answered.items() if question in asked}


def _digest(files: dict[str, Path], cutoff: datetime) -> str:
    parts = [file_hash(path, str(path)) for name, path in files.items() if name in _COPIED]
    return hashlib.sha256("\n".join([_VERSION, cutoff.isoformat(), *parts]).encode()).hexdigest()[:12]


def _copy(files: dict[str, Path], cutoff: datetime, copy: Path) -> None:
    votes = _Votes(files.get("votes.xml"), cutoff)
    copy.mkdir(parents=True, exist_ok=True)
    for name, path in files.items():
        if name not in _COPIED:
            continue
        with (copy / path.name).open("w", encoding="utf-8") as out:
            out.write('<?xml version="1.0" encoding="utf-8"?>\n<rows>\n')
            for row in _early(path, None if name in _UNDATED else cutoff):
                values = dict(row.values)
                if name == "posts.xml":
                    votes.apply(values)
                    _forget_later(values, cutoff)
                out.write(
                    "  <row " + " ".join(f"{key}={_quoted(text)}" for key, text in values.items()) + " />\n"
                )
            out.write("</rows>\n")


def _forget_later(values: dict[str, str], cutoff: datetime) -> None:
    """Take out what happened to a post later."""
    values.pop("ViewCount", None)
    for name, others in (("LastEditDate", ("LastEditorUserId",)), ("ClosedDate", ())):
        if not _is_early(values.get(name, ""), cutoff):
            for one in (name, *others):
                values.pop(one, None)


def _early(path: Path, cutoff: datetime | None) -> Iterator[Row]:
    """The rows from before the cut-off; malformed ones are left out, as ingesting them would."""
    for row in rows(path, str(path)):
        early = isinstance(row, Row) and (
            cutoff is None or _is_early(row.values.get("CreationDate", ""), cutoff)
        )
        if early and isinstance(row, Row):
            yield row


def _is_early(date: str, cutoff: datetime) -> bool:
    at = parse_date(date)
    return at is not None and at < cutoff


def _quoted(text: str) -> str:
    return quoteattr(text, {"\n": "&#xA;", "\t": "&#x9;", "\r": "&#xD;"})

"""What passes between the stages of measuring; everything here is a frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

Ranking = list[tuple[str, float]]
"""What one query gives: documents with their scores, best first; higher is better."""

Run = dict[str, Ranking]
"""What one method gives, by query; a query may be missing, which counts as nothing found."""

Qrels = Mapping[str, Mapping[str, int]]
"""Judgments: how relevant documents are, by query; more than 0 is relevant."""


class Task(StrEnum):
    """What is asked of a collection."""

    SEARCH = "search"
    SIMILAR = "similar"
    EXPERTS = "experts"


@dataclass(frozen=True, slots=True)
class Query:
    """Something that is asked.

    Attributes:
        id: Its name in the judgments; a document of the same name is never ranked for it.
        text: What is searched for.
        until: Only documents written before this time may be found, by whole seconds; None for all.
    """

    id: str
    text: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """Something that can be found.

    Attributes:
        id: Its name in the judgments.
        title: Its title.
        text: The whole of its text.
        created: When it was written; None if nothing says so.
    """

    id: str
    title: str
    text: str
    created: datetime | None = None

    @property
    def whole(self) -> str:
        """Title and text."""
        return f"{self.title}\n\n{self.text}".strip()

    def may_answer(self, query: Query) -> bool:
        """Whether the protocol lets it be ranked for a query."""
        if self.id == query.id:
            return False
        return query.until is None or (self.created is not None and self.created < query.until)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be named as an expert.

    Attributes:
        id: Their name in the judgments.
        name: Their display name.
        activity: How much they have written before the cut-off.
    """

    id: str
    name: str
    activity: int


@dataclass(frozen=True, slots=True)
class Collection:
    """A test collection.

    Attributes:
        name: What it is called in tables and files.
        task: What is asked.
        corpus: The file, or the folder, whose content is searched.
        queries: What is asked; each has a relevant document, or person.
        qrels: The judgments.
        documents: What can be found, as the baselines read it; empty for experts.
        candidates: Who can be found; only for experts.
        cutoff: Only what was written before this time is indexed; only for experts.
        warnings: What is odd about its files, in words.
    """

    name: str
    task: Task
    corpus: Path
    queries: tuple[Query, ...]
    qrels: Qrels
    documents: tuple[Document, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    cutoff: datetime | None = None
    warnings: tuple[str, ...] = field(default=())

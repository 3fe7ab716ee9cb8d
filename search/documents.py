"""A passage as a document of tantivy: which fields it has, and what they hold.

Nothing is stored as it was: whatever an index needs again, it is given again from the catalog.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from tantivy import Document, Schema, SchemaBuilder

from search.analysis import joined_terms, languages_of

K1 = 1.2
"""BM25's saturation of repeated terms, as tantivy has it (and b = 0.75)."""

BODY = 1.0
"""How much a term counts in the text."""

LABELS = {"title": 0.5, "heading": 0.5, "tags": 0.5}
"""How much it counts in what is written above the text: only the best of these counts."""

FIELDS = {"text": BODY, **{name: weight for name, weight in LABELS.items() if weight}}
"""What is searched, and how much a term counts there."""

TERMS = "terms"
"""The tokenizer of these fields, which hold terms, parted by spaces."""

ONLY_LABELS = "only_labels"
"""Has the terms of the labels that the text lacks: with those of the text, every term of a passage once."""

EVERY = ("every", "1")
"""A field and its term that every passage has."""

_TOGETHER = 1000  # entries of which the languages are told at once


@dataclass(frozen=True, slots=True)
class Entry:
    """A passage as the lexical index needs it.

    Attributes:
        id: Its number in the catalog.
        shard: Slug of its community if that is private, else `PUBLIC`.
        community: Slug of its community.
        kind: Kind of its item.
        tags: Tags of its item.
        created: When its item was written, in seconds since 1970 (UTC); None if unknown.
        title: Title of its item.
        heading: The headings above it, in one line.
        text: Its text.
        labelled: Whether title, headings and tags are searched beside the text.
    """

    id: int
    shard: str
    community: str
    kind: str
    tags: tuple[str, ...]
    created: int | None
    title: str
    heading: str
    text: str
    labelled: bool = True


def highest(*, labelled: bool) -> float:
    """What no passage can exceed for a term of weight 1."""
    return (K1 + 1) * (BODY + (max(LABELS.values()) if labelled else 0))


def schema() -> Schema:
    """The fields of a document."""
    builder = SchemaBuilder()
    builder.add_integer_field("id", indexed=True, fast=True)
    builder.add_integer_field("created", fast=True)
    for name in (EVERY[0], "community", "kind", "tag", "language"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in FIELDS:
        builder.add_text_field(name, tokenizer_name=TERMS, index_option="freq")
    builder.add_text_field(ONLY_LABELS, tokenizer_name=TERMS, index_option="basic")
    return builder.build()


def documents(entries: Iterable[Entry]) -> Iterator[Document]:
    """Entries as documents, in their order."""
    rest = iter(entries)
    while chunk := list(islice(rest, _TOGETHER)):
        yield from map(_document, chunk, languages_of([_telling(entry) for entry in chunk]))


def _telling(entry: Entry) -> Sequence[str]:
    """What tells the language of an entry."""
    return entry.text, f"{entry.title}\n{entry.heading}\n{entry.text}"


def _document(entry: Entry, language: str) -> Document:
    document = Document()
    document.add_integer("id", entry.id)
    if entry.created is not None:
        document.add_integer("created", entry.created)
    document.add_text(*EVERY)
    document.add_text("community", entry.community)
    document.add_text("kind", entry.kind)
    for tag in entry.tags:
        document.add_text("tag", tag)
    document.add_text("language", language)
    for name, terms in _terms(entry, language).items():
        document.add_text(name, terms)
    return document


def _terms(entry: Entry, language: str) -> dict[str, str]:
    """The terms of each field."""
    text = joined_terms(entry.text, language)
    if not entry.labelled:
        return {"text": text}
    written = {"title": entry.title, "heading": entry.heading, "tags": " ".join(entry.tags)}
    labels = {name: joined_terms(written[name], language) for name in LABELS if written[name]}
    beside = set(" ".join(labels.values()).split()).difference(text.split())
    return {"text": text, **labels, ONLY_LABELS: " ".join(beside)}

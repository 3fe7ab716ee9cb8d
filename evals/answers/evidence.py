"""Does the answer quote the sentences that people have marked as evidence?

A collection in the layout of BEIR may say which sentences bear on a query: its documents have a list
`sentences`, and `evidence.jsonl` has lines such as `{"claim": "9", "doc": "44265107", "sentences": [15]}`.
Each line is a group; to quote any sentence of it is to have found it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from catalog.errors import UnreadableError
from evals.answers.figures import Figure, share
from evals.errors import EvalError
from evals.nouns import Collection
from evals.tables import rows, text
from evals.words import WordIndex
from ingest.sources.tables.json_rows import objects
from search.answer.quotes import Quote
from search.engine import Engine

_CITED = 3  # sentences that are looked at
_GROUP = "evidence"
_BM25 = "BM25's best sentences"


@dataclass(frozen=True, slots=True)
class Marked:
    """Marked sentences.

    Attributes:
        documents: The sentences of each document.
        groups: By query, the groups of sentences: a document and their places in it.
    """

    documents: Mapping[str, Sequence[str]]
    groups: Mapping[str, Sequence[tuple[str, frozenset[int]]]]


def read_marked(collection: Collection) -> Marked | None:
    """Read which sentences bear on the queries; None if nobody has marked any.

    Raises:
        EvalError: If the file cannot be read, or marks what there is not.
    """
    path = collection.corpus.parent / "evidence.jsonl"
    if not path.is_file():
        return None
    documents = {text(row, "_id"): _sentences(row) for _, row in rows(collection.corpus)}
    groups: dict[str, list[tuple[str, frozenset[int]]]] = {}
    for query, document, places in _groups(path, documents):
        groups.setdefault(query, []).append((document, places))
    return Marked(documents, groups)


def _sentences(row: Mapping[str, object]) -> list[str]:
    told = row.get("sentences")
    return [str(one) for one in told] if isinstance(told, list) else []


def _groups(path: Path, documents: Mapping[str, Sequence[str]]) -> list[tuple[str, str, frozenset[int]]]:
    found = []
    try:
        for line in objects(path, str(path)):
            if isinstance(line, UnreadableError):
                raise EvalError(str(line)) from line
            number, row = line
            claim, document, places = text(row, "claim"), text(row, "doc"), row.get("sentences")
            if not (claim and isinstance(places, list) and all(isinstance(one, int) for one in places)):
                raise EvalError(
                    f"{path} line {number}: {json.dumps(row)} marks nothing; it needs claim, doc and "
                    "sentences, a list of places counted from 0"
                )
            if any(not 0 <= place < len(documents.get(document, ())) for place in places):
                raise EvalError(f"{path} line {number}: document {document} has no such sentences")
            found.append((claim, document, frozenset(places)))
    except UnreadableError as error:
        raise EvalError(str(error)) from error
    return found


def measure_evidence(
    engine: Engine,
    collection: Collection,
    source: str,
    marked: Marked,
    progress: Callable[[int, int], None],
) -> list[Figure]:
    """How often the best sentences that Copse would quote are marked ones, against those of BM25.

    Args:
        engine: The collection's library.
        collection: What is asked.
        source: Name of the source that the documents became.
        marked: The marked sentences.
        progress: Is told how many questions are asked, of how many.
    """
    queries = [query for query in collection.queries if query.id in marked.groups]
    places = [(document, at) for document, told in marked.documents.items() for at in range(len(told))]
    index = WordIndex([marked.documents[document][at] for document, at in places])
    ours, theirs = [], []
    for number, query in enumerate(queries, start=1):
        groups = marked.groups[query.id]
        quotes = engine.answer(engine.catalog.owner(), query.text).quotes[:_CITED]
        ours.append([_found(quote, source, marked, groups) for quote in quotes])
        best = [places[at] for at in index.best(query.text, _CITED)]
        theirs.append(
            [{n for n, (doc, told) in enumerate(groups) if one[0] == doc and one[1] in told} for one in best]
        )
        progress(number, len(queries))
    sizes = [len(marked.groups[query.id]) for query in queries]
    return [
        Figure(_GROUP, what, of(ours, sizes), len(queries), _BM25, of(theirs, sizes))
        for what, of in (
            ("the best sentence is marked", _precision),
            ("one of the three best is marked", _hit),
            ("marked groups among the three best", _recall),
        )
    ]


def _found(
    quote: Quote, source: str, marked: Marked, groups: Sequence[tuple[str, frozenset[int]]]
) -> set[int]:
    """The groups that a sentence belongs to."""
    document = quote.item_id.removeprefix(f"{source}:")
    return {
        number
        for number, (name, places) in enumerate(groups)
        if name == document and any(_overlaps(quote, marked.documents[name][place]) for place in places)
    }


def _overlaps(quote: Quote, sentence: str) -> bool:
    """Whether a sentence that is quoted is, for the most part, the marked one."""
    start = quote.source.item.text.find(sentence)
    end, candidate = start + len(sentence), quote.candidate
    common = min(end, candidate.end) - max(start, candidate.start)
    return start >= 0 and common > 0.5 * min(len(sentence), candidate.end - candidate.start)


_Hits = Sequence[Sequence[set[int]]]


def _precision(found: _Hits, _: Sequence[int]) -> float:
    return share(sum(bool(one and one[0]) for one in found), len(found))


def _hit(found: _Hits, _: Sequence[int]) -> float:
    return share(sum(any(one) for one in found), len(found))


def _recall(found: _Hits, sizes: Sequence[int]) -> float:
    return float(np.mean([len(set().union(*one)) / size for one, size in zip(found, sizes, strict=True)]))

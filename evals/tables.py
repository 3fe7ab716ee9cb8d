"""The files of a test collection: JSON lines, and judgments as tab-separated values."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from catalog.errors import UnreadableError
from evals.errors import EvalError
from evals.nouns import Query
from ingest.sources.shared.dates import parse_date
from ingest.sources.tables.json_rows import objects
from ingest.sources.tables.lines import lines, open_text

_NAMED = 5  # of the odd names in a warning

Row = Mapping[str, object]


def find(folder: Path, stem: str) -> Path | None:
    """A file of JSON lines in a folder, compressed or not; None if there is none."""
    return next((path for end in ("", ".gz") if (path := folder / f"{stem}.jsonl{end}").is_file()), None)


def rows(path: Path) -> Iterator[tuple[int, Row]]:
    """The objects of a file of JSON lines that have an `_id`, with the numbers of their lines.

    Raises:
        EvalError: If the file or one of its lines cannot be read.
    """
    try:
        for one in objects(path, str(path)):
            if isinstance(one, UnreadableError):
                raise EvalError(str(one)) from one
            if not text(one[1], "_id"):
                raise EvalError(f"{path} line {one[0]}: has no _id; give each line one")
            yield one
    except UnreadableError as error:
        raise EvalError(str(error)) from error


def text(row: Row, name: str) -> str:
    """A field as text; empty if it is missing or is no text."""
    value = row.get(name)
    return str(value).strip() if isinstance(value, str | int) else ""


def read_queries(path: Path, repeated: list[str]) -> dict[str, Query]:
    """Read queries: the text is the title and the body, where there is a body.

    Args:
        path: The file.
        repeated: Takes the ids that occur again; the first query of each counts.

    Raises:
        EvalError: If the file or one of its lines cannot be read.
    """
    queries: dict[str, Query] = {}
    for number, row in rows(path):
        query = _query(row, f"{path} line {number}")
        if queries.setdefault(query.id, query) is not query:
            repeated.append(query.id)
    return queries


def _query(row: Row, where: str) -> Query:
    title, body = text(row, "title") or text(row, "text"), text(row, "body")
    asked = f"{title}\n\n{body}".strip() if body else text(row, "text") or title
    if not asked:
        raise EvalError(f"{where}: has no text; give the query one")
    created = text(row, "created")
    until = parse_date(created) if created else None
    if created and until is None:
        raise EvalError(f"{where}: created {created!r} is no date; write it as 2024-03-14T09:30:00")
    return Query(text(row, "_id"), asked, until and until.replace(microsecond=0))


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Read judgments: query, document and a whole number, in the layout of BEIR or in that of TREC.

    Raises:
        EvalError: If the file or one of its lines cannot be read, or no document is relevant.
    """
    qrels: dict[str, dict[str, int]] = {}
    try:
        with open_text(path, str(path)) as file:
            for number, line in lines(file):
                if line is None or (line.strip() and not (number == 1 and "query" in line.lower())):
                    query, document, score = _judgment(line or "", f"{path} line {number}")
                    qrels.setdefault(query, {})[document] = score
    except UnreadableError as error:
        raise EvalError(str(error)) from error
    if not any(score > 0 for judged in qrels.values() for score in judged.values()):
        raise EvalError(
            f"{path}: holds no relevant document; each line is: query, document, 1 (tabs between)"
        )
    return qrels


def _judgment(line: str, where: str) -> tuple[str, str, int]:
    parts = next(csv.reader([line.strip()], delimiter="\t")) if "\t" in line else line.split()
    if len(parts) == 4:  # TREC: query, 0, document, relevance
        parts = [parts[0], *parts[2:]]
    try:
        query, document, score = (part.strip() for part in parts)
        return query, document, int(score)
    except ValueError as error:
        raise EvalError(
            f"{where}: is no judgment; it should be query, document and a whole number, with tabs between"
        ) from error


def some(names: Iterable[str]) -> str:
    """The first few of some names, in words: `3 (a, b, c)`."""
    all_of_them = list(dict.fromkeys(names))
    more = ", …" if len(all_of_them) > _NAMED else ""
    return f"{len(all_of_them):,} ({', '.join(all_of_them[:_NAMED])}{more})"


def judged(
    queries: Mapping[str, Query], qrels: Mapping[str, Mapping[str, int]], known: set[str], where: Path
) -> tuple[tuple[Query, ...], dict[str, Mapping[str, int]], list[str]]:
    """Bring queries and judgments together.

    Args:
        queries: By their ids.
        qrels: The judgments.
        known: What can be found.
        where: The file of the judgments.

    Returns:
        The queries with a relevant document, in their order; their judgments; and what is odd.

    Raises:
        EvalError: If no query is left.
    """
    warnings = []
    if strangers := [query for query in qrels if query not in queries]:
        warnings.append(f"{where}: judgments of {some(strangers)} unknown queries are left out")
    kept = {
        query: qrels[query] for query in queries if any(score > 0 for score in qrels.get(query, {}).values())
    }
    missing = [
        document
        for found in kept.values()
        for document, score in found.items()
        if score > 0 and document not in known
    ]
    if missing:
        warnings.append(
            f"{where}: {some(missing)} relevant documents are not in the collection; "
            "they count as relevant, and nothing can find them"
        )
    if not kept:
        raise EvalError(
            f"{where}: judges none of the {len(queries):,} queries; see whether the ids are the same"
        )
    return tuple(queries[query] for query in kept), kept, warnings

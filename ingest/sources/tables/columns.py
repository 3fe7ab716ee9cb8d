"""Which column of a table holds what: guessed from its name, or told by `copse.toml`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

_NAMES: dict[str, str] = {
    "id": "lesson id, id, lesson number, number, no, ref, reference, key, lesson ref",
    "title": "title, lesson title, headline, subject, name",
    "text": "text, body, content",
    "summary": "summary, abstract, overview, synopsis",
    "event": "driving event, event, what happened, situation, problem, issue, incident, background, context,"
    " description, event description, problem description, description of driving event",
    "lesson": "lesson learned, lesson, what we learned, what was learned, learning, takeaway,"
    " key takeaway, finding",
    "recommendation": "recommendation, recommended action, action, corrective action, from now on,"
    " what to do, next time, solution, resolution, advice",
    "submitter": "submitter, submitted by, submitter name, author, reported by, reporter, written by,"
    " logged by, created by, entered by, owner",
    "asker": "asked by, asker, questioner",
    "answerer": "answered by, answerer, responder",
    "contributor": "contributor, contributed by, co author, coauthor",
    "contact": "point of contact, contact, contact person, contact name, poc",
    "email": "email, e mail, mail, email address, e mail address, submitter email, author email",
    "organization": "organization, organisation, center, centre, department, unit, team, site",
    "date": "date lesson occurred, date occurred, date of event, event date, occurred, date, when, created,"
    " created at, date created, date submitted",
    "published": "publish date, published, date published, publication date, published at",
    "tags": "topic, tag, keyword, label, category, categories, subject area, theme",
    "url": "url, link, web address, permalink",
    "state": "state, status, lesson status",
    "votes": "vote, upvote, up vote, like, vote count, net vote, helpful vote",
}
_PAIR: dict[str, str] = {
    "question": "question, q, question text, frequently asked question, faq question, faq, prompt, query",
    "answer": "answer, a, answer text, accepted answer, best answer, faq answer, response, reply, completion",
}
_AS_PAIR: dict[str, str] = {
    "question": "title, subject, headline",
    "answer": "text, body, content, solution, resolution",
}
"""What a question and its answer are called too, in a table that is known to hold such pairs."""

FIELDS = (*_PAIR, *_NAMES, "section")
"""What a column can be mapped to; `section` is long text that is kept under the column's own name."""

TEXTS = frozenset({"text", "summary", "event", "lesson", "recommendation", "section"})
"""The fields that are an item's text."""

_SEVERAL = frozenset(
    {"text", "summary", "event", "lesson", "recommendation", "submitter", "contributor", "contact", "tags"}
)

Columns = Mapping[str, tuple[str, ...]]
"""Field to columns."""


def normalise(name: str) -> str:
    """Reduce a column's name to what counts: no case, no punctuation, no plural."""
    name = re.sub(r"\(\w*\)", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name[:200]).casefold())
    return " ".join(re.sub(r"(?<=\w{2})s$", "", word) for word in re.findall(r"\w+", name.replace("_", " ")))


def _synonyms(names: Mapping[str, str]) -> dict[str, list[str]]:
    return {field: [normalise(name) for name in several.split(", ")] for field, several in names.items()}


_SYNONYMS, _PAIR_SYNONYMS, _AS_PAIR_SYNONYMS = map(_synonyms, (_NAMES, _PAIR, _AS_PAIR))
_KNOWN = frozenset(
    name for names in (_SYNONYMS, _PAIR_SYNONYMS) for several in names.values() for name in several
)


def guess(columns: Iterable[str], told: Columns, pairs: bool | None = False) -> dict[str, tuple[str, ...]]:
    """Map fields to columns.

    A field that holds one value takes the column whose name comes first in its list of names; a field that
    holds text, people or tags takes all columns that fit. A question and its answer are found together or
    not at all.

    Args:
        columns: The columns that the table has.
        told: What `copse.toml` says; an empty tuple means that the table has no such field.
        pairs: Whether each row is known to be a question with its answer; None if it is known not to be.
    """
    taken = {column for names in told.values() for column in names}
    free = {column: normalise(column) for column in columns if column not in taken}
    mapping = {field: names for field, names in told.items() if names}
    pair = dict(_fitting(free, told, _PAIR_SYNONYMS))
    if pairs:
        pair = dict(_fitting(free, told, _AS_PAIR_SYNONYMS)) | pair
    if pairs is not None and {*pair, *mapping} >= {*_PAIR}:
        mapping |= pair
        free = _without(free, pair)
    for field, synonyms in _SYNONYMS.items():
        for found, chosen in _fitting(free, told, {field: synonyms}):
            mapping[found] = chosen
            free = _without(free, {found: chosen})
    return {field: mapping[field] for field in FIELDS if field in mapping}


def holds_pairs(mapping: Columns) -> bool:
    """Whether a row is a question with its answer."""
    return "question" in mapping and "answer" in mapping


def is_register(columns: Iterable[str]) -> bool:
    """Whether a file with these columns surely is a table to be read row by row, and not just any data."""
    mapping = guess(columns, {})
    told = {"summary", "event", "recommendation"} & mapping.keys()
    return holds_pairs(mapping) or "lesson" in mapping or len(told) > 1


def recognised(cells: Collection[str], told: Columns) -> int:
    """How many cells are the name of a column that is known or told."""
    names = {name for several in told.values() for name in several}
    return sum(cell in names or normalise(cell) in _KNOWN for cell in cells if len(cell) <= 200)


def header_place(rows: Sequence[Sequence[str]], told: Columns) -> int:
    """Which of the first rows names the columns: the one with most known names; else the first."""
    found = [recognised(row, told) for row in rows]
    best = max(found)
    return found.index(best) if best > 1 else 0


def _fitting(
    free: Mapping[str, str], told: Columns, synonyms: Mapping[str, list[str]]
) -> Iterable[tuple[str, tuple[str, ...]]]:
    for field, names in synonyms.items():
        fitting = sorted(
            (column for column in free if free[column] in names), key=lambda one: names.index(free[one])
        )
        if fitting and field not in told:
            yield field, tuple(fitting if field in _SEVERAL else fitting[:1])


def _without(free: Mapping[str, str], mapping: Columns) -> dict[str, str]:
    chosen = {column for columns in mapping.values() for column in columns}
    return {column: name for column, name in free.items() if column not in chosen}

"""Which column of a table of lessons holds what: guessed from its name, or told by `copse.toml`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_NAMES: dict[str, str] = {
    "id": "lesson id, id, lesson number, number, no, ref, reference, key, lesson ref",
    "title": "title, lesson title, headline, subject, name",
    "summary": "summary, abstract, overview, synopsis",
    "event": "driving event, event, what happened, situation, problem, issue, incident, background, context,"
    " description, event description, problem description, description of driving event",
    "lesson": "lesson learned, lesson, what we learned, what was learned, learning, takeaway,"
    " key takeaway, finding",
    "recommendation": "recommendation, recommended action, action, corrective action, from now on,"
    " what to do, next time, solution, resolution, advice",
    "submitter": "submitter, submitted by, submitter name, author, reported by, reporter, written by,"
    " logged by, created by, entered by, owner",
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
}

FIELDS = (*_NAMES, "section")
"""What a column can be mapped to; `section` is long text that is kept under the column's own name."""

_SEVERAL = frozenset(
    {"summary", "event", "lesson", "recommendation", "submitter", "contributor", "contact", "tags"}
)


def normalise(name: str) -> str:
    """Reduce a column's name to what counts: no case, no punctuation, no plural."""
    name = re.sub(r"\(\w*\)", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).casefold())
    return " ".join(re.sub(r"(?<=\w{2})s$", "", word) for word in re.findall(r"\w+", name.replace("_", " ")))


_SYNONYMS = {field: [normalise(name) for name in names.split(", ")] for field, names in _NAMES.items()}


def guess(columns: Iterable[str], told: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Map fields to columns.

    A field that holds one value takes the column whose name comes first in its list of names; a field that
    holds text, people or tags takes all columns that fit.

    Args:
        columns: The columns that the table has.
        told: What `copse.toml` says; an empty tuple means that the table has no such field.
    """
    taken = {column for names in told.values() for column in names}
    free = {column: normalise(column) for column in columns if column not in taken}
    mapping = {field: names for field, names in told.items() if names}
    for field, synonyms in _SYNONYMS.items():
        if field in told:
            continue
        fitting = sorted(
            (column for column in free if free[column] in synonyms), key=lambda one: synonyms.index(free[one])
        )
        chosen = tuple(fitting) if field in _SEVERAL else tuple(fitting[:1])
        if chosen:
            mapping[field] = chosen
            free = {column: name for column, name in free.items() if column not in chosen}
    return {field: mapping[field] for field in FIELDS if field in mapping}

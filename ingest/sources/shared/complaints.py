"""A source with thousands of bad rows names the first ones and counts the others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from catalog.errors import UnreadableError

MOST = 200
"""Bad rows of one unit that are reported one by one."""

_T = TypeVar("_T")


def bounded(records: Iterator[_T | UnreadableError], where: str) -> Iterator[_T | UnreadableError]:
    """Pass records on; errors beyond the first ones become a single one at the end.

    Args:
        records: What a unit gives.
        where: How the unit is named to a person.
    """
    count = 0
    for record in records:
        if isinstance(record, UnreadableError):
            count += 1
            if count > MOST:
                continue
        yield record
    if count > MOST:
        reason = (
            f"{count - MOST:,} more rows cannot be read, besides the {MOST} that were named; export it again"
        )
        yield UnreadableError(where, reason)

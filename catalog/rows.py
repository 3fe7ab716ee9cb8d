"""Rows of the database as columns: taken as they are, many at a time, and put into arrays at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, Select

NOTHING = -(2**62)
"""What stands for nothing among numbers."""

_BATCH = 500  # rows that are objects at one time: so few that Python does not begin to look for garbage


def read_batches(db: Connection, query: Select[Any]) -> Iterator[tuple[Sequence[Any], ...]]:
    """What a query finds, some rows at a time, each time column by column.

    What makes objects of rows and values of columns is left out: it takes several times as long as the
    database does. So all that is asked for has to be numbers, truth values, texts or bytes.
    """
    cursor: Any = db.execute(query).cursor
    while rows := cursor.fetchmany(_BATCH):
        yield tuple(zip(*rows, strict=True))


def read_columns(db: Connection, query: Select[Any], kinds: Sequence[Any]) -> list[Any]:
    """What a query for numbers finds, as arrays.

    Args:
        db: A connection in a transaction.
        query: What to read; what may be nothing is `NOTHING` then.
        kinds: The type of each column; where that is a float, nothing is NaN.
    """
    cursor: Any = db.execute(query).cursor
    parts = [np.empty((0, len(kinds)), np.int64)]
    while rows := cursor.fetchmany(_BATCH):
        parts.append(np.fromiter(chain.from_iterable(rows), np.int64).reshape(-1, len(kinds)))
    return [_column(column, kind) for column, kind in zip(np.concatenate(parts).T, kinds, strict=True)]


def _column(values: npt.NDArray[np.int64], kind: Any) -> npt.NDArray[Any]:
    if kind is not np.float64:
        return values.astype(kind)
    return np.where(values == NOTHING, np.nan, values)

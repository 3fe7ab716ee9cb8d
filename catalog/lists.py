"""Lists as one parameter of a statement, which is the same then however long they are.

So a statement is drawn and compiled once, and thousands of values take no longer to bind than one text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, String, TableValuedAlias, bindparam, func, select


def as_list(values: Iterable[Any]) -> str:
    """What is given for the parameter of a list."""
    return json.dumps(list(values))


def listed(name: str) -> Select[Any]:
    """The values of a list, given under a name."""
    return select(each(name).c.value)


def each(name: str) -> TableValuedAlias:
    """A list that is given under a name, as a table with the column `value`."""
    return func.json_each(bindparam(name, type_=String)).table_valued("value", name=f"each_{name}")

"""What narrows a read of items, as conditions of SQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, or_, select, true

from catalog.nouns import Filters
from catalog.schema import communities, item_tags, items


def conditions(filters: Filters) -> list[Any]:
    """The filters as conditions on `items`."""
    found: list[Any] = [true()]
    if filters.communities:
        wanted = select(communities.c.id).where(communities.c.slug.in_(filters.communities))
        found.append(items.c.community_id.in_(wanted))
    if filters.kinds:
        found.append(items.c.kind.in_([kind.value for kind in filters.kinds]))
    if filters.tags:
        found.append(items.c.id.in_(select(item_tags.c.item_id).where(item_tags.c.tag.in_(filters.tags))))
    if filters.since:
        found.append(items.c.created >= filters.since)
    if filters.until:
        found.append(items.c.created < filters.until)
    return found


def titled(words: str) -> Any:
    """Whether the title of an item has all of these words, or beginnings of words, in any case.

    Databases know the case of ASCII letters only, so that of all others is tried.
    """
    return and_(
        true(),
        *(
            or_(*(items.c.title.icontains(form, autoescape=True) for form in _forms(word)))
            for word in words.split()
        ),
    )


def _forms(word: str) -> set[str]:
    return {word, word.lower(), word.upper(), word.capitalize()}

"""What is searched: the viewer and the filters in terms of the indexes."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.nouns import Filters
from catalog.reader import Reader
from search.lexical import PUBLIC, Where


@dataclass(frozen=True, slots=True)
class Scope:
    """What is searched.

    Attributes:
        communities: The catalog's numbers of the communities.
        shards: The lexical shards in which words are counted, all that the viewer may read; by the number
            of each community that it holds.
        where: The condition for what is found by words.
    """

    communities: frozenset[int]
    shards: dict[int, str]
    where: Where

    @property
    def names(self) -> frozenset[str]:
        """The names of the shards."""
        return frozenset({PUBLIC, *self.shards.values()})


def scope_of(reader: Reader, filters: Filters) -> Scope:
    """What a viewer searches under some filters."""
    communities = reader.numbered_communities()
    wanted = frozenset(communities) & filters.communities if filters.communities else frozenset(communities)
    return Scope(
        communities=frozenset(communities[slug].number for slug in wanted),
        shards={one.number: slug if one.private else PUBLIC for slug, one in communities.items()},
        where=Where(
            # Without a wish there is no condition: what may not be read is in other shards.
            communities=wanted if filters.communities else None,
            kinds=frozenset(kind.value for kind in filters.kinds),
            tags=filters.tags,
            since=None if filters.since is None else int(filters.since.timestamp()),
            until=None if filters.until is None else int(filters.until.timestamp()),
        ),
    )

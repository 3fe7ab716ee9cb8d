"""Who may be whom: people of the same full name in the same community, for a steward to decide."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from sqlalchemy import Connection, func, or_, select

from catalog.nouns import IdentityKind
from catalog.schema import distinct_people, identities, people

_MOST_ALIKE = 8  # people of one name; with more of them, a name says nothing about who is whom
_ONE_SOURCE = 0.3  # what the same name says where one source tells two apart
_CHUNK = 400  # parameters in one statement
# Words of what stands where a name should be, in many places for many people.
_PLACEHOLDERS = frozenset(
    """
    admin administrator anonymous author bot deleted editor guest member moderator nobody staff support
    team test unknown user webmaster
    """.split()  # noqa: SIM905  (a list of literals would be three times as long)
)
_ROOT = func.coalesce(people.c.merged_id, people.c.id)

Counts = Callable[[Iterable[int]], Mapping[int, Mapping[str, int]]]


@dataclass(frozen=True, slots=True)
class Alike:
    """Numbers of two people who may be one, how likely that is (0 to 1), and why."""

    one: int
    other: int
    strength: float
    reason: str


def fold_name(name: str) -> str:
    """A name without regard to case, accents, punctuation and spacing."""
    if name.isascii() and name.replace(" ", "").isalnum():
        return " ".join(name.lower().split())
    bare = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(sign for sign in bare if not unicodedata.combining(sign))
    return " ".join("".join(sign if sign.isalnum() else " " for sign in kept).split())


def rank_alike(db: Connection, counts: Counts) -> list[Alike]:
    """Pairs of people who may be one, the likeliest first.

    Two accounts of one source stay in the list, but last: people do register twice, yet a source that
    tells two apart is right more often than not.

    Args:
        db: A connection in a transaction.
        counts: Gives the number of contributions that may be read, by person and community.
    """
    groups = _groups(db)
    members = {root for group in groups.values() for root in group}
    places, sources, apart = counts(members), _sources(db, members), _told_apart(db)
    found = [
        _alike(one, other, len(group), places, sources)
        for group in groups.values()
        for one, other in combinations(sorted(group), 2)
        if (one, other) not in apart and places.get(one, {}).keys() & places.get(other, {}).keys()
    ]
    return sorted(found, key=lambda pair: (-pair.strength, pair.one, pair.other))


def _groups(db: Connection) -> dict[str, set[int]]:
    """The people who share a full name with somebody, by that name; no programs."""
    bots = set(db.scalars(select(_ROOT).where(people.c.bot)))
    groups: dict[str, set[int]] = defaultdict(set)
    for row in db.execute(select(people.c.name, _ROOT.label("root"))):
        if row.root not in bots:
            groups[fold_name(row.name)].add(row.root)
    return {name: group for name, group in groups.items() if _tells(name) and 1 < len(group) <= _MOST_ALIKE}


def _tells(name: str) -> bool:
    words = name.split()
    return len(words) > 1 and not _PLACEHOLDERS.intersection(words) and len(max(words, key=len)) > 1


def _sources(db: Connection, roots: set[int]) -> dict[int, set[str]]:
    """The sources that know each of these people by a handle."""
    known: dict[int, set[str]] = defaultdict(set)
    query = select(identities.c.scope, _ROOT.label("root")).join(people).distinct()
    query = query.where(identities.c.kind == IdentityKind.HANDLE.value)
    ordered = sorted(roots)
    for start in range(0, len(ordered), _CHUNK):
        chunk = ordered[start : start + _CHUNK]
        mine = or_(people.c.id.in_(chunk), people.c.merged_id.in_(chunk))
        for row in db.execute(query.where(mine)):
            known[row.root].add(row.scope)
    return known


def _told_apart(db: Connection) -> set[tuple[int, int]]:
    """The pairs of people who are two, by the numbers under which they are shown, lower one first."""
    first, second = people.alias(), people.alias()
    roots = [func.coalesce(one.c.merged_id, one.c.id) for one in (first, second)]
    joined = distinct_people.join(first, first.c.id == distinct_people.c.person_id)
    joined = joined.join(second, second.c.id == distinct_people.c.other_id)
    rows = db.execute(select(*roots).select_from(joined))
    return {(min(row), max(row)) for row in rows}


def _alike(
    one: int,
    other: int,
    namesakes: int,
    places: Mapping[int, Mapping[str, int]],
    sources: Mapping[int, set[str]],
) -> Alike:
    """Weigh a pair: several common communities say more, further namesakes and a common source less."""
    common = sorted(places[one].keys() & places[other].keys())
    doubled = sorted(sources.get(one, set()) & sources.get(other, set()))
    strength = (1 - 0.4 / len(common)) / (namesakes - 1) * (_ONE_SOURCE if doubled else 1)
    reason = f"the same full name, and both contribute to {_listed(common)}"
    if doubled:
        reason += f"; but {_listed(doubled)} tells them apart"
    if namesakes > 2:
        reason += f"; {namesakes} people have this name"
    return Alike(one, other, round(strength, 3), reason)


def _listed(names: list[str]) -> str:
    shown = names[:3]
    return ", ".join(shown) + (f" and {len(names) - 3} more" if len(names) > 3 else "")

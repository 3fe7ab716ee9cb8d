"""The categories of a Discourse forum, and the communities that they are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from catalog.nouns import Community
from ingest.config import slug
from ingest.formats.tidy import one_line
from ingest.sources.protocol import sub_community
from ingest.sources.shared.json_values import Json, mapping, mappings, number, string

_DEEPEST = 4  # categories within categories; Discourse has two or three levels
_ABOUT = re.compile(r"/t/(?:[^/]+/)?(\d{1,12})/?$")


@dataclass(frozen=True, slots=True)
class Category:
    """A category.

    Attributes:
        number: Its number.
        name: Its name.
        slug: Its short name, unique within its parent.
        parent: Number of the category that it is part of; None if it is none's.
        restricted: Whether only some groups may read it.
        answers: Whether answers are accepted in it.
        about: Number of the topic that describes it.
    """

    number: int
    name: str
    slug: str
    parent: int | None = None
    restricted: bool = False
    answers: bool = False
    about: int | None = None


def read_categories(values: Iterable[object]) -> dict[int, Category]:
    """Take categories from whatever lists them: `/site.json`, `/categories.json`, `/c/{id}/show.json`.

    Where several do, a category is restricted if one of them says so.
    """
    found: dict[int, Category] = {}
    for value in values:
        for entry in _entries(mapping(value)):
            category = _category(entry)
            if category and not (category.number in found and found[category.number].restricted):
                found[category.number] = category
    return found


def communities(
    parent: Community, categories: Sequence[Category], readers: Callable[[Category], frozenset[str]]
) -> dict[int, Community]:
    """Make a community of each category; a part of a restricted category is as restricted.

    Args:
        parent: The community that the forum belongs to.
        categories: Its categories.
        readers: Gives the readers of a restricted category.
    """
    known = {category.number: category for category in categories}
    slugs = {one.number: "-".join(_slug(part) for part in _lineage(one, known)) for one in categories}
    used = Counter(slugs.values())
    made = {}
    for category in categories:
        lineage = _lineage(category, known)
        name = " / ".join(part.name for part in lineage)
        key = slugs[category.number]
        unique = key if used[key] == 1 else f"{key}-{category.number}"
        restricted = next((part for part in reversed(lineage) if part.restricted), None)
        allowed = readers(restricted) if restricted else None
        made[category.number] = sub_community(parent, name, unique, allowed)
    return made


def _entries(value: Json, depth: int = _DEEPEST) -> Iterator[Json]:
    listed = mapping(value.get("category_list")).get("categories") or value.get("categories")
    for entry in (*mappings(listed), *mappings(value.get("category"))):
        yield entry
        if depth:
            yield from _entries({"categories": entry.get("subcategory_list")}, depth - 1)


def _category(entry: Json) -> Category | None:
    key, name = number(entry.get("id")), one_line(string(entry.get("name")), 200)
    if key is None or not name:
        return None
    fields = mapping(entry.get("custom_fields"))
    described = _ABOUT.search(string(entry.get("topic_url")))
    return Category(
        number=key,
        name=name,
        slug=one_line(string(entry.get("slug")), 100),
        parent=number(entry.get("parent_category_id")),
        restricted=entry.get("read_restricted") is True,
        answers=string(fields.get("enable_accepted_answers")) == "true"
        or fields.get("enable_accepted_answers") is True,
        about=int(described[1]) if described else None,
    )


def _lineage(category: Category, known: dict[int, Category]) -> list[Category]:
    """A category with all above it, outermost first."""
    line = [category]
    while len(line) <= _DEEPEST and (above := known.get(line[0].parent or 0)) and above not in line:
        line.insert(0, above)
    return line


def _slug(category: Category) -> str:
    # a name in another script has an encoded slug, or none
    return category.slug if re.fullmatch(r"[a-z0-9-]+", category.slug) else slug(category.name)

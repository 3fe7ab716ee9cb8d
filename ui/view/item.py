"""An item as HTML: what it is, its text with the passage marked, and the rest of its thread."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.nouns import Kind, State
from ui.schemas import ItemOut, LinkOut, PassageOut
from ui.service import Opened
from ui.terminal import LINKS
from ui.view.cited_page import cited_page_view
from ui.view.history import history_view
from ui.view.parts import (
    DEEDS,
    Surroundings,
    about,
    also_in,
    authors,
    badge,
    community,
    counted,
    day,
    facts,
    go,
    kind_of,
    link,
    listed,
    makers,
    mark,
    person,
    section,
    shown,
    title_of,
    where,
)
from ui.view.place import Page, Place, Span
from ui.view.rendered import render
from ui.view.share import share_view
from ui.view.tags import Html, join, tag

_LONGEST_TEXT = 200_000  # characters that are shown at once; more would keep a browser busy for seconds


def item_view(opened: Opened, around: Surroundings) -> Html:
    """An item with the passage that the place names, and its thread."""
    item = opened.shown.item
    passage = _passage(opened.passages, around.place.at)
    quotes = _within(passage, around.place.quotes)
    return tag(
        "article",
        tag("h1", title_of(item)),
        _head(item, passage, around),
        also_in(opened.shown.also_in, around),
        _warning(item, opened.shown.thread),
        _cited(opened, passage, quotes),
        _links(opened.shown.links, around),
        _rest(item, opened.shown.thread, around),
        history_view(item),
        class_="item",
    )


def _passage(passages: Sequence[PassageOut], at: Span | None) -> PassageOut | None:
    """The passage at a place; none if the text has changed since, for then its characters mean others."""
    return next((passage for passage in passages if (passage.start, passage.end) == at), None)


def _within(passage: PassageOut | None, quotes: Sequence[Span]) -> list[Span]:
    if passage is None:
        return []
    return sorted(quote for quote in quotes if passage.start <= quote[0] < quote[1] <= passage.end)


def _cited(opened: Opened, passage: PassageOut | None, quotes: list[Span]) -> Html:
    """The text; for a PDF, the page with the passage as a picture, and the text folded away."""
    item, why = opened.shown.item, opened.no_picture
    text = _text(item.text or "", passage, quotes)
    if why is None or passage is None or not passage.page:
        return text
    if why:
        return shown(tag("p", f"The page cannot be shown: {why}. This is its text.", class_="facts"), text)
    folded = tag("details", tag("summary", "The whole text"), text, class_="as-text")
    return shown(cited_page_view(item, passage, quotes), folded)


def _text(text: str, passage: PassageOut | None, quotes: Sequence[Span]) -> Html:
    """The text with its marks; of a very long one, what stands around the passage."""
    start, end = window(text, passage.start if passage else 0)
    at = (passage.start - start, passage.end - start) if passage else None
    moved = [(left - start, right - start) for left, right in quotes]
    told = f"Characters {start:,} to {end:,} of {len(text):,} are shown here."
    return shown(
        tag("p", told, class_="facts") if end - start < len(text) else None,
        tag("div", render(text[start:end], at, moved), class_="prose body"),
    )


def window(text: str, place: int) -> Span:
    """The characters to show around a place of a text, cut between paragraphs where possible."""
    if len(text) <= _LONGEST_TEXT:
        return 0, len(text)
    start = max(place - _LONGEST_TEXT // 2, 0)
    if start:
        after = text.find("\n\n", start, place)
        start = start if after < 0 else after + 2
    end = min(start + _LONGEST_TEXT, len(text))
    before = text.rfind("\n\n", (place + end) // 2, end)
    return start, end if before < 0 or end == len(text) else before


def _head(item: ItemOut, passage: PassageOut | None, around: Surroundings) -> Html:
    place = where(item, passage) if passage else ""
    votes = counted(item.votes, "vote") if item.votes is not None else ""
    return tag(
        "header",
        facts(community(item.community, around), day(item.created or item.updated), votes, _standing(item)),
        _people(item),
        _tags(item),
        _original(item, around),
        tag("p", place, class_="where") if place else None,
        share_view(Place(item=item.id, at=around.place.at, quotes=around.place.quotes)),
    )


def _standing(item: ItemOut) -> Html | None:
    """Whether it is accepted, solved, open or outdated."""
    accepted = item.accepted and item.state is not State.OUTDATED
    return mark("✓ accepted", "solved") if accepted else badge(item.state)


def _tags(item: ItemOut) -> Html | None:
    """Its topics, each a way to all that has it."""
    if not item.tags:
        return None
    ways = (go(Place(Page.PRACTICES, tags=(name,)), f"#{name}", class_="topic") for name in item.tags)
    return tag("p", *ways, class_="tags")


def _people(item: ItemOut) -> Html:
    done: dict[tuple[str, int], list[str]] = {}
    for one in item.people:
        deeds = done.setdefault((one.name, one.person_id), [])
        deeds += [deed for deed in [DEEDS[one.role]] if deed not in deeds]
    return facts(*(shown(person(*who), f" ({', '.join(deeds)})") for who, deeds in done.items()))


def _original(item: ItemOut, around: Surroundings) -> Html | None:
    """Where the original is: a link on the web; a path is told to the owner of the files only."""
    url = item.url or ""
    if url.lower().startswith(("http://", "https://")):
        known = tag("a", "Original", href=url, target="_blank", rel="noopener noreferrer nofollow")
        return tag("p", known, class_="original")
    return tag("p", url, class_="original") if url and around.owner else None


def _warning(item: ItemOut, thread: Sequence[ItemOut]) -> Html | None:
    opener = next((other for other in thread if other.id == item.thread_id), item)
    if item.state is State.OUTDATED:
        told = "Marked as outdated by the community: check with its people before you rely on it."
    elif opener.state is State.OUTDATED:
        told = "This thread is marked as outdated: read its latest posts before you rely on it."
    else:
        return None
    return tag("p", told, class_="warning", role="note")


def _links(links: Sequence[LinkOut], around: Surroundings) -> Html | None:
    """What the item points to."""
    if not links:
        return None
    rows = (shown(link(one.item, around), about(one.item, around, LINKS[one.kind])) for one in links)
    return section("Linked", listed(rows, "rows"), class_="links")


# --- thread ---


def _rest(item: ItemOut, thread: Sequence[ItemOut], around: Surroundings) -> Html | None:
    """The other posts: the question, the accepted answer, then the others as they were written."""
    rest = [other for other in thread if other.id != item.id]
    rest.sort(key=lambda other: (other.id != item.thread_id, not other.accepted))
    if not rest:
        return None
    return section("The rest of the thread", *(_post(other, around) for other in rest), class_="thread")


def _post(item: ItemOut, around: Surroundings) -> Html:
    votes = counted(item.votes, "vote") if item.votes is not None else ""
    kind = title_of(item) if item.kind is Kind.QUESTION else kind_of(item)
    # What folds a post out is no place for links.
    head = facts(
        tag("b", ", ".join(makers(item)) or kind_of(item)), kind, day(item.created), votes, _standing(item)
    )
    opened = go(around.place.opening(item.id), "Open this post")
    return tag(
        "details",
        tag("summary", head),
        tag("div", render(item.text or ""), class_="prose body"),
        tag("p", join([opened, authors(item)], " · "), class_="open"),
        open=item.accepted or item.kind is Kind.QUESTION,
    )

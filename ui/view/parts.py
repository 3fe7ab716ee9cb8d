"""Small parts that several views share: badges, dates, names of communities, links to items."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from catalog.nouns import Kind, Role, State
from ui.schemas import CommunityOut, ItemOut, PassageOut
from ui.terminal import excerpt, moment
from ui.view.place import Place, Span, profile_of, topic_of
from ui.view.tags import Child, Html, join, tag

_LOCK = Html(
    '<svg class="lock" viewBox="0 0 16 16" role="img" aria-label="private community">'
    "<title>Private community</title>"
    '<path fill="currentColor" fill-rule="evenodd" '
    'd="M4.5 7V5a3.5 3.5 0 0 1 7 0v2h.5a1 1 0 0 1 1 1v5.5a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1z'
    'M6 7h4V5a2 2 0 1 0-4 0z"/></svg>'
)

DEEDS = {
    Role.ASKED: "asked",
    Role.ANSWERED: "answered",
    Role.ACCEPTED: "accepted answer",
    Role.AUTHORED: "wrote",
    Role.EDITED: "edited",
    Role.COMMENTED: "commented",
    Role.SPOKE: "spoke",
}
_MADE = frozenset({Role.ASKED, Role.ANSWERED, Role.ACCEPTED, Role.AUTHORED})
_STATES = {State.SOLVED: "✓ solved", State.OPEN: "open", State.OUTDATED: "outdated"}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every view needs besides what it shows.

    Attributes:
        place: Where the reader is.
        communities: The communities that they may read, by slug.
        owner: Whether they own the library, and so may see where its files lie.
        keeps_gaps: Whether questions without an answer are kept.
    """

    place: Place
    communities: Mapping[str, CommunityOut]
    owner: bool = False
    keeps_gaps: bool = False


def go(place: Place, *children: Child, class_: str = "", current: str | None = None) -> Html:
    """A link within the page; it also works when it is opened in a new tab."""
    return tag(
        "a",
        *children,
        href=place.href,
        target="_self",
        data_go=True,
        class_=class_ or None,
        aria_current=current,
    )


def label(*children: Child) -> Html:
    """A small heading."""
    return tag("h2", *children, class_="label")


def day(moment: datetime | None) -> str:
    """A date as people write it; empty where none is known."""
    return f"{moment.day} {moment:%B %Y}" if moment else ""


def month(moment: datetime | None) -> str:
    """A month as people write it; empty where none is known."""
    return f"{moment:%B %Y}" if moment else ""


def community(slug: str, around: Surroundings) -> Html:
    """A community's name, with a lock if it is private."""
    known = around.communities.get(slug)
    if known is None:
        return tag("span", slug)
    return tag(
        "span", known.name, " " if known.private else "", _LOCK if known.private else "", class_="community"
    )


def badge(state: State | None) -> Html | None:
    """The state of an item; nothing where it says nothing."""
    return tag("span", _STATES[state], class_=f"badge {state.value}") if state else None


def kind_of(item: ItemOut) -> str:
    """What an item is."""
    return "accepted answer" if item.accepted else item.kind.value


def title_of(item: ItemOut) -> str:
    """The item's title, or its id where it has none."""
    return " ".join(item.title.split()) or item.id


def person(name: str, number: int) -> Html:
    """A name that leads to the person's profile; who is anonymous has none."""
    return go(profile_of(number), name, class_="who") if number else join([name])


def topic(name: str, *more: Child) -> Html:
    """A topic's name that leads to its page."""
    return go(topic_of(name), name, *more, class_="topic")


def makers(item: ItemOut) -> dict[str, int]:
    """Names of those who made the item, with their numbers."""
    return {person.name: person.person_id for person in item.people if person.role in _MADE}


def authors(item: ItemOut) -> Html:
    """Who made the item, each a way to their profile."""
    return join((person(name, number) for name, number in makers(item).items()), ", ")


def facts(*parts: Child) -> Html:
    """A quiet line of facts; those that are missing are left out."""
    shown = [tag("span", part) for part in parts if part]
    return tag("p", *shown, class_="facts") if shown else Html("")


def about(item: ItemOut, around: Surroundings, *more: Child) -> Html:
    """The facts that place an item: what it is, whose, when, how far."""
    state = None if item.kind is Kind.ANSWER else badge(item.state)
    return facts(
        kind_of(item), *more, community(item.community, around), day(item.created or item.updated), state
    )


def where(item: ItemOut, passage: PassageOut) -> str:
    """Where in its item a passage is: the headings above it, the page, the time in a recording."""
    path = [name for name in map(excerpt, passage.heading) if name and name != title_of(item)]
    page = f"page {passage.page}" if passage.page else ""
    return ", ".join(filter(None, (" › ".join(path), page, moment(passage.seconds))))


def also_in(copies: Sequence[ItemOut], around: Surroundings) -> Html:
    """Where else the same stands, each place as a link that opens the copy there."""
    if not copies:
        return Html("")
    places = (
        tag("span", community(copy.community, around), ": ", go(around.place.opening(copy.id), copy.id))
        for copy in copies
    )
    return tag("p", "Also in ", join(places, ", "), class_="also")


def link(
    item: ItemOut, around: Surroundings, passage: PassageOut | None = None, quotes: Iterable[Span] = ()
) -> Html:
    """The item's title as a link that opens it at a passage."""
    at = (passage.start, passage.end) if passage else None
    return go(around.place.opening(item.id, at, quotes), title_of(item), class_="title")


def listed(rows: Iterable[Html], class_: str) -> Html:
    """A list of rows."""
    return tag("ul", *(tag("li", row) for row in rows), class_=class_)


def section(title: Child, *children: Child, class_: str = "") -> Html:
    """A part of the page under a small heading."""
    return tag("section", label(title), *children, class_=class_ or None)


def mark(told: str, class_: str = "") -> Html:
    """A word about somebody or something, set off from the rest."""
    return tag("span", told, class_=f"badge {class_}".strip())


def bar(share: float, told: str) -> Html:
    """A share as a bar; its figure stands beside it."""
    full = tag("span", style=f"width:{min(max(share, 0), 1):.1%}")
    return tag("span", tag("span", full, class_="bar", aria_hidden="true"), told, class_="share")


def per_cents(shares: Sequence[float]) -> list[int]:
    """Shares as whole per cents that sum to a hundred: the largest remainders are rounded up."""
    whole = sum(shares)
    if whole <= 0:
        return [0] * len(shares)
    exact = [100 * share / whole for share in shares]
    floors = [int(one) for one in exact]
    by_remainder = sorted(range(len(exact)), key=lambda at: floors[at] - exact[at])
    for at in by_remainder[: 100 - sum(floors)]:
        floors[at] += 1
    return floors


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def shown(*parts: Child) -> Html:
    """Several parts after each other."""
    return join(parts)

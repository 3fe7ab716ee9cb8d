"""What the page Contribute shows as HTML: where something goes, how it will look, what it became."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.nouns import Kind
from ui.schemas import ItemOut, SimilarOut
from ui.schemas_contribute import UploadOut, UploadState, WrittenOut
from ui.view.parts import Surroundings, about, community, facts, go, link, listed, mark, section, shown
from ui.view.place import Page, Place
from ui.view.rendered import render
from ui.view.tags import Html, join, tag

_WHAT = {Kind.LESSON: "lesson", Kind.POST: "post", Kind.QUESTION: "question"}


def lead_view() -> Html:
    """What this page is for."""
    told = (
        "What you know helps whoever asks next. What you add here is found by the very next question, "
        "with your name to it."
    )
    return tag("div", tag("p", told, class_="lead"), class_="start")


def may_not_view(guest: bool) -> Html:
    """Why somebody cannot add anything, and what to do about it."""
    way = (
        "You read as a guest. Sign in, if this library has a sign-in; else ask whoever runs it."
        if guest
        else "You read here and do not write yet. Ask a steward of your community to make you a contributor."
    )
    onward = shown(
        "Meanwhile, a question can be ",
        go(Place(Page.ASK), "asked"),
        ", and put to the people who may know.",
    )
    return tag(
        "div",
        tag(
            "section",
            tag("h2", "You may read here, and not write"),
            tag("p", way),
            tag("p", onward),
            class_="unknown",
        ),
        class_="trouble",
    )


def goes_to_view(slug: str, around: Surroundings) -> Html:
    """Who will read it."""
    known = around.communities.get(slug)
    if known is None:
        return Html("")
    who = "Only those who may read this private community" if known.private else "Everybody who may read here"
    return facts(shown(who, " will find it in ", community(slug, around), "."))


def preview_view(title: str, text: str, tags: Sequence[str]) -> Html:
    """How something that is being written will look."""
    if not text.strip():
        return tag("p", "Nothing is written yet.", class_="none")
    return tag(
        "article",
        tag("h1", title.strip() or "Without a title"),
        tag("p", *(tag("span", f"#{name}") for name in tags), class_="tags") if tags else None,
        tag("div", render(text), class_="prose body"),
        class_="item",
    )


def alike_view(alike: Sequence[SimilarOut], around: Surroundings) -> Html:
    """What was written about it already."""
    if not alike:
        return tag("p", "What was written about it already comes up here while you write.", class_="none")
    rows = (shown(link(one.item, around), about(one.item, around)) for one in alike)
    return section("Written already", listed(rows, "rows"))


def made_view(made: WrittenOut, around: Surroundings) -> Html:
    """What became of something that was just written."""
    item = made.item
    return tag(
        "section",
        tag("h2", f"Your {_WHAT.get(item.kind, 'contribution')} is there"),
        tag("p", link(item, around), " is in ", community(item.community, around), "."),
        tag("p", "The next question finds it. You can change or withdraw it below."),
        class_="unknown thin",
        role="status",
    )


def uploads_view(uploads: Sequence[UploadOut], refused: Sequence[str], around: Surroundings) -> Html:
    """What became of each document."""
    rows = [_upload(one, around) for one in uploads]
    rows += [shown(mark("not taken"), " ", told) for told in refused]
    return tag("div", listed(rows, "rows"), role="status")


def _upload(one: UploadOut, around: Surroundings) -> Html:
    if one.state is UploadState.READ:
        opened = go(around.place.opening(one.item_id), one.name, class_="title")
        return shown(opened, facts(mark("✓ read", "solved"), one.told))
    if one.state is UploadState.FAILED:
        return shown(facts(mark("not read"), one.told))
    return shown(tag("span", one.name, class_="title"), facts(mark("kept"), one.told))


def mine_view(item: ItemOut, around: Surroundings) -> Html:
    """A row of what somebody has contributed."""
    return shown(link(item, around), about(item, around))


def none_yet_view() -> Html:
    """That there is nothing yet."""
    return tag("p", "You have added nothing yet.", class_="none")


def change_view(item: ItemOut) -> Html:
    """A way from an item to where it can be changed."""
    return tag("p", go(Place(Page.CONTRIBUTE, edit=item.id), "Change or withdraw it"), class_="open")


def back_view() -> Html:
    """A way from a change to all."""
    return tag("p", join([go(Place(Page.CONTRIBUTE), "← Contribute", class_="onward")]), class_="back")

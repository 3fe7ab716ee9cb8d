"""The page's address as a value."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qs

import pytest

from catalog.nouns import Kind, Order, State
from ui.view.place import Page, Place, profile_of, topic_of


def test_a_place_survives_its_address() -> None:
    """What is written into an address is read from it again."""
    place = Place(
        question="why & how?",
        before=("what & where?", "since when?"),
        communities=("garden", "board"),
        kinds=(Kind.LESSON,),
        tags=("water", "clay soil"),
        since=date(2023, 1, 2),
        until=date(2024, 5, 6),
        item="club/forum:1",
        at=(0, 90),
        quotes=((3, 10), (20, 30)),
    )

    assert Place.read(parse_qs(place.href.removeprefix("?"))) == place


@pytest.mark.parametrize(
    "place",
    [
        Place(Page.PEOPLE),
        Place(Page.PEOPLE, name="ann"),
        Place(Page.PEOPLE, person="12", item="club:1"),
        Place(Page.PEOPLE, topic="clay soil", tags=("water",)),
        Place(Page.TOPICS, topic="q & a"),
        Place(Page.REQUESTS, request="7"),
        Place(Page.PRACTICES, title="clay & soil", state=State.SOLVED, order=Order.USEFUL, cursor="abc_-"),
    ],
    ids=lambda place: place.href,
)
def test_every_page_has_an_address(place: Place) -> None:
    """By which it can be linked and opened again."""
    assert Place.read(parse_qs(place.href.removeprefix("?"))) == place


def test_an_address_without_a_page_is_that_of_what_it_names() -> None:
    """So that short ones can be written by hand."""
    assert Place.read({"person": ["12"]}) == profile_of(12)
    assert Place.read({"topic": ["bees"]}) == topic_of("bees")
    assert Place.read({"request": ["7"]}) == Place(Page.REQUESTS, request="7")


def test_another_topic_stays_within_the_bounds() -> None:
    """And nothing of what was shown before is left."""
    place = Place(Page.PEOPLE, person="12", name="ann", communities=("garden",), item="club:1")

    assert place.about("bees") == Place(Page.PEOPLE, topic="bees", communities=("garden",))


def test_an_address_says_no_more_than_it_must() -> None:
    """What is not narrowed and not open is left out."""
    assert Place(question="green water").href == "?q=green+water"


@pytest.mark.parametrize(
    "params",
    [
        {"page": ["attic"]},
        {"kind": ["poem"]},
        {"before": ["what?"]},
        {"since": ["soon"]},
        {"state": ["lost"]},
        {"order": ["random"]},
        {"at": ["9-3"]},
        {"at": ["x"]},
        {"quote": ["1-"]},
    ],
    ids=str,
)
def test_what_cannot_be_understood_counts_as_not_given(params: dict[str, list[str]]) -> None:
    """Addresses are typed and cut off by hand."""
    assert Place.read(params) == Place()


def test_asking_something_else_closes_the_item() -> None:
    """And keeps the filters, but begins a conversation."""
    place = Place(question="a", before=("z",), tags=("water",), item="club:1", at=(0, 4), quotes=((0, 4),))

    assert place.asking("b") == Place(question="b", tags=("water",))


def test_a_follow_up_remembers_what_was_asked() -> None:
    """Within the same bounds, and with the way back to each question."""
    first = Place(question="a", tags=("water",))
    third = first.following("b").opening("club:1").following("c")

    assert third == Place(question="c", before=("a", "b"), tags=("water",))
    assert third.earlier == (first, first.following("b"))


def test_a_conversation_remembers_six_questions() -> None:
    """The last ones; and of each no more than an address can carry."""
    place = Place(question="0")
    for number in range(1, 8):
        place = place.following(str(number))

    assert place.before == ("1", "2", "3", "4", "5", "6")
    assert Place.read({"q": ["b"], "before": [*"abcdefg", "x" * 900]}).before == (*"cdefg", "x" * 500)

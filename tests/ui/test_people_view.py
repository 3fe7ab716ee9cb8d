"""The pages of people as HTML."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from catalog.nouns import Contribution, Kind, Role
from search.people.timeline import Step
from search.results import Evidence, Expert
from tests.build import make_item, make_person
from ui.schemas import CommunityOut, expert_out, item_out
from ui.schemas_people import PersonOut, WishesOut
from ui.schemas_profile import BestOut, CollaboratorOut, PersonalTopicOut, ProfileOut
from ui.schemas_topics import RisksOut, TimelineOut
from ui.view.experts import experts_view
from ui.view.parts import Surroundings, per_cents
from ui.view.people import people_view, who_knows_view
from ui.view.place import Page, Place
from ui.view.profile import (
    nobody_called,
    profile_best,
    profile_head,
    profile_people,
    profile_topics,
    sentence,
)

GARDEN = CommunityOut(slug="garden", name="Garden", private=False, items={})
MAY = datetime(2023, 5, 2, tzinfo=UTC)
JUNE = datetime(2025, 6, 2, tzinfo=UTC)
HOSTILE = "<img src=x onerror=alert(1)>"


def around(place: Place, *, owner: bool = False) -> Surroundings:
    return Surroundings(place, {"garden": GARDEN}, owner=owner)


def somebody(name: str = "Gwen", **wishes: Any) -> PersonOut:
    none: dict[str, Any] = {"opted_out": False, "paused_until": None, "hidden_topics": []}
    told = WishesOut(**(none | {"anonymous": False, "departed": False} | wishes))
    return PersonOut(person_id=12, name=name, bot=False, communities=["garden"], contributions=9, wishes=told)


def profile(**values: Any) -> ProfileOut:
    bees = PersonalTopicOut(
        name="bees",
        terms=["bees", "hives"],
        tags=["bees"],
        items=3,
        share=0.75,
        accepted=2,
        first=MAY,
        last=JUNE,
    )
    hive = make_item("hive", title="Feeding in spring", kind=Kind.ANSWER, accepted=True)
    given: dict[str, Any] = {
        "person": somebody(),
        "past": False,
        "withheld": False,
        "roles": {Role.ACCEPTED: 2, Role.ANSWERED: 1, Role.COMMENTED: 1},
        "first": MAY,
        "last": JUNE,
        "timeline": TimelineOut(step=Step.MONTH, periods=[], undated=0),
        "topics": [bees],
        "best": [BestOut(item=item_out(hive), role=Role.ACCEPTED, at=MAY)],
        "collaborators": [CollaboratorOut(person_id=7, name="Ines", answered=2, answered_by=0, together=1)],
    }
    return ProfileOut(**(given | values))


def expert(**person: Any) -> Expert:
    gwen = make_person("Gwen")
    deeds = (Contribution(gwen, Role.ACCEPTED, MAY), Contribution(gwen, Role.ANSWERED, JUNE))
    items = (make_item("hive", title="Feeding"), make_item("swarm", title="Swarms"))
    evidence = [
        Evidence(item, deed, share) for item, deed, share in zip(items, deeds, (0.6, 0.3), strict=True)
    ]
    return Expert(gwen, 0.9, tuple(evidence), "Answered 2 questions")


def test_shares_are_told_in_whole_per_cents_that_sum_to_a_hundred() -> None:
    """Whatever is lost in rounding goes to those who lost most."""
    assert per_cents([1.0, 1.0, 1.0]) == [34, 33, 33]
    assert per_cents([0.6, 0.3]) == [67, 33]
    assert per_cents([0.0]) == [0]


def test_each_piece_of_evidence_has_its_share() -> None:
    """Beside what was done, and when."""
    html = experts_view([expert_out(expert())], around(Place()), "People who know")

    assert "<span>accepted answer</span><span>May 2023</span>" in html
    assert '<span style="width:67.0%">' in html
    assert "67 %" in html
    assert "33 %" in html


def test_what_weakens_the_evidence_is_told_below_it() -> None:
    """Where a reply says so."""
    out = expert_out(expert())
    weak = out.model_copy(update={"weaknesses": [f"nothing since 2023 {HOSTILE}"]})

    assert "What weakens this" not in experts_view([out], around(Place()), "People who know")
    html = experts_view([weak], around(Place()), "People who know")
    assert "nothing since 2023 &lt;img" in html[html.index("What weakens this") :]


def test_a_name_leads_to_the_profile() -> None:
    """But for somebody who is anonymous."""
    named = expert_out(expert()).model_copy(update={"person_id": 12})
    hidden = named.model_copy(update={"person_id": 0, "name": "a member of Garden"})

    html = experts_view([named], around(Place()), "People who know")
    assert '<a href="?page=people&amp;person=12"' in html
    html = experts_view([hidden], around(Place()), "People who know")
    assert "<h3>a member of Garden</h3>" in html


def test_who_has_left_is_marked() -> None:
    """In a word, not by a colour."""
    gone = expert_out(expert()).model_copy(update={"departed": True})

    assert "has left" in experts_view([gone], around(Place()), "People who know")


def test_everybody_is_listed_with_communities_and_counts() -> None:
    """And can be looked for, by name and by what they know."""
    risks = RisksOut(risks=[], topics=4)
    html = people_view([somebody()], 200, risks, around(Place(Page.PEOPLE)), "storage")

    assert "Who knows about …?" in html
    assert "1 person" in html
    assert '<a href="?page=people&amp;person=12"' in html
    assert "<span>9 contributions</span>" in html
    assert "None of 4 topics rests on one person" in html


def test_nobody_by_a_name_is_said_so() -> None:
    """With the name, as text."""
    risks = RisksOut(risks=[], topics=0)
    html = people_view([], 200, risks, around(Place(Page.PEOPLE, name=HOSTILE)))

    assert "Nobody here is called “&lt;img src=x onerror=alert(1)&gt;”." in html


def test_nobody_who_knows_is_said_so() -> None:
    """With a way on."""
    html = who_knows_view([], around(Place(Page.PEOPLE, topic="quokkas")))

    assert "has written about “quokkas”" in html
    assert 'href="?page=topics"' in html


def test_those_who_know_lead_to_the_topic_within_the_same_bounds() -> None:
    """As the address says them."""
    place = Place(Page.PEOPLE, topic="bees", communities=("garden",))
    html = who_knows_view([expert_out(expert())], around(place))

    assert 'href="?page=topics&amp;topic=bees&amp;community=garden"' in html


def test_a_profile_tells_what_was_done_about_what_and_with_whom() -> None:
    """With links to topics, items and people."""
    seen, place = profile(), around(Place(Page.PEOPLE, person="12"))

    assert sentence(seen) == ("2 accepted answers, 1 other answer and 1 comment, from May 2023 to June 2025.")
    assert '<a href="?page=topics&amp;topic=bees"' in profile_topics(seen)
    assert "75 %" in profile_topics(seen)
    assert 'href="?page=people&amp;person=12&amp;item=notes%3Ahive"' in profile_best(seen, place)
    assert '<a href="?page=people&amp;person=7"' in profile_people(seen)
    assert "answered them 2 times" in profile_people(seen)


def test_who_is_past_is_shown_as_past() -> None:
    """Once, whether they have left or only fallen silent."""
    place = around(Place(Page.PEOPLE, person="12"))

    assert "not active any more" in profile_head(profile(past=True), place)
    left = profile_head(profile(past=True, person=somebody(departed=True)), place)
    assert "has left" in left
    assert "not active any more" not in left


def test_wishes_are_told_to_the_owner_only() -> None:
    """They have to keep them; others have no business with them."""
    seen = profile(person=somebody(hidden_topics=["wasps"]))
    place = Place(Page.PEOPLE, person="12")

    assert "Wishes not to be named for wasps." in profile_head(seen, around(place, owner=True))
    assert "wasps" not in profile_head(seen, around(place))


def test_of_who_does_not_want_to_be_named_nothing_more_is_told() -> None:
    """Not even empty headings."""
    seen = profile(withheld=True, roles={}, topics=[], best=[], collaborators=[])

    assert sentence(seen) == "Does not want to be named: nothing more is told."
    assert (profile_topics(seen), profile_people(seen)) == ("", "")


@pytest.mark.parametrize(
    ("near", "told"),
    [
        (["Ann Lee"], 'person=Ann+Lee" target="_self" data-go class="who">Ann Lee</a>'),
        (["3", "9"], 'person=9" target="_self" data-go class="who">no. 9</a>'),
    ],
)
def test_an_unknown_name_leads_to_the_nearest(near: list[str], told: str) -> None:
    """And one that several have to each of them."""
    assert told in nobody_called("Ann Leigh", near)


def test_no_name_becomes_html() -> None:
    """Nor does anything else that comes from content."""
    seen = profile(person=somebody(HOSTILE))
    parts = (
        profile_head(seen, around(Place(Page.PEOPLE, person="12"))),
        nobody_called(HOSTILE, [HOSTILE]),
        people_view([somebody(HOSTILE)], 200, RisksOut(risks=[], topics=1), around(Place(Page.PEOPLE))),
    )

    assert not any("<img" in part for part in parts)

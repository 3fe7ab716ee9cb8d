"""One person as HTML: where and when they contribute, what about, what was best, and with whom."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.nouns import Role
from ui.schemas_people import WishesOut
from ui.schemas_profile import BestOut, CollaboratorOut, PersonalTopicOut, ProfileOut
from ui.view.parts import (
    DEEDS,
    Surroundings,
    about,
    bar,
    community,
    counted,
    day,
    facts,
    go,
    link,
    listed,
    mark,
    month,
    person,
    section,
    shown,
    topic,
)
from ui.view.people import standing
from ui.view.place import Page, Place
from ui.view.tags import Html, join, tag

_GAVE = {
    Role.ACCEPTED: ("accepted answer", "accepted answers"),
    Role.ANSWERED: ("other answer", "other answers"),
    Role.AUTHORED: ("text", "texts"),
    Role.SPOKE: ("talk", "talks"),
    Role.ASKED: ("question", "questions"),
    Role.COMMENTED: ("comment", "comments"),
    Role.EDITED: ("edit", "edits"),
}


def profile_head(profile: ProfileOut, around: Surroundings) -> Html:
    """Who somebody is, and what they did."""
    one = profile.person
    past = [mark("not active any more", "past")] if profile.past and not one.wishes.departed else []
    return tag(
        "div",
        tag("p", go(Place(Page.PEOPLE), "← All people", class_="onward"), class_="back"),
        tag(
            "header",
            tag("h2", one.name, " ", *standing(one), *past, class_="name"),
            facts(*(community(slug, around) for slug in one.communities)),
            tag("p", sentence(profile), class_="lead"),
            _wishes(one.wishes) if around.owner else None,
        ),
        class_="wide head-of",
    )


def sentence(profile: ProfileOut) -> str:
    """What somebody did, and when."""
    if profile.withheld:
        return "A program." if profile.person.bot else "Does not want to be named: nothing more is told."
    if not profile.roles:
        return "Contributed nothing that you may read."
    done = [counted(profile.roles[role], *told) for role, told in _GAVE.items() if role in profile.roles]
    listed_ = f"{', '.join(done[:-1])} and {done[-1]}" if len(done) > 1 else done[0]
    if not profile.first or not profile.last:
        return f"{listed_[:1].upper()}{listed_[1:]}."
    if month(profile.first) == month(profile.last):
        return f"{listed_}, in {month(profile.first)}."
    return f"{listed_}, from {month(profile.first)} to {month(profile.last)}."


def _wishes(wishes: WishesOut) -> Html | None:
    """What somebody wishes; told to the owner, who has to keep it."""
    said = (
        (wishes.opted_out, "never to be named as one to ask"),
        (wishes.anonymous, "to be shown without a name"),
        (wishes.departed, "to be shown as somebody who has left"),
        (wishes.paused_until, f"not to be named before {day(wishes.paused_until)}"),
        (wishes.hidden_topics, f"not to be named for {', '.join(wishes.hidden_topics)}"),
    )
    told = "; ".join(words for holds, words in said if holds)
    return tag("p", f"Wishes {told}.", class_="wishes") if told else None


def profile_topics(profile: ProfileOut) -> Html:
    """What somebody writes about."""
    if not profile.topics:
        return Html("")
    return section("Writes about", listed(map(_topic, profile.topics), "rows folk"), class_="topics")


def _topic(one: PersonalTopicOut) -> Html:
    named = one.name.split(", ")
    terms = ", ".join(term for term in one.terms if term not in named)
    share = bar(one.share, f"{one.share:.0%}".replace("%", " %"))
    accepted = counted(one.accepted, "accepted answer") if one.accepted else ""
    return shown(
        tag("div", topic(one.name), share, class_="named"),
        facts(counted(one.items, "answer or text", "answers and texts"), accepted, terms),
    )


def profile_best(profile: ProfileOut, around: Surroundings) -> Html:
    """What others value most of what somebody did."""
    if not profile.best:
        return Html("")
    rows = (_best(one, around) for one in profile.best)
    return section("Valued most", listed(rows, "rows"), class_="best")


def _best(one: BestOut, around: Surroundings) -> Html:
    votes = counted(one.item.votes, "vote") if one.item.votes else ""
    deed = "" if one.role in (Role.ACCEPTED, Role.ANSWERED, Role.AUTHORED) else DEEDS[one.role]
    return shown(link(one.item, around), about(one.item, around, deed, votes))


def profile_people(profile: ProfileOut) -> Html:
    """With whom somebody works."""
    if not profile.collaborators:
        return Html("")
    rows = listed(map(_collaborator, profile.collaborators), "rows")
    return section("With whom", rows, class_="with")


def _collaborator(one: CollaboratorOut) -> Html:
    return shown(
        person(one.name, one.person_id),
        facts(
            f"answered them {_times(one.answered)}" if one.answered else "",
            f"was answered {_times(one.answered_by)}" if one.answered_by else "",
            f"wrote {one.together} together" if one.together else "",
        ),
    )


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def nobody_called(who: str, near: Sequence[str]) -> Html:
    """That there is no such person, and who is near; or several, each by number."""
    several = bool(near) and all(one.isdigit() for one in near)
    told = f"There is nobody “{who}” whom you may see."
    if several:
        told = f"Several people are called “{who}”."
    names = {one: f"no. {one}" if several else one for one in near}
    ways = (go(Place(Page.PEOPLE, person=one), name, class_="who") for one, name in names.items())
    return tag(
        "div",
        tag(
            "section",
            tag("h2", "Which one?" if several else "Nobody by that name"),
            tag("p", told),
            tag("p", "Do you mean ", join(ways, ", "), "?") if near else None,
            tag("p", go(Place(Page.PEOPLE), "All people", class_="onward")),
            class_="unknown",
            role="alert",
        ),
        class_="trouble",
    )

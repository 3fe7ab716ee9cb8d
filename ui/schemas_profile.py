"""The JSON form of a profile: where and when somebody contributes, what about, and with whom."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from catalog.nouns import Role
from search.people.profile import Best, Collaborator, PersonalTopic, Profile
from ui.schemas import Document, Form, ItemOut, item_out
from ui.schemas_people import NamedOut, PersonOut, named_out, person_out
from ui.schemas_topics import TimelineOut, timeline_out


class PersonalTopicOut(Form):
    """What somebody writes about."""

    name: str = Field(description="A tag or two that most of its items share, else its most telling words.")
    terms: list[str] = Field(description="Further tags or words.")
    tags: list[str] = Field(description="The tags of which the name is made; none if it is made of words.")
    items: int = Field(description="How many of the person's answers, texts and talks are about it.")
    share: float = Field(description="Their share of all of these, from 0 to 1.")
    accepted: int = Field(description="How many are accepted answers.")
    first: datetime | None = Field(description="When the first was written.")
    last: datetime | None = Field(description="When the last was.")


class BestOut(Form):
    """One of somebody's best contributions."""

    item: ItemOut
    role: Role
    at: datetime | None


class CollaboratorOut(NamedOut):
    """Somebody with whom a person works."""

    answered: int = Field(description="How often the person answered them.")
    answered_by: int = Field(description="How often they answered the person.")
    together: int = Field(description="How many items they wrote or edited together.")


class ProfileOut(Document):
    """One person, as far as the viewer may know."""

    person: PersonOut
    past: bool = Field(description="Whether they have done nothing for two years, or have left.")
    withheld: bool = Field(description="Whether nothing more is told: a program, or not to be named.")
    roles: dict[Role, int] = Field(description="How many contributions of each kind.")
    first: datetime | None = Field(description="When they first contributed.")
    last: datetime | None = Field(description="When they last did.")
    timeline: TimelineOut
    topics: list[PersonalTopicOut] = Field(description="What they write about, the largest first.")
    best: list[BestOut] = Field(description="Their contributions that others value most.")
    collaborators: list[CollaboratorOut] = Field(description="The closest first.")


def profile_out(profile: Profile) -> ProfileOut:
    """Show a profile."""
    return ProfileOut(
        person=person_out(profile.summary),
        past=profile.past,
        withheld=profile.withheld,
        roles=dict(profile.roles),
        first=profile.first,
        last=profile.last,
        timeline=timeline_out(profile.timeline),
        topics=[_topic_out(topic) for topic in profile.topics],
        best=[_best_out(best) for best in profile.best],
        collaborators=[_collaborator_out(one) for one in profile.collaborators],
    )


def _topic_out(topic: PersonalTopic) -> PersonalTopicOut:
    return PersonalTopicOut(
        name=topic.name,
        terms=list(topic.terms),
        tags=list(topic.tags),
        items=topic.items,
        share=topic.share,
        accepted=topic.accepted,
        first=topic.first,
        last=topic.last,
    )


def _best_out(best: Best) -> BestOut:
    return BestOut(item=item_out(best.item), role=best.role, at=best.at)


def _collaborator_out(one: Collaborator) -> CollaboratorOut:
    return CollaboratorOut(
        **dict(named_out(one.person)),
        answered=one.answered,
        answered_by=one.answered_by,
        together=one.together,
    )

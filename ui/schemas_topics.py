"""The JSON forms of topics: who knows about each, who answers whom, and whether it rests on one person.

Answers, texts and talks are counted as *contributions* here: what shows knowledge. Questions, comments
and edits are not.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pydantic import Field

from catalog.nouns import Role
from search.people.landscape import Landscape, TopicPerson
from search.people.network import Network
from search.people.timeline import Step, Timeline
from search.people.topics import Holder, Risk, Topic, Trend
from search.results import Expert
from ui.people_told import person_told, risk_told, topic_told
from ui.schemas import Document, ExpertOut, Form, Listed, expert_out
from ui.schemas_people import NamedOut, named_out


class HolderOut(Form):
    """A person's part of what is known about a topic."""

    person: NamedOut | None = Field(description="Who; null for somebody who is not to be named.")
    contributions: int = Field(description="Their answers, texts and talks about it.")
    share: float = Field(description="Their share of those of all active people, from 0 to 1.")


class TopicOut(Form):
    """What the library writes about."""

    name: str = Field(description="Its tag, or its most telling words.")
    terms: list[str] = Field(description="Further tags or words.")
    tagged: bool = Field(description="Whether the name is a tag.")
    items: int = Field(description="How many items are about it.")
    contributions: int = Field(description="How many answers, texts and talks.")
    people: int = Field(description="How many people these are by.")
    active: int = Field(description="How many of those are active.")
    holders: list[HolderOut] = Field(description="The active people who gave most, at most five.")
    effective: float = Field(description="Effective number of active people: 1 / the sum of squared shares.")
    recent: int = Field(description="Items of the last year.")
    before: int = Field(description="Items of the year before.")
    newest: datetime | None = Field(description="When the newest item was written.")
    trend: Trend = Field(description="Whether more is written about it than the year before.")
    risk: Risk = Field(description="Whether it rests on one active person, on nobody, or on neither.")
    told: str = Field(description="Its figures in a sentence.")
    risk_told: str = Field(description="On whom it rests, in a sentence.")


class TopicsOut(Listed):
    """The topics of the library."""

    topics: list[TopicOut] = Field(description="Those with the most items first.")


class RisksOut(Listed):
    """The topics that rest on one active person or on nobody."""

    risks: list[TopicOut] = Field(description="Those with the most contributions first.")
    topics: int = Field(description="How many topics were looked at.")


class TopicPersonOut(NamedOut):
    """What somebody gave to a topic."""

    contributions: int = Field(description="Their answers, texts and talks about it.")
    of: int = Field(description="Those of all people.")
    accepted: int = Field(description="How many of theirs are accepted answers.")
    elsewhere: int = Field(description="Theirs about everything else in the same communities.")
    expected: float = Field(description="How many would be expected from their part in everything.")
    lift: float = Field(description="How many times the expected there are, one added to both.")
    recent: int = Field(description="Theirs of the last year.")
    recent_of: int = Field(description="Those of all people in the last year.")
    first: datetime | None = Field(description="When the first was written.")
    last: datetime | None = Field(description="When the last was.")
    past: bool = Field(description="Whether they are not active any more.")
    specific: bool = Field(description="Whether they wrote far more about it than expected.")
    why: str = Field(description="The figures in a sentence.")


class NodeOut(NamedOut):
    """A person in a network."""

    contributions: int = Field(description="Their answers, texts and talks about the topic.")
    past: bool = Field(description="Whether they are not active any more.")


class EdgeOut(Form):
    """That one person answered another one."""

    answerer: int = Field(description="Number of the one who answered.")
    asker: int = Field(description="Number of the one who was answered.")
    answers: int = Field(description="How often.")


class NetworkOut(Form):
    """Who answers whom."""

    nodes: list[NodeOut] = Field(description="Those who answer and are answered most, at most forty.")
    edges: list[EdgeOut] = Field(description="The most answers first.")
    left_out: int = Field(description="How many more people there are.")


class PeriodOut(Form):
    """What was done in one part of a timeline."""

    start: datetime = Field(description="Its first moment, in UTC.")
    roles: dict[Role, int] = Field(description="How many contributions of each kind.")


class TimelineOut(Form):
    """What was done over the years, without gaps."""

    step: Step = Field(description="How long the parts are.")
    periods: list[PeriodOut] = Field(description="The oldest first.")
    undated: int = Field(description="How many contributions have no date that can be right.")


class LandscapeOut(Document):
    """One topic from above."""

    asked: str = Field(description="What was asked for.")
    topic: TopicOut
    first: datetime | None = Field(description="When the first item was written.")
    experts: list[ExpertOut] = Field(description="The people to ask, as `experts` ranks them.")
    specific: list[TopicPersonOut] = Field(description="Active people who wrote more than expected.")
    busy: list[TopicPersonOut] = Field(description="Active people who write about it as about everything.")
    rising: list[TopicPersonOut] = Field(description="Active people who have become more active in it.")
    past: list[TopicPersonOut] = Field(description="People who are not active any more.")
    network: NetworkOut
    timeline: TimelineOut


def topic_out(topic: Topic) -> TopicOut:
    """Show the figures of a topic."""
    return TopicOut(
        name=topic.name,
        terms=list(topic.terms),
        tagged=topic.tagged,
        items=topic.items,
        contributions=topic.deeds,
        people=topic.people,
        active=topic.active,
        holders=[_holder_out(holder) for holder in topic.holders],
        effective=topic.effective,
        recent=topic.recent,
        before=topic.before,
        newest=topic.newest,
        trend=topic.trend,
        risk=topic.risk,
        told=topic_told(topic),
        risk_told=risk_told(topic),
    )


def _holder_out(holder: Holder) -> HolderOut:
    person = named_out(holder.person) if holder.person else None
    return HolderOut(person=person, contributions=holder.deeds, share=holder.share)


def topics_out(topics: Iterable[Topic], after: str | None = None) -> TopicsOut:
    """Show topics; `after` is the cursor of those that come after them."""
    return TopicsOut(topics=[topic_out(topic) for topic in topics], next=after)


def risks_out(risks: Iterable[Topic], topics: int, after: str | None = None) -> RisksOut:
    """Show the topics at risk; `after` is the cursor of those that come after them."""
    return RisksOut(risks=[topic_out(topic) for topic in risks], topics=topics, next=after)


def topic_person_out(one: TopicPerson) -> TopicPersonOut:
    """Show what somebody gave to a topic."""
    return TopicPersonOut(
        **dict(named_out(one.person)),
        contributions=one.deeds,
        of=one.of,
        accepted=one.accepted,
        elsewhere=one.elsewhere,
        expected=one.expected,
        lift=one.lift,
        recent=one.recent,
        recent_of=one.recent_of,
        first=one.first,
        last=one.last,
        past=one.past,
        specific=one.specific,
        why=person_told(one),
    )


def network_out(network: Network) -> NetworkOut:
    """Show who answers whom."""
    return NetworkOut(
        nodes=[
            NodeOut(**dict(named_out(node.person)), contributions=node.deeds, past=node.past)
            for node in network.nodes
        ],
        edges=[
            EdgeOut(answerer=edge.answerer, asker=edge.asker, answers=edge.answers) for edge in network.edges
        ],
        left_out=network.left_out,
    )


def timeline_out(timeline: Timeline) -> TimelineOut:
    """Show what was done, and when."""
    periods = [PeriodOut(start=period.start, roles=period.roles) for period in timeline.periods]
    return TimelineOut(step=timeline.step, periods=periods, undated=timeline.undated)


def landscape_out(seen: Landscape, experts: Iterable[Expert]) -> LandscapeOut:
    """Show a topic from above."""
    return LandscapeOut(
        asked=seen.asked,
        topic=topic_out(seen.topic),
        first=seen.first,
        experts=[expert_out(expert) for expert in experts],
        specific=[topic_person_out(one) for one in seen.specific],
        busy=[topic_person_out(one) for one in seen.busy],
        rising=[topic_person_out(one) for one in seen.rising],
        past=[topic_person_out(one) for one in seen.past],
        network=network_out(seen.network),
        timeline=timeline_out(seen.timeline),
    )

"""The JSON forms of a community from above: what is asked, what has no answer, what grows, and its map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from pydantic import Field

from catalog.asked import AskedDay, Demand
from catalog.nouns import Item, Kind
from search.people.growth import Growth, Newcomer, Rise
from search.people.map import Found, Point
from search.people.regions import Region
from ui.community_told import growth_told, is_rising
from ui.schemas import Document, Form, ItemOut, item_out
from ui.schemas_gaps import GapOut
from ui.schemas_people import NamedOut, named_out
from ui.schemas_requests import RequestOut


class DemandOut(Form):
    """How often something was asked lately; nobody is told who asked."""

    question: str = Field(description="What was asked, as it was asked last.")
    communities: list[str] = Field(description="Slugs of the communities that were searched, sorted.")
    times: int = Field(description="How often in the last days.")
    before: int = Field(description="How often in as many days before them.")
    last: datetime = Field(description="The day on which it was asked last, in UTC.")
    answered: bool = Field(description="Whether it had an answer with enough evidence then.")
    rising: bool = Field(description="Whether it is asked clearly more often than before.")


class AskedDayOut(Form):
    """How much was asked on a day."""

    day: date = Field(description="The day, in UTC.")
    times: int = Field(description="How many questions were asked.")
    unanswered: int = Field(description="To how many there was no answer with enough evidence.")


class UnansweredOut(Form):
    """What waits for an answer."""

    gaps: list[GapOut] = Field(description="What was asked here in vain, the most asked first.")
    requests: list[RequestOut] = Field(description="What was put to people, the latest first.")
    questions: list[ItemOut] = Field(description="Questions without a reply, the newest first.")
    questions_in_all: int = Field(description="How many questions are without a reply.")


class RiseOut(Form):
    """Something of which more was written lately."""

    name: str = Field(description="A topic, or the slug of a community.")
    recent: int = Field(description="Items of the last days.")
    before: int = Field(description="Items of as many days before them.")


class NewcomerOut(NamedOut):
    """Somebody who contributed for the first time lately."""

    contributions: int = Field(description="How often they contributed since.")
    first: datetime = Field(description="When for the first time.")


class GrowthOut(Form):
    """What grows, as of the newest contribution."""

    days: int = Field(description="How many days are compared with as many before them.")
    until: datetime | None = Field(description="When the newest contribution was made.")
    recent: int = Field(description="Items of these days.")
    before: int = Field(description="Items of the days before.")
    topics: list[RiseOut] = Field(description="Topics with more than before; what gained most comes first.")
    communities: list[RiseOut] = Field(description="Communities likewise.")
    newest: list[ItemOut] = Field(description="The newest practices.")
    people: list[NewcomerOut] = Field(description="Who is new; who contributed most comes first.")
    told: str = Field(description="The figures in a sentence.")


class PulseOut(Document):
    """A community from above: what is asked, what has no answer, what grows."""

    days: int = Field(description="In how many days it was counted what is asked.")
    asked: list[DemandOut] = Field(description="The most asked first, then the latest.")
    by_day: list[AskedDayOut] = Field(description="How much was asked each day, the oldest first.")
    unanswered: UnansweredOut
    growth: GrowthOut


class PointOut(Form):
    """An item on the map."""

    id: str
    title: str
    kind: Kind
    community: str = Field(description="Slug of its community.")
    x: float = Field(description="From the left, from -1 to 1.")
    y: float = Field(description="From the bottom, from -1 to 1.")


class RegionOut(Form):
    """A part of the map in which items are about the same."""

    name: str = Field(description="Tags that most of them share, else their most telling words.")
    terms: list[str] = Field(description="Further ones.")
    x: float = Field(description="Where its middle is, from the left.")
    y: float = Field(description="The same from the bottom.")
    points: int = Field(description="How many points lie in it.")
    broad: bool = Field(description="Whether it is one of the few of the whole map.")


class MapOut(Document):
    """A map of the library: what is about the same lies close together."""

    points: list[PointOut] = Field(description="What opens a thread; a sample where there is very much.")
    regions: list[RegionOut] = Field(description="The broad ones first, then by how many points they have.")
    of: int = Field(description="How many items could be drawn.")
    asked: str = Field(description="What was looked for; empty if nothing was.")
    found: list[PointOut] = Field(description="What fits it, the latest first; drawn or not.")
    found_of: int = Field(description="How many items fit it.")


def demand_out(one: Demand) -> DemandOut:
    """Show how often something was asked."""
    return DemandOut(
        question=one.question,
        communities=list(one.communities),
        times=one.times,
        before=one.before,
        last=one.last,
        answered=one.answered,
        rising=is_rising(one.times, one.before),
    )


def asked_day_out(one: AskedDay) -> AskedDayOut:
    """Show how much was asked on a day."""
    return AskedDayOut(day=one.day.date(), times=one.times, unanswered=one.unanswered)


def growth_out(seen: Growth, items: Mapping[str, Item], k: int) -> GrowthOut:
    """Show what grows.

    Args:
        seen: The figures.
        items: The newest items, by id; those that are gone by now are left out.
        k: How many of each kind at most.
    """
    return GrowthOut(
        days=seen.days,
        until=seen.until,
        recent=seen.recent,
        before=seen.before,
        topics=[_rise_out(one) for one in seen.topics[:k]],
        communities=[_rise_out(one) for one in seen.communities[:k]],
        newest=[item_out(items[item_id]) for item_id in seen.newest[:k] if item_id in items],
        people=[_newcomer_out(one) for one in seen.newcomers[:k]],
        told=growth_told(seen),
    )


def _rise_out(one: Rise) -> RiseOut:
    return RiseOut(name=one.name, recent=one.recent, before=one.before)


def _newcomer_out(one: Newcomer) -> NewcomerOut:
    return NewcomerOut(**dict(named_out(one.person)), contributions=one.deeds, first=one.first)


def map_out(found: Found, asked: str = "") -> MapOut:
    """Show a map, and what fits some words on it."""
    return MapOut(
        points=_points_out(found.map.points),
        regions=[_region_out(one) for one in found.map.regions],
        of=found.map.of,
        asked=asked,
        found=_points_out(found.points),
        found_of=found.of,
    )


def _points_out(points: Iterable[Point]) -> list[PointOut]:
    return [
        PointOut(id=one.item_id, title=one.title, kind=one.kind, community=one.community, x=one.x, y=one.y)
        for one in points
    ]


def _region_out(one: Region) -> RegionOut:
    return RegionOut(
        name=one.name, terms=list(one.terms), x=one.x, y=one.y, points=one.points, broad=one.broad
    )

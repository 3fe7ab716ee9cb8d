"""The JSON forms of people: who they are, what they wish, who may be whom.

E-mail addresses and handles are shown to the owner alone: the catalog gives them to nobody else.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from pydantic import Field

from catalog.audit import Decision
from catalog.nouns import Identity, IdentityKind, Person
from catalog.reader_people import Merge, PersonMatch, PersonSummary
from ui.schemas import Document, Form, Listed, shown_name


class WishesOut(Form):
    """What somebody wishes about being named as one to ask."""

    opted_out: bool = Field(description="Whether they are never named.")
    paused_until: datetime | None = Field(description="When they may be named again; null without a pause.")
    hidden_topics: list[str] = Field(description="Topics for which they are not named.")
    anonymous: bool = Field(description="Whether they are shown without their name.")
    departed: bool = Field(description="Whether they have left, and are never asked.")


class IdentityOut(Form):
    """How a source names somebody."""

    kind: IdentityKind
    scope: str = Field(description="The source within which a handle is unique; empty for e-mail.")
    value: str


class PersonOut(Form):
    """Somebody who contributed."""

    person_id: int
    name: str
    bot: bool = Field(description="Whether it is a program.")
    communities: list[str] = Field(description="Slugs of the communities to which they contribute.")
    contributions: int
    wishes: WishesOut


class DisputeOut(Form):
    """What somebody did to an item, and is no evidence of what they know."""

    item_id: str
    reason: str = Field(description="Why; may be empty.")
    at: datetime = Field(description="When it was said.")


class PersonShownOut(Document, PersonOut):
    """All about one person."""

    disputes: list[DisputeOut] = Field(
        description="What is no evidence of what they know; only for the owner and themselves."
    )
    identities: list[IdentityOut] = Field(description="How sources name them; only for the owner.")


class DecisionOut(Form):
    """Who decided what, and when."""

    at: datetime
    actor: str = Field(description="Who decided.")
    action: str = Field(description="What, in a word.")
    person_id: int | None = Field(description="Whom it is about; null if nobody.")
    detail: str


class DecisionsOut(Document):
    """The audit: who decided what about people."""

    decisions: list[DecisionOut] = Field(description="The latest first.")


class PeopleOut(Listed):
    """People who contributed."""

    people: list[PersonOut] = Field(description="Those with the most contributions first.")


class NamedOut(Form):
    """A person, by number and name."""

    person_id: int
    name: str


class MatchOut(Form):
    """Two people who may be one."""

    one: NamedOut
    other: NamedOut
    strength: float = Field(description="How likely it is, from 0 to 1.")
    reason: str


class MatchesOut(Document):
    """The pairs of people who may be one, for a steward to accept or reject."""

    matches: list[MatchOut] = Field(description="The likeliest first.")


class MergeOut(Form):
    """A merge that can be undone."""

    number: int
    person: NamedOut = Field(description="Whom it made whole.")
    name: str = Field(description="Name of the one that became part of them.")
    reason: str
    automatic: bool = Field(description="Whether no steward decided it.")
    at: datetime


class MergesOut(Document):
    """The merges that can be undone."""

    merges: list[MergeOut] = Field(description="The latest first.")


class DecidedOut(Document):
    """What became of two people."""

    decision: Literal["merged", "rejected", "undone"]
    merge: int | None = Field(description="Number of the merge; null for a rejection.")
    people: list[NamedOut] = Field(description="Who there is now: one person, or two.")


def named_out(person: Person) -> NamedOut:
    """Show a person by number and name."""
    return NamedOut(person_id=person.id, name=shown_name(person))


def person_out(summary: PersonSummary) -> PersonOut:
    """Show a person in a list."""
    return PersonOut(
        person_id=summary.person.id,
        name=shown_name(summary.person),
        bot=summary.person.bot,
        communities=list(summary.communities),
        contributions=summary.contributions,
        wishes=WishesOut(
            opted_out=summary.opted_out,
            paused_until=summary.paused_until,
            hidden_topics=sorted(summary.person.hidden_topics),
            anonymous=summary.person.anonymous,
            departed=summary.person.departed,
        ),
    )


def person_shown_out(summary: PersonSummary) -> PersonShownOut:
    """Show all about a person."""
    return PersonShownOut(
        **dict(person_out(summary)),
        disputes=[DisputeOut(item_id=one.item_id, reason=one.reason, at=one.at) for one in summary.disputes],
        identities=[identity_out(one) for one in summary.identities],
    )


def decisions_out(decisions: Iterable[Decision]) -> DecisionsOut:
    """Show the audit."""
    return DecisionsOut(
        decisions=[
            DecisionOut(
                at=one.at, actor=one.actor, action=one.action, person_id=one.person_id, detail=one.detail
            )
            for one in decisions
        ]
    )


def identity_out(identity: Identity) -> IdentityOut:
    """Show how a source names somebody."""
    return IdentityOut(kind=identity.kind, scope=identity.scope, value=identity.value)


def people_out(summaries: Iterable[PersonSummary], after: str | None = None) -> PeopleOut:
    """Show people; `after` is the cursor of those who come after them."""
    return PeopleOut(people=[person_out(one) for one in summaries], next=after)


def matches_out(matches: Iterable[PersonMatch]) -> MatchesOut:
    """Show who may be whom."""
    return MatchesOut(
        matches=[
            MatchOut(
                one=named_out(match.one),
                other=named_out(match.other),
                strength=match.strength,
                reason=match.reason,
            )
            for match in matches
        ]
    )


def merges_out(merges: Iterable[Merge]) -> MergesOut:
    """Show the merges that can be undone."""
    return MergesOut(
        merges=[
            MergeOut(
                number=merge.id,
                person=named_out(merge.person),
                name=shown_name(Person(merge.name)),
                reason=merge.reason,
                automatic=merge.automatic,
                at=merge.at,
            )
            for merge in merges
        ]
    )

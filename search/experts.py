"""Who knows about this: people ranked by their contributions to the items that fit the question.

Every item that fits votes for the people who contributed to it, with a weight by role, acceptance,
votes and age: document-based voting, after Balog, Azzopardi and de Rijke (Formal Models for Expert
Finding in Enterprise Corpora, SIGIR 2006, Model 2) and Macdonald and Ounis (Voting for Candidates,
CIKM 2006). Asking is not knowing: a question's asker gets no vote for it. Nobody is named who is a
program or does not want to be. What is disputed does not count, and who has left comes last.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from catalog.nouns import Contribution, Item, Kind, Person, Role
from search.analysis import analyse
from search.results import Evidence, Expert

_ROLE_WEIGHT = {
    Role.ACCEPTED: 1.5,
    Role.ANSWERED: 1.0,
    Role.AUTHORED: 1.0,
    Role.EDITED: 0.3,
    Role.COMMENTED: 0.2,
    Role.SPOKE: 0.5,
    Role.ASKED: 0.0,
}
_SHARPNESS = 3.0  # exponent of an item's score: what fits well counts far more than much that fits a little
_VOTE_WEIGHT = 0.15  # what a doubling of an item's votes adds
_UNDATED = 0.5  # what a contribution without a date counts, as if it were one half-life old
_SECONDS_A_YEAR = 365.25 * 86400


def rank_experts(
    scored: Mapping[str, float],
    items: Iterable[Item],
    now: datetime,
    half_life_years: float,
    k: int,
    topic: str = "",
    originals: Mapping[str, str] | None = None,
) -> list[Expert]:
    """Rank people by the evidence in items that fit a question.

    Args:
        scored: How well each item fits, from 0 to 1, by item id.
        items: The items, with their contributions.
        now: The time against which the age of a contribution counts.
        half_life_years: Age at which a contribution counts half.
        k: How many people are wanted.
        topic: What is asked; people are not named who do not want to be for it.
        originals: By the id of an item that has copies, an id that they all share: a text that somebody
            posted in several places counts once.
    """
    originals = originals or {}
    asked = frozenset(analyse(topic))
    people: dict[int, Person] = {}
    votes: dict[int, list[Evidence]] = defaultdict(list)
    for item in items:
        for contribution in item.contributions:
            weight = _weight(item, contribution, now, half_life_years)
            if weight > 0 and not contribution.disputed and _may_be_named(contribution.person, item, asked):
                share = scored[item.id] ** _SHARPNESS * weight
                people[contribution.person.id] = contribution.person
                votes[contribution.person.id].append(Evidence(item, contribution, share))
    experts = [
        _expert(people[person_id], _once(evidence, originals)) for person_id, evidence in votes.items()
    ]
    # Those who have left are past: they come after all who can be asked.
    order = sorted(experts, key=lambda expert: (-expert.score, expert.person.name, expert.person.id))
    return sorted(order, key=lambda expert: expert.person.departed)[:k]


def _may_be_named(person: Person, item: Item, asked: frozenset[str]) -> bool:
    """Whether a person may be named for an item: they hide no topic of the question or of its tags."""
    if not person.suggestible or person.bot:
        return False
    hidden = [frozenset(analyse(topic)) for topic in person.hidden_topics]
    about = (asked, *(frozenset(analyse(tag)) for tag in item.tags)) if hidden else ()
    return not any(topic <= terms for topic in hidden for terms in about)


def _weight(item: Item, contribution: Contribution, now: datetime, half_life_years: float) -> float:
    """How much a contribution counts, apart from how well its item fits."""
    weight = _ROLE_WEIGHT[contribution.role]
    if contribution.role in (Role.ACCEPTED, Role.ANSWERED, Role.AUTHORED):
        weight *= 1 + _VOTE_WEIGHT * math.log2(1 + max(item.votes or 0, 0))
    at = contribution.at or item.updated or item.created
    if at is None:
        return weight * _UNDATED
    years = max((now - at).total_seconds(), 0) / _SECONDS_A_YEAR
    return weight * math.pow(0.5, years / half_life_years)


def _once(evidence: Sequence[Evidence], originals: Mapping[str, str]) -> list[Evidence]:
    """Leave out what a person did to further copies of an item."""
    counted: dict[str, str] = {}
    return [
        vote
        for vote in sorted(evidence, key=lambda vote: (-vote.share, vote.item.id))
        if counted.setdefault(originals.get(vote.item.id, vote.item.id), vote.item.id) == vote.item.id
    ]


def _expert(person: Person, evidence: Sequence[Evidence]) -> Expert:
    """Damp a person's votes, so that volume alone does not win: the n-th best counts 1/√n."""
    strongest_first = sorted(evidence, key=lambda vote: (-vote.share, vote.item.id, vote.contribution.role))
    ranked = enumerate(strongest_first, start=1)
    damped = tuple(replace(vote, share=vote.share / math.sqrt(rank)) for rank, vote in ranked)
    summary = _summary(damped)
    if person.departed:
        summary = f"Has left; {summary[0].lower()}{summary[1:]}"
    return Expert(person, sum(vote.share for vote in damped), damped, summary)


def _summary(evidence: Sequence[Evidence]) -> str:
    """The evidence in words: how often the person did what, and when last."""
    done = Counter(_deed(vote) for vote in evidence)
    accepted = sum(vote.contribution.role is Role.ACCEPTED for vote in evidence)
    parts = [deed.format(count) + ("" if count == 1 else "s") for deed, count in done.most_common()]
    if accepted:
        parts = [f"{part} ({accepted} accepted)" if part.startswith("answered") else part for part in parts]
    text = ", ".join(parts)
    dates = [at for vote in evidence if (at := vote.contribution.at or vote.item.created)]
    return text[0].upper() + text[1:] + (f"; last in {max(dates):%B %Y}" if dates else "")


def _deed(vote: Evidence) -> str:
    if vote.contribution.role is Role.AUTHORED:
        verb = "shared" if vote.item.kind is Kind.LESSON else "wrote"
        return f"{verb} {{}} {vote.item.kind.value}"
    return _DEEDS[vote.contribution.role]


_DEEDS = {
    Role.ACCEPTED: "answered {} question",
    Role.ANSWERED: "answered {} question",
    Role.EDITED: "edited {} item",
    Role.COMMENTED: "commented on {} item",
    Role.SPOKE: "spoke in {} meeting",
}

"""A reply as HTML: the answer or its absence, the people, who met it before, related practices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from catalog.nouns import State
from ui.markdown import reply_markdown
from ui.schemas import (
    DifferencesOut,
    HitOut,
    ReplyOut,
    SimilarOut,
    SolutionOut,
    untold_practices,
)
from ui.terminal import by_sameness, credit, excerpt
from ui.view.answer import abstention_view, answer_view
from ui.view.conversation import follow_up_view, trail_view
from ui.view.experts import experts_view
from ui.view.parts import (
    Surroundings,
    about,
    also_in,
    authors,
    badge,
    community,
    go,
    link,
    listed,
    makers,
    month,
    person,
    section,
    shown,
    title_of,
    where,
)
from ui.view.share import share_view
from ui.view.tags import Html, join, tag

_PRACTICES = 6
_EXCERPT = 240  # characters


class ReplyParts(NamedTuple):
    """A reply in the parts that a page puts side by side, in the order in which they are read."""

    first: Html  # what is said
    people: Html  # who knows
    second: Html  # who met it before, and what else was written


def reply_view(reply: ReplyOut, around: Surroundings) -> ReplyParts:
    """Everything that Copse has to say."""
    answer = reply.answer
    trail = trail_view(around, answer.completed)
    before = tag("div", trail, class_="before") if trail else None
    untold = untold_practices(reply)[:_PRACTICES]
    onward = shown(_share(reply, around), follow_up_view(around.place))
    if answer.abstained:
        said = abstention_view(answer, around, somebody=bool(reply.experts))
        besides = shown(_practices(untold, around, "Near misses"), _similar(reply.similar, around), onward)
        onward = Html("")
    else:
        said = answer_view(answer, around, somebody=bool(reply.experts))
        elsewhere = join(_elsewhere(hit, around) for hit in reply.elsewhere)
        practices = _practices(untold, around, "Related practices")
        besides = shown(elsewhere, _similar(reply.similar, around), practices)
    unsure = answer.abstained or answer.partial
    people = experts_view(reply.experts, around, "People who might know" if unsure else "People who know")
    return ReplyParts(
        tag("div", before, said, onward, class_="reply", data_answers=around.place.question),
        tag("aside", people, aria_label="People") if people else people,
        tag("div", besides, class_="besides") if besides else besides,
    )


def _share(reply: ReplyOut, around: Surroundings) -> Html:
    """The reply for a wiki or a ticket, and its address."""
    names = {slug: one.name for slug, one in around.communities.items()}
    cited = bool(reply.answer.citations)
    return share_view(around.place.closed(), reply_markdown(reply, names), cited=cited)


# --- problems ---


def _similar(problems: Sequence[SimilarOut], around: Surroundings) -> Html:
    parts = (
        section(title, listed((_problem(problem, around) for problem in shown_), "cards"), class_="similar")
        for title, shown_ in by_sameness(problems)
    )
    return join(parts)


def _problem(problem: SimilarOut, around: Surroundings) -> Html:
    return shown(
        tag("div", link(problem.item, around, problem.passage), _standing(problem), class_="head"),
        about_problem(problem, around),
        _asked_again(problem, around),
        also_in(problem.also_in, around),
        _differences(problem.differences) if problem.differences else None,
        _solution(problem.solution, problem, around) if problem.solution else _unsolved(problem),
    )


def about_problem(problem: SimilarOut, around: Surroundings) -> Html:
    """The facts about a problem; its standing is shown beside its title."""
    bare = problem.item.model_copy(update={"state": None})
    return about(bare, around, authors(problem.item))


def _standing(problem: SimilarOut) -> Html:
    if problem.state is State.OUTDATED:
        return shown(badge(State.OUTDATED))
    return shown(badge(State.SOLVED if problem.solved else State.OPEN))


def _asked_again(problem: SimilarOut, around: Surroundings) -> Html:
    """The duplicates that led here."""
    if not problem.asked_again:
        return Html("")
    places = (go(around.place.opening(again.id), title_of(again)) for again in problem.asked_again)
    return tag("p", "Asked again: ", join(places, ", "), class_="also")


def _differences(differences: DifferencesOut) -> Html:
    sides = (("Only there: ", differences.found), ("Only in yours: ", differences.asked))
    told = (
        tag("span", side, join((tag("b", name) for name in names), ", ")) for side, names in sides if names
    )
    return tag("p", join(told, " · "), class_="differs")


def _solution(solution: SolutionOut, problem: SimilarOut, around: Surroundings) -> Html:
    numbers = makers(solution.item)
    names = join((person(name, numbers.get(name, 0)) for name in solution.by), ", ")
    by = join([names, month(solution.at)], ", ")
    opened = around.place.opening(solution.item.id)
    settled = problem.solved and State.OUTDATED not in (problem.state, solution.item.state)
    return tag(
        "div",
        tag("p", excerpt(solution.text, _EXCERPT)),
        tag("p", go(opened, credit(problem)), shown(" — ", by) if by else "", class_="by"),
        class_="solution" if settled else "solution tentative",
    )


def _unsolved(problem: SimilarOut) -> Html:
    return tag("p", credit(problem), class_="none")


# --- practices ---


def _practices(hits: Sequence[HitOut], around: Surroundings, title: str) -> Html:
    if not hits:
        return Html("")
    return section(title, listed((_practice(hit, around) for hit in hits), "rows"), class_="practices")


def _practice(hit: HitOut, around: Surroundings) -> Html:
    return shown(
        link(hit.item, around, hit.passage),
        about(hit.item, around, where(hit.item, hit.passage)),
        also_in(hit.also_in, around),
        tag("p", excerpt(hit.passage.text), class_="excerpt"),
    )


def _elsewhere(hit: HitOut, around: Surroundings) -> Html:
    """How another community goes about it."""
    title = shown("Also practised in ", community(hit.item.community, around))
    return section(title, listed([_practice(hit, around)], "rows"), class_="elsewhere")

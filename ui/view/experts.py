"""People who know as HTML, each with what made the score: what they did, when, and its part of the score."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.nouns import Role
from ui.schemas import EvidenceOut, ExpertOut
from ui.view.parts import (
    DEEDS,
    Surroundings,
    bar,
    counted,
    facts,
    link,
    listed,
    mark,
    month,
    per_cents,
    person,
    section,
    shown,
)
from ui.view.tags import Html, tag

_EVIDENCE = 3  # pieces of evidence that are shown at once


def experts_view(
    experts: Sequence[ExpertOut], around: Surroundings, title: str, at_once: int = _EVIDENCE
) -> Html:
    """The people who know, the strongest evidence first.

    Args:
        experts: Who they are.
        around: Where the reader is.
        title: What they are called.
        at_once: How many pieces of evidence of each are not folded away.
    """
    if not experts:
        return Html("")
    most = max(expert.score for expert in experts)
    compared = most > 0 and len(experts) > 1
    cards = (
        _expert(expert, expert.score / most if compared else None, around, at_once) for expert in experts
    )
    return section(title, listed(cards, "cards people"), class_="experts")


def _expert(expert: ExpertOut, strength: float | None, around: Surroundings, at_once: int) -> Html:
    parts = per_cents([one.share for one in expert.evidence])
    evidence = [_evidence(*one, around) for one in zip(expert.evidence, parts, strict=True)]
    rest = evidence[at_once:]
    more = tag(
        "details", tag("summary", counted(len(rest), "more piece", "more pieces")), listed(rest, "evidence")
    )
    gone = mark("has left", "past") if expert.departed else None
    return shown(
        tag("h3", person(expert.name, expert.person_id), " " if gone else None, gone),
        None if strength is None else _strength(expert.score, strength),
        tag("p", expert.summary, class_="summary"),
        listed(evidence[:at_once], "evidence"),
        more if rest else None,
        _weaknesses(expert),
    )


def _strength(score: float, strength: float) -> Html:
    told = f"Evidence {score:.2f}: the sum of what is listed here, compared with the first of the list"
    return tag("div", tag("span", style=f"width:{max(strength, 0.04):.0%}"), class_="strength", title=told)


def _evidence(evidence: EvidenceOut, per_cent: int, around: Surroundings) -> Html:
    when = month(evidence.at or evidence.item.created)
    return shown(
        link(evidence.item, around),
        tag(
            "div",
            facts(
                DEEDS[evidence.role],
                evidence.item.kind.value if evidence.role is Role.AUTHORED else "",
                when,
            ),
            bar(per_cent / 100, f"{per_cent} %"),
            class_="counts-for",
        ),
    )


def _weaknesses(expert: ExpertOut) -> Html | None:
    """What weakens the evidence."""
    if not expert.weaknesses:
        return None
    told = (tag("span", one) for one in expert.weaknesses)
    return tag("div", tag("p", "What weakens this"), listed(told, "doubts"), class_="weak")

"""What is said of an answer beside its sentences, in the same words on the terminal and in Markdown.

The words of documents and of language models are in them as they are: whoever shows them makes them inert.
"""

from __future__ import annotations

from collections.abc import Mapping

from ui.schemas import AnswerOut, CitationOut, DisagreementOut, ExpertOut, HitOut

_THIN = "The evidence is thin"
_AROUND_WORDS = "?!.,;:…()[]{}“”‘’\"'"


def thin(answer: AnswerOut) -> str:
    """That the evidence is thin, and why; empty where it is not."""
    if not answer.partial:
        return ""
    reason = answer.reason or "this is the nearest that was written."
    return reason if reason.startswith(_THIN) else f"{_THIN}: {reason[:1].lower()}{reason[1:]}"


def lacking(answer: AnswerOut) -> str:
    """Which words of the question no source has; empty unless the evidence is thin."""
    words = missing_words(answer) if answer.partial else []
    return f"Nothing here mentions: {', '.join(words)}" if words else ""


def missing_words(answer: AnswerOut) -> list[str]:
    """The question's own words for the stems that are missing; a stem that begins none is left out."""
    asked = [word.strip(_AROUND_WORDS) for word in (answer.completed or answer.question).split()]
    said = ((word for word in asked if word.casefold().startswith(stem)) for stem in answer.missing)
    return list(dict.fromkeys(word for words in said if (word := next(words, ""))))


def understood(answer: AnswerOut) -> str:
    """What a follow-up was understood as; empty for a question that stands alone."""
    return f"understood as: {answer.completed}" if answer.completed else ""


def disagreements(answer: AnswerOut) -> list[str]:
    """A line for each two practices that disagree: first the one that is trusted more."""
    citations = {citation.number: citation for citation in answer.citations}
    told = (_sides(pair, answer, citations) for pair in answer.disagreements)
    return [f"Two practices disagree: {' and '.join(sides)}" for sides in told if len(sides) > 1]


def _sides(pair: DisagreementOut, answer: AnswerOut, citations: Mapping[int, CitationOut]) -> list[str]:
    numbers = (answer.sentences[at].citations[:1] for at in (pair.first, pair.second))
    return [_side(citations[number]) for side in numbers for number in side if number in citations]


def _side(citation: CitationOut) -> str:
    written = citation.item.updated or citation.item.created
    facts = ["accepted"] if citation.item.accepted else []
    facts += [f"{written:%B %Y}"] if written else []
    return f"[{citation.number}]" + (f" ({', '.join(facts)})" if facts else "")


def made(answer: AnswerOut) -> list[str]:
    """How the answer was made: by which model, and what else there is to know."""
    worded = f"worded by {answer.model}; every sentence was checked against its sources"
    return [*([worded] if answer.model else []), *answer.notes]


def practised(hit: HitOut, names: Mapping[str, str]) -> str:
    """How another community goes about it."""
    community = names.get(hit.item.community, hit.item.community)
    return f"Also practised in {community}: {hit.item.title or hit.item.id}"


def weak(expert: ExpertOut) -> str:
    """What would weaken the evidence for an expert; empty if nothing would."""
    return f"But: {'; '.join(expert.weaknesses)}" if expert.weaknesses else ""

"""An answer as HTML: cited sentences, how certain they are and who worded them, or that there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from catalog.nouns import State
from ui.schemas import AnswerOut, CitationOut, DisagreementOut, SentenceOut
from ui.terminal import excerpt
from ui.view.parts import (
    Surroundings,
    about,
    also_in,
    authors,
    badge,
    counted,
    go,
    link,
    listed,
    section,
    shown,
    where,
)
from ui.view.place import Place
from ui.view.rendered import render_sentence
from ui.view.tags import Html, join, tag

_Citations = Mapping[int, CitationOut]

_THIN = "The evidence is thin"
_UNKNOWN = "We don’t know"


def answer_view(answer: AnswerOut, around: Surroundings, *, somebody: bool) -> Html:
    """The cited answer with its sources.

    Args:
        answer: The answer; it has sentences.
        around: Where the reader is.
        somebody: Whether there are people to ask.
    """
    citations = {citation.number: citation for citation in answer.citations}
    prose = tag("div", *_paragraphs(answer, citations, around), class_="prose")
    return shown(
        _thin(answer, somebody=somebody) if answer.partial else None,
        section(
            "The nearest that was written" if answer.partial else "Answer",
            prose,
            _made(answer),
            class_="answer",
        ),
        _disagreements(answer, citations, around),
        section("Sources", tag("ol", *(_source(one, around) for one in answer.citations)), class_="sources"),
    )


# --- what is said ---


def _paragraphs(answer: AnswerOut, citations: _Citations, around: Surroundings) -> list[Html]:
    """What is quoted from one source makes a paragraph; what is outdated always has its own."""

    def together(sentence: SentenceOut) -> object:
        outdated = _is_outdated(sentence, citations)
        return outdated if answer.model else (outdated, sentence.citations)

    return [
        _paragraph(list(group), citations, around, worded=answer.model is not None)
        for _, group in groupby(answer.sentences, together)
    ]


def _paragraph(
    sentences: Sequence[SentenceOut], citations: _Citations, around: Surroundings, *, worded: bool
) -> Html:
    outdated = _is_outdated(sentences[0], citations)
    text = [_sentence(one, citations, around, worded=worded) for one in sentences]
    flag = badge(State.OUTDATED) if outdated else None
    return tag("p", join([flag, *text], " "), class_="outdated" if outdated else None)


def _sentence(sentence: SentenceOut, citations: _Citations, around: Surroundings, *, worded: bool) -> Html:
    chips = [_chip(citations[number], around) for number in sentence.citations if number in citations]
    return tag("span", _words(sentence.text, worded=worded), "\u2060", *chips, class_="sentence")


def _words(text: str, *, worded: bool) -> Html:
    """A quotation keeps its Markdown, made harmless; what a model wrote is text and nothing else."""
    if worded:
        return join([text])
    return tag("code", text, class_="block") if "\n" in text else render_sentence(text)


def _chip(citation: CitationOut, around: Surroundings) -> Html:
    target = _cited(citation, around)
    name = f"Source {citation.number}: {citation.item.title}"
    number = tag("span", f"[{citation.number}]", title=name)
    return go(target, number, class_="chip outdated" if _old(citation) else "chip")


def _cited(citation: CitationOut, around: Surroundings) -> Place:
    passage = citation.passage
    return around.place.opening(citation.item.id, (passage.start, passage.end), citation.spans)


def _is_outdated(sentence: SentenceOut, citations: _Citations) -> bool:
    return any(_old(citations[number]) for number in sentence.citations if number in citations)


def _old(citation: CitationOut) -> bool:
    return citation.item.state is State.OUTDATED


# --- how it was made, and what it rests on ---


def _made(answer: AnswerOut) -> Html:
    """How the answer was made, in small print."""
    worded = f"Worded by {answer.model}; every sentence was checked against its sources."
    told = [*([worded] if answer.model else []), *answer.notes]
    return tag("div", *(tag("p", one) for one in told), class_="made") if told else Html("")


def _source(citation: CitationOut, around: Surroundings) -> Html:
    item = citation.item
    return tag(
        "li",
        link(item, around, citation.passage, citation.spans),
        about(item, around, where(item, citation.passage), authors(item)),
        also_in(citation.also_in, around),
        value=citation.number,
        class_="outdated" if _old(citation) else None,
    )


def _disagreements(answer: AnswerOut, citations: _Citations, around: Surroundings) -> Html:
    """Where sentences of the answer contradict each other: both sides, the more trusted one first."""
    if not answer.disagreements:
        return Html("")
    pairs = (_sides(one, answer.sentences, citations, around) for one in answer.disagreements)
    why = "The first is trusted more: it is accepted, newer, or has more votes."
    return section("Two practices disagree", *pairs, tag("p", why, class_="made"), class_="disagreement")


def _sides(
    pair: DisagreementOut, sentences: Sequence[SentenceOut], citations: _Citations, around: Surroundings
) -> Html:
    sides = (
        _side(sentences[at].text, citations[number], around)
        for at in (pair.first, pair.second)
        for number in sentences[at].citations[:1]
        if number in citations
    )
    return listed(sides, "sides")


def _side(text: str, citation: CitationOut, around: Surroundings) -> Html:
    item = citation.item
    votes = counted(item.votes, "vote") if item.votes is not None else None
    return shown(
        tag("p", f"“{excerpt(text)}”"),
        tag("p", link(item, around, citation.passage, citation.spans), _chip(citation, around)),
        about(item, around, authors(item), votes),
    )


# --- thin evidence, and none ---


def _thin(answer: AnswerOut, *, somebody: bool) -> Html:
    reason = (answer.reason or "").removeprefix(f"{_THIN}: ")
    advice = "The people named here may know more." if somebody else "Put it in other words."
    return _notice(_THIN, f"{reason[:1].upper()}{reason[1:]} {advice}", _lacking(answer), class_="thin")


def _lacking(answer: AnswerOut) -> str:
    """The words of the question that no source has, as they were asked."""
    asked = (answer.completed or answer.question).split()
    words = [word.strip("?!.,;:()“”\"'") for word in asked]
    known = [next((word for word in words if word.lower().startswith(stem)), "") for stem in answer.missing]
    named = ", ".join(f"“{word}”" for word in known if word)
    return f"None of it speaks of {named}." if named else ""


def abstention_view(answer: AnswerOut, around: Surroundings, *, somebody: bool) -> Html:
    """That there is no answer, why, and what becomes of the question."""
    title = f"{_UNKNOWN} — and these people might" if somebody else _UNKNOWN
    place = around.place
    otherwise = "put it in other words, or narrow it less." if place.narrowed else "put it in other words."
    advice = f"Ask them, or {otherwise}" if somebody else otherwise.capitalize()
    narrowed = place.kinds or place.tags or place.since or place.until
    kept = "The question is kept among the open questions, without your name."
    return _notice(
        title, f"{answer.reason or ''} {advice}", kept if around.keeps_gaps and not narrowed else ""
    )


def _notice(title: str, text: str, more: str = "", class_: str = "") -> Html:
    return tag(
        "section",
        tag("h2", title),
        tag("p", text),
        tag("p", more) if more else None,
        class_=f"unknown {class_}".strip(),
    )

"""What a language model writes → drafts with known citations, then sentences that their sources bear out.

A model may cite what there is not, cite nothing, contradict its sources or obey them, break off, or write
without end. So a number of no source never passes; a sentence stays only if the passages that it cites
say so (`support.py`); and if too little stays, the quotations take over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from catalog.embedding_text import plain, plain_text
from catalog.errors import LanguageModelError
from catalog.sentence_spans import sentence_spans
from search.answer.prompt import UNANSWERED, Prompt, inert
from search.answer.quotes import Encode
from search.answer.support import Support, check, content
from search.llm import LanguageModel
from search.results import Answer, Checked, Citation, Draft, Sentence
from search.sources import Source

_MOST_TOKENS = 600
_MOST_CITATIONS = 3
_LEAST_KEPT = 0.5  # share of its sentences that must hold; else the quotations take over
_LEAST_SHARE = 0.3  # of a sentence's words that each of its sources must have
_UNTOLD = "their sources do not say so."
_LONGEST_MARK = 40  # characters within brackets that may become a citation
_NUMBERS = re.compile(r"\[\s*(?:sources?\s*)?(\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*)\s*\]", re.IGNORECASE)
_MARK = re.compile(r"\[(\d{1,3})\]")
_BEFORE_STOP = re.compile(r"(?<=\S)([.!?…]+[\"”’)]*)\s*((?:\[\d{1,3}\])+)")
_BULLET = re.compile(r"^\s*(?:[-*+•]|\d{1,2}[.)])\s+")
_THINKING = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|$)", re.DOTALL | re.IGNORECASE)
_OPEN, _CLOSE = "<think", "</think"


class Resolver:
    """Turns what arrives piece by piece into text in which every citation is one of a known source.

    Args:
        count: How many sources there are.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._held = ""
        self._thinking = False

    def feed(self, piece: str) -> str:
        """What can be shown after a further piece; what may become a citation is held back."""
        text = self._without_thoughts(self._held + piece.replace("【", "[").replace("】", "]"))
        start = text.rfind("[")
        waiting = start >= 0 and "]" not in text[start:] and len(text) - start <= _LONGEST_MARK
        tail = text.rfind("<") if not waiting else -1
        if tail >= 0 and len(text) - tail < len(_CLOSE) and _may_be_thought(text[tail:]):
            start, waiting = tail, True
        self._held = text[start:] if waiting else ""
        return self._resolved(text[:start] if waiting else text)

    def finish(self) -> str:
        """What was held back to the end."""
        held, self._held = self._held, ""
        return "" if self._thinking else self._resolved(held.replace("[", ""))

    def _without_thoughts(self, text: str) -> str:
        """Leave out what a model writes to itself."""
        kept = ""
        while text:
            mark = _CLOSE if self._thinking else _OPEN
            before, found, text = text.partition(mark)
            kept += "" if self._thinking else before
            if not found:
                break
            _, _, text = text.partition(">")
            self._thinking = not self._thinking
        return kept

    def _resolved(self, text: str) -> str:
        def known(match: re.Match[str]) -> str:
            return "".join(f"[{number}]" for number in _listed(match[1]) if 1 <= number <= self._count)

        return _NUMBERS.sub(known, text)


def _may_be_thought(tail: str) -> bool:
    return _OPEN.startswith(tail) or _CLOSE.startswith(tail)


def _listed(written: str) -> list[int]:
    """The numbers of "1, 3", or of "2-4"."""
    numbers = [int(digits) for digits in re.findall(r"\d+", written)]
    if re.fullmatch(r"\d+\s*[–-]\s*\d+", written) and 0 < numbers[1] - numbers[0] < _MOST_CITATIONS:
        return list(range(numbers[0], numbers[1] + 1))
    return numbers


@dataclass(slots=True)
class _Kept:
    """What has been checked so far."""

    sentences: list[tuple[str, tuple[int, ...]]]
    dropped: int = 0


def word(
    question: str,
    quoted: Answer,
    prompt: Prompt,
    model: LanguageModel,
    encode: Encode,
    deadline: float,
) -> Iterator[Draft | Checked | Answer]:
    """Let a language model word an answer, and check it.

    Args:
        question: What is asked.
        quoted: The answer made of quotations, which stands in for whatever the model does not give.
        prompt: What the model is given.
        model: The language model.
        encode: Turns texts into unit-length vectors of shape [n, dimension].
        deadline: Moment of `time.monotonic` by which the model must have answered.

    Yields:
        Drafts as they arrive, checked sentences, and the answer at last.
    """
    resolver, written, kept, done = Resolver(len(prompt.sources)), "", _Kept([]), 0
    try:
        for piece in model.stream(prompt.messages, max_tokens=_MOST_TOKENS, deadline=deadline):
            shown = resolver.feed(piece)
            written += shown
            if shown and not UNANSWERED.startswith(written.strip()[: len(UNANSWERED)]):
                yield Draft(shown)
            complete = _sentences(written)[:-1]
            for text, cited in complete[done:]:
                yield _checked(text, cited, prompt, encode, kept)
            done = max(done, len(complete))
        written += resolver.finish()
    except LanguageModelError as error:
        yield replace(quoted, notes=(*quoted.notes, f"{error} These are quotations instead."))
        return
    if UNANSWERED in written:
        yield _unanswered(quoted)
        return
    for text, cited in _sentences(written)[done:]:
        yield _checked(text, cited, prompt, encode, kept)
    yield _answer(question, quoted, prompt, model.name, kept)


def _unanswered(quoted: Answer) -> Answer:
    told = "The language model found no answer in the sources; these are the sentences that come nearest."
    return replace(quoted, partial=True, reason=told)


def _sentences(written: str) -> list[tuple[str, tuple[int, ...]]]:
    """The sentences of what was written, each with the numbers that it cites."""
    found = []
    for line in written.split("\n"):
        # "It is so. [1]" cites for the sentence before the mark.
        text = _BEFORE_STOP.sub(r" \2\1", _BULLET.sub("", line))
        for start, end in sentence_spans(text, 0, len(text)):
            sentence = text[start:end]
            cited = tuple(dict.fromkeys(int(number) for number in _MARK.findall(sentence)))
            bare = _tidy(_MARK.sub("", sentence))
            if any(map(str.isalnum, bare)):
                found.append((bare, cited))
    return found


def _tidy(sentence: str) -> str:
    """One line of plain text: no Markdown, no address behind a word, no image."""
    text = plain(inert(sentence))
    return re.sub(r"\s+([.,;:!?…])", r"\1", " ".join(text.split()))


def _checked(text: str, cited: tuple[int, ...], prompt: Prompt, encode: Encode, kept: _Kept) -> Checked:
    numbers, support = _attribute(text, cited, prompt.sources, encode)
    if support.holds:
        kept.sentences.append((text, numbers))
        return Checked(text)
    kept.dropped += 1
    return Checked(text, support.fault)


def _attribute(
    text: str, cited: Sequence[int], sources: Sequence[Source], encode: Encode
) -> tuple[tuple[int, ...], Support]:
    """The sources that bear a sentence out: of those it cites, or if it cites none, the one that does."""
    if cited:
        numbers = tuple(_sharing(text, cited, sources)[:_MOST_CITATIONS]) or (cited[0],)
        return numbers, _check(text, numbers, sources, encode)
    wanted = frozenset(content(text))
    shared = [len(wanted & frozenset(content(told_by(source)))) for source in sources]
    nearest = max(range(len(sources)), key=lambda at: shared[at]) + 1
    return (nearest,), _check(text, (nearest,), sources, encode)


def _sharing(text: str, cited: Sequence[int], sources: Sequence[Source]) -> list[int]:
    """Those of the cited sources that have enough of a sentence's words to be named for it."""
    wanted = frozenset(content(text))
    least = _LEAST_SHARE * len(wanted)
    return [
        number for number in cited if len(wanted & frozenset(content(told_by(sources[number - 1])))) >= least
    ]


def told_by(source: Source) -> str:
    """What a source says, as plain text."""
    return plain_text(source.passage.text)


def _check(text: str, numbers: Sequence[int], sources: Sequence[Source], encode: Encode) -> Support:
    passages = [sources[number - 1] for number in numbers]
    context = "\n".join("\n".join((one.item.title, *one.passage.heading)) for one in passages)
    return check(text, [told_by(one) for one in passages], encode, context=context)


def _answer(question: str, quoted: Answer, prompt: Prompt, model: str, kept: _Kept) -> Answer:
    """What stays of a model's sentences, or the quotations if that is too little."""
    total = len(kept.sentences) + kept.dropped
    if not kept.sentences or len(kept.sentences) < _LEAST_KEPT * total:
        told = "The language model wrote nothing"
        if total:
            told = (
                f"The sources do not bear out {kept.dropped} of the {total} sentences of the language model"
            )
        return replace(quoted, notes=(*quoted.notes, f"{told}. These are quotations instead."))
    numbers = {number: place for place, number in enumerate(_in_order(kept), start=1)}
    sentences = tuple(Sentence(text, tuple(numbers[one] for one in cited)) for text, cited in kept.sentences)
    citations = tuple(
        _citation(
            place, prompt.sources[number - 1], [text for text, cited in kept.sentences if number in cited]
        )
        for number, place in numbers.items()
    )
    left_out = f"{kept.dropped} of the {total} sentences of the language model are left out: {_UNTOLD}"
    return replace(
        quoted,
        question=question,
        sentences=sentences,
        citations=citations,
        disagreements=(),
        model=model,
        notes=(*quoted.notes, left_out) if kept.dropped else quoted.notes,
    )


def _in_order(kept: _Kept) -> list[int]:
    return list(dict.fromkeys(number for _, cited in kept.sentences for number in cited))


def _citation(number: int, source: Source, texts: Sequence[str]) -> Citation:
    """The source with the sentences in it that bear out those of the answer."""
    passage, text = source.passage, source.item.text
    spans = list(sentence_spans(text, passage.start, passage.end))
    best = set()
    for told in texts:
        wanted = frozenset(content(told))
        best.add(
            max(
                spans,
                key=lambda span: len(wanted & frozenset(content(text[span[0] : span[1]]))),
                default=None,
            )
        )
    chosen = sorted(span for span in best if span is not None)
    return Citation(number, source.item, passage, tuple(chosen) or ((passage.start, passage.end),))

"""What a language model writes → drafts with known citations, then sentences that their sources bear out.

A model may cite what there is not, cite nothing, contradict its sources or obey them, break off, or write
without end. So a number of no source never passes; a sentence stays only if the passages that it cites
say so (`support.py`); and if too little stays, the quotations take over.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from catalog.embedding_text import plain, plain_text
from catalog.errors import LanguageModelError
from catalog.sentence_spans import sentence_spans
from search.answer.prompt import UNANSWERED, Prompt, seen
from search.answer.quotes import Encode
from search.answer.support import Support, addresses, check, content, without_addresses
from search.llm import LanguageModel
from search.results import Answer, Checked, Citation, Draft, Sentence
from search.sources import Source

_MOST_TOKENS = 600
_MOST_CITATIONS = 3
_MOST_LAYERS = 5  # of Markdown that stands for Markdown
_STOPS = (".", "!", "?", "…", "。", "！", "？", ":", ")", '"', "”", "’", "»")
_LEAST_KEPT = 0.5  # share of its sentences that must hold; else the quotations take over
_LEAST_SHARE = 0.3  # of a sentence's words that each of its sources must have
_UNTOLD = "their sources do not say so."
_MOST_WRITTEN = 12  # sentences after which no more is read
_LONGEST_MARK = 40  # characters within brackets that may become a citation
_LONGEST_TAG = 12  # characters of a tag around thoughts
_NUMBERS = re.compile(
    r"\[\^?\s*(?:(?:sources?|ref)\s*[:#]?\s*)?(\d{1,3}(?:\s*[,;–-]\s*(?:sources?\s*)?\d{1,3})*)\s*(?:†[^\[\]]*)?\]",
    re.IGNORECASE,
)
_MARK = re.compile(r"\[(\d{1,3})\]")
_BEFORE_STOP = re.compile(r"(?<=\S)([.!?…]+[\"”’)]*)\s*((?:\[\d{1,3}\])+)")
_BULLET = re.compile(r"^\s*(?:[-*+•]|\d{1,2}[.)])\s+")
_THOUGHT = re.compile(r"<(/?)think(?:ing)?\s*>", re.IGNORECASE)
_WAITING = re.compile(rf"(?:<[^<>]{{0,{_LONGEST_TAG}}}|\[[^\[\]]{{0,{_LONGEST_MARK}}})\Z")
_BROKEN_MARK = re.compile(r"\[\^?\s*(?:sources?|ref)?[\s\d,;:#–-]*\Z", re.IGNORECASE)
_BRACKETS = str.maketrans("【】〔〕⟦⟧", "[][][]")
_DECLINED = re.compile(r"NOT[\s\\]*_?[\s\\]*IN[\s\\]*_?[\s\\]*SOURCES")
_WORD = re.compile(r"\S*\Z")
_LIVE = re.compile(r"!(?=\[(?!\d{1,3}\]))|(?<=\])(?=[(:]|\[(?!\d))|<(?=[a-z/!?])", re.IGNORECASE)


class Resolver:
    """Turns what arrives piece by piece into text in which every citation is one of a known source.

    Args:
        count: How many sources there are.

    Attributes:
        restarted: Whether all that came before was thoughts, of which only the end is marked.
    """

    def __init__(self, count: int) -> None:
        self.restarted = False
        self._count = count
        self._held = ""
        self._thinking = False

    def feed(self, piece: str) -> str:
        """What can be read after a further piece; what may become a citation or a tag is held back."""
        text, told = self._held + seen(piece).translate(_BRACKETS), ""
        self.restarted = False
        while mark := _THOUGHT.search(text):
            if not self._thinking:
                told += text[: mark.start()]
                # Some servers leave out the tag that begins the thoughts.
                if mark[1]:
                    told, self.restarted = "", True
            self._thinking = not mark[1]
            text = text[mark.end() :]
        if self._thinking:
            self._held = text[-_LONGEST_TAG:]
        else:
            waiting = _WAITING.search(text)
            cut = waiting.start() if waiting else len(text)
            told, self._held = told + text[:cut], text[cut:]
        return self._resolved(told)

    def finish(self) -> str:
        """What was held back to the end; a citation that broke off is none."""
        held, self._held, self.restarted = self._held, "", False
        return "" if self._thinking else self._resolved(_BROKEN_MARK.sub("", held))

    def _resolved(self, text: str) -> str:
        def known(match: re.Match[str]) -> str:
            return "".join(f"[{number}]" for number in _listed(match[1]) if 1 <= number <= self._count)

        return _NUMBERS.sub(known, text)


def _listed(written: str) -> list[int]:
    """The numbers of "1, 3", or of "2-4"."""
    numbers = [int(digits) for digits in re.findall(r"\d+", written)]
    if re.fullmatch(r"\d+\s*[–-]\s*\d+", written) and 0 < numbers[1] - numbers[0] < _MOST_CITATIONS:
        return list(range(numbers[0], numbers[1] + 1))
    return numbers


class _Cutter:
    """Cuts what arrives into sentences, each when it is complete; what was cut is not looked at again."""

    def __init__(self) -> None:
        self._rest = ""
        self._begins = True

    def feed(self, text: str) -> list[Written]:
        """The sentences that a further piece completes."""
        *lines, self._rest = (self._rest + text).split("\n")
        found: list[Written] = []
        for line in lines:
            found += map(_read, self._spans(line)[0])
            self._begins = True
        # Of the word that is not finished yet, nobody knows whether it begins a sentence.
        unfinished = _WORD.search(self._rest)
        complete, rest = self._spans(self._rest[: unfinished.start()] if unfinished else self._rest)
        if len(complete) > 1:
            found += map(_read, complete[:-1])
            self._rest = complete[-1] + rest + (unfinished[0] if unfinished else "")
            self._begins = False
        return [one for one in found if one.text]

    def finish(self) -> list[Written]:
        """The rest; the last sentence is told to be cut off if it has neither a stop nor a citation."""
        complete, _ = self._spans(self._rest)
        found = [one for one in map(_read, complete) if one.text]
        if found and not (found[-1].cited or found[-1].text.endswith(_STOPS)):
            found[-1] = replace(found[-1], complete=False)
        return found

    def _spans(self, line: str) -> tuple[list[str], str]:
        """The sentences of a line, and the space behind them."""
        # "It is so. [1]" cites for the sentence before the mark.
        text = _BEFORE_STOP.sub(r" \2\1", _BULLET.sub("", line) if self._begins else line)
        spans = sentence_spans(text, 0, len(text))
        return [text[start:end] for start, end in spans], text[spans[-1][1] :] if spans else ""


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence that a model wrote.

    Attributes:
        text: It as one line of plain text, without its citations.
        cited: The numbers that it cites.
        complete: Whether it has an end.
    """

    text: str
    cited: tuple[int, ...]
    complete: bool = True


def _read(sentence: str) -> Written:
    cited = tuple(dict.fromkeys(int(number) for number in _MARK.findall(sentence)))
    bare = _tidy(_MARK.sub("", sentence))
    return Written(bare if any(map(str.isalnum, bare)) else "", cited)


def _tidy(sentence: str) -> str:
    """One line of plain text: no Markdown, no address behind a word, no image."""
    text = sentence
    for _ in range(_MOST_LAYERS):
        before, text = text, plain(text)
        if text == before:
            break
    return re.sub(r"\s+([.,;:!?…])", r"\1", " ".join(text.split()))


class _Drafter:
    """What may be shown of a text that nobody has checked yet: whole words, none of them a strange address.

    Args:
        known: The addresses that the sources have.
    """

    def __init__(self, known: frozenset[str]) -> None:
        self._known = known
        self._held = ""

    def feed(self, text: str) -> str:
        """What can be shown after a further piece."""
        text = self._held + text
        word = _WORD.search(text)
        cut = word.start() if word else len(text)
        if UNANSWERED.startswith(text.strip()[: len(UNANSWERED)]):
            cut = 0
        self._held = text[cut:]
        return _dead(text[:cut], self._known)

    def finish(self) -> str:
        """What was held back to the end."""
        return self.feed("\n").rstrip("\n")


def _dead(text: str, known: frozenset[str]) -> str:
    """What nobody has checked, without strange addresses and without what would become a link or a tag."""
    return _LIVE.sub(" ", without_addresses(text, known))


@dataclass(slots=True)
class _Kept:
    """What has been checked so far."""

    sentences: list[tuple[str, tuple[int, ...]]]
    dropped: int = 0
    broken_off: bool = False

    @property
    def total(self) -> int:
        """How many sentences were checked."""
        return len(self.sentences) + self.dropped


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
    writing = _Writing(prompt, encode)
    try:
        with closing(_pieces(model, prompt, deadline)) as pieces:
            for piece in pieces:
                yield from writing.read(piece)
                if writing.kept.total >= _MOST_WRITTEN:
                    break
            else:
                yield from writing.end()
    except LanguageModelError as error:
        yield replace(quoted, notes=(*quoted.notes, f"{error} These are quotations instead."))
        return
    if writing.declined:
        yield _unanswered(quoted)
        return
    yield _answer(question, quoted, prompt, model.name, writing.kept)


def _pieces(model: LanguageModel, prompt: Prompt, deadline: float) -> Generator[str, None, None]:
    yield from model.stream(prompt.messages, max_tokens=_MOST_TOKENS, deadline=deadline)


class _Writing:
    """An answer that is being written.

    Args:
        prompt: What the model was given.
        encode: Turns texts into vectors.

    Attributes:
        kept: What was checked.
        declined: Whether the model says that the sources do not answer.
    """

    def __init__(self, prompt: Prompt, encode: Encode) -> None:
        self.kept = _Kept([])
        self.declined = False
        self._prompt, self._encode = prompt, encode
        self._known = addresses("\n".join(map(told_by, prompt.sources)))
        self._resolver = Resolver(len(prompt.sources))
        self._begin()

    def _begin(self) -> None:
        self.kept.sentences.clear()
        self.kept.dropped, self.kept.broken_off = 0, False
        self._cutter, self._drafter = _Cutter(), _Drafter(self._known)
        self._tail = ""

    def read(self, piece: str) -> Iterator[Draft | Checked]:
        """Take in a further piece."""
        yield from self._take(self._resolver.feed(piece))

    def end(self) -> Iterator[Draft | Checked]:
        """Take in what was held back."""
        yield from self._take(self._resolver.finish())
        if shown := self._drafter.finish():
            yield Draft(shown)
        yield from self._check(self._cutter.finish())

    def _take(self, text: str) -> Iterator[Draft | Checked]:
        if self._resolver.restarted:
            self._begin()
        self._tail = (self._tail + text)[-4 * len(UNANSWERED) - len(text) :]
        self.declined = self.declined or _DECLINED.search(self._tail) is not None
        if shown := self._drafter.feed(text):
            yield Draft(shown)
        yield from self._check(self._cutter.feed(text))

    def _check(self, written: Sequence[Written]) -> Iterator[Checked]:
        for one in written:
            if _DECLINED.search(one.text) or self._said(one.text):
                continue
            # Half a sentence may say more than the whole: "never charge it" of "never charge it in the hall".
            if not one.complete:
                self.kept.broken_off = True
                yield Checked(_dead(one.text, self._known), "it breaks off")
                continue
            numbers, support = _attribute(one.text, one.cited, self._prompt.sources, self._encode)
            if support.holds:
                self.kept.sentences.append((one.text, numbers))
                yield Checked(one.text)
            else:
                self.kept.dropped += 1
                yield Checked(_dead(one.text, self._known), support.fault)

    def _said(self, text: str) -> bool:
        return any(text == before for before, _ in self.kept.sentences)


def _unanswered(quoted: Answer) -> Answer:
    told = "The language model found no answer in the sources; these are the sentences that come nearest."
    return replace(quoted, partial=True, reason=told)


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
    return seen(plain_text(source.passage.text))


def _check(text: str, numbers: Sequence[int], sources: Sequence[Source], encode: Encode) -> Support:
    passages = [sources[number - 1] for number in numbers]
    context = seen("\n".join("\n".join((one.item.title, *one.passage.heading)) for one in passages))
    return check(text, [told_by(one) for one in passages], encode, context=context)


def _answer(question: str, quoted: Answer, prompt: Prompt, model: str, kept: _Kept) -> Answer:
    """What stays of a model's sentences, or the quotations if that is too little."""
    total = kept.total
    if not kept.sentences or len(kept.sentences) < _LEAST_KEPT * total:
        told = f"The language model wrote {'no whole sentence' if kept.broken_off else 'nothing'}"
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

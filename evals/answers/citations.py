"""Does every citation lead to the very words that it claims to quote?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from catalog.errors import NotFoundError, QuestionError
from catalog.nouns import Viewer
from catalog.reader import Reader
from evals.answers.figures import Figure
from search.engine import Engine
from search.results import Answer, Citation
from search.sentences import sentences

_GROUP = "citations"


def measure_citations(
    engine: Engine, viewer: Viewer, questions: Sequence[str], progress: Callable[[int, int], None]
) -> list[Figure]:
    """The share of citations that hold, over all answers, and the share of questions that are answered.

    Args:
        engine: The library.
        viewer: Who asks.
        questions: What is asked.
        progress: Is told how many questions are asked, of how many.
    """
    cited, wrong, answered = 0, 0, 0
    for number, question in enumerate(questions, start=1):
        answer = _answer(engine, viewer, question)
        if answer is not None:
            answered += bool(answer.sentences)
            cited += len(answer.citations)
            with engine.catalog.read(viewer) as reader:
                wrong += len(set(faults(reader, answer)))
        progress(number, len(questions))
    if not cited:
        return []
    return [
        Figure(_GROUP, "lead to the very words that they quote", 1 - wrong / cited, cited),
        Figure(_GROUP, "questions that are answered", answered / len(questions), len(questions)),
    ]


def _answer(engine: Engine, viewer: Viewer, question: str) -> Answer | None:
    """What is shown as the answer; None for what cannot be searched for."""
    try:
        events = engine.ask_in_steps(viewer, question)
        return next((event for event in events if isinstance(event, Answer)), None)
    except QuestionError:
        return None


def faults(reader: Reader, answer: Answer) -> Iterator[int]:
    """The numbers of the citations that do not hold.

    A citation holds if its item and its passage can be read now, if its spans lie in the passage, and if
    each sentence that cites it alone stands in one of them, word for word.
    """
    numbers = {citation.number: citation for citation in answer.citations}
    for citation in answer.citations:
        if not _resolves(reader, citation):
            yield citation.number
    for sentence in answer.sentences:
        for number in sentence.citations:
            cited = numbers.get(number)
            if cited is None or (answer.model is None and not _quotes(sentence.text, cited)):
                yield number
        if not sentence.citations:
            yield 0


def _resolves(reader: Reader, citation: Citation) -> bool:
    try:
        text = reader.item(citation.item.id).text
    except NotFoundError:
        return False
    passage = reader.passages([citation.passage.id]).get(citation.passage.id)
    if passage is None or passage != citation.passage or text[passage.start : passage.end] != passage.text:
        return False
    return bool(citation.spans) and all(
        passage.start <= start < end <= passage.end for start, end in citation.spans
    )


def _quotes(sentence: str, citation: Citation) -> bool:
    """Whether a sentence is what stands at one of the spans, word for word."""
    # Not those of the passage: it may begin within a list or a table.
    told = {(unit.start, unit.end): unit.text for unit in sentences(citation.item.text)}
    return any(_letters(told.get(span, "")) == _letters(sentence) for span in citation.spans)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()

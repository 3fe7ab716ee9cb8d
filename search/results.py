"""What a search gives back: hits, and what the three readers make of the same hits.

Every score lies between 0 and 1, and higher is better, unless its field says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from catalog.nouns import Contribution, Item, Passage, Person, Role

_WROTE = frozenset({Role.ANSWERED, Role.ACCEPTED, Role.AUTHORED, Role.SPOKE})


@dataclass(frozen=True, slots=True)
class Hit:
    """An item that fits the question, with the passage that fits best.

    Attributes:
        item: The item.
        passage: Its best passage for the question.
        score: The convex combination of `meaning` and `words`.
        meaning: Cosine of the question's and the passage's vectors, negative ones counted as 0.
        words: The share of the question's words, weighted by rarity, that the passage has (its BM25
            score divided by the highest that any passage could reach).
        also_in: Near-identical items that the viewer may read too, the oldest first.
    """

    item: Item
    passage: Passage
    score: float
    meaning: float
    words: float
    also_in: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """A source of an answer.

    Attributes:
        number: Its number in the answer, from 1.
        item: The item that is cited.
        passage: The passage of the item that is cited.
        spans: The quoted sentences, as characters `item.text[start:end]` within the passage, rising.
        also_in: Near-identical items that the viewer may read too, the oldest first.
    """

    number: int
    item: Item
    passage: Passage
    spans: tuple[tuple[int, int], ...]
    also_in: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer, and the numbers of the citations that it rests on."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two sentences of an answer that contradict each other.

    Attributes:
        first: Place among the answer's sentences, from 0, of what is trusted more: accepted, newer, or with
            more votes.
        second: Place of the other.
    """

    first: int
    second: int


@dataclass(frozen=True, slots=True)
class Answer:
    """A short cited answer, or an abstention: no sentences, and the reason.

    Attributes:
        question: What was asked.
        sentences: One to five sentences, or as many as a language model wrote; none when Copse abstains.
        citations: The sources of the sentences, numbered from 1.
        confidence: How likely what was found answers the question.
        reason: Why Copse does not answer, or not with certainty; None when it does.
        partial: Whether the evidence is thin: the sentences are the nearest there is.
        missing: Words of the question, in their stem, that weigh much and that no source of the answer has.
        disagreements: Pairs of sentences that contradict each other.
        model: The language model that worded it; None if it is made of quotations.
        notes: What the reader should know about how it was made.
        completed: A follow-up as the whole question that was searched for; None for what was asked whole.
    """

    question: str
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    confidence: float
    reason: str | None = None
    partial: bool = False
    missing: tuple[str, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    model: str | None = None
    notes: tuple[str, ...] = ()
    completed: str | None = None

    @property
    def abstained(self) -> bool:
        """Whether the evidence was too thin for an answer."""
        return not self.sentences


@dataclass(frozen=True, slots=True)
class Draft:
    """A piece of what a language model is writing: not checked yet, with numbers of known sources only."""

    text: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A sentence of a language model that was checked.

    Attributes:
        text: The sentence, without citations.
        fault: Why it is left out; None if its sources bear it out.
    """

    text: str
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One contribution that counts for an expert.

    Attributes:
        item: The item that fits the question.
        contribution: What the person did to it, and when.
        share: Its part of the expert's score; the shares of an expert sum to the score.
    """

    item: Item
    contribution: Contribution
    share: float


@dataclass(frozen=True, slots=True)
class Expert:
    """Somebody who, by the evidence, knows about the question's topic.

    Attributes:
        person: Who.
        score: The sum of the evidence's shares. It is not bounded by 1; it compares people within
            one question.
        evidence: What counts most, the largest share first.
        summary: What they did about it, in a sentence.
        weaknesses: What would weaken the evidence, such as that it is old.
        about: Which share of all that they did is about the topic, from 0 to 1.
        specific: Whether that is far more than everybody's share: they are specialists, and not only busy.
    """

    person: Person
    score: float
    evidence: tuple[Evidence, ...]
    summary: str
    weaknesses: tuple[str, ...] = ()
    about: float = 0.0
    specific: bool = False


@dataclass(frozen=True, slots=True)
class Differences:
    """Versions, identifiers and names that only one of two problems has; the most telling first.

    Attributes:
        asked: What only the described problem names.
        found: What only the past one names.
    """

    asked: tuple[str, ...] = ()
    found: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.asked or self.found)


@dataclass(frozen=True, slots=True)
class Solution:
    """What solved a problem: exactly `item.text[start:end]`."""

    item: Item
    start: int
    end: int

    @property
    def text(self) -> str:
        """The solution as Markdown."""
        return self.item.text[self.start : self.end]

    @property
    def solvers(self) -> tuple[Person, ...]:
        """Who wrote it, each once."""
        wrote = (one.person for one in self.item.contributions if one.role in _WROTE)
        return tuple({person.id or person.name: person for person in wrote}.values())

    @property
    def at(self) -> datetime | None:
        """When it was written, if its source says so."""
        return self.item.created


@dataclass(frozen=True, slots=True)
class SimilarProblem:
    """A past question, problem or lesson like the one described.

    Attributes:
        item: The problem; where several ask the same, the one that the others were closed for.
        passage: Its passage that is most alike.
        score: How alike, from 0 to 1.
        solution: The accepted answer, else the best answer, or the lesson's recommendation.
        solved: Whether the solution was accepted or is told by the item itself (a lesson's recommendation),
            or the problem is marked as solved.
        also_in: Near-identical items that the viewer may read too, the oldest first.
        asked_again: Later problems that were closed as duplicates of this one, and fit too.
        probability: How likely it is the same problem, and not only a related one.
        same: Whether that is likely enough to say so.
        differences: What one of the two names and the other does not.
    """

    item: Item
    passage: Passage
    score: float
    solution: Solution | None
    solved: bool
    also_in: tuple[Item, ...] = ()
    asked_again: tuple[Item, ...] = ()
    probability: float = 0.0
    same: bool = False
    differences: Differences = Differences()


@dataclass(frozen=True, slots=True)
class Reply:
    """Everything that Copse has to say to one question, from one retrieval.

    Attributes:
        answer: The cited answer, or the abstention.
        experts: The people to ask, best first.
        similar: Who met this before, solved first among equals.
        practices: The related items, best first.
        elsewhere: How other communities than the answer's go about it: the best item of each.
    """

    answer: Answer
    experts: tuple[Expert, ...]
    similar: tuple[SimilarProblem, ...]
    practices: tuple[Hit, ...]
    elsewhere: tuple[Hit, ...] = ()


Event = Draft | Checked | Answer | Reply
"""What answering gives, in this order: drafts and checks of a language model, the answer, and all of it."""

"""What an answer is told with: how others go about it, and where its sources stand now and besides."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from catalog.reader import Reader
from search.answer.confidence import Signals
from search.results import Answer, Hit
from search.retrieve import Match, Retrieval, Retriever, read_copies

LEAST_SCORE = 0.2
"""Score below which nothing is alike."""

_AS_GOOD = 0.8  # share of the best score from which another community's practice is worth telling
_LOOKED_AT = 20  # threads among which those of other communities are looked for
_MOST = 3  # other communities that are told of


def elsewhere(
    reader: Reader, retriever: Retriever, found: Retrieval, told: Collection[str], evidence: float
) -> list[Hit]:
    """The best item of each other community that answers by itself, and fits nearly as well as the best.

    Args:
        reader: The viewer's view of the catalog.
        retriever: What found the items.
        found: What it found, in all communities that the viewer may read.
        told: The communities that the answer is taken from.
        evidence: The confidence from which there would be an answer if nothing else were there.
    """
    matches = found.best_by_thread()
    near = matches[:_LOOKED_AT].from_score(_AS_GOOD * float(matches.scores.max(initial=0.0)))
    fitting = [one for one in near if _alone(one) >= evidence]
    hits = retriever.hits(reader, fitting)
    best: dict[str, Hit] = {}
    for hit in hits:
        best.setdefault(hit.item.community, hit)
    return [hit for community, hit in best.items() if community not in told][:_MOST]


def _alone(match: Match) -> float:
    """How likely a match answers by itself; its sentences are taken to be as near as the whole of it."""
    return Signals(min(match.score, 1.0), match.meaning, match.meaning, match.words).confidence


def still_there(reader: Reader, answer: Answer) -> Answer:
    """An answer as it can be opened now: what was changed or deleted while it was worded is not cited."""
    passages = reader.passages([citation.passage.id for citation in answer.citations])
    gone = {one.number for one in answer.citations if passages.get(one.passage.id) != one.passage}
    if not gone:
        return answer
    kept = tuple(one for one in answer.sentences if not gone.intersection(one.citations))
    cited = {number for one in kept for number in one.citations}
    return replace(
        answer,
        sentences=kept,
        citations=tuple(one for one in answer.citations if one.number in cited),
        disagreements=(),
        reason=answer.reason
        if kept
        else "What answered this was changed or deleted a moment ago; ask again.",
    )


def with_copies(reader: Reader, answer: Answer) -> Answer:
    """Tell where else the cited items stand."""
    copies = read_copies(reader, [citation.item.id for citation in answer.citations])
    told = [replace(one, also_in=copies.get(one.item.id, ())) for one in answer.citations]
    return replace(answer, citations=tuple(told))

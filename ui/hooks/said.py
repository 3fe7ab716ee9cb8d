"""What Copse says in a chat: lines of runs of text, which each chat shows in its own way.

A run is text and nothing else. Whatever a member has written, no chat reads marks, mentions or addresses out
of it; the only links are those that a run names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from catalog.embedding_text import plain
from ui import phrases, terminal
from ui.markdown import web_address
from ui.schemas import AnswerOut, ExpertsOut, ItemOut, ReplyOut, SimilarOut, SimilarProblemsOut
from ui.terminal import Names, line
from ui.view.place import Place

_MOST = 3  # sources, people and problems each; a chat is no page
_LONGEST = 1000  # characters of a run


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a line.

    Attributes:
        text: What it says.
        bold: Whether it stands out.
        url: Where it leads to; empty for nowhere.
    """

    text: str
    bold: bool = False
    url: str = ""


Line = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Teller:
    """Puts results in words for a chat.

    Attributes:
        names: Names of communities, by slug.
        home: Address under which people open Copse; empty if they cannot.
    """

    names: Names
    home: str = ""

    def reply(self, reply: ReplyOut) -> list[Line]:
        """The answer with its sources, the people who know, and who met it before."""
        lines = [*_said(reply.answer)]
        lines += [(Run(f"[{one.number}] "), *self._entry(one.item)) for one in reply.answer.citations]
        if reply.experts:
            lines.append(_title(terminal.people_title(reply.answer)))
            lines += [(Run(one.name, bold=True), _run(f" — {one.summary}")) for one in reply.experts[:_MOST]]
        # What is only related says little more where there is an answer.
        answered = not reply.answer.abstained
        lines += self._problems([one for one in reply.similar if one.same or not answered])
        if terminal.found_nothing(reply):
            lines.append((Run(terminal.NOBODY_WROTE),))
        return lines + self._more(Place(question=reply.answer.question))

    def experts(self, found: ExpertsOut) -> list[Line]:
        """The people who know, each with what speaks for them."""
        if not found.experts:
            return [(Run(terminal.NOBODY_KNOWS),)]
        lines: list[Line] = []
        for one in found.experts:
            lines.append((Run(one.name, bold=True), _run(f" — {one.summary}")))
            lines += [
                (_run(f"· {terminal.ROLES[by.role]}: "), self._link(by.item)) for by in one.evidence[:2]
            ]
        return lines

    def similar(self, found: SimilarProblemsOut) -> list[Line]:
        """Who met it before, and what solved it."""
        return self._problems(found.similar) or [(Run(terminal.NOBODY_MET),)]

    def _problems(self, problems: Sequence[SimilarOut]) -> list[Line]:
        lines: list[Line] = []
        for title, shown in terminal.by_sameness(problems[:_MOST]):
            lines.append(_title(title))
            for one in shown:
                lines.append((_run(f"{terminal.standing(one)}: "), *self._entry(one.item)))
                if one.solution is not None:
                    lines.append((_run(f"· {terminal.excerpt(one.solution.text)}"),))
        return lines

    def _entry(self, item: ItemOut) -> Line:
        return self._link(item), _run(f" · {' · '.join(terminal.facts(item, self.names))}")

    def _link(self, item: ItemOut) -> Run:
        """The item's title, which leads to the original, or else to the item here."""
        here = f"{self.home.rstrip('/')}/{Place(item=item.id).href}" if self.home else ""
        return Run(_short(line(item.title) or line(item.id)), url=web_address(item.url) or here)

    def _more(self, place: Place) -> list[Line]:
        if not self.home:
            return []
        return [(Run("Open in Copse", url=f"{self.home.rstrip('/')}/{place.href}"),)]


def _said(answer: AnswerOut) -> Iterator[Line]:
    if answer.abstained:
        yield Run(f"{terminal.UNKNOWN} ", bold=True), _run(answer.reason or "")
    elif answer.partial:
        yield (_run(phrases.thin(answer)),)
    if answer.sentences:
        yield tuple(_sentences(answer))
    yield from ((_run(told),) for told in (*phrases.disagreements(answer), *phrases.made(answer)))


def _sentences(answer: AnswerOut) -> Iterable[Run]:
    for one in answer.sentences:
        text = one.text if answer.model else plain(one.text)
        numbers = "".join(f"[{number}]" for number in one.citations)
        yield _run(f"{text} {numbers} ")


def _title(text: str) -> Line:
    return (Run(text, bold=True),)


def _run(text: str) -> Run:
    """A run of one line, as long as it may be; blanks at its ends stay."""
    inner = _short(line(text))
    before, after = (" " if text[:1].isspace() else ""), (" " if text[-1:].isspace() else "")
    return Run(f"{before}{inner}{after}")


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"

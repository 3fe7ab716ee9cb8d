"""Shows results on a terminal: quiet, at most 100 columns wide, and inert whatever a document contains.

Text of documents is data. It never becomes markup, and control characters are taken out of it, so that it
can neither colour nor move nor hide what is on the screen.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from catalog.embedding_text import plain_text
from catalog.nouns import Kind, LinkKind, Role, State
from ui import phrases
from ui.schemas import (
    AnswerOut,
    CitationOut,
    DifferencesOut,
    EvidenceOut,
    ExpertOut,
    HitOut,
    ItemOut,
    LinkOut,
    PassageOut,
    ReplyOut,
    SimilarOut,
    ThreadOut,
    untold_practices,
)

Names = Mapping[str, str]
"""Names of communities, by slug."""

_MEASURE = 100  # columns; longer lines are hard to read
_EXCERPT = 220  # characters of a passage that show what a hit is about
_EVIDENCE_ASKED, _EVIDENCE_ALONE = 2, 6  # pieces of evidence shown in `ask`, and in `experts`
_PEOPLE_BRIEF = 3  # people to ask, in a conversation
_ENDINGS = (".", "!", "?", ":", ";", ",", "…", ")", "”", '"')
_HEADING_LINE = re.compile(r"^#{1,6}[ \t].*$", re.MULTILINE)
_SEQUENCE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])"
    r"|\x9b[0-?]*[ -/]*[@-~]"
)
# Control characters but tab and line feed; marks that turn the direction of writing; line separators; tags
# and selectors that nobody sees, by which whole texts are smuggled to where an answer is pasted.
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e01ef]"
)

ROLES = {
    Role.ASKED: "asked",
    Role.ANSWERED: "answered",
    Role.ACCEPTED: "answered, accepted",
    Role.AUTHORED: "wrote",
    Role.EDITED: "edited",
    Role.COMMENTED: "commented",
    Role.SPOKE: "spoke",
}
"""How a contribution is told."""

LINKS = {
    LinkKind.DUPLICATE: "asked before",
    LinkKind.RELATED: "related",
    LinkKind.MENTION: "mentioned",
}
"""How a link is told."""


def make_console(*, stderr: bool = False) -> Console:
    """Make a console as wide as the terminal, but no wider than is readable."""
    console = Console(stderr=stderr, markup=False, highlight=False, emoji=False, soft_wrap=False)
    console.width = min(console.width, _MEASURE)
    return console


def clean(text: str) -> str:
    """Take out what would do something to a terminal, or turn or hide writing; line feeds and tabs stay."""
    return _CONTROL.sub("", _SEQUENCE.sub("", text))


def line(text: str) -> str:
    """Make one clean line of a text."""
    return " ".join(clean(text).split())


def excerpt(markdown: str, length: int = _EXCERPT) -> str:
    """The beginning of a Markdown text as one clean line, cut between words."""
    # Cut before reading the Markdown too: a passage is short, but a solution may be a whole document.
    text = plain_text(_HEADING_LINE.sub("", markdown[: 8 * length]))
    lines = [line(one) for one in text.split("\n")]
    ended = [one if one.endswith(_ENDINGS) else f"{one};" for one in lines if one]
    return textwrap.shorten(" ".join(ended).removesuffix(";"), length, placeholder=" …")


def date(moment: datetime | None) -> str:
    """A date as people write it; empty where none is known."""
    return f"{moment.day} {moment:%B %Y}" if moment else ""


# --- pieces ---


def heading(title: str) -> RenderableType:
    """The title of a part of a reply."""
    return Text(f"\n{title}", style="bold cyan")


def title_of(item: ItemOut, style: str = "bold") -> Text:
    """The item's title."""
    return Text(line(item.title) or item.id, style=style)


def about(item: ItemOut, names: Names, *, passage: PassageOut | None = None) -> Text:
    """One dim line about an item: kind, place in it, community, date, state."""
    text = Text(" · ".join(facts(item, names, passage=passage)), style="dim")
    if item.state is not None:
        text.append(" · ")
        text.append_text(_state(item.state))
    return text


def facts(item: ItemOut, names: Names, *, passage: PassageOut | None = None) -> list[str]:
    """What is told of an item besides its title and state: kind, place in it, community, date."""
    kind = "accepted answer" if item.accepted else item.kind.value
    place = [] if passage is None else _place(item, passage)
    told = [kind, *place, names.get(item.community, item.community), date(item.created or item.updated)]
    return [line(fact) for fact in told if fact]


def _place(item: ItemOut, passage: PassageOut) -> list[str]:
    path = [name for name in map(excerpt, passage.heading) if name and name != line(item.title)]
    page = f"page {passage.page}" if passage.page else ""
    return [" › ".join(path), page, moment(passage.seconds)]


def moment(seconds: int | None) -> str:
    """When something was said in a recording, such as "at 1:02:03"; empty for what was not spoken."""
    if seconds is None:
        return ""
    hours, rest = divmod(seconds, 3600)
    clock = f"{hours}:{rest // 60:02}" if hours else f"{rest // 60}"
    return f"at {clock}:{rest % 60:02}"


def _also_in(copies: Sequence[ItemOut], names: Names) -> list[RenderableType]:
    """One dim line for each place where the same stands too."""
    return [
        Text.assemble(
            ("also in ", "dim"),
            (f"{line(names.get(item.community, item.community))} · ", "dim"),
            (line(item.id), "dim cyan"),
            no_wrap=True,
            overflow="fold",
        )
        for item in copies
    ]


def _state(state: State) -> Text:
    style = {State.SOLVED: "not dim green", State.OUTDATED: "not dim yellow"}.get(state, "")
    return Text(state.value, style=style)


def _identifier(item: ItemOut) -> Text:
    return Text(line(item.id), style="dim cyan", no_wrap=True, overflow="fold")


def _indent(*parts: RenderableType, by: int = 2) -> RenderableType:
    return Padding(Group(*parts), (0, 0, 0, by), expand=False)


def _numbered(label: str, *parts: RenderableType, width: int = 4) -> Table:
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=width, justify="right")
    grid.add_column()
    grid.add_row(Text(label, style="bold"), Group(*parts))
    return grid


# --- answer ---


def show_reply(console: Console, reply: ReplyOut, names: Names) -> None:
    """Print everything that Copse has to say; what could help comes first when it does not answer."""
    abstained = reply.answer.abstained
    show_answer(console, reply.answer, names)
    _show_elsewhere(console, reply.elsewhere, names)
    practices = untold_practices(reply)
    show_experts(console, reply.experts, brief=True, title=people_title(reply.answer))
    if abstained:
        _show_practices(console, NEAR_MISSES, practices, names)
        if found_nothing(reply):
            console.print(_indent(Text(NOBODY_WROTE)))
    _show_problems(console, reply.similar, names)
    if not abstained:
        _show_practices(console, RELATED, practices, names)
    else:
        console.print()
        console.print(_indent(Text(ASK_PEOPLE, style="dim")))


def show_brief_reply(console: Console, reply: ReplyOut, names: Names) -> None:
    """Print the answer with a line for each source; where it is unsure, the people to ask as well."""
    answer = reply.answer
    _show_said(console, answer)
    if answer.citations:
        console.print()
    for citation in answer.citations:
        console.print(_numbered(f"[{citation.number}]", _brief(citation, names)))
    _show_elsewhere(console, reply.elsewhere, names)
    if answer.abstained or answer.partial:
        show_experts(console, reply.experts[:_PEOPLE_BRIEF], brief=True, title=people_title(answer))
    if found_nothing(reply):
        console.print(_indent(Text(NOBODY_WROTE)))


NEAR_MISSES, RELATED = "Near misses", "Related practices"
NOBODY_WROTE = "Nobody has written about it either, as far as you may read."
NOBODY_KNOWS = "Nobody has written about this, as far as you may read."
NOBODY_MET = "Nobody has written of such a problem, as far as you may read."
NOTHING_FITS = "Nothing fits. Fewer filters or other words may find more."
UNKNOWN = "We don't know."
ASK_PEOPLE = 'Ask people: copse requests ask "…"'


def people_title(answer: AnswerOut) -> str:
    """How the people to ask are introduced."""
    return f"People who {'may ' if answer.abstained or answer.partial else ''}know"


def found_nothing(reply: ReplyOut) -> bool:
    """Whether there is no answer, and nothing that could help instead."""
    return reply.answer.abstained and not (reply.experts or reply.similar or untold_practices(reply))


def show_answer(console: Console, answer: AnswerOut, names: Names) -> None:
    """Print the answer and its sources, or that there is none and why."""
    _show_said(console, answer)
    show_sources(console, answer, names)


def show_sources(console: Console, answer: AnswerOut, names: Names) -> None:
    """Print the sources of an answer."""
    for citation in answer.citations:
        console.print()
        console.print(_citation(citation, names))


def _show_said(console: Console, answer: AnswerOut) -> None:
    """Print what was understood, how far to trust it, the sentences, and how they were made."""
    for part in _said(answer):
        console.print()
        console.print(_indent(part))


def _said(answer: AnswerOut) -> Iterable[RenderableType]:
    if asked := phrases.understood(answer):
        yield Text(line(asked), style="dim")
    if answer.abstained:
        yield Group(Text(UNKNOWN, style="bold yellow"), Text(clean(answer.reason or "")))
    elif answer.partial:
        caution = [Text(line(phrases.thin(answer)), style="yellow"), Text(line(phrases.lacking(answer)))]
        yield Group(*filter(None, caution))
    if answer.sentences:
        yield _cited(answer)
    if told := phrases.disagreements(answer):
        yield Group(*(Text(line(one), style="yellow") for one in told))
    if notes := phrases.made(answer):
        yield Group(*(Text(line(note), style="dim") for note in notes))


def _cited(answer: AnswerOut) -> Text:
    text, before = Text(), ""
    for sentence in answer.sentences:
        # Code and tables that are quoted stand on lines of their own.
        on_its_own = "\n" in sentence.text or "\n" in before
        text.append(("\n" if on_its_own else " ") if text else "")
        text.append(clean(sentence.text))
        text.append(" " + "".join(f"[{number}]" for number in sentence.citations), style="bold cyan")
        before = sentence.text
    return text


def _citation(citation: CitationOut, names: Names) -> RenderableType:
    item = citation.item
    return _numbered(
        f"[{citation.number}]",
        title_of(item),
        about(item, names, passage=citation.passage),
        _identifier(item),
        *_also_in(citation.also_in, names),
    )


def _brief(citation: CitationOut, names: Names) -> Text:
    return Text.assemble(
        title_of(citation.item), (" · ", "dim"), about(citation.item, names, passage=citation.passage)
    )


def _show_elsewhere(console: Console, hits: Sequence[HitOut], names: Names) -> None:
    if hits:
        console.print()
    for hit in hits:
        console.print(_indent(Text(line(phrases.practised(hit, names))), _identifier(hit.item)))


# --- people ---


def show_experts(
    console: Console, experts: Sequence[ExpertOut], *, brief: bool = False, title: str = "People who know"
) -> None:
    """Print people with their evidence; the whole sum of it unless brief."""
    if not experts:
        return
    console.print(heading(title))
    for expert in experts:
        console.print()
        score = "" if brief else f"  {expert.score:.2f}"
        name = Text.assemble((line(expert.name), "bold"), (score, "dim"))
        told = [
            Text(line(expert.summary)),
            *(Text(line(text), "dim") for text in [phrases.weak(expert)] if text),
        ]
        console.print(_indent(name, _indent(*told, _evidence(expert, brief=brief))))


def show_people(console: Console, experts: Sequence[ExpertOut]) -> None:
    """Print people with all that counts for them, or that there is nobody."""
    show_experts(console, experts)
    if not experts:
        console.print(_indent(Text(NOBODY_KNOWS)))


def _evidence(expert: ExpertOut, *, brief: bool) -> RenderableType:
    """The contributions that count, each with its part of the expert's score in per cent."""
    evidence = expert.evidence
    shown = strongest(expert) if brief else evidence[:_EVIDENCE_ALONE]
    grid = Table.grid(padding=(0, 2, 0, 0))
    for one in shown:
        share = [] if brief else [Text(f"{one.share / expert.score:4.0%}", style="dim")]
        what = Text.assemble(
            (f"{ROLES[one.role]}: ", "dim"), line(one.item.title), (f"  {line(one.item.id)}", "dim cyan")
        )
        grid.add_row(*share, what)
    rest = evidence[len(shown) :]
    if rest and not brief:
        share_of_rest = sum(one.share for one in rest) / expert.score
        grid.add_row(Text(f"{share_of_rest:4.0%}", style="dim"), Text(f"{len(rest)} more", style="dim"))
    return grid


def strongest(expert: ExpertOut) -> list[EvidenceOut]:
    """The little evidence that is shown in a reply: what counts most, of different titles."""
    by_title: dict[str, EvidenceOut] = {}
    for one in expert.evidence:
        by_title.setdefault(one.item.title, one)
    return list(by_title.values())[:_EVIDENCE_ASKED]


# --- problems ---


def show_similar(console: Console, problems: Sequence[SimilarOut], names: Names) -> None:
    """Print the past problems, or that there is none."""
    _show_problems(console, problems, names)
    if not problems:
        console.print(_indent(Text(NOBODY_MET)))


def _show_problems(console: Console, problems: Sequence[SimilarOut], names: Names) -> None:
    for title, shown in by_sameness(problems):
        console.print(heading(title))
        for problem in shown:
            console.print()
            console.print(_problem(problem, names))


SOLVED_IT = "What solved it"


def by_sameness(problems: Sequence[SimilarOut]) -> list[tuple[str, list[SimilarOut]]]:
    """Part problems into those that are likely the same and the others, each part with its heading."""
    same = [problem for problem in problems if problem.same]
    related = [problem for problem in problems if not problem.same]
    parts = (("Same problem, met before", same), ("Related problems", related))
    return [(title, shown) for title, shown in parts if shown]


def credit(problem: SimilarOut) -> str:
    """How far the solution can be trusted."""
    solution = problem.solution
    if solution is None:
        return "Nobody has answered this yet."
    if State.OUTDATED in (problem.state, solution.item.state):
        return "What was done then"
    return SOLVED_IT if problem.solved else "Best answer so far"


def _problem(problem: SimilarOut, names: Names) -> RenderableType:
    bare = problem.item.model_copy(update={"state": None})
    return _indent(
        Text.assemble(_standing(problem), title_of(problem.item)),
        about(bare, names),
        *_told_apart(problem),
        _indent(*_solution(problem)),
        _identifier(problem.item),
        *_asked_again(problem),
        *_also_in(problem.also_in, names),
    )


def standing(problem: SimilarOut) -> str:
    """Whether a problem is solved, with its mark."""
    if problem.state is State.OUTDATED:
        return "! outdated"
    return "✓ solved" if problem.solved else "○ unsolved"


def _standing(problem: SimilarOut) -> Text:
    told = standing(problem)
    return Text(f"{told}  ", style="green" if told.startswith("✓") else "yellow")


def _solution(problem: SimilarOut) -> Iterable[RenderableType]:
    if problem.solution is None:
        yield Text(credit(problem), style="italic")
        return
    yield Text(excerpt(problem.solution.text))
    if told := solved_by(problem):
        yield Text(f"— {told}", style="italic")


def solved_by(problem: SimilarOut) -> str:
    """Whose a solution is, of when, and how far it can be trusted; empty where there is none."""
    solution = problem.solution
    if solution is None:
        return ""
    told = credit(problem)
    votes = solution.item.votes
    voted = "" if told == SOLVED_IT or votes is None else f"{votes} {'vote' if abs(votes) == 1 else 'votes'}"
    lead = "" if told == SOLVED_IT else f"{told.lower()}: "
    by = ", ".join(filter(None, (*map(line, solution.by), date(solution.at), voted)))
    return f"{lead}{by}".removesuffix(": ")


def _told_apart(problem: SimilarOut) -> Iterable[Text]:
    """One line that tells what differs."""
    if problem.differences:
        yield Text(line(differing(problem.differences)), style="yellow")


def differing(differences: DifferencesOut) -> str:
    """What only one of two problems names, in words."""
    sides = (("only there", differences.found), ("only in yours", differences.asked))
    return " · ".join(f"{side}: {', '.join(names)}" for side, names in sides if names)


def _asked_again(problem: SimilarOut) -> Iterable[Text]:
    for again in problem.asked_again:
        title = (f"{line(again.title)} · ", "dim")
        yield Text.assemble(("asked again ", "dim"), title, (line(again.id), "dim cyan"))


def _authors(item: ItemOut) -> Iterable[str]:
    made = {Role.AUTHORED, Role.ANSWERED, Role.ACCEPTED, Role.ASKED}
    return (line(one.name) for one in item.people if one.role in made)


# --- hits ---


def show_hits(console: Console, hits: Sequence[HitOut], names: Names) -> None:
    """Print what a search found, or that it found nothing."""
    if not hits:
        console.print(_indent(Text(NOTHING_FITS)))
    for number, hit in enumerate(hits, start=1):
        console.print()
        console.print(_numbered(str(number), *_hit(hit, names)))


def _hit(hit: HitOut, names: Names) -> tuple[RenderableType, ...]:
    title = Text.assemble(title_of(hit.item), (f"  {hit.score:.2f}", "dim"))
    said = Text(excerpt(hit.passage.text))
    place = about(hit.item, names, passage=hit.passage)
    return title, place, said, _identifier(hit.item), *_also_in(hit.also_in, names)


def _show_practices(console: Console, title: str, hits: Sequence[HitOut], names: Names) -> None:
    if not hits:
        return
    console.print(heading(title))
    for hit in hits:
        console.print()
        console.print(
            _indent(
                title_of(hit.item),
                about(hit.item, names, passage=hit.passage),
                _identifier(hit.item),
                *_also_in(hit.also_in, names),
            )
        )


# --- one item ---


def show_thread(console: Console, shown: ThreadOut, names: Names) -> None:
    """Print an item with its thread: the question, the accepted answer, the others by date."""
    opener = next((item for item in shown.thread if item.id == item.thread_id), shown.item)
    rest = [item for item in shown.thread if item.id != opener.id]
    rest.sort(key=lambda item: not item.accepted)
    console.print()
    console.print(title_of(opener))
    for item in (opener, *rest):
        console.print()
        _show_post(console, item, names, is_opener=item is opener)
    _show_links(console, shown.links)
    if shown.also_in:
        console.print()
        console.print(Group(*_also_in(shown.also_in, names)))


def _show_links(console: Console, links: Sequence[LinkOut]) -> None:
    """Print what an item points to: how, the title, and the id with which it can be shown."""
    if not links:
        return
    console.print(heading("Linked"))
    console.print()
    for link in links:
        kind = (f"{LINKS[link.kind]}: ", "dim")
        console.print(_indent(Text.assemble(kind, title_of(link.item)), _identifier(link.item)))


def _show_post(console: Console, item: ItemOut, names: Names, *, is_opener: bool) -> None:
    from ui.terminal_markdown import InertMarkdown  # it takes long to load, and answers have no Markdown

    by = ", ".join(dict.fromkeys(_authors(item)))
    votes = "" if item.votes is None else f"{item.votes} {'vote' if abs(item.votes) == 1 else 'votes'}"
    mark = ("✓ " if item.accepted else "", "green")
    console.print(Text.assemble(mark, (by or "(no name)", "bold"), (f"  {votes}", "dim")))
    console.print(about(item, names))
    if is_opener and item.tags:
        console.print(Text(" ".join(f"#{line(tag)}" for tag in item.tags), style="dim"))
    if item.kind is not Kind.ANSWER and item.url:
        console.print(Text(line(item.url), style="dim", no_wrap=True, overflow="fold"))
    console.print(_identifier(item))
    console.print()
    console.print(_indent(InertMarkdown(item.text or "")))

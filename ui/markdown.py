"""A reply as Markdown, for a wiki or a ticket: what the terminal shows, with links to the originals.

Text of documents is data here too. It is escaped, so that it stays text whatever it contains: no emphasis,
no image, no HTML, and no link but those that Copse makes. What some readers of Markdown turn into links by
themselves (addresses of the web and of e-mail) is shown as code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from urllib.parse import quote, urlsplit

from catalog.embedding_text import plain
from ui import phrases, terminal
from ui.schemas import (
    AnswerOut,
    CitationOut,
    ExpertOut,
    ExpertsOut,
    HitOut,
    HitsOut,
    ItemOut,
    PassageOut,
    ReplyOut,
    SentenceOut,
    SimilarOut,
    SimilarProblemsOut,
    untold_practices,
)
from ui.terminal import Names, clean, line

_SPECIAL = re.compile(r"[\\`*_\[\]<>&~|$#]")
# What begins a list, a quotation or a line below a heading, where a line begins with it.
_BEGINNING = re.compile(r"^(?:[-+=:]|\d+(?=[.)]))")
_BOUND = re.compile(r"""([\s<>()\[\]{}"“”‘’',;]+)""")
_ADDRESS = re.compile(r"://|@|^(?:www|mailto|xmpp)\b|[^\W_]\.[^\W\d_]{2}", re.IGNORECASE)
_STOPS = ".:!?…*"
_BACKTICKS = re.compile(r"`+")
_AS_THEY_ARE = ":/?#@!$&'*+,;=%~"  # stay as they are; all else that is no letter or digit is encoded


def reply_markdown(reply: ReplyOut, names: Names) -> str:
    """Write a reply as a Markdown document.

    Args:
        reply: The reply.
        names: Names of communities, by slug.
    """
    return "\n\n".join(_parts(reply, names)) + "\n"


def hits_markdown(found: HitsOut, names: Names) -> str:
    """Write what a search found, each item with the passage that fits best."""
    entries = [
        f"{number}. {_entry(hit.item, names, hit.passage, hit.also_in, indent='   ')}\n"
        f"   - {escape(terminal.excerpt(hit.passage.text))}"
        for number, hit in enumerate(found.hits, start=1)
    ]
    return "\n".join(entries or [terminal.NOTHING_FITS]) + "\n"


def experts_markdown(found: ExpertsOut) -> str:
    """Write who knows about a topic, each with the evidence."""
    return "\n".join([f"- {_person(one)}" for one in found.experts] or [terminal.NOBODY_KNOWS]) + "\n"


def similar_markdown(found: SimilarProblemsOut, names: Names) -> str:
    """Write who met a problem before, and what solved it."""
    parts = _problems(found.similar, names)
    return "\n\n".join(list(parts) or [terminal.NOBODY_MET]) + "\n"


def escape(text: str) -> str:
    """One line of text that Markdown shows as it is, wherever in a line it stands."""
    pieces = _BOUND.split(line(text))
    told = "".join(
        _addressed(piece) if at % 2 == 0 and _ADDRESS.search(piece) else _SPECIAL.sub(r"\\\g<0>", piece)
        for at, piece in enumerate(pieces)
    )
    return _BEGINNING.sub(_escaped_beginning, told)


def _escaped_beginning(found: re.Match[str]) -> str:
    begun = found[0]
    return f"{begun}\\" if begun[0].isdigit() else f"\\{begun}"


def _addressed(piece: str) -> str:
    """An address as code; the full stop behind it is none of it."""
    core = piece.rstrip(_STOPS)
    return _code(core) + _SPECIAL.sub(r"\\\g<0>", piece[len(core) :]) if core else _code(piece)


def _code(text: str) -> str:
    """A piece of a line as code."""
    fence = "`" * (1 + max((len(run) for run in _BACKTICKS.findall(text)), default=0))
    room = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{room}{text}{room}{fence}"


def _block(text: str) -> str:
    """Lines as a block of code."""
    inert = clean(text)
    fence = "`" * max(3, 1 + max((len(run) for run in _BACKTICKS.findall(inert)), default=0))
    return f"{fence}text\n{inert.strip(chr(10))}\n{fence}"


def _link(item: ItemOut) -> str:
    """The item's title, as a link to the original if that has an address on the web."""
    title = escape(item.title) or _code(line(item.id))
    address = web_address(item.url).replace("&", "&amp;")
    return f"[{title}]({address})" if address else f"**{title}**"


def web_address(url: str | None) -> str:
    """An address that can stand in a link, wherever it is shown; empty if it is none of the web."""
    if not url:
        return ""
    try:
        parts = urlsplit(line(url))
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    safe = _AS_THEY_ARE + ("[]" if ":" in parts.hostname else "")
    return quote(parts.geturl(), safe=safe)


# --- the parts of a reply ---


def _parts(reply: ReplyOut, names: Names) -> Iterator[str]:
    answer = reply.answer
    yield f"# {escape(answer.question)}"
    yield from _said(answer)
    yield from _section("Sources", _sources(answer.citations, names), mark="")
    yield from _section("", (_also(hit, names) for hit in reply.elsewhere))
    practices = [_entry(hit.item, names, hit.passage, hit.also_in) for hit in untold_practices(reply)]
    yield from _section(terminal.people_title(answer), map(_person, reply.experts))
    if answer.abstained:
        yield from _section(terminal.NEAR_MISSES, practices)
    if terminal.found_nothing(reply):
        yield terminal.NOBODY_WROTE
    yield from _problems(reply.similar, names)
    if not answer.abstained:
        yield from _section(terminal.RELATED, practices)


def _problems(similar: Sequence[SimilarOut], names: Names) -> Iterator[str]:
    for title, problems in terminal.by_sameness(similar):
        yield from _section(title, (_problem(problem, names) for problem in problems))


def _section(title: str, entries: Iterable[str], mark: str = "- ") -> Iterator[str]:
    """A heading and the list below it; nothing if the list is empty."""
    listed = "\n".join(f"{mark}{one}" for one in entries)
    if listed:
        yield f"## {title}\n\n{listed}" if title else listed


def _said(answer: AnswerOut) -> Iterator[str]:
    if asked := phrases.understood(answer):
        yield escape(asked)
    if answer.abstained:
        yield f"**{terminal.UNKNOWN}** {escape(answer.reason or '')}".rstrip()
    elif answer.partial:
        caution = f"> **{escape(phrases.thin(answer))}**"
        lacking = phrases.lacking(answer)
        yield f"{caution}\n>\n> {escape(lacking)}" if lacking else caution
    for many, sentences in groupby(answer.sentences, lambda one: "\n" in one.text):
        texts = [_lines(one) if many else _sentence(one, answer.model) for one in sentences]
        yield ("\n\n" if many else " ").join(texts)
    yield from map(_marked, phrases.disagreements(answer))
    yield from map(escape, phrases.made(answer))


def _marked(told: str) -> str:
    """A line in which numbers of sources stay as they are."""
    return escape(told).replace("\\[", "[").replace("\\]", "]")


def _sentence(sentence: SentenceOut, model: str | None) -> str:
    """What is quoted loses its markup; what a model wrote has none."""
    text = sentence.text if model else plain(sentence.text)
    return f"{escape(text)} {_numbers(sentence)}"


def _lines(sentence: SentenceOut) -> str:
    return f"{_block(sentence.text)}\n\n{_numbers(sentence)}"


def _numbers(sentence: SentenceOut) -> str:
    return "".join(f"[{number}]" for number in sentence.citations)


def _sources(citations: Iterable[CitationOut], names: Names) -> Iterator[str]:
    for one in citations:
        yield f"{one.number}. {_entry(one.item, names, one.passage, one.also_in, indent='   ')}"


def _entry(
    item: ItemOut,
    names: Names,
    passage: PassageOut | None = None,
    also_in: Sequence[ItemOut] = (),
    *,
    indent: str = "  ",
) -> str:
    """An item: title, kind, place, community, date, state and id; copies of it in lines below."""
    copies = (_copy(copy, names) for copy in also_in)
    return f"\n{indent}- ".join([f"{_link(item)} — {_facts(item, names, passage)}", *copies])


def _facts(item: ItemOut, names: Names, passage: PassageOut | None = None) -> str:
    told = [*map(escape, terminal.facts(item, names, passage=passage)), *([item.state] if item.state else [])]
    return " · ".join([*told, _code(line(item.id))])


def _copy(item: ItemOut, names: Names) -> str:
    return f"also in {escape(names.get(item.community, item.community))} · {_code(line(item.id))}"


def _also(hit: HitOut, names: Names) -> str:
    community = escape(names.get(hit.item.community, hit.item.community))
    return f"Also practised in {community}: {_link(hit.item)} · {_code(line(hit.item.id))}"


def _person(expert: ExpertOut) -> str:
    evidence = (
        f"{terminal.ROLES[one.role]}: {escape(one.item.title)} {_code(line(one.item.id))}"
        for one in terminal.strongest(expert)
    )
    doubts = [escape(phrases.weak(expert))] if expert.weaknesses else []
    return "\n  - ".join([f"**{escape(expert.name)}** — {escape(expert.summary)}", *doubts, *evidence])


def _problem(problem: SimilarOut, names: Names) -> str:
    bare = problem.item.model_copy(update={"state": None})
    differing = terminal.differing(problem.differences) if problem.differences else ""
    again = (f"asked again: {escape(one.title)} · {_code(line(one.id))}" for one in problem.asked_again)
    copies = (_copy(copy, names) for copy in problem.also_in)
    below = [escape(differing), _solution(problem), *again, *copies]
    first = f"{terminal.standing(problem)}: {_link(problem.item)} — {_facts(bare, names)}"
    return "\n  - ".join([first, *filter(None, below)])


def _solution(problem: SimilarOut) -> str:
    if problem.solution is None:
        return escape(terminal.credit(problem))
    by = escape(terminal.solved_by(problem))
    return escape(terminal.excerpt(problem.solution.text)) + (f" — {by}" if by else "")

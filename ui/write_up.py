"""Writes a request up for those who are asked: plain Markdown, which is also a readable mail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from catalog.nouns import Item
from catalog.requests import Request
from ui.markdown import escape
from ui.schemas import item_out
from ui.terminal import date, line


def write_up(
    request: Request,
    found: Sequence[Item],
    names: Mapping[str, str],
    *,
    why: str = "",
    key: str = "",
    public_url: str = "",
) -> str:
    """What somebody needs in order to answer.

    Args:
        request: The request.
        found: The items that were found already.
        names: Names of communities, by slug.
        why: What speaks for asking this person; empty in a text for everybody.
        key: The token of this person; without it, the text is for everybody.
        public_url: Address under which people open Copse; empty if they cannot.
    """
    where = escape(names.get(request.community, request.community))
    parts = [
        f"# {escape(request.question)}",
        f"{_asker(request)} asked this on {date(request.asked_at)}, and nothing that was written so "
        "far answers it." + (" You may know." if key else ""),
    ]
    if why:
        parts.append(f"**Why you:** {escape(why)}")
    if found:
        parts.append("**What was found already**\n\n" + "\n".join(_found(item, names) for item in found))
    parts.append("**How to answer**\n\n" + "\n".join(_ways(request, key, public_url)))
    parts.append(f"Your answer is kept with the question, under your name, for all who may read {where}.")
    return "\n\n".join(parts) + "\n"


def link(public_url: str, key: str) -> str:
    """Address of a request on the page; empty if people cannot open it."""
    return f"{public_url.rstrip('/')}/?request={key}" if public_url else ""


def _asker(request: Request) -> str:
    """Who asked; not everybody who asks has a name."""
    return "Somebody" if request.asked_by in ("owner", "guest") else escape(request.asked_by)


def _found(item: Item, names: Mapping[str, str]) -> str:
    shown = item_out(item)
    facts = ", ".join(
        filter(
            None,
            (item.kind.value, escape(names.get(item.community, item.community)), date(item.created)),
        )
    )
    where = (
        f" {escape(shown.url or '')}" if (shown.url or "").lower().startswith(("http://", "https://")) else ""
    )
    return f"- {escape(item.title) or 'untitled'} ({facts}) `{line(item.id).replace('`', '')}`{where}"


def _ways(request: Request, key: str, public_url: str) -> Iterator[str]:
    address = link(public_url, key or str(request.id))
    if address:
        yield f"- Open <{address}> and write what you know."
    told = "Or on" if address else "On"
    yield f'- {told} the command line: `copse requests answer {key or request.id} "…"`'
    if key:
        yield f"- Not yours to answer? `copse requests decline {key}`" + (
            ", or the button on that page." if address else ""
        )

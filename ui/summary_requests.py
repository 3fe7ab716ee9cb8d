"""Shows requests on a terminal: what was put to people, to whom, and what came back."""

from __future__ import annotations

from datetime import timedelta

from rich.console import Console
from rich.text import Text

from ui.schemas_requests import (
    AskedOut,
    ExposureOut,
    ReplyTakenOut,
    RequestMadeOut,
    RequestOut,
    RequestsOut,
    RequestStatsOut,
)
from ui.summary import make_table
from ui.terminal import date, line


def show_requests(console: Console, requests: RequestsOut) -> None:
    """Print a line for each request."""
    if not requests.requests:
        console.print('Nothing was put to people. Begin with: copse requests ask "…"')
        return
    table = make_table("No.", "Question", "To", "State", "Asked", "Answered after", "Times", numbers=1)
    for one in requests.requests:
        to = ", ".join(line(person.name) for person in one.people) or "nobody yet"
        table.add_row(
            str(one.number),
            Text(line(one.question)),
            Text(to),
            one.state.value,
            date(one.asked_at),
            span(one.seconds_to_answer),
            f"{one.times:,}",
        )
    console.print(table)


def show_request(console: Console, request: RequestOut) -> None:
    """Print all about one request."""
    console.print(Text.assemble((line(request.question), "bold"), f"  no. {request.number}"))
    times = f", {request.times} times" if request.times > 1 else ""
    where = ", ".join(request.communities)
    facts = {
        "Asked": f"by {request.asked_by} on {date(request.asked_at)}{times}, in {where}",
        "State": request.state.value,
        "Replies belong to": request.community,
        "Answered after": span(request.seconds_to_answer) or "not yet",
    }
    for name, value in facts.items():
        _fact(console, name, value)
    for person in request.people:
        _fact(console, "To", f"{person.name}: {_standing(person)}")
        _fact(console, "  Why", person.why)
    for item_id in request.found:
        _fact(console, "Found", item_id)
    for reply in request.replies:
        accepted = ", accepted" if reply.accepted else ""
        _fact(console, f"Reply {reply.number}", f"{reply.name}, {date(reply.at)}{accepted}: {reply.item_id}")


def show_made(console: Console, made: RequestMadeOut) -> None:
    """Print what became of a question, and how to go on."""
    number = made.request.number
    if made.joined:
        console.print(f"This is asked already, as request {number}; now {made.request.times} times.")
    show_request(console, made.request)
    for note in made.notes:
        console.print(Text(line(note), style="yellow"))
    if made.link:
        console.print(Text(f"  {line(made.link)}", style="dim"))
    console.print(f'\nA reply: copse requests answer {number} --as-person WHO "…"', style="dim")
    console.print(f"For a forum: copse requests draft {number}", style="dim")


def show_taken(console: Console, taken: ReplyTakenOut) -> None:
    """Print that a reply is there, and how to go on."""
    console.print(f"Kept as {line(taken.item_id)}; the next question finds it.")
    number, reply = taken.request.number, taken.request.replies[-1].number
    console.print(f"If it solves it: copse requests accept {number} {reply}", style="dim")


def show_exposure(console: Console, exposure: ExposureOut) -> None:
    """Print how requests are spread over people."""
    if not exposure.people:
        console.print("Nobody was asked yet.")
        return
    table = make_table("No.", "Name", "Suggested", "Asked", "Answered", numbers=1)
    for one in exposure.people:
        number = str(one.person_id) if one.person_id else ""
        counts = (f"{one.suggested:,}", f"{one.asked:,}", f"{one.answered:,}")
        table.add_row(number, Text(line(one.name)), *counts)
    console.print(table)
    console.print(
        f"The three most asked got {exposure.top_share:.0%} of all requests; Gini {exposure.gini:.2f} "
        "(0: all the same, near 1: one only)."
    )


def show_stats(console: Console, stats: RequestStatsOut) -> None:
    """Print how requests fare."""
    states = f"{stats.open} open, {stats.answered} answered, {stats.closed} closed"
    console.print(f"{stats.requests:,} request{'' if stats.requests == 1 else 's'}: {states}")
    if stats.median_seconds is not None:
        console.print(f"Half of those answered had a reply within {span(stats.median_seconds)}.")


def span(seconds: float | None) -> str:
    """A time in words; empty if there is none."""
    if seconds is None:
        return ""
    time = timedelta(seconds=round(seconds))
    hours, minutes = time.seconds // 3600, time.seconds // 60 % 60
    if time.days:
        return f"{time.days} d {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def _standing(person: AskedOut) -> str:
    if person.answered_at:
        return f"answered {date(person.answered_at)}"
    if person.declined_at:
        return f"declined {date(person.declined_at)}"
    if person.sent_at:
        return f"sent {date(person.sent_at)} by {person.how}"
    return f"not sent: {person.trouble}" if person.trouble else "in the library"


def _fact(console: Console, name: str, value: str) -> None:
    console.print(Text.assemble((f"  {name}  ", "dim"), line(value)))

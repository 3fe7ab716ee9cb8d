"""Shows topics and profiles on a terminal: in words, with small pictures made of letters."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from search.people.topics import Risk
from ui.schemas_profile import ProfileOut
from ui.schemas_topics import LandscapeOut, RisksOut, TimelineOut, TopicOut, TopicPersonOut, TopicsOut
from ui.summary import make_table
from ui.terminal import ROLES, date, heading, line

_LEVELS = "▁▂▃▄▅▆▇█"
_WIDTH = 60  # periods of a timeline that fit on a line
_BAR = 12  # columns of a bar
_EDGES = 8  # pairs of people that are told of a network
_KINDS = {
    "specific": "They know this in particular",
    "busy": "They write about this as about much else",
    "rising": "They have become more active in this",
    "past": "They knew this, and are not active any more",
}


def show_profile(console: Console, profile: ProfileOut) -> None:
    """Print all about one person."""
    person = profile.person
    console.print(Text.assemble((line(person.name), "bold"), f"  no. {person.person_id}"))
    for text in _standing(profile):
        console.print(Text(f"  {text}"))
    _show_timeline(console, profile.timeline)
    if profile.topics:
        console.print(heading("Topics"))
        console.print(_personal_topics(profile))
    if profile.best:
        console.print(heading("Best contributions"))
        console.print(_best(profile))
    if profile.collaborators:
        console.print(heading("With whom"))
        console.print(_collaborators(profile))


def _standing(profile: ProfileOut) -> list[str]:
    person = profile.person
    said = [f"{count} {ROLES[role]}" for role, count in profile.roles.items()]
    facts = [", ".join(map(line, person.communities)), " · ".join(said)]
    if profile.first and profile.last:
        facts.append(f"from {date(profile.first)} to {date(profile.last)}")
    if profile.past:
        facts.append("not active any more")
    if profile.withheld:
        facts.append("a program" if person.bot else "does not want to be named: nothing more is told")
    return [fact for fact in facts if fact]


def _personal_topics(profile: ProfileOut) -> RenderableType:
    grid = Table.grid(padding=(0, 2, 0, 0))
    for topic in profile.topics:
        terms = ", ".join(term for term in topic.terms if term not in topic.name.split(", "))
        accepted = f" ({topic.accepted} accepted)" if topic.accepted else ""
        count = f"{topic.items} of their answers and texts{accepted}"
        grid.add_row(
            Text(f"  {bar(topic.share)}", style="dim"),
            Text(line(topic.name), style="bold"),
            Text.assemble(count, (f"  {line(terms)}" if terms else "", "dim")),
        )
    return grid


def _best(profile: ProfileOut) -> RenderableType:
    grid = Table.grid(padding=(0, 2, 0, 0))
    for best in profile.best:
        votes = f", {best.item.votes} votes" if best.item.votes else ""
        about = f"{ROLES[best.role]}{votes}  {line(best.item.id)}"
        grid.add_row("  •", Text.assemble(line(best.item.title), (f"  {about}", "dim")))
    return grid


def _collaborators(profile: ProfileOut) -> RenderableType:
    grid = Table.grid(padding=(0, 2, 0, 0))
    for one in profile.collaborators:
        parts = [
            f"answered them {_times(one.answered)}" if one.answered else "",
            f"was answered {_times(one.answered_by)}" if one.answered_by else "",
            f"wrote {one.together} together" if one.together else "",
        ]
        grid.add_row(Text(f"  {line(one.name)}"), Text(", ".join(filter(None, parts)), style="dim"))
    return grid


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def show_topic(console: Console, seen: LandscapeOut) -> None:
    """Print one topic from above."""
    topic = seen.topic
    console.print(Text.assemble((line(topic.name), "bold"), ("  a tag" if topic.tagged else "", "dim")))
    for text in (topic.told, topic.risk_told):
        console.print(Padding(Text(line(text)), (0, 0, 0, 2)))
    if topic.terms:
        console.print(Text(f"  with {', '.join(map(line, topic.terms))}", style="dim"))
    _show_timeline(console, seen.timeline)
    for kind, title in _KINDS.items():
        _show_people(console, title, getattr(seen, kind))
    _show_network(console, seen)


def _show_people(console: Console, title: str, people: Sequence[TopicPersonOut]) -> None:
    if not people:
        return
    console.print(heading(title))
    grid = Table.grid(padding=(0, 2, 0, 0))
    for one in people:
        share = Text(f"  {bar(one.contributions / max(one.of, 1))}", style="dim")
        grid.add_row(share, Text(line(one.name), style="bold"), Text(line(one.why)))
    console.print(grid)


def _show_network(console: Console, seen: LandscapeOut) -> None:
    if not seen.network.edges:
        return
    names = {node.person_id: line(node.name) for node in seen.network.nodes}
    console.print(heading("Who answers whom"))
    for edge in seen.network.edges[:_EDGES]:
        who = f"  {names[edge.answerer]} → {names[edge.asker]}"
        console.print(Text.assemble(who, (f"  {_times(edge.answers)}", "dim")))
    if (more := len(seen.network.edges) - _EDGES) > 0:
        console.print(Text(f"  and {more} more", style="dim"))


def show_topics(console: Console, topics: TopicsOut) -> None:
    """Print a line for each topic."""
    if not topics.topics:
        console.print("There are no topics yet: nothing has tags, and too little is written.")
        return
    table = make_table("Topic", "With", "Trend", "Items", "People", "Active", "Rests on", numbers=4)
    for topic in topics.topics:
        numbers = (topic.items, topic.people, topic.active)
        table.add_row(
            Text(line(topic.name)),
            Text(", ".join(map(line, topic.terms[:3])), style="dim"),
            Text(topic.trend.value),
            *(f"{number:,}" for number in numbers),
            f"{topic.effective:.1f}",
        )
    console.print(table)
    console.print("\nOne of them: copse topic NAME    At risk: copse topics --at-risk", style="dim")


def show_risks(console: Console, risks: RisksOut) -> None:
    """Print the topics that rest on one active person or on nobody."""
    if not risks.risks:
        console.print(f"None of {risks.topics:,} topics rests on one person, as far as you may read.")
        return
    console.print(heading(f"Expertise at risk: {len(risks.risks):,} of {risks.topics:,} topics"))
    grid = Table.grid(padding=(0, 2, 0, 0))
    for topic in risks.risks:
        grid.add_row(f"  {_mark(topic)}", Text(line(topic.name), style="bold"), Text(line(topic.risk_told)))
    console.print(grid)


def _mark(topic: TopicOut) -> str:
    """Told apart by its form, and by the sentence beside it."""
    return "○" if topic.risk is Risk.NOBODY else "◐"


def _show_timeline(console: Console, timeline: TimelineOut) -> None:
    if timeline.periods:
        counts = [sum(period.roles.values()) for period in timeline.periods][-_WIDTH:]
        first, last = timeline.periods[-len(counts)].start, timeline.periods[-1].start
        told = f"  by {timeline.step.value}, {first:%B %Y} to {last:%B %Y}, at most {max(counts)}"
        console.print(Text.assemble(f"  {spark(counts)}", (told, "dim")))


def spark(counts: Sequence[int]) -> str:
    """Counts as columns of one line; nothing stands for none."""
    most = max(counts, default=0)
    return "".join(_LEVELS[(count * len(_LEVELS) - 1) // most] if count else " " for count in counts)


def bar(share: float) -> str:
    """A share as a bar with its percentage."""
    full = round(min(max(share, 0), 1) * _BAR)
    return f"{'█' * full}{'░' * (_BAR - full)} {share:4.0%}"

"""Shows people on a terminal: who they are, what they wish, who may be whom."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from ui.schemas_people import (
    DecidedOut,
    DecisionsOut,
    MatchesOut,
    MergesOut,
    PeopleOut,
    PersonShownOut,
    WishesOut,
)
from ui.summary import make_table
from ui.terminal import date, line


def show_people(console: Console, people: PeopleOut) -> None:
    """Print a line for each person."""
    if not people.people:
        console.print("Nobody by that name contributes to what you may read.")
        return
    table = make_table("No.", "Name", "Communities", "Wishes", "Contributions", numbers=1)
    for one in people.people:
        wishes = "a program" if one.bot else _wishes(one.wishes)
        places = Text(", ".join(map(line, one.communities)))
        table.add_row(
            str(one.person_id), Text(line(one.name)), places, Text(wishes), f"{one.contributions:,}"
        )
    console.print(table)


def show_person(console: Console, person: PersonShownOut) -> None:
    """Print all about one person."""
    console.print(Text.assemble((line(person.name), "bold"), f"  no. {person.person_id}"))
    facts = {
        "Communities": ", ".join(person.communities),
        "Contributions": f"{person.contributions:,}",
        "Wishes": "a program: never named" if person.bot else _wishes(person.wishes) or "none",
    }
    for name, value in facts.items():
        console.print(Text.assemble((f"  {name}  ", "dim"), line(value)))
    for dispute in person.disputes:
        because = f": {dispute.reason}" if dispute.reason else ""
        console.print(Text.assemble(("  No evidence  ", "dim"), line(f"{dispute.item_id}{because}")))
    for identity in person.identities:
        of = f" of {identity.scope}" if identity.scope else ""
        console.print(Text.assemble((f"  {identity.kind.value}{of}  ", "dim"), line(identity.value)))


def show_matches(console: Console, matches: MatchesOut) -> None:
    """Print who may be whom, with what to type."""
    if not matches.matches:
        console.print("Nobody looks like somebody else.")
        return
    table = make_table("Numbers", "Names", "Why", "Strength", numbers=1)
    for match in matches.matches:
        names = dict.fromkeys((line(match.one.name), line(match.other.name)))
        pair = f"{match.one.person_id} {match.other.person_id}"
        table.add_row(pair, Text(" / ".join(names)), Text(line(match.reason)), f"{match.strength:.2f}")
    console.print(table)
    first = matches.matches[0]
    pair = f"{first.one.person_id} {first.other.person_id}"
    console.print(f"\nOne person: copse people accept {pair}    Two: copse people reject {pair}", style="dim")


def show_merges(console: Console, merges: MergesOut) -> None:
    """Print the merges that can be undone."""
    if not merges.merges:
        console.print("Nobody was merged.")
        return
    table = make_table("Merge", "Person", "Took in", "Why", "When")
    for merge in merges.merges:
        table.add_row(
            str(merge.number),
            Text(f"{line(merge.person.name)} ({merge.person.person_id})"),
            Text(line(merge.name)),
            Text(line(merge.reason)),
            date(merge.at),
        )
    console.print(table)
    console.print(f"\nMake two of one: copse people undo {merges.merges[0].number}", style="dim")


def show_decided(console: Console, decided: DecidedOut) -> None:
    """Print what became of two people."""
    who = " and ".join(f"{line(one.name)} ({one.person_id})" for one in decided.people)
    if decided.decision == "merged":
        console.print(f"One person now: {who}. To undo it: copse people undo {decided.merge}")
    else:
        console.print(f"Two people: {who}. They are not merged or proposed again by themselves.")


def show_decisions(console: Console, decisions: DecisionsOut) -> None:
    """Print who decided what."""
    if not decisions.decisions:
        console.print("Nothing was decided.")
        return
    table = make_table("When", "By", "What", "Person", "Detail")
    for one in decisions.decisions:
        number = "" if one.person_id is None else str(one.person_id)
        table.add_row(
            date(one.at), Text(line(one.actor)), Text(line(one.action)), number, Text(line(one.detail))
        )
    console.print(table)


def _wishes(wishes: WishesOut) -> str:
    flags = (
        (wishes.departed, "has left"),
        (wishes.anonymous, "shown without name"),
        (wishes.opted_out, "never named as one to ask"),
    )
    parts = [told for holds, told in flags if holds]
    if wishes.paused_until:
        parts.append(f"not until {date(wishes.paused_until)}")
    if wishes.hidden_topics:
        parts.append(f"not for {', '.join(map(line, wishes.hidden_topics))}")
    return "; ".join(parts)

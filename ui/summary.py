"""Shows the state of a library and what an ingest did to it, on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from catalog.nouns import Kind
from ui.progress import counted
from ui.schemas import CommunityOut, FailureOut, ReportOut, SettingOut, SourceOut, SourceReportOut, StatusOut
from ui.terminal import line

_FAILURES_SHOWN = 20
_SUFFIXES_SHOWN = 8


def make_table(*columns: str, numbers: int = 0) -> Table:
    """Make a table with quiet lines, of which the last columns are numbers."""
    table = Table(
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
        show_edge=False,
        header_style="bold",
        border_style="dim",
    )
    for position, column in enumerate(columns):
        justify: Literal["left", "right"] = "right" if position >= len(columns) - numbers else "left"
        table.add_column(column, justify=justify, overflow="fold")
    return table


def _bullet(*parts: Text) -> Padding:
    return Padding(Text.assemble(*parts), (0, 0, 0, 2), expand=False)


# --- what an ingest did ---


def show_report(console: Console, report: ReportOut, stored: Mapping[str, int]) -> None:
    """Print what an ingest did.

    Args:
        console: Where to print.
        report: What it did.
        stored: Number of items that the library now holds, by source.
    """
    failures = [failure for source in report.sources for failure in source.failures]
    if report.changed or failures:
        console.print(_sources_table(report.sources, stored))
    if report.embedded:
        console.print(f"\n{counted(report.embedded, 'passage')} embedded.")
    _show_columns(console, report.sources)
    _show_left_out(console, report.left_out)
    show_failures(console, failures, _FAILURES_SHOWN)
    held = sum(source.held for source in report.sources)
    if held:
        console.print(f"\nKept, though vanished at once: {counted(held, 'thing')}.", style="yellow")
    elif not report.changed and report.sources:
        units = sum(source.units for source in report.sources)
        console.print(
            f"Nothing has changed in {counted(units, 'file')} of {counted(len(report.sources), 'source')}."
        )


def _sources_table(sources: Sequence[SourceReportOut], stored: Mapping[str, int]) -> Table:
    headers = ("\nFiles", "New or\nchanged", "Same as\nbefore", "\nRemoved", "Un-\nreadable")
    table = make_table("\nSource", *headers, numbers=len(headers))
    for source in sources:
        unchanged = max(stored.get(source.source, 0) - source.written, 0)
        numbers = (source.units, source.written, unchanged, source.removed, len(source.failures))
        table.add_row(Text(line(source.source)), *(_number(number) for number in numbers))
    return table


def _number(number: int) -> Text:
    return Text(f"{number:,}" if number else "·", style="" if number else "dim")


def _show_columns(console: Console, sources: Sequence[SourceReportOut]) -> None:
    tables = [source for source in sources if source.columns]
    if not tables:
        return
    console.print("\nColumns of tables (a copse.toml can map them otherwise)")
    for source in tables:
        mapped = ", ".join(
            f"{name} ← {' + '.join(columns)}" for name, columns in (source.columns or {}).items()
        )
        console.print(_bullet(Text(line(source.source), style="bold"), Text(f": {line(mapped)}")))


def _show_left_out(console: Console, left_out: Mapping[str, int]) -> None:
    if not left_out:
        return
    most = sorted(left_out.items(), key=lambda entry: (-entry[1], entry[0]))
    listed = [f"{number:,} {line(suffix)}" for suffix, number in most[:_SUFFIXES_SHOWN]]
    rest = sum(number for _, number in most[_SUFFIXES_SHOWN:])
    listed += [f"{rest:,} others"] if rest else []
    total = counted(sum(left_out.values()), "file")
    console.print(f"\n{total} left out, of kinds that are not read: {', '.join(listed)}.")


def show_failures(console: Console, failures: Sequence[FailureOut], limit: int | None = None) -> None:
    """Print what could not be read, a line each, and how to see the rest."""
    if not failures:
        return
    console.print(f"\n{counted(len(failures), 'thing')} could not be read:", style="yellow")
    for failure in failures[:limit]:
        console.print(_bullet(Text(line(failure.where), style="bold"), Text(f": {line(failure.reason)}")))
    if limit is not None and len(failures) > limit:
        console.print(_bullet(Text(f"… and {len(failures) - limit:,} more: `copse status --failures`")))


# --- status ---


def show_status(console: Console, status: StatusOut, *, failures: bool) -> None:
    """Print the state of a library; what could not be read one by one, or as a number."""
    console.print(_facts(status))
    if status.communities:
        console.print()
        console.print(_communities_table(status.communities))
    if status.sources:
        console.print()
        console.print(_stored_sources(status.sources))
    if failures:
        show_failures(console, status.failures)
        if not status.failures:
            console.print("\nEverything could be read.")
    elif status.failures:
        number = counted(len(status.failures), "thing")
        console.print(f"\n{number} could not be read: `copse status --failures`", style="yellow")


def _stored_sources(sources: Sequence[SourceOut]) -> Table:
    table = make_table("Source", "Kind", "Items", numbers=1)
    for source in sources:
        name = Text.assemble(line(source.name), (f"\n{line(source.location)}", "dim"))
        table.add_row(name, source.kind, _number(source.items))
    return table


def _facts(status: StatusOut) -> Table:
    embedded = f"{status.embedded_share:.0%} of {counted(status.passages, 'passage')}"
    if status.embedded < status.passages:
        embedded += "; run `copse ingest` again to complete it"
    rows = (
        ("Library", status.library),
        ("Read as", status.viewer),
        ("Model", status.model or "none yet"),
        ("People", f"{status.people:,}"),
        ("Embedded", embedded),
    )
    grid = Table.grid(padding=(0, 2, 0, 0))
    for name, value in rows:
        grid.add_row(Text(name, style="bold"), Text(line(value), overflow="fold"))
    return grid


def _communities_table(communities: Sequence[CommunityOut]) -> Table:
    kinds = [kind for kind in Kind if any(community.items.get(kind) for community in communities)]
    table = make_table("Community", *(f"{kind.value.capitalize()}s" for kind in kinds), numbers=len(kinds))
    for community in communities:
        name = Text.assemble(
            line(community.name),
            (f"  {line(community.slug)}", "dim"),
            ("  private" if community.private else "", "yellow"),
        )
        table.add_row(name, *(_number(community.items.get(kind, 0)) for kind in kinds))
    return table


# --- settings ---


def show_settings(console: Console, settings: Sequence[SettingOut]) -> None:
    """Print the settings in force, each with where its value comes from and what it does."""
    for setting in settings:
        origin = setting.variable if setting.origin == "environment" else setting.origin
        head = Text.assemble(
            (setting.name, "bold"),
            " = ",
            (line(str(setting.value)), "cyan"),
            (f"  from {origin}" if setting.origin != "default" else "  default", "dim"),
        )
        console.print(head)
        console.print(Padding(Text(setting.help, style="dim"), (0, 0, 0, 4), expand=False))

"""Shows what was added to the library, on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from catalog.errors import UnreadableError
from ui.schemas import FailureOut, OriginOut
from ui.summary import make_table, show_failures
from ui.terminal import line


def show_origins(console: Console, origins: Sequence[OriginOut]) -> None:
    """Print a line for each origin."""
    if not origins:
        console.print("Nothing was added yet. Try: copse source add FOLDER")
        return
    table = make_table("Name", "Kind", "Sources", "Items", numbers=2)
    for origin in origins:
        name = Text.assemble((line(origin.name), "bold"), (f"\n{line(origin.location)}", "dim"))
        if origin.problem:
            name.append(f"\n{line(origin.problem)}", style="red")
        kinds = (
            origin.kind or ", ".join(dict.fromkeys(one.kind for one in origin.sources)) or "not synced yet"
        )
        items = sum(one.items for one in origin.sources)
        table.add_row(name, kinds, f"{len(origin.sources):,}", f"{items:,}")
    console.print(table)


def show_origin(console: Console, origin: OriginOut, failures: Sequence[UnreadableError]) -> None:
    """Print all about one origin."""
    console.print(Text(line(origin.name), style="bold"))
    facts = {
        "Location": origin.location,
        "Kind": origin.kind or "found out file by file",
        "Community": origin.community,
        "Private": "yes" if origin.private else "",
        "Listed in full": f"{origin.complete:%Y-%m-%d %H:%M}" if origin.complete else "",
        "Problem": origin.problem,
        **origin.options,
    }
    for name, value in facts.items():
        if value:
            console.print(Text.assemble((f"  {name}  ", "dim"), line(value)))
    if origin.sources:
        console.print()
        table = make_table("Source", "Kind", "Items", numbers=1)
        for source in origin.sources:
            table.add_row(line(source.name), source.kind, f"{source.items:,}")
        console.print(table)
    show_failures(console, [FailureOut(where=one.where, reason=one.reason) for one in failures])


def show_kinds(console: Console) -> None:
    """Print the kinds of source, and what can be chosen for those that are asked over the network."""
    from ingest.formats import SUFFIXES
    from ingest.live_origins import COMMON_OPTIONS
    from ingest.sources.kinds import FILE_KINDS
    from ingest.sources.live_kinds import LIVE_KINDS

    console.print("Found by themselves in folders, files and archives", style="bold")
    files = [(kind.name, kind.about) for kind in FILE_KINDS]
    console.print(_described([*files, ("documents", ", ".join(sorted(SUFFIXES)))]))
    console.print("\nAsked over the network: copse source add ADDRESS --kind KIND", style="bold")
    for live in LIVE_KINDS:
        options = [(f"--option {name}=…", about) for name, about in live.options.items()]
        console.print(_described([(live.name, live.about)]))
        if options:
            console.print(Padding(_described(options), (0, 0, 0, 2)))
    console.print("\nFor every web address", style="bold")
    console.print(_described([(f"--option {name}=…", about) for name, about in COMMON_OPTIONS.items()]))


def _described(rows: Sequence[tuple[str, str]]) -> Padding:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="cyan", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, about in rows:
        grid.add_row(name, about)
    return Padding(grid, (0, 0, 0, 2))

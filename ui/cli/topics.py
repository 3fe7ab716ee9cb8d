"""`copse topic` and `copse topics`: what the community writes about, who knows it, and on whom it rests."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.nouns import Filters
from catalog.settings import Settings
from ui.cli import options
from ui.cli.narrowing import Communities, Count, Kinds, Since, Tags, Until, Words, narrowed
from ui.cli.options import AsJson, Library, Viewer

if TYPE_CHECKING:
    from rich.console import Console

_TOPIC_HELP = """See one topic from above: who knows it in particular and who only writes much,
who rises, who is past, who answers whom, and on how many people it rests.

  $ copse topic batteries
  [dim]20 items; 17 answers and texts by 7 people, 7 of them active.
  Nadia Petrova  Gave 5 of 17 answers and texts (1 accepted); 0.2 would be expected …[/dim]

  $ copse topic "sharpening knives" --since 2024
  [dim]what was written about it since 2024; any words will do[/dim]"""

_TOPICS_HELP = """List what the community writes about: tags, or groups of alike items where there are none.

With --at-risk, only topics that rest on one active person, or on nobody who is active.

  $ copse topics -k 10
  $ copse topics --at-risk
  [dim]◐ testing  Priya Raman gave 5 of the 6 answers and texts by people who are active; …[/dim]"""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    _register_topic(app)

    @app.command("topics", help=_TOPICS_HELP)
    def topics(
        at_risk: Annotated[
            bool, typer.Option("--at-risk", help="Only what rests on one active person or on nobody.")
        ] = False,
        k: Annotated[int, typer.Option("-k", min=1, max=10_000, help="How many to list at most.")] = 50,
        as_json: AsJson = False,
        viewer: Viewer = None,
        library: Library = None,
    ) -> None:
        _list(options.settle(library, viewer), at_risk, k, as_json)


def _register_topic(app: typer.Typer) -> None:
    @app.command("topic", help=_TOPIC_HELP)
    def topic(
        topic: Words,
        k: Count = 5,
        as_json: AsJson = False,
        community: Communities = None,
        kind: Kinds = None,
        tag: Tags = None,
        since: Since = None,
        until: Until = None,
        viewer: Viewer = None,
        library: Library = None,
    ) -> None:
        settings = options.settle(library, viewer)
        filters = narrowed(kind, tag, since, until)
        _see(settings, " ".join(topic), filters, community or [], k, as_json)


def _see(
    settings: Settings, text: str, filters: Filters, communities: list[str], k: int, as_json: bool
) -> None:
    from ui.drafting import waiting

    with waiting():
        from ui.service import Service
        from ui.summary_topics import show_topic

        with closing(Service.open(settings)) as service:
            filters = replace(filters, communities=service.slugs(communities))
            document = service.topic(text, filters, k)
    options.give(document, as_json, lambda console: show_topic(console, document))


def _list(settings: Settings, at_risk: bool, k: int, as_json: bool) -> None:
    from ui.drafting import waiting

    with waiting():
        from ui.schemas_topics import RisksOut
        from ui.service import Service
        from ui.summary_topics import show_risks, show_topics

        with closing(Service.open(settings)) as service:
            document = service.risks(k) if at_risk else service.topics(k)

    def show(console: Console) -> None:
        if isinstance(document, RisksOut):
            show_risks(console, document)
        else:
            show_topics(console, document)

    options.give(document, as_json, show)

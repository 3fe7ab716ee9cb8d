"""`copse source`: the paths and web addresses that the library is kept in step with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.errors import SettingError, SourceError
from catalog.settings import Settings
from ui.cli import options
from ui.cli.confirm import ask
from ui.cli.ingest import Yes
from ui.cli.options import AsJson, Library

if TYPE_CHECKING:
    from rich.console import Console

    from catalog.origins import Origin
    from catalog.reader import Status
    from ui.schemas import OriginOut

_HELP = """The paths and web addresses that the library is kept in step with.

  $ copse source add ~/allotment
  $ copse source add https://forum.example.org --kind discourse --option key=FORUM_KEY
  $ copse sync"""

_ADD_HELP = """Add a path or a web address; `copse sync` then reads it, and keeps in step with it.

Keys are never stored: an option names the environment variable that holds one. A server whose address is
internal to your network is asked only if its host is named with --allow-internal.

  $ copse source add ~/exports/slack.zip --community "Bakers"
  [dim]an export; its channels become communities, private ones private[/dim]

  $ copse source add https://github.com/example/oven --option key=GITHUB_TOKEN
  [dim]issues, pull requests and discussions of a repository[/dim]

  $ copse source add https://forum.lan --kind discourse --allow-internal forum.lan
  [dim]a forum on your own network[/dim]"""

Name = Annotated[str, typer.Argument(help="Its name, as `copse source list` shows it, or its location.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help=_HELP, no_args_is_help=True, cls=options.Group, rich_markup_mode="rich")
    app.add_typer(group, name="source")

    @group.command("add", help=_ADD_HELP)
    def add(
        location: Annotated[str, typer.Argument(help="A folder, a file or a web address.")],
        name: Annotated[str | None, typer.Option(help="What to call it.")] = None,
        kind: Annotated[str, typer.Option(help="Its kind: `copse source kinds` lists them.")] = "",
        community: Annotated[str | None, typer.Option(help="The community that it belongs to.")] = None,
        private: Annotated[
            bool, typer.Option("--private", help="Keep it to the community's readers.")
        ] = False,
        option: Annotated[
            list[str] | None, typer.Option(metavar="NAME=VALUE", help="What its kind lets you choose.")
        ] = None,
        allow: Annotated[
            list[str] | None, typer.Option(metavar="HOST", help="Another host that may be asked.")
        ] = None,
        allow_internal: Annotated[
            list[str] | None, typer.Option(metavar="HOST", help="A host of your own network, to be asked.")
        ] = None,
        as_json: AsJson = False,
        library: Library = None,
    ) -> None:
        chosen = _chosen(option or [], allow or [], allow_internal or [])
        _add(options.settle(library), location, as_json, name, kind, community, private, chosen)

    @group.command("list", help="List what was added, with the sources that were found there.")
    def list_(as_json: AsJson = False, library: Library = None) -> None:
        _list(options.settle(library), as_json)

    @group.command("show", help="Show one of them: its sources, its options, and what went wrong last time.")
    def show(name: Name, as_json: AsJson = False, library: Library = None) -> None:
        _show(options.settle(library), name, as_json)

    @group.command("sync", help="Sync one of them now; the same as `copse sync NAME`.")
    def sync(
        name: Name,
        full: Annotated[bool, typer.Option("--full", help="List all, so that deletions are seen.")] = False,
        yes: Yes = False,
        as_json: AsJson = False,
        library: Library = None,
    ) -> None:
        from ui.cli.sync import run_once

        run_once(options.settle(library), [name], full=full, yes=yes, as_json=as_json)

    @group.command("remove", help="Remove one of them, and all that came from it, from the library.")
    def remove(
        name: Name,
        yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first.")] = False,
        as_json: AsJson = False,
        library: Library = None,
    ) -> None:
        _remove(options.settle(library), name, yes, as_json)

    @group.command("kinds", help="List the kinds of source that are read, and their options.")
    def kinds() -> None:
        _kinds()


def _chosen(given: Sequence[str], allow: Sequence[str], allow_internal: Sequence[str]) -> dict[str, str]:
    hosts = {"allow": ",".join(allow), "allow_internal": ",".join(allow_internal)}
    chosen = {name: listed for name, listed in hosts.items() if listed}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals:
            raise SettingError(f"--option {one}: write it as NAME=VALUE")
        chosen[name.strip()] = value.strip()
    return chosen


def _only_owner(settings: Settings) -> None:
    if settings.viewer != "owner":
        raise SettingError(
            f"COPSE_VIEWER={settings.viewer!r}: only the owner sees and changes what was added"
        )


def _add(
    settings: Settings,
    location: str,
    as_json: bool,
    name: str | None,
    kind: str,
    community: str | None,
    private: bool,
    chosen: dict[str, str],
) -> None:
    from catalog.store import Catalog
    from ui.schemas_origins import origin_out
    from ui.sync import make_origin

    _only_owner(settings)
    origin = make_origin(location, name=name, kind=kind, community=community, private=private, options=chosen)
    if not origin.live and not Path(origin.location).exists():
        raise SourceError(f"{location}: no such file or folder; check the spelling")
    with Catalog.open(settings.library) as catalog, catalog.write() as writer:
        writer.put_origin(origin)
    options.give(
        origin_out(origin),
        as_json,
        lambda console: console.print(f"Added {origin.name}. Read it with: copse sync {origin.name}"),
    )


def _origins(settings: Settings) -> tuple[list[Origin], dict[str, str], Status]:
    """What was added, the root of each source, and the library's status."""
    from catalog.store import Catalog

    _only_owner(settings)
    with Catalog.open(settings.library, create=False) as catalog:
        with catalog.write() as writer:
            origins, roots = writer.origins(), {source.name: source.root for source in writer.sources()}
        with catalog.read(catalog.owner()) as reader:
            return origins, roots, reader.status()


def _list(settings: Settings, as_json: bool) -> None:
    from ui.schemas import OriginsOut
    from ui.schemas_origins import origin_out
    from ui.summary_origins import show_origins

    origins, roots, status = _origins(settings)
    document = OriginsOut(origins=[origin_out(origin, roots, status) for origin in origins])
    options.give(document, as_json, lambda console: show_origins(console, document.origins))


def _show(settings: Settings, name: str, as_json: bool) -> None:
    from catalog.store import Catalog
    from ui.schemas_origins import origin_out
    from ui.summary_origins import show_origin

    _, roots, status = _origins(settings)
    with Catalog.open(settings.library, create=False) as catalog, catalog.write() as writer:
        origin = writer.origin(name)
    document: OriginOut = origin_out(origin, roots, status)
    failures = [one for one in status.failures if one.where.startswith(origin.location)]

    def show(console: Console) -> None:
        show_origin(console, document, failures)

    options.give(document, as_json, show)


def _remove(settings: Settings, name: str, yes: bool, as_json: bool) -> None:
    from catalog.store import Catalog
    from ingest.uploads import forget_uploads
    from ui.schemas import ForgottenOut

    _only_owner(settings)
    with Catalog.open(settings.library, create=False) as catalog:
        with catalog.write() as writer:
            origin = writer.origin(name)
        if not yes:
            ask(
                f"This takes {origin.name} ({origin.location}) and all that came from it out of the library.",
                "nothing was removed",
            )
        with catalog.ingesting(), catalog.write() as writer:
            removed = writer.remove_root(origin.location)
        forget_uploads(catalog.folder, origin.location)
    document = ForgottenOut(forgotten=origin.name, items=removed)
    options.give(
        document, as_json, lambda console: console.print(f"Removed {origin.name}: {removed:,} items.")
    )


def _kinds() -> None:
    from ui.summary_origins import show_kinds
    from ui.terminal import make_console

    show_kinds(make_console())

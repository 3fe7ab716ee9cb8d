"""`copse members` and `copse tokens`: who may enter and do what."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.nouns import Scope, Standing
from catalog.settings import Settings
from ui.cli import options
from ui.cli.options import AsJson, Library, Viewer

if TYPE_CHECKING:
    from ui.membership import Membership

_HELP = """Say who may do what: reader, contributor or steward of a community, or owner of the library.

Public communities are open to everybody who may enter. A private one is open to the readers whom its
copse.toml lists, and to those who are given a standing here: by e-mail address, or by group:NAME.

  $ copse members list
  $ copse members grant ann@example.org contributor --community allotment
  $ copse members grant group:brewers reader --community cellar
  $ copse members grant ann@example.org owner
  $ copse members revoke ann@example.org --community allotment
  $ copse members suspend ann@example.org"""

_TOKENS_HELP = """Make keys for programs: for the HTTP API, and for MCP over HTTP.

A token acts for somebody within a scope: read; write (contributions, feedback, requests); admin (sources,
members, wishes). Its key is shown once. It ends after 90 days if nothing is said.

  $ copse tokens add "nightly report"
  $ copse tokens add "lesson bot" --for ann@example.org --scope write --days 30
  $ copse tokens list
  $ copse tokens revoke 3"""

Grantee = Annotated[str, typer.Argument(metavar="WHO", help="An e-mail address, or group:NAME.")]
Who = Annotated[str, typer.Argument(metavar="WHO", help="An e-mail address, or the number of an account.")]
Community = Annotated[
    str,
    typer.Option("--community", metavar="NAME", help="A community; the whole library if left out."),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help=_HELP, no_args_is_help=True, cls=options.Group, rich_markup_mode="rich")
    app.add_typer(group, name="members")
    _register_members(group)
    tokens = typer.Typer(help=_TOKENS_HELP, no_args_is_help=True, cls=options.Group, rich_markup_mode="rich")
    app.add_typer(tokens, name="tokens")
    _register_tokens(tokens)


def _register_members(group: typer.Typer) -> None:
    @group.command("list", help="List who has signed in, and who was given what.")
    def list_(as_json: AsJson = False, viewer: Viewer = None, library: Library = None) -> None:
        from ui.summary_members import show_members

        with _membership(options.settle(library, viewer)) as membership:
            document = membership.members()
        options.give(document, as_json, lambda console: show_members(console, document))

    @group.command("grant", help="Give a standing; it takes the place of the one they had there.")
    def grant(
        grantee: Grantee,
        standing: Annotated[Standing, typer.Argument(help="What they may do there.")],
        community: Community = "",
        as_json: AsJson = False,
        viewer: Viewer = None,
        library: Library = None,
    ) -> None:
        from ui.summary_members import show_granted

        with _membership(options.settle(library, viewer)) as membership:
            document = membership.grant(grantee, community, standing)
        options.give(document, as_json, lambda console: show_granted(console, document))

    @group.command("revoke", help="Take a standing away.")
    def revoke(
        grantee: Grantee,
        community: Community = "",
        as_json: AsJson = False,
        viewer: Viewer = None,
        library: Library = None,
    ) -> None:
        from ui.summary_members import show_revoked

        with _membership(options.settle(library, viewer)) as membership:
            document = membership.revoke(grantee, community)
        options.give(document, as_json, lambda console: show_revoked(console, document))

    @group.command("suspend", help="Keep somebody out on every path, at once.")
    def suspend(who: Who, as_json: AsJson = False, library: Library = None) -> None:
        _suspend(options.settle(library), who, as_json, suspended=True)

    @group.command("restore", help="Let them in again.")
    def restore(who: Who, as_json: AsJson = False, library: Library = None) -> None:
        _suspend(options.settle(library), who, as_json, suspended=False)


def _suspend(settings: Settings, who: str, as_json: bool, *, suspended: bool) -> None:
    from ui.summary_members import show_suspended

    with _membership(settings) as membership:
        document = membership.suspend(who, suspended=suspended)
    options.give(document, as_json, lambda console: show_suspended(console, document))


def _register_tokens(group: typer.Typer) -> None:
    @group.command("list", help="List tokens, the newest first, without their keys.")
    def list_(as_json: AsJson = False, viewer: Viewer = None, library: Library = None) -> None:
        from ui.summary_members import show_tokens

        with _membership(options.settle(library, viewer)) as membership:
            document = membership.tokens()
        options.give(document, as_json, lambda console: show_tokens(console, document))

    @group.command("add", help="Make a token. Its key is shown this once.")
    def add(
        name: Annotated[str, typer.Argument(help="What it is for.")],
        acts_as: Annotated[
            str,
            typer.Option("--for", metavar="WHO", help="For whom it acts: an e-mail address, owner or guest."),
        ] = "",
        scope: Annotated[Scope, typer.Option(help="What it opens of what they may do.")] = Scope.READ,
        days: Annotated[int, typer.Option(help="After how many days it ends.")] = 90,
        as_json: AsJson = False,
        viewer: Viewer = None,
        library: Library = None,
    ) -> None:
        from ui.summary_members import show_token_made

        with _membership(options.settle(library, viewer)) as membership:
            document = membership.add_token(name, acts_as, scope, days)
        options.give(document, as_json, lambda console: show_token_made(console, document))

    @group.command("revoke", help="End a token now.")
    def revoke(
        number: Annotated[int, typer.Argument(min=1, help="Its number.")],
        as_json: AsJson = False,
        viewer: Viewer = None,
        library: Library = None,
    ) -> None:
        from ui.summary_members import show_token_revoked

        with _membership(options.settle(library, viewer)) as membership:
            document = membership.revoke_token(number)
        options.give(document, as_json, lambda console: show_token_revoked(console, document))


@contextmanager
def _membership(settings: Settings) -> Iterator[Membership]:
    from catalog.store import Catalog
    from ui.library import make_viewer
    from ui.membership import Membership

    with Catalog.open(settings.library, create=False) as catalog:
        yield Membership(catalog, make_viewer(catalog, settings))

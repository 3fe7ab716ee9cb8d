"""`copse people`: who contributes, what they wish, and who is one person with whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.errors import SettingError
from catalog.settings import Settings
from ui.cli import options
from ui.cli.options import AsJson, Library, Viewer

if TYPE_CHECKING:
    from catalog.reader import Reader
    from catalog.store import Catalog
    from catalog.wishes import Wish
    from ui.schemas_people import DecidedOut

_HELP = """Who contributes, what they wish about being named, and who is one person with whom.

  $ copse people list
  $ copse people profile "Ann Lee"
  $ copse people matches
  $ copse people wish "Ann Lee" --hide bees
  $ copse people log 12"""

_PROFILE_HELP = """Show what somebody writes about, when, what was best, and with whom.

  $ copse people profile "Samuel Osei"
  [dim]food-safety  9 of their answers and texts (2 accepted)[/dim]"""

_MATCHES_HELP = """List pairs who may be one person: the same full name in the same community.

Nothing is merged until you say so. Two accounts of one source come last, because a source that tells two
apart is mostly right.

  $ copse people matches
  $ copse people accept 12 31
  [dim]they are one person; `copse people undo` takes that back[/dim]
  $ copse people reject 12 31
  [dim]they are two, and are not proposed again[/dim]"""

_MERGES_HELP = """List the merges, the latest first; each can be undone.

Sources merge people by themselves who have the same e-mail address, or whom an author record names together.

  $ copse people merges
  $ copse people undo 7
  [dim]two people again, who stay two, whatever their sources say[/dim]"""

_WISH_HELP = """Store what somebody wishes about being named; what they wrote stays as it is.

A wish holds for good: reading sources again does not touch it. Who reads under an e-mail address of theirs
may wish for themselves, and the owner for everybody.

  $ copse people wish "Ann Lee" --opt-out
  [dim]never named[/dim]

  $ copse people wish 12 --hide bees --hide "rain tanks" --pause-until 2026-12-31
  [dim]not for these topics, and for nothing before 31 December 2026[/dim]

  $ copse people wish 12 --opt-in --show bees --resume
  [dim]all of it taken back[/dim]

  $ copse people wish 12 --anonymous --departed
  [dim]shown as “a member of Garden Club”, and as somebody who has left[/dim]

  $ copse people wish 12 --dispute allotment/forum:1184 --because "I only moved the post"
  [dim]no evidence of what they know[/dim]"""

_LOG_HELP = """Show who decided what about people, the latest first: wishes, disputes, merges,
what was forgotten, and requests. Only the owner sees it.

  $ copse people log
  $ copse people log "Ann Lee" --json"""

Person = Annotated[str, typer.Argument(help="Their number, or their exact name.")]
One = Annotated[int, typer.Argument(help="Number of one of them.")]
Other = Annotated[int, typer.Argument(help="Number of the other one.")]
Limit = Annotated[int, typer.Option("-k", min=1, max=10_000, help="How many to list at most.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help=_HELP, no_args_is_help=True, cls=options.Group, rich_markup_mode="rich")
    app.add_typer(group, name="people")
    _register_reading(group)
    _register_deciding(group)
    _register_wishing(group)


def _register_reading(group: typer.Typer) -> None:
    @group.command("list", help="List people, with where they contribute and what they wish.")
    def list_(
        query: Annotated[str, typer.Argument(help="Only names that contain this.")] = "",
        k: Limit = 50,
        as_json: AsJson = False,
        viewer: Viewer = None,
        library: Library = None,
    ) -> None:
        _list(options.settle(library, viewer), query, k, as_json)

    @group.command("show", help="Show one person; to the owner, also how sources name them.")
    def show(person: Person, as_json: AsJson = False, viewer: Viewer = None, library: Library = None) -> None:
        _show(options.settle(library, viewer), person, as_json)

    @group.command("profile", help=_PROFILE_HELP)
    def profile(
        person: Person, as_json: AsJson = False, viewer: Viewer = None, library: Library = None
    ) -> None:
        _profile(options.settle(library, viewer), person, as_json)

    @group.command("matches", help=_MATCHES_HELP)
    def matches(
        k: Limit = 50, as_json: AsJson = False, viewer: Viewer = None, library: Library = None
    ) -> None:
        _matches(options.settle(library, viewer), k, as_json)

    @group.command("merges", help=_MERGES_HELP)
    def merges(k: Limit = 50, as_json: AsJson = False, library: Library = None) -> None:
        _merges(options.settle(library), k, as_json)

    @group.command("log", help=_LOG_HELP)
    def log(
        person: Annotated[str, typer.Argument(help="Their number, or their exact name.")] = "",
        k: Limit = 50,
        as_json: AsJson = False,
        library: Library = None,
    ) -> None:
        _log(options.settle(library), person, k, as_json)


def _register_deciding(group: typer.Typer) -> None:
    @group.command("accept", help="Make two people one. It can be undone.")
    def accept(one: One, other: Other, as_json: AsJson = False, library: Library = None) -> None:
        _decide(options.settle(library), as_json, lambda catalog: _accept(catalog, one, other))

    @group.command("reject", help="Say that two people are two: they are not proposed again.")
    def reject(one: One, other: Other, as_json: AsJson = False, library: Library = None) -> None:
        _decide(options.settle(library), as_json, lambda catalog: _reject(catalog, one, other))

    @group.command("undo", help="Undo a merge: two people again, each with what was theirs.")
    def undo(
        number: Annotated[int, typer.Argument(help="Number of the merge; `copse people merges` lists it.")],
        as_json: AsJson = False,
        library: Library = None,
    ) -> None:
        _decide(options.settle(library), as_json, lambda catalog: _undo(catalog, number))


def _register_wishing(group: typer.Typer) -> None:
    @group.command("wish", help=_WISH_HELP)
    def wish(
        person: Person,
        opt_out: Annotated[
            bool | None, typer.Option("--opt-out/--opt-in", help="Never be named, or be named again.")
        ] = None,
        hide: Annotated[
            list[str] | None, typer.Option(metavar="TOPIC", help="Not be named for a topic; repeatable.")
        ] = None,
        show: Annotated[
            list[str] | None, typer.Option(metavar="TOPIC", help="Be named for it again; repeatable.")
        ] = None,
        pause_until: Annotated[
            str | None, typer.Option(metavar="DATE", help="Not be named before this day, in UTC.")
        ] = None,
        resume: Annotated[bool, typer.Option("--resume", help="End the pause now.")] = False,
        anonymous: Annotated[
            bool | None, typer.Option("--anonymous/--named", help="Be shown without name, or by name again.")
        ] = None,
        departed: Annotated[
            bool | None, typer.Option("--departed/--present", help="Have left, or be here again.")
        ] = None,
        dispute: Annotated[
            list[str] | None,
            typer.Option(metavar="ITEM", help="What they did to it is no evidence; repeatable."),
        ] = None,
        undispute: Annotated[
            list[str] | None, typer.Option(metavar="ITEM", help="It is evidence again; repeatable.")
        ] = None,
        because: Annotated[str, typer.Option(metavar="WHY", help="Why, for the log.")] = "",
        by: Annotated[
            str | None, typer.Option(metavar="NAME", help="Who says so, for the log; you, if not given.")
        ] = None,
        as_json: AsJson = False,
        viewer: Viewer = None,
        library: Library = None,
    ) -> None:
        from catalog.wishes import Wish

        if resume and pause_until:
            raise SettingError("--resume ends a pause and --pause-until begins one: give one of them")
        until = options.day(pause_until, "--pause-until") if pause_until else None
        wished = Wish(
            opt_out,
            until,
            resume,
            hide=tuple(hide or ()),
            show=tuple(show or ()),
            anonymous=anonymous,
            departed=departed,
            dispute=tuple(dispute or ()),
            undispute=tuple(undispute or ()),
        )
        if wished == Wish():
            raise SettingError("nothing is wished: give --opt-out, --hide TOPIC or --pause-until DATE")
        _wish(options.settle(library, viewer), person, replace(wished, because=because), by, as_json)


@contextmanager
def _opened(settings: Settings) -> Iterator[Catalog]:
    from catalog.store import Catalog

    with Catalog.open(settings.library, create=False) as catalog:
        yield catalog


@contextmanager
def _reading(settings: Settings) -> Iterator[Reader]:
    from ui.library import make_viewer

    with _opened(settings) as catalog, catalog.read(make_viewer(catalog, settings)) as reader:
        yield reader


def _only_owner(settings: Settings) -> None:
    if settings.viewer != "owner":
        raise SettingError(f"COPSE_VIEWER={settings.viewer!r}: only the owner decides about people")


def _list(settings: Settings, query: str, k: int, as_json: bool) -> None:
    from ui.schemas_people import people_out
    from ui.summary_people import show_people

    with _reading(settings) as reader:
        document = people_out(reader.people(query, k))
    options.give(document, as_json, lambda console: show_people(console, document))


def _show(settings: Settings, who: str, as_json: bool) -> None:
    from ui.schemas_people import person_shown_out
    from ui.summary_people import show_person

    with _reading(settings) as reader:
        document = person_shown_out(reader.person(who))
    options.give(document, as_json, lambda console: show_person(console, document))


def _profile(settings: Settings, who: str, as_json: bool) -> None:
    from ui.drafting import waiting

    with waiting():
        from ui.service import Service
        from ui.summary_topics import show_profile

        with closing(Service.open(settings)) as service:
            document = service.profile(who)
    options.give(document, as_json, lambda console: show_profile(console, document))


def _matches(settings: Settings, k: int, as_json: bool) -> None:
    from ui.schemas_people import matches_out
    from ui.summary_people import show_matches

    with _reading(settings) as reader:
        document = matches_out(reader.matches(k))
    options.give(document, as_json, lambda console: show_matches(console, document))


def _merges(settings: Settings, k: int, as_json: bool) -> None:
    from ui.schemas_people import merges_out
    from ui.summary_people import show_merges

    _only_owner(settings)
    with _reading(settings) as reader:
        document = merges_out(reader.merges(k))
    options.give(document, as_json, lambda console: show_merges(console, document))


def _log(settings: Settings, who: str, k: int, as_json: bool) -> None:
    from ui.schemas_people import decisions_out
    from ui.summary_people import show_decisions

    _only_owner(settings)
    with _reading(settings) as reader:
        person_id = reader.person(who).person.id if who else None
        document = decisions_out(reader.decisions(person_id, k))
    options.give(document, as_json, lambda console: show_decisions(console, document))


def _decide(settings: Settings, as_json: bool, decide: Callable[[Catalog], DecidedOut]) -> None:
    from ui.summary_people import show_decided

    _only_owner(settings)
    with _opened(settings) as catalog:
        document = decide(catalog)
    options.give(document, as_json, lambda console: show_decided(console, document))


def _accept(catalog: Catalog, one: int, other: int) -> DecidedOut:
    from ui.schemas_people import DecidedOut, named_out

    with catalog.write() as writer:
        number = writer.merge_people(one, other)
    with catalog.read(catalog.owner()) as reader:
        person = reader.person(str(one)).person
    return DecidedOut(decision="merged", merge=number, people=[named_out(person)])


def _reject(catalog: Catalog, one: int, other: int) -> DecidedOut:
    from ui.schemas_people import DecidedOut, named_out

    with catalog.write() as writer:
        writer.tell_apart(one, other)
    with catalog.read(catalog.owner()) as reader:
        people = [named_out(reader.person(str(number)).person) for number in (one, other)]
    return DecidedOut(decision="rejected", merge=None, people=people)


def _undo(catalog: Catalog, number: int) -> DecidedOut:
    from ui.schemas_people import DecidedOut, named_out

    with catalog.write() as writer:
        numbers = writer.undo_merge(number)
    with catalog.read(catalog.owner()) as reader:
        people = [named_out(reader.person(str(one)).person) for one in numbers]
    return DecidedOut(decision="undone", merge=number, people=people)


def _wish(settings: Settings, who: str, wished: Wish, by: str | None, as_json: bool) -> None:
    from ui.library import make_viewer
    from ui.summary_people import show_person
    from ui.wishing import Wishing

    with _opened(settings) as catalog:
        document = Wishing(catalog, make_viewer(catalog, settings)).wish(who, wished, by or "")
    options.give(document, as_json, lambda console: show_person(console, document))

"""`copse forget`: take a source or an item out of the library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.errors import NotFoundError, SettingError
from catalog.settings import Settings
from ui.cli import options
from ui.cli.confirm import ask
from ui.cli.options import AsJson, Library

if TYPE_CHECKING:
    from catalog.store import Catalog

_HELP = """Take a source or an item out of the library; the files themselves stay.

A source can be ingested again. An item stays forgotten, even when its source is read again.

  $ copse forget allotment/forum
  [dim]This takes the source allotment/forum out of the library: 112 items.
  Go on? \\[y/N][/dim]

  $ copse forget allotment/forum:1184 --yes
  [dim]one item, for good, without asking[/dim]"""


@dataclass(frozen=True, slots=True)
class _Target:
    """What is to be forgotten: a source, or an item of one."""

    source: str
    key: str | None
    items: int
    title: str

    @property
    def text(self) -> str:
        """What goes, in words."""
        if self.key is None:
            number = f"{self.items:,} item{'' if self.items == 1 else 's'}"
            return f"the source {self.source} out of the library: {number}"
        return f"“{self.title}” ({self.source}:{self.key}) out of the library for good"


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("forget", help=_HELP)
    def run(
        target: Annotated[str, typer.Argument(help="Name of a source, or id of an item.")],
        yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first.")] = False,
        as_json: AsJson = False,
        library: Library = None,
    ) -> None:
        settings = options.settle(library)
        if settings.viewer != "owner":
            raise SettingError(
                f"COPSE_VIEWER={settings.viewer!r}: only the owner can take something out of the library"
            )
        _forget(settings, target, yes, as_json)


def _forget(settings: Settings, name: str, yes: bool, as_json: bool) -> None:
    from catalog.store import Catalog
    from ui.schemas import ForgottenOut
    from ui.terminal import line

    with Catalog.open(settings.library, create=False) as catalog:
        target = _find(catalog, name)
        if not yes:
            ask(f"This takes {line(target.text)}.", "nothing was forgotten")
        removed = _remove(catalog, target)
    document = ForgottenOut(forgotten=name, items=removed)
    options.give(document, as_json, lambda console: console.print(f"Took {line(target.text)}."))


def _find(catalog: Catalog, name: str) -> _Target:
    with catalog.write() as writer:
        known = {source.name for source in writer.sources()}
    with catalog.read(catalog.owner()) as reader:
        if name in known:
            counts = {source.name: source.items for source in reader.status().sources}
            return _Target(name, None, counts.get(name, 0), "")
        if ":" not in name:
            listed = ", ".join(sorted(known)) or "none"
            raise NotFoundError(f"{name}: no such source or item; the sources are: {listed}")
        item = reader.item(name)
        return _Target(item.source, item.key, 1, item.title)


def _remove(catalog: Catalog, target: _Target) -> int:
    from ingest.uploads import forget_uploads

    with catalog.ingesting(), catalog.write() as writer:
        if target.key is not None:
            writer.forget_item(target.source, target.key)
            return 1
        writer.note("owner", "forget", detail=f"source {target.source}: {target.items} items")
        known = writer.sources()
        source = next(source for source in known if source.name == target.source)
        if sum(one.root == source.root for one in known) == 1:  # else it would come back with the next sync
            removed = writer.remove_root(source.root)
            forget_uploads(catalog.folder, source.root)
            return removed
        return writer.remove_source(source.id)

"""Goes on syncing: folders when something changes in them, everything else from time to time."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.errors import CopseError, SettingError
from catalog.settings import Settings
from ui.cli import options
from ui.cli.confirm import make_confirm
from ui.cli.ingest import give
from ui.cli.sync import make_progress, tell_report

if TYPE_CHECKING:
    from catalog.origins import Origin
    from ui.sync import Syncer

_TICK_MILLISECONDS = 1000
_SETTLE_MILLISECONDS = 1600  # changes that come close together are synced together


def go_on(
    settings: Settings, names: Sequence[str], *, watch: bool, every: int | None, yes: bool, as_json: bool
) -> None:
    """Sync what is named, or everything, again and again until Ctrl-C.

    Args:
        settings: The settings in force.
        names: What to sync; everything if empty.
        watch: Whether folders are synced as soon as something changes in them.
        every: Seconds between two syncs of all that is not watched; None for none.
        yes: Whether suddenly much may be removed without asking.
        as_json: Whether to tell what happens as lines of JSON.
    """
    from ui.sync import open_syncer

    with open_syncer(settings) as syncer:
        loop = _Loop(settings, syncer, syncer.named(names), watch, every, yes, as_json)
        try:
            loop.run()
        except KeyboardInterrupt:
            options.tell("stopped watching; `copse sync` goes on from here")


class _Loop:
    """The state of a sync that goes on."""

    def __init__(
        self,
        settings: Settings,
        syncer: Syncer,
        origins: Sequence[Origin],
        watch: bool,
        every: int | None,
        yes: bool,
        as_json: bool,
    ) -> None:
        self._settings, self._syncer, self._yes, self._as_json = settings, syncer, yes, as_json
        self._watched = [origin for origin in origins if watch and not (origin.live or origin.own)]
        self._timed = [origin for origin in origins if every and origin not in self._watched]
        self._origins = list(origins)
        self._every = every
        self._due = 0.0
        if not self._watched and not self._timed:
            raise SettingError("--watch: there is no folder to watch; add --every 1h for web addresses")

    def run(self) -> None:
        """Sync all once, then whatever changes, and whatever it is time for."""
        first = True
        for changed in self._changes():
            # The first sync begins when the folders are watched already, so that it misses nothing.
            self._tick(changed, all_of_them=first)
            first = False

    def _changes(self) -> Iterator[set[str]]:
        """The paths that changed, every now and then; none, if it is only time to look at the clock."""
        if not self._watched:
            while True:
                yield set()
                time.sleep(max(0.0, self._due - time.monotonic()))
        from watchfiles import watch

        folders = [_folder(origin) for origin in self._watched]
        for changes in watch(
            *folders,
            debounce=_SETTLE_MILLISECONDS,
            rust_timeout=_TICK_MILLISECONDS,
            yield_on_timeout=True,
            raise_interrupt=True,
        ):
            yield {path for _, path in changes}

    def _tick(self, changed: set[str], *, all_of_them: bool) -> None:
        """Sync the folders in which something changed, and whatever it is time for."""
        touched = [
            origin
            for origin in self._watched
            if any(Path(path).is_relative_to(origin.location) for path in changed)
        ]
        if self._timed and time.monotonic() >= self._due:
            self._due = time.monotonic() + (self._every or 0)
            touched += self._timed
        if all_of_them or touched:
            self._sync(self._origins if all_of_them else touched)

    def _sync(self, origins: Sequence[Origin]) -> None:
        try:
            with make_progress(self._as_json) as progress:
                confirm = make_confirm(progress, self._yes)
                report = self._syncer.sync(origins, progress, confirm=confirm, index=progress.index)
                self._syncer.index(progress.index)
        except CopseError as error:  # one round that fails does not end the watch
            options.tell(str(error))
            return
        if self._as_json:
            tell_report(report)
        else:
            give(self._settings, report, as_json=False)


def _folder(origin: Origin) -> Path:
    path = Path(origin.location)
    return path if path.is_dir() else path.parent

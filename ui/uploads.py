"""Takes in documents that members upload, and reads them one community after the other, in the background.

A document is stored before anything else happens, so nothing is lost when the process ends: the next sync
reads it. While another sync runs, it waits. One that cannot be read does not stay.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, BinaryIO

from catalog.errors import CopseError, LibraryError, NotFoundError, UnreadableError
from catalog.nouns import Person
from catalog.settings import Settings
from catalog.store import Catalog
from ingest.uploads import UploadFolder, upload_origin
from search.engine import Engine
from ui.problems import line_of
from ui.schemas_contribute import UploadState

if TYPE_CHECKING:
    from ui.sync import IngestReport

_LOG = logging.getLogger(__name__)
_MOST_KEPT = 500  # uploads of which it is known how they went
_PATIENCE = 0.3  # seconds between two looks whether another sync has ended


ENDED = frozenset({UploadState.READ, UploadState.FAILED})


@dataclass(frozen=True, slots=True)
class Upload:
    """A document that somebody uploaded.

    Attributes:
        item_id: The item that it becomes.
        name: The name under which it is stored.
        community: Slug of the community.
        by: Name of the viewer who uploaded it.
        state: How far it has come.
        done: Passages that are embedded, while they are.
        total: Of how many.
        problem: Why it could not be read.
    """

    item_id: str
    name: str
    community: str
    by: str
    state: UploadState = UploadState.STORED
    done: int = 0
    total: int = 0
    problem: str = ""

    @property
    def ended(self) -> bool:
        """Whether nothing more happens."""
        return self.state in ENDED


class Uploads:
    """The uploads of one library. Safe to use from several threads.

    Args:
        engine: The opened library.
        settings: The settings in force.
    """

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._settings = settings
        self._changed = threading.Condition()
        self._kept: dict[str, Upload] = {}
        self._worker: threading.Thread | None = None
        self._closed = False

    def add(self, community: str, name: str, content: BinaryIO, by: str, person: Person | None) -> Upload:
        """Store a document, and read it as soon as that is possible.

        Args:
            community: Slug of the community that it is for.
            name: What the file is called.
            content: Its bytes.
            by: Name of the viewer who uploads it.
            person: Who that is, as a source names them; None if nobody knows.

        Raises:
            SettingError: If its name or its size cannot be used, or it is there already.
            LibraryError: If it cannot be stored.
        """
        most = self._settings.file_megabytes << 20
        folder = self._folder(community)
        stored = folder.put(name, content, most, by, person, datetime.now(UTC))
        origin = upload_origin(community)
        try:
            with self._engine.catalog.write() as writer:
                writer.put_origin(origin)
        except CopseError:
            folder.remove(stored)  # else it would be there, unread, and sending it again a duplicate
            raise
        upload = Upload(f"{origin.name}:{stored}", stored, community, by.strip().lower())
        with self._changed:
            self._kept[upload.item_id] = upload
            for old in [one.item_id for one in self._kept.values() if one.ended][:-_MOST_KEPT]:
                del self._kept[old]
            if self._worker is None and not self._closed:
                self._worker = threading.Thread(target=self._work, name="copse-uploads", daemon=True)
                self._worker.start()
        return upload

    def find(self, item_id: str) -> Upload:
        """How far an upload has come.

        Raises:
            NotFoundError: If nothing is known of it.
        """
        with self._changed:
            found = self._kept.get(item_id)
        if found is None:
            raise no_such_upload(item_id)
        return found

    def wait(self, item_id: str, seconds: float) -> Upload:
        """The same, as soon as it has changed or ended, or after so many seconds."""
        before = self.find(item_id)
        if not before.ended:
            with self._changed:
                self._changed.wait_for(lambda: self._kept.get(item_id) != before, seconds)
        return self.find(item_id)

    def remove(self, community: str, name: str) -> None:
        """Take a document away, as if it had never come."""
        self._folder(community).remove(name)
        with self._engine.catalog.write() as writer:
            for source in writer.sources():
                if source.root == upload_origin(community).location:
                    unit = writer.units(source.id).get(name)
                    if unit:
                        writer.remove_unit(unit.id)

    def close(self) -> None:
        """Read nothing more; what is stored is read by the next sync."""
        with self._changed:
            self._closed = True
            worker = self._worker
        if worker is not None:
            worker.join(10 * _PATIENCE)

    # --- reading ---

    def _folder(self, community: str) -> UploadFolder:
        return UploadFolder.of(self._settings.library, community)

    def _work(self) -> None:
        """Read what waits, until nothing does."""
        while (waiting := self._next()) is not None:
            try:
                self._read(waiting)
            except Exception:  # noqa: BLE001 - the next upload has nothing to do with it
                _LOG.exception("an upload failed")
                self._fail(waiting, "Copse could not read it; the log of the server tells more")

    def _next(self) -> list[Upload] | None:
        """The uploads of one community that wait to be read."""
        with self._changed:
            waiting = [one for one in self._kept.values() if not one.ended]
            if not waiting or self._closed:
                self._worker = None
                return None
            return [one for one in waiting if one.community == waiting[0].community]

    def _read(self, uploads: Sequence[Upload]) -> None:
        if not self._may_begin(uploads):
            return
        self._put(uploads, state=UploadState.READING)
        try:
            report = self._sync(uploads)
        except LibraryError as error:
            if _is_busy(self._engine.catalog):  # another sync was faster; it is tried again
                return
            self._fail(uploads, line_of(error))
            return
        except CopseError as error:
            self._fail(uploads, line_of(error))
            return
        self._conclude(uploads, report)

    def _may_begin(self, uploads: Sequence[Upload]) -> bool:
        """Wait until no other sync runs."""
        while _is_busy(self._engine.catalog):
            if self._closed:
                return False
            self._put(uploads, state=UploadState.WAITING)
            time.sleep(_PATIENCE)
        return True

    def _sync(self, uploads: Sequence[Upload]) -> IngestReport:
        # What reads files takes long to load, and most who ask upload nothing.
        from ingest.parser import Parser
        from ui.sync import Syncer

        one = self._settings
        limits = (one.parse_seconds, one.parse_megabytes, one.file_megabytes)
        with Parser(1, seconds=limits[0], megabytes=limits[1], file_megabytes=limits[2]) as parser:
            syncer = Syncer(one, self._engine.catalog, parser, self._engine.encoder())
            return syncer.sync([upload_origin(uploads[0].community)], _Watch(self, uploads))

    def _conclude(self, uploads: Sequence[Upload], report: IngestReport) -> None:
        catalog = self._engine.catalog
        with catalog.read(catalog.owner()) as reader:
            there = reader.items([one.item_id for one in uploads])
        self._engine.catch_up()
        failures = [failure for source in report.sources for failure in source.failures]
        self._put([one for one in uploads if one.item_id in there], state=UploadState.READ)
        for one in uploads:
            if one.item_id not in there:
                self._fail([one], _reason(one, failures, report.errors))

    def _fail(self, uploads: Sequence[Upload], problem: str) -> None:
        """Say why documents cannot be read, and take them away."""
        try:
            for one in uploads:
                self.remove(one.community, one.name)
        except CopseError as error:  # as where the disk is full; the next upload has nothing to do with it
            _LOG.warning("a document that cannot be read is still there: %s", error)
        self._put(uploads, state=UploadState.FAILED, problem=problem)

    def _put(
        self, uploads: Sequence[Upload], state: UploadState, done: int = 0, total: int = 0, problem: str = ""
    ) -> None:
        with self._changed:
            for one in uploads:
                changed = replace(one, state=state, done=done, total=total, problem=problem)
                self._kept[one.item_id] = changed
            self._changed.notify_all()

    def embedding(self, uploads: Sequence[Upload], done: int, total: int) -> None:
        """So many passages are embedded, of how many."""
        self._put(uploads, UploadState.EMBEDDING, done, total)


class _Watch:
    """Tells how far uploads have come."""

    def __init__(self, uploads: Uploads, mine: Sequence[Upload]) -> None:
        self._uploads = uploads
        self._mine = mine

    def look(self, origin: str) -> None:
        """Nothing to say yet."""

    def begin(self, source: str, units: int) -> None:
        """Nothing to say yet."""

    def read(self, units: int, items: int, passages: int = 0) -> None:
        """A document is read in one go."""

    def failed(self, error: UnreadableError) -> None:
        """It is told at the end."""

    def embedded(self, done: int, total: int) -> None:
        """So many passages are embedded."""
        self._uploads.embedding(self._mine, done, total)


def no_such_upload(item_id: str) -> NotFoundError:
    """The same for one that is not there and for one of somebody else."""
    return NotFoundError(
        f"{item_id}: no such upload of yours since Copse started; `copse contribute list` shows what was read"
    )


def _is_busy(catalog: Catalog) -> bool:
    """Whether a sync is running in this library."""
    try:
        with catalog.ingesting():
            return False
    except LibraryError:
        return True


def _reason(upload: Upload, failures: Sequence[UnreadableError], errors: Sequence[CopseError]) -> str:
    """Why a document gave no item, without its path."""
    for failure in failures:
        if failure.where.endswith(f"/{upload.name}"):
            return f"{upload.name}: {failure.reason}"
    return line_of(errors[0]) if errors else f"{upload.name}: has no text that could be read"

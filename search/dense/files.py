"""A dense index on disk: files that grow, and one that says how much of them counts.

```
index.json       written last; of the rest, what it says counts
vectors-3.i8     the vectors of all slots
events-3.i64     what happened to which passage (see `Slots`)
codes-3-7.faiss  codes of the vectors as they were after 7 events; only where the index has them
```

To save is to append, and then to exchange `index.json`. Whoever is killed before that has changed nothing:
what lies behind the end that counts is written over. Where too much is of no use any more, all is written
anew under another number.
"""

from __future__ import annotations

import hashlib
import os
import re
import zlib
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from search.dense.contract import Ids
from search.dense.rows import row_bytes
from search.dense.slots import Slots
from search.dense.stored import StoredRows
from search.derived import PARAMETERS, StaleIndexError, read_parameters, sync_file, write_parameters

_FORMAT = 3
_NUMBERS = ("generation", "dimension", "count", "files", "slots", "events", "crc32")
_FIELDS = {"model": str, **dict.fromkeys(_NUMBERS, int)}
_CODES_FIELDS = {"events": int, "sha256": str}


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes on disk.

    Attributes:
        events: After how many events they were written.
        sha256: Digest of their file: faiss must not parse damaged bytes.
    """

    events: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Saved:
    """What `index.json` says.

    Attributes:
        generation: As in `DenseIndex`, like the next two.
        model: See there.
        dimension: See there.
        count: Number of passages.
        files: The number in the files' names.
        slots: How many slots of the vectors' file count.
        events: How many events count.
        crc32: Checksum of these.
        codes: The codes; None if there are none.
    """

    generation: int
    model: str
    dimension: int
    count: int
    files: int
    slots: int
    events: int
    crc32: int
    codes: Codes | None = None

    def vectors_in(self, folder: Path) -> Path:
        """The file of the vectors."""
        return folder / f"vectors-{self.files}.i8"

    def events_in(self, folder: Path) -> Path:
        """The file of the events."""
        return folder / f"events-{self.files}.i64"

    def codes_in(self, folder: Path) -> Path:
        """The file of the codes."""
        return folder / f"codes-{self.files}-{self.codes.events if self.codes else 0}.faiss"


def read(folder: Path) -> Saved:
    """What is saved in a folder.

    Raises:
        StaleIndexError: If there is nothing that can be read.
    """
    found = read_parameters(folder, _FIELDS, _FORMAT)
    codes = found.get("codes")
    if codes is not None:
        is_known = isinstance(codes, dict) and codes.keys() == _CODES_FIELDS.keys()
        if not is_known or not all(isinstance(codes[name], kind) for name, kind in _CODES_FIELDS.items()):
            raise StaleIndexError(folder, f"{PARAMETERS} describes the codes wrongly")
        codes = Codes(**codes)
    return Saved(**{name: found[name] for name in _FIELDS}, codes=codes)


def open_slots(folder: Path, saved: Saved) -> tuple[Slots, Ids]:
    """The saved vectors, and all that happened to them.

    Raises:
        StaleIndexError: If a file is missing, too short or damaged.
    """
    try:
        content = saved.events_in(folder).read_bytes()[: saved.events * 8]
        events = np.frombuffer(content, "<i8").astype(np.int64, copy=False)
        fills = np.count_nonzero(events >= 0)
        if zlib.crc32(content) != saved.crc32 or len(events) != saved.events or fills != saved.slots:
            raise StaleIndexError(folder, f"{saved.events_in(folder).name} is damaged")
        return Slots(events, StoredRows(saved.vectors_in(folder), saved.slots, saved.dimension)), events
    except (OSError, ValueError, OverflowError) as error:
        raise StaleIndexError(folder, f"its files cannot be read ({error})") from error


def extend(folder: Path, saved: Saved, slots: Slots) -> Saved:
    """Append what is in no file yet; `finish` makes it count."""
    events, rows = slots.unsaved()
    content = events.astype("<i8").tobytes()
    vectors = saved.vectors_in(folder)
    _append(vectors, saved.slots * row_bytes(saved.dimension), [rows])
    _append(saved.events_in(folder), saved.events * 8, [events])
    slots.is_kept(StoredRows(vectors, slots.used, saved.dimension))
    crc32 = zlib.crc32(content, saved.crc32)
    return replace(saved, count=slots.live, slots=slots.used, events=slots.events, crc32=crc32)


def write_anew(folder: Path, slots: Slots) -> tuple[Saved, Slots]:
    """Write all vectors to new files, by number and without those of no use; `finish` makes them count."""
    ids = slots.ids()
    crc32 = zlib.crc32(ids.astype("<i8").tobytes())
    saved = Saved(0, "", slots.dimension, len(ids), _free_number(folder), len(ids), len(ids), crc32)
    vectors = saved.vectors_in(folder)
    _append(vectors, 0, (rows for _, rows in slots.blocks(ids)))
    _append(saved.events_in(folder), 0, [ids])
    return saved, Slots(ids, StoredRows(vectors, len(ids), slots.dimension))


def write_codes(folder: Path, saved: Saved, write: Callable[[Path], None]) -> Saved:
    """Write the codes of all vectors; `finish` makes them count."""
    saved = replace(saved, codes=Codes(saved.events, ""))
    path = saved.codes_in(folder)
    write(path)
    sync_file(path)
    return replace(saved, codes=Codes(saved.events, _digest(path)))


def sound_codes(folder: Path, saved: Saved) -> Path:
    """The file of the codes, if it is as it was written.

    Raises:
        StaleIndexError: If it is not.
    """
    path = saved.codes_in(folder)
    try:
        is_sound = saved.codes is not None and _digest(path) == saved.codes.sha256
    except OSError as error:
        raise StaleIndexError(folder, f"{path.name} cannot be read ({error})") from error
    if not is_sound:
        raise StaleIndexError(folder, f"{path.name} is damaged")
    return path


def finish(folder: Path, saved: Saved) -> None:
    """Make what was written count, and remove what does not any more."""
    write_parameters(folder, {"format": _FORMAT, **asdict(saved)})
    counts = {saved.vectors_in(folder), saved.events_in(folder), saved.codes_in(folder), folder / PARAMETERS}
    for path in folder.iterdir():
        if path not in counts:
            path.unlink()


def _append(path: Path, start: int, arrays: Iterable[npt.NDArray[np.generic]]) -> None:
    """Write arrays to a file from a byte on; whatever was there is gone."""
    with path.open("r+b" if start else "wb") as file:
        file.truncate(start)
        file.seek(start)
        for array in arrays:
            file.write(np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False).data)
        file.flush()
        os.fsync(file.fileno())


def _free_number(folder: Path) -> int:
    found = (re.match(r"(?:vectors|events)-(\d+)\.", path.name) for path in folder.iterdir())
    return max((int(match[1]) for match in found if match), default=0) + 1


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""What Word, Excel and PowerPoint files share: relationships and properties (ECMA-376, part 2)."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from datetime import datetime

from ingest.formats.containers import Container
from ingest.formats.moments import moment
from ingest.formats.names import people, split_people
from ingest.formats.tidy import one_line
from ingest.formats.xml_trees import local_name

_CORE = "docProps/core.xml"
_ROOT = ""


@dataclass(frozen=True, slots=True)
class Relationship:
    """A link from one part to another, or to the web.

    Attributes:
        kind: The last step of its type, such as `slide` or `hyperlink`.
        target: Name of the part, or the address if it is external.
        external: Whether it leads out of the file.
    """

    kind: str
    target: str
    external: bool


@dataclass(frozen=True, slots=True)
class Properties:
    """The core properties of a file, cleaned, and as they are."""

    title: str
    authors: tuple[str, ...]
    created: datetime | None
    updated: datetime | None
    meta: dict[str, str]


def relationships(container: Container, part: str = _ROOT) -> dict[str, Relationship]:
    """Return the relationships of a part by their ids; those of the whole file for no part."""
    folder, base = posixpath.split(part)
    root = container.xml(posixpath.join(folder, "_rels", f"{base}.rels"))
    found: dict[str, Relationship] = {}
    for entry in root if root is not None else ():
        target, external = entry.get("Target", ""), entry.get("TargetMode") == "External"
        kind = entry.get("Type", "").rpartition("/")[2]
        where = target if external else resolve(folder, target)
        found[entry.get("Id", "")] = Relationship(kind, where, external)
    return found


def resolve(folder: str, target: str) -> str:
    """The name of a part from a reference to it in a part of this folder."""
    return posixpath.normpath(posixpath.join("/", folder, target.replace("\\", "/"))).lstrip("/")


def main_part(container: Container, usual: str) -> str:
    """The name of the part that the document begins with; the usual one if the file does not say."""
    links = relationships(container).values()
    return next((link.target for link in links if link.kind == "officeDocument"), usual)


def properties(container: Container) -> Properties:
    """Read title, creator, created, modified and so on (ECMA-376 part 2, 11)."""
    root = container.xml(_CORE)
    children = root.iterchildren("*") if root is not None else ()
    entries = ((local_name(entry), one_line(entry.text or "")) for entry in children)
    meta = {key: value for key, value in entries if value}
    return Properties(
        title=meta.get("title", ""),
        authors=people(split_people(meta.get("creator", ""))),
        created=moment(meta.get("created")),
        updated=moment(meta.get("modified")),
        meta=meta,
    )

"""`copse.toml`: what a community says about itself and its tables, beside its files.

::

    [community]
    name = "Harbour Street Kitchen"
    slug = "kitchen"                      # made from the name if not given
    private = true
    readers = ["ann@harbour.example"]     # e-mail addresses or names

    [forum]
    url = "https://forum.harbour.example" # where the posts of a dump can be found

    [tables."lessons.csv"]                # in an archive: [tables."export.zip/lessons.csv"]
    kind = "lesson"                       # or question, post, document; faq: a question with its answer
    [tables."lessons.csv".columns]
    title = "Headline"
    event = ["What went wrong", "Why"]

A file holds for its folder and all below, and what it leaves unsaid is taken from the folders above.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from catalog.errors import SettingError
from catalog.nouns import Community, Kind
from ingest.sources.tables.columns import FIELDS

FILE_NAME = "copse.toml"
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")
_SIZE_LIMIT = 1_000_000  # bytes; a configuration is a page of text
_FAQ = "faq"
_KINDS = (
    *(kind.value for kind in Kind if kind is not Kind.ANSWER),
    _FAQ,
)  # an answer comes with its question


@dataclass(frozen=True, slots=True)
class TableConfig:
    """What a table's items are, and the columns that hold their fields.

    Attributes:
        kind: Kind of its items; None if the file does not say.
        columns: Field to columns; an empty tuple says that the table has no such field.
        pairs: Whether each row is a question with its answer (`kind = "faq"`).
    """

    kind: Kind | None = None
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pairs: bool = False


@dataclass(frozen=True, slots=True)
class Config:
    """What holds in a folder.

    Attributes:
        community: The community that the folder belongs to; None if no file says so.
        forum_url: Web address of the forum, without a slash at its end.
        tables: Tables by their path.
    """

    community: Community | None = None
    forum_url: str | None = None
    tables: Mapping[Path, TableConfig] = field(default_factory=dict)


def slug(text: str) -> str:
    """Make a short name: lower-case ASCII letters, digits and single hyphens; never empty."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    made = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return made or f"c-{hashlib.sha256(text.encode(errors='surrogateescape')).hexdigest()[:8]}"


def nearest(folder: Path, root: Path) -> Config:
    """The configuration of a folder: its own `copse.toml`, completed by those above it up to `root`.

    Raises:
        SettingError: If one of the files cannot be used.
    """
    above = nearest(folder.parent, root) if folder != root and root in folder.parents else Config()
    path = folder / FILE_NAME
    if not path.is_file():
        return above
    own = read_config(path)
    return replace(
        above,
        community=own.community or above.community,
        forum_url=own.forum_url or above.forum_url,
        tables={**above.tables, **own.tables},
    )


def read_config(path: Path) -> Config:
    """Read one `copse.toml`.

    Raises:
        SettingError: If it cannot be read, is not TOML, or has a key or a value that is not known here.
    """
    reader = _Reader(path)
    data = reader.load()
    reader.only(data, "", ("community", "forum", "tables"))
    forum = reader.table(data, "forum")
    reader.only(forum, "forum", ("url",))
    tables = reader.table(data, "tables")
    return Config(
        community=reader.community(reader.table(data, "community")),
        forum_url=reader.web_address(forum),
        tables={path.parent / name: reader.table_config(tables, name) for name in tables},
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Takes values out of parsed TOML; every complaint names the file, the key and what is allowed."""

    path: Path

    def load(self) -> dict[str, Any]:
        try:
            if self.path.stat().st_size > _SIZE_LIMIT:
                raise self.error("file", "is larger than a megabyte; keep only settings in it")
            return tomllib.loads(self.path.read_text("utf-8-sig"))
        except (OSError, ValueError, RecursionError) as error:
            raise SettingError(f"{self.path}: cannot be read as TOML: {error}") from error

    def error(self, key: str, what: str) -> SettingError:
        return SettingError(f"{self.path}: {key}: {what}")

    def only(self, table: Mapping[str, Any], where: str, allowed: tuple[str, ...]) -> None:
        for key in table:
            if key not in allowed:
                dotted = f"{where}.{key}" if where else key
                raise self.error(dotted, f"is not known; allowed here: {', '.join(allowed)}")

    def table(self, data: Mapping[str, Any], key: str, where: str = "") -> dict[str, Any]:
        value = data.get(key, {})
        if not isinstance(value, dict):
            raise self.error(f"{where}{key}", f"must be a table, as in [{where}{key}]")
        return value

    def text(self, table: Mapping[str, Any], key: str, where: str) -> str | None:
        value = table.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            raise self.error(f"{where}.{key}", "must be a text in quotation marks that is not empty")
        return value.strip()

    def texts(self, value: Any, where: str) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
            raise self.error(where, 'must be a list of texts, as in ["one", "two"]')
        return tuple(value)

    def community(self, table: Mapping[str, Any]) -> Community | None:
        if not table:
            return None
        self.only(table, "community", ("name", "slug", "private", "readers"))
        name = self.text(table, "name", "community")
        if name is None:
            raise self.error("community.name", "is missing; give the name that people see")
        short = self.text(table, "slug", "community") or slug(name)
        if not _SLUG.fullmatch(short):
            raise self.error("community.slug", f"{short!r} may have only a-z, 0-9 and hyphens")
        private = table.get("private", False)
        if not isinstance(private, bool):
            raise self.error("community.private", "must be true or false")
        readers = self.texts(table.get("readers", []), "community.readers")
        if readers and not private:
            raise self.error(
                "community.readers", "only a private community has readers; add private = true or remove them"
            )
        return Community(short, name, private, frozenset(reader.strip() for reader in readers))

    def web_address(self, forum: Mapping[str, Any]) -> str | None:
        url = self.text(forum, "url", "forum")
        if url and not url.startswith(("https://", "http://")):
            raise self.error("forum.url", f"{url!r} must begin with https:// or http://")
        return url.rstrip("/") if url else None

    def table_config(self, tables: Mapping[str, Any], name: str) -> TableConfig:
        where = f'tables."{name}"'
        self.exists(name, where)
        table = self.table(tables, name, "tables.")
        self.only(table, where, ("kind", "columns"))
        kind = self.text(table, "kind", where)
        if kind is not None and kind not in _KINDS:
            raise self.error(f"{where}.kind", f"{kind!r} is not known; choose one of {', '.join(_KINDS)}")
        columns = self.table(table, "columns", f"{where}.")
        self.only(columns, f"{where}.columns", FIELDS)
        return TableConfig(
            Kind(kind) if kind and kind != _FAQ else None,
            {key: self.columns(value, f"{where}.columns.{key}") for key, value in columns.items()},
            pairs=kind == _FAQ,
        )

    def exists(self, name: str, where: str) -> None:
        path = self.path.parent / name
        # what an archive holds is known only when it is opened
        if not any(place.is_file() for place in (path, *path.parents) if place != self.path.parent):
            raise self.error(
                where, "there is no such file here; correct the name, or remove what is said of it"
            )

    def columns(self, value: Any, where: str) -> tuple[str, ...]:
        if isinstance(value, str) and value.strip():
            return (value,)
        if isinstance(value, str):
            raise self.error(where, "must be the name of a column, or a list of names")
        return self.texts(value, where)

"""Forums in the format of the Stack Exchange data dumps: `Posts.xml` and its companions.

The format is described in "Database schema documentation for the public data dump and SEDE"
(https://meta.stackexchange.com/questions/2677).

The posts are read twice: once for what answers need to know about their questions, once for the items. What
is kept in memory grows with the number of posts, comments, votes and edits (about a hundred bytes for each
post, twenty for each of the others), not with their length.

- A question is solved if its accepted answer is there, and open unless it was closed. It is outdated if a tag
  says so, and with it every answer up to the accepted one.
- Users who were deleted, and the Community user, are nobody. The first author of a community wiki counts as
  its author, and all who edited it as editors.
- The comments on a post stand at the end of its text; the solution of an accepted answer ends before them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial

from catalog.errors import UnreadableError
from catalog.nouns import Community, Identity, IdentityKind, Item, Person
from ingest.formats.tidy import one_line
from ingest.sources.protocol import FileKind, Found, Place, Source, Unit
from ingest.sources.shared.complaints import bounded
from ingest.sources.shared.files import fingerprint, open_regular
from ingest.sources.shared.people import handle, is_bot
from ingest.sources.stackexchange.items import Forum
from ingest.sources.stackexchange.parts import Parts
from ingest.sources.stackexchange.rows import Row, rows
from ingest.tree import Tree

READER_VERSION = "stackexchange-2"
MAIN_FILE = "posts.xml"
_USED = (MAIN_FILE, "users.xml", "comments.xml", "votes.xml", "postlinks.xml", "posthistory.xml")
DUMP_FILES = frozenset({*_USED, "badges.xml", "tags.xml"})
"""All that a dump brings along, in lower case."""

_MD5 = re.compile(r"[0-9a-f]{32}")
_SITE = re.compile(
    r"((?:[a-z0-9-]+\.)*(?:stackexchange|stackoverflow|superuser|serverfault|askubuntu|stackapps)\.com"
    r"|(?:meta\.)?mathoverflow\.net)(?:\.7z|\.zip)?",
    re.IGNORECASE,
)


@dataclass
class StackExchangeSource:
    """A dump; it is one unit, because answers, comments and users belong together.

    Attributes:
        name: Name of the source.
        tree: Where its files lie.
        files: Their keys by their names in lower case; all but `posts.xml` may be missing.
        community: The community that the forum belongs to.
        url: Web address of the forum, for links to its posts; None if it has none.
    """

    name: str
    tree: Tree
    files: Mapping[str, str]
    community: Community
    url: str | None = None
    kind: str = field(default="stackexchange", init=False)
    location: str = field(init=False)
    communities: Sequence[Community] = field(init=False)
    small_units: bool = field(default=False, init=False)
    in_child: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        self.location = self.tree.where(self.files[MAIN_FILE].rpartition("/")[0])
        self.communities = (self.community,)

    def units(self) -> Iterator[Unit | UnreadableError]:
        """List the dump as one unit; if one of its files cannot be read, that is an error of the unit."""
        where = self.tree.where(self.files[MAIN_FILE])
        used = [name for name in _USED if name in self.files]
        try:
            digests = [f"{name}={self.tree.digest(self.files[name])}" for name in used]
        except UnreadableError as error:
            # the unit as a whole is what cannot be read, so that what is stored of it stays
            yield UnreadableError(where, str(error)) if error.where != where else error
            return
        yield Unit(
            "Posts.xml",
            fingerprint(READER_VERSION, self.community.slug, self.url or "", *digests),
            where,
        )

    def read(self, unit: Unit) -> Iterator[Item | UnreadableError]:
        """Read all questions and answers, in the dump's order.

        Raises:
            UnreadableError: If one of its files is not a dump's.
        """
        yield from bounded(self._read(), unit.where)

    def _read(self) -> Iterator[Item | UnreadableError]:
        forum = Forum(self.name, self.community.slug, self.url)
        for row in self._rows(MAIN_FILE):  # errors are reported by the second pass
            if isinstance(row, Row):
                forum.gather(row)
        for name, gather in forum.parts.gatherers().items():
            yield from self._gather(name, gather)
        if "users.xml" not in self.files:  # then the posts' numbers of users are all that is known
            forum.parts.people = {user: self._person("", user) for user in forum.parts.wanted if user > 0}
        yield from self._gather("users.xml", partial(self._gather_person, forum.parts))
        with ExitStack() as stack:
            if key := self.files.get("comments.xml"):
                forum.comments = stack.enter_context(open_regular(self.tree.path(key), self.tree.where(key)))
            for row in self._rows(MAIN_FILE):
                record = forum.item(row) if isinstance(row, Row) else row
                if record is not None:
                    yield record

    def _rows(self, name: str) -> Iterator[Row | UnreadableError]:
        key = self.files.get(name)
        return iter(()) if key is None else rows(self.tree.path(key), self.tree.where(key))

    def _gather(self, name: str, gather: Callable[[Row], None]) -> Iterator[UnreadableError]:
        for row in self._rows(name):
            if isinstance(row, Row):
                gather(row)
            else:
                yield row

    def _gather_person(self, parts: Parts, row: Row) -> None:
        number = row.number("Id")
        if number in parts.wanted and number is not None and number > 0:  # -1 is the Community user
            name = one_line(row.values.get("DisplayName", ""), 200)
            parts.people[number] = self._person(name, number, *_email_hash(row))

    def _person(self, name: str, number: int, *others: Identity) -> Person:
        shown = name or f"user{number}"
        return Person(shown, frozenset({handle(str(number), self.name), *others}), bot=is_bot(shown))


@dataclass
class StackExchangeKind:
    """Finds dumps by their `Posts.xml`."""

    name: str = "stackexchange"
    about: str = "a Stack Exchange data dump: Posts.xml and its companions, in a folder or an archive"

    def find(self, tree: Tree, keys: Sequence[str]) -> Iterator[Found]:  # noqa: ARG002 - names are enough
        """Find every folder with a `Posts.xml`; it takes all files of a dump that lie beside it."""
        folders: dict[str, list[str]] = {}
        for key in keys:
            folder, _, name = key.rpartition("/")
            if name.lower() in DUMP_FILES:
                folders.setdefault(folder, []).append(key)
        for folder, files in folders.items():
            if any(_file_name(key) == MAIN_FILE for key in files):
                yield Found(folder, tuple(files))

    def open(self, found: Found, place: Place) -> Source:
        """Make the source."""
        files = {_file_name(key): key for key in found.keys}
        url = place.config.forum_url or _site(found.at.rpartition("/")[2] or place.tree.root.name)
        return StackExchangeSource(place.name, place.tree, files, place.community, url)


KIND: FileKind = StackExchangeKind()


def _file_name(key: str) -> str:
    return key.rpartition("/")[2].lower()


def _site(name: str) -> str | None:
    """The web address of the site that a dump's folder or archive is named after."""
    match = _SITE.fullmatch(name)
    return f"https://{match[1].lower()}" if match else None


def _email_hash(row: Row) -> set[Identity]:
    value = row.values.get("EmailHash", "").strip().lower()
    return {Identity(IdentityKind.EMAIL_MD5, "", value)} if _MD5.fullmatch(value) else set()

"""Test collections in the layout of BEIR: a folder with `corpus.jsonl`, one document a line.

The layout is described in the paper (https://arxiv.org/abs/2104.08663) and in the documentation of its
loaders: `_id`, `title`, `text`, and `metadata`. `created`, `updated`, `tags`, `authors`, `url`, `kind` and
`votes` (or `score`) are used too, of the document or of its metadata. Queries and judgments
(`queries.jsonl`, `qrels/*.tsv`) are for measuring and no knowledge: they are left out.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from catalog.errors import UnreadableError
from catalog.nouns import Community, Contribution, Item, Kind, Role
from ingest.formats.tidy import escape_tags, one_line, tidy
from ingest.sources.protocol import FileKind, Found, Place, Source, Unit
from ingest.sources.shared.complaints import bounded
from ingest.sources.shared.dates import parse_date
from ingest.sources.shared.files import fingerprint
from ingest.sources.shared.people import contribute, people
from ingest.sources.tables.fields import opening, votes_of
from ingest.sources.tables.json_rows import as_cell, objects
from ingest.sources.tables.seen import Seen
from ingest.tree import Tree

READER_VERSION = "beir-2"
_CORPUS = frozenset({"corpus.jsonl", "corpus.jsonl.gz"})
_COMPANION = re.compile(r"[^/]+\.(?:jsonl(?:\.gz)?|tsv)|qrels/[^/]+")
_KINDS = {kind.value: kind for kind in Kind if kind is not Kind.ANSWER}


@dataclass
class BeirSource:
    """One corpus, which is one unit.

    Attributes:
        name: Name of the source.
        tree: Where the corpus lies.
        key: Its file.
        community: The community that its documents belong to.
    """

    name: str
    tree: Tree
    key: str
    community: Community
    kind: str = field(default="beir", init=False)
    location: str = field(init=False)
    communities: Sequence[Community] = field(init=False)
    small_units: bool = field(default=False, init=False)
    in_child: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        self.location = self.tree.where(self.key)
        self.communities = (self.community,)

    def units(self) -> Iterator[Unit | UnreadableError]:
        """List the corpus."""
        try:
            digest = fingerprint(READER_VERSION, self.community.slug, self.tree.digest(self.key))
        except UnreadableError as error:
            yield error
            return
        yield Unit(self.key.rpartition("/")[2], digest, self.location)

    def read(self, unit: Unit) -> Iterator[Item | UnreadableError]:
        """Read all documents, in the file's order.

        Raises:
            UnreadableError: If the file is damaged or no text.
        """
        yield from bounded(self._read(), unit.where)

    def _read(self) -> Iterator[Item | UnreadableError]:
        seen = Seen()
        for one in objects(self.tree.path(self.key), self.location):
            if isinstance(one, UnreadableError):
                yield one
                continue
            line, values = one
            item = self._item(values)
            if isinstance(item, str):
                yield UnreadableError(f"{self.location} line {line}", item)
            elif (first := seen.place(item.key, line)) != line:
                reason = f"is {item.key} like line {first}; give each document an _id of its own"
                yield UnreadableError(f"{self.location} line {line}", reason)
            else:
                yield item

    def _item(self, values: Mapping[str, object]) -> Item | str:
        """Make an item of a document; or say why there is none."""
        fields = _Fields(values)
        key, title, text = one_line(fields.line("_id")), fields.line("title"), fields.text()
        if not key:
            return "has no _id; it was left out"
        if not title and not text:
            return "has neither a title nor a text; it was left out"
        created = parse_date(fields.line("created", "date"))
        url = fields.line("url")
        return Item(
            source=self.name,
            key=key,
            kind=_KINDS.get(fields.line("kind").casefold(), Kind.DOCUMENT),
            title=title or opening(text),
            text=text or title,
            community=self.community.slug,
            url=url if re.match(r"https?://\S+$", url) else None,
            created=created,
            updated=parse_date(fields.line("updated")),
            tags=tuple(sorted({one_line(tag).lower() for tag in fields.several("tags")} - {""})),
            votes=votes_of(fields.line("votes", "score")),
            contributions=tuple(self._contributions(fields, created)),
        )

    def _contributions(self, fields: _Fields, at: datetime | None) -> list[Contribution]:
        names = "\n".join(fields.several("authors", "author"))
        return contribute(Role.AUTHORED, people(names, self.name), at)


@dataclass
class BeirKind:
    """Finds corpora."""

    name: str = "beir"
    about: str = "a test collection in the layout of BEIR: a folder with corpus.jsonl or corpus.jsonl.gz"

    def find(self, tree: Tree, keys: Sequence[str]) -> Iterator[Found]:
        """Find every folder with a corpus; it takes the queries and the judgments that lie beside it."""
        for key in keys:
            folder, slash, name = key.rpartition("/")
            if name in _CORPUS and _is_corpus(tree.head(key), name):
                before = folder + slash
                beside = (one for one in keys if one.startswith(before))
                yield Found(folder, tuple(one for one in beside if _COMPANION.fullmatch(one[len(before) :])))

    def open(self, found: Found, place: Place) -> Source:
        """Make the source."""
        key = next(key for key in found.keys if key.rpartition("/")[2] in _CORPUS)
        return BeirSource(place.name, place.tree, key, place.community)


KIND: FileKind = BeirKind()


@dataclass(frozen=True, slots=True)
class _Fields:
    """The values of a document, or else those of its metadata."""

    values: Mapping[str, object]

    def several(self, *names: str) -> tuple[str, ...]:
        """The texts of the first field that is there."""
        metadata = self.values.get("metadata")
        places = (self.values, metadata if isinstance(metadata, dict) else {})
        found = (as_cell(place.get(name)) for name in names for place in places)
        return next(filter(None, found), ())

    def line(self, *names: str) -> str:
        """The text of the first field that is there, on one line."""
        return one_line(" ".join(self.several(*names)))

    def text(self) -> str:
        """The document's text, as inert Markdown."""
        return tidy(escape_tags("\n\n".join(as_cell(self.values.get("text")))))


def _is_corpus(head: bytes, name: str) -> bool:
    """Whether a file begins with a document that has an `_id`."""
    if name.endswith(".gz"):
        try:
            head = zlib.decompressobj(wbits=31).decompress(head, 1 << 16)
        except zlib.error:
            return False
    return re.match(rb"\s*(?:\xef\xbb\xbf)?\{", head) is not None and b'"_id"' in head

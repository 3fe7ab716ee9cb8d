"""MediaWiki wikis: the XML that Special:Export and dumpBackup.php write (.xml, .xml.gz, .xml.bz2).

The format is `export-0.10` and `export-0.11` (https://www.mediawiki.org/wiki/Help:Export). A page of the main
namespace is a document: its latest text, with the people of all revisions that the dump has. Whoever wrote
the first one is its author, the others are editors; a dump of the latest revisions alone names editors only.
Addresses of unregistered users are nobody, and accounts whose names end in "Bot" are programs.

A dump is one unit. It is read twice, first for the titles that links name; in memory are the titles and one
page at a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from catalog.errors import SourceError, UnreadableError
from catalog.nouns import Community, Item, Kind, Link, LinkKind, State
from ingest.formats.tidy import one_line
from ingest.sources.mediawiki.dump import MAIN_NAMESPACE, SUFFIXES, Page, Site, elements, head
from ingest.sources.mediawiki.wikitext import WikiText, read_wikitext, title_of_link
from ingest.sources.protocol import Found, Place, Record, Unit
from ingest.sources.shared.complaints import bounded
from ingest.sources.shared.files import fingerprint
from ingest.sources.shared.states import OUTDATED
from ingest.tree import Tree

READER_VERSION = "mediawiki-1"

_MOST_TITLES = 500_000  # kept in memory; the links of a larger wiki are left out
_EXPANSION = 8  # how much larger a compressed dump may be, for the time that it is given


@dataclass
class MediaWikiSource:
    """One dump file.

    Attributes:
        name: Name of the source.
        tree: Where the file is.
        key: Its name there.
        community: The community that the wiki belongs to.
        namespaces: Numbers of the namespaces whose pages are read (4 is the project's own, 12 is help).
    """

    name: str
    tree: Tree
    key: str
    community: Community
    namespaces: frozenset[int] = frozenset({MAIN_NAMESPACE})
    kind: str = field(default="mediawiki", init=False)
    location: str = field(init=False)
    communities: Sequence[Community] = field(init=False)
    small_units: bool = field(default=False, init=False)
    in_child: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        self.location = self.tree.where(self.key)
        self.communities = (self.community,)

    def units(self) -> Iterator[Unit | UnreadableError]:
        """List the dump as one unit.

        Raises:
            SourceError: If it is not there any more.
        """
        try:
            content = self.tree.digest(self.key)
            size = self.tree.path(self.key).stat().st_size
        except (UnreadableError, OSError) as error:
            reason = "is not there any more; ingest its new place, or remove the source"
            raise SourceError(f"{self.location}: {reason}") from error
        spaces = ",".join(map(str, sorted(self.namespaces)))
        digest = fingerprint(READER_VERSION, self.community.slug, spaces, content)
        factor = 1 if self.key.endswith(".xml") else _EXPANSION
        yield Unit(self.key, digest, self.location, size=2 * size * factor)

    def read(self, unit: Unit) -> Iterator[Record]:
        """Read all pages, in the dump's order; a dump that ends early is one error at its end.

        Raises:
            UnreadableError: If it is no dump.
        """
        yield from bounded(self._records(unit), unit.where)

    def _records(self, unit: Unit) -> Iterator[Item | UnreadableError]:
        numbers = self._numbers(unit)
        site, seen = Site(), set[str]()
        for found in elements(self.tree, self.key, unit.where):
            if isinstance(found, UnreadableError):
                yield found
            elif isinstance(found, Site):
                site = found
            elif found.space in self.namespaces and not found.redirect and found.text.strip():
                if found.number in seen or not found.title:
                    reason = f"page {found.number or '?'} has no title, or was there before; it was left out"
                    yield UnreadableError(found.where, reason)
                    continue
                seen.add(found.number)
                yield self._item(found, site, numbers)

    def _numbers(self, unit: Unit) -> Mapping[str, str]:
        """Numbers of the pages by the titles that links may use, redirects among them."""
        numbers: dict[str, str] = {}
        redirects: dict[str, str] = {}
        for found in elements(self.tree, self.key, unit.where):
            if isinstance(found, Page):
                if found.redirect:
                    redirects[found.title] = title_of_link(found.redirect)
                elif found.space in self.namespaces:
                    numbers[found.title] = found.number
                if len(numbers) + len(redirects) > _MOST_TITLES:
                    return {}
        targets = {title: numbers[target] for title, target in redirects.items() if target in numbers}
        return targets | numbers

    def _item(self, page: Page, site: Site, numbers: Mapping[str, str]) -> Item:
        wiki = read_wikitext(page.text, site.namespaces)
        targets = dict.fromkeys(numbers[title] for title in wiki.links if title in numbers)
        tags = {one_line(name, 100).lower() for name in wiki.categories}
        return Item(
            source=self.name,
            key=page.number,
            kind=Kind.DOCUMENT,
            title=page.title,
            text=wiki.markdown or page.title,
            community=self.community.slug,
            url=site.address(page.title),
            created=page.created,
            updated=page.updated,
            tags=tuple(sorted(tags - {""})),
            state=_state(tags, wiki),
            contributions=tuple(page.contributions(self.name)),
            links=tuple(Link(LinkKind.MENTION, key) for key in targets if key != page.number),
        )


def _state(tags: set[str], wiki: WikiText) -> State | None:
    return State.OUTDATED if OUTDATED & (tags | wiki.templates) else None


class MediaWikiKind:
    """Finds and opens dumps of MediaWiki."""

    name = "mediawiki"
    about = "a MediaWiki wiki: its XML dump (.xml, .xml.gz, .xml.bz2)"

    def find(self, tree: Tree, keys: Sequence[str]) -> Iterator[Found]:
        """Find dumps by their first bytes."""
        for key in keys:
            if key.lower().endswith(SUFFIXES) and re.search(rb"<mediawiki[\s>]", head(tree, key)):
                yield Found(key, (key,))

    def open(self, found: Found, place: Place) -> MediaWikiSource:
        """Make the source of one dump."""
        return MediaWikiSource(place.name, place.tree, found.keys[0], place.community)


KIND = MediaWikiKind()

"""Feeds, sitemaps and lists of pages against a server on this machine."""

from __future__ import annotations

import gzip
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog.errors import SettingError, SourceError, TransientError, UnreadableError
from catalog.nouns import Community, Contribution, Item, Kind, Link, LinkKind, Role
from ingest import formats
from ingest.documents import Document, PagedItem
from ingest.parser import Parser
from ingest.sources.protocol import LiveKind, LivePlace, LiveSource, Record, Unit
from ingest.sources.shared.people import person
from ingest.sources.web import feed, pages, sitemap
from tests.ingest.servers import Reply, Request, Route, Server, client_of, serving

PLOTS = Community("plots", "Plots")


class HereParser:
    """Reads files in this process."""

    def parse(self, path: Path, where: str) -> Document:
        """Read a file."""
        return formats.read(path.read_bytes(), where)


def page(text: str, head: str = "") -> Reply:
    """A web page with some text in its only paragraph."""
    html = f"<html><head><title>{text}!</title>{head}</head><body><main><p>{text}</p></main></body></html>"
    return Reply(html, headers={"Content-Type": "text/html; charset=utf-8"})


@dataclass
class Copy:
    """What was read of an address, kept as a library keeps it.

    Attributes:
        texts: The text of each item by the path of its key.
        failures: Why units or lists could not be read.
        read: The paths of the units that the last sync read.
    """

    server: Server
    kind: LiveKind
    path: str
    options: Mapping[str, str] = field(default_factory=dict)
    cursor: str = ""
    digests: dict[str, str] = field(default_factory=dict)
    items: dict[str, list[Item]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    read: list[str] = field(default_factory=list)

    def sync(self) -> Copy:
        """Bring it up to date as the pipeline does."""
        self.server.requests.clear()
        self.failures, self.read = [], []
        with client_of(self.server) as client:
            place = LivePlace("web", self.server.url + self.path, PLOTS, client, HereParser(), self.options)
            self._sync(self.kind.open(place))
        return self

    def _sync(self, source: LiveSource) -> None:
        assert isinstance(source, LiveSource)
        source.cursor, source.complete = self.cursor, source.complete or not self.cursor
        listed = list(source.units())
        self.failures += [str(one) for one in listed if isinstance(one, UnreadableError)]
        units = [one for one in listed if isinstance(one, Unit)]
        for unit in units:
            if self.digests.get(unit.key) != unit.digest:
                self._read(source, unit)
        if source.complete:
            broken = {one.where for one in listed if isinstance(one, UnreadableError)}
            for key in self.digests.keys() - {unit.key for unit in units} - broken:
                del self.digests[key], self.items[key]
        self.cursor = source.cursor

    def _read(self, source: LiveSource, unit: Unit) -> None:
        self.digests[unit.key] = unit.digest
        self.read.append(self._path(unit.key))
        records: list[Record] = []
        try:
            records += source.read(unit)
        except UnreadableError as error:
            records.append(error)
        self.failures += [str(one) for one in records if isinstance(one, UnreadableError)]
        found = [one.item if isinstance(one, PagedItem) else one for one in records]
        self.items[unit.key] = [one for one in found if isinstance(one, Item)]

    @property
    def texts(self) -> dict[str, str]:
        """The text of each item by the path of its key."""
        items = itertools.chain(*self.items.values())
        return {self._path(item.key): item.text for item in items}

    @property
    def item(self) -> Item:
        """The only item."""
        (item,) = itertools.chain(*self.items.values())
        return item

    def _path(self, key: str) -> str:
        return key.removeprefix(self.server.url)


def urls(server: Server, *paths: str, lastmod: str = "") -> str:
    """A sitemap of some pages."""
    changed = f"<lastmod>{lastmod}</lastmod>" if lastmod else ""
    listed = "".join(f"<url><loc>{server.url}{path}</loc>{changed}</url>" for path in paths)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</urlset>'


def rss(*items: str) -> Reply:
    """A feed."""
    return Reply(f"<rss><channel>{''.join(items)}</channel></rss>")


# Pages


def test_a_page_comes_with_what_it_says_about_itself() -> None:
    """Title, text, author, date, topics, and the canonical address, which is its key."""
    head = """<link rel="canonical" href="/rain"><meta name="keywords" content="Water, tanks">
    <meta name="author" content="Ann Lee"><meta property="article:published_time" content="2024-05-02">"""
    with serving({"/p": page("It rains", head)}) as server:
        item = Copy(server, pages.KIND, "/p").sync().item
    ann = person("Ann Lee", "web")
    assert ann
    may = datetime(2024, 5, 2, tzinfo=UTC)
    assert item == Item(
        source="web",
        key=f"{server.url}/rain",
        kind=Kind.DOCUMENT,
        title="It rains!",
        text="It rains",
        community="plots",
        url=f"{server.url}/rain",
        created=may,
        tags=("tanks", "water"),
        contributions=(Contribution(ann, Role.AUTHORED, may),),
    )


def test_pages_of_the_same_site_are_linked() -> None:
    """What a page names in its text."""
    with serving({}) as server:
        inner, outer = f'<a href="{server.url}/b#x">b</a>', '<a href="https://other.example/">c</a>'
        server.routes["/a"] = page(f"See {inner} and {outer}")
        item = Copy(server, pages.KIND, "/a").sync().item
    assert item.links == (Link(LinkKind.MENTION, f"{server.url}/b"),)


def test_pages_are_named_in_options_and_texts(tmp_path: Path) -> None:
    """One at the address, more in an option, in a text on the web and in a file, each once."""
    with serving({f"/{name}": page(name) for name in "abcd"}) as server:
        server.routes["/list.txt"] = Reply(f"# Our pages\n\n{server.url}/a\n{server.url}/b#x\n")
        file = tmp_path / "pages.txt"
        file.write_text(f"{server.url}/b\n{server.url}/d\n")
        options = {"more": f"{server.url}/c {server.url}/a", "file": str(file)}
        copy = Copy(server, pages.KIND, "/list.txt", options).sync()
    assert copy.texts == {"/a": "a", "/b": "b", "/c": "c", "/d": "d"}


def test_an_unchanged_page_is_not_read_again() -> None:
    """Whether the server says so, or sends the same again; the cursor stays too."""
    tagged = Reply(page("a").body, headers={"Content-Type": "text/html", "ETag": '"1"'})
    unchanged = Reply(status=304)
    routes: dict[str, Route] = {
        "/a": lambda request: unchanged if "if-none-match" in request.headers else tagged,
        "/b": page("b"),
    }
    with serving(routes) as server:
        copy = Copy(server, pages.KIND, "/a", {"more": f"{server.url}/b"}).sync().sync()
        cursor = copy.cursor
        copy.sync()
    assert (copy.read, copy.texts, copy.cursor) == ([], {"/a": "a", "/b": "b"}, cursor)
    assert server.paths == ["/robots.txt", "/a", "/b"]


def test_a_changed_page_is_asked_for_once() -> None:
    """What was sent to see whether it changed is what is read."""
    with serving({"/a": [page("old"), page("new")]}) as server:
        copy = Copy(server, pages.KIND, "/a").sync().sync()
    assert (copy.texts, server.paths) == ({"/a": "new"}, ["/robots.txt", "/a"])


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_page_that_is_withdrawn_vanishes(status: int) -> None:
    """It is gone, or not for everybody any more."""
    with serving({"/a": [page("a"), Reply(status=status)], "/b": page("b")}) as server:
        copy = Copy(server, pages.KIND, "/a", {"more": f"{server.url}/b"}).sync().sync()
    assert (copy.texts, copy.failures) == ({"/b": "b"}, [])


def test_a_page_that_cannot_be_had_now_stays() -> None:
    """The failure is named."""
    with serving({"/a": [page("a"), Reply(status=503)]}) as server:
        copy = Copy(server, pages.KIND, "/a").sync().sync()
    assert copy.texts == {"/a": "a"}
    assert copy.failures == [f"{server.url}/a: has a failure (HTTP 503); sync again later (tried 4 times)"]


def test_a_page_that_was_never_there_is_named() -> None:
    """Whoever named it may have mistyped it."""
    with serving({}) as server:
        copy = Copy(server, pages.KIND, "/a").sync()
    assert copy.failures == [
        f"{server.url}/a: is not there, or not for everybody (HTTP 404); see whether it has moved"
    ]


def test_a_sync_that_was_killed_is_continued() -> None:
    """What was read is not read again at once, and is looked after from the sync after that."""
    with serving({"/a": page("a"), "/b": page("b")}) as server:
        copy = Copy(server, pages.KIND, "/a", {"more": f"{server.url}/b"}).sync()
        copy.cursor = ""  # it was killed before its end …
        del copy.digests[f"{server.url}/b"]  # … and before it read this one
        reads = [copy.sync().read for _ in range(3)]
        server.routes["/a"] = page("new")
        reads.append(copy.sync().read)
    assert reads == [["/b"], ["/a"], [], ["/a"]]


def test_one_page_under_two_addresses_is_one_item() -> None:
    """When the one that gave it goes, the other takes its place."""
    same = page("a", '<link rel="canonical" href="/a">')
    with serving({"/a": same, "/a/print": same}) as server:
        copy = Copy(server, pages.KIND, "/a", {"more": f"{server.url}/a/print"})
        assert copy.sync().texts == {"/a": "a"}
        server.routes["/a"] = Reply(status=404)
        copy.sync()
        assert copy.sync().texts == {"/a": "a"}


@pytest.mark.parametrize("canonical", ["https://elsewhere.example/a", "/", "javascript:x", "http://[", ""])
def test_a_canonical_address_is_not_always_believed(canonical: str) -> None:
    """Not on another host; nor the front page, which careless templates name on every page."""
    with serving({"/a": page("a", f'<link rel="canonical" href="{canonical}">')}) as server:
        assert Copy(server, pages.KIND, "/a").sync().texts == {"/a": "a"}


def test_a_redirected_page_is_known_by_its_new_address() -> None:
    """As the site itself would have it."""
    with serving({"/old": Reply(status=301, headers={"Location": "/new"}), "/new": page("a")}) as server:
        assert Copy(server, pages.KIND, "/old").sync().texts == {"/new": "a"}


def test_robots_txt_is_honoured() -> None:
    """Also for the page that a redirect leads to."""
    moved = Reply(status=302, headers={"Location": "/no/a"})
    routes = {"/robots.txt": Reply("User-agent: *\nDisallow: /no/"), "/a": moved, "/no/a": page("a")}
    with serving(routes) as server:
        copy = Copy(server, pages.KIND, "/no/a", {"more": f"{server.url}/a"}).sync()
    reason = "is not to be read by robots, says the site's robots.txt"
    assert copy.failures == [f"{server.url}/no/a: {reason}", f"{server.url}/a: {reason}"]
    assert server.paths == ["/robots.txt", "/a"]


def test_a_silent_site_is_left_alone_after_five_pages() -> None:
    """The rest is read another day."""
    names = [f"/{number}" for number in range(8)]
    with serving(dict.fromkeys(names, Reply(status=500))) as server:
        server.routes["/list.txt"] = Reply("\n".join(server.url + name for name in names))
        copy = Copy(server, pages.KIND, "/list.txt").sync()
    assert len(copy.failures) == 8
    assert "5 pages in a row could not be had" in copy.failures[-1]
    assert set(server.paths) == {"/robots.txt", "/list.txt", *names[:5]}


@pytest.mark.parametrize(
    ("path", "content_type", "body", "text"),
    [
        ("/a", "text/plain", "Plain < text", "Plain < text"),
        ("/a.md", "text/plain", "# Title\n\n*Text*", "*Text*"),
        ("/a", "", "<html><p>Page", "Page"),
        ("/a", "text/html; charset=latin-1", "<p>Gr\xfcn".encode("latin-1"), "Grün"),
        ("/a", "text/html; charset=punycode", "<p>Page", "Page"),
    ],
)
def test_what_is_no_html_is_read_as_what_it_is(
    path: str, content_type: str, body: str | bytes, text: str
) -> None:
    """The server's word counts before the address; its encoding where the page names none."""
    headers = {"Content-Type": content_type} if content_type else {}
    with serving({path: Reply(body, headers=headers)}) as server:
        assert Copy(server, pages.KIND, path).sync().item.text == text


def test_a_film_is_no_page() -> None:
    """The reason names its kind."""
    with serving({"/a.mov": Reply(b"\0\0", headers={"Content-Type": "video/quicktime"})}) as server:
        copy = Copy(server, pages.KIND, "/a.mov").sync()
    assert copy.failures == [f"{server.url}/a.mov: is of the kind video/quicktime, which is not read"]


def test_a_page_is_parsed_in_a_child_process(tmp_path: Path) -> None:
    """The real parser names the page, not the file that it was put into."""
    routes = {"/a": page("a"), "/b": Reply("", headers={"Content-Type": "text/html"})}
    with serving(routes) as server, client_of(server) as client, Parser(1) as parser:
        options = {"more": f"{server.url}/b"}
        source = pages.KIND.open(LivePlace("web", f"{server.url}/a", PLOTS, client, parser, options))
        first, second = (unit for unit in source.units() if isinstance(unit, Unit))
        (record,) = source.read(first)
        with pytest.raises(UnreadableError, match="/b: is empty"):
            list(source.read(second))
    assert isinstance(record, Item)
    assert record.text == "a"


@pytest.mark.parametrize("options", [{"more": "nonsense"}, {"more": "file:///etc/passwd"}])
def test_what_is_no_address_is_refused(options: dict[str, str]) -> None:
    """Before anything is asked for."""
    with serving({}) as server, client_of(server) as client:
        place = LivePlace("web", f"{server.url}/a", PLOTS, client, HereParser(), options)
        with pytest.raises(SettingError, match="is no web address"):
            pages.KIND.open(place)


@pytest.mark.parametrize(
    ("path", "reply", "reason"),
    [
        ("/list.txt", Reply("https://a.example\nnonsense"), "line 2 is no web address"),
        ("/list.txt", Reply("# nothing"), "lists no pages"),
        ("/list.txt", Reply(status=404), r"is not there \(any more\)"),
        ("/list.txt", Reply(status=503), "has a failure"),
    ],
)
def test_a_list_that_cannot_be_had_leaves_everything_as_it_was(path: str, reply: Reply, reason: str) -> None:
    """It is an error of the source."""
    with serving({path: reply}) as server, pytest.raises(SourceError, match=reason):
        Copy(server, pages.KIND, path).sync()


def test_a_file_that_is_missing_leaves_everything_as_it_was(tmp_path: Path) -> None:
    """It is an error of the source."""
    with serving({}) as server, pytest.raises(SourceError, match="is not there any more"):
        Copy(server, pages.KIND, "/a", {"file": str(tmp_path / "none.txt")}).sync()


# Sitemaps


def test_a_sitemap_says_which_pages_have_changed() -> None:
    """No other is asked for; what it does not list any more vanishes."""
    with serving({f"/{name}": page(name) for name in "abc"}) as server:
        server.routes["/sitemap.xml"] = Reply(urls(server, "/a", "/b", lastmod="2024-05-02"))
        copy = Copy(server, sitemap.KIND, "/sitemap.xml").sync()
        assert (copy.texts, server.paths) == (
            {"/a": "a", "/b": "b"},
            ["/robots.txt", "/sitemap.xml", "/a", "/b"],
        )
        server.routes["/sitemap.xml"] = Reply(
            urls(server, "/b", lastmod="2024-05-02").replace("</urlset>", "")
            + urls(server, "/c", lastmod="2024-06-01")
        )
        copy.sync()
    assert (copy.texts, server.paths) == ({"/b": "b", "/c": "c"}, ["/robots.txt", "/sitemap.xml", "/c"])


def test_a_sitemap_without_dates_is_a_list_of_pages() -> None:
    """Each page tells by itself whether it changed."""
    with serving({"/a": [page("old"), page("new")], "/b": page("b")}) as server:
        server.routes["/sitemap.xml"] = Reply(urls(server, "/a", "/b"))
        copy = Copy(server, sitemap.KIND, "/sitemap.xml").sync().sync()
    assert (copy.read, copy.texts) == (["/a"], {"/a": "new", "/b": "b"})


def test_an_index_of_sitemaps_is_followed() -> None:
    """Packed ones too; one that lists itself ends."""
    with serving({f"/{name}": page(name) for name in "ab"}) as server:
        names = ["/1.xml.gz", "/2.xml", "/index.xml"]
        listed = "".join(f"<sitemap><loc>{server.url}{name}</loc></sitemap>" for name in names)
        server.routes |= {
            "/index.xml": Reply(f"<sitemapindex>{listed}</sitemapindex>"),
            "/1.xml.gz": Reply(gzip.compress(urls(server, "/a").encode())),
            "/2.xml": Reply(urls(server, "/a", "/b")),
        }
        assert Copy(server, sitemap.KIND, "/index.xml").sync().texts == {"/a": "a", "/b": "b"}


def test_pages_of_a_sitemap_that_cannot_be_had_stay() -> None:
    """Nobody knows what has vanished; the failure is named."""
    with serving({f"/{name}": page(name) for name in "ab"}) as server:
        listed = "".join(f"<sitemap><loc>{server.url}/{name}.xml</loc></sitemap>" for name in "ab")
        server.routes |= {
            "/index.xml": Reply(f"<sitemapindex>{listed}</sitemapindex>"),
            "/a.xml": Reply(urls(server, "/a")),
            "/b.xml": [Reply(urls(server, "/b")), Reply("<urlset>")],
        }
        copy = Copy(server, sitemap.KIND, "/index.xml").sync().sync()
    assert copy.texts == {"/a": "a", "/b": "b"}
    assert copy.failures == [
        f"{server.url}/b.xml: lists no pages; give the address of a sitemap, as in robots.txt"
    ]


@pytest.mark.parametrize(
    ("robots", "path"), [("Sitemap: {url}/map", "/map"), ("", "/sitemap.xml")], ids=["named", "usual"]
)
def test_the_sitemap_of_a_site_is_found(robots: str, path: str) -> None:
    """In its robots.txt, or at its usual place."""
    with serving({"/a": page("a")}) as server:
        server.routes |= {
            "/robots.txt": Reply(robots.format(url=server.url)),
            path: Reply(urls(server, "/a")),
        }
        assert Copy(server, sitemap.KIND, "/").sync().texts == {"/a": "a"}


def test_only_pages_under_an_address_are_read() -> None:
    """As the option says."""
    with serving({"/docs/a": page("a")}) as server:
        server.routes["/sitemap.xml"] = Reply(urls(server, "/docs/a", "/shop/b"))
        copy = Copy(server, sitemap.KIND, "/sitemap.xml", {"under": f"{server.url}/docs/"}).sync()
    assert (copy.texts, copy.failures) == ({"/docs/a": "a"}, [])


def test_pages_on_another_host_are_not_read() -> None:
    """One of them says why."""
    with serving({"/a": page("a")}) as server:
        others = "".join(f"<url><loc>http://169.254.169.254/{n}</loc></url>" for n in range(3))
        server.routes["/sitemap.xml"] = Reply(urls(server, "/a").replace("</urlset>", f"{others}</urlset>"))
        copy = Copy(server, sitemap.KIND, "/sitemap.xml").sync()
    assert copy.texts == {"/a": "a"}
    assert copy.failures == [
        "http://169.254.169.254/0: is on 169.254.169.254, which was not allowed; "
        "allow it with `--allow 169.254.169.254`"
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>Hi",
        b"nonsense",
        b"\x1f\x8bnonsense",
        gzip.compress(b" " * 61_000_000),
        b'<!DOCTYPE a [<!ENTITY b "c">]><urlset><url><loc>&b;</loc></url></urlset>',
    ],
    ids=["nothing", "page", "text", "damaged", "bomb", "entities"],
)
def test_what_is_no_sitemap_is_an_error_of_the_source(body: bytes) -> None:
    """What was read before stays."""
    with serving({"/sitemap.xml": Reply(body)}) as server, pytest.raises(SourceError):
        Copy(server, sitemap.KIND, "/sitemap.xml").sync()


# Feeds

RAIN = "<item><guid>7</guid><link>/rain</link><title>Rain</title><author>a@b.example (Ann Lee)</author>"


def test_an_entry_is_completed_by_its_page() -> None:
    """The feed says who and when, its page says the rest."""
    feed_of_rain = rss(f"{RAIN}<pubDate>Thu, 02 May 2024 00:00:00 GMT</pubDate>"
                       "<description>It …</description><category>Water</category></item>")  # fmt: skip
    with serving({"/feed": feed_of_rain, "/rain": page("It rains")}) as server:
        item = Copy(server, feed.KIND, "/feed").sync().item
    ann = person("Ann Lee", "web")
    assert ann
    may = datetime(2024, 5, 2, tzinfo=UTC)
    assert item == Item(
        source="web",
        key="7",
        kind=Kind.POST,
        title="Rain",
        text="It rains",
        community="plots",
        url=f"{server.url}/rain",
        created=may,
        tags=("water",),
        contributions=(Contribution(ann, Role.AUTHORED, may),),
    )


@pytest.mark.parametrize("answer", [Reply(status=403), Reply(status=404), Reply("")])
def test_the_beginning_of_an_entry_is_better_than_nothing(answer: Reply) -> None:
    """If its page cannot be read."""
    routes = {"/feed": rss(f"{RAIN}<description>It &lt;b>rains&lt;/b></description></item>"), "/rain": answer}
    with serving(routes) as server:
        assert Copy(server, feed.KIND, "/feed").sync().texts == {"7": "It **rains**"}


def test_an_entry_with_its_whole_text_needs_no_page() -> None:
    """Its scripts go."""
    body = '<entry xmlns="http://www.w3.org/2005/Atom"><id>7</id><link href="/rain"/><content type="html">{}'
    text = "&lt;p>It &lt;b>rains&lt;/b>&lt;script>alert(1)&lt;/script>"
    whole = Reply(f"<feed>{body.format(text)}</content></entry></feed>")
    with serving({"/feed": whole}) as server:
        copy = Copy(server, feed.KIND, "/feed").sync()
    assert (copy.texts, server.paths) == ({"7": "It **rains**"}, ["/robots.txt", "/feed"])


def test_an_entry_that_left_the_feed_stays() -> None:
    """A feed lists its newest only; an unchanged feed is not read."""
    one, two = (f"<item><guid>{n}</guid><description>{n * 1000}</description></item>" for n in "12")

    def answer(request: Request) -> Reply:
        known = request.headers.get("if-none-match") == '"2"'
        return Reply(status=304) if known else Reply(rss(two).body, headers={"ETag": '"2"'})

    with serving({"/feed": rss(one)}) as server:
        copy = Copy(server, feed.KIND, "/feed").sync()
        server.routes["/feed"] = answer
        reads = [copy.sync().read for _ in range(2)]
    assert reads == [["2"], []]
    assert sorted(copy.texts) == ["1", "2"]


@pytest.mark.parametrize(
    ("answer", "left"), [(page("1"), ["1", "2"]), (Reply(status=404), ["2"]), (Reply(status=500), ["1", "2"])]
)
def test_an_entry_that_left_the_feed_goes_with_its_page(answer: Reply, left: list[str]) -> None:
    """It is looked up once; again only if it could not be told."""
    one, two = (f"<item><guid>{n}</guid><link>/{n}</link><description>Hi</description></item>" for n in "12")
    with serving({"/feed": rss(one), "/1": page("1"), "/2": page("2")}) as server:
        copy = Copy(server, feed.KIND, "/feed").sync()
        server.routes |= {"/feed": rss(two), "/1": answer}
        copy.sync()
        assert sorted(copy.texts) == left
        copy.sync()
    assert ("/1" in server.paths) == (answer.status == 500)


def test_a_changed_entry_is_read_again() -> None:
    """The others are not."""
    one, two, new = (
        f"<item><guid>{n[0]}</guid><description>{n * 1000}</description></item>" for n in ("1", "2", "1b")
    )
    with serving({"/feed": [rss(one, two), rss(new, two)]}) as server:
        copy = Copy(server, feed.KIND, "/feed").sync().sync()
    assert (copy.read, copy.texts["1"]) == (["1"], "1b" * 1000)


def test_an_old_entry_is_read_from_its_page() -> None:
    """When it could not be read while it was in the feed; and it is gone when its page is."""
    with serving({"/feed": rss(), "/rain": page("It rains")}) as server, client_of(server) as client:
        source = feed.KIND.open(LivePlace("web", f"{server.url}/feed", PLOTS, client, HereParser()))
        old = Unit("7", "", f"{server.url}/rain")
        (record,) = source.read(old)
        server.routes["/rain"] = Reply(status=410)
        gone = list(source.read(old))
        with pytest.raises(UnreadableError, match="does not list this entry any more"):
            list(source.read(Unit("8", "", source.location)))
    assert isinstance(record, Item)
    assert (record.key, record.text, gone) == ("7", "It rains", [])


def test_a_page_that_cannot_be_had_now_is_read_later() -> None:
    """The beginning that the feed has would stay for ever."""
    routes = {"/feed": rss(f"{RAIN}<description>It …</description></item>"), "/rain": Reply(status=503)}
    with serving(routes) as server, client_of(server) as client:
        source = feed.KIND.open(LivePlace("web", f"{server.url}/feed", PLOTS, client, HereParser()))
        (unit,) = source.units()
        assert isinstance(unit, Unit)
        with pytest.raises(TransientError, match="/rain: has a failure"):
            list(source.read(unit))


def test_a_link_to_an_internal_address_is_not_followed() -> None:
    """The entry is what the feed says."""
    item = "<item><guid>7</guid><link>http://169.254.169.254/</link><description>Hi</description></item>"
    with serving({"/feed": rss(item)}) as server:
        assert Copy(server, feed.KIND, "/feed").sync().texts == {"7": "Hi"}


@pytest.mark.parametrize(
    ("kind", "address", "surely"),
    [
        (feed.KIND, "https://a.example/blog/feed/", True),
        (feed.KIND, "https://a.example/index.atom", True),
        (feed.KIND, "https://a.example/feed.json", True),
        (feed.KIND, "https://a.example/feeding-hens", False),
        (feed.KIND, "feed", False),
        (sitemap.KIND, "https://a.example/sitemap_index.xml.gz", True),
        (sitemap.KIND, "https://a.example/sitemap", False),
        (pages.KIND, "https://a.example/", False),
    ],
)
def test_an_address_that_is_surely_of_a_kind_is_recognised(
    kind: LiveKind, address: str, surely: bool
) -> None:
    """Without asking for it."""
    assert kind.recognises(address) is surely

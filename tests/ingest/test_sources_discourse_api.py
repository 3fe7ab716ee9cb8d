"""A live Discourse forum, played by a server that speaks its API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from catalog.errors import SettingError, SourceError, UnreadableError
from catalog.nouns import Community, Item
from catalog.store import Catalog
from ingest.parser import Parser
from ingest.pipeline import Report, ingest
from ingest.sources.discourse.api import LIVE, DiscourseSite
from ingest.sources.protocol import LivePlace, Unit
from tests.ingest.contract import Silent, whole
from tests.ingest.discourse_forum import SITE, LiveForum, post, topic
from tests.ingest.servers import Clock, Reply, Request, Server, client_of, serving

KEY = {"key": "FORUM_KEY"}
NOW = datetime(2024, 3, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORUM_KEY", "good")


@pytest.fixture
def forum() -> LiveForum:
    """Three topics, the last of them in a restricted category."""
    return LiveForum(
        [
            topic(12, "Mould in the shed?", post(1, "White fluff."), post(2, "Air it daily.", "bo")),
            topic(13, "Which paint?", post(3, "For beams.", "bo")),
            topic(14, "Fees", post(4, "They rise."), category=7),
        ]
    )


@pytest.fixture
def server(forum: LiveForum) -> Iterator[Server]:
    with serving(forum.routes()) as server:
        yield server


@pytest.fixture
def parser() -> Iterator[Parser]:
    with Parser(1) as parser:
        yield parser


@pytest.fixture
def opened(server: Server, parser: Parser) -> Callable[..., DiscourseSite]:
    """Opens the forum with some options."""

    def open_forum(options: dict[str, str] = KEY, clock: Clock | None = None) -> DiscourseSite:
        web = client_of(server, clock, key_variable="FORUM_KEY" if "key" in options else None)
        place = LivePlace("forum", server.url, Community("plots", "Plots"), web, parser, options)
        source = LIVE.open(place)
        assert isinstance(source, DiscourseSite)
        return replace(source, now=NOW)

    return open_forum


@pytest.fixture
def sync(catalog: Catalog, opened: Callable[..., DiscourseSite]) -> Callable[..., Report]:
    """Syncs the forum into a library."""

    def run(complete: bool = False, days: int = 0, **options: Any) -> Report:
        source = opened(**options)
        source.complete = complete
        now = datetime(2024, 3, 21 + days, tzinfo=UTC)
        [report, *_] = ingest(
            catalog,
            [source],
            whole,
            root=source.location,
            progress=Silent(),
            confirm=lambda *_: True,
            now=now,
        )
        return report

    return run


def keys(catalog: Catalog) -> list[str]:
    """The keys of all items in the library."""
    with catalog.engine.connect() as connection:
        return sorted(row[0] for row in connection.exec_driver_sql("SELECT key FROM items"))


def topics_read(server: Server) -> list[str]:
    """The topics that were asked for since the last call."""
    found = [path for path in server.paths if path.startswith("/t/") and "posts" not in path]
    server.requests.clear()
    return found


def test_topics_come_page_by_page(opened: Callable[..., DiscourseSite], server: Server) -> None:
    """Newest first; the key and the user it reads for are sent with every request."""
    source = opened()
    units = list(source.units())
    assert [unit.key for unit in units if isinstance(unit, Unit)] == ["14", "13", "12"]
    assert (source.complete, source.cursor) == (True, "2024-03-04T08:00:00.000Z")
    assert {request.query["page"] for request in server.requests if "page" in request.query} == {"0", "1"}
    assert server.requests[0].headers["api-key"] == "good"
    assert server.requests[0].headers["api-username"] == "system"


def test_a_topic_is_read_with_its_later_posts(opened: Callable[..., DiscourseSite], server: Server) -> None:
    """The first answer has only the first posts; the others are asked for by their identifiers."""
    found = list(opened().read(Unit("12", "", f"{server.url}/t/12")))
    assert [(one.key, one.text, one.url) for one in found if isinstance(one, Item)] == [
        ("12/1", "White fluff.", f"{server.url}/t/mould-in-the-shed/12"),
        ("12/2", "Air it daily.", f"{server.url}/t/mould-in-the-shed/12/2"),
    ]
    assert server.requests[-1].query == {"post_ids[]": "102", "include_raw": "true"}


def test_a_restricted_category_is_for_the_members_of_its_groups(
    opened: Callable[..., DiscourseSite],
) -> None:
    """Or for those whom the steward names."""
    board = Community("plots-board", "Plots: Board", True, frozenset({"bo"}))
    assert opened().communities == (
        Community("plots-growing", "Plots: Growing"),
        Community("plots-growing-help", "Plots: Growing / Help"),
        board,
    )
    named = opened(options={**KEY, "readers": "ann@x.example, bo@x.example"}).communities[-1]
    assert named == replace(board, readers=frozenset({"ann@x.example", "bo@x.example"}))


def test_a_forum_for_members_is_private(forum: LiveForum, opened: Callable[..., DiscourseSite]) -> None:
    """All of it, though no category is restricted."""
    forum.members_only = True
    assert {community.private for community in opened().communities} == {True}
    with pytest.raises(UnreadableError, match=r"may not be read without signing in \(HTTP 403\)"):
        opened(options={})


def test_an_unchanged_forum_is_not_read_again(sync: Callable[..., Report], server: Server) -> None:
    """Neither by an ordinary sync nor by a full one."""
    assert sync().written == 4
    assert topics_read(server) == ["/t/14.json", "/t/13.json", "/t/12.json"]
    assert (sync().read, sync(complete=True).read) == (0, 0)
    assert topics_read(server) == []


def test_new_activity_is_seen_by_every_sync(
    forum: LiveForum, sync: Callable[..., Report], server: Server
) -> None:
    """Nothing else is read again."""
    sync()
    topics_read(server)
    forum.topics[0] = topic(12, "Mould in the shed?", post(1, "White fluff."), post(9, "Lime.", "bo"))
    report = sync()
    assert (report.read, report.written, report.removed) == (1, 1, 1)
    assert topics_read(server) == ["/t/12.json"]


def test_likes_are_seen_by_a_full_sync(
    forum: LiveForum, sync: Callable[..., Report], catalog: Catalog
) -> None:
    """They are no activity."""
    sync()
    liked = post(1, "White fluff.", actions_summary=[{"id": 2, "count": 5}])
    forum.topics[0] = {**topic(12, "Mould in the shed?", liked), "bumped_at": "2024-03-02T08:00:00.000Z"}
    forum.topics[0]["like_count"] = 5
    assert sync().read == 0
    assert sync(complete=True).read == 1
    with catalog.read(catalog.owner()) as reader:
        assert reader.items(["forum:12/1"])["forum:12/1"].votes == 5


def test_a_deleted_topic_vanishes_with_a_full_sync(
    forum: LiveForum, sync: Callable[..., Report], catalog: Catalog
) -> None:
    """One that became unlisted does so too."""
    sync()
    del forum.topics[0]
    forum.topics[0]["visible"] = False
    sync()
    assert keys(catalog) == ["12/1", "12/2", "13/3", "14/4"]
    assert sync(complete=True).removed == 3
    assert keys(catalog) == ["14/4"]


def test_a_topic_that_is_gone_when_it_is_read_gives_nothing(
    forum: LiveForum, opened: Callable[..., DiscourseSite]
) -> None:
    """It was deleted after the list was made."""
    source = opened()
    units = [unit for unit in source.units() if isinstance(unit, Unit)]
    forum.topics.clear()
    assert [list(source.read(unit)) for unit in units] == [[], [], []]


def test_a_category_that_becomes_restricted_is_private_at_once(
    forum: LiveForum, sync: Callable[..., Report], catalog: Catalog
) -> None:
    """Even with a sync that reads no topic."""
    sync()
    guest = catalog.viewer("guest")
    assert "plots-growing-help" in guest.communities
    forum.site = {**SITE, "categories": [{**one, "read_restricted": True} for one in SITE["categories"]]}
    assert sync().read == 0
    assert not {one for one in catalog.viewer("guest").communities if one.startswith("plots")}


def test_a_cut_connection_is_made_up_for_by_the_next_sync(
    forum: LiveForum, sync: Callable[..., Report], server: Server, catalog: Catalog
) -> None:
    """Which reads nothing else again."""
    forum.cut = {13}
    report = sync()
    assert [error.where for error in report.failures] == [f"{server.url}/t/13.json?include_raw=true"]
    assert keys(catalog) == ["12/1", "12/2", "14/4"]
    topics_read(server)
    forum.cut = set()
    assert sync(days=1).failures == []
    assert topics_read(server) == ["/t/13.json"]
    assert keys(catalog) == ["12/1", "12/2", "13/3", "14/4"]


def test_an_overloaded_forum_is_given_the_time_it_asks_for(
    opened: Callable[..., DiscourseSite], server: Server, forum: LiveForum
) -> None:
    """HTTP 429 says how long to wait."""
    source, clock = opened(clock=(clock := Clock())), clock
    clock.naps.clear()
    busy = Reply({"errors": ["slow down"]}, 429, {"Retry-After": "17"})
    server.routes["/latest.json"] = [busy, forum(server.requests[-1])]
    list(source.units())
    assert 17.0 in clock.naps


def test_an_expired_key_is_named(
    forum: LiveForum, opened: Callable[..., DiscourseSite], sync: Callable[..., Report], catalog: Catalog
) -> None:
    """By the variable that holds it; what is stored stays."""
    sync()
    forum.key = "renewed"
    with pytest.raises(
        SourceError, match=r"the key is refused \(HTTP 403\); renew it and set it in FORUM_KEY"
    ):
        opened()
    assert len(keys(catalog)) == 4


def test_a_missing_key_is_named(
    monkeypatch: pytest.MonkeyPatch, opened: Callable[..., DiscourseSite]
) -> None:
    """Before anything is asked."""
    monkeypatch.delenv("FORUM_KEY")
    with pytest.raises(SettingError, match="FORUM_KEY: is not set"):
        opened()


def test_another_site_is_refused(opened: Callable[..., DiscourseSite], server: Server) -> None:
    """What answers with other JSON is no forum."""
    server.routes["/site.json"] = Reply({"name": "my blog"})
    with pytest.raises(SourceError, match="is no Discourse forum; give the address of its front page"):
        opened()


def test_topics_that_move_while_pages_are_read_are_listed_once(
    forum: LiveForum, opened: Callable[..., DiscourseSite], server: Server
) -> None:
    """A topic that becomes active moves to a page that was read before; it is found by a second look."""
    first = forum(page_of_list("0"))
    source = opened()
    forum.topics[0] = {**forum.topics[0], "bumped_at": "2024-03-08T08:00:00.000Z"}
    after = forum(page_of_list("0"))
    server.routes["/latest.json"] = [first, Reply({"topic_list": {"topics": []}}), after]
    assert [unit.key for unit in source.units() if isinstance(unit, Unit)] == ["14", "13", "12"]


def page_of_list(page: str) -> Request:
    """A request for a page of the list of topics."""
    return Request("GET", "/latest.json", {"page": page}, {})


def test_young_topics_are_read_again_next_week(
    opened: Callable[..., DiscourseSite],
) -> None:
    """Because the list does not show that an older post was edited."""

    def digests(now: datetime) -> list[str]:
        return [unit.digest for unit in replace(opened(), now=now).units() if isinstance(unit, Unit)]

    assert digests(NOW) == digests(NOW.replace(day=22))
    assert digests(NOW) != digests(NOW.replace(day=27))
    assert digests(NOW.replace(month=8)) == digests(NOW.replace(month=9))


def test_many_categories_are_listed_page_by_page(
    forum: LiveForum, opened: Callable[..., DiscourseSite], server: Server
) -> None:
    """Where the forum leaves them out of its own description."""
    forum.site = {"post_types": SITE["post_types"], "lazy_load_categories": True}
    page = Reply({"category_list": {"categories": SITE["categories"]}})
    server.routes["/categories.json"] = [page, Reply({"category_list": {"categories": []}})]
    assert [community.slug for community in opened().communities] == [
        "plots-growing",
        "plots-growing-help",
        "plots-board",
    ]


def test_a_list_that_repeats_itself_ends(opened: Callable[..., DiscourseSite], server: Server) -> None:
    """A broken forum cannot keep a sync busy for ever."""
    source = opened()
    topics = [{"id": 12, "category_id": 5, "bumped_at": "2024-03-02T08:00:00.000Z"}]
    again = {"topic_list": {"topics": topics, "more_topics_url": "/latest?page=1"}}
    server.routes["/latest.json"] = Reply(again)
    assert [unit.key for unit in source.units() if isinstance(unit, Unit)] == ["12"]


def test_a_topic_of_an_unlisted_category_is_left_out(
    forum: LiveForum, opened: Callable[..., DiscourseSite], server: Server
) -> None:
    """Nobody knows who may read it."""
    forum.topics = [topic(12, "Mould?", post(1, "White."), category=99)]
    assert [str(unit) for unit in opened().units()] == [
        f"{server.url}/t/12: is in a category that the forum does not list; sync again, with a key that may"
        " read it"
    ]

"""A live repository on GitHub, played by a server that speaks its API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from catalog.errors import SourceError, TransientError, UnreadableError
from catalog.nouns import Community, Item, Kind
from catalog.store import Catalog
from ingest.parser import Parser
from ingest.pipeline import Report, ingest
from ingest.sources.github.api import LIVE
from ingest.sources.protocol import LivePlace, LiveSource, Unit
from tests.ingest.contract import Silent, whole
from tests.ingest.github_repository import LiveRepository, comment, discussion, issue
from tests.ingest.servers import Clock, Reply, Server, client_of, serving

KEY = {"key": "GITHUB_TOKEN"}


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "good")


@pytest.fixture
def repository() -> LiveRepository:
    """Three issues, one of them with a comment, and a discussion."""
    return LiveRepository(
        [
            issue(12, "Why does it stall?", "Under load.", comments=1),
            issue(13, "Release 2", "Done."),
            issue(14, "Paint it", "Red.", "bo", pull_request={"merged_at": None}),
        ],
        [comment(12, 70, "Oil the chuck.", "bo")],
        [discussion()],
    )


@pytest.fixture
def server(repository: LiveRepository) -> Iterator[Server]:
    with serving(repository.routes()) as server:
        yield server


@pytest.fixture
def opened(server: Server) -> Iterator[Callable[..., LiveSource]]:
    """Opens the repository with some options."""
    with Parser(1) as parser:

        def open_repository(options: dict[str, str] = KEY, clock: Clock | None = None) -> LiveSource:
            web = client_of(server, clock, key_variable="GITHUB_TOKEN" if "key" in options else None)
            chosen = {"api": server.url, **options}
            place = LivePlace(
                "tools", f"{server.url}/ann/drill", Community("dev", "Dev"), web, parser, chosen
            )
            return LIVE.open(place)

        yield open_repository


@pytest.fixture
def sync(catalog: Catalog, opened: Callable[..., LiveSource]) -> Callable[..., Report]:
    """Syncs the repository into a library."""

    def run(complete: bool = False, days: int = 0, **options: Any) -> Report:
        source = opened(**options)
        source.complete = complete
        [report, *_] = ingest(
            catalog,
            [source],
            whole,
            root=source.location,
            progress=Silent(),
            confirm=lambda *_: True,
            now=datetime(2024, 3, 21 + days, tzinfo=UTC),
        )
        return report

    return run


def keys(catalog: Catalog) -> list[str]:
    """The keys of all items in the library, without the repository."""
    with catalog.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT key FROM items")
        return sorted(row[0].removeprefix("ann/drill/") for row in rows)


def units(source: LiveSource) -> list[str]:
    """The keys of what is listed."""
    return [unit.key for unit in source.units() if isinstance(unit, Unit)]


def test_everything_is_listed_page_by_page(opened: Callable[..., LiveSource], server: Server) -> None:
    """By the `Link` header, and with the token; the cursor says how far both lists came."""
    source = opened()
    assert units(source) == ["issues/14", "issues/13", "issues/12", "discussions/5"]
    assert (source.complete, source.cursor) == (True, "2024-03-14T00:00:00Z 2024-03-05T00:00:00Z")
    assert {request.headers["authorization"] for request in server.requests} == {"Bearer good"}


def test_threads_are_read_with_their_comments(opened: Callable[..., LiveSource]) -> None:
    """Issues, pull requests and discussions."""
    source = opened()
    listed = [unit for unit in source.units() if isinstance(unit, Unit)]
    found = [one for unit in listed for one in source.read(unit) if isinstance(one, Item)]
    assert [(one.key.removeprefix("ann/drill/"), one.kind, one.accepted) for one in found] == [
        ("14", Kind.POST, False),
        ("13", Kind.POST, False),
        ("12", Kind.QUESTION, False),
        ("12/70", Kind.ANSWER, False),
        ("5", Kind.QUESTION, False),
        ("5/80", Kind.ANSWER, True),
    ]
    assert {one.community for one in found} == {"dev-ann-drill"}


def test_an_unchanged_repository_is_not_read_again(sync: Callable[..., Report], server: Server) -> None:
    """Neither by an ordinary sync nor by a full one."""
    assert sync().written == 6
    server.requests.clear()
    assert (sync().read, sync(complete=True).read) == (0, 0)
    assert not [path for path in server.paths if path.endswith("/12/comments")]


def test_an_edited_comment_is_seen_though_its_issue_does_not_show_it(
    repository: LiveRepository, sync: Callable[..., Report], catalog: Catalog
) -> None:
    """Comments are listed by their own dates."""
    sync()
    edited = comment(12, 70, "Oil the chuck daily.", "bo", updated_at="2024-03-15T00:00:00Z")
    repository.comments = [edited]
    assert (sync().written, sync().written) == (1, 0)
    with catalog.read(catalog.owner()) as reader:
        assert reader.items(["tools:ann/drill/12/70"])["tools:ann/drill/12/70"].text == "Oil the chuck daily."


def test_a_new_discussion_is_seen(repository: LiveRepository, sync: Callable[..., Report]) -> None:
    """Nothing else is read again."""
    sync()
    repository.discussions.insert(0, {**discussion(), "number": 6, "updatedAt": "2024-03-18T00:00:00Z"})
    assert sync().read == 1


def test_a_deleted_issue_vanishes_with_a_full_sync(
    repository: LiveRepository, sync: Callable[..., Report], catalog: Catalog
) -> None:
    """With its comments."""
    sync()
    del repository.issues[0]
    assert (sync().removed, sync(complete=True).removed) == (0, 2)
    assert keys(catalog) == ["13", "14", "5", "5/80"]


def test_an_issue_that_is_gone_when_it_is_read_gives_nothing(
    repository: LiveRepository, opened: Callable[..., LiveSource], server: Server
) -> None:
    """Unless the whole repository is gone, which says nothing about its issues."""
    repository.issues.clear()
    unit = Unit("issues/12", "", f"{server.url}/ann/drill/issues/12")
    source = opened()
    assert list(source.read(unit)) == []
    server.routes["/repos/ann/drill"] = Reply({"message": "Not Found"}, 404)
    with pytest.raises(TransientError, match="is not there at the moment; nothing of it was removed"):
        list(source.read(unit))


def test_a_repository_that_becomes_private_is_so_at_once(
    repository: LiveRepository, sync: Callable[..., Report], catalog: Catalog
) -> None:
    """For its collaborators, with a sync that reads no thread."""
    sync()
    assert "dev-ann-drill" in catalog.viewer("guest").communities
    repository.private = True
    assert sync().read == 0
    assert "dev-ann-drill" not in catalog.viewer("guest").communities
    assert "dev-ann-drill" in catalog.viewer("bo").communities
    sync(options={**KEY, "readers": "cy@x.example"})
    assert "dev-ann-drill" not in catalog.viewer("bo").communities


def test_a_cut_connection_is_made_up_for_by_the_next_sync(
    repository: LiveRepository, sync: Callable[..., Report], server: Server, catalog: Catalog
) -> None:
    """Which reads nothing else again."""
    repository.cut = {12}
    assert len(sync().failures) == 1
    assert keys(catalog) == ["13", "14", "5", "5/80"]
    repository.cut = set()
    report = sync(days=1)
    assert (report.read, report.failures) == (1, [])
    assert keys(catalog) == ["12", "12/70", "13", "14", "5", "5/80"]


def test_when_the_limit_is_used_up_nothing_is_asked(
    opened: Callable[..., LiveSource], server: Server
) -> None:
    """Until it is renewed, as the headers say."""
    clock = Clock()
    source = opened(clock=clock)
    listed = [unit for unit in source.units() if isinstance(unit, Unit)]
    reset = int(clock.now) + 1800
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)}
    used_up = Reply({"message": "API rate limit exceeded"}, 403, headers)
    server.routes["/repos/ann/drill/issues/12/comments"] = [used_up, Reply([])]
    unit = next(unit for unit in listed if unit.key == "issues/12")
    server.requests.clear()
    with pytest.raises(TransientError) as first:
        list(source.read(unit))
    assert first.value.wait == reset - clock.now
    with pytest.raises(TransientError, match="may be asked again in 30 minutes"):
        list(source.read(unit))
    assert len(server.requests) == 1
    clock.now += 1801
    assert len(list(source.read(unit))) == 1


def test_a_secondary_limit_is_waited_for(opened: Callable[..., LiveSource], server: Server) -> None:
    """If it is short."""
    clock = Clock()
    source = opened(clock=clock)
    busy = Reply({"message": "secondary rate limit"}, 403, {"Retry-After": "31"})
    server.routes["/repos/ann/drill/issues"] = [busy, Reply([])]
    assert units(source) == ["discussions/5"]
    assert 31.0 in clock.naps


def test_an_expired_token_is_named(repository: LiveRepository, opened: Callable[..., LiveSource]) -> None:
    """By the variable that holds it."""
    repository.token = "renewed"  # noqa: S105 - played
    message = r"the key is refused \(HTTP 401\); renew it and set it in GITHUB_TOKEN"
    with pytest.raises(SourceError, match=message):
        opened()


def test_discussions_need_a_token(opened: Callable[..., LiveSource], server: Server) -> None:
    """Which is said, while issues are read."""
    listed = list(opened(options={}).units())
    assert [unit.key for unit in listed if isinstance(unit, Unit)] == ["issues/14", "issues/13", "issues/12"]
    assert [str(one) for one in listed if isinstance(one, UnreadableError)] == [
        f"{server.url}/ann/drill/discussions: are read with a token only; name its variable with the"
        " option key"
    ]


def test_what_is_no_repository_is_refused(opened: Callable[..., LiveSource], server: Server) -> None:
    """Or may not be seen with this token."""
    server.routes["/repos/ann/drill"] = Reply({"message": "Not Found"}, 404)
    with pytest.raises(
        SourceError, match="no such repository, or it is private and the token may not read it"
    ):
        opened()


def test_a_list_that_continues_elsewhere_is_not_followed(
    opened: Callable[..., LiveSource], server: Server
) -> None:
    """The token is for this host alone."""
    source = opened()
    elsewhere = {"Link": '<https://evil.example/2>; rel="next"'}
    server.routes["/repos/ann/drill/issues"] = Reply([], headers=elsewhere)
    with pytest.raises(UnreadableError, match="continues on another host, which is not followed"):
        units(source)


@pytest.mark.parametrize(
    ("address", "known"),
    [
        ("https://github.com/ann/drill", True),
        ("https://github.com/ann/drill.git", True),
        ("https://github.com/ann", False),
        ("https://forge.example/ann/drill", False),
    ],
)
def test_repositories_are_known_by_their_address(address: str, known: bool) -> None:
    """On github.com only; other hosts are named as GitHub by the steward."""
    assert LIVE.recognises(address) is known


def test_long_discussions_come_page_by_page(opened: Callable[..., LiveSource], server: Server) -> None:
    """Comments, and the replies to one of them."""
    more = {"hasNextPage": True, "endCursor": "x"}
    [first] = discussion()["comments"]["nodes"]
    first["replies"]["pageInfo"] = more
    second = {**first, "databaseId": 90, "url": "", "isAnswer": False, "body": "Use a belt.", "replies": {}}
    reply = {"databaseId": 82, "author": {"login": "cy"}, "body": "White grease works best here."}
    nothing_more = {"hasNextPage": False}

    def page(nodes: list[Any], info: dict[str, Any]) -> Reply:
        found = {**discussion(), "comments": {"pageInfo": info, "nodes": nodes}}
        return Reply({"data": {"repository": {"discussion": found}}})

    replies = Reply({"data": {"node": {"replies": {"pageInfo": nothing_more, "nodes": [reply]}}}})
    source = opened()
    server.routes["/graphql"] = [page([first], more), replies, page([second], nothing_more)]
    unit = Unit("discussions/5", "", f"{server.url}/ann/drill/discussions/5")
    found = [one for one in source.read(unit) if isinstance(one, Item)]
    assert sorted(one.key for one in found) == [
        "ann/drill/5",
        "ann/drill/5/80",
        "ann/drill/5/82",
        "ann/drill/5/90",
    ]


@pytest.mark.parametrize(
    ("error", "kind", "reason"),
    [
        ({"type": "RATE_LIMITED"}, TransientError, "asks for fewer questions; sync again later"),
        ({"message": "no scope"}, UnreadableError, r"refuses the question \(no scope\); check the token"),
    ],
    ids=["rate-limit", "refused"],
)
def test_a_question_that_is_not_answered(
    opened: Callable[..., LiveSource],
    server: Server,
    error: dict[str, str],
    kind: type[UnreadableError],
    reason: str,
) -> None:
    """GraphQL reports errors with HTTP 200."""
    server.routes["/graphql"] = Reply({"data": None, "errors": [error]})
    with pytest.raises(kind, match=reason):
        units(opened())

"""robots.txt, as sites really write it."""

from __future__ import annotations

import pytest

from catalog.errors import TransientError, UnreadableError
from ingest.web import Robots
from tests.ingest.servers import Clock, Reply, client_of, serving

RULES = """
User-agent: *
Disallow: /

User-agent: copse
Disallow: /private/
Allow: /private/open/
Disallow: /*.pdf$
Crawl-delay: 5

Sitemap: https://forum.example/sitemap.xml
"""


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", True),
        ("/private/a", False),
        ("/private/open/a", True),
        ("/a.pdf", False),
        ("/a.pdf?x", True),
        ("/%70rivate/a", False),
    ],
)
def test_the_longest_rule_of_our_group_holds(path: str, allowed: bool) -> None:
    """RFC 9309: a group for Copse is the only one that counts."""
    with serving({"/robots.txt": Reply(RULES)}) as server, client_of(server) as client:
        robots = Robots(client)
        if allowed:
            robots.check(server.url + path)
        else:
            with pytest.raises(UnreadableError, match="is not to be read by robots"):
                robots.check(server.url + path)


def test_a_site_is_asked_once_and_at_its_pace() -> None:
    """Its crawl-delay keeps the requests apart."""
    clock = Clock()
    routes = {"/robots.txt": Reply(RULES), "/a": Reply("x")}
    with serving(routes) as server, client_of(server, clock) as client:
        robots = Robots(client)
        for _ in range(3):
            client.get(f"{server.url}/a", check=robots.check)
        assert robots.sitemaps(server.url) == ["https://forum.example/sitemap.xml"]
    assert server.paths == ["/robots.txt", "/a", "/a", "/a"]
    assert clock.naps == [1, 5, 5]


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_site_without_rules_may_be_read(status: int) -> None:
    """Also if it refuses to show them."""
    with serving({"/robots.txt": Reply(status=status)}) as server, client_of(server) as client:
        Robots(client).check(f"{server.url}/a")


def test_a_site_that_cannot_tell_its_rules_is_not_read_now() -> None:
    """It is asked no more for the second page."""
    with serving({"/robots.txt": Reply(status=503)}) as server, client_of(server) as client:
        robots = Robots(client)
        for _ in range(2):
            with pytest.raises(TransientError, match="does not say now what robots may read"):
                robots.check(f"{server.url}/a")
    assert server.paths == ["/robots.txt"] * 4


def test_rules_that_are_no_text_forbid_nothing() -> None:
    """What cannot be understood is left out."""
    with serving({"/robots.txt": Reply(bytes(range(256)) * 10)}) as server, client_of(server) as client:
        Robots(client).check(f"{server.url}/a")

"""A live Discourse forum, read through its API (docs.discourse.org).

The list of topics comes newest activity first, so that an ordinary sync asks only for topics with activity
since the last one. What each kind of sync sees:

- Any sync: new topics and replies; an edit of a topic's last post, which counts as activity; whatever else
  changed in such a topic; categories that became restricted, or open.
- A full one (the first; later, when it is asked for): also likes, solved marks, new titles, tags and
  categories, closed topics, replies and topics that were deleted or unlisted, as the list shows their traces.
- The list does not show that an older post was edited, or that another answer was accepted instead. Therefore
  a full sync reads topics of the last two months again once a week.

Without a key only what everybody may read is read. With one, a restricted category becomes a private
community; its readers are those that the steward names, or else the members of the category's groups, by user
name, where the key may see them. If the whole forum wants a login, all of it is private.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from catalog.errors import SourceError, TransientError, UnreadableError
from catalog.nouns import Community
from ingest.formats.moments import moment
from ingest.sources.discourse.site import Category, communities, read_categories
from ingest.sources.discourse.topics import READER_VERSION, Forum, is_shown, items, topic_tags
from ingest.sources.protocol import LiveKind, LivePlace, Record, Unit
from ingest.sources.shared.api_options import chosen_readers, closed, secret
from ingest.sources.shared.files import fingerprint
from ingest.sources.shared.json_values import Json, mapping, mappings, number, string
from ingest.web.client import GONE, WebClient

_OVERLAP = timedelta(minutes=10)  # what was written while the last list was made may be older than its newest
_YOUNG = timedelta(days=60)
_MOST_PAGES = 50_000
_MOST_POSTS = 20_000  # of a topic; Discourse closes topics at 10,000
_POSTS_AT_ONCE = 50
_MEMBERS_AT_ONCE = 1000
_MOST_MEMBERS = 50_000
_LISTED = (
    *("title", "bumped_at", "last_posted_at", "posts_count", "highest_post_number", "like_count"),
    *("visible", "closed", "archived", "category_id", "has_accepted_answer"),
)


@dataclass
class DiscourseSite:
    """A forum on the web; each topic is a unit.

    Attributes:
        name: Name of the source.
        location: Web address of the forum, without a slash at its end.
        api: What asks it.
        forum: What the topics need to know about the forum.
        now: The time of this sync.
    """

    name: str
    location: str
    api: Api
    forum: Forum
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    cursor: str = ""
    complete: bool = False
    kind: str = field(default="discourse", init=False)
    communities: Sequence[Community] = field(init=False)
    small_units: bool = field(default=False, init=False)
    in_child: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.communities = tuple(self.forum.communities.values())

    def units(self) -> Iterator[Unit | UnreadableError]:
        """List the topics with activity since the last sync; all, if there was none or a full list is wanted.

        Raises:
            SourceError: If the forum does not answer, or refuses the key.
        """
        self.complete = self.complete or not self.cursor
        since = None if self.complete else moment(self.cursor)
        newest, seen = self.cursor, set[int]()
        for topic in self._topics(since and since - _OVERLAP):
            newest = max(newest, string(topic.get("bumped_at")))
            yield from self._unit(topic, seen)
        if self.complete:  # topics that became active meanwhile have moved to pages that were read before
            for topic in self._topics(moment(newest)):
                yield from self._unit(topic, seen)
        self.cursor = newest

    def read(self, unit: Unit) -> Iterator[Record]:
        """Read all posts of a topic; nothing, if it is gone.

        Raises:
            UnreadableError: If it cannot be read now.
        """
        topic = self.api.ask(f"/t/{unit.key}.json", {"include_raw": "true"}, gone=True)
        if topic is None:
            return
        stream = mapping(topic.get("post_stream"))
        posts = mappings(stream.get("posts"))
        have = {number(post.get("id")) for post in posts}
        listed = stream.get("stream")
        wanted = [one for one in map(number, listed if isinstance(listed, list) else []) if one not in have]
        for start in range(0, min(len(wanted), _MOST_POSTS), _POSTS_AT_ONCE):
            posts += self._posts(unit.key, wanted[start : start + _POSTS_AT_ONCE])
        yield from items(topic, posts, self.forum, unit.where)
        if len(wanted) > _MOST_POSTS:
            reason = f"has more than {_MOST_POSTS} posts; the later ones were left out"
            yield UnreadableError(unit.where, reason)

    def _posts(self, topic: str, numbers: Sequence[int | None]) -> list[Json]:
        query = "&".join(f"post_ids[]={one}" for one in numbers)
        page = self.api.ask(f"/t/{topic}/posts.json?{query}&include_raw=true", gone=True)
        return mappings(mapping(mapping(page).get("post_stream")).get("posts"))

    def _topics(self, since: datetime | None) -> Iterator[Json]:
        """The topics with activity since a time, the newest first; all, if there is none."""
        known: set[int | None] = set()
        for page in range(_MOST_PAGES):
            answer = self.api.ask("/latest.json", {"order": "activity", "page": page})
            found = mapping(mapping(answer).get("topic_list"))
            topics = mappings(found.get("topics"))
            for topic in topics:
                active = moment(topic.get("bumped_at"))
                if since and active and active < since:
                    return
                yield topic
            new = {number(topic.get("id")) for topic in topics} - known
            if not new or not found.get("more_topics_url"):  # a page without news is one that repeats
                return
            known |= new

    def _unit(self, topic: Json, seen: set[int]) -> Iterator[Unit | UnreadableError]:
        key, category = number(topic.get("id")), number(topic.get("category_id"))
        if key is None or key in seen:  # a topic moves to another page while pages are read
            return
        seen.add(key)
        where, community = f"{self.location}/t/{key}", self.forum.community(topic)
        if community is None:
            reason = "is in a category that the forum does not list; sync again, with a key that may read it"
            yield UnreadableError(where, reason)
        elif is_shown(topic, self.forum) or not self.complete:  # a part of a list cannot say what is gone
            listed = [repr(topic.get(name)) for name in _LISTED]
            basis = (READER_VERSION, self.location, community.slug, str(category in self.forum.questions))
            yield Unit(str(key), fingerprint(*basis, *listed, *topic_tags(topic), self._age(topic)), where)

    def _age(self, topic: Json) -> str:
        """The week of this sync for a topic whose older posts may still be edited."""
        last = moment(topic.get("last_posted_at")) or self.now
        return f"{self.now:%G-%V}" if self.now - last < _YOUNG else ""


@dataclass(frozen=True)
class Api:
    """Asks a forum.

    Attributes:
        web: The client.
        url: Web address of the forum, without a slash at its end.
        headers: The key and whom it reads for; empty for a guest.
    """

    web: WebClient
    url: str
    headers: Mapping[str, str]

    def ask(
        self, path: str, params: Mapping[str, str | int] | None = None, *, gone: bool = False
    ) -> Json | None:
        """Get an object.

        Args:
            path: Path below the forum's address.
            params: The query.
            gone: Whether it may be missing; then the answer is None.

        Raises:
            UnreadableError: If it cannot be had, or is no object.
            SourceError: If the key is refused.
        """
        response = self.web.get(
            self.url + path, headers=self.headers, params=params, allow=GONE if gone else ()
        )
        if response.status in GONE:
            return None
        value = response.json()
        if not isinstance(value, dict):
            raise UnreadableError(self.url + path, "did not answer as a Discourse forum does")
        return value

    def peek(self, path: str, params: Mapping[str, str | int] | None = None) -> Json:
        """Get an object that may be missing or not for this key; then it is empty."""
        refused = frozenset({*GONE, 401, 403})
        response = self.web.get(self.url + path, headers=self.headers, params=params, allow=refused)
        return {} if response.status in refused else mapping(response.json())


class DiscourseLive:
    """Opens a forum by its web address."""

    name = "discourse"
    about = "a Discourse forum, read through its API"
    options: Mapping[str, str] = {
        "key": "environment variable that holds an API key; without it only what everybody may read is read",
        "user": "user name that the key reads for; `system`, who reads everything, if not given",
        "readers": "e-mail addresses of those who may read restricted categories, with commas between them;"
        " if not given, the members of the categories' groups by user name",
    }

    def recognises(self, address: str) -> bool:
        """Only by hosts that have no other use: addresses of forums look like any other."""
        host = address.partition("://")[2].partition("/")[0].lower()
        return host == "meta.discourse.org" or host.endswith(".discourse.group")

    def hosts(self, address: str, options: Mapping[str, str]) -> tuple[str, ...]:
        """None but its own."""
        del address, options
        return ()

    def open(self, place: LivePlace) -> DiscourseSite:
        """Ask for the categories, and make the source.

        Raises:
            SourceError: If it does not answer, refuses the key, or is no Discourse forum.
        """
        key = secret(place.options, "key")
        headers = {"Api-Key": key, "Api-Username": place.options.get("user", "system")} if key else {}
        api = Api(place.web, place.address.rstrip("/"), headers)
        site = api.ask("/site.json") or {}
        if not isinstance(site.get("post_types"), dict):
            raise SourceError(f"{place.address}: is no Discourse forum; give the address of its front page")
        categories = read_categories(_lists(api, site))
        chosen = chosen_readers(place.options)
        parent = place.community
        if key and not _open_to_guests(api):
            parent = closed(parent, chosen or frozenset())

        def readers(category: Category) -> frozenset[str]:
            return _members(api, category) if chosen is None else chosen

        forum = Forum(
            source=place.name,
            url=api.url,
            communities=communities(parent, list(categories.values()), readers),
            questions=frozenset(one.number for one in categories.values() if one.answers),
            about=frozenset(one.about for one in categories.values() if one.about),
        )
        return DiscourseSite(place.name, api.url, api, forum)


LIVE: LiveKind = DiscourseLive()


def _lists(api: Api, site: Json) -> list[Any]:
    """What lists the categories: the site itself, or page by page where it has too many."""
    lists: list[Any] = [site]
    if site.get("lazy_load_categories"):
        for page in range(1, 1000):
            answer = api.ask("/categories.json", {"include_subcategories": "true", "page": page})
            if not mappings(mapping(mapping(answer).get("category_list")).get("categories")):
                break
            lists.append(answer)
    return lists


def _open_to_guests(api: Api) -> bool:
    """Whether the forum shows anything to those who have not signed in."""
    guest = Api(api.web, api.url, {})
    try:
        return "topic_list" in guest.peek("/latest.json", {"order": "activity", "page": 0})
    except TransientError:
        raise
    except UnreadableError:  # a page that asks to sign in is no JSON
        return False


def _members(api: Api, category: Category) -> frozenset[str]:
    """User names of those who may read a restricted category, as far as the key may see them."""
    shown = mapping(api.peek(f"/c/{category.number}/show.json").get("category"))
    groups = {string(one.get("group_name")) for one in mappings(shown.get("group_permissions"))}
    return frozenset(name for group in sorted(groups - {""}) for name in _group(api, group))


def _group(api: Api, group: str) -> Iterator[str]:
    for offset in range(0, _MOST_MEMBERS, _MEMBERS_AT_ONCE):
        query: dict[str, str | int] = {"limit": _MEMBERS_AT_ONCE, "offset": offset}
        answer = api.peek(f"/groups/{group}/members.json", query)
        members = mappings(answer.get("members"))
        yield from filter(None, (string(one.get("username")).strip() for one in members))
        total = number(mapping(answer.get("meta")).get("total")) or 0
        if not members or offset + len(members) >= total:
            return

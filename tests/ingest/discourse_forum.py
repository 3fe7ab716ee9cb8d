"""A small Discourse forum in the shapes of its API (docs.discourse.org; app/serializers of its source)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tests.ingest.servers import Reply, Request, Route

SITE: dict[str, Any] = {
    "post_types": {"regular": 1, "moderator_action": 2, "small_action": 3, "whisper": 4},
    "categories": [
        {"id": 5, "name": "Growing", "slug": "growing", "read_restricted": False, "topic_url": "/t/about/1"},
        {
            "id": 6,
            "name": "Help",
            "slug": "help",
            "parent_category_id": 5,
            "read_restricted": False,
            "custom_fields": {"enable_accepted_answers": "true"},
        },
        {"id": 7, "name": "Board", "slug": "board", "read_restricted": True},
    ],
}


def post(number: int, raw: str, user: str = "ann", **more: Any) -> dict[str, Any]:
    """A post; its number is also its identifier, and its day in March."""
    names = {"ann": (10, "Ann Lee"), "bo": (11, "Bo Ek"), "cy": (12, ""), "discobot": (-2, "discobot")}
    account, name = names.get(user, (99, ""))
    return {
        "id": 100 + number,
        "post_number": number,
        "post_type": 1,
        "username": user,
        "name": name,
        "user_id": account,
        "created_at": f"2024-03-{number:02}T08:00:00.000Z",
        "updated_at": f"2024-04-{number:02}T08:00:00.000Z",
        "version": 1,
        "cooked": f"<p>{raw}</p>",
        "raw": raw,
        "actions_summary": [],
        **more,
    }


def topic(key: int, title: str, *posts: dict[str, Any], category: int = 6, **more: Any) -> dict[str, Any]:
    """A topic with its posts."""
    last = posts[-1]["created_at"] if posts else "2024-03-01T08:00:00.000Z"
    return {
        "post_stream": {"posts": list(posts), "stream": [one["id"] for one in posts]},
        "id": key,
        "title": title,
        "slug": "-".join(title.lower().strip("?").split()),
        "category_id": category,
        "tags": [],
        "archetype": "regular",
        "visible": True,
        "bumped_at": last,
        "last_posted_at": last,
        "posts_count": len(posts),
        "like_count": 0,
        **more,
    }


def listed(one: dict[str, Any]) -> dict[str, Any]:
    """A topic as lists show it: without its posts."""
    return {name: value for name, value in one.items() if name != "post_stream"}


@dataclass
class LiveForum:
    """A forum on a server: two topics a page, one post with the topic, and a key that may expire.

    Attributes:
        topics: Its topics.
        site: What `/site.json` gives.
        key: The key that is good; guests may read too, unless it is a forum for members only.
        members_only: Whether guests read nothing.
        cut: Numbers of topics during which the connection breaks.
    """

    topics: list[dict[str, Any]]
    site: dict[str, Any] = field(default_factory=lambda: SITE)
    key: str = "good"
    members_only: bool = False
    cut: set[int] = field(default_factory=set)

    def routes(self) -> dict[str, Route]:
        """All paths that it may be asked for."""
        topics = (path for key in range(10, 20) for path in (f"/t/{key}.json", f"/t/{key}/posts.json"))
        lists = ("/site.json", "/latest.json", "/c/7/show.json", "/groups/board/members.json")
        return dict.fromkeys((*lists, *topics), self)

    def __call__(self, request: Request) -> Reply:
        """Answer any request."""
        given = request.headers.get("api-key")
        if given not in (None, self.key) or (self.members_only and not given):
            return Reply({"errors": ["The API username or key is invalid."]}, 403)
        if match := re.fullmatch(r"/t/(\d+)(/posts)?\.json", request.path):
            return self._topic(int(match[1]), request)
        if request.path == "/latest.json":
            return self._latest(int(request.query.get("page", 0)))
        if request.path == "/c/7/show.json" and given:
            return Reply({"category": {"group_permissions": [{"group_name": "board", "permission_type": 1}]}})
        if request.path == "/groups/board/members.json" and given:
            return Reply({"members": [{"username": "bo", "name": "Bo Ek"}], "meta": {"total": 1}})
        return Reply(self.site) if request.path == "/site.json" else Reply({}, 404)

    def _latest(self, page: int) -> Reply:
        newest = sorted(self.topics, key=lambda one: str(one["bumped_at"]), reverse=True)
        shown = [listed(one) for one in newest[2 * page : 2 * page + 2]]
        more = {"more_topics_url": f"/latest?page={page + 1}"} if len(newest) > 2 * page + 2 else {}
        return Reply({"topic_list": {"topics": shown, **more}})

    def _topic(self, key: int, request: Request) -> Reply:
        found = next((one for one in self.topics if one["id"] == key), None)
        if found is None:
            return Reply({"errors": ["not found"]}, 404)
        posts, stream = found["post_stream"]["posts"], found["post_stream"]["stream"]
        if request.path.endswith("/posts.json"):
            return Reply({"id": key, "post_stream": {"posts": posts[1:]}})
        return Reply({**found, "post_stream": {"posts": posts[:1], "stream": stream}}, cut=key in self.cut)

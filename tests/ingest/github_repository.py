"""A small repository in the shapes of GitHub's API (docs.github.com/rest, docs.github.com/graphql)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from tests.ingest.servers import Reply, Request, Route

PAGE = "https://github.com/ann/drill"
API = "https://api.github.com/repos/ann/drill"


def issue(number: int, title: str, body: str, user: str = "ann", **more: Any) -> dict[str, Any]:
    """An issue, as REST lists it."""
    return {
        "url": f"{API}/issues/{number}",
        "repository_url": API,
        "html_url": f"{PAGE}/issues/{number}",
        "number": number,
        "title": title,
        "user": {"login": user, "type": "User"},
        "labels": [],
        "state": "open",
        "state_reason": None,
        "assignees": [],
        "comments": 0,
        "created_at": "2024-03-01T00:00:00Z",
        "updated_at": f"2024-03-{number:02}T00:00:00Z",
        "closed_at": None,
        "body": body,
        "reactions": {"total_count": 0, "+1": 0, "-1": 0},
        **more,
    }


def comment(number: int, key: int, body: str, user: str = "ann", **more: Any) -> dict[str, Any]:
    """A comment on an issue, as REST lists it."""
    return {
        "url": f"{API}/issues/comments/{key}",
        "html_url": f"{PAGE}/issues/{number}#issuecomment-{key}",
        "issue_url": f"{API}/issues/{number}",
        "id": key,
        "user": {"login": user, "type": "User"},
        "created_at": "2024-03-02T00:00:00Z",
        "updated_at": "2024-03-02T00:00:00Z",
        "body": body,
        "reactions": {"+1": 0, "-1": 0},
        **more,
    }


def discussion() -> dict[str, Any]:
    """An answered discussion, as GraphQL describes it."""
    thanks = {
        "databaseId": 81,
        "author": {"login": "ann", "__typename": "User"},
        "body": "Thanks!",
        "createdAt": "2024-03-03T00:00:00Z",
        "url": f"{PAGE}/discussions/5#discussioncomment-81",
    }
    grease = {
        "id": "DC_80",
        "databaseId": 80,
        "author": {"login": "bo", "__typename": "User"},
        "body": "Grease it.",
        "createdAt": "2024-03-02T00:00:00Z",
        "isAnswer": True,
        "isMinimized": False,
        "upvoteCount": 3,
        "url": f"{PAGE}/discussions/5#discussioncomment-80",
        "replies": {"pageInfo": {"hasNextPage": False}, "nodes": [thanks]},
    }
    return {
        "number": 5,
        "title": "Loud drills",
        "author": {"login": "ann", "__typename": "User"},
        "body": "Mine is loud.",
        "createdAt": "2024-03-01T00:00:00Z",
        "updatedAt": "2024-03-05T00:00:00Z",
        "category": {"name": "Q&A", "isAnswerable": True},
        "url": f"{PAGE}/discussions/5",
        "comments": {"pageInfo": {"hasNextPage": False}, "nodes": [grease]},
    }


@dataclass
class LiveRepository:
    """A repository on a server: two issues a page.

    Attributes:
        issues: Its issues and pull requests.
        comments: The comments on its issues.
        discussions: Its discussions.
        private: Whether it is private.
        token: The token that is good; guests may read too, unless it is private.
        cut: Numbers of issues whose comments break off.
    """

    issues: list[dict[str, Any]]
    comments: list[dict[str, Any]] = field(default_factory=list)
    discussions: list[dict[str, Any]] = field(default_factory=list)
    private: bool = False
    token: str = "good"  # noqa: S105 - played
    cut: set[int] = field(default_factory=set)

    def routes(self) -> dict[str, Route]:
        """All paths that it may be asked for."""
        base = "/repos/ann/drill"
        parts = [f"{base}/issues/{key}{end}" for key in range(1, 30) for end in ("", "/comments")]
        pulls = [f"{base}/pulls/{key}/{end}" for key in range(1, 30) for end in ("reviews", "comments")]
        lists = (base, f"{base}/issues", f"{base}/issues/comments", f"{base}/collaborators", "/graphql")
        return dict.fromkeys((*lists, *parts, *pulls), self)

    def __call__(self, request: Request) -> Reply:
        """Answer any request."""
        given = request.headers.get("authorization")
        if given not in (None, f"Bearer {self.token}"):
            return Reply({"message": "Bad credentials"}, 401)
        if request.path == "/graphql":
            return self._graphql(json.loads(request.body))
        path = request.path.removeprefix("/repos/ann/drill")
        if not path:
            return Reply({"full_name": "ann/drill", "private": self.private, "has_discussions": True})
        if path == "/collaborators":
            return Reply([{"login": "bo"}])
        if match := re.fullmatch(r"/issues/(\d+)(/comments)?", path):
            return self._issue(int(match[1]), bool(match[2]))
        if path == "/issues/comments":
            return Reply([one for one in self.comments if one["updated_at"] >= request.query["since"]])
        return self._list(request) if path == "/issues" else Reply([])

    def _issue(self, key: int, comments: bool) -> Reply:
        found = [one for one in self.issues if one["number"] == key]
        if comments:
            said = [one for one in self.comments if one["issue_url"].endswith(f"/{key}")]
            return Reply(said, cut=key in self.cut)
        return Reply(found[0]) if found else Reply({"message": "This issue was deleted"}, 410)

    def _list(self, request: Request) -> Reply:
        since, page = request.query.get("since", ""), int(request.query.get("page", 1))
        newest = sorted(self.issues, key=lambda one: str(one["updated_at"]), reverse=True)
        found = [one for one in newest if one["updated_at"] >= since]
        following = f'<{request.path}?page={page + 1}&since={since}>; rel="next"'
        headers = {"Link": following} if len(found) > 2 * page else {}
        return Reply(found[2 * page - 2 : 2 * page], headers=headers)

    def _graphql(self, asked: dict[str, Any]) -> Reply:
        number = asked["variables"].get("number")
        if number is not None:
            found = next((one for one in self.discussions if one["number"] == number), None)
            return Reply({"data": {"repository": {"discussion": found}}})
        listed = [{"number": one["number"], "updatedAt": one["updatedAt"]} for one in self.discussions]
        page = {"pageInfo": {"hasNextPage": False}, "nodes": listed}
        return Reply({"data": {"repository": {"discussions": page}}})

"""Asks GitHub's API: pages by their `Link` headers, GraphQL, and nothing while the limit is used up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from catalog.errors import TransientError, UnreadableError
from ingest.sources.shared.json_values import Json, mapping, mappings, string
from ingest.web.client import GONE, WebClient
from ingest.web.response import Response

_MOST_PAGES = 10_000
_REFUSED = frozenset({*GONE, 401, 403})


@dataclass
class GitHubApi:
    """GitHub's REST and GraphQL APIs.

    Attributes:
        web: The client.
        url: Address of the REST API, without a slash at its end.
        token: The access token; empty for a guest, who reads public repositories without discussions.
    """

    web: WebClient
    url: str
    token: str = ""
    _closed_until: float = field(default=0.0, init=False)

    def one(self, path: str, *, refusable: bool = False) -> Json | None:
        """Get an object; None if it is gone, or refused where that may be.

        Raises:
            UnreadableError: If it cannot be had now, or is no object.
            SourceError: If the token is refused.
        """
        response = self._get(self.url + path, {}, refusable=refusable)
        return None if response is None else self._object(response.json())

    def pages(
        self, path: str, params: Mapping[str, str | int] | None = None, *, refusable: bool = False
    ) -> Iterator[Json]:
        """Get the objects of a list, page by page; nothing if it is gone.

        Raises:
            UnreadableError: If a page cannot be had now.
            SourceError: If the token is refused.
        """
        url, query = self.url + path, {"per_page": 100, **(params or {})}
        for _ in range(_MOST_PAGES):
            response = self._get(url, query, refusable=refusable)
            if response is None:
                return
            yield from mappings(response.json())
            url, query = response.links.get("next", ""), {}
            if not url:
                return
            if urlsplit(url)[:2] != urlsplit(self.url)[:2]:  # the token is for this host alone
                raise UnreadableError(self.url + path, "continues on another host, which is not followed")

    def query(self, text: str, **variables: Any) -> Json:
        """Ask a question of the GraphQL API.

        Raises:
            TransientError: If the limit of questions is reached.
            UnreadableError: If it cannot be answered.
            SourceError: If the token is refused.
        """
        base = self.url.removesuffix("/v3")
        self._wait_for_limit(f"{base}/graphql")
        question = {"query": text, "variables": variables}
        response = self._noting(
            lambda: self.web.post(f"{base}/graphql", json=question, headers=self._headers)
        )
        answer = self._object(response.json())
        errors = [one for one in mappings(answer.get("errors")) if one.get("type") != "NOT_FOUND"]
        if any(one.get("type") == "RATE_LIMITED" for one in errors):
            raise TransientError(f"{base}/graphql", "asks for fewer questions; sync again later")
        if errors:
            reason = (
                f"refuses the question ({string(errors[0].get('message'))[:200]}); check the token's rights"
            )
            raise UnreadableError(f"{base}/graphql", reason)
        return mapping(answer.get("data"))

    def _get(self, url: str, query: Mapping[str, str | int], *, refusable: bool) -> Response | None:
        self._wait_for_limit(url)
        allow = _REFUSED if refusable else GONE
        response = self._noting(lambda: self.web.get(url, headers=self._headers, params=query, allow=allow))
        return None if response.status in allow else response

    def _wait_for_limit(self, url: str) -> None:
        left = self._closed_until - self.web.pace.clock()
        if left > 0:
            reason = (
                f"may be asked again in {left / 60:.0f} minutes, when its limit is renewed; sync again then"
            )
            raise TransientError(url, reason, left)

    def _noting(self, ask: Any) -> Response:
        """Ask, and note until when GitHub does not want to be asked."""
        try:
            response: Response = ask()
        except TransientError as error:
            self._closed_until = self.web.pace.clock() + (error.wait or 0.0)
            raise
        return response

    def _object(self, value: object) -> Json:
        if not isinstance(value, dict):
            raise UnreadableError(self.url, "did not answer as GitHub does; check the address of the API")
        return value

    @property
    def _headers(self) -> dict[str, str]:
        headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        return {**headers, "Authorization": f"Bearer {self.token}"} if self.token else headers

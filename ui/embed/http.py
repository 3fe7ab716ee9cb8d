"""`/embed.js` and `/embed/similar`: there if the settings name the sites that may use them.

It reads as a visitor who has not signed in, whoever the browser belongs to: no cookie and no token counts
here, so no site can read what somebody may read elsewhere.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import anyio.to_thread
from pydantic import BaseModel, Field, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from catalog.errors import CopseError, SettingError
from catalog.nouns import Filters
from catalog.settings import Settings
from ui.access.credentials import Nobody
from ui.api_parameters import LONGEST_QUESTION
from ui.api_problems import answer_error, tell
from ui.embed.shown import EmbedOut, embed_out
from ui.limits import Limits, count
from ui.problems import invalid_out
from ui.service import Service

SCRIPT, SIMILAR = "/embed.js", "/embed/similar"
"""The addresses that pages of the named sites may use."""

_FILE = Path(__file__).with_name("embed.js")
_KEPT = 3600  # seconds for which a browser keeps the script


class _Asked(BaseModel):
    q: str = Field(max_length=LONGEST_QUESTION)
    community: list[str] = Field(default=[], max_length=20)
    k: int = Field(default=3, ge=1, le=10)


class Embed:
    """What pages of other sites may use.

    Args:
        service: The opened library.
        limits: How often and how much at once.

    Raises:
        SettingError: If a site is none.
    """

    def __init__(self, service: Service, limits: Limits) -> None:
        self.origins = read_origins(service.settings)
        self._service = service.seen_by(Nobody())
        self._limits = limits

    def routes(self) -> list[Route]:
        """The addresses."""
        return [Route(SCRIPT, self.script), Route(SIMILAR, self.similar)]

    async def script(self, _: Request) -> Response:
        """Give the script."""
        self._check()
        headers = {"Cache-Control": f"public, max-age={_KEPT}"}
        return Response(_FILE.read_bytes(), media_type="text/javascript", headers=headers)

    async def similar(self, request: Request) -> Response:
        """Give the past problems like the one that is being typed."""
        self._check()
        given = request.query_params
        try:
            asked = _Asked.model_validate({**given, "community": given.getlist("community")})
        except ValidationError as error:
            return tell(invalid_out(*(f"{one['loc'][0]}: {one['msg']}" for one in error.errors())))
        try:
            count(self._limits.rates, self._service, Nobody(), request.client.host if request.client else "")
            async with self._limits.work.place():
                found = await anyio.to_thread.run_sync(self._find, asked)
        except CopseError as error:
            return answer_error(error, SIMILAR)
        return JSONResponse(found.model_dump(mode="json"), headers={"Cache-Control": "no-store"})

    def _find(self, asked: _Asked) -> EmbedOut:
        narrowed = Filters(communities=self._service.slugs(asked.community))
        found = self._service.similar(asked.q, narrowed, asked.k, typing=True)
        return embed_out(found, self._service.names())

    def _check(self) -> None:
        if not self.origins:
            raise HTTPException(404)


def read_origins(settings: Settings) -> frozenset[str]:
    """The sites that the settings name.

    Raises:
        SettingError: If one is no site.
    """
    sites = [part.strip().rstrip("/").lower() for part in settings.embed_origins.split(",")]
    for site in filter(None, sites):
        parts = urlsplit(site)
        if parts.scheme not in ("http", "https") or site != f"{parts.scheme}://{parts.netloc}" or "@" in site:
            raise SettingError(
                f"COPSE_EMBED_ORIGINS: {site!r} is no site; give addresses such as "
                "https://forum.example.org, with commas between them"
            )
    return frozenset(filter(None, sites))

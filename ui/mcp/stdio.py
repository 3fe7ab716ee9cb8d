"""MCP over standard input and output: a program on this machine starts `copse mcp` and talks to it."""

from __future__ import annotations

import signal
import sys
from contextlib import closing
from typing import Any

import anyio
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from catalog.settings import Settings
from ui.mcp.server import make_server
from ui.service import Service


def serve_stdio(settings: Settings) -> None:
    """Serve until the other side closes its end.

    Raises:
        LibraryError: If there is no library, or it cannot be opened.
    """
    with closing(Service.open(settings)) as service:
        service.warm_up()
        if sys.stdin.isatty():
            print("Waiting for the messages of an MCP client; Ctrl-D ends it", file=sys.stderr)
        # Python's own way to end waits for the thread that reads standard input, which reads on and on.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        anyio.run(_serve, make_server(lambda _: service))


async def _serve(server: Server[Any]) -> None:
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())

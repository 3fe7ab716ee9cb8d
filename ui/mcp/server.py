"""Makes the MCP server over an opened library: lists the tools, runs them, and tells their errors."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from importlib.metadata import version
from typing import Any

import anyio.to_thread
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
    ToolAnnotations,
)
from pydantic import ValidationError
from starlette.requests import Request

from catalog.errors import OverloadedError
from ui.mcp import tools
from ui.mcp.told import quoted
from ui.problems import ProblemOut, invalid_out, problem_out
from ui.service import Service

PROBLEM = "copse/problem"
"""Where a failed call tells the name of its problem, in the metadata of its result."""

Bind = Callable[[Request | None], Service]
"""Gives the library as whoever sent a request may see it; there is no request on stdio."""

_Context = ServerRequestContext[Any, Any]


Place = Callable[[], AbstractAsyncContextManager[None]]
"""Waits for a place at work, and holds it; there may be too many who wait."""


def make_server(bind: Bind, place: Place = nullcontext) -> Server[Any]:
    """Make the server.

    Args:
        bind: Gives the library as the asker may see it, anew for every call.
        place: Gives a call its place at work.
    """
    by_name = {tool.name: tool for tool in tools.TOOLS}
    listed = [_listed(tool) for tool in tools.TOOLS]

    async def list_tools(_: _Context, __: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=listed)

    async def call_tool(context: _Context, call: CallToolRequestParams) -> CallToolResult:
        tool = by_name.get(call.name)
        if tool is None:
            return _failed(invalid_out(f"{call.name}: no such tool; there are {', '.join(by_name)}"))
        try:
            async with place():
                return await anyio.to_thread.run_sync(_run, tool, bind, context.request, call.arguments or {})
        except OverloadedError as error:
            return _failed(problem_out(error, tool.name))

    return Server(
        "copse",
        title="Copse",
        version=version("copse"),
        instructions=tools.INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _listed(tool: tools.Tool) -> Tool:
    return Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.takes.model_json_schema(),
        output_schema=tool.gives.model_json_schema(mode="serialization"),
        annotations=ToolAnnotations(
            title=tool.title,
            read_only_hint=not tool.writes,
            destructive_hint=False,
            idempotent_hint=not tool.writes,
            open_world_hint=False,
        ),
    )


def _run(tool: tools.Tool, bind: Bind, request: Request | None, given: dict[str, Any]) -> CallToolResult:
    """Run a tool; whatever goes wrong is told as its result, for the model to read."""
    try:
        wanted = tool.takes.model_validate(given)
    except ValidationError as error:
        return _failed(invalid_out(*(f"{_where(one['loc'])}: {one['msg']}" for one in error.errors())))
    try:
        service = bind(request)
        found = tool.run(service, wanted)
        text = quoted(tool.tell(found, service.names()))
    except Exception as error:  # noqa: BLE001 - what nobody foresaw goes to the log, by the table of problems
        return _failed(problem_out(error, f"the tool {tool.name}"))
    return CallToolResult(content=[TextContent(text=text)], structured_content=found.model_dump(mode="json"))


def _where(place: tuple[int | str, ...]) -> str:
    return ".".join(map(str, place)) or "arguments"


def _failed(problem: ProblemOut) -> CallToolResult:
    return CallToolResult(
        content=[TextContent(text=problem.detail)], is_error=True, _meta={PROBLEM: problem.name}
    )

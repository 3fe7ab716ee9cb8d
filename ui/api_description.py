"""The description of the API (OpenAPI): names, summaries and groups of all addresses, made in one place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

_GROUPS = {
    "Questions": ("What the community knows.", ("ask", "search", "similar")),
    "People": ("Who knows about it.", ("experts", "people", "person")),
    "Topics": ("What is written about, and by whom.", ("topic", "topics", "risks")),
    "Items": (
        "What was written.",
        ("item", "items", "items.csv", "page-picture", "contributions", "documents"),
    ),
    "Requests": ("Questions that were put to people.", ("requests",)),
    "Sources": (
        "Where it is read from, and the syncs that keep in step with it.",
        ("sources", "source-kinds", "jobs"),
    ),
    "Members": ("Who may do what.", ("me", "members", "tokens")),
    "Feedback": ("What helped.", ("feedback",)),
    "Library": ("What there is to read.", ("communities", "community", "map", "gaps", "status")),
    "Service": ("How the service itself is.", ("health", "ready", "metrics")),
}


def operation_id(route: APIRoute) -> str:
    """The name of an operation, made of its address: `requests_key_answer` for `POST /requests/{key}/answer`.

    What only reads goes by its address; where something else happens there, its method comes first.
    """
    parts = route.path_format.translate(str.maketrans("-.", "__")).split("/")
    words = [part.strip("{}") for part in parts if part]
    method = min(route.methods or {"GET"}).lower()
    return "_".join(words if method == "get" else [method, *words])


def described(api: FastAPI) -> dict[str, Any]:
    """The description, with a summary and a group for each operation.

    What a function's docstring says in its first line is the summary, what comes after it the description.
    """
    description = FastAPI.openapi(api)
    if "tags" in description:
        return description
    for path, _, operation in operations(description):
        first, _, rest = operation.get("description", "").partition("\n\n")
        operation["summary"] = " ".join(first.split()).rstrip(".")
        operation["description"] = rest or f"{operation['summary']}."
        operation["tags"] = operation.get("tags") or [group_of(path)]
        _describe_events(operation)
    used = {operation["tags"][0] for _, _, operation in operations(description)}
    told = {name: about for name, (about, _) in _GROUPS.items()}
    names = [name for name in _GROUPS if name in used] + sorted(used - set(_GROUPS))
    description["tags"] = [{"name": name, "description": told.get(name, "")} for name in names]
    return description


def _describe_events(operation: dict[str, Any]) -> None:
    """What the framework describes as the whole of a stream is the data of each of its events."""
    for response in operation["responses"].values():
        stream = response.get("content", {}).get("text/event-stream")
        if stream and "schema" in stream:
            data = {"contentMediaType": "application/json", "contentSchema": stream.pop("schema")}
            stream["itemSchema"]["properties"]["data"].update(data)


def operations(description: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every operation, with its address and its method in capitals."""
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            yield path, method.upper(), operation


def group_of(path: str) -> str:
    """The group to which an address belongs; that of its first part where no other is known."""
    first = path.split("/")[1]
    known = {part: name for name, (_, parts) in _GROUPS.items() for part in parts}
    return known.get(first, first.capitalize())

"""The description of the API as tests read it: what each operation takes, and the examples of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ui.api_description import operations
from ui.reference import describe

Operation = Mapping[str, Any]
Field = tuple[str, bool, Mapping[str, Any]]
"""Its name, whether it is required, and its schema with what is said about it."""


DESCRIPTION = describe()
OPERATIONS: Mapping[str, tuple[str, str, Operation]] = {
    operation["operationId"]: (method, path, operation) for path, method, operation in operations(DESCRIPTION)
}
"""Method, address and all the rest of each operation, by its name."""


def parameters(operation: Operation) -> list[Field]:
    """What its address takes."""
    return [
        (one["name"], one["required"], {"description": one.get("description"), **one["schema"]})
        for one in operation.get("parameters", ())
    ]


def fields(operation: Operation) -> list[Field]:
    """What its body consists of."""
    if "requestBody" not in operation:
        return []
    [content] = operation["requestBody"]["content"].values()
    form = DESCRIPTION["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
    required = form.get("required", ())
    return [(name, name in required, schema) for name, schema in form.get("properties", {}).items()]


def example(schema: Mapping[str, Any]) -> Any:
    """The first example of a value; None if there is none."""
    return next(iter(schema.get("examples", ())), None)


def body(operation: Operation) -> dict[str, Any]:
    """What to send besides the address: every field that has an example."""
    if "requestBody" not in operation:
        return {}
    [media_type] = operation["requestBody"]["content"]
    given = {name: example(schema) for name, _, schema in fields(operation) if example(schema) is not None}
    if media_type == "application/json":
        return {"json": given}
    return {"files": {name: ("example.md", value) for name, value in given.items()}}

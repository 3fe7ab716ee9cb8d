"""The reference of the API as Markdown, made of its description."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from ui.api_description import operations

MARK = "<!-- What follows is made by `python -m ui.reference`. -->"

_Schema = Mapping[str, Any]

_PREFIX = "/api/v1"

_BOUNDS = (
    ("minimum", "maximum", ""),
    ("minLength", "maxLength", " characters"),
    ("minItems", "maxItems", ""),
)


def reference(description: Mapping[str, Any]) -> str:
    """Every group with its operations, then every form that they take or give.

    Args:
        description: The description after OpenAPI.
    """
    schemas = description["components"]["schemas"]
    parts = []
    for group in description["tags"]:
        parts.append(f"## {group['name']}\n\n{group['description']}")
        for path, method, operation in operations(dict(description)):
            if operation["tags"] == [group["name"]]:
                parts += _operation(path, method, operation, schemas)
    parts.append("## Forms\n\nWhat is sent and what comes back.")
    for name, schema in sorted(schemas.items()):
        parts += [f"### {name}", *_told(schema.get("description", "")), *_form(schema)]
    return "\n\n".join(parts) + "\n"


def _operation(path: str, method: str, operation: _Schema, schemas: _Schema) -> Iterator[str]:
    yield f"### `{method} {path}`"
    yield f"{operation['summary']}."
    if operation["description"] != f"{operation['summary']}.":
        yield operation["description"]
    rows = [
        _row(one["name"], one["schema"], required=one["required"], about=one["description"])
        for one in operation.get("parameters", ())
    ]
    if rows:
        # An address cannot say null.
        rows = [(name, kind.removesuffix(" or null"), *rest) for name, kind, *rest in rows]
        yield _table(("Parameter", "Type", "Default", "What it is"), rows)
    if "requestBody" in operation:
        [(media_type, body)] = operation["requestBody"]["content"].items()
        yield f"Takes {_kind(body['schema'])} as `{media_type}`."
    yield from _responses(operation["responses"])
    yield f"```console\n$ {_example(path, method, operation, schemas)}\n```"


def _responses(responses: _Schema) -> Iterator[str]:
    for status, response in responses.items():
        if status == "default":
            continue
        content = response.get("content", {}).items()
        kinds = " · ".join(f"`{media}`: {_kind(_form_of(told))}" for media, told in content)
        yield f"Gives {status}, {kinds}." if kinds else f"Gives {status}, without a body."
        if "\n" in response.get("description", ""):
            yield response["description"]


def _form_of(told: _Schema) -> _Schema:
    """The form of a response; of a stream, that of the data of each event."""
    events = told.get("itemSchema", {}).get("properties", {}).get("data", {})
    found: _Schema = events.get("contentSchema") or told.get("schema", {})
    return found


def _form(schema: _Schema) -> Iterator[str]:
    required = schema.get("required", ())
    rows = [
        _row(name, one, required=name in required, about=one.get("description", ""))
        for name, one in schema.get("properties", {}).items()
    ]
    if rows:
        yield _table(("Field", "Type", "Default", "What it is"), rows)
    if "enum" in schema:
        yield "One of " + ", ".join(f"`{one}`" for one in schema["enum"]) + "."


def _row(name: str, schema: _Schema, *, required: bool, about: str) -> tuple[str, ...]:
    return f"`{name}`", _kind(schema), _default(schema, required=required), about


def _told(description: str) -> list[str]:
    return [description.split("\n\nAttributes:")[0]] if description else []


def _kind(schema: _Schema) -> str:
    """The type of a value with its bounds, in a few words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    if "const" in schema or "enum" in schema:
        return ", ".join(f"`{one}`" for one in schema.get("enum", [schema.get("const")]))
    kind = schema.get("format") or schema.get("type", "any")
    if kind == "array":
        bounds = _bounds(schema)
        return f"list{bounds}{',' if bounds else ''} of {_kind(schema.get('items', {}))}"
    of = schema.get("additionalProperties")
    return f"{kind} of {_kind(of)}" if of else f"{kind}{_bounds(schema)}"


def _bounds(schema: _Schema) -> str:
    for least, most, what in _BOUNDS:
        if most in schema and least in schema:
            return f", {schema[least]} to {schema[most]}{what}"
        if most in schema:
            return f", up to {schema[most]}{what}"
        if least in schema:
            return f", from {schema[least]}{what}"
    return ""


def _default(schema: _Schema, *, required: bool) -> str:
    if required:
        return "(required)"
    default = schema.get("default")
    return "" if default in (None, "", [], {}) else f"`{json.dumps(default)}`"


def _example(path: str, method: str, operation: _Schema, schemas: _Schema) -> str:
    """A command that asks it."""
    needed = [one for one in operation.get("parameters", ()) if one["required"]]
    given = {one["name"]: one["schema"].get("examples", [""])[0] for one in needed}
    where = path.format_map(given)
    query = {name: value for name, value in given.items() if f"{{{name}}}" not in path}
    address = f"http://127.0.0.1:8501{_PREFIX}{where}" + (f"?{urlencode(query)}" if query else "")
    quoted = f"'{address}'" if query else address
    options = "" if method == "GET" else f" -X {method}"
    if "requestBody" not in operation:
        return f"curl{options} {quoted}"
    [(media_type, body)] = operation["requestBody"]["content"].items()
    form = schemas[body["schema"]["$ref"].rpartition("/")[2]].get("properties", {})
    values = {name: one["examples"][0] for name, one in form.items() if "examples" in one}
    if media_type != "application/json":
        files = " ".join(f"-F {name}=@example.md" for name in values)
        return f"curl{options} {files} {quoted}"
    sent = json.dumps(values, ensure_ascii=False)
    return f"curl{options} -H 'Content-Type: application/json' -d '{sent}' {quoted}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, row))} |" for row in lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())

"""Writes the JSON schema of a reply: `python -m ui.schema > docs/answer.schema.json`."""

from __future__ import annotations

import json

from ui.schemas import ReplyOut


def answer_schema() -> str:
    """The schema of what `copse ask --json` and `/api/v1/ask` give, as a JSON document."""
    schema = ReplyOut.model_json_schema(mode="serialization")
    named = {"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema
    return json.dumps(named, indent=2) + "\n"


if __name__ == "__main__":
    print(answer_schema(), end="")

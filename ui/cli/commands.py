"""All commands by name. One is made when it is asked for: what goes into the others holds it up no longer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any

import typer

MODULES = {
    "ingest": "ingest",
    "sync": "sync",
    "ask": "ask",
    "chat": "chat",
    "search": "find",
    "experts": "find",
    "similar": "find",
    "list": "listing",
    "topic": "topics",
    "topics": "topics",
    "show": "show",
    "status": "show",
    "settings": "show",
    "gaps": "gaps",
    "community": "community",
    "feedback": "feedback",
    "doctor": "doctor",
    "eval": "measure",
    "tune": "tune",
    "forget": "forget",
    "serve": "serve",
    "mcp": "mcp",
    "source": "source",
    "people": "people",
    "requests": "requests",
    "contribute": "contribute",
    "members": "members",
    "tokens": "members",
}
"""The file of each command, in the order in which help tells them."""


class Commands(Mapping[str, Any]):
    """The commands of the program, each made when it is first looked up."""

    def __getitem__(self, name: str) -> Any:
        """The command of this name.

        Raises:
            KeyError: If there is none.
        """
        return _made(MODULES[name])[name]

    def __iter__(self) -> Iterator[str]:
        """Their names, in the order in which help tells them."""
        return iter(MODULES)

    def __len__(self) -> int:
        """How many there are."""
        return len(MODULES)


@cache
def _made(module: str) -> Mapping[str, Any]:
    """The commands of one file."""
    part = typer.Typer(rich_markup_mode="rich")
    import_module(f"ui.cli.{module}").register(part)
    return typer.main.get_group(part).commands

"""The documentation of commands and settings, held to what the program has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from catalog.nouns import Scope, Standing
from catalog.settings import TABLE, Setting
from ui.cli import app

_DOCS = Path(__file__).parents[2] / "docs"
_SETTINGS = (_DOCS / "settings.md").read_text(encoding="utf-8")
_COMMANDS = (_DOCS / "commands.md").read_text(encoding="utf-8")
_PROGRAM = typer.main.get_command(app)
_BY_NAME = getattr(_PROGRAM, "commands")  # noqa: B009 - the type of a group is not public


def _section(command: str) -> str:
    found = re.search(rf"^## `copse {command}`$(.*?)(?=^## |\Z)", _COMMANDS, re.MULTILINE | re.DOTALL)
    assert found, f"docs/commands.md has no section on copse {command}"
    return found[1]


@pytest.mark.parametrize("setting", TABLE, ids=lambda setting: setting.name)
def test_every_setting_is_documented(setting: Setting) -> None:
    """Its row has the name, the variable, the default and the help, as the table has them."""
    choices = f" One of {', '.join(f'`{choice}`' for choice in setting.choices)}." if setting.choices else ""
    default = "(empty)" if setting.default == "" else f"`{setting.default}`"
    row = f"| `{setting.name}` | `{setting.variable}` | {default} | {setting.help}{choices} |"

    assert row in _SETTINGS.splitlines()


def test_no_setting_is_documented_that_there_is_not() -> None:
    """A setting that goes, goes from the documentation too."""
    assert re.findall(r"^\| `(\w+)` \|", _SETTINGS, re.MULTILINE) == [setting.name for setting in TABLE]


def test_the_commands_documented_are_those_there_are() -> None:
    """In the order in which `copse --help` lists them."""
    assert re.findall(r"^## `copse (\w+)`$", _COMMANDS, re.MULTILINE) == list(_BY_NAME)


@pytest.mark.parametrize("name", list(_BY_NAME))
def test_every_option_of_a_command_is_documented(name: str) -> None:
    """In the section of the command, or in the one that the four questions share."""
    shared = _COMMANDS.partition("## `copse")[0]
    section = _section(name) + shared
    options = [option for parameter in _BY_NAME[name].params for option in parameter.opts]

    assert [option for option in options if option.startswith("-") and f"`{option}" not in section] == []


@pytest.mark.parametrize("name", list(_BY_NAME))
def test_every_command_has_an_example_that_it_takes(name: str) -> None:
    """Each example in the documentation and in the help is a command with options that exist."""
    command = _BY_NAME[name]
    parts = [command, *getattr(command, "commands", {}).values()]
    known = {
        option
        for part in parts
        for parameter in part.params
        for option in (*parameter.opts, *parameter.secondary_opts)
    }
    for text in (_section(name), command.help):
        examples = re.findall(rf"^\s*\$ (?:\w+=\S+ )?copse {name}\b(.*)$", text, re.MULTILINE)
        used = {
            word
            for example in examples
            for word in re.findall(r"(?<=\s)--?[a-z][a-z-]*", example.split("|")[0])
        }
        assert examples
        assert used <= known


@pytest.mark.parametrize("standing", Standing)
def test_every_role_is_documented(standing: Standing) -> None:
    """With what it may do."""
    assert f"\n| {standing.value} | " in (_DOCS / "administration.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("scope", Scope)
def test_every_scope_of_a_token_is_documented(scope: Scope) -> None:
    """With what it opens."""
    assert f"`{scope.value}`" in (_DOCS / "administration.md").read_text(encoding="utf-8")

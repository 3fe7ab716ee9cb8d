"""What somebody in a chat can ask, and what they get: `ask`, `experts`, `similar` and `help`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from catalog.nouns import Filters
from ui.api_parameters import LONGEST_QUESTION
from ui.hooks.said import Line, Run, Teller
from ui.problems import problem_out
from ui.service import Service

_MANY = 3

_Run = Callable[[Service, Teller, str], list[Line]]


@dataclass(frozen=True, slots=True)
class _Command:
    """A word that begins what somebody writes.

    Attributes:
        example: What follows it, in the help.
        does: What it does, in the help.
        run: Asks the library, and puts in words what it gives.
    """

    example: str
    does: str
    run: _Run


def _ask(service: Service, teller: Teller, text: str) -> list[Line]:
    return teller.reply(service.ask(text, Filters(), _MANY))


def _experts(service: Service, teller: Teller, text: str) -> list[Line]:
    return teller.experts(service.experts(text, Filters(), _MANY))


def _similar(service: Service, teller: Teller, text: str) -> list[Line]:
    return teller.similar(service.similar(text, Filters(), _MANY))


_COMMANDS = {
    "ask": _Command("QUESTION", "an answer with its sources; “ask” may be left out", _ask),
    "experts": _Command("TOPIC", "the people who know about it", _experts),
    "similar": _Command("PROBLEM", "who met it before, and what solved it", _similar),
}

HELP: list[Line] = [
    (Run("What you can ask Copse", bold=True),),
    *(
        (Run(f"{name} {command.example}", bold=True), Run(f" — {command.does}"))
        for name, command in _COMMANDS.items()
    ),
    (Run("help", bold=True), Run(" — this")),
]


def obey(service: Service, home: str, text: str) -> list[Line]:
    """Do what somebody wrote. What goes wrong is told like anything else, in one line.

    Args:
        service: The library, as whoever asks may see it.
        home: Address under which people open Copse; empty if they cannot.
        text: What they wrote behind the name of the command.
    """
    first, _, rest = text.strip().partition(" ")
    command = _COMMANDS.get(first.lower())
    asked = (rest if command else text).strip()[:LONGEST_QUESTION]
    if not asked or asked.lower() == "help":
        return HELP
    try:
        return (command or _COMMANDS["ask"]).run(service, Teller(service.names(), home), asked)
    except Exception as error:  # noqa: BLE001 - what nobody foresaw goes to the log, by the table of problems
        return [(Run(problem_out(error, "a command of a chat").detail),)]

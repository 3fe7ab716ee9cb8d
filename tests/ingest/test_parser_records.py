"""Reading a unit of a source in a child process: what comes across, and what a hostile one can do."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from catalog.errors import TransientError, UnreadableError
from ingest.parser import Parser
from ingest.sources.protocol import Record, Unit
from tests.ingest.misbehaving import RECORDS, Misbehaving


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    """One child at a time, with little patience."""
    with Parser(1, seconds=2, megabytes=512) as parser:
        yield parser


def read(parser: Parser, key: str) -> tuple[list[Record], int]:
    """The records of a unit, and the process that read them."""
    *records, told = parser.read(Misbehaving(), Unit(key, "1", f"/it/{key}"))
    assert isinstance(told, UnreadableError)
    return records, int(told.reason.removeprefix("read in "))


def test_records_come_across_as_they_are(parser: Parser) -> None:
    """Every field of every kind of record."""
    assert tuple(read(parser, "fine")[0]) == RECORDS


def test_a_child_reads_many_units(parser: Parser) -> None:
    """Of one source, and of another one."""
    first = Misbehaving()
    units = [Unit("fine", "1", "/it/a"), Unit("fine", "1", "/it/b")]
    told = [list(parser.read(first, unit))[-1] for unit in units]
    told.append(list(parser.read(Misbehaving(), units[0]))[-1])
    assert len({str(one).partition(": ")[2] for one in told}) == 1


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        (
            "hang",
            "took longer than 4 s to read; set COPSE_PARSE_SECONDS to allow more, or convert it to text",
        ),
        (
            "crash",
            "crashed its reader (SIGSEGV); it is probably damaged: save it again or convert it to text",
        ),
        ("recurse", "is nested too deeply to be read; split it"),
        ("stumble", "is damaged (KeyError: 'posts'); export it again"),
        (
            "call",
            "is damaged (PermissionError: socket.getaddrinfo: a parser may not do this); export it again",
        ),
        pytest.param(
            "fill",
            "needs more than 512 MB to be read; set COPSE_PARSE_MEGABYTES to allow more, or split it",
            marks=pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the address space"),
        ),
    ],
)
def test_a_unit_that_misbehaves_costs_only_itself(parser: Parser, key: str, reason: str) -> None:
    """What came before is there, one reason says what happened, and the next unit is read."""
    records: list[Record] = []
    with pytest.raises(UnreadableError) as caught:
        records.extend(parser.read(Misbehaving(), Unit(key, "1", f"/it/{key}")))
    assert str(caught.value) == f"/it/{key}: {reason}"
    assert tuple(read(parser, "fine")[0]) == RECORDS


def test_what_may_work_later_is_known_as_such(parser: Parser) -> None:
    """So that it is tried again soon."""
    with pytest.raises(TransientError, match="/it/3: does not answer"):
        list(parser.read(Misbehaving(), Unit("refuse", "1", "/it/refuse")))


def test_a_reader_that_is_left_early_leaves_nothing_running(parser: Parser) -> None:
    """Its process is ended, and a fresh one takes over."""
    records = parser.read(Misbehaving(), Unit("hang", "1", "/it/hang"))
    assert isinstance(records, Iterator)
    next(records)
    records.close()  # type: ignore[attr-defined]
    assert tuple(read(parser, "fine")[0]) == RECORDS

"""Damage to files, as hostile people and broken disks make it."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable
from io import BytesIO
from random import Random
from typing import Any, Final
from zipfile import ZipFile

PIECES: Final = (
    *(b"\0", b"\xff", b"\xff\xfe", b"\xed\xa0\x80", b"\xe2\x80\xa8", b"\n", b"\r", b"\t", b"\x1b", b"\x85"),
    *(b'"', b"'", b"\\", b",", b";", b"|", b"`", b"::", b"..", b"{", b"}", b"[", b"]", b"<", b">", b"/>"),
    *(b"\\ud800", b"&#0;", b"&a;", b"]]>", b"<!--", b"<![CDATA[", b"<!DOCTYPE a [<!ENTITY a 'b'>]>", b"%"),
    *(b"null", b"true", b"NaN", b"1e999", b"-1", b"0", b"99999999999999999999", b"-0.5", b"[[]]", b"{}"),
    *(b"0001-01-01", b"9999-12-31T23:59:59-14:00", b"31/02/2024", b"=?utf-8?b?", b"--m", b"From ", b"://"),
    *(b"../..", b"C:\\", b"http://[", b"xn--", b"@", b"-->", b"{{", b"[[", b"\\bin9", b"\\u-9", b"/Kids"),
)
"""What many formats give a meaning to."""

VALUES: Final[tuple[Any, ...]] = (
    *(
        None,
        True,
        0,
        -1,
        1e308,
        2**63,
        10**400,
        "",
        "\ud800",
        "\0",
        "x" * 2000,
        [],
        {},
        [[]],
        [None],
        {"": {}},
    ),
    *("0001-01-01", "9999-12-31T23:59:59-14:00", "1e999", -(10**12), 10**15, "http://[", "../..", ["a", 1]),
)
"""What a value of JSON is replaced by."""

_NUMBER: Final = re.compile(rb"\d+")


def damaged(data: bytes, random: Random) -> bytes:
    """A file with a few kinds of damage."""
    for _ in range(random.randint(1, 4)):
        data = random.choice(_DAMAGES)(data, random)
    return data


def _replaced(data: bytes, random: Random) -> bytes:
    start = random.randrange(len(data) + 1)
    end = start + random.choice((0, 0, 1, 4, 40))
    return data[:start] + random.choice(PIECES) + data[end:]


def _noise(data: bytes, random: Random) -> bytes:
    start = random.randrange(len(data) + 1)
    return data[:start] + random.randbytes(random.randint(1, 8)) + data[start + 8 :]


def _repeated(data: bytes, random: Random) -> bytes:
    start = random.randrange(len(data) + 1)
    stretch = data[start : start + random.choice((1, 8, 64, 512))]
    return data[:start] + stretch * random.choice((2, 3, 200)) + data[start:]


def _cut(data: bytes, random: Random) -> bytes:
    start = random.randrange(len(data) + 1)
    return data[:start] + data[start + random.choice((1, 8, 64, len(data))) :]


def _other_number(data: bytes, random: Random) -> bytes:
    found = list(_NUMBER.finditer(data))
    if not found:
        return data
    match = random.choice(found)
    number = random.choice((b"0", b"-1", b"255", b"65536", b"4294967296", b"9" * 19, b"9" * 5000))
    return data[: match.start()] + number + data[match.end() :]


def _other_value(data: bytes, random: Random) -> bytes:
    """A value of JSON (of one line, if each line is JSON) is replaced by another one."""
    lines = data.split(b"\n") if data.startswith(b"{") and not _loaded(data) else [data]
    at = random.randrange(len(lines))
    value = _loaded(lines[at])
    if value is None:
        return data
    places = list(_places(value))
    if places:
        holder, key = random.choice(places)
        holder[key] = random.choice(VALUES)
    lines[at] = json.dumps(value).encode()
    return b"\n".join(lines)


def _loaded(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _places(value: Any) -> list[tuple[Any, Any]]:
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []
    return [place for key in keys for place in [(value, key), *_places(value[key])]]


def _part(data: bytes, random: Random) -> bytes:
    """A part of a zip container is damaged, or missing."""
    file = BytesIO()
    try:
        with ZipFile(BytesIO(data)) as archive, ZipFile(file, "w") as copy:
            names = archive.namelist()
            victim = random.choice(names)
            lost = random.random() < 0.1
            for name in names:
                content = archive.read(name)
                if name != victim:
                    copy.writestr(name, content)
                elif not lost:
                    copy.writestr(name, damaged(content, random))
    except Exception:  # noqa: BLE001 - damaged before, and no container any more
        return data
    return file.getvalue()


def _inside(data: bytes, random: Random) -> bytes:
    if data.startswith(b"PK"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of two parts with one name
            return _part(data, random)
    return _other_value(data, random)


_DAMAGES: Final[tuple[Callable[[bytes, Random], bytes], ...]] = (
    *(_replaced, _noise, _repeated, _cut, _other_number),
    *(_inside, _inside, _inside),
)

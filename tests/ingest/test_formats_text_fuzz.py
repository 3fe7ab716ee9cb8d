"""Damaged files of text: a document or a reason comes out, nothing else."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.errors import UnreadableError
from ingest import formats
from ingest.documents import Document

_NOTEBOOK = {"cells": [{"cell_type": "code", "source": ["x"], "outputs": [{"text": "y"}]}], "metadata": {}}
_SPEECH = {"title": "t", "segments": [{"start": 1, "end": "00:00:02", "text": "x", "speaker": {"name": "A"}}]}
_RST = """A
=

:Author: Ann
:Date: 2024

.. note:: x
   :o: 1

:ref:`a <b>` |s| x_

== ==
a  b
== ==
"""
_ASCIIDOC = """= A
Ann Lee <a@x.example>
v1, 2024
:n: {n}

[cols=2*]
|===
|a
2+|b
|===
* i
[source,c]
----
"""
_MAIL = """From: A <a@x>
Subject: =?utf-8?q?x?=
Content-Type: multipart/mixed; boundary=m

--m

> x
--m--
"""
_FILES = {
    "a.txt": "Größe, компост".encode("utf-16-le"),
    "a.rst": _RST.encode(),
    "a.adoc": _ASCIIDOC.encode(),
    "a.ipynb": json.dumps(_NOTEBOOK).encode(),
    "a.json": json.dumps(_SPEECH).encode(),
    "a.vtt": b"WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ann>x\n\n",
    "a.eml": _MAIL.encode(),
}
_PIECES = st.sampled_from(
    [
        b"\x00",
        b"\xff",
        b"\n",
        b"..",
        b"::",
        b"|",
        b"`",
        b"{n}",
        b"<",
        b"=?",
        b"null",
        b"[",
        b'"',
        b"-->",
        b"1e999",
    ]
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@pytest.mark.parametrize("name", _FILES)
@given(st.data())
def test_a_damaged_file_gives_a_document_or_a_reason(name: str, data: st.DataObject) -> None:
    """Whatever is cut, repeated or inserted."""
    content = _FILES[name]
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(content)))
        length = data.draw(st.integers(0, 12))
        put = data.draw(_PIECES | st.binary(max_size=4) | st.just(content[start : start + 4 * length]))
        content = content[:start] + put + content[start + length :]
    with suppress(UnreadableError):
        assert isinstance(formats.read(content, name), Document)

"""reStructuredText."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.documents import Document
from ingest.formats import rst


def _text(source: str) -> str:
    return rst.read(source.encode(), "a.rst").text


def test_the_title_and_the_fields_are_taken_out() -> None:
    """They say what the document is; the sections stay headings."""
    source = (
        ".. _top:\n\nCompost\n=======\n\n:Author: Ann Lee\n:Contact: ann@x.example\n:Date: 2024-03-14\n\n"
        "Turn *it*.\n\nHeat\n----\n\n* Hot\n"
    )
    assert rst.read(source.encode(), "a.rst") == Document(
        text="Turn *it*.\n\n## Heat\n\n- Hot",
        title="Compost",
        authors=("Ann Lee <ann@x.example>",),
        created=datetime(2024, 3, 14, tzinfo=UTC),
        meta={"author": "Ann Lee", "contact": "ann@x.example", "date": "2024-03-14"},
    )


@pytest.mark.parametrize(
    ("source", "markdown"),
    [
        ("See :ref:`the guide <guide>`.", "See the guide."),
        ("Call :py:func:`~a.b.run`.", "Call `run`."),
        (".. note:: Be careful.", "Note\n\nBe careful."),
        (".. versionadded:: 3.2\n\n   News.", "New in version 3.2\n\nNews."),
        (".. py:function:: run(*args)\n   :module: m\n\n   Runs.", "run(*args)\n\nRuns."),
        (".. code-block:: python\n   :emphasize-lines: 1\n\n   run()", "```\nrun()\n```"),
        (".. figure:: x.png\n   :alt: A heap\n   :zoom: 3\n\n   Steaming.", "A heap\n\nSteaming."),
        ("A\n\n.. toctree::\n   :hidden:\n\n   b\n", "A"),
        ("See broken_ and |version|.", "See broken_ and |version|."),
    ],
)
def test_what_sphinx_adds_keeps_its_text(source: str, markdown: str) -> None:
    """No message of docutils, no lost words."""
    assert _text(source) == markdown


@pytest.mark.parametrize("source", [".. include:: /etc/hostname", ".. raw:: html\n\n   <b>x</b>"])
def test_nothing_is_included(source: str) -> None:
    """No other file, no HTML."""
    assert _text(f"Text.\n\n{source}") == "Text."


def test_what_docutils_fails_on_is_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own mistakes cost no text."""

    def fail(source: str) -> Document:
        raise IndexError

    monkeypatch.setattr(rst, "_read", fail)
    assert _text("Turn *it*.") == "Turn *it*."

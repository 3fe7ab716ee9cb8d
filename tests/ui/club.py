"""A small club's files: a forum, a handbook page and lessons of a public community, and a private board."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from catalog.errors import UnreadableError
from catalog.settings import Settings, read_settings
from tests.prepared import copied
from ui.sync import ingest_path

_POSTS = """<?xml version="1.0" encoding="utf-8"?>
<posts>
<row Id="1" PostTypeId="1" AcceptedAnswerId="2" CreationDate="2023-05-01T08:00:00.000" Score="4" \
Title="Why is the water in the rain tank green?" Tags="&lt;water&gt;" OwnerUserId="1" \
Body="&lt;p&gt;The water in our rain tank turned green in a week.&lt;/p&gt;" />
<row Id="2" PostTypeId="2" ParentId="1" CreationDate="2023-05-02T08:00:00.000" Score="7" OwnerUserId="2" \
Body="&lt;p&gt;Light makes the water in the rain tank green. Paint the \
&lt;strong&gt;rain tank&lt;/strong&gt; black.&lt;/p&gt;&lt;p&gt;Mine has been clear for years.&lt;/p&gt;" />
<row Id="3" PostTypeId="1" CreationDate="2024-06-01T08:00:00.000" Score="1" \
Title="Which hoe suits clay soil?" Tags="&lt;tools&gt;" OwnerUserId="1" \
Body="&lt;p&gt;My hoe bounces off clay soil.&lt;/p&gt;" />
</posts>
"""

_USERS = """<?xml version="1.0" encoding="utf-8"?>
<users>
<row Id="1" DisplayName="Ines" />
<row Id="2" DisplayName="Gwen" />
</users>
"""

_LESSONS = """Ref,Headline,Lesson learned,Recommendation,Logged by,Email,Date
L1,Shed roof flew off,Nails pull out in wind,Screw every shed roof sheet down,Colm,colm@example.org,2022-02-18
"""

_COMPOST = """---
title: Compost recipe
authors: [Gwen]
date: 2021-03-01
---

Intro <script>document.title = "hacked"</script>

## Mixing

Mix two parts of green compost with one part of **brown** compost.

![a heap](https://evil.example/heap.png) [click](javascript:alert(1)) [more](https://example.org/compost)
"""

FILES: Mapping[str, str] = {
    "garden/copse.toml": '[community]\nname = "Garden Club"\nslug = "garden"\n',
    "garden/forum/Posts.xml": _POSTS,
    "garden/forum/Users.xml": _USERS,
    "garden/lessons.csv": _LESSONS,
    "garden/compost.md": _COMPOST,
    "board/copse.toml": (
        '[community]\nname = "Board"\nslug = "board"\nprivate = true\nreaders = ["ada@example.org"]\n'
    ),
    "board/minutes.md": "---\ntitle: Minutes of March\n---\n\nThe rent of the meadow rises in June.\n",
}


class Quiet:
    """Nobody who wants to know how far an ingest has come."""

    def begin(self, source: str, units: int) -> None:
        """Say nothing."""

    def look(self, origin: str) -> None:
        """Say nothing."""

    def read(self, units: int, items: int, passages: int = 0) -> None:
        """Say nothing."""

    def embedded(self, done: int, total: int) -> None:
        """Say nothing."""

    def failed(self, error: UnreadableError) -> None:
        """A file of the club that cannot be read is a mistake in the test."""
        raise error


def make_club(folder: Path) -> Settings:
    """The club's files and a library of them, made with the fake encoder; the settings are the owner's."""
    return copied(_ingest_club, folder)


def _ingest_club(folder: Path) -> Settings:
    for name, text in FILES.items():
        (folder / "club" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "club" / name).write_text(text, encoding="utf-8")
    options = {"library": folder / "library", "model": "hash:64"}
    settings = read_settings(options, environ={})
    ingest_path(settings, folder / "club", Quiet())
    return settings

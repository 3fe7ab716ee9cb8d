"""A library with a public club and a private vault in which everything has a word that nobody else may read.

Whoever may not read the vault must never see `SECRET`, whatever they ask and wherever they look.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from catalog.gaps import record_gap
from catalog.nouns import Scope, Standing
from catalog.settings import Settings, read_settings
from catalog.store import Catalog
from tests.ui.club import Quiet
from ui.sync import ingest_path

SECRET = "zebra"  # noqa: S105 - a word
ITEM, PUBLIC_ITEM = "library:zebra/minutes.md", "library:club/compost.md"
QUESTION = "When does the lease of the sealed meadow end?"

_FILES: Mapping[str, str] = {
    "club/copse.toml": '[community]\nname = "Garden Club"\nslug = "club"\n',
    "club/compost.md": "---\ntitle: Compost\nauthors: [Gwen]\ntags: [soil]\n---\n\nMix green compost.\n",
    "zebra/copse.toml": (
        '[community]\nname = "Zebra Vault"\nslug = "zebra"\nprivate = true\n'
        'readers = ["quux@zebra.example"]\n'
    ),
    **{
        f"zebra/note-{number}.md": (
            f"---\ntitle: Zebra note {number}\nauthors: [Zebra Lin]\ntags: [zebra, lease]\n---\n\n"
            f"The fence of part {number}.\n"
        )
        for number in range(4)
    },
    "zebra/minutes.md": (
        "---\ntitle: Zebra minutes\nauthors: [Zebra Lin]\ntags: [zebra, lease]\ndate: 2026-01-05\n---\n\n"
        "The lease of the sealed zebra meadow ends in June.\n"
    ),
    "zebra/lessons.csv": (
        "Ref,Headline,Lesson learned,Recommendation,Logged by,Email,Date\n"
        "Z1,Zebra lease lost,The lease of the sealed meadow was lost,Keep the zebra lease in the safe,"
        "Zebra Quux,quux@zebra.example,2026-02-18\n"
    ),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who asks.

    Attributes:
        name: What they are called.
        key: Their token.
        standing: What they may do in the vault; None for whoever may not read it.
        enters: Whether they may enter at all.
        writes: Whether their token may write.
    """

    name: str
    key: str
    standing: Standing | None
    enters: bool = True
    writes: bool = True


def make_vault(folder: Path) -> Settings:
    """Write the files, ingest them, and leave traces of everything in the vault."""
    for name, text in _FILES.items():
        (folder / "library" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "library" / name).write_text(text, encoding="utf-8")
    options = {"library": folder / "copse", "model": "hash:64", "api_rate": 0, "member_role": "reader"}
    settings = read_settings(options, environ={})
    ingest_path(settings, folder / "library", Quiet())
    with Catalog.open(settings.library) as catalog:
        owner, now = catalog.owner(), datetime.now(UTC)
        record_gap(catalog, owner, "Where is the zebra key?", ["zebra"], 0.2, now)
    return settings


def make_actors(settings: Settings) -> list[Actor]:
    """Everybody who may come, from those who may do nothing to the owner."""
    with Catalog.open(settings.library) as catalog:
        with catalog.members(catalog.owner()) as members:
            for standing in (Standing.READER, Standing.CONTRIBUTOR, Standing.STEWARD):
                members.grant(f"{standing.value}@x.example", "zebra", standing)
            keys = {
                name: members.add_token(name, name, scope, 30)[1]
                for name, scope in [
                    ("guest", Scope.ADMIN),
                    ("stranger@x.example", Scope.ADMIN),
                    ("reader@x.example", Scope.ADMIN),
                    ("contributor@x.example", Scope.ADMIN),
                    ("steward@x.example", Scope.ADMIN),
                    ("owner", Scope.ADMIN),
                    ("suspended@x.example", Scope.ADMIN),
                ]
            }
            _, reading = members.add_token("reading", "owner", Scope.READ, 30)
            _, revoked = members.add_token("revoked", "owner", Scope.ADMIN, 30)
            members.revoke_token(max(token.id for token in members.tokens()))
            members.suspend("suspended@x.example")
        with catalog.members(catalog.owner(), datetime.now(UTC) - timedelta(days=9)) as members:
            _, expired = members.add_token("expired", "owner", Scope.ADMIN, 1)
    return [
        *(Actor(name, key, None, enters=False) for name, key in [("expired", expired), ("revoked", revoked)]),
        Actor("suspended", keys["suspended@x.example"], None, enters=False),
        Actor("guest", keys["guest"], None),
        Actor("stranger", keys["stranger@x.example"], None),
        Actor("reader", keys["reader@x.example"], Standing.READER),
        Actor("contributor", keys["contributor@x.example"], Standing.CONTRIBUTOR),
        Actor("steward", keys["steward@x.example"], Standing.STEWARD),
        Actor("owner who only reads", reading, Standing.OWNER, writes=False),
        Actor("owner", keys["owner"], Standing.OWNER),
    ]

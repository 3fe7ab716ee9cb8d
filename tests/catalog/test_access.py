"""Who may enter and what they may do: accounts, grants and tokens, and the viewers made from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from catalog.access.accounts import Account
from catalog.access.members import Members
from catalog.errors import NotAllowedError, NotFoundError, NotSignedInError, SettingError
from catalog.nouns import Community, Scope, Standing, Viewer
from catalog.store import Catalog

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ADA = Account(0, "https://id.example", "u1", "ada@x.example", "Ada", frozenset({"brewers"}), False, NOW, NOW)
READER, CONTRIBUTOR, STEWARD, OWNER = Standing
_ALL = {"garden", "board", "cellar"}


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """A library with a public garden, and with a board and a cellar that are private."""
    with Catalog.open(tmp_path) as catalog:
        with catalog.write() as writer:
            writer.put_community(Community("garden", "Garden"))
            writer.put_community(
                Community("board", "Board", private=True, readers=frozenset({"Ada@x.example"}))
            )
            writer.put_community(
                Community("cellar", "Cellar", private=True, readers=frozenset({"group:Brewers"}))
            )
        yield catalog


def grant(catalog: Catalog, grantee: str, community: str, standing: Standing) -> None:
    """Let the owner give a standing."""
    with catalog.members(catalog.owner(), NOW) as members:
        members.grant(grantee, community, standing)


def member(catalog: Catalog, who: Account = ADA, least: Standing = READER) -> Viewer:
    """Somebody who has just signed in."""
    return catalog.entrance(NOW).member(who, least)


def rights(viewer: Viewer) -> tuple[set[str], set[str], set[str], bool]:
    """What a viewer may read, write, and decide about; and whether they own the library."""
    return set(viewer.communities), set(viewer.contributes), set(viewer.stewards), viewer.owner


def test_a_guest_reads_what_is_public_and_nothing_else(catalog: Catalog) -> None:
    """And may do nothing."""
    assert rights(catalog.entrance().reader("guest")) == ({"garden"}, set(), set(), False)


def test_nobody_becomes_the_owner_by_calling_themselves_so(catalog: Catalog) -> None:
    """The owner is told by a mark that only the entrance sets."""
    named = catalog.entrance().reader("owner")
    assert rights(named) == ({"garden"}, set(), set(), False)
    with catalog.members(named) as members, pytest.raises(NotAllowedError):
        members.accounts()


def test_a_member_reads_the_communities_that_list_their_address_or_a_group(
    catalog: Catalog,
) -> None:
    """In any case of letters."""
    assert rights(member(catalog)) == ({"garden", "board", "cellar"}, set(), set(), False)


def test_a_display_name_opens_nothing(catalog: Catalog) -> None:
    """Anybody can call themselves anything."""
    mallory = Account(0, "https://id.example", "u2", "", "ada@x.example", frozenset(), False, NOW, NOW)
    assert member(catalog, mallory).communities == {"garden"}
    assert member(catalog, mallory).name == "u2 at https://id.example"


def test_members_write_where_they_read_if_the_settings_say_so(catalog: Catalog) -> None:
    """The setting `member_role`."""
    assert member(catalog, least=CONTRIBUTOR).contributes == {"garden", "board", "cellar"}


@pytest.mark.parametrize(
    ("standing", "community", "expected"),
    [
        (READER, "board", ({"garden", "board"}, set(), set(), False)),
        (CONTRIBUTOR, "board", ({"garden", "board"}, {"board"}, set(), False)),
        (STEWARD, "garden", ({"garden"}, {"garden"}, {"garden"}, False)),
        (CONTRIBUTOR, "", ({"garden", "board", "cellar"}, {"garden", "board", "cellar"}, set(), False)),
    ],
)
def test_a_grant_opens_a_community_or_all_of_them(
    catalog: Catalog, standing: Standing, community: str, expected: tuple[set[str], set[str], set[str], bool]
) -> None:
    """By the group of whoever signs in, or by their address."""
    bo = Account(0, "https://id.example", "u3", "bo@x.example", "Bo", frozenset({"crew"}), False, NOW, NOW)
    for grantee in ("bo@x.example", "group:crew"):
        grant(catalog, grantee, community, standing)
        assert rights(member(catalog, bo)) == expected
        with catalog.members(catalog.owner()) as members:
            members.revoke(grantee, community)
        assert rights(member(catalog, bo)) == ({"garden"}, set(), set(), False)


def test_of_several_grants_the_best_one_counts(catalog: Catalog) -> None:
    """A group's and one's own."""
    grant(catalog, "group:brewers", "garden", STEWARD)
    grant(catalog, "ada@x.example", "garden", READER)
    assert member(catalog).stewards == {"garden"}


def test_who_was_made_owner_may_do_everything_under_their_own_name(catalog: Catalog) -> None:
    """So the audit tells who it was."""
    grant(catalog, "ada@x.example", "", OWNER)
    assert (member(catalog).owner, member(catalog).name) == (True, "ada@x.example")


def test_who_is_suspended_is_out_at_once_and_on_every_path(catalog: Catalog) -> None:
    """By sign-in and by token, until they are let in again."""
    member(catalog)
    with catalog.members(catalog.owner(), NOW) as members:
        _, key = members.add_token("script", "ada@x.example", Scope.READ, 30)
        members.suspend("Ada@x.example")
    with pytest.raises(NotSignedInError, match="suspended"):
        member(catalog)
    with pytest.raises(NotSignedInError, match="suspended"):
        catalog.entrance(NOW).bearer(key, READER)
    with catalog.members(catalog.owner()) as members:
        members.suspend("ada@x.example", suspended=False)
    assert member(catalog).communities == {"garden", "board", "cellar"}


def test_who_never_signed_in_can_be_kept_out(catalog: Catalog) -> None:
    """By their address."""
    with catalog.members(catalog.owner()) as members:
        members.suspend("ada@x.example")
    with pytest.raises(NotSignedInError):
        member(catalog)


def test_for_whom_nobody_vouches_any_more_when_they_are_suspended(catalog: Catalog) -> None:
    """As where a chat reads as somebody."""
    with catalog.members(catalog.owner()) as members:
        members.suspend("ada@x.example")
    with pytest.raises(NotSignedInError, match="suspended"):
        catalog.entrance().reader("Ada@x.example")


def test_nobody_waits_at_the_door_for_somebody_who_writes(catalog: Catalog) -> None:
    """Who comes in is written down by a later request."""
    with catalog.members(catalog.owner(), NOW) as members:
        _, key = members.add_token("script", "ada@x.example", Scope.READ, 30)
    with catalog.write():
        assert member(catalog).communities == _ALL
        assert catalog.entrance(NOW).bearer(key, READER).name == "ada@x.example"
    with catalog.members(catalog.owner()) as members:
        assert members.accounts() == []
    member(catalog)
    with catalog.members(catalog.owner()) as members:
        assert [account.email for account in members.accounts()] == ["ada@x.example"]


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope.READ, ({"garden", "board", "cellar"}, set(), set(), False)),
        (Scope.WRITE, ({"garden", "board", "cellar"}, {"garden", "board", "cellar"}, set(), False)),
        (Scope.ADMIN, (_ALL, _ALL, _ALL, True)),
    ],
)
def test_a_token_opens_no_more_than_its_scope(
    catalog: Catalog, scope: Scope, expected: tuple[set[str], set[str], set[str], bool]
) -> None:
    """Of what its owner may do."""
    with catalog.members(catalog.owner(), NOW) as members:
        _, key = members.add_token("script", "", scope, 30)
    assert rights(catalog.entrance(NOW).bearer(key, READER)) == expected


def test_a_token_acts_with_the_groups_of_the_last_sign_in(catalog: Catalog) -> None:
    """Of whoever has its address; without one, with none."""
    with catalog.members(catalog.owner(), NOW) as members:
        _, key = members.add_token("script", "ada@x.example", Scope.READ, 30)
    assert catalog.entrance(NOW).bearer(key, READER).communities == {"garden", "board"}
    member(catalog)
    assert catalog.entrance(NOW).bearer(key, READER).communities == {"garden", "board", "cellar"}


def test_a_token_of_somebody_who_may_not_enter_any_more_opens_nothing(catalog: Catalog) -> None:
    """As when a domain or a group is taken from those who may."""
    member(catalog)
    with catalog.members(catalog.owner(), NOW) as members:
        _, key = members.add_token("script", "ada@x.example", Scope.READ, 30)
    with pytest.raises(NotSignedInError, match="may not enter here"):
        catalog.entrance(NOW).bearer(key, READER, lambda _, groups: "staff" in groups)
    assert catalog.entrance(NOW).bearer(key, READER, lambda _, groups: "brewers" in groups)


def test_a_token_ends_on_its_day_or_when_it_is_revoked(catalog: Catalog) -> None:
    """And one that never was opens nothing."""
    with catalog.members(catalog.owner(), NOW) as members:
        made, key = members.add_token("script", "guest", Scope.READ, 30)
    assert catalog.entrance(NOW + timedelta(days=29)).bearer(key, READER).communities == {"garden"}
    with pytest.raises(NotSignedInError, match="'script' has expired"):
        catalog.entrance(NOW + timedelta(days=30)).bearer(key, READER)
    with catalog.members(catalog.owner(), NOW) as members:
        members.revoke_token(made.id)
    for unknown in (key, "copse_none", "", "\ud800"):
        with pytest.raises(NotSignedInError, match="does not count"):
            catalog.entrance(NOW).bearer(unknown, READER)


def test_the_key_of_a_token_is_not_in_the_library(catalog: Catalog) -> None:
    """Whoever reads a backup has no key."""
    with catalog.members(catalog.owner(), NOW) as members:
        made, key = members.add_token("script", "", Scope.ADMIN, 30)
        assert members.tokens() == [made]
    files = (path.read_bytes() for path in catalog.folder.glob("catalog.db*"))
    assert not any(key.encode() in content or key[6:].encode() in content for content in files)


def test_a_steward_decides_about_the_members_of_their_communities_only(catalog: Catalog) -> None:
    """Others are not told what there is."""
    grant(catalog, "ada@x.example", "board", STEWARD)
    grant(catalog, "bo@x.example", "garden", READER)
    ada = member(catalog)
    with catalog.members(ada) as members:
        members.grant("Cy@x.example", "board", CONTRIBUTOR)
        assert [(one.grantee, one.community) for one in members.grants()] == [
            ("ada@x.example", "board"),
            ("cy@x.example", "board"),
        ]
    for community, error in [("garden", NotAllowedError), ("", NotAllowedError), ("nowhere", NotFoundError)]:
        with catalog.members(ada) as members, pytest.raises(error):
            members.grant("cy@x.example", community, READER)
    refused: list[Callable[[Members], object]] = [
        lambda members: members.accounts(),
        lambda members: members.suspend("cy@x.example"),
        lambda members: members.add_token("theirs", "cy@x.example", Scope.READ, 30),
        lambda members: members.add_token("all", "owner", Scope.READ, 30),
    ]
    for call in refused:
        with catalog.members(ada) as members, pytest.raises(NotAllowedError):
            call(members)


def test_members_make_tokens_for_themselves(catalog: Catalog) -> None:
    """And see and revoke no others."""
    with catalog.members(catalog.owner(), NOW) as members:
        other, _ = members.add_token("nightly", "", Scope.ADMIN, 30)
    with catalog.members(member(catalog), NOW) as members:
        mine, key = members.add_token("notes", "", Scope.READ, 30)
        assert members.tokens() == [mine]
        with pytest.raises(NotFoundError):
            members.revoke_token(other.id)
    assert catalog.entrance(NOW).bearer(key, READER).name == "ada@x.example"


def test_a_visitor_makes_no_token(catalog: Catalog) -> None:
    """It would let them in for years, even where guests may enter no more."""
    with catalog.members(catalog.entrance().reader("guest")) as members, pytest.raises(NotAllowedError):
        members.add_token("forever", "", Scope.READ, 3_660)


def test_a_name_that_only_looks_like_an_address_gets_no_token(catalog: Catalog) -> None:
    """Whoever is suspended would keep it: it is by their address that tokens of theirs are known."""
    bo = Account(0, "https://id.example", "bo@x", "", "Bo", frozenset(), False, NOW, NOW)
    with catalog.members(member(catalog, bo)) as members, pytest.raises(SettingError, match="e-mail address"):
        members.add_token("notes", "", Scope.READ, 30)


@pytest.mark.parametrize("grantee", ["Ada", "", "group:", "ada @x.example"])
def test_a_grantee_is_an_address_or_a_group(catalog: Catalog, grantee: str) -> None:
    """Never a name."""
    with catalog.members(catalog.owner()) as members, pytest.raises(SettingError, match="e-mail address"):
        members.grant(grantee, "garden", READER)


def test_what_is_decided_about_members_is_in_the_audit(catalog: Catalog) -> None:
    """Without addresses, as everywhere in it."""
    member(catalog)
    grant(catalog, "ada@x.example", "board", STEWARD)
    with catalog.members(catalog.owner(), NOW) as members:
        made, _ = members.add_token("script", "ada@x.example", Scope.READ, 30)
        members.suspend("ada@x.example")
        members.revoke_token(made.id)
        members.revoke("ada@x.example", "board")
    with catalog.read(catalog.owner()) as reader:
        told = [(line.actor, line.action, line.detail) for line in reader.decisions(limit=10)]
    assert told == [
        ("owner", "revoke", "ada in board"),
        ("owner", "revoke-token", "token 1"),
        ("owner", "suspend", "ada"),
        ("owner", "token", "token 1, 30 days: read for ada"),
        ("owner", "grant", "steward in board to ada"),
        ("ada", "first-sign-in", "https://id.example"),
    ]

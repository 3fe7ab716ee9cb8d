"""People as sources name them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.nouns import Contribution, Identity, IdentityKind, Person, Role
from ingest.sources.shared.people import (
    contribute,
    email_identities,
    handle,
    is_bot,
    natural_order,
    people,
    person,
    split_names,
)

ANN_EMAIL = Identity(IdentityKind.EMAIL, "", "ann@x.example")
ANN_MD5 = Identity(IdentityKind.EMAIL_MD5, "", "ee5a9a976aa9e63ba2911c03ad3978b2")


def test_an_address_comes_with_its_md5() -> None:
    """Forum dumps publish only the hash of an address, so both identities are given; case does not count."""
    assert email_identities(" Ann@X.example ") == {ANN_EMAIL, ANN_MD5}


@pytest.mark.parametrize("text", ["", "ann", "ann@", "@x.example", "ann lee@x.example"])
def test_what_is_no_address_identifies_nobody(text: str) -> None:
    """A cell that holds something else than an address gives no e-mail identity."""
    assert email_identities(text) == frozenset()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Palmer, Jenni", "Jenni Palmer"),
        ("Jenni Palmer", "Jenni Palmer"),
        ("Stambolian, Damon (Day)", "Damon (Day) Stambolian"),
        ("Van Laak, James", "James Van Laak"),
        ("Doe, John, Jr.", "John Doe, Jr."),
        ("Jane Doe, PhD", "Jane Doe, PhD"),
        ("Mendoza, DR", "DR Mendoza"),
        ("ann-lee", "ann-lee"),
    ],
)
def test_a_name_is_put_into_the_order_in_which_it_is_spoken(text: str, name: str) -> None:
    """Only "Last, First" is turned round; degrees stay at the end."""
    assert natural_order(text) == name


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Palmer, Jenni", ["Palmer, Jenni"]),
        ("Palmer, Jenni; Osei, Sam", ["Palmer, Jenni", "Osei, Sam"]),
        ("Jenni Palmer and Sam Osei", ["Jenni Palmer", "Sam Osei"]),
        ("Jenni Palmer & Anna van der Berg", ["Jenni Palmer", "Anna van der Berg"]),
        ("Palmer, Jenni & Osei, Sam", ["Palmer, Jenni", "Osei, Sam"]),
        ("Jenni Palmer / Sam Osei", ["Jenni Palmer", "Sam Osei"]),
        ("Research and Development", ["Research and Development"]),
        ("Safety & Health", ["Safety & Health"]),
        ("Smith &amp; Sons", ["Smith & Sons"]),
        (" ; ", []),
    ],
)
def test_a_list_of_names_is_split(text: str, names: list[str]) -> None:
    """A semicolon always splits, "and" only between whole names, a comma never."""
    assert split_names(text) == names


@pytest.mark.parametrize(
    "text", ["", " ", "null", "Admin", "Unknown", "Microsoft Office User", "N/A, N/A", "-", "?", "42"]
)
def test_a_placeholder_is_nobody(text: str) -> None:
    """What software or habit puts where a name should be makes no person."""
    assert person(text, "lessons") is None


@pytest.mark.parametrize(
    "text", ["Ann Lee <ann@x.example>", "Lee, Ann <ANN@x.example>", "Ann Lee (ann@x.example)"]
)
def test_an_address_beside_a_name_belongs_to_the_person(text: str) -> None:
    """The usual ways of writing a name and an address together give one person with all identities."""
    expected = Person("Ann Lee", frozenset({handle("ann lee", "lessons"), ANN_EMAIL, ANN_MD5}))
    assert person(text, "lessons") == expected


@pytest.mark.parametrize(
    "text",
    [
        "[deleted]", "Deleted User", "deleted-user-12", "deleted_user", "(removed)", "Former member", "ghost",
        "anonymised user", "Anonymous Coward", "user12345", "User 7", "Deactivated Account",
    ],
)  # fmt: skip
def test_a_deleted_account_is_nobody(text: str) -> None:
    """What a forum puts in the place of a name that is gone makes no person."""
    assert person(text, "forum") is None


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("dependabot[bot]", ""), ("dependabot-preview", ""), ("tips-bot", ""), ("Build Bot", ""),
        ("bot-42", ""),
        ("TipsBot", ""), ("GitHub Actions", ""), ("Mailer-Daemon", ""), ("No Reply", ""), ("no-reply", ""),
        ("Robot", ""), ("Forum", "noreply@x.example"), ("Forum", "do-not-reply@x.example"),
        ("CI", "build-bot@x.example"), ("Renovate", "29139614+renovate[bot]@users.example"),
    ],
)  # fmt: skip
def test_a_program_is_recognised(name: str, address: str) -> None:
    """By its name or by its address."""
    found = person(name, "forum", address)
    assert is_bot(name, address)
    assert found is not None
    assert found.bot


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("Ann Abbott", "abbott@x.example"), ("Bottomley", ""), ("Talbot", ""), ("Robotka", ""),
        ("BOTTEGA", ""),
        ("Ann Lee", "123+annlee@users.noreply.github.com"), ("Replyton", ""), ("Boty McBotface", ""),
        ("Jim Jenkins", ""), ("Philippe TALBOT", ""),
    ],
)  # fmt: skip
def test_people_whose_name_has_bot_in_it_are_people(name: str, address: str) -> None:
    """A word counts, not a part of one."""
    assert not is_bot(name, address)


def test_an_address_alone_gives_a_name_only_where_it_spells_one() -> None:
    """`first.last@` is a name; of any other address nothing may be shown."""
    found = [person(text, "lessons") for text in ("ann.lee@x.example", "al83@x.example")]
    assert found == [Person("Ann Lee", email_identities("ann.lee@x.example")), None]


def test_a_placeholder_with_an_address_is_named_by_the_address() -> None:
    """An export that writes "Unknown" still says who it was in its e-mail column."""
    assert person("Unknown", "lessons", "ann.lee@x.example") == Person(
        "Ann Lee", email_identities("ann.lee@x.example")
    )


def test_the_address_given_apart_belongs_to_the_first_of_several() -> None:
    """A table has one e-mail column, which is that of the one who submitted the row."""
    assert people("Ann Lee; Bo Ek", "lessons", "ann@x.example") == [
        Person("Ann Lee", frozenset({handle("Ann Lee", "lessons"), ANN_EMAIL, ANN_MD5})),
        Person("Bo Ek", frozenset({handle("Bo Ek", "lessons")})),
    ]


def test_handles_do_not_depend_on_case_and_spacing() -> None:
    """A name typed twice is one handle."""
    assert handle(" Ann   LEE ", "a") == Identity(IdentityKind.HANDLE, "a", "ann lee")


def test_somebody_contributes_once() -> None:
    """The contact of a lesson who also submitted it does not count twice."""
    ann, bo = Person("Ann", frozenset({ANN_EMAIL})), Person("Bo", frozenset({handle("bo", "x")}))
    authored = contribute(Role.AUTHORED, [ann], None)
    assert contribute(Role.EDITED, [ann, bo], None, besides=authored) == [Contribution(bo, Role.EDITED)]


@given(st.text(max_size=300))
def test_any_text_can_be_read_as_people(text: str) -> None:
    """Whatever a cell holds, people come out with a name on one line, or nobody does."""
    assert all(
        one.name == one.name.strip() and "\n" not in one.name and one.name for one in people(text, "x")
    )

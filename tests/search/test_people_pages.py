"""Profiles, topics and risks over a real library with a readable fake model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from catalog.errors import NotFoundError
from catalog.nouns import Contribution, Filters, Item, Kind, Person, Role
from catalog.settings import read_settings
from catalog.store import Catalog
from catalog.wishes import Wish
from search.embed import embed_pending
from search.encoder import HashEncoder
from search.engine import Engine
from search.people.topics import Risk
from tests.build import Put, make_item, make_person

ENCODER = HashEncoder(256)

Numbers = Callable[[str], int]


def at(year: int, month: int = 6) -> datetime:
    return datetime(year, month, 1, tzinfo=UTC)


def asked(key: str, title: str, by: str, when: datetime, *tags: str) -> Item:
    return make_item(
        key,
        f"{title}. What can I do?",
        kind=Kind.QUESTION,
        title=title,
        created=when,
        tags=tags,
        contributions=(Contribution(make_person(by), Role.ASKED, when),),
    )


def answered(key: str, to: Item, by: str, when: datetime, **values: Any) -> Item:
    role = Role.ACCEPTED if values.get("accepted") else Role.ANSWERED
    return make_item(
        key,
        f"{to.title}: {by} says what to do about it.",
        kind=Kind.ANSWER,
        title=to.title,
        thread=to.key,
        created=when,
        contributions=(Contribution(make_person(by), role, when),),
        **values,
    )


def _mould() -> Iterator[Item]:
    """Colm answers four questions about mould and nothing else; Bert one, and four about compost."""
    for number in range(1, 5):
        question = asked(f"m{number}", f"Mould on shed beam {number}", "Lotte", at(2025, number), "mould")
        yield question
        yield answered(f"m{number}a", question, "Colm", at(2025, number), votes=number, accepted=number == 4)
    yield answered("m1b", question, "Bert", at(2025, 5))


def _compost() -> Iterator[Item]:
    """Bert answers four in 2025; Gwen answered four in 2019 and nothing since."""
    for number in range(1, 5):
        question = asked(f"c{number}", f"Compost heap {number} is cold", "Ines", at(2019, number), "compost")
        yield question
        yield answered(f"c{number}a", question, "Gwen", at(2019, number))
        yield answered(f"c{number}b", question, "Bert", at(2025, number))


def _secret() -> Iterator[Item]:
    """On the private board, Agent Swordfish and Bert write about mould too."""
    for number in range(1, 7):
        when = at(2026, number)
        by = (make_person("Agent Swordfish"), make_person("Bert"))
        yield make_item(
            f"s{number}",
            "The mould on the shed beam is treated with swordfish oil.",
            title="Swordfish oil on mould",
            community="board",
            created=when,
            tags=("mould", "swordfish"),
            contributions=tuple(Contribution(person, Role.AUTHORED, when) for person in by),
        )


@pytest.fixture
def engine(catalog: Catalog, put: Put) -> Iterator[Engine]:
    """A library about mould and compost, with a private board."""
    put(*_mould(), *_compost(), *_secret())
    embed_pending(catalog, ENCODER, lambda _done, _total: None)
    with Engine(catalog, read_settings({"library": catalog.folder, "model": ENCODER.location}, {})) as engine:
        yield engine


@pytest.fixture
def number_of(engine: Engine) -> Numbers:
    """Gives the number of the person of a name."""

    def find(name: str) -> int:
        with engine.catalog.read(engine.catalog.owner()) as reader:
            return reader.person(name).person.id

    return find


def guest(engine: Engine) -> Any:
    return engine.catalog.viewer("guest")


def wish(engine: Engine, person: int, wished: Wish) -> None:
    with engine.catalog.write() as writer:
        writer.put_wish(person, wished)


def test_a_profile_tells_what_somebody_writes_about(engine: Engine) -> None:
    """Roles, topics by name, the best contribution first, and whom they answered."""
    profile = engine.profile(guest(engine), "Colm")
    assert profile.roles == {Role.ANSWERED: 3, Role.ACCEPTED: 1}
    assert [(one.name, one.items, one.share, one.accepted) for one in profile.topics] == [
        ("mould", 4, 1.0, 1)
    ]
    assert [best.item.key for best in profile.best] == ["m4a", "m3a", "m2a", "m1a"]
    assert [(one.person.name, one.answered, one.answered_by) for one in profile.collaborators] == [
        ("Lotte", 4, 0)
    ]
    assert (profile.first, profile.last, profile.past) == (at(2025, 1), at(2025, 4), False)


def test_a_timeline_has_no_gaps(engine: Engine) -> None:
    """Months in which nothing was done are there, too."""
    timeline = engine.profile(guest(engine), "Bert").timeline
    assert [(period.start.month, sum(period.roles.values())) for period in timeline.periods] == [
        (1, 1),
        (2, 1),
        (3, 1),
        (4, 1),
        (5, 1),
    ]


def test_whoever_did_nothing_for_two_years_is_past(engine: Engine) -> None:
    """Before the newest contribution of the library, not before today."""
    assert engine.profile(guest(engine), "Gwen").past
    assert [one.person.name for one in engine.topic(guest(engine), "compost").past] == ["Gwen"]


def test_specific_experts_are_told_from_busy_ones(engine: Engine) -> None:
    """Colm writes about nothing but mould; Bert about anything, and too little about mould to be told of."""
    seen = engine.topic(guest(engine), "Mould")
    [colm] = seen.specific
    assert (colm.person.name, colm.deeds, colm.of, colm.expected, colm.elsewhere) == ("Colm", 4, 5, 0, 0)
    assert seen.busy == ()
    assert [(edge.answers) for edge in seen.network.edges] == [4, 1]


def test_a_topic_that_rests_on_one_active_person_is_at_risk(engine: Engine) -> None:
    """Colm gave four of five; of those who know compost only Bert is active."""
    risks = {topic.name: topic for topic in engine.risks(guest(engine))}
    assert {name: topic.risk for name, topic in risks.items()} == {"mould": Risk.ONE, "compost": Risk.ONE}
    assert risks["mould"].effective == pytest.approx(1 / (0.8**2 + 0.2**2))
    assert [holder.deeds for holder in risks["compost"].holders] == [4]


@pytest.mark.parametrize("what", ["profile", "topic", "topics", "risks"])
def test_what_is_private_plays_no_part(engine: Engine, what: str) -> None:
    """A guest sees the same with and without the board; its readers see more."""

    def seen(viewer: Any) -> Any:
        calls: dict[str, Callable[[], Any]] = {
            "profile": lambda: engine.profile(viewer, "Bert"),
            "topic": lambda: engine.topic(viewer, "mould on beams"),
            "topics": lambda: engine.topics(viewer),
            "risks": lambda: engine.risks(viewer),
        }
        return calls[what]()

    before, full = seen(guest(engine)), seen(engine.catalog.viewer("ada@example.org"))
    with engine.catalog.write() as writer:
        for number in range(1, 7):
            writer.forget_item("notes", f"s{number}")
    assert "wordfish" not in repr(before)
    assert repr(before) == repr(seen(guest(engine)))
    assert repr(full) != repr(before)


def test_who_opts_out_is_named_nowhere(engine: Engine, number_of: Numbers) -> None:
    """Neither as an expert nor in a network; what they wrote still counts for what a topic rests on."""
    wish(engine, number_of("Colm"), Wish(opt_out=True))
    seen = engine.topic(guest(engine), "mould")
    assert "Colm" not in repr(seen)
    assert (seen.topic.deeds, seen.topic.holders[0].person) == (5, None)
    profile = engine.profile(guest(engine), "Colm")
    assert (profile.withheld, profile.topics, profile.best, profile.timeline.periods) == (True, (), (), ())


def test_who_hides_a_topic_is_not_shown_for_it(engine: Engine, number_of: Numbers) -> None:
    """But for everything else."""
    wish(engine, number_of("Bert"), Wish(hide=("compost",)))
    assert "Bert" not in repr(engine.topic(guest(engine), "compost"))
    assert [one.name for one in engine.profile(guest(engine), "Bert").topics] == []
    assert [best.item.key for best in engine.profile(guest(engine), "Bert").best] == ["m1b"]


def test_who_has_left_is_past(engine: Engine, number_of: Numbers) -> None:
    """However lately they wrote; what they knew rests on nobody then."""
    wish(engine, number_of("Bert"), Wish(departed=True))
    seen = engine.topic(guest(engine), "compost")
    assert [one.person.name for one in seen.past] == ["Bert", "Gwen"]
    assert seen.topic.risk is Risk.NOBODY
    assert engine.profile(guest(engine), "Bert").past


def test_who_is_anonymous_is_named_nowhere(engine: Engine, number_of: Numbers) -> None:
    """And has no profile."""
    wish(engine, number_of("Colm"), Wish(anonymous=True))
    assert "Colm" not in repr(engine.topic(guest(engine), "mould"))
    assert "Colm" not in repr(engine.topics(guest(engine)))
    with pytest.raises(NotFoundError):
        engine.profile(guest(engine), "Colm")


def test_what_is_disputed_shows_no_knowledge(engine: Engine, number_of: Numbers) -> None:
    """It does not count for the topic or for the person."""
    wish(engine, number_of("Colm"), Wish(dispute=("notes:m4a",)))
    [colm] = engine.topic(guest(engine), "mould").specific
    assert (colm.deeds, colm.of, colm.accepted) == (3, 4, 0)


def test_programs_are_not_counted(engine: Engine, put: Put) -> None:
    """They know nothing."""
    bot = Contribution(Person("tips-bot", make_person("tips-bot").identities, bot=True), Role.AUTHORED)
    put(*(make_item(f"b{number}", tags=("mould",), contributions=(bot,)) for number in range(9)))
    assert engine.topic(guest(engine), "mould").topic.deeds == 5


def test_a_topic_may_be_any_words(engine: Engine) -> None:
    """The items that fit them, with the answers to the questions among them."""
    seen = engine.topic(guest(engine), "cold compost heap")
    assert (seen.topic.tagged, seen.topic.items, seen.topic.people) == (False, 12, 2)


def test_a_topic_is_narrowed(engine: Engine) -> None:
    """As every search is."""
    seen = engine.topic(guest(engine), "compost", Filters(since=at(2025, 1)))
    assert (seen.topic.items, seen.topic.deeds) == (4, 4)


def test_an_unknown_topic_names_the_nearest(engine: Engine) -> None:
    """By spelling; or the largest ones, where nothing is near."""
    with pytest.raises(
        NotFoundError, match="compots: nobody has written about it; the nearest topics: compost"
    ):
        engine.topic(guest(engine), "compots")


def test_nobody_is_no_error_but_not_found(engine: Engine) -> None:
    """The catalog says what to do."""
    with pytest.raises(NotFoundError, match="Nobody: no such person"):
        engine.profile(guest(engine), "Nobody")


def test_an_empty_library_has_no_topics(catalog: Catalog) -> None:
    """And says so."""
    with Engine(catalog, read_settings({"library": catalog.folder, "model": ENCODER.location}, {})) as engine:
        assert engine.topics(guest(engine)) == []
        with pytest.raises(NotFoundError, match="nobody has written about it"):
            engine.topic(guest(engine), "mould")


def test_who_becomes_more_active_rises(engine: Engine, put: Put) -> None:
    """Dora gave nothing before, and three of four in the last year; who gave all along does not rise."""
    for number in range(3):
        question = asked(f"n{number}", f"Mould on wall {number}", "Lotte", at(2026, number + 8), "mould")
        put(question, answered(f"n{number}a", question, "Dora", at(2026, number + 8)))
        if not number:
            put(answered("n0b", question, "Bert", at(2026, 8)))
    seen = engine.topic(engine.catalog.viewer("guest"), "mould")
    assert [(one.person.name, one.recent, one.recent_of) for one in seen.rising] == [("Dora", 3, 4)]

"""Requests in the catalog: who sees them, who may do what, and what a reply becomes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from catalog.errors import NotAllowedError, NotFoundError, SettingError
from catalog.gaps import read_gaps, record_gap
from catalog.nouns import Contribution, Item, Kind, Person, RequestState, Role, Span, State, Viewer
from catalog.reader_requests import Candidate
from catalog.requests import Addressee, Letter, NewRequest, Opened, Request, RequestWriter
from catalog.store import Catalog
from catalog.wishes import Wish
from tests.build import Put, make_item, make_library_at, make_person

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
FIG = "How do I prune an old fig?"
ADA = "ada@example.org"


@pytest.fixture(autouse=True)
def people(put: Put) -> None:
    """Mara (1) and Tom (2) write in the garden, Ada (3) on the board, which she reads."""
    mara, ada = make_person("Mara", email="mara@x.example"), make_person("Ada", email=ADA)
    put(
        make_item("a", contributions=(Contribution(mara, Role.AUTHORED),)),
        make_item("b", author="Tom"),
        make_item("c", community="board", contributions=(Contribution(ada, Role.AUTHORED),)),
    )


def whole(item: Item) -> Sequence[Span]:
    return [Span(0, len(item.text))]


def viewer(catalog: Catalog, who: str) -> Viewer:
    return catalog.owner() if who == "owner" else catalog.viewer(who)


def ask(catalog: Catalog, who: str = "guest", question: str = FIG, most: int = 20, **more: Any) -> Opened:
    new: dict[str, Any] = {
        "communities": ("garden",),
        "community": "garden",
        "found": (),
        "people": (Addressee(1, "Knows figs"),),
    }
    with catalog.write_requests(viewer(catalog, who), MARCH) as writer:
        return writer.open(NewRequest(question, **(new | more)), most)


def answer(catalog: Catalog, who: str, key: str, text: str = "In winter.", person: int | None = None) -> str:
    with catalog.write_requests(viewer(catalog, who), MARCH + timedelta(hours=2)) as writer:
        return writer.answer(key, text, whole, "whole", person)[1]


def request(catalog: Catalog, number: int = 1, who: str = "owner") -> Request:
    with catalog.read(viewer(catalog, who)) as reader:
        return reader.request(str(number))


def token(catalog: Catalog) -> str:
    """The token of the first person who is asked."""
    with catalog.write_requests(catalog.owner()) as writer:
        return writer.letters(1, only_unsent=False)[0].token


# --- asking ---


def test_a_request_is_kept_with_whom_it_goes_to(catalog: Catalog) -> None:
    """And with what was searched and found."""
    opened = ask(catalog, found=("notes:a",))
    kept = request(catalog)
    [asked] = kept.people
    assert (opened.number, opened.joined, len(opened.token)) == (1, False, 32)
    assert (kept.question, kept.communities, kept.found) == (FIG, ("garden",), ("notes:a",))
    assert (kept.asked_by, kept.asked_at, kept.times, kept.state) == ("guest", MARCH, 1, RequestState.OPEN)
    assert (asked.person, asked.why, asked.sent_at) == (Person("Mara", id=1), "Knows figs", None)


def test_the_same_words_join_the_open_request(catalog: Catalog) -> None:
    """Whatever their case and punctuation; nobody is asked twice."""
    ask(catalog)
    assert ask(catalog, question="how do I prune an old FIG") == Opened(1, joined=True)
    assert (request(catalog).times, len(request(catalog).people)) == (2, 1)


def test_a_closed_request_is_not_joined(catalog: Catalog) -> None:
    """It is asked anew."""
    ask(catalog)
    with catalog.write_requests(catalog.owner()) as writer:
        writer.close("1")
    assert ask(catalog).number == 2


def test_a_request_is_seen_by_those_who_could_have_asked(catalog: Catalog) -> None:
    """One of a private community by its readers alone, by number and by token."""
    opened = ask(catalog, ADA, communities=(), community="board")
    assert request(catalog, who=ADA).communities == ("board", "garden")
    with catalog.read(catalog.viewer("guest")) as reader:
        assert reader.requests() == []
        for key in ("1", opened.token, token(catalog)):
            with pytest.raises(NotFoundError, match="no such request"):
                reader.request(key)


def test_no_address_and_no_token_is_told(catalog: Catalog) -> None:
    """Of who asked, the name; letters are for channels."""
    opened = ask(catalog, ADA)
    told = repr(request(catalog))
    assert request(catalog).asked_by == "ada"
    assert [secret in told for secret in ("@", opened.token, token(catalog))] == [False] * 3
    with catalog.write_requests(catalog.owner()) as writer:
        [letter] = writer.letters(1)
    assert letter == Letter(1, "Mara", "mara@x.example", token(catalog), "Knows figs")


def test_what_goes_out_a_day_is_bounded(catalog: Catalog) -> None:
    """For everybody but the owner, because requests reach people."""
    ask(catalog, most=1)
    with pytest.raises(SettingError, match="1 questions were put to people today"):
        ask(catalog, question="Another one?", most=1)
    assert ask(catalog, "owner", "Another one?", most=1).number == 2


def test_sending_is_noted(catalog: Catalog) -> None:
    """Who has it is not sent it again; what failed can be."""
    ask(catalog, people=(Addressee(1, "Knows figs"), Addressee(2, "Too")))
    with catalog.write_requests(catalog.owner(), MARCH) as writer:
        writer.note_sent(1, 1, "mail")
        writer.note_sent(1, 2, "", "no address")
        assert [letter.number for letter in writer.letters(1)] == [2]
    assert [(one.sent_at, one.trouble) for one in request(catalog).people] == [
        (MARCH, ""),
        (None, "no address"),
    ]


def test_who_does_not_want_to_be_asked_any_more_is_not_sent_anything(catalog: Catalog) -> None:
    """Wishes hold until the last moment."""
    ask(catalog, people=(Addressee(1, "Knows figs"), Addressee(2, "Too")))
    with catalog.write() as writer:
        writer.put_wish(1, Wish(opt_out=True))
        writer.put_wish(2, Wish(departed=True))
    with catalog.write_requests(catalog.owner()) as asking:
        assert asking.letters(1) == []


def test_people_are_told_as_they_were_chosen(catalog: Catalog) -> None:
    """The best first, whatever their numbers."""
    ask(catalog, people=(Addressee(2, "Best"), Addressee(1, "Next")), suggested=(2, 1))
    assert [one.person.name for one in request(catalog).people] == ["Tom", "Mara"]


# --- answering ---


def test_a_reply_becomes_content(catalog: Catalog) -> None:
    """A question and an answer in one thread, in the request's community, by who asked and who replied."""
    ask(catalog, ADA)
    assert answer(catalog, "guest", token(catalog)) == "requests:request-1-reply-1"
    with catalog.read(catalog.viewer("guest")) as reader:
        question, reply = reader.threads(["requests:request-1"])["requests:request-1"]
        passages = reader.passages_of(reply.id)
    assert (question.kind, question.text, question.state) == (Kind.QUESTION, FIG, State.OPEN)
    assert (reply.kind, reply.title, reply.text, reply.community) == (
        Kind.ANSWER,
        FIG,
        "In winter.",
        "garden",
    )
    assert [(one.person.name, one.role) for one in question.contributions] == [("Ada", Role.ASKED)]
    assert [(one.person.name, one.person.id, one.role) for one in reply.contributions] == [
        ("Mara", 1, Role.ANSWERED)
    ]
    assert [passage.text for passage in passages] == ["In winter."]


def test_the_time_to_the_first_reply_is_recorded(catalog: Catalog) -> None:
    """A later one does not change it."""
    ask(catalog)
    answer(catalog, "guest", token(catalog))
    answer(catalog, "owner", "1", "Never in frost.", person=2)
    kept = request(catalog)
    assert (kept.state, kept.seconds_to_answer) == (RequestState.ANSWERED, 7200)
    assert [(one.number, one.person.name) for one in kept.replies] == [(1, "Mara"), (2, "Tom")]
    assert kept.people[0].answered_at == MARCH + timedelta(hours=2)


def test_the_gap_of_the_question_closes(catalog: Catalog) -> None:
    """It has an answer now."""
    record_gap(catalog, catalog.viewer("guest"), FIG, ["garden"], 0.1, MARCH)
    ask(catalog)
    answer(catalog, "guest", token(catalog))
    assert read_gaps(catalog, catalog.owner()) == []


def test_accepting_marks_the_reply(catalog: Catalog) -> None:
    """The question is solved, and one reply is the accepted one; another may be instead."""
    opened = ask(catalog)
    key = token(catalog)
    for text in ("In winter.", "In March."):
        answer(catalog, "guest", key, text)
    for number in (1, 2):
        with catalog.write_requests(catalog.viewer("guest")) as writer:
            writer.accept(opened.token, number)
    with catalog.read(catalog.owner()) as reader:
        thread = reader.threads(["requests:request-1"])["requests:request-1"]
    assert [(one.key, one.accepted, *(by.role for by in one.contributions)) for one in thread[1:]] == [
        ("request-1-reply-1", False, Role.ANSWERED),
        ("request-1-reply-2", True, Role.ACCEPTED),
    ]
    assert thread[0].state is State.SOLVED
    assert [one.accepted for one in request(catalog).replies] == [False, True]


def test_who_is_anonymous_replies_without_name(catalog: Catalog) -> None:
    """Asked as a member, answering as a member."""
    with catalog.write() as writer:
        writer.put_wish(1, Wish(anonymous=True))
    ask(catalog)
    item = answer(catalog, "guest", token(catalog))
    with catalog.read(catalog.owner()) as reader:
        assert reader.item(item).contributions[0].person.name == "A member of Garden"
        assert "Mara" not in repr(reader.requests())


def test_replies_outlive_other_sources(catalog: Catalog) -> None:
    """Whatever is read anew or removed, also all that is in the community."""
    ask(catalog)
    item = answer(catalog, "guest", token(catalog))
    with catalog.write() as writer:
        [notes] = [source for source in writer.sources() if source.name == "notes"]
        writer.remove_source(notes.id)
    with catalog.read(catalog.viewer("guest")) as reader:
        assert reader.item(item).contributions[0].person.name == "Mara"


def test_a_source_of_the_same_name_keeps_it(catalog: Catalog) -> None:
    """The library's own one is called otherwise."""
    with catalog.write() as writer:
        writer.put_source("requests", "folder", "/requests", "/requests")
    ask(catalog)
    assert answer(catalog, "guest", token(catalog)) == "copse-requests:request-1-reply-1"
    assert request(catalog).replies[0].item_id == "copse-requests:request-1-reply-1"


# --- who may do what ---


@pytest.mark.parametrize("who", ["guest", "tom@x.example"])
def test_nobody_answers_without_being_known(catalog: Catalog, who: str) -> None:
    """Neither for themselves nor for somebody else."""
    ask(catalog)
    with pytest.raises(NotAllowedError, match="nobody knows who answers"):
        answer(catalog, who, "1")
    with pytest.raises(NotAllowedError, match="only the owner answers for somebody else"):
        answer(catalog, who, "1", person=1)


def test_who_reads_under_their_address_answers_as_themselves(catalog: Catalog) -> None:
    """Also who was not asked."""
    ask(catalog)
    answer(catalog, ADA, "1")
    assert request(catalog).replies[0].person.name == "Ada"


@pytest.mark.parametrize(
    ("asker", "other"), [("guest", "guest"), (ADA, "guest"), (ADA, "mara@x.example"), ("owner", ADA)]
)
def test_only_who_asked_accepts_and_closes(catalog: Catalog, asker: str, other: str) -> None:
    """Or the owner; a guest proves it by the token."""
    opened = ask(catalog, asker)
    answer(catalog, "guest", token(catalog))
    with catalog.write_requests(viewer(catalog, other)) as writer:
        with pytest.raises(NotAllowedError, match="request 1 is not yours"):
            writer.accept("1", 1)
        with pytest.raises(NotAllowedError, match="request 1 is not yours"):
            writer.close("1")
        assert writer.close(opened.token) == 1


def test_who_declines_is_not_written_to_again(catalog: Catalog) -> None:
    """By their token."""
    ask(catalog)
    key = token(catalog)
    with catalog.write_requests(catalog.viewer("guest"), MARCH) as writer:
        writer.decline(key)
        assert writer.letters(1) == []
    assert request(catalog).people[0].declined_at == MARCH


def replied(writer: RequestWriter, key: str = "1", text: str = "x", person: int = 1) -> Any:
    return writer.answer(key, text, whole, "whole", person)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        pytest.param(lambda w: replied(w, "9"), NotFoundError, "request 9: no such", id="number"),
        pytest.param(lambda w: replied(w, "zz"), NotFoundError, "this link: no such", id="token"),
        pytest.param(lambda w: replied(w, person=99), NotFoundError, "99: no such person", id="who"),
        pytest.param(lambda w: replied(w, text=" - "), SettingError, "has no words", id="no words"),
        pytest.param(lambda w: w.accept("1", 5), NotFoundError, "has no reply 5", id="no reply"),
        pytest.param(lambda w: w.decline("1", 2), SettingError, "does not go to them", id="not asked"),
    ],
)
def test_what_cannot_be_is_refused(catalog: Catalog, call: Any, error: type[Exception], message: str) -> None:
    """The message says what to do next."""
    ask(catalog)
    with catalog.write_requests(catalog.owner()) as writer, pytest.raises(error, match=message):
        call(writer)


def test_a_closed_request_takes_no_reply(catalog: Catalog) -> None:
    """It says so."""
    ask(catalog)
    with catalog.write_requests(catalog.owner()) as writer:
        writer.close("1")
    with pytest.raises(SettingError, match="request 1 is closed"):
        answer(catalog, "guest", token(catalog))


# --- candidates ---


def test_what_counts_for_choosing_somebody(catalog: Catalog) -> None:
    """When they were active, what is asked of them, whether they may read it; Ada alone reads the board."""
    ask(catalog)
    people = [Person("", id=number) for number in (1, 2, 3)]
    with catalog.read(catalog.viewer(ADA)) as reader:
        found = reader.candidates(people, ["board", "garden"], MARCH + timedelta(days=1))
        later = reader.candidates(people, ["garden"], MARCH + timedelta(days=31))
    active = datetime(2025, 6, 1, tzinfo=UTC)
    assert found == {
        1: Candidate(1, active, 1, 1, reads_all=False, oneself=False),
        2: Candidate(2, active, 0, 0, reads_all=False, oneself=False),
        3: Candidate(3, active, 0, 0, reads_all=True, oneself=True),
    }
    assert later[1] == Candidate(1, active, 1, 0, reads_all=True, oneself=False)


def test_exposure_counts_who_fitted_and_who_was_asked(catalog: Catalog) -> None:
    """For the owner alone."""
    ask(catalog, suggested=(1, 2))
    ask(catalog, question="Another one?", suggested=(2, 1))
    answer(catalog, "guest", token(catalog))
    with catalog.read(catalog.owner()) as reader:
        told = [(one.person.name, one.suggested, one.asked, one.answered) for one in reader.exposure()]
    with catalog.read(catalog.viewer("guest")) as reader:
        assert reader.exposure() == []
    assert told == [("Mara", 2, 2, 1), ("Tom", 2, 0, 0)]


def test_every_event_has_a_line_in_the_audit(catalog: Catalog) -> None:
    """From asking to accepting."""
    opened = ask(catalog)
    answer(catalog, "guest", token(catalog))
    with catalog.write_requests(catalog.owner()) as writer:
        writer.accept(opened.token, 1)
        writer.close("1")
    with catalog.read(catalog.owner()) as reader:
        lines = [(one.action, one.person_id) for one in reversed(reader.decisions())]
    assert lines == [
        ("request", None),
        ("request-to", 1),
        ("request-answer", 1),
        ("request-accept", 1),
        ("request-close", None),
    ]


def test_a_library_from_before_gets_the_tables(tmp_path: Path) -> None:
    """It has no requests."""
    make_library_at(tmp_path, "0004")
    with Catalog.open(tmp_path) as old, old.read(old.owner()) as reader:
        assert reader.requests() == []

"""What helped: who may say so and see it, and what follows from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from catalog.errors import NotAllowedError, NotFoundError, QuestionError
from catalog.feedback import Helped, Said, Verdict
from catalog.gaps import close_gap, read_gaps
from catalog.nouns import Viewer
from catalog.schema import feedback
from catalog.store import Catalog
from tests.build import Put, make_item

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
FIG = "How do I prune an old fig?"
YES, NO = Said(True, ""), Said(False, "It is about pears.")
GARDEN, BOTH = frozenset({"garden"}), frozenset({"garden", "board"})
ANN = Viewer("ann@example.org", GARDEN, GARDEN)
BEN = Viewer("Ben@example.org", BOTH, BOTH)
SUE = Viewer("sue@example.org", GARDEN, GARDEN, GARDEN)
GUEST = Viewer("guest", GARDEN)


@pytest.fixture(autouse=True)
def some_items(put: Put) -> None:
    """One of the garden, and one of the board."""
    put(make_item("fig"), make_item("lease", community="board"))


def answered(catalog: Catalog, viewer: Viewer, said: Said, question: str = FIG, days: int = 0) -> None:
    with catalog.write_feedback(viewer, MARCH + timedelta(days=days)) as writer:
        writer.about_answer(question, (), said)


def read(catalog: Catalog, viewer: Viewer, item: str, said: Said) -> None:
    with catalog.write_feedback(viewer, MARCH) as writer:
        writer.about_item(item, said)


def verdicts(catalog: Catalog, viewer: Viewer) -> list[Verdict]:
    with catalog.read(viewer) as reader:
        return reader.verdicts() + reader.item_verdicts()


def gaps(catalog: Catalog, viewer: Viewer = ANN) -> list[tuple[str, int]]:
    return [(gap.question, gap.times) for gap in read_gaps(catalog, viewer)]


def test_what_was_said_is_summed_up_for_stewards(catalog: Catalog) -> None:
    """With the reasons, those of whom it did not help first; in the same words, in any case."""
    answered(catalog, ANN, Said(True, "Clear."))
    answered(catalog, SUE, NO, "how do I prune an old FIG", days=1)
    assert verdicts(catalog, SUE) == [
        Verdict(
            question="how do I prune an old FIG",
            item_id="",
            communities=("garden",),
            helped=1,
            unhelped=1,
            reasons=("It is about pears.", "Clear."),
            last=MARCH + timedelta(days=1),
        )
    ]


def test_one_word_counts_for_each(catalog: Catalog) -> None:
    """Saying it again changes it."""
    answered(catalog, ANN, NO)
    answered(catalog, ANN, YES, FIG.upper())
    [verdict] = verdicts(catalog, SUE)
    assert (verdict.helped, verdict.unhelped, verdict.reasons) == (1, 0, ())
    with catalog.read(ANN) as reader:
        assert (reader.said(FIG), reader.said("Else?")) == (YES, None)
    with catalog.read(SUE) as reader:
        assert reader.said(FIG) is None


def test_nobody_is_told_who_said_it(catalog: Catalog) -> None:
    """Not even the catalog: a hash under the library's own secret stands for them."""
    answered(catalog, ANN, NO)
    with catalog.engine.connect() as connection:
        [row] = connection.execute(select(feedback)).all()
    assert "ann" not in str(row)


def test_what_was_searched_in_private_stays_private(catalog: Catalog) -> None:
    """Only a steward who may read all of it sees it, and who is no steward sees nothing."""
    answered(catalog, BEN, NO)
    for viewer in (ANN, SUE, GUEST, BEN):
        assert verdicts(catalog, viewer) == []
    assert [one.communities for one in verdicts(catalog, catalog.owner())] == [("board", "garden")]


def test_an_item_tells_how_many_it_helped(catalog: Catalog) -> None:
    """To everybody who may read it."""
    for viewer, said in ((ANN, YES), (BEN, NO), (SUE, YES)):
        read(catalog, viewer, "notes:fig", said)
    read(catalog, BEN, "notes:lease", YES)
    with catalog.read(GUEST) as reader:
        assert (reader.helped("notes:fig"), reader.helped("notes:lease")) == (Helped(2, 3), Helped(0, 0))
    with catalog.read(ANN) as reader:
        assert (reader.said(item_id="notes:fig"), reader.said(FIG)) == (YES, None)
    [verdict] = verdicts(catalog, SUE)
    assert (verdict.item_id, verdict.question, verdict.unhelped) == ("notes:fig", "", 1)


@pytest.mark.parametrize(
    ("viewer", "item", "error"),
    [
        pytest.param(GUEST, "notes:fig", NotAllowedError, id="reads only"),
        pytest.param(ANN, "notes:lease", NotFoundError, id="may not read"),
        pytest.param(ANN, "nothing", NotFoundError, id="no item"),
    ],
)
def test_who_may_not_write_says_nothing(
    catalog: Catalog, viewer: Viewer, item: str, error: type[Exception]
) -> None:
    """Neither of an item nor of an answer."""
    with pytest.raises(error):
        read(catalog, viewer, item, YES)
    with pytest.raises(NotAllowedError, match="garden: you may not write there"):
        answered(catalog, GUEST, YES)


def test_a_question_is_needed(catalog: Catalog) -> None:
    """It is what is shown to stewards."""
    with pytest.raises(QuestionError, match="say what was asked"):
        answered(catalog, ANN, YES, "  ")


# --- gaps ---


def test_an_answer_that_did_not_help_is_a_gap(catalog: Catalog) -> None:
    """Counted once for each who says so, however often."""
    for viewer in (ANN, ANN, SUE):
        answered(catalog, viewer, NO)
    assert gaps(catalog) == [(FIG, 2)]


def test_answering_does_not_close_what_did_not_help(catalog: Catalog) -> None:
    """Asking again gets the same answer; the gap goes when as many say that it helped."""
    answered(catalog, ANN, NO)
    assert close_gap(catalog, ANN, FIG) == 0
    answered(catalog, SUE, YES)
    assert gaps(catalog) == []


def test_where_no_gaps_are_kept_none_is(catalog: Catalog) -> None:
    """As the settings say."""
    with catalog.write_feedback(ANN, MARCH) as writer:
        writer.about_answer(FIG, (), NO, keep_gap=False)
    assert gaps(catalog) == []


def test_the_word_about_an_item_leaves_gaps_alone(catalog: Catalog) -> None:
    """It says nothing about a question."""
    read(catalog, ANN, "notes:fig", NO)
    assert gaps(catalog) == []

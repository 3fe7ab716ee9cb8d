"""Measuring the real engine on small collections, and a library by its own links."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from catalog.errors import UnreadableError
from catalog.nouns import Item, Kind, Link, LinkKind
from catalog.settings import Settings, read_settings
from catalog.store import Catalog
from evals.collections import load
from evals.configurations import Configuration, read_configuration
from evals.errors import EvalError
from evals.evaluate import Plan, evaluate, verdict
from evals.measures import parse
from evals.own import labelled, measure_own, split
from evals.runs import read_run, write_run
from search.embed import embed_pending
from search.encoder import open_encoder
from tests.build import Put, make_item
from tests.evals.build import collection

MEASURES = [parse("nDCG@10"), parse("RR")]


class Silent:
    """Wants to know nothing."""

    def look(self, path: str) -> None: ...
    def begin(self, source: str, units: int) -> None: ...
    def read(self, units: int, items: int, passages: int = 0) -> None: ...
    def failed(self, error: UnreadableError) -> None: ...
    def embedded(self, done: int, total: int) -> None: ...
    def asked(self, done: int, total: int) -> None: ...


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A library in a temporary folder, with a model that needs no weights."""
    return read_settings({"library": tmp_path / "library", "model": "hash:256"}, {})


def test_every_method_runs_over_the_same_queries(tmp_path: Path, settings: Settings) -> None:
    """Copse by the real ingest and the real engine; each query finds the one document it may find."""
    (found,) = load(collection(tmp_path / "garden" / "tools"))
    plan = Plan([Configuration("copse", settings)], MEASURES, tmp_path / "cache", True, (), tmp_path / "runs")
    result = evaluate(found, plan, Silent())
    assert (result.collection, result.queries, result.documents) == ("garden/tools dev", 2, 3)
    assert [row.method for row in result.rows][:5] == ["copse", "BM25", "dense", "RRF", "min-max 0.5"]
    assert result.rows[0].means == {"nDCG@10": 1.0, "RR": 1.0}
    assert result.rows[0].differences == {}
    assert result.rows[1].differences["RR"].p == 1.0
    assert "votes count for nothing" in result.notes[0]

    run = read_run(tmp_path / "runs" / "copse.garden-tools-dev.run")
    assert [document for document, _ in run["d3"]] == ["d1", "d2"]  # not itself, and what is older
    again = evaluate(found, Plan(plan.configurations, MEASURES, tmp_path / "cache"), Silent())
    assert again.rows[0] == result.rows[0]


def test_a_run_made_elsewhere_joins_the_table(tmp_path: Path, settings: Settings) -> None:
    """A file counts for the collection that its name holds."""
    (found,) = load(collection(tmp_path / "garden" / "tools"))
    for name in ("other.tools.run", "other.flowers.run"):
        write_run(tmp_path / name, {"q1": [("d2", 2.0), ("d1", 1.0)]}, "other")
    files = [tmp_path / "other.tools.run", tmp_path / "other.flowers.run"]
    plan = Plan([Configuration("copse", settings)], MEASURES, tmp_path / "cache", runs=files)
    rows = evaluate(found, plan, Silent()).rows
    assert [row.method for row in rows] == ["copse", "other"]
    assert rows[1].means["RR"] == 0.25  # rank 2 of one query, nothing for the other
    assert rows[1].differences["RR"].mean == -0.75
    assert verdict("copse", rows[1], "RR").startswith(
        "copse is better than other by 75.0 RR (other - copse: "
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("q1 Q0 d1 1 0.5", "line 1: is no line of a run; it should be: query Q0 document rank score name"),
        ("q1 Q0 d1 1 high x", "line 1: is no line of a run"),
        ("q1 Q0 d1 1 nan x", "line 1: is no line of a run"),
        ("q1 Q0 d1 1 2 x\nq1 Q0 d1 2 1 x", "line 2: ranks d1 for q1 a second time"),
    ],
)
def test_a_run_that_cannot_be_used_is_refused(tmp_path: Path, line: str, message: str) -> None:
    """With the file and the line."""
    (tmp_path / "x.run").write_text(line)
    with pytest.raises(EvalError, match=message):
        read_run(tmp_path / "x.run")


def test_a_configuration_changes_what_it_names(tmp_path: Path, settings: Settings) -> None:
    """And takes its name from its file."""
    path = tmp_path / "wordy.toml"
    path.write_text("dense_weight = 0.1\n")
    found = read_configuration(path, settings)
    assert (found.name, found.settings.dense_weight, found.settings.model) == ("wordy", 0.1, "hash:256")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dense_weight = ", r"x.toml: is no TOML file: Invalid value"),
        ("densewait = 1", r"x.toml: densewait: no such setting; `copse settings` lists them"),
        ("dense_weight = 7", r"x.toml: .*give from 0 to 1, such as 0.7"),
        ("library = '/x'", r"x.toml: library does not change what is found; leave it out"),
    ],
)
def test_a_configuration_that_cannot_be_used_is_named(
    tmp_path: Path, settings: Settings, text: str, message: str
) -> None:
    """With what is wrong in it."""
    (tmp_path / "x.toml").write_text(text)
    with pytest.raises(EvalError, match=message):
        read_configuration(tmp_path / "x.toml", settings)


# --- a library's own links ---

START = datetime(2024, 1, 1, tzinfo=UTC)


def question(number: int, *links: Link, kind: Kind = Kind.QUESTION) -> Item:
    """A question of its own subject, asked a day after the one before it."""
    text = f"What is wrong with thing{number % 20}? It makes noise{number % 20}."
    return make_item(
        f"q{number}",
        text,
        title=f"Thing{number % 20}",
        kind=kind,
        created=START + timedelta(days=number),
        links=links,
    )


def test_links_and_accepted_answers_are_labels(catalog: Catalog, put: Put) -> None:
    """A duplicate counts 2, a related problem 1; only an earlier one, and only lessons cite lessons."""
    put(
        question(0),
        question(1, Link(LinkKind.DUPLICATE, "q0"), Link(LinkKind.RELATED, "q2")),
        question(2, Link(LinkKind.RELATED, "q0"), Link(LinkKind.MENTION, "q1")),
        question(3, kind=Kind.LESSON),
        question(4, Link(LinkKind.MENTION, "q3"), kind=Kind.LESSON),
        make_item("a0", "Oil it.", kind=Kind.ANSWER, thread="q0", accepted=True),
    )
    problems, answers = labelled(catalog, catalog.owner())
    assert problems.qrels == {
        "notes:q1": {"notes:q0": 2},
        "notes:q2": {"notes:q0": 1},
        "notes:q4": {"notes:q3": 1},
    }
    assert [query.id for query in problems.queries] == ["notes:q1", "notes:q2", "notes:q4"]
    assert answers.qrels == {"notes:q0": {"notes:a0": 1}}


def test_the_newest_labels_are_the_test(catalog: Catalog, put: Put) -> None:
    """30 % of them, or what came since a date."""
    put(question(0), *(question(number, Link(LinkKind.RELATED, "q0")) for number in range(1, 11)))
    (problems,) = labelled(catalog, catalog.owner())
    older, newest = split(problems)
    assert [query.id for query in newest.queries] == ["notes:q8", "notes:q9", "notes:q10"]
    assert len(older.queries) == 7
    assert len(split(problems, START + timedelta(days=6))[1].queries) == 5


def test_a_library_is_measured_by_its_own_links(catalog: Catalog, put: Put, settings: Settings) -> None:
    """Every later question finds the earlier one of the same subject first."""
    put(
        *(question(number) for number in range(20)),
        *(question(number, Link(LinkKind.DUPLICATE, f"q{number - 20}")) for number in range(20, 60)),
    )
    encoder = open_encoder("hash:256", "fp32", 2048)
    embed_pending(catalog, encoder, lambda _done, _total: None)
    (found,) = measure_own(
        catalog, catalog.owner(), [Configuration("copse", settings)], ["hit@10"], Silent(), encoder=encoder
    )
    assert (found.collection, found.queries, found.documents) == ("own: linked problems", 12, 60)
    assert found.rows[0].means == {"Success@10": 1.0}


def test_too_few_labels_are_told_with_what_helps(catalog: Catalog, put: Put, settings: Settings) -> None:
    """No figure is made up from a handful."""
    put(question(0), question(1, Link(LinkKind.RELATED, "q0")))
    with pytest.raises(
        EvalError, match=r"too few labels to measure by: 0 of 1 linked problems .* what helps: link"
    ):
        measure_own(catalog, catalog.owner(), [Configuration("copse", settings)], ["RR"], Silent())

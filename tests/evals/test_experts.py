"""Collections of experts: reading them, and ranking people on them by the real engine."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from catalog.settings import read_settings
from evals.collections import load
from evals.configurations import Configuration
from evals.errors import EvalError
from evals.evaluate import Plan, evaluate
from evals.measures import parse
from evals.nouns import Candidate, Task
from tests.evals.test_evaluate import Silent

POSTS = """<?xml version="1.0" encoding="utf-8"?>
<posts>
<row Id="1" PostTypeId="1" CreationDate="2023-05-01T08:00:00" Score="1" Title="Blunt hoe" OwnerUserId="9" \
Body="&lt;p&gt;How do I sharpen a hoe?&lt;/p&gt;" />
<row Id="2" PostTypeId="2" ParentId="1" CreationDate="2023-05-02T08:00:00" Score="3" OwnerUserId="1" \
Body="&lt;p&gt;Sharpen the hoe with a file.&lt;/p&gt;" />
<row Id="3" PostTypeId="1" CreationDate="2023-06-01T08:00:00" Score="1" Title="Slugs" OwnerUserId="9" \
Body="&lt;p&gt;Slugs eat the lettuce.&lt;/p&gt;" />
<row Id="4" PostTypeId="2" ParentId="3" CreationDate="2023-06-02T08:00:00" Score="3" OwnerUserId="2" \
Body="&lt;p&gt;Lay boards out and collect the slugs at night.&lt;/p&gt;" />
<row Id="7" PostTypeId="1" CreationDate="2024-05-01T08:00:00" Title="Hoe" OwnerUserId="9" Body="My hoe?" />
<row Id="8" PostTypeId="2" ParentId="7" CreationDate="2024-05-02T08:00:00" OwnerUserId="1" Body="A file." />
<row Id="10" PostTypeId="1" CreationDate="2024-05-03T08:00:00" Title="Rake" OwnerUserId="9" Body="Rake?" />
<row Id="11" PostTypeId="2" ParentId="10" CreationDate="2024-05-04T08:00:00" OwnerUserId="9" Body="Mine." />
<row Id="5" PostTypeId="2" ParentId="3" CreationDate="2024-06-02T08:00:00" Score="3" OwnerUserId="3" \
Body="&lt;p&gt;A duck eats slugs.&lt;/p&gt;" />
</posts>
"""
USERS = """<?xml version="1.0" encoding="utf-8"?>
<users><row Id="1" DisplayName="Gwen" /><row Id="2" DisplayName="Colm" /><row Id="3" DisplayName="Ines" />
<row Id="9" DisplayName="Asker" /></users>
"""
PEOPLE = (
    {"_id": "user-1", "name": "Gwen", "train_answers": 1},
    {"_id": "user-2", "name": "Colm", "train_answers": 4},
    {"_id": "user-3", "name": "Ines"},
)
QUERIES = (
    {"_id": "garden-7", "text": "My hoe is blunt, how to sharpen it?"},
    {"_id": "garden-8", "text": "slugs"},
)


def experts(root: Path, **files: Any) -> Path:
    """Write a collection of experts beside its forum; `files` replace or (None) leave out some."""
    folder, dump = root / "experts" / "garden", root / "stackexchange" / "garden"
    folder.mkdir(parents=True)
    dump.mkdir(parents=True)
    (dump / "Posts.xml").write_text(POSTS)
    (dump / "Users.xml").write_text(USERS)
    written = {
        "people.jsonl": "".join(json.dumps(row) + "\n" for row in PEOPLE),
        "queries_routing.jsonl": "".join(json.dumps(row) + "\n" for row in QUERIES),
        "qrels_routing.tsv": "query-id\tcorpus-id\tscore\ngarden-7\tuser-1\t2\ngarden-8\tuser-2\t1\n",
        "split.json": '{"cutoff": "2024-01-01T00:00:00"}',
        **{name.replace("__", "."): text for name, text in files.items()},
    }
    for name, text in written.items():
        if text is not None:
            (folder / name).write_text(text)
    return folder


def test_candidates_questions_and_the_cut_off_are_read(tmp_path: Path) -> None:
    """The corpus is the forum of the same name."""
    (found,) = load(experts(tmp_path))
    assert (found.name, found.task) == ("experts/garden routing", Task.EXPERTS)
    assert found.candidates == (
        Candidate("user-1", "Gwen", 1),
        Candidate("user-2", "Colm", 4),
        Candidate("user-3", "Ines", 0),
    )
    assert found.corpus == tmp_path / "stackexchange" / "garden"
    assert found.cutoff == datetime(2024, 1, 1, tzinfo=UTC)
    assert found.qrels == {"garden-7": {"user-1": 2}, "garden-8": {"user-2": 1}}


def test_people_are_ranked_by_what_they_wrote_before_the_cut_off(tmp_path: Path) -> None:
    """Beside the ranking by activity, which names the same people for every question."""
    (found,) = load(experts(tmp_path))
    settings = read_settings({"library": tmp_path / "library", "model": "hash:256"}, {})
    plan = Plan([Configuration("copse", settings)], [parse("RR"), parse("hit@5")], tmp_path / "cache", True)
    result = evaluate(found, plan, Silent())
    assert (result.queries, result.documents) == (2, 3)
    values = {row.method: row.means["RR"] for row in result.rows}
    assert (values["copse"], values["most active"], values["CombSUM, words alone"]) == (1.0, 0.75, 1.0)
    assert result.notes == (
        "0% (0 of 2) of the queries have an expert who is no candidate",
        "50% (1 of 2) of all questions answered after the cut-off have no candidate among those who "
        "answered; they are not judged",
    )


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"split__json": "{"}, r"split.json: cannot be read"),
        ({"split__json": "[]"}, r"split.json: has no date; write it as"),
        ({"queries_routing__jsonl": None}, r"no queries_NAME.jsonl has the queries"),
        ({"queries_routing__jsonl": '{"_id": "other", "text": "x"}\n'}, r"no queries_NAME.jsonl has"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, files: dict[str, Any], message: str) -> None:
    """With what it should be."""
    with pytest.raises(EvalError, match=message):
        load(experts(tmp_path, **files))


def test_an_unknown_split_and_a_missing_corpus_are_told(tmp_path: Path) -> None:
    """With the splits there are, and where the corpus is looked for."""
    folder = experts(tmp_path)
    with pytest.raises(EvalError, match=r"--split tags: no such split\. Give one of routing"):
        load(folder, "tags")
    (tmp_path / "stackexchange" / "garden").rename(tmp_path / "elsewhere")
    with pytest.raises(EvalError, match="which corpus do the experts belong to"):
        load(folder)
    (found,) = load(folder, corpus=tmp_path / "elsewhere")
    assert found.corpus == tmp_path / "elsewhere"

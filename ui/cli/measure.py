"""`copse eval`: measure how good the search is, on public test collections or on one's own library."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.errors import SettingError
from catalog.settings import Settings
from ui.cli import options
from ui.cli.options import AsJson, Library, Viewer

if TYPE_CHECKING:
    from rich.console import Console

    from evals.answers.figures import AnswerReport
    from evals.configurations import Configuration
    from evals.evaluate import Evaluation, Plan

_OWN = "own"

_HELP = """Measure how good the search is: on your own library, or on a test collection.

[bold]own[/bold] needs no labels: links to duplicates and related questions, lessons
that cite lessons, and accepted answers say what a search should find. The
newest 30 % of them are the test.

  $ copse eval own
  [dim]own: linked problems  56 questions, 2,301 to find
                nDCG@10   AP  RR  …  hit@10
  copse            54.1
  words alone      41.9 ▼[/dim]

A test collection is a folder in the layout of BEIR, or one of similar
problems or of experts (see docs/evaluation.md). It is ingested into a library
of its own, which the next run finds again.

  $ copse eval scifact --split test --baselines
  [dim]the same for BM25, the model alone, and simple fusions of the two[/dim]

  $ copse eval similar/beer similar/cooking --compare now.toml new.toml
  [dim]which of two configurations is better, and whether that may be chance;
  a configuration is a file such as: dense_weight = 0.7[/dim]

  $ copse eval own dumps/beer --answers
  [dim]how good the answers are: whether citations hold, whether it keeps silent
  about the other's questions, and whether it sees through wrong sentences[/dim]"""


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("eval", help=_HELP)
    def run(
        paths: Annotated[
            list[str], typer.Argument(help="'own', or folders of test collections.", show_default=False)
        ],
        compare: Annotated[
            tuple[Path, Path] | None,
            typer.Option("--compare", metavar="A.toml B.toml", help="Compare two configurations."),
        ] = None,
        baselines: Annotated[
            bool, typer.Option("--baselines", help="Measure BM25, the model alone and simple fusions too.")
        ] = False,
        answers: Annotated[
            bool,
            typer.Option(
                "--answers", help="Measure the answers instead of the ranking; folders of posts do, too."
            ),
        ] = False,
        split: Annotated[
            str | None, typer.Option(help="Which judgments, such as 'test'; dev or test if not given.")
        ] = None,
        measures: Annotated[
            str | None,
            typer.Option(metavar="NAMES", help="Measures, with commas: nDCG@10,RR,R@100,Success@5."),
        ] = None,
        since: Annotated[
            str | None,
            typer.Option(metavar="DATE", help="own: test by what came since this year, month or day."),
        ] = None,
        corpus: Annotated[
            Path | None, typer.Option(metavar="DIR", help="The corpus of a collection of experts.")
        ] = None,
        run_files: Annotated[
            list[Path] | None,
            typer.Option("--run", metavar="FILE", help="A TREC run made elsewhere, METHOD.COLLECTION.run."),
        ] = None,
        keep_runs: Annotated[
            Path | None, typer.Option("--runs", metavar="DIR", help="Write the runs there, in TREC's format.")
        ] = None,
        cache: Annotated[
            Path | None, typer.Option(metavar="DIR", help="Where the collections' libraries are kept.")
        ] = None,
        as_json: AsJson = False,
        library: Library = None,
        viewer: Viewer = None,
    ) -> None:
        settings = options.settle(library, viewer)
        begin = options.day(since, "--since") if since else None
        from evals.evaluate import Plan
        from evals.library import default_cache
        from evals.measures import DEFAULT, parse

        folder = (cache or default_cache()).expanduser()
        if answers:
            if compare or baselines or measures or since or corpus or run_files or keep_runs:
                raise SettingError("--answers: goes with --split, --cache and --json only")
            _give_answers(_answers(paths, settings, folder, split), as_json)
            return
        names = measures.split(",") if measures else list(DEFAULT)
        plan = Plan(
            _configurations(settings, compare),
            [parse(name) for name in names],
            folder,
            baselines,
            run_files or (),
            keep_runs,
        )
        if _OWN in paths:
            if len(paths) > 1:
                raise SettingError("own: measure your own library by itself, without folders")
            found = _own(settings, plan, names, begin)
        else:
            found = _folders([Path(path) for path in paths], split, corpus, plan)
        _give(found, compare is not None, as_json)


def _configurations(settings: Settings, files: tuple[Path, Path] | None) -> list[Configuration]:
    from evals.configurations import Configuration, read_configuration

    if files is None:
        return [Configuration("copse", settings)]
    first, second = (read_configuration(path, settings) for path in files)
    if first.name == second.name:
        raise SettingError(f"--compare: both are called {first.name}; give the files different names")
    return [first, second]


def _folders(paths: Sequence[Path], split: str | None, corpus: Path | None, plan: Plan) -> list[Evaluation]:
    """Measure one collection after the other; all are read before the first is measured."""
    from evals.collections import load
    from evals.evaluate import evaluate
    from ui.progress import make_progress
    from ui.terminal import make_console

    with make_progress(make_console(stderr=True)) as progress:
        collections = []
        for path in paths:
            progress.look(str(path))
            collections += load(path, split, corpus)
        return [evaluate(collection, plan, progress) for collection in collections]


def _own(settings: Settings, plan: Plan, measures: Sequence[str], since: datetime | None) -> list[Evaluation]:
    """Measure the library, by itself also with words alone and with meaning alone."""
    from dataclasses import replace

    from catalog.store import Catalog
    from evals.configurations import Configuration
    from evals.own import measure_own
    from ui.library import make_viewer
    from ui.progress import make_progress
    from ui.terminal import make_console

    configurations = list(plan.configurations)
    if len(configurations) == 1:
        configurations += [
            Configuration(
                name, replace(settings, dense_weight=share, dense_weight_statement=share, votes_weight=0.0)
            )
            for name, share in (("words alone", 0.0), ("meaning alone", 1.0))
        ]
    with (
        Catalog.open(settings.library, create=False) as catalog,
        make_progress(make_console(stderr=True)) as progress,
    ):
        progress.look(str(settings.library))
        return measure_own(catalog, make_viewer(catalog, settings), configurations, measures, progress, since)


def _answers(paths: Sequence[str], settings: Settings, cache: Path, split: str | None) -> list[AnswerReport]:
    """Measure answers; each library's questions are what the others should not answer."""
    from evals.answers.measure import collections_in, measure_answers, own_library
    from ui.library import make_viewer
    from ui.progress import make_progress
    from ui.terminal import make_console

    with make_progress(make_console(stderr=True)) as progress:
        subjects = []
        for path in paths:
            if path == _OWN:
                subjects.append(own_library(settings, lambda catalog: make_viewer(catalog, settings)))
            else:
                progress.look(path)
                subjects += collections_in(Path(path), settings, cache, progress, split)
        return measure_answers(subjects, progress)


def _give_answers(found: Sequence[AnswerReport], as_json: bool) -> None:
    from ui.schemas_eval import answers_out
    from ui.summary_eval import show_answers

    document = answers_out(found)
    options.give(document, as_json, lambda console: show_answers(console, document.reports))


def _give(found: Sequence[Evaluation], compared: bool, as_json: bool) -> None:
    from evals.evaluate import verdict
    from ui.schemas_eval import eval_out
    from ui.summary_eval import show_evaluations

    verdicts = []
    for one in found if compared else ():
        first, second = one.rows[:2]
        measure = next(iter(first.means))
        verdicts.append(f"{one.collection}: {verdict(first.method, second, measure)}")
    document = eval_out(found)

    def show(console: Console) -> None:
        show_evaluations(console, document.evaluations, verdicts)

    options.give(document, as_json, show)

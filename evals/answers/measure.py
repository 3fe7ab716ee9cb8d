"""Collections, or a library → how good the answers are there, figure by figure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from catalog.nouns import Viewer
from catalog.settings import Settings
from catalog.store import Catalog
from evals.answers.abstaining import measure_abstaining, read_cases
from evals.answers.asked import Asked, of_collection, of_library, some_of
from evals.answers.citations import measure_citations
from evals.answers.evidence import measure_evidence, read_marked
from evals.answers.figures import AnswerReport, Figure
from evals.answers.mutations import measure_mutations
from evals.answers.threads import measure_threads
from evals.collections import load
from evals.errors import EvalError
from evals.library import EvalProgress, open_library
from evals.nouns import Collection, Task
from search.encoder import Encoder, open_encoder
from search.engine import Engine

_STRANGERS = 60  # questions that each other collection lends
_PEOPLE = "its judgments tell who knows, and not what the answer is"


@dataclass(frozen=True, slots=True)
class Opened:
    """A library that answers.

    Attributes:
        engine: It.
        viewer: Who measures.
        encoder: The model.
        asked: The questions to put to it.
        problems: What could not be read, in words.
    """

    engine: Engine
    viewer: Viewer
    encoder: Encoder
    asked: Sequence[Asked]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """What answers are measured on.

    Attributes:
        name: What it is called.
        open: Opens it.
        collection: The test collection, if it is one.
    """

    name: str
    open: Callable[[], AbstractContextManager[Opened]]
    collection: Collection | None = None


def own_library(settings: Settings, viewer: Callable[[Catalog], Viewer]) -> Subject:
    """A community's own library.

    Args:
        settings: The settings in force.
        viewer: Tells who measures; nothing else than what they may read plays any part.
    """

    @contextmanager
    def opened() -> Iterator[Opened]:
        encoder = open_encoder(settings.model, settings.precision, settings.batch_tokens)
        with Catalog.open(settings.library, create=False) as catalog:
            asks = viewer(catalog)
            with catalog.read(asks) as reader:
                asked = of_library(reader)
            yield Opened(_engine(catalog, settings, encoder), asks, encoder, asked)

    return Subject("own", opened)


def collections_in(
    path: Path, settings: Settings, cache: Path, progress: EvalProgress, split: str | None = None
) -> list[Subject]:
    """The test collections of a folder, or the folder itself, where it holds a community's posts.

    Args:
        path: The folder: test collections, or anything that `copse ingest` reads.
        settings: The settings in force.
        cache: The folder that libraries are made in.
        progress: Is told how far it has come.
        split: Which judgments, where there are several.

    Raises:
        EvalError: If there is no such folder, or a file of a collection cannot be used.
    """
    if not path.is_dir():
        raise EvalError(f"{path}: is no folder; give a test collection, a folder of posts, or `own`")
    if (path / "Posts.xml").exists():
        folder = path.absolute()
        found = [Collection(f"{folder.parent.name}/{folder.name}", Task.SEARCH, folder, (), {})]
    else:
        found = load(path, split)
    return [_subject(one, settings, cache, progress) for one in found]


def _subject(collection: Collection, settings: Settings, cache: Path, progress: EvalProgress) -> Subject:
    @contextmanager
    def opened() -> Iterator[Opened]:
        with open_library(collection, settings, cache, progress) as library:
            engine = _engine(library.catalog, library.settings, library.encoder)
            owner = library.catalog.owner()
            with library.catalog.read(owner) as reader:
                source = reader.status().sources[0].name
                asked = of_collection(collection, source) if collection.queries else of_library(reader)
            yield Opened(engine, owner, library.encoder, asked, library.problems)

    return Subject(collection.name, opened, collection)


def _engine(catalog: Catalog, settings: Settings, encoder: Encoder) -> Engine:
    """Votes count for nothing, since they came later; no question is kept, and no language model asked."""
    return Engine(
        catalog, replace(settings, votes_weight=0.0, record_gaps="no", llm_url="", llm_model=""), encoder
    )


def measure_answers(subjects: Sequence[Subject], progress: EvalProgress) -> list[AnswerReport]:
    """Measure one after the other; the questions of the others are what each should not answer.

    Args:
        subjects: What to measure on.
        progress: Is told how far it has come.

    Raises:
        CopseError: If something cannot be read or ingested.
    """
    texts = {}
    for subject in subjects:
        with subject.open() as opened:
            texts[subject.name] = [one.text for one in some_of(opened.asked, _STRANGERS)]
    reports = []
    for subject in subjects:
        foreign = [text for name, lent in texts.items() if name != subject.name for text in lent]
        with subject.open() as opened:
            reports.append(_measure(subject, opened, foreign, progress))
    return reports


def _measure(
    subject: Subject, opened: Opened, foreign: Sequence[str], progress: EvalProgress
) -> AnswerReport:
    name, asked = subject.name, opened.asked
    if not asked:
        raise EvalError(f"{name}: holds no question to measure answers by")
    figures: list[Figure] = []
    progress.look(f"{name}: citations")
    figures += measure_citations(opened.engine, opened.viewer, [one.text for one in asked], progress.asked)
    if subject.collection and subject.collection.task is Task.EXPERTS:
        return AnswerReport(name, tuple(figures), (*opened.problems, _PEOPLE))
    marked = read_marked(subject.collection) if subject.collection else None
    if subject.collection and marked:
        progress.look(f"{name}: evidence")
        figures += measure_evidence(
            opened.engine, subject.collection, _source(opened), marked, progress.asked
        )
    progress.look(f"{name}: linked threads")
    figures += measure_threads(opened.engine, opened.viewer, asked, progress.asked)
    progress.look(f"{name}: abstaining")
    read = read_cases(opened.engine, opened.viewer, asked, foreign, progress.asked)
    figures += measure_abstaining(read)
    progress.look(f"{name}: check of sentences")
    figures += measure_mutations(opened.engine, opened.viewer, asked, opened.encoder.encode, progress.asked)
    return AnswerReport(name, tuple(figures), (*opened.problems, *_notes(figures, foreign)))


def _notes(figures: Sequence[Figure], foreign: Sequence[str]) -> list[str]:
    """What could not be measured."""
    notes = []
    groups = {figure.group for figure in figures}
    if "linked thread" not in groups:
        notes.append("no question is linked to an older one, so nothing tells which thread should answer it")
    if not foreign:
        notes.append("give a second collection to see whether its questions are left unanswered here")
    return notes


def _source(opened: Opened) -> str:
    with opened.engine.catalog.read(opened.viewer) as reader:
        return reader.status().sources[0].name

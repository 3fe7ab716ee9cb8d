"""What every face shows as JSON: one form for the command line and the HTTP API.

The forms are made from the nouns and the results by the functions below them. Identities of people
are no part of them, and a person whose only name is an e-mail address is shown without its domain.
Documents with a `schema_version` are whole replies; its number rises when a field changes or goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from catalog.nouns import Kind, LinkKind, Role, State

if TYPE_CHECKING:
    from pathlib import Path

    from catalog.errors import UnreadableError
    from catalog.nouns import Community, Contribution, Item, Passage, Person
    from catalog.reader import Status
    from ingest.pipeline import Report
    from search.results import (
        Answer,
        Citation,
        Differences,
        Evidence,
        Expert,
        Hit,
        Reply,
        Sentence,
        SimilarProblem,
        Solution,
    )
    from ui.sync import IngestReport


_ADDRESS = re.compile(r"([^\s<>@]+)@[^\s<>@]+\.[^\s<>@]+")
_BRACKETED = re.compile(r"<[^<>@]+@[^<>@]+>")


class Form(BaseModel):
    """A part of a document: it cannot be changed, and has no fields but those it names."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Document(Form):
    """A whole reply."""

    schema_version: Annotated[Literal[1], Field(description="Version of this form.")] = 1


class Listed(Document):
    """A page of a list that may be long."""

    next: Annotated[
        str | None, Field(description="What to give as `cursor` for the next page; null if there is none.")
    ] = None


# --- items ---


class ContributionOut(Form):
    """What one person did to an item."""

    name: str = Field(description="The person's display name.")
    person_id: int = Field(description="The library's number of the person; 0 if they are anonymous.")
    role: Role = Field(description="What they did.")
    at: datetime | None = Field(description="When, in UTC.")


class ItemOut(Form):
    """A question, answer, post, document or lesson."""

    id: str = Field(description="Stable identifier: the source and the source's own key.")
    kind: Kind = Field(description="What it is to its community.")
    title: str = Field(description="Title; an answer carries the title of its question.")
    community: str = Field(description="Slug of its community.")
    url: str | None = Field(description="Web address of the original, if it has one.")
    created: datetime | None = Field(description="When it was written, in UTC.")
    updated: datetime | None = Field(description="When it was last changed, in UTC.")
    tags: list[str] = Field(description="Its topics, sorted.")
    state: State | None = Field(description="Open, solved or outdated; null where that says nothing.")
    votes: int | None = Field(description="Up-votes minus down-votes; null where the source has none.")
    accepted: bool = Field(description="Whether it is the accepted answer of its thread.")
    thread_id: str = Field(description="Identifier of the item that opened the thread.")
    people: list[ContributionOut] = Field(description="Who did what to it.")
    text: Annotated[
        str | None, Field(description="The whole text as Markdown; only where one item is shown.")
    ] = None


class PassageOut(Form):
    """A piece of an item that can be cited."""

    heading: list[str] = Field(description="Headings above it, outermost first.")
    page: int | None = Field(description="Page, counted from 1; null for text without pages.")
    start: int = Field(description="First character in the item's text.")
    end: int = Field(description="One past the last character.")
    text: str = Field(description="Exactly those characters.")
    seconds: Annotated[
        int | None, Field(description="When it begins in a recording; null for what was not spoken.")
    ] = None


class LinkOut(Form):
    """What an item points to."""

    kind: LinkKind = Field(description="Whether it asks the same, is related, or is only named.")
    item: ItemOut = Field(description="The other item, from the same source.")


_AlsoIn = Annotated[
    list[ItemOut], Field(description="Near-identical items that the viewer may read too, the oldest first.")
]


class ThreadOut(Document):
    """An item, in full, with the other items of its thread."""

    item: ItemOut = Field(description="The item, with its text.")
    thread: list[ItemOut] = Field(description="All items of its thread with their texts, oldest first.")
    links: Annotated[
        list[LinkOut], Field(description="What the item points to, as far as the viewer may read it.")
    ] = []
    also_in: _AlsoIn = []


# --- answers, people, problems ---


class HitOut(Form):
    """An item that fits the question."""

    item: ItemOut
    passage: PassageOut = Field(description="Its passage that fits best.")
    score: float = Field(description="How well it fits, from 0 to 1.")
    meaning: float = Field(description="How near in meaning, from 0 to 1.")
    words: float = Field(description="Share of the question's words, weighted by rarity, from 0 to 1.")
    also_in: _AlsoIn = []


class CitationOut(Form):
    """A source of an answer."""

    number: int = Field(description="Its number in the answer, from 1.")
    item: ItemOut
    passage: PassageOut
    spans: list[tuple[int, int]] = Field(
        description="The quoted sentences, as characters of the item's text."
    )
    also_in: _AlsoIn = []


class SentenceOut(Form):
    """One sentence of an answer."""

    text: str
    citations: list[int] = Field(description="Numbers of the citations that it rests on.")


class DisagreementOut(Form):
    """Two sentences of an answer that contradict each other."""

    first: int = Field(description="Place among the sentences, from 0, of what is trusted more.")
    second: int = Field(description="Place of the other.")


class AnswerOut(Form):
    """A short cited answer, or an abstention with its reason."""

    question: str
    text: str = Field(description="The sentences with their citations as [n]; empty when abstaining.")
    sentences: list[SentenceOut]
    citations: list[CitationOut]
    abstained: bool = Field(description="Whether the evidence was too thin for an answer.")
    reason: str | None = Field(description="Why there is no answer, or none that is certain.")
    confidence: float = Field(description="How likely what was found answers the question, from 0 to 1.")
    partial: Annotated[
        bool, Field(description="Whether the evidence is thin: the sentences are the nearest there is.")
    ] = False
    missing: Annotated[
        list[str],
        Field(description="Words of the question, in their stem, that no source has."),
    ] = []
    disagreements: Annotated[
        list[DisagreementOut], Field(description="Pairs of sentences that contradict each other.")
    ] = []
    model: Annotated[
        str | None, Field(description="The language model that worded it; null if it is made of quotations.")
    ] = None
    notes: Annotated[list[str], Field(description="What to know about how the answer was made.")] = []
    completed: Annotated[
        str | None,
        Field(description="A follow-up as the whole question searched for; null for one that is whole."),
    ] = None


class EvidenceOut(Form):
    """One contribution that counts for an expert."""

    item: ItemOut
    role: Role = Field(description="What the person did to the item.")
    at: datetime | None = Field(description="When, in UTC.")
    share: float = Field(description="Its part of the score; the shares sum to the score.")


class ExpertOut(Form):
    """Somebody who, by the evidence, knows about the topic."""

    name: str
    person_id: int = Field(description="The library's number of the person; 0 if they are anonymous.")
    departed: bool = Field(description="Whether they have left, and cannot be asked any more.")
    score: float = Field(description="Sum of the shares; compares people within one question, not bounded.")
    summary: str = Field(description="What they did about it, in a sentence.")
    evidence: list[EvidenceOut] = Field(description="What counts most, the largest share first.")
    weaknesses: Annotated[
        list[str], Field(description="What would weaken the evidence, such as that it is old.")
    ] = []
    about: Annotated[
        float, Field(description="Which share of all that they did is about the topic, from 0 to 1.")
    ] = 0.0
    specific: Annotated[
        bool, Field(description="Whether that is far more than everybody's: a specialist, and not only busy.")
    ] = False


class SolutionOut(Form):
    """What solved a problem."""

    item: ItemOut = Field(description="The item that holds the solution.")
    start: int = Field(description="First character in that item's text.")
    end: int = Field(description="One past the last character.")
    text: str = Field(description="Exactly those characters, as Markdown.")
    by: Annotated[list[str], Field(description="Who wrote it.")] = []
    at: Annotated[datetime | None, Field(description="When it was written, in UTC.")] = None


class DifferencesOut(Form):
    """Versions, identifiers and names that only one of two problems has; at most four each."""

    asked: list[str] = Field(description="What only the described problem names.")
    found: list[str] = Field(description="What only the past one names.")


class SimilarOut(Form):
    """A past problem like the one described."""

    item: ItemOut = Field(description="The problem; the first one, where later ones asked the same again.")
    passage: PassageOut = Field(description="Its passage that is most alike.")
    score: float = Field(description="How alike, from 0 to 1.")
    solved: bool = Field(description="Whether the solution was accepted, or is a lesson's recommendation.")
    state: State | None = Field(description="State of the problem itself.")
    solution: SolutionOut | None
    also_in: _AlsoIn = []
    asked_again: Annotated[
        list[ItemOut], Field(description="Found problems that were closed as duplicates of this one.")
    ] = []
    probability: Annotated[float, Field(description="How likely it is the same problem, from 0 to 1.")] = 0.0
    same: Annotated[bool, Field(description="Whether that is likely enough to say so.")] = False
    differences: Annotated[
        DifferencesOut | None, Field(description="What only one of the two names; null where nothing is.")
    ] = None


class ReplyOut(Document):
    """Everything that Copse has to say to one question."""

    answer: AnswerOut
    experts: list[ExpertOut] = Field(description="The people to ask, best first.")
    similar: list[SimilarOut] = Field(description="Who met this before.")
    practices: list[HitOut] = Field(description="Related items, best first.")
    elsewhere: Annotated[
        list[HitOut], Field(description="How other communities go about it: the best item of each.")
    ] = []


class HitsOut(Document):
    """The items that fit a question."""

    question: str
    hits: list[HitOut] = Field(description="Best first.")


class ExpertsOut(Document):
    """The people who know about a topic."""

    topic: str
    experts: list[ExpertOut] = Field(description="Best first.")


class SimilarProblemsOut(Document):
    """The past problems like the one described."""

    problem: str
    similar: list[SimilarOut] = Field(description="Best first; solved before unsolved among equals.")


# --- the library ---


class CommunityOut(Form):
    """A community that the viewer may read."""

    slug: str
    name: str
    private: bool = Field(description="Whether only its readers may read it.")
    items: dict[Kind, int] = Field(description="Number of items of each kind that there is.")


class CommunitiesOut(Document):
    """The communities that the viewer may read."""

    communities: list[CommunityOut] = Field(description="By name.")


class SourceOut(Form):
    """A source, and how much of it the viewer may read."""

    name: str
    kind: str
    location: str
    items: int


class FailureOut(Form):
    """A file or row that could not be read."""

    where: str
    reason: str


class StatusOut(Document):
    """The state of the library, as far as the viewer may know it."""

    library: str = Field(description="Folder of the library.")
    viewer: str = Field(description="Who asks.")
    generation: int | None = Field(
        description="Number that every change moves up; null for a viewer who may not read everything."
    )
    model: str | None = Field(description="The embedding model that answers; null before the first ingest.")
    communities: list[CommunityOut]
    people: int = Field(description="Number of people who contributed.")
    passages: int
    embedded: int = Field(description="Passages that the model has embedded.")
    embedded_share: float = Field(description="The same as a share of all passages, from 0 to 1.")
    sources: list[SourceOut]
    failures: list[FailureOut] = Field(
        description="What could not be read; only for who may read everything."
    )


class SourceReportOut(Form):
    """What an ingest did to one source."""

    source: str
    units: int = Field(description="Files (or tables, or dumps) that the source has now.")
    read: int = Field(description="Units that were read because they are new or changed.")
    written: int = Field(description="Items that were new or changed.")
    unchanged: int = Field(description="Items that were read and found unchanged.")
    renamed: int = Field(description="Units that moved.")
    removed: int = Field(description="Items that vanished at the source.")
    held: int = Field(
        description="What vanished and was kept, because it is suddenly so much: sync with --yes."
    )
    forgotten: int = Field(description="Items left out because somebody asked to forget them.")
    failures: list[FailureOut] = Field(description="What could not be read.")
    error: str | None = Field(description="Why the source as a whole could not be read.")
    columns: Annotated[
        dict[str, list[str]] | None,
        Field(description="Which columns of a table hold which field; null for other sources."),
    ] = None


class ReportOut(Document):
    """What an ingest did."""

    sources: list[SourceReportOut]
    embedded: int = Field(description="Passages that were embedded.")
    changed: bool = Field(description="Whether anything in the library changed.")
    left_out: dict[str, int] = Field(description="Files that are not read, counted by suffix.")
    errors: list[str] = Field(description="Paths that could not be ingested at all, and why.")


class OriginOut(Form):
    """A path or a web address that was added."""

    name: str
    location: str
    kind: str = Field(description="Its kind of source; empty where each file's kind is found out.")
    community: str = Field(description="Community of what no copse.toml assigns to one; may be empty.")
    private: bool
    options: dict[str, str]
    complete: datetime | None = Field(description="When all of a web address was last listed.")
    problem: str = Field(description="Why the last sync failed as a whole; empty if it did not.")
    sources: list[SourceOut] = Field(description="The sources that were found there.")


class OriginsOut(Document):
    """What was added to the library."""

    origins: list[OriginOut]


class ForgottenOut(Document):
    """What a request to forget removed."""

    forgotten: str = Field(description="The source or item that was named.")
    items: int = Field(description="Number of items removed.")


class SettingOut(Form):
    """A setting, its value, and where the value comes from."""

    name: str
    variable: str = Field(description="The environment variable that sets it.")
    value: str | int | float
    origin: Literal["option", "environment", "library", "default"]
    help: str


class SettingsOut(Document):
    """The settings in force."""

    settings: list[SettingOut]


# --- making them ---


def shown_name(person: Person) -> str:
    """The name to show for a person: of an e-mail address only what stands before its @."""
    named = _BRACKETED.sub("", person.name).strip()
    return _ADDRESS.sub(r"\1", named or person.name.strip("<> "))


def shown_number(person: Person) -> int:
    """The number to show for a person: 0 for who is anonymous, whose numbers in the catalog mean nothing."""
    return 0 if person.anonymous else person.id


def contribution_out(contribution: Contribution) -> ContributionOut:
    """Show who did what to an item."""
    person = contribution.person
    return ContributionOut(
        name=shown_name(person), person_id=shown_number(person), role=contribution.role, at=contribution.at
    )


def item_out(item: Item, *, with_text: bool = False) -> ItemOut:
    """Show an item, with its text where it is what was asked for."""
    return ItemOut(
        id=item.id,
        kind=item.kind,
        title=item.title,
        community=item.community,
        url=None if (item.url or "").lower().startswith("mailto:") else item.url,
        created=item.created,
        updated=item.updated,
        tags=list(item.tags),
        state=item.state,
        votes=item.votes,
        accepted=item.accepted,
        thread_id=item.thread_id,
        people=[contribution_out(contribution) for contribution in item.contributions],
        text=item.text if with_text else None,
    )


def passage_out(passage: Passage) -> PassageOut:
    """Show a passage."""
    return PassageOut(
        heading=list(passage.heading),
        page=passage.page,
        seconds=passage.seconds,
        start=passage.start,
        end=passage.end,
        text=passage.text,
    )


def thread_out(
    item: Item,
    thread: Iterable[Item],
    links: Iterable[tuple[LinkKind, Item]] = (),
    also_in: Iterable[Item] = (),
) -> ThreadOut:
    """Show an item with its thread, all in full, with what it points to and where else it stands."""
    return ThreadOut(
        item=item_out(item, with_text=True),
        thread=[item_out(other, with_text=True) for other in thread],
        links=[LinkOut(kind=kind, item=item_out(other)) for kind, other in links],
        also_in=list(map(item_out, also_in)),
    )


def hit_out(hit: Hit) -> HitOut:
    """Show a hit."""
    return HitOut(
        item=item_out(hit.item),
        passage=passage_out(hit.passage),
        score=hit.score,
        meaning=hit.meaning,
        words=hit.words,
        also_in=list(map(item_out, hit.also_in)),
    )


def citation_out(citation: Citation) -> CitationOut:
    """Show a source of an answer."""
    return CitationOut(
        number=citation.number,
        item=item_out(citation.item),
        passage=passage_out(citation.passage),
        spans=list(citation.spans),
        also_in=list(map(item_out, citation.also_in)),
    )


def cited_text(sentences: Iterable[Sentence]) -> str:
    """The sentences as one text, each followed by its citations as [n]."""
    return " ".join(
        " ".join(filter(None, (sentence.text, "".join(f"[{number}]" for number in sentence.citations))))
        for sentence in sentences
    )


def answer_out(answer: Answer) -> AnswerOut:
    """Show an answer or an abstention."""
    return AnswerOut(
        question=answer.question,
        text=cited_text(answer.sentences),
        sentences=[
            SentenceOut(text=sentence.text, citations=list(sentence.citations))
            for sentence in answer.sentences
        ],
        citations=[citation_out(citation) for citation in answer.citations],
        abstained=answer.abstained,
        reason=answer.reason,
        confidence=answer.confidence,
        partial=answer.partial,
        missing=list(answer.missing),
        disagreements=[DisagreementOut(first=one.first, second=one.second) for one in answer.disagreements],
        model=answer.model,
        notes=list(answer.notes),
        completed=answer.completed,
    )


def evidence_out(evidence: Evidence) -> EvidenceOut:
    """Show a contribution that counts."""
    return EvidenceOut(
        item=item_out(evidence.item),
        role=evidence.contribution.role,
        at=evidence.contribution.at,
        share=evidence.share,
    )


def expert_out(expert: Expert) -> ExpertOut:
    """Show an expert with the evidence."""
    return ExpertOut(
        name=shown_name(expert.person),
        person_id=shown_number(expert.person),
        departed=expert.person.departed,
        score=expert.score,
        summary=expert.summary,
        evidence=[evidence_out(evidence) for evidence in expert.evidence],
        weaknesses=list(expert.weaknesses),
        about=expert.about,
        specific=expert.specific,
    )


def solution_out(solution: Solution) -> SolutionOut:
    """Show what solved a problem."""
    return SolutionOut(
        item=item_out(solution.item),
        start=solution.start,
        end=solution.end,
        text=solution.text,
        by=list(dict.fromkeys(map(shown_name, solution.solvers))),
        at=solution.at,
    )


def similar_out(problem: SimilarProblem) -> SimilarOut:
    """Show a past problem with its solution."""
    return SimilarOut(
        item=item_out(problem.item),
        passage=passage_out(problem.passage),
        score=problem.score,
        solved=problem.solved,
        state=problem.item.state,
        solution=solution_out(problem.solution) if problem.solution else None,
        also_in=list(map(item_out, problem.also_in)),
        asked_again=list(map(item_out, problem.asked_again)),
        probability=problem.probability,
        same=problem.same,
        differences=_differences_out(problem.differences),
    )


def _differences_out(differences: Differences) -> DifferencesOut | None:
    if not differences:
        return None
    return DifferencesOut(asked=list(differences.asked), found=list(differences.found))


def reply_out(reply: Reply) -> ReplyOut:
    """Show a whole reply."""
    return ReplyOut(
        answer=answer_out(reply.answer),
        experts=[expert_out(expert) for expert in reply.experts],
        similar=[similar_out(problem) for problem in reply.similar],
        practices=[hit_out(hit) for hit in reply.practices],
        elsewhere=[hit_out(hit) for hit in reply.elsewhere],
    )


def untold_practices(reply: ReplyOut) -> list[HitOut]:
    """The related items that are not shown elsewhere in the reply, nor copies of what is."""
    shown: list[SimilarOut | CitationOut | HitOut] = [
        *reply.similar,
        *reply.answer.citations,
        *reply.elsewhere,
    ]
    threads = {one.item.thread_id for one in shown}
    threads |= {again.thread_id for problem in reply.similar for again in problem.asked_again}
    copies = {copy.id for one in shown for copy in one.also_in}
    return [hit for hit in reply.practices if hit.item.thread_id not in threads and hit.item.id not in copies]


def hits_out(question: str, hits: Iterable[Hit]) -> HitsOut:
    """Show the result of a search."""
    return HitsOut(question=question, hits=[hit_out(hit) for hit in hits])


def experts_out(topic: str, experts: Iterable[Expert]) -> ExpertsOut:
    """Show the people who know about a topic."""
    return ExpertsOut(topic=topic, experts=[expert_out(expert) for expert in experts])


def similar_problems_out(problem: str, found: Iterable[SimilarProblem]) -> SimilarProblemsOut:
    """Show the past problems like the one described."""
    return SimilarProblemsOut(problem=problem, similar=[similar_out(one) for one in found])


def community_out(community: Community, status: Status) -> CommunityOut:
    """Show a community with its counts."""
    counts = {Kind(kind): n for (slug, kind), n in status.items.items() if slug == community.slug}
    return CommunityOut(slug=community.slug, name=community.name, private=community.private, items=counts)


def communities_out(communities: Iterable[Community], status: Status) -> CommunitiesOut:
    """Show the communities that a viewer may read."""
    return CommunitiesOut(communities=[community_out(community, status) for community in communities])


def failure_out(error: UnreadableError) -> FailureOut:
    """Show what could not be read."""
    return FailureOut(where=error.where, reason=error.reason)


def status_out(status: Status, communities: Iterable[Community], *, library: Path, viewer: str) -> StatusOut:
    """Show the state of a library."""
    return StatusOut(
        library=str(library),
        viewer=viewer,
        generation=status.generation,
        model=status.model,
        communities=[community_out(community, status) for community in communities],
        people=status.people,
        passages=status.passages,
        embedded=status.embedded,
        embedded_share=status.embedded / status.passages if status.passages else 1.0,
        sources=[
            SourceOut(name=source.name, kind=source.kind, location=source.location, items=source.items)
            for source in status.sources
        ],
        failures=[failure_out(error) for error in status.failures],
    )


def source_report_out(
    report: Report, columns: Mapping[str, tuple[str, ...]] | None = None
) -> SourceReportOut:
    """Show what an ingest did to one source."""
    return SourceReportOut(
        source=report.source,
        units=report.units,
        read=report.read,
        written=report.written,
        unchanged=report.unchanged,
        renamed=report.renamed,
        removed=report.removed,
        held=report.held,
        forgotten=report.forgotten,
        failures=[failure_out(error) for error in report.failures],
        error=str(report.error) if report.error else None,
        columns={name: list(names) for name, names in columns.items()} if columns else None,
    )


def has_changed(report: IngestReport) -> bool:
    """Whether an ingest changed anything."""
    changes = (one.written + one.renamed + one.removed for one in report.sources)
    return bool(report.embedded or sum(changes))


def report_out(report: IngestReport) -> ReportOut:
    """Show what an ingest did.

    Args:
        report: What it did.
    """
    return ReportOut(
        sources=[source_report_out(one, report.columns.get(one.source)) for one in report.sources],
        embedded=report.embedded,
        changed=has_changed(report),
        left_out=dict(report.left_out),
        errors=[str(error) for error in report.errors],
    )

"""What the script on another site gets of a similar problem: no more than it shows."""

from __future__ import annotations

from pydantic import Field

from ui import terminal
from ui.markdown import web_address
from ui.schemas import Document, Form, SimilarOut, SimilarProblemsOut
from ui.terminal import Names, line
from ui.view.place import Place


class ShownProblem(Form):
    """A past problem, as text."""

    title: str
    standing: str = Field(description="Solved, unsolved or outdated.")
    solution: str = Field(description="The beginning of what solved it; empty where nothing did.")
    about: str = Field(description="Where and when it was written.")
    url: str = Field(description="Address of the original; empty if it has none.")
    page: str = Field(description="Where it is in Copse, relative to its address.")


class EmbedOut(Document):
    """The past problems like the one that is being typed."""

    similar: list[ShownProblem]


def embed_out(found: SimilarProblemsOut, names: Names) -> EmbedOut:
    """Make what the script shows."""
    return EmbedOut(similar=[_shown(one, names) for one in found.similar])


def _shown(problem: SimilarOut, names: Names) -> ShownProblem:
    item = problem.item
    _, _, standing = terminal.standing(problem).partition(" ")
    told = (names.get(item.community, item.community), terminal.date(item.created))
    return ShownProblem(
        title=line(item.title) or line(item.id),
        standing=standing.capitalize(),
        solution=terminal.excerpt(problem.solution.text) if problem.solution else "",
        about=" · ".join(filter(None, told)),
        url=web_address(item.url),
        page=Place(item=item.id).href,
    )

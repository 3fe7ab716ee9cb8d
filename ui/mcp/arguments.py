"""What each MCP tool takes. The descriptions are read by language models: they say what to write there."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from catalog.nouns import Kind
from search.conversation import MOST_TURNS
from ui.api_parameters import LONGEST_QUESTION, MOST_RESULTS
from ui.contributing import LONGEST_TAG, LONGEST_TEXT, LONGEST_TITLE, MOST_TAGS

_Words = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_QUESTION)]
_Part = Annotated[str, StringConstraints(max_length=LONGEST_TEXT // 4)]
_Tag = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TAG)]
_Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_Many = Field(ge=1, le=MOST_RESULTS, description="How many results are wanted at most.")


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Narrowed(_Arguments):
    """What every search can be narrowed down by. Leave out what is not asked for."""

    communities: list[_Name] = Field(
        default=[], max_length=50, description="Slugs or names of communities to look in; all if empty."
    )
    kinds: list[Kind] = Field(
        default=[], max_length=10, description="Kinds of items to look for; all if empty."
    )
    tags: list[_Name] = Field(default=[], max_length=50, description="Only items with one of these tags.")
    since: date | None = Field(default=None, description="Only what was written on this day or later.")
    until: date | None = Field(default=None, description="Only what was written on this day or before.")


class Ask(Narrowed):
    """A question."""

    question: _Words = Field(description="The question in plain words, whole, as a person would ask it.")
    before: list[_Words] = Field(
        default=[],
        max_length=MOST_TURNS,
        description="Questions asked before in the same conversation, the oldest first, if this one leans on "
        "them ('and how do I keep it away?').",
    )
    k: Annotated[int, _Many] = 5


class Search(Narrowed):
    """Something to look for."""

    query: _Words = Field(description="A question, a topic or key words.")
    k: Annotated[int, _Many] = 10


class Experts(Narrowed):
    """A topic that somebody may know."""

    topic: _Words = Field(description="The topic, such as 'sharpening knives'; not a person's name.")
    k: Annotated[int, _Many] = 5


class Similar(Narrowed):
    """A problem."""

    problem: _Words = Field(
        description="The problem as it shows itself: what happens, with error messages, versions and names."
    )
    k: Annotated[int, _Many] = 5


class ReadItem(_Arguments):
    """Something to read in full."""

    id: str = Field(
        min_length=1,
        max_length=2000,
        description="The item's id, exactly as another tool gave it, such as 'kitchen/forum:28'.",
    )


class AddLesson(_Arguments):
    """A lesson that somebody learned."""

    community: _Name = Field(description="Slug or name of the community that it is for.")
    title: str = Field(
        min_length=1,
        max_length=LONGEST_TITLE,
        description="What it is about, in a line, such as 'Fleece keeps leatherjackets off'.",
    )
    what_happened: _Part = Field(description="What happened, as Markdown: when, where, and with what.")
    what_we_learned: _Part = Field(
        default="", description="What was learned from it, if there is more to say."
    )
    what_to_do: _Part = Field(description="What others should do, so that they can follow it.")
    tags: list[_Tag] = Field(default=[], max_length=MOST_TAGS, description="Topics, in a word or two each.")
    author: str = Field(
        default="",
        max_length=200,
        description="Number or name of who learned it; only the owner of the library gives one, all others "
        "write in their own name.",
    )

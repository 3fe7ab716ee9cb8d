"""Items over HTTP, one after the other, and their pages as pictures."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from catalog.nouns import Order, State
from catalog.reader_browse import Browsed
from ui.api_parameters import After, Count, Narrowed, Serving
from ui.schemas_items import ItemsOut

_LARGEST = 2**31 - 1

router = APIRouter()

DocumentId = Annotated[
    str,
    Query(
        alias="id",
        max_length=2000,
        description="The document's id, as every result has it.",
        examples=["sample:allotment/handbook/machine-shed.pdf"],
    ),
]
Sheet = Annotated[int, Query(ge=1, le=100_000, description="Number of the page, from 1.", examples=[1])]
Character = Annotated[int, Query(ge=0, le=_LARGEST, description="Of the item's text; the passage is marked.")]
Quotes = Annotated[
    list[Annotated[str, Query(pattern=r"^\d{1,9}-\d{1,9}$")]] | None,
    Query(max_length=20, description="Characters of a sentence, such as 120-180; may be repeated."),
]


class PictureResponse(Response):
    """A picture."""

    media_type = "image/png"


class TableResponse(Response):
    """A table."""

    media_type = "text/csv"


def _browsed(
    filters: Narrowed,
    title: Annotated[str, Query(max_length=200, description="Words that the title has.")] = "",
    state: Annotated[State | None, Query(description="Only what is in this state.")] = None,
    order: Annotated[Order, Query(description="What comes first; most useful is by votes.")] = Order.NEWEST,
) -> Browsed:
    return Browsed(filters, state, title, order)


Leafed = Annotated[Browsed, Depends(_browsed)]


@router.get("/items")
def items(
    service: Serving,
    browsed: Leafed,
    k: Count = 20,
    cursor: After = None,
) -> ItemsOut:
    """List items one after the other: what opens a thread, and answers where that kind is asked for."""
    return service.browse(browsed, k, cursor)


@router.get("/items.csv", response_class=TableResponse)
def items_csv(service: Serving, browsed: Leafed) -> Response:
    """Give the same as a table (CSV), at most 20,000 lines; no cell is a formula."""
    # The mark at its beginning tells a spreadsheet that it is UTF-8.
    table = "\ufeff" + service.table(browsed)
    return TableResponse(table, headers={"Content-Disposition": 'attachment; filename="copse-items.csv"'})


@router.get("/page-picture", response_class=PictureResponse)
def page_picture(
    service: Serving,
    item_id: DocumentId,
    page: Sheet,
    start: Character = 0,
    end: Character = 0,
    quote: Quotes = None,
) -> Response:
    """Draw a page of a PDF, with a passage and sentences of it marked, as a picture (PNG)."""
    quotes = [(int(first), int(last)) for first, last in (one.split("-") for one in quote or ())]
    drawn = service.page_picture(item_id, page, (start, end) if start < end else None, quotes)
    return PictureResponse(drawn, headers={"Content-Disposition": f'inline; filename="page-{page}.png"'})

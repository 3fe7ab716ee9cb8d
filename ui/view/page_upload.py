"""The part of the page Contribute that takes in documents, and what it shares with the part for writing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from catalog.errors import CopseError, NotFoundError
from ingest.formats import SUFFIXES
from ui.contributing import LONGEST_TITLE, Contributing
from ui.problems import line_of
from ui.schemas_contribute import UploadOut, UploadState
from ui.service import Service
from ui.uploads import ENDED
from ui.view import trying
from ui.view.contribute import goes_to_view, uploads_view
from ui.view.parts import Surroundings
from ui.view.stage import show

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

_MOST_FILES = 20
_PATIENCE = 0.5  # seconds between two looks at an upload

tried = partial(trying.tried, "contribute")
show_trouble = partial(trying.show_trouble, "contribute")


def draw_upload(service: Service, contributing: Contributing, around: Surroundings) -> None:
    """Draw a place to drop files into, and what became of those before."""
    main, _ = st.columns([1, 0.5], gap="large")
    with main:
        _draw_files(service, contributing, around)
        uploads, refused = st.session_state.get("upload_results", ((), ()))
        if uploads or refused:
            show(uploads_view([_latest(contributing, one) for one in uploads], refused, around), "uploaded")


def _draw_files(service: Service, contributing: Contributing, around: Surroundings) -> None:
    turn = st.session_state.get("upload_turn", 0)  # another key empties the box
    files = st.file_uploader(
        f"Up to {_MOST_FILES} documents of up to {service.settings.file_megabytes} MB each",
        type=sorted(SUFFIXES),
        accept_multiple_files=True,
        key=f"upload_files_{turn}",
    )
    place = draw_place(contributing, around)
    author = draw_author(contributing, "Who brings them? (optional)")
    if st.button("Add the documents", type="primary", disabled=not files):
        st.session_state.upload_results = _upload(contributing, files[:_MOST_FILES], place, author)
        st.session_state.upload_turn = turn + 1
        st.rerun()


def _upload(
    contributing: Contributing, files: Sequence[UploadedFile], place: str, author: str
) -> tuple[list[UploadOut], list[str]]:
    """Upload files one after the other, and wait for each unless another sync is in the way.

    Returns:
        What was taken, and why the others were not.
    """
    bar = st.progress(0.0)
    uploads: list[UploadOut] = []
    refused: list[str] = []
    for number, file in enumerate(files):
        told = f"Document {number + 1} of {len(files)}"
        bar.progress(number / len(files), told)
        try:
            taken = contributing.upload(place, file.name, file, author)
            uploads.append(_followed(contributing, taken))
        except CopseError as error:
            refused.append(line_of(error))
    return uploads, refused


def _followed(contributing: Contributing, taken: UploadOut) -> UploadOut:
    """An upload when it has ended, or waits for another sync."""
    while taken.state not in ENDED and taken.state is not UploadState.WAITING:
        taken = contributing.upload_state(taken.item_id, _PATIENCE)
    return taken


def _latest(contributing: Contributing, upload: UploadOut) -> UploadOut:
    """How an upload stands now; one that nobody knows of any more stands as it did."""
    if upload.state in ENDED:
        return upload
    try:
        return contributing.upload_state(upload.item_id)
    except NotFoundError:
        return upload


# --- for writing, too ---


def draw_place(contributing: Contributing, around: Surroundings) -> str:
    """The community that it is for."""
    places = sorted(contributing.places(), key=lambda slug: _name(slug, around).casefold())
    place = st.selectbox(
        "Community", places, key="write_community", format_func=lambda slug: _name(slug, around)
    )
    show(goes_to_view(place, around), "goes-to")
    return place


def _name(slug: str, around: Surroundings) -> str:
    known = around.communities.get(slug)
    return slug if known is None else f"{known.name} 🔒" if known.private else known.name


def draw_author(contributing: Contributing, label: str = "Who wrote it?") -> str:
    """Who writes, where nobody can know it."""
    if contributing.knows_author():
        return ""
    return st.text_input(label, key="write_author", max_chars=LONGEST_TITLE, placeholder="Name or number")

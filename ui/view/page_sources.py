"""The part of a page that shows sources: what was added, how syncs go, and a form to add another one.

`draw_sources` is a part of the page of settings; whoever decides about nothing sees that there is nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from catalog.errors import CopseError
from ui.jobs import JobState
from ui.problems import line_of
from ui.schemas_sources import AddedOut, JobOut, KindOut
from ui.service import Service
from ui.sourcing import NewSource
from ui.view.parts import Surroundings
from ui.view.sources import job_view, no_sources_view, source_view
from ui.view.stage import show
from ui.view.start import trouble_view
from ui.view.trying import show_trouble, tried

_SECONDS_BETWEEN_LOOKS = 1.0
_LATEST = 3  # syncs that have ended and are still shown
_LONGEST = 2000  # characters of a location
_NEW = "A new one, or as a copse.toml says"

_trouble = partial(show_trouble, "source")


def draw_sources(service: Service, around: Surroundings) -> None:
    """Draw what was added, the syncs, and a form, as far as the reader decides about them."""
    sources = service.sourcing().listed().sources
    _trouble()
    _draw_jobs(service)
    if sources:
        _draw_list(service, sources, around)
    else:
        show(no_sources_view(), "no-sources")
    with st.expander("Add a source", expanded=not sources):
        _draw_form(service, around)


# --- syncs ---


def _draw_jobs(service: Service) -> None:
    """The syncs that run, and the last ones that have ended; looked at every second while one runs."""
    running = any(job.active for job in service.sourcing().jobs().jobs)
    every = _SECONDS_BETWEEN_LOOKS if running else None
    st.fragment(_follow_jobs, run_every=every)(service, running)


def _follow_jobs(service: Service, running: bool) -> None:
    try:
        jobs = service.sourcing().jobs().jobs
    except CopseError as error:
        show(trouble_view(line_of(error)), "jobs-trouble")
        return
    active = [job for job in jobs if job.active]
    if running != bool(active):
        st.rerun()  # what came in concerns the whole page, and so does whether to look again
    for job in [*active, *[job for job in jobs if not job.active][:_LATEST]]:
        _draw_job(service, job)


def _draw_job(service: Service, job: JobOut) -> None:
    show(job_view(job), f"job-{job.id}")
    sourcing = service.sourcing()
    if job.active:
        st.button("Cancel", key=f"cancel-{job.id}", on_click=_trying(lambda: sourcing.cancel(job.id)))
    elif job.state is JobState.ASKING:
        with st.container(horizontal=True):
            for told, agree in (("Keep them", False), ("Remove them here too", True)):
                st.button(
                    told,
                    key=f"confirm-{agree}-{job.id}",
                    on_click=_trying(partial(sourcing.confirm, job.id, agree=agree)),
                )


# --- what was added ---


def _draw_list(service: Service, sources: Sequence[AddedOut], around: Surroundings) -> None:
    sourcing = service.sourcing()
    if len(sources) > 1:
        st.button("Sync everything", on_click=_trying(sourcing.sync))
    for one in sources:
        show(source_view(one, around), f"source-{one.name}")
        with st.container(horizontal=True):
            st.button(
                "Sync now",
                key=f"sync-{one.name}",
                disabled=one.job is not None,
                on_click=_trying(partial(sourcing.sync, [one.name])),
            )
            with st.popover("Remove …"):
                # Never a text of a document or an address as Markdown.
                st.text(f"{one.items:,} items go from the library; the files themselves stay.")
                st.button(
                    "Remove it",
                    key=f"remove-{one.name}",
                    type="primary",
                    on_click=_trying(partial(sourcing.remove, one.name)),
                )


# --- adding ---


def _draw_form(service: Service, around: Surroundings) -> None:
    """Fields that follow each other: what can be chosen depends on where it lies."""
    owner = around.owner
    location = st.text_input(
        "Where does it lie?" if owner else "Web address",
        key="source_location",
        max_chars=_LONGEST,
        placeholder="/srv/allotment or https://forum.example.org"
        if owner
        else "https://blog.example.org/feed",
    ).strip()
    if not location:
        return
    kind, options = _draw_kind(service, location)
    community, private = _draw_community(service, around)
    name = st.text_input("Name (optional)", max_chars=200) if owner else ""
    new = NewSource(location, name, kind, community, private, options)
    st.button("Add and read it", type="primary", on_click=_trying(lambda: _add(service, new)))


def _draw_kind(service: Service, location: str) -> tuple[str, dict[str, str]]:
    """The kind, which is recognised where it can be, and what can be chosen for it."""
    known = service.sourcing().kinds(location)
    kinds = {one.name: one for one in known.kinds}
    found_out = "" if known.recognised in kinds else "found out file by file"
    names = [*([""] if found_out else []), *kinds]
    first = names.index(known.recognised) if known.recognised in kinds else 0
    chosen = st.selectbox(
        "Kind",
        names,
        index=first,
        key=f"source_kind_{known.recognised}",
        format_func=lambda one: kinds[one].about if one else found_out or one,
    )
    return chosen or "", _draw_options(kinds.get(chosen or ""))


def _draw_options(kind: KindOut | None) -> dict[str, str]:
    if kind is None or not kind.options:
        return {}
    with st.expander("What can be chosen"):
        given = {
            name: st.text_input(name, help=about, key=f"source_option_{name}", max_chars=_LONGEST)
            for name, about in kind.options.items()
        }
    return {name: value.strip() for name, value in given.items() if value.strip()}


def _draw_community(service: Service, around: Surroundings) -> tuple[str, bool]:
    """The community it belongs to; a new one only for the owner."""
    mine = service.viewer().stewards
    names = {one.name: slug for slug, one in around.communities.items() if around.owner or slug in mine}
    options = [*([_NEW] if around.owner else []), *names.values()]
    told = {slug: name for name, slug in names.items()}
    chosen = st.selectbox(
        "Community", options, key="source_community", format_func=lambda one: told.get(one, one)
    )
    if chosen != _NEW:
        return chosen or "", False
    name = st.text_input("Its name (made of the location if empty)", max_chars=200)
    return name, st.checkbox("Private: until it has readers, only the owner may read it")


def _add(service: Service, new: NewSource) -> None:
    service.sourcing().add(new)
    st.session_state.source_location = ""


def _trying(act: Callable[[], object]) -> Callable[[], None]:
    """What does something when a button is pressed; what went wrong is shown in the next run."""
    return partial(tried, "source", act)

"""What every face calls to add and remove sources, and to sync them while the library is served.

The owner decides about all. A steward decides about what belongs to their communities alone, and may add web
addresses that need no key: a path would read what lies on the machine that serves, an internal address what
is in its network, and the name of a key's variable any secret of the server.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from catalog.errors import BusyError, NotAllowedError, NotFoundError, SettingError
from catalog.nouns import Community, Viewer
from catalog.origins import Origin
from catalog.reader_origins import FoundOrigin
from catalog.store import Catalog
from ingest.config import slug
from ingest.uploads import forget_uploads
from ui.job_runner import Changed, JobRunner, no_such_job
from ui.jobs import Job, JobState
from ui.library import resolve_communities
from ui.schemas import ForgottenOut
from ui.schemas_sources import (
    AddedOut,
    AddedsOut,
    AddedWithJobOut,
    JobOut,
    JobsOut,
    KindOut,
    KindsOut,
    added_out,
    job_out,
    without_folders,
)

_STEWARD_KINDS = ("feed", "sitemap", "pages")  # all of which goes into the one community that was named
_STEWARD_OPTIONS = ("more", "under", "allow")
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
_KEY = "key"
_OTHERWISE = "pages"  # what an address is taken for that nothing recognises
_ALLOWED = {
    "allow": "other hosts that may be asked, with commas between them; `*.example.org` for all below",
    "allow_internal": "hosts of your own network that may be asked",
}


@dataclass(frozen=True, slots=True)
class NewSource:
    """What somebody wants to add; see `ui.sync.make_origin`."""

    location: str
    name: str = ""
    kind: str = ""
    community: str = ""
    private: bool = False
    options: Mapping[str, str] = field(default_factory=dict)


class Sourcing:
    """The sources of a library, for one viewer; get one from `ui.service.Service.sourcing`.

    Args:
        catalog: The library's catalog.
        viewer: Who asks.
        runner: What runs the syncs.
    """

    def __init__(self, catalog: Catalog, viewer: Viewer, runner: JobRunner) -> None:
        self._catalog = catalog
        self._viewer = viewer
        self._runner = runner
        self._library = str(catalog.folder)

    # --- sources ---

    def listed(self) -> AddedsOut:
        """What was added, as far as the viewer decides about it."""
        jobs = self._runner.jobs()
        return AddedsOut(sources=[self._shown(one, _unended(one, jobs)) for one in self._found().values()])

    def add(self, new: NewSource, *, sync: bool = True) -> AddedWithJobOut:
        """Add a path or a web address, and begin to sync it.

        Raises:
            NotAllowedError: If the viewer may not add it.
            NotFoundError: If there is no such community, for a steward.
            SettingError: If it cannot be added.
            BusyError: If too many syncs wait; then it is added all the same.
        """
        origin = self._described(new)
        with self._catalog.write() as writer:
            if any(one.location == origin.location for one in writer.origins()):
                raise SettingError(f"{_told(origin)}: was added already; sync it, or remove it first")
            writer.put_origin(origin)
            writer.note(self._viewer.name, "add-source", detail=f"{origin.name} ({_told(origin)})")
        job = self._runner.start([origin.name]) if sync else None
        shown = self._shown(self._one(origin.name), job)
        return AddedWithJobOut(source=shown, job=self._told_of(job) if job else None)

    def remove(self, name: str) -> ForgottenOut:
        """Remove what was added, and all that came from it; it is gone from the very next answer.

        Raises:
            NotFoundError: If nothing was added under this name, or it is not the viewer's to decide about.
            BusyError: If it is being synced.
            LibraryError: If something else is being synced.
        """
        origin = self._one(name).origin
        if any(job.state is JobState.RUNNING and name in job.names for job in self._runner.jobs()):
            raise BusyError(f"{name}: is being synced; cancel that first, or wait for it to end", 10)
        with self._catalog.ingesting(), self._catalog.write() as writer:
            removed = writer.remove_root(origin.location)
            writer.note(self._viewer.name, "remove-source", detail=f"{name}: {removed} items")
        forget_uploads(self._catalog.folder, origin.location)
        return ForgottenOut(forgotten=name, items=removed)

    # --- syncs ---

    def sync(self, names: Sequence[str] = (), *, full: bool = False) -> JobOut:
        """Sync what is named, or everything that the viewer decides about.

        Raises:
            NotFoundError: If nothing was added under one of the names, or it is not theirs to decide about.
            SettingError: If nothing was added at all.
            BusyError: If too many syncs wait.
        """
        wanted = [self._one(name).origin.name for name in names] or list(self._found())
        if not wanted:
            raise SettingError("there is nothing to sync; add a source first")
        return self._told_of(self._runner.start(list(dict.fromkeys(wanted)), full=full))

    def jobs(self) -> JobsOut:
        """The syncs that run, wait or have ended lately, the latest first."""
        known = set(self._found())
        return JobsOut(jobs=[self._told_of(job) for job in self._runner.jobs() if self._sees(job, known)])

    def job(self, job_id: str) -> JobOut:
        """One of them.

        Raises:
            NotFoundError: If there is none, or it is not the viewer's to see.
        """
        return self._told_of(self._seen(job_id))

    def cancel(self, job_id: str) -> JobOut:
        """End a sync; what it has read stays.

        Raises:
            NotFoundError: If there is none, or it is not the viewer's to see.
        """
        return self._told_of(self._runner.cancel(self._seen(job_id).id))

    def confirm(self, job_id: str, *, agree: bool) -> JobOut:
        """Say whether what suddenly vanished goes here too.

        Raises:
            NotFoundError: If there is none, or it is not the viewer's to see.
            SettingError: If it asks nothing.
        """
        job = self._seen(job_id)
        losses = ", ".join(f"{one.gone} of {one.total} of {one.source}" for one in job.losses)
        shown = self._told_of(self._runner.confirm(job.id, agree=agree))
        with self._catalog.write() as writer:
            writer.note(self._viewer.name, "agree-to-loss" if agree else "keep-lost", detail=losses)
        return shown

    def listening(self, job_id: str, changed: Changed) -> AbstractContextManager[None]:
        """Be told whenever something about a sync has changed, until the context ends.

        Raises:
            NotFoundError: If there is none, or it is not the viewer's to see.
        """
        return self._runner.listening(self._seen(job_id).id, changed)

    # --- what may be added ---

    def kinds(self, location: str) -> KindsOut:
        """The kinds of source that a location can have, and which one is recognised."""
        from ingest.sources.kinds import FILE_KINDS
        from ingest.sources.live_kinds import LIVE_KINDS

        owner = self._viewer.owner
        if not _is_address(location.strip()):
            files = [KindOut(name=one.name, about=one.about, options={}) for one in FILE_KINDS if owner]
            return KindsOut(recognised="", kinds=files)
        live = [one for one in LIVE_KINDS if owner or one.name in _STEWARD_KINDS]
        surely = [one.name for one in LIVE_KINDS if one.recognises(location.strip())]
        return KindsOut(
            recognised=next(iter(surely), _OTHERWISE),
            kinds=[
                KindOut(
                    name=one.name,
                    about=one.about,
                    options={
                        name: about
                        for name, about in {**one.options, **_ALLOWED}.items()
                        if owner or name in _STEWARD_OPTIONS
                    },
                )
                for one in live
            ],
        )

    # --- what the viewer decides about ---

    def _found(self) -> dict[str, FoundOrigin]:
        with self._catalog.read(self._viewer) as reader:
            return {found.origin.name: found for found in reader.origins()}

    def _one(self, name: str) -> FoundOrigin:
        found = self._found()
        if name not in found:
            listed = ", ".join(found) or "none"
            raise NotFoundError(f"{name[:200]}: no such source was added; yours to decide about: {listed}")
        return found[name]

    def _seen(self, job_id: str) -> Job:
        job = self._runner.job(job_id)
        if not self._sees(job, set(self._found())):
            raise no_such_job(job_id)
        return job

    def _sees(self, job: Job, known: set[str]) -> bool:
        return self._viewer.owner or known.issuperset(job.names)

    def _shown(self, found: FoundOrigin, job: Job | None) -> AddedOut:
        shown = added_out(found, job)
        return shown if self._viewer.owner else without_folders(shown, [found.origin.location, self._library])

    def _told_of(self, job: Job) -> JobOut:
        shown = job_out(job)
        if self._viewer.owner:
            return shown
        return without_folders(
            shown, [self._library, *(one.origin.location for one in self._found().values())]
        )

    # --- what is added ---

    def _described(self, new: NewSource) -> Origin:
        from ui.sync import make_origin  # all that reads sources, which nobody needs who only asks

        if not self._viewer.owner:
            return self._of_steward(new)
        location = _full(new.location.strip())
        _check_key(new.options)
        there = self._named(new.community)
        return make_origin(
            location,
            name=new.name.strip() or None,
            kind=new.kind,
            community=_said(there) if there else new.community.strip(),
            private=new.private or bool(there and there.private),
            options=new.options,
        )

    def _of_steward(self, new: NewSource) -> Origin:
        from ui.sync import make_origin

        if not self._viewer.stewards:
            raise NotAllowedError("only the owner and the stewards of a community may add sources; ask them")
        if not _is_address(new.location.strip()):
            raise NotAllowedError("only the owner of the library may add a path; give a web address")
        forbidden = [name for name in new.options if name not in _STEWARD_OPTIONS]
        if forbidden or new.name:
            what = "a name" if new.name else f"the option {forbidden[0]}"
            raise NotAllowedError(f"{what} may be given by the owner of the library only; leave it out")
        there = self._named(new.community)
        if there is None:
            raise NotFoundError(f"{new.community[:200]}: no such community; name one of yours")
        self._viewer.check_stewards(there.slug)
        origin = make_origin(
            _full(new.location.strip()),
            kind=new.kind,
            community=_said(there),
            private=there.private,
            options=new.options,
        )
        if origin.kind not in _STEWARD_KINDS:
            raise NotAllowedError(
                f"{origin.kind}: such a source may be added by the owner of the library only; ask them, or "
                f"choose one of {', '.join(_STEWARD_KINDS)}"
            )
        return origin

    def _named(self, name: str) -> Community | None:
        """The community with this name or slug, if there is one that the viewer may read."""
        with self._catalog.read(self._viewer) as reader:
            readable = reader.communities()
        try:
            slugs = resolve_communities([name], readable) if name.strip() else frozenset()
        except NotFoundError:
            return None
        return next((one for one in readable if one.slug in slugs), None)


def _said(there: Community) -> str:
    """A name from which the slug of this community is made again."""
    return there.name if slug(there.name) == there.slug else there.slug


def _is_address(location: str) -> bool:
    return location.startswith(("http://", "https://"))


def _full(location: str) -> str:
    """A location that means the same wherever the server was started from.

    Raises:
        SettingError: If it is none, or nothing is there.
    """
    if _is_address(location):
        if urlsplit(location).username is not None or not urlsplit(location).hostname:
            raise SettingError("give a web address with a host, and without user name and password")
        return location
    path = Path(location).expanduser() if location else Path()
    if not path.is_absolute():
        raise SettingError(
            f"{location or 'nothing'}: give a full path on the machine that serves, such as "
            "/srv/allotment, or a web address that begins with https://"
        )
    if not path.exists():
        raise SettingError(f"{location}: no such file or folder on the machine that serves; check it")
    return str(path)


def _check_key(options: Mapping[str, str]) -> None:
    """See to it that a key is named by a variable that is set: a key itself must never be stored.

    Raises:
        SettingError: If it is not.
    """
    variable = options.get(_KEY)
    if variable is None:
        return
    if not _VARIABLE.fullmatch(variable) or not os.environ.get(variable):
        raise SettingError(
            "option key: name an environment variable of `copse serve` that holds the key, such as "
            "FORUM_KEY, and set it before Copse is started; the key itself is never stored"
        )


def _told(origin: Origin) -> str:
    return origin.location if origin.live else Path(origin.location).name


def _unended(found: FoundOrigin, jobs: Sequence[Job]) -> Job | None:
    """The sync of an origin that runs, waits or asks something."""
    mine = (job for job in jobs if found.origin.name in job.names)
    return next((job for job in mine if job.active or job.state is JobState.ASKING), None)

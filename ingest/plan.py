"""What is to be done for a source: its list of units against those that are stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from catalog.errors import SourceError, UnreadableError
from catalog.store import Catalog
from catalog.units import StoredUnit
from catalog.writer import Writer
from ingest.report import Confirm, Report
from ingest.sources.protocol import LiveSource, Source, Unit


@dataclass(slots=True)
class Plan:
    """What is to be done for a source.

    Attributes:
        source_id: The catalog's number of the source.
        stored: Its stored units, by key.
        changed: The units to read, in the source's order.
        renamed: Units that moved: as they are stored, and as they are now.
        vanished: Stored units that are not there any more.
        items: How many items are stored of each unit that is to be read, by its number.
        forgotten: Keys of the items that are to stay forgotten.
    """

    source_id: int
    stored: dict[str, StoredUnit]
    changed: list[Unit]
    renamed: list[tuple[StoredUnit, Unit]]
    vanished: list[StoredUnit]
    items: dict[int, int]
    forgotten: set[str]


def make_plan(
    catalog: Catalog,
    source: Source,
    root: str,
    report: Report,
    confirm: Confirm,
    now: datetime,
    *,
    afresh: bool,
) -> Plan:
    """List a source, and compare it with what is stored of it.

    Args:
        catalog: The catalog; the source and its communities are stored in it.
        source: The source.
        root: The path in which it was found.
        report: Is told what there is, and what cannot be read of it.
        confirm: Is asked before everything is removed.
        now: The time against which a failed unit is due for another try.
        afresh: Take every unit as changed.

    Raises:
        SourceError: If the source cannot be listed, or is suddenly empty.
    """
    listed = _listed(catalog, source, afresh=afresh)
    units = [entry for entry in listed if isinstance(entry, Unit)]
    report.failures += [entry for entry in listed if isinstance(entry, UnreadableError)]
    with catalog.write() as writer:
        for community in source.communities:
            writer.put_community(community)
        source_id = writer.put_source(source.name, source.kind, source.location, root)
        stored = writer.units(source_id)
        complete = not isinstance(source, LiveSource) or source.complete
        if complete:
            _refuse_sudden_emptiness(source, units, stored, report.failures, confirm)
        else:
            units += _unlisted(units, stored)
        report.units = len(units)
        changed = [unit for unit in units if afresh or _is_due(unit, stored.get(unit.key), now)]
        report.failures += _known_failures(writer, source_id, units, changed, stored)
        plan = Plan(
            source_id=source_id,
            stored=stored,
            changed=changed,
            renamed=[],
            vanished=_vanished(units, stored, report.failures) if complete else [],
            items=writer.count_in_units([stored[unit.key].id for unit in changed if unit.key in stored]),
            forgotten=writer.forgotten(source_id),
        )
    _pair_renames(plan)
    return plan


def _listed(catalog: Catalog, source: Source, *, afresh: bool) -> list[Unit | UnreadableError]:
    if isinstance(source, LiveSource):
        with catalog.write() as writer:
            cursors = {stored.name: stored.cursor for stored in writer.sources()}
        source.cursor = cursors.get(source.name, "")
        source.complete = source.complete or afresh or not source.cursor
    return list(source.units())


def _is_due(unit: Unit, before: StoredUnit | None, now: datetime) -> bool:
    """Whether a unit is new or changed, or could not be read and should be tried again by now."""
    if before is None or not before.digest or before.digest != unit.digest:
        return True
    return before.retry_at is not None and before.retry_at <= now


def _unlisted(units: Sequence[Unit], stored: dict[str, StoredUnit]) -> list[Unit]:
    """What a listing of changes leaves out: it is as it was."""
    keys = {unit.key for unit in units}
    return [
        Unit(one.key, one.digest, one.location, one.content) for one in stored.values() if one.key not in keys
    ]


def _refuse_sudden_emptiness(
    source: Source,
    units: Sequence[Unit],
    stored: dict[str, StoredUnit],
    failures: Sequence[UnreadableError],
    confirm: Confirm,
) -> None:
    if not stored or units or failures or confirm(source.name, len(stored), len(stored)):
        return
    raise SourceError(
        f"{source.location}: nothing is there any more, of {len(stored)} files that were ingested; "
        f"nothing was removed. If that is meant, use --yes or `copse forget {source.name}`; "
        "if not, see whether a drive is missing"
    )


def _known_failures(
    writer: Writer,
    source_id: int,
    units: Sequence[Unit],
    changed: Sequence[Unit],
    stored: dict[str, StoredUnit],
) -> list[UnreadableError]:
    """What could not be read of the units that are skipped now: it still cannot."""
    failures = writer.failures(source_id)
    if not failures:
        return []
    keys = {unit.key for unit in changed}
    skipped = [stored[unit.key].id for unit in units if unit.key not in keys]
    return [error for unit_id in skipped for error in failures.get(unit_id, ())]


def _vanished(
    units: Sequence[Unit], stored: dict[str, StoredUnit], failures: Sequence[UnreadableError]
) -> list[StoredUnit]:
    """Stored units that are not there any more; one below a place that cannot be read may still be there."""
    keys = {unit.key for unit in units}
    unreadable = [error.where for error in failures]
    return [
        unit for unit in stored.values() if unit.key not in keys and not is_below(unit.location, unreadable)
    ]


def is_below(location: str, places: Iterable[str]) -> bool:
    """Whether a location is one of some places, or lies below one."""
    return any(location == place or location.startswith(place.rstrip("/") + "/") for place in places)


def _pair_renames(plan: Plan) -> None:
    """Take a vanished and a new unit with the same bytes for one that moved."""
    new = {unit.content: unit for unit in plan.changed if unit.content and unit.key not in plan.stored}
    remaining = []
    for stored in plan.vanished:
        unit = new.pop(stored.content, None) if stored.content else None
        if unit is None:
            remaining.append(stored)
        else:
            plan.renamed.append((stored, unit))
    plan.vanished = remaining

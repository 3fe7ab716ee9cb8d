"""What the figures of a community say, in a sentence each: the same on every face."""

from __future__ import annotations

from search.people.growth import Growth

_RISES, _SURELY = 2, 2  # how many times as often, and how many times more, something has to be asked


def is_rising(times: int, before: int) -> bool:
    """Whether something is asked clearly more often than before."""
    return times >= max(_RISES * before, before + _SURELY)


def growth_told(seen: Growth) -> str:
    """How much was written lately, and before."""
    if seen.until is None:
        return "Nothing is dated, so nobody can tell what grows."
    when = f"In the {span_told(seen.days)} up to {seen.until.day} {seen.until:%B %Y}"
    were = "item was" if seen.recent == 1 else "items were"
    return f"{when}, {seen.recent:,} {were} written; in as many days before, {seen.before:,}."


def span_told(days: int) -> str:
    """A number of days as people say it."""
    return {91: "three months", 365: "year"}.get(days, f"{days} days")

"""What a steward chooses for a source with an API: keys by the names of their variables, lists of readers."""

from __future__ import annotations

import os
from collections.abc import Mapping

from catalog.errors import SettingError
from catalog.nouns import Community


def secret(options: Mapping[str, str], name: str) -> str:
    """The key whose environment variable an option names; empty if the option is not given.

    Raises:
        SettingError: If the variable is not set.
    """
    variable = options.get(name, "").strip()
    if not variable:
        return ""
    value = os.environ.get(variable, "").strip()
    if not value:
        raise SettingError(f"{variable}: is not set; put the key into this environment variable")
    return value


def chosen_readers(options: Mapping[str, str]) -> frozenset[str] | None:
    """The e-mail addresses or names in the option `readers`; None if it is not given."""
    if "readers" not in options:
        return None
    return frozenset(filter(None, (one.strip() for one in options["readers"].split(","))))


def closed(community: Community, readers: frozenset[str]) -> Community:
    """A community made private to these readers; one that is private already stays as it is."""
    if community.private:
        return community
    return Community(community.slug, community.name, True, readers)

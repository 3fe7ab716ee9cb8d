"""A real provider for the tests of the sign-in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from catalog.access.grants import GROUP
from catalog.nouns import Standing
from catalog.settings import Settings
from catalog.store import Catalog
from tests.oidc.provider import Provider, missing, running
from tests.ui.browser import serving
from tests.ui.club import make_club


@pytest.fixture(scope="session")
def provider() -> Iterator[Provider]:
    """A provider that is running; tests that need it are skipped where it cannot."""
    reason = missing()
    if reason:
        pytest.skip(reason)
    with running() as provider:
        yield provider


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A club whose board is open to the members of a group of the provider."""
    settings = make_club(tmp_path_factory.mktemp("signing-in"))
    with Catalog.open(settings.library) as catalog, catalog.members(catalog.owner()) as members:
        members.grant(f"{GROUP}board-members", "board", Standing.READER)
    return settings


@pytest.fixture(scope="session")
def url(settings: Settings, provider: Provider) -> Iterator[str]:
    """Where a Copse is that is closed to guests, and whose people sign in at the provider."""
    variables = {"COPSE_GUESTS": "no", "COPSE_OIDC_NAME": "your club account"}
    with serving(settings, **provider.variables, **variables) as url:
        yield url

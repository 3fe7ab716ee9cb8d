"""A real provider for the tests of the sign-in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.oidc.provider import Provider, missing, running


@pytest.fixture(scope="session")
def provider() -> Iterator[Provider]:
    """A provider that is running; tests that need it are skipped where it cannot."""
    reason = missing()
    if reason:
        pytest.skip(reason)
    with running() as provider:
        yield provider

"""Whatever is sent to an address is answered by what the description says, and never by a 500.

Examples are few and always the same, so that a failure is one of this change.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.ui.club import make_club
from tests.ui.described import DESCRIPTION
from ui.api import make_api
from ui.service import Service

_KEPT = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
_EXAMPLES = 4  # of each address, besides those of the description


_served: list[ASGIApp] = []


async def _app(scope: Scope, receive: Receive, send: Send) -> None:
    """What the fixture serves: tests are made of the description before there is a library."""
    await _served[0](scope, receive, send)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The API over a club's library, as its owner may use it."""
    service = Service.open(make_club(tmp_path_factory.mktemp("fuzz")))
    service._runner._command = ("true",)  # no sync that is begun does anything
    service.search("loads the model", service.filters(), 1)
    _served[:] = [make_api(service)]
    yield
    service.close()


# Every bound of every parameter in turn would be thousands of requests; a few by chance find the same.
_FEW = SchemathesisConfig.from_dict({"phases": {"coverage": {"enabled": False}}})

api = schemathesis.openapi.from_dict(DESCRIPTION, config=_FEW)
api.app = _app


@pytest.mark.usefixtures("served")
@api.parametrize()
@settings(
    max_examples=_EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_address_keeps_to_its_description(case: Case[Any]) -> None:
    """Status, type and form of the answer."""
    case.call_and_validate(checks=_KEPT)

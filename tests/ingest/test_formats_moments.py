"""Dates as files write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.formats.moments import moment


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2024-03-14", datetime(2024, 3, 14, tzinfo=UTC)),
        ("2024/3/4", datetime(2024, 3, 4, tzinfo=UTC)),
        ("2017-05-31 6:27:04 -0400", datetime(2017, 5, 31, 10, 27, 4, tzinfo=UTC)),
        ("2024-03-14T10:00:00Z", datetime(2024, 3, 14, 10, tzinfo=UTC)),
        ("2024-03-14T10:00:00.123+01:00", datetime(2024, 3, 14, 9, tzinfo=UTC)),
        ("20240314", datetime(2024, 3, 14, tzinfo=UTC)),
        ("March 14, 2024", datetime(2024, 3, 14, tzinfo=UTC)),
        ("14th March 2024", datetime(2024, 3, 14, tzinfo=UTC)),
        ("Thu, 14 Mar 2024 10:00:00 +0000", datetime(2024, 3, 14, 10, tzinfo=UTC)),
    ],
)
def test_a_date_is_understood(written: str, expected: datetime) -> None:
    """ISO dates and their variations, written-out dates and those of e-mail become UTC."""
    assert moment(written) == expected


@pytest.mark.parametrize(
    "written", ["", None, "soon", "2024-13-45", "0001-01-01", "03/04/2024", 7, "9999-12-31"]
)
def test_what_is_no_plausible_date_is_none(written: object) -> None:
    """Nonsense, ambiguous dates and impossible years are no dates."""
    assert moment(written) is None

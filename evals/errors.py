"""What cannot be measured, and why."""

from __future__ import annotations

from catalog.errors import CopseError


class EvalError(CopseError):
    """A test collection, a run or a configuration cannot be used for measuring."""

    exit_code = 8

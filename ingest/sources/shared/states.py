"""Words by which communities mark what no longer holds."""

from __future__ import annotations

OUTDATED = frozenset({"archived", "deprecated", "obsolete", "outdated", "retired", "superseded", "withdrawn"})
"""As a tag, or as the state of a document or a lesson."""

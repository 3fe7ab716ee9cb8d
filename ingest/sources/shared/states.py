"""Words by which communities mark what no longer holds."""

from __future__ import annotations

OUTDATED = frozenset({"archived", "deprecated", "obsolete", "outdated", "retired", "superseded", "withdrawn"})
"""As the state of a document or a lesson."""

OUTDATED_TAGS = frozenset({"deprecated", "obsolete", "outdated", "superseded"})
"""As a tag of a question, where `archived` or `retired` may be what it is about."""

"""What people wish about being named, for the faces: oneself decides, or the owner for somebody."""

from __future__ import annotations

from catalog.errors import NotAllowedError
from catalog.nouns import Viewer
from catalog.store import Catalog
from catalog.wishes import Wish
from ui.schemas_people import PersonShownOut, person_shown_out


class Wishing:
    """The wishes that a viewer may see and change.

    Args:
        catalog: The library.
        viewer: Who wishes.
    """

    def __init__(self, catalog: Catalog, viewer: Viewer) -> None:
        self._catalog = catalog
        self._viewer = viewer

    def mine(self) -> PersonShownOut | None:
        """The viewer as a person who contributes; None if nobody has their e-mail address."""
        with self._catalog.read(self._viewer) as reader:
            oneself = reader.oneself()
        return None if oneself is None else person_shown_out(oneself)

    def wish(self, who: str, wished: Wish, by: str = "") -> PersonShownOut:
        """Change what somebody wishes.

        Args:
            who: Their number or exact name.
            wished: What changes.
            by: Who says so, for the audit; the viewer if it is empty, and only the owner may name another.

        Raises:
            NotAllowedError: If it is neither the viewer nor does the viewer own the library.
            NotFoundError: If there is nobody, or are several.
        """
        self._viewer.check_writes()
        with self._catalog.read(self._viewer) as reader:
            summary = reader.person(who)
        if by or not summary.oneself:
            self._check_owner()
        with self._catalog.write() as writer:
            writer.put_wish(summary.person.id, wished, by or self._viewer.name)
        with self._catalog.read(self._viewer) as reader:
            return person_shown_out(reader.person(str(summary.person.id)))

    def _check_owner(self) -> None:
        if not self._viewer.owner:
            raise NotAllowedError(
                f"reading as {self._viewer.name!r}: only the owner decides about people, or they themselves"
            )

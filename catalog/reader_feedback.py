"""The part of the gate that reads what helped."""

from __future__ import annotations

from collections.abc import Iterable

from catalog.feedback import Helped, Said, Verdict, count_helped, said_before, select_verdicts
from catalog.gaps import question_key
from catalog.nouns import Item
from catalog.reader_people import PeopleReader


class FeedbackReader(PeopleReader):
    """What readers said of answers and items, as far as a viewer may know it."""

    def items(self, item_ids: Iterable[str]) -> dict[str, Item]:
        """Items by id; those that are gone or not readable are left out."""
        raise NotImplementedError

    def helped(self, item_id: str) -> Helped:
        """How many people an item helped, of those who said something; none if it may not be read."""
        source, _, key = item_id.partition(":")
        return count_helped(self._db, source, key) if self.items([item_id]) else Helped(0, 0)

    def said(self, question: str = "", item_id: str = "") -> Said | None:
        """What the viewer said of the answer to a question, or of an item; None if nothing."""
        source, _, key = item_id.partition(":")
        return said_before(self._db, self.viewer, question_key(question), source, key)

    def verdicts(self, limit: int = 50) -> list[Verdict]:
        """What readers said of answers where the viewer is a steward, those that helped the fewest first."""
        return select_verdicts(self._db, self.viewer, about_items=False)[:limit]

    def item_verdicts(self, limit: int = 50) -> list[Verdict]:
        """The same of items that the viewer may read."""
        verdicts = select_verdicts(self._db, self.viewer, about_items=True)[:limit]
        there = self.items([one.item_id for one in verdicts])
        return [one for one in verdicts if one.item_id in there]

"""What helped: what every face calls to take in a word about an answer or an item, and to sum them up."""

from __future__ import annotations

from collections.abc import Collection

from catalog.errors import NotAllowedError
from catalog.feedback import Helped, Said
from catalog.nouns import Viewer
from catalog.settings import Settings
from search.engine import Engine
from ui.schemas_feedback import FeedbackOut, SaidOut, feedback_out, said_out


class Feedback:
    """What one viewer says and may know; get one from `ui.service.Service.feedback`.

    Args:
        engine: The opened library.
        settings: The settings in force.
        viewer: Who says or looks.
    """

    def __init__(self, engine: Engine, settings: Settings, viewer: Viewer) -> None:
        self._catalog = engine.catalog
        self._settings = settings
        self._viewer = viewer

    def may_say(self, communities: Collection[str]) -> bool:
        """Whether the viewer's word counts in one of some communities; in any if there are none."""
        return bool(self._viewer.contributes.intersection(communities or self._viewer.contributes))

    def about_answer(
        self, question: str, communities: Collection[str], *, helped: bool, reason: str = ""
    ) -> SaidOut:
        """Say whether the answer to a question helped.

        Args:
            question: What was asked.
            communities: Slugs of the communities to which it was narrowed; none if it was not.
            helped: Whether it helped.
            reason: Why.

        Raises:
            QuestionError: If there is no question.
            NotAllowedError: If the viewer may write in none of the communities.
        """
        keep = self._settings.record_gaps == "yes"
        with self._catalog.write_feedback(self._viewer) as writer:
            writer.about_answer(question, communities, Said(helped, reason), keep_gap=keep)
        return self.said(question)

    def about_item(self, item_id: str, *, helped: bool, reason: str = "") -> SaidOut:
        """Say whether an item helped.

        Raises:
            NotFoundError: If there is no such item that the viewer may read.
            NotAllowedError: If they may not write in its community.
        """
        with self._catalog.write_feedback(self._viewer) as writer:
            writer.about_item(item_id, Said(helped, reason))
        return self.said(item_id=item_id)

    def said(self, question: str = "", item_id: str = "") -> SaidOut:
        """What the viewer said of the answer to a question, or of an item, and how many the item helped."""
        with self._catalog.read(self._viewer) as reader:
            helped = reader.helped(item_id) if item_id else Helped(0, 0)
            return said_out(reader.said(question, item_id), helped)

    def summary(self, k: int = 50) -> FeedbackOut:
        """What readers said, where the viewer is a steward.

        Raises:
            NotAllowedError: If they are nobody's steward.
        """
        if not self._viewer.owner and not self._viewer.stewards:
            raise NotAllowedError("only stewards and the owner of the library see what helped; ask them")
        with self._catalog.read(self._viewer) as reader:
            return feedback_out(reader.verdicts(k), reader.item_verdicts(k))

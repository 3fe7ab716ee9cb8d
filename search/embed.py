"""Passages → vectors: embeds what has no vector yet, and switches models without a gap."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from catalog.feed import FeedPassage
from catalog.store import Catalog
from search.encoder import Encoder
from search.encoders.processors import streams

_WINDOW = 2048  # passages in memory, of which those of like length are encoded together: little is padding
_BATCH = 128  # passages encoded and stored in one go: what a killed run loses …
_SMALLEST = 16  # … and the last ones of a window, so that no thread waits long for another one's
_WORKERS = max(2, streams())  # while one encodes, another stores what it has encoded and reads more

Progress = Callable[[int, int], None]
"""Is told how many passages are done, of how many."""


class Embedding:
    """Embeds passages beside whoever stores them; a context manager that leaves no thread behind.

    While a new model's vectors are being made, questions are answered with those of the old one, which
    are dropped once the new ones are complete. A run that was killed is continued by the next one.

    Args:
        catalog: The catalog to read passages from and store vectors in.
        encoder: The model; nothing is asked of it until there is something to embed.
    """

    def __init__(self, catalog: Catalog, encoder: Encoder) -> None:
        self._catalog = catalog
        self._encoder = encoder
        self._moved = threading.Condition()  # held to read or change what follows
        self._working = 0
        self._waiting: list[FeedPassage] = []  # the shortest first
        self._newest = 0  # passages up to this number are embedded, or are waiting or at work
        self._taken = self._done = self._stored = 0  # passages, and vectors of them
        self._complete = False  # whether no more passages come
        self._stopped = False
        self._error: Exception | None = None
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._moved:
            self._stopped = True
            self._moved.notify_all()
        for thread in self._threads:
            thread.join()

    def follow(self) -> None:
        """Begin to embed what is stored by now; whoever calls this goes on meanwhile."""
        with self._moved:
            self._moved.notify_all()
        if not self._threads:
            self._working = _WORKERS
            self._threads = [threading.Thread(target=self._work, name="embed") for _ in range(_WORKERS)]
            for thread in self._threads:
                thread.start()

    def is_behind(self) -> bool:
        """Whether so much is to be embedded still that something else can be done meanwhile."""
        with self._moved, self._catalog.feed() as feed:
            left = self._taken - self._done
            return left + feed.count_pending(self._encoder.name, self._newest) > _BATCH

    def finish(self, progress: Progress) -> int:
        """Embed all that is left, and let the model serve.

        Args:
            progress: Is told how many passages are done, of how many, if there are any.

        Returns:
            How many vectors were stored since this was made.

        Raises:
            CopseError: If embedding failed, now or before; what was stored until then is kept.
        """
        self.follow()
        with self._moved:
            self._complete = True
            self._moved.notify_all()
        self._tell(progress)
        if self._error:
            raise self._error
        self._serve()
        return self._stored

    def _serve(self) -> None:
        """Let the model serve, unless it does."""
        with self._catalog.feed() as feed:
            serving = any(model.serving and model.name == self._encoder.name for model in feed.models())
        if not serving:
            with self._catalog.write_vectors() as writer:
                model = writer.put_model(self._encoder.name, self._encoder.location, self._encoder.dimension)
                writer.serve(model)

    def _tell(self, progress: Progress) -> None:
        """Tell how far it has come, until it has ended."""
        with self._moved, self._catalog.feed() as feed:
            total = self._taken + feed.count_pending(self._encoder.name, self._newest)
        told = 0
        while done := self._wait_beyond(told):
            progress(done, max(done, total))
            told = done

    def _wait_beyond(self, told: int) -> int:
        """Wait until more passages are done than these, and give how many; 0 if there will be no more."""
        with self._moved:
            self._moved.wait_for(lambda: self._done > told or not self._working)
            return self._done if self._done > told else 0

    def _work(self) -> None:
        """What each thread does."""
        try:
            while batch := self._next():
                stored = _embed(self._catalog, self._encoder, batch)
                with self._moved:
                    self._stored += stored
                    self._done += len(batch)
                    self._moved.notify_all()
        except Exception as error:  # noqa: BLE001 - raised in the thread that asks for the rest
            self._error = self._error or error
            self._stopped = True
        finally:
            with self._moved:
                self._working -= 1
                self._moved.notify_all()

    def _next(self) -> list[FeedPassage]:
        """The next passages to embed, when there are some; none when there will be none."""
        with self._moved:
            while not self._stopped:
                if self._waiting or self._find():
                    return self._take()
                if self._complete:
                    break
                self._moved.wait()
        return []

    def _take(self) -> list[FeedPassage]:
        """Take the longest passages that are waiting, and fewer of them the fewer there are."""
        share = len(self._waiting) // (2 * _WORKERS)
        count = min(max(share, _SMALLEST), _BATCH)
        self._waiting, taken = self._waiting[:-count], self._waiting[-count:]
        return taken

    def _find(self) -> bool:
        """Read the next passages that have no vector, and put those of like length together."""
        with self._catalog.feed() as feed:
            ids = feed.pending(self._encoder.name, self._newest, _WINDOW)
            self._waiting = sorted(feed.load(ids), key=lambda passage: len(passage.text))
        self._newest = ids[-1] if ids else self._newest
        self._taken += len(self._waiting)
        return bool(self._waiting)


def embed_pending(catalog: Catalog, encoder: Encoder, progress: Progress) -> int:
    """Embed every passage that has no vector of this model, then let the model serve.

    Args:
        catalog: The catalog to read passages from and store vectors in.
        encoder: The model.
        progress: Is told how many passages are done, of how many.

    Returns:
        How many vectors were stored.
    """
    with Embedding(catalog, encoder) as embedding:
        return embedding.finish(progress)


def embed_passages(catalog: Catalog, encoder: Encoder, passage_ids: Sequence[int]) -> None:
    """Embed a few passages at once, so that the next question finds them.

    Args:
        catalog: The catalog to read passages from and store vectors in.
        encoder: The model that is served.
        passage_ids: Numbers of the passages.
    """
    with catalog.feed() as feed:
        passages = feed.load(passage_ids)
    _embed(catalog, encoder, passages)


def _embed(catalog: Catalog, encoder: Encoder, passages: Sequence[FeedPassage]) -> int:
    """Embed passages and store their vectors; gives how many are stored."""
    vectors = encoder.encode([passage.embedding_text for passage in passages])
    with catalog.write_vectors() as writer:
        model = writer.put_model(encoder.name, encoder.location, encoder.dimension)
        return writer.put_vectors(model, [passage.id for passage in passages], vectors)
